//! The team's document: who may change it, and what is refused of it.

use crate::ground::{Ground, assert_refused};
use hallmark_attest::{Envelope, SigningKey, Statement, Subject, predicate as p};
use hallmark_image::{Artifact, Descriptor, Digest, Manifest, Repository, media_type};
use hallmark_practice::faults::{Effect, Fault, Hold};
use hallmark_registry::Target;
use hallmark_workflow::{
    dto::{AskInit, AskMember, Role},
    error::Code,
};

fn hall(ground: &Ground) -> Repository {
    ground.repository("shop/hallmark")
}

#[tokio::test]
async fn who_makes_the_workspace_owns_it_and_others_find_it() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let seen = team.auditor.desk.team().await.unwrap();
    assert_eq!((seen.name.as_str(), seen.version), ("Shop", 5));
    assert_eq!(seen.signed_by, "olga");
    let names: Vec<_> = seen
        .members
        .iter()
        .map(|member| member.name.as_str())
        .collect();
    assert_eq!(names, ["olga", "ines", "mara", "ci@shop", "tom"]);
    assert_eq!(seen.members[0].roles, [Role::Owner, Role::Approver]);
    let again = AskInit {
        repository: hall(&ground).to_string(),
        name: None,
    };
    assert_refused(
        team.auditor.desk.workspace_init(again).await,
        Code::Conflict,
        "belongs to a team",
    );
    let other = ground.person("eve").await;
    let again = AskInit {
        repository: hall(&ground).to_string(),
        name: None,
    };
    assert_refused(
        other.desk.workspace_init(again).await,
        Code::Conflict,
        "holds a workspace already",
    );
    let nowhere = other.join(ground.repository("shop/nothing")).await;
    assert_refused(nowhere, Code::NotFound, "holds no workspace");
}

#[tokio::test]
async fn only_an_owner_adds_members_and_a_key_belongs_to_one_of_them() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let eve = ground.person("eve").await;
    assert_refused(
        team.approver.add(&eve, Role::Owner).await,
        Code::NotAllowed,
        "only an owner",
    );
    let add = |name: &str, key: &str| AskMember {
        name: name.into(),
        key: key.into(),
        roles: vec![Role::Approver],
    };
    let other_key = team.owner.desk.member_add(add("ines", &eve.key)).await;
    assert_refused(other_key, Code::Conflict, "with another key");
    let other_name = team
        .owner
        .desk
        .member_add(add("eve", &team.approver.key))
        .await;
    assert_refused(other_name, Code::Conflict, "already the one of ines");
    assert_refused(
        team.owner.desk.member_add(add("eve", "no key")).await,
        Code::BadInput,
        "eve",
    );
}

#[tokio::test]
async fn a_role_that_was_taken_away_counts_no_longer() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    team.approver.approve(&image).await.unwrap();
    team.owner.add(&team.approver, Role::Auditor).await.unwrap();
    ground.tick();
    let review = team.owner.review(&image).await;
    assert_eq!(
        review.standing.approvals, 0,
        "the approver is none any more"
    );
    assert_refused(
        team.approver.request_changes(&image).await,
        Code::NotAllowed,
        "is no approver",
    );
}

#[tokio::test]
async fn of_two_owners_who_write_at_once_one_is_told_and_no_version_is_lost() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    team.owner.add(&team.approver, Role::Owner).await.unwrap();
    let (eve, kim) = (ground.person("eve").await, ground.person("kim").await);
    let hold = Hold::new();
    let look = Fault::on("HEAD", "/manifests/workspace", Effect::Hold(hold.clone()));
    team.approver.desk.team().await.unwrap();
    ground.tick();
    // The second look of a writer is the one right before it puts the document in force.
    ground.registry.inject(look.skip(1).once());
    let overtake = async {
        hold.arrived().await;
        let added = team.owner.add(&kim, Role::Requester).await;
        hold.release();
        added
    };
    let (late, early) = tokio::join!(team.approver.add(&eve, Role::Requester), overtake);
    assert_refused(
        late,
        Code::Conflict,
        "somebody else changed the workspace document",
    );
    let version = early.unwrap().version;
    ground.tick();
    let again = team.approver.add(&eve, Role::Requester).await.unwrap();
    assert_eq!(again.version, version + 1);
    let names: Vec<_> = again
        .members
        .iter()
        .map(|member| member.name.clone())
        .collect();
    assert!(
        names.contains(&"eve".to_owned()) && names.contains(&"kim".to_owned()),
        "{names:?}"
    );
    ground.tick();
    team.auditor
        .desk
        .team()
        .await
        .expect("every step from the first version is there");
}

