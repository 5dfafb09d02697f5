//! References: how people name images.
//!
//! `host[:port]/repository[:tag][@digest]`, and Docker Hub's short forms, after
//! `distribution/reference`. A name is normalised as it is parsed, so that `nginx` and
//! `docker.io/library/nginx:latest` are one image.

use crate::{Digest, DigestError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

const HUB: &str = "docker.io";
const HUB_ALIASES: [&str; 2] = ["index.docker.io", "registry-1.docker.io"];
const MAX_NAME: usize = 255;

/// Why a text is not a reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing was given.
    #[error("an image is missing: expected [host[:port]/]repository[:tag][@digest]")]
    Empty,
    /// The host has other characters, or a port that is none.
    #[error(
        "“{0}” is not a registry host: expected name[:port], such as registry.example.com:5000"
    )]
    Host(String),
    /// The repository has upper case, empty parts or other characters.
    #[error(
        "“{0}” is not a repository: lower-case letters, digits and single . _ - between them, parts divided by /"
    )]
    Repository(String),
    /// The repository with its host is longer than 255 characters.
    #[error("the repository's name is longer than {MAX_NAME} characters")]
    TooLong,
    /// The tag has other characters or is longer than 128.
    #[error(
        "“{0}” is not a tag: letters, digits, _ . - and at most 128 of them, not beginning with . or -"
    )]
    Tag(String),
    /// What stands after `@` is not a digest.
    #[error(transparent)]
    Digest(#[from] DigestError),
}

fn shown(text: &str) -> String {
    text.chars().take(150).collect()
}

macro_rules! text_type {
    ($type:ident) => {
        impl $type {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        parsed_serde!($type);
    };
}

macro_rules! parsed_serde {
    ($type:ident) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A registry's host, with its port where one is given: `registry.example.com:5000`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(Box<str>);
text_type!(Host);

impl Host {
    /// Docker Hub.
    pub fn docker_hub() -> Self {
        Self(HUB.into())
    }

    /// Whether this is Docker Hub, under whichever of its names it was given.
    pub fn is_docker_hub(&self) -> bool {
        &*self.0 == HUB
    }

    /// The name or address without the port, and without an IPv6 address's brackets.
    pub fn name(&self) -> &str {
        let name = match self.0.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.is_empty() => {
                name
            }
            _ => &self.0,
        };
        name.strip_prefix('[')
            .and_then(|n| n.strip_suffix(']'))
            .unwrap_or(name)
    }

    /// The port, where one is given.
    pub fn port(&self) -> Option<u16> {
        let after = self.0.rsplit_once(']').map_or(&*self.0, |(_, after)| after);
        after
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse().ok())
    }

    /// `localhost`, 127.0.0.0/8 or `[::1]`: this machine itself.
    pub fn is_loopback(&self) -> bool {
        let name = self.name();
        name == "localhost"
            || name.ends_with(".localhost")
            || name
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Host {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let lower = text.to_ascii_lowercase();
        if HUB_ALIASES.contains(&lower.as_str()) {
            return Ok(Self::docker_hub());
        }
        let wrong = || ReferenceError::Host(shown(text));
        let (name, port) = split_port(&lower).ok_or_else(wrong)?;
        if port.is_some_and(|port| port.parse::<u16>().is_err() || port.starts_with('+')) {
            return Err(wrong());
        }
        if is_host_name(name) || is_ipv6(name) {
            Ok(Self(lower.into()))
        } else {
            Err(wrong())
        }
    }
}

fn split_port(text: &str) -> Option<(&str, Option<&str>)> {
    if text.starts_with('[') {
        let end = text.find(']')? + 1;
        return match text[end..].strip_prefix(':') {
            Some(port) => Some((&text[..end], Some(port))),
            None if end == text.len() => Some((text, None)),
            None => None,
        };
    }
    match text.split_once(':') {
        Some((name, port)) => Some((name, Some(port))),
        None => Some((text, None)),
    }
}

fn is_ipv6(text: &str) -> bool {
    text.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
}

fn is_host_name(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        })
}

