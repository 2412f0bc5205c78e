//! The model's answers: all scores of a lesson's texts.

use crate::session::asking::{Answer, Asked, use_answer};
use crate::session::engine::Driver;
use crate::state::results::Results;
use crate::state::{Engine, Shared};
use semblance_client::{Cancel, Similarity};
use semblance_workspace::Document;
use semblance_workspace::lesson::{Lesson, Question};
use std::rc::Rc;
use yew::prelude::*;

/// What is asked of the engine: the texts, by which engine, for the how-manieth time.
pub type Wanted = (Rc<Lesson>, Engine, u32);

/// The scores of a lesson, as soon as the engine is there.
#[hook]
pub fn use_scores(driver: &Rc<Driver>, wanted: Option<Wanted>) -> Answer<Wanted, Shared<Results>> {
    let wanted = wanted.filter(|(_, engine, _)| matches!(engine, Engine::Ready(_)));
    let driver = driver.clone();
    use_answer(wanted, 0, |(lesson, ..): Wanted| async move {
        let client = driver.client()?;
        let document = Document::new(&lesson.texts().join("\n"));
        let texts = document.texts();
        let words: Vec<Rc<str>> = texts.iter().map(|text| text.text.clone()).collect();
        let scored = async {
            let embedded = client.embed(&words, &Cancel::new(), &|_| {}).await?;
            let vectors: Vec<_> = embedded.iter().map(|it| it.vector).collect();
            Ok((client.compare(&vectors).await?, embedded))
        };
        Some(match scored.await {
            Ok((scores, embedded)) => {
                let total = texts.len();
                let mut results = Results::new(texts, embedded, total);
                let order = Vec::new();
                results.similarity = Some(Similarity { scores, order });
                Ok(Shared(Rc::new(results)))
            }
            Err(error) => Err(Asked::failed(&driver, &error)),
        })
    })
}

/// A question with the scores that answer it.
pub struct Scored<'a> {
    pub question: &'a Question,
    pub results: &'a Results,
    points: Vec<Option<u32>>,
}

impl<'a> Scored<'a> {
    pub fn new(question: &'a Question, results: &'a Results) -> Self {
        let point = |text: &String| {
            let at = results.texts.iter().position(|it| *it.text == **text);
            at.map(|at| at as u32)
        };
        Scored {
            question,
            results,
            points: question.texts.iter().map(point).collect(),
        }
    }

    /// Two texts of the question as points of the results.
    pub fn points(&self, one: usize, other: usize) -> Option<(u32, u32)> {
        let point = |at: usize| self.points.get(at).copied().flatten();
        point(one).zip(point(other))
    }

    /// The score of two texts of the question.
    pub fn score(&self, one: usize, other: usize) -> Option<f32> {
        let (one, other) = self.points(one, other)?;
        self.results.score(one, other)
    }

    /// The option that is right.
    pub fn answer(&self) -> usize {
        self.question
            .answer(|one, other| self.score(one, other).unwrap_or(f32::NAN))
    }

    /// The two texts whose score speaks for an option, by their indices.
    pub fn pair(&self, option: usize) -> Option<(usize, usize)> {
        use semblance_workspace::lesson::Kind;
        match &self.question.kind {
            Kind::MostAlike { pairs, .. } => pairs.get(option).copied(),
            // Each text has a score of its own.
            Kind::Order => None,
            Kind::Above(_) => (option == self.answer()).then_some((0, 1)),
            Kind::Lands(places) => {
                let score = |one, other| self.score(one, other).unwrap_or(f32::NAN);
                places.get(option).map(|place| (0, place.nearest(score)))
            }
        }
    }

    /// The two texts whose score the class will ask about first.
    pub fn first(&self) -> Option<(usize, usize)> {
        let answer = self.answer();
        self.pair(answer).or_else(|| {
            let order = semblance_workspace::lesson::ORDERS.get(answer)?;
            Some((0, order[0] + 1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_find_their_texts_among_those_of_the_lesson() {
        let text = "# Lesson: x\n## Texts\n- c\n- b\n## Order\n- a\n- b\n- c\n- d\n## Above 0.5\n- a\n- b\n## Lands\n- d\n- a\n- c\n";
        let lesson = Lesson::parse(text).expect("a lesson");
        let document = Document::new(&lesson.texts().join("\n"));
        let texts = document.texts();
        let n = texts.len();
        let place = |at: usize| texts[at].text.as_bytes()[0] as f32 / 10.0;
        let scores = (0..n * n).map(|at| 1.0 - (place(at / n) - place(at % n)).abs());
        let scores = scores.collect();
        let mut results = Results::new(texts.clone(), Vec::new(), n);
        results.similarity = Some(Similarity {
            scores,
            order: Vec::new(),
        });
        let of = |at: usize| Scored::new(&lesson.questions[at], &results);
        assert_eq!((of(0).answer(), of(0).first()), (0, Some((0, 1))));
        assert_eq!(
            (of(1).answer(), of(1).pair(0), of(1).pair(1)),
            (0, Some((0, 1)), None)
        );
        assert_eq!((of(2).answer(), of(2).first()), (1, Some((0, 2))));
        let score = of(0).score(0, 3).expect("a score");
        assert!((score - 0.7).abs() < 1e-4, "{score}");
        assert_eq!(of(0).score(0, 9), None);
    }
}
