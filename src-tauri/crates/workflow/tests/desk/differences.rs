//! What is said to have changed, on pairs of images whose differences are known.

use crate::ground::{Ground, Person, Pushed, junit, scan_of};
use hallmark_image::{Descriptor, Manifest, Platform, media_type};
use hallmark_registry::Target;
use hallmark_workflow::dto::{
    AskDifference, ConfigPart, Difference, FindingsSince, FindingsSinceQuery, LayerMark,
    PackageChange, PackageRow, PackagesQuery, PackagesShow, PlatformState, Since,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// An image as these tests make it.
struct Made<'a> {
    platforms: &'a [&'a str],
    layers: &'a [&'a str],
    config: Value,
}

impl Default for Made<'_> {
    fn default() -> Self {
        Self {
            platforms: &["amd64", "arm64"],
            layers: &["base", "app"],
            config: json!({}),
        }
    }
}

async fn push(ground: &Ground, tag: &str, made: &Made<'_>) -> Pushed {
    let repository = ground.repository("shop/api");
    let mut children = Vec::new();
    for architecture in made.platforms {
        let layers = made
            .layers
            .iter()
            .map(|layer| format!("{layer} {architecture}"));
        let layers: Vec<String> = layers.collect();
        let history = made.layers.iter().map(|layer| {
            json!({"created": "2026-10-03T00:00:00Z", "created_by": format!("COPY {layer}")})
        });
        let config = json!({
            "os": "linux", "architecture": architecture, "created": "2026-11-22T08:00:00Z",
            "config": made.config, "history": history.collect::<Vec<_>>(),
            "rootfs": {"type": "layers", "diff_ids": []}, "tag": tag,
        })
        .to_string();
        let layer = |text: &String| Descriptor::of(media_type::OCI_LAYER_GZIP, text.as_bytes());
        let manifest = json!({
            "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST,
            "config": Descriptor::of(media_type::OCI_CONFIG, config.as_bytes()),
            "layers": layers.iter().map(layer).collect::<Vec<_>>(),
        });
        for blob in layers.iter().cloned().chain([config]) {
            ground
                .client
                .push_blob(&repository, blob.into())
                .await
                .unwrap();
        }
        let manifest = Manifest::parse(manifest.to_string(), None).unwrap();
        let put = ground
            .client
            .put_manifest(&repository, Target::Digest, &manifest);
        put.await.unwrap();
        children.push(manifest);
    }
    let listed = children.iter().zip(made.platforms);
    let listed = listed.map(|(child, name)| child.descriptor().on(Platform::new("linux", *name)));
    let index = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX,
        "manifests": listed.collect::<Vec<_>>(),
    });
    let pushed = Pushed {
        manifest: Manifest::parse(index.to_string(), None).unwrap(),
        tag: tag.parse().unwrap(),
        repository,
        children,
    };
    ground.place(&pushed, tag).await;
    pushed
}

/// A bill of materials of packages by their URLs.
fn bill(urls: &[&str]) -> String {
    let component = |url: &&str| {
        let plain = url.split('?').next().unwrap();
        let (name, version) = plain.rsplit_once('@').unwrap();
        let name = name.rsplit('/').next().unwrap();
        let version = version.replace("%3A", ":").replace("%2B", "+");
        json!({"type": "library", "name": name, "version": version, "purl": url})
    };
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5",
        "components": urls.iter().map(component).collect::<Vec<_>>(),
    })
    .to_string()
}

async fn hang(ground: &Ground, image: &Pushed, name: &str, text: &str) {
    let subject = image.manifest.descriptor();
    ground.hang(image, &subject, name, text).await;
}

async fn hang_on(ground: &Ground, image: &Pushed, platform: usize, name: &str, text: &str) {
    let subject = image.children[platform].descriptor();
    ground.hang(image, &subject, name, text).await;
}

/// The difference from one image, put at golden, to another.
async fn difference(ground: &Ground, golden: &Pushed, candidate: &Pushed) -> (Person, Difference) {
    ground.place(golden, "golden").await;
    let ines = ground.person("ines").await;
    let difference = ines.review(candidate).await.difference;
    (ines, difference)
}

