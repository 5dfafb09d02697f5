//! Push and pull through the engine, with the login that Hallmark keeps for the registry.

use super::{jobs::Job, names::Name, names::as_engine};
use crate::{
    desk::Desk,
    dto::{self, AskPull, AskPush, JobKind, LayerRow, Pulled, PushTarget, Pushes},
    error::{Code, Error, Result},
    image::reference,
    surroundings::Work,
};
use hallmark_credentials::Login;
use hallmark_engine::{Engine, EngineLogin, Layer, LayerState, Layers};
use hallmark_image::{Digest, Host};

impl Desk {
    /// Pushes a local image to one or several registries, one after the other: the engine sends the
    /// layers of each side by side. A target that fails keeps none of the others from being tried.
    ///
    /// # Errors
    /// [`Code::BadInput`] for a name that is none, [`Code::NotFound`] for an image the engine does
    /// not have, and where there is one target only, why that failed.
    pub async fn push(&self, ask: AskPush, work: &Work) -> Result<Pushes> {
        let to = match ask.to.is_empty() {
            true => std::slice::from_ref(&ask.image),
            false => ask.to.as_slice(),
        };
        let names = to.iter().map(|name| Name::read(name));
        let names = names.collect::<Result<Vec<_>>>()?;
        let title = names.iter().map(Name::whole).collect::<Vec<_>>().join(", ");
        let told = |done: &Pushes| match done.targets.as_slice() {
            [one] => format!("Pushed {}.", one.name),
            all => {
                let arrived = all.iter().filter(|target| target.problem.is_none()).count();
                format!("{arrived} of {} targets have it.", all.len())
            }
        };
        self.as_job(
            (&ask.job, JobKind::Push, &title),
            async |job: &Job| {
                let pushing = self.push_all(&ask.image, &names, job, work);
                stoppable(pushing, work).await
            },
            told,
        )
        .await
    }

    async fn push_all(
        &self,
        image: &str,
        names: &[Name],
        job: &Job,
        work: &Work,
    ) -> Result<Pushes> {
        let engine = self.docker_engine().await?;
        let id = engine.image(image).await?.id;
        let mut targets: Vec<PushTarget> = Vec::new();
        for name in names {
            targets.push(PushTarget {
                name: name.whole(),
                host: name.host().to_string(),
                login: self.login_name_at(name.host()),
                digest: None,
                size: None,
                verified: false,
                problem: None,
            });
        }
        job.now(|record| record.targets.clone_from(&targets));
        for (at, name) in names.iter().enumerate() {
            work.step(&format!("Pushing {}", name.whole()), 0, None)?;
            match self
                .push_one(&engine, &id, name, at as u64, job, work)
                .await
            {
                Ok((digest, size)) => {
                    targets[at].digest = Some(digest);
                    targets[at].size = Some(size).filter(|size| *size > 0);
                    targets[at].verified = true;
                }
                // Where the engine is gone or somebody stopped it, nothing else is tried.
                Err(error)
                    if names.len() == 1
                        || matches!(error.code, Code::Cancelled | Code::EngineLost) =>
                {
                    targets[at].problem = Some(error.clone());
                    job.now(|record| record.targets.clone_from(&targets));
                    return Err(error);
                }
                Err(error) => targets[at].problem = Some(error),
            }
            job.now(|record| record.targets.clone_from(&targets));
        }
        Ok(Pushes {
            all: targets.iter().all(|target| target.problem.is_none()),
            targets,
        })
    }

    /// One target: named, pushed, and read back from the registry by Hallmark itself.
    async fn push_one(
        &self,
        engine: &Engine,
        id: &str,
        name: &Name,
        at: u64,
        job: &Job,
        work: &Work,
    ) -> Result<(String, u64)> {
        // The engine pushes names only. One that is there already for other bytes is moved, as
        // `docker tag` moves it; the name it had before stays with the image that has others.
        engine.tag(id, &name.repository, &name.tag).await?;
        let login = self.engine_login(name.host()).await?;
        let said = format!("Pushing {}", name.whole());
        let watch = |layers: &Layers| {
            let (done, total) = layers.sum();
            work.say(&said, done, (total > 0).then_some(total));
            let rows: Vec<LayerRow> = layers.all().iter().map(|layer| row(layer, at)).collect();
            job.now(|record| {
                record.layers.retain(|layer| layer.target != at);
                record.layers.extend(rows);
            });
        };
        let plain_http = self.speaks_plain_http(name.host());
        let pushed = engine
            .push(
                &name.repository,
                &name.tag,
                login.as_ref(),
                plain_http,
                watch,
            )
            .await
            .map_err(|error| self.with_login(error.into(), name.host()))?;
        let digest: Digest = pushed.digest.parse().map_err(Error::bad_input)?;
        work.step(&format!("Reading {} back", name.whole()), 0, None)?;
        let tagged = reference(&name.whole())?;
        let found = self.client().resolve(&tagged).await?;
        if found.digest != digest {
            return Err(Error::new(
                Code::Conflict,
                format!(
                    "the engine pushed {}, and {} names {} now",
                    digest.short(),
                    name.whole(),
                    found.digest.short()
                ),
            )
            .hint("Somebody else pushed the same tag. Look at both before you go on."));
        }
        self.note("push", format!("{}@{}", tagged.repository, digest))
            .await?;
        Ok((digest.to_string(), pushed.size))
    }

