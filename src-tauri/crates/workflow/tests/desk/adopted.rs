//! Adoption: what is in production enters the history as it is, at no more than two requests a
//! repository; it is shown as what it is, and the gate does not take it for more.

use crate::ground::{Ground, Person, Pushed, assert_refused};
use hallmark_image::{Digest, Manifest, media_type};
use hallmark_practice::{
    Access, Config, User,
    faults::{Effect, Fault},
};
use hallmark_registry::Target;
use hallmark_workflow::{
    Work,
    dto::{
        AdoptRow, AdoptState, Adoption, AskAdopt, CandidateState, GoldenMark, GoldenQuery,
        GoldenRow, GoldenShow, HistoryQuery, LoginRequest, TagState,
    },
    error::{Code, Result},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
};

fn ask(ground: &Ground, prefix: &str) -> AskAdopt {
    AskAdopt {
        place: Some(format!("{}/{prefix}", ground.registry.host())),
        csv: None,
        tag: "golden".into(),
        grace: None,
        message: Some("in production since spring".into()),
        dry_run: false,
    }
}

async fn adopt(person: &Person, ask: AskAdopt) -> Result<Adoption> {
    person.desk.adopt(ask, &Work::quiet()).await
}

/// A list in a file, with `host` before every repository.
async fn adopt_list(ground: &Ground, person: &Person, lines: &str) -> Result<Adoption> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let host = ground.registry.host().to_string();
    std::fs::write(file.path(), lines.replace("HOST", &host)).unwrap();
    let list = AskAdopt {
        place: None,
        csv: Some(file.path().display().to_string()),
        tag: String::new(),
        ..ask(ground, "")
    };
    adopt(person, list).await
}

/// A golden tag that somebody pushed, with the least of an image that there can be.
async fn pushed(ground: &Ground, name: &str, tag: &str) -> Digest {
    let index = serde_json::json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [],
        "annotations": {"name": name},
    });
    let manifest = Manifest::parse(index.to_string(), None).unwrap();
    let tag = tag.parse().unwrap();
    let repository = ground.repository(name);
    let put = ground
        .client
        .put_manifest(&repository, Target::Tag(&tag), &manifest);
    put.await.unwrap();
    manifest.digest().clone()
}

async fn catalogue(person: &Person) -> Vec<GoldenRow> {
    let query = GoldenQuery {
        text: None,
        show: GoldenShow::All,
        offset: 0,
        limit: 60,
    };
    person.desk.golden(query).await.unwrap().rows
}

fn states(adoption: &Adoption) -> BTreeMap<&str, AdoptState> {
    let name = |row: &AdoptRow| row.repository.split_once('/').unwrap().1.to_owned();
    let names: Vec<(String, AdoptState)> = adoption
        .rows
        .iter()
        .map(|row| (name(row), row.state))
        .collect();
    names
        .into_iter()
        .map(|(name, state)| (&*name.leak(), state))
        .collect()
}

#[tokio::test]
async fn what_is_golden_enters_the_history_as_adopted_and_not_as_approved() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "golden").await;
    ground.push("shop/web", "1.0").await;
    ground.push("other/api", "golden").await;

    let rehearsal = AskAdopt {
        dry_run: true,
        ..ask(&ground, "shop")
    };
    let preview = adopt(&ines, rehearsal).await.unwrap();
    assert_eq!(
        states(&preview),
        [
            ("shop/api", AdoptState::New),
            ("shop/web", AdoptState::Missing)
        ]
        .into()
    );
    assert_eq!(ines.kinds().await, Vec::<String>::new(), "a dry run");

    ground.registry.forget_requests();
    let done = adopt(&ines, ask(&ground, "shop")).await.unwrap();
    assert_eq!(
        (done.summary.counts.new, done.summary.counts.missing),
        (1, 1)
    );
    assert_eq!(ground.writes(), [], "nothing is written to a repository");
    assert_eq!(ines.kinds().await, ["adoption"]);

    let [row] = &catalogue(&ines).await[..] else {
        panic!("one row")
    };
    assert_eq!(row.mark, GoldenMark::Adopted);
    assert_eq!(row.digest, image.digest().to_string());
    assert_eq!(row.grace, Some("2027-02-21T10:00:00Z".parse().unwrap()));
    assert_eq!((row.since, row.approved_by.len()), (None, 0));
    assert_eq!(row.tag_state, TagState::Unknown);
    assert_eq!(row.from, format!("FROM {}", image.exact()));
}

