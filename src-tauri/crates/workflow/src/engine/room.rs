//! The engine a desk works with: found when it is first asked for, watched while somebody looks.

use crate::{
    desk::{Desk, held},
    dto::{AskEngine, AskEngineNews, EngineChoice, EngineInfo, EngineNews, EngineState},
    error::{Code, Error, Result},
};
use futures::StreamExt as _;
use hallmark_engine::{
    self as docker, Engine, ErrorKind, Event, Facts, Finder, Product, State, Storage, Subject,
};
use std::{
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// How long an engine may take to say how it does.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long an answer waits for news.
const WAIT: Duration = Duration::from_secs(25);
/// How often one that went away is looked for.
const LOOK: Duration = Duration::from_secs(1);
/// Events that come closer together than this are one piece of news.
const TOGETHER: Duration = Duration::from_millis(150);

/// What was last seen of the engine.
#[derive(Clone, Debug)]
struct Seen {
    number: u64,
    info: EngineInfo,
    images: u64,
    containers: u64,
}

/// The engine of one desk.
pub(crate) struct Room {
    engine: Mutex<Option<Engine>>,
    seen: watch::Sender<Option<Seen>>,
    /// The numbers of the last news of images and containers that somebody was told.
    watched: AtomicBool,
    /// Counts up where another engine was chosen: what watches the one before ends.
    chosen: watch::Sender<u64>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            engine: Mutex::default(),
            seen: watch::Sender::new(None),
            watched: AtomicBool::new(false),
            chosen: watch::Sender::new(0),
        }
    }
}

impl Room {
    fn forget(&self) {
        *held(&self.engine) = None;
        self.chosen.send_modify(|number| *number += 1);
    }

    /// Keeps what was seen, and tells whoever waits where it is new.
    fn keep(&self, info: EngineInfo) {
        self.seen.send_if_modified(|seen| match seen {
            Some(seen) if seen.info == info => false,
            Some(seen) => {
                seen.number += 1;
                seen.images += 1;
                seen.info = info;
                true
            }
            none => {
                *none = Some(Seen {
                    number: 1,
                    info,
                    images: 0,
                    containers: 0,
                });
                true
            }
        });
    }

    fn happened(&self, images: bool, containers: bool) {
        self.seen.send_if_modified(|seen| {
            let Some(seen) = seen else { return false };
            seen.number += 1;
            seen.images += u64::from(images);
            seen.containers += u64::from(containers);
            true
        });
    }
}

/// What finds the engine again and again, without the desk.
#[derive(Clone)]
struct Where {
    env: crate::surroundings::Env,
    choice: Option<String>,
}

impl Where {
    async fn look(&self) -> (EngineInfo, Option<Engine>) {
        let found = {
            let env = |name: &str| (self.env)(name);
            Finder::new(&env).find(self.choice.as_deref())
        };
        match found {
            Ok(choice) => {
                let state = State::of(choice.address.clone(), PATIENCE).await;
                info(&choice, state)
            }
            Err(error) => (unfound(&error), None),
        }
    }
}

fn unfound(error: &docker::Error) -> EngineInfo {
    EngineInfo {
        state: EngineState::Missing,
        message: Some(error.message().to_owned()),
        hint: error.hint().map(str::to_owned),
        ..blank(String::new(), None)
    }
}

fn blank(chosen_by: String, address: Option<String>) -> EngineInfo {
    EngineInfo {
        state: EngineState::Missing,
        product: None,
        version: None,
        api: None,
        platform: None,
        storage: None,
        buildkit: false,
        rootless: false,
        address,
        chosen_by,
        message: None,
        hint: None,
    }
}

fn info(choice: &docker::Choice, state: State) -> (EngineInfo, Option<Engine>) {
    let blank = blank(choice.because.clone(), Some(choice.address.to_string()));
    let (state, error) = match state {
        State::Running(found) => {
            let (engine, facts) = *found;
            return (running(blank, &facts), Some(engine));
        }
        State::Starting(error) => (EngineState::Starting, error),
        State::Missing(error) => (EngineState::Missing, error),
        State::NoRight(error) => (EngineState::NoRight, error),
        State::TooOld(error) => (EngineState::TooOld, error),
        State::Broken(error) => (EngineState::Broken, error),
    };
    let info = EngineInfo {
        state,
        message: Some(error.message().to_owned()),
        hint: error.hint().map(str::to_owned),
        ..blank
    };
    (info, None)
}

