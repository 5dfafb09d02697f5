//! Which images have a package or a vulnerability: from evidence that counts alone, with what it
//! does not cover, and with what waits.

use crate::{
    ground::{Ground, assert_refused, trivy},
    person::Person,
};
use hallmark_workflow::{
    Work,
    dto::{AskFind, AskFindRefresh, FindKind, Found, FoundState},
    error::Code,
};
use serde_json::json;
use std::sync::{Arc, atomic::AtomicBool};

/// A bill of materials of Debian packages.
fn sbom(image: &crate::ground::Pushed, packages: &[(&str, &str)]) -> String {
    let component = |(name, version): &(&str, &str)| json!({"type": "library", "name": name, "version": version, "purl": format!("pkg:deb/debian/{name}@{version}")});
    let digest = image.digest();
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {
            "timestamp": "2026-11-20T10:00:00Z",
            "component": {
                "type": "container", "name": image.tagged(),
                "purl": format!("pkg:oci/api@{digest}"),
            },
        },
        "components": packages.iter().map(component).collect::<Vec<_>>(),
    })
    .to_string()
}

async fn find(person: &Person, kind: FindKind, text: &str) -> Found {
    let ask = AskFind {
        kind,
        text: text.into(),
        ecosystem: None,
        offset: 0,
        limit: 60,
    };
    person.desk.find(ask).await.unwrap()
}

async fn read(person: &Person) {
    let ask = AskFindRefresh { all: true };
    person.desk.find_refresh(ask, &Work::quiet()).await.unwrap();
}

#[tokio::test]
async fn before_anything_was_read_the_answer_says_so_and_names_the_images() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    // What is found is not a matter of what was asked for.
    ines.policy("approvals = 1");
    let image = ground.push("shop/api", "1.0").await;
    ines.make_golden(&ground, &image).await;
    let found = find(&ines, FindKind::Cve, "CVE-2026-20771").await;
    assert_eq!((found.total, found.coverage.read), (0, 0));
    assert!(
        found.message.contains("Nothing was read yet"),
        "{}",
        found.message
    );
    assert_eq!(found.coverage.gaps[0].image, image.exact());
    assert_eq!(found.coverage.gaps[0].why, "its evidence was not read yet");
}

#[tokio::test]
async fn a_vulnerability_is_found_where_it_is_golden_and_gone_in_what_waits() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    ines.policy("approvals = 1");
    let image = ground.push("shop/api", "1.0").await;
    for platform in 0..image.children.len() {
        let cve = [("CVE-2026-20771", "HIGH", "1.3")];
        let scan = trivy(&image, platform, ground.now(), &cve);
        let name = format!("trivy-{platform}.json");
        ines.attach(&image, &name, &scan).await.unwrap();
    }
    ines.make_golden(&ground, &image).await;
    let next = ground.push("shop/api", "1.1").await;
    for platform in 0..next.children.len() {
        let scan = trivy(&next, platform, ground.now(), &[]);
        let name = format!("trivy-{platform}.json");
        ines.attach(&next, &name, &scan).await.unwrap();
    }
    ines.request(&next).await.unwrap();
    read(&ines).await;
    let found = find(&ines, FindKind::Cve, "cve-2026-20771").await;
    assert_eq!(found.total, 1, "{found:?}");
    let one = &found.images[0];
    assert_eq!(one.image, image.exact());
    assert_eq!(one.places[0].stage, "golden");
    assert!(one.places[0].since.is_some());
    let line = &one.lines[0];
    assert_eq!(line.installed, "1.2");
    assert_eq!(line.fixed.as_deref(), Some("1.3"));
    assert_eq!(one.candidates.len(), 1);
    assert_eq!(one.candidates[0].image, next.exact());
    assert_eq!(one.candidates[0].state, FoundState::HasNot);
    assert!(found.message.contains("is golden"), "{}", found.message);
}

#[tokio::test]
async fn a_package_is_found_by_the_version_that_people_name() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    ines.policy("approvals = 1");
    let image = ground.push("shop/api", "1.0").await;
    let bom = sbom(
        &image,
        &[("openssl", "3.0.17-1~deb12u2"), ("zlib1g", "1:1.2.13")],
    );
    ines.attach(&image, "bom.json", &bom).await.unwrap();
    ines.make_golden(&ground, &image).await;
    let next = ground.push("shop/api", "1.1").await;
    let bom = sbom(&next, &[("openssl", "3.0.18-1~deb12u1")]);
    ines.attach(&next, "bom.json", &bom).await.unwrap();
    ines.request(&next).await.unwrap();
    read(&ines).await;
    for text in [
        "openssl",
        "openssl@3.0.17",
        "pkg:deb/debian/openssl@3.0.17",
        "open*",
    ] {
        let found = find(&ines, FindKind::Package, text).await;
        assert_eq!(found.total, 1, "{text}: {found:?}");
        assert_eq!(found.images[0].lines[0].installed, "3.0.17-1~deb12u2");
    }
    let found = find(&ines, FindKind::Package, "openssl@3.0.17").await;
    let candidate = &found.images[0].candidates[0];
    assert_eq!(candidate.state, FoundState::HasNot);
    assert_eq!(candidate.words, "has 3.0.18-1~deb12u1 instead");
    let none = find(&ines, FindKind::Package, "opens").await;
    assert_eq!((none.total, none.near), (0, vec!["openssl".to_owned()]));
}

#[tokio::test]
async fn what_has_no_scan_is_named_and_never_said_to_be_free() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    ines.policy("approvals = 1");
    let image = ground.push("shop/api", "1.0").await;
    let bom = sbom(&image, &[("openssl", "3.0.17")]);
    ines.attach(&image, "bom.json", &bom).await.unwrap();
    ines.make_golden(&ground, &image).await;
    read(&ines).await;
    let found = find(&ines, FindKind::Cve, "CVE-2026-1").await;
    assert_eq!(found.total, 0);
    let rests_on = "1 of 1 have no scan that counts";
    assert!(found.message.contains(rests_on), "{}", found.message);
    let gap = &found.coverage.gaps[0];
    assert!(gap.scan && !gap.sbom, "{gap:?}");
    assert_eq!(found.coverage.as_of, Some(ground.now()));
}

#[tokio::test]
async fn evidence_for_another_image_never_enters() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    ines.policy("approvals = 1");
    let image = ground.push("shop/api", "1.0").await;
    let other = ground.push("shop/api", "0.9").await;
    let scan = trivy(&other, 0, ground.now(), &[("CVE-2026-1", "HIGH", "2")]);
    let whole = image.manifest.descriptor();
    ground.hang(&image, &whole, "trivy.json", &scan).await;
    ines.make_golden(&ground, &image).await;
    read(&ines).await;
    assert_eq!(find(&ines, FindKind::Cve, "CVE-2026-1").await.total, 0);
}

#[tokio::test]
async fn a_read_that_is_stopped_says_so() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    ines.policy("approvals = 1");
    let image = ground.push("shop/api", "1.0").await;
    ines.make_golden(&ground, &image).await;
    let stopped = Work::new(Arc::new(|_| ()), Arc::new(AtomicBool::new(true)));
    let ask = AskFindRefresh { all: true };
    let refused = ines.desk.find_refresh(ask, &stopped).await;
    assert_refused(refused, Code::Cancelled, "stopped");
}
