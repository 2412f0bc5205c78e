//! The XML inside spreadsheets, as a stream of what matters to a reader.

use std::borrow::Cow;
use std::io::BufRead;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};

use crate::archive;
use crate::error::ImportError;

/// A part of an archive that is XML.
pub struct Xml<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    part: String,
    format: &'static str,
}

/// What comes next.
pub enum Step<'a> {
    /// An element begins. One without content is closed by the next step.
    Open(Tag<'a>),
    /// The element of this local name ends.
    Close(String),
    /// Text; one text may come in several steps.
    Text(Cow<'a, str>),
    /// There is nothing more.
    End,
}

/// The beginning of an element.
pub struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// Name without the prefix of its namespace.
    pub fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// An attribute by its local name.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        // Names that come twice are an error elsewhere; here the first counts.
        let attributes = attributes.with_checks(false).flatten();
        let mut found = attributes.filter(|found| found.key.local_name().into_inner() == name);
        let value = found.next()?.normalized_value(XmlVersion::Implicit1_0);
        value.ok().map(Cow::into_owned)
    }

    /// An attribute that is a number.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.attribute(name)?.trim().parse().ok()
    }
}

impl<R: BufRead> Xml<R> {
    /// Reads the part of this name of a file of this format.
    pub fn new(member: R, part: &str, format: &'static str) -> Xml<R> {
        let mut reader = Reader::from_reader(member);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Xml {
            reader,
            buffer: Vec::new(),
            part: part.to_owned(),
            format,
        }
    }

    /// Goes on to the next step. What matters to no reader, such as comments, is an empty text.
    pub fn step(&mut self) -> Result<Step<'_>, ImportError> {
        self.buffer.clear();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => return Err(broken(error, &self.part, self.format)),
        };
        Ok(match event {
            Event::Start(tag) => Step::Open(Tag(tag)),
            // Its local name borrows from the event, which ends here.
            Event::End(tag) => Step::Close(tag.local_name().into_inner().to_owned()),
            Event::Text(text) if !text.contains('\r') => Step::Text(text.into_inner()),
            Event::Text(text) => Step::Text(text.xml10_content().into_owned().into()),
            Event::CData(text) => Step::Text(text.into_inner()),
            Event::GeneralRef(name) => Step::Text(match name.resolve_char_ref() {
                Ok(Some(c)) => c.to_string().into(),
                _ => match resolve_predefined_entity(&name) {
                    Some(text) => text.into(),
                    None => format!("&{};", &*name).into(),
                },
            }),
            Event::Eof => Step::End,
            _ => Step::Text("".into()),
        })
    }
}

fn broken(error: Error, part: &str, format: &'static str) -> ImportError {
    match error {
        Error::Io(error) => archive::failure(&error, part, format),
        other => ImportError::malformed(
            format,
            format!("its part {part} is damaged ({other})"),
            "Open it in its program, save it again or as CSV, and open that.",
        ),
    }
}