    /// Pulls an image into the engine.
    ///
    /// # Errors
    /// What the engine or the registry says.
    pub async fn pull(&self, ask: AskPull, work: &Work) -> Result<Pulled> {
        let named = reference(&ask.image)?;
        let repository = as_engine(&named);
        let which = match (&named.digest, &named.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, Some(tag)) => tag.to_string(),
            (None, None) => "latest".to_owned(),
        };
        let platform = ask
            .platform
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        self.as_job(
            (&ask.job, JobKind::Pull, &ask.image),
            async |job: &Job| {
                let pulling = async {
                    let engine = self.docker_engine().await?;
                    let login = self.engine_login(&named.repository.host).await?;
                    let said = format!("Pulling {}", ask.image);
                    work.step(&said, 0, None)?;
                    let watch = |layers: &Layers| {
                        let (done, total) = layers.sum();
                        work.say(&said, done, (total > 0).then_some(total));
                        let rows = layers.all().iter().map(|layer| row(layer, 0)).collect();
                        job.now(|record| record.layers = rows);
                    };
                    let pulled = engine
                        .pull(&repository, &which, platform, login.as_ref(), watch)
                        .await
                        .map_err(|error| self.with_login(error.into(), &named.repository.host))?;
                    let name = match &named.digest {
                        Some(digest) => format!("{repository}@{digest}"),
                        None => format!("{repository}:{which}"),
                    };
                    let id = engine.image(&name).await?.id;
                    Ok(Pulled {
                        image: ask.image.clone(),
                        digest: pulled
                            .digest
                            .or(named.digest.as_ref().map(ToString::to_string)),
                        id,
                    })
                };
                stoppable(pulling, work).await
            },
            |done| format!("Pulled {}.", done.image),
        )
        .await
    }

    /// Whether a registry speaks plain http: as it was said in words, and loopback by itself.
    pub(crate) fn speaks_plain_http(&self, host: &Host) -> bool {
        match self.registry_file(host) {
            Some(known) => known.speaks_plain_http(),
            None => host.is_loopback(),
        }
    }

    /// Whose login is used at a registry.
    pub(crate) fn login_name_at(&self, host: &Host) -> Option<String> {
        let known = self.registry_file(host)?;
        match (&known.username, &known.helper) {
            (Some(name), _) => Some(name.clone()),
            (None, Some(helper)) => Some(format!("docker-credential-{helper}")),
            (None, None) => known.from_docker.then(|| "Docker's own login".to_owned()),
        }
    }

    /// The login that Hallmark keeps for a registry, for the engine to use once.
    pub(crate) async fn engine_login(&self, host: &Host) -> Result<Option<EngineLogin>> {
        let Some(known) = self.registry_file(host) else {
            return Ok(None);
        };
        let server = host.to_string();
        Ok(match self.kept_login(&known).await? {
            Some(Login::Password { username, password }) => {
                Some(EngineLogin::password(&server, &username, password.expose()))
            }
            Some(Login::IdentityToken { token, .. }) => {
                Some(EngineLogin::identity_token(&server, token.expose()))
            }
            None => None,
        })
    }

    /// A refusal, told by whether there is a login: to have none is another thing than to have a
    /// wrong one.
    fn with_login(&self, error: Error, host: &Host) -> Error {
        let who = self.login_name_at(host);
        match (error.code, who) {
            (Code::LoginNeeded | Code::NoPushRight, None) => Error {
                code: Code::LoginNeeded,
                hint: Some(format!("Log in to {host}, then try again.")),
                ..error
            },
            (Code::LoginNeeded, Some(who)) => Error {
                code: Code::WrongPassword,
                hint: Some(format!(
                    "The login of {who} at {host} is refused: log in again."
                )),
                ..error
            },
            _ => error,
        }
    }
}

/// Does the work until somebody stops it. What is dropped here ends at the engine with its
/// connection.
pub(crate) async fn stoppable<T>(doing: impl Future<Output = Result<T>>, work: &Work) -> Result<T> {
    tokio::select! {
        done = doing => done,
        () = work.cancelled() => Err(Error::new(Code::Cancelled, "it was stopped")),
    }
}

fn row(layer: &Layer, target: u64) -> LayerRow {
    let state = match layer.state {
        LayerState::Waiting => dto::LayerState::Waiting,
        LayerState::Moving => dto::LayerState::Moving,
        LayerState::Finishing => dto::LayerState::Finishing,
        LayerState::Done => dto::LayerState::Done,
        LayerState::There => dto::LayerState::There,
        LayerState::Mounted => dto::LayerState::Mounted,
    };
    LayerRow {
        target,
        id: layer.id.clone(),
        state,
        done: layer.done,
        total: layer.total,
        from: layer.from.clone(),
    }
}
