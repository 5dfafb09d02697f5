//! How single values are read: reasons, times, and the beginning of a digest.

use hallmark_workflow::{RegistryKind, dto::TalkAbout};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A reason: text that is not empty.
pub fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say something".into()),
        said => Ok(said.to_owned()),
    }
}

/// What a comment is about.
pub fn talk_about(text: &str) -> Result<TalkAbout, String> {
    let wrong =
        || "use finding:CVE-2026-1, finding:CVE-2026-1@openssl or test:SUITE/NAME".to_owned();
    match text.split_once(':').ok_or_else(wrong)? {
        ("finding", rest) if !rest.is_empty() => {
            let (id, package) = match rest.split_once('@') {
                Some((id, package)) => (id, Some(package.to_owned())),
                None => (rest, None),
            };
            Ok(TalkAbout::Finding {
                id: id.to_owned(),
                package,
            })
        }
        ("test", rest) => {
            let (suite, name) = rest.split_once('/').ok_or_else(wrong)?;
            Ok(TalkAbout::Test {
                suite: suite.to_owned(),
                name: name.to_owned(),
            })
        }
        _ => Err(wrong()),
    }
}

/// An image to copy, or a folder's.
pub fn copy_source(text: &str) -> Result<String, String> {
    named(text, hallmark_workflow::check_copy_source)
}

/// A place to copy to.
pub fn copy_target(text: &str) -> Result<String, String> {
    named(text, hallmark_workflow::check_copy_target)
}

fn named(
    text: &str,
    check: impl Fn(&str) -> Result<(), hallmark_workflow::error::Error>,
) -> Result<String, String> {
    check(text).map_err(|error| error.message)?;
    Ok(text.to_owned())
}

/// A kind of registry, by its name in the workspace's file.
pub fn kind(text: &str) -> Result<RegistryKind, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "`hallmark registries kinds` lists the kinds".to_owned())
}

/// The beginning of a time range: a day begins at midnight, UTC.
pub fn since(text: &str) -> Result<Timestamp, String> {
    moment(text, Some)
}

/// The end of a time range: a day ends with it, UTC.
pub fn until(text: &str) -> Result<Timestamp, String> {
    moment(text, |day| day.tomorrow().ok())
}

fn moment(text: &str, at: impl Fn(Date) -> Option<Date>) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let day = text
        .parse::<Date>()
        .ok()
        .filter(|_| text.len() == 10)
        .and_then(at);
    day.and_then(|day| day.to_zoned_datetime(TimeZone::UTC).ok())
        .map(|midnight| midnight.timestamp())
        .ok_or_else(|| "use a day, as 2026-11-23, or a time, as 2026-11-23T14:30:00Z".to_owned())
}

/// A digest, or the beginning of one with or without its algorithm.
pub fn digest_prefix(text: &str) -> Result<String, String> {
    let hex = text.rsplit_once(':').map_or(text, |(_, hex)| hex);
    let right = !hex.is_empty() && hex.len() <= 128 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    match right {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("use a digest, as sha256:7c1e…, or the first digits of one".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_whole_at_both_ends() {
        assert_eq!(
            since("2026-11-23").unwrap().to_string(),
            "2026-11-23T00:00:00Z"
        );
        assert_eq!(
            until("2026-11-23").unwrap().to_string(),
            "2026-11-24T00:00:00Z"
        );
    }

    #[test]
    fn a_time_is_taken_as_it_stands() {
        for read in [since, until] {
            let time = read("2026-11-23T14:30:00+02:00").unwrap();
            assert_eq!(time.to_string(), "2026-11-23T12:30:00Z");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "23.11.2026",
            "2026-11-23T14:30",
        ] {
            assert!(since(text).is_err(), "{text}");
        }
    }
}
