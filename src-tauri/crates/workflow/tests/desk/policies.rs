//! The policy, changed in the window, with the command, or by hand: the same text and the same
//! answer. Before it is saved it says what it would change, and what it would have said before.

use crate::ground::{Ground, assert_refused, reason};
use hallmark_workflow::{
    dto::{AskTick, CheckVerdict, LineChange, PolicyDraft, Verdict},
    error::Code,
};

const STRICT: &str = "version = 1\n\n# nobody knows who builds this\n[stage.golden]\napprovals = 1\nevidence = [\"tests\"]\n[stage.golden.labels]\nrequired = [\"team\"]\n";

fn draft(text: &str) -> PolicyDraft {
    PolicyDraft {
        text: text.to_owned(),
        base: None,
    }
}

#[tokio::test]
async fn a_policy_saved_in_the_window_and_one_written_by_hand_judge_alike() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let saved = ines.desk.policy_save(draft(STRICT)).await.unwrap();
    assert_eq!(saved.text, STRICT, "comments stay");
    let by_window = ines.review(&image).await;
    ines.policy_text("version = 1\n[stage.golden]\n");
    assert_eq!(ines.review(&image).await.checks.len(), 1);
    ines.policy_text(STRICT);
    let by_hand = ines.review(&image).await;
    let told = |review: &hallmark_workflow::dto::Review| {
        let each = review.checks.iter();
        each.map(|check| (check.rule.clone(), check.reason.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&by_window), told(&by_hand));
    assert_eq!(by_hand.verdict, Verdict::Fail);
    assert!(reason(&by_hand, "labels-present").contains("lacks team"));
    assert_eq!(ines.kinds().await.last().unwrap(), "policy");
}

#[tokio::test]
async fn a_draft_that_is_wrong_is_told_at_its_line_and_not_saved() {
    let ground = Ground::new().await;
    let (ines, _) = ground.solo().await;
    let before = ines.desk.policy_text().await.unwrap().text;
    let wrong = STRICT.replace("required", "requierd");
    let check = ines.desk.policy_check(draft(&wrong)).await.unwrap();
    let problem = check.problem.unwrap();
    assert_eq!((problem.line, problem.column), (8, 1));
    assert!(problem.message.contains("requierd"), "{}", problem.message);
    let saved = ines.desk.policy_save(draft(&wrong)).await;
    assert_refused(saved, Code::BadInput, "line 8");
    assert_eq!(ines.desk.policy_text().await.unwrap().text, before);
}

#[tokio::test]
async fn a_draft_says_what_would_change() {
    let ground = Ground::new().await;
    let (ines, _) = ground.solo().await;
    ines.desk.policy_save(draft(STRICT)).await.unwrap();
    let other = STRICT.replace("approvals = 1", "approvals = 2");
    let check = ines.desk.policy_check(draft(&other)).await.unwrap();
    let changed: Vec<(LineChange, &str)> = check
        .difference
        .iter()
        .filter(|line| line.change != LineChange::Same)
        .map(|line| (line.change, line.text.as_str()))
        .collect();
    let (out, in_) = (LineChange::Removed, LineChange::Added);
    assert_eq!(changed, [(out, "approvals = 1"), (in_, "approvals = 2")]);
    assert!(check.words[0].contains("2 people have to approve."));
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_not_overwritten() {
    let ground = Ground::new().await;
    let (ines, _) = ground.solo().await;
    let base = ines.desk.policy_text().await.unwrap().digest;
    ines.policy_text(STRICT);
    let mine = PolicyDraft {
        text: "version = 1\n".to_owned(),
        base: Some(base),
    };
    let refused = ines.desk.policy_save(mine).await;
    assert_refused(refused, Code::Conflict, "somebody else");
}

#[tokio::test]
async fn in_a_team_the_policy_is_the_documents_and_an_owners_to_change() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let refused = team.developer.desk.policy_save(draft(STRICT)).await;
    assert_refused(refused, Code::NotAllowed, "only an owner");
    ground.tick();
    team.owner.desk.policy_save(draft(STRICT)).await.unwrap();
    let theirs = team.developer.desk.policy_text().await.unwrap();
    assert_eq!(theirs.text, STRICT);
    assert!(theirs.read_only.is_some());
}

#[tokio::test]
async fn a_policy_is_tried_on_past_reviews_before_it_is_saved() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    let trial = ines.desk.policy_try(STRICT).await.unwrap();
    assert_eq!((trial.reviews, trial.refused_now), (1, 0), "{trial:?}");
    assert_eq!(
        trial.sentence,
        "It would have blocked 1 of the last 1; the policy in force would have blocked 0."
    );
    assert_eq!(trial.blocked[0].stage, "golden");
    let because = &trial.blocked[0].because;
    assert!(
        because.iter().any(|why| why.contains("lacks team")),
        "{because:?}"
    );
    let mild = STRICT.replace("required", "level = \"warn\"\nrequired");
    let trial = ines.desk.policy_try(&mild).await.unwrap();
    assert!(trial.blocked.is_empty(), "{trial:?}");
    let refused = ines.desk.policy_try("version = 3").await;
    assert_refused(refused, Code::BadInput, "line 1");
}

