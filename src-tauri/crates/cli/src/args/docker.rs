//! `engine`, `build`, `tag`, `untag`, `push`, `pull`, `scan`, `smoke`, `health`.

use clap::{Args, Subcommand};
use hallmark_workflow::dto::{BuildSecret, NameValue};
use std::path::PathBuf;

/// Show the engine that builds and pushes, or choose another
#[derive(Args, Debug)]
pub struct Engine {
    #[command(subcommand)]
    pub ask: Option<EngineAsk>,
}

/// What to do with engines.
#[derive(Debug, Subcommand)]
pub enum EngineAsk {
    /// List the engines that can be chosen
    List,
    /// Choose one for this workspace
    Use {
        /// A Docker context, or an address such as unix:///run/podman/podman.sock
        #[arg(value_name = "NAME", required_unless_present = "default")]
        name: Option<String>,
        /// Docker's own choice: DOCKER_HOST, the current context, the default socket
        #[arg(long, conflicts_with = "name")]
        default: bool,
    },
}

/// Build an image from a Dockerfile, as `docker build` does
#[derive(Args, Debug)]
pub struct Build {
    /// The folder that is sent to the engine
    #[arg(value_name = "PATH")]
    pub context: PathBuf,
    /// A name for the image; may be given again
    #[arg(short = 't', long = "tag", value_name = "NAME[:TAG]")]
    pub tags: Vec<String>,
    /// The Dockerfile; else `Dockerfile` in PATH
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// A build argument; without a value, the environment's
    #[arg(long = "build-arg", value_name = "NAME[=VALUE]", value_parser = argument)]
    pub arguments: Vec<NameValue>,
    /// The stage to stop at
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    /// The platform to build for; may be given again where the engine can
    #[arg(
        long = "platform",
        value_name = "OS/ARCH[/VARIANT]",
        value_delimiter = ','
    )]
    pub platforms: Vec<String>,
    /// A label
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub labels: Vec<NameValue>,
    /// Do not add the labels that git gives: source, revision, version, created
    #[arg(long)]
    pub no_git_labels: bool,
    /// A secret for steps that mount it: id=NAME,src=FILE or id=NAME,env=VARIABLE
    #[arg(long = "secret", value_name = "SECRET", value_parser = secret)]
    pub secrets: Vec<BuildSecret>,
    /// Take no step from the cache
    #[arg(long)]
    pub no_cache: bool,
    /// Fetch base images anew
    #[arg(long)]
    pub pull: bool,
    /// The network of steps, such as none or host; else the engine's default
    #[arg(long, value_name = "MODE")]
    pub network: Option<String>,
}

/// Give a local image further names; it keeps those it has
#[derive(Args, Debug)]
pub struct Tag {
    /// A local image, by a name or an id
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// The names to add
    #[arg(value_name = "NAME[:TAG]", required = true)]
    pub names: Vec<String>,
}

/// Take a name from a local image, or remove it with all its names by its id
#[derive(Args, Debug)]
pub struct Untag {
    /// The name, or the image's id
    #[arg(value_name = "NAME")]
    pub image: String,
    /// Also where a stopped container was made of it
    #[arg(long)]
    pub force: bool,
}

/// Push a local image to its registry, or to several
#[derive(Args, Debug)]
pub struct Push {
    /// A local image, by a name or an id
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// Where to, if it is not the name itself; may be given again
    #[arg(long = "to", value_name = "HOST/REPO:TAG")]
    pub to: Vec<String>,
}

/// Pull an image into the engine
#[derive(Args, Debug)]
pub struct Pull {
    /// The image
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// Another platform than the engine's
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    pub platform: Option<String>,
}

/// Scan an image with Trivy or Grype and attach the report
///
/// With --stage, everything that stands at that stage is scanned again: for a timer or for CI. Exit
/// 1 where one is worse than before, or could not be scanned.
#[derive(Args, Debug)]
pub struct Scan {
    /// A local image, or one in a registry
    #[arg(value_name = "IMAGE", required_unless_present = "stage")]
    pub image: Option<String>,
    /// Scan what stands at this stage
    #[arg(long, value_name = "STAGE", conflicts_with = "image")]
    pub stage: Option<String>,
    /// The scanner: trivy or grype; else the first that is installed
    #[arg(long, value_name = "NAME", value_parser = ["trivy", "grype"])]
    pub scanner: Option<String>,
    /// Show what was found and attach nothing
    #[arg(long)]
    pub no_attach: bool,
}

