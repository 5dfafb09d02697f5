//! Rules about scans: recent, and without a fixable finding that is grave.

use super::view::View;
use crate::{Check, CheckVerdict, Item, ScanRules, set_aside::Aside, words};
use hallmark_evidence::{CLOCK_TOLERANCE, Finding, Kind, Severity};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// The checks of `[stage.<name>.scan]`.
pub(super) fn judge(view: &View<'_>, rules: &ScanRules) -> Vec<Check> {
    vec![fresh(view, rules.max_age_days), patched(view, rules)]
}

/// The newest scan of every platform is recent enough.
fn fresh(view: &View<'_>, limit: u32) -> Check {
    let days = words::counted(limit.into(), "day", "days");
    let title = format!("The scan is at most {days} old");
    let read = view.of_kind(Kind::Vulnerabilities);
    if read.is_empty() {
        let reason = format!("{}.", view.nothing_of(Kind::Vulnerabilities));
        return view.check("scan-fresh", title, CheckVerdict::Fail, reason, &read);
    }
    let ages = view.platforms.iter().enumerate();
    let ages: Vec<(&str, Age)> = ages
        .map(|(index, name)| (name.as_str(), age(view, &read, index, limit)))
        .collect();
    let wrong: Vec<_> = ages.iter().filter(|(_, age)| !age.fine).collect();
    let (verdict, reason) = match wrong.is_empty() {
        true => (CheckVerdict::Pass, ages_in_words(ages.iter(), ages.len())),
        false => (
            CheckVerdict::Fail,
            ages_in_words(wrong.into_iter(), ages.len()),
        ),
    };
    view.check("scan-fresh", title, verdict, reason, &read)
}

/// How old the newest scan of a platform is, in words.
#[derive(PartialEq)]
struct Age {
    fine: bool,
    words: String,
}

fn age(view: &View<'_>, scans: &[&Item<'_>], platform: usize, limit: u32) -> Age {
    let wrong = |words: &str| Age {
        fine: false,
        words: words.to_owned(),
    };
    let here: Vec<_> = scans.iter().filter(|item| item.covers(platform)).collect();
    if here.is_empty() {
        return wrong("there is no scan");
    }
    let times = here.iter().filter_map(|item| item.report.produced_at);
    let (past, future): (Vec<_>, Vec<_>) = times.partition(|time| is_past(*time, view.facts.now));
    match (past.into_iter().max(), future.into_iter().min()) {
        (Some(newest), _) => aged(view.facts.now.duration_since(newest), limit),
        (None, Some(time)) => wrong(&format!(
            "the scan is dated in the future, {time}; check the clock of the machine that made it"
        )),
        (None, None) => wrong("the scan does not say when it was made"),
    }
}

fn is_past(time: Timestamp, now: Timestamp) -> bool {
    time.duration_since(now) <= CLOCK_TOLERANCE
}

fn aged(age: SignedDuration, limit: u32) -> Age {
    let seconds = age.as_secs().max(0);
    let fine = seconds <= i64::from(limit) * SECONDS_A_DAY;
    let old = age_in_words(seconds, limit);
    let words = match fine {
        true => format!("the scan is {old} old"),
        false => format!("the scan is {old} old, the limit is {limit}"),
    };
    Age { fine, words }
}

/// Whole days; with the hours where the days alone would seem to keep the limit.
fn age_in_words(seconds: i64, limit: u32) -> String {
    let (days, hours) = (seconds / SECONDS_A_DAY, seconds % SECONDS_A_DAY / 3600);
    let unit = |count: i64, one, many| words::counted(count.unsigned_abs(), one, many);
    let in_days = unit(days, "day", "days");
    match (days, hours) {
        (0, 0) => "less than an hour".to_owned(),
        (0, hours) => unit(hours, "hour", "hours"),
        (days, hours) if days == i64::from(limit) && hours > 0 => {
            format!("{in_days} and {}", unit(hours, "hour", "hours"))
        }
        (days, 0) if days == i64::from(limit) && seconds % SECONDS_A_DAY > 0 => {
            format!("a little over {in_days}")
        }
        _ => in_days,
    }
}

