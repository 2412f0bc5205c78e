//! Which column holds the texts, and whether the first row names the columns.

use crate::column::Column;
use crate::kind::{ColumnKind, is_date, number};

/// Cells of a column that are looked at.
const SAMPLE: usize = 2_000;

/// Letters of the longest word of a language that puts spaces between words; what is longer is an
/// address, a key or a checksum.
const LONGEST_WORD: usize = 40;

/// The column with the most to read in a cell: letters in words, on average over the rows. None
/// where all are numbers, dates or empty.
pub fn texts(columns: &[Column]) -> Option<usize> {
    let mut best = None;
    let mut most = 0;
    for (place, column) in columns.iter().enumerate() {
        if !matches!(column.kind, ColumnKind::Text | ColumnKind::Category) {
            continue;
        }
        let step = column.len().div_ceil(SAMPLE).max(1);
        let cells = column.cells().step_by(step);
        let count = cells.len().max(1);
        let letters: usize = cells.map(readable).sum();
        // In thousandths of a letter, so that the first of equal columns is taken.
        let letters = letters * 1_000 / count;
        if letters > most || best.is_none() {
            (best, most) = (Some(place), letters);
        }
    }
    best
}

/// Letters in words of a cell; in a long cell those at its beginning.
fn readable(cell: &str) -> usize {
    let words = cell.split_whitespace().take(500);
    words.map(letters).sum()
}

fn letters(word: &str) -> usize {
    if word.contains("://") || word.contains('@') {
        return 0;
    }
    let (mut letters, mut others, mut ascii) = (0, 0, true);
    for c in word.chars().take(1_000) {
        if c.is_alphabetic() {
            letters += 1;
        } else if !c.is_ascii_punctuation() {
            others += 1;
        }
        ascii = ascii && c.is_ascii();
    }
    if others > letters || (ascii && letters > LONGEST_WORD) {
        0
    } else {
        letters
    }
}

/// Names that columns have in the tables that people bring.
const USUAL_NAMES: [&str; 24] = [
    "id",
    "text",
    "texts",
    "answer",
    "answers",
    "sentence",
    "sentence1",
    "sentence2",
    "title",
    "name",
    "label",
    "labels",
    "question",
    "comment",
    "comments",
    "category",
    "date",
    "content",
    "response",
    "message",
    "score",
    "url",
    "body",
    "description",
];

/// Characters of the longest name of a column.
const LONGEST_NAME: usize = 60;

/// Whether the first of these rows names the columns: it must look like names, and unlike what
/// stands below.
pub fn header(rows: &[Vec<&str>]) -> bool {
    let Some((first, below)) = rows.split_first() else {
        return false;
    };
    if below.is_empty() || !first.iter().all(|cell| could_be_name(cell)) {
        return false;
    }
    let mut names: Vec<String> = first
        .iter()
        .map(|cell| cell.trim().to_lowercase())
        .collect();
    if names
        .iter()
        .any(|name| USUAL_NAMES.contains(&name.as_str()))
    {
        return true;
    }
    names.retain(|name| !name.is_empty());
    let filled = names.len();
    names.sort_unstable();
    names.dedup();
    if names.len() < filled || filled == 0 {
        return false;
    }
    let mut longer = false;
    for (place, name) in first.iter().enumerate() {
        let cells = below.iter().filter_map(|row| row.get(place));
        let cells: Vec<&str> = cells
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
            .collect();
        if cells.is_empty() {
            continue;
        }
        // A word over numbers or dates is a name.
        let values = cells
            .iter()
            .filter(|cell| number(cell).is_some() || is_date(cell))
            .count();
        if values * 10 >= cells.len() * 9 && !name.trim().is_empty() {
            return true;
        }
        // So is one that a category doesn't have among its values.
        let mut different = cells.clone();
        different.sort_unstable();
        different.dedup();
        if cells.len() >= 6
            && different.len() * 2 <= cells.len()
            && !different.contains(&name.trim())
        {
            return true;
        }
        let mean = cells.iter().map(|cell| cell.chars().count()).sum::<usize>() / cells.len();
        longer = longer || (mean >= 20 && name.chars().count() * 2 <= mean);
    }
    longer && first.len() > 1
}

fn could_be_name(cell: &str) -> bool {
    let cell = cell.trim();
    number(cell).is_none()
        && !is_date(cell)
        && !cell.ends_with(['.', '!', '。', '…'])
        && cell.chars().count() <= LONGEST_NAME
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_are_where_the_words_are() {
        let column = |cells: [&'static str; 2]| Column::of("x", cells).unwrap();
        let columns = [
            column(["1001", "1002"]),
            column([
                "https://example.org/a/very/long/address",
                "https://example.org/other",
            ]),
            column([
                "d41d8cd98f00b204e9800998ecf8427e",
                "9e107d9d372bb6826bd81d3542a419d6",
            ]),
            column(["The office is loud.", "Nobody answers."]),
            column(["Sales", "HR"]),
        ];
        assert_eq!(texts(&columns), Some(3));
        assert_eq!(texts(&columns[..1]), None);
        assert_eq!(
            texts(&[column(["短い", "猫が寝る"]), column(["ab", "cd"])]),
            Some(0)
        );
    }

    #[test]
    fn headers() {
        let header = |rows: &[&[&'static str]]| {
            header(&rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>())
        };
        assert!(header(&[&["id", "answer"], &["1", "Too loud."]]));
        assert!(header(&[&["Frage", "Jahr"], &["Wie geht es?", "2020"]]));
        assert!(header(&[
            &["Antwort", "Ort"],
            &["Das Büro ist viel zu laut.", "Ulm"]
        ]));
        assert!(!header(&[&["1", "Too loud."], &["2", "Too cold."]]));
        assert!(!header(&[
            &["A cat sleeps.", "Sales"],
            &["A dog barks.", "HR"]
        ]));
        assert!(!header(&[&["cat", "dog"], &["red", "blue"]]));
        assert!(!header(&[&["id", "answer"]]));
        assert!(!header(&[]));
    }
}
