//! Who is to be compared in a round: of each vector some neighbours, and some whose neighbour it
//! is.

use crate::layout::Random;

/// Fair samples of the new and of the old candidates of each vector, of `limit` at most.
#[derive(Debug, Clone)]
pub(super) struct Candidates {
    limit: usize,
    new: Samples,
    old: Samples,
}

/// Of each vector a sample, and how many it was drawn from (Vitter 1985, algorithm R).
#[derive(Debug, Clone, Default)]
struct Samples {
    drawn: Vec<u32>,
    offered: Vec<u32>,
}

impl Candidates {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            new: Samples::default(),
            old: Samples::default(),
        }
    }

    /// Makes room for those of `n` vectors and forgets all.
    pub(super) fn clear(&mut self, n: usize) {
        for samples in [&mut self.new, &mut self.old] {
            samples.drawn.resize(n * self.limit, 0);
            samples.offered.clear();
            samples.offered.resize(n, 0);
        }
    }

    /// Offers `j` as a candidate of `i`.
    pub(super) fn offer(&mut self, i: u32, j: u32, fresh: bool, random: &mut Random) {
        let samples = if fresh { &mut self.new } else { &mut self.old };
        samples.offer(i as usize, j, self.limit, random);
    }

    /// The new and the old candidates of `i`.
    pub(super) fn of(&self, i: usize) -> (&[u32], &[u32]) {
        (self.new.of(i, self.limit), self.old.of(i, self.limit))
    }
}

impl Samples {
    fn of(&self, i: usize, limit: usize) -> &[u32] {
        let count = (self.offered[i] as usize).min(limit);
        &self.drawn[i * limit..i * limit + count]
    }

    fn offer(&mut self, i: usize, j: u32, limit: usize, random: &mut Random) {
        // Two that are each other's neighbours come twice.
        if self.of(i, limit).contains(&j) {
            return;
        }
        let offered = self.offered[i] as usize;
        self.offered[i] += 1;
        let at = if offered < limit {
            offered
        } else {
            random.below(offered + 1)
        };
        if at < limit {
            self.drawn[i * limit + at] = j;
        }
    }
}
