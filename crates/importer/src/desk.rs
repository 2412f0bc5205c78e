//! The file that is being looked at, and the table it was read as.

use crate::fields::{column_kind, field_kind, has_few_values};
use crate::refused;
use crate::whole;
use semblance_import::{Column, Imported, Options, Source, Split, TextEncoding, encodings, read};
use semblance_protocol::{
    Failure, FieldKind, PREVIEW_CELL, PREVIEW_ROWS, ReadOptions, Table, TableColumn, TableEncoding,
    TableShape, TextSplit, Whole,
};
use std::collections::BTreeMap;

/// One file, what it was read as last, and the tables that were taken.
#[derive(Default)]
pub(crate) struct Desk {
    bytes: Vec<u8>,
    name: String,
    mime: String,
    table: Option<Imported>,
    taken: Tables,
}

/// What the bytes of a table begin with: what they are, and the version of what follows. That is
/// raised whenever `Column` changes.
const PACKED: &[u8] = b"SMBT\x01";

/// Tables by the numbers that the page gave them. None is ever dropped: what was replaced may come
/// back by undo.
pub(crate) type Tables = BTreeMap<u32, Taken>;

/// A table whose texts the page has.
pub(crate) struct Taken {
    /// Its columns.
    pub(crate) columns: Vec<Column>,
    /// Which of them held the texts.
    pub(crate) texts: usize,
}

impl Desk {
    /// Reads a file as it seems to be.
    pub(crate) fn read(
        &mut self,
        bytes: Vec<u8>,
        name: String,
        mime: String,
    ) -> Result<Table, Failure> {
        (self.bytes, self.name, self.mime) = (bytes, name, mime);
        self.table = None;
        self.reread(&ReadOptions::default())
    }

    /// Reads it in the way that was chosen. The table before stays if that fails.
    pub(crate) fn reread(&mut self, options: &ReadOptions) -> Result<Table, Failure> {
        let source = Source {
            bytes: &self.bytes,
            name: &self.name,
            mime: &self.mime,
        };
        let imported =
            read(&source, &chosen(options)).map_err(|error| refused(error.to_string()))?;
        let table = summary(&imported);
        self.table = Some(imported);
        Ok(table)
    }

    /// Keeps the table as `number`, and returns the texts in one of its columns, one to a line, and
    /// the row of each. The columns of `along` are kept with it, as what they are taken for. The
    /// file is not needed any more.
    pub(crate) fn take(
        &mut self,
        texts: u32,
        number: u32,
        along: &[(u32, FieldKind)],
    ) -> Result<(String, Vec<u32>), Failure> {
        let table = self.table.as_ref();
        let column = table.and_then(|table| table.columns.get(texts as usize));
        let column = column.ok_or_else(|| refused("There is no such column in the file."))?;
        let texts_and_rows = lines(column);
        if let Some(table) = self.table.take() {
            let mut taken = Taken {
                columns: Vec::new(),
                texts: 0,
            };
            for (at, mut column) in (0..).zip(table.columns) {
                if at == texts {
                    taken.texts = taken.columns.len();
                } else {
                    match along.iter().find(|(column, _)| *column == at) {
                        Some(&(_, kind)) => column.kind = column_kind(kind),
                        None => continue,
                    }
                }
                taken.columns.push(column);
            }
            self.taken.insert(number, taken);
        }
        self.bytes = Vec::new();
        Ok(texts_and_rows)
    }

    /// A table that was taken, as bytes to be kept.
    pub(crate) fn packed(&self, number: u32) -> Result<Vec<u8>, Failure> {
        let table = self.taken.get(&number);
        let table = table.ok_or_else(|| refused("There is no such table."))?;
        let body = postcard::to_extend(&(table.texts, &table.columns), PACKED.to_vec());
        body.map_err(|_| refused("There is no room to keep the columns of the file."))
    }

    /// Has a table again that was kept as bytes. They may have come from another version of this
    /// program, or be damaged.
    pub(crate) fn unpack(&mut self, bytes: &[u8], number: u32) -> Result<(), Failure> {
        let body = bytes.strip_prefix(PACKED);
        let table = body.and_then(|body| postcard::from_bytes(body).ok());
        let (texts, columns) = table.ok_or_else(|| {
            refused("The columns of the file that was opened can't be read any more. Save again to save without them, or open the file once more.")
        })?;
        self.taken.insert(number, Taken { columns, texts });
        Ok(())
    }

