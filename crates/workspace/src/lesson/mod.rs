//! A lesson: texts, questions about them that the scores answer, and what the teacher is to say and
//! to expect. It is written as Markdown (`docs/formats.md`), and goes along in a link.

mod code;
mod parse;
mod write;

pub use code::{Code, CodeError};
pub use parse::LessonError;

/// Questions of a lesson at most: a code has room for so many answers.
pub const QUESTIONS: usize = 16;

/// A lesson.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lesson {
    /// What it is called.
    pub title: String,
    /// What it is about, in a paragraph or two.
    pub about: Vec<String>,
    /// For the teacher.
    pub notes: Vec<Note>,
    /// The texts, in groups. A lesson that has none of its own has those of its questions.
    pub groups: Vec<Group>,
    /// The questions, in their order.
    pub questions: Vec<Question>,
}

/// Texts that belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Its name; it may be empty.
    pub name: String,
    /// The texts.
    pub texts: Vec<String>,
}

/// Something for the teacher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// What to say.
    Say(String),
    /// What to expect.
    Expect(String),
}

/// A question that the scores answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked, in the lesson's own words; empty: in the usual ones.
    pub words: String,
    /// Of which kind it is, and what the options are.
    pub kind: Kind,
    /// All texts in it.
    pub texts: Vec<String>,
    /// For the teacher.
    pub notes: Vec<Note>,
}

/// Kinds of questions. Numbers are indices of the question's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Which of these pairs is most alike?
    MostAlike {
        /// The pairs.
        pairs: Vec<(usize, usize)>,
        /// Whether they are all pairs of the texts, and not pairs of texts of their own.
        all: bool,
    },
    /// In which order are the second, third and fourth text like the first?
    Order,
    /// Is the score of the two texts above this many hundredths?
    Above(u32),
    /// To which of these places does the first text belong?
    Lands(Vec<Place>),
}

/// A place where a text may land: a text, or a group of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The name of the group; empty for a single text.
    pub name: String,
    /// The texts.
    pub texts: Vec<usize>,
}

/// The orders of three, as options of a question: places among the three.
pub const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

impl Question {
    /// How many options there are.
    pub fn options(&self) -> usize {
        match &self.kind {
            Kind::MostAlike { pairs, .. } => pairs.len(),
            Kind::Order => ORDERS.len(),
            Kind::Above(_) => 2,
            Kind::Lands(places) => places.len(),
        }
    }

    /// The option that scores make the right one, given the score of two texts by their indices. Of
    /// equals it is the first.
    pub fn answer(&self, score: impl Fn(usize, usize) -> f32) -> usize {
        match &self.kind {
            Kind::MostAlike { pairs, .. } => {
                best(pairs.iter().map(|&(one, other)| score(one, other)))
            }
            Kind::Order => {
                let at = |place: usize| score(0, place + 1);
                let holds =
                    |order: &[usize; 3]| order.windows(2).all(|two| at(two[0]) >= at(two[1]));
                ORDERS.iter().position(holds).unwrap_or_default()
            }
            Kind::Above(hundredths) => usize::from(score(0, 1) * 100.0 <= *hundredths as f32),
            Kind::Lands(places) => best(places.iter().map(|place| score(0, place.nearest(&score)))),
        }
    }
}

impl Place {
    /// Which of its texts is nearest to the question's first one.
    pub fn nearest(&self, score: impl Fn(usize, usize) -> f32) -> usize {
        let at = best(self.texts.iter().map(|&text| score(0, text)));
        self.texts.get(at).copied().unwrap_or_default()
    }
}

/// Where the largest of some numbers is, the first of equals.
fn best(numbers: impl Iterator<Item = f32>) -> usize {
    let mut found = (0, f32::NEG_INFINITY);
    for (at, number) in numbers.enumerate() {
        if number > found.1 {
            found = (at, number);
        }
    }
    found.0
}

