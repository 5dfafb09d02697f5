//! An OCI registry in the process, with a sample team's images.
//!
//! It speaks distribution-spec 1.1 on the loopback interface, over plain http or TLS, open or
//! with Basic or Bearer login, and keeps what it is given in memory or in a folder. It is a real
//! registry for practice and for tests; it never listens beyond this machine.

mod access;
mod annexe;
mod api;
mod app;
mod config;
mod drip;
#[cfg(feature = "faults")]
pub mod faults;
pub mod habits;
mod limit;
#[cfg(feature = "faults")]
mod persona;
mod problem;
mod route;
mod running;
pub mod samples;
mod scope;
mod seen;
mod store;
#[cfg(feature = "faults")]
mod strike;
#[cfg(feature = "workspace")]
pub mod workspace;

pub use config::{Access, Clock, Config, Limits, Storage, Tls, User};
#[cfg(feature = "faults")]
pub use persona::Persona;
#[cfg(feature = "faults")]
pub use running::Snapshot;
pub use running::{Registry, Running, StartError};
pub use seen::Seen;
