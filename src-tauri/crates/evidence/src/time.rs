//! The many ways in which tools write times, durations and counts.
//!
//! What cannot be read is none, never a guess that could make a report look fresher.

use jiff::{Timestamp, civil, fmt::rfc2822, tz::TimeZone};

/// A time in ISO 8601 (zone or not, `T` or a blank) or RFC 2822. Without a zone it is UTC.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > 100 {
        return None;
    }
    let zoned = || text.parse::<Timestamp>().ok();
    let utc = || text.strip_suffix("UTC").map(str::trim_end);
    let plain = || in_utc(utc().unwrap_or(text));
    let mail = || rfc2822::parse(text).ok().map(|time| time.timestamp());
    zoned().or_else(plain).or_else(mail)
}

fn in_utc(text: &str) -> Option<Timestamp> {
    let time: civil::DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

/// Seconds such as `0.5`, `1,234.5`, `1.234,5` or `0,5`; never negative, never infinite.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    let text = text.strip_suffix('s').unwrap_or(text).trim_end();
    let plain = match (text.rfind(','), text.rfind('.')) {
        (None, _) => text.to_owned(),
        (Some(comma), Some(point)) if comma > point => text.replace('.', "").replace(',', "."),
        (Some(_), Some(_)) => text.replace(',', ""),
        (Some(_), None) if is_grouped(text) => text.replace(',', ""),
        (Some(_), None) => text.replace(',', "."),
    };
    let value: f64 = plain.parse().ok()?;
    (value.is_finite() && value >= 0.0).then_some(value)
}

/// Seconds of a clock's `00:01:02.5` or `1.00:01:02.5`, with the days before the point.
pub(crate) fn clock(text: &str) -> Option<f64> {
    let mut parts = text.trim().rsplitn(3, ':');
    let seconds: f64 = seconds(parts.next()?)?;
    let minutes: u32 = parts.next()?.parse().ok()?;
    let hours = parts.next()?;
    let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
    let (days, hours): (u32, u32) = (days.parse().ok()?, hours.parse().ok()?);
    let whole = (f64::from(days) * 24.0 + f64::from(hours)) * 3600.0 + f64::from(minutes) * 60.0;
    Some(whole + seconds)
}

/// The day of a time in ISO 8601, or a day alone.
pub(crate) fn day(text: &str) -> Option<civil::Date> {
    text.trim().get(..10)?.parse().ok()
}

/// A time as milliseconds since 1970, as JavaScript tells it; none if it is nought.
pub(crate) fn epoch_millis(millis: f64) -> Option<Timestamp> {
    let in_range = (1.0..1e15).contains(&millis);
    in_range.then(|| Timestamp::from_millisecond(millis as i64).ok())?
}

/// Whether the commas stand between groups of three digits, as in `1,234`.
fn is_grouped(text: &str) -> bool {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let leads = (1..=3).contains(&first.len()) && !first.starts_with('0');
    leads && groups.all(|group| group.len() == 3)
}

/// A count such as `12` or `1,234`; none if it is negative, too great or no number.
pub(crate) fn count(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.contains(',') && !is_grouped(text) {
        return None;
    }
    text.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_a_zone_without_and_in_the_form_of_mail() {
        let expected: Timestamp = "2026-11-02T08:15:03Z".parse().unwrap();
        for text in [
            "2026-11-02T08:15:03Z",
            "2026-11-02T09:15:03+01:00",
            "2026-11-02T09:15:03+0100",
            "2026-11-02 08:15:03",
            "2026-11-02T08:15:03",
            "2026-11-02 08:15:03 UTC",
            "2026-11-02T09:15:03+01:00[Europe/Berlin]",
            "Mon, 02 Nov 2026 08:15:03 GMT",
            " Mon, 02 Nov 2026 09:15:03 +0100 ",
        ] {
            assert_eq!(timestamp(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "now",
            "2026-13-02T08:15:03Z",
            "12345",
            "2026-11-02T25:00:00",
            "Z",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_read_with_either_mark() {
        for (text, expected) in [
            ("0.5", 0.5),
            ("1,234.5", 1234.5),
            ("1.234,5", 1234.5),
            ("1,234", 1234.0),
            ("1,234,567", 1_234_567.0),
            ("0,5", 0.5),
            ("0,123", 0.123),
            ("12,5", 12.5),
            ("2.5s", 2.5),
            ("1e-3", 0.001),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_day_is_what_a_time_begins_with() {
        for text in ["2026-11-02", " 2026-11-02T23:15:03Z", "2026-11-02 08:15"] {
            assert_eq!(day(text), Some(civil::date(2026, 11, 2)), "{text}");
        }
        for text in [
            "",
            "2026-11",
            "0001-13-01",
            "tomorrow, perhaps",
            "2026-11-é2",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_is_read_with_and_without_days() {
        for (text, expected) in [
            ("00:00:00.0076891", Some(0.0076891)),
            ("01:02:03", Some(3723.0)),
            ("1.00:00:00.5", Some(86400.5)),
            ("-00:00:01", None),
            ("12.5", None),
            ("a:b:c", None),
        ] {
            assert_eq!(clock(text), expected, "{text}");
        }
    }

    #[test]
    fn milliseconds_since_1970_are_a_time_unless_they_are_nought_or_beyond_measure() {
        assert_eq!(
            epoch_millis(1_793_607_303_000.0),
            "2026-11-02T08:15:03Z".parse().ok()
        );
        for millis in [0.0, -5.0, 1e300, f64::NAN] {
            assert_eq!(epoch_millis(millis), None, "{millis}");
        }
    }

    #[test]
    fn counts_are_never_negative_nor_beyond_64_bits() {
        assert_eq!(count("1,234"), Some(1234));
        assert_eq!(count(" 7 "), Some(7));
        for text in ["", "-1", "1.5", "18446744073709551616", "1,2", "seven"] {
            assert_eq!(count(text), None, "{text}");
        }
    }
}
