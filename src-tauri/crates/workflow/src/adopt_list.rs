//! The list of what is to be adopted, as people keep it: CSV with a header line, and the time
//! until when it shall be approved. Every line is read before anything is looked at.

use crate::{
    error::{Code, Error, Result},
    home::cannot,
};
use csv::{ReaderBuilder, StringRecord, Trim};
use hallmark_image::{Repository, Tag};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use std::{collections::BTreeMap, path::Path};

/// The most tags that are adopted at once.
pub(crate) const MOST: usize = 5_000;
/// The largest list that is read, bytes.
const MAX_LIST: u64 = 8 * 1024 * 1024;
/// Days of grace where nobody says.
const GRACE_DAYS: i64 = 90;
/// The longest grace, in days.
const LONGEST: i64 = 3_650;
/// Wrong lines that are named; there may be more.
const NAMED: usize = 20;

/// One tag to be adopted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) repository: Repository,
    pub(crate) tag: Tag,
    pub(crate) since: Option<Timestamp>,
    pub(crate) by: Option<String>,
    /// The line of the list.
    pub(crate) line: Option<u64>,
}

/// Which column is where.
struct Columns {
    repository: usize,
    tag: usize,
    since: Option<usize>,
    by: Option<usize>,
}

/// Reads a list from a file.
///
/// # Errors
/// As [`read`], and where the file cannot be read.
pub(crate) fn from_file(path: &Path) -> Result<Vec<Wanted>> {
    read(&text_of(path)?)
}

fn text_of(path: &Path) -> Result<String> {
    let size = std::fs::metadata(path).map_err(|error| missing(path, &error))?;
    if size.len() > MAX_LIST {
        return Err(Error::new(
            Code::BadInput,
            format!("{} is larger than a list of images is", path.display()),
        ));
    }
    let bytes = std::fs::read(path).map_err(|error| cannot("read", path, &error))?;
    String::from_utf8(bytes).map_err(|_| {
        Error::new(
            Code::BadInput,
            format!("{} is not text in UTF-8", path.display()),
        )
    })
}

fn missing(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Code::BadInput,
        format!("cannot read {}: {error}", path.display()),
    )
    .hint("Check the name, and that you may read the file.")
}

/// Reads a list.
///
/// # Errors
/// [`Code::BadInput`] naming every line that is wrong, up to twenty, and why.
pub(crate) fn read(text: &str) -> Result<Vec<Wanted>> {
    // Lines end in one way, or the reader counts those of spreadsheets one too few.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let columns = columns(reader.headers().map_err(|error| unreadable(&error))?)?;
    let (mut wanted, mut wrong, mut met) = (Vec::new(), Vec::new(), BTreeMap::new());
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        match one(&record, &columns, line) {
            Ok(one) => {
                let name = (one.repository.clone(), one.tag.clone());
                match met.insert(name, line) {
                    Some(before) => wrong.push(format!("line {line}: the same as line {before}")),
                    None => wanted.push(one),
                }
            }
            Err(why) => wrong.push(format!("line {line}: {why}")),
        }
    }
    if !wrong.is_empty() {
        return Err(refused(&wrong));
    }
    checked(wanted)
}

fn checked(wanted: Vec<Wanted>) -> Result<Vec<Wanted>> {
    if wanted.is_empty() {
        return Err(Error::new(Code::BadInput, "the list names nothing"));
    }
    at_most(wanted.len())?;
    Ok(wanted)
}

/// More than this is a mistake, or has to be done in parts.
pub(crate) fn at_most(tags: usize) -> Result<()> {
    if tags <= MOST {
        return Ok(());
    }
    Err(Error::new(
        Code::BadInput,
        format!("{tags} tags are more than the {MOST} that are adopted at once"),
    )
    .hint("Name a longer prefix, or divide the list."))
}

fn columns(header: &StringRecord) -> Result<Columns> {
    let wrong = |why: String| {
        Error::new(Code::BadInput, format!("line 1: {why}"))
            .hint("The first line names the columns: repository,tag, and where known since,by.")
    };
    let known = ["repository", "tag", "since", "by"];
    if let Some(other) = header.iter().find(|name| !known.contains(name)) {
        return Err(wrong(format!("“{other}” is no column of such a list")));
    }
    let at = |name: &str| header.iter().position(|own| own == name);
    let needed =
        |name: &str| at(name).ok_or_else(|| wrong(format!("the column {name} is missing")));
    Ok(Columns {
        repository: needed("repository")?,
        tag: needed("tag")?,
        since: at("since"),
        by: at("by"),
    })
}

fn one(record: &StringRecord, columns: &Columns, line: u64) -> std::result::Result<Wanted, String> {
    let cell = |at: usize| record.get(at).filter(|text| !text.is_empty());
    let repository = cell(columns.repository).ok_or("the repository is missing")?;
    let tag = cell(columns.tag).ok_or("the tag is missing")?;
    let since = columns.since.and_then(cell);
    Ok(Wanted {
        repository: repository
            .parse()
            .map_err(|error: hallmark_image::ReferenceError| error.to_string())?,
        tag: tag
            .parse()
            .map_err(|error: hallmark_image::ReferenceError| error.to_string())?,
        since: since.map(moment).transpose()?,
        by: columns.by.and_then(cell).map(str::to_owned),
        line: Some(line),
    })
}

