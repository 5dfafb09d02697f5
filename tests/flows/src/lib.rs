//! What the flows need: real servers that start and end with a test, people with homes and
//! keyrings of their own, the `hallmark` command as it is installed, and hands to remove or
//! forge what hangs in a registry. It proves nothing itself; the files in `tests` do.
//!
//! A server that is not installed fails the test with the command that installs it.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

pub mod asked;
pub mod canary;
pub mod certificates;
pub mod detour;
pub mod distribution;
pub mod dockerd;
pub mod ground;
pub mod images;
pub mod measure;
pub mod multi;
pub mod person;
pub mod process;
pub mod program;
pub mod proxy;
pub mod receiver;
pub mod said;
pub mod session;
pub mod shelf;
pub mod skopeo;
pub mod surgeon;
pub mod tokens;
