//! What the program can be told when it starts. It never looks at the disk: whether a folder is a
//! workspace is found out when it is opened.

use clap::Parser;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

/// The desk for golden container images.
#[derive(Clone, Debug, Default, Parser, PartialEq, Eq)]
#[command(name = "hallmark-desktop", version, about)]
pub struct Arguments {
    /// Open the practice workspace: a registry inside the program, with a sample team's images
    #[arg(long, conflicts_with = "workspace")]
    pub practice: bool,
    /// Open the workspace in this folder; else `HALLMARK_HOME`, else the one opened last
    #[arg(long, value_name = "DIR")]
    pub workspace: Option<PathBuf>,
    /// Write the time to this file (milliseconds since 1970) once the first screen is painted
    #[arg(long, value_name = "PATH")]
    pub ready_file: Option<PathBuf>,
}

impl Arguments {
    /// The folder that was asked for, in the arguments or else in the environment.
    #[must_use]
    pub fn home(&self, environment: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
        let named = || environment("HALLMARK_HOME").filter(|home| !home.is_empty());
        self.workspace
            .clone()
            .or_else(|| named().map(PathBuf::from))
    }

    /// One name for each workspace, by which a second window finds the first.
    ///
    /// Only letters, digits and points: it becomes a name on the session bus.
    #[must_use]
    pub fn instance(&self, identifier: &str, home: Option<&Path>) -> String {
        let home = home.map(|home| std::path::absolute(home).unwrap_or_else(|_| home.to_owned()));
        let mut hasher = DefaultHasher::new();
        (self.practice, home).hash(&mut hasher);
        format!("{identifier}.w{:016x}", hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(std::iter::once(&"hallmark-desktop").chain(words))
    }

    #[test]
    fn the_practice_workspace_and_a_folder_exclude_each_other() {
        assert!(parse(&["--practice"]).unwrap().practice);
        assert!(parse(&["--practice", "--workspace", "/w"]).is_err());
    }

    #[test]
    fn the_argument_wins_over_the_environment() {
        let environment = |name: &str| (name == "HALLMARK_HOME").then(|| "/env".to_owned());
        let named = parse(&["--workspace", "/arg"]).unwrap();
        assert_eq!(named.home(&environment), Some(PathBuf::from("/arg")));
        let plain = parse(&[]).unwrap();
        assert_eq!(plain.home(&environment), Some(PathBuf::from("/env")));
        assert_eq!(plain.home(&|_| Some(String::new())), None);
    }

    #[test]
    fn each_workspace_has_an_instance_name_of_its_own() {
        let plain = Arguments::default();
        let name = |home: &str| plain.instance("a.b", Some(Path::new(home)));
        assert_eq!(name("/one"), name("/one"));
        assert_ne!(name("/one"), name("/two"));
        let practice = parse(&["--practice"]).unwrap();
        assert_ne!(practice.instance("a.b", None), plain.instance("a.b", None));
    }
}
