//! What a workspace is handed from outside, so that tests decide it: the time, the
//! environment, the operating system's keyring, and who watches long work.

use crate::{
    dto::Progress,
    error::{Code, Error, Result},
};
use hallmark_credentials::{Backend, OsKeyring};
use hallmark_registry::Patience;
use jiff::Timestamp;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How often long work looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Reads an environment variable.
pub type Env = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Everything a workspace is handed.
#[derive(Clone)]
pub struct Surroundings {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The environment.
    pub env: Env,
    /// The operating system's keyring.
    pub keyring: Arc<dyn Backend>,
    /// How long registries are waited for.
    pub patience: Patience,
}

impl Surroundings {
    /// This machine as it is.
    pub fn real() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            env: Arc::new(|name| std::env::var(name).ok()),
            keyring: Arc::new(OsKeyring::new()),
            patience: Patience::default(),
        }
    }
}

/// Long work under way: where it reports to, and whether somebody stopped it.
#[derive(Clone)]
pub struct Work {
    report: Arc<dyn Fn(Progress) + Send + Sync>,
    cancelled: Arc<AtomicBool>,
}

impl Work {
    /// Work that nobody watches.
    pub fn quiet() -> Self {
        Self::new(Arc::new(|_| ()), Arc::default())
    }

    /// Work that reports to `report`, until `cancelled` is set.
    pub fn new(report: Arc<dyn Fn(Progress) + Send + Sync>, cancelled: Arc<AtomicBool>) -> Self {
        Self { report, cancelled }
    }

    /// A part of it: watched by nobody, and stopped with the whole.
    pub(crate) fn part(&self) -> Self {
        Self::new(Arc::new(|_| ()), Arc::clone(&self.cancelled))
    }

    /// Says what is being done.
    pub fn say(&self, step: &str, done: u64, total: Option<u64>) {
        (self.report)(Progress {
            step: step.to_owned(),
            done,
            total,
        });
    }

    /// Returns once somebody has asked to stop.
    pub(crate) async fn cancelled(&self) {
        let mut look = tokio::time::interval(LOOK);
        while !self.cancelled.load(Ordering::Relaxed) {
            look.tick().await;
        }
    }

    /// Says what comes next, and stops here where somebody asked for that.
    ///
    /// # Errors
    /// [`Code::Cancelled`].
    pub fn step(&self, step: &str, done: u64, total: Option<u64>) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Error::new(
                Code::Cancelled,
                "stopped before anything was changed",
            ));
        }
        self.say(step, done, total);
        Ok(())
    }
}
