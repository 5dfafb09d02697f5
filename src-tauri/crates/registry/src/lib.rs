//! The OCI distribution client: transport, login, browse, referrers, copy.
//!
//! It moves exact bytes with somebody's credentials, so it has a transport of its own:
//! credentials are bound to the registry's origin, every byte is hashed, everything read has
//! a limit, and where a registry sends the client elsewhere a guard looks first. It keeps no
//! secret on disk and never re-serialises a manifest.

mod attach;
mod auth;
mod blobs;
mod check;
mod checked;
mod client;
mod connect;
mod copy;
mod endpoint;
mod error;
mod explain;
mod guard;
mod home;
mod immutable;
mod kind;
mod layout;
mod link;
mod listed;
mod listing;
mod manifests;
mod products;
mod proxy;
mod referrers;
mod retry;
mod rights;
mod seen;
mod surroundings;
mod tls;
mod transport;
mod unreached;
mod wire;

pub use check::{Checked, Connection};
pub use client::{Attachment, Client, Placed, Referrers, ReferrersSource, Target};
pub use copy::{
    Copied, CopyJob, CopyPhase, CopyProgress, CopyState, Destination, Missing, MovingBlob, Quiet,
    Source,
};
pub use endpoint::{Anonymous, Endpoint, Logins};
pub use error::{Error, ErrorKind};
pub use kind::RegistryKind;
pub use layout::{LayoutImage, LayoutImageError};
pub use listed::{Cursor, FoundTag, Listed};
pub use oci_client::errors::OciErrorCode;
pub use proxy::{BadProxy, Proxy};
pub use rights::{Right, Rights};
pub use surroundings::{Clock, Patience, Resolver, Surroundings, SystemResolver};
pub use tls::TlsFacts;
