//! All that is drawn and how it changes, without a browser.

mod looks;
mod pointing;
#[cfg(test)]
mod tests;
mod view;

use std::collections::HashMap;
use std::rc::Rc;

use crate::camera::{Camera, Lens};
use crate::event::{Event, Tool};
use crate::gesture::Area;
use crate::motion::Motion;
use crate::number::ordered;
use crate::points::{Cloud, Framing, Points};
use crate::stack::Stacks;
use crate::{Appearance, Axes, Region, ScatterError, Theme};

pub(crate) use view::View;

/// Counts the changes of what a renderer keeps a copy of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Versions {
    /// Of places, old and new.
    pub places: u64,
    /// Of colours, sizes, shapes, visibility and what is marked.
    pub looks: u64,
    /// Of labels.
    pub labels: u64,
}

/// Where a point is on the screen at this moment, in CSS px. A `scale` of 0 means it isn't drawn.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct ScreenPoint {
    pub x: f32,
    pub y: f32,
    pub scale: f32,
}

/// Everything about the picture.
#[derive(Default)]
pub(crate) struct Scene {
    pub cloud: Cloud,
    ids: Vec<u64>,
    /// Where each point comes from while it moves, and how much of it was there (0 or 1).
    pub before: Vec<[f32; 4]>,
    motion: Option<Motion>,
    arrived: Option<f64>,
    pub labels: Vec<Rc<str>>,
    importance: Vec<f32>,
    /// Rank of each point by importance, 0 the most important.
    pub ranks: Vec<u32>,
    /// The points by rank.
    pub by_rank: Vec<u32>,
    pub appearance: Appearance,
    /// Groups whose names are written, the largest first.
    pub regions: Vec<Region>,
    /// A second line for the card.
    pub note: Option<Rc<str>>,
    pub axes: Axes,
    pub theme: Theme,
    selected: Vec<u32>,
    is_selected: Vec<bool>,
    pub hovered: Option<u32>,
    pub current: Option<u32>,
    pub links: Vec<(u32, u32)>,
    pub tool: Tool,
    /// The box or lasso under way.
    pub area: Option<Area>,
    pub view: View,
    /// Whether movements are to be skipped (`prefers-reduced-motion`).
    pub still: bool,
    pub versions: Versions,
    stacks: Option<Rc<Stacks>>,
    screen: Vec<ScreenPoint>,
    screen_of: Option<(Lens, (u64, u64), u64)>,
    /// What to tell the page.
    pub events: Vec<Event>,
    /// How much of the way points have come, 0 to 1.
    pub progress: f64,
}

impl Scene {
    /// Number of points.
    pub fn len(&self) -> usize {
        self.cloud.places.len()
    }

    /// Whether the points lie in space.
    pub fn is_solid(&self) -> bool {
        self.cloud.dimensions == 3
    }

