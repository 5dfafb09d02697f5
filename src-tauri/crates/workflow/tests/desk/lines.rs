//! Lines over several repositories and registries: what goes along, what is asked before it
//! does, and what a cut, a refusal or a rollback leaves.

use crate::{
    ground::{Ground, Person, Pushed, assert_refused, decide},
    person::stage,
};
use hallmark_image::{Digest, Repository, Tag};
use hallmark_practice::faults::{Effect, Fault};
use hallmark_practice::{Config, Registry, Running};
use hallmark_workflow::{
    StageFile, Work,
    dto::{
        AskReview, AskRollback, CandidateState, HistoryQuery, Outcome, Promotion, SettleOutcome,
    },
    error::{Code, Result},
};

/// dev and qa on one registry, golden on another.
struct Line {
    ground: Ground,
    prod: Running,
    ines: Person,
}

impl Line {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut Vec<StageFile>)) -> Self {
        let ground = Ground::new().await;
        let prod = Registry::start(Config::default()).await.unwrap();
        let (host, other) = (ground.registry.host(), prod.host());
        let mut stages = vec![
            stage("dev", None, &["dev"]),
            stage("qa", Some(format!("{host}/qa/{{name}}")), &["qa"]),
            stage(
                "golden",
                Some(format!("{other}/golden/{{path}}")),
                &["{version}-golden", "prod"],
            ),
        ];
        stages[2].after = Some("qa".to_owned());
        change(&mut stages);
        let ines = ground.person("ines").await;
        ines.policy_text("version = 1\n[stage.dev]\napprovals = 0\n[stage.qa]\napprovals = 0\n[stage.golden]\napprovals = 1\n");
        let ines = ines.with_stages(&format!("{host}/shop/*"), stages).await;
        Self { ground, prod, ines }
    }

    /// An image of this version in dev's repository, with its reports.
    async fn image(&self, version: &str) -> Pushed {
        let image = self.ground.push("shop/api", version).await;
        self.ines.evidence(&image).await;
        self.ground.tick();
        image
    }

    fn qa(&self) -> Repository {
        self.ground.repository("qa/api")
    }

    fn golden(&self) -> Repository {
        let name = format!("{}/golden/shop/api", self.prod.host());
        name.parse().unwrap()
    }

    async fn promote(&self, image: &str, stage: &str) -> Promotion {
        self.try_promote(image, stage).await.unwrap()
    }

    async fn try_promote(&self, image: &str, stage: &str) -> Result<Promotion> {
        self.ground.tick();
        let ask = crate::ground::ask_promote(image, stage);
        self.ines.desk.promote(ask, &Work::quiet()).await
    }

    async fn approve(&self, image: &str) {
        self.ground.tick();
        let work = Work::quiet();
        let approved = self.ines.desk.approve(decide(image, false), &work);
        approved.await.unwrap();
    }

    /// From dev through qa to golden.
    async fn through(&self, image: &Pushed) -> Promotion {
        let at_qa = self.qa().at(image.digest().clone()).to_string();
        let qa = self.promote(&image.exact(), "qa").await;
        assert_eq!(qa.outcome, Outcome::Promoted, "{}", qa.message);
        self.approve(&at_qa).await;
        let golden = self.promote(&at_qa, "golden").await;
        assert_eq!(golden.outcome, Outcome::Promoted, "{}", golden.message);
        golden
    }

    async fn at(&self, repository: &Repository, tag: &str) -> Option<Digest> {
        let tag: Tag = tag.parse().unwrap();
        let found = self.ground.client.resolve_tag(repository, &tag).await;
        found.unwrap().map(|found| found.digest)
    }

    async fn at_prod(&self) -> Option<Digest> {
        self.at(&self.golden(), "prod").await
    }
}

#[tokio::test]
async fn an_image_goes_from_dev_through_qa_to_golden_with_all_that_is_attached() {
    let line = Line::new().await;
    let image = line.image("2.8.1").await;
    let before = line.ines.review_of(&image.exact()).await;
    assert_eq!(
        before.target.as_deref(),
        Some(line.golden().to_string().as_str())
    );
    let golden = line.through(&image).await;
    assert_eq!(golden.repository, line.golden().to_string());
    assert_eq!(golden.source, Some(line.qa().to_string()));
    assert_eq!(golden.tags, ["prod", "2.8.1-golden"]);
    assert!(golden.copied > 0 && golden.bytes > 0, "{golden:?}");
    assert_eq!(golden.missing, Vec::<String>::new());
    for tag in ["prod", "2.8.1-golden", &golden.pins[0]] {
        assert_eq!(
            line.at(&line.golden(), tag).await.as_ref(),
            Some(image.digest()),
            "{tag}"
        );
    }
    let there = line.golden().at(image.digest().clone()).to_string();
    let review = line.ines.review_of(&there).await;
    assert_eq!(review.evidence.len(), before.evidence.len());
    assert_eq!(review.standing.state, CandidateState::Promoted);
}

