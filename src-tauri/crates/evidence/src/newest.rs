//! Which of several reports counts, and which are superseded (design.md, "Several reports").
//!
//! The newest for each tool, platform and suite counts. "Newest" is the report's own time,
//! and never one in the future: such a report, and one without any time, ranks behind all
//! others. Nothing is thrown away here; a superseded report is still shown.

use crate::{Kind, Report};
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, HashSet};

/// How far ahead of ours the clock of a build machine may be before its reports are taken
/// for reports from the future.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// A report among others about the same image.
///
/// Pass in only what counts for the image at all: a report of another image, or one with a
/// broken signature, must never supersede one that counts.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// The report.
    pub report: &'a Report,
    /// The platforms it covers, as indexes into the image's platforms.
    pub platforms: Vec<usize>,
    /// When it was attached; stands in where the report has no time of its own.
    pub attached_at: Option<Timestamp>,
}

/// Where a report stands among the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The platforms for which nothing newer was found; none: it is superseded.
    pub counts_for: Vec<usize>,
    /// The first report found to supersede it on some platform.
    pub superseded_by: Option<usize>,
    /// Its time lies in the future, so that it ranks last.
    pub in_future: bool,
}

impl Standing {
    /// Whether a newer report stands in its place on every platform.
    pub fn superseded(&self) -> bool {
        self.counts_for.is_empty() && self.superseded_by.is_some()
    }

    /// What to tell a person, where there is something to tell.
    pub fn warning(&self) -> Option<String> {
        let text = "the report is dated in the future, so it never counts as the newest; \
                    check the clock of the machine that wrote it";
        self.in_future.then(|| text.to_owned())
    }
}

/// Says for each report, in the order given, for which platforms it counts.
///
/// Two reports are of one suite when tool and suite name agree and, for tests, they share a
/// class or a case: two runs that pytest both calls `pytest`, of different tests, both
/// count. A report of several suites is superseded once each of them is. Reports of the
/// same time all count.
pub fn newest(candidates: &[Candidate<'_>], now: Timestamp) -> Vec<Standing> {
    let ranked: Vec<Ranked<'_>> = candidates.iter().map(|c| Ranked::of(c, now)).collect();
    let all = ranked.iter().enumerate();
    all.map(|(index, one)| standing(index, one, &ranked))
        .collect()
}

/// What is compared, read once for each report.
struct Ranked<'a> {
    kind: Kind,
    tool: Option<&'a str>,
    platforms: &'a [usize],
    time: Option<Timestamp>,
    in_future: bool,
    suites: Suites<'a>,
}

/// The suites of a test report, or the sorts of packages of a scan, by name.
type Suites<'a> = HashMap<&'a str, Contents<'a>>;

/// What tells two suites of one name apart.
#[derive(Default)]
struct Contents<'a> {
    classes: HashSet<&'a str>,
    cases: HashSet<(&'a str, &'a str)>,
}

impl<'a> Ranked<'a> {
    fn of(candidate: &'a Candidate<'_>, now: Timestamp) -> Self {
        let report = candidate.report;
        let latest = now.checked_add(CLOCK_TOLERANCE).unwrap_or(Timestamp::MAX);
        let time = report.produced_at.or(candidate.attached_at);
        let in_future = time.is_some_and(|time| time > latest);
        Self {
            kind: report.kind,
            tool: report.tool.as_ref().map(|tool| tool.name.as_str()),
            platforms: &candidate.platforms,
            time: time.filter(|_| !in_future),
            in_future,
            suites: suites_of(report),
        }
    }

    /// Whether `self` is newer than `other`; a time beats none.
    fn newer_than(&self, other: &Self) -> bool {
        self.time > other.time
    }

    fn same_tool(&self, other: &Self) -> bool {
        self.kind == other.kind && self.tool == other.tool
    }

    fn has(&self, name: &str, contents: &Contents<'_>) -> bool {
        self.suites.get(name).is_some_and(|own| own.is(contents))
    }
}

