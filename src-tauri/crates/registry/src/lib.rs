//! The OCI distribution client: transport, login, browse, referrers.
//!
//! It moves exact bytes with somebody's credentials, so it has a transport of its own:
//! credentials are bound to the registry's origin, every byte is hashed, everything read has
//! a limit, and where a registry sends the client elsewhere a guard looks first. It keeps no
//! secret on disk and never re-serialises a manifest.

mod client;
mod endpoint;
mod error;

pub use client::{Attachment, Client, Page, Placed, Referrers, ReferrersSource, Target};
pub use endpoint::{Anonymous, Endpoint, Logins};
pub use error::{Error, ErrorKind};
