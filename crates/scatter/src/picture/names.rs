//! The names of regions, over the middles of their points.

use crate::labels::Placer;
use crate::number::at_place;
use crate::picture::{Anchor, Item, Text};
use crate::scene::{Scene, ScreenPoint};
use crate::text::{Measure, abbreviate, one_line, shorten};
use crate::{Region, Rgba};

/// Longest name, in signs.
const LONGEST: usize = 28;

/// How much larger than labels names are.
const LARGER: f64 = 1.25;

/// How far up or down a name may go to make room for others, as a share of its height.
const REACH: f64 = 1.6;

/// Members looked at, at most; of more every second, third … so that the cost of a frame doesn't
/// grow with the points.
const SAMPLE: usize = 4000;

/// A region whose points come into view only in part has its name while so many of them do, or
/// this share: a stray point doesn't speak for the rest.
const ENOUGH: (usize, f64) = (3, 0.2);

/// The middle of the members of a region that are in the view: of each coordinate the median,
/// which a few far away don't move. `None` when there are none, or too few to speak for the rest.
fn middle(
    region: &Region,
    screen: &[ScreenPoint],
    (width, height): (f64, f64),
) -> Option<(f64, f64)> {
    let step = region.members.len().div_ceil(SAMPLE).max(1);
    let shown: Vec<&ScreenPoint> = (region.members.iter().step_by(step))
        .filter_map(|member| screen.get(*member as usize))
        .filter(|at| at.scale > 0.0)
        .collect();
    let inside = |at: &&ScreenPoint| {
        (0.0..=width).contains(&f64::from(at.x)) && (0.0..=height).contains(&f64::from(at.y))
    };
    let seen = || shown.iter().copied().filter(inside);
    let (xs, ys): (Vec<f32>, Vec<f32>) = seen().map(|at| (at.x, at.y)).unzip();
    let share = ENOUGH.1 * shown.len() as f64;
    if xs.is_empty() || xs.len() < ENOUGH.0 && (xs.len() as f64) < share {
        return None;
    }
    Some((median(&xs)?, median(&ys)?))
}

/// The median, of an even number the middle of the two.
fn median(values: &[f32]) -> Option<f64> {
    let [lower, upper] = at_place(values.iter().copied(), values.len() / 2)?.map(f64::from);
    Some(match values.len().is_multiple_of(2) {
        true => (lower + upper) / 2.0,
        false => upper,
    })
}

