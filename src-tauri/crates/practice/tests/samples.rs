//! The sample team's images are whole, its reports are about them (but for one story), and
//! everything the stories tell is so.

#![allow(clippy::unwrap_used)]

mod common;

use common::{header, start};
use hallmark_evidence::{
    Binding, ImageIdentity, PlatformImage, Report, Severity, Verdict, bind, parse,
};
use hallmark_image::{Digest, ImageConfiguration, media_type};
use hallmark_practice::{
    Config,
    samples::{SampleImage, Story, Team, seed, team},
};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn sample(story: Story) -> SampleImage {
    let mut images = team(now()).images.into_iter();
    images.find(|image| image.story == story).unwrap()
}

fn reports(image: &SampleImage) -> Vec<Report> {
    let read = |report: &hallmark_practice::samples::SampleReport| {
        parse(&report.name, &report.bytes).unwrap_or_else(|error| panic!("{error}"))
    };
    image.reports.iter().map(read).collect()
}

fn identity(image: &SampleImage) -> ImageIdentity {
    let platforms = image.manifest.images().zip(&image.children);
    ImageIdentity {
        digest: image.manifest.digest().clone(),
        platforms: platforms
            .map(|((child, platform), manifest)| PlatformImage {
                platform: platform.cloned(),
                manifest: child.digest.clone(),
                config: manifest.config().map(|config| config.digest.clone()),
            })
            .collect(),
    }
}

fn tests(image: &SampleImage) -> hallmark_evidence::Tests {
    let mut all = reports(image).into_iter();
    all.find_map(|report| report.tests).unwrap()
}

fn bytes_of(team: &Team) -> Vec<Vec<u8>> {
    let parts = team.images.iter().flat_map(|image| {
        let reports = image.reports.iter().map(|report| report.bytes.to_vec());
        reports.chain([image.manifest.bytes().to_vec()])
    });
    parts.collect()
}

#[test]
fn there_is_one_image_for_each_story() {
    let all: Vec<String> = team(now())
        .images
        .iter()
        .map(|image| format!("{}:{} {:?}", image.repository, image.tag, image.story))
        .collect();
    assert_eq!(
        all,
        [
            "payments/api:2.8.0 GoldenLastMonth",
            "payments/api:2.8.1 GoodCandidate",
            "payments/worker:2.8.1 FailingTests",
            "web/storefront:5.0.0-rc2 FixableCritical",
            "platform/base-debian:12.12-4 EvidenceForAnother",
        ]
    );
}

#[test]
fn the_same_moment_makes_the_same_bytes_and_another_makes_others() {
    assert_eq!(bytes_of(&team(now())), bytes_of(&team(now())));
    let later = team(now() + SignedDuration::from_secs(1));
    assert_ne!(bytes_of(&team(now())), bytes_of(&later));
}

#[test]
fn every_image_is_whole_for_both_platforms() {
    for image in team(now()).images {
        let platforms: Vec<String> = image
            .manifest
            .images()
            .filter_map(|(_, platform)| Some(platform?.to_string()))
            .collect();
        assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
        let blobs: HashSet<Digest> = image.blobs.iter().map(Digest::sha256).collect();
        assert_eq!(blobs.len(), image.blobs.len(), "a blob is there twice");
        for (child, manifest) in image.manifest.children().iter().zip(&image.children) {
            assert_eq!(&child.digest, manifest.digest());
            let listed = manifest.layers().iter().chain(manifest.config());
            for blob in listed {
                assert!(blobs.contains(&blob.digest), "{} lacks a blob", image.tag);
            }
        }
    }
}

#[test]
fn every_configuration_tells_its_version_its_commit_and_its_layers() {
    for image in team(now()).images {
        for manifest in &image.children {
            let digest = &manifest.config().unwrap().digest;
            let bytes = image
                .blobs
                .iter()
                .find(|blob| digest.matches(blob))
                .unwrap();
            let config: ImageConfiguration = serde_json::from_slice(bytes).unwrap();
            let inner = config.config().as_ref().unwrap();
            let labels = inner.labels().as_ref().unwrap();
            let version = &labels["org.opencontainers.image.version"];
            assert_eq!(version, image.tag.as_str());
            assert_eq!(labels["org.opencontainers.image.revision"].len(), 40);
            assert!(labels["org.opencontainers.image.source"].starts_with("https://"));
            let layers = config.rootfs().diff_ids().len();
            assert_eq!(layers, manifest.layers().len());
            let filled = config.history().iter().flatten();
            let filled = filled.filter(|step| step.empty_layer() != Some(true));
            assert_eq!(filled.count(), layers);
        }
    }
}

#[test]
fn every_layer_is_a_packed_archive_of_its_diff_id() {
    use std::io::Read;
    for image in team(now()).images {
        for manifest in &image.children {
            let blob = |digest: &Digest| image.blobs.iter().find(|blob| digest.matches(blob));
            let config = blob(&manifest.config().unwrap().digest).unwrap();
            let config: serde_json::Value = serde_json::from_slice(config).unwrap();
            for (layer, diff_id) in manifest
                .layers()
                .iter()
                .zip(config["rootfs"]["diff_ids"].as_array().unwrap())
            {
                assert_eq!(layer.media_type, media_type::OCI_LAYER_GZIP);
                let mut plain = Vec::new();
                let packed = blob(&layer.digest).unwrap();
                flate2::read::GzDecoder::new(packed.as_ref())
                    .read_to_end(&mut plain)
                    .unwrap();
                assert_eq!(
                    Digest::sha256(&plain).to_string(),
                    diff_id.as_str().unwrap()
                );
                let mut archive = tar::Archive::new(plain.as_slice());
                assert!(archive.entries().unwrap().all(|entry| entry.is_ok()));
            }
        }
    }
}

