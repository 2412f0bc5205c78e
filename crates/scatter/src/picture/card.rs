//! The card with the whole text of one point.

use crate::labels::Rect;
use crate::picture::{Anchor, Item, Text};
use crate::scene::{Scene, ScreenPoint};
use crate::text::{Measure, one_line, shorten, wrap};

/// The whole text of the point that is hovered, or that the keyboard is on, near it, and the area
/// it covers.
pub(super) fn card(
    scene: &mut Scene,
    point: u32,
    at: ScreenPoint,
    measure: &mut dyn Measure,
) -> Option<(Vec<Item>, Rect)> {
    if at.scale <= 0.0 {
        return None;
    }
    let (view_width, view_height) = (scene.view.lens.width, scene.view.lens.height);
    let size = scene.theme.font_size;
    let limit = (size * 26.0).min(view_width - 4.0 * size);
    let mut lines = wrap(
        &one_line(&scene.label(point as usize)),
        limit,
        5,
        size,
        measure,
    );
    let others = scene.stacks().of(point).map_or(0, |stack| stack.len() - 1);
    let more = (others > 0).then(|| format!("and {others} more here; click again for the next"));
    let note = one_line(scene.note.as_deref().unwrap_or_default());
    let mut notes = wrap(&note, limit, 2, size * 0.85, measure);
    notes.extend(more.map(|more| shorten(&more, limit, size * 0.85, false, measure)));
    if lines.is_empty() && notes.is_empty() {
        return None;
    }
    let said = lines.iter().map(|line| (line, size));
    let noted = notes.iter().map(|note| (note, size * 0.85));
    let inner = said
        .chain(noted)
        .map(|(line, size)| measure.width(line, size, false))
        .fold(0.0, f64::max);
    let said = lines.len();
    lines.extend(notes);
    let (pad, leading) = (size * 0.6, size * 1.35);
    let width = inner + 2.0 * pad;
    let height = lines.len() as f64 * leading + 2.0 * pad - (leading - size);
    let (x, y) = (f64::from(at.x), f64::from(at.y));
    let gap = scene.radius(point as usize, at.scale) + 11.0;
    let inside = |v: f64, most: f64| v.min(most - 4.0).max(4.0);
    let left = inside(x - width / 2.0, view_width - width);
    let above = y - gap - height;
    let top = if above >= 4.0 {
        above
    } else {
        inside(y + gap, view_height - height)
    };
    let theme = &scene.theme;
    let mut items = vec![Item::Card {
        left,
        top,
        width,
        height,
        rounding: size * 0.4,
        fill: theme.background.mix(theme.text, 0.03),
        stroke: theme.grid.mix(theme.muted, 0.5),
    }];
    for (number, text) in lines.into_iter().enumerate() {
        let noted = number >= said;
        items.push(Item::Text(Text {
            x: left + pad,
            y: top + pad + size * 0.5 + number as f64 * leading,
            text,
            size: if noted { size * 0.85 } else { size },
            bold: false,
            anchor: Anchor::Start,
            color: if noted { theme.muted } else { theme.text },
            halo: None,
            turned: false,
        }));
    }
    let rect = Rect {
        left,
        top,
        right: left + width,
        bottom: top + height,
    };
    Some((items, rect))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::points::Points;
    use crate::text::Fixed;

    fn lines(scene: &mut Scene) -> Vec<Text> {
        let at = scene.screen()[0];
        let items = card(scene, 0, at, &mut Fixed).map_or_else(Vec::new, |(items, _)| items);
        let texts = items.into_iter().filter_map(|item| match item {
            Item::Text(text) => Some(text),
            _ => None,
        });
        texts.collect()
    }

    #[test]
    fn the_note_stands_muted_under_the_text() {
        let mut scene = Scene::default();
        scene.resize(800.0, 600.0);
        let points = Points::new(vec![0.0, 0.0, 1.0, 1.0, 0.0, 0.0], 2);
        scene.set_points(points, 0.0).unwrap();
        scene.note = Some("0.71 to the selected text".into());
        // Alone where there is no text.
        assert_eq!(lines(&mut scene).len(), 2);
        scene.set_labels(vec!["one".into()], Vec::new());
        let said = lines(&mut scene);
        let texts: Vec<&str> = said.iter().map(|line| &*line.text).collect();
        assert_eq!(texts[..2], ["one", "0.71 to the selected text"]);
        assert!(texts[2].starts_with("and 1 more"));
        assert_eq!(said[0].color, scene.theme.text);
        assert_eq!(said[1].color, scene.theme.muted);
        assert!(said[0].y < said[1].y && said[1].size < said[0].size);
        scene.note = Some(" ".into());
        assert_eq!(lines(&mut scene).len(), 2);
        scene.note = Some("long ".repeat(100).into());
        assert_eq!(lines(&mut scene).len(), 4);
    }
}