#[tokio::test]
async fn a_document_that_was_rolled_back_is_refused_and_nothing_is_done_by_it() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    let before = document(&ground).await;
    let eve = ground.person("eve").await;
    team.owner.add(&eve, Role::Approver).await.unwrap();
    team.approver.desk.team().await.unwrap();
    ground.tick();
    team.approver.desk.team().await.unwrap();
    put(&ground, &before).await;
    ground.tick();
    for refused in [
        team.approver.approve(&image).await.map(drop),
        team.approver.promote_to(&image, "golden").await.map(drop),
        team.approver.desk.team().await.map(drop),
    ] {
        assert_refused(
            refused,
            Code::WorkspaceRolledBack,
            "rolled back or replaced",
        );
    }
    let reopened = team.approver.again().await;
    assert_refused(
        reopened.desk.team().await,
        Code::WorkspaceRolledBack,
        "this machine has seen version 6",
    );
}

#[tokio::test]
async fn a_document_signed_by_somebody_who_was_no_owner_is_refused() {
    let ground = Ground::new().await;
    let olga = ground.person("olga").await;
    olga.init(&hall(&ground)).await;
    let (mine, tom) = (SigningKey::generate(), ground.person("tom").await);
    tom.join(hall(&ground)).await.unwrap();
    let before = document(&ground).await;
    let says = says(&ground, &before).await;
    let me = p::Member {
        name: "eve".into(),
        key: mine.public().to_pem(),
        roles: vec!["owner".into()],
    };
    let takeover = p::Workspace {
        version: 2,
        replaces: Some(before.digest().clone()),
        members: says.members.iter().cloned().chain([me]).collect(),
        ..says.clone()
    };
    write(&ground, &takeover, &mine).await;
    ground.tick();
    assert_refused(
        tom.desk.team().await,
        Code::WrongSignature,
        "who was no owner in version 1",
    );

    let unsigned = p::Workspace {
        members: says.members.clone(),
        ..takeover.clone()
    };
    write(&ground, &unsigned, &mine).await;
    assert_refused(
        tom.desk.team().await,
        Code::WrongSignature,
        "which no member has",
    );

    let member = p::Member {
        roles: vec!["approver".into()],
        ..takeover.members[1].clone()
    };
    let humble = p::Workspace {
        members: vec![says.members[0].clone(), member],
        ..takeover
    };
    write(&ground, &humble, &mine).await;
    assert_refused(
        tom.desk.team().await,
        Code::WrongSignature,
        "who is no owner in it",
    );
}

#[tokio::test]
async fn joining_by_digest_trusts_that_document_and_what_descends_from_it() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let current = document(&ground).await;
    let pinned = |digest: &Digest| format!("{}@{digest}", hall(&ground));
    let eve = ground.person("eve").await;
    let joined = eve.join(pinned(current.digest())).await.unwrap();
    assert!(
        !joined
            .warnings
            .iter()
            .any(|w| w.contains("as it was found")),
        "{joined:?}"
    );

    let by_name = ground
        .person("kim")
        .await
        .join(hall(&ground))
        .await
        .unwrap();
    assert!(
        by_name
            .warnings
            .iter()
            .any(|w| w.contains(&team.owner.key_id)),
        "{by_name:?}"
    );

    let stranger = ground.person("zoe").await;
    stranger.init(&ground.repository("other/hallmark")).await;
    let foreign = ground.at("other/hallmark", "workspace").await.unwrap();
    let max = ground.person("max").await;
    assert!(
        max.join(pinned(&foreign)).await.is_err(),
        "no such document is there"
    );
    assert!(
        max.desk.team().await.is_err(),
        "and the workspace stays solo"
    );
    max.join(hall(&ground)).await.unwrap();
}

/// The document in force, as it lies in the registry.
async fn document(ground: &Ground) -> Manifest {
    let named = hall(ground).tagged("workspace".parse().unwrap());
    ground.client.manifest(&named).await.unwrap()
}

async fn put(ground: &Ground, manifest: &Manifest) {
    let tag = "workspace".parse().unwrap();
    let hall = hall(ground);
    let put = ground
        .client
        .put_manifest(&hall, Target::Tag(&tag), manifest);
    put.await.unwrap();
}

async fn says(ground: &Ground, document: &Manifest) -> p::Workspace {
    let blob = ground
        .client
        .blob(&hall(ground), &document.layers()[0], 1 << 20)
        .await
        .unwrap();
    let statement = Statement::read(&Envelope::parse(&blob).unwrap()).unwrap();
    statement.predicate_as().unwrap()
}

/// Puts a document of one's own making in force.
async fn write(ground: &Ground, says: &p::Workspace, key: &SigningKey) {
    let subject = Subject::new(None, &Digest::sha256(&says.origin.workspace));
    let envelope = Statement::about(vec![subject], p::WORKSPACE, says)
        .sign(key)
        .unwrap();
    let json = envelope.to_json();
    let layer = Descriptor::of(media_type::DSSE, &json);
    let manifest = Artifact::new(media_type::HALLMARK_WORKSPACE, vec![layer])
        .build()
        .unwrap();
    for blob in [json, b"{}".to_vec()] {
        ground
            .client
            .push_blob(&hall(ground), blob.into())
            .await
            .unwrap();
    }
    put(ground, &manifest).await;
}
