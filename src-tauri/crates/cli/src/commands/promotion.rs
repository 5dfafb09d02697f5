//! `promote`, `settle`, `rollback`.

use crate::{
    args::{Promote, Rollback},
    context::Context,
    exit::{Exit, Result},
    output::Answer,
    page::Page,
    text::short,
};
use hallmark_workflow::dto::{
    AskPromote, AskRollback, Outcome, Promotion, SettleOutcome, Settled, TagMove,
};

/// `promote IMAGE --stage S [--dry-run]`; no, unless the tags are there in the end.
///
/// # Errors
/// Where it could not be done.
pub async fn promote(context: &Context, ask: &Promote) -> Result<Answer> {
    let ask = AskPromote {
        image: ask.image.to_string(),
        stage: ask.stage.clone(),
        dry_run: ask.dry_run,
    };
    let done = context.desk().await?.promote(ask, &context.work()).await?;
    promotion(&done)
}

/// `rollback REPO --stage S [--to DIGEST]`; no, unless the tags are there in the end.
///
/// # Errors
/// Where it could not be done.
pub async fn rollback(context: &Context, ask: Rollback) -> Result<Answer> {
    let ask = AskRollback {
        repository: ask.repository.to_string(),
        stage: ask.stage,
        to: ask.to.map(|digest| digest.to_string()),
        message: ask.message,
        dry_run: ask.dry_run,
    };
    let done = context.desk().await?.rollback(ask, &context.work()).await?;
    promotion(&done)
}

fn promotion(done: &Promotion) -> Result<Answer> {
    let mut page = Page::of(&done.message);
    if done.dry_run {
        page.line("Nothing was changed.");
    }
    page.facts([
        ("repository", Some(done.repository.clone())),
        ("from", done.source.clone()),
        ("stage", Some(done.stage.clone())),
        ("digest", Some(done.digest.clone())),
        ("previous", done.previous.clone()),
        ("pins", some(&done.pins)),
        ("statement", done.statement.clone()),
    ]);
    let row = |m: &TagMove| {
        let from = m.from.as_deref().map_or("nothing".to_owned(), short);
        [m.tag.clone(), from, short(&m.to)]
    };
    if !done.moves.is_empty() {
        page.table(["tag", "from", "to"], done.moves.iter().map(row).collect());
    }
    page.notes("missing", &done.missing);
    let yes = matches!(done.outcome, Outcome::Promoted | Outcome::Already);
    Ok(Answer::new(done, page)?.exit(Exit::of(yes)))
}

fn some(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(", "))
}

/// `settle`; no, where a person has to look.
///
/// # Errors
/// Where a registry could not be asked; what is open stays open.
pub async fn settle(context: &Context) -> Result<Answer> {
    let settled = context
        .unsettled_desk()
        .await?
        .settle(&context.work())
        .await?;
    told(&settled)
}

fn told(settled: &[Settled]) -> Result<Answer> {
    let mut page = Page::new();
    if settled.is_empty() {
        page.line("Nothing was cut off.");
    }
    for one in settled {
        page.line(format!(
            "{}, {}, {}: {}",
            one.repository,
            one.stage,
            short(&one.digest),
            one.message
        ));
    }
    let whole = |one: &Settled| {
        matches!(
            one.outcome,
            SettleOutcome::Recorded | SettleOutcome::NotDone
        )
    };
    Ok(Answer::new(&settled, page)?.exit(Exit::of(settled.iter().all(whole))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(outcome: Outcome) -> Promotion {
        Promotion {
            outcome,
            repository: "r.io/a".into(),
            source: None,
            stage: "golden".into(),
            digest: "sha256:01".into(),
            previous: None,
            tags: vec!["golden".into()],
            moves: vec![TagMove {
                tag: "golden".into(),
                from: None,
                to: "sha256:01".into(),
            }],
            pins: vec![],
            copied: 0,
            bytes: 0,
            mounted: 0,
            missing: vec!["sha256:02".into()],
            requests: 3,
            seconds: 0.5,
            dry_run: true,
            message: "golden would move".into(),
            statement: None,
        }
    }

    #[test]
    fn only_tags_that_are_there_in_the_end_are_a_yes() {
        for (outcome, exit) in [
            (Outcome::Promoted, Exit::Done),
            (Outcome::Already, Exit::Done),
            (Outcome::Partial, Exit::No),
            (Outcome::Conflict, Exit::No),
            (Outcome::Refused, Exit::No),
        ] {
            assert_eq!(
                promotion(&done(outcome)).unwrap().exit_code(),
                exit,
                "{outcome:?}"
            );
        }
    }

    #[test]
    fn a_dry_run_says_so_and_names_what_is_missing() {
        let text = promotion(&done(Outcome::Promoted)).unwrap().text();
        assert!(text.contains("Nothing was changed"), "{text}");
        assert!(text.contains("missing: sha256:02"), "{text}");
    }

    #[test]
    fn what_a_person_has_to_look_at_is_a_no() {
        let settled = |outcome| Settled {
            repository: "r.io/a".into(),
            stage: "golden".into(),
            digest: "sha256:01".into(),
            outcome,
            message: "golden had moved".into(),
        };
        for (outcomes, exit) in [
            (vec![], Exit::Done),
            (
                vec![SettleOutcome::Recorded, SettleOutcome::NotDone],
                Exit::Done,
            ),
            (
                vec![SettleOutcome::Recorded, SettleOutcome::Conflict],
                Exit::No,
            ),
            (vec![SettleOutcome::Partial], Exit::No),
        ] {
            let all: Vec<Settled> = outcomes.into_iter().map(settled).collect();
            assert_eq!(told(&all).unwrap().exit_code(), exit);
        }
    }
}
