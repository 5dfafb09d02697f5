//! The operating system and processor an image is built for.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A platform such as `linux/arm64/v8` (OCI image-spec, image index, `platform`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Platform {
    /// `GOOS` value, such as `linux`.
    pub os: String,
    /// `GOARCH` value, such as `amd64`.
    pub architecture: String,
    /// Processor variant, such as `v8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Version of the operating system; in practice Windows only.
    #[serde(
        default,
        rename = "os.version",
        skip_serializing_if = "Option::is_none"
    )]
    pub os_version: Option<String>,
}

/// Why a text is not a platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a platform: expected os/architecture or os/architecture/variant, such as linux/arm64"
)]
pub struct PlatformError(String);

impl Platform {
    /// A platform without a variant.
    pub fn new(os: impl Into<String>, architecture: impl Into<String>) -> Self {
        Self {
            os: os.into(),
            architecture: architecture.into(),
            variant: None,
            os_version: None,
        }
    }

    /// BuildKit files its attestations in an index under `unknown/unknown`: no image at all.
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }

    /// Whether both name the same machine; `arm64` and `arm64/v8` do.
    pub fn same_machine(&self, other: &Self) -> bool {
        self.os == other.os
            && self.architecture == other.architecture
            && self.effective_variant() == other.effective_variant()
    }

    fn effective_variant(&self) -> Option<&str> {
        match (self.architecture.as_str(), self.variant.as_deref()) {
            ("arm64", None) => Some("v8"),
            ("arm", None) => Some("v7"),
            (_, variant) => variant,
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(f, "/{variant}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, PlatformError> {
        let wrong = || PlatformError(text.chars().take(80).collect());
        let parts: Vec<&str> = text.split('/').collect();
        let plain = |part: &&str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        };
        if !(2..=3).contains(&parts.len()) || !parts.iter().all(plain) {
            return Err(wrong());
        }
        Ok(Self {
            variant: parts.get(2).map(ToString::to_string),
            ..Self::new(parts[0], parts[1])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_reads_as_it_prints() {
        for text in ["linux/amd64", "linux/arm/v6", "windows/amd64"] {
            assert_eq!(text.parse::<Platform>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn arm64_and_its_v8_are_one_machine() {
        let plain: Platform = "linux/arm64".parse().unwrap();
        assert!(plain.same_machine(&"linux/arm64/v8".parse().unwrap()));
        assert!(!plain.same_machine(&"linux/amd64".parse().unwrap()));
    }

    #[test]
    fn half_a_platform_is_refused() {
        for text in [
            "linux",
            "linux/",
            "/amd64",
            "linux/arm/v7/x",
            "lin ux/amd64",
            "",
        ] {
            assert!(
                text.parse::<Platform>().is_err(),
                "{text} was taken for a platform"
            );
        }
    }
}