    /// Takes other points.
    pub fn set_points(&mut self, points: Points, now: f64) -> Result<(), ScatterError> {
        let cloud = Cloud::new(&points)?;
        let count = cloud.places.len();
        let same_space = cloud.dimensions == self.cloud.dimensions;
        let keeps_unit = points.framing == Framing::Keep && same_space && self.len() > 0;
        let ids = if points.ids.is_empty() {
            (0..count as u64).collect()
        } else {
            points.ids
        };
        let animate = points.animate && !self.still && self.len() > 0;
        self.before = if animate {
            let places: Vec<[f32; 3]> = (0..self.len())
                .map(|index| {
                    let p = self.place(index);
                    if keeps_unit {
                        let outward = self.cloud.frame.outward(p.map(f64::from));
                        cloud.frame.inward(outward).map(|v| v as f32)
                    } else {
                        p
                    }
                })
                .collect();
            // The frames of a running projection have the same ids: no need to look them up.
            let known: HashMap<u64, usize> = if ids == self.ids {
                HashMap::new()
            } else {
                self.ids.iter().copied().zip(0..).collect()
            };
            let same = known.is_empty();
            (0..)
                .zip(ids.iter().zip(&cloud.places))
                .map(|(index, (id, to))| {
                    let from = if same {
                        Some(index)
                    } else {
                        known.get(id).copied()
                    };
                    match from.and_then(|index: usize| places.get(index)) {
                        Some([x, y, z]) => [*x, *y, *z, 1.0],
                        None => [to[0], to[1], to[2], 0.0],
                    }
                })
                .collect()
        } else {
            cloud
                .places
                .iter()
                .map(|p| [p[0], p[1], p[2], 1.0])
                .collect()
        };
        let since = self.arrived.map_or(f64::INFINITY, |before| now - before);
        self.motion = animate.then(|| Motion::towards_frame(now, since));
        self.progress = if animate { 0.0 } else { 1.0 };
        self.arrived = Some(now);
        if keeps_unit {
            self.view.reframe(&self.cloud.frame, &cloud.frame);
        }
        self.ids = ids;
        self.cloud = cloud;
        self.rank();
        self.stacks = None;
        self.versions.places += 1;
        self.versions.looks += 1;
        self.versions.labels += 1;
        let exists = |point: &u32| (*point as usize) < count;
        self.hovered = self.hovered.filter(exists);
        self.current = self.current.filter(exists);
        self.links.retain(|(a, b)| exists(a) && exists(b));
        let selected = std::mem::take(&mut self.selected);
        self.set_selection(&selected);
        self.frame_points(points.framing, same_space, animate);
        Ok(())
    }

    /// Takes labels and their importance.
    pub fn set_labels(&mut self, labels: Vec<Rc<str>>, importance: Vec<f32>) {
        self.labels = labels;
        self.importance = importance;
        self.rank();
        // Points that stand out look different.
        self.versions.looks += 1;
        self.versions.labels += 1;
    }

    /// Takes the groups whose names are written.
    pub fn set_regions(&mut self, regions: Vec<Region>) {
        // The largest first; of equally large ones the first.
        let key = |(at, region): (usize, &Region)| {
            u128::from(u64::MAX - region.members.len() as u64) << 64 | at as u128
        };
        let mut keys: Vec<u128> = regions.iter().enumerate().map(key).collect();
        keys.sort_unstable();
        let region = |key: u128| regions.get(key as usize).cloned();
        self.regions = keys.into_iter().filter_map(region).collect();
    }

    /// Takes colours, sizes, shapes and visibility.
    pub fn set_appearance(&mut self, appearance: Appearance) {
        self.appearance = appearance;
        self.stacks = None;
        self.versions.looks += 1;
        let shown = |scene: &Self, point: &u32| scene.is_shown(*point as usize);
        self.hovered = self.hovered.filter(|point| shown(self, point));
        self.current = self.current.filter(|point| shown(self, point));
    }

    /// Marks points as selected.
    pub fn set_selection(&mut self, selected: &[u32]) {
        self.is_selected = vec![false; self.len()];
        for &point in selected {
            if let Some(mark) = self.is_selected.get_mut(point as usize) {
                *mark = true;
            }
        }
        self.selected = (0..self.len() as u32)
            .filter(|point| self.is_selected[*point as usize])
            .collect();
        self.versions.looks += 1;
    }

    /// Selected points, ascending.
    pub fn selected(&self) -> &[u32] {
        &self.selected
    }

    /// Whether a point is selected.
    #[inline(always)]
    pub fn is_selected(&self, index: usize) -> bool {
        matches!(self.is_selected.get(index), Some(true))
    }

    /// Marks a point as hovered; answers whether that is a change.
    pub fn set_hovered(&mut self, point: Option<u32>) -> bool {
        let point = point.filter(|p| self.is_shown(*p as usize));
        let changed = point != self.hovered;
        if changed {
            self.hovered = point;
            self.versions.looks += 1;
        }
        changed
    }

