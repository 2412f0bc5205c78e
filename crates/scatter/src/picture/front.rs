//! What lies in front of the marks: labels, captions, counts, the card of the hovered or current
//! point, and the box or lasso under way.

use std::collections::HashMap;

use crate::labels::{Placer, Rect};
use crate::picture::ground::solid_captions;
use crate::picture::{Anchor, Item, Text};
use crate::scene::{Scene, ScreenPoint};
use crate::text::{Measure, one_line, shorten, wrap};

/// Most points whose marks labels keep clear of; with more they would find no room.
const CLEAR: usize = 400;

/// Labels tried in one frame at most, so that its cost doesn't grow with the points.
const TRIES: usize = 240;

/// Most points among which those at one place are looked for while drawing.
const STACKED: usize = 20_000;

/// What labels keep from frame to frame: their shortened texts and the side they stood on.
#[derive(Debug, Default)]
pub(crate) struct Labeler {
    shortened: HashMap<(u32, bool), (String, f64)>,
    key: Option<(u64, u64, u64)>,
    sides: HashMap<u32, usize>,
}

impl Labeler {
    /// Forgets texts that no longer hold.
    fn renew(&mut self, scene: &Scene, width: f64) {
        let size = scene.theme.font_size.to_bits();
        let key = (scene.versions.labels, size, width.to_bits());
        if self.key != Some(key) {
            self.key = Some(key);
            self.shortened.clear();
        }
    }

    /// The text of a label, cut to `limit`, and its width.
    fn text(
        &mut self,
        scene: &Scene,
        point: u32,
        bold: bool,
        limit: f64,
        measure: &mut dyn Measure,
    ) -> (String, f64) {
        let size = scene.theme.font_size;
        self.shortened
            .entry((point, bold))
            .or_insert_with(|| {
                let line = one_line(&scene.label(point as usize));
                let text = shorten(&line, limit, size, bold, measure);
                let width = measure.width(&text, size, bold);
                (text, width)
            })
            .clone()
    }
}

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
    if let Some(region) = &scene.region {
        items.push(Item::Polygon {
            corners: region.outline(),
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

/// The labels; `told` is the point whose text is on the card already.
fn labels(
    scene: &mut Scene,
    labeler: &mut Labeler,
    told: Option<u32>,
    screen: &[ScreenPoint],
    placer: &mut Placer,
    measure: &mut dyn Measure,
    items: &mut Vec<Item>,
) {
    let (width, height) = (scene.view.lens.width, scene.view.lens.height);
    let size = scene.theme.font_size;
    let visible = |at: &ScreenPoint| {
        at.scale > 0.0
            && (0.0..=width).contains(&f64::from(at.x))
            && (0.0..=height).contains(&f64::from(at.y))
    };
    let seen = screen
        .iter()
        .filter(|at| visible(at))
        .take(CLEAR + 1)
        .count();
    if seen <= CLEAR {
        for (index, at) in screen.iter().enumerate().filter(|(_, at)| visible(at)) {
            // Half the mark may be covered: better a label there than none.
            let half = scene.radius(index, at.scale) * 0.7;
            placer.take(Rect::around(f64::from(at.x), f64::from(at.y), half, half));
        }
    }
    // The more points, the fewer and shorter their labels, so that the points stay visible.
    let (most, ems) = match seen {
        0..=12 => (12, 26.0),
        13..=60 => (60, 17.0),
        61..=CLEAR => ((width * height / 9000.0) as usize, 14.0),
        _ => ((width * height / 16_000.0) as usize, 12.0),
    };
    let most = most.clamp(10, 90);
    let limit = (size * ems).min(width * 0.45);
    labeler.renew(scene, limit);
    // Of points at one place one label is enough; the card tells of the others.
    let stacks = (scene.len() <= STACKED && !scene.is_moving()).then(|| scene.stacks());
    let chosen: Vec<u32> = scene.selected().iter().copied().take(40).collect();
    let others = scene
        .by_rank
        .iter()
        .copied()
        .filter(|point| !scene.is_selected(*point as usize));
    let candidates = chosen
        .iter()
        .copied()
        .chain(others)
        .filter(|point| visible(&screen[*point as usize]) && told != Some(*point))
        .take(TRIES);
    let ranks = &scene.ranks;
    let speaks = |point: u32| match stacks.as_ref().and_then(|stacks| stacks.of(point)) {
        Some(stack) => {
            !told.is_some_and(|told| stack.contains(&told))
                && stack.iter().min_by_key(|other| ranks[**other as usize]) == Some(&point)
        }
        None => true,
    };
    let mut sides = HashMap::new();
    let mut placed = 0;
    for point in candidates {
        if placed >= most {
            break;
        }
        if !scene.is_selected(point as usize) && !speaks(point) {
            continue;
        }
        let bold = scene.is_selected(point as usize);
        let (text, length) = labeler.text(scene, point, bold, limit, measure);
        if text.is_empty() {
            continue;
        }
        let at = screen[point as usize];
        let ring = if bold { 3.5 } else { 0.0 };
        let radius = scene.radius(point as usize, at.scale) + ring;
        let before = labeler.sides.get(&point).copied().unwrap_or(0);
        let spot = (f64::from(at.x), f64::from(at.y));
        let room = (length + 2.0, size * 1.15);
        let Some((side, rect)) = placer.place(spot, radius, room, before) else {
            continue;
        };
        placed += 1;
        sides.insert(point, side);
        let depth = if scene.is_solid() && !bold {
            crate::picture::marks::fog(f64::from(at.scale))
        } else {
            0.0
        };
        items.push(Item::Text(Text {
            x: rect.left + 1.0,
            y: (rect.top + rect.bottom) / 2.0,
            text,
            size,
            bold,
            anchor: Anchor::Start,
            color: scene.theme.text.mix(scene.theme.background, depth * 0.8),
            halo: Some(scene.theme.background),
            turned: false,
        }));
    }
    labeler.sides = sides;
}

/// The whole text of the point that is hovered, or that the keyboard is on, near it, and the area
/// it covers.
fn card(
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
    let note = (others > 0).then(|| format!("and {others} more here; click again for the next"));
    let note = note.map(|note| shorten(&note, limit, size * 0.85, false, measure));
    if lines.is_empty() && note.is_none() {
        return None;
    }
    let said = lines.iter().map(|line| (line, size));
    let noted = note.iter().map(|note| (note, size * 0.85));
    let inner = said
        .chain(noted)
        .map(|(line, size)| measure.width(line, size, false))
        .fold(0.0, f64::max);
    let said = lines.len();
    lines.extend(note);
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