impl Contents<'_> {
    fn is(&self, other: &Contents<'_>) -> bool {
        self.cases.is_empty()
            || other.cases.is_empty()
            || !self.classes.is_disjoint(&other.classes)
            || !self.cases.is_disjoint(&other.cases)
    }
}

fn standing(index: usize, one: &Ranked<'_>, all: &[Ranked<'_>]) -> Standing {
    let newer: Vec<(usize, &Ranked<'_>)> = all
        .iter()
        .enumerate()
        .filter(|(at, other)| *at != index && one.same_tool(other) && other.newer_than(one))
        .collect();
    let mut standing = Standing {
        in_future: one.in_future,
        ..Standing::default()
    };
    for platform in one.platforms {
        match replaced_on(*platform, one, &newer) {
            Some(by) => standing.superseded_by = standing.superseded_by.or(Some(by)),
            None => standing.counts_for.push(*platform),
        }
    }
    standing
}

/// The first of the newer reports that together hold every suite of `one` on this platform.
fn replaced_on(platform: usize, one: &Ranked<'_>, newer: &[(usize, &Ranked<'_>)]) -> Option<usize> {
    let there: Vec<_> = newer
        .iter()
        .filter(|(_, other)| other.platforms.contains(&platform))
        .collect();
    let mut first = None;
    for (name, contents) in &one.suites {
        let (by, _) = there.iter().find(|(_, other)| other.has(name, contents))?;
        first = Some(first.map_or(*by, |first: usize| first.min(*by)));
    }
    first
}

