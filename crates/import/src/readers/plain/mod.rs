//! Plain text: a line or a paragraph is a text. Records of chats and lists can be taken without
//! what stands before each line.

mod lines;
mod prefix;
mod shape;

use crate::draft::Draft;
use crate::error::ImportError;
use crate::note::NoteKind;
use crate::options::Split;
use crate::registry::{Evidence, Input, Reader};

pub use lines::{lines, says_something};
use prefix::Message;
use shape::{Speech, Survey};

pub const READER: Reader = Reader {
    id: "text",
    label: "plain text",
    extensions: &["text", "log"],
    media_types: &[],
    evidence: |_| Evidence::Absent,
    read,
};

fn read(input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
    let text = input.text(draft)?;
    let survey = Survey::of(&text);
    let mut shape = survey.shape;
    shape.by_paragraph = match input.options.split {
        Some(split) => split == Split::Paragraphs,
        None => shape.wrapped && !input.options.transcript,
    };
    draft.shape = Some(shape);
    draft.texts = Some("text");
    if input.options.transcript {
        messages(&text, survey.speech, draft)
    } else if shape.by_paragraph {
        paragraphs(&text, draft)
    } else {
        all_lines(&text, draft)
    }
}

fn all_lines(text: &str, draft: &mut Draft) -> Result<(), ImportError> {
    let column = draft.add_column("text")?;
    for (number, line) in lines(text).enumerate() {
        if !says_something(line) {
            draft.notes.at(NoteKind::EmptyLine, number + 1);
            continue;
        }
        if !draft.wants_more() {
            break;
        }
        draft.set(column, line.trim())?;
        draft.end_row();
    }
    Ok(())
}

fn paragraphs(text: &str, draft: &mut Draft) -> Result<(), ImportError> {
    let column = draft.add_column("text")?;
    let mut last = None;
    for line in lines(text) {
        let line = line.trim();
        if !says_something(line) {
            if last.take().is_some() {
                draft.end_row();
            }
            continue;
        }
        if let Some(before) = last {
            draft.set(column, lines::joint(before, line))?;
        } else if !draft.wants_more() {
            return Ok(());
        }
        draft.set(column, line)?;
        last = Some(line);
    }
    if last.is_some() {
        draft.end_row();
    }
    Ok(())
}

/// Lines without what stands before them: who said it when, bullets, numbers.
fn messages(text: &str, speech: Speech, draft: &mut Draft) -> Result<(), ImportError> {
    let time = match speech.times {
        true => Some(draft.add_column("time")?),
        false => None,
    };
    let name = match speech.names {
        true => Some(draft.add_column("name")?),
        false => None,
    };
    let column = draft.add_column("text")?;
    let mut last = Message::default();
    for (number, line) in lines(text).enumerate() {
        let line = line.trim();
        let message = speech.parse(line);
        // A line that begins with neither goes on with what the one before it said.
        last = message.unwrap_or(Message { text: line, ..last });
        let said = match message {
            Some(message) => message.text,
            None => prefix::list_item(line).unwrap_or(line),
        };
        if !says_something(said) {
            draft.notes.at(NoteKind::EmptyLine, number + 1);
            continue;
        }
        if !draft.wants_more() {
            break;
        }
        for (column, cell) in [(time, last.time), (name, last.name), (Some(column), said)] {
            if let Some(column) = column {
                draft.set(column, cell)?;
            }
        }
        draft.end_row();
    }
    Ok(())
}

#[cfg(test)]
mod tests;
