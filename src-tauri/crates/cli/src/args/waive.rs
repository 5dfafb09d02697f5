//! `waive`, `waivers`.

use super::value;
use clap::Args;
use hallmark_image::Reference;
use jiff::civil::Date;

/// Accept one finding of an image until a day, or end that
///
/// The waiver is written as OpenVEX, signed, and attached to the image. Whoever may approve may
/// waive; nobody for what they asked for themselves. From the first moment of its last day, UTC,
/// the finding counts again. It is never made longer: end it, then waive anew.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["until", "end"]))]
pub struct Waive {
    /// The image
    pub image: Reference,
    /// The finding, such as CVE-2026-20771
    #[arg(value_name = "FINDING", value_parser = value::reason)]
    pub finding: String,
    /// The package it is in: its name, or its package URL
    #[arg(long, value_name = "PACKAGE", value_parser = value::reason)]
    pub package: String,
    /// The day it ends, such as 2026-12-24
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
    /// Why
    #[arg(short, long, value_name = "TEXT", value_parser = value::reason)]
    pub message: String,
    /// For every image of the repository, not for this one alone
    #[arg(long, requires = "until")]
    pub repository: bool,
    /// End a waiver that is in force for the image
    #[arg(long)]
    pub end: bool,
}

/// List every waiver with its end; those that end first come first
#[derive(Args, Debug)]
pub struct Waivers {}
