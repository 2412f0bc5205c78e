//! A workspace as bytes, to be kept by a browser and read again after a reload or a year.
//!
//! A record is `SMBL`, a byte with the version of the rest, four parts, and a checksum of all that:
//! eight bytes, the lowest first. A part is its length, four bytes, and its content:
//!
//! 1. the name of the sample set that is shown; empty for a person's own texts;
//! 2. their own lines, joined by `\n`, in UTF-8;
//! 3. which rows of which tables the lines came from: [`Run`]s of four numbers of four bytes;
//! 4. what else the page keeps, whose form is the page's business.
//!
//! The version is raised whenever a page of the version before would lose something of it, part 4
//! included. Earlier versions stay readable.

use crate::line::Line;
use thiserror::Error;

const MAGIC: &[u8] = b"SMBL";
const VERSION: u8 = 2;
/// Bytes of the checksum.
const SUM: usize = 8;

/// What is kept of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The sample set that is shown, as long as nothing in it was changed.
    pub sample: String,
    /// All lines, as [`Document::to_text`](crate::Document::to_text) gives them; none of a sample
    /// set.
    pub text: String,
    /// Where lines came from.
    pub sources: Vec<Run>,
    /// What else the page keeps.
    pub view: Vec<u8>,
}

/// Lines side by side that came from rows side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first of the lines, counted from 0.
    pub line: u32,
    /// How many there are.
    pub count: u32,
    /// The table.
    pub table: u32,
    /// The row of the first line, counted from 0.
    pub row: u32,
}

impl Run {
    /// The runs of lines that came from these tables and rows.
    pub fn all(lines: impl Iterator<Item = Option<(u32, u32)>>) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (line, source) in (0..).zip(lines) {
            let Some((table, row)) = source else {
                continue;
            };
            match runs.last_mut() {
                Some(run)
                    if run.table == table
                        && run.line + run.count == line
                        && run.row + run.count == row =>
                {
                    run.count += 1;
                }
                _ => runs.push(Run {
                    line,
                    count: 1,
                    table,
                    row,
                }),
            }
        }
        runs
    }

    /// Each of the lines, and its row.
    pub fn lines(self) -> impl Iterator<Item = (u32, u32)> {
        (0..self.count).map(move |at| (self.line.saturating_add(at), self.row.saturating_add(at)))
    }
}

/// Why bytes are no record that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RecordError {
    /// Something in them is not as it was written.
    #[error("it is damaged")]
    Damaged,
    /// A later version of the page wrote them.
    #[error("a newer version of this page has written it")]
    Newer,
}

impl Record {
    /// A record as bytes, and their checksum, which tells it from others. Lines are none of the
    /// record if they are those of a sample set, which has a name.
    pub fn write(sample: &str, lines: &[Line], sources: &[Run], view: &[u8]) -> (Vec<u8>, u64) {
        let lines = if sample.is_empty() { lines } else { &[] };
        let text: usize = lines.iter().map(|line| line.content.len() + 1).sum();
        let room = MAGIC.len() + 1 + 16 + sample.len() + text + 16 * sources.len() + view.len();
        let mut bytes = Vec::with_capacity(room + SUM);
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        put_length(&mut bytes, sample.len());
        bytes.extend_from_slice(sample.as_bytes());
        // Straight from the lines: a large text is not copied once more.
        put_length(&mut bytes, text.saturating_sub(1));
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                bytes.push(b'\n');
            }
            bytes.extend_from_slice(line.content.as_bytes());
        }
        put_length(&mut bytes, 16 * sources.len());
        for run in sources {
            for number in [run.line, run.count, run.table, run.row] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        put_length(&mut bytes, view.len());
        bytes.extend_from_slice(view);
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        (bytes, sum)
    }

    /// The record that stands in bytes.
    ///
    /// # Errors
    /// They are not as they were written, or come from a later version.
    pub fn parse(bytes: &[u8]) -> Result<Record, RecordError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(RecordError::Damaged)?;
        if rest.first().is_some_and(|&version| version > VERSION) {
            return Err(RecordError::Newer);
        }
        read(bytes, rest).ok_or(RecordError::Damaged)
    }
}

fn put_length(bytes: &mut Vec<u8>, length: usize) {
    // A page has no room for 4 GB.
    bytes.extend_from_slice(&(length as u32).to_le_bytes());
}

