//! The append-only record of every act, and its proofs.
//!
//! Each entry's exact bytes are kept with their RFC 6962 leaf hash; each names the leaf before
//! it, and one head row holds the Merkle root of all. Everything else in the database is derived
//! from those bytes and can be checked against them. This crate never changes or removes an
//! entry, knows no key and no network, and trusts nothing that it reads back unchecked.

mod append;
mod entry;
mod error;
mod export;
mod filter;
mod head;
mod hear;
mod intent;
mod inventory;
mod lock;
mod merkle;
mod open;
mod page;
mod state;
mod verify;

pub use entry::{Entry, NewEntry, NewStatement};
pub use error::HistoryError;
pub use filter::Filter;
pub use head::{Seal, Sealer};
pub use hear::{Message, NewMessage, NewNotice, Notice, Tried};
pub use intent::{Intent, IntentTag, NewIntent};
pub use inventory::{FindingLine, Inventory, PackageLine, PackageWanted};
pub use merkle::leaf_hash;
pub use open::History;
pub use page::Page;
pub use verify::{Problem, Progress, SignatureCheck, Verification};
