//! Drift: a tag that somebody moved is found with one look, said once, and never moved back by
//! itself.

use crate::ground::{Ground, Person, Pushed};
use hallmark_practice::faults::{Effect, Fault};
use hallmark_workflow::{
    Desk, Work,
    dto::{
        DriftReport, GoldenQuery, GoldenRow, GoldenShow, GoldenTag, HistoryQuery, HistoryRow,
        TagState,
    },
};

async fn drift(person: &Person) -> DriftReport {
    person.desk.drift(&Work::quiet()).await.unwrap()
}

async fn golden(ground: &Ground) -> (Person, Pushed) {
    let (ines, image) = ground.solo().await;
    ines.make_golden(ground, &image).await;
    (ines, image)
}

async fn entries(person: &Person) -> Vec<HistoryRow> {
    let query = HistoryQuery {
        kind: Some(vec!["drift".into()]),
        ..HistoryQuery::default()
    };
    person.desk.history_page(query).await.unwrap().entries
}

async fn row(person: &Person) -> GoldenRow {
    let query = GoldenQuery {
        text: None,
        show: GoldenShow::All,
        offset: 0,
        limit: 10,
    };
    let page = person.desk.golden(query).await.unwrap();
    page.rows.into_iter().next().unwrap()
}

#[tokio::test]
async fn a_tag_that_is_where_it_was_put_costs_one_look_and_says_nothing() {
    let ground = Ground::new().await;
    let (ines, _) = golden(&ground).await;
    assert_eq!(row(&ines).await.tag_state, TagState::Unknown);
    ground.registry.forget_requests();
    let report = drift(&ines).await;
    assert_eq!((report.counts.tags, report.counts.drifted), (1, 0));
    let seen = ground.registry.requests();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].method, "HEAD");
    assert_eq!(report.counts.requests, 1);
    assert_eq!(entries(&ines).await.len(), 0);
    assert_eq!(row(&ines).await.tag_state, TagState::AsPlaced);
}

#[tokio::test]
async fn each_change_is_recorded_once() {
    let ground = Ground::new().await;
    let (ines, image) = golden(&ground).await;
    let second = ground.push("shop/api", "2.0").await;
    ground.place(&second, "golden").await;
    ground.tick();
    let first = drift(&ines).await;
    assert_eq!((first.counts.drifted, first.counts.recorded), (1, 1));
    assert_eq!(
        first.drifted[0].message,
        format!(
            "golden named {} and names {} now",
            image.digest().short(),
            second.digest().short()
        )
    );
    let again = drift(&ines).await;
    assert_eq!((again.counts.drifted, again.counts.recorded), (1, 0));
    assert_eq!(ines.desk.status().await.unwrap().drifted, 1);
    assert_eq!(
        row(&ines).await.names_now,
        Some(second.digest().to_string())
    );

    ground.place(&image, "golden").await;
    let healed = drift(&ines).await;
    assert_eq!((healed.counts.drifted, healed.counts.recorded), (0, 1));
    assert_eq!(ines.desk.status().await.unwrap().drifted, 0);
    ground.place(&second, "golden").await;
    assert_eq!(
        drift(&ines).await.counts.recorded,
        1,
        "it is another change"
    );
    assert_eq!(entries(&ines).await.len(), 3);
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(second.digest()),
        "nothing is moved back by itself"
    );
}

#[tokio::test]
async fn what_is_promoted_over_it_is_no_drift_any_more() {
    let ground = Ground::new().await;
    let (ines, _) = golden(&ground).await;
    let second = ground.push("shop/api", "2.0").await;
    ground.place(&second, "golden").await;
    ground.tick();
    assert_eq!(drift(&ines).await.counts.drifted, 1);
    ines.evidence(&second).await;
    ines.make_golden(&ground, &second).await;
    assert_eq!(ines.desk.status().await.unwrap().drifted, 0);
    assert_eq!(drift(&ines).await.counts.drifted, 0);
}

#[tokio::test]
async fn how_many_drifted_is_known_to_a_window_opened_anew_and_never_stale() {
    let ground = Ground::new().await;
    let (ines, image) = golden(&ground).await;
    let second = ground.push("shop/api", "2.0").await;
    ground.place(&second, "golden").await;
    ground.tick();
    drift(&ines).await;
    assert_eq!(ines.desk.status().await.unwrap().drifted, 1);
    let ines = ines.again().await;
    assert_eq!(ines.desk.status().await.unwrap().drifted, 1);
    // Another desk looks again: what was reckoned before is not believed.
    let beside = Desk::open(ines.home(), ines.surroundings()).await.unwrap();
    ground.place(&image, "golden").await;
    ground.tick();
    beside.drift(&Work::quiet()).await.unwrap();
    assert_eq!(ines.desk.status().await.unwrap().drifted, 0);
}

#[tokio::test]
async fn every_tag_of_every_stage_is_looked_at() {
    let ground = Ground::new().await;
    let ines = ground
        .person("ines")
        .await
        .with_tags(&["{version}-golden", "golden"])
        .await;
    let image = ground.push("shop/api", "1.0").await;
    ines.evidence(&image).await;
    ines.make_golden(&ground, &image).await;
    let other = ground.push("shop/api", "2.0").await;
    ground.place(&other, "1.0-golden").await;
    let report = drift(&ines).await;
    assert_eq!(report.counts.tags, 2);
    assert_eq!(report.drifted[0].tag, "1.0-golden");
    assert_eq!(row(&ines).await.tag, "golden", "one row an image");
}

#[tokio::test]
async fn a_tag_that_is_gone_is_drift_and_one_that_cannot_be_looked_at_is_not() {
    let ground = Ground::new().await;
    let (ines, image) = golden(&ground).await;
    let unreadable = Effect::Status {
        status: 400,
        headers: Vec::new(),
        body: Default::default(),
    };
    ground
        .registry
        .inject(Fault::on("HEAD", "/manifests/golden", unreadable).once());
    let report = drift(&ines).await;
    assert_eq!((report.counts.drifted, report.counts.unknown), (0, 1));
    assert_eq!(row(&ines).await.tag_state, TagState::Unknown);
    assert_eq!(entries(&ines).await.len(), 0);

    let gone = ground
        .client
        .delete_manifest(&image.repository, image.digest());
    gone.await.unwrap();
    let report = drift(&ines).await;
    assert_eq!(report.counts.drifted, 1);
    assert!(report.drifted[0].message.ends_with("and is gone"));
    assert_eq!(row(&ines).await.tag_state, TagState::Gone);
}

#[tokio::test]
async fn looking_at_the_rows_somebody_sees_tells_the_same() {
    let ground = Ground::new().await;
    let (ines, _) = golden(&ground).await;
    let second = ground.push("shop/api", "2.0").await;
    ground.place(&second, "golden").await;
    ground.tick();
    let tag = || GoldenTag {
        repository: ground.repository("shop/api").to_string(),
        tag: "golden".into(),
    };
    let rows = ines.desk.golden_look(vec![tag()]).await.unwrap();
    assert_eq!(rows[0].tag_state, TagState::Drifted);
    assert_eq!(rows[0].looked_at, Some(ground.now()));
    assert_eq!(entries(&ines).await.len(), 1);
    assert_eq!(drift(&ines).await.counts.recorded, 0);
    let image = ines.desk.golden_image(tag()).await.unwrap();
    assert_eq!(image.now_version.as_deref(), Some("2.0"));
}
