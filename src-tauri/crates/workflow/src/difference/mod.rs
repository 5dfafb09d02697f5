//! What changed between another image and a candidate: findings, packages, tests, what it runs,
//! the base image, the layers. The other image is today's golden, or the one that the person here
//! reviewed last; what is compared is the same.

mod base;
mod config;
mod findings;
mod layers;
mod packages;
mod pages;
mod runs;
mod sentence;
mod since;

pub(crate) use findings::findings;
pub(crate) use since::Cache;

use crate::{
    dto::{
        BaseChange, ComparedWith, ConfigChange, Difference, DifferenceCounts, FindingRow,
        PackageChange, PackageRow, PlatformLayers, TestsSince,
    },
    image::{Image, VERSION},
    weigh::Weighed,
};
use findings::FindingChanges;
use jiff::Timestamp;
use packages::PackageChanges;
use runs::Runs;

/// How many rows a list has beside the sentence; the pages have all.
const ROWS: usize = 100;

/// One of the two images, with its evidence.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) image: &'a Image,
    pub(crate) weighed: &'a [Weighed],
    /// What a sentence calls it: "Golden".
    pub(crate) name: &'static str,
}

impl Side<'_> {
    fn has_scan(self) -> bool {
        self.any(|report| report.vulnerabilities.is_some())
    }

    fn has_bill(self) -> bool {
        self.any(|report| report.packages.is_some())
    }

    fn any(self, wanted: impl Fn(&hallmark_evidence::Report) -> bool) -> bool {
        let counting = self.weighed.iter().filter(|one| one.counts());
        counting.filter_map(Weighed::report).any(wanted)
    }
}

/// Two images compared, whole.
pub(crate) struct Compared {
    pub(crate) difference: Difference,
    findings: FindingChanges,
    packages: PackageChanges,
    runs: Runs,
    config: Vec<ConfigChange>,
    base: BaseChange,
    layers: Vec<PlatformLayers>,
}

/// Compares a candidate with another image. Where there is none, or it is the same, `instead` is
/// the sentence, and the candidate's own packages and layers are all there is.
pub(crate) fn compare(
    before: Option<Side<'_>>,
    now: Side<'_>,
    instead: &str,
    at: Timestamp,
) -> Compared {
    let other = before.filter(|before| before.image.digest() != now.image.digest());
    let mut compared = Compared {
        findings: other.map_or_else(FindingChanges::default, |other| {
            findings::compare(other, now)
        }),
        packages: packages::compare(other, now),
        runs: other.map_or_else(Runs::default, |other| runs::compare(other, now)),
        config: other.map_or_else(Vec::new, |other| config::compare(other, now)),
        base: base::compare(other, now, at),
        layers: layers::compare(other, now),
        difference: Difference::default(),
    };
    let sentence = match other {
        Some(other) => sentence::of(&compared, other, now),
        None => instead.to_owned(),
    };
    compared.difference = cut(&compared, sentence, before);
    compared
}

/// Whether both say what they are built on, and it is not the same.
fn base_changed(base: &BaseChange) -> bool {
    let both = base.before.as_ref().zip(base.now.as_ref());
    both.is_some_and(|(before, now)| !before.is(now))
}

/// What stands beside the sentence: every figure, and the first rows of each list.
fn cut(compared: &Compared, sentence: String, before: Option<Side<'_>>) -> Difference {
    let found = &compared.findings;
    let rows = |rows: &[FindingRow]| rows.iter().take(ROWS).cloned().collect();
    let tests = |change| {
        let names = compared.runs.of(change).map(crate::dto::TestChange::words);
        names.take(ROWS).collect()
    };
    let changed = compared.packages.rows.iter();
    let changed = changed.filter(|row| row.change.is_some());
    Difference {
        sentence,
        with: before.map(|before| ComparedWith {
            digest: before.image.digest().to_string(),
            version: before.image.label(VERSION),
            at: None,
        }),
        counts: counts(compared),
        fixed: rows(&found.fixed),
        new: rows(&found.new),
        unchanged: found.unchanged.len() as u64,
        newly_failing: tests(TestsSince::NewlyFailing),
        newly_passing: tests(TestsSince::NewlyPassing),
        new_tests: compared.runs.count(TestsSince::New),
        gone_tests: compared.runs.count(TestsSince::Gone),
        packages: changed.take(ROWS).cloned().collect::<Vec<PackageRow>>(),
        packages_why_not: compared.packages.why_not.clone(),
        config: compared.config.clone(),
        base: compared.base.clone(),
        platforms: compared
            .layers
            .iter()
            .map(|one| one.platform.clone())
            .collect(),
    }
}

fn counts(compared: &Compared) -> DifferenceCounts {
    let (runs, packages) = (&compared.runs, &compared.packages);
    DifferenceCounts {
        fixed: compared.findings.fixed.len() as u64,
        new: compared.findings.new.len() as u64,
        newly_failing: runs.count(TestsSince::NewlyFailing),
        newly_passing: runs.count(TestsSince::NewlyPassing),
        newly_skipped: runs.count(TestsSince::NewlySkipped),
        packages_added: packages.count(PackageChange::Added),
        packages_removed: packages.count(PackageChange::Removed),
        packages_upgraded: packages.count(PackageChange::Upgraded),
        packages_downgraded: packages.count(PackageChange::Downgraded),
        packages_changed: packages.count(PackageChange::Changed),
        packages_same: packages.same(),
    }
}