#[tokio::test]
async fn the_gate_does_not_take_what_is_adopted_for_promoted() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "golden").await;
    adopt(&ines, ask(&ground, "")).await.unwrap();
    let no = ines
        .desk
        .verify(&image.exact(), "golden", None)
        .await
        .unwrap();
    assert!(!no.golden);
    assert!(
        no.reason
            .contains("is adopted, not approved (grace until 21 Feb 2027)"),
        "{}",
        no.reason
    );
}

#[tokio::test]
async fn the_next_candidate_is_compared_with_it_and_takes_its_place() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let old = ground.push("shop/api", "golden").await;
    adopt(&ines, ask(&ground, "")).await.unwrap();
    let next = ground.push("shop/api", "2.0").await;
    ines.evidence(&next).await;
    let review = ines.review(&next).await;
    let golden = review.golden.as_ref().unwrap();
    assert_eq!(golden.digest, old.digest().to_string());
    assert_eq!(
        golden.note.as_deref(),
        Some("adopted, not approved until 21 Feb 2027")
    );
    ines.make_golden(&ground, &next).await;
    let [row] = &catalogue(&ines).await[..] else {
        panic!("one row")
    };
    assert_eq!(
        (row.mark, row.digest.as_str(), row.approved_by.as_slice()),
        (
            GoldenMark::Golden,
            next.digest().to_string().as_str(),
            &["ines".to_owned()][..]
        )
    );
}

#[tokio::test]
async fn an_adopted_image_that_is_approved_becomes_golden_where_it_stands() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "golden").await;
    adopt(&ines, ask(&ground, "")).await.unwrap();
    ines.evidence(&image).await;
    ines.make_golden(&ground, &image).await;
    assert!(ines.is_golden(&image).await);
    assert_eq!(catalogue(&ines).await[0].mark, GoldenMark::Golden);
}

#[tokio::test]
async fn adopting_again_asks_nothing_of_what_is_known_and_adopts_the_rest() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    pushed(&ground, "shop/a", "golden").await;
    adopt(&ines, ask(&ground, "shop")).await.unwrap();
    pushed(&ground, "shop/b", "golden").await;
    ground.registry.forget_requests();
    let again = adopt(&ines, ask(&ground, "shop")).await.unwrap();
    assert_eq!(
        states(&again),
        [
            ("shop/a", AdoptState::Already),
            ("shop/b", AdoptState::Adopted)
        ]
        .into()
    );
    let asked: Vec<String> = ground
        .registry
        .requests()
        .into_iter()
        .map(|seen| seen.path)
        .collect();
    assert_eq!(asked, ["/v2/_catalog", "/v2/shop/b/manifests/golden"]);
    assert_eq!(ines.kinds().await, ["adoption", "adoption"]);
}

async fn logged_in(ground: &Ground, person: &Person) {
    let login = LoginRequest {
        host: ground.registry.host().to_string(),
        username: Some("team".into()),
        password: Some("s3cret".into()),
        plain_http: true,
        ..LoginRequest::default()
    };
    person.desk.login(login).await.unwrap();
}

/// Requests for each repository: those to it, and those for a token that names it.
fn per_repository(ground: &Ground) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for seen in ground.registry.requests() {
        let of = |text: &str, end: char| {
            let rest = text.split_once("shop/")?.1;
            Some(rest.split(end).next().unwrap_or_default().to_owned())
        };
        let query = seen.query.replace("%3A", ":").replace("%2F", "/");
        if let Some(name) = of(&seen.path, '/').or_else(|| of(&query, ':')) {
            *counts.entry(name).or_default() += 1;
        }
    }
    counts
}

