//! What lies in front of the marks: names of regions, labels, captions, counts, the card of the
//! hovered or current point, and the box or lasso under way.

use crate::labels::{Placer, Rect};
use crate::picture::card::card;
use crate::picture::ground::solid_captions;
use crate::picture::labeling::{Labeler, labels};
use crate::picture::names::names;
use crate::picture::{Anchor, Item, Text};
use crate::scene::{Scene, ScreenPoint};
use crate::text::{Measure, shorten};

/// Most points among which those at one place are looked for while drawing.
pub(super) const STACKED: usize = 20_000;

/// Everything in front. `focused` says whether the keyboard is on the map.
pub(crate) fn front(
    scene: &mut Scene,
    labeler: &mut Labeler,
    focused: bool,
    measure: &mut dyn Measure,
) -> Vec<Item> {
    let mut items = Vec::new();
    if !scene.view.has_size() {
        return items;
    }
    let (width, height) = (scene.view.lens.width, scene.view.lens.height);
    let mut placer = Placer::new(width, height);
    captions(scene, &mut placer, measure, &mut items);
    let screen = scene.screen().to_vec();
    // Before the card takes its place, so that names don't move with the pointer.
    names(scene, &screen, &mut placer, measure, &mut items);
    let current = scene.current.filter(|_| focused);
    if let Some(current) = current {
        current_ring(
            scene,
            current,
            screen[current as usize],
            &mut placer,
            &mut items,
        );
    }
    let card = scene
        .hovered
        .or(current)
        .and_then(|point| card(scene, point, screen[point as usize], measure));
    if let Some((_, rect)) = &card {
        placer.take(*rect);
    }
    counts(scene, &screen, &mut placer, measure, &mut items);
    let told = card.as_ref().and_then(|_| scene.hovered.or(current));
    labels(
        scene,
        labeler,
        told,
        &screen,
        &mut placer,
        measure,
        &mut items,
    );
    if let Some((card, _)) = card {
        items.extend(card);
    }
    if let Some(area) = &scene.area {
        items.push(Item::Polygon {
            corners: area.outline(),
            fill: scene.theme.accent.with_alpha(0.12),
            stroke: scene.theme.accent,
            width: 1.5,
        });
    }
    items
}

/// Captions of the axes: in the plane along the bottom and up the left side.
fn captions(scene: &Scene, placer: &mut Placer, measure: &mut dyn Measure, items: &mut Vec<Item>) {
    if scene.len() == 0 {
        return;
    }
    if scene.is_solid() {
        for text in solid_captions(scene) {
            let half = measure.width(&text.text, text.size, false) / 2.0 + 2.0;
            placer.take(Rect::around(text.x, text.y, half, text.size * 0.65));
            items.push(Item::Text(text));
        }
        return;
    }
    let (width, height) = (scene.view.lens.width, scene.view.lens.height);
    let size = scene.theme.font_size * 0.88;
    let text = |x, y, text, turned| {
        Item::Text(Text {
            x,
            y,
            text,
            size,
            bold: false,
            anchor: if turned { Anchor::Start } else { Anchor::End },
            color: scene.theme.muted,
            halo: Some(scene.theme.background),
            turned,
        })
    };
    if !scene.axes.x.is_empty() {
        let caption = shorten(&scene.axes.x, width * 0.8, size, false, measure);
        let length = measure.width(&caption, size, false);
        let (x, y) = (width - 10.0, height - size * 0.5 - 7.0);
        placer.take(Rect {
            left: x - length - 4.0,
            top: y - size * 0.7,
            right: width,
            bottom: height,
        });
        items.push(text(x, y, caption, false));
    }
    if !scene.axes.y.is_empty() {
        let caption = shorten(&scene.axes.y, height * 0.8, size, false, measure);
        let length = measure.width(&caption, size, false);
        // Read upwards, its end at the top.
        let (x, y) = (size * 0.5 + 7.0, 10.0 + length);
        placer.take(Rect {
            left: 0.0,
            top: 0.0,
            right: x + size * 0.7,
            bottom: y + 4.0,
        });
        items.push(text(x, y, caption, true));
    }
}

/// The ring that shows where the keyboard is.
fn current_ring(
    scene: &Scene,
    current: u32,
    at: ScreenPoint,
    placer: &mut Placer,
    items: &mut Vec<Item>,
) {
    if at.scale <= 0.0 {
        return;
    }
    let radius = scene.radius(current as usize, at.scale) + 7.0;
    let (x, y) = (f64::from(at.x), f64::from(at.y));
    for (stroke, width) in [(scene.theme.background, 5.0), (scene.theme.accent, 2.5)] {
        items.push(Item::Circle {
            x,
            y,
            radius,
            stroke,
            width,
        });
    }
    placer.take(Rect::around(x, y, radius, radius));
}

/// How many points a mark stands for, beside it.
fn counts(
    scene: &mut Scene,
    screen: &[ScreenPoint],
    placer: &mut Placer,
    measure: &mut dyn Measure,
    items: &mut Vec<Item>,
) {
    if scene.is_moving() || scene.len() > STACKED {
        return;
    }
    let stacks = scene.stacks();
    let size = scene.theme.font_size * 0.8;
    for group in stacks.groups().iter().take(200) {
        let index = group[0] as usize;
        let at = screen[index];
        if at.scale <= 0.0 {
            continue;
        }
        let text = format!("×{}", group.len());
        let half = measure.width(&text, size, true) / 2.0 + 3.0;
        let offset = scene.radius(index, at.scale) * 0.8 + 2.0;
        let (x, y) = (
            f64::from(at.x) + offset + half - 3.0,
            f64::from(at.y) - offset - size * 0.3,
        );
        let rect = Rect::around(x, y, half, size * 0.65);
        if !placer.is_free(&rect) {
            continue;
        }
        placer.take(rect);
        items.push(Item::Text(Text {
            x,
            y,
            text,
            size,
            bold: true,
            anchor: Anchor::Middle,
            color: scene.theme.muted,
            halo: Some(scene.theme.background),
            turned: false,
        }));
    }
}
