//! What images hold: kept whole, found by name and version, replaced, forgotten, and no part of
//! the record.
#![allow(clippy::unwrap_used)]

use hallmark_history::{FindingLine, History, Inventory, PackageLine, PackageWanted};
use tempfile::TempDir;

async fn opened() -> (TempDir, History) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    (folder, History::open(&path).await.unwrap())
}

fn image(digest: &str) -> Inventory {
    Inventory {
        repository: "r.io/a".into(),
        digest: digest.into(),
        sbom: true,
        evidence: vec!["sha256:01".into()],
        ..Inventory::default()
    }
}

fn package(name: &str, version: &str, upstream: &str) -> PackageLine {
    PackageLine {
        keys: vec![name.to_lowercase()],
        name: name.into(),
        version: version.into(),
        upstream: upstream.into(),
        ecosystem: "deb".into(),
        platforms: "linux/amd64".into(),
        evidence: "sha256:01".into(),
    }
}

fn finding(id: &str, alias: &str) -> FindingLine {
    FindingLine {
        keys: vec![id.to_lowercase(), alias.to_lowercase()],
        id: id.into(),
        package: "openssl".into(),
        installed: "3.0.17".into(),
        fixed: Some("3.0.18".into()),
        severity: "high".into(),
        suppressed: false,
        platforms: "linux/amd64".into(),
        evidence: "sha256:02".into(),
    }
}

fn wanted(name: &str, version: Option<&str>) -> PackageWanted {
    PackageWanted {
        name: name.into(),
        version: version.map(Into::into),
        ..PackageWanted::default()
    }
}

async fn versions(history: &History, wanted: PackageWanted) -> Vec<String> {
    let found = history.find_packages(&wanted, 10).await.unwrap();
    found.into_iter().map(|(_, line)| line.version).collect()
}

#[tokio::test]
async fn a_package_is_found_by_its_version_with_and_without_its_revision() {
    let (_folder, history) = opened().await;
    let packages = [
        package("OpenSSL", "3.0.17-1~deb12u2", "3.0.17"),
        package("openssl", "3.0.170", "3.0.170"),
        package("openssl-dev", "3.0.17", "3.0.17"),
    ];
    history
        .keep_inventory(&image("sha256:0a"), &packages, &[])
        .await
        .unwrap();
    for version in ["3.0.17", "3.0.17-1~deb12u2"] {
        assert_eq!(
            versions(&history, wanted("openssl", Some(version))).await,
            ["3.0.17-1~deb12u2"]
        );
    }
    assert_eq!(versions(&history, wanted("openssl", None)).await.len(), 2);
    let begins = PackageWanted {
        name_begins: true,
        ..wanted("openssl", None)
    };
    assert_eq!(versions(&history, begins).await.len(), 3);
    let begins = PackageWanted {
        version_begins: true,
        ..wanted("openssl", Some("3.0.17"))
    };
    assert_eq!(versions(&history, begins).await.len(), 2);
    let npm = PackageWanted {
        ecosystem: Some("npm".into()),
        ..wanted("openssl", None)
    };
    assert!(versions(&history, npm).await.is_empty());
    assert_eq!(
        history.near_packages("open").await.unwrap(),
        ["openssl", "openssl-dev"]
    );
}

#[tokio::test]
async fn a_finding_is_found_by_any_of_its_names() {
    let (_folder, history) = opened().await;
    history
        .keep_inventory(
            &image("sha256:0a"),
            &[],
            &[finding("GHSA-aaaa", "CVE-2026-1")],
        )
        .await
        .unwrap();
    for id in ["ghsa-aaaa", "cve-2026-1"] {
        let found = history.find_findings(id, false, 10).await.unwrap();
        assert_eq!(found.len(), 1, "{id}");
        assert_eq!(found[0].1.id, "GHSA-aaaa");
    }
    let found = history.find_findings("cve-2026", false, 10).await.unwrap();
    assert!(found.is_empty());
    assert_eq!(
        history.near_findings("cve-2026").await.unwrap(),
        ["cve-2026-1"]
    );
}

#[tokio::test]
async fn what_is_read_again_takes_the_place_of_what_was_read() {
    let (_folder, history) = opened().await;
    for version in ["1", "2"] {
        let packages = [package("zlib", version, version)];
        let findings = [finding("CVE-1", "CVE-2")];
        history
            .keep_inventory(&image("sha256:0a"), &packages, &findings)
            .await
            .unwrap();
    }
    assert_eq!(versions(&history, wanted("zlib", None)).await, ["2"]);
    let found = history.find_findings("cve-1", false, 10).await.unwrap();
    assert_eq!(found.len(), 1);
    let kept = history.inventories().await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].1, image("sha256:0a"));
}

#[tokio::test]
async fn an_image_that_is_forgotten_leaves_nothing_and_the_record_stands() {
    let (_folder, history) = opened().await;
    let packages: Vec<_> = (0..1201)
        .map(|at| package(&format!("p{at}"), "1", "1"))
        .collect();
    history
        .keep_inventory(&image("sha256:0a"), &packages, &[finding("CVE-1", "CVE-2")])
        .await
        .unwrap();
    assert_eq!(versions(&history, wanted("p1200", None)).await, ["1"]);
    history
        .forget_inventory("r.io/a", "sha256:0a")
        .await
        .unwrap();
    assert!(history.inventories().await.unwrap().is_empty());
    assert!(versions(&history, wanted("p1200", None)).await.is_empty());
    let found = history.find_findings("cve-2", false, 10).await.unwrap();
    assert!(found.is_empty());
    let verified = history.verify(&|_| Ok(()), &|_, _| {}).await.unwrap();
    assert!(verified.is_sound());
}
