//! Promotions that were cut off: at each point the record is finished or the way is free again,
//! with nothing lost and nothing twice.

use crate::ground::{Ground, Person, Pushed, ask_promote};
use hallmark_history::{History, NewIntent};
use hallmark_practice::faults::{Effect, Fault, Hold};
use hallmark_workflow::{
    Desk, Work,
    dto::{AskRollback, Outcome, Promotion, SettleOutcome, Settled},
    error::{Code, Result},
};

/// Lets `work` run until `fault` strikes, and drops it and its desk there, as a kill would.
async fn killed_at<F>(ground: &Ground, person: Person, fault: Fault, work: F) -> Person
where
    F: AsyncFnOnce(&Desk) -> Result<Promotion>,
{
    let Effect::Hold(hold) = fault.effect.clone() else {
        panic!("a kill needs a place to happen");
    };
    ground.registry.inject(fault);
    tokio::select! {
        ended = work(&person.desk) => panic!("it was not cut off: {ended:?}"),
        () = hold.arrived() => {}
    }
    ground.registry.behave();
    let person = person.again().await;
    hold.release();
    person
}

fn hold() -> Effect {
    Effect::Hold(Hold::new())
}

async fn killed_promotion(ground: &Ground, ines: Person, image: &Pushed, fault: Fault) -> Person {
    let ask = ask_promote(&image.exact(), "golden");
    killed_at(ground, ines, fault, async |desk| {
        desk.promote(ask, &Work::quiet()).await
    })
    .await
}

async fn settled(person: &Person) -> Vec<Settled> {
    assert_eq!(person.desk.status().await.unwrap().open_intents, 1);
    let settled = person.desk.settle(&Work::quiet()).await.unwrap();
    assert!(
        person.desk.settle(&Work::quiet()).await.unwrap().is_empty(),
        "only once"
    );
    settled
}

/// However it was cut off, in the end there is one promotion, everywhere.
async fn one_promotion(ground: &Ground, ines: &Person, image: &Pushed) {
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(image.digest())
    );
    assert!(ines.is_golden(image).await);
    let kinds = ines.kinds().await;
    assert_eq!(
        kinds.iter().filter(|kind| *kind == "promotion").count(),
        1,
        "{kinds:?}"
    );
    let acts = ines.review(image).await.activity;
    assert_eq!(acts.iter().filter(|act| act.kind == "promotion").count(), 1);
    assert!(ines.desk.history_verify(&Work::quiet()).await.unwrap().ok);
}

async fn approved(ground: &Ground) -> (Person, Pushed) {
    let (ines, image) = ground.solo().await;
    ines.approve(&image).await.unwrap();
    ground.tick();
    (ines, image)
}

#[tokio::test]
async fn cut_off_before_the_tag_is_put_nothing_happened_and_it_may_be_done_again() {
    for part in ["/manifests/golden-", "/manifests/golden"] {
        let ground = Ground::new().await;
        let (ines, image) = approved(&ground).await;
        let skip = usize::from(part == "/manifests/golden");
        let fault = Fault::on("PUT", part, hold()).skip(skip);
        let ines = killed_promotion(&ground, ines, &image, fault).await;
        let done = settled(&ines).await;
        assert_eq!(
            done[0].outcome,
            SettleOutcome::NotDone,
            "{part}: {}",
            done[0].message
        );
        assert_eq!(ground.at("shop/api", "golden").await, None);
        assert!(!ines.is_golden(&image).await);
        assert_eq!(ines.promote(&image).await.outcome, Outcome::Promoted);
        one_promotion(&ground, &ines, &image).await;
    }
}

#[tokio::test]
async fn cut_off_after_the_tag_was_put_it_is_recorded() {
    let ground = Ground::new().await;
    let (ines, image) = approved(&ground).await;
    let fault = Fault::on("HEAD", "/manifests/golden", hold()).skip(2);
    let ines = killed_promotion(&ground, ines, &image, fault).await;
    let done = settled(&ines).await;
    assert_eq!(
        done[0].outcome,
        SettleOutcome::Recorded,
        "{}",
        done[0].message
    );
    one_promotion(&ground, &ines, &image).await;
}

#[tokio::test]
async fn cut_off_while_its_statement_is_attached_it_is_written_once() {
    for skip in 0..2 {
        let ground = Ground::new().await;
        let (ines, image) = approved(&ground).await;
        let fault = Fault::on("PUT", "/manifests/sha256:", hold()).skip(skip);
        let ines = killed_promotion(&ground, ines, &image, fault).await;
        let done = settled(&ines).await;
        assert_eq!(
            done[0].outcome,
            SettleOutcome::Recorded,
            "{}",
            done[0].message
        );
        one_promotion(&ground, &ines, &image).await;
    }
}

