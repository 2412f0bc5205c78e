//! A lesson of one's own in the page as one file: `cargo xtask kit --lesson animals.txt`.
//!
//! The file has texts, one to a line, and an empty line between groups; or several sets, written as
//! those in `index.html`: `= name`, `? question`, `> what to look for`, and the texts. They come
//! before the page's own sets, and the page opens with the first. Or it is a lesson with questions
//! for class mode, in Markdown, with which the page opens then; or what the page saves as
//! *Everything*: the texts of that are taken.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use semblance_workspace::Lesson as Questions;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use crate::files;

/// Sets of texts that a page opens with.
pub struct Lesson {
    /// The name of its file, without the ending.
    pub name: String,
    /// Its sets, as the page reads them.
    sets: String,
    /// What class mode reads; empty where it is texts alone.
    questions: String,
}

impl Lesson {
    /// Reads one.
    pub fn read(path: &Path) -> Result<Self> {
        let mut text = fs::read(path).with_context(|| files::cannot("read", path))?;
        let shown = path.display();
        if path.extension().is_some_and(|it| it == "semblance") {
            text = texts_of(&text).with_context(|| format!("{shown} is no saved workspace"))?;
        }
        let text = String::from_utf8(text)
            .with_context(|| format!("{shown} is not UTF-8: save it as UTF-8 text"))?;
        let name = path.file_stem().context("the lesson's file has no name")?;
        let name = name.to_string_lossy().into_owned();
        ensure!(
            name != "semblance",
            "call the lesson's file something else than semblance: that is the page itself"
        );
        let unfit = || format!("{shown} can't be a lesson");
        let (sets, questions) = if Questions::begins(&text) {
            let lesson = Questions::parse(&text).with_context(unfit)?;
            (set_of(&lesson), text)
        } else {
            (sets(&text, &name).with_context(unfit)?, String::new())
        };
        Ok(Self {
            name,
            sets,
            questions,
        })
    }

    /// A page with the lesson in it.
    pub fn baked_into(&self, page: &str) -> Result<String> {
        const SAMPLES: &str = "<template id=\"samples\">";
        ensure!(page.contains(SAMPLES), "the page has no samples");
        let digest = Sha256::digest(format!("{}{}", self.sets, self.questions));
        let digits: String = digest
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        let questions = match self.questions.as_str() {
            "" => String::new(),
            text => format!("<template id=\"lesson\">{}</template>\n", escaped(text)),
        };
        let sets = escaped(&self.sets);
        let with =
            format!("{questions}<template id=\"samples\" data-lesson=\"-{digits}\">\n{sets}");
        Ok(page.replacen(SAMPLES, &with, 1))
    }
}

/// The texts of a lesson with questions as a set.
fn set_of(lesson: &Questions) -> String {
    let about = lesson.about.join(" ");
    let about = match about.as_str() {
        "" => about,
        _ => format!("> {about}\n"),
    };
    format!("= {}\n{about}{}\n", lesson.title, lesson.to_text())
}

/// The texts of a workspace that the page has saved as one file (`docs/formats.md`).
fn texts_of(file: &[u8]) -> Result<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(file))?;
    let mut texts = Vec::new();
    archive.by_name("texts.txt")?.read_to_end(&mut texts)?;
    Ok(texts)
}

/// The sets of a lesson; a name where the text gives none.
fn sets(text: &str, name: &str) -> Result<String> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let text = text.trim_matches('\n');
    let mark = |line: &str| ["= ", "? ", "> "].iter().any(|mark| line.starts_with(mark));
    let texts = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !mark(line));
    ensure!(
        texts.count() >= 2,
        "a lesson has two texts or more, one to a line"
    );
    if text.starts_with("= ") {
        return Ok(format!("{text}\n"));
    }
    let marked = text.lines().position(mark);
    ensure!(
        marked.is_none(),
        "line {} begins with a mark of a set, and no line before it names one by “= ”",
        marked.unwrap_or_default() + 1
    );
    Ok(format!("= {name}\n{text}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_are_one_set() {
        let found = sets(
            "\u{feff}\r\nA dog.\r\nA cat.\r\n\r\nShares fell.\n",
            "animals",
        );
        let expected = "= animals\nA dog.\nA cat.\n\nShares fell.\n";
        assert_eq!(found.expect("a lesson"), expected);
    }

    #[test]
    fn sets_are_taken_as_they_are() {
        let text = "= Pets\n? Are they alike?\n> The cat.\nA dog.\nA cat.\n";
        assert_eq!(sets(text, "animals").expect("a lesson"), text);
    }

    #[test]
    fn a_saved_workspace_has_its_texts_in_one_member() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("texts.txt", options).expect("a member");
        std::io::Write::write_all(&mut zip, "Ein Bär\nzwei".as_bytes()).expect("room");
        let file = zip.finish().expect("an archive").into_inner();
        assert_eq!(texts_of(&file).expect("texts"), "Ein Bär\nzwei".as_bytes());
        assert!(texts_of(b"one\ntwo").is_err());
    }

    #[test]
    fn what_is_no_lesson_is_refused() {
        for text in ["", "one", "= Pets\n? Alike?\none", "one\n> two\nthree"] {
            assert!(sets(text, "x").is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_page_opens_with_it() {
        let lesson = Lesson {
            name: "x".into(),
            sets: "= x\n1 < 2 & 3\n".into(),
            questions: String::new(),
        };
        let page = "<p><template id=\"samples\">\n= Pets\n</template>";
        let page = lesson.baked_into(page).expect("baked");
        assert!(page.starts_with("<p><template id=\"samples\" data-lesson=\"-"));
        assert!(page.ends_with("\">\n= x\n1 &lt; 2 &amp; 3\n\n= Pets\n</template>"));
        assert!(lesson.baked_into("<p>").is_err());
    }

    #[test]
    fn a_lesson_with_questions_is_baked_in_with_its_texts_as_a_set() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pets.md");
        let text = "# Lesson: Pets\n\nDogs & cats.\n\n## Above 0.5\n- A dog.\n- A <cat>.\n";
        fs::write(&path, text).expect("written");
        let lesson = Lesson::read(&path).expect("a lesson");
        assert_eq!(lesson.sets, "= Pets\n> Dogs & cats.\nA dog.\nA <cat>.\n");
        let page = lesson.baked_into("<template id=\"samples\">\n</template>");
        let page = page.expect("baked");
        assert!(page.starts_with("<template id=\"lesson\"># Lesson: Pets\n\nDogs &amp; cats."));
        assert!(page.contains("- A &lt;cat>.\n</template>\n<template id=\"samples\" data-lesson="));

        fs::write(&path, "# Lesson: Pets\n## Above 5\n- a\n- b\n").expect("written");
        let error = format!("{:#}", Lesson::read(&path).err().expect("refused"));
        assert!(
            error.contains("pets.md can't be a lesson: Line 2: after “Above”"),
            "{error}"
        );
    }
}
