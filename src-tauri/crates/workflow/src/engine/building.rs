//! `docker build` at the desk: what would be sent, and the build itself as a job.

use super::{
    dockerfile::absolute,
    git::Checkout,
    jobs::{Job, Record},
    moving::stoppable,
    names::Name,
};
use crate::{
    desk::Desk,
    dto::{
        self, AskBuild, AskContext, BuildSecret, BuildWarning, Built, ContextInfo, JobKind,
        NameValue,
    },
    error::{Code, Error, Result},
    surroundings::Work,
};
use hallmark_engine::{
    EngineLogin, ErrorKind,
    build::{self, Build, Builder, Event},
    context::Context,
    dockerfile,
};
use hallmark_image::Reference;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Instant,
};

/// The longest name of a step that is kept, characters.
const NAME: usize = 160;
/// Warnings that are kept.
const WARNINGS: usize = 50;

impl Desk {
    /// What a build of a folder would send, and which labels git gives it.
    ///
    /// # Errors
    /// [`Code::BadInput`] or [`Code::File`] naming what is missing or wrong.
    pub async fn build_context(&self, ask: AskContext) -> Result<ContextInfo> {
        let folder = absolute(&ask.context)?;
        let dockerfile = ask.dockerfile.as_deref().map(absolute).transpose()?;
        let git = Checkout::of(&folder).await;
        let counted = tokio::task::spawn_blocking(move || {
            let context = Context::open(&folder, dockerfile.as_deref(), true)?;
            let extent = context.extent()?;
            Ok::<_, hallmark_engine::Error>((context, extent))
        });
        let (context, extent) = counted.await.map_err(Error::internal)??;
        Ok(ContextInfo {
            dockerfile: context.dockerfile_path().display().to_string(),
            ignore_file: context.ignore_file().map(|path| path.display().to_string()),
            files: extent.entries,
            bytes: extent.bytes,
            more: extent.more,
            labels: git.labels(self.now()),
            changed: git.changed,
        })
    }

    /// Builds an image as a job.
    ///
    /// # Errors
    /// [`Code::BuildFailed`] with the Dockerfile's line where it is known; what keeps the context
    /// from being read; why there is no engine.
    pub async fn build(&self, ask: AskBuild, work: &Work) -> Result<Built> {
        let names = ask.tags.iter().map(|name| Name::read(name));
        let names = names.collect::<Result<Vec<_>>>()?;
        let title = match names.first() {
            Some(name) => name.local(),
            None => ask.context.clone(),
        };
        let began = Instant::now();
        self.as_job(
            (&ask.job, JobKind::Build, &title),
            async |job: &Job| {
                let building = self.build_now(&ask, &names, job, work);
                let (image, builder) = stoppable(building, work).await?;
                let built = job.look(|record| Built {
                    id: image.clone(),
                    tags: names.iter().map(Name::local).collect(),
                    cached: count(record, dto::StepState::Cached),
                    steps: record.steps.len() as u64,
                    warnings: record.warnings.clone(),
                    seconds: began.elapsed().as_secs_f64(),
                    builder: match builder {
                        Builder::BuildKit => "BuildKit",
                        Builder::Classic => "classic",
                    }
                    .to_owned(),
                });
                job.now(|record| {
                    record.image = Some(built.id.clone());
                    record.names.clone_from(&built.tags);
                });
                Ok(built)
            },
            |built| format!("Built in {:.1} s.", built.seconds),
        )
        .await
    }

    async fn build_now(
        &self,
        ask: &AskBuild,
        names: &[Name],
        job: &Job,
        work: &Work,
    ) -> Result<(String, Builder)> {
        work.step("Looking through the folder", 0, None)?;
        let engine = self.docker_engine().await?;
        let folder = absolute(&ask.context)?;
        let file = ask
            .dockerfile
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        let file = file.map(absolute).transpose()?;
        // The name of the ignore file beside the Dockerfile is BuildKit's; what the classic builder
        // is sent is the same, which nobody will miss.
        let opened = {
            let folder = folder.clone();
            tokio::task::spawn_blocking(move || Context::open(&folder, file.as_deref(), true))
        };
        let context = opened.await.map_err(Error::internal)??;
        let mut labels: BTreeMap<String, String> = match ask.git_labels {
            true => pairs(&Checkout::of(&folder).await.labels(self.now())),
            false => BTreeMap::new(),
        };
        labels.extend(pairs(&ask.labels));
        let build = Build {
            tags: names.iter().map(Name::local).collect(),
            arguments: pairs(&ask.arguments),
            labels,
            target: given(ask.target.as_deref()),
            platform: platform(&ask.platforms)?,
            secrets: self.build_secrets(&ask.secrets)?,
            no_cache: ask.no_cache,
            pull: ask.pull,
            network: given(ask.network.as_deref()),
            classic: (self.around.env)("DOCKER_BUILDKIT").as_deref() == Some("0"),
            logins: self.logins_for_bases(context.text()).await?,
            context,
        };
        let secrets: Vec<String> = ask.secrets.iter().map(|secret| secret.id.clone()).collect();
        let watch = |event: Event| {
            job.now(|record| take(record, event));
            let (said, done, total) = job.look(progress);
            work.say(&said, done, total);
        };
        work.step("Sending the folder", 0, None)?;
        match engine.build(build, watch).await {
            Ok(built) => Ok((built.id, built.builder)),
            Err(error) => {
                if let ErrorKind::BuildFailed { line } = error.kind() {
                    job.now(|record| record.problem_line = line.map(u64::from));
                }
                tracing::debug!(?secrets, "a build failed");
                Err(error.into())
            }
        }
    }

