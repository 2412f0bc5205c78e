//! What there is to read in a table of word pairs.

use semblance_client::Explanation;

/// Steps of the scale of what words bring, to either side.
pub const STEPS: i32 = 5;
/// What a word brings at least for the deepest colour: beside a score of nearly nothing, hardly
/// more than nothing is not to look like much.
const DEEPEST: f32 = 0.1;
/// What is written as 0.00 is not worth a word.
pub const LEAST: f32 = 0.005;

/// One of the two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    A,
    B,
}

/// A word, by its text and its index there.
pub type At = (Side, usize);

/// A word of the first text, one of the second, and what the two bring to the score.
pub type Bond = (usize, usize, f32);

/// What each word of a text brings: the sums of the table's rows, or of its columns.
pub fn brought(explanation: &Explanation, side: Side) -> Vec<f32> {
    let (rows, columns) = (explanation.a.len(), explanation.b.len());
    let sum =
        |at: At| (0..columns.max(rows)).filter_map(move |other| value(explanation, at, other));
    let count = match side {
        Side::A => rows,
        Side::B => columns,
    };
    (0..count).map(|index| sum((side, index)).sum()).collect()
}

/// What a word and one of the other text bring together.
pub fn value(explanation: &Explanation, (side, index): At, other: usize) -> Option<f32> {
    let columns = explanation.b.len();
    let (row, column) = match side {
        Side::A => (index, other),
        Side::B => (other, index),
    };
    let there = row < explanation.a.len() && column < columns;
    there
        .then(|| explanation.table.get(row * columns + column))?
        .copied()
}

/// The word pairs that bring or take most, those that bring first, each in order of size: of all,
/// or of those with one word in them. What would be written as 0.00 is not among them.
pub fn strongest(explanation: &Explanation, of: Option<At>, count: usize) -> Vec<Bond> {
    let columns = explanation.b.len().max(1);
    let all = explanation.table.iter().enumerate();
    let mut bonds: Vec<Bond> = all
        .map(|(place, &value)| (place / columns, place % columns, value))
        .filter(|&(a, b, value)| {
            let has = match of {
                None => true,
                Some((Side::A, index)) => a == index,
                Some((Side::B, index)) => b == index,
            };
            has && value.abs() >= LEAST
        })
        .collect();
    bonds.sort_by(|x, y| y.2.abs().total_cmp(&x.2.abs()));
    bonds.truncate(count);
    bonds.sort_by(|x, y| y.2.total_cmp(&x.2));
    // Of what takes, that which takes most comes first.
    let takes = bonds.partition_point(|bond| bond.2 > 0.0);
    bonds[takes..].reverse();
    bonds
}

/// The step of the colour scale for what something brings, where the most is `most`: -5, it takes
/// much, to 5.
pub fn step(value: f32, most: f32) -> i32 {
    let share = value / most.abs().max(DEEPEST);
    (share.clamp(-1.0, 1.0) * STEPS as f32).round() as i32
}

/// The largest of these, whether it brings or takes.
pub fn most(values: impl IntoIterator<Item = f32>) -> f32 {
    values
        .into_iter()
        .fold(0.0, |most, value| value.abs().max(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_client::Word;

    fn explanation() -> Explanation {
        let word = Word {
            start: 0,
            end: 1,
            tokens: 1,
        };
        Explanation {
            a: vec![word; 2],
            b: vec![word; 3],
            table: vec![0.3, -0.02, 0.1, 0.004, -0.2, 0.25],
            score: 0.434,
            lengths: [1.0; 2],
            truncated: [false; 2],
        }
    }

    #[test]
    fn words_bring_the_sums_of_rows_and_of_columns() {
        let table = explanation();
        for (side, expected) in [
            (Side::A, &[0.38, 0.054][..]),
            (Side::B, &[0.304, -0.22, 0.35][..]),
        ] {
            let brought = brought(&table, side);
            assert_eq!(brought.len(), expected.len());
            for (found, expected) in brought.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{side:?}: {brought:?}");
            }
            // The words of either text bring the whole score.
            assert!((brought.iter().sum::<f32>() - table.score).abs() < 1e-6);
        }
        assert_eq!(value(&table, (Side::B, 2), 1), Some(0.25));
        assert_eq!(value(&table, (Side::A, 1), 3), None);
        assert_eq!(value(&table, (Side::B, 0), 2), None);
    }

    #[test]
    fn what_brings_most_comes_first_and_then_what_takes_most() {
        let table = explanation();
        let all = [
            (0, 0, 0.3),
            (1, 2, 0.25),
            (0, 2, 0.1),
            (1, 1, -0.2),
            (0, 1, -0.02),
        ];
        assert_eq!(strongest(&table, None, 9), all);
        assert_eq!(strongest(&table, None, 3), [all[0], all[1], all[3]]);
        let of_the_middle = Some((Side::B, 1));
        assert_eq!(strongest(&table, of_the_middle, 9), [all[3], all[4]]);
        assert_eq!(
            strongest(&table, Some((Side::A, 1)), 9),
            [(1, 2, 0.25), (1, 1, -0.2)]
        );
    }

    #[test]
    fn colours_are_relative_to_the_most_but_little_is_never_deep() {
        for (value, most, expected) in [
            (0.4, 0.4, 5),
            (-0.4, 0.4, -5),
            (0.2, 0.4, 3),
            (0.0, 0.4, 0),
            (0.02, 0.02, 1),
            (9.0, 0.4, 5),
            (f32::NAN, 0.4, 0),
            (0.1, 0.0, 5),
        ] {
            assert_eq!(step(value, most), expected, "{value} of {most}");
        }
        assert_eq!(most([0.1, -0.3, 0.2]), 0.3);
    }
}
