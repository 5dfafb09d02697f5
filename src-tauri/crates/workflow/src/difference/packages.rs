//! The packages of two images: which came, which went, and which have a newer or an older version.
//!
//! A package is known by its ecosystem, namespace and name. Platforms are compared one by one,
//! and what is the same on each of them is said once.

use super::{Side, findings::platforms};
use crate::{
    dto::{PackageChange, PackageRow},
    image::PlatformOf,
    weigh::Weighed,
};
use hallmark_evidence::{Package, version};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

/// Packages of two images, told apart.
#[derive(Default)]
pub(super) struct PackageChanges {
    /// Every package, by name; those that went among them.
    pub(super) rows: Vec<PackageRow>,
    /// Whether both sides have a bill of materials for at least one platform.
    pub(super) compared: bool,
    /// Why not, or not everywhere, in a sentence.
    pub(super) why_not: Option<String>,
    /// Packages of this image; nothing where no bill of materials counts.
    pub(super) here: Option<u64>,
}

impl PackageChanges {
    pub(super) fn count(&self, change: PackageChange) -> u64 {
        let rows = self.rows.iter();
        rows.filter(|row| row.change == Some(change)).count() as u64
    }

    pub(super) fn same(&self) -> u64 {
        let same = |row: &&PackageRow| row.change.is_none() && row.before.is_some();
        self.rows.iter().filter(same).count() as u64
    }
}

/// Ecosystem and path.
type Key = (String, String);

/// One installed version of a package, and the report that lists it.
struct Installed<'a> {
    name: String,
    package: &'a Package,
    report: &'a Weighed,
}

/// The versions of each package of one platform. Some ecosystems install several of one.
type Bill<'a> = BTreeMap<Key, BTreeMap<String, Installed<'a>>>;

/// The bills of materials that count, by platform.
fn bills(side: Side<'_>) -> BTreeMap<String, Bill<'_>> {
    let mut bills: BTreeMap<String, Bill<'_>> = BTreeMap::new();
    for one in side.weighed.iter().filter(|one| one.counts()) {
        let Some(packages) = one.report().and_then(|report| report.packages.as_ref()) else {
            continue;
        };
        for platform in platforms(side.image, &one.covers) {
            let bill = bills.entry(platform).or_default();
            packages.iter().for_each(|package| add(bill, package, one));
        }
    }
    bills
}

fn add<'a>(bill: &mut Bill<'a>, package: &'a Package, report: &'a Weighed) {
    // Files are no packages: they have no version that could be newer.
    if package.sort.as_deref() == Some("file") {
        return;
    }
    let at = package.coordinates();
    let installed = Installed {
        name: at.name,
        package,
        report,
    };
    let versions = bill.entry((at.ecosystem, at.path)).or_default();
    versions.entry(at.version).or_insert(installed);
}

/// What is so on some platforms.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    key: Key,
    before: Option<String>,
    now: Option<String>,
    change: Option<PackageChange>,
}

/// Tells them apart.
pub(super) fn compare(before: Option<Side<'_>>, now: Side<'_>) -> PackageChanges {
    let old = before.map(bills).unwrap_or_default();
    let new = bills(now);
    let mut rows: BTreeMap<Found, PackageRow> = BTreeMap::new();
    for (platform, bill) in &new {
        let other = old.get(platform);
        for (key, versions) in bill {
            let had = other.map(|other| other.get(key));
            for (found, from) in apart(key, had, versions) {
                keep(&mut rows, found, from, platform);
            }
        }
        for (key, versions) in other.into_iter().flatten() {
            if bill.contains_key(key) {
                continue;
            }
            for (version, from) in versions {
                keep(&mut rows, removed(key, version), from, platform);
            }
        }
    }
    let names: BTreeSet<String> = new.keys().cloned().collect();
    PackageChanges {
        here: (!new.is_empty()).then(|| here(&rows)),
        compared: new.keys().any(|platform| old.contains_key(platform)),
        why_not: before.and_then(|before| why_not(before, &old, now, &new)),
        rows: in_order(rows, &names),
    }
}

fn here(rows: &BTreeMap<Found, PackageRow>) -> u64 {
    let mut installed = BTreeSet::new();
    installed.extend(
        rows.keys()
            .filter_map(|found| Some((&found.key, found.now.as_ref()?))),
    );
    installed.len() as u64
}

fn keep(rows: &mut BTreeMap<Found, PackageRow>, found: Found, from: &Installed<'_>, on: &str) {
    let row = PackageRow {
        name: from.name.clone(),
        ecosystem: found.key.0.clone(),
        before: found.before.clone(),
        version: found.now.clone(),
        change: found.change,
        platforms: Vec::new(),
        licences: from
            .package
            .licences
            .iter()
            .map(ToString::to_string)
            .collect(),
        evidence: from.report.digest().to_string(),
        line: from.package.line,
    };
    rows.entry(found)
        .or_insert(row)
        .platforms
        .push(on.to_owned());
}

