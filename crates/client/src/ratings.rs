//! How people rate pairs of texts that a model gives a score.
//!
//! People rated the 8,628 pairs of the STS benchmark (Cer et al., SemEval 2017) from 0, nothing in
//! common, to 5, the same meaning. Each model has scores of its own for these, so what people say
//! of a score is a table for each model: of all rising curves the one nearest to the ratings of the
//! train split (`crates/encoder/examples/ratings.rs` makes it). The pairs are English sentences of
//! news, captions and forums: of other texts the table says less. Fast arithmetic gives the same
//! table within 0.02.

/// Scores of a table, from 0 on, this far apart.
const STEP: f32 = 0.05;
const STEPS: usize = 21;

/// What people say of the scores of one model.
#[derive(Debug, PartialEq)]
pub struct Ratings([[f32; 3]; STEPS]);

/// What people say of pairs of about one score, each 0 (nothing in common) to 5 (the same).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rating {
    /// Their mean.
    pub mean: f32,
    /// Five of six pairs are rated higher.
    pub low: f32,
    /// Five of six pairs are rated lower.
    pub high: f32,
}

/// Over tenths of the dev split the mean is off by 0.012 of the scale, and 70 of 100 of its pairs
/// are rated within the bounds.
static MINILM_L6: Ratings = Ratings([
    [0.07, 0.00, 0.20],
    [0.09, 0.00, 0.33],
    [0.23, 0.00, 0.52],
    [0.34, 0.00, 0.74],
    [0.48, 0.00, 0.88],
    [0.64, 0.08, 1.05],
    [0.80, 0.30, 1.38],
    [1.11, 0.40, 1.80],
    [1.33, 0.58, 2.08],
    [1.53, 0.76, 2.36],
    [1.87, 0.99, 2.82],
    [2.07, 1.12, 3.05],
    [2.38, 1.35, 3.32],
    [2.65, 1.65, 3.55],
    [2.89, 1.93, 3.77],
    [3.17, 2.31, 3.92],
    [3.49, 2.75, 4.25],
    [3.72, 3.06, 4.39],
    [3.99, 3.34, 4.72],
    [4.21, 3.51, 4.98],
    [4.69, 3.96, 5.00],
]);

/// The score at which a model has texts that have nothing in common, where that is far from 0:
/// there colours begin. multilingual-e5-small was trained with a temperature that leaves all scores
/// high.
pub fn floor_of_model(name: &str) -> f32 {
    if name.contains("multilingual-e5") {
        0.7
    } else {
        0.0
    }
}

impl Ratings {
    /// The table for a model, by its name; none where there was no measuring.
    pub fn of_model(name: &str) -> Option<&'static Ratings> {
        (name.rsplit('/').next() == Some("all-MiniLM-L6-v2")).then_some(&MINILM_L6)
    }

    /// What people say of pairs with a cosine similarity of `score`, −1 to 1. Below 0 they say what
    /// they say of 0.
    pub fn at(&self, score: f32) -> Rating {
        let place = (score / STEP).clamp(0.0, (STEPS - 1) as f32);
        let below = (place as usize).min(STEPS - 2);
        let part = place - below as f32;
        let [before, after] = [self.0[below], self.0[below + 1]];
        let read = |of: usize| before[of] + (after[of] - before[of]) * part;
        Rating {
            mean: read(0),
            low: read(1),
            high: read(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_rise_with_the_score() {
        let mut before = MINILM_L6.at(-1.0);
        assert_eq!(before, MINILM_L6.at(0.0));
        for hundredths in 0..=110 {
            let rating = MINILM_L6.at(hundredths as f32 / 100.0);
            let Rating { mean, low, high } = rating;
            assert!(
                0.0 <= low && low <= mean && mean <= high && high <= 5.0,
                "{rating:?}"
            );
            assert!(before.mean <= mean && before.low <= low && before.high <= high);
            before = rating;
        }
        assert_eq!(before, MINILM_L6.at(1.0));
    }

    #[test]
    fn only_measured_models_have_a_table() {
        assert!(Ratings::of_model("sentence-transformers/all-MiniLM-L6-v2").is_some());
        assert!(Ratings::of_model("another").is_none());
        assert!(MINILM_L6.at(f32::NAN).mean.is_nan());
    }
}