    fn build_secrets(&self, secrets: &[BuildSecret]) -> Result<Vec<build::Secret>> {
        let one = |secret: &BuildSecret| -> Result<build::Secret> {
            match (&secret.file, &secret.environment) {
                (Some(file), None) => {
                    let path: PathBuf = match file.strip_prefix("~/") {
                        Some(rest) => {
                            let home = (self.around.env)("HOME").unwrap_or_default();
                            PathBuf::from(home).join(rest)
                        }
                        None => absolute(file)?,
                    };
                    Ok(build::Secret::from_file(&secret.id, &path)?)
                }
                (None, Some(name)) => {
                    let value = (self.around.env)(name).ok_or_else(|| {
                        Error::new(
                            Code::BadInput,
                            format!(
                                "the secret {} is to come from {name}, which is not set",
                                secret.id
                            ),
                        )
                        .hint("Set it where Hallmark was started, or take the secret from a file.")
                    })?;
                    Ok(build::Secret::new(&secret.id, value.into_bytes())?)
                }
                _ => Err(Error::new(
                    Code::BadInput,
                    format!(
                        "the secret {} comes from a file or from a variable",
                        secret.id
                    ),
                )),
            }
        };
        secrets.iter().map(one).collect()
    }

    /// Logins for the registries that a Dockerfile's bases are in, and no others: an engine is
    /// handed what it needs.
    async fn logins_for_bases(&self, text: &str) -> Result<Vec<EngineLogin>> {
        let file = dockerfile::parse(text);
        let hosts: BTreeSet<_> = file
            .stages
            .iter()
            .filter(|stage| stage.of_stage.is_none())
            .filter_map(|stage| stage.resolved.parse::<Reference>().ok())
            .map(|reference| reference.repository.host)
            .collect();
        let mut logins = Vec::new();
        for host in hosts {
            logins.extend(self.engine_login(&host).await?);
        }
        Ok(logins)
    }
}

fn given(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn pairs(pairs: &[NameValue]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|pair| (pair.name.clone(), pair.value.clone()))
        .collect()
}

/// The engine's build takes one platform; several at once want a builder that it does not have.
fn platform(platforms: &[String]) -> Result<Option<String>> {
    match platforms {
        [] => Ok(None),
        [one] => Ok(given(Some(one))),
        _ => Err(Error::new(
            Code::EngineFailed,
            "an engine builds one platform at a time",
        )
        .hint("Build each platform under a tag of its own, or all of them with docker buildx.")),
    }
}

/// Takes what a build tells into the job's record.
fn take(record: &mut Record, event: Event) {
    match event {
        Event::Sent(bytes) => record.sent = bytes,
        Event::Step(step) => {
            let own = record.step(step.number);
            own.name = step.name.chars().take(NAME).collect();
            own.line = step.line.map(u64::from);
            own.seconds = step.seconds;
            own.done = step.moved.map(|moved| moved.0);
            own.total = step.moved.and_then(|moved| moved.1);
            own.state = match step.state {
                build::StepState::Running => dto::StepState::Running,
                build::StepState::Cached => dto::StepState::Cached,
                build::StepState::Done => dto::StepState::Done,
                build::StepState::Failed => dto::StepState::Failed,
                build::StepState::Cancelled => dto::StepState::Cancelled,
            };
        }
        Event::Log { step, error, bytes } => {
            let lines = record.log.write(step, error, &bytes);
            if step > 0 {
                record.step(step).lines += lines;
            }
        }
        Event::Warning { line, message, url } => {
            let warning = BuildWarning {
                line: line.map(u64::from),
                message,
                url,
            };
            if record.warnings.len() < WARNINGS && !record.warnings.contains(&warning) {
                record.warnings.push(warning);
            }
        }
    }
}

fn count(record: &Record, state: dto::StepState) -> u64 {
    record
        .steps
        .iter()
        .filter(|step| step.state == state)
        .count() as u64
}

/// What a build does now, in a few words.
fn progress(record: &Record) -> (String, u64, Option<u64>) {
    let running = record
        .steps
        .iter()
        .rfind(|step| step.state == dto::StepState::Running);
    match running {
        Some(step) => (
            step.name.clone(),
            step.done.unwrap_or_default(),
            step.done.and(step.total),
        ),
        None => ("Sending the folder".to_owned(), record.sent, None),
    }
}