#[tokio::test]
async fn the_history_names_the_stage_of_a_promotion_whatever_its_tags_are_called() {
    let line = Line::new().await;
    let image = line.image("2.8.1").await;
    line.through(&image).await;
    let page = line.ines.desk.history_page(HistoryQuery {
        kind: Some(vec!["promotion".into()]),
        ..HistoryQuery::default()
    });
    let rows = page.await.unwrap().entries;
    let stages: Vec<Option<&str>> = rows.iter().map(|row| row.stage.as_deref()).collect();
    assert_eq!(stages, [Some("golden"), Some("qa")]);
    assert_eq!(rows[0].tag.as_deref(), Some("prod"));
}

#[tokio::test]
async fn golden_is_verified_from_its_own_repository_with_keys_alone() {
    let line = Line::new().await;
    let image = line.image("2.8.1").await;
    line.through(&image).await;
    let anybody = line.ground.person("anybody").await;
    let there = format!("{}:prod", line.golden());
    let keys = Some(vec![line.ines.key.clone()]);
    let verified = anybody.desk.verify(&there, "golden", keys).await.unwrap();
    assert!(verified.golden, "{verified:?}");
    assert_eq!(verified.approved_by.len(), 1);
}

#[tokio::test]
async fn the_stage_before_is_asked_for_and_seen_wherever_the_image_stands() {
    let line = Line::new().await;
    let image = line.image("2.8.1").await;
    let review = line.ines.review_of(&image.exact()).await;
    assert!(review.can.promote.unwrap().contains("never promoted to qa"));
    line.promote(&image.exact(), "qa").await;
    for place in [&image.repository, &line.qa()] {
        let here = place.at(image.digest().clone()).to_string();
        let review = line.ines.review_of(&here).await;
        let qa = review.checks.iter().find(|check| check.rule == "stage-qa");
        assert_eq!(
            qa.unwrap().verdict,
            hallmark_workflow::dto::CheckVerdict::Pass,
            "{here}"
        );
    }
}

#[tokio::test]
async fn the_source_hears_of_the_promotion_and_of_the_rollback() {
    let line = Line::new().await;
    let first = line.image("1.0").await;
    line.through(&first).await;
    let second = line.image("2.0").await;
    line.through(&second).await;
    let state = async |image: &Pushed| {
        let at_qa = line.qa().at(image.digest().clone()).to_string();
        line.ines.review_of(&at_qa).await.standing.state
    };
    assert_eq!(state(&second).await, CandidateState::Promoted);
    line.ground.tick();
    let ask = AskRollback {
        repository: first.repository.to_string(),
        stage: "golden".into(),
        to: None,
        message: "payouts fail at night".into(),
        dry_run: false,
    };
    let back = line.ines.desk.rollback(ask, &Work::quiet()).await.unwrap();
    assert_eq!(back.outcome, Outcome::Promoted, "{}", back.message);
    assert_eq!(line.at_prod().await.as_ref(), Some(first.digest()));
    assert_eq!(state(&first).await, CandidateState::Promoted);
    assert_eq!(state(&second).await, CandidateState::RolledBack);
    let again = line.qa().at(second.digest().clone()).to_string();
    let refused = line.promote(&again, "golden").await;
    assert_eq!(refused.outcome, Outcome::Refused, "it needs a new approval");
}

#[tokio::test]
async fn a_copy_that_is_cut_moves_no_tag_and_is_taken_up_where_it_was_left() {
    let line = Line::new().await;
    let image = line.image("2.8.1").await;
    line.promote(&image.exact(), "qa").await;
    let at_qa = line.qa().at(image.digest().clone()).to_string();
    line.approve(&at_qa).await;
    let index = format!("manifests/{}", image.digest());
    line.prod
        .inject(Fault::on("PUT", &index, Effect::status(403)).times(9));
    assert!(line.try_promote(&at_qa, "golden").await.is_err());
    assert_eq!(line.at_prod().await, None);
    assert_eq!(line.ines.desk.status().await.unwrap().open_intents, 0);
    line.prod.behave();
    line.prod.forget_requests();
    let golden = line.promote(&at_qa, "golden").await;
    assert_eq!(golden.outcome, Outcome::Promoted, "{}", golden.message);
    let layers = image.children.iter().flat_map(|child| child.layers());
    for layer in layers {
        let sent =
            line.prod.requests().into_iter().filter(|seen| {
                seen.method == "PUT" && seen.path.contains(&layer.digest.to_string())
            });
        assert_eq!(sent.count(), 0, "{} was there already", layer.digest);
    }
}

