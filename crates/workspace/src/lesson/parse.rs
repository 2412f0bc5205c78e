//! Reading a lesson.

use super::{Group, Kind, Lesson, Note, Place, QUESTIONS, Question};
use thiserror::Error;

/// Texts of a lesson at most: all of them are compared with each other.
const TEXTS: usize = 200;

/// Why some Markdown is no lesson. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LessonError {
    /// It does not begin as lessons do.
    #[error("A lesson begins with a line “# Lesson: ” and its title.")]
    NoTitle,
    /// A heading that says nothing here.
    #[error(
        "Line {line}: “## {heading}” is none of Texts, Most alike, Order, Above (and a number), Lands."
    )]
    Heading {
        /// Where it stands.
        line: usize,
        /// What it says.
        heading: String,
    },
    /// A question whose texts are not those that it needs.
    #[error("Line {line}: this question needs {needs}; it has {found}.")]
    Items {
        /// Where its heading stands.
        line: usize,
        /// What it needs, in words.
        needs: &'static str,
        /// How many lines it has.
        found: usize,
    },
    /// No number, or none that a score can be compared with.
    #[error("Line {line}: after “Above” comes a number from 0.01 to 0.99, such as 0.5.")]
    Number {
        /// Where its heading stands.
        line: usize,
    },
    /// The same text twice in a question.
    #[error("Line {line}: this question has the text “{text}” twice.")]
    Twice {
        /// Where its heading stands.
        line: usize,
        /// The text.
        text: String,
    },
    /// A line before there is anything that it could belong to.
    #[error("Line {line}: the name of a group (###) stands below “## Texts”.")]
    Name {
        /// Where it stands.
        line: usize,
    },
    /// Neither texts nor questions.
    #[error(
        "This lesson has neither questions nor two texts: put texts below a line “## Texts”, one to a line."
    )]
    Empty,
    /// More than a page or a code has room for.
    #[error("A lesson has at most {QUESTIONS} questions and {TEXTS} texts.")]
    Long,
}

/// The title of a lesson, if a text begins with one.
pub fn title(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let line = text.lines().next()?.strip_prefix('#')?.trim();
    let (word, title) = line.split_once(':')?;
    let is_lesson = word.trim_end().eq_ignore_ascii_case("lesson");
    Some(title.trim()).filter(|title| is_lesson && !title.is_empty())
}

/// A part of a lesson below a heading.
struct Section {
    /// The line of the heading.
    line: usize,
    of: Of,
    words: String,
    notes: Vec<Note>,
    groups: Vec<Group>,
    /// Whether the next text begins a group.
    parted: bool,
}

/// What a heading announces.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    /// What comes before all headings.
    Front,
    Texts,
    MostAlike,
    Order,
    Above(u32),
    Lands,
}

impl Section {
    fn new(line: usize, of: Of, words: &str) -> Section {
        Section {
            line,
            of,
            words: words.trim().to_owned(),
            notes: Vec::new(),
            groups: Vec::new(),
            parted: true,
        }
    }

    /// A text, or a line of the front.
    fn take(&mut self, text: &str) {
        let text = text.trim().to_owned();
        match self.groups.last_mut() {
            // Lines of a paragraph belong together.
            Some(group) if self.of == Of::Front && !self.parted => {
                if let Some(last) = group.texts.last_mut() {
                    *last += " ";
                    *last += &text;
                }
            }
            Some(group) if !self.parted || group.texts.is_empty() => group.texts.push(text),
            _ => self.groups.push(Group {
                name: String::new(),
                texts: vec![text],
            }),
        }
        self.parted = false;
    }

    /// A line for the teacher, which may go on with the one before.
    fn note(&mut self, text: &str) {
        let (kind, rest) = text.split_once(':').unwrap_or(("", text));
        let note = match kind.trim().to_ascii_lowercase().as_str() {
            "say" => Note::Say(rest.trim().into()),
            "expect" => Note::Expect(rest.trim().into()),
            _ => {
                if let Some(Note::Say(last) | Note::Expect(last)) = self.notes.last_mut() {
                    *last += " ";
                    *last += text.trim();
                    return;
                }
                Note::Say(text.trim().into())
            }
        };
        self.notes.push(note);
    }

