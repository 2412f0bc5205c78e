//! The lessons that come along. They stand in `docs/lessons`, to be read there, too.

use semblance_workspace::lesson::{Lesson, LessonError};

/// Names, as links have them, and lessons.
const ALL: [(&str, &str); 6] = [
    ("alike", include_str!("../../../../docs/lessons/alike.md")),
    ("senses", include_str!("../../../../docs/lessons/senses.md")),
    ("not", include_str!("../../../../docs/lessons/not.md")),
    (
        "languages",
        include_str!("../../../../docs/lessons/languages.md"),
    ),
    ("fair", include_str!("../../../../docs/lessons/fair.md")),
    ("maps", include_str!("../../../../docs/lessons/maps.md")),
];

/// All of them, with their names.
pub fn all() -> impl Iterator<Item = (&'static str, Lesson)> {
    // A test holds that each can be read.
    ALL.iter()
        .filter_map(|(name, text)| Some((*name, Lesson::parse(text).ok()?)))
}

/// The name of a lesson that comes along, if it is one.
pub fn name_of(lesson: &Lesson) -> Option<&'static str> {
    all()
        .find(|(_, other)| other == lesson)
        .map(|(name, _)| name)
}

/// Reads a lesson, or finds the one of that name.
pub fn read(given: &str) -> Result<Lesson, LessonError> {
    let named = ALL.iter().find(|(name, _)| *name == given.trim());
    Lesson::parse(named.map_or(given, |(_, text)| text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_workspace::lesson::Note;

    #[test]
    fn each_lesson_can_be_read_and_says_what_to_say_and_expect() {
        assert_eq!(all().count(), ALL.len());
        for (name, lesson) in all() {
            assert!((4..=7).contains(&lesson.questions.len()), "{name}");
            assert_eq!(name_of(&lesson), Some(name));
            assert_eq!(read(name), Ok(lesson.clone()));
            let says = |notes: &[Note]| notes.iter().any(|note| matches!(note, Note::Say(_)));
            let expects = |notes: &[Note]| notes.iter().any(|it| matches!(it, Note::Expect(_)));
            assert!(says(&lesson.notes) && expects(&lesson.notes), "{name}");
            for question in &lesson.questions {
                assert!(expects(&question.notes), "{name}: {question:?}");
            }
            // Read aloud from afar.
            for text in lesson.texts() {
                assert!(text.len() <= 80, "{name}: {text}");
            }
        }
        assert!(read("none").is_err());
    }
}
