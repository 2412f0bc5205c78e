//! Places for new texts on a map that has no rule of its own for them.

use crate::similarity::nearest_to;
use crate::{AnalysisError, Metric, Vectors};

/// Neighbours among which a new text is placed.
const NEIGHBORS: usize = 5;

/// Places new texts on a finished map, `[new, dimensions]`: each in the middle of its five nearest
/// originals, nearer ones counting more (the inverse of what the nearest of them is nearer by, plus
/// one part in twenty of the spread), and exactly on an original that it equals. The others stay
/// where they are. It is meant for t-SNE, which has no mapping of its own.
///
/// `coordinates` are those of the originals, `[n, dimensions]`.
///
/// # Errors
/// When the dimensions of the vectors differ, or `coordinates` are not of as many points as there
/// are originals.
pub fn place_among(
    originals: &Vectors,
    coordinates: &[f32],
    dimensions: usize,
    new: &Vectors,
    metric: Metric,
) -> Result<Vec<f32>, AnalysisError> {
    originals.check_dimensions(new.dimensions())?;
    let found = coordinates.len() / dimensions.max(1);
    if found != originals.len() {
        return Err(AnalysisError::Mismatch {
            what: "places of the originals",
            expected: originals.len(),
            found,
        });
    }
    let mut places = Vec::with_capacity(new.len() * dimensions);
    for (i, query) in new.rows().enumerate() {
        let near = nearest_to(originals, query, NEIGHBORS, metric)?;
        let (Some(first), Some(last)) = (near.first(), near.last()) else {
            places.extend(std::iter::repeat_n(0.0, dimensions));
            continue;
        };
        let place = |index: usize| &coordinates[index * dimensions..(index + 1) * dimensions];
        if originals.same_as(first.index, new, i) {
            places.extend_from_slice(place(first.index));
            continue;
        }
        let spread = (first.score - last.score).abs() / 20.0 + f32::EPSILON;
        let weight = |score: f32| 1.0 / ((first.score - score).abs() + spread);
        let total: f32 = near.iter().map(|n| weight(n.score)).sum();
        places.extend((0..dimensions).map(|axis| {
            let sum: f32 = (near.iter())
                .map(|n| weight(n.score) * place(n.index)[axis])
                .sum();
            sum / total
        }));
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_texts_land_among_their_neighbors() {
        let mut originals = Vectors::new(2).unwrap();
        let mut coordinates = Vec::new();
        for i in 0..8 {
            let angle = i as f32 * 0.02 + if i < 4 { 0.0 } else { 1.5 };
            originals.push(&[angle.cos(), angle.sin()]).unwrap();
            coordinates.extend([if i < 4 { -10.0 } else { 10.0 }, i as f32]);
        }
        let mut new = Vectors::new(2).unwrap();
        new.push(&[1.0, 0.01]).unwrap();
        new.push(originals.row(6)).unwrap();
        let places = place_among(&originals, &coordinates, 2, &new, Metric::Cosine).unwrap();
        assert!(places[0] < -8.0, "{places:?}");
        assert_eq!(places[2..], [10.0, 6.0]);
        let none = place_among(&Vectors::new(2).unwrap(), &[], 2, &new, Metric::Cosine).unwrap();
        assert_eq!(none, [0.0; 4]);
        assert!(place_among(&originals, &coordinates[2..], 2, &new, Metric::Cosine).is_err());
    }
}
