//! Plain text: a line, paragraph, sentence or passage is a text. Records of chats and lists can be
//! taken without what stands before each line.

mod lines;
mod prefix;
mod sentences;
mod shape;

use crate::draft::Draft;
use crate::error::ImportError;
use crate::imported::TextShape;
use crate::note::NoteKind;
use crate::options::Split;
use crate::registry::{Evidence, Input, Reader};

pub use lines::{lines, says_something};
use prefix::Message;
use sentences::Passages;
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
    shape.split = match input.options.split {
        Some(split) => split,
        None if shape.wrapped && !input.options.transcript => Split::Paragraphs,
        None => Split::Lines,
    };
    draft.shape = Some(shape);
    draft.texts = Some("text");
    if input.options.transcript {
        messages(&text, survey.speech, draft)
    } else {
        match shape.split {
            Split::Lines => all_lines(&text, draft),
            Split::Paragraphs => paragraphs(&text, draft),
            Split::Sentences | Split::Passages => sentences(&text, shape, draft),
        }
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

/// Sentences or passages, each with the number of its paragraph: of what stands between empty lines
/// where the lines were broken at a fixed width, of its line otherwise.
fn sentences(text: &str, shape: TextShape, draft: &mut Draft) -> Result<(), ImportError> {
    let (number, column) = (draft.add_column("paragraph")?, draft.add_column("text")?);
    let mut row = |paragraph: usize, text: &str| {
        if !draft.wants_more() {
            return Ok(false);
        }
        draft.set(number, &paragraph.to_string())?;
        draft.set(column, text)?;
        draft.end_row();
        Ok(true)
    };
    let mut passages = Passages::default();
    let mut paragraph = String::new();
    let mut count = 0;
    // One more empty line ends the last paragraph.
    for line in lines(text).chain([""]) {
        let line = line.trim();
        let says = says_something(line);
        if says {
            paragraph.push_str(lines::joint(&paragraph, line));
            paragraph.push_str(line);
        }
        if paragraph.is_empty() || (says && shape.wrapped) {
            continue;
        }
        count += 1;
        for sentence in sentences::sentences(&paragraph) {
            let more = match shape.split {
                Split::Passages => match passages.push(count, sentence) {
                    Some((begins, passage)) => row(begins, &passage)?,
                    None => true,
                },
                _ => row(count, sentence)?,
            };
            if !more {
                return Ok(());
            }
        }
        paragraph.clear();
    }
    if let Some((begins, passage)) = passages.rest() {
        row(begins, &passage)?;
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