/// A repository's name within its registry: `payments/api` (distribution-spec, "Pull").
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName(Box<str>);
text_type!(RepositoryName);

impl FromStr for RepositoryName {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.len() > MAX_NAME {
            return Err(ReferenceError::TooLong);
        }
        if text.split('/').all(is_path_component) {
            Ok(Self(text.into()))
        } else {
            Err(ReferenceError::Repository(shown(text)))
        }
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_path_component(text: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    alphanumeric(*first)
        && alphanumeric(*last)
        && bytes
            .split(|b| alphanumeric(*b))
            .filter(|separator| !separator.is_empty())
            .all(|separator| {
                matches!(separator, b"." | b"_" | b"__") || separator.iter().all(|b| *b == b'-')
            })
}

/// A tag: `2.8.1`, `golden` (distribution-spec, "Pull": at most 128 characters).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(Box<str>);
text_type!(Tag);

impl FromStr for Tag {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let bytes = text.as_bytes();
        let right = (1..=128).contains(&bytes.len())
            && !matches!(bytes[0], b'.' | b'-')
            && bytes
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b));
        if right {
            Ok(Self(text.into()))
        } else {
            Err(ReferenceError::Tag(shown(text)))
        }
    }
}

/// A repository on its registry: `registry.example.com/payments/api`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    /// The registry.
    pub host: Host,
    /// The name within it.
    pub name: RepositoryName,
}

impl Repository {
    /// A reference to the image `digest` in this repository.
    pub fn at(&self, digest: Digest) -> Reference {
        Reference {
            repository: self.clone(),
            tag: None,
            digest: Some(digest),
        }
    }

    /// A reference to `tag` in this repository.
    pub fn tagged(&self, tag: Tag) -> Reference {
        Reference {
            repository: self.clone(),
            tag: Some(tag),
            digest: None,
        }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.name)
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Repository {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        let (host, path) = match text.split_once('/') {
            Some((first, rest)) if looks_like_host(first) => (first.parse()?, rest),
            _ => (Host::docker_hub(), text),
        };
        let library = host.is_docker_hub() && !path.contains('/');
        let name = if library {
            format!("library/{path}").parse()
        } else {
            path.parse()
        }
        .map_err(|error| match error {
            ReferenceError::Repository(_) => ReferenceError::Repository(shown(path)),
            other => other,
        })?;
        Ok(Self { host, name })
    }
}
parsed_serde!(Repository);

/// Docker's own rule: a first part with a dot, a colon or upper case, or `localhost`, is a host.
fn looks_like_host(first: &str) -> bool {
    first == "localhost"
        || first.contains(['.', ':', '['])
        || first.bytes().any(|b| b.is_ascii_uppercase())
}

/// An image as a person names it: a repository with a tag, a digest, or both.
///
/// Where both are given the digest decides and the tag is kept for show. Where neither is
/// given the tag is `latest`, as with Docker.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Where the image is.
    pub repository: Repository,
    /// The tag, if one was named.
    pub tag: Option<Tag>,
    /// The digest, if one was named.
    pub digest: Option<Digest>,
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(digest.parse()?)),
            None => (text, None),
        };
        // A colon after the last slash divides the tag; one before it, the port.
        let after_slash = named.rfind('/').map_or(0, |at| at + 1);
        let (repository, tag) = match named[after_slash..].find(':') {
            Some(at) => (
                &named[..after_slash + at],
                Some(named[after_slash + at + 1..].parse()?),
            ),
            None => (named, None),
        };
        let tag = match (tag, &digest) {
            (None, None) => Some(Tag("latest".into())),
            (tag, _) => tag,
        };
        Ok(Self {
            repository: repository.parse()?,
            tag,
            digest,
        })
    }
}
parsed_serde!(Reference);

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
