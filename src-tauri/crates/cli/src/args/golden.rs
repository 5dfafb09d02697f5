//! `golden`, `adopt`, `drift`, `revoke`.

use super::value;
use clap::Args;
use hallmark_image::Reference;
use std::path::PathBuf;

/// List what is golden now, for which platforms, since when and by whom
///
/// The tags are looked at, one request each: what no longer names its golden image is said.
#[derive(Args, Debug)]
pub struct Golden {
    /// Only what has these words in its repository, version or title, or this beginning of a digest
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
}

/// Take over golden tags that are there: adopted, not approved, until a date
///
/// One request is sent for each repository, and nothing is written to it. What was adopted
/// already is passed over, so it can be repeated. From a list nothing is adopted if any line
/// is wrong.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("where").required(true).args(["place", "csv"]))]
pub struct Adopt {
    /// The registry, with the beginning of the repositories' names: HOST or HOST/PREFIX
    #[arg(value_name = "HOST/PREFIX", requires = "tag")]
    pub place: Option<String>,
    /// Or a list with the columns repository,tag and where known since,by
    #[arg(long, value_name = "FILE", conflicts_with = "tag")]
    pub csv: Option<PathBuf>,
    /// The tag that says what is golden
    #[arg(long)]
    pub tag: Option<String>,
    /// Until when each shall be approved: 90d, or a day
    #[arg(long, value_name = "90d|DATE")]
    pub grace: Option<String>,
    /// Why
    #[arg(short, long, value_name = "TEXT", value_parser = value::reason)]
    pub message: Option<String>,
    /// Change nothing, say what would happen
    #[arg(long)]
    pub dry_run: bool,
}

/// Look whether every tag still names what was put there; exit 1 if one does not
#[derive(Args, Debug)]
pub struct Drift {}

/// Take the golden mark from an image, for good, and name what is built on it
///
/// No tag is moved: what still names the image is said, with the way back. It can be neither
/// approved nor promoted again; a new build is the way.
#[derive(Args, Debug)]
pub struct Revoke {
    /// The image
    pub image: Reference,
    /// Why
    #[arg(short, long, value_name = "TEXT", value_parser = value::reason)]
    pub message: String,
    /// Change nothing, say what would happen
    #[arg(long)]
    pub dry_run: bool,
}
