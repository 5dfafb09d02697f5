//! Docker Engine and Podman: what `docker build`, `tag`, `push`, `pull` and `login` do there,
//! and the smoke test of an image.
//!
//! It stands on bollard for everything the engine's API answers in whole, and speaks the API
//! itself ([`Wire`]) where bollard drops what a person wants to see: the progress of each layer
//! of a push, and a build's session. It knows engines and nothing else: no registry, no
//! keyring, no policy. What it is handed (the environment, a home, a login) comes as arguments.

mod address;
mod engine;
pub mod error;
mod wire;

pub use address::{Address, BadAddress, Tls};
pub use engine::Engine;
pub use error::{Error, ErrorKind, Result};
pub use wire::Wire;
