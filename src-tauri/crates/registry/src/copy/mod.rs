//! Copies: one image or index, byte for byte, from wherever it is to wherever it shall be.
//!
//! Children go before parents and tags go last, so that a tag never names what is not there.
//! Nothing is serialised anew, nothing of a registry's touches the disk on its way to another,
//! and every byte is hashed. Dropping the future cancels; what is there already is not sent
//! again.

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

use crate::{
    Client, Error,
    auth::Scopes,
    home::Home,
    layout::{Layout, Writer},
};
use hallmark_image::{Repository, RepositoryName};
use progress::Meter;
use read_end::ReadEnd;
use run::Run;
use side::Sides;
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
    let from = read_end(client, job, &requests).await?;
    let to = write_end(client, job, &requests).await?;
    let meter = Arc::new(Meter::default());
    let run = Run::new(client, from, to, Arc::clone(&meter));
    let mut copied = meter.watched(progress, run.all(job)).await?;
    copied.requests = requests.load(Ordering::Relaxed);
    Ok(copied)
}

async fn read_end(
    client: &Client,
    job: &CopyJob,
    requests: &Arc<AtomicU64>,
) -> Result<ReadEnd, Error> {
    match &job.source {
        Source::Registry(reference) => Ok(ReadEnd::Registry {
            spot: spot(client, job, &reference.repository, requests)?,
            sides: Sides::default(),
            image: reference.clone(),
        }),
        Source::Layout(image) => {
            let layout = Layout::open(&image.folder).await?;
            Ok(ReadEnd::Layout(layout, image.clone()))
        }
    }
}

async fn write_end(
    client: &Client,
    job: &CopyJob,
    requests: &Arc<AtomicU64>,
) -> Result<WriteEnd, Error> {
    match &job.target {
        Destination::Registry(repository) => {
            let spot = spot(client, job, repository, requests)?;
            Ok(WriteEnd::Registry(spot))
        }
        Destination::Layout(folder) => Ok(WriteEnd::Layout(Writer::open(folder).await?)),
    }
}

/// A repository with the registry's login for all that the job does on that registry.
fn spot(
    client: &Client,
    job: &CopyJob,
    repository: &Repository,
    requests: &Arc<AtomicU64>,
) -> Result<Spot, Error> {
    let mut scopes = Scopes::none();
    if let Source::Registry(reference) = &job.source
        && reference.repository.host == repository.host
    {
        scopes = scopes.and(&Scopes::pull(&reference.repository.name));
    }
    if let Destination::Registry(target) = &job.target
        && target.host == repository.host
    {
        scopes = scopes.and(&Scopes::push(&target.name));
    }
    let home = client.home(&repository.host)?;
    Ok(Spot {
        home: home.for_job(scopes, Arc::clone(requests)),
        name: repository.name.clone(),
    })
}
