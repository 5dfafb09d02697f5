//! `request`, `queue`, `withdraw`, `status`, `review` and the three decisions.

use super::value;
use clap::Args;
use hallmark_image::Reference;
use hallmark_workflow::dto::TalkAbout;
use std::path::PathBuf;

/// Ask for review of an image at a stage
#[derive(Args, Debug)]
pub struct Request {
    /// The image
    pub image: Reference,
    /// The stage it is to reach
    #[arg(long)]
    pub stage: String,
    /// Why
    #[arg(short, long, value_name = "TEXT", value_parser = value::reason)]
    pub message: String,
    /// Link to the CI run that built it (https)
    #[arg(long, value_name = "URL")]
    pub run: Option<String>,
    /// Link to the ticket (https)
    #[arg(long, value_name = "URL")]
    pub ticket: Option<String>,
    /// The image that this one takes the place of
    #[arg(long, value_name = "IMAGE")]
    pub supersedes: Option<Reference>,
}

/// List what waits for review
#[derive(Args, Debug)]
pub struct Queue {
    /// Only what you asked for yourself
    #[arg(long)]
    pub mine: bool,
}

/// Take back your own request or objection
#[derive(Args, Debug)]
pub struct Withdraw {
    /// The image
    pub image: Reference,
    /// The stage
    #[arg(long)]
    pub stage: String,
    /// Why
    #[arg(short, long, value_name = "TEXT", value_parser = value::reason)]
    pub message: Option<String>,
}

/// Say where a request stands; exit 0 if approved or promoted, 1 if not
#[derive(Args, Debug)]
pub struct Status {
    /// The image
    pub image: Reference,
    /// The stage; else the one it was asked for
    #[arg(long)]
    pub stage: Option<String>,
    /// Wait for the answer
    #[arg(long)]
    pub wait: bool,
    /// Wait no longer than this
    #[arg(long, value_name = "SECS", requires = "wait")]
    pub timeout: Option<u64>,
    /// Ask again after this time; the pauses grow
    #[arg(
        long,
        value_name = "SECS",
        requires = "wait",
        hide = true,
        default_value_t = 5
    )]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub interval: u64,
}

/// Show the evidence, the checks and what changed since golden; exit 1 if the policy refuses
#[derive(Args, Debug)]
pub struct Review {
    /// The image
    pub image: Reference,
    /// The stage; else the one it was asked for, else golden
    #[arg(long)]
    pub stage: Option<String>,
}

/// Tick a manual check that the policy asks for, with a note and perhaps a file
#[derive(Args, Debug)]
pub struct Tick {
    /// The image
    pub image: Reference,
    /// The check's name in the policy
    #[arg(long, value_name = "NAME")]
    pub check: String,
    /// What you looked at
    #[arg(short, long, value_name = "TEXT", value_parser = value::reason)]
    pub message: String,
    /// A file that belongs to it, such as a screenshot
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The stage whose policy asks for it; else golden
    #[arg(long)]
    pub stage: Option<String>,
}

/// Approve an image for a stage; exit 1 if the policy refuses
#[derive(Args, Debug)]
pub struct Approve {
    #[command(flatten)]
    pub decision: Decision,
}

/// Refuse an image for a stage until you withdraw that or approve
#[derive(Args, Debug)]
pub struct RequestChanges {
    #[command(flatten)]
    pub decision: Decision,
}

/// Remark on an image at a stage
#[derive(Args, Debug)]
pub struct Comment {
    #[command(flatten)]
    pub decision: Decision,
    /// What it is about: finding:ID, finding:ID@PACKAGE or test:SUITE/NAME; else the image
    #[arg(long, value_name = "WHAT", value_parser = value::talk_about)]
    pub on: Option<TalkAbout>,
    /// It is a point that stays open until it is resolved
    #[arg(long, conflicts_with = "answers")]
    pub asks: bool,
    /// The statement of the thread that it answers
    #[arg(long, value_name = "DIGEST", conflicts_with = "on")]
    pub answers: Option<String>,
    /// The point is resolved with this answer
    #[arg(long, requires = "answers")]
    pub resolve: bool,
}

#[derive(Args, Debug)]
pub struct Decision {
    /// The image
    pub image: Reference,
    /// The stage
    #[arg(long)]
    pub stage: String,
    /// Why
    #[arg(short, long, value_name = "TEXT", value_parser = value::reason)]
    pub message: String,
}
