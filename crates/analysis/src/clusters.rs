//! Clusters of texts by spherical k-means (Dhillon & Modha 2001): every text belongs to the cluster
//! whose middle it is most like, by cosine similarity; the middles are the means of unit vectors.
//! The start is greedy k-means++ (Arthur & Vassilvitskii 2007), from a seed.

use crate::layout::Random;
use crate::{AnalysisError, Vectors, cosine_between};

/// Rounds after which a start that has not come to rest is left as it is.
const ROUNDS: usize = 100;

/// Starts, of which the best is kept.
const STARTS: usize = 3;

/// Most texts that take part in finding the middles; of more, an even sample does.
const SAMPLE: usize = 10_000;

/// Most texts for which several numbers of clusters are tried.
const TRIED: usize = 1_000;

/// Texts in clusters, the largest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    /// Cluster of each text, `[n]`.
    pub assignments: Vec<usize>,
    /// Texts in each cluster, `[k]`, falling.
    pub sizes: Vec<usize>,
    /// Mean cosine similarity of the texts of each cluster with its middle, `[k]`.
    pub cohesion: Vec<f32>,
    /// The text nearest to the middle of each cluster, `[k]`.
    pub centers: Vec<usize>,
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
        let n = vectors.len();
        let sample = (n > SAMPLE)
            .then(|| {
                let rows: Vec<usize> = (0..SAMPLE).map(|i| i * n / SAMPLE).collect();
                vectors.select(&rows)
            })
            .transpose()?;
        let learned = sample.as_ref().unwrap_or(vectors);
        let mut random = Random::new(seed);
        let mut best: Option<(f64, Vec<usize>, Vectors)> = None;
        for _ in 0..STARTS {
            let middles = start(learned, k, &mut random)?;
            let (total, assignments, middles) = settle(learned, middles)?;
            if best.as_ref().is_none_or(|best| total > best.0) {
                best = Some((total, assignments, middles));
            }
        }
        let Some((_, assignments, middles)) = best else {
            return Ok(Self {
                assignments: Vec::new(),
                sizes: Vec::new(),
                cohesion: Vec::new(),
                centers: Vec::new(),
            });
        };
        let assignments = match sample {
            None => assignments,
            Some(_) => nearest_middles(vectors, &middles)?.0,
        };
        Ok(Self::sorted(vectors, &assignments, &middles))
    }

    /// As many clusters as suit the texts. Up to 1,000 texts: of 2 to 12 clusters, those with the
    /// highest mean silhouette by cosine similarity (Rousseeuw 1987), the fewer where equal; above,
    /// [`Clusters::suggested_count`] of them.
    ///
    /// # Errors
    /// None for texts that [`Clusters::fit`] takes.
    pub fn suggest(vectors: &Vectors, seed: u64) -> Result<Self, AnalysisError> {
        let n = vectors.len();
        if n > TRIED {
            return Self::fit(vectors, Self::suggested_count(n), seed);
        }
        let mut best: Option<(f64, Self)> = None;
        for k in 2..=(n / 2).clamp(2, 12) {
            let found = Self::fit(vectors, k, seed)?;
            let silhouette = found.silhouette(vectors);
            if best.as_ref().is_none_or(|best| silhouette > best.0 + 1e-9) {
                best = Some((silhouette, found));
            }
        }
        match best {
            Some((_, found)) => Ok(found),
            None => Self::fit(vectors, 1, seed),
        }
    }

    /// Mean silhouette of these clusters, −1 to 1: how much more alike each text is to its own
    /// cluster than to the next one. A text that is a cluster of its own counts 0.
    fn silhouette(&self, vectors: &Vectors) -> f64 {
        let (d, k) = (vectors.dimensions(), self.sizes.len());
        if k < 2 {
            return 0.0;
        }
        let mut sums = vec![0f64; k * d];
        let unit = |i: usize| {
            let norm = f64::from(vectors.norm(i)).max(f64::MIN_POSITIVE);
            vectors.row(i).iter().map(move |&x| f64::from(x) / norm)
        };
        for (i, &cluster) in self.assignments.iter().enumerate() {
            let sum = &mut sums[cluster * d..(cluster + 1) * d];
            sum.iter_mut().zip(unit(i)).for_each(|(s, x)| *s += x);
        }
        let of = |i: usize| {
            let own = self.assignments[i];
            if self.sizes[own] < 2 {
                return 0.0;
            }
            // Mean distance to the others of a cluster: one less the mean similarity.
            let distance = |cluster: usize| {
                let sum = &sums[cluster * d..(cluster + 1) * d];
                let dot: f64 = sum.iter().zip(unit(i)).map(|(s, x)| s * x).sum();
                let size = self.sizes[cluster] as f64;
                if cluster == own {
                    1.0 - (dot - 1.0) / (size - 1.0)
                } else {
                    1.0 - dot / size
                }
            };
            let others = (0..k).filter(|&cluster| cluster != own).map(distance);
            let (inside, outside) = (distance(own), others.fold(f64::INFINITY, f64::min));
            let greater = inside.max(outside);
            if greater > 0.0 {
                (outside - inside) / greater
            } else {
                0.0
            }
        };
        (0..vectors.len()).map(of).sum::<f64>() / vectors.len().max(1) as f64
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
        let mut centers = vec![(f32::NEG_INFINITY, 0); k];
        for (i, &cluster) in assignments.iter().enumerate() {
            sizes[cluster] += 1;
            firsts[cluster] = firsts[cluster].min(i);
            let score = crate::metric::Metric::Cosine.score(vectors, i, middles, cluster);
            sums[cluster] += f64::from(score);
            if score > centers[cluster].0 {
                centers[cluster] = (score, i);
            }
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
            centers: order.iter().map(|&cluster| centers[cluster].1).collect(),
        }
    }
}

/// Picks up to `k` texts as first middles: each time some drawn by how far they are from the
/// middles so far, and of these the one that brings all nearest.
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

/// The middle that each text is most like, the first of equal ones; and the sum of these
/// similarities.
fn nearest_middles(
    vectors: &Vectors,
    middles: &Vectors,
) -> Result<(Vec<usize>, f64), AnalysisError> {
    let scores = cosine_between(vectors, middles)?;
    let mut total = 0.0;
    let nearest = |row: &[f32]| {
        let mut best = 0;
        for (cluster, score) in row.iter().enumerate() {
            if *score > row[best] {
                best = cluster;
            }
        }
        total += f64::from(row[best]);
        best
    };
    let rows = scores.chunks_exact(middles.len().max(1));
    Ok((rows.map(nearest).collect(), total))
}

/// Moves the middles until no text changes its cluster; returns the sum of similarities too.
fn settle(
    vectors: &Vectors,
    mut middles: Vectors,
) -> Result<(f64, Vec<usize>, Vectors), AnalysisError> {
    let (d, k) = (vectors.dimensions(), middles.len());
    let mut assignments = Vec::new();
    let mut total = 0.0;
    for _ in 0..ROUNDS {
        let (found, sum) = nearest_middles(vectors, &middles)?;
        total = sum;
        let changed = found != assignments;
        assignments = found;
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