fn removed(key: &Key, version: &str) -> Found {
    Found {
        key: key.clone(),
        before: Some(version.to_owned()),
        now: None,
        change: Some(PackageChange::Removed),
    }
}

/// The versions of one package on one platform, told apart. `had` is nothing where nothing is
/// compared, and holds nothing where the package was not there.
fn apart<'a>(
    key: &Key,
    had: Option<Option<&'a BTreeMap<String, Installed<'a>>>>,
    has: &'a BTreeMap<String, Installed<'a>>,
) -> Vec<(Found, &'a Installed<'a>)> {
    let found = |before: Option<&String>, now: Option<&String>, change| Found {
        key: key.clone(),
        before: before.cloned(),
        now: now.cloned(),
        change,
    };
    let Some(had) = had else {
        let plain = |(version, from)| (found(None, Some(version), None), from);
        return has.iter().map(plain).collect();
    };
    let kept = |version: &String| had.is_some_and(|had| had.contains_key(version));
    let same = has.iter().filter(|(version, _)| kept(version));
    let same = same.map(|(version, from)| (found(Some(version), Some(version), None), from));
    let mut all: Vec<_> = same.collect();
    let mut came: Vec<_> = has.iter().filter(|(version, _)| !kept(version)).collect();
    let gone = had.into_iter().flatten();
    let mut went: Vec<_> = gone
        .filter(|(version, _)| !has.contains_key(*version))
        .collect();
    let newest = |a: &str, b: &str| version::compare(&key.0, b, a).unwrap_or_else(|| b.cmp(a));
    came.sort_by(|(a, _), (b, _)| newest(a, b));
    went.sort_by(|(a, _), (b, _)| newest(a, b));
    let pairs = came.len().min(went.len());
    for ((now, from), (before, _)) in came.iter().zip(&went) {
        let change = direction(&key.0, before, now);
        all.push((found(Some(before), Some(now), Some(change)), from));
    }
    all.extend(
        came.iter()
            .skip(pairs)
            .map(|(now, from)| (found(None, Some(now), Some(PackageChange::Added)), *from)),
    );
    all.extend(
        went.iter()
            .skip(pairs)
            .map(|(version, from)| (removed(key, version), *from)),
    );
    all
}

fn direction(ecosystem: &str, before: &str, now: &str) -> PackageChange {
    match version::compare(ecosystem, before, now) {
        Some(Ordering::Less) => PackageChange::Upgraded,
        Some(Ordering::Greater) => PackageChange::Downgraded,
        _ => PackageChange::Changed,
    }
}

/// By name; a platform is named only where it is not every one.
fn in_order(rows: BTreeMap<Found, PackageRow>, all: &BTreeSet<String>) -> Vec<PackageRow> {
    let mut rows: Vec<PackageRow> = rows.into_values().collect();
    for row in &mut rows {
        if row.platforms.len() == all.len() {
            row.platforms.clear();
        }
    }
    rows.sort_by(|a, b| {
        (&a.name, &a.ecosystem, &a.version).cmp(&(&b.name, &b.ecosystem, &b.version))
    });
    rows
}

/// Which of the two lacks a bill of materials, and on which of the platforms that both have.
fn why_not(
    before: Side<'_>,
    old: &BTreeMap<String, Bill<'_>>,
    now: Side<'_>,
    new: &BTreeMap<String, Bill<'_>>,
) -> Option<String> {
    let names = |side: Side<'_>| -> BTreeSet<String> {
        side.image.platforms.iter().map(PlatformOf::name).collect()
    };
    let both: Vec<String> = names(now).intersection(&names(before)).cloned().collect();
    let lacking = |bills: &BTreeMap<String, Bill<'_>>| -> Vec<String> {
        let lacks = |platform: &&String| !bills.contains_key(*platform);
        both.iter().filter(lacks).cloned().collect()
    };
    let said = |which: &str, lacking: &[String]| {
        if lacking.len() == both.len() {
            return format!("{which} has no SBOM, so packages cannot be compared.");
        }
        let on = lacking.join(", ");
        format!("{which} has no SBOM for {on}, so packages cannot be compared there.")
    };
    match (lacking(new), lacking(old)) {
        (here, _) if !here.is_empty() => Some(said("This image", &here)),
        (_, there) if !there.is_empty() => Some(said(before.name, &there)),
        _ => None,
    }
}