fn suites_of(report: &Report) -> Suites<'_> {
    let mut found = Suites::new();
    if let Some(tests) = &report.tests {
        found.extend(
            tests
                .suites
                .iter()
                .map(|name| (name.as_str(), Contents::default())),
        );
        for case in &tests.cases {
            let class = case.class.as_deref().unwrap_or_default();
            let contents = found.entry(&case.suite).or_default();
            contents
                .classes
                .extend(Some(class).filter(|class| !class.is_empty()));
            contents.cases.insert((class, &case.name));
        }
    } else if let Some(scan) = &report.vulnerabilities {
        found.extend(
            scan.classes
                .iter()
                .map(|class| (class.as_str(), Contents::default())),
        );
    }
    if found.is_empty() {
        found.insert("", Contents::default());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn tests(suite: &str, class: &str, day: Option<u8>) -> Report {
        let time = day.map_or_else(String::new, |day| {
            format!("timestamp='2026-11-{day:02}T08:00:00Z'")
        });
        let text = format!(
            "<testsuite name='{suite}' {time}><testcase classname='{class}' name='t'/></testsuite>"
        );
        parse("tests.xml", text.as_bytes()).unwrap()
    }

    fn scan(classes: &[&str], time: &str) -> Report {
        let results: Vec<String> = classes
            .iter()
            .map(|class| format!(r#"{{"Class":"{class}"}}"#))
            .collect();
        let results = results.join(",");
        let text = format!(
            r#"{{"SchemaVersion":2,"CreatedAt":"{time}","ArtifactName":"x","Results":[{results}]}}"#
        );
        parse("scan.json", text.as_bytes()).unwrap()
    }

    fn on<'a>(report: &'a Report, platforms: &[usize]) -> Candidate<'a> {
        Candidate {
            report,
            platforms: platforms.to_vec(),
            attached_at: None,
        }
    }

    fn superseded(candidates: &[Candidate<'_>]) -> Vec<bool> {
        newest(candidates, now())
            .iter()
            .map(Standing::superseded)
            .collect()
    }

    #[test]
    fn the_newer_run_of_a_suite_supersedes_the_older() {
        let (old, new) = (tests("s", "c", Some(1)), tests("s", "c", Some(2)));
        let found = newest(&[on(&old, &[0]), on(&new, &[0])], now());
        assert!(found[0].superseded() && !found[1].superseded());
        assert_eq!(found[0].superseded_by, Some(1));
        assert_eq!(found[1].counts_for, [0]);
    }

    #[test]
    fn other_suites_tools_and_kinds_stand_beside_each_other() {
        let (unit, load) = (tests("unit", "c", Some(1)), tests("load", "c", Some(2)));
        let (other_tool, seen) = (
            tests("pytest", "c", Some(3)),
            scan(&["os-pkgs"], "2026-11-20T00:00:00Z"),
        );
        let all = [
            on(&unit, &[0]),
            on(&load, &[0]),
            on(&other_tool, &[0]),
            on(&seen, &[0]),
        ];
        assert_eq!(superseded(&all), [false; 4]);
    }

    #[test]
    fn two_runs_of_one_name_with_other_tests_both_count() {
        let (unit, load) = (
            tests("pytest", "unit", Some(1)),
            tests("pytest", "load", Some(2)),
        );
        let mut load = load;
        load.tests.as_mut().unwrap().cases[0].name = "other".to_owned();
        assert_eq!(
            superseded(&[on(&unit, &[0]), on(&load, &[0])]),
            [false, false]
        );
    }

    #[test]
    fn a_report_still_counts_for_the_platform_that_the_newer_one_lacks() {
        let (old, new) = (
            scan(&["os-pkgs"], "2026-11-01T00:00:00Z"),
            scan(&["os-pkgs"], "2026-11-02T00:00:00Z"),
        );
        let found = newest(&[on(&old, &[0, 1]), on(&new, &[1])], now());
        assert_eq!(found[0].counts_for, [0]);
        assert!(!found[0].superseded());
    }

    #[test]
    fn a_scan_of_fewer_sorts_of_packages_does_not_supersede_the_full_one() {
        let (full, part) = (
            scan(&["os-pkgs", "lang-pkgs"], "2026-11-01T00:00:00Z"),
            scan(&["os-pkgs"], "2026-11-02T00:00:00Z"),
        );
        assert_eq!(
            superseded(&[on(&full, &[0]), on(&part, &[0])]),
            [false, false]
        );
        let again = scan(&["lang-pkgs"], "2026-11-03T00:00:00Z");
        let all = [on(&full, &[0]), on(&part, &[0]), on(&again, &[0])];
        assert_eq!(
            superseded(&all),
            [true, false, false],
            "both sorts are newer elsewhere"
        );
    }

    #[test]
    fn a_date_in_the_future_never_counts_as_the_newest() {
        let (today, future) = (
            scan(&["os-pkgs"], "2026-11-23T11:00:00Z"),
            scan(&["os-pkgs"], "2027-01-01T00:00:00Z"),
        );
        let found = newest(&[on(&today, &[0]), on(&future, &[0])], now());
        assert_eq!(
            found.iter().map(Standing::superseded).collect::<Vec<_>>(),
            [false, true]
        );
        assert!(found[1].in_future && found[1].warning().unwrap().contains("in the future"));
        assert_eq!(found[0].warning(), None);
    }

    #[test]
    fn a_clock_a_little_ahead_is_no_future() {
        let ahead = scan(&["os-pkgs"], "2026-11-23T12:04:00Z");
        assert!(!newest(&[on(&ahead, &[0])], now())[0].in_future);
    }

    #[test]
    fn without_a_time_of_its_own_the_time_of_attaching_decides_and_else_it_ranks_last() {
        let (first, second) = (tests("s", "c", None), tests("s", "c", None));
        let mut all = [on(&first, &[0]), on(&second, &[0])];
        assert_eq!(
            superseded(&all),
            [false, false],
            "neither is known to be newer"
        );
        all[0].attached_at = "2026-11-01T00:00:00Z".parse().ok();
        assert_eq!(superseded(&all), [false, true]);
        all[1].attached_at = "2026-11-02T00:00:00Z".parse().ok();
        assert_eq!(superseded(&all), [true, false]);
    }

    #[test]
    fn reports_of_the_same_time_all_count() {
        let (one, other) = (tests("s", "c", Some(1)), tests("s", "c", Some(1)));
        assert_eq!(
            superseded(&[on(&one, &[0]), on(&other, &[0])]),
            [false, false]
        );
    }
}