/// One sentence where all platforms are alike, else one for each.
fn ages_in_words<'a>(
    ages: impl ExactSizeIterator<Item = &'a (&'a str, Age)> + Clone,
    all: usize,
) -> String {
    let mut each = ages.clone().map(|(_, age)| age);
    let first = each.next();
    let alike = ages.len() == all && each.all(|age| Some(age) == first);
    let text = match first {
        Some(age) if alike => age.words.clone(),
        _ => {
            let each: Vec<String> = ages
                .map(|(platform, age)| format!("{platform}: {}", age.words))
                .collect();
            each.join("; ")
        }
    };
    words::sentence(&format!("{text}."))
}

/// No finding of this severity or above has a fix.
fn patched(view: &View<'_>, rules: &ScanRules) -> Check {
    let least = rules.refuse_fixable;
    let rule = format!("no-fixable-{}", least.name());
    let title = match least {
        Severity::Unknown => "No finding that could be fixed is left".to_owned(),
        Severity::Critical => "No fixable finding is Critical".to_owned(),
        least => format!("No fixable finding is {least} or above"),
    };
    let read = view.of_kind(Kind::Vulnerabilities);
    if read.is_empty() {
        let reason = view.nothing_of(Kind::Vulnerabilities);
        let reason = format!("{reason}, so nobody knows what it holds.");
        return view.check(rule, title, CheckVerdict::Fail, reason, &read);
    }
    let findings = distinct(&view.once(Kind::Vulnerabilities));
    let mut grave: Vec<&Finding> = findings
        .values()
        .filter(|f| !f.suppressed && f.fixed.is_some() && f.severity >= least)
        .copied()
        .collect();
    grave.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
    let sorted = Sorted::of(view, grave, rules.unsigned_vex);
    let (verdict, reason) = match (sorted.left.is_empty(), sorted.aside()) {
        (true, None) => (CheckVerdict::Pass, nothing_grave(&findings, least)),
        (true, Some(aside)) if sorted.waived.is_empty() => (CheckVerdict::Pass, aside),
        (true, Some(aside)) => (CheckVerdict::Waived, aside),
        (false, None) => (CheckVerdict::Fail, grave_words(&sorted.left)),
        (false, Some(aside)) => {
            let left = grave_words(&sorted.left);
            (CheckVerdict::Fail, format!("{left} Beside that, {aside}"))
        }
    };
    let read = match sorted.cleared.is_empty() {
        true => read,
        false => read.into_iter().chain(view.vex_read()).collect(),
    };
    view.check(rule, title, verdict, reason, &read)
}

/// Grave findings, by what becomes of them.
struct Sorted<'f> {
    left: Vec<&'f Finding>,
    /// Each with whose waiver it is, in words.
    waived: Vec<(&'f Finding, String)>,
    /// Each with what the document says, in words.
    cleared: Vec<(&'f Finding, String)>,
}

impl<'f> Sorted<'f> {
    fn of(view: &View<'_>, grave: Vec<&'f Finding>, anybodys_vex: bool) -> Self {
        let mut sorted = Self {
            left: Vec::new(),
            waived: Vec::new(),
            cleared: Vec::new(),
        };
        for finding in grave {
            match view.aside(finding, anybodys_vex) {
                Aside::No => sorted.left.push(finding),
                Aside::Waived(waiver) => sorted.waived.push((finding, waiver.words.clone())),
                Aside::Cleared(word) => sorted.cleared.push((finding, word.words())),
            }
        }
        sorted
    }

    /// “1 waived by ines until 24 Dec 2026: CVE-… in zlib 1.2, fixed in 1.3.”
    fn aside(&self) -> Option<String> {
        let parts: Vec<String> = [&self.waived, &self.cleared]
            .into_iter()
            .flat_map(|list| by_words(list))
            .collect();
        (!parts.is_empty()).then(|| format!("{}.", parts.join("; ")))
    }
}

/// Those with the same words in one part of a sentence.
fn by_words(list: &[(&Finding, String)]) -> Vec<String> {
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (finding, words) in list {
        groups.entry(words).or_default().push(described(finding));
    }
    let part = |(words, each): (&str, Vec<String>)| {
        let named = words::first_of(&each, each.len() as u64);
        format!("{} {words}: {named}", each.len())
    };
    groups.into_iter().map(part).collect()
}

/// The findings that count: neither suppressed in the scan nor set aside by a waiver or a
/// member's VEX document; and how many the latter are, in words.
pub(super) fn counting<'f>(view: &View<'f>) -> (Vec<&'f Finding>, String) {
    let all = distinct(&view.once(Kind::Vulnerabilities)).into_values();
    let told = all.filter(|finding| !finding.suppressed);
    let (left, aside): (Vec<_>, Vec<_>) =
        told.partition(|finding| matches!(view.aside(finding, false), Aside::No));
    let words = match aside.len() {
        0 => String::new(),
        1 => " 1 more is set aside by a waiver or VEX.".to_owned(),
        more => format!(" {more} more are set aside by waivers or VEX."),
    };
    (left, words)
}

