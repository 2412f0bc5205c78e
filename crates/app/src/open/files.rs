//! What people bring, and the plain texts among it, which need no questions.

use js_sys::Uint8Array;
use semblance_workspace::Lesson;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, TextDecoder, TextDecoderOptions};

/// Files above this many bytes are refused: the page would need several times as much memory.
pub const LARGEST: f64 = 256e6;
/// No lesson has more bytes.
const LESSON: f64 = 1e6;
/// Lines looked at to tell whether a text is a table.
const LOOKED_AT: usize = 50;

/// A file, or what was pasted.
pub struct Incoming {
    /// Its name; empty for what was pasted.
    pub name: String,
    /// Its type as the browser says; it may be empty.
    pub mime: String,
    /// What is in it.
    pub blob: Blob,
}

impl Incoming {
    /// What stands in it if it is a lesson for class mode, which is Markdown that begins as one.
    pub async fn lesson(&self) -> Option<String> {
        let name = self.name.to_ascii_lowercase();
        let (_, extension) = name.rsplit_once('.').unwrap_or(("", ""));
        let may_be = matches!(extension, "" | "md" | "markdown" | "txt" | "text");
        if !may_be || self.blob.size() > LESSON {
            return None;
        }
        let bytes = JsFuture::from(self.blob.array_buffer()).await.ok()?;
        decoded(&bytes).filter(|text| Lesson::begins(text))
    }

    /// What stands in it if it is a plain text in UTF-8, without a doubt: one text to a line.
    pub async fn plain(&self) -> Option<String> {
        let name = self.name.to_ascii_lowercase();
        let (_, extension) = name.rsplit_once('.').unwrap_or(("", ""));
        if !matches!(extension, "" | "txt" | "text" | "log") {
            return None;
        }
        let bytes = JsFuture::from(self.blob.array_buffer()).await.ok()?;
        let text = decoded(&bytes)?;
        // A picture that is called a text has some of these.
        let strange = text.contains('\0') || looks_like_a_table(&text);
        (!strange).then(|| without_last_end(&text).to_owned())
    }
}

/// Strictly: one byte that can't be read, and it is not UTF-8.
fn decoded(bytes: &JsValue) -> Option<String> {
    let options = TextDecoderOptions::new();
    options.set_fatal(true);
    let decoder = TextDecoder::new_with_label_and_options("utf-8", &options).ok()?;
    decoder
        .decode_with_buffer_source(&Uint8Array::new(bytes))
        .ok()
}

fn without_last_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// Whether half of the lines at the beginning, or more, have the same number of tabs, and some:
/// cells of a spreadsheet. Cells with line breaks put some of the tabs into other lines.
pub fn looks_like_a_table(text: &str) -> bool {
    let lines = text.lines().filter(|line| !line.is_empty());
    let tabs = lines.take(LOOKED_AT).map(|line| line.matches('\t').count());
    let tabs: Vec<usize> = tabs.collect();
    let alike = |count: &usize| tabs.iter().filter(|&tabs| tabs == count).count();
    let enough = tabs.len().div_ceil(2).max(2);
    (tabs.iter()).any(|count| *count > 0 && alike(count) >= enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_a_spreadsheet_are_a_table_and_sentences_are_not() {
        assert!(looks_like_a_table("id\ttext\n1\tGood.\n2\tBad."));
        assert!(looks_like_a_table("1\t\"two\nlines\"\n2\tone\n3\tmore"));
        assert!(looks_like_a_table(
            "1\t\"two\nlines\"\tHR\n2\tone\tIT\n3\tmore\tIT"
        ));
        assert!(!looks_like_a_table("One line, with a\ttab."));
        assert!(!looks_like_a_table("One line, with a\ttab.\nAnother one."));
        assert!(!looks_like_a_table(
            "First.\nSecond,\tthird.\nFourth.\nFifth."
        ));
        assert!(!looks_like_a_table("one, two\nthree, four"));
        assert!(!looks_like_a_table(""));
    }

    #[test]
    fn the_last_line_end_begins_no_text() {
        for text in ["a\nb", "a\nb\n"] {
            assert_eq!(without_last_end(text), "a\nb");
        }
        assert_eq!(without_last_end("a\r\n"), "a");
        assert_eq!(without_last_end("a\n\n"), "a\n");
    }
}
