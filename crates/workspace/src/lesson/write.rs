//! Writing a lesson, for a link.

use super::{Kind, Lesson, Question};

impl Lesson {
    /// The lesson as Markdown, without what is for the teacher: it gives the answers away.
    pub fn for_pupils(&self) -> String {
        let mut text = format!("# Lesson: {}\n", self.title);
        for about in &self.about {
            text += &format!("\n{about}\n");
        }
        if !self.groups.is_empty() {
            text += "\n## Texts\n";
            for group in &self.groups {
                text += "\n";
                if !group.name.is_empty() {
                    text += &format!("### {}\n", group.name);
                }
                for line in &group.texts {
                    text += &format!("- {line}\n");
                }
            }
        }
        for question in &self.questions {
            text += "\n";
            text += &question.to_markdown(&question.words);
        }
        text
    }

    /// A number that another lesson is unlikely to have, from what matters to the answers.
    pub(super) fn digest(&self) -> u64 {
        let mut digest = 0xcbf2_9ce4_8422_2325_u64;
        for question in &self.questions {
            // In the usual words: how it is asked does not matter.
            for byte in question.to_markdown("").bytes() {
                // FNV-1a.
                digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        digest ^ digest >> 32
    }
}

impl Question {
    fn to_markdown(&self, words: &str) -> String {
        let (kind, items) = match &self.kind {
            Kind::MostAlike { all: true, .. } => ("Most alike".into(), self.texts.clone()),
            Kind::MostAlike { pairs, .. } => {
                let pair =
                    |&(a, b): &(usize, usize)| Some((self.texts.get(a)?, self.texts.get(b)?));
                let pairs = pairs.iter().filter_map(pair);
                let items = pairs.map(|(one, other)| format!("{one} | {other}"));
                ("Most alike".into(), items.collect())
            }
            Kind::Order => ("Order".into(), self.texts.clone()),
            Kind::Above(hundredths) => (format!("Above 0.{hundredths:02}"), self.texts.clone()),
            // Groups stand below the texts already.
            Kind::Lands(places) => {
                let single = places
                    .iter()
                    .all(|it| it.texts.len() == 1 && it.name.is_empty());
                let count = if single { self.texts.len() } else { 1 };
                (
                    "Lands".into(),
                    self.texts.iter().take(count).cloned().collect(),
                )
            }
        };
        let kind: String = kind;
        let words = match words {
            "" => String::new(),
            words => format!(": {words}"),
        };
        let items: Vec<String> = items.iter().map(|item| format!("- {item}\n")).collect();
        format!("## {kind}{words}\n{}", items.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str = "# Lesson: Banks
About it.

> Say: something.

## Texts
### Money
- loans
- cheques

- - rivers

## Above 0.05
- a
- # b
> Expect: above.

## Most alike: Which?
- a | b
- c | d

## Lands
- new

## Lands: Where?
- new
- x
- y

## Order
- a
- b
- c
- d
";

    #[test]
    fn what_is_written_is_read_as_the_same_lesson_without_notes() {
        let lesson = Lesson::parse(LESSON).expect("a lesson");
        let written = lesson.for_pupils();
        let mut expected = lesson.clone();
        expected.notes.clear();
        for question in &mut expected.questions {
            question.notes.clear();
        }
        assert_eq!(Lesson::parse(&written), Ok(expected), "{written}");
        assert!(!written.contains("Expect"), "{written}");
    }

    #[test]
    fn the_digest_is_of_what_is_asked() {
        let of = |text: &str| Lesson::parse(text).expect("a lesson").digest();
        let digest = of(LESSON);
        assert_eq!(
            of(&LESSON
                .replace("Banks", "Rivers")
                .replace("Which?", "Which one?")),
            digest
        );
        for (old, new) in [("0.05", "0.06"), ("- a | b", "- a | e"), ("- x\n", "- z\n")] {
            assert_ne!(of(&LESSON.replace(old, new)), digest, "{old}");
        }
    }
}
