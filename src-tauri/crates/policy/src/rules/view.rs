//! The evidence as rules look at it: what counts, what does not and why, which platforms.

use crate::{Check, CheckVerdict, Covers, Facts, Item, VexWords, Waived, set_aside::Aside, words};
use hallmark_evidence::{Finding, Kind};
use hallmark_image::{Digest, Platform};

/// The facts, with the questions that rules ask.
pub(super) struct View<'f> {
    pub(super) facts: &'f Facts<'f>,
    /// What to call each platform, in the order of the facts; never empty.
    pub(super) platforms: Vec<String>,
    waived: &'f [Waived],
    vex: VexWords<'f>,
}

impl<'f> View<'f> {
    pub(super) fn new(facts: &'f Facts<'f>, waived: &'f [Waived]) -> Self {
        let names: Vec<String> = match facts.platforms.as_slice() {
            [] | [None] => vec!["the image".to_owned()],
            many => many.iter().enumerate().map(name).collect(),
        };
        Self {
            facts,
            platforms: names,
            waived,
            vex: VexWords::of(&facts.evidence),
        }
    }

    /// Whether a finding is set aside, and by what: VEX that counts is a fact and comes before
    /// a person's waiver.
    pub(super) fn aside(&self, finding: &Finding, anybodys_vex: bool) -> Aside<'_> {
        match self.vex.clearing(finding, anybodys_vex) {
            Some(word) => Aside::Cleared(word),
            None => match self.waived.iter().find(|one| one.covers(finding)) {
                Some(waived) => Aside::Waived(waived),
                None => Aside::No,
            },
        }
    }

    /// The documents that clear findings.
    pub(super) fn vex_read(&self) -> Vec<&'f Item<'f>> {
        let all = self.facts.evidence.iter();
        all.filter(|item| item.counts() && item.report.vex.is_some())
            .collect()
    }

    /// The evidence of a kind that counts and says something.
    pub(super) fn of_kind(&self, kind: Kind) -> Vec<&'f Item<'f>> {
        let all = self.facts.evidence.iter();
        all.filter(|item| item.report.kind == kind && item.counts() && item.has_substance())
            .collect()
    }

    /// The same, each report once, however often its bytes were attached.
    pub(super) fn once(&self, kind: Kind) -> Vec<&'f Item<'f>> {
        let mut once: Vec<&Item<'_>> = Vec::new();
        for item in self.of_kind(kind) {
            if !once.iter().any(|known| known.digest == item.digest) {
                once.push(item);
            }
        }
        once
    }

    /// Why nothing of a kind counts, naming what was found.
    pub(super) fn nothing_of(&self, kind: Kind) -> String {
        let noun = words::noun(kind);
        let found = self.facts.evidence.iter().filter(|i| i.report.kind == kind);
        let why: Vec<String> = found.map(why_not).collect();
        match why.is_empty() {
            true => format!("No {noun} is attached to this image"),
            false => {
                let found = words::first_of(&why, why.len() as u64);
                format!("No {noun} counts for this image: {found}")
            }
        }
    }

    /// A finished check, naming the evidence that was read and who vouches for it.
    pub(super) fn check(
        &self,
        rule: impl Into<String>,
        title: impl Into<String>,
        verdict: CheckVerdict,
        reason: impl Into<String>,
        read: &[&Item<'_>],
    ) -> Check {
        let mut evidence: Vec<Digest> = Vec::new();
        let mut vouched: Vec<String> = Vec::new();
        for item in read {
            if !evidence.contains(item.digest) {
                evidence.push(item.digest.clone());
            }
            let words = item.voucher.words();
            if !vouched.contains(&words) {
                vouched.push(words);
            }
        }
        Check {
            rule: rule.into(),
            title: title.into(),
            verdict,
            reason: reason.into(),
            evidence,
            vouched,
        }
    }
}

fn name((index, platform): (usize, &Option<Platform>)) -> String {
    match platform {
        Some(platform) => platform.to_string(),
        None => format!("platform {}", index + 1),
    }
}

/// Why a piece of evidence counts for nothing.
pub(super) fn why_not(item: &Item<'_>) -> String {
    let name = words::shown(item.name, 80);
    if item.binding == Covers::Other {
        format!("{name} names another image")
    } else if item.covers_nothing() {
        format!("{name} is about a platform that this image lacks")
    } else if item.voucher.is_broken() {
        format!("{name} has a broken signature")
    } else if item.superseded {
        format!("{name} is superseded by a newer one")
    } else if item.report.kind == Kind::Tests {
        format!("{name} lists no tests")
    } else {
        format!("{name} looked at no packages")
    }
}
