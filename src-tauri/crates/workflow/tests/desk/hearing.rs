//! Hearing back: what is told of others' acts, to whom, and what is not believed.

use crate::{
    forgery::{forged, hang},
    ground::{Ground, Person, Pushed, Team},
};
use hallmark_attest::{PublicKey, SigningKey, predicate as p};
use hallmark_image::Digest;
use hallmark_practice::faults::{Effect, Fault};
use hallmark_workflow::dto::{AskMember, AskNotices, AskSeen, Notices, Role};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

async fn notices(person: &Person, listen: bool) -> Notices {
    let ask = AskNotices {
        listen,
        unseen: false,
        offset: 0,
        limit: 60,
    };
    person.desk.notices(ask).await.unwrap()
}

/// What somebody hears: the kinds, the newest first.
async fn hears(person: &Person) -> Vec<String> {
    let heard = notices(person, true).await;
    assert_eq!(heard.problems, Vec::<String>::new());
    heard.rows.into_iter().map(|one| one.event.kind).collect()
}

/// A decision by whoever has `key`, which no desk would have let through.
async fn decide_as(ground: &Ground, image: &Pushed, key: &SigningKey, what: &str, at: Timestamp) {
    decide_for(ground, image, key, &key.public(), (what, at)).await;
}

/// The same in the name of whoever has `claimed`.
async fn decide_for(
    ground: &Ground,
    image: &Pushed,
    key: &SigningKey,
    claimed: &PublicKey,
    (what, at): (&str, Timestamp),
) {
    let says = json!({
        "workspace": "w", "author": "kim", "time": at, "previous": null,
        "repository": image.repository.to_string(), "digest": image.digest(), "stage": "golden",
        "decision": what, "message": "fine", "policy": {"name": "policy.toml", "digest": Digest::sha256("")},
        "verdict": "pass", "evidence": [], "statements": [], "golden": null, "selfApproval": false,
    });
    let signed = forged(image, p::DECISION, &says, key, claimed);
    hang(ground, image, &signed, claimed).await;
}

/// A member of whom the test has the key.
async fn kim(team: &Team, role: Role) -> SigningKey {
    let key = SigningKey::generate();
    let ask = AskMember {
        name: "kim".into(),
        key: key.public().to_pem(),
        roles: vec![role],
    };
    team.owner.desk.member_add(ask).await.unwrap();
    key
}

#[tokio::test]
async fn who_asked_hears_what_others_did_once_and_still_knows_it_the_next_day() {
    let ground = Ground::new().await;
    let mut team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    assert_eq!(hears(&team.developer).await, [""; 0]);
    team.approver.comment(&image).await.unwrap();
    ground.tick();
    team.approver.request_changes(&image).await.unwrap();
    ground.tick();
    team.approver.make_golden(&ground, &image).await;
    let heard = notices(&team.developer, true).await;
    assert_eq!((heard.fresh, heard.unseen), (4, 4));
    let newest = &heard.rows[0].event;
    assert_eq!(
        (newest.image.as_str(), newest.stage.as_str()),
        (image.exact().as_str(), "golden")
    );
    assert_eq!(
        (newest.by.name.as_str(), newest.by.verified),
        ("ines", true)
    );
    team.developer
        .desk
        .saw(AskSeen {
            id: Some(heard.rows[3].id),
        })
        .await
        .unwrap();
    team.developer = team.developer.again().await;
    assert_eq!(
        hears(&team.developer).await,
        ["promotion", "approve", "request-changes", "comment"]
    );
    let kept = notices(&team.developer, true).await;
    assert_eq!((kept.fresh, kept.unseen, kept.rows[3].seen), (0, 3, true));
    team.approver.revoke(&image).await.unwrap();
    assert_eq!(hears(&team.developer).await[0], "revocation");
    // Nobody else asked for it.
    assert_eq!(hears(&team.auditor).await, [""; 0]);
}

#[tokio::test]
async fn an_approver_hears_of_new_requests_and_finds_those_from_before_in_the_queue() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    team.asked(&ground, "1.0").await;
    let first = notices(&team.approver, true).await;
    assert_eq!((first.total, first.unseen, first.fresh), (1, 0, 0));
    team.asked(&ground, "1.1").await;
    let then = notices(&team.approver, true).await;
    assert_eq!((then.total, then.unseen, then.fresh), (2, 1, 1));
    assert_eq!(then.rows[0].event.tag.as_deref(), Some("1.1"));
    let words = &then.rows[0].event.text;
    assert!(words.contains("mara asks for review"), "{words}");
}

#[tokio::test]
async fn what_waited_before_is_no_news_where_the_first_look_failed() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    team.asked(&ground, "1.0").await;
    let unreadable = Fault::on("GET", "/manifests/", Effect::status(403));
    ground.registry.inject(unreadable);
    let failed = notices(&team.approver, true).await;
    assert_eq!((failed.total, failed.problems.is_empty()), (0, false));
    ground.registry.behave();
    let first = notices(&team.approver, true).await;
    assert_eq!((first.total, first.unseen), (1, 0));
}

#[tokio::test]
async fn only_who_may_decide_is_told_as_having_decided() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let key = kim(&team, Role::Auditor).await;
    let image = team.asked(&ground, "1.0").await;
    for what in ["approve", "request-changes"] {
        decide_as(&ground, &image, &key, what, ground.now()).await;
    }
    assert_eq!(hears(&team.developer).await, [""; 0]);
    decide_as(&ground, &image, &key, "comment", ground.now()).await;
    assert_eq!(hears(&team.developer).await, ["comment"]);

    let stranger = SigningKey::generate();
    decide_as(&ground, &image, &stranger, "approve", ground.now()).await;
    let ines = PublicKey::from_pem(&team.approver.key).unwrap();
    let said = ("approve", ground.now());
    decide_for(&ground, &image, &stranger, &ines, said).await;
    assert_eq!(hears(&team.developer).await, ["comment"]);
}

#[tokio::test]
async fn a_decision_is_heard_although_the_clock_of_who_decided_is_slow() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let key = kim(&team, Role::Approver).await;
    let image = team.asked(&ground, "1.0").await;
    let ago = |minutes| ground.now() - SignedDuration::from_mins(minutes);
    // From before this request: old news.
    decide_as(&ground, &image, &key, "request-changes", ago(24 * 60)).await;
    assert_eq!(hears(&team.developer).await, [""; 0]);
    decide_as(&ground, &image, &key, "approve", ago(4)).await;
    assert_eq!(hears(&team.developer).await, ["approve"]);
}