#[tokio::test]
async fn a_promotion_that_is_cut_after_its_tags_moved_is_recorded_at_the_target() {
    let line = Line::new().await;
    let image = line.image("2.8.1").await;
    line.promote(&image.exact(), "qa").await;
    let at_qa = line.qa().at(image.digest().clone()).to_string();
    line.approve(&at_qa).await;
    // The last look, once every tag is put, is refused.
    line.prod.inject(
        Fault::on("HEAD", "2.8.1-golden", Effect::status(403))
            .skip(3)
            .once(),
    );
    assert!(line.try_promote(&at_qa, "golden").await.is_err());
    assert_eq!(line.at_prod().await.as_ref(), Some(image.digest()));
    line.prod.behave();
    let settled = line.ines.desk.settle(&Work::quiet()).await.unwrap();
    assert_eq!(settled[0].outcome, SettleOutcome::Recorded);
    assert_eq!(settled[0].repository, line.golden().to_string());
    let review = line.ines.review_of(&at_qa).await;
    assert_eq!(review.standing.state, CandidateState::Promoted);
}

#[tokio::test]
async fn a_tag_that_cannot_be_moved_is_a_conflict_before_anything_is() {
    let line = Line::with(|stages| {
        stages[2].tags = vec!["{version}-golden".into()];
        stages[2].immutable = true;
    })
    .await;
    let first = line.image("1.0").await;
    line.through(&first).await;
    let same_version = Pushed {
        manifest: first.children[0].clone(),
        children: Vec::new(),
        tag: "1.0-2".parse().unwrap(),
        repository: first.repository.clone(),
    };
    line.ground.place(&same_version, "1.0-2").await;
    line.promote(&same_version.exact(), "qa").await;
    let at_qa = line.qa().at(same_version.digest().clone()).to_string();
    line.approve(&at_qa).await;
    line.prod.forget_requests();
    let conflict = line.promote(&at_qa, "golden").await;
    assert_eq!(conflict.outcome, Outcome::Conflict, "{}", conflict.message);
    assert!(
        conflict.message.contains("cannot be moved"),
        "{}",
        conflict.message
    );
    assert!(
        line.prod
            .requests()
            .iter()
            .all(|seen| matches!(seen.method.as_str(), "GET" | "HEAD"))
    );
}

#[tokio::test]
async fn a_registry_that_refuses_to_move_a_tag_is_understood() {
    let line = Line::new().await;
    let image = line.image("2.8.1").await;
    line.promote(&image.exact(), "qa").await;
    let at_qa = line.qa().at(image.digest().clone()).to_string();
    line.approve(&at_qa).await;
    let refusal = Effect::Status {
        status: 400,
        headers: vec![("Content-Type".into(), "application/json".into())],
        body: r#"{"errors":[{"code":"TAG_INVALID","message":"The image tag 'prod' already exists in the 'api' repository and cannot be overwritten because the tag is immutable."}]}"#.into(),
    };
    for (tag, outcome, words) in [
        ("manifests/prod", Outcome::Conflict, "Nothing was moved"),
        (
            "manifests/2.8.1-golden",
            Outcome::Partial,
            "before it were moved",
        ),
    ] {
        line.prod.behave();
        line.prod.inject(Fault::on("PUT", tag, refusal.clone()));
        let refused = line.promote(&at_qa, "golden").await;
        assert_eq!(refused.outcome, outcome, "{}", refused.message);
        assert!(refused.message.contains("immutable"), "{}", refused.message);
        assert!(refused.message.contains(words), "{}", refused.message);
        assert_eq!(line.ines.desk.status().await.unwrap().open_intents, 0);
    }
}

#[tokio::test]
async fn who_cannot_read_the_target_may_ask_but_not_approve() {
    let line = Line::new().await;
    let image = line.image("2.8.1").await;
    line.promote(&image.exact(), "qa").await;
    line.prod
        .inject(Fault::anywhere("golden/shop/api", Effect::status(403)));
    line.ines.request(&image).await.unwrap();
    let review = line.ines.review_of(&image.exact()).await;
    let why = review.can.approve.unwrap();
    assert!(why.contains("cannot be told"), "{why}");
    let work = Work::quiet();
    let approved = line.ines.desk.approve(decide(&image.exact(), false), &work);
    assert!(
        approved
            .await
            .unwrap_err()
            .message
            .contains("cannot be told")
    );
}

/// How many requests of each method and kind of path were made.
fn counted(seen: &[hallmark_practice::Seen], method: &str, part: &str) -> usize {
    let matching = seen
        .iter()
        .filter(|seen| seen.method == method && seen.path.contains(part));
    matching.count()
}