fn running(blank: EngineInfo, facts: &Facts) -> EngineInfo {
    let product = match facts.product {
        Product::Docker => "Docker",
        Product::Podman => "Podman",
    };
    let storage = match facts.storage {
        Storage::Classic => "classic",
        Storage::Containerd => "containerd",
    };
    EngineInfo {
        state: EngineState::Running,
        product: Some(product.to_owned()),
        version: Some(facts.version.clone()),
        api: Some(facts.api.clone()),
        platform: Some(format!("{}/{}", facts.os, facts.architecture)),
        storage: Some(storage.to_owned()),
        buildkit: facts.buildkit,
        rootless: facts.rootless,
        ..blank
    }
}

impl Desk {
    fn engine_is(&self) -> Where {
        Where {
            env: self.around.env.clone(),
            choice: self.file().engine,
        }
    }

    /// How the engine does, asked just now.
    pub async fn engine(&self) -> EngineInfo {
        let (info, engine) = self.engine_is().look().await;
        *held(&self.room.engine) = engine;
        self.room.keep(info.clone());
        info
    }

    /// Engines that can be chosen: Docker's own choice, its contexts, and sockets that are there.
    ///
    /// # Errors
    /// None today; the list is what can be read.
    pub fn engines(&self) -> Result<Vec<EngineChoice>> {
        let chosen = self.file().engine;
        let env = |name: &str| (self.around.env)(name);
        let finder = Finder::new(&env);
        let own = finder.find(None);
        let mut all = vec![EngineChoice {
            choice: None,
            name: "Docker's own choice".to_owned(),
            address: own.map_or_else(
                |error| error.message().to_owned(),
                |own| format!("{} ({})", own.address, own.because),
            ),
            chosen: chosen.is_none(),
        }];
        all.extend(finder.options().into_iter().map(|option| EngineChoice {
            chosen: chosen.as_deref() == Some(option.name.as_str()),
            choice: Some(option.name),
            name: option.title,
            address: option.address.map_or_else(
                |error| error.message().to_owned(),
                |address| address.to_string(),
            ),
        }));
        if let Some(chosen) = chosen.filter(|_| all.iter().all(|choice| !choice.chosen)) {
            all.push(EngineChoice {
                name: chosen.clone(),
                address: chosen.clone(),
                choice: Some(chosen),
                chosen: true,
            });
        }
        Ok(all)
    }

    /// Chooses an engine for this workspace. One that is not there now can be chosen; one that is
    /// no address and no context cannot.
    ///
    /// # Errors
    /// [`Code::BadInput`] where the choice is none.
    pub async fn choose_engine(&self, ask: AskEngine) -> Result<EngineInfo> {
        let choice = ask.choice.map(|text| text.trim().to_owned());
        let choice = choice.filter(|text| !text.is_empty());
        let env = |name: &str| (self.around.env)(name);
        Finder::new(&env).find(choice.as_deref())?;
        self.change(|file| file.engine = choice)?;
        self.room.forget();
        Ok(self.engine().await)
    }