/// What makes two findings one: advisory, package, installed version.
type Key<'f> = (&'f str, &'f str, &'f str);

/// Each finding once, however many platforms and tools report it. One that any report still
/// holds is not suppressed, and one with a fix in any report is fixable.
fn distinct<'f>(scans: &[&'f Item<'f>]) -> BTreeMap<Key<'f>, &'f Finding> {
    let scans = scans
        .iter()
        .filter_map(|item| item.report.vulnerabilities.as_ref());
    let mut all: BTreeMap<Key<'f>, &Finding> = BTreeMap::new();
    for finding in scans.flat_map(|scan| &scan.findings) {
        let key = (&*finding.id, &*finding.package, &*finding.installed);
        let weight = |f: &Finding| (!f.suppressed, f.fixed.is_some(), f.severity);
        let known = all.entry(key).or_insert(finding);
        if weight(finding) > weight(known) {
            *known = finding;
        }
    }
    all
}

fn nothing_grave(findings: &BTreeMap<Key<'_>, &Finding>, least: Severity) -> String {
    let suppressed = findings.values().filter(|f| f.suppressed).count() as u64;
    let count = findings.len() as u64 - suppressed;
    let among = match count {
        0 => "No finding at all".to_owned(),
        _ => {
            let all = words::counted(count, "finding", "findings");
            let which = match least {
                Severity::Unknown => "can be fixed".to_owned(),
                Severity::Critical => "is Critical and can be fixed".to_owned(),
                least => format!("is {least} or above and can be fixed"),
            };
            format!("None of {all} {which}")
        }
    };
    match suppressed {
        0 => format!("{among}."),
        1 => format!("{among}; 1 more is suppressed in the scan itself."),
        more => format!("{among}; {more} more are suppressed in the scan itself."),
    }
}

fn grave_words(grave: &[&Finding]) -> String {
    let worst_first = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Unknown,
    ];
    let figures: Vec<String> = worst_first
        .into_iter()
        .filter_map(|severity| {
            let count = grave.iter().filter(|f| f.severity == severity).count();
            (count > 0).then(|| format!("{count} fixable {severity}"))
        })
        .collect();
    let each: Vec<String> = grave
        .iter()
        .take(3)
        .map(|finding| described(finding))
        .collect();
    let each = words::first_of(&each, grave.len() as u64);
    format!("{}: {each}.", words::listed(&figures))
}

/// “CVE-2026-20771 in openssl 3.0.17-1, fixed in 3.0.18-1”.
pub(super) fn described(finding: &Finding) -> String {
    let part = |text: &str| words::shown(text, 80);
    let (id, package) = (part(&finding.id), part(&finding.package));
    let installed = part(&finding.installed);
    match &finding.fixed {
        Some(fixed) => format!("{id} in {package} {installed}, fixed in {}", part(fixed)),
        None => format!("{id} in {package} {installed}"),
    }
}
