//! `promote`, `settle`, `rollback`, `verify`.

use super::value;
use crate::exit::{Failure, Result};
use clap::Args;
use hallmark_image::{Digest, Reference, Repository};
use hallmark_workflow::error::Code;
use std::path::PathBuf;

/// Place a stage's tags on an approved image; exit 1 if refused or in conflict
#[derive(Args, Debug)]
pub struct Promote {
    /// The image
    pub image: Reference,
    /// The stage
    #[arg(long)]
    pub stage: String,
    /// Change nothing, say what would happen
    #[arg(long)]
    pub dry_run: bool,
}

/// Settle promotions that were cut off; exit 1 if a person has to look
#[derive(Args, Debug)]
pub struct Settle {}

/// Place a stage's tags back on an earlier image of the stage
#[derive(Args, Debug)]
pub struct Rollback {
    /// The repository
    pub repository: Repository,
    /// The stage
    #[arg(long)]
    pub stage: String,
    /// The digest to go back to; else the one before
    #[arg(long, value_name = "DIGEST")]
    pub to: Option<Digest>,
    /// Why
    #[arg(short, long, value_name = "TEXT", value_parser = value::reason)]
    pub message: String,
    /// Change nothing, say what would happen
    #[arg(long)]
    pub dry_run: bool,
}

/// Say whether an image is at a stage, by trusted signatures alone; exit 0 if so, 1 if not
///
/// Only what is attached to the image in its registry counts, and only what verifies with
/// the keys given, or else with the members' keys. The local history is not asked.
#[derive(Args, Debug)]
pub struct Verify {
    /// The image
    pub image: Option<Reference>,
    /// The stage
    #[arg(long)]
    pub stage: String,
    /// Trust these public keys (PEM) and no others; else the members'
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub key: Vec<PathBuf>,
}

impl Verify {
    /// The image, and the files of keys.
    ///
    /// `--key` takes several files, so an image that stands after them arrives as the last
    /// of them; it is told apart by being the only name for the image there is.
    ///
    /// # Errors
    /// Where no image is named, or what must be the image is none.
    pub fn image_and_keys(&self) -> Result<(Reference, Vec<PathBuf>)> {
        if let Some(image) = &self.image {
            return Ok((image.clone(), self.key.clone()));
        }
        let missing = || {
            Failure::new(Code::BadInput, "the image to verify is missing")
                .hint("Use `hallmark verify IMAGE --stage STAGE --key FILE`.")
        };
        match self.key.split_last() {
            Some((last, keys)) if !keys.is_empty() => {
                let image = last.to_str().and_then(|text| text.parse().ok());
                Ok((image.ok_or_else(missing)?, keys.to_vec()))
            }
            _ => Err(missing()),
        }
    }
}
