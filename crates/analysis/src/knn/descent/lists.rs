//! The lists of the nearest that were found so far.

/// No vector.
pub(super) const NONE: u32 = NEW - 1;

/// Set in an index that was not yet asked for its neighbours.
const NEW: u32 = 1 << 31;

/// A place in a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    value: f32,
    tagged: u32,
}

impl Slot {
    /// The vector, or [`NONE`].
    pub(super) fn index(self) -> u32 {
        self.tagged & !NEW
    }

    pub(super) fn is_fresh(self) -> bool {
        self.tagged & NEW != 0
    }

    /// Marks the vector as one that was asked for its neighbours.
    pub(super) fn age(&mut self) {
        self.tagged &= !NEW;
    }
}

/// For each vector a list of the nearest, by falling value.
#[derive(Debug, Clone)]
pub(super) struct Lists {
    /// Places of each list.
    pub(super) length: usize,
    slots: Vec<Slot>,
}

impl Lists {
    /// Empty lists.
    pub(super) fn new(n: usize, length: usize) -> Self {
        let empty = Slot {
            value: f32::NEG_INFINITY,
            tagged: NONE,
        };
        Self {
            length,
            slots: vec![empty; n * length],
        }
    }

    pub(super) fn of(&self, i: usize) -> &[Slot] {
        &self.slots[i * self.length..(i + 1) * self.length]
    }

    pub(super) fn of_mut(&mut self, i: usize) -> &mut [Slot] {
        &mut self.slots[i * self.length..(i + 1) * self.length]
    }

    /// Takes `j` into the list of `i`, unless it is full of nearer ones or has it already; whether
    /// it did. A pair must come with the same value every time.
    #[inline]
    pub(super) fn offer(&mut self, i: u32, j: u32, value: f32) -> bool {
        let list = self.of_mut(i as usize);
        let Some(last) = list.last() else {
            return false;
        };
        if value <= last.value {
            return false;
        }
        let at = list.partition_point(|slot| slot.value >= value);
        let equal = list[..at]
            .iter()
            .rev()
            .take_while(|slot| slot.value == value);
        if equal.into_iter().any(|slot| slot.index() == j) {
            return false;
        }
        list.copy_within(at..list.len() - 1, at + 1);
        list[at] = Slot {
            value,
            tagged: j | NEW,
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_the_nearest_once_each() {
        let mut lists = Lists::new(2, 3);
        for (j, value, taken) in [
            (5, 0.5, true),
            (6, 0.5, true),
            (5, 0.5, false),
            (7, 0.9, true),
            (8, 0.5, false),
            (9, 0.6, true),
            (7, 0.9, false),
            (5, 0.5, false),
        ] {
            assert_eq!(lists.offer(1, j, value), taken, "{j}");
        }
        let found = |lists: &Lists| -> Vec<u32> { lists.of(1).iter().map(|s| s.index()).collect() };
        assert_eq!(found(&lists), [7, 9, 5]);
        assert!(lists.of(1).iter().all(|slot| slot.is_fresh()));
        lists.of_mut(1)[0].age();
        assert!(!lists.of(1)[0].is_fresh() && lists.of(1)[0].index() == 7);
        assert!(lists.of(0).iter().all(|slot| slot.index() == NONE));
    }
}
