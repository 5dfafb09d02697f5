//! The use cases: what people and scripts do with Hallmark, one file each.
//!
//! The window and the command are two faces of these, so that a rule (who may approve, what
//! blocks a promotion) stands in one place and no path goes round it. This crate is the only
//! room that knows more than one of registry, credentials, evidence, policy, attest and
//! history; it never knows Tauri, a terminal, or how anything is shown.

mod act;
mod activity;
mod adopt;
mod adopt_list;
mod adopted;
mod attached;
mod audit;
mod case;
pub mod commands;
mod content;
mod copy;
mod decide;
mod delete;
mod desk;
mod difference;
mod docker_logins;
mod document;
mod drift;
pub mod dto;
mod entry;
pub mod error;
mod evidence;
mod facts;
mod failures;
mod golden;
mod hanging;
mod heads;
mod home;
mod image;
mod inspect;
mod keep;
mod keys;
mod kin;
pub mod kinds;
mod lifecycle;
mod links;
mod login;
mod marks;
mod names;
mod pages;
mod past;
mod pem;
mod people;
mod pipeline;
mod place;
mod plan;
mod promote;
mod queue;
mod ready;
mod rebuild;
mod registry_file;
mod request;
mod request_tag;
mod review;
mod revoke;
mod revoked;
mod rollback;
mod rules;
mod scribe;
mod secrets;
mod settle;
mod shelf;
mod signature;
mod standing;
mod surroundings;
mod survey;
mod tag_facts;
mod team;
mod trial;
mod trust;
mod verify;
mod version;
mod weigh;
mod words;

pub use desk::Desk;
pub use hallmark_registry::{Patience, RegistryKind};
pub use home::{Home, MeFile, MemberFile, PipelineFile, StageFile, WorkspaceFile};
pub use links::https_link;
pub use registry_file::RegistryFile;
pub use surroundings::{Clock, Env, Surroundings, SystemClock, Work};