    /// Makes a point the current one.
    pub fn set_current(&mut self, point: Option<u32>) {
        self.current = point.filter(|p| self.is_shown(*p as usize));
        self.versions.looks += 1;
    }

    /// Draws lines between points.
    pub fn set_links(&mut self, links: &[(u32, u32)]) {
        let count = self.len();
        let exists = |point: u32| (point as usize) < count;
        self.links = links
            .iter()
            .copied()
            .filter(|&(a, b)| exists(a) && exists(b))
            .collect();
    }

    /// Whether a point exists and is not hidden.
    #[inline(always)]
    pub fn is_shown(&self, index: usize) -> bool {
        index < self.len() && !matches!(self.appearance.hidden.get(index), Some(true))
    }

    /// The label of a point, empty when it has none.
    pub fn label(&self, index: usize) -> Rc<str> {
        self.labels.get(index).cloned().unwrap_or_else(|| "".into())
    }

    /// Where a point is at this moment, in the frame.
    #[inline(always)]
    pub fn place(&self, index: usize) -> [f32; 3] {
        let to = self.cloud.places[index];
        let t = self.progress as f32;
        match self.before.get(index) {
            Some(from) if t < 1.0 => {
                std::array::from_fn(|axis| from[axis] + (to[axis] - from[axis]) * t)
            }
            _ => to,
        }
    }

    /// Moves everything to the time `now`; answers whether something is still on its way.
    pub fn advance(&mut self, now: f64) -> bool {
        if let Some(motion) = self.motion {
            self.progress = motion.progress(now);
            if motion.is_over(now) {
                self.motion = None;
                self.progress = 1.0;
            }
        }
        let gliding = self.view.advance(now);
        self.motion.is_some() || gliding
    }

    /// Whether points are moving.
    pub fn is_moving(&self) -> bool {
        self.motion.is_some()
    }

    /// Where all points are on the screen at this moment.
    pub fn screen(&mut self) -> &[ScreenPoint] {
        let versions = (self.versions.places, self.versions.looks);
        let key = (self.view.lens, versions, self.progress.to_bits());
        if self.screen_of != Some(key) {
            let project = self.view.lens.projector();
            let mut screen = std::mem::take(&mut self.screen);
            screen.clear();
            screen.resize(self.len(), ScreenPoint::default());
            for (index, point) in screen.iter_mut().enumerate() {
                if !self.is_shown(index) {
                    continue;
                }
                let [x, y, z] = self.place(index);
                if let Some(spot) = project([x.into(), y.into(), z.into()]) {
                    *point = ScreenPoint {
                        x: spot.x as f32,
                        y: spot.y as f32,
                        scale: spot.scale as f32,
                    };
                }
            }
            self.screen = screen;
            self.screen_of = Some(key);
        }
        &self.screen
    }

    /// The points that lie at one place.
    pub fn stacks(&mut self) -> Rc<Stacks> {
        if let Some(stacks) = &self.stacks {
            return stacks.clone();
        }
        let stacks = Rc::new(Stacks::new(&self.cloud.places, self.cloud.bulk, |index| {
            self.is_shown(index)
        }));
        self.stacks = Some(stacks.clone());
        stacks
    }

    /// Whether a point is drawn before all others.
    #[inline(always)]
    fn is_marked(&self, point: u32) -> bool {
        self.is_selected(point as usize)
            || self.hovered == Some(point)
            || self.current == Some(point)
    }

