//! The packages of a bill of materials.

use crate::{Shared, json::LIMIT};
use serde::Serialize;

/// A package, or another component, of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Package {
    /// Its name, with its group or namespace where it has one.
    pub name: Shared,
    /// Its version.
    pub version: Option<Shared>,
    /// Its package URL.
    pub purl: Option<Shared>,
    /// What it is, in the report's word: `library`, `operating-system`, `file`.
    pub sort: Option<Shared>,
    /// Its licences, as the report gives them: names, ids or expressions.
    pub licences: Vec<Shared>,
    /// The line in the report where it stands, from 1.
    pub line: Option<u64>,
}

/// Keeps a package.
pub(crate) fn add(packages: &mut Vec<Package>, package: Package) -> Result<(), &'static str> {
    if packages.len() >= LIMIT {
        return Err("packages");
    }
    packages.push(package);
    Ok(())
}

/// What to know of a bill of materials without any package.
pub(crate) const NO_PACKAGES: &str = "the bill of materials lists no packages";
