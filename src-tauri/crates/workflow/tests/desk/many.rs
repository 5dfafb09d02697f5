//! Many at once: what has the same cause is grouped, and what passes every check is approved in
//! one go, each for itself.

use crate::ground::{Ground, Person, Pushed, assert_refused, junit, trivy};
use hallmark_workflow::{
    Work,
    dto::{AskApproveMany, GroupMember, Groups, ManyOne, Progress, Review},
    error::Code,
};
use std::sync::{Arc, Mutex, atomic::AtomicBool};

/// Attaches tests that pass, and scans with these Medium findings.
async fn scanned(person: &Person, image: &Pushed, ids: &[&str]) {
    let at = person.surroundings().clock.now();
    let findings: Vec<(&str, &str, &str)> = ids.iter().map(|id| (*id, "MEDIUM", "2")).collect();
    let files = [
        ("junit.xml", junit(at, &["adds"], &[])),
        ("amd64.json", trivy(image, 0, at, &findings)),
        ("arm64.json", trivy(image, 1, at, &findings)),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    person.attach_files(image, &files, None).await.unwrap();
}

/// Services whose golden image has two findings, and whose candidate fixes the first.
async fn services(ground: &Ground, ines: &Person, names: &[&str]) -> Vec<Pushed> {
    let mut candidates = Vec::new();
    for name in names {
        // Each its own bytes, as services are: what is revoked is revoked wherever it lies.
        let own = |version: &str| format!("{version}-{}", name.replace('/', "-"));
        let old = ground.push_as(name, "1.0", &own("1.0")).await;
        scanned(ines, &old, &["CVE-1", "CVE-2"]).await;
        ines.make_golden(ground, &old).await;
        let new = ground.push_as(name, "1.1", &own("1.1")).await;
        scanned(ines, &new, &["CVE-2"]).await;
        ines.request(&new).await.unwrap();
        ground.tick();
        candidates.push(new);
    }
    candidates
}

async fn groups(person: &Person) -> Groups {
    person.desk.groups(&Work::quiet()).await.unwrap()
}

fn one(member: &GroupMember) -> ManyOne {
    ManyOne {
        image: member.image.clone(),
        stage: member.stage.clone(),
        seen: member.seen.clone(),
        seen_golden: member.seen_golden.clone(),
    }
}

fn all(groups: &Groups) -> AskApproveMany {
    let members = groups.groups.iter().flat_map(|group| &group.members);
    AskApproveMany {
        candidates: members.chain(&groups.alone).map(one).collect(),
        message: "zlib is newer everywhere".into(),
    }
}

fn golden_of(review: &Review) -> String {
    review.golden.as_ref().unwrap().digest.clone()
}

#[tokio::test]
async fn candidates_that_fix_the_same_are_one_group_and_the_exception_is_said() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let candidates = services(&ground, &ines, &["shop/api", "shop/web"]).await;
    let other = ground.push("shop/other", "1.0").await;
    scanned(&ines, &other, &[]).await;
    ines.request(&other).await.unwrap();
    scanned(&ines, &candidates[1], &["CVE-2", "CVE-3"]).await;
    let found = groups(&ines).await;
    let [group] = found.groups.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(group.title, "2 images: the same 1 finding fixed");
    assert_eq!(group.fixed, ["CVE-1 in zlib1g"]);
    assert!(group.new.is_empty());
    let own: Vec<&[String]> = group.members.iter().map(|one| one.new.as_slice()).collect();
    assert_eq!(own, [&[][..], &["CVE-3 in zlib1g".to_owned()]]);
    assert_eq!(found.alone.len(), 1);
}

#[tokio::test]
async fn all_that_pass_go_golden_in_one_go_each_on_its_own_digest() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let candidates = services(&ground, &ines, &["shop/api", "shop/web", "shop/jobs"]).await;
    let ask = all(&groups(&ines).await);
    let steps: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let heard = Arc::clone(&steps);
    let work = Work::new(
        Arc::new(move |step| heard.lock().unwrap().push(step)),
        Arc::default(),
    );
    let done = ines.desk.approve_many(ask, &work).await.unwrap();
    assert_eq!((done.approved, done.failed), (3, 0), "{done:?}");
    for image in &candidates {
        assert!(ines.is_golden(image).await);
        assert_eq!(
            golden_of(&ines.review(image).await),
            image.digest().to_string()
        );
    }
    let last = steps.lock().unwrap().last().cloned().unwrap();
    assert_eq!((last.done, last.total), (3, Some(3)));
}

