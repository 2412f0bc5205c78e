//! Numbers sorted and written in little code. What the standard library does is right for all
//! numbers there are; these functions are for those that people look at, and save the page 10 kB.

/// The order of numbers ([`f32::total_cmp`]) as that of whole ones.
///
/// The page sorts `u128`s and nothing else, since each further type that is sorted is another 5 kB
/// of code: what is sorted by becomes the upper bits, what it belongs to the lower ones.
pub fn ordered(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 0 {
        bits | 1 << 31
    } else {
        !bits
    }
}

/// The number that has this place in that order.
fn unordered(order: u32) -> f32 {
    f32::from_bits(if order >> 31 == 0 {
        !order
    } else {
        order ^ 1 << 31
    })
}

/// The values at `place` of the sorted ones and at the one before; both the first where there is
/// none before. Nothing for a place beyond.
pub(crate) fn at_place(values: impl Iterator<Item = f32>, place: usize) -> Option<[f32; 2]> {
    let mut orders: Vec<u32> = values.map(ordered).collect();
    if place >= orders.len() {
        return None;
    }
    let (below, at, _) = orders.select_nth_unstable(place);
    let before = below.iter().max().copied().unwrap_or(*at);
    Some([before, *at].map(unordered))
}

/// A number with so many decimals, as `{:.*}` writes it while all of its digits together are no
/// more than 15.
pub fn fixed(value: impl Into<f64>, decimals: usize) -> String {
    let value = value.into();
    written((value * power_of_ten(decimals)).round_ties_even(), decimals)
}

/// A whole number with its last digits as decimals.
fn written(number: f64, decimals: usize) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number.is_infinite() {
        return format!("{sign}inf");
    }
    let digits = format!("{:0>1$}", number.abs() as u64, decimals + 1);
    match digits.split_at(digits.len() - decimals) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, part) => format!("{sign}{whole}.{part}"),
    }
}

/// A number with at most so many decimals, without zeros at its end.
pub fn decimal(value: impl Into<f64>, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let short = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    if short == "-0" {
        "0".into()
    } else {
        short.into()
    }
}

/// A 32-bit number with as many decimals as tell it from all others, as `{}` writes it, if it has
/// at most 19 digits before the point.
pub fn shortest(value: f32) -> String {
    let number = |decimals| (f64::from(value) * power_of_ten(decimals)).round();
    let tells = |&decimals: &usize| (number(decimals) / power_of_ten(decimals)) as f32 == value;
    // The smallest number has 45 decimals.
    let decimals = (0..=45).find(tells).unwrap_or(0);
    written(number(decimals), decimals)
}

fn power_of_ten(power: usize) -> f64 {
    (0..power).fold(1.0, |product, _| product * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_place() {
        let values = || [3.5, -1.0, 0.0, -2.5].into_iter();
        assert_eq!(at_place(values(), 0), Some([-2.5, -2.5]));
        assert_eq!(at_place(values(), 2), Some([-1.0, 0.0]));
        assert_eq!(at_place(values(), 4), None);
        assert_eq!(at_place([].into_iter(), 0), None);
    }

    #[test]
    fn whole_numbers_have_the_order_of_the_others() {
        let values = [
            f32::NEG_INFINITY,
            -2.0,
            -1e-9,
            -0.0,
            0.0,
            1e-9,
            3.0,
            f32::INFINITY,
        ];
        assert!(values.is_sorted_by(|a, b| ordered(*a) < ordered(*b)));
    }

    /// Numbers of either sign and of many sizes, the same in every run.
    fn some() -> impl Iterator<Item = f32> {
        let sizes = [1e-4_f32, 1e-2, 1.0, 1e2, 1e5];
        let odd = [
            0.0,
            -0.0,
            0.5,
            1.5,
            2.5,
            0.125,
            f32::NAN,
            f32::INFINITY,
            -f32::INFINITY,
        ];
        let even = (0..2_000_u32).map(move |at| {
            let share = at.wrapping_mul(0x9e37_79b9) as f32 / u32::MAX as f32;
            (share - 0.5) * sizes[at as usize % sizes.len()]
        });
        odd.into_iter().chain(even)
    }

    #[test]
    fn numbers_are_written_as_the_standard_library_does() {
        for value in some() {
            for decimals in 0..5 {
                assert_eq!(fixed(value, decimals), format!("{value:.decimals$}"));
            }
            assert_eq!(shortest(value), format!("{value}"));
        }
        assert_eq!(shortest(1e-30), format!("{}", 1e-30_f32));
        assert_eq!(shortest(16_777_216.0), "16777216");
    }

    #[test]
    fn zeros_at_the_end_are_left_out() {
        for (value, decimals, text) in [
            (0.05, 4, "0.05"),
            (100.0, 4, "100"),
            (100.0, 0, "100"),
            (-0.001, 2, "0"),
            (-1.5, 2, "-1.5"),
        ] {
            assert_eq!(decimal(value, decimals), text);
        }
    }
}
