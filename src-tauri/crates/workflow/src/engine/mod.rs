//! Docker at the desk: the engine's images, builds, pushes, scans and smoke tests.

mod building;
mod dockerfile;
mod git;
mod health;
mod jobs;
mod local;
mod log;
mod moving;
mod names;
mod room;
mod scanning;
mod smoking;
mod standing;
mod subject;

pub(crate) use jobs::Jobs;
pub(crate) use room::Room;