#[tokio::test]
async fn evidence_is_as_old_as_it_was_when_a_policy_is_tried() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    ground.pass(jiff::SignedDuration::from_hours(24 * 90));
    let aged = "version = 1\n[stage.golden.evidence_age]\nmax_days = 30\n";
    let trial = ines.desk.policy_try(aged).await.unwrap();
    assert_eq!((trial.reviews, trial.blocked.len()), (1, 0), "{trial:?}");
}

const SMOKE: &str = "version = 1\n[stage.golden]\n[[stage.golden.manual]]\ncheck = \"smoke\"\ntitle = \"It starts\"\nfile = true\n";

#[tokio::test]
async fn a_manual_check_is_ticked_with_a_note_and_a_file() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.desk.policy_save(draft(SMOKE)).await.unwrap();
    let review = ines.review(&image).await;
    assert!(reason(&review, "manual-smoke").contains("Nobody has ticked it"));
    let shot = ines.home().join("shot.txt");
    std::fs::write(&shot, "it is up").unwrap();
    let ask = |check: &str, file: bool| AskTick {
        image: image.tagged(),
        stage: None,
        check: check.to_owned(),
        note: "It answers on 8080.".to_owned(),
        file: file.then(|| shot.display().to_string()),
    };
    let unknown = ines.desk.tick(ask("smok", true)).await;
    assert_refused(unknown, Code::BadInput, "no manual check “smok”");
    let bare = ines.desk.tick(ask("smoke", false)).await;
    assert_refused(bare, Code::BadInput, "asks for a file");
    ines.desk.tick(ask("smoke", true)).await.unwrap();
    ground.tick();
    let review = ines.review(&image).await;
    assert_eq!(
        reason(&review, "manual-smoke"),
        "ines ticked it: It answers on 8080."
    );
    let check = review
        .checks
        .iter()
        .find(|one| one.rule == "manual-smoke")
        .unwrap();
    assert_eq!(
        (check.verdict, check.evidence.len()),
        (CheckVerdict::Pass, 1)
    );
}

#[tokio::test]
async fn a_base_that_is_golden_counts_and_one_that_was_revoked_does_not() {
    let ground = Ground::new().await;
    let (ines, base) = ground.solo().await;
    let api = ground.push_on("shop/built", "1.0", &base, true).await;
    ines.policy_text("version = 1\n[stage.golden]\napprovals = 1\n[stage.golden.base]\n");
    let review = ines.review(&api).await;
    assert!(
        reason(&review, "base-golden").contains("not golden"),
        "{review:?}"
    );
    ines.policy("approvals = 1");
    ines.make_golden(&ground, &base).await;
    ines.policy_text("version = 1\n[stage.golden]\napprovals = 1\n[stage.golden.base]\n");
    let review = ines.review(&api).await;
    assert!(
        reason(&review, "base-golden").contains("which is golden"),
        "{review:?}"
    );
    ground.tick();
    ines.revoke(&base).await.unwrap();
    let review = ines.review(&api).await;
    assert!(
        reason(&review, "base-golden").contains("not golden"),
        "{review:?}"
    );
}

#[tokio::test]
async fn some_repositories_have_rules_of_their_own() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.policy_text("version = 1\n[stage.golden]\napprovals = 1\n[[for]]\nrepositories = [\"*/shop/*\"]\n[for.stage.golden]\napprovals = 3\n");
    assert_eq!(ines.review(&image).await.standing.needed, 3);
    let words = ines.desk.policy_text().await.unwrap().words;
    assert!(
        words[1].starts_with("*/shop/*, golden: 3 people"),
        "{words:?}"
    );
}

#[tokio::test]
async fn only_what_is_signed_by_whom_it_is_asked_of_ticks_a_check() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let text = SMOKE.replace("file = true", "by = \"role:approver\"");
    team.owner.desk.policy_save(draft(&text)).await.unwrap();
    let image = team.asked(&ground, "1.0").await;
    let ask = || AskTick {
        image: image.tagged(),
        stage: None,
        check: "smoke".to_owned(),
        note: "Fine.".to_owned(),
        file: None,
    };
    team.ci.desk.tick(ask()).await.unwrap();
    ground.tick();
    let review = team.owner.review(&image).await;
    assert!(
        reason(&review, "manual-smoke").contains("not signed by whom"),
        "{review:?}"
    );
    team.approver.desk.tick(ask()).await.unwrap();
    ground.tick();
    let review = team.owner.review(&image).await;
    assert_eq!(reason(&review, "manual-smoke"), "ines ticked it: Fine.");
}
