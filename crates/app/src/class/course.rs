//! A lesson as a class goes through it: what is asked, what was answered, what is revealed.

use semblance_workspace::lesson::{Code, Lesson};
use std::rc::Rc;

/// How far a question is revealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd)]
pub enum Step {
    /// The class is asked, and its answers are counted.
    #[default]
    Asked,
    /// The class's answer is shown.
    Class,
    /// And the model's.
    Model,
}

/// What lies over the question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Over {
    #[default]
    Nothing,
    /// What is for the teacher.
    Notes,
    /// The link for pupils, and the box for their codes.
    Codes,
    /// Why two texts of the question score as they do, by their indices.
    Why(usize, usize),
}

/// A lesson on its way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// The lesson; none is chosen yet.
    pub lesson: Option<Rc<Lesson>>,
    /// The question, counted from 1: 0 is the cover, and what comes after the last the summary.
    pub at: usize,
    /// How far each question is revealed.
    pub steps: Vec<Step>,
    /// Hands for each option of each question.
    pub hands: Vec<Vec<u32>>,
    /// Codes that were taken.
    pub codes: Vec<Code>,
    /// What lies over the question.
    pub over: Over,
    /// Question and option of the hands that were counted one by one, the latest last.
    raised: Vec<(usize, usize)>,
}

/// One thing that a teacher does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Takes this lesson.
    Take(Rc<Lesson>),
    /// Goes on with this.
    Resume(Course),
    /// Chooses another lesson.
    Choose,
    /// One step on.
    Next,
    /// One step back.
    Back,
    /// To the question after this one, or before.
    Skip(bool),
    /// One hand more for an option of the question.
    Raise(usize),
    /// One less.
    Lower(usize),
    /// So many.
    Count(usize, u32),
    /// The last hand was not raised.
    TakeBack,
    /// A pupil's code.
    Code(Code),
    /// Lays this over the question, or takes it away.
    Toggle(Over),
}

/// Hands for an option at most.
const MOST: u32 = 999;

impl Course {
    /// The place of the question among all, if there is one now.
    pub fn asked(&self) -> Option<usize> {
        let lesson = self.lesson.as_ref()?;
        let at = self.at.checked_sub(1)?;
        (at < lesson.questions.len()).then_some(at)
    }

    /// How far the question is revealed.
    pub fn step(&self) -> Step {
        let step = self.asked().and_then(|at| self.steps.get(at).copied());
        step.unwrap_or_default()
    }

    /// How many chose each option of a question: hands and codes.
    pub fn votes(&self, question: usize) -> Vec<u32> {
        let mut votes = self.hands.get(question).cloned().unwrap_or_default();
        for code in &self.codes {
            let chosen = code.answers.get(question).copied().flatten();
            if let Some(vote) = chosen.and_then(|option| votes.get_mut(option)) {
                *vote += 1;
            }
        }
        votes
    }

    /// The options that most chose: several if they are equal, none if nobody chose.
    pub fn favourites(&self, question: usize) -> Vec<usize> {
        let votes = self.votes(question);
        let most = votes.iter().copied().max().filter(|&most| most > 0);
        let is_one = |option: &usize| votes.get(*option).copied() == most;
        (0..votes.len()).filter(is_one).collect()
    }

    /// Whether it is under way, so that it is worth going on with.
    pub fn is_begun(&self) -> bool {
        let counted = self.hands.iter().flatten().any(|&hands| hands > 0);
        self.lesson.is_some() && (self.at > 0 || counted || !self.codes.is_empty())
    }

    fn take(lesson: Rc<Lesson>) -> Course {
        let options = lesson.questions.iter().map(|it| vec![0; it.options()]);
        Course {
            steps: vec![Step::Asked; lesson.questions.len()],
            hands: options.collect(),
            lesson: Some(lesson),
            ..Course::default()
        }
    }

    fn set_step(&mut self, step: Step) {
        if let Some(held) = self.asked().and_then(|at| self.steps.get_mut(at)) {
            *held = step;
        }
    }

    fn next(&mut self) {
        let Some(lesson) = &self.lesson else {
            return;
        };
        match (self.asked(), self.step()) {
            (Some(question), Step::Asked) if !self.favourites(question).is_empty() => {
                self.set_step(Step::Class);
            }
            // Of a class that was not asked there is no answer.
            (Some(_), Step::Asked | Step::Class) => self.set_step(Step::Model),
            _ if self.at <= lesson.questions.len() => self.at += 1,
            _ => {}
        }
    }

    fn back(&mut self) {
        match (self.asked(), self.step()) {
            (Some(question), Step::Model) if !self.favourites(question).is_empty() => {
                self.set_step(Step::Class);
            }
            (Some(_), Step::Model | Step::Class) => self.set_step(Step::Asked),
            // What was revealed stays so.
            _ => self.at = self.at.saturating_sub(1),
        }
    }

    /// Counts hands for an option of the question: as many as `change` makes of those before.
    fn count(&mut self, option: usize, change: impl FnOnce(u32) -> u32) -> bool {
        let hands = self.asked().and_then(|at| self.hands.get_mut(at));
        let Some(held) = hands.and_then(|hands| hands.get_mut(option)) else {
            return false;
        };
        let before = *held;
        *held = change(before).min(MOST);
        *held > before
    }

