//! The facts as a team's own rule is handed them: `input`, the same for every rule, whose rows
//! are there for the kinds of evidence that the rule reads. Evidence that counts for nothing is
//! not in it.

use super::{ages::days_old, view::View};
use crate::{Base, Item, Voucher, set_aside::Aside};
use hallmark_evidence::{Finding, Kind, Package, TestCase};
use jiff::Timestamp;
use serde_json::{Value, json};

/// How many rows a report has.
pub(super) fn rows(item: &Item<'_>) -> usize {
    let report = item.report;
    let tests = report.tests.as_ref().map_or(0, |t| t.cases.len());
    let scan = report.vulnerabilities.as_ref();
    tests
        + scan.map_or(0, |scan| scan.findings.len())
        + report.packages.as_ref().map_or(0, Vec::len)
}

/// The facts, with the rows of these kinds.
pub(super) fn facts(view: &View<'_>, reads: &[Kind]) -> Value {
    let facts = view.facts;
    let counting = facts.evidence.iter().filter(|item| item.counts());
    let evidence: Vec<Value> = counting
        .map(|item| report(view, item, reads.contains(&item.report.kind)))
        .collect();
    json!({
        "stage": facts.stage,
        "now": facts.now.to_string(),
        "platforms": view.platforms,
        "image": image(view),
        "evidence": evidence,
    })
}

fn image(view: &View<'_>) -> Value {
    let about = &view.facts.about;
    let configs: Vec<Value> = about
        .configs
        .iter()
        .zip(&view.platforms)
        .map(|(config, platform)| {
            json!({ "platform": platform, "user": config.user, "labels": config.labels })
        })
        .collect();
    let now = view.facts.now;
    let bases: Vec<Value> = about.bases.iter().map(|one| base(one, now)).collect();
    json!({
        "created": time(about.created),
        "age_days": days_old(about.created, now),
        "configs": configs,
        "bases": bases,
    })
}

fn base(base: &Base, now: Timestamp) -> Value {
    json!({
        "name": base.name,
        "digest": base.digest,
        "golden": base.golden,
        "created": time(base.created),
        "age_days": days_old(base.created, now),
    })
}

fn report(view: &View<'_>, item: &Item<'_>, with_rows: bool) -> Value {
    let report = item.report;
    let covered = (0..view.platforms.len()).filter(|at| item.covers(*at));
    let platforms: Vec<&str> = covered.map(|at| view.platforms[at].as_str()).collect();
    let mut value = json!({
        "name": item.name,
        "digest": item.digest,
        "kind": report.kind,
        "format": report.format,
        "tool": report.tool,
        "produced_at": time(report.produced_at),
        "age_days": days_old(report.produced_at, view.facts.now),
        "platforms": platforms,
        "signed_by": signed_by(&item.voucher),
        "tests": report.tests.as_ref().map(|tests| tests.summary),
        "vulnerabilities": report.vulnerabilities.as_ref().map(|scan| scan.summary),
        "warnings": report.warnings,
    });
    if with_rows {
        add_rows(view, item, &mut value);
    }
    value
}

fn add_rows(view: &View<'_>, item: &Item<'_>, value: &mut Value) {
    let report = item.report;
    if let Some(tests) = &report.tests {
        value["cases"] = tests.cases.iter().map(case).collect();
    }
    if let Some(scan) = &report.vulnerabilities {
        value["findings"] = scan.findings.iter().map(|one| finding(view, one)).collect();
    }
    if let Some(packages) = &report.packages {
        value["packages"] = packages.iter().map(package).collect();
    }
}

fn signed_by(voucher: &Voucher) -> Value {
    match voucher {
        Voucher::Signed { member, role, .. } => json!({ "member": member, "roles": role }),
        _ => Value::Null,
    }
}

fn case(case: &TestCase) -> Value {
    json!({
        "suite": case.suite,
        "class": case.class,
        "name": case.name,
        "verdict": case.verdict,
        "duration_s": case.duration_s,
    })
}

fn finding(view: &View<'_>, finding: &Finding) -> Value {
    let aside = match view.aside(finding, false) {
        Aside::No => Value::Null,
        Aside::Waived(_) => json!("waiver"),
        Aside::Cleared(_) => json!("vex"),
    };
    json!({
        "id": finding.id,
        "aliases": finding.aliases,
        "severity": finding.severity,
        "package": finding.package,
        "purl": finding.purl,
        "installed": finding.installed,
        "fixed": finding.fixed,
        "status": finding.status,
        "exploited": finding.exploited,
        "epss_percent": finding.epss.map(|epss| f64::from(epss) / 10_000.0),
        "published": finding.published.map(|day| day.to_string()),
        "fixed_since": finding.fixed_since.map(|day| day.to_string()),
        "suppressed": finding.suppressed,
        "set_aside": aside,
    })
}

fn package(package: &Package) -> Value {
    json!({
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "licences": package.licences,
    })
}

fn time(time: Option<Timestamp>) -> Value {
    time.map_or(Value::Null, |time| json!(time.to_string()))
}
