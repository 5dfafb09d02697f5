//! `evidence`.

use super::value;
use clap::Subcommand;
use hallmark_image::{Digest, Platform, Reference};
use std::path::PathBuf;

/// Reports: read them, attach them to an image, list and fetch them
#[derive(Debug, Subcommand)]
pub enum Evidence {
    /// Read reports and print their figures; no registry, no workspace
    Parse {
        /// The reports
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Attach reports to an image, signed with your key
    Attach {
        /// The image
        image: Reference,
        /// The reports; all are looked at before any is attached
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The platform they are about, as linux/arm64; else the reports say
        #[arg(long, value_name = "OS/ARCH")]
        platform: Option<Platform>,
        /// Why a report that names another image is attached all the same
        #[arg(long, value_name = "TEXT", value_parser = value::reason)]
        because: Option<String>,
    },
    /// List the reports attached to an image, and who vouches for them
    List {
        /// The image
        image: Reference,
    },
    /// Fetch one attached report, exactly as it was attached
    Get {
        /// The image
        image: Reference,
        /// The report's digest, from `evidence list`
        digest: Digest,
        /// Write to this file instead of standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}
