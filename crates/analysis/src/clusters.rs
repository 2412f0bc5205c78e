//! Clusters of texts by spherical k-means (Dhillon & Modha 2001): every text belongs to the cluster
//! whose middle it is most like, by cosine similarity; the middles are the means of unit vectors.
//! The start is greedy k-means++ (Arthur & Vassilvitskii 2007), from a seed.

use crate::layout::Random;
use crate::{AnalysisError, Vectors, cosine_between};

/// Rounds after which a start that has not come to rest is left as it is.
const ROUNDS: usize = 100;

/// Starts, of which the best is kept.
const STARTS: usize = 3;

/// Texts in clusters, the largest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    /// Cluster of each text, `[n]`.
    pub assignments: Vec<usize>,
    /// Texts in each cluster, `[k]`, falling.
    pub sizes: Vec<usize>,
    /// Mean cosine similarity of the texts of each cluster with its middle, `[k]`.
    pub cohesion: Vec<f32>,
}

impl Clusters {
    /// Parts the texts into `k` clusters; fewer where there are not so many different texts.
    /// Vectors without a direction count as a text of their own kind.
    ///
    /// # Errors
    /// [`AnalysisError::BadOption`] when `k` is 0.
    pub fn fit(vectors: &Vectors, k: usize, seed: u64) -> Result<Self, AnalysisError> {
        if k == 0 {
            return Err(AnalysisError::BadOption {
                option: "the number of clusters",
                allowed: "at least 1",
                value: 0.0,
            });
        }
        let mut random = Random::new(seed);
        let mut best: Option<(f64, Vec<usize>, Vectors)> = None;
        for _ in 0..STARTS {
            let middles = start(vectors, k, &mut random)?;
            let (total, assignments, middles) = settle(vectors, middles)?;
            if best.as_ref().is_none_or(|best| total > best.0) {
                best = Some((total, assignments, middles));
            }
        }
        let Some((_, assignments, middles)) = best else {
            return Ok(Self {
                assignments: Vec::new(),
                sizes: Vec::new(),
                cohesion: Vec::new(),
            });
        };
        Ok(Self::sorted(vectors, &assignments, &middles))
    }

    /// A number of clusters to begin with: the square root of half the texts, 1 to 30.
    pub fn suggested_count(n: usize) -> usize {
        ((n as f64 / 2.0).sqrt().round() as usize).clamp(1, 30)
    }

    /// Numbers the clusters by falling size, equal ones by their first text; drops empty ones.
    fn sorted(vectors: &Vectors, assignments: &[usize], middles: &Vectors) -> Self {
        let k = middles.len();
        let mut sizes = vec![0; k];
        let mut firsts = vec![usize::MAX; k];
        let mut sums = vec![0f64; k];
        for (i, &cluster) in assignments.iter().enumerate() {
            sizes[cluster] += 1;
            firsts[cluster] = firsts[cluster].min(i);
            sums[cluster] +=
                f64::from(crate::metric::Metric::Cosine.score(vectors, i, middles, cluster));
        }
        let mut order: Vec<usize> = (0..k).filter(|&cluster| sizes[cluster] > 0).collect();
        order.sort_unstable_by_key(|&cluster| (std::cmp::Reverse(sizes[cluster]), firsts[cluster]));
        let mut number = vec![0; k];
        order
            .iter()
            .enumerate()
            .for_each(|(at, &cluster)| number[cluster] = at);
        Self {
            assignments: assignments.iter().map(|&cluster| number[cluster]).collect(),
            sizes: order.iter().map(|&cluster| sizes[cluster]).collect(),
            cohesion: order
                .iter()
                .map(|&c| (sums[c] / sizes[c] as f64) as f32)
                .collect(),
        }
    }
}

/// Picks up to `k` texts as first middles: each time some drawn by how far they are from the middles
/// so far, and of these the one that brings all nearest.
fn start(vectors: &Vectors, k: usize, random: &mut Random) -> Result<Vectors, AnalysisError> {
    let n = vectors.len();
    let mut middles = Vectors::new(vectors.dimensions())?;
    if n == 0 {
        return Ok(middles);
    }
    let tries = 2 + (k as f64).ln() as usize;
    let mut distances = vec![f32::INFINITY; n];
    while middles.len() < k.min(n) {
        let total: f64 = distances.iter().map(|&x| f64::from(x)).sum();
        let candidates: Vec<usize> = if middles.is_empty() {
            vec![random.below(n)]
        } else if total > 0.0 {
            (0..tries)
                .map(|_| draw(&distances, total, random))
                .collect()
        } else {
            break;
        };
        let mut best: Option<(f64, usize, Vec<f32>)> = None;
        for candidate in candidates {
            let scores = cosine_between(vectors, &vectors.select(&[candidate])?)?;
            let nearer: Vec<f32> = scores
                .iter()
                .zip(&distances)
                .map(|(score, &d)| if 1.0 - score < d { 1.0 - score } else { d })
                .collect();
            let sum: f64 = nearer.iter().map(|&x| f64::from(x)).sum();
            if best.as_ref().is_none_or(|best| sum < best.0) {
                best = Some((sum, candidate, nearer));
            }
        }
        if let Some((_, candidate, nearer)) = best {
            middles.push(vectors.row(candidate))?;
            distances = nearer;
        }
    }
    Ok(middles)
}

/// Draws an index with a chance in proportion to its distance.
fn draw(distances: &[f32], total: f64, random: &mut Random) -> usize {
    let mut left = f64::from(random.signed() + 1.0) / 2.0 * total;
    for (i, &distance) in distances.iter().enumerate() {
        left -= f64::from(distance);
        if left < 0.0 && distance > 0.0 {
            return i;
        }
    }
    // Rounding may leave a little: the last that counts.
    distances
        .iter()
        .rposition(|&distance| distance > 0.0)
        .unwrap_or(0)
}

/// Moves the middles until no text changes its cluster; returns the sum of similarities too.
fn settle(
    vectors: &Vectors,
    mut middles: Vectors,
) -> Result<(f64, Vec<usize>, Vectors), AnalysisError> {
    let (n, d, k) = (vectors.len(), vectors.dimensions(), middles.len());
    let mut assignments = vec![usize::MAX; n];
    let mut total = 0.0;
    for _ in 0..ROUNDS {
        let mut changed = false;
        total = 0.0;
        let scores = cosine_between(vectors, &middles)?;
        for (slot, row) in assignments.iter_mut().zip(scores.chunks_exact(k.max(1))) {
            let mut best = 0;
            for (cluster, score) in row.iter().enumerate() {
                if *score > row[best] {
                    best = cluster;
                }
            }
            changed |= *slot != best;
            *slot = best;
            total += f64::from(row[best]);
        }
        if !changed {
            break;
        }
        let mut sums = vec![0f64; k * d];
        for (i, &cluster) in assignments.iter().enumerate() {
            let norm = f64::from(vectors.norm(i));
            if norm > 0.0 {
                let sum = &mut sums[cluster * d..(cluster + 1) * d];
                sum.iter_mut()
                    .zip(vectors.row(i))
                    .for_each(|(s, &x)| *s += f64::from(x) / norm);
            }
        }
        for (cluster, sum) in sums.chunks_exact(d).enumerate() {
            let norm = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
            // A cluster that lost all its texts keeps its middle.
            if norm > 0.0 {
                let middle: Vec<f32> = sum.iter().map(|x| (x / norm) as f32).collect();
                middles.replace(cluster, &middle)?;
            }
        }
    }
    Ok((total, assignments, middles))
}
