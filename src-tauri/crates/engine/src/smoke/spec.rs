//! The specification of a smoke test: what runs, what has to come of it, and within which limits.

use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A specification, as it is written in TOML.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Spec {
    /// What it is called; the suite in the result.
    pub name: Option<String>,
    /// The command, in place of the image's own.
    pub command: Option<Vec<String>>,
    /// The entry point, in place of the image's own.
    pub entrypoint: Option<Vec<String>>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// The exit code that it has to end with.
    pub exit_code: Option<i64>,
    /// Texts that it has to write.
    pub output: Vec<Text>,
    /// Its own HEALTHCHECK has to become healthy.
    pub healthy: bool,
    /// Answers that it has to give.
    pub http: Vec<Http>,
    /// Files that have to be there.
    pub files: Vec<File>,
    /// The user it has to run as; `not-root` is any but root.
    pub user: Option<String>,
    /// The ports it has to offer: `8080/tcp`.
    pub ports: Option<Vec<String>>,
    /// Limits.
    pub limits: Limits,
    /// Whether the root file system is read-only.
    pub read_only: bool,
}

/// A text that has to be in the output: itself, or by a regular expression.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Text {
    /// The text itself.
    Contains(String),
    /// A regular expression.
    Matches(String),
}

/// An answer over HTTP.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Http {
    /// The container's port.
    pub port: u16,
    /// The path.
    #[serde(default = "slash")]
    pub path: String,
    /// The status that has to come.
    #[serde(default = "ok")]
    pub status: u16,
    /// A text that has to be in the body.
    #[serde(default)]
    pub contains: Option<String>,
}

/// A file that has to be there.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its mode, as `0755`.
    #[serde(default)]
    pub mode: Option<String>,
}

/// Within which limits it runs.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Limits {
    /// Seconds.
    pub seconds: u64,
    /// Megabytes of memory.
    pub memory: u64,
    /// Processes.
    pub processes: i64,
    /// Megabytes it may write.
    pub disk: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            seconds: 60,
            memory: 512,
            processes: 256,
            disk: 1024,
        }
    }
}

fn slash() -> String {
    "/".to_owned()
}

fn ok() -> u16 {
    200
}

impl Spec {
    /// Reads a specification.
    ///
    /// # Errors
    /// A sentence with the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let spec: Self =
            toml::from_str(text).map_err(|error| error.to_string().trim().to_owned())?;
        spec.checked()
    }

    fn checked(self) -> Result<Self, String> {
        for text in &self.output {
            if let Text::Matches(pattern) = text {
                regex(pattern)?;
            }
        }
        for http in &self.http {
            if !http.path.starts_with('/') {
                return Err(format!(
                    "http: the path {:?} does not begin with /",
                    http.path
                ));
            }
        }
        for file in &self.files {
            if !file.path.starts_with('/') {
                return Err(format!("files: {:?} does not begin with /", file.path));
            }
            if let Some(mode) = &file.mode {
                u32::from_str_radix(mode, 8)
                    .map_err(|_| format!("files: {mode:?} is no mode such as 0755"))?;
            }
        }
        let limits = &self.limits;
        let within = |what: &str, value: u64, most: u64| match (1..=most).contains(&value) {
            true => Ok(()),
            false => Err(format!("limits: {what} is from 1 to {most}")),
        };
        within("seconds", limits.seconds, 3600)?;
        within("memory", limits.memory, 64 << 10)?;
        within(
            "processes",
            limits.processes.max(0).unsigned_abs(),
            32 << 10,
        )?;
        within("disk", limits.disk, 64 << 10)?;
        if self.checks().is_empty() {
            return Err("it checks nothing: name an exit-code, output, http, files, user or ports, or healthy = true".to_owned());
        }
        if self.exit_code.is_some() && (self.healthy || !self.http.is_empty()) {
            return Err(
                "it has to end with an exit code, and to go on serving: one of both".to_owned(),
            );
        }
        Ok(self)
    }

    /// Whether it has to go on running for its checks.
    pub(crate) fn serves(&self) -> bool {
        self.healthy || !self.http.is_empty()
    }

    /// Whether anything has to run at all.
    pub(crate) fn runs(&self) -> bool {
        self.serves() || self.exit_code.is_some() || !self.output.is_empty()
    }

    /// What it checks, in words, in the order of the result.
    pub fn checks(&self) -> Vec<String> {
        let mut all = Vec::new();
        if let Some(user) = &self.user {
            all.push(match user.as_str() {
                "not-root" => "does not run as root".to_owned(),
                user => format!("runs as {user}"),
            });
        }
        if let Some(ports) = &self.ports {
            all.push(format!("offers {}", listed(ports)));
        }
        all.extend(self.files.iter().map(|file| match &file.mode {
            Some(mode) => format!("has {} with mode {mode}", file.path),
            None => format!("has {}", file.path),
        }));
        if self.healthy {
            all.push("becomes healthy".to_owned());
        }
        all.extend(self.http.iter().map(|http| {
            let answer = format!("answers {} on port {}{}", http.status, http.port, http.path);
            match &http.contains {
                Some(text) => format!("{answer} with {text:?}"),
                None => answer,
            }
        }));
        if let Some(code) = self.exit_code {
            all.push(format!("ends with exit code {code}"));
        }
        all.extend(self.output.iter().map(|text| match text {
            Text::Contains(text) => format!("writes {text:?}"),
            Text::Matches(pattern) => format!("writes what matches {pattern:?}"),
        }));
        all
    }
}

/// Ports in words.
pub(crate) fn listed(ports: &[String]) -> String {
    match ports {
        [] => "no port".to_owned(),
        ports => ports.join(", "),
    }
}

/// A regular expression of bounded size.
pub(crate) fn regex(pattern: &str) -> Result<Regex, String> {
    regex::RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .multi_line(true)
        .build()
        .map_err(|error| format!("output: {pattern:?} is no regular expression: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_says_what_it_checks() {
        let spec = Spec::parse(
            r#"
name = "cart"
user = "not-root"
ports = ["8080/tcp"]
healthy = true
[[http]]
port = 8080
path = "/health"
contains = "ok"
[[files]]
path = "/app/cart"
mode = "0755"
[[output]]
contains = "listening"
[limits]
seconds = 20
"#,
        )
        .unwrap();
        assert_eq!(
            spec.checks(),
            [
                "does not run as root",
                "offers 8080/tcp",
                "has /app/cart with mode 0755",
                "becomes healthy",
                "answers 200 on port 8080/health with \"ok\"",
                "writes \"listening\"",
            ]
        );
        assert_eq!((spec.limits.seconds, spec.limits.memory), (20, 512));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, words) in [
            ("exit_code = 0", "line 1"),
            ("", "it checks nothing"),
            ("exit-code = 0\nhealthy = true", "one of both"),
            ("[[http]]\nport = 70000", "line 2"),
            ("[[http]]\nport = 80\npath = \"x\"", "does not begin with /"),
            ("[[output]]\nmatches = \"(\"", "no regular expression"),
            ("exit-code = 0\n[limits]\nseconds = 0", "from 1 to 3600"),
            ("[[files]]\npath = \"/a\"\nmode = \"rwx\"", "no mode"),
        ] {
            let error = Spec::parse(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
