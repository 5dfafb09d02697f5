//! Docker Engine and Podman: what `docker build`, `tag`, `push`, `pull` and `login` do there,
//! and the smoke test of an image.
//!
//! It stands on bollard for everything the engine's API answers in whole, and speaks the API
//! itself ([`Wire`]) where bollard drops what a person wants to see: the progress of each layer
//! of a push, and a build's session. It knows engines and nothing else: no registry, no
//! keyring, no policy. What it is handed (the environment, a home, a login) comes as arguments.

mod address;
pub mod build;
mod connect;
mod containers;
pub mod context;
mod docker_context;
pub mod dockerfile;
mod engine;
pub mod error;
mod events;
mod images;
mod json_lines;
mod layers;
mod login;
pub mod scan;
pub mod smoke;
mod state;
mod transfer;
mod wire;

pub use address::{Address, BadAddress, Tls};
pub use connect::{Choice, Finder, Selectable};
pub use docker_context::DockerContext;
pub use engine::Engine;
pub use error::{Error, ErrorKind, Result};
pub use events::{Event, Subject};
pub use images::{ImageDetail, LocalImage, Removed};
pub use layers::{Layer, LayerState, Layers};
pub use login::EngineLogin;
pub use state::{Facts, Product, State, Storage};
pub use transfer::{PulledImage, Pushed};
pub use wire::Wire;