    fn texts(self) -> Vec<String> {
        self.groups.into_iter().flat_map(|it| it.texts).collect()
    }
}

pub fn parse(text: &str) -> Result<Lesson, LessonError> {
    let mut lesson = Lesson {
        title: title(text).ok_or(LessonError::NoTitle)?.to_owned(),
        ..Lesson::default()
    };
    let mut sections = vec![Section::new(1, Of::Front, "")];
    let mut titled = false;
    for (line, at) in text.trim_start_matches('\u{feff}').lines().zip(1..) {
        let line = line.trim();
        let Some(section) = sections.last_mut() else {
            break;
        };
        if line.is_empty() {
            section.parted = true;
        } else if !titled {
            titled = true;
        } else if let Some(name) = line.strip_prefix("###") {
            if section.of != Of::Texts {
                return Err(LessonError::Name { line: at });
            }
            let name = name.trim().to_owned();
            let texts = Vec::new();
            section.groups.push(Group { name, texts });
            section.parted = false;
        } else if let Some(heading) = line.strip_prefix("##") {
            let (of, words) = announced(heading.trim(), at)?;
            sections.push(Section::new(at, of, words));
        } else if let Some(note) = line.strip_prefix('>') {
            section.note(note);
        } else if !(line.starts_with("<!--") && line.ends_with("-->")) {
            let bullet = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
            section.take(bullet.unwrap_or(line));
        }
    }
    for section in &mut sections {
        if section.of == Of::Texts {
            section.groups.retain(|group| !group.texts.is_empty());
            lesson.groups.append(&mut section.groups);
        }
    }
    for section in sections {
        match section.of {
            Of::Front => {
                lesson.notes.clone_from(&section.notes);
                lesson.about = section.texts();
            }
            Of::Texts => lesson.notes.extend(section.notes),
            _ => lesson.questions.push(question(section, &lesson.groups)?),
        }
    }
    let count = lesson.texts().len();
    if count < 2 {
        return Err(LessonError::Empty);
    }
    match count > TEXTS || lesson.questions.len() > QUESTIONS {
        true => Err(LessonError::Long),
        false => Ok(lesson),
    }
}

/// What a heading announces, and the words after its colon.
fn announced(heading: &str, line: usize) -> Result<(Of, &str), LessonError> {
    let (kind, words) = heading.split_once(':').unwrap_or((heading, ""));
    let kind = kind.trim().to_ascii_lowercase();
    let above = kind.strip_prefix("above").map(|rest| {
        let rest = rest.trim();
        rest.strip_prefix("or below").unwrap_or(rest).trim()
    });
    let of = match (kind.as_str(), above) {
        (_, Some(number)) => Of::Above(hundredths(number).ok_or(LessonError::Number { line })?),
        ("texts", _) => Of::Texts,
        ("most alike", _) => Of::MostAlike,
        ("order", _) => Of::Order,
        ("lands", _) => Of::Lands,
        _ => {
            let heading = heading.to_owned();
            return Err(LessonError::Heading { line, heading });
        }
    };
    Ok((of, words))
}

/// The hundredths of a number between 0 and 1, written with a point or a comma.
fn hundredths(number: &str) -> Option<u32> {
    let digits = number
        .strip_prefix("0.")
        .or_else(|| number.strip_prefix("0,"))?;
    if !matches!(digits.len(), 1 | 2) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u32 = digits.parse().ok()?;
    let number = if digits.len() == 1 {
        number * 10
    } else {
        number
    };
    (number > 0).then_some(number)
}

