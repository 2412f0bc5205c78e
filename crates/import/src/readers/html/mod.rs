//! HTML, above all from the clipboard: cells copied from a spreadsheet or from a table of a page.
//! Of a page without a table, the paragraphs are taken.

mod table;

use html5gum::{DefaultEmitter, Token, Tokenizer};

use crate::draft::Draft;
use crate::error::ImportError;
use crate::grid::Grid;
use crate::note::NoteKind;
use crate::readers::plain::says_something;
use crate::registry::{Evidence, Input, Reader};
use crate::source::Sample;
use table::Table;

pub const READER: Reader = Reader {
    id: "html",
    label: "a page or table in HTML",
    extensions: &["html", "htm", "xhtml"],
    media_types: &["text/html", "application/xhtml+xml"],
    evidence,
    read,
};

fn evidence(sample: &Sample) -> Evidence {
    let start: String = sample.start().chars().take(200).collect();
    let start = start.to_ascii_lowercase();
    let sure = ["<!doctype html", "<html", "<table", "<meta "];
    match sure.iter().any(|tag| start.starts_with(tag)) {
        true => Evidence::Conclusive,
        false => Evidence::Absent,
    }
}

/// What is gathered while the tags go by.
#[derive(Default)]
struct Page {
    /// Tables that have ended.
    tables: Vec<Table>,
    /// The outermost table that is open.
    table: Option<Table>,
    /// How many tables are open; one in a cell is a part of the cell.
    depth: usize,
    /// Paragraphs outside of tables.
    paragraphs: Vec<String>,
    paragraph: String,
    /// Elements open whose content isn't shown.
    hidden: usize,
}

fn read(input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
    let text = input.text(draft)?;
    let mut emitter = DefaultEmitter::default();
    // Scripts have characters in them that aren't tags.
    emitter.naively_switch_states(true);
    let mut page = Page::default();
    for token in Tokenizer::new_with_emitter(&*text, emitter) {
        let Ok(token) = token;
        page.token(&token)?;
    }
    page.end_paragraph();
    page.close_table();
    page.into_rows(input, draft)
}

impl Page {
    fn token(&mut self, token: &Token) -> Result<(), ImportError> {
        match token {
            Token::StartTag(tag) => {
                let number = |name: &[u8]| {
                    let value = tag.attributes.get(name)?;
                    std::str::from_utf8(value).ok()?.trim().parse().ok()
                };
                let span = (number(b"colspan"), number(b"rowspan"));
                self.open(&tag.name, span)?;
            }
            Token::EndTag(tag) => self.close(&tag.name)?,
            Token::String(text) if self.hidden == 0 => {
                self.text().push(&String::from_utf8_lossy(text));
            }
            _ => {}
        }
        Ok(())
    }

    /// Where text goes now.
    fn text(&mut self) -> Words<'_> {
        match self.table.as_mut().and_then(Table::cell) {
            Some(cell) => Words(cell),
            None => Words(&mut self.paragraph),
        }
    }

    fn open(
        &mut self,
        name: &[u8],
        span: (Option<usize>, Option<usize>),
    ) -> Result<(), ImportError> {
        match name {
            b"table" => {
                self.depth += 1;
                if self.depth == 1 {
                    self.end_paragraph();
                    self.table = Some(Table::default());
                }
            }
            b"tr" if self.depth == 1 => self.table.iter_mut().for_each(Table::begin_row),
            b"td" | b"th" if self.depth == 1 => {
                if let Some(table) = &mut self.table {
                    table.begin_cell(name == b"th", span)?;
                }
            }
            b"br" => self.text().0.push('\n'),
            b"script" | b"style" | b"template" | b"head" | b"title" => self.hidden += 1,
            // What HTML lets people leave the end of, and nothing ends that follows.
            b"body" => self.hidden = 0,
            _ if is_block(name) => self.block(),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Result<(), ImportError> {
        match name {
            b"table" => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    self.close_table();
                }
            }
            b"td" | b"th" if self.depth == 1 => self.table.iter_mut().for_each(Table::end_cell),
            b"script" | b"style" | b"template" | b"head" | b"title" => {
                self.hidden = self.hidden.saturating_sub(1);
            }
            _ if is_block(name) => self.block(),
            _ => {}
        }
        Ok(())
    }

    /// A block begins or ends: a line in a cell, a paragraph outside.
    fn block(&mut self) {
        match self.table.as_mut().and_then(Table::cell) {
            Some(cell) if !cell.is_empty() && !cell.ends_with('\n') => cell.push('\n'),
            Some(_) => {}
            None => self.end_paragraph(),
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        if says_something(&paragraph) {
            self.paragraphs.push(paragraph.trim().to_owned());
        }
    }

    fn close_table(&mut self) {
        self.depth = 0;
        let Some(mut table) = self.table.take() else {
            return;
        };
        table.end_cell();
        if table.cells() > 0 {
            self.tables.push(table);
        }
    }

    /// The largest table, or the paragraphs if there is none.
    fn into_rows(self, input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
        // Tables of one cell are there for the looks of a page.
        let tables: Vec<&Table> = self
            .tables
            .iter()
            .filter(|table| table.cells() > 1)
            .collect();
        let largest = tables.iter().max_by_key(|table| table.cells());
        let Some(table) = largest.filter(|table| table.cells() > self.paragraphs.len()) else {
            return self.into_paragraphs(draft);
        };
        draft.notes.add(NoteKind::OtherPart, tables.len() - 1);
        let header = input.options.header.or(table.has_header().then_some(true));
        let mut grid = Grid::new(header, true);
        for (number, row) in table.rows().enumerate() {
            let cells = row.iter().map(|cell| cell.trim());
            if !grid.row(number + 1, cells, draft)? {
                break;
            }
        }
        grid.finish(draft)
    }

    fn into_paragraphs(self, draft: &mut Draft) -> Result<(), ImportError> {
        draft.texts = Some("text");
        let column = draft.add_column("text")?;
        let cells = self.tables.iter().flat_map(Table::rows).flatten();
        let cells = cells
            .filter(|cell| says_something(cell))
            .map(|cell| cell.trim());
        for text in self.paragraphs.iter().map(String::as_str).chain(cells) {
            if !draft.wants_more() {
                break;
            }
            draft.set(column, text)?;
            draft.end_row();
        }
        Ok(())
    }
}

/// Text as a browser shows it: white space is one space, and none at the beginning.
struct Words<'a>(&'a mut String);

impl Words<'_> {
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            // Not the space that doesn't break, which somebody put there on purpose.
            let space = matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
            let after_space = self.0.is_empty() || self.0.ends_with([' ', '\n']);
            match (space, after_space) {
                (false, _) => self.0.push(c),
                (true, false) => self.0.push(' '),
                (true, true) => {}
            }
        }
    }
}

fn is_block(name: &[u8]) -> bool {
    matches!(
        name,
        b"p" | b"div"
            | b"li"
            | b"ul"
            | b"ol"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"blockquote"
            | b"pre"
            | b"section"
            | b"article"
            | b"header"
            | b"footer"
            | b"aside"
            | b"nav"
            | b"main"
            | b"figure"
            | b"figcaption"
            | b"dt"
            | b"dd"
            | b"dl"
            | b"hr"
            | b"form"
            | b"option"
            | b"address"
            | b"caption"
    )
}

#[cfg(test)]
mod tests;
