//! Copies: one image or index, byte for byte, from wherever it is to wherever it shall be.
//!
//! Children go before parents and tags go last, so that a tag never names what is not there.
//! Nothing is serialised anew, nothing of a registry's touches the disk, and every byte is
//! hashed on its way. Dropping the future cancels; what is there already is not sent again.

mod attached;
mod job;
mod progress;
mod read_end;
mod run;
mod side;
mod tags;
mod tally;
mod write_end;

pub use job::{Copied, CopyJob, Destination, Missing, Source};
pub use progress::{CopyPhase, CopyProgress, CopyState, MovingBlob, Quiet};

use crate::{Client, Error, auth::Scopes, home::Home};
use hallmark_image::{Repository, RepositoryName};
use progress::Meter;
use read_end::ReadEnd;
use run::Run;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use write_end::WriteEnd;

/// A repository on a registry, as this job sees it.
pub(crate) struct Spot {
    pub(crate) home: Home,
    pub(crate) name: RepositoryName,
}

impl Spot {
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.home.is_same(&other.home) && self.name == other.name
    }

    pub(crate) fn repository(&self) -> Repository {
        Repository {
            host: self.home.host().clone(),
            name: self.name.clone(),
        }
    }
}

/// Copies as `job` says.
pub(crate) async fn copy(
    client: &Client,
    job: &CopyJob,
    progress: &dyn CopyProgress,
) -> Result<Copied, Error> {
    let requests = Arc::new(AtomicU64::new(0));
    let (from, to) = ends(client, job, &requests)?;
    let meter = Arc::new(Meter::default());
    let run = Run::new(client, from, to, Arc::clone(&meter));
    let mut copied = meter.watched(progress, run.all(job)).await?;
    copied.requests = requests.load(Ordering::Relaxed);
    Ok(copied)
}

/// Both ends, with one token for all that happens on one registry.
fn ends(
    client: &Client,
    job: &CopyJob,
    requests: &Arc<AtomicU64>,
) -> Result<(ReadEnd, WriteEnd), Error> {
    let Source::Registry(source) = &job.source;
    let source = &source.repository;
    let Destination::Registry(target) = &job.target;
    let (pull, push) = (Scopes::pull(&source.name), Scopes::push(&target.name));
    let both = pull.clone().and(&push);
    let same = source.host == target.host;
    let spot = |repository: &Repository, scopes: Scopes| {
        let home = client.home(&repository.host)?;
        Ok(Spot {
            home: home.for_job(scopes, Arc::clone(requests)),
            name: repository.name.clone(),
        })
    };
    let from = spot(source, if same { both.clone() } else { pull })?;
    let to = spot(target, if same { both } else { push })?;
    Ok((ReadEnd::at(from), WriteEnd::Registry(to)))
}