fn question(section: Section, groups: &[Group]) -> Result<Question, LessonError> {
    let (line, of) = (section.line, section.of);
    let (words, notes) = (section.words.clone(), section.notes.clone());
    let items = section.texts();
    let found = items.len();
    let wrong = |needs| LessonError::Items { line, needs, found };
    let (kind, texts) = match of {
        Of::MostAlike if items.iter().any(|item| item.contains(PARTED)) => {
            let pairs = items.iter().filter_map(|item| item.split_once(PARTED));
            let texts: Vec<String> = pairs
                .flat_map(|(one, other)| [one.trim().to_owned(), other.trim().to_owned()])
                .filter(|text| !text.is_empty() && !text.contains('|'))
                .collect();
            if texts.len() != 2 * found || !(2..=6).contains(&found) {
                return Err(wrong("two to six pairs, each on a line as “one | other”"));
            }
            let pairs = (0..found).map(|at| (2 * at, 2 * at + 1)).collect();
            (Kind::MostAlike { pairs, all: false }, texts)
        }
        Of::MostAlike => {
            if !(3..=5).contains(&found) {
                return Err(wrong(
                    "three to five texts, one to a line, or pairs as “one | other”",
                ));
            }
            let pairs = (0..found).flat_map(|a| (a + 1..found).map(move |b| (a, b)));
            let pairs = pairs.collect();
            (Kind::MostAlike { pairs, all: true }, items)
        }
        Of::Order if found == 4 => (Kind::Order, items),
        Of::Order => return Err(wrong("four texts: one, and three to be ordered")),
        Of::Above(hundredths) if found == 2 => (Kind::Above(hundredths), items),
        Of::Above(_) => return Err(wrong("two texts, one to a line")),
        Of::Lands => lands(items, groups).ok_or_else(|| {
            wrong("a new sentence and two to six texts, or the new sentence alone where there are two to six groups of texts")
        })?,
        Of::Front | Of::Texts => return Err(LessonError::NoTitle),
    };
    // A pair may share a text with another; all other texts are options or what is asked about.
    let own_pairs = matches!(kind, Kind::MostAlike { all: false, .. });
    let twice = (texts.iter().enumerate()).find(|(at, text)| texts[..*at].contains(text));
    match twice.filter(|_| !own_pairs) {
        Some((_, text)) => {
            let text = text.clone();
            Err(LessonError::Twice { line, text })
        }
        None => Ok(Question {
            words,
            kind,
            texts,
            notes,
        }),
    }
}

/// What parts the two texts of a pair.
const PARTED: &str = " | ";

