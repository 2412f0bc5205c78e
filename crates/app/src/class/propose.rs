//! Questions about a set of texts that has none of its own.
//!
//! What is proposed has a clear answer: between the right option and the next lies a gap. Beyond
//! that it is what is least obvious: options that come near.

use semblance_workspace::lesson::{Kind, ORDERS, Place, Question};

/// Texts that are looked at, at most: every three of them are compared.
const TEXTS: usize = 40;
/// What parts the right option from the next at least.
const GAP: f32 = 0.06;
/// What a score is compared with, in hundredths.
const MIDDLE: u32 = 50;

/// Some texts with the scores of each with each.
pub struct Texts<'a> {
    /// The texts, all different.
    pub texts: Vec<&'a str>,
    /// Their groups.
    pub groups: Vec<u32>,
    /// The score of two of them.
    pub score: &'a dyn Fn(usize, usize) -> f32,
}

/// One question of each kind for which there are texts.
pub fn proposed(of: &Texts) -> Vec<Question> {
    let count = of.texts.len().min(TEXTS);
    let order = order(of, count);
    // Another one than was ordered by.
    let used = order.as_ref().and_then(|it| it.texts.first()).cloned();
    let lands = lands(of, count, used.as_deref());
    let found = [most_alike(of, count), above(of, count), order, lands];
    found.into_iter().flatten().collect()
}

/// What has been found best so far.
struct Best<T>(Option<(f32, T)>);

impl<T> Best<T> {
    fn offer(&mut self, worth: f32, found: impl FnOnce() -> T) {
        if self.0.as_ref().is_none_or(|(before, _)| worth > *before) {
            self.0 = Some((worth, found()));
        }
    }

    fn found(self) -> Option<T> {
        self.0.map(|(_, found)| found)
    }
}

fn question(of: &Texts, kind: Kind, texts: &[usize]) -> Question {
    let texts = texts.iter().filter_map(|&at| of.texts.get(at));
    Question {
        words: String::new(),
        kind,
        texts: texts.map(|&text| text.to_owned()).collect(),
        notes: Vec::new(),
    }
}

/// The two that are most alike, and two more that come as near to them as the gap allows.
fn most_alike(of: &Texts, count: usize) -> Option<Question> {
    let score = of.score;
    let mut top = Best(None);
    for a in 0..count {
        for b in a + 1..count {
            // The same words would be no question.
            if score(a, b) < 0.995 {
                top.offer(score(a, b), || (a, b));
            }
        }
    }
    let (a, b) = top.found()?;
    let limit = score(a, b) - GAP;
    let mut chosen = vec![a, b];
    for _ in 0..2 {
        let mut next = Best(None);
        for text in (0..count).filter(|text| !chosen.contains(text)) {
            let nearest = chosen.iter().map(|&other| score(text, other));
            let nearest = nearest.fold(f32::NEG_INFINITY, f32::max);
            if nearest <= limit {
                next.offer(nearest, || text);
            }
        }
        chosen.extend(next.found());
    }
    if chosen.len() < 3 {
        return None;
    }
    // As they stand in the list: the first two would be the answer.
    chosen.sort_unstable();
    let all = 0..chosen.len();
    let pairs = all
        .clone()
        .flat_map(|a| (a + 1..all.end).map(move |b| (a, b)));
    let kind = Kind::MostAlike {
        pairs: pairs.collect(),
        all: true,
    };
    Some(question(of, kind, &chosen))
}

/// The pair whose score is nearest to the middle, but for the gap.
fn above(of: &Texts, count: usize) -> Option<Question> {
    let mut best = Best(None);
    for a in 0..count {
        for b in a + 1..count {
            let off = ((of.score)(a, b) - MIDDLE as f32 / 100.0).abs();
            if off >= GAP {
                best.offer(-off, || [a, b]);
            }
        }
    }
    Some(question(of, Kind::Above(MIDDLE), &best.found()?))
}

/// One text and three others whose scores with it lie well apart.
fn order(of: &Texts, count: usize) -> Option<Question> {
    let score = of.score;
    let mut best = Best(None);
    for to in 0..count {
        for a in (0..count).filter(|&a| a != to) {
            for b in (a + 1..count).filter(|&b| b != to) {
                for c in (b + 1..count).filter(|&c| c != to) {
                    let at = [a, b, c].map(|text| score(to, text));
                    let sorted = ORDERS.map(|order| order.map(|place| at[place]));
                    let Some([first, second, third]) =
                        sorted.into_iter().find(|[x, y, z]| x >= y && y >= z)
                    else {
                        continue;
                    };
                    let gap = (first - second).min(second - third);
                    // Three that have nothing to do with it are no question.
                    if gap >= GAP && first < 0.995 {
                        best.offer(gap.min(0.15) + second, || [to, a, b, c]);
                    }
                }
            }
        }
    }
    Some(question(of, Kind::Order, &best.found()?))
}

