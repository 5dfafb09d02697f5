//! Pipelines, changed in the window, with the command, or by hand: the same text, and the same
//! rules. What others change at the same time is merged, or told.

use crate::{
    ground::{Ground, assert_refused},
    person::stage,
};
use hallmark_workflow::{
    PipelineFile,
    dto::{AskLines, LineChange, PipelinesDraft, Role},
    error::Code,
};

fn pipeline(repositories: &str, tag: &str) -> PipelineFile {
    PipelineFile {
        repositories: repositories.into(),
        candidates: None,
        stages: vec![stage("golden", None, &[tag])],
    }
}

fn fields(pipelines: Vec<PipelineFile>, base: &str) -> PipelinesDraft {
    PipelinesDraft {
        pipelines: Some(pipelines),
        text: None,
        base: Some(base.to_owned()),
    }
}

fn text(text: &str) -> PipelinesDraft {
    PipelinesDraft {
        text: Some(text.to_owned()),
        ..PipelinesDraft::default()
    }
}

const OURS: &str = "# Payments\n[[pipelines]]\nrepositories = \"r.io/a\" # the one\n\n[[pipelines.stages]]\nname = \"golden\"\ntags = [\"golden\"]\n";

#[tokio::test]
async fn fields_of_the_window_and_the_text_of_the_command_give_the_same() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let by_text = ines.desk.pipelines_save(text(OURS)).await.unwrap();
    assert_eq!(by_text.text, OURS);
    let draft = fields(vec![pipeline("r.io/a", "golden")], OURS);
    let by_fields = ines.desk.pipelines_save(draft).await.unwrap();
    assert_eq!(by_fields.text, OURS, "comments stay");
    let file = std::fs::read_to_string(ines.home().join("workspace.toml")).unwrap();
    assert!(
        file.contains("# Payments") && file.contains("# the one"),
        "{file}"
    );
    assert_eq!(ines.kinds().await.last().unwrap(), "pipelines");
}

#[tokio::test]
async fn a_draft_says_what_it_would_change_and_do_before_it_is_saved() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    ines.desk.pipelines_save(text(OURS)).await.unwrap();
    let draft = fields(vec![pipeline("r.io/a", "{version}-golden")], OURS);
    let check = ines.desk.pipelines_check(draft).await.unwrap();
    assert_eq!(check.problems, []);
    let changed: Vec<&str> = check
        .difference
        .iter()
        .filter(|line| line.change == LineChange::Added)
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(changed, ["tags = [\"{version}-golden\"]"]);
    assert_eq!(
        check.previews[0].sentences,
        ["For a 1.2.3, golden places 1.2.3-golden at r.io/a."]
    );
    assert_eq!(
        ines.desk.pipelines_text().await.unwrap().text,
        OURS,
        "nothing was saved"
    );
}

#[tokio::test]
async fn a_draft_that_is_wrong_is_told_at_its_field_and_not_saved() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let wrong = || fields(vec![pipeline("r.io/a", "{verison}")], "");
    let check = ines.desk.pipelines_check(wrong()).await.unwrap();
    let problem = &check.problems[0];
    assert_eq!(
        (problem.pipeline, problem.stage, problem.field.as_str()),
        (Some(0), Some(0), "tags")
    );
    assert_refused(
        ines.desk.pipelines_save(wrong()).await,
        Code::BadInput,
        "{verison}",
    );
    assert!(
        ines.desk
            .pipelines_text()
            .await
            .unwrap()
            .pipelines
            .is_empty()
    );
}

#[tokio::test]
async fn only_an_owner_changes_a_teams_pipelines_and_all_see_them() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let saved = team.owner.desk.pipelines_save(text(OURS)).await.unwrap();
    assert!(
        saved.source.contains("workspace document"),
        "{}",
        saved.source
    );
    let seen = team.approver.desk.pipelines_text().await.unwrap();
    assert_eq!(seen.text, OURS);
    assert!(seen.read_only.unwrap().contains("only an owner"));
    let refused = team.approver.desk.pipelines_save(text("")).await;
    assert_refused(refused, Code::NotAllowed, "only an owner");
    assert_eq!(team.owner.desk.team().await.unwrap().version, 6);
}

