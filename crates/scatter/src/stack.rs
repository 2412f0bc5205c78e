//! Points that lie at one place, such as texts that occur twice.

use crate::number::ordered;

/// How close together points of one stack lie, as a share of how far out the bulk of the points
/// reaches: a thousandth of a pixel when that fills the view. Rounding moves equal texts by less.
const SAME: f64 = 2e-6;

/// The groups of two or more points at one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Stacks {
    /// Members of each stack, ascending.
    groups: Vec<Vec<u32>>,
    /// For each point the index of its stack, or `u32::MAX`.
    of: Vec<u32>,
}

impl Stacks {
    /// Finds the stacks among the points that `shown` lets through, the bulk of which reaches
    /// `bulk` from the origin. Sorts along one axis and
    /// compares each point with the places found so far in a window, n log n unless very many
    /// different places share a first coordinate.
    pub fn new(places: &[[f32; 3]], bulk: f64, shown: impl Fn(usize) -> bool) -> Self {
        let same = (SAME * bulk) as f32;
        let place = |index: u32| places[index as usize];
        let key = |index: u32| {
            let [x, y, z] = place(index).map(|v| u128::from(ordered(v)));
            x << 96 | y << 64 | z << 32 | u128::from(index)
        };
        let mut sorted: Vec<u128> = (0..places.len() as u32)
            .filter(|index| shown(*index as usize))
            .map(key)
            .collect();
        sorted.sort_unstable();
        // Places in the window, the latest last, each with its members.
        let mut open: std::collections::VecDeque<Vec<u32>> = std::collections::VecDeque::new();
        let mut of = vec![u32::MAX; places.len()];
        let mut found = 0;
        let mut close = |group: Vec<u32>| {
            if group.len() > 1 {
                for index in group {
                    of[index as usize] = found as u32;
                }
                found += 1;
            }
        };
        for key in sorted {
            let index = key as u32;
            let p = place(index);
            while let Some(group) = open.pop_front() {
                if p[0] - place(group[0])[0] <= same {
                    open.push_front(group);
                    break;
                }
                close(group);
            }
            let near = |group: &&mut Vec<u32>| {
                let q = place(group[0]);
                (p[1] - q[1]).abs() <= same && (p[2] - q[2]).abs() <= same
            };
            match open.iter_mut().rev().take(64).find(near) {
                Some(group) => group.push(index),
                None => open.push_back(vec![index]),
            }
        }
        open.into_iter().for_each(close);
        // Numbered anew, by their first members.
        let mut numbers = vec![u32::MAX; found];
        let mut groups = Vec::new();
        for (index, stack) in (0..).zip(&mut of) {
            let Some(number) = numbers.get_mut(*stack as usize) else {
                continue;
            };
            if *number == u32::MAX {
                *number = groups.len() as u32;
                groups.push(Vec::new());
            }
            *stack = *number;
            groups[*number as usize].push(index);
        }
        Self { groups, of }
    }

    /// All points at the place of this one, itself included; `None` when it lies alone.
    pub fn of(&self, point: u32) -> Option<&[u32]> {
        let stack = *self.of.get(point as usize)?;
        Some(self.groups.get(stack as usize)?)
    }

    /// Members of each stack.
    pub fn groups(&self) -> &[Vec<u32>] {
        &self.groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_points_at_one_place() {
        let places = [
            [0.5, 0.5, 0.0],
            [0.1, 0.0, 0.0],
            [0.5, 0.5, 0.0],
            [0.5, -0.5, 0.0],
            [0.500_000_2, 0.5, 0.0],
            [0.1, 0.0, 0.3],
            [0.5, -0.5, 0.0],
        ];
        let stacks = Stacks::new(&places, 0.5, |_| true);
        assert_eq!(stacks.groups(), [vec![0, 2, 4], vec![3, 6]]);
        assert_eq!(stacks.of(4), Some(&[0, 2, 4][..]));
        assert_eq!(stacks.of(1), None);
        assert_eq!(stacks.of(99), None);
        let without = Stacks::new(&places, 0.5, |index| index != 6 && index != 0);
        assert_eq!(without.groups(), [vec![2, 4]]);
    }

    #[test]
    fn many_at_one_place_take_no_time() {
        let stacks = Stacks::new(&vec![[0.0; 3]; 100_000], 0.0, |_| true);
        assert_eq!(stacks.groups().len(), 1);
        assert_eq!(stacks.of(77_777).map(<[u32]>::len), Some(100_000));
        let column: Vec<[f32; 3]> = (0..100_000).map(|i| [0.0, i as f32 / 1e5, 0.0]).collect();
        assert_eq!(Stacks::new(&column, 0.5, |_| true).groups().len(), 0);
    }

    #[test]
    fn no_points_no_stacks() {
        assert_eq!(Stacks::new(&[], 0.0, |_| true), Stacks::default());
    }
}
