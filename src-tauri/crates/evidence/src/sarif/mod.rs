//! SARIF 2.1.0, of scanners for vulnerabilities and of all other tools.
//!
//! A result is about a vulnerability if its rule is: by its id, its name or its tags. A
//! report with such results, or of a tool that writes no others, is a scan; its remaining
//! results are issues. What package is meant stands in the words of the message alone.

mod advisory;
mod raw;
mod run;

use crate::{
    Format, Kind, Report, Vulnerabilities,
    error::Problem,
    json::{self, Object, Text},
    text::{counted, short},
};
use run::{Runs, Sum};
use serde::de::MapAccess;

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawReport {
        version: Text::default(),
        sum: Sum::new(text),
    };
    json::read(text, &mut raw)?;
    Ok(raw.report())
}

/// The outermost object.
struct RawReport<'a> {
    version: Text<'a>,
    sum: Sum<'a>,
}

impl<'de> Object<'de> for RawReport<'de> {
    const NAMES: &'static [&'static str] = &["version", "runs"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "version" => self.version = map.next_value()?,
            _ => map.next_value_seed(Runs(&mut self.sum))?,
        }
        Ok(())
    }
}

impl RawReport<'_> {
    fn report(self) -> Report {
        let sum = self.sum;
        let is_scan = sum.is_scan || !sum.found.findings.is_empty();
        let kind = match is_scan {
            true => Kind::Vulnerabilities,
            false => Kind::Findings,
        };
        let version = self.version.as_str();
        let new = !matches!(version, "" | "2.1.0");
        let new = new.then(|| {
            let version = short(version, 40);
            format!("SARIF version {version} is not known; it is read as version 2.1.0")
        });
        let others = sum.issues.len() as u64;
        let others = (is_scan && others > 0).then(|| {
            let results = counted(others, "result is", "results are");
            format!("{results} about no vulnerability, and not counted as findings")
        });
        let found = Vulnerabilities {
            scanned: true,
            ..sum.found
        };
        Report {
            tool: sum.tool,
            subject: sum.subject,
            produced_at: sum.produced_at,
            vulnerabilities: is_scan.then_some(found),
            issues: Some(sum.issues),
            warnings: new.into_iter().chain(others).collect(),
            ..Report::new(Format::Sarif, kind)
        }
    }
}
