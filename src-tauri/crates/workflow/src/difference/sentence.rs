//! A comparison in one sentence: "Fixes 14 of 17 findings, brings 1 new High, 3 packages newer,
//! 212 tests pass as before."

use super::{
    Compared, Side, base_changed, findings::FindingChanges, packages::PackageChanges, runs::Runs,
};
use crate::{
    dto::{ConfigPart, PackageChange, PlatformLayers, PlatformState, TestsSince},
    words::{count, number, sentence},
};
use hallmark_evidence::Severity;
use std::collections::BTreeSet;

/// The sentence, and what cannot be compared behind it.
pub(super) fn of(compared: &Compared, before: Side<'_>, now: Side<'_>) -> String {
    let scanned = [now, before].map(Side::has_scan);
    let mut clauses = Vec::new();
    if scanned == [true, true] {
        clauses.extend(found(&compared.findings));
    }
    clauses.extend(packages(&compared.packages));
    clauses.extend(tests(&compared.runs));
    clauses.extend(config(compared));
    clauses.extend(platforms(&compared.layers));
    let main = match clauses.is_empty() {
        true => String::new(),
        false => sentence(&clauses.join(", ")),
    };
    let [here, _] = scanned;
    let no_scan = (scanned != [true, true]).then(|| {
        let which = if here { before.name } else { "This image" };
        format!("{which} has no scan, so findings cannot be compared.")
    });
    let no_bill = compared.packages.why_not.clone();
    // Where neither has one, nobody misses it.
    let no_bill = no_bill.filter(|_| now.has_bill() || before.has_bill());
    let said = [Some(main), no_scan, no_bill].into_iter().flatten();
    let said: Vec<String> = said.filter(|words| !words.is_empty()).collect();
    said.join(" ")
}

fn found(changes: &FindingChanges) -> Vec<String> {
    let (fixed, new) = (changes.fixed.len() as u64, changes.new.len());
    let had = count(changes.before, "finding", "findings");
    let first = match (changes.before, fixed, new) {
        (0, _, 0) => return vec!["no findings, as before".to_owned()],
        (0, ..) => None,
        (_, 0, 0) => return vec![format!("the same {had}")],
        _ => Some(format!("fixes {} of {had}", number(fixed))),
    };
    first.into_iter().chain([brings(changes)]).collect()
}

/// `brings 1 new Critical and 2 new Low`.
fn brings(changes: &FindingChanges) -> String {
    use Severity as S;
    let severities = [S::Critical, S::High, S::Medium, S::Low, S::Unknown];
    let of = |severity: Severity| {
        let rows = changes.new.iter();
        let count = rows
            .filter(|row| Severity::from_word(&row.severity) == severity)
            .count() as u64;
        let word = match severity {
            S::Unknown => "of unknown severity".to_owned(),
            known => known.to_string(),
        };
        (count > 0).then(|| format!("{} new {word}", number(count)))
    };
    match listed(severities.into_iter().filter_map(of).collect()) {
        Some(new) => format!("brings {new}"),
        None => "brings none".to_owned(),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(mut words: Vec<String>) -> Option<String> {
    let last = words.pop()?;
    Some(match words.is_empty() {
        true => last,
        false => format!("{} and {last}", words.join(", ")),
    })
}

fn packages(changes: &PackageChanges) -> Vec<String> {
    use PackageChange as P;
    if !changes.compared {
        return Vec::new();
    }
    let kinds = [
        (P::Upgraded, "newer"),
        (P::Downgraded, "older"),
        (P::Changed, "in another version"),
        (P::Added, "added"),
        (P::Removed, "removed"),
    ];
    let some = kinds.into_iter().filter_map(|(kind, word)| {
        let count = changes.count(kind);
        (count > 0).then_some((count, word))
    });
    let words = some.enumerate().map(|(at, (some, word))| match at {
        0 => format!("{} {word}", count(some, "package", "packages")),
        _ => format!("{} {word}", number(some)),
    });
    let words: Vec<String> = words.collect();
    match words.is_empty() {
        true => vec!["the same packages".to_owned()],
        false => words,
    }
}

fn tests(runs: &Runs) -> Vec<String> {
    if runs.total == 0 || runs.before == 0 {
        return Vec::new();
    }
    let [fail, pass, skip, new, gone] = [
        TestsSince::NewlyFailing,
        TestsSince::NewlyPassing,
        TestsSince::NewlySkipped,
        TestsSince::New,
        TestsSince::Gone,
    ]
    .map(|change| runs.count(change));
    let all = count(runs.total, "test", "tests");
    let main = match (runs.failing, fail) {
        (0, _) if pass > 0 => format!(
            "{} pass, {} of them for the first time",
            count(runs.passing, "test", "tests"),
            number(pass)
        ),
        (0, _) => {
            let pass = if runs.passing == 1 { "passes" } else { "pass" };
            let as_before = if new + gone + skip == 0 {
                " as before"
            } else {
                ""
            };
            format!("{} {pass}{as_before}", count(runs.passing, "test", "tests"))
        }
        (failing, 0) => format!("{} of {all} fail, none of them newly", number(failing)),
        (failing, newly) => format!(
            "{} of {all} fail, {} of them newly",
            number(failing),
            number(newly)
        ),
    };
    let more = [
        (skip, "is skipped now", "are skipped now"),
        (new, "is new", "are new"),
        (gone, "is gone", "are gone"),
    ];
    let more = more.into_iter().filter(|(some, ..)| *some > 0);
    let more = more.map(|(some, one, many)| {
        format!("{} {}", number(some), if some == 1 { one } else { many })
    });
    [main].into_iter().chain(more).collect()
}

/// The parts that differ; labels do in every build, and are only listed.
fn config(compared: &Compared) -> Vec<String> {
    let parts: BTreeSet<ConfigPart> = compared.config.iter().map(|change| change.part).collect();
    let word = |part: ConfigPart| match part {
        ConfigPart::EntryPoint => Some("another entry point"),
        ConfigPart::Command => Some("another command"),
        ConfigPart::User => Some("another user"),
        ConfigPart::Folder => Some("another folder"),
        ConfigPart::Port => Some("other ports"),
        ConfigPart::Volume => Some("other volumes"),
        ConfigPart::Variable => Some("other variables"),
        ConfigPart::Label => None,
    };
    let base = base_changed(&compared.base).then_some("another base image");
    let words = parts.into_iter().filter_map(word).chain(base);
    words.map(str::to_owned).collect()
}

fn platforms(layers: &[PlatformLayers]) -> Vec<String> {
    let of = |state: PlatformState, word: &str| {
        let names = layers.iter().filter(|one| one.platform.state == state);
        let names = listed(names.map(|one| one.platform.platform.clone()).collect());
        names.map(|names| format!("platform {names} {word}"))
    };
    let new = of(PlatformState::Here, "only here");
    new.into_iter()
        .chain(of(PlatformState::Gone, "gone"))
        .collect()
}
