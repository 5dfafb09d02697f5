//! `history`.

use super::value;
use clap::{Args, Subcommand, ValueEnum};
use hallmark_workflow::dto;
use jiff::Timestamp;
use std::path::PathBuf;

/// Show the record, newest first; export it, verify it, rebuild it from the registry
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct History {
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
    #[command(flatten)]
    pub filter: Filter,
    /// Show no more than this
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: u64,
    /// Show entries older than this one: the `next` of the page before
    #[arg(long, value_name = "SEQ")]
    pub after: Option<u64>,
}

/// What to look for.
#[derive(Args, Clone, Debug, Default)]
pub struct Filter {
    /// Only this repository, or a part of its name
    #[arg(long, value_name = "REPO")]
    pub repo: Option<String>,
    /// Only this tag
    #[arg(long)]
    pub tag: Option<String>,
    /// Only this digest, or its first digits
    #[arg(long, value_parser = value::digest_prefix)]
    pub digest: Option<String>,
    /// Only what this person did
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// Only these kinds: evidence, request, approve, promotion, rollback, refusal, …
    #[arg(long, value_delimiter = ',')]
    pub kind: Vec<String>,
    /// Not before this day (UTC) or time
    #[arg(long, value_name = "TIME", value_parser = value::since)]
    pub since: Option<Timestamp>,
    /// Until the end of this day (UTC), or before this time
    #[arg(long, value_name = "TIME", value_parser = value::until)]
    pub until: Option<Timestamp>,
    /// Only entries with these words
    #[arg(long, value_name = "WORDS")]
    pub text: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    Export(Box<Export>),
    /// Check every entry, every index and every signature; exit 1 if anything does not hold
    Verify,
    /// Find again in the registry what the history of this machine lacks
    Rebuild,
}

/// Write the record, or a part of it, to a file: whole or not at all
#[derive(Args, Debug)]
pub struct Export {
    /// How
    #[arg(long)]
    pub format: Format,
    /// The file; - for standard output
    pub file: PathBuf,
    #[command(flatten)]
    pub filter: Filter,
}

/// How to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated values; formula characters are neutralised
    Csv,
    /// One JSON array
    Json,
}

impl From<Format> for dto::ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv,
            Format::Json => Self::Json,
        }
    }
}

impl Filter {
    /// The question for the record.
    pub fn query(&self) -> dto::HistoryQuery {
        dto::HistoryQuery {
            repository: self.repo.clone(),
            tag: self.tag.clone(),
            digest: self.digest.clone(),
            actor: self.actor.clone(),
            kind: (!self.kind.is_empty()).then(|| self.kind.clone()),
            since: self.since,
            until: self.until,
            text: self.text.clone(),
            after: None,
            limit: None,
        }
    }
}
