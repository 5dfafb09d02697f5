//! The workspace this window sits at: opened in the background at start, exchanged when a person
//! switches. It opens and closes; what can be done at the desk, the use cases know.

use futures::{FutureExt as _, future::BoxFuture};
use hallmark_practice::workspace::Practice;
use hallmark_workflow::{
    Desk, Surroundings, Work,
    dto::{AppState, OtherWorkspace, Progress},
    error::{Code, Error, Result},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tauri::ipc::Channel;
use tokio::sync::{RwLock, RwLockReadGuard, watch};

/// How many workspaces are remembered.
const REMEMBERED: usize = 12;
/// Progress is told at most this often, however fast the work is.
const PROGRESS: Duration = Duration::from_millis(60);

/// Where workspaces and what is known of them lie on this machine.
#[derive(Clone, Debug)]
pub struct Places {
    /// The workspace of who never chose one; the command's default too.
    pub plain: PathBuf,
    /// The practice workspace.
    pub practice: PathBuf,
    /// The list of workspaces to switch to.
    pub known: PathBuf,
}

/// What a window sits at.
struct Open {
    place: Place,
    /// Keeps the workspace for this window, for as long as it is held.
    _window: fs::File,
}

enum Place {
    Plain(Box<Desk>),
    Practice(Box<Practice>),
}

impl Open {
    fn desk(&self) -> &Desk {
        match &self.place {
            Place::Plain(desk) => desk,
            Place::Practice(practice) => &practice.desk,
        }
    }

    fn practises(&self) -> bool {
        matches!(self.place, Place::Practice(_))
    }
}

/// The seat of the one window.
pub struct Seat {
    places: Places,
    around: Surroundings,
    open: RwLock<Option<Open>>,
    first: Mutex<PathBuf>,
    tasks: Mutex<HashMap<String, Arc<AtomicBool>>>,
    /// Counts up where somebody is about to sit down elsewhere: who only waits gets up then.
    leaving: watch::Sender<u64>,
}

async fn practise(home: PathBuf, around: Surroundings) -> Result<Open> {
    let practice = Practice::open(&home, around).await?;
    let window = practice.desk.window()?;
    Ok(Open {
        place: Place::Practice(Box::new(practice)),
        _window: window,
    })
}

/// What was cut off before is told by the status bar, and settled by the next promotion.
async fn sit_at(home: PathBuf, around: Surroundings) -> Result<Open> {
    let desk = Desk::open(&home, around).await?;
    let window = desk.window()?;
    Ok(Open {
        place: Place::Plain(Box::new(desk)),
        _window: window,
    })
}

#[derive(Default, Serialize, Deserialize)]
struct Known {
    workspaces: Vec<OtherWorkspace>,
}

impl Seat {
    /// Will open `home`, or the practice workspace where that is asked for.
    pub fn new(
        places: Places,
        around: Surroundings,
        home: Option<PathBuf>,
        practice: bool,
    ) -> Self {
        let first = match (practice, home) {
            (true, _) => places.practice.clone(),
            (false, Some(home)) => home,
            (false, None) => places.plain.clone(),
        };
        Self {
            places,
            around,
            open: RwLock::new(None),
            first: Mutex::new(first),
            tasks: Mutex::default(),
            leaving: watch::Sender::new(0),
        }
    }

    /// Does something at the desk, which is opened now where it is not yet.
    ///
    /// # Errors
    /// Why the workspace cannot be opened (the next call tries again), or what the call gives.
    pub async fn with<T: Send>(
        &self,
        call: impl for<'d> FnOnce(&'d Desk) -> BoxFuture<'d, Result<T>> + Send,
    ) -> Result<T> {
        let open = self.opened().await?;
        match open.as_ref() {
            Some(open) => {
                open.desk().look_beside()?;
                call(open.desk()).await
            }
            None => Err(Error::new(
                Code::Internal,
                "the workspace was closed meanwhile",
            )),
        }
    }

    /// Waits for news at the desk, and no longer than somebody stays there: what waits must keep
    /// nobody from switching to another workspace.
    ///
    /// # Errors
    /// As [`with`](Self::with), and [`Code::Cancelled`] where the workspace is left meanwhile.
    pub async fn waiting<T: Send>(
        &self,
        call: impl for<'d> FnOnce(&'d Desk) -> BoxFuture<'d, Result<T>> + Send,
    ) -> Result<T> {
        let mut leaving = self.leaving.subscribe();
        tokio::select! {
            done = self.with(call) => done,
            _ = leaving.changed() => {
                Err(Error::new(Code::Cancelled, "the workspace was left meanwhile"))
            }
        }
    }

    /// Does long work at the desk: `channel` hears how far it is, and `task` can be stopped.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub async fn long<T: Send>(
        &self,
        task: String,
        channel: Channel<Progress>,
        call: impl for<'d> FnOnce(&'d Desk, &'d Work) -> BoxFuture<'d, Result<T>> + Send,
    ) -> Result<T> {
        let open = self.opened().await?;
        // Only now: a workspace that cannot be opened must not leave a task behind.
        let work = self.work(&task, channel);
        let done = match open.as_ref() {
            Some(open) => match open.desk().look_beside() {
                Ok(()) => call(open.desk(), &work).await,
                Err(error) => Err(error),
            },
            None => Err(Error::new(
                Code::Internal,
                "the workspace was closed meanwhile",
            )),
        };
        self.tasks().remove(&task);
        done
    }

    async fn opened(&self) -> Result<RwLockReadGuard<'_, Option<Open>>> {
        let open = self.open.read().await;
        if open.is_some() {
            return Ok(open);
        }
        drop(open);
        let mut open = self.open.write().await;
        if open.is_none() {
            let home = self
                .first
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            *open = Some(self.sit_down(home).await?);
        }
        Ok(open.downgrade())
    }

    /// Opens the workspace while the page is still being read.
    pub async fn open_early(&self) {
        // Why it cannot be opened is told to the page, which asks for the same thing next.
        let _ = self.opened().await;
    }

    fn sit_down(&self, home: PathBuf) -> BoxFuture<'_, Result<Open>> {
        let around = self.around.clone();
        if home == self.places.practice {
            return async move { practise(home, around).await }.boxed();
        }
        async move { sit_at(home, around).await }.boxed()
    }

    /// Sits down at another workspace; the one before is closed.
    ///
    /// # Errors
    /// Where it cannot be opened; then the one before stays open.
    pub async fn switch(&self, home: PathBuf) -> Result<AppState> {
        self.leaving.send_modify(|count| *count += 1);
        let before = {
            let mut open = self.open.write().await;
            let fresh = self.sit_down(home.clone()).await?;
            open.replace(fresh)
        };
        if let Some(Place::Practice(practice)) = before.map(|open| open.place) {
            practice.close().await;
        }
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = home;
        self.app_state().await
    }

    /// Opens the practice workspace.
    ///
    /// # Errors
    /// As [`switch`](Self::switch).
    pub async fn practise(&self, task: String, channel: Channel<Progress>) -> Result<AppState> {
        let here = self.open.read().await.as_ref().is_some_and(Open::practises);
        if here {
            return self.app_state().await;
        }
        let work = self.work(&task, channel);
        work.say("Setting up the practice registry", 0, None);
        let opened = self.switch(self.places.practice.clone()).await;
        self.tasks().remove(&task);
        opened
    }

    /// Removes the practice workspace, and sits down at the plain one.
    ///
    /// # Errors
    /// Where its folder cannot be removed, or the plain workspace cannot be opened.
    pub async fn stop_practising(&self) -> Result<AppState> {
        self.leaving.send_modify(|count| *count += 1);
        let mut open = self.open.write().await;
        match open.take().map(|open| open.place) {
            Some(Place::Practice(practice)) => {
                practice.remove(&self.places.practice).await?;
                *open = Some(self.sit_down(self.places.plain.clone()).await?);
                *self.first.lock().unwrap_or_else(PoisonError::into_inner) =
                    self.places.plain.clone();
            }
            Some(Place::Plain(desk)) => {
                let window = desk.window();
                *open = Some(Open {
                    place: Place::Plain(desk),
                    _window: window?,
                });
                remove(&self.places.practice)?;
            }
            None => remove(&self.places.practice)?,
        }
        drop(open);
        self.app_state().await
    }

    /// The state of the frame, with the other workspaces of this machine.
    ///
    /// # Errors
    /// Where the workspace cannot be opened or read.
    pub async fn app_state(&self) -> Result<AppState> {
        let state = self.with(|desk| desk.app_state().boxed()).await?;
        Ok(self.with_others(state))
    }

    /// The same state, with the other workspaces of this machine.
    pub fn with_others(&self, mut state: AppState) -> AppState {
        let here = OtherWorkspace {
            name: state.workspace.name.clone(),
            home: state.workspace.home.clone(),
        };
        state.workspaces = self.remember(here);
        state
    }

    /// Puts this workspace first in the list, and gives the others.
    fn remember(&self, here: OtherWorkspace) -> Vec<OtherWorkspace> {
        let text = fs::read_to_string(&self.places.known).unwrap_or_default();
        let mut known: Known = serde_json::from_str(&text).unwrap_or_default();
        known
            .workspaces
            .retain(|other| other.home != here.home && Path::new(&other.home).exists());
        let others = known.workspaces.clone();
        known.workspaces.insert(0, here);
        known.workspaces.truncate(REMEMBERED);
        let fresh = serde_json::to_string_pretty(&known).unwrap_or_default();
        if fresh != text {
            // A list that cannot be kept costs a click later, nothing else.
            let folder = self.places.known.parent().map(fs::create_dir_all);
            let _ = folder.map(|_| fs::write(&self.places.known, fresh));
        }
        others
    }

    fn work(&self, task: &str, channel: Channel<Progress>) -> Work {
        let cancelled = Arc::new(AtomicBool::new(false));
        self.tasks().insert(task.to_owned(), cancelled.clone());
        Work::new(coalesced(channel), cancelled)
    }

    /// Asks long work to stop.
    pub fn cancel(&self, task: &str) {
        if let Some(cancelled) = self.tasks().get(task) {
            cancelled.store(true, Ordering::Relaxed);
        }
    }

    fn tasks(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<AtomicBool>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells a step at once, and counting only so often.
fn coalesced(channel: Channel<Progress>) -> Arc<dyn Fn(Progress) + Send + Sync> {
    let last: Mutex<Option<(String, Instant)>> = Mutex::new(None);
    Arc::new(move |progress: Progress| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let soon = last
            .as_ref()
            .is_some_and(|(step, at)| *step == progress.step && at.elapsed() < PROGRESS);
        if !soon {
            *last = Some((progress.step.clone(), Instant::now()));
            // The page may be gone; the work goes on.
            let _ = channel.send(progress);
        }
    })
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::new(
            Code::File,
            format!("cannot remove {}: {error}", folder.display()),
        )),
        _ => Ok(()),
    }
}
