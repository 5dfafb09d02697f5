//! Rules about what is attached: bound to this digest, whole, there at all, and for every
//! platform.

use super::view::{View, why_not};
use crate::{Check, CheckVerdict, Covers, Item, words};
use hallmark_evidence::Kind;

/// Evidence is bound to this digest. What names another image is shown and counts for
/// nothing; that alone is a warning, unless nothing else is there.
pub(super) fn bound(view: &View<'_>, required: &[Kind]) -> Option<Check> {
    let all: Vec<&Item<'_>> = view.facts.evidence.iter().collect();
    if all.is_empty() && required.is_empty() {
        return None;
    }
    let foreign = of(&all, |item| item.binding == Covers::Other);
    let missing = required.iter().any(|kind| view.of_kind(*kind).is_empty());
    let (verdict, reason) = match (all.len(), foreign.len()) {
        (0, _) => (
            CheckVerdict::Fail,
            "No evidence is attached to this image.".to_owned(),
        ),
        (1, 0) => (
            CheckVerdict::Pass,
            "The one piece of evidence is about this image.".to_owned(),
        ),
        (all, 0) => (
            CheckVerdict::Pass,
            format!("All {all} pieces of evidence are about this image."),
        ),
        _ if missing => (CheckVerdict::Fail, named(&foreign)),
        _ => (CheckVerdict::Warn, named(&foreign)),
    };
    let title = "The evidence is about this very image";
    Some(view.check("evidence-bound", title, verdict, reason, &all))
}

/// Broken signatures are named; without any there is no such check.
pub(super) fn signatures(view: &View<'_>) -> Option<Check> {
    let all: Vec<&Item<'_>> = view.facts.evidence.iter().collect();
    let broken = of(&all, |item| item.voucher.is_broken());
    if broken.is_empty() {
        return None;
    }
    let names: Vec<String> = broken
        .iter()
        .map(|item| words::shown(item.name, 80))
        .collect();
    let names = words::first_of(&names, names.len() as u64);
    let reason = format!(
        "The signature does not fit: {names}. It counts for nothing; find out who changed it."
    );
    let title = "No signature is broken";
    Some(view.check(
        "signatures-intact",
        title,
        CheckVerdict::Warn,
        reason,
        &broken,
    ))
}

/// A kind of evidence exists.
pub(super) fn present(view: &View<'_>, kind: Kind) -> Check {
    let found = view.of_kind(kind);
    let noun = words::noun(kind);
    let rule = format!("{}-present", words::slug(kind));
    let title = match kind {
        Kind::Sbom => "There is an SBOM".to_owned(),
        Kind::Provenance => "There is provenance".to_owned(),
        _ => format!("There is a {noun}"),
    };
    if found.is_empty() {
        let reason = format!("{}.", view.nothing_of(kind));
        return view.check(rule, title, CheckVerdict::Fail, reason, &[]);
    }
    let names: Vec<String> = view
        .once(kind)
        .iter()
        .map(|i| words::shown(i.name, 80))
        .collect();
    let (count, names) = (names.len(), words::first_of(&names, names.len() as u64));
    let reason = format!("{count} attached: {names}.");
    view.check(rule, title, CheckVerdict::Pass, reason, &found)
}

/// Every required kind is there for every platform.
pub(super) fn covered(view: &View<'_>, required: &[Kind]) -> Option<Check> {
    if required.is_empty() {
        return None;
    }
    let mut read = Vec::new();
    let mut gaps = Vec::new();
    for kind in required {
        let found = view.of_kind(*kind);
        for (index, platform) in view.platforms.iter().enumerate() {
            if !found.iter().any(|item| item.covers(index)) {
                gaps.push(format!("{platform} has no {}", words::noun(*kind)));
            }
        }
        read.extend(found);
    }
    let (verdict, reason) = match gaps.is_empty() {
        true => (CheckVerdict::Pass, covered_words(view, required)),
        false => (
            CheckVerdict::Fail,
            format!("{}.", words::sentence(&words::listed(&gaps))),
        ),
    };
    let title = "Every platform is covered";
    Some(view.check("platforms-covered", title, verdict, reason, &read))
}

fn covered_words(view: &View<'_>, required: &[Kind]) -> String {
    let kinds: Vec<&str> = required.iter().map(|kind| words::noun(*kind)).collect();
    let kinds = words::listed(&kinds);
    let platforms = words::listed(&view.platforms);
    words::sentence(&format!("{platforms}: {kinds}."))
}

fn of<'i>(all: &[&'i Item<'i>], wanted: impl Fn(&Item<'_>) -> bool) -> Vec<&'i Item<'i>> {
    all.iter().copied().filter(|item| wanted(item)).collect()
}

fn named(foreign: &[&Item<'_>]) -> String {
    let names: Vec<String> = foreign.iter().map(|item| why_not(item)).collect();
    let names = words::first_of(&names, names.len() as u64);
    format!("{names}, so it counts for nothing.")
}
