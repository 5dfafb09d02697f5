//! `key`, `member`, `policy`, `pipelines`.

use clap::{Subcommand, ValueEnum};
use hallmark_image::Repository;
use hallmark_workflow::dto;
use std::path::PathBuf;

/// Your signing key
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Show your key's public half, its id and where the private half lives; makes one if needed
    Show {
        /// Your name, as it stands on decisions
        #[arg(long)]
        name: Option<String>,
    },
    /// Print your public key as PEM
    Export,
    /// Sign with this private key from now on
    Import {
        /// The private key (P-256, PEM); - for standard input
        file: PathBuf,
        /// Your name, as it stands on decisions
        #[arg(long)]
        name: Option<String>,
    },
}

/// Whose signatures count, and for what
#[derive(Debug, Subcommand)]
pub enum Member {
    /// Add a member, or change a member's roles
    Add {
        /// The member's name
        name: String,
        /// Their public key (PEM), as `hallmark key export` prints it
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// What they may do; several with commas or repeated
        #[arg(long, required = true, value_delimiter = ',')]
        role: Vec<Role>,
    },
    /// List the members
    List,
}

/// The rules of the stages
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Print the rules in force
    Show,
    /// Check that a policy file can be used
    Check {
        /// The policy (TOML)
        file: PathBuf,
    },
    /// Say which of the last reviews a policy would have blocked, and why
    Try {
        /// The policy (TOML)
        file: PathBuf,
    },
    /// Put the policy of a file in force
    Set {
        /// The policy (TOML)
        file: PathBuf,
    },
}

/// The stages of repositories: where each places its images, and under which tags
#[derive(Debug, Subcommand)]
pub enum Pipelines {
    /// Print the pipelines in force, as they are written
    Show,
    /// Check a file of pipelines: what is wrong, what it would do, what would change
    Check {
        /// The pipelines (TOML)
        file: PathBuf,
    },
    /// Put the pipelines of a file in force
    Set {
        /// The pipelines (TOML)
        file: PathBuf,
    },
    /// What stands at each stage of a repository, or of all that are known
    Status {
        /// HOST/REPOSITORY, asked afresh; without it, all as they are known here
        repository: Option<Repository>,
    },
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Everything, and change the workspace
    Owner,
    /// Decide and promote
    Approver,
    /// Ask for review
    Requester,
    /// Read and verify
    Auditor,
    /// Attach evidence and ask for review
    Ci,
}

impl From<Role> for dto::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Approver => Self::Approver,
            Role::Requester => Self::Requester,
            Role::Auditor => Self::Auditor,
            Role::Ci => Self::Ci,
        }
    }
}