#[tokio::test]
async fn three_hundred_repositories_cost_at_most_two_requests_each() {
    for (access, each, pages) in [
        (Access::Open, 1, 1),
        (
            Access::bearer(vec![User::new("team", "s3cret")]),
            2,
            // The catalogue is refused, a token is fetched, and it is listed.
            3,
        ),
    ] {
        let ground = Ground::with(Config {
            access,
            ..Config::default()
        })
        .await
        .logged_in("team", "s3cret");
        let ines = ground.person("ines").await;
        if each == 2 {
            logged_in(&ground, &ines).await;
        }
        for number in 0..300 {
            pushed(&ground, &format!("shop/r{number}"), "golden").await;
        }
        ground.registry.forget_requests();
        let done = adopt(&ines, ask(&ground, "shop")).await.unwrap();
        assert_eq!(done.summary.counts.new, 300);
        let counts = per_repository(&ground);
        assert_eq!(counts.len(), 300);
        assert!(counts.values().all(|count| *count == each), "{counts:?}");
        assert_eq!(done.summary.requests, 300 * each as u64 + pages);
        assert_eq!(
            ground.registry.requests().len() as u64,
            done.summary.requests
        );
        let found = ines
            .desk
            .history_page(HistoryQuery::default())
            .await
            .unwrap();
        assert_eq!(found.total, Some(300 + if each == 2 { 1 } else { 0 }));
    }
}

#[tokio::test]
async fn a_list_with_a_wrong_line_adopts_nothing_and_names_the_line() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    pushed(&ground, "shop/a", "golden").await;
    ground.registry.forget_requests();
    let lines = "repository,tag\nHOST/shop/a,golden\nHOST/shop/B,golden\n";
    let refused = adopt_list(&ground, &ines, lines).await;
    assert_refused(
        refused,
        Code::BadInput,
        "line 3: “shop/B” is not a repository",
    );
    assert_eq!(ground.registry.requests(), [], "nothing was looked at");

    let lines = "repository,tag\nHOST/shop/a,golden\nHOST/shop/gone,golden\n";
    let refused = adopt_list(&ground, &ines, lines).await.unwrap();
    assert!(refused.summary.refused);
    let gone = refused.rows.iter().find(|row| row.line == Some(3)).unwrap();
    assert_eq!(gone.state, AdoptState::Missing);
    assert_eq!(gone.reason.as_deref(), Some("there is no tag golden here"));
    assert_eq!(ines.kinds().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_list_says_since_when_and_other_tags_are_adopted_as_golden_too() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    pushed(&ground, "shop/a", "prod").await;
    let lines = "repository,tag,since,by\nHOST/shop/a,prod,2026-01-02,tom\n";
    adopt_list(&ground, &ines, lines).await.unwrap();
    let rows = catalogue(&ines).await;
    assert_eq!(rows[0].tag, "prod");
    assert_eq!(rows[0].since, Some("2026-01-02T00:00:00Z".parse().unwrap()));
}

#[tokio::test]
async fn a_right_that_is_missing_is_told_apart_from_a_tag_that_is() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    for name in ["shop/a", "shop/secret", "shop/slow"] {
        pushed(&ground, name, "golden").await;
    }
    let status = |path: &str, status| {
        let effect = Effect::Status {
            status,
            headers: Vec::new(),
            body: Default::default(),
        };
        ground.registry.inject(Fault::anywhere(path, effect));
    };
    status("shop/secret", 403);
    status("shop/slow", 400);
    let done = adopt(&ines, ask(&ground, "shop")).await.unwrap();
    assert_eq!(
        states(&done),
        [
            ("shop/a", AdoptState::Adopted),
            ("shop/secret", AdoptState::NoRight),
            ("shop/slow", AdoptState::Failed)
        ]
        .into()
    );
    assert_eq!(done.summary.counts.new, 1);
    let reason = |name: &str| {
        let row = done.rows.iter().find(|row| row.repository.ends_with(name));
        row.unwrap().reason.clone().unwrap()
    };
    assert!(!reason("shop/secret").is_empty() && !reason("shop/slow").is_empty());
}

#[tokio::test]
async fn a_registry_that_asks_to_slow_down_is_not_asked_for_every_tag() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    for number in 0..60 {
        pushed(&ground, &format!("shop/r{number}"), "golden").await;
    }
    let effect = Effect::Status {
        status: 429,
        headers: vec![("Retry-After".into(), "86400".into())],
        body: Default::default(),
    };
    ground
        .registry
        .inject(Fault::on("HEAD", "/manifests/", effect));
    ground.registry.forget_requests();
    let done = adopt(&ines, ask(&ground, "shop")).await.unwrap();
    assert_eq!(done.summary.counts.failed, 60);
    let heads = ground.registry.requests().len();
    assert!(heads < 20, "{heads} requests");
}

