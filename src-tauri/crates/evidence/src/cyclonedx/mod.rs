//! CycloneDX, versions 1.2 to 1.7, as JSON and as XML.
//!
//! Components count with those nested in them; the image itself, under `metadata`, does not.
//! A document with components is a bill of materials, also where it lists vulnerabilities;
//! one with nothing but vulnerabilities is a VEX document if each has been analysed, else a
//! scan.

mod bom;
mod json;
mod raw;
mod xml;

use crate::{Report, error::Problem};

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    match text.trim_start().starts_with('<') {
        true => xml::read(text),
        false => json::read(text),
    }
}
