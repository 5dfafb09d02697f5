//! What changed between the golden image of today and a candidate: findings and tests.

use crate::{
    dto::{Difference, FindingRow},
    image::Image,
    weigh::Weighed,
    words::count,
};
use hallmark_evidence::{Finding, Severity, Verdict};
use hallmark_policy::Covers;
use std::collections::{BTreeMap, BTreeSet};

/// How many rows a list of the comparison has at the most.
const ROWS: usize = 100;

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
            add(&mut row.evidence, one.digest().to_string());
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

fn add(list: &mut Vec<String>, one: String) {
    if !list.contains(&one) {
        list.push(one);
    }
}

fn platforms(image: &Image, covers: &Covers) -> Vec<String> {
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
    }
}

/// Every test that counts, by suite and name, and whether it passed.
fn tests(weighed: &[Weighed]) -> BTreeMap<(&str, &str, &str), bool> {
    let mut all = BTreeMap::new();
    for one in weighed.iter().filter(|one| one.counts()) {
        let tests = one.report().and_then(|report| report.tests.as_ref());
        for case in tests.into_iter().flat_map(|tests| &tests.cases) {
            let key = (
                case.suite.as_str(),
                case.class.as_deref().unwrap_or_default(),
                case.name.as_str(),
            );
            let passed = !matches!(case.verdict, Verdict::Failed | Verdict::Errored);
            let both = all.entry(key).or_insert(true);
            *both &= passed;
        }
    }
    all
}

/// Compares the candidate with golden.
pub(crate) fn difference(
    golden: Option<(&Image, &[Weighed])>,
    candidate: (&Image, &[Weighed]),
) -> Difference {
    let Some((image, evidence)) = golden else {
        return Difference {
            sentence: "Nothing is golden here yet.".into(),
            ..Difference::default()
        };
    };
    if image.digest() == candidate.0.digest() {
        return Difference {
            sentence: "This image is golden now.".into(),
            ..Difference::default()
        };
    }
    let mut difference = Difference::default();
    let scans = compare_findings(
        &mut difference,
        &findings(image, evidence),
        &findings(candidate.0, candidate.1),
    );
    let runs = compare_tests(&mut difference, &tests(evidence), &tests(candidate.1));
    let scanned = [evidence, candidate.1].iter().all(|side| has_scan(side));
    let sentence = [
        scanned.then_some(scans).or_else(|| Some(no_scan(evidence))),
        runs,
    ];
    difference.sentence = sentence.into_iter().flatten().collect::<Vec<_>>().join(" ");
    difference
}

fn has_scan(weighed: &[Weighed]) -> bool {
    weighed
        .iter()
        .any(|one| one.counts() && one.report().is_some_and(|r| r.vulnerabilities.is_some()))
}

fn no_scan(golden: &[Weighed]) -> String {
    let which = if has_scan(golden) {
        "This image"
    } else {
        "Golden"
    };
    format!("{which} has no scan, so findings cannot be compared.")
}

fn compare_findings(into: &mut Difference, before: &[FindingRow], after: &[FindingRow]) -> String {
    let key = |row: &FindingRow| (row.id.clone(), row.package.clone());
    let live = |rows: &[FindingRow]| {
        rows.iter()
            .filter(|row| !row.suppressed)
            .map(key)
            .collect::<BTreeSet<_>>()
    };
    let (old, now) = (live(before), live(after));
    let gone = before
        .iter()
        .filter(|row| !row.suppressed && !now.contains(&key(row)));
    let new = after
        .iter()
        .filter(|row| !row.suppressed && !old.contains(&key(row)));
    let (fixed, brought) = (
        old.difference(&now).count() as u64,
        now.difference(&old).count() as u64,
    );
    into.fixed = gone.take(ROWS).cloned().collect();
    into.new = new.take(ROWS).cloned().collect();
    into.unchanged = old.intersection(&now).count() as u64;
    let brings = match brought {
        0 => "brings none".to_owned(),
        _ => format!("brings {}", count(brought, "new one", "new ones")),
    };
    match old.len() as u64 {
        0 if brought == 0 => "No findings, as before.".to_owned(),
        total => format!(
            "Fixes {fixed} of {} and {brings}.",
            count(total, "finding", "findings")
        ),
    }
}

type Tests<'a> = BTreeMap<(&'a str, &'a str, &'a str), bool>;

fn compare_tests(into: &mut Difference, before: &Tests<'_>, after: &Tests<'_>) -> Option<String> {
    let name = |key: &(&str, &str, &str)| format!("{} {}", key.0, key.2).trim().to_owned();
    let turned = |to: bool| {
        let differ = move |(key, passed): &(&(&str, &str, &str), &bool)| {
            **passed == to && before.get(*key) == Some(&!to)
        };
        after
            .iter()
            .filter(differ)
            .map(|(key, _)| name(key))
            .take(ROWS)
            .collect::<Vec<_>>()
    };
    into.newly_failing = turned(false);
    into.newly_passing = turned(true);
    into.new_tests = after
        .keys()
        .filter(|key| !before.contains_key(*key))
        .count() as u64;
    into.gone_tests = before
        .keys()
        .filter(|key| !after.contains_key(*key))
        .count() as u64;
    if after.is_empty() || before.is_empty() {
        return None;
    }
    let failing = after.values().filter(|passed| !**passed).count() as u64;
    let main = match failing {
        0 => format!(
            "{} pass or are skipped",
            count(after.len() as u64, "test", "tests")
        ),
        _ => format!(
            "{} of {} fail",
            failing,
            count(after.len() as u64, "test", "tests")
        ),
    };
    let newly = (!into.newly_failing.is_empty())
        .then(|| format!(", {} of them newly", into.newly_failing.len()));
    let new = (into.new_tests > 0).then(|| {
        format!(
            "; {}",
            count(into.new_tests, "test is new", "tests are new")
        )
    });
    let gone = (into.gone_tests > 0).then(|| {
        format!(
            "; {}",
            count(into.gone_tests, "test is gone", "tests are gone")
        )
    });
    Some(
        [Some(main), newly, new, gone]
            .into_iter()
            .flatten()
            .collect::<String>()
            + ".",
    )
}
