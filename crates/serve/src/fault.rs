//! Deliveries that go wrong on purpose.

use std::time::Duration;

/// What happens to a file on its way to the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The whole length is announced, this many bytes are sent, then the connection is closed.
    CutAfter(u64),
    /// The whole length is announced, this many bytes are sent, then nothing for ever.
    StallAfter(u64),
    /// The byte at this offset arrives with all its bits turned over.
    CorruptAt(u64),
    /// The connection is closed without an answer, as by a server that is no more.
    Silence,
    /// This status and a short text instead of the file.
    Status(u16),
    /// The answer begins this much later.
    Delay(Duration),
    /// The file arrives at no more than this many bytes a second.
    BytesPerSecond(u64),
    /// The site's first page with a good status, which is what some hosts send for whatever they
    /// can't find.
    FirstPage,
    /// The file arrives as this media type.
    MediaType(&'static str),
    /// The answer has this header, name and value, in place of its own of that name.
    Header(&'static str, &'static str),
}

/// A fault, the files it strikes and how often it still does.
#[derive(Debug)]
struct Planned {
    path_part: String,
    fault: Fault,
    left: Option<u32>,
}

/// The faults that are planned.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Planned>);

impl Faults {
    /// Strikes requests whose path contains `path_part`, `times` times or for ever.
    pub(crate) fn plan(&mut self, path_part: &str, fault: Fault, times: Option<u32>) {
        self.0.push(Planned {
            path_part: path_part.to_owned(),
            fault,
            left: times,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The faults that strike this request, each counted as having struck once.
    pub(crate) fn strike(&mut self, path: &str) -> Vec<Fault> {
        let mut struck = Vec::new();
        for planned in &mut self.0 {
            if path.contains(&planned.path_part) && planned.left != Some(0) {
                planned.left = planned.left.map(|left| left - 1);
                struck.push(planned.fault);
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strikes_matching_paths_as_often_as_planned() {
        let mut faults = Faults::default();
        faults.plan("model", Fault::Status(500), Some(2));
        faults.plan(".json", Fault::CutAfter(3), None);
        assert_eq!(faults.strike("/index.html"), []);
        assert_eq!(faults.strike("/model"), [Fault::Status(500)]);
        assert_eq!(
            faults.strike("/model.json"),
            [Fault::Status(500), Fault::CutAfter(3)]
        );
        assert_eq!(faults.strike("/model.json"), [Fault::CutAfter(3)]);
        faults.clear();
        assert_eq!(faults.strike("/model.json"), []);
    }
}
