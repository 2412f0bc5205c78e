//! Markdown: paragraphs, headings, list items and rows of tables as plain text. Code is left out.

use pulldown_cmark::{Event, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use super::plain::says_something;
use crate::draft::Draft;
use crate::error::ImportError;
use crate::note::NoteKind;
use crate::registry::{Evidence, Input, Reader};

pub const READER: Reader = Reader {
    id: "markdown",
    label: "a text in Markdown",
    extensions: &["md", "markdown", "mkd", "mdown"],
    media_types: &["text/markdown"],
    // Any text could be; so a name must say so.
    evidence: |_| Evidence::Absent,
    read,
};

fn read(input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
    let text = input.text(draft)?;
    draft.texts = Some("text");
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut blocks = Blocks {
        text: draft.add_column("text")?,
        kind: draft.add_column("kind")?,
        section: draft.add_column("section")?,
        draft,
        content: String::new(),
        heading: String::new(),
        within: Vec::new(),
        skipping: false,
    };
    for event in Parser::new_ext(&text, options) {
        if !blocks.event(event)? {
            break;
        }
    }
    Ok(())
}

/// The blocks of a document as rows.
struct Blocks<'a> {
    draft: &'a mut Draft,
    text: usize,
    kind: usize,
    section: usize,
    /// Text of the present block.
    content: String,
    /// The heading under which it stands.
    heading: String,
    /// Kinds of the blocks that are open around it.
    within: Vec<&'static str>,
    /// Whether it is code or the like.
    skipping: bool,
}

impl Blocks<'_> {
    /// Takes the next part; false where no more are wanted.
    fn event(&mut self, event: Event) -> Result<bool, ImportError> {
        match event {
            Event::Start(tag) => return self.start(&tag),
            Event::End(tag) => return self.end(tag),
            Event::Text(text) | Event::Code(text) if !self.skipping => self.content.push_str(&text),
            Event::SoftBreak | Event::HardBreak if !self.skipping => self.content.push(' '),
            Event::InlineHtml(_) => self.draft.notes.add(NoteKind::Markup, 1),
            _ => {}
        }
        Ok(true)
    }

    fn start(&mut self, tag: &Tag) -> Result<bool, ImportError> {
        let kind = match tag {
            Tag::Heading { .. } => "heading",
            Tag::Paragraph => "paragraph",
            Tag::Item => "item",
            Tag::BlockQuote(_) => "quote",
            Tag::TableHead | Tag::TableRow => "row",
            Tag::CodeBlock(_) => return self.skip(NoteKind::Code),
            Tag::HtmlBlock => return self.skip(NoteKind::Markup),
            Tag::MetadataBlock(MetadataBlockKind::YamlStyle | MetadataBlockKind::PlusesStyle) => {
                return self.skip(NoteKind::FrontMatter);
            }
            _ => return Ok(true),
        };
        // The text of an item ends where a list in it begins.
        let wants = self.flush()?;
        self.within.push(kind);
        Ok(wants)
    }

    fn skip(&mut self, kind: NoteKind) -> Result<bool, ImportError> {
        self.draft.notes.add(kind, 1);
        self.skipping = true;
        self.flush()
    }

    fn end(&mut self, tag: TagEnd) -> Result<bool, ImportError> {
        match tag {
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => {
                self.skipping = false;
            }
            TagEnd::TableCell => self.content.push('\t'),
            TagEnd::Heading(_) => {
                self.heading = self.content.trim().to_owned();
                let wants = self.flush()?;
                self.within.pop();
                return Ok(wants);
            }
            TagEnd::Paragraph
            | TagEnd::Item
            | TagEnd::BlockQuote(_)
            | TagEnd::TableHead
            | TagEnd::TableRow => {
                let wants = self.flush()?;
                self.within.pop();
                return Ok(wants);
            }
            _ => {}
        }
        Ok(true)
    }

    /// Makes a row of the present block.
    fn flush(&mut self) -> Result<bool, ImportError> {
        let content = std::mem::take(&mut self.content);
        if !says_something(&content) {
            return Ok(true);
        }
        if !self.draft.wants_more() {
            return Ok(false);
        }
        // A paragraph in an item or a quote is that.
        let outer = self.within.iter().find(|kind| **kind != "paragraph");
        let kind = outer.copied().unwrap_or("paragraph");
        let content = content.trim().replace('\t', " – ");
        self.draft.set(self.text, &content)?;
        self.draft.set(self.kind, kind)?;
        self.draft.set(self.section, &self.heading)?;
        self.draft.end_row();
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Imported, NoteKind, Options, Source, read};

    fn open(text: &str) -> Imported {
        read(&Source::named(text.as_bytes(), "x.md"), &Options::default()).unwrap()
    }

    #[test]
    fn blocks_are_texts() {
        let table = open(
            "---\ntitle: x\n---\n# Cats\n\nThey *sleep*\na [lot](http://x).\n\n- milk\n- eggs\n  - brown\n\n\
             > Quoth\n\n```rust\nfn main() {}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        );
        let column = |name| table.column(name).unwrap().cells().collect::<Vec<_>>();
        assert_eq!(
            column("text"),
            [
                "Cats",
                "They sleep a lot.",
                "milk",
                "eggs",
                "brown",
                "Quoth",
                "a – b",
                "1 – 2"
            ]
        );
        assert_eq!(
            column("kind"),
            [
                "heading",
                "paragraph",
                "item",
                "item",
                "item",
                "quote",
                "row",
                "row"
            ]
        );
        assert_eq!(column("section")[7], "Cats");
        assert_eq!(table.texts, Some(0));
        let kinds: Vec<NoteKind> = table.notes.iter().map(|note| note.kind).collect();
        assert_eq!(kinds, [NoteKind::FrontMatter, NoteKind::Code]);
    }

    #[test]
    fn a_preview_stops() {
        let options = Options {
            rows: Some(1),
            ..Options::default()
        };
        let table = read(&Source::named(b"a\n\nb\n\nc", "x.md"), &options).unwrap();
        assert_eq!((table.rows, table.notes[0].kind), (1, NoteKind::MoreRows));
    }
}