#[tokio::test]
async fn two_owners_who_change_two_pipelines_keep_both_and_one_that_both_change_is_a_conflict() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let both = vec![pipeline("r.io/a", "golden"), pipeline("r.io/b", "golden")];
    let base = team
        .owner
        .desk
        .pipelines_save(fields(both, ""))
        .await
        .unwrap();
    team.owner.add(&team.approver, Role::Owner).await.unwrap();
    let mine = vec![pipeline("r.io/a", "prod"), pipeline("r.io/b", "golden")];
    let theirs = vec![pipeline("r.io/a", "golden"), pipeline("r.io/b", "live")];
    let owner = team.owner.desk.pipelines_save(fields(mine, &base.text));
    owner.await.unwrap();
    let other = team
        .approver
        .desk
        .pipelines_save(fields(theirs, &base.text));
    let merged = other.await.unwrap();
    let wanted = [pipeline("r.io/a", "prod"), pipeline("r.io/b", "live")];
    assert_eq!(merged.pipelines, wanted);
    let again = vec![pipeline("r.io/a", "third"), pipeline("r.io/b", "golden")];
    let conflict = team
        .owner
        .desk
        .pipelines_save(fields(again, &base.text))
        .await;
    assert_refused(conflict, Code::Conflict, "r.io/a");
}

#[tokio::test]
async fn the_lines_are_there_from_the_history_and_fresh_once_they_are_looked_at() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    ground.registry.forget_requests();
    let known = ines.desk.pipeline_lines(AskLines::default()).await.unwrap();
    assert_eq!(ground.registry.requests(), [], "nobody was asked");
    let golden = &known.lines[0].stages[2];
    let stands = golden.stands.as_ref().unwrap();
    assert_eq!(
        (stands.digest.as_str(), &stands.version),
        (image.digest().to_string().as_str(), &None)
    );
    let fresh = ines
        .desk
        .pipeline_line(&image.repository.to_string())
        .await
        .unwrap();
    let stands = fresh.stages[2].stands.as_ref().unwrap();
    assert_eq!(stands.version.as_deref(), Some("1.0"));
    assert!(stands.scanned.is_some() && stands.since.is_some() && stands.created.is_some());
    assert_eq!(ground.writes(), []);
    let kept = ines.desk.pipeline_lines(AskLines::default()).await.unwrap();
    assert_eq!(kept.lines[0].stages[2].stands.as_ref().unwrap(), stands);
}

#[tokio::test]
async fn a_tag_that_was_moved_by_hand_is_said_at_its_card() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    let other = ground.push("shop/api", "9.9").await;
    ground.place(&other, "golden").await;
    let line = ines
        .desk
        .pipeline_line(&image.repository.to_string())
        .await
        .unwrap();
    let drift = line.stages[2].drift.as_ref().unwrap();
    assert!(
        drift.contains(other.digest().short()) && drift.contains(image.digest().short()),
        "{drift}"
    );
    assert_eq!(line.stages[2].stands.as_ref().unwrap().since, None);
}

#[tokio::test]
async fn what_is_revoked_is_said_at_its_card_at_once_and_when_it_is_looked_at() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    let line = image.repository.to_string();
    let seen = ines.desk.pipeline_line(&line).await.unwrap();
    assert!(!seen.stages[2].stands.as_ref().unwrap().revoked);
    ground.tick();
    ines.revoke(&image).await.unwrap();
    let known = ines.desk.pipeline_lines(AskLines::default()).await.unwrap();
    assert!(known.lines[0].stages[2].stands.as_ref().unwrap().revoked);
    let seen = ines.desk.pipeline_line(&line).await.unwrap();
    assert!(seen.stages[2].stands.as_ref().unwrap().revoked);
}
