//! One `config.json` or `auth.json`, read tolerantly.
//!
//! The crate `docker_credential` was weighed and does not fit: it looks for helpers in the
//! process' own environment with no time limit or bound, prefers a file's entry over the
//! store that is configured, loses the name that goes with an identity token, and its errors
//! do not tell which file or helper failed.

use super::{DockerError, names};
use crate::{Login, SecretString};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hallmark_image::Host;
use serde::{Deserialize, Deserializer};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read},
    path::Path,
};
use zeroize::Zeroizing;

/// Bytes: thousands of logins. A larger file is not read.
const MOST_BYTES: u64 = 1 << 20;

/// Docker writes padding and some tools do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The parts of a configuration that logins need; all else in it is passed over.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Config {
    auths: Option<BTreeMap<String, Option<Auth>>>,
    cred_helpers: Option<BTreeMap<String, String>>,
    creds_store: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    auth: Hidden,
    username: Option<String>,
    password: Hidden,
    identitytoken: Hidden,
}

/// A secret of the file; an empty one is none.
#[derive(Default)]
struct Hidden(Option<SecretString>);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(Self(text.filter(|t| !t.is_empty()).map(SecretString::new)))
    }
}

impl Config {
    /// Reads `file`; none where there is no such file.
    pub(super) fn read(file: &Path) -> Result<Option<Self>, DockerError> {
        let unreadable = |error: io::Error| DockerError::Unreadable {
            file: file.to_owned(),
            reason: error.to_string(),
        };
        match read_bounded(file).map_err(unreadable)? {
            Some(bytes) => Self::parse(&bytes, file).map(Some),
            None => Ok(None),
        }
    }

    fn parse(bytes: &[u8], file: &Path) -> Result<Self, DockerError> {
        let json = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        // Docker takes an empty file for an empty configuration.
        if json.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(json).map_err(|error| DockerError::Malformed {
            file: file.to_owned(),
            line: error.line(),
            column: error.column(),
        })
    }

    /// The helper set for `host` alone.
    pub(super) fn helper(&self, host: &Host) -> Option<&str> {
        let helpers = self.cred_helpers.as_ref()?;
        entry(helpers, host)
            .map(String::as_str)
            .filter(|helper| !helper.is_empty())
    }

    /// The helper set for all hosts that have none of their own.
    pub(super) fn store(&self) -> Option<&str> {
        self.creds_store
            .as_deref()
            .filter(|store| !store.is_empty())
    }

    /// The login in the file itself.
    pub(super) fn login(&self, host: &Host, file: &Path) -> Result<Option<Login>, DockerError> {
        let auths = self.auths.as_ref();
        let Some(Some(auth)) = auths.and_then(|auths| entry(auths, host)) else {
            return Ok(None);
        };
        auth.login().map_err(|Unusable| DockerError::BadLogin {
            host: host.clone(),
            file: file.to_owned(),
        })
    }

    /// The names in it as they are written, hosts or not.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let auths = self.auths.iter().flat_map(BTreeMap::keys);
        let helpers = self.cred_helpers.iter().flat_map(BTreeMap::keys);
        auths.chain(helpers).map(String::as_str)
    }

    /// The hosts named, each with the helper that is asked for it.
    pub(super) fn hosts(&self) -> impl Iterator<Item = (Host, Option<String>)> {
        let auths = self.auths.iter().flat_map(BTreeMap::keys);
        let helpers = self.cred_helpers.iter().flat_map(BTreeMap::keys);
        auths
            .chain(helpers)
            .filter_map(|name| names::host_of(name))
            .map(|host| {
                let helper = self.helper(&host).or(self.store()).map(str::to_owned);
                (host, helper)
            })
    }
}

struct Unusable;

impl Auth {
    fn login(&self) -> Result<Option<Login>, Unusable> {
        let pair = match &self.auth.0 {
            Some(auth) => Some(decode(auth)?),
            None => self.username.clone().zip(self.password.0.clone()),
        };
        if let Some(token) = &self.identitytoken.0 {
            let known = pair.map(|(username, _)| username);
            return Ok(Some(Login::IdentityToken {
                username: known.or(self.username.clone()).unwrap_or_default(),
                token: token.clone(),
            }));
        }
        Ok(pair.map(|(username, password)| Login::Password { username, password }))
    }
}

/// docker/cli `decodeAuth`: base64 of `name:password`; the password may have zeros behind it.
fn decode(auth: &SecretString) -> Result<(String, SecretString), Unusable> {
    let bytes = Zeroizing::new(BASE64.decode(auth.expose().trim()).map_err(|_| Unusable)?);
    let text = std::str::from_utf8(&bytes).map_err(|_| Unusable)?;
    let (username, password) = text.split_once(':').ok_or(Unusable)?;
    let password = SecretString::new(password.trim_matches('\0').to_owned());
    Ok((username.to_owned(), password))
}

/// The entry for `host`: the one under its plain name before those under other spellings.
fn entry<'a, T>(entries: &'a BTreeMap<String, T>, host: &Host) -> Option<&'a T> {
    let exact = names::asked_for(host)
        .into_iter()
        .find_map(|name| entries.get(name));
    exact.or_else(|| {
        let same = |name: &str| names::host_of(name).as_ref() == Some(host);
        entries
            .iter()
            .find(|(name, _)| same(name))
            .map(|(_, value)| value)
    })
}

fn read_bounded(file: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let about = match fs::metadata(file) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // Opening a pipe would wait for its writer.
    if !about.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    if about.len() > MOST_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    // All at once: a buffer that grows leaves copies of the passwords behind.
    let mut bytes = Zeroizing::new(vec![0; usize::try_from(about.len()).unwrap_or(0)]);
    File::open(file)?.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
