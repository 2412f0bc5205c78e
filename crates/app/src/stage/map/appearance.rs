//! What colours, shapes and sizes of the points say.

use super::choice::ColorBy;
use super::store::{Drawn, MapState};
use crate::state::Shared;
use crate::state::results::Results;
use semblance_client::Cluster;
use semblance_scatter::{Appearance, Region, Rgba, Shape, categorical, fixed, sequential};

/// Opacity of points that don't stand out while others do.
const FAINT: f64 = 0.18;
/// Classes named in the legend; more are counted.
pub const NAMED: usize = 12;

/// What a colour or a mark means.
#[derive(Clone, Debug, PartialEq)]
pub enum Legend {
    /// Nothing to explain.
    None,
    /// Each class has a hue and a shape.
    Classes {
        /// What they are.
        what: &'static str,
        /// Their names, the first [`NAMED`] of them.
        names: Vec<String>,
        /// How many there are.
        count: usize,
    },
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
enum Channel {
    Classes(Vec<Option<usize>>, &'static str, Vec<String>, usize),
    Values {
        values: Vec<f32>,
        what: String,
        digits: usize,
    },
    Missing(&'static str),
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
    let legend = match channel(state.color, state, drawn, scores) {
        Channel::Classes(classes, what, names, number) => {
            let nowhere = categorical(6, dark);
            look.colors = (classes.iter())
                .map(|class| class.map_or(nowhere, |class| categorical(class, dark)))
                .collect();
            look.shapes = (classes.iter())
                .map(|class| class.map_or(Shape::Circle, Shape::nth))
                .collect();
            Legend::Classes {
                what,
                names,
                count: number,
            }
        }
        Channel::Values {
            values,
            what,
            digits,
        } => {
            let (low, high) = range(&values);
            look.colors = (values.iter())
                .map(|&value| sequential(place(value, low, high)))
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
    if let Channel::Values { values, .. } = channel(state.size, state, drawn, scores) {
        let (low, high) = range(&values);
        look.sizes = (values.iter())
            .map(|&value| 0.6 + 1.6 * place(value, low, high) as f32)
            .map(|size| if size.is_nan() { 0.6 } else { size })
            .collect();
    }
    let line = |point: usize| drawn.results.texts[point].line;
    if !state.hidden.is_empty() {
        look.hidden = (0..count)
            .map(|point| state.hidden.contains(&line(point)))
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
    (look, legend)
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
        ColorBy::Group => match state.groups.as_ref().and_then(|g| g.of(results)) {
            Some(groups) => {
                let classes = groups.assignments.iter().map(|a| Some(a.group as usize));
                Channel::Classes(
                    classes.collect(),
                    "Groups by example",
                    groups.names.iter().take(NAMED).cloned().collect(),
                    groups.names.len(),
                )
            }
            None if results.groups() > 1 => {
                let number = results.groups() as usize;
                let name = |group: usize| format!("Group {}", group + 1);
                Channel::Classes(
                    results
                        .texts
                        .iter()
                        .map(|t| Some(t.group as usize))
                        .collect(),
                    "Groups of lines",
                    (0..number.min(NAMED)).map(name).collect(),
                    number,
                )
            }
            None => Channel::Nothing,
        },
        ColorBy::Cluster => match state.clusters.as_ref().and_then(|c| c.of(results)) {
            Some(found) => Channel::Classes(
                found
                    .assignments
                    .iter()
                    .map(|&c| Some(c as usize))
                    .collect(),
                "Clusters",
                (found.clusters.iter().take(NAMED))
                    .map(|cluster| cluster_name(cluster, results))
                    .collect(),
                found.clusters.len(),
            ),
            None => Channel::Missing("Find clusters in the panel below first."),
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

/// The names to write on the map: those of clusters or of groups by example, as colours show them.
/// Groups of lines have none worth writing.
pub fn regions(state: &MapState, results: &Shared<Results>, dark: bool) -> Vec<Region> {
    let (names, of): (Vec<String>, Vec<u32>) = match state.color {
        ColorBy::Cluster => match state.clusters.as_ref().and_then(|c| c.of(results)) {
            Some(found) => {
                let name = |cluster| cluster_name(cluster, results);
                (
                    found.clusters.iter().map(name).collect(),
                    found.assignments.clone(),
                )
            }
            None => return Vec::new(),
        },
        ColorBy::Group => match state.groups.as_ref().and_then(|g| g.of(results)) {
            Some(groups) => {
                let group = |assignment: &semblance_client::Assignment| assignment.group;
                (
                    groups.names.clone(),
                    groups.assignments.iter().map(group).collect(),
                )
            }
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let mut members = vec![Vec::new(); names.len()];
    for (point, class) in (0..).zip(of) {
        if let Some(members) = members.get_mut(class as usize) {
            members.push(point);
        }
    }
    (names.into_iter().zip(members).enumerate())
        .map(|(class, (name, members))| Region {
            name: name.into(),
            color: categorical(class, dark),
            members,
        })
        .collect()
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