fn read(bytes: &[u8], rest: &[u8]) -> Option<Record> {
    let (body, sum) = bytes.split_last_chunk::<SUM>()?;
    if u64::from_le_bytes(*sum) != checksum(body) {
        return None;
    }
    let (version, rest) = rest.split_first()?;
    // Both have the same parts: what version 2 added is in the fourth.
    if !(1..=VERSION).contains(version) {
        return None;
    }
    let (sample, rest) = part(rest)?;
    let (text, rest) = part(rest)?;
    let (sources, rest) = part(rest)?;
    let (view, _) = part(rest)?;
    let string = |bytes: &[u8]| Some(std::str::from_utf8(bytes).ok()?.to_owned());
    let mut runs = Vec::with_capacity(sources.len() / 16);
    for run in sources.chunks_exact(16) {
        let number = |at: usize| Some(u32::from_le_bytes(*run.get(at..)?.first_chunk()?));
        runs.push(Run {
            line: number(0)?,
            count: number(4)?,
            table: number(8)?,
            row: number(12)?,
        });
    }
    Some(Record {
        sample: string(sample)?,
        text: string(text)?,
        sources: runs,
        view: view.to_vec(),
    })
}

fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// A sum that is another whenever eight bytes side by side are others. It is no protection against
/// those who mean to change something.
fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = bytes.len() as u64;
    let mut add = |word: [u8; SUM]| {
        // Each step can be undone, so that no difference is lost on the way.
        sum = (sum ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sum ^= sum >> 32;
    };
    let (words, rest) = bytes.as_chunks::<SUM>();
    words.iter().copied().for_each(&mut add);
    let mut last = [0; SUM];
    last[..rest.len()].copy_from_slice(rest);
    add(last);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    fn record(text: &str) -> Record {
        Record {
            sample: String::new(),
            text: text.to_owned(),
            sources: Run::all([None, Some((7, 0)), Some((7, 1)), Some((8, 2))].into_iter()),
            view: vec![0, 255, 1],
        }
    }

    fn written(record: &Record) -> (Vec<u8>, u64) {
        let document = Document::new(&record.text);
        Record::write(
            &record.sample,
            document.lines(),
            &record.sources,
            &record.view,
        )
    }

    #[test]
    fn odd_texts_come_back_as_they_were() {
        let long = "é".repeat(500_000);
        for text in [
            "",
            "\n\n",
            "nul \0 inside",
            "👩‍👩‍👧 🎉\nשלום\u{202e}",
            "e\u{301} and é",
            "\u{feff}\u{2028}\u{fffd}",
            "SMBL\u{1}",
            &long,
        ] {
            let kept = record(text);
            let (bytes, sum) = written(&kept);
            assert_eq!(Record::parse(&bytes).as_ref(), Ok(&kept), "{text:.20?}");
            assert_eq!(bytes[bytes.len() - SUM..], sum.to_le_bytes());
            let document = Document::new(&kept.text);
            assert_eq!(document.to_text(), text);
        }
    }

    #[test]
    fn lines_remember_their_rows() {
        let sources = [
            None,
            Some((7, 0)),
            Some((7, 1)),
            None,
            Some((7, 2)),
            Some((9, 3)),
        ];
        let runs = Run::all(sources.into_iter());
        assert_eq!(runs.len(), 3);
        let mut found = [None; 6];
        for run in runs {
            for (line, row) in run.lines() {
                found[line as usize] = Some((run.table, row));
            }
        }
        assert_eq!(found, sources);
    }

    #[test]
    fn every_damage_is_noticed() {
        let (bytes, _) = written(&record("one\ntwo"));
        for end in 0..bytes.len() {
            assert_eq!(Record::parse(&bytes[..end]), Err(RecordError::Damaged));
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1 << bit;
                assert!(Record::parse(&bytes).is_err(), "bit {bit} of byte {at}");
            }
        }
        // A sum that fits, and lengths that lie.
        let mut lies = [MAGIC, &[VERSION], &[255; 4]].concat();
        lies.extend(checksum(&lies).to_le_bytes());
        assert_eq!(Record::parse(&lies), Err(RecordError::Damaged));
    }

    #[test]
    fn a_later_version_is_told_from_damage() {
        let mut bytes = written(&record("one")).0;
        bytes[MAGIC.len()] = VERSION + 1;
        assert_eq!(Record::parse(&bytes), Err(RecordError::Newer));
    }

    /// Written by version 1. It is read by every later one: do not change these bytes.
    #[test]
    fn version_1_is_read() {
        let bytes = include_bytes!("../tests/record-1.bin");
        let kept = Record::parse(bytes).expect("a record");
        assert_eq!(kept, record("One text.\n\nZwölf Boxkämpfer 🎉\n"));
    }

    /// Written by version 2, likewise.
    #[test]
    fn version_2_is_read() {
        let bytes = include_bytes!("../tests/record-2.bin");
        let kept = Record::parse(bytes).expect("a record");
        assert_eq!(kept, record("One text.\n\nZwölf Boxkämpfer 🎉\n"));
        assert_eq!(written(&kept).0, bytes);
    }

    #[test]
    fn of_a_sample_only_the_name_is_kept() {
        let document = Document::new("one\ntwo");
        let (bytes, _) = Record::write("Topics", document.lines(), &[], &[]);
        let kept = Record::parse(&bytes).expect("a record");
        assert_eq!((kept.sample.as_str(), kept.text.as_str()), ("Topics", ""));
    }
}
