//! How a score looks: as a number, as a step of the colour scale, as a word.

use semblance_scatter::{fixed, shortest};
use std::cell::Cell;
use yew::prelude::*;

/// Steps of the colour scale, from a score of unrelated texts (0 for most models) to one of 1. The
/// style sheet has a class for each.
pub const STEPS: u32 = 40;

thread_local! {
    /// The score at which colours begin.
    static FLOOR: Cell<f32> = const { Cell::new(0.0) };
}

/// Has colours begin at this score, from here on: that of texts that have nothing in common.
pub fn set_floor(floor: f32) {
    FLOOR.set(floor);
}

/// The class that colours a score; scores below 0 look like 0.
pub fn class(score: f32) -> String {
    format!("h{}", step(score))
}

/// The step of the colour scale for a score, 0 to [`STEPS`].
pub fn step(score: f32) -> u32 {
    // A score that is no number has no colour of its own: the cast makes it 0.
    let floor = FLOOR.get();
    (((score - floor) / (1.0 - floor)).clamp(0.0, 1.0) * STEPS as f32).round() as u32
}

/// Three decimals with a true minus, and never a zero with one.
pub fn short(score: f32) -> String {
    read(score, 3)
}

/// Two decimals, likewise: as a score is read.
pub fn brief(score: f32) -> String {
    read(score, 2)
}

fn read(score: f32, decimals: usize) -> String {
    let text = fixed(score, decimals);
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|c| matches!(c, '0' | '.')) => digits.into(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

/// Every decimal that the 32-bit number has.
pub fn full(score: f32) -> String {
    shortest(score)
}

/// Where colours begin, as it is read.
fn legend_start() -> String {
    match FLOOR.get() {
        0.0 => "0".into(),
        floor => fixed(floor, 1),
    }
}

/// The colour scale with its ends named.
pub fn legend() -> Html {
    html! {
        <div class="legend" role="img" aria-label="Colour scale of the scores, from unlike to the same">
            <span class="legend-end">{ legend_start() }</span>
            <span class="legend-steps">
                { for (0..=STEPS).map(|step| html! { <span class={format!("h{step}")} /> }) }
            </span>
            <span class="legend-end">{ "1" }</span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_as_shown() {
        for (score, shown, colour) in [
            (1.0, "1.000", "h40"),
            (0.0, "0.000", "h0"),
            (-0.0, "0.000", "h0"),
            (-0.0004, "0.000", "h0"),
            (-0.12, "−0.120", "h0"),
            (0.73249996, "0.732", "h29"),
            (1.0000001, "1.000", "h40"),
            (f32::NAN, "NaN", "h0"),
        ] {
            assert_eq!(
                (short(score).as_str(), class(score).as_str()),
                (shown, colour)
            );
        }
        for (score, read) in [
            (0.734, "0.73"),
            (-0.074, "−0.07"),
            (-0.001, "0.00"),
            (1.0, "1.00"),
        ] {
            assert_eq!(brief(score), read);
        }
        assert_eq!(full(0.73249996), "0.73249996");
        set_floor(0.7);
        assert_eq!([0.6, 0.7, 0.85, 1.0].map(step), [0, 0, 20, 40]);
        assert_eq!(legend_start(), "0.7");
        set_floor(0.0);
        assert_eq!(legend_start(), "0");
    }
}
