//! JSON Lines: a JSON value on each line.

use serde_json::value::RawValue;

use super::json::{self, Records};
use super::plain::{lines, says_something};
use crate::draft::Draft;
use crate::error::ImportError;
use crate::note::NoteKind;
use crate::registry::{Evidence, Input, Reader};
use crate::source::Sample;

pub const READER: Reader = Reader {
    id: "jsonl",
    label: "JSON Lines",
    extensions: &["jsonl", "ndjson", "jsonlines", "ldjson"],
    media_types: &["application/x-ndjson", "application/jsonl"],
    evidence,
    read,
};

/// Lines that are looked at.
const SAMPLE: usize = 50;

fn evidence(sample: &Sample) -> Evidence {
    let (mut right, mut all) = (0, 0);
    for line in lines(&sample.text)
        .filter(|line| says_something(line))
        .take(SAMPLE)
    {
        all += 1;
        let starts = line.trim_start().starts_with(['{', '[']);
        right += usize::from(starts && serde_json::from_str::<&RawValue>(line).is_ok());
    }
    if all >= 2 && right * 10 >= all * 9 {
        Evidence::Weak
    } else {
        Evidence::Absent
    }
}

fn read(input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
    let text = input.text(draft)?;
    let mut records = Records::default();
    let mut first_error = None;
    for (number, line) in lines(&text).enumerate() {
        if !says_something(line) {
            continue;
        }
        if !draft.wants_more() {
            break;
        }
        match serde_json::from_str::<&RawValue>(line.trim()) {
            Ok(value) => records.take(value, draft)?,
            Err(error) => {
                draft.notes.at(NoteKind::BrokenLine, number + 1);
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) if draft.rows() == 0 => Err(json::malformed(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{NoteKind, Options, Source, read};

    #[test]
    fn lines_of_json_with_one_that_is_broken() {
        let text = "{\"text\":\"A cat\",\"n\":1}\n\n{\"text\":\"A dog\"}\n{\"text\":\n";
        let table = read(
            &Source::named(text.as_bytes(), "x.jsonl"),
            &Options::default(),
        )
        .unwrap();
        assert_eq!(table.text_cells().collect::<Vec<_>>(), ["A cat", "A dog"]);
        assert_eq!(table.notes[0].kind, NoteKind::BrokenLine);
        assert_eq!(table.notes[0].places, [4]);
    }

    #[test]
    fn lines_without_a_name_are_recognised() {
        let text = "{\"text\":\"A cat\"}\n{\"text\":\"A dog\"}\n";
        let table = read(&Source::of(text.as_bytes()), &Options::default()).unwrap();
        assert_eq!((table.format.id(), table.rows), ("jsonl", 2));
    }

    #[test]
    fn a_file_without_any_json_is_an_error() {
        let error = read(&Source::named(b"no\nno\n", "x.jsonl"), &Options::default()).unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
    }
}
