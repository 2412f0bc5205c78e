//! Sorting. The page sorts `u128`s and nothing else: each further type that is sorted is another
//! 8 kB of code. What is sorted by becomes the upper bits of the number, what it belongs to the
//! lower ones.

/// The order of numbers ([`f32::total_cmp`]) as that of whole ones.
pub fn ordered(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 0 {
        bits | 1 << 31
    } else {
        !bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
