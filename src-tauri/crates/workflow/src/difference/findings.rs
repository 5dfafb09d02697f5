//! The findings that count for an image, and which of them came and went.

use super::Side;
use crate::{dto::FindingRow, image::Image, weigh::Weighed};
use hallmark_evidence::{Finding, Severity};
use hallmark_policy::Covers;
use std::collections::{BTreeMap, BTreeSet};

/// Findings of two images, told apart.
#[derive(Default)]
pub(super) struct FindingChanges {
    pub(super) fixed: Vec<FindingRow>,
    pub(super) new: Vec<FindingRow>,
    pub(super) unchanged: Vec<FindingRow>,
    /// How many the other image has: an identifier and a package are one, whatever is installed.
    pub(super) before: u64,
}

/// Tells them apart; what was set aside in the report itself counts on neither side.
pub(super) fn compare(before: Side<'_>, now: Side<'_>) -> FindingChanges {
    let live = |side: Side<'_>| {
        let mut rows = findings(side.image, side.weighed);
        rows.retain(|row| !row.suppressed);
        let mut seen = BTreeSet::new();
        rows.retain(|row| seen.insert(key(row)));
        (rows, seen)
    };
    let ((old, had), (rows, has)) = (live(before), live(now));
    let total = old.len() as u64;
    let (new, unchanged) = rows.into_iter().partition(|row| !had.contains(&key(row)));
    FindingChanges {
        fixed: old
            .into_iter()
            .filter(|row| !has.contains(&key(row)))
            .collect(),
        new,
        unchanged,
        before: total,
    }
}

fn key(row: &FindingRow) -> (String, String) {
    (row.id.clone(), row.package.clone())
}

/// The findings that count for an image, each once, worst first.
pub(crate) fn findings(image: &Image, weighed: &[Weighed]) -> Vec<FindingRow> {
    let mut rows: BTreeMap<(&str, &str, &str), FindingRow> = BTreeMap::new();
    for one in weighed.iter().filter(|one| one.counts()) {
        let found = one
            .report()
            .and_then(|report| report.vulnerabilities.as_ref());
        for finding in found.into_iter().flat_map(|found| &found.findings) {
            let key = (&*finding.id, &*finding.package, &*finding.installed);
            let row = rows.entry(key).or_insert_with(|| row(finding));
            row.suppressed &= finding.suppressed;
            found_in(row, one.digest().to_string(), finding.line);
            for platform in platforms(image, &one.covers) {
                add(&mut row.platforms, platform);
            }
        }
    }
    let mut rows: Vec<FindingRow> = rows.into_values().collect();
    rows.sort_by_key(|row| {
        (
            row.suppressed,
            std::cmp::Reverse(Severity::from_word(&row.severity)),
            row.fixed.is_none(),
            row.id.clone(),
        )
    });
    rows
}

/// A report that lists it, with the line of the first time that it does.
fn found_in(row: &mut FindingRow, report: String, line: Option<u32>) {
    if !row.evidence.contains(&report) {
        row.evidence.push(report);
        row.lines.push(line);
    }
}

fn add(list: &mut Vec<String>, one: String) {
    if !list.contains(&one) {
        list.push(one);
    }
}

/// The platforms that something covers, by name.
pub(super) fn platforms(image: &Image, covers: &Covers) -> Vec<String> {
    let named = image.platforms.iter().map(crate::image::PlatformOf::name);
    match covers {
        Covers::All => named.collect(),
        Covers::Platforms(found) => found
            .iter()
            .filter_map(|at| image.platforms.get(*at))
            .map(crate::image::PlatformOf::name)
            .collect(),
        Covers::Other => Vec::new(),
    }
}

fn row(finding: &Finding) -> FindingRow {
    FindingRow {
        severity: finding.severity.name().to_owned(),
        id: finding.id.to_string(),
        package: finding.package.to_string(),
        installed: finding.installed.to_string(),
        fixed: finding.fixed.as_deref().map(str::to_owned),
        title: finding.title.as_deref().map(str::to_owned),
        status: finding.status.as_deref().map(str::to_owned),
        url: finding
            .url
            .as_deref()
            .filter(|url| url.starts_with("https://"))
            .map(str::to_owned),
        platforms: Vec::new(),
        suppressed: finding.suppressed,
        evidence: Vec::new(),
        lines: Vec::new(),
    }
}