/// Writes the names, that of the largest region first; one that finds no room is left out.
pub(super) fn names(
    scene: &Scene,
    screen: &[ScreenPoint],
    placer: &mut Placer,
    measure: &mut dyn Measure,
    items: &mut Vec<Item>,
) {
    let view = (scene.view.lens.width, scene.view.lens.height);
    let size = scene.theme.font_size * LARGER;
    let background = scene.theme.background;
    for region in &scene.regions {
        let Some(at) = middle(region, screen, view) else {
            continue;
        };
        let name = abbreviate(&one_line(&region.name), LONGEST);
        if name.is_empty() {
            continue;
        }
        let text = shorten(&name, view.0 * 0.8, size, true, measure);
        // The halo is part of it.
        let room = (measure.width(&text, size, true) + size * 0.3, size * 1.2);
        let Some(rect) = placer.place_about(at, room, room.1 * REACH) else {
            continue;
        };
        items.push(Item::Text(Text {
            x: (rect.left + rect.right) / 2.0,
            y: (rect.top + rect.bottom) / 2.0,
            text,
            size,
            bold: true,
            anchor: Anchor::Middle,
            color: region.color.readable_on(background),
            halo: Some(Rgba(background.0, background.1, background.2, 255)),
            turned: false,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::Rect;
    use crate::picture::{Labeler, front};
    use crate::points::{Framing, Points};
    use crate::text::Fixed;
    use crate::{Appearance, Theme, svg};

    fn region(name: &str, members: impl IntoIterator<Item = u32>) -> Region {
        Region {
            name: name.into(),
            color: Rgba(240, 228, 66, 90),
            members: members.into_iter().collect(),
        }
    }

    /// Two clouds of 40 points far apart, the second also with an outlier.
    fn scene() -> Scene {
        let mut coordinates = Vec::new();
        for at in 0..80_u8 {
            let (x, y) = (f32::from(at % 8), f32::from(at / 8 % 5));
            coordinates.extend([x + if at < 40 { 0.0 } else { 40.0 }, y]);
        }
        coordinates.extend([0.0, 20.0]);
        let mut scene = Scene::default();
        scene.resize(800.0, 600.0);
        scene.set_points(Points::new(coordinates, 2), 0.0).unwrap();
        let labels = (0..scene.len()).map(|at| format!("text {at}").into());
        scene.set_labels(labels.collect(), Vec::new());
        scene
    }

    fn written(scene: &mut Scene) -> Vec<Text> {
        front(scene, &mut Labeler::default(), false, &mut Fixed)
            .into_iter()
            .filter_map(|item| match item {
                Item::Text(text) => Some(text),
                _ => None,
            })
            .collect()
    }

    fn area(text: &Text) -> Rect {
        let width = Fixed.width(&text.text, text.size, text.bold);
        let left = match text.anchor {
            Anchor::Start => text.x,
            Anchor::Middle => text.x - width / 2.0,
            Anchor::End => text.x - width,
        };
        Rect {
            left,
            top: text.y - text.size / 2.0,
            right: left + width,
            bottom: text.y + text.size / 2.0,
        }
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[9.0, 1.0, 2.0, 4.0]), Some(3.0));
    }

    #[test]
    fn names_stand_over_their_points_and_nothing_overlaps() {
        let mut scene = scene();
        scene.set_regions(vec![
            region("left", 0..40),
            region("right", 40..81),
            region("  ", 0..40),
            region("nobody", [500, 501]),
        ]);
        let all = written(&mut scene);
        assert_eq!((&*all[0].text, &*all[1].text), ("right", "left"));
        assert!(all[0].bold && all[0].size == 13.0 * 1.25);
        assert!(all[0].color.contrast(scene.theme.background) >= 4.5);
        assert_eq!(all[0].halo, Some(scene.theme.background));
        // The outlier doesn't move the name from the others.
        let (x, y) = scene.position_of(40 + 20).unwrap();
        assert!((all[0].x - x).abs() < 20.0 && (all[0].y - y).abs() < 20.0);
        let areas: Vec<Rect> = all.iter().map(area).collect();
        for (at, a) in areas.iter().enumerate() {
            assert!(areas[..at].iter().all(|b| !a.meets(b)), "{:?}", all[at]);
        }
        scene.set_regions(Vec::new());
        assert!(written(&mut scene).iter().all(|text| !text.bold));
    }

    #[test]
    fn labels_are_for_few_until_zoomed_in() {
        let mut scene = scene();
        let singles = |scene: &mut Scene| {
            let mut all = written(scene);
            all.retain(|text| text.text.starts_with("text "));
            all.into_iter().map(|text| text.text).collect::<Vec<_>>()
        };
        assert!(singles(&mut scene).len() > 5);
        scene.set_regions(vec![region("left", 0..40)]);
        assert_eq!(singles(&mut scene), Vec::<String>::new());
        scene.set_selection(&[44]);
        scene.set_current(Some(77));
        let mut importance = vec![0.0; 81];
        importance[80] = 2.0;
        scene.set_labels(scene.labels.clone(), importance);
        assert_eq!(singles(&mut scene), ["text 44", "text 77", "text 80"]);
        scene.zoom_by(2.6, None);
        scene.pan_by(900.0, 0.0);
        assert!(singles(&mut scene).len() > 3);
    }

    #[test]
    fn names_at_one_place_give_way_to_the_largest() {
        let mut scene = scene();
        scene.set_regions(
            (0..9)
                .map(|n| region(&format!("name {n}"), 0..40 - n))
                .collect(),
        );
        let mut names = written(&mut scene);
        names.retain(|text| text.bold);
        assert!((2..=5).contains(&names.len()), "{}", names.len());
        assert_eq!(names[0].text, "name 0");
        assert!(names.iter().all(|name| (name.y - names[0].y).abs() < 40.0));
    }

    #[test]
    fn names_follow_what_is_hidden_shown_and_in_view() {
        let mut scene = scene();
        scene.set_regions(vec![region("both", 0..80)]);
        let hide = |scene: &mut Scene, hidden: std::ops::Range<usize>| {
            scene.set_appearance(Appearance {
                hidden: (0..81).map(|at| hidden.contains(&at)).collect(),
                ..Appearance::default()
            });
        };
        hide(&mut scene, 0..40);
        assert!(written(&mut scene)[0].x > 600.0);
        hide(&mut scene, 40..80);
        assert!(written(&mut scene)[0].x < 200.0);
        hide(&mut scene, 0..80);
        assert!(written(&mut scene).iter().all(|text| text.text != "both"));
        // Of a region out of view no name is left at the edge.
        hide(&mut scene, 0..0);
        scene.set_regions(vec![region("left", 0..40)]);
        scene.zoom_by(4.0, Some((790.0, 300.0)));
        assert!(written(&mut scene).iter().all(|text| text.text != "left"));
    }

    #[test]
    fn names_glide_with_their_points() {
        let mut scene = scene();
        scene.set_regions(vec![region("left", 0..40)]);
        let home = written(&mut scene)[0].x;
        let mut coordinates: Vec<f32> = (0..40).flat_map(|_| [3.0, 2.0]).collect();
        coordinates.extend((0..40).flat_map(|_| [43.0, 2.0]));
        coordinates.extend([0.0, 20.0]);
        // Those on the left come from the right.
        let points = Points {
            ids: (40..80).chain(0..40).chain([80]).collect(),
            animate: true,
            framing: Framing::Keep,
            ..Points::new(coordinates, 2)
        };
        scene.set_points(points, 1000.0).unwrap();
        let mut places = vec![written(&mut scene)[0].x];
        for now in [1100.0, 1200.0, 1300.0, 2000.0] {
            scene.advance(now);
            places.push(written(&mut scene)[0].x);
        }
        assert!(
            places.windows(2).all(|pair| pair[0] > pair[1]),
            "{places:?}"
        );
        assert!(places[0] > 600.0 && (places[4] - home).abs() < 20.0);
    }

    #[test]
    fn long_names_are_cut_and_drawn_in_files_too() {
        let mut scene = scene();
        let name = "electric cars <and> charging stations in towns";
        scene.set_regions(vec![region(name, 40..80)]);
        scene.theme = Theme::dark();
        let items = front(&mut scene, &mut Labeler::default(), false, &mut Fixed);
        let svg = svg::document(
            (800.0, 600.0),
            &scene.theme,
            &[],
            std::iter::empty(),
            &items,
        );
        assert!(svg.contains(">electric cars &lt;and&gt;…</text>"), "{svg}");
        assert!(svg.contains("font-size=\"16.25\""));
        // A view too small for it shows what fits, or nothing.
        scene.resize(60.0, 40.0);
        assert!(
            written(&mut scene)
                .iter()
                .all(|text| area(text).right <= 60.0)
        );
    }
}
