//! Images by sight: lists to their end, what tags name, what hangs on an image, the past of a tag.

use crate::ground::{Ground, Person, Pushed};
use hallmark_workflow::{
    Work,
    dto::{
        AskList, AskRows, AskTag, AskTags, BadgeKind, ListOrder, ListRows, SignatureState,
        TagFacts, Via,
    },
    error::Code,
};
use std::sync::{Arc, atomic::AtomicBool};

async fn listed(person: &Person, of: &str) -> u64 {
    let ask = AskList {
        of: of.to_owned(),
        again: false,
    };
    let state = person.desk.list(ask, &Work::quiet()).await.unwrap();
    assert!(state.whole);
    state.listed
}

fn rows(person: &Person, of: &str, search: &str, offset: u64) -> ListRows {
    let ask = AskRows {
        of: of.to_owned(),
        search: search.to_owned(),
        order: ListOrder::Newest,
        tools: false,
        offset,
    };
    person.desk.list_rows(&ask).unwrap()
}

async fn facts(person: &Person, image: &Pushed, tags: &[&str]) -> Vec<TagFacts> {
    let ask = AskTags {
        repository: image.repository.to_string(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
    };
    person.desk.tag_facts(ask, &Work::quiet()).await.unwrap()
}

fn badges(facts: &TagFacts) -> Vec<(BadgeKind, &str)> {
    let badges = facts.badges.iter();
    badges
        .map(|badge| (badge.kind, badge.stage.as_str()))
        .collect()
}

#[tokio::test]
async fn tags_are_listed_to_the_end_searched_and_given_out_in_small_answers() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let tags: Vec<String> = (0..2345).map(|n| format!("2.{n}")).collect();
    ground.plant_tags(&image, &tags).await;
    let of = image.repository.to_string();
    assert_eq!(listed(&ines, &of).await, 2346);
    let first = rows(&ines, &of, "", 0);
    assert_eq!((first.rows.len(), first.total), (50, 2346));
    assert_eq!(first.rows[0].name, "2.2344", "the newest version is first");
    let found = rows(&ines, &of, "234", 0);
    assert_eq!(found.total, 8);
    assert_eq!(rows(&ines, &of, "", 2340).rows.len(), 6);
    let size = serde_json::to_vec(&first).unwrap().len();
    assert!(size < 64 * 1024, "{size}");
}

#[tokio::test]
async fn a_list_that_is_stopped_keeps_what_it_has_and_goes_on_later() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let tags: Vec<String> = (0..3000).map(|n| format!("t{n}")).collect();
    ground.plant_tags(&image, &tags).await;
    let of = image.repository.to_string();
    let stop = Arc::new(AtomicBool::new(false));
    let at_once = Arc::clone(&stop);
    let report = Arc::new(move |progress: hallmark_workflow::dto::Progress| {
        let enough = progress.done >= 1000;
        at_once.store(enough, std::sync::atomic::Ordering::Relaxed);
    });
    let ask = |again| AskList {
        of: of.clone(),
        again,
    };
    let stopped = ines.desk.list(ask(false), &Work::new(report, stop)).await;
    assert_eq!(stopped.unwrap_err().code, Code::Cancelled);
    let here = rows(&ines, &of, "", 0);
    assert!(!here.state.whole);
    assert_eq!(here.state.listed, 2000);
    assert_eq!(listed(&ines, &of).await, 3001);
}

#[tokio::test]
async fn a_list_is_read_anew_when_it_is_old_or_somebody_asks_and_stands_until_then() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let of = image.repository.to_string();
    assert_eq!(rows(&ines, &of, "", 0).total, 0, "nothing was listed yet");
    assert_eq!(listed(&ines, &of).await, 1);
    ground.place(&image, "2.0").await;
    assert_eq!(listed(&ines, &of).await, 1, "it was read a moment ago");
    ground.pass(jiff::SignedDuration::from_mins(3));
    assert_eq!(rows(&ines, &of, "", 0).total, 1, "what stands, stands");
    assert_eq!(listed(&ines, &of).await, 2);
    ground.place(&image, "3.0").await;
    let again = AskList {
        of: of.clone(),
        again: true,
    };
    let state = ines.desk.list(again, &Work::quiet()).await.unwrap();
    assert_eq!(state.listed, 3);
}

