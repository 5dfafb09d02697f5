//! SPDX: versions 2.2 and 2.3 as JSON and as tag-value, version 3.0 as JSON-LD.
//!
//! Every package of the document counts. Where the document describes a container image,
//! that package also names the subject.

mod document;
mod json;
mod tag_value;
mod version_3;

use crate::{Report, error::Problem};

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    match text.trim_start().starts_with('{') {
        true if json::is_version_3(text) => version_3::read(text),
        true => json::read(text),
        false => tag_value::read(text),
    }
}
