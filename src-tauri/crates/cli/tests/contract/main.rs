//! The contract of the `hallmark` command, held against the built program: names, options,
//! members of the JSON, exit codes, and which stream gets what.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod copies;
mod flow;
mod hear;
mod images;
mod input;
mod login;
mod refusal;
mod stand;
