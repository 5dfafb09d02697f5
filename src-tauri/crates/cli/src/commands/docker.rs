//! `engine`, `images` of the engine, `build`, `tag`, `untag`, `push`, `pull`.

use crate::{
    args::{Build, Engine, EngineAsk, Images, Pull, Push, Tag, Untag},
    context::Context,
    exit::{Exit, Result},
    output::Answer,
    page::Page,
    text::{short, size, time},
};
use hallmark_workflow::{
    Desk,
    dto::{
        AskBuild, AskEngine, AskJob, AskLocalImages, AskPull, AskPush, AskRemoveImage, AskTagImage,
        Built, EngineInfo, EngineState, GoldenStanding, JobState, LocalGolden, LocalImages,
        PushTarget, Pushes, StepState,
    },
};
use std::{collections::BTreeSet, path::Path};

/// Images that are asked for at once.
const PAGE: u64 = 60;

/// `engine`, `engine list`, `engine use NAME`.
///
/// # Errors
/// Where the choice cannot be kept, or names no engine.
pub async fn engine(context: &Context, ask: Engine) -> Result<Answer> {
    let desk = context.desk().await?;
    match ask.ask {
        None => engine_answer(&desk.engine().await),
        Some(EngineAsk::List) => {
            let choices = desk.engines()?;
            let mut page = Page::new();
            let row = |choice: &hallmark_workflow::dto::EngineChoice| {
                let chosen = if choice.chosen { "chosen" } else { "" };
                [
                    choice.name.clone(),
                    choice.address.clone(),
                    chosen.to_owned(),
                ]
            };
            page.table(["engine", "address", ""], choices.iter().map(row).collect());
            Answer::new(&choices, page)
        }
        Some(EngineAsk::Use { name, .. }) => {
            engine_answer(&desk.choose_engine(AskEngine { choice: name }).await?)
        }
    }
}

fn engine_answer(info: &EngineInfo) -> Result<Answer> {
    let runs = info.state == EngineState::Running;
    let named = info.product.as_deref().unwrap_or("The engine");
    let version = info.version.as_deref().unwrap_or_default();
    let mut page = Page::of(match runs {
        true => format!("{named} {version} is running."),
        false => info.message.clone().unwrap_or_default(),
    });
    page.notes("what to do", &info.hint);
    page.facts([
        ("address", info.address.clone()),
        ("chosen by", Some(info.chosen_by.clone())),
        ("api", info.api.clone()),
        ("platform", info.platform.clone()),
        ("images", info.storage.clone()),
        (
            "builder",
            runs.then(|| if info.buildkit { "BuildKit" } else { "classic" }.to_owned()),
        ),
    ]);
    let exit = if runs { Exit::Done } else { Exit::Broken };
    Ok(Answer::new(info, page)?.exit(exit))
}

/// `images` without a host: what the engine has.
///
/// # Errors
/// Where there is no engine.
pub async fn images(context: &Context, ask: &Images) -> Result<Answer> {
    let desk = context.desk().await?;
    let limit = ask.limit.unwrap_or(u64::MAX);
    let mut asked = AskLocalImages {
        text: ask.search.clone().unwrap_or_default(),
        unnamed: false,
        offset: 0,
        limit: PAGE.min(limit),
    };
    let mut found = desk.local_images(asked.clone()).await?;
    while (found.rows.len() as u64) < found.total.min(limit) {
        asked.offset = found.rows.len() as u64;
        let more = desk.local_images(asked.clone()).await?;
        if more.rows.is_empty() {
            break;
        }
        found.rows.extend(more.rows);
    }
    Answer::new(&found, local_page(&found))
}

fn local_page(found: &LocalImages) -> Page {
    let mut page = Page::new();
    let rows = found.rows.iter().flat_map(|image| {
        let row = |name: &str| {
            [
                name.to_owned(),
                short(&image.id),
                size(image.size),
                image.created.map(time).unwrap_or_default(),
                standing(&image.golden),
            ]
        };
        match image.names.is_empty() {
            true => vec![row("<no name>")],
            false => image.names.iter().map(|name| row(name)).collect(),
        }
    });
    page.table(["name", "id", "size", "created", "golden"], rows.collect());
    if found.unnamed > 0 {
        page.line(format!("{} more have no name.", found.unnamed));
    }
    page
}