impl Lesson {
    /// Whether a text begins as lessons do, whatever follows.
    pub fn begins(text: &str) -> bool {
        parse::title(text).is_some()
    }

    /// The lesson of some Markdown.
    ///
    /// # Errors
    /// It is none, or something in it can't be read: the error says in which line.
    pub fn parse(text: &str) -> Result<Lesson, LessonError> {
        parse::parse(text)
    }

    /// The texts, one to a line, and an empty line between groups.
    pub fn to_text(&self) -> String {
        let own = self.groups.iter().map(|group| &group.texts);
        let mut parts: Vec<&Vec<String>> = own.collect();
        if parts.is_empty() {
            parts = self.questions.iter().map(|it| &it.texts).collect();
        }
        let mut seen = std::collections::HashSet::new();
        let mut text = String::new();
        for part in parts {
            let fresh = part.iter().filter(|&line| seen.insert(line));
            let lines: Vec<&str> = fresh.map(String::as_str).collect();
            if !lines.is_empty() {
                text += if text.is_empty() { "" } else { "\n\n" };
                text += &lines.join("\n");
            }
        }
        text
    }

    /// All different texts: those of the groups, then those that only questions have.
    pub fn texts(&self) -> Vec<&str> {
        let own = self.groups.iter().flat_map(|group| &group.texts);
        let asked = self.questions.iter().flat_map(|question| &question.texts);
        let mut seen = std::collections::HashSet::new();
        let all = own.chain(asked).map(String::as_str);
        all.filter(|&text| seen.insert(text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(kind: Kind, texts: usize) -> Question {
        Question {
            words: String::new(),
            kind,
            texts: (0..texts).map(|at| format!("text {at}")).collect(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn scores_answer_each_kind_of_question() {
        // The score of two texts is a digit of this table.
        let score = |one: usize, other: usize| {
            let row = ["x372", "3x46", "74x5", "265x"][one];
            row.as_bytes()[other] as f32 / 10.0 - 4.8
        };
        let all = vec![(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];
        let places = vec![
            Place {
                name: "a".into(),
                texts: vec![1, 3],
            },
            Place {
                name: "b".into(),
                texts: vec![2],
            },
        ];
        for (kind, options, answer) in [
            (
                Kind::MostAlike {
                    pairs: all,
                    all: true,
                },
                6,
                1,
            ),
            (Kind::Order, 6, 2),
            (Kind::Above(29), 2, 0),
            (Kind::Above(31), 2, 1),
            (Kind::Lands(places.clone()), 2, 1),
        ] {
            let question = question(kind, 4);
            assert_eq!(question.options(), options);
            assert_eq!(question.answer(score), answer, "{question:?}");
        }
        assert_eq!((places[0].nearest(score), places[1].nearest(score)), (1, 2));
    }

    #[test]
    fn equal_scores_have_an_answer_too() {
        let question = question(Kind::Order, 4);
        assert_eq!(question.answer(|_, _| 0.5), 0);
        assert_eq!(question.answer(|_, _| f32::NAN), 0);
    }

    #[test]
    fn texts_are_those_of_the_groups_and_of_the_questions_once() {
        let mut lesson = Lesson {
            questions: vec![
                question(Kind::Order, 4),
                question(Kind::Above(50), 2),
                question(Kind::Order, 5),
            ],
            ..Lesson::default()
        };
        assert_eq!(lesson.to_text(), "text 0\ntext 1\ntext 2\ntext 3\n\ntext 4");
        lesson.groups = vec![
            Group {
                name: String::new(),
                texts: vec!["a".into(), "text 1".into()],
            },
            Group {
                name: "b".into(),
                texts: vec!["b".into()],
            },
        ];
        assert_eq!(lesson.to_text(), "a\ntext 1\n\nb");
        assert_eq!(
            lesson.texts(),
            ["a", "text 1", "b", "text 0", "text 2", "text 3", "text 4"]
        );
    }
}