#[tokio::test]
#[allow(clippy::too_many_lines, reason = "one budget is read at one look")]
async fn it_costs_these_requests_at_the_source_and_at_the_target() {
    let line = Line::new().await;
    let first = line.image("1.0").await;
    line.through(&first).await;
    let second = line.image("2.0").await;
    line.promote(&second.exact(), "qa").await;
    let at_qa = line.qa().at(second.digest().clone()).to_string();
    line.approve(&at_qa).await;
    line.ines.review_of(&at_qa).await;
    line.ground.registry.forget_requests();
    line.prod.forget_requests();
    let golden = line.promote(&at_qa, "golden").await;
    let (source, target) = (line.ground.registry.requests(), line.prod.requests());
    assert_eq!(
        golden.requests,
        (source.len() + target.len()) as u64,
        "every request is counted"
    );
    let (from, to) = (
        |method: &str, part: &str| counted(&source, method, part),
        |method: &str, part: &str| counted(&target, method, part),
    );
    // The tag that moves and the version's own: with the evidence, before anything is done, after
    // the copy took its time, and right after the put.
    assert_eq!(to("HEAD", "/manifests/prod"), 4);
    assert_eq!(to("HEAD", "/manifests/2.0-golden"), 4);
    // The pin that keeps the old image is found in the list of tags; the new one is put.
    assert_eq!(
        (to("GET", "/tags/list"), to("HEAD", "/manifests/golden-")),
        (1, 1)
    );
    assert_eq!(to("PUT", "/manifests/golden-"), 1);
    assert_eq!(
        (
            to("PUT", "/manifests/prod"),
            to("PUT", "/manifests/2.0-golden")
        ),
        (1, 1)
    );
    // What is said at the target of the image; what hangs there at the end, on it and on each of
    // its two platforms, by the copy and by the promotion itself.
    assert_eq!(to("GET", "/referrers/"), 1 + 3 + 3);
    // The copy: each blob is read once at the source and sent once, and the empty configuration,
    // which the first promotion brought, is asked for. The summary and the promotion are two more.
    assert_eq!(
        (from("GET", "/blobs/"), to("PUT", "/blobs/uploads/")),
        (14, 14 + 2)
    );
    assert_eq!(to("POST", "/blobs/uploads/"), 14 + 1 + 2);
    assert_eq!(
        to("HEAD", "/blobs/"),
        3,
        "of the two statements and what they share"
    );
    // At the source: what hangs on the image and its platforms, once for the review's case and once
    // for the copy, which also looks below each of the ten that hang there.
    assert_eq!(from("GET", "/referrers/"), 3 + 3 + 10);
    assert_eq!(from("GET", "/tags/list"), 1, "for cosign's tags");
    assert_eq!(from("HEAD", "/manifests/sha256-"), 2 * 3, "for the review");
    // The source hears of it: two statements, looked for and attached.
    assert_eq!(
        (
            from("HEAD", "/manifests/sha256:"),
            from("PUT", "/manifests/sha256:")
        ),
        (1, 2)
    );
    assert_eq!(
        (
            from("POST", "/blobs/uploads/"),
            from("PUT", "/blobs/uploads/")
        ),
        (2, 2)
    );
    assert_eq!((source.len(), target.len()), (41 + 6, 72));
}

#[tokio::test]
async fn another_machine_rebuilds_what_was_placed_elsewhere() {
    let line = Line::new().await;
    let image = line.image("2.8.1").await;
    line.through(&image).await;
    let pipelines = hallmark_workflow::WorkspaceFile::load(
        &hallmark_workflow::Home::at(line.ines.home()).unwrap(),
    );
    let pipelines = pipelines.unwrap().pipelines;
    let other = line.ground.person("otto").await;
    let other = other
        .knowing(&[(&line.ines, hallmark_workflow::dto::Role::Approver)])
        .await
        .edited(|file| file.pipelines = pipelines)
        .await;
    let also = [image.repository.clone()];
    let work = Work::quiet();
    let rebuilt = other.desk.history_rebuild_with(&also, &work);
    let rebuilt = rebuilt.await.unwrap();
    assert_eq!(rebuilt.repositories, 3, "{rebuilt:?}");
    assert_eq!(rebuilt.problems, Vec::<String>::new());
    assert_eq!(
        other
            .kinds()
            .await
            .iter()
            .filter(|kind| *kind == "promotion")
            .count(),
        2
    );
}

#[tokio::test]
async fn a_hand_edit_of_the_file_is_picked_up_and_a_wrong_one_named_by_its_line() {
    let line = Line::new().await;
    let image = line.image("2.8.1").await;
    let file = line.ines.home().join("workspace.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"prod\"", "\"live\"")).unwrap();
    let review = line.ines.review_of(&image.exact()).await;
    assert_eq!(review.plan.tags[0].tag, "live");
    std::fs::write(&file, text.replace("\"prod\"", "\"{verison}\"")).unwrap();
    let ask = AskReview {
        image: image.exact(),
        stage: Some("golden".into()),
    };
    let refused = line.ines.desk.review(ask).await;
    assert_refused(refused, Code::BadInput, "{verison}");
}