fn standing(golden: &[LocalGolden]) -> String {
    let words = golden.iter().map(|one| match one.standing {
        GoldenStanding::Golden => format!("golden ({})", one.tag),
        GoldenStanding::Behind => format!("behind {} ({})", one.tag, short(&one.digest)),
        GoldenStanding::Revoked => "revoked".to_owned(),
    });
    words
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
        .join(", ")
}

/// A name for the job of this very command.
pub(super) fn job_name(kind: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_millis());
    format!("{kind}-{now}-{}", std::process::id())
}

/// Passes on what a job writes, until it ends.
pub(super) async fn follow(context: &Context, desk: &Desk, job: &str) {
    let (mut seen, mut next, mut told) = (0, 0, BTreeSet::new());
    loop {
        let ask = AskJob {
            job: job.to_owned(),
            seen,
            step: None,
            log_from: next,
        };
        let Ok(view) = desk.job(ask).await else {
            // It has not begun yet.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            continue;
        };
        for step in &view.steps {
            let begun = !matches!(step.state, StepState::Waiting);
            if begun && told.insert((step.number, false)) {
                let cached = if step.state == StepState::Cached {
                    " (cached)"
                } else {
                    ""
                };
                context.aside(&format!("#{} {}{cached}", step.number, step.name));
            }
        }
        for line in &view.log.lines {
            context.aside(&line.text);
        }
        next = view.log.from + view.log.lines.len() as u64;
        if view.row.state != JobState::Running && next >= view.log.total {
            return;
        }
        // More of the log waits: no reason to wait for news.
        seen = if next < view.log.total {
            0
        } else {
            view.number
        };
    }
}

/// Runs `work`, and passes on what its job writes meanwhile.
pub(super) async fn followed<T>(
    context: &Context,
    desk: &Desk,
    job: &str,
    work: impl Future<Output = hallmark_workflow::error::Result<T>>,
) -> Result<T> {
    let mut work = std::pin::pin!(work);
    let mut follow = std::pin::pin!(follow(context, desk, job));
    let done = tokio::select! {
        done = &mut work => done,
        () = &mut follow => return Ok(work.await?),
    };
    // What was written last is still to be passed on; a job that never began has nothing.
    let last = std::time::Duration::from_secs(2);
    let _ = tokio::time::timeout(last, follow).await;
    Ok(done?)
}

/// `build PATH`.
///
/// # Errors
/// What the engine says; a step that failed is told with its line.
pub async fn build(context: &Context, ask: Build) -> Result<Answer> {
    let desk = context.desk().await?;
    let text = |path: &Path| path.display().to_string();
    let job = job_name("build");
    let ask = AskBuild {
        job: job.clone(),
        context: text(&ask.context),
        dockerfile: ask.file.as_deref().map(text),
        tags: ask.tags,
        arguments: ask.arguments,
        target: ask.target,
        platforms: ask.platforms,
        labels: ask.labels,
        git_labels: !ask.no_git_labels,
        secrets: ask.secrets,
        no_cache: ask.no_cache,
        pull: ask.pull,
        network: ask.network,
    };
    let work = context.work();
    let built = followed(context, &desk, &job, Box::pin(desk.build(ask, &work))).await?;
    Answer::new(&built, built_page(&built))
}

fn built_page(built: &Built) -> Page {
    let mut page = Page::of(match built.tags.as_slice() {
        [] => format!("Built {}.", short(&built.id)),
        tags => format!("Built {}.", tags.join(", ")),
    });
    page.facts([
        ("image", Some(built.id.clone())),
        (
            "steps",
            Some(format!("{}, {} from the cache", built.steps, built.cached)),
        ),
        ("builder", Some(built.builder.clone())),
        ("time", Some(format!("{:.1} s", built.seconds))),
    ]);
    let warnings: Vec<String> = built
        .warnings
        .iter()
        .map(|warning| match warning.line {
            Some(line) => format!("line {line}: {}", warning.message),
            None => warning.message.clone(),
        })
        .collect();
    page.notes("warning", &warnings);
    page
}

/// `tag IMAGE NAME…`.
///
/// # Errors
/// What the engine says.
pub async fn tag(context: &Context, ask: Tag) -> Result<Answer> {
    let desk = context.desk().await?;
    let ask = AskTagImage {
        image: ask.image,
        names: ask.names,
    };
    let info = desk.tag_image(ask).await?;
    let page = Page::of(format!(
        "{} is {} now.",
        short(&info.image.id),
        info.image.names.join(", ")
    ));
    Answer::new(&info.image, page)
}

