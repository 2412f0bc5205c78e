//! Values as words, and words as values.

use js_sys::Date;
use semblance_client::FieldKind;
use semblance_scatter::{decimal, fixed};

const DAY: f64 = 86_400_000.0;

/// A number or a date as it is read; nothing for NaN.
pub fn written(kind: FieldKind, value: f64) -> String {
    if value.is_nan() {
        return String::new();
    }
    match kind {
        FieldKind::Date => date(value),
        _ if value == 0.0 || (1e-3..1e15).contains(&value.abs()) => decimal(value, 4),
        // JavaScript writes powers of ten.
        _ => js_sys::Number::from(value)
            .to_string_with_radix(10)
            .map_or_else(|_| String::new(), String::from),
    }
}

/// `2021-03-12`, with the time where there is one.
fn date(days: f64) -> String {
    let (whole, part) = (days.floor(), days - days.floor());
    let (year, month, day) = civil(whole as i64);
    let minutes = (part * 1440.0 + 0.5).floor() as u32;
    let time = match minutes {
        0 => String::new(),
        minutes => format!(" {:02}:{:02}", minutes / 60, minutes % 60),
    };
    format!("{year:04}-{month:02}-{day:02}{time}")
}

/// The day of the calendar, so many days after the first of 1970 (Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// The number or the date that a person typed; a date as ISO 8601 has it.
pub fn read(kind: FieldKind, typed: &str) -> Option<f64> {
    let value = match kind {
        FieldKind::Date => Date::parse(typed.trim()) / DAY,
        _ => js_sys::parse_float(&typed.trim().replace(',', ".").replace('\u{2212}', "-")),
    };
    value.is_finite().then_some(value)
}

/// The last moment that a bound includes: of a day, all of it.
pub fn end_of(kind: FieldKind, bound: f64) -> f64 {
    match kind {
        FieldKind::Date if bound.floor() == bound => bound + 0.999_99,
        _ => bound,
    }
}

/// A share of a hundred.
pub fn per_cent(part: usize, all: usize) -> String {
    fixed(part as f64 / all.max(1) as f64 * 100.0, 2)
}

/// A key of which a larger one is that of a larger number.
pub fn ordered(value: f64) -> u64 {
    let bits = value.to_bits();
    match bits >> 63 {
        0 => bits | 1 << 63,
        _ => !bits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, expected) in [
            (0.0, "1970-01-01"),
            (-1.0, "1969-12-31"),
            (11_016.0, "2000-02-29"),
            (18_698.25, "2021-03-12 06:00"),
        ] {
            assert_eq!(written(FieldKind::Date, days), expected);
        }
        assert_eq!(written(FieldKind::Number, 34.5), "34.5");
        assert_eq!(written(FieldKind::Number, f64::NAN), "");
    }

    #[test]
    fn keys_are_in_the_order_of_numbers() {
        let numbers = [f64::NEG_INFINITY, -2.5, -0.1, 0.0, 0.1, 7.0, 1e300];
        let keys = numbers.map(ordered);
        assert!(keys.is_sorted(), "{keys:?}");
    }
}