/// Run an image under a specification and attach the signed result
///
/// Exit 1 where a check fails. The container has no network unless a check asks for one, and is
/// removed in any case.
#[derive(Args, Debug)]
pub struct Smoke {
    /// A local image, or one in a registry
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// The specification, in TOML; else `smoke.toml` in this folder
    #[arg(long, value_name = "FILE", default_value = "smoke.toml")]
    pub spec: PathBuf,
    /// Show the result and attach nothing
    #[arg(long)]
    pub no_attach: bool,
}

/// Show how the golden images do today: worst findings, and the days left to fix them
#[derive(Args, Debug)]
pub struct Health {
    /// Only repositories with this in their name
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub search: String,
}

fn argument(text: &str) -> Result<NameValue, String> {
    match text.split_once('=') {
        Some((name, value)) => named(name, value),
        // As Docker has it; what is not set is not passed on.
        None => named(
            text,
            &std::env::var(text)
                .map_err(|_| format!("{text} is not set in the environment, and has no =VALUE"))?,
        ),
    }
}

fn label(text: &str) -> Result<NameValue, String> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    named(name, value)
}

fn named(name: &str, value: &str) -> Result<NameValue, String> {
    match name.trim() {
        "" => Err("the name is missing".to_owned()),
        name => Ok(NameValue {
            name: name.to_owned(),
            value: value.to_owned(),
        }),
    }
}

/// `id=npm,src=~/.npmrc`, `id=token,env=TOKEN`, and Docker's `type=` and `source=`.
fn secret(text: &str) -> Result<BuildSecret, String> {
    let mut secret = BuildSecret {
        id: String::new(),
        file: None,
        environment: None,
    };
    for part in text.split(',') {
        match part.split_once('=') {
            Some(("id", id)) => secret.id = id.to_owned(),
            Some(("src" | "source", file)) => secret.file = Some(file.to_owned()),
            Some(("env", name)) => secret.environment = Some(name.to_owned()),
            Some(("type", "file" | "env")) => {}
            _ => return Err(format!("“{part}” is none of id=, src=, env=")),
        }
    }
    if secret.id.is_empty() {
        return Err("id=NAME is missing".to_owned());
    }
    if secret.file.is_some() && secret.environment.is_some() {
        return Err("it is from a file or from the environment, not from both".to_owned());
    }
    if secret.file.is_none() && secret.environment.is_none() {
        // As Docker has it: a variable of that name.
        secret.environment = Some(secret.id.clone());
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cli, Command};
    use clap::Parser;

    fn build(words: &str) -> Result<Build, String> {
        let words = std::iter::once("hallmark").chain(words.split_whitespace());
        match Cli::try_parse_from(words)
            .map_err(|error| error.to_string())?
            .command
        {
            Command::Build(ask) => Ok(ask),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn a_build_takes_the_flags_that_docker_has() {
        let ask = build(
            "build -t a:1 -t b:2 -f d/Dockerfile --build-arg V=1=2 --target run \
             --platform linux/amd64,linux/arm64 --label x=y --no-cache --pull \
             --secret id=npm,src=.npmrc .",
        )
        .unwrap();
        assert_eq!(ask.tags, ["a:1", "b:2"]);
        assert_eq!(ask.arguments[0].value, "1=2");
        assert_eq!(ask.platforms.len(), 2);
        assert_eq!(ask.secrets[0].file.as_deref(), Some(".npmrc"));
        assert!(ask.no_cache && ask.pull);
        assert!(build("build -t a:1").is_err());
    }

    #[test]
    fn a_secret_is_from_one_place() {
        assert_eq!(
            secret("id=token").unwrap().environment.as_deref(),
            Some("token")
        );
        assert_eq!(
            secret("type=env,id=t,env=T")
                .unwrap()
                .environment
                .as_deref(),
            Some("T")
        );
        for wrong in ["src=x", "id=a,src=x,env=Y", "id=a,mode=0400", "value"] {
            assert!(secret(wrong).is_err(), "{wrong}");
        }
    }
}