    /// What comes of an act.
    pub fn after(&self, act: Act) -> Course {
        let mut course = self.clone();
        let over = std::mem::take(&mut course.over);
        match act {
            Act::Take(lesson) => course = Course::take(lesson),
            Act::Resume(begun) => course = begun,
            Act::Choose => course = Course::default(),
            // What lies over the question goes first.
            Act::Next | Act::Back if over != Over::Nothing => {}
            Act::Next => course.next(),
            Act::Back => course.back(),
            Act::Skip(on) => {
                let last = course
                    .lesson
                    .as_ref()
                    .map_or(0, |it| it.questions.len() + 1);
                course.at = if on {
                    (course.at + 1).min(last)
                } else {
                    course.at.saturating_sub(1)
                };
            }
            Act::Raise(option) => {
                course.over = over;
                if let Some(at) = course.asked()
                    && course.count(option, |hands| hands + 1)
                {
                    course.raised.push((at, option));
                }
            }
            Act::Lower(option) => {
                course.over = over;
                course.count(option, |hands| hands.saturating_sub(1));
            }
            Act::Count(option, hands) => {
                course.over = over;
                course.count(option, |_| hands);
            }
            Act::TakeBack => {
                course.over = over;
                let last = course.raised.pop_if(|last| Some(last.0) == self.asked());
                if let Some((_, option)) = last {
                    course.count(option, |hands| hands.saturating_sub(1));
                }
            }
            Act::Code(code) => {
                course.over = over;
                course.codes.push(code);
            }
            Act::Toggle(wanted) if wanted != over => course.over = wanted,
            Act::Toggle(_) => {}
        }
        course
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str = "# Lesson: x\n## Above 0.5\n- a\n- b\n## Most alike\n- a\n- b\n- c\n";

    fn course(acts: &[Act]) -> Course {
        let lesson = Lesson::parse(LESSON).expect("a lesson");
        let begin = Course::default().after(Act::Take(Rc::new(lesson)));
        acts.iter()
            .fold(begin, |course, act| course.after(act.clone()))
    }

    #[test]
    fn a_question_is_revealed_step_by_step_and_back() {
        use Act::{Back, Next, Raise};
        let mut seen = course(&[Next, Raise(1)]);
        let mut all = vec![];
        for _ in 0..6 {
            all.push((seen.at, seen.step()));
            seen = seen.after(Next);
        }
        let expected = [
            (1, Step::Asked),
            (1, Step::Class),
            (1, Step::Model),
            (2, Step::Asked),
            // Nobody was asked.
            (2, Step::Model),
            (3, Step::Asked),
        ];
        assert_eq!(all, expected);
        assert_eq!(seen.at, 3, "the summary is the end");
        for (at, step) in [
            (2, Step::Model),
            (2, Step::Asked),
            (1, Step::Model),
            (1, Step::Class),
            (1, Step::Asked),
            (0, Step::Asked),
            (0, Step::Asked),
        ] {
            seen = seen.after(Back);
            assert_eq!((seen.at, seen.step()), (at, step));
        }
    }

    #[test]
    fn questions_are_skipped_without_revealing_them() {
        let seen = course(&[Act::Next, Act::Skip(true), Act::Skip(true), Act::Skip(true)]);
        assert_eq!((seen.at, &seen.steps), (3, &vec![Step::Asked; 2]));
        assert_eq!(seen.after(Act::Skip(false)).at, 2);
    }

    #[test]
    fn hands_and_codes_are_counted_together() {
        use Act::{Lower, Next, Raise, TakeBack};
        let code = |first, second| {
            Act::Code(Code {
                answers: vec![first, second],
                pupil: 0,
            })
        };
        let seen = course(&[
            Next,
            Raise(0),
            Raise(0),
            Raise(1),
            Raise(7),
            TakeBack,
            Lower(1),
            code(Some(1), Some(2)),
            code(Some(1), None),
            Act::Count(1, 4),
        ]);
        assert_eq!(seen.hands, [vec![2, 4], vec![0, 0, 0]]);
        assert_eq!(seen.votes(0), [2, 6]);
        assert_eq!(seen.votes(1), [0, 0, 1]);
        assert_eq!(seen.favourites(0), [1]);
        let equal = seen.after(Act::Count(0, 6));
        assert_eq!(equal.favourites(0), [0, 1]);
        assert!(course(&[]).favourites(0).is_empty());
        // Of another question nothing is taken back.
        let other = seen.after(Act::Skip(true)).after(TakeBack);
        assert_eq!(other.hands, seen.hands);
    }

    #[test]
    fn what_lies_over_a_question_goes_before_anything_moves() {
        let seen = course(&[Act::Next, Act::Toggle(Over::Notes)]);
        assert_eq!(seen.over, Over::Notes);
        assert_eq!(seen.after(Act::Raise(0)).over, Over::Notes);
        let closed = seen.after(Act::Next);
        assert_eq!(
            (closed.over, closed.at, closed.step()),
            (Over::Nothing, 1, Step::Asked)
        );
        assert_eq!(seen.after(Act::Toggle(Over::Notes)).over, Over::Nothing);
        assert_eq!(
            seen.after(Act::Toggle(Over::Why(0, 1))).over,
            Over::Why(0, 1)
        );
    }

    #[test]
    fn only_what_is_begun_is_worth_going_on_with() {
        assert!(!Course::default().is_begun() && !course(&[]).is_begun());
        assert!(course(&[Act::Next]).is_begun());
        assert!(
            course(&[Act::Code(Code {
                answers: vec![],
                pupil: 0
            })])
            .is_begun()
        );
    }
}
