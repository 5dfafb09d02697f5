//! The sentences of an answer: what was found, what waits, and what the answer does not cover.

use crate::{
    dto::{FindCoverage, FindKind, FoundState},
    find_ask::Wanted,
};
use hallmark_history::Inventory;

/// The longest problem that is told, characters.
const PROBLEM: usize = 200;

/// What a candidate has to say, in a sentence.
pub(crate) fn candidate_words(
    wanted: &Wanted,
    own: &Inventory,
    state: FoundState,
    set_aside: bool,
    installed: &[String],
) -> String {
    match (state, wanted.kind) {
        (FoundState::Has, _) if set_aside => "has it too, set aside in its scan".to_owned(),
        (FoundState::Has, _) => "has it too".to_owned(),
        (FoundState::HasNot, FindKind::Cve) => "fixed: its scan does not have it".to_owned(),
        (FoundState::HasNot, _) if installed.is_empty() => "does not have it".to_owned(),
        (FoundState::HasNot, _) => format!("has {} instead", installed.join(", ")),
        (FoundState::Unknown, _) if own.problem.is_some() => "could not be read".to_owned(),
        (FoundState::Unknown, FindKind::Cve) => "not known: no scan counts for it".to_owned(),
        (FoundState::Unknown, FindKind::Package) => {
            "not known: no bill of materials counts for it".to_owned()
        }
    }
}

/// Why an answer does not cover an image.
pub(crate) fn why(own: Option<&Inventory>, sbom: bool, scan: bool) -> String {
    let lacking = match (sbom, scan) {
        (true, true) => "no bill of materials and no scan counts for every platform",
        (true, false) => "no bill of materials counts for every platform",
        _ => "no scan counts for every platform",
    };
    match own {
        None => "its evidence was not read yet".to_owned(),
        Some(own) => match &own.problem {
            Some(problem) => format!(
                "it could not be read: {}",
                problem.chars().take(PROBLEM).collect::<String>()
            ),
            None => lacking.to_owned(),
        },
    }
}

/// The answer in a sentence.
pub(crate) fn message(wanted: &Wanted, total: u64, golden: u64, coverage: &FindCoverage) -> String {
    let words = &wanted.words;
    let (gaps, what) = match wanted.kind {
        FindKind::Package => (coverage.without_sbom, "bill of materials"),
        FindKind::Cve => (coverage.without_scan, "scan"),
    };
    let found = match total {
        0 if coverage.read == 0 => {
            format!("Nothing was read yet, so nobody knows where {words} is.")
        }
        0 => format!("No image that was read has {words}."),
        1 if golden == 1 => format!("1 image has {words}, and it is golden."),
        1 => format!("1 image has {words}, and it is not golden."),
        _ => format!("{total} images have {words}, {golden} of them golden."),
    };
    match gaps {
        0 => found,
        gaps => format!(
            "{found} {gaps} of {} have no {what} that counts, so the answer says nothing of them.",
            coverage.images
        ),
    }
}
