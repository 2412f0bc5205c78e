//! The labels of the points in view: which are shown, how short, and where.

use std::collections::HashMap;

use crate::labels::{Placer, Rect};
use crate::picture::front::STACKED;
use crate::picture::marks::fog;
use crate::picture::{Anchor, Item, Text};
use crate::scene::{Scene, ScreenPoint};
use crate::text::{Measure, one_line, shorten};

/// Most points whose marks labels keep clear of; with more they would find no room.
const CLEAR: usize = 400;

/// Up to so many points in view, each gets a label if there is any room for one.
const FEW: usize = 60;

/// From so many points on, a label for each that finds room is noise until one zooms in: when
/// names of regions say what is where, and when nothing does.
const NOISE: (usize, usize) = (FEW, 500);

/// How much larger than with everything in view things are once one has zoomed in.
const NEAR: f64 = 2.5;

/// Labels tried in one frame at most, so that its cost doesn't grow with the points.
const TRIES: usize = 240;

/// What labels keep from frame to frame: their shortened texts and the side they stood on.
#[derive(Debug, Default)]
pub(crate) struct Labeler {
    shortened: HashMap<(u32, bool, bool), (String, f64)>,
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

    /// The text of a label, cut to `limit` or half of it, and its width.
    fn text(
        &mut self,
        scene: &Scene,
        point: u32,
        (bold, half): (bool, bool),
        limit: f64,
        measure: &mut dyn Measure,
    ) -> (String, f64) {
        let size = scene.theme.font_size;
        let limit = if half { limit / 2.0 } else { limit };
        self.shortened
            .entry((point, bold, half))
            .or_insert_with(|| {
                let line = one_line(&scene.label(point as usize));
                let text = shorten(&line, limit, size, bold, measure);
                let width = measure.width(&text, size, bold);
                (text, width)
            })
            .clone()
    }
}

/// The labels; `told` is the point whose text is on the card already.
pub(super) fn labels(
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
    let area = width * height;
    let (most, ems) = if seen <= 12 {
        (FEW, 26.0)
    } else if seen <= FEW {
        (FEW, 17.0)
    } else if seen <= CLEAR {
        ((area / 9000.0) as usize, 14.0)
    } else {
        ((area / 16_000.0) as usize, 12.0)
    };
    let most = most.clamp(10, 90);
    let limit = (size * ems).min(width * 0.45);
    labeler.renew(scene, limit);
    // Of points at one place one label is enough; the card tells of the others.
    let stacks = (scene.len() <= STACKED && !scene.is_moving()).then(|| scene.stacks());
    let named = !scene.regions.is_empty();
    let shown = screen.iter().filter(|at| at.scale > 0.0).count();
    let quiet = shown > if named { NOISE.0 } else { NOISE.1 }
        && scene.view.magnification() < NEAR * (1.0 - 1e-9);
    let speaks_up = |point: u32| {
        let index = point as usize;
        scene.stands_out(index) || named && scene.is_important(index)
    };
    let mut chosen: Vec<u32> = scene.selected().iter().copied().take(40).collect();
    let current = scene.current.filter(|point| scene.hovered != Some(*point));
    let marked = [scene.hovered, current].into_iter().flatten();
    chosen.extend(marked.filter(|point| !scene.is_selected(*point as usize)));
    let others = scene
        .by_rank
        .iter()
        .copied()
        .filter(|point| !chosen.contains(point) && !scene.is_selected(*point as usize))
        // By rank: after the first that doesn't, none does.
        .take_while(|point| !quiet || speaks_up(*point));
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
        let index = point as usize;
        let bold = scene.is_selected(index);
        if !bold && !speaks(point) {
            continue;
        }
        let at = screen[index];
        let ring = if bold { 3.5 } else { 0.0 };
        let radius = scene.radius(index, at.scale) + ring;
        let side = labeler.sides.get(&point).copied().unwrap_or(0);
        let spot = (f64::from(at.x), f64::from(at.y));
        let mut find = |half: bool| {
            let (text, length) = labeler.text(scene, point, (bold, half), limit, measure);
            let room = (length + 2.0, size * 1.15);
            let found = (!text.is_empty()).then(|| placer.place(spot, radius, room, side));
            found.flatten().map(|(side, rect)| (text, side, rect))
        };
        // A short label where a long one finds no room, while there are few.
        let Some((text, side, rect)) =
            find(false).or_else(|| (seen <= FEW).then(|| find(true)).flatten())
        else {
            continue;
        };
        placed += 1;
        sides.insert(point, side);
        let depth = if scene.is_solid() && !bold {
            fog(f64::from(at.scale))
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
