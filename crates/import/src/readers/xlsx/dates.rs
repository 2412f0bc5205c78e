//! Days and times as spreadsheets count them.

/// A count of days as a date (`2021-03-12`), a time (`10:03:00`) or both; none where it is out of
/// the calendar's range.
pub fn written(days: f64, from_1904: bool) -> Option<String> {
    // 31 December 9999 has the number 2,958,465.
    if !(0.0..2_958_466.0).contains(&days) {
        return None;
    }
    // Half a second is the least that counts, so that 10:03 isn't 10:02:59.
    let seconds = (days * 86_400.0).round() as i64;
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let time = format!(
        "{:02}:{:02}:{:02}",
        second / 3_600,
        second / 60 % 60,
        second % 60
    );
    if day == 0 && !from_1904 {
        return Some(time);
    }
    // 1900 counts a 29 February that never was, up to which days are one off.
    let since_1970 = match from_1904 {
        true => day - 24_107,
        false if day < 60 => day - 25_568,
        false => day - 25_569,
    };
    let (year, month, day) = civil(since_1970);
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(match second {
        0 => date,
        _ => format!("{date} {time}"),
    })
}

/// The day of the Gregorian calendar, after Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn days() {
        for (days, expected) in [
            (1.0, "1900-01-01"),
            (59.0, "1900-02-28"),
            (61.0, "1900-03-01"),
            (25_569.0, "1970-01-01"),
            (44_267.418_75, "2021-03-12 10:03:00"),
            (0.418_749_999, "10:03:00"),
            (2_958_465.0, "9999-12-31"),
        ] {
            assert_eq!(written(days, false).as_deref(), Some(expected));
        }
        assert_eq!(written(0.0, true).as_deref(), Some("1904-01-01"));
        assert_eq!(written(-1.0, false), None);
        assert_eq!(written(1e300, false), None);
        assert_eq!(written(f64::NAN, false), None);
    }
}
