//! In-toto statements, bare: the predicate is read as what it is, and the subject binds it.
//!
//! A predicate of a kind that is not known is no error: the statement is shown as one.
//! Nothing is verified here; who signed it is for others to find out.

mod manual;
mod predicate;
mod provenance;
mod scans;
mod test_result;
mod verification;

use crate::{
    Format, Kind, Report, Statement, Subject,
    error::{Place, Problem},
    json::{self, List, Nested, Object, Text},
    place,
    shared::Pool,
    text::{MAX_NAME, short, some},
};
use serde::{Deserialize, de::MapAccess};
use serde_json::value::RawValue;

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawStatement::default();
    json::read(text, &mut raw)?;
    raw.report(text)
}

/// The outermost object (in-toto/attestation, spec/v1/statement.md).
#[derive(Default)]
struct RawStatement<'a> {
    version: Text<'a>,
    subject: List<RawSubject<'a>>,
    predicate_type: Text<'a>,
    predicate: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawSubject<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    digest: Nested<Digests<'a>>,
}

/// The digests that name images and commits; a resource may have others.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Digests<'a> {
    #[serde(borrow)]
    sha256: Text<'a>,
    #[serde(borrow)]
    sha512: Text<'a>,
    #[serde(borrow, rename = "gitCommit")]
    git_commit: Text<'a>,
    #[serde(borrow)]
    sha1: Text<'a>,
}

impl Digests<'_> {
    fn digest(&self) -> Option<hallmark_image::Digest> {
        let of = |name: &str, hex: &Text<'_>| format!("{name}:{}", hex.get()?).parse().ok();
        of("sha256", &self.sha256).or_else(|| of("sha512", &self.sha512))
    }

    fn commit(&self) -> Option<&str> {
        self.git_commit.get().or(self.sha1.get())
    }
}

impl<'de> Object<'de> for RawStatement<'de> {
    const NAMES: &'static [&'static str] = &["_type", "subject", "predicateType", "predicate"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "_type" => self.version = map.next_value()?,
            "subject" => self.subject = map.next_value()?,
            "predicateType" => self.predicate_type = map.next_value()?,
            _ => self.predicate = map.next_value()?,
        }
        Ok(())
    }
}

impl RawStatement<'_> {
    fn report(self, text: &str) -> Result<Report, Problem> {
        let kind = self.predicate_type.as_str();
        let predicate = self.predicate.map_or("{}", RawValue::get);
        let before = place::line_of_part(text, predicate).unwrap_or(1) - 1;
        let inner = predicate::read(kind, predicate).map_err(|problem| moved(problem, before))?;
        let warnings = self.warnings();
        let mut report = Report {
            format: Format::InToto,
            subject: self.subject().or(inner.subject.clone()),
            statement: Some(Statement {
                predicate_type: Pool::once(kind),
                ..inner.statement.clone().unwrap_or_default()
            }),
            ..inner
        };
        report.warnings.splice(0..0, warnings);
        report.move_lines(|line| Some(line + before));
        Ok(report)
    }

    /// Every digest that is spoken of; one alone names the image.
    fn subject(&self) -> Option<Subject> {
        let first = self.subject.0.first();
        let mut subject = Subject {
            name: first.and_then(|first| some(first.name.as_str(), MAX_NAME)),
            ..Subject::default()
        };
        for resource in &self.subject.0 {
            subject.add(resource.digest.digest());
        }
        subject.known()
    }

    fn warnings(&self) -> Vec<String> {
        let version = self.version.as_str();
        let known = version.ends_with("/v0.1") || version.ends_with("/v1");
        let new = (!known).then(|| {
            let version = short(version, 80);
            format!("the statement's type {version} is not known; it is read as version 1")
        });
        let nothing = self.subject.0.is_empty();
        let nothing = nothing.then(|| "the statement names no subject".to_owned());
        new.into_iter().chain(nothing).collect()
    }
}

/// A problem of the predicate, at its place in the whole.
fn moved(problem: Problem, by: u64) -> Problem {
    let there = |place: Place| Place {
        line: place.line + by,
        ..place
    };
    match problem {
        Problem::Json { place, reason } => Problem::Json {
            place: there(place),
            reason,
        },
        Problem::CutShort { place, reason } => Problem::CutShort {
            place: there(place),
            reason,
        },
        Problem::TooDeep { place, limit } => Problem::TooDeep {
            place: there(place),
            limit,
        },
        other => other,
    }
}

/// A report of which no more is known than that it is a statement.
fn unknown() -> Report {
    Report::new(Format::InToto, Kind::Statement)
}
