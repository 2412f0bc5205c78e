//! Dates as numbers, so that they can be put in order and on a scale.

use crate::kind::is_date;

/// What comes first in a date that begins with neither a year nor a name: `3/12/2021`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    /// The day, as nearly everywhere.
    DayFirst,
    /// The month, as in the United States.
    MonthFirst,
}

impl DayOrder {
    /// Guesses from all cells of a column: a number above 12 is no month. Where none tells, the day
    /// comes first.
    pub fn of<'a>(cells: impl Iterator<Item = &'a str>) -> DayOrder {
        let (mut day, mut month) = (0_usize, 0_usize);
        for [first, second, _] in cells.filter_map(parts).filter(|parts| !is_year(parts[0])) {
            let above = |part: &str| part.parse::<u32>().is_ok_and(|number| number > 12);
            day += usize::from(above(first));
            month += usize::from(above(second));
        }
        match month > day {
            true => DayOrder::MonthFirst,
            false => DayOrder::DayFirst,
        }
    }
}

/// The moment that a cell tells, in days since the beginning of 1970; a time of day is the part of
/// a day, its zone is ignored. None where the cell is no date, or no day of the calendar.
pub fn moment(cell: &str, order: DayOrder) -> Option<f64> {
    let [first, second, third] = parts(cell)?;
    let (year, month, day) = match order {
        _ if is_year(first) => (first, second, third),
        DayOrder::MonthFirst if !cell.contains('.') => (third, first, second),
        _ => (third, second, first),
    };
    let full: i64 = year.parse().ok()?;
    let full = match year.len() {
        4 => full,
        _ if full < 70 => full + 2000,
        _ => full + 1900,
    };
    let (month, day): (i64, i64) = (month.parse().ok()?, day.parse().ok()?);
    let whole = days(full, month, day)?;
    let cell = cell.trim();
    let end = cell.find([' ', 'T', ',']).unwrap_or(cell.len());
    let time = cell.get(end..).unwrap_or_default();
    Some(whole as f64 + time_of_day(time.trim_start_matches([' ', 'T', ','])))
}

/// The three numbers of a date, as they are written.
fn parts(cell: &str) -> Option<[&str; 3]> {
    let cell = cell.trim();
    if !is_date(cell) {
        return None;
    }
    let end = cell.find([' ', 'T', ',']).unwrap_or(cell.len());
    let date = cell.get(..end)?.trim_end_matches('.');
    let mut parts = date.split(['-', '.', '/']);
    Some([parts.next()?, parts.next()?, parts.next()?])
}

fn is_year(part: &str) -> bool {
    part.len() == 4
}

/// Days from the beginning of 1970 to that of this day (Gregorian; Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// `10:03`, `10:03:05`, `9:05 pm` as the part of a day; 0 where there is no time.
fn time_of_day(time: &str) -> f64 {
    let lower = time.to_ascii_lowercase();
    let clock = lower.split(|c: char| !c.is_ascii_digit() && c != ':' && c != '.');
    let mut numbers = clock.take(1).flat_map(|clock| clock.split([':', '.']));
    let mut next = || numbers.next().and_then(|part| part.parse::<f64>().ok());
    let (hour, minute, second) = (next(), next(), next());
    let hour = match hour.unwrap_or(0.0) {
        hour if lower.contains("pm") && hour < 12.0 => hour + 12.0,
        12.0 if lower.contains("am") => 0.0,
        hour => hour,
    };
    let seconds = hour * 3600.0 + minute.unwrap_or(0.0) * 60.0 + second.unwrap_or(0.0);
    (seconds / 86_400.0).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_since_1970() {
        for (cell, expected) in [
            ("1970-01-01", 0.0),
            ("1969-12-31", -1.0),
            ("2000-02-29", 11_016.0),
            ("29.02.2000", 11_016.0),
            ("29/2/00", 11_016.0),
            ("2021-03-12", 18_698.0),
            ("12.03.2021", 18_698.0),
            ("2021-03-12T12:00:00Z", 18_698.5),
            ("12.3.2021, 6:00", 18_698.25),
            ("12/3/2021 6:00 pm", 18_698.75),
            ("12/3/2021 12:00 am", 18_698.0),
        ] {
            assert_eq!(moment(cell, DayOrder::DayFirst), Some(expected), "{cell}");
        }
        for other in ["2021-02-29", "31.4.2021", "13/13/2021", "", "soon", "10:03"] {
            assert_eq!(moment(other, DayOrder::DayFirst), None, "{other}");
        }
        assert_eq!(moment("3/12/2021", DayOrder::MonthFirst), Some(18_698.0));
        assert_eq!(moment("12.3.2021", DayOrder::MonthFirst), Some(18_698.0));
    }

    #[test]
    fn days_are_told_from_months_by_what_no_month_can_be() {
        let of = |cells: &[&'static str]| DayOrder::of(cells.iter().copied());
        assert_eq!(of(&["3/4/2021", "3/25/2021"]), DayOrder::MonthFirst);
        assert_eq!(of(&["3/4/2021", "25/3/2021"]), DayOrder::DayFirst);
        assert_eq!(of(&["3/4/2021", ""]), DayOrder::DayFirst);
    }
}
