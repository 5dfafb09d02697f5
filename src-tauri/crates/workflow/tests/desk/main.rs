//! The use cases against a real registry in this process: every rule of who may what, and what
//! becomes of an image when something goes wrong on the way.
#![allow(clippy::unwrap_used)]

mod adopted;
mod attested;
mod catalogue;
mod decisions;
mod deletion;
mod dependencies;
mod differences;
mod drifting;
mod evidence;
mod fault_matrix;
mod files;
mod finding;
mod forgery;
mod gate;
mod ground;
mod hearing;
mod images;
mod lines;
mod logins;
mod many;
mod paging;
mod person;
mod pipelines;
mod policies;
mod promotion;
mod receiver;
mod reopened;
mod reports;
mod revoked;
mod rollback;
mod secrets;
mod settled;
mod shared;
mod talk;
mod team;
mod telling;
mod waivers;
