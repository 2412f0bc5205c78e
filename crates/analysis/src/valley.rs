//! Where scores of two kinds part: the valley between two peaks.
//!
//! A threshold out of a book fits another model, or other texts. Where pairs that say the same and
//! pairs that don't stand apart, their scores have two peaks with few in between, and there is the
//! place to cut; where they don't, no threshold is better than another, and that is worth saying.
//!
//! A valley is a window of scores with clearly fewer than equally wide windows on both sides of it
//! (for two samples `a`, `b` of counts: `(b − a) / √(a + b)`, the test of McNemar, *Psychometrika*
//! 1947). Of scores with one peak (normal and beta distributions, 20 to 3,000 of them), one set in
//! twenty-five has a valley by this measure at most; of scores spread evenly, one in seven.

/// Widths of the windows that are looked through: a narrow valley between many scores, and a wide
/// one between few.
const WIDTHS: [f32; 9] = [0.02, 0.03, 0.045, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4];
/// Windows begin this share of their width apart.
const STEP: f32 = 0.25;
/// Windows that begin this many steps apart don't overlap.
const APART: usize = 4;
/// Standard deviations that the lower peak must be above the valley.
const CLEAR: f32 = 3.4;
/// What a valley holds at most of the lower peak.
const DEPTH: f32 = 0.2;

/// The middle of the clearest valley among `scores`, in any order, each −1 to 1; none where there
/// is no clear one. What is no number is left out.
pub fn valley(scores: &[f32]) -> Option<f32> {
    let mut scores: Vec<f32> = scores.iter().copied().filter(|s| s.is_finite()).collect();
    scores.sort_unstable_by(f32::total_cmp);
    let found = WIDTHS.iter().filter_map(|&width| clearest(&scores, width));
    let (_, from, to) = found.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(widest_gap(&scores, from, to))
}

/// The clearest valley of this width: how clear it is, and from where to where it goes.
fn clearest(scores: &[f32], width: f32) -> Option<(f32, f32, f32)> {
    let (first, last) = (*scores.first()?, *scores.last()?);
    let step = width * STEP;
    let starts = ((last - first) / step).ceil() as usize + 1;
    let start = |at: usize| first + at as f32 * step;
    let below = |score: f32| scores.partition_point(|&other| other < score);
    let counts: Vec<usize> = (0..starts)
        .map(|at| below(start(at) + width) - below(start(at)))
        .collect();
    // The highest peak that ends before a window, and the highest that begins after it.
    let highest = |peak: &mut usize, count: &usize| {
        *peak = (*peak).max(*count);
        Some(*peak)
    };
    let left: Vec<usize> = counts.iter().scan(0, highest).collect();
    let mut right: Vec<usize> = counts.iter().rev().scan(0, highest).collect();
    right.reverse();
    let valleys = (APART..starts.saturating_sub(APART)).filter_map(|at| {
        let (here, lower) = (counts[at] as f32, left[at - APART].min(right[at + APART]));
        let lower = lower as f32;
        let clear = (lower - here) / (lower + here).sqrt();
        (clear >= CLEAR && here <= lower * DEPTH).then_some((clear, start(at), start(at) + width))
    });
    valleys.max_by(|a, b| a.0.total_cmp(&b.0))
}

/// The middle of the widest gap between neighbouring scores that a valley shares in.
fn widest_gap(scores: &[f32], from: f32, to: f32) -> f32 {
    let before = scores.partition_point(|&score| score <= from);
    let after = scores.partition_point(|&score| score < to);
    let around = &scores[before.saturating_sub(1)..(after + 1).min(scores.len())];
    let gaps = around.windows(2).map(|gap| (gap[1] - gap[0], gap[0]));
    let widest = gaps.max_by(|a, b| a.0.total_cmp(&b.0));
    widest.map_or(from, |(width, at)| at + width / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look drawn at random: about normal, by the sum of twelve uniform ones.
    fn drawn(count: usize, mean: f32, deviation: f32, seed: u64) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut uniform = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 24) as f32
        };
        let mut normal = || (0..12).map(|_| uniform()).sum::<f32>() - 6.0;
        (0..count).map(|_| mean + deviation * normal()).collect()
    }

    #[test]
    fn two_kinds_of_scores_are_parted() {
        for seed in 1..=20 {
            let mut scores = drawn(200, 0.45, 0.07, seed);
            scores.extend(drawn(25, 0.93, 0.02, seed + 100));
            let cut = valley(&scores).expect("two peaks");
            assert!((0.6..0.9).contains(&cut), "{seed}: {cut}");
        }
    }

    #[test]
    fn copies_are_parted_from_the_rest() {
        let mut scores = drawn(300, 0.5, 0.08, 3);
        scores.extend([1.0; 12]);
        let cut = valley(&scores).expect("copies");
        assert!((0.75..1.0).contains(&cut), "{cut}");
    }

    #[test]
    fn few_scores_are_parted_if_they_lie_far_apart() {
        for seed in 1..=20 {
            let mut scores = drawn(15, 0.4, 0.06, seed);
            scores.extend(drawn(14, 0.98, 0.01, seed + 100));
            let cut = valley(&scores).expect("two peaks");
            assert!((0.5..0.95).contains(&cut), "{seed}: {cut}");
        }
    }

    #[test]
    fn one_peak_has_no_valley() {
        for count in [10, 50, 200, 1_000] {
            let found = (1..=60).filter(|&seed| {
                let scores = drawn(count, 0.5, 0.12, seed * 31);
                valley(&scores).is_some()
            });
            let found = found.count();
            assert!(found <= 3, "{found} of 60 sets of {count} scores");
        }
    }

    #[test]
    fn too_few_scores_and_odd_ones_have_none() {
        assert_eq!(valley(&[]), None);
        assert_eq!(valley(&[0.5]), None);
        assert_eq!(valley(&[0.1, 0.9]), None);
        assert_eq!(valley(&[1.0; 1_000]), None);
        assert_eq!(valley(&[f32::NAN, 0.2, f32::INFINITY]), None);
    }

    #[test]
    fn the_cut_lies_in_the_middle_of_the_gap() {
        let mut scores = vec![0.2; 30];
        scores.extend([0.8; 30]);
        let cut = valley(&scores).expect("two kinds");
        assert!((cut - 0.5).abs() < 1e-6, "{cut}");
    }
}