/// A day, which begins at midnight UTC, or a moment.
fn moment(text: &str) -> std::result::Result<Timestamp, String> {
    let day = || text.parse::<Date>().ok().filter(|_| text.len() == 10);
    let midnight = || Some(day()?.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp());
    let read = text.parse().ok().or_else(midnight);
    read.ok_or_else(|| {
        format!("“{text}” is no day, as 2026-11-23, and no moment, as 2026-11-23T14:30:00Z")
    })
}

/// Until when: `90d`, a day or a moment; 90 days where nobody says.
///
/// # Errors
/// [`Code::BadInput`] where it cannot be read, is past, or is more than ten years off.
pub(crate) fn grace(text: Option<&str>, now: Timestamp) -> Result<Timestamp> {
    let wrong = |why: String| {
        Error::new(Code::BadInput, why).hint("Say how long, as 90d, or until when, as 2027-02-21.")
    };
    let days = |days: i64| now.checked_add(SignedDuration::from_hours(24 * days));
    let read = match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => days(GRACE_DAYS).map_err(|error| wrong(error.to_string()))?,
        Some(text) => match text.strip_suffix('d').map(str::parse::<i64>) {
            Some(Ok(number)) if (1..=LONGEST).contains(&number) => {
                days(number).map_err(|error| wrong(error.to_string()))?
            }
            Some(Ok(_)) => return Err(wrong(format!("a grace is 1d to {LONGEST}d long"))),
            _ => moment(text).map_err(wrong)?,
        },
    };
    let latest = days(LONGEST).map_err(|error| wrong(error.to_string()))?;
    match read > now && read <= latest {
        true => Ok(read),
        false => Err(wrong(format!(
            "the grace would end on {}, which is past or more than ten years off",
            read.strftime("%-d %b %Y")
        ))),
    }
}

/// Lines of a list that are wrong: nothing is adopted then.
pub(crate) fn refused(wrong: &[String]) -> Error {
    let shown: Vec<&str> = wrong.iter().take(NAMED).map(String::as_str).collect();
    let more = match wrong.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Error::new(
        Code::BadInput,
        format!("nothing was adopted. {}{more}", shown.join("; ")),
    )
    .hint("Mend the lines and adopt again.")
}

fn unreadable(error: &csv::Error) -> Error {
    let line = error.position().map(|at| format!("line {}: ", at.line()));
    Error::new(
        Code::BadInput,
        format!(
            "{}the list cannot be read: {error}",
            line.unwrap_or_default()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        let error = read(text).expect_err(text);
        assert_eq!(error.code, Code::BadInput);
        error.message
    }

    fn now() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_list_is_read_as_spreadsheets_write_it() {
        let text = "\u{feff}tag,repository,by,since\r\ngolden,r.io/pay/api,\"Tom, ops\",2026-01-02\r\n prod , r.io/web ,,\r\n";
        let list = read(text).unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(list[0].repository.to_string(), "r.io/pay/api");
        assert_eq!(list[0].by.as_deref(), Some("Tom, ops"));
        assert_eq!(list[0].since, Some("2026-01-02T00:00:00Z".parse().unwrap()));
        assert_eq!((list[1].tag.as_str(), list[1].line), ("prod", Some(3)));
        assert_eq!((&list[1].by, list[1].since), (&None, None));
    }

    #[test]
    fn every_wrong_line_is_named_with_its_reason() {
        let text = "repository,tag,since\nr.io/a,golden,\nr.io/B,golden,\nr.io/c,,\nr.io/d,golden,yesterday\nr.io/a,golden,\n";
        let message = wrong(text);
        for said in [
            "line 3: “B” is not a repository",
            "line 4: the tag is missing",
            "line 5: “yesterday” is no day",
            "line 6: the same as line 2",
        ] {
            assert!(message.contains(said), "{said}: {message}");
        }
        assert!(!message.contains("line 2:"), "{message}");
    }

    #[test]
    fn a_header_that_is_none_is_said() {
        assert!(wrong("repo,tag\nr.io/a,golden\n").contains("line 1: “repo” is no column"));
        assert!(wrong("repository\nr.io/a\n").contains("the column tag is missing"));
        assert!(wrong("repository,tag\n").contains("names nothing"));
    }

    #[test]
    fn many_wrong_lines_are_counted_and_the_first_are_named() {
        let lines: String = (0..30).map(|_| "x\n").collect();
        let message = wrong(&format!("repository,tag\n{lines}"));
        assert!(message.ends_with("; and 10 more"), "{message}");
    }

    #[test]
    fn a_grace_is_a_length_or_an_end() {
        let until = |text| grace(text, now()).unwrap().to_string();
        assert_eq!(until(None), "2027-02-21T10:00:00Z");
        assert_eq!(until(Some("7d")), "2026-11-30T10:00:00Z");
        assert_eq!(until(Some("2027-01-01")), "2027-01-01T00:00:00Z");
        for wrong in [
            "0d",
            "-3d",
            "90",
            "4000d",
            "2026-11-23",
            "2099-01-01",
            "soon",
        ] {
            let error = grace(Some(wrong), now()).expect_err(wrong);
            assert_eq!(error.code, Code::BadInput, "{wrong}");
        }
    }
}
