//! What class mode says of questions, in words.

use crate::ui::heat;
use semblance_workspace::lesson::{Kind, ORDERS, Question};

/// The letter of a text.
pub fn letter(at: usize) -> char {
    char::from(b'A' + (at % 26) as u8)
}

/// What is asked.
pub fn asked(question: &Question) -> String {
    if !question.words.is_empty() {
        return question.words.clone();
    }
    match &question.kind {
        Kind::MostAlike { all: true, .. } => "Which two does the model find most alike?".into(),
        Kind::MostAlike { .. } => "Which pair does the model find most alike?".into(),
        Kind::Order => "Which is most like this one, which next, which least?".into(),
        Kind::Above(_) => format!(
            "Is the score of these two above or below {}?",
            limit(question)
        ),
        Kind::Lands(_) => "Where on the map does this sentence land?".into(),
    }
}

/// The number that a score is compared with, as it is read.
fn limit(question: &Question) -> String {
    match question.kind {
        Kind::Above(hundredths) => heat::brief(hundredths as f32 / 100.0),
        _ => String::new(),
    }
}

/// An option in words, for what is said of it.
pub fn option(question: &Question, option: usize) -> String {
    let text = |at: usize| question.texts.get(at).map_or("", String::as_str);
    match &question.kind {
        Kind::MostAlike { pairs, all } => match (pairs.get(option), all) {
            (Some(&(a, b)), true) => format!("{} and {}", letter(a), letter(b)),
            (Some(&(a, b)), false) => format!("“{}” – “{}”", text(a), text(b)),
            (None, _) => String::new(),
        },
        Kind::Order => {
            let order = ORDERS.get(option).copied().unwrap_or_default();
            let [a, b, c] = order.map(letter);
            format!("{a} › {b} › {c}")
        }
        Kind::Above(_) => {
            let side = if option == 0 { "above" } else { "below" };
            format!("{side} {}", limit(question))
        }
        Kind::Lands(places) => places.get(option).map_or(String::new(), |place| {
            match (place.name.as_str(), place.texts.as_slice()) {
                ("", [first, _, ..]) => format!("“{}” and others", text(*first)),
                ("", [only]) => format!("“{}”", text(*only)),
                (name, _) => name.to_owned(),
            }
        }),
    }
}

/// Several options: "A and B", or "above 0.50, below 0.50".
pub fn options(question: &Question, all: &[usize]) -> String {
    let words: Vec<String> = all.iter().map(|&at| option(question, at)).collect();
    words.join(" or ")
}

/// What the class said: which option, and how many of how many.
pub fn class(question: &Question, votes: &[u32], favourites: &[usize]) -> String {
    let all: u32 = votes.iter().sum();
    match favourites {
        [] => "The class was not asked.".into(),
        [one] => {
            let most = votes.get(*one).copied().unwrap_or_default();
            format!("The class: {} ({most} of {all}).", option(question, *one))
        }
        several => format!("The class is divided: {}.", options(question, several)),
    }
}

/// What the model says: the option, and the score that decides.
pub fn model(question: &Question, answer: usize, score: Option<f32>) -> String {
    let words = option(question, answer);
    match score.filter(|_| !matches!(question.kind, Kind::Order)) {
        Some(score) => format!("The model: {words} ({}).", heat::brief(score)),
        None => format!("The model: {words}."),
    }
}

/// How the two compare.
pub fn agreement(favourites: &[usize], answer: usize) -> &'static str {
    match favourites {
        [] => "",
        [one] if *one == answer => "They agree.",
        several if several.contains(&answer) => "Part of the class agrees with it.",
        _ => "They differ.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_workspace::Lesson;

    const LESSON: &str = "# Lesson: x
## Texts
### Money
- loans

### River
- boats

## Most alike
- a
- b
- c
## Most alike
- a | b
- c | d
## Order: Which comes first?
- a
- b
- c
- d
## Above 0.5
- a
- b
## Lands
- new
## Lands
- new
- p
- q
";

    #[test]
    fn questions_and_options_in_words() {
        let lesson = Lesson::parse(LESSON).expect("a lesson");
        let words: Vec<(String, String)> = lesson
            .questions
            .iter()
            .map(|question| (asked(question), option(question, 1)))
            .collect();
        let expected = [
            ("Which two does the model find most alike?", "A and C"),
            ("Which pair does the model find most alike?", "“c” – “d”"),
            ("Which comes first?", "A › C › B"),
            (
                "Is the score of these two above or below 0.50?",
                "below 0.50",
            ),
            ("Where on the map does this sentence land?", "River"),
            ("Where on the map does this sentence land?", "“q”"),
        ];
        for ((asked, option), (words, other)) in words.iter().zip(expected) {
            assert_eq!((asked.as_str(), option.as_str()), (words, other));
        }
    }

    #[test]
    fn the_class_and_the_model_in_words() {
        let lesson = Lesson::parse(LESSON).expect("a lesson");
        let above = &lesson.questions[3];
        assert_eq!(
            class(above, &[12, 8], &[0]),
            "The class: above 0.50 (12 of 20)."
        );
        assert_eq!(
            class(above, &[8, 8], &[0, 1]),
            "The class is divided: above 0.50 or below 0.50."
        );
        assert_eq!(class(above, &[0, 0], &[]), "The class was not asked.");
        assert_eq!(
            model(above, 1, Some(0.314)),
            "The model: below 0.50 (0.31)."
        );
        assert_eq!(
            model(&lesson.questions[2], 0, Some(0.3)),
            "The model: A › B › C."
        );
        let said = [
            (vec![], ""),
            (vec![1], "They agree."),
            (vec![0], "They differ."),
        ];
        for (favourites, words) in said {
            assert_eq!(agreement(&favourites, 1), words);
        }
        assert!(agreement(&[0, 1], 1).starts_with("Part"));
    }
}
