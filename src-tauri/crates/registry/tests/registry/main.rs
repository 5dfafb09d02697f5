//! The client against servers that misbehave on purpose, and against the practice registry.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod addresses;
mod connections;
mod copy_attached;
mod copy_budgets;
mod copy_bytes;
mod copy_images;
mod copy_layout;
mod credentials;
mod flow;
mod known_failures;
mod limits;
mod listing;
mod login;
mod manifests;
mod products;
mod referrers;
mod repeating;
mod rights;
mod sentences;
mod server;
mod setting;
mod tls;
mod tokens;
