//! True neighbours that the map draws elsewhere.

/// Which of a point's true neighbours are not among the `k` points nearest to it on the map.
/// `coordinates` are `[n, dimensions]`, of which the `shown` ones are drawn.
pub fn torn(
    coordinates: &[f32],
    dimensions: usize,
    shown: &[usize],
    point: u32,
    truth: &[u32],
) -> Vec<u32> {
    let place = |i: u32| {
        let row = coordinates.get(i as usize * dimensions..(i as usize + 1) * dimensions);
        shown
            .iter()
            .map(move |&axis| row.and_then(|row| row.get(axis)).copied().unwrap_or(0.0))
    };
    let distance = |i: u32| -> f32 {
        (place(i).zip(place(point)))
            .map(|(a, b)| (a - b) * (a - b))
            .sum()
    };
    let n = coordinates.len().checked_div(dimensions).unwrap_or(0) as u32;
    let distances: Vec<f32> = (0..n).map(distance).collect();
    // For each of the few true ones, how many are nearer on the map; of equal ones the first is.
    let nearer = |than: u32| {
        let Some(&least) = distances.get(than as usize) else {
            return usize::MAX;
        };
        let others = (0..).zip(&distances).filter(|&(other, _)| other != point);
        others
            .filter(|&(other, &at)| at < least || at == least && other < than)
            .count()
    };
    let lies_elsewhere = |&other: &u32| nearer(other) >= truth.len();
    truth.iter().copied().filter(lies_elsewhere).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_far_away_are_torn() {
        // Six points on a line, the third coordinate not drawn.
        let places: Vec<f32> = (0..6)
            .flat_map(|i| [i as f32, 0.0, -9.0 * i as f32])
            .collect();
        assert_eq!(torn(&places, 3, &[0, 1], 0, &[1, 5]), [5]);
        assert_eq!(torn(&places, 3, &[0, 1], 0, &[2, 1]), [0u32; 0]);
        assert_eq!(
            torn(&places, 3, &[1], 5, &[0, 1]),
            [0u32; 0],
            "ties go by index"
        );
        assert!(torn(&[], 0, &[], 0, &[]).is_empty());
    }
}
