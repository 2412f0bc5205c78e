//! What people bring, and the plain texts among it, which need no questions.

use js_sys::Uint8Array;
use semblance_workspace::Lesson;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, TextDecoder, TextDecoderOptions};

/// Files above this many bytes are refused: the page would need several times as much memory.
pub const LARGEST: f64 = 256e6;
/// Bytes of a line that holds more than a sentence, and of one that was broken at a fixed width.
const LONG_LINE: usize = 280;
const BROKEN_LINE: usize = 45;
/// No lesson has more bytes.
const LESSON: f64 = 1e6;
/// Lines looked at to tell what a text is.
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

    /// What stands in it if it is a plain text in UTF-8, without a doubt: one text to a line. Where
    /// lines are long or look broken by hand, somebody may want paragraphs or sentences.
    pub async fn plain(&self) -> Option<String> {
        let name = self.name.to_ascii_lowercase();
        let (_, extension) = name.rsplit_once('.').unwrap_or(("", ""));
        if !matches!(extension, "" | "txt" | "text" | "log") {
            return None;
        }
        let bytes = JsFuture::from(self.blob.array_buffer()).await.ok()?;
        let text = decoded(&bytes)?;
        // A picture that is called a text has some of these.
        let strange = text.contains('\0') || looks_like_a_table(&text) || looks_written(&text);
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

/// Whether the beginning of a text is running text rather than a list: lines with more than one
/// sentence's worth of words, or most of one width and broken in the middle of sentences.
fn looks_written(text: &str) -> bool {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let count = lines().take(LOOKED_AT).count();
    let long = lines()
        .take(LOOKED_AT)
        .filter(|line| line.len() > LONG_LINE);
    let broken = |line: &&str| {
        line.len() > BROKEN_LINE
            && line.ends_with(|last: char| last.is_alphanumeric() || last == ',')
    };
    let broken = lines().take(LOOKED_AT).filter(broken).count();
    long.count() > 0 || (broken > 2 && broken * 2 > count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_text_is_told_from_lists() {
        let sentence = "Home is quieter, unless there are children who need to be fed. ";
        assert!(looks_written(&sentence.repeat(5)));
        let broken = "The open-plan office is where most of us spend the days of our\n\
            lives, and it is loud: phones ring, people talk about lunch, and\n\
            nobody can think of anything but the noise that others make all\n\
            day.\n";
        assert!(looks_written(broken));
        for list in ["", "One line.\nAnother.", "apple\npear\nplum", sentence] {
            assert!(!looks_written(list), "{list}");
        }
    }

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
