//! The use cases.
pub mod commands;
pub mod dto;
pub mod error;