/// The packages that changed between two bills, as `name before version change`.
async fn changes(before: &[&str], now: &[&str]) -> (String, Vec<String>) {
    let ground = Ground::new().await;
    let golden = push(&ground, "1.0", &Made::default()).await;
    let candidate = push(&ground, "1.1", &Made::default()).await;
    hang(&ground, &golden, "sbom.json", &bill(before)).await;
    hang(&ground, &candidate, "sbom.json", &bill(now)).await;
    let (_, difference) = difference(&ground, &golden, &candidate).await;
    let rows = difference.packages.iter().map(words).collect();
    (difference.sentence, rows)
}

fn words(row: &PackageRow) -> String {
    let change = row
        .change
        .map(|change| format!("{change:?}").to_lowercase());
    let parts = [
        row.before.clone(),
        row.version.clone(),
        change,
        Some(row.platforms.join("+")),
    ];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.collect();
    format!("{} {}", row.name, parts.join(" "))
}

#[tokio::test]
async fn debian_packages_are_newer_or_older_by_epoch_and_tilde() {
    let (sentence, rows) = changes(
        &[
            "pkg:deb/debian/git@1%3A2.39.2-1.1?arch=amd64",
            "pkg:deb/debian/openssl@3.0.17~rc1-1?arch=amd64",
            "pkg:deb/debian/zlib1g@1.3-1?arch=amd64",
            "pkg:deb/debian/curl@8.9.0-1?arch=amd64",
            "pkg:deb/debian/nano@7.2-1?arch=amd64",
        ],
        &[
            "pkg:deb/debian/git@2.45.0-1?arch=amd64",
            "pkg:deb/debian/openssl@3.0.17-1?arch=amd64",
            "pkg:deb/debian/zlib1g@1.3-1?arch=amd64",
            "pkg:deb/debian/curl@8.10.0-1?arch=amd64",
            "pkg:deb/debian/vim@9.1-1?arch=amd64",
        ],
    )
    .await;
    assert_eq!(
        rows,
        [
            "curl 8.9.0-1 8.10.0-1 upgraded",
            "git 1:2.39.2-1.1 2.45.0-1 downgraded",
            "nano 7.2-1 removed",
            "openssl 3.0.17~rc1-1 3.0.17-1 upgraded",
            "vim 9.1-1 added",
        ]
    );
    let told = "2 packages newer, 1 older, 1 added, 1 removed.";
    assert!(sentence.starts_with(told), "{sentence}");
}

#[tokio::test]
async fn alpine_and_rpm_packages_have_their_own_orders() {
    let (_, rows) = changes(
        &[
            "pkg:apk/alpine/busybox@1.36.1_rc2-r0",
            "pkg:apk/alpine/musl@1.2.4-r9",
            "pkg:rpm/redhat/bash@5.1.8-6.el9",
            "pkg:rpm/redhat/kernel@5.14~rc1-1",
            "pkg:rpm/redhat/perl@5.36.0-1?epoch=4",
        ],
        &[
            "pkg:apk/alpine/busybox@1.36.1-r0",
            "pkg:apk/alpine/musl@1.2.4-r10",
            "pkg:rpm/redhat/bash@5.1.8-9.el9",
            "pkg:rpm/redhat/kernel@5.14-1",
            "pkg:rpm/redhat/perl@5.40.0-1?epoch=3",
        ],
    )
    .await;
    assert_eq!(
        rows,
        [
            "bash 5.1.8-6.el9 5.1.8-9.el9 upgraded",
            "busybox 1.36.1_rc2-r0 1.36.1-r0 upgraded",
            "kernel 5.14~rc1-1 5.14-1 upgraded",
            "musl 1.2.4-r9 1.2.4-r10 upgraded",
            "perl 4:5.36.0-1 3:5.40.0-1 downgraded",
        ]
    );
}