/// Where the first text may land: at one of the others, or, where there are none, in a group.
fn lands(mut items: Vec<String>, groups: &[Group]) -> Option<(Kind, Vec<String>)> {
    let mut places = Vec::new();
    if items.len() == 1 {
        for group in groups {
            let from = items.len();
            items.extend(group.texts.iter().cloned());
            places.push(Place {
                name: group.name.clone(),
                texts: (from..items.len()).collect(),
            });
        }
    } else {
        places.extend((1..items.len()).map(|at| Place {
            name: String::new(),
            texts: vec![at],
        }));
    }
    ((2..=6).contains(&places.len())).then_some((Kind::Lands(places), items))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = "\u{feff}\r
# lesson : Banks and bats\r
\r
What a word means\r
depends on the others.\r
\r
Ten minutes.\r
\r
> Say: Look at the word\r
> bank.\r
> Expect: two senses.\r
\r
## Texts\r
<!-- Two groups. -->\r
### Money\r
- The bank lends money.\r
- She paid at the bank.\r
\r
### River\r
A picnic on the bank.\r
The boat lay at the bank.\r
\r
## Most alike: Which two?\r
- one\r
- two\r
- three\r
> Expect: one and two, 0.71.\r
\r
## Most alike\r
* a | b\r
* a | c\r
\r
## Order\r
- given\r
- x\r
- y\r
\r
- z\r
\r
## Above or below 0,45\r
one\r
- > two\r
\r
## Lands: Where?\r
A loan.\r
\r
## Lands\r
- new\r
- p\r
- q\r
";

    #[test]
    fn every_kind_of_question_is_read() {
        let lesson = Lesson::parse(ALL).expect("a lesson");
        assert_eq!(lesson.title, "Banks and bats");
        assert_eq!(
            lesson.about,
            ["What a word means depends on the others.", "Ten minutes."]
        );
        let notes = [
            Note::Say("Look at the word bank.".into()),
            Note::Expect("two senses.".into()),
        ];
        assert_eq!(lesson.notes, notes);
        let names: Vec<&str> = lesson.groups.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["Money", "River"]);
        assert_eq!(lesson.groups[1].texts.len(), 2);
        let options: Vec<usize> = lesson.questions.iter().map(Question::options).collect();
        assert_eq!(options, [3, 2, 6, 2, 2, 2]);
        let [alike, pairs, order, above, group, text] = &lesson.questions[..] else {
            panic!("{:?}", lesson.questions);
        };
        assert_eq!(alike.words, "Which two?");
        assert_eq!(alike.notes, [Note::Expect("one and two, 0.71.".into())]);
        assert_eq!(pairs.texts, ["a", "b", "a", "c"]);
        assert_eq!(order.texts, ["given", "x", "y", "z"]);
        assert_eq!(
            (&above.kind, above.texts[1].as_str()),
            (&Kind::Above(45), "> two")
        );
        let Kind::Lands(places) = &group.kind else {
            panic!("{group:?}");
        };
        assert_eq!(
            (places[1].name.as_str(), &places[1].texts),
            ("River", &vec![3, 4])
        );
        assert_eq!(text.texts.len(), 3);
    }

    #[test]
    fn texts_without_questions_are_a_lesson() {
        let lesson = Lesson::parse("# Lesson: Pets\n## Texts\nA dog.\nA cat.\n\nShares fell.");
        let lesson = lesson.expect("a lesson");
        assert_eq!(lesson.to_text(), "A dog.\nA cat.\n\nShares fell.");
        assert!(lesson.questions.is_empty());
    }

    #[test]
    fn other_markdown_is_none() {
        for text in [
            "",
            "# Notes",
            "Lesson: x",
            "# Lesson:",
            "# Lessons: x",
            "= Lesson: x",
            "text\n# Lesson: x",
        ] {
            assert!(!Lesson::begins(text), "{text:?}");
            assert_eq!(Lesson::parse(text), Err(LessonError::NoTitle));
        }
        assert!(Lesson::begins("\n\n#LESSON: Pets\n"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (rest, said) in [
            ("", "neither questions nor two texts"),
            ("## Texts\none\n", "neither questions nor two texts"),
            ("## Quiz\n", "Line 2: “## Quiz” is none of"),
            ("### Money\n", "Line 2: the name of a group"),
            (
                "\n## Most alike\n- a\n- b\n",
                "Line 3: this question needs three to five texts, one to a line, or pairs as “one | other”; it has 2.",
            ),
            ("## Most alike\n- a | b\n- c\n", "two to six pairs"),
            ("## Most alike\n- a | b\n- c | d | e\n", "two to six pairs"),
            (
                "## Order\n- a\n- b\n- c\n",
                "Line 2: this question needs four texts: one, and three to be ordered; it has 3.",
            ),
            ("## Above 0.5\n- a\n", "needs two texts"),
            ("## Above\n- a\n- b\n", "Line 2: after “Above”"),
            ("## Above 1.5\n- a\n- b\n", "from 0.01 to 0.99"),
            ("## Above 0.0\n- a\n- b\n", "from 0.01 to 0.99"),
            ("## Above 0.5é\n- a\n- b\n", "from 0.01 to 0.99"),
            ("## Lands\n- a\n", "a new sentence and two to six texts"),
            (
                "## Order\n- a\n- b\n- a\n- c\n",
                "Line 2: this question has the text “a” twice.",
            ),
        ] {
            let error = Lesson::parse(&format!("# Lesson: x\n{rest}")).expect_err(rest);
            assert!(error.to_string().contains(said), "{rest:?}: {error}");
        }
        let many = "## Above 0.5\n- a\n- b\n".repeat(QUESTIONS + 1);
        let long = Lesson::parse(&format!("# Lesson: x\n{many}"));
        assert_eq!(long, Err(LessonError::Long));
    }
}
