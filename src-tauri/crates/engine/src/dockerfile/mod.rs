//! Dockerfiles: read with their lines, checked for what fails review, and templates to start from.

mod check;
mod parse;
mod template;

pub use check::{Finding, Level, check};
pub use parse::{Dockerfile, Instruction, Stage, parse};
pub use template::{TEMPLATES, Template};