/// A text, and where it lands: in one of the groups of the others, or beside one of four.
fn lands(of: &Texts, count: usize, used: Option<&str>) -> Option<Question> {
    let score = of.score;
    let groups: Vec<u32> = of.groups.iter().take(count).copied().collect();
    let last = groups.last().copied().unwrap_or_default() as usize;
    let of_group = |group: usize, but: usize| -> Vec<usize> {
        let of_it = |&at: &usize| at != but && groups.get(at).copied() == Some(group as u32);
        (0..count).filter(of_it).collect()
    };
    let mut best = Best(None);
    for text in (0..count).filter(|&text| of.texts.get(text).copied() != used) {
        let nearest = |texts: &[usize]| {
            let scores = texts.iter().map(|&other| score(text, other));
            scores.fold(f32::NEG_INFINITY, f32::max)
        };
        let places: Vec<Vec<usize>> = match last {
            1..=3 => (0..=last).map(|group| of_group(group, text)).collect(),
            _ => {
                let mut others: Vec<usize> = (0..count).filter(|&it| it != text).collect();
                // Its nearest, and three that stand near it in the list.
                let mut first = Best(None);
                for &other in &others {
                    first.offer(score(text, other), || other);
                }
                let first = first.found()?;
                others.retain(|&it| it != first);
                others.sort_by_key(|&it| it.abs_diff(text));
                others.truncate(3);
                others.push(first);
                others.sort_unstable();
                others.into_iter().map(|it| vec![it]).collect()
            }
        };
        if places.len() < 2 || places.iter().any(Vec::is_empty) {
            continue;
        }
        let at: Vec<f32> = places.iter().map(|texts| nearest(texts)).collect();
        let top = at.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let below = at.iter().copied().filter(|&it| it < top);
        let second = below.fold(f32::NEG_INFINITY, f32::max);
        if top - second >= GAP && top < 0.995 && second.is_finite() {
            best.offer(second, || (text, places));
        }
    }
    let (text, places) = best.found()?;
    let mut texts = vec![text];
    let mut found = Vec::new();
    for place in places {
        let from = texts.len();
        texts.extend(place);
        found.push(Place {
            name: String::new(),
            texts: (from..texts.len()).collect(),
        });
    }
    Some(question(of, Kind::Lands(found), &texts))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts on a line: the nearer, the more alike.
    fn of(places: &[f32], groups: &[u32]) -> Vec<Question> {
        let names: Vec<String> = (0..places.len()).map(|at| format!("text {at}")).collect();
        let score = |a: usize, b: usize| 1.0 - (places[a] - places[b]).abs();
        let questions = proposed(&Texts {
            texts: names.iter().map(String::as_str).collect(),
            groups: groups.to_vec(),
            score: &score,
        });
        for question in &questions {
            let at = |text: usize| names.iter().position(|it| *it == question.texts[text]);
            let scores: Vec<f32> = (0..question.texts.len())
                .map(|text| score(at(0).unwrap(), at(text).unwrap()))
                .collect();
            // Whatever is asked has a clear answer.
            match &question.kind {
                Kind::MostAlike { pairs, .. } => {
                    let of = |&(a, b): &(usize, usize)| score(at(a).unwrap(), at(b).unwrap());
                    let answer = question.answer(|a, b| of(&(a, b)));
                    let top = of(&pairs[answer]);
                    let others = pairs.iter().filter(|pair| **pair != pairs[answer]);
                    assert!(others.map(of).all(|other| top - other > GAP - 1e-6));
                }
                Kind::Order => {
                    let gaps = [(1, 2), (1, 3), (2, 3)].map(|(a, b)| scores[a] - scores[b]);
                    assert!(gaps.iter().all(|gap: &f32| gap.abs() > GAP - 1e-6));
                }
                Kind::Above(hundredths) => {
                    assert!((scores[1] - *hundredths as f32 / 100.0).abs() > GAP - 1e-6);
                }
                Kind::Lands(places) => assert!(places.len() >= 2),
            }
        }
        questions
    }

    #[test]
    fn each_kind_is_asked_where_there_are_texts_for_it() {
        let kinds = |questions: &[Question]| -> Vec<usize> {
            questions.iter().map(Question::options).collect()
        };
        let groups = of(&[0.0, 0.1, 0.3, 0.55, 0.62, 1.0], &[0, 0, 0, 1, 1, 1]);
        assert_eq!(kinds(&groups), [6, 2, 6, 2]);
        let alone = of(&[0.0, 0.1, 0.3, 0.55, 0.7, 1.0], &[0; 6]);
        assert_eq!(kinds(&alone), [6, 2, 6, 4]);
        assert_eq!(kinds(&of(&[0.0, 0.2], &[0, 0])), [2]);
        assert_eq!(kinds(&of(&[0.0, 0.2, 0.6], &[0; 3])), [3, 2, 2]);
        assert!(of(&[0.0], &[0]).is_empty() && of(&[], &[]).is_empty());
    }

    #[test]
    fn the_same_text_twice_is_no_question() {
        for question in of(&[0.0, 0.0, 0.0, 0.3, 0.8], &[0; 5]) {
            if let Kind::MostAlike { .. } = question.kind {
                assert!(question.texts.contains(&"text 3".to_owned()));
            }
        }
    }
}
