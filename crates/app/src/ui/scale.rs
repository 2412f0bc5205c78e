//! In which units the table shows scores.

use crate::ui::heat;
use semblance_client::Ratings;
use std::rc::Rc;

/// Units of a score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Units {
    /// The cosine of the angle between the embeddings.
    #[default]
    Cosine,
    /// How many of a hundred unrelated pairs score less.
    Unrelated,
    /// How people would rate the pair, 0 to 5.
    People,
}

impl Units {
    /// What a press chooses next; not all models have ratings by people.
    pub fn next(self, rated: bool) -> Units {
        match self {
            Units::Cosine => Units::Unrelated,
            Units::Unrelated if rated => Units::People,
            Units::Unrelated | Units::People => Units::Cosine,
        }
    }

    /// What is chosen, in words.
    pub fn name(self) -> &'static str {
        match self {
            Units::Cosine => "Scores as: cosine",
            Units::Unrelated => "Scores as: of 100 unrelated pairs",
            Units::People => "Scores as: people's ratings, 0–5",
        }
    }

    /// What the numbers of the table mean, where they are not what it shows at first.
    pub fn meaning(self) -> Option<&'static str> {
        match self {
            Units::Cosine => None,
            Units::Unrelated => Some("how many of 100 unrelated pairs score less than these two."),
            Units::People => {
                Some("how people would rate the two, from 0 to 5 (English sentences).")
            }
        }
    }
}

/// Shows scores in some units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scale {
    pub units: Units,
    /// The scores of unrelated pairs, lowest first; empty until they are known.
    pub unrelated: Rc<[f32]>,
    /// What people say of this model's scores, if that was measured.
    pub ratings: Option<&'static Ratings>,
}

impl Scale {
    /// A score as the table shows it.
    pub fn brief(&self, score: f32) -> String {
        match (self.units, self.ratings) {
            (Units::Unrelated, _) => match below(&self.unrelated, score) {
                Some(share) => share.to_string(),
                None => "…".into(),
            },
            (Units::People, Some(ratings)) => rating(ratings.at(score).mean),
            _ => heat::brief(score),
        }
    }

    /// A score with its unit, for those who can't see what the table shows.
    pub fn spoken(&self, score: f32) -> String {
        let brief = self.brief(score);
        match self.units {
            Units::Cosine => brief,
            Units::Unrelated => brief + " of 100 unrelated pairs",
            Units::People => brief + " of 5",
        }
    }
}

/// A rating as it is read: one decimal.
pub fn rating(rating: f32) -> String {
    semblance_scatter::fixed(rating, 1)
}

/// How many of a hundred unrelated pairs score less.
pub fn below(unrelated: &[f32], score: f32) -> Option<usize> {
    let below = unrelated.partition_point(|&other| other < score);
    (!unrelated.is_empty()).then(|| below * 100 / unrelated.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_in_each_unit() {
        let mut scale = Scale {
            units: Units::Cosine,
            unrelated: (0..50).map(|at| at as f32 / 100.0).collect(),
            ratings: Ratings::of_model("all-MiniLM-L6-v2"),
        };
        assert_eq!(
            (scale.brief(0.4), scale.spoken(0.4)),
            ("0.40".into(), "0.40".into())
        );
        scale.units = Units::Unrelated;
        assert_eq!(scale.spoken(0.25), "50 of 100 unrelated pairs");
        assert_eq!(
            [0.0, 0.25, 0.9].map(|score| scale.brief(score)),
            ["0", "50", "100"]
        );
        scale.units = Units::People;
        let [low, high] = [0.1, 0.9].map(|score| scale.brief(score));
        assert!(
            low < high && low.len() == 3 && high.len() == 3,
            "{low} {high}"
        );
        scale.ratings = None;
        assert_eq!(scale.brief(0.4), "0.40");
        scale.unrelated = Rc::default();
        scale.units = Units::Unrelated;
        assert_eq!(scale.brief(0.4), "…");
    }

    #[test]
    fn presses_go_round() {
        let round = |rated| {
            let mut units = Units::Cosine;
            let mut seen = vec![];
            while seen.is_empty() || units != Units::Cosine {
                seen.push(units.name());
                units = units.next(rated);
            }
            seen.len()
        };
        assert_eq!((round(true), round(false)), (3, 2));
    }
}
