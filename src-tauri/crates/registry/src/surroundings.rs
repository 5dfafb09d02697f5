//! What the client takes from the world: the clock, DNS, and how long to wait.
//!
//! Passed in, so that a test can give others. Waiting itself goes through tokio's clock.

use futures::future::BoxFuture;
use jiff::Timestamp;
use std::{io, net::IpAddr, sync::Arc, time::Duration};

/// Tells the time of day.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Finds the addresses of a host.
pub trait Resolver: Send + Sync + 'static {
    /// All addresses of `name`; an error or an empty list where there is no such host.
    fn lookup<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// The system's own resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn lookup<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For the answer to begin, and between two pieces of a body in either direction.
    pub progress: Duration,
    /// Before the first repetition; doubled for each further one.
    pub backoff: Duration,
    /// The longest `Retry-After` that is waited for; beyond it the caller is told at once.
    pub retry_after: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            progress: Duration::from_secs(30),
            backoff: Duration::from_millis(250),
            retry_after: Duration::from_secs(30),
        }
    }
}

/// Clock, DNS and patience.
#[derive(Clone)]
pub struct Surroundings {
    /// The time of day, for “until” in errors and for dates in `Retry-After`.
    pub clock: Clock,
    /// DNS.
    pub resolver: Arc<dyn Resolver>,
    /// How long to wait for what.
    pub patience: Patience,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            clock: Arc::new(Timestamp::now),
            resolver: Arc::new(SystemResolver),
            patience: Patience::default(),
        }
    }
}
