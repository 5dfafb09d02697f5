//! What VEX documents say of an image's findings, for showing: what counts and what does not.

use crate::{case::Case, dto::VexInfo, weigh::Weighed};
use hallmark_evidence::Finding;
use hallmark_policy::{Item, VexWords};
use std::collections::BTreeMap;

/// As many as a page holds.
const MOST: usize = 200;

/// Every word of a document on a finding that counts, once.
pub(crate) fn vex(case: &Case) -> Vec<VexInfo> {
    let items: Vec<Item<'_>> = case.evidence.iter().filter_map(Weighed::item).collect();
    let words = VexWords::of(&items);
    let anybody = case
        .policy
        .stage(&case.stage)
        .scan
        .is_some_and(|scan| scan.unsigned_vex);
    let mut said: BTreeMap<(String, String), VexInfo> = BTreeMap::new();
    for finding in findings(&case.evidence) {
        let counting = words.clearing(finding, anybody);
        for word in words.on(finding) {
            let info = VexInfo {
                finding: finding.id.to_string(),
                package: finding.package.to_string(),
                words: word.words(),
                why: word.says.words.as_deref().map(str::to_owned),
                counts: counting.is_some() && word.clears() && (anybody || word.is_vouched()),
                evidence: word.digest.to_string(),
            };
            let key = (
                format!("{} {}", info.finding, info.package),
                info.words.clone(),
            );
            said.entry(key).or_insert(info);
        }
    }
    said.into_values().take(MOST).collect()
}

/// The findings of scans that count, as they stand in the reports.
pub(crate) fn findings(evidence: &[Weighed]) -> impl Iterator<Item = &Finding> {
    evidence
        .iter()
        .filter(|one| one.counts())
        .filter_map(|one| one.report()?.vulnerabilities.as_ref())
        .flat_map(|found| &found.findings)
}