    /// The engine, ready to be asked.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn docker_engine(&self) -> Result<Engine> {
        let known = held(&self.room.engine).clone();
        if let Some(engine) = known {
            return Ok(engine);
        }
        let (info, engine) = self.engine_is().look().await;
        held(&self.room.engine).clone_from(&engine);
        self.room.keep(info.clone());
        engine.ok_or_else(|| {
            let code = match info.state {
                EngineState::NoRight => Code::EngineNoRight,
                EngineState::TooOld | EngineState::Broken => Code::EngineFailed,
                _ => Code::EngineMissing,
            };
            let message = info
                .message
                .unwrap_or_else(|| "there is no engine".to_owned());
            Error::new(code, message).hint(info.hint.unwrap_or_default())
        })
    }

    /// What is new at the engine since `seen`; waits where nothing is, at most 25 seconds.
    ///
    /// # Errors
    /// None today.
    pub async fn engine_news(&self, ask: AskEngineNews) -> Result<EngineNews> {
        self.watch_engine();
        let mut news = self.room.seen.subscribe();
        let is_new = |seen: &Option<Seen>| seen.as_ref().is_some_and(|s| s.number != ask.seen);
        // What is seen is read under a lock, which must not be held over the pause below.
        let fresh = tokio::time::timeout(WAIT, news.wait_for(is_new))
            .await
            .is_ok();
        if fresh {
            // A build tags and names in one go: one answer tells it all.
            tokio::time::sleep(TOGETHER).await;
        }
        let seen = self.room.seen.borrow().clone();
        let Some(seen) = seen else {
            let engine = self.engine().await;
            return Ok(EngineNews {
                number: 1,
                engine,
                images: true,
                containers: true,
            });
        };
        let any = seen.number != ask.seen;
        Ok(EngineNews {
            number: seen.number,
            images: any,
            containers: any,
            engine: seen.info,
        })
    }

    /// Begins to watch, where nobody does.
    fn watch_engine(&self) {
        if self.room.watched.swap(true, Ordering::AcqRel) {
            return;
        }
        let room = Arc::downgrade(&self.room);
        let place = self.engine_is();
        tokio::spawn(watching(room, place, self.room.chosen.subscribe()));
    }
}

/// Watches the engine as long as the desk is open: by its events while it runs, and by a look each
/// second while it is away. Where another engine is chosen, whoever asks next begins anew.
async fn watching(room: Weak<Room>, place: Where, mut chosen: watch::Receiver<u64>) {
    loop {
        let (info, engine) = place.look().await;
        let Some(here) = room.upgrade() else { return };
        if chosen.has_changed().unwrap_or(true) {
            here.watched.store(false, Ordering::Release);
            return;
        }
        held(&here.engine).clone_from(&engine);
        here.keep(info);
        drop(here);
        let follow = async {
            match engine {
                Some(engine) => follow(&room, &engine).await,
                None => tokio::time::sleep(LOOK).await,
            }
        };
        tokio::select! {
            () = follow => {}
            _ = chosen.changed() => {
                if let Some(here) = room.upgrade() {
                    here.watched.store(false, Ordering::Release);
                }
                return;
            }
        }
    }
}

/// Passes on what happens, until the engine goes away or the desk closes.
async fn follow(room: &Weak<Room>, engine: &Engine) {
    let mut events = std::pin::pin!(engine.events());
    while let Some(Ok(Event { subject, .. })) = events.next().await {
        let Some(room) = room.upgrade() else { return };
        room.happened(subject == Subject::Image, subject == Subject::Container);
    }
    // It is gone, or does not tell: the next look says which.
    if let Some(room) = room.upgrade() {
        *held(&room.engine) = None;
    }
}

impl From<docker::Error> for Error {
    fn from(error: docker::Error) -> Self {
        let code = match error.kind() {
            ErrorKind::NoEngine => Code::EngineMissing,
            ErrorKind::NoRight => Code::EngineNoRight,
            ErrorKind::Lost => Code::EngineLost,
            ErrorKind::TooOld
            | ErrorKind::Tls
            | ErrorKind::Unsupported
            | ErrorKind::Timeout
            | ErrorKind::Protocol => Code::EngineFailed,
            ErrorKind::NotFound => Code::NotFound,
            ErrorKind::InUse => Code::ImageInUse,
            ErrorKind::DiskFull => Code::EngineDiskFull,
            ErrorKind::LoginNeeded { .. } => Code::LoginNeeded,
            ErrorKind::Forbidden => Code::NoPushRight,
            ErrorKind::RegistryUntrusted => Code::EngineUntrusting,
            ErrorKind::RegistryUnreachable => Code::Unreachable,
            ErrorKind::RateLimited => Code::RateLimited,
            ErrorKind::RegistryFailed | ErrorKind::DigestMismatch => Code::RegistryProtocol,
            ErrorKind::BadInput => Code::BadInput,
            ErrorKind::File => Code::File,
            ErrorKind::BuildFailed { .. } => Code::BuildFailed,
            ErrorKind::Program => Code::ProgramFailed,
            ErrorKind::Cancelled => Code::Cancelled,
        };
        let told = Self::new(code, error.message());
        match error.hint() {
            Some(hint) => told.hint(hint),
            None => told,
        }
    }
}