#[tokio::test]
async fn stopped_on_the_way_nothing_is_adopted() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    for number in 0..12 {
        pushed(&ground, &format!("shop/r{number}"), "golden").await;
    }
    let stopped = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&stopped);
    let work = Work::new(
        Arc::new(move |progress| {
            let halfway = progress.total == Some(12) && progress.done == 6;
            stop.fetch_or(halfway, std::sync::atomic::Ordering::Relaxed);
        }),
        stopped,
    );
    let refused = ines.desk.adopt(ask(&ground, "shop"), &work).await;
    assert_refused(refused, Code::Cancelled, "stopped");
    assert_eq!(ines.kinds().await, Vec::<String>::new());
}

#[tokio::test]
async fn in_a_team_only_an_approver_adopts_and_the_others_find_it_on_one_signed_list() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = ground.push("shop/api", "golden").await;
    pushed(&ground, "shop/web", "golden").await;
    let list = ask(&ground, "shop");
    let refused = adopt(&team.developer, list.clone()).await;
    assert_refused(refused, Code::NotAllowed, "is no approver");

    ground.tick();
    ground.registry.forget_requests();
    let done = adopt(&team.approver, list.clone()).await.unwrap();
    assert_eq!(done.summary.counts.new, 2);
    let tag = done.summary.list.unwrap();
    assert!(tag.starts_with("adopted-20261123T"), "{tag}");
    let elsewhere = |seen: &&hallmark_practice::Seen| !seen.path.contains("/shop/hallmark/");
    assert_eq!(ground.writes().iter().filter(elsewhere).count(), 0);

    let rebuilt = team
        .auditor
        .desk
        .history_rebuild(&Work::quiet())
        .await
        .unwrap();
    assert_eq!(rebuilt.problems, Vec::<String>::new());
    let rows = catalogue(&team.auditor).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (rows[0].mark, rows[0].by.as_str()),
        (GoldenMark::Adopted, "ines")
    );
    assert_eq!(rows[0].digest, image.digest().to_string());
    let again = team
        .auditor
        .desk
        .history_rebuild(&Work::quiet())
        .await
        .unwrap();
    assert_eq!(again.added, 0);
    assert_eq!(catalogue(&team.auditor).await.len(), 2);
    assert!(
        team.auditor
            .desk
            .history_verify(&Work::quiet())
            .await
            .unwrap()
            .ok
    );

    // The chain of whoever adopted goes on over the list, and nothing is missed in it.
    team.ci.evidence(&image).await;
    team.approver.make_golden(&ground, &image).await;
    let rebuilt = team
        .auditor
        .desk
        .history_rebuild(&Work::quiet())
        .await
        .unwrap();
    assert_eq!(rebuilt.problems, Vec::<String>::new());
    let rows = catalogue(&team.auditor).await;
    assert_eq!(rows[0].mark, GoldenMark::Golden);
}

#[tokio::test]
async fn a_list_of_somebody_who_may_not_decide_counts_for_nothing() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    pushed(&ground, "shop/web", "golden").await;
    adopt(&team.approver, ask(&ground, "shop")).await.unwrap();
    team.owner
        .add(&team.approver, hallmark_workflow::dto::Role::Auditor)
        .await
        .unwrap();
    let rebuilt = team
        .auditor
        .desk
        .history_rebuild(&Work::quiet())
        .await
        .unwrap();
    let said = |problem: &String| problem.contains("ines signed it, who is no approver");
    assert!(rebuilt.problems.iter().any(said), "{:?}", rebuilt.problems);
    assert_eq!(catalogue(&team.auditor).await.len(), 0);
}

#[tokio::test]
async fn what_was_adopted_can_be_revoked() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image: Pushed = ground.push("shop/api", "golden").await;
    adopt(&ines, ask(&ground, "")).await.unwrap();
    ground.tick();
    ines.revoke(&image).await.unwrap();
    assert_eq!(catalogue(&ines).await[0].mark, GoldenMark::Revoked);
    let review = ines.review(&image).await;
    assert_eq!(review.standing.state, CandidateState::Revoked);
}
