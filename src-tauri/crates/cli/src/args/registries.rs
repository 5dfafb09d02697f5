//! `login`, `logout`, `registries`, `workspace`, `images`, `inspect`, `delete`.

use clap::{ArgGroup, Args, Subcommand};
use hallmark_image::{Digest, Host, Reference, Repository, RepositoryName, Tag};
use hallmark_workflow::RegistryKind;
use std::path::PathBuf;

/// Log in to a registry; the login is tried before it is stored
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("who").required(true)))]
pub struct Login {
    /// The registry, with its port
    #[arg(required_unless_present = "kinds")]
    pub host: Option<Host>,
    /// Log in under this name; the password is asked for on the terminal
    #[arg(short = 'u', long = "username", value_name = "USER", group = "who")]
    pub username: Option<String>,
    /// Read the password or token from standard input
    #[arg(long, requires = "username", conflicts_with_all = ["anonymous", "from_docker", "helper"])]
    pub password_stdin: bool,
    /// Use the registry without a login
    #[arg(long, group = "who")]
    pub anonymous: bool,
    /// Use the login that Docker or Podman has
    #[arg(long, group = "who")]
    pub from_docker: bool,
    /// Ask docker-credential-NAME whenever a login is needed, such as ecr-login, acr-env, gcloud
    #[arg(long, value_name = "NAME", group = "who")]
    pub helper: Option<String>,
    /// List the kinds of registries, with the token that each one wants
    #[arg(long, group = "who")]
    pub kinds: bool,
    /// Which kind it is; else its name tells
    #[arg(long, value_name = "KIND", value_parser = super::value::kind)]
    pub kind: Option<RegistryKind>,
    /// Trust this private CA (PEM) for the registry
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Show this client certificate (PEM) where the registry asks for one
    #[arg(
        long,
        value_name = "FILE",
        requires = "client_key",
        conflicts_with = "plain_http"
    )]
    pub client_cert: Option<PathBuf>,
    /// Its private key (PEM), which is kept where passwords are
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<PathBuf>,
    /// Speak http, without encryption
    #[arg(long, conflicts_with = "ca")]
    pub plain_http: bool,
    /// Go through this proxy, for this registry alone
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// Let the registry send the password to this origin, which hands out its tokens
    #[arg(long, value_name = "ORIGIN")]
    pub confirm_realm: Option<String>,
    /// Tell whether the login may pull and push in this repository
    #[arg(long, value_name = "REPO")]
    pub repository: Option<RepositoryName>,
    /// Then hand the login to Docker through its credential helper
    #[arg(long, conflicts_with_all = ["anonymous", "from_docker", "kinds"])]
    pub to_docker: bool,
}

/// Forget a registry's login
#[derive(Args, Debug)]
pub struct Logout {
    /// The registry, with its port
    pub host: Host,
}

/// List the registries, test one, or exchange logins with Docker
#[derive(Args, Debug)]
pub struct Registries {
    #[command(subcommand)]
    pub command: Option<RegistriesCommand>,
}

#[derive(Debug, Subcommand)]
pub enum RegistriesCommand {
    /// Try a registry's login
    Test {
        /// The registry, with its port
        host: Host,
    },
    /// Take over what Docker and Podman know; each login is tried first
    Import {
        /// These registries; else all that are not here yet
        #[arg(value_name = "HOST")]
        hosts: Vec<Host>,
        /// Show what is known, and take nothing
        #[arg(long)]
        dry_run: bool,
        /// Leave the secrets where they are, and use them from there
        #[arg(long)]
        as_docker_has_it: bool,
    },
    /// Hand a registry's login to Docker, so that docker push works with it
    HandOver {
        /// The registry, with its port
        host: Host,
        /// Where no credential helper is, write it into Docker's file, for all to read who read it
        #[arg(long)]
        plain_sight: bool,
    },
    /// List the kinds of registries, with the token that each one wants
    Kinds,
}

/// The workspace that a team shares through its registry
#[derive(Debug, Subcommand)]
pub enum Workspace {
    /// Make this workspace a team's, kept in a repository of its registry
    Init {
        /// The repository that will hold it, as r.example.com/team/hallmark
        repository: Repository,
        /// The workspace's name
        #[arg(long)]
        name: Option<String>,
    },
    /// Join a team's workspace
    Join {
        /// Its repository; with …@sha256:… nothing but that document is trusted
        #[arg(value_name = "REF")]
        reference: String,
    },
    /// Show the workspace and its members
    Show,
}

/// List a registry's repositories, a repository's tags, or the engine's own images
#[derive(Args, Debug)]
pub struct Images {
    /// A registry, or a repository in it; without one, what the engine has
    #[arg(value_name = "HOST[/REPO]")]
    pub of: Option<String>,
    /// Begin after this name
    #[arg(long, value_name = "NAME")]
    pub after: Option<String>,
    /// List no more than this; else all
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Only names that have every one of these words in them
    #[arg(long, value_name = "WORDS")]
    pub search: Option<String>,
}

/// Delete a tag, or an image with every tag that names it
///
/// HOST/REPO:TAG deletes the tag alone, which not every registry can; HOST/REPO@sha256:… deletes
/// the image. Refused where a golden image would lose its last reference.
#[derive(Args, Debug)]
pub struct Delete {
    /// The tag, or the image by its digest
    pub image: Reference,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// Show an image: digest, platforms, configuration, how it was built, and what is attached
#[derive(Args, Debug)]
pub struct Inspect {
    /// The image
    pub image: Reference,
}

/// Copy an image as it is, between repositories, registries and OCI layouts on disk
#[derive(Args, Debug)]
pub struct Copy {
    /// An image, or a folder's: oci:DIR[:TAG], oci:DIR@sha256:…
    #[arg(value_name = "SRC", value_parser = super::value::copy_source)]
    pub source: String,
    /// Where to: HOST/REPO:TAG, HOST/REPO@sha256:… without a tag, or oci:DIR[:TAG]
    #[arg(value_name = "DST", value_parser = super::value::copy_target)]
    pub target: String,
    /// One more tag at the target; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<Tag>,
    /// Copy only if the source is this digest
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<Digest>,
    /// With everything attached: referrers of any depth, and cosign's tags
    #[arg(long)]
    pub referrers: bool,
}
