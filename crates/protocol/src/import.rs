//! Reading a file: what the page asks of the worker that imports, and the table it hears of.

use serde::{Deserialize, Serialize};

/// Rows of a table that the page is shown before it takes it.
pub const PREVIEW_ROWS: usize = 6;

/// Characters of a cell in that preview, at most.
pub const PREVIEW_CELL: usize = 200;

/// A question about a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Import {
    /// Read this file, and keep it. Payload: the file as a `Blob`. Answered by
    /// [`Response::Table`](crate::Response::Table).
    Read {
        /// Its name; empty for what was pasted.
        name: String,
        /// Its media type, as the browser tells it; empty where it doesn't.
        mime: String,
    },
    /// Read the same file in another way. Answered like [`Import::Read`].
    Reread(ReadOptions),
    /// Keep the table, and tell the texts in one of its columns: white space within a cell is
    /// folded, and cells without any text are left out. Answered by
    /// [`Response::Taken`](crate::Response::Taken).
    Take {
        /// The column, from 0.
        column: u32,
        /// What the page calls the table: no other one, or rows of the one would be taken for
        /// those of the other.
        table: u32,
        /// The columns that come along, and what each is taken for. The others are forgotten.
        along: Vec<(u32, FieldKind)>,
    },
    /// Tell a table that was taken as bytes, to be kept. Answered by
    /// [`Response::File`](crate::Response::File).
    Pack {
        /// What the page calls the table.
        table: u32,
    },
    /// Have a table again that was told as bytes, perhaps by a worker that is no more. Payload: the
    /// bytes as a `Blob`. Answered by [`Response::Done`](crate::Response::Done).
    Unpack {
        /// What the page calls the table.
        table: u32,
    },
    /// Tell which fields these tables have together. Answered by
    /// [`Response::Fields`](crate::Response::Fields).
    Fields {
        /// What the page calls the tables.
        tables: Vec<u32>,
    },
    /// Tell the values of a field, row by row, table by table. Answered by
    /// [`Response::Values`](crate::Response::Values).
    Values {
        /// The tables, as in [`Import::Fields`].
        tables: Vec<u32>,
        /// The name of the field.
        name: String,
    },
    /// Tell all cells of a row. Answered by [`Response::Fields`](crate::Response::Fields).
    Row {
        /// What the page calls the table.
        table: u32,
        /// The row, from 0.
        row: u32,
    },
    /// Write a table of texts and what was found about them, with the columns of the tables that
    /// they came from. Answered by [`Response::File`](crate::Response::File).
    Write(Sheet),
    /// Write a list of what was found: the columns alone, whose rows need not be texts. Answered by
    /// [`Response::File`](crate::Response::File).
    WriteList(Sheet),
    /// Write vectors. Payload: `[texts, dimensions]` f32, row-major. Answered by
    /// [`Response::File`](crate::Response::File).
    WriteVectors {
        /// As what.
        format: VectorsFormat,
        /// The text of each vector.
        texts: Vec<String>,
        /// The group of each text; empty where there are no groups.
        groups: Vec<String>,
    },
    /// Write a whole workspace as one file (`docs/formats.md`). Payload: its vectors, `[texts,
    /// dimensions]` f32, row-major, if all texts have one. Answered by
    /// [`Response::File`](crate::Response::File).
    WriteWhole(Whole),
    /// Read such a file, and have its tables. Payload: the file as a `Blob`. Answered by
    /// [`Response::Whole`](crate::Response::Whole).
    ReadWhole,
}

/// How vectors are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VectorsFormat {
    /// An array of NumPy.
    Npy,
    /// `vectors.tsv` and `metadata.tsv` for the Embedding Projector, in a zip archive.
    Projector,
    /// An object with text and vector on each line.
    JsonLines,
}

/// A workspace in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// All lines.
    pub lines: String,
    /// The record, as it is kept; empty where there is none but the lines.
    pub record: Vec<u8>,
    /// The numbers of the tables that lines came from.
    pub tables: Vec<u32>,
    /// What made the vectors.
    pub identity: String,
    /// The name of the model.
    pub model: String,
    /// Three numbers for each text: its tokens, whether it was truncated, and how many of the
    /// tokens are unknown.
    pub numbers: Vec<u32>,
}

/// A table to be written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// As what.
    pub format: SheetFormat,
    /// The texts, one for each row.
    pub texts: Vec<String>,
    /// Where each text came from: a table that was taken, and its row, from 0.
    pub sources: Vec<Option<(u32, u32)>>,
    /// What was found.
    pub columns: Vec<SheetColumn>,
}