#[tokio::test]
async fn repositories_are_listed_for_the_window_and_for_scripts() {
    let ground = Ground::new().await;
    let (ines, _) = ground.solo().await;
    for name in ["shop/web", "shop/worker"] {
        ground.push(name, "1").await;
    }
    let host = ground.registry.host().to_string();
    assert_eq!(listed(&ines, &host).await, 3);
    let (names, more) = ines.desk.names(&host, None, "", 2).await.unwrap();
    let names: Vec<&str> = names.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(
        (names.as_slice(), more),
        (["shop/api", "shop/web"].as_slice(), true)
    );
    let (names, more) = ines
        .desk
        .names(&host, Some("shop/web"), "", 9)
        .await
        .unwrap();
    assert_eq!((names[0].name.as_str(), more), ("shop/worker", false));
    let (names, _) = ines.desk.names(&host, None, "WEB", 9).await.unwrap();
    assert_eq!(names.len(), 1);
}

#[tokio::test]
async fn what_was_promoted_is_golden_and_a_tag_that_somebody_moved_has_drifted() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    let tag = image.tag.to_string();
    let found = facts(&ines, &image, &["golden", &tag, "nowhere"]).await;
    assert_eq!(badges(&found[0]), [(BadgeKind::At, "golden")]);
    assert_eq!(badges(&found[1]), [(BadgeKind::At, "golden")]);
    assert_eq!(found[1].platforms, ["linux/amd64", "linux/arm64"]);
    assert_eq!((&found[2].digest, badges(&found[2])), (&None, vec![]));

    let other = ground.push("shop/api", "9.9").await;
    ground.place(&other, "golden").await;
    let found = facts(&ines, &image, &["golden", &tag, "9.9"]).await;
    assert_eq!(badges(&found[0]), [(BadgeKind::Drifted, "golden")]);
    assert_eq!(badges(&found[1]), []);
    assert_eq!(badges(&found[2]), []);
    let past = ask_past(&ines, &image, "golden").await;
    assert_eq!(
        past.now.as_deref(),
        Some(other.digest().to_string().as_str())
    );
    assert!(past.drift.unwrap().contains("somebody else moved it"));
}

async fn ask_past(person: &Person, image: &Pushed, tag: &str) -> hallmark_workflow::dto::TagPast {
    let ask = AskTag {
        repository: image.repository.to_string(),
        tag: tag.to_owned(),
    };
    person.desk.tag_past(&ask).await.unwrap()
}

#[tokio::test]
async fn what_is_revoked_says_so_under_each_of_its_tags_and_is_golden_no_longer() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    ground.tick();
    ines.revoke(&image).await.unwrap();
    let tag = image.tag.to_string();
    for found in facts(&ines, &image, &["golden", &tag]).await {
        assert_eq!(badges(&found), [(BadgeKind::Revoked, "golden")]);
    }
    let seen = ines.desk.inspect(&image.exact()).await.unwrap();
    assert_eq!(seen.badges[0].kind, BadgeKind::Revoked);
}

#[tokio::test]
async fn a_promotion_by_somebody_who_may_not_makes_nothing_golden() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let stranger = ground.person("mallory").await;
    stranger.make_golden(&ground, &image).await;
    let found = facts(&ines, &image, &["golden"]).await;
    assert_eq!(badges(&found[0]), [(BadgeKind::Named, "golden")]);
}

#[tokio::test]
async fn a_stage_tag_that_nobody_promoted_is_only_named_so() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ground.place(&image, "qa").await;
    let found = facts(&ines, &image, &["qa"]).await;
    assert_eq!(badges(&found[0]), [(BadgeKind::Named, "qa")]);
}

