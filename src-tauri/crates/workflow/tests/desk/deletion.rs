//! Deleting: what goes, what is refused, and what the history keeps of it.

use crate::ground::{Ground, Person, Pushed, assert_refused};
use hallmark_practice::faults::{Effect, Fault};
use hallmark_workflow::{
    Work,
    dto::{AskDelete, Deletion},
    error::{Code, Result},
};

fn ask(image: &str) -> AskDelete {
    AskDelete {
        image: image.to_owned(),
        expected: None,
    }
}

async fn plan(person: &Person, image: &str) -> Result<Deletion> {
    person.desk.plan_deletion(ask(image), &Work::quiet()).await
}

async fn delete(person: &Person, image: &str) -> Result<Deletion> {
    person.desk.delete(ask(image), &Work::quiet()).await
}

fn tagged(image: &Pushed, tag: &str) -> String {
    image.repository.tagged(tag.parse().unwrap()).to_string()
}

#[tokio::test]
async fn a_tag_goes_alone_and_its_image_stays() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ground.place(&image, "extra").await;
    let planned = plan(&ines, &tagged(&image, "extra")).await.unwrap();
    assert!(!planned.done);
    assert!(
        ground.at("shop/api", "extra").await.is_some(),
        "a plan deletes nothing"
    );
    let done = delete(&ines, &tagged(&image, "extra")).await.unwrap();
    assert!(done.done);
    assert_eq!(ground.at("shop/api", "extra").await, None);
    assert_eq!(
        ground.at("shop/api", image.tag.as_str()).await.as_ref(),
        Some(image.digest())
    );
    assert_eq!(
        ines.kinds()
            .await
            .iter()
            .filter(|kind| *kind == "deletion")
            .count(),
        1
    );
}

#[tokio::test]
async fn an_image_goes_with_every_tag_that_names_it_and_they_are_named_before() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ground.place(&image, "extra").await;
    let other = ground.push("shop/api", "other").await;
    let planned = plan(&ines, &image.exact()).await.unwrap();
    let mut wanted = vec!["extra".to_owned(), image.tag.to_string()];
    wanted.sort();
    let mut tags = planned.tags.clone();
    tags.sort();
    assert_eq!((tags, planned.all_looked_at), (wanted, true));
    assert!(planned.attached > 0, "reports are attached to it");
    delete(&ines, &image.exact()).await.unwrap();
    assert_eq!(ground.at("shop/api", "extra").await, None);
    assert!(ground.at("shop/api", "other").await.is_some());
    drop(other);
}

#[tokio::test]
async fn what_is_golden_or_was_is_refused_with_its_parts_and_its_evidence() {
    let ground = Ground::new().await;
    let (ines, first) = ground.solo().await;
    ines.make_golden(&ground, &first).await;
    let second = ground.push("shop/api", "2.0").await;
    ines.evidence(&second).await;
    ines.make_golden(&ground, &second).await;
    let evidence = ines.desk.inspect(&first.exact()).await.unwrap().referrers[0]
        .digest
        .clone();
    let part = first.children[0].digest().to_string();
    for digest in [
        first.digest().to_string(),
        second.digest().to_string(),
        part,
        evidence,
    ] {
        let image = format!("{}@{digest}", first.repository);
        assert_refused(delete(&ines, &image).await, Code::KeptForGolden, "stays");
    }
    assert_refused(
        delete(&ines, &tagged(&second, "golden")).await,
        Code::KeptForGolden,
        "golden tag",
    );
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(second.digest())
    );
    assert!(!ines.kinds().await.iter().any(|kind| kind == "deletion"));
}

#[tokio::test]
async fn a_golden_image_may_lose_a_tag_as_long_as_another_keeps_it() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    delete(&ines, &image.tagged()).await.unwrap();
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(image.digest())
    );
}

#[tokio::test]
async fn a_tag_that_moved_since_it_was_confirmed_is_left() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let other = ground.push("shop/api", "other").await;
    ground.place(&other, "extra").await;
    let ask = AskDelete {
        image: tagged(&image, "extra"),
        expected: Some(image.digest().to_string()),
    };
    let refused = ines.desk.delete(ask, &Work::quiet()).await;
    assert_refused(refused, Code::Conflict, "nothing was deleted");
    assert!(ground.at("shop/api", "extra").await.is_some());
}

#[tokio::test]
async fn the_past_of_a_deleted_tag_says_so() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ground.place(&image, "extra").await;
    delete(&ines, &tagged(&image, "extra")).await.unwrap();
    let past = ines
        .desk
        .tag_past(&hallmark_workflow::dto::AskTag {
            repository: image.repository.to_string(),
            tag: "extra".into(),
        })
        .await
        .unwrap();
    assert_eq!(past.now, None);
    assert_eq!(past.moments[0].to, None);
    assert_eq!(past.drift, None, "a deletion is no drift");
}

#[tokio::test]
async fn what_is_revoked_may_go_and_nothing_else_that_was_golden() {
    let ground = Ground::new().await;
    let (ines, first) = ground.solo().await;
    ines.make_golden(&ground, &first).await;
    ground.tick();
    let second = ground.push("shop/api", "2.0").await;
    ines.evidence(&second).await;
    ines.make_golden(&ground, &second).await;
    ground.tick();
    ines.revoke(&first).await.unwrap();
    assert_refused(
        delete(&ines, &second.exact()).await,
        Code::KeptForGolden,
        "stays",
    );
    let done = delete(&ines, &first.exact()).await.unwrap();
    assert!(done.done);
    assert!(ines.is_golden(&second).await);
}

#[tokio::test]
async fn a_part_is_not_deleted_while_its_golden_image_cannot_be_read() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    // Somebody who has not read the golden image yet, and now may not.
    let other = ground.person("other").await;
    let part = image.children[0].digest().clone();
    let golden = format!("/manifests/{}", image.digest());
    ground
        .registry
        .inject(Fault::on("GET", &golden, Effect::status(403)));
    let part = image.repository.at(part).to_string();
    let refused = delete(&other, &part).await.unwrap_err();
    assert_eq!(refused.code, Code::LoginNeeded, "{refused}");
    ground.registry.behave();
    assert_refused(delete(&other, &part).await, Code::KeptForGolden, "a part");
}
