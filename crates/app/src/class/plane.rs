//! A map of some texts from their scores alone, and where one more lands on it.
//!
//! Vectors have length 1, so that their scores are their products: of those, classical scaling
//! makes the same map as PCA makes of the vectors. The page's own map is of its texts and stays as
//! it is.

/// Turns of the power method: with two dozen points more change nothing that can be seen.
const TURNS: usize = 200;

/// Where points lie.
#[derive(Debug, Default, PartialEq)]
pub struct Plane {
    /// The points of the map.
    pub points: Vec<[f32; 2]>,
    /// The one that came later.
    pub landed: [f32; 2],
}

/// The map of points 1 to `count`, and where point 0 lands on it, given the score of two points.
pub fn plane(count: usize, score: impl Fn(usize, usize) -> f32) -> Plane {
    if count == 0 {
        return Plane::default();
    }
    let n = count as f32;
    let rows: Vec<Vec<f32>> = (0..=count)
        .map(|a| (1..=count).map(|b| score(a, b)).collect())
        .collect();
    let mean_of = |row: &[f32]| row.iter().sum::<f32>() / n;
    let means: Vec<f32> = rows.iter().map(|row| mean_of(row)).collect();
    let grand = mean_of(&means[1..]);
    // Products with the mean of the map's points taken off.
    let centred: Vec<Vec<f32>> = (0..=count)
        .map(|a| {
            let off = |(b, score): (usize, &f32)| score - means[a] - means[b + 1] + grand;
            rows[a].iter().enumerate().map(off).collect()
        })
        .collect();
    let (newcomer, own) = centred.split_at(1);
    let mut plane = Plane {
        points: vec![[0.0; 2]; count],
        landed: [0.0; 2],
    };
    let mut found: Vec<(f32, Vec<f32>)> = Vec::new();
    for axis in 0..2 {
        let (value, vector) = largest(own, &found);
        if value > 1e-6 {
            let length = value.sqrt();
            for (point, part) in plane.points.iter_mut().zip(&vector) {
                point[axis] = part * length;
            }
            plane.landed[axis] = product(&newcomer[0], &vector) / length;
        }
        found.push((value, vector));
    }
    plane
}

/// The largest eigenvalue beside those that are found, and its vector.
fn largest(matrix: &[Vec<f32>], found: &[(f32, Vec<f32>)]) -> (f32, Vec<f32>) {
    // Any direction that is not perpendicular to what is looked for.
    let start = (0..matrix.len()).map(|at| 1.0 + (at * at % 7) as f32);
    let mut vector: Vec<f32> = start.collect();
    let mut value = 0.0;
    for _ in 0..TURNS {
        let mut next: Vec<f32> = matrix.iter().map(|row| product(row, &vector)).collect();
        for (_, before) in found {
            let part = product(&next, before);
            for (x, of) in next.iter_mut().zip(before) {
                *x -= part * of;
            }
        }
        value = product(&next, &next).sqrt();
        if value < 1e-6 {
            return (0.0, vec![0.0; matrix.len()]);
        }
        for x in &mut next {
            *x /= value;
        }
        vector = next;
    }
    // Always the same way round.
    if vector.iter().fold(
        0.0,
        |most: f32, &x| if x.abs() > most.abs() { x } else { most },
    ) < 0.0
    {
        for x in &mut vector {
            *x = -*x;
        }
    }
    (value, vector)
}

fn product(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_a_plane_keep_their_distances_and_the_next_one_lands_among_them() {
        let points = [
            [0.3, 0.1],
            [0.0, 0.0],
            [1.0, 0.0],
            [0.2, 0.6],
            [-0.4, 0.3],
            [0.9, 0.8],
        ];
        let score = |a: usize, b: usize| product(&points[a], &points[b]);
        let plane = plane(5, score);
        let apart =
            |a: [f32; 2], b: [f32; 2]| ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt();
        for a in 0..5 {
            for b in 0..5 {
                let (now, before) = (
                    apart(plane.points[a], plane.points[b]),
                    apart(points[a + 1], points[b + 1]),
                );
                assert!((now - before).abs() < 1e-3, "{a} {b}: {now} {before}");
            }
            let (now, before) = (
                apart(plane.points[a], plane.landed),
                apart(points[a + 1], points[0]),
            );
            assert!((now - before).abs() < 1e-3, "{a}: {now} {before}");
        }
    }

    #[test]
    fn points_on_a_line_or_at_one_place_are_drawn_too() {
        let line = plane(3, |a, b| (a * b) as f32);
        assert!(
            line.points.iter().all(|point| point[1].abs() < 1e-2),
            "{line:?}"
        );
        let same = plane(4, |_, _| 1.0);
        assert!(same.points.iter().flatten().all(|x| x.abs() < 1e-3));
        assert_eq!(plane(0, |_, _| 1.0), Plane::default());
    }
}