#[tokio::test]
async fn npm_python_and_go_packages_have_their_own_orders_and_two_versions_are_two() {
    let (_, rows) = changes(
        &[
            "pkg:golang/golang.org/x/net@v0.9.0",
            "pkg:npm/%40shop/cart@2.0.0-rc.9",
            "pkg:npm/semver@5.7.2",
            "pkg:npm/semver@7.5.4",
            "pkg:pypi/Django@5.0rc1",
            "pkg:pypi/attrs@1!0.5",
        ],
        &[
            "pkg:golang/golang.org/x/net@v0.10.0",
            "pkg:npm/%40shop/cart@2.0.0-rc.10",
            "pkg:npm/semver@5.7.2",
            "pkg:npm/semver@7.6.0",
            "pkg:pypi/django@5.0",
            "pkg:pypi/attrs@24.2.0",
        ],
    )
    .await;
    let mut expected = [
        "golang.org/x/net v0.9.0 v0.10.0 upgraded",
        "@shop/cart 2.0.0-rc.9 2.0.0-rc.10 upgraded",
        "semver 7.5.4 7.6.0 upgraded",
        "django 5.0rc1 5.0 upgraded",
        "attrs 1!0.5 24.2.0 downgraded",
    ]
    .map(str::to_owned);
    let mut rows = rows;
    rows.sort();
    expected.sort();
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn one_sentence_tells_of_findings_packages_and_tests() {
    let ground = Ground::new().await;
    let golden = push(&ground, "1.0", &Made::default()).await;
    let candidate = push(&ground, "1.1", &Made::default()).await;
    let found = [
        ("CVE-1", "HIGH", "2"),
        ("CVE-2", "LOW", "2"),
        ("CVE-3", "LOW", ""),
    ];
    let scan = |image: &Pushed, found: &[(&str, &str, &str)]| {
        let config = image.children[0].config().unwrap().digest.clone();
        scan_of(&image.exact(), &config, ground.now(), found)
    };
    hang(&ground, &golden, "trivy.json", &scan(&golden, &found)).await;
    let left = [("CVE-3", "LOW", ""), ("CVE-4", "HIGH", "3")];
    hang(&ground, &candidate, "trivy.json", &scan(&candidate, &left)).await;
    hang(&ground, &golden, "sbom.json", &bill(&["pkg:npm/a@1.0.0"])).await;
    hang(
        &ground,
        &candidate,
        "sbom.json",
        &bill(&["pkg:npm/a@1.1.0"]),
    )
    .await;
    let tests = junit(ground.now(), &["adds", "subtracts"], &[]);
    hang(&ground, &golden, "junit.xml", &tests).await;
    hang(&ground, &candidate, "junit.xml", &tests).await;
    let (ines, difference) = difference(&ground, &golden, &candidate).await;
    assert_eq!(
        difference.sentence,
        "Fixes 2 of 3 findings, brings 1 new High, 1 package newer, 2 tests pass as before."
    );
    assert_eq!((difference.counts.fixed, difference.counts.new), (2, 1));
    let query = FindingsSinceQuery {
        of: ask(&candidate, Since::Golden),
        show: FindingsSince::Fixed,
        text: None,
        offset: 1,
        limit: 1,
    };
    let page = ines.desk.findings_since(query).await.unwrap();
    assert_eq!((page.total, page.rows.len()), (2, 1));
}

fn ask(image: &Pushed, since: Since) -> AskDifference {
    AskDifference {
        image: image.exact(),
        stage: None,
        since,
    }
}

#[tokio::test]
async fn tests_that_fail_pass_come_or_go_are_each_told() {
    let ground = Ground::new().await;
    let golden = push(&ground, "1.0", &Made::default()).await;
    let candidate = push(&ground, "1.1", &Made::default()).await;
    let before = junit(ground.now(), &["adds", "gone"], &["rounds"]);
    let now = junit(ground.now(), &["rounds", "new"], &["adds"]);
    hang(&ground, &golden, "junit.xml", &before).await;
    hang(&ground, &candidate, "junit.xml", &now).await;
    let (_, difference) = difference(&ground, &golden, &candidate).await;
    assert_eq!(difference.newly_failing, ["unit adds"]);
    assert_eq!(difference.newly_passing, ["unit rounds"]);
    assert_eq!((difference.new_tests, difference.gone_tests), (1, 1));
    let told = "1 of 3 tests fail, 1 of them newly, 1 is new, 1 is gone.";
    assert!(
        difference.sentence.contains(told),
        "{}",
        difference.sentence
    );
}

#[tokio::test]
async fn what_it_runs_is_compared_and_secrets_are_never_shown() {
    let ground = Ground::new().await;
    let config = |user: &str, password: &str, label: &str| {
        json!({
            "User": user, "Entrypoint": ["/bin/api"], "ExposedPorts": {"8080/tcp": {}},
            "Env": [format!("DB_PASSWORD={password}"), "PATH=/bin".to_owned()],
            "Labels": {"team": label},
        })
    };
    let golden = Made {
        config: config("app", "hunter2", "shop"),
        ..Made::default()
    };
    let golden = push(&ground, "1.0", &golden).await;
    let candidate = Made {
        config: config("", "hunter3", "cart"),
        ..Made::default()
    };
    let candidate = push(&ground, "1.1", &candidate).await;
    let (_, difference) = difference(&ground, &golden, &candidate).await;
    let parts: Vec<_> = difference.config.iter().map(|change| change.part).collect();
    assert_eq!(
        parts,
        [ConfigPart::User, ConfigPart::Variable, ConfigPart::Label]
    );
    assert_eq!(difference.config[0].now.as_deref(), Some("root"));
    assert!(difference.config[1].hidden);
    let text = serde_json::to_string(&difference).unwrap();
    assert!(!text.contains("hunter"), "{text}");
    assert!(
        difference
            .sentence
            .contains("Another user, other variables"),
        "{}",
        difference.sentence
    );
}

#[tokio::test]
async fn layers_that_both_begin_with_are_shared_and_a_platform_that_went_is_named() {
    let ground = Ground::new().await;
    let golden = push(&ground, "1.0", &Made::default()).await;
    let candidate = Made {
        platforms: &["amd64"],
        layers: &["base", "new app", "more"],
        ..Made::default()
    };
    let candidate = push(&ground, "1.1", &candidate).await;
    let (ines, difference) = difference(&ground, &golden, &candidate).await;
    let [amd64, arm64] = &difference.platforms[..] else {
        panic!("{:?}", difference.platforms)
    };
    assert_eq!((amd64.shared, amd64.added, amd64.removed), (1, 2, 1));
    assert_eq!(arm64.state, PlatformState::Gone);
    assert!(
        difference.sentence.contains("latform linux/arm64 gone"),
        "{}",
        difference.sentence
    );
    let layers = ines
        .desk
        .layers(ask(&candidate, Since::Golden))
        .await
        .unwrap();
    let marks: Vec<_> = layers[0]
        .steps
        .iter()
        .filter_map(|step| step.mark)
        .collect();
    let expected = [
        LayerMark::Shared,
        LayerMark::Added,
        LayerMark::Added,
        LayerMark::Removed,
    ];
    assert_eq!(marks, expected);
    assert_eq!(
        layers[0].steps[1].created_by.as_deref(),
        Some("COPY new app")
    );
}

#[tokio::test]
async fn a_package_that_differs_on_one_platform_names_it_and_a_missing_sbom_is_said() {
    let ground = Ground::new().await;
    let golden = push(&ground, "1.0", &Made::default()).await;
    let candidate = push(&ground, "1.1", &Made::default()).await;
    for platform in [0, 1] {
        let name = format!("sbom-{platform}.json");
        hang_on(
            &ground,
            &golden,
            platform,
            &name,
            &bill(&["pkg:npm/a@1.0.0"]),
        )
        .await;
        let now = ["pkg:npm/a@1.0.0", "pkg:npm/a@1.1.0"][platform];
        hang_on(&ground, &candidate, platform, &name, &bill(&[now])).await;
    }
    let (_, told) = difference(&ground, &golden, &candidate).await;
    let rows: Vec<String> = told.packages.iter().map(words).collect();
    assert_eq!(rows, ["a 1.0.0 1.1.0 upgraded linux/arm64"]);

    let bare = push(&ground, "1.2", &Made::default()).await;
    let (_, told) = difference(&ground, &golden, &bare).await;
    let why = "This image has no SBOM, so packages cannot be compared.";
    assert_eq!(told.packages_why_not.as_deref(), Some(why));
}

#[tokio::test]
async fn the_base_image_and_its_age_are_told() {
    let ground = Ground::new().await;
    let on = |digit: &str| {
        json!({"Labels": {
            "org.opencontainers.image.base.name": "docker.io/library/debian:12",
            "org.opencontainers.image.base.digest": format!("sha256:{}", digit.repeat(64)),
        }})
    };
    let golden = push(
        &ground,
        "1.0",
        &Made {
            config: on("a"),
            ..Made::default()
        },
    )
    .await;
    let candidate = push(
        &ground,
        "1.1",
        &Made {
            config: on("b"),
            ..Made::default()
        },
    )
    .await;
    let (_, difference) = difference(&ground, &golden, &candidate).await;
    let words = "Built on docker.io/library/debian:12, 51 days old, another one than before.";
    assert_eq!(difference.base.words, words);
    assert!(
        difference.sentence.contains("Another base image"),
        "{}",
        difference.sentence
    );
}

#[tokio::test]
async fn what_i_reviewed_last_is_the_other_image_where_i_ask_for_it() {
    let ground = Ground::new().await;
    let (ines, first) = ground.solo().await;
    let asked = ines
        .desk
        .difference(ask(&first, Since::MyLastReview))
        .await
        .unwrap();
    assert!(
        asked
            .sentence
            .contains("You have decided on no other image"),
        "{}",
        asked.sentence
    );
    ground.tick();
    ines.approve(&first).await.unwrap();
    ground.pass(SignedDuration::from_mins(1));
    let next = ground.push("shop/api", "1.1").await;
    ines.evidence(&next).await;
    let asked = ines
        .desk
        .difference(ask(&next, Since::MyLastReview))
        .await
        .unwrap();
    let with = asked.with.unwrap();
    assert_eq!(with.digest, first.digest().to_string());
    assert!(with.at.is_some());
    assert_eq!(
        asked.sentence,
        "No findings, as before, 2 tests pass as before."
    );
    let golden = ines.review(&next).await.difference;
    assert_eq!(golden.sentence, "Nothing is golden here yet.");
}

#[tokio::test]
async fn packages_are_there_to_look_through_where_nothing_is_golden() {
    let ground = Ground::new().await;
    let image = push(&ground, "1.0", &Made::default()).await;
    hang(
        &ground,
        &image,
        "sbom.json",
        &bill(&["pkg:npm/b@2.0.0", "pkg:npm/a@1.0.0"]),
    )
    .await;
    let ines = ground.person("ines").await;
    let query = |show, text: Option<&str>| PackagesQuery {
        of: ask(&image, Since::Golden),
        show,
        text: text.map(str::to_owned),
        offset: 0,
        limit: 200,
    };
    let all = ines
        .desk
        .packages(query(PackagesShow::All, None))
        .await
        .unwrap();
    let names: Vec<&str> = all.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(
        (names.as_slice(), all.packages),
        (["a", "b"].as_slice(), Some(2))
    );
    assert!(
        all.rows
            .iter()
            .all(|row| row.change.is_none() && row.line.is_some())
    );
    let found = ines
        .desk
        .packages(query(PackagesShow::All, Some("B 2")))
        .await
        .unwrap();
    assert_eq!(found.total, 1);
    let added = ines
        .desk
        .packages(query(PackagesShow::Added, None))
        .await
        .unwrap();
    assert_eq!(added.total, 0);
    assert!(
        !all.rows
            .iter()
            .any(|row| row.change == Some(PackageChange::Added))
    );
}