#[test]
fn the_scans_are_about_their_platforms_but_for_the_one_story() {
    for image in team(now()).images {
        let identity = identity(&image);
        let scans: Vec<Report> = reports(&image)
            .into_iter()
            .filter(|report| report.vulnerabilities.is_some())
            .collect();
        assert_eq!(scans.len(), 2);
        for (nth, scan) in scans.iter().enumerate() {
            let bound = bind(scan, &identity);
            if image.story == Story::EvidenceForAnother {
                assert!(matches!(bound, Binding::Other(_)), "{bound:?}");
            } else {
                assert_eq!(bound, Binding::Platform(vec![nth]), "{}", image.tag);
            }
        }
    }
}

#[test]
fn the_tests_name_no_image_and_are_read_without_a_warning() {
    for image in team(now()).images {
        for (report, file) in reports(&image).iter().zip(&image.reports) {
            assert_eq!(report.warnings, Vec::<String>::new(), "{}", file.name);
            if report.tests.is_some() {
                assert_eq!(bind(report, &identity(&image)), Binding::Unnamed);
                assert_eq!(file.platform, None);
            }
        }
    }
}

#[test]
fn reports_come_after_the_build_and_before_the_request() {
    for image in team(now()).images {
        let created = &image.manifest.annotations()["org.opencontainers.image.created"];
        let created: Timestamp = created.parse().unwrap();
        for report in reports(&image) {
            let at = report.produced_at.unwrap();
            assert!(created < at && at < image.requested_at, "{}", image.tag);
        }
        assert!(image.requested_at < now());
        let age = now() - SignedDuration::from_hours(7 * 24);
        let fresh = created > age;
        assert_eq!(fresh, image.story != Story::GoldenLastMonth);
        if let Some(approval) = image.approval {
            assert!(image.requested_at < approval.at && approval.at < now());
        }
    }
}

#[test]
fn the_good_candidate_fixes_fourteen_of_seventeen_and_brings_none() {
    let found = |story| -> Vec<(String, String)> {
        let scans = reports(&sample(story)).into_iter();
        let first = scans
            .filter_map(|scan| scan.vulnerabilities)
            .next()
            .unwrap();
        let findings = first.findings.into_iter();
        findings
            .map(|f| (f.id.to_string(), f.package.to_string()))
            .collect()
    };
    let (before, after) = (found(Story::GoldenLastMonth), found(Story::GoodCandidate));
    assert_eq!((before.len(), after.len()), (17, 3));
    assert!(after.iter().all(|finding| before.contains(finding)));
}

#[test]
fn nothing_fixable_and_high_keeps_an_image_back_but_for_the_one_story() {
    for image in team(now()).images {
        let scans = reports(&image)
            .into_iter()
            .filter_map(|r| r.vulnerabilities);
        let blocking: Vec<String> = scans
            .flat_map(|scan| scan.findings)
            .filter(|f| f.fixed.is_some())
            .filter(|f| matches!(f.severity, Severity::High | Severity::Critical))
            .map(|f| f.id.to_string())
            .collect();
        match image.story {
            // Once a platform.
            Story::FixableCritical => {
                assert_eq!(blocking, ["CVE-2025-55182", "CVE-2025-55182"]);
            }
            _ => assert_eq!(blocking, Vec::<String>::new(), "{}", image.tag),
        }
    }
}

#[test]
fn the_candidate_passes_its_tests_and_the_worker_fails_three() {
    let good = tests(&sample(Story::GoodCandidate)).summary;
    assert_eq!((good.total, good.passed, good.skipped), (1284, 1278, 6));
    let before = tests(&sample(Story::GoldenLastMonth)).summary;
    assert_eq!(before.total, 1272, "twelve are new");
    let worker = tests(&sample(Story::FailingTests));
    assert_eq!((worker.summary.failed, worker.summary.errored), (3, 0));
    for case in worker.cases.iter().filter(|c| c.verdict == Verdict::Failed) {
        let message = case.message.as_deref().unwrap();
        assert!(message.contains("Error:"), "{message}");
        assert!(
            case.detail
                .as_deref()
                .unwrap()
                .contains("tests/integration/")
        );
    }
    for story in [Story::FixableCritical, Story::EvidenceForAnother] {
        let summary = tests(&sample(story)).summary;
        assert_eq!(summary.passed, summary.total);
    }
}

#[tokio::test]
async fn a_seeded_registry_serves_every_image_and_its_parts() {
    let wire = start(Config::default()).await;
    let team = team(now());
    seed(&wire.running, &team).await.unwrap();
    for image in &team.images {
        let path = format!("/v2/{}/manifests/{}", image.repository, image.tag);
        let head = wire.send("HEAD", &path).await;
        let digest = image.manifest.digest().to_string();
        assert_eq!(
            header(&head, "docker-content-digest"),
            Some(digest.as_str())
        );
        for child in &image.children {
            let path = format!("/v2/{}/manifests/{}", image.repository, child.digest());
            assert_eq!(
                wire.send("GET", &path).await.bytes().await.unwrap(),
                child.bytes()
            );
        }
        for blob in &image.blobs {
            let digest = Digest::sha256(blob);
            let path = format!("/v2/{}/blobs/{digest}", image.repository);
            assert_eq!(&wire.send("GET", &path).await.bytes().await.unwrap(), blob);
        }
    }
}
