//! How long it takes to find a package or a vulnerability over 300 golden images of 500 packages
//! each: every question is asked of the use case, as the window and the command ask it, and the
//! percentiles are printed as a table. A workspace of its own is filled for it; no registry is
//! asked.
//!
//! `cargo run --release -p hallmark-workflow --example find-bench`; ends with an error where the
//! 99th percentile is above 20 ms.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it prints figures, and fails loudly"
)]

use hallmark_credentials::Memory;
use hallmark_history::{FindingLine, History, Inventory, NewEntry, PackageLine};
use hallmark_image::Digest;
use hallmark_workflow::{
    Desk, Surroundings,
    dto::{AskFind, FindKind},
};
use jiff::Timestamp;
use serde_json::json;
use std::{process::ExitCode, sync::Arc, time::Instant};

const IMAGES: usize = 300;
const PACKAGES: usize = 500;
const FINDINGS: usize = 40;
const ROUNDS: usize = 200;
const BUDGET_MS: f64 = 20.0;

#[tokio::main]
async fn main() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let around = Surroundings {
        env: Arc::new(|_| None),
        keyring: Arc::new(Memory::default()),
        ..Surroundings::real()
    };
    let desk = Desk::open(folder.path(), around).await.unwrap();
    let history = History::open(&folder.path().join("history.db"))
        .await
        .unwrap();
    fill(&history).await;
    println!(
        "{IMAGES} golden images of {PACKAGES} packages and {FINDINGS} findings; {ROUNDS} questions each, in ms.\n"
    );
    println!("| question | images found | median | p95 | p99 | most |");
    println!("|---|---:|---:|---:|---:|---:|");
    let mut worst: f64 = 0.0;
    for (kind, text) in [
        (FindKind::Package, "package-7"),
        (FindKind::Package, "package-7@1.2.7"),
        (FindKind::Package, "rare-12@1.0"),
        (FindKind::Package, "package-49*"),
        (FindKind::Package, "no-such-package"),
        (FindKind::Cve, "CVE-2026-3"),
        (FindKind::Cve, "CVE-2020-1"),
    ] {
        worst = worst.max(measure(&desk, kind, text).await);
    }
    match worst <= BUDGET_MS {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Prints the row of one question, and gives its 99th percentile.
async fn measure(desk: &Desk, kind: FindKind, text: &str) -> f64 {
    let mut times = Vec::with_capacity(ROUNDS);
    let mut found = 0;
    for _ in 0..ROUNDS {
        let ask = AskFind {
            kind,
            text: text.into(),
            ecosystem: None,
            offset: 0,
            limit: 20,
        };
        let begun = Instant::now();
        found = desk.find(ask).await.unwrap().total;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let at = |per_cent: usize| times[(times.len() * per_cent / 100).min(times.len() - 1)];
    let (median, p95, p99, most) = (at(50), at(95), at(99), at(100));
    println!("| `{text}` | {found} | {median:.1} | {p95:.1} | {p99:.1} | {most:.1} |");
    p99
}

async fn fill(history: &History) {
    for image in 0..IMAGES {
        let repository = format!("registry.example.com/team-{}/service-{image}", image % 20);
        let digest = Digest::sha256(format!("image {image}"));
        history
            .append(vec![adoption(&repository, &digest)], None)
            .await
            .unwrap();
        let inventory = Inventory {
            repository,
            digest: digest.to_string(),
            read_at: Timestamp::now(),
            sbom: true,
            scan: true,
            version: Some(format!("1.{image}")),
            evidence: vec![digest.to_string()],
            ..Inventory::default()
        };
        let packages: Vec<PackageLine> = (0..PACKAGES).map(|at| package(image, at)).collect();
        let findings: Vec<FindingLine> = (0..FINDINGS).map(finding).collect();
        history
            .keep_inventory(&inventory, &packages, &findings)
            .await
            .unwrap();
    }
}

/// What makes an image golden without a registry.
fn adoption(repository: &str, digest: &Digest) -> NewEntry {
    let mut entry = NewEntry::new(Timestamp::now(), "adoption", "bench");
    entry.repository = Some(repository.to_owned());
    entry.tag = Some("golden".into());
    entry.digest = Some(digest.clone());
    entry.detail = json!({"stage": "golden", "grace": "2030-01-01T00:00:00Z"});
    entry
}

/// Most packages are in every image; the last are in one alone.
fn package(image: usize, at: usize) -> PackageLine {
    let name = match at + 5 < PACKAGES {
        true => format!("package-{at}"),
        false => format!("rare-{image}"),
    };
    let upstream = match at + 5 < PACKAGES {
        true => format!("1.2.{at}"),
        false => format!("1.{}", PACKAGES - at - 1),
    };
    PackageLine {
        keys: vec![name.clone()],
        name,
        version: format!("{upstream}-1~deb12u2"),
        upstream,
        ecosystem: "deb".into(),
        platforms: "linux/amd64, linux/arm64".into(),
        evidence: "sha256:00".into(),
    }
}

fn finding(at: usize) -> FindingLine {
    FindingLine {
        keys: vec![format!("cve-2026-{at}"), format!("ghsa-{at}")],
        id: format!("CVE-2026-{at}"),
        package: format!("package-{at}"),
        installed: format!("1.2.{at}-1~deb12u2"),
        fixed: Some(format!("1.2.{at}-2")),
        severity: "high".into(),
        suppressed: false,
        platforms: "linux/amd64".into(),
        evidence: "sha256:00".into(),
    }
}
