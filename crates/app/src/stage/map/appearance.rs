//! What colours, shapes and sizes of the points say.

use super::choice::ColorBy;
use super::store::{Drawn, MapState, Source};
use crate::state::Shared;
use crate::state::results::Results;
use semblance_client::Cluster;
use semblance_scatter::{Appearance, Region, Rgba, Shape, categorical, fixed, sequential};

/// Opacity of points that don't stand out while others do.
const FAINT: f64 = 0.18;
/// What a colour or a mark means.
#[derive(Clone, Debug, PartialEq)]
pub enum Legend {
    /// Nothing to explain.
    None,
    /// Each group has a hue and a shape.
    Groups,
    /// A field, which draws its own.
    Field,
    /// Colours run from a low value to a high one.
    Scale {
        /// What is measured.
        what: String,
        /// The lowest value, as shown.
        low: String,
        /// The highest value, as shown.
        high: String,
    },
    /// What was chosen can't be shown, and why.
    Missing(&'static str),
}

/// A value for each point, or what class it is in.
pub enum Channel {
    /// What class each point is in, if any.
    Classes(Vec<Option<u32>>),
    /// A number for each point; NaN is missing.
    Values {
        /// The numbers.
        values: Vec<f32>,
        /// What is measured.
        what: String,
        /// Decimals that are shown.
        digits: usize,
    },
    /// It can't be shown, and why.
    Missing(&'static str),
    /// There is nothing to show.
    Nothing,
}

/// The look of the points that are drawn, and what it means. `scores` are those of every point with
/// the selected text or the search.
pub fn appearance(
    state: &MapState,
    drawn: &Drawn,
    scores: Option<&[f32]>,
    dark: bool,
) -> (Appearance, Legend) {
    let count = drawn.results.texts.len();
    let mut look = Appearance::default();
    let fields = &state.fields;
    let field = fields.channel(&fields.choice.color, &drawn.results);
    let by_field = field.is_some();
    let shown = field.unwrap_or_else(|| channel(state.color, state, drawn, scores));
    let legend = match shown {
        Channel::Classes(classes) => {
            look.colors = (classes.iter())
                .map(|class| class.map_or(nowhere(dark), |class| categorical(class as usize, dark)))
                .collect();
            look.shapes = (classes.iter())
                .map(|class| class.map_or(Shape::Circle, |class| Shape::nth(class as usize)))
                .collect();
            Legend::Groups
        }
        Channel::Values {
            values,
            what,
            digits,
        } => {
            let (low, high) = range(&values);
            look.colors = (values.iter())
                .map(|&value| shade(place(value, low, high), dark))
                .collect();
            Legend::Scale {
                what,
                low: fixed(low, digits),
                high: fixed(high, digits),
            }
        }
        Channel::Missing(why) => Legend::Missing(why),
        Channel::Nothing => Legend::None,
    };
    let field = fields.channel(&fields.choice.size, &drawn.results);
    let shown = field.unwrap_or_else(|| channel(state.size, state, drawn, scores));
    if let Channel::Values { values, .. } = shown {
        let (low, high) = range(&values);
        look.sizes = (values.iter())
            .map(|&value| 0.6 + 1.6 * place(value, low, high) as f32)
            .map(|size| if size.is_nan() { 0.6 } else { size })
            .collect();
    }
    let line = |point: usize| drawn.results.texts[point].line;
    let shown = fields.shown(&drawn.results);
    if !state.hidden.is_empty() || shown.is_some() {
        let out = |point: usize| shown.as_ref().is_some_and(|shown| !shown[point]);
        look.hidden = (0..count)
            .map(|point| out(point) || state.hidden.contains(&line(point)))
            .collect();
    }
    if let Some(highlight) = &state.highlight {
        let plain = categorical(0, dark);
        look.colors.resize(count, plain);
        for point in 0..count {
            if !highlight.lines.contains(&line(point)) {
                look.colors[point] = look.colors[point].with_alpha(FAINT);
            }
        }
    }
    (look, if by_field { Legend::Field } else { legend })
}

/// The colour of a value between 0 and 1. The end of the scale that is hard to see on this ground
/// is left out.
pub fn shade(place: f64, dark: bool) -> Rgba {
    sequential(if dark {
        0.25 + 0.75 * place
    } else {
        0.85 * place
    })
}

/// Adds the search to the points: a star in the colour of what is active.
pub fn add_query(look: &mut Appearance, count: usize, accent: Rgba, dark: bool) {
    look.colors.resize(count, categorical(0, dark));
    look.colors.push(accent);
    look.shapes.resize(count, Shape::Circle);
    look.shapes.push(Shape::Star);
    look.sizes.resize(count, 1.0);
    look.sizes.push(1.8);
    if !look.hidden.is_empty() {
        look.hidden.push(false);
    }
}

fn channel(by: ColorBy, state: &MapState, drawn: &Drawn, scores: Option<&[f32]>) -> Channel {
    let results = &drawn.results;
    let count = results.texts.len();
    match by {
        ColorBy::Group => match state.grouping(results) {
            Some(grouping) => Channel::Classes(grouping.of),
            None => Channel::Nothing,
        },
        ColorBy::Length => Channel::Values {
            values: results.embedded.iter().map(|e| e.tokens as f32).collect(),
            what: "Length in tokens".into(),
            digits: 0,
        },
        ColorBy::Score => match scores.filter(|scores| scores.len() == count) {
            Some(scores) => Channel::Values {
                values: scores.to_vec(),
                what: match state.highlight.as_ref().and_then(|h| h.query.as_ref()) {
                    Some(_) => "Score with the search".into(),
                    None => "Score with the selected text".into(),
                },
                digits: 2,
            },
            None => Channel::Missing("Select a text to colour the others by their score with it."),
        },
        ColorBy::Trust => match state.trust.as_ref().filter(|t| t.points.len() == count) {
            Some(trust) => Channel::Values {
                values: trust.points.iter().map(|p| p.preservation).collect(),
                what: format!("Nearest {} kept near", trust.whole.k),
                digits: 2,
            },
            None => Channel::Missing("Trust is measured once the map has come to rest."),
        },
        ColorBy::Nothing => Channel::Nothing,
    }
}

/// The names to write on the map: those of the groups that its colours show. Groups of lines that
/// nobody has named have none worth writing.
pub fn regions(state: &MapState, results: &Shared<Results>, dark: bool) -> Vec<Region> {
    let grouping = state.grouping(results);
    let Some(grouping) = grouping.filter(|_| state.shows_groups()) else {
        return Vec::new();
    };
    let members = grouping.members();
    (grouping.groups.into_iter().zip(members).enumerate())
        .filter(|(_, ((key, _), _))| key.0 != Source::Lines || state.renamed.contains_key(key))
        .map(|(class, ((_, name), members))| Region {
            name,
            color: categorical(class, dark),
            members,
        })
        .collect()
}

/// The colour of what is in no group.
fn nowhere(dark: bool) -> Rgba {
    Rgba::hex(if dark { 0x8a94a3 } else { 0x8b95a5 })
}

/// What a cluster is called: its telling words, or the text in its middle.
pub fn cluster_name(cluster: &Cluster, results: &Results) -> String {
    if cluster.words.is_empty() {
        format!(
            "“{}”",
            crate::stage::matrix::clip(results.text(cluster.center))
        )
    } else {
        cluster.words.join(", ")
    }
}

/// The lowest and the highest value that is a number; 0 and 1 where there is none.
fn range(values: &[f32]) -> (f32, f32) {
    let numbers = values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = numbers.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    if low > high { (0.0, 1.0) } else { (low, high) }
}

/// Where a value lies between the lowest and the highest, 0 to 1; the middle where all are equal.
fn place(value: f32, low: f32, high: f32) -> f64 {
    if high > low {
        f64::from((value - low) / (high - low))
    } else if value.is_nan() {
        f64::NAN
    } else {
        0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_their_place_between_the_extremes() {
        assert_eq!(range(&[2.0, f32::NAN, 1.0]), (1.0, 2.0));
        assert_eq!(range(&[f32::NAN]), (0.0, 1.0));
        assert_eq!(place(1.5, 1.0, 2.0), 0.5);
        assert_eq!(place(3.0, 3.0, 3.0), 0.5);
        assert!(place(f32::NAN, 0.0, 0.0).is_nan());
    }
}
