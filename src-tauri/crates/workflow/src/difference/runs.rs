//! The tests of two images: which fail, pass or are skipped now and did not before, which are new
//! and which are gone.

use super::Side;
use crate::dto::{TestChange, TestsSince};
use hallmark_evidence::{TestCase, Verdict};
use std::collections::BTreeMap;

/// The longest message of a row, characters.
const MESSAGE: usize = 200;

/// Tests of two images, told apart.
#[derive(Default)]
pub(super) struct Runs {
    pub(super) changes: Vec<TestChange>,
    /// Tests that pass here.
    pub(super) passing: u64,
    /// Tests that fail here.
    pub(super) failing: u64,
    /// All tests here.
    pub(super) total: u64,
    /// All tests of the other image.
    pub(super) before: u64,
}

impl Runs {
    pub(super) fn count(&self, change: TestsSince) -> u64 {
        self.of(change).count() as u64
    }

    pub(super) fn of(&self, change: TestsSince) -> impl Iterator<Item = &TestChange> {
        self.changes.iter().filter(move |row| row.change == change)
    }
}

/// Suite, class and name.
type Key<'a> = (&'a str, &'a str, &'a str);

/// One test, over every report that counts: the worst that befell it.
struct Test<'a> {
    outcome: Outcome,
    case: &'a TestCase,
    evidence: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Skipped,
    Passed,
    Failed,
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Failed | Verdict::Errored => Self::Failed,
            Verdict::Skipped => Self::Skipped,
            Verdict::Passed => Self::Passed,
        }
    }
}

fn tests(side: Side<'_>) -> BTreeMap<Key<'_>, Test<'_>> {
    let mut all: BTreeMap<Key<'_>, Test<'_>> = BTreeMap::new();
    for one in side.weighed.iter().filter(|one| one.counts()) {
        let tests = one.report().and_then(|report| report.tests.as_ref());
        let evidence = one.digest().to_string();
        for case in tests.into_iter().flat_map(|tests| &tests.cases) {
            let class = case.class.as_deref().unwrap_or_default();
            let outcome = Outcome::from(case.verdict);
            let new = || Test {
                outcome,
                case,
                evidence: evidence.clone(),
            };
            let test = all
                .entry((&case.suite, class, &case.name))
                .or_insert_with(new);
            if outcome > test.outcome {
                *test = new();
            }
        }
    }
    all
}

/// Tells them apart.
pub(super) fn compare(before: Side<'_>, now: Side<'_>) -> Runs {
    let (old, new) = (tests(before), tests(now));
    let count = |wanted| new.values().filter(|test| test.outcome == wanted).count() as u64;
    let mut runs = Runs {
        passing: count(Outcome::Passed),
        failing: count(Outcome::Failed),
        total: new.len() as u64,
        before: old.len() as u64,
        changes: Vec::new(),
    };
    // Without a run on either side every test would be new, or gone.
    if old.is_empty() || new.is_empty() {
        return runs;
    }
    let changed = new.iter().filter_map(|(key, test)| {
        let change = change(old.get(key).map(|test| test.outcome), test.outcome)?;
        Some(row(change, *key, test))
    });
    let gone = old.iter().filter(|(key, _)| !new.contains_key(*key));
    let gone = gone.map(|(key, test)| row(TestsSince::Gone, *key, test));
    runs.changes = changed.chain(gone).collect();
    runs
}

fn change(before: Option<Outcome>, now: Outcome) -> Option<TestsSince> {
    match (before, now) {
        (None, _) => Some(TestsSince::New),
        (Some(Outcome::Failed), Outcome::Passed) => Some(TestsSince::NewlyPassing),
        (Some(Outcome::Passed | Outcome::Skipped), Outcome::Failed) => {
            Some(TestsSince::NewlyFailing)
        }
        (Some(Outcome::Passed | Outcome::Failed), Outcome::Skipped) => {
            Some(TestsSince::NewlySkipped)
        }
        _ => None,
    }
}

fn row(change: TestsSince, (suite, class, name): Key<'_>, test: &Test<'_>) -> TestChange {
    let message = test.case.message.as_deref();
    TestChange {
        change,
        suite: suite.to_owned(),
        name: match class {
            "" => name.to_owned(),
            class if class == suite => name.to_owned(),
            class => format!("{class} › {name}"),
        },
        message: message.map(|text| text.chars().take(MESSAGE).collect()),
        evidence: test.evidence.clone(),
        line: test.case.line,
    }
}

impl TestChange {
    /// Suite and name, in a line.
    pub(super) fn words(&self) -> String {
        format!("{} {}", self.suite, self.name).trim().to_owned()
    }
}