    /// The points to draw, the first on top: the hovered, the current and the selected; then in
    /// space from near to far, else from the most to the least important.
    pub fn draw_order(&mut self) -> Vec<u32> {
        let count = self.len();
        let shown = |point: &u32| self.is_shown(*point as usize);
        let mut order: Vec<u32> = Vec::with_capacity(count);
        order.extend(self.hovered.filter(shown));
        let current = self.current.filter(|point| self.hovered != Some(*point));
        order.extend(current.filter(shown));
        let first = |point: &u32| self.current == Some(*point) || self.hovered == Some(*point);
        let selected = self.selected.iter().copied().filter(|point| !first(point));
        order.extend(selected.filter(shown));
        let marked = order.len();
        if self.is_solid() {
            self.screen();
            for (index, at) in (0..).zip(&self.screen) {
                if at.scale > 0.0 && !self.is_marked(index) {
                    order.push(index);
                }
            }
            near_to_far(&mut order[marked..], &self.screen);
        } else {
            for &index in &self.by_rank {
                if self.is_shown(index as usize) && !self.is_marked(index) {
                    order.push(index);
                }
            }
        }
        order
    }

    /// The part of the [draw order](Self::draw_order) to draw while something moves and `budget`
    /// points are all that can be drawn, and the rest: in space the most important points first,
    /// since the nearest alone would not show what there is.
    pub fn split_order(&self, order: Vec<u32>, budget: usize) -> (Vec<u32>, Vec<u32>) {
        if order.len() <= budget {
            return (order, Vec::new());
        }
        if !self.is_solid() {
            let rest = order[budget..].to_vec();
            let mut order = order;
            order.truncate(budget);
            return (order, rest);
        }
        let least = budget as u64 * self.len() as u64 / order.len() as u64;
        order.into_iter().partition(|point| {
            u64::from(self.ranks[*point as usize]) < least || self.is_marked(*point)
        })
    }

    /// Ranks the points by importance; those alike by index when few, else by a fixed shuffle, so
    /// that labels spread evenly.
    fn rank(&mut self) {
        let count = self.len();
        let key = |index: u32| {
            let importance = self.importance.get(index as usize).copied();
            let importance = importance.filter(|v| v.is_finite()).unwrap_or(0.0);
            let tie = if count <= 60 { index } else { shuffled(index) };
            // The most important first.
            u128::from(!ordered(importance)) << 64 | u128::from(tie) << 32 | u128::from(index)
        };
        let mut keys: Vec<u128> = (0..count as u32).map(key).collect();
        keys.sort_unstable();
        self.by_rank = keys.into_iter().map(|key| key as u32).collect();
        self.ranks = vec![0; count];
        for (rank, index) in self.by_rank.iter().enumerate() {
            self.ranks[*index as usize] = rank as u32;
        }
    }

    /// The camera in the caller's unit.
    pub fn camera(&self) -> Camera {
        self.view.outward(&self.cloud.frame)
    }
}

/// A fixed permutation of u32 that looks random (the finalizer of MurmurHash3).
fn shuffled(index: u32) -> u32 {
    let mut h = index.wrapping_add(0x9e37_79b9);
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

/// Sorts points by their scale, the largest (nearest) first, by counting: linear in their number,
/// exact to 1/4096 of the range.
fn near_to_far(order: &mut [u32], screen: &[ScreenPoint]) {
    const BINS: usize = 4096;
    let (mut low, mut high) = (f32::MAX, f32::MIN);
    for &index in order.iter() {
        let scale = screen[index as usize].scale;
        low = if scale < low { scale } else { low };
        high = if scale > high { scale } else { high };
    }
    if high <= low {
        return;
    }
    let mut bins = vec![0_u16; order.len()];
    let mut starts = [0_u32; BINS + 1];
    for (bin, &index) in bins.iter_mut().zip(order.iter()) {
        let scale = screen[index as usize].scale;
        *bin = ((high - scale) / (high - low) * (BINS - 1) as f32) as u16;
        starts[usize::from(*bin) + 1] += 1;
    }
    for at in 1..=BINS {
        starts[at] += starts[at - 1];
    }
    let mut sorted = vec![0; order.len()];
    for (bin, &index) in bins.iter().zip(order.iter()) {
        let start = &mut starts[usize::from(*bin)];
        sorted[*start as usize] = index;
        *start += 1;
    }
    order.copy_from_slice(&sorted);
}