impl Sheet {
    /// Adds a column of what was found.
    pub fn add(&mut self, name: &str, cells: Cells) {
        let name = name.to_owned();
        self.columns.push(SheetColumn { name, cells });
    }
}

/// How a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SheetFormat {
    /// Commas, a byte order mark for Excel, formulas made harmless.
    #[default]
    Csv,
    /// A spreadsheet of Excel.
    Xlsx,
    /// Tabs between cells, quotes where needed.
    Tsv,
    /// A list of objects, one for each row.
    Json,
    /// A table of HTML, for the clipboard.
    Html,
}

/// A column of what was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SheetColumn {
    /// Its name.
    pub name: String,
    /// Its cells.
    pub cells: Cells,
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cells {
    /// Words.
    Words(Vec<String>),
    /// Texts of the same sheet, by their row.
    Texts(Vec<u32>),
    /// The number of the set that a row is in, from 1: for each set its rows.
    Sets(Vec<Vec<u32>>),
    /// Scores and the like, written with up to four decimals; NaN is an empty cell.
    Numbers(Vec<f32>),
    /// Numbers that are written so that the same ones are read again; NaN is an empty cell.
    Places(Vec<f32>),
}

/// How a file is to be read; what is `None` is guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadOptions {
    /// The encoding, by its name in the Encoding Standard.
    pub encoding: Option<String>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
    /// What of a plain text is one text.
    pub split: Option<TextSplit>,
    /// Whether names, times and bullets at the beginnings of lines are left out.
    pub transcript: bool,
    /// The sheet, by its name.
    pub part: Option<String>,
}

/// A file that was read, as far as a person has to see it before taking it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it was read as: “CSV”.
    pub format: String,
    /// Its encoding; none for formats that are no text.
    pub encoding: Option<TableEncoding>,
    /// Whether the first row was taken for the names of the columns; none where the format has no
    /// such row.
    pub header: Option<bool>,
    /// Rows, the header not counted.
    pub rows: u32,
    /// Columns.
    pub columns: Vec<TableColumn>,
    /// The column that seems to hold the texts.
    pub texts: Option<u32>,
    /// How a plain text is built; none for tables.
    pub shape: Option<TableShape>,
    /// Names of the sheets; empty where there is one only.
    pub parts: Vec<String>,
    /// The sheet that was read.
    pub part: Option<String>,
    /// What was left out, filled in or is odd, in sentences without a full stop.
    pub notes: Vec<String>,
}

/// The encoding of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEncoding {
    /// Its name in the Encoding Standard.
    pub name: String,
    /// Whether nothing says so but the bytes themselves.
    pub guessed: bool,
    /// All encodings to choose from: those that fit first. Name and description.
    pub choices: Vec<(String, String)>,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    /// Its name, from the header or made up.
    pub name: String,
    /// What its cells look like.
    pub kind: FieldKind,
    /// Whether it has few enough different values for categories.
    pub few: bool,
    /// Cells without any text.
    pub empty: u32,
    /// Its first [`PREVIEW_ROWS`] cells, each cut after [`PREVIEW_CELL`] characters.
    pub first: Vec<String>,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldKind {
    /// There are none.
    #[default]
    Empty,
    /// Numbers.
    Number,
    /// Dates, perhaps with a time.
    Date,
    /// A few values that come again and again.
    Category,
    /// Anything else.
    Text,
}

impl FieldKind {
    /// All of them.
    pub const ALL: [FieldKind; 5] = [
        FieldKind::Empty,
        FieldKind::Number,
        FieldKind::Date,
        FieldKind::Category,
        FieldKind::Text,
    ];
}

/// What of a plain text is one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextSplit {
    /// A line.
    #[default]
    Line,
    /// What stands between empty lines.
    Paragraph,
    /// A sentence.
    Sentence,
    /// Some sentences, about as many as a model reads.
    Passage,
}

impl TextSplit {
    /// All of them.
    pub const ALL: [TextSplit; 4] = [
        TextSplit::Line,
        TextSplit::Paragraph,
        TextSplit::Sentence,
        TextSplit::Passage,
    ];
}

/// How a plain text is built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableShape {
    /// Lines that say something.
    pub lines: u32,
    /// Blocks of such lines with empty lines between them.
    pub paragraphs: u32,
    /// What was taken for a text.
    pub split: TextSplit,
    /// Lines that begin with a name, a time, a bullet or a number.
    pub marked: u32,
}