    /// Reads a whole workspace, and has its tables.
    pub(crate) fn read_whole(&mut self, bytes: &[u8]) -> Result<(Whole, Vec<f32>), Failure> {
        whole::read(bytes, &mut self.taken)
    }

    /// The tables that were taken.
    pub(crate) fn taken(&self) -> &Tables {
        &self.taken
    }
}

fn chosen(options: &ReadOptions) -> Options {
    Options {
        encoding: options.encoding.clone(),
        header: options.header,
        split: options.split.map(|split| match split {
            TextSplit::Line => Split::Lines,
            TextSplit::Paragraph => Split::Paragraphs,
            TextSplit::Sentence => Split::Sentences,
            TextSplit::Passage => Split::Passages,
        }),
        transcript: options.transcript,
        part: options.part.clone(),
        ..Options::default()
    }
}

/// The cells that say something, one to a line, and their rows. A line end within a cell would make
/// two texts of it.
fn lines(column: &Column) -> (String, Vec<u32>) {
    let (mut text, mut rows) = (String::new(), Vec::new());
    for (row, cell) in (0..).zip(column.cells()) {
        let mut words = cell.split_whitespace();
        if let Some(first) = words.next() {
            if !rows.is_empty() {
                text.push('\n');
            }
            rows.push(row);
            text.push_str(first);
            for word in words {
                text.push(' ');
                text.push_str(word);
            }
        }
    }
    (text, rows)
}

fn summary(imported: &Imported) -> Table {
    Table {
        format: imported.format.label().to_owned(),
        encoding: imported.encoding.as_ref().map(encoding),
        header: imported.header,
        rows: number(imported.rows),
        columns: imported.columns.iter().map(column).collect(),
        texts: imported.texts.map(number),
        shape: imported.shape.map(|shape| TableShape {
            lines: number(shape.lines),
            paragraphs: number(shape.paragraphs),
            split: match shape.split {
                Split::Lines => TextSplit::Line,
                Split::Paragraphs => TextSplit::Paragraph,
                Split::Sentences => TextSplit::Sentence,
                Split::Passages => TextSplit::Passage,
            },
            marked: number(shape.messages + shape.list_items),
        }),
        parts: imported.parts.clone(),
        part: imported.part.clone(),
        notes: imported.notes.iter().map(ToString::to_string).collect(),
    }
}

fn encoding(encoding: &TextEncoding) -> TableEncoding {
    let mut choices = encodings();
    let place = |name: &str| {
        let fits = encoding.also_fit.iter().position(|fit| fit == name);
        match (name == encoding.name, fits) {
            (true, _) => 0,
            (false, Some(place)) => 1 + place,
            (false, None) => usize::MAX,
        }
    };
    choices.sort_by_key(|choice| place(choice.name));
    TableEncoding {
        name: encoding.name.clone(),
        guessed: encoding.guessed,
        choices: choices
            .into_iter()
            .map(|choice| (choice.name.to_owned(), choice.used_for.to_owned()))
            .collect(),
    }
}

fn column(column: &Column) -> TableColumn {
    let is_empty = |cell: &&str| cell.trim().is_empty();
    TableColumn {
        name: column.name.clone(),
        kind: field_kind(column.kind),
        few: has_few_values(column),
        empty: number(column.cells().filter(is_empty).count()),
        first: column.cells().take(PREVIEW_ROWS).map(cut).collect(),
    }
}

/// The beginning of a cell.
fn cut(cell: &str) -> String {
    match cell.char_indices().nth(PREVIEW_CELL) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}