#[tokio::test]
async fn cut_off_before_the_last_commit_the_statement_that_is_there_is_taken_in() {
    let ground = Ground::new().await;
    let (ines, image) = approved(&ground).await;
    let written = Fault::on("PUT", "/manifests/sha256:", Effect::StatusAfterwards(403)).skip(1);
    ground.registry.inject(written);
    let lost = ines
        .desk
        .promote(ask_promote(&image.exact(), "golden"), &Work::quiet())
        .await;
    assert!(lost.is_err(), "the answer was lost");
    ground.registry.behave();
    assert!(ines.is_golden(&image).await, "the statement is there");
    assert!(
        !ines.kinds().await.contains(&"promotion".to_owned()),
        "and not yet in the history"
    );
    let ines = ines.again().await;
    let done = settled(&ines).await;
    assert_eq!(
        done[0].outcome,
        SettleOutcome::Recorded,
        "{}",
        done[0].message
    );
    one_promotion(&ground, &ines, &image).await;
}

#[tokio::test]
async fn the_next_promotion_settles_what_was_cut_off_before_it() {
    let ground = Ground::new().await;
    let (ines, image) = approved(&ground).await;
    let fault = Fault::on("HEAD", "/manifests/golden", hold()).skip(2);
    let ines = killed_promotion(&ground, ines, &image, fault).await;
    let again = ines.promote(&image).await;
    assert_eq!(again.outcome, Outcome::Already, "{}", again.message);
    one_promotion(&ground, &ines, &image).await;
}

#[tokio::test]
async fn a_tag_that_went_elsewhere_meanwhile_is_for_a_person_and_never_overwritten() {
    let ground = Ground::new().await;
    let (ines, image) = approved(&ground).await;
    let fault = Fault::on("PUT", "/manifests/golden", hold()).skip(1);
    let ines = killed_promotion(&ground, ines, &image, fault).await;
    let third = ground.push("shop/api", "3.0").await;
    ground.place(&third, "golden").await;
    let done = settled(&ines).await;
    assert_eq!(
        done[0].outcome,
        SettleOutcome::Conflict,
        "{}",
        done[0].message
    );
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(third.digest())
    );
    assert_eq!(ines.kinds().await.last().unwrap(), "settle");
}

#[tokio::test]
async fn cut_off_between_two_tags_it_says_so_and_the_rest_may_be_moved() {
    let ground = Ground::new().await;
    let ines = ground
        .person("ines")
        .await
        .with_tags(&["golden", "prod"])
        .await;
    let image = ground.push("shop/api", "1.0").await;
    ines.evidence(&image).await;
    ines.approve(&image).await.unwrap();
    ground.tick();
    let ines = killed_promotion(
        &ground,
        ines,
        &image,
        Fault::on("PUT", "/manifests/prod", hold()),
    )
    .await;
    let done = settled(&ines).await;
    assert_eq!(
        done[0].outcome,
        SettleOutcome::Partial,
        "{}",
        done[0].message
    );
    let rest = ines.promote(&image).await;
    assert_eq!(rest.outcome, Outcome::Promoted, "{}", rest.message);
    assert_eq!(
        ground.at("shop/api", "prod").await.as_ref(),
        Some(image.digest())
    );
    one_promotion(&ground, &ines, &image).await;
}

#[tokio::test]
async fn a_rollback_cut_off_between_its_two_images_takes_the_one_down_all_the_same() {
    for skip in 0..2 {
        let ground = Ground::new().await;
        let (ines, first) = ground.solo().await;
        ines.make_golden(&ground, &first).await;
        let second = ground.push("shop/api", "2.0").await;
        ines.evidence(&second).await;
        ines.make_golden(&ground, &second).await;
        let ask = AskRollback {
            repository: first.repository.to_string(),
            stage: "golden".into(),
            to: None,
            message: "payouts fail at night".into(),
            dry_run: false,
        };
        let fault = Fault::on("PUT", "/manifests/sha256:", hold()).skip(skip);
        let ines = killed_at(&ground, ines, fault, async |desk| {
            desk.rollback(ask, &Work::quiet()).await
        })
        .await;
        let done = settled(&ines).await;
        assert_eq!(
            done[0].outcome,
            SettleOutcome::Recorded,
            "{}",
            done[0].message
        );
        assert!(
            !ines.is_golden(&second).await,
            "it was taken down, and says so itself"
        );
        assert!(ines.is_golden(&first).await);
        let kinds = ines.kinds().await;
        assert_eq!(
            kinds.iter().filter(|kind| *kind == "rollback").count(),
            1,
            "{kinds:?}"
        );
    }
}