#[tokio::test]
async fn what_changed_or_does_not_pass_is_named_and_the_others_go_on() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let names = ["shop/api", "shop/web", "shop/jobs"];
    let candidates = services(&ground, &ines, &names).await;
    let ask = all(&groups(&ines).await);
    // One got a report since, one was revoked meanwhile.
    let failing = junit(ground.now(), &[], &["adds"]);
    ines.attach(&candidates[0], "later.xml", &failing)
        .await
        .unwrap();
    ground.tick();
    ines.revoke(&candidates[1]).await.unwrap();
    ground.tick();
    let done = ines.desk.approve_many(ask, &Work::quiet()).await.unwrap();
    assert_eq!((done.approved, done.failed), (1, 2), "{done:?}");
    let codes: Vec<Option<Code>> = done.done.iter().map(|one| one.failure).collect();
    assert_eq!(codes, [Some(Code::Conflict), Some(Code::Revoked), None]);
    assert!(ines.is_golden(&candidates[2]).await);
    assert!(!ines.is_golden(&candidates[0]).await);
}

#[tokio::test]
async fn nobody_approves_what_they_asked_for_nor_what_is_waived_among_others() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let asked = team.asked(&ground, "1.0").await;
    let own = ground.push_as("shop/web", "1.0", "1.0-web").await;
    team.ci.evidence(&own).await;
    team.approver.request(&own).await.unwrap();
    ground.tick();
    let ask = AskApproveMany {
        candidates: [&asked, &own]
            .map(|image| ManyOne {
                image: image.exact(),
                stage: "golden".into(),
                seen: Vec::new(),
                seen_golden: None,
            })
            .to_vec(),
        message: "fine".into(),
    };
    let done = team.approver.desk.approve_many(ask, &Work::quiet()).await;
    let done = done.unwrap();
    assert_eq!(
        done.approved, 0,
        "what was not seen is not approved: {done:?}"
    );
    assert_eq!(done.done[1].failure, Some(Code::Conflict));

    let seen = groups(&team.owner).await;
    let done = team
        .owner
        .desk
        .approve_many(all(&seen), &Work::quiet())
        .await;
    let done = done.unwrap();
    assert_eq!(done.approved, 2, "{done:?}");
    let mine = groups(&team.approver).await;
    let members = mine.groups.iter().flat_map(|group| &group.members);
    assert!(
        members
            .chain(&mine.alone)
            .all(|one| one.image != own.exact())
    );
}

#[tokio::test]
async fn what_is_waived_is_looked_at_by_itself() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let at = ground.now();
    let scan = |platform| trivy(&image, platform, at, &[("CVE-2026-1", "HIGH", "1.3")]);
    let files = [junit(at, &["adds"], &[]), scan(0), scan(1)];
    let names = ["junit.xml", "amd64.json", "arm64.json"];
    let files: Vec<(&str, &str)> = names
        .into_iter()
        .zip(files.iter().map(String::as_str))
        .collect();
    ines.attach_files(&image, &files, None).await.unwrap();
    ground.tick();
    ines.waive(&image, "2026-12-24").await.unwrap();
    ines.request(&image).await.unwrap();
    ground.tick();
    let found = groups(&ines).await;
    let why = found.alone[0].why_not.as_deref().unwrap();
    assert!(why.starts_with("Not every check passes"), "{why}");
    let done = ines
        .desk
        .approve_many(all(&found), &Work::quiet())
        .await
        .unwrap();
    assert_eq!(done.done[0].failure, Some(Code::PolicyRefuses));
}

#[tokio::test]
async fn stopped_it_leaves_the_rest_as_it_was() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let candidates = services(&ground, &ines, &["shop/api", "shop/web"]).await;
    let ask = all(&groups(&ines).await);
    let stopped = Work::new(Arc::new(|_| ()), Arc::new(AtomicBool::new(true)));
    let done = ines.desk.approve_many(ask.clone(), &stopped).await.unwrap();
    assert_eq!(done.approved, 0);
    assert!(
        done.done
            .iter()
            .all(|one| one.failure == Some(Code::Cancelled))
    );
    assert!(!ines.is_golden(&candidates[0]).await);
    let mute = AskApproveMany {
        message: " ".into(),
        ..ask
    };
    let refused = ines.desk.approve_many(mute, &Work::quiet()).await;
    assert_refused(refused, Code::BadInput, "a reason is missing");
}