/// Files that fit into memory have fewer rows than this holds.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(text: &str, name: &str) -> (Desk, Table) {
        let mut desk = Desk::default();
        let table = desk
            .read(text.as_bytes().to_vec(), name.to_owned(), String::new())
            .unwrap();
        (desk, table)
    }

    #[test]
    fn a_table_shows_its_columns_and_gives_the_texts_of_one() {
        let csv = "id,answer,team\n1,\"Good,\nreally\",HR\n2,,IT\n3,Bad  food,HR\n";
        let (mut desk, table) = desk(csv, "answers.csv");
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["id", "answer", "team"]);
        assert_eq!((table.rows, table.texts), (3, Some(1)));
        assert_eq!(table.columns[1].first, ["Good,\nreally", "", "Bad  food"]);
        assert_eq!(table.columns[1].empty, 1);
        assert!(desk.take(3, 7, &[]).is_err());
        let (texts, rows) = desk.take(1, 7, &[(0, FieldKind::Number)]).unwrap();
        assert_eq!(texts, "Good, really\nBad food");
        assert_eq!(rows, [0, 2]);
        assert!(desk.take(1, 8, &[]).is_err(), "it was taken already");
        desk.read(b"text\nA\nB\n".to_vec(), "b.csv".into(), String::new())
            .unwrap();
        desk.take(0, 9, &[]).unwrap();
        assert!(desk.taken().keys().eq(&[7, 9]));
        // What did not come along is gone.
        let kept = desk.taken()[&7].columns.iter();
        assert!(kept.map(|column| &column.name).eq(["id", "answer"]));
    }

    #[test]
    fn a_table_that_was_packed_is_as_it_was() {
        let odd = "id,answer\n1,\"A\tB\n🎉\"\n2,e\u{301} é\n";
        let (mut desk, _) = desk(odd, "a.csv");
        desk.take(1, 7, &[(0, FieldKind::Number)]).unwrap();
        let bytes = desk.packed(7).unwrap();
        let mut other = Desk::default();
        other.unpack(&bytes, 9).unwrap();
        assert_eq!(other.taken()[&9].columns, desk.taken()[&7].columns);
        assert_eq!(other.taken()[&9].texts, 1);
        assert!(desk.packed(8).is_err());
        for end in 0..bytes.len() {
            assert!(other.unpack(&bytes[..end], 9).is_err(), "{end}");
        }
        assert!(other.unpack(b"SMBT\x02", 9).is_err(), "of a later version");
        assert_eq!(other.taken()[&9].texts, 1, "what was there stays");
    }

    #[test]
    fn what_is_chosen_is_what_counts() {
        let (mut desk, table) = desk("id,text\n1,Good day\n2,Good night\n", "a.csv");
        assert_eq!(table.header, Some(true));
        let options = ReadOptions {
            header: Some(false),
            ..ReadOptions::default()
        };
        let table = desk.reread(&options).unwrap();
        assert_eq!((table.header, table.rows), (Some(false), 3));
    }

    #[test]
    fn a_choice_that_fails_leaves_the_table_as_it_was() {
        let (mut desk, _) = desk("id,text\n1,Good day\n2,Good night\n", "a.csv");
        let options = ReadOptions {
            encoding: Some("no such encoding".to_owned()),
            ..ReadOptions::default()
        };
        assert!(desk.reread(&options).is_err());
        assert_eq!(desk.take(1, 0, &[]).unwrap().0, "Good day\nGood night");
    }

    #[test]
    fn encodings_that_fit_are_first_to_choose_from() {
        let (mut desk, _) = desk("x", "a.txt");
        let (bytes, name) = (
            b"Caf\xe9 au lait, tr\xe8s bon\n".to_vec(),
            "a.txt".to_owned(),
        );
        let table = desk.read(bytes, name, String::new()).unwrap();
        let encoding = table.encoding.unwrap();
        assert!(encoding.guessed);
        assert_eq!(encoding.choices[0].0, encoding.name);
        assert_eq!(encoding.choices.len(), encodings().len());
    }

    #[test]
    fn long_cells_are_cut_where_a_character_ends() {
        let long = "é".repeat(PREVIEW_CELL + 1);
        let shown = cut(&long);
        assert_eq!(shown.chars().count(), PREVIEW_CELL + 1);
        assert!(shown.ends_with('…'));
        assert_eq!(cut("short"), "short");
    }

    #[test]
    fn a_picture_is_refused_with_advice() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        let error = Desk::default().read(png, "a.txt".to_owned(), String::new());
        assert!(error.unwrap_err().message.contains("picture"));
    }
}