#[tokio::test]
async fn a_promotion_under_way_in_another_process_is_not_settled() {
    let ground = Ground::new().await;
    let (ines, image) = approved(&ground).await;
    let put = Hold::new();
    let fault = Fault::on("PUT", "/manifests/golden", Effect::Hold(put.clone()));
    ground.registry.inject(fault.skip(1).once());
    let beside = Desk::open(ines.home(), ines.surroundings()).await.unwrap();
    let look = async {
        put.arrived().await;
        let settled = beside.settle(&Work::quiet()).await.unwrap();
        put.release();
        settled
    };
    let (promotion, settled) = tokio::join!(ines.promote(&image), look);
    assert!(settled.is_empty(), "its owner lives: {settled:?}");
    assert_eq!(promotion.outcome, Outcome::Promoted);
    one_promotion(&ground, &ines, &image).await;
}

/// Cuts the promotion of a new image off before any tag moved.
async fn cut_off(ground: &Ground, ines: Person, name: &str) -> (Person, Pushed) {
    let image = ground.push(name, "1.0").await;
    ines.evidence(&image).await;
    ines.approve(&image).await.unwrap();
    ground.tick();
    let fault = Fault::on("PUT", &format!("{name}/manifests/golden-"), hold());
    (killed_promotion(ground, ines, &image, fault).await, image)
}

/// Leaves an intent behind of which nothing but its name can be read.
async fn cannot_be_read(ines: &Person, image: &Pushed) {
    let file = ines.home().join("history.db");
    let history = History::open(&file).await.unwrap();
    let intent = NewIntent {
        kind: "promotion".into(),
        repository: image.repository.to_string(),
        stage: "golden".into(),
        tags: Vec::new(),
        detail: serde_json::json!({}),
    };
    drop(history.begin_intent(intent).await.unwrap());
}

/// What became of the promotion in each repository.
fn outcomes(settled: &[Settled]) -> Vec<(&str, SettleOutcome)> {
    let mut rows = Vec::new();
    for one in settled {
        let (_, name) = one.repository.split_once('/').unwrap();
        rows.push((name, one.outcome));
    }
    rows
}

#[tokio::test]
async fn one_that_cannot_be_read_keeps_no_other_repository_from_being_settled_and_worked_in() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let api = ground.push("shop/api", "1.0").await;
    cannot_be_read(&ines, &api).await;
    let (ines, web) = cut_off(&ground, ines, "shop/web").await;
    let done = ines.desk.settle(&Work::quiet()).await.unwrap();
    let expected = [
        ("shop/api", SettleOutcome::Waits),
        ("shop/web", SettleOutcome::NotDone),
    ];
    assert_eq!(outcomes(&done), expected, "{done:#?}");
    assert!(done[0].message.contains("cannot be read"), "{done:#?}");
    assert_eq!(ines.desk.status().await.unwrap().open_intents, 1);
    assert_eq!(ines.promote(&web).await.outcome, Outcome::Promoted);
    let here = ask_promote(&api.exact(), "golden");
    let refused = ines.desk.promote(here, &Work::quiet()).await.unwrap_err();
    assert_eq!(refused.code, Code::DatabaseCorrupt, "{refused:?}");
}

#[tokio::test]
async fn one_whose_registry_refuses_waits_while_the_others_are_settled() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let (ines, _) = cut_off(&ground, ines, "shop/api").await;
    let (ines, _) = cut_off(&ground, ines, "shop/web").await;
    let away = Fault::anywhere("shop/api/manifests/golden", Effect::status(403));
    ground.registry.inject(away);
    let done = ines.desk.settle(&Work::quiet()).await.unwrap();
    let expected = [
        ("shop/api", SettleOutcome::Waits),
        ("shop/web", SettleOutcome::NotDone),
    ];
    assert_eq!(outcomes(&done), expected, "{done:#?}");
    let alone = ines.desk.settle(&Work::quiet()).await;
    assert!(alone.is_err(), "nothing could be settled: {alone:?}");
    ground.registry.behave();
    let done = ines.desk.settle(&Work::quiet()).await.unwrap();
    assert_eq!(outcomes(&done), [("shop/api", SettleOutcome::NotDone)]);
}
