//! Docker at the desk: the engine's images, builds, pushes, scans and smoke tests.

mod building;
mod dockerfile;
mod git;
mod jobs;
mod local;
mod log;
mod moving;
mod names;
mod room;
mod standing;

pub(crate) use jobs::Jobs;
pub(crate) use room::Room;