/// `untag NAME`.
///
/// # Errors
/// What the engine says.
pub async fn untag(context: &Context, ask: Untag) -> Result<Answer> {
    let desk = context.desk().await?;
    let ask = AskRemoveImage {
        image: ask.image,
        force: ask.force,
    };
    let gone = desk.remove_image(ask).await?;
    let mut page = Page::new();
    page.notes("name taken away", &gone.names);
    page.notes("image removed", &gone.images);
    Answer::new(&gone, page)
}

/// `push IMAGE`; no, where one of several did not arrive.
///
/// # Errors
/// What the engine or the registry says, where there is one target only.
pub async fn push(context: &Context, ask: Push) -> Result<Answer> {
    let desk = context.desk().await?;
    let job = job_name("push");
    let ask = AskPush {
        job: job.clone(),
        image: ask.image,
        to: ask.to,
    };
    let work = context.work();
    let pushes = followed(context, &desk, &job, Box::pin(desk.push(ask, &work))).await?;
    pushed(&pushes)
}

fn pushed(pushes: &Pushes) -> Result<Answer> {
    let mut page = Page::new();
    for target in &pushes.targets {
        page.line(arrived(target));
        page.facts([
            ("  digest", target.digest.clone()),
            ("  login", target.login.clone()),
        ]);
        let hint = target
            .problem
            .as_ref()
            .and_then(|problem| problem.hint.clone());
        page.notes("  what to do", &hint);
    }
    let exit = if pushes.all { Exit::Done } else { Exit::Broken };
    Ok(Answer::new(pushes, page)?.exit(exit))
}

fn arrived(target: &PushTarget) -> String {
    match (&target.problem, target.verified) {
        (Some(problem), _) => format!("{} did not arrive: {}", target.name, problem.message),
        (None, true) => format!(
            "Pushed {}; the registry names the same digest.",
            target.name
        ),
        (None, false) => format!("Pushed {}; the registry was not asked again.", target.name),
    }
}

/// `pull IMAGE`.
///
/// # Errors
/// What the engine or the registry says.
pub async fn pull(context: &Context, ask: Pull) -> Result<Answer> {
    let desk = context.desk().await?;
    let job = job_name("pull");
    let ask = AskPull {
        job: job.clone(),
        image: ask.image,
        platform: ask.platform,
    };
    let work = context.work();
    let pulled = followed(context, &desk, &job, Box::pin(desk.pull(ask, &work))).await?;
    let mut page = Page::of(format!("Pulled {}.", pulled.image));
    page.facts([
        ("digest", pulled.digest.clone()),
        ("image", Some(pulled.id.clone())),
    ]);
    Answer::new(&pulled, page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_workflow::error::{Code, Error};

    fn target(problem: Option<Error>) -> PushTarget {
        PushTarget {
            name: "r.io/a:1".into(),
            host: "r.io".into(),
            login: Some("ada".into()),
            digest: problem.is_none().then(|| "sha256:01".into()),
            size: None,
            verified: problem.is_none(),
            problem,
        }
    }

    #[test]
    fn a_target_that_was_not_reached_is_told_beside_the_one_that_was() {
        let problem = Error::new(Code::Forbidden, "no right").hint("Ask for it.");
        let pushes = Pushes {
            targets: vec![target(None), target(Some(problem))],
            all: false,
        };
        let answer = pushed(&pushes).unwrap();
        assert_eq!(answer.exit_code(), Exit::Broken);
        let text = answer.text();
        assert!(
            text.contains("the registry names the same digest"),
            "{text}"
        );
        assert!(text.contains("did not arrive: no right"), "{text}");
        assert!(text.contains("what to do: Ask for it."), "{text}");
    }

    #[test]
    fn what_is_behind_golden_says_behind_what() {
        let one = |standing| LocalGolden {
            repository: "r.io/a".into(),
            tag: "golden".into(),
            standing,
            digest: format!("sha256:{}", "ab".repeat(32)),
        };
        let both = [one(GoldenStanding::Behind), one(GoldenStanding::Behind)];
        let words = standing(&both);
        assert!(
            words.starts_with("behind golden (") && !words.contains(','),
            "{words}"
        );
        let image = hallmark_workflow::dto::LocalImage {
            id: "sha256:1".into(),
            names: Vec::new(),
            digests: Vec::new(),
            size: 5,
            created: None,
            used_by: Vec::new(),
            platform: None,
            golden: Vec::new(),
        };
        let found = LocalImages {
            rows: vec![image],
            total: 1,
            unnamed: 0,
            bytes: 5,
        };
        assert!(local_page(&found).text().contains("<no name>"));
    }
}