#[tokio::test]
async fn the_past_of_a_tag_is_what_the_history_knows_newest_first() {
    let ground = Ground::new().await;
    let (ines, first) = ground.solo().await;
    ines.make_golden(&ground, &first).await;
    ground.tick();
    let second = ground.push("shop/api", "2.0").await;
    ines.evidence(&second).await;
    ines.make_golden(&ground, &second).await;
    ground.tick();
    ines.roll_back(&second, None).await.unwrap();
    let past = ask_past(&ines, &first, "golden").await;
    let moves: Vec<(&str, &str)> = past
        .moments
        .iter()
        .map(|moment| (moment.kind.as_str(), moment.to.as_deref().unwrap()))
        .collect();
    let (one, two) = (first.digest().to_string(), second.digest().to_string());
    assert_eq!(
        moves,
        [
            ("rollback", one.as_str()),
            ("promotion", two.as_str()),
            ("promotion", one.as_str())
        ]
    );
    assert!(past.moments.iter().all(|moment| moment.seq > 0));
    assert_eq!(past.drift, None);
}

#[tokio::test]
async fn what_hangs_on_an_image_says_who_signed_it_and_a_report_who_vouches_for_it() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let found = ines.desk.inspect(&image.exact()).await.unwrap();
    let signed: Vec<_> = found
        .referrers
        .iter()
        .filter(|one| {
            one.artifact_type
                .as_deref()
                .is_some_and(|kind| kind.contains("sigstore"))
        })
        .collect();
    assert!(!signed.is_empty());
    for one in signed {
        assert_eq!(one.signed.state, SignatureState::Verified, "{one:?}");
        assert_eq!(one.signed.by.as_deref(), Some("ines"));
        assert_eq!((one.via, one.depth), (Via::Referrers, 1));
        assert!(one.signed.text.contains("no transparency log"), "{one:?}");
    }
    let report = found
        .referrers
        .iter()
        .find(|one| one.says.as_deref() == Some("junit.xml"))
        .unwrap();
    assert_eq!(report.signed.state, SignatureState::Verified);
    assert!(
        report
            .signed
            .text
            .contains("vouches for exactly these bytes")
    );
}

#[tokio::test]
async fn a_statement_of_somebody_unknown_is_shown_as_what_it_is() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let stranger = ground.person("mallory").await;
    stranger.evidence(&image).await;
    let found = ines.desk.inspect(&image.exact()).await.unwrap();
    let doubted = found
        .referrers
        .iter()
        .find(|one| one.signed.state == SignatureState::Unverified)
        .unwrap();
    assert_eq!(doubted.signed.by, None);
    assert!(
        doubted.signed.text.contains("which no member has"),
        "{doubted:?}"
    );
}

#[tokio::test]
async fn what_hangs_on_something_attached_and_what_cosign_tagged_is_found_as_well() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let subject = image.manifest.descriptor();
    let first = ground.hang(&image, &subject, "first.json", "{}").await;
    let second = ground
        .hang(&image, &first.descriptor(), "second.json", "[]")
        .await;
    let signature = ground.push("shop/api", "signature-of-cosign").await;
    let hex = image.children[0].digest().hex();
    ground.place(&signature, &format!("sha256-{hex}.sig")).await;
    let found = ines.desk.inspect(&image.exact()).await.unwrap();
    let of = |digest: &hallmark_image::Digest| {
        let wanted = digest.to_string();
        found
            .referrers
            .iter()
            .find(|one| one.digest == wanted)
            .unwrap()
    };
    assert_eq!(
        (of(first.digest()).depth, of(second.digest()).depth),
        (1, 2)
    );
    assert_eq!(of(second.digest()).on, first.digest().to_string());
    let cosign = of(signature.digest());
    assert_eq!(
        (cosign.via, cosign.signed.state),
        (Via::CosignTag, SignatureState::Unchecked)
    );
    assert_eq!(cosign.platform.as_deref(), Some("linux/amd64"));
}
