//! A login to a registry, and the form it is kept in.
//!
//! The kept form is a small JSON text, so that a person who opens the keyring's own program
//! can read it. It is made only for a [`Backend`](crate::Backend) and never leaves this crate.

use crate::{SecretBytes, SecretString};
use serde::{Deserialize, Serialize};

/// How somebody logs in to one registry.
#[derive(Clone, Debug)]
pub enum Login {
    /// A name with a password, or with an access token in the password's place.
    Password {
        /// The account's name at the registry.
        username: String,
        /// The password or access token.
        password: SecretString,
    },
    /// An OAuth2 refresh token, sent to the token server in place of a password
    /// (`identitytoken` in Docker's configuration).
    IdentityToken {
        /// The account's name where it is known, else empty or a placeholder of the registry's.
        username: String,
        /// The token.
        token: SecretString,
    },
}

#[derive(Serialize)]
struct Kept<'a> {
    username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_token: Option<&'a str>,
}

#[derive(Deserialize)]
struct Found {
    username: String,
    password: Option<String>,
    identity_token: Option<String>,
}

impl Login {
    /// The account's name.
    pub fn username(&self) -> &str {
        match self {
            Self::Password { username, .. } | Self::IdentityToken { username, .. } => username,
        }
    }

    /// The form kept in a backend.
    pub(crate) fn to_kept(&self) -> Option<SecretBytes> {
        let (username, password, identity_token) = match self {
            Self::Password { username, password } => (username, Some(password.expose()), None),
            Self::IdentityToken { username, token } => (username, None, Some(token.expose())),
        };
        let length = [Some(username), password, identity_token]
            .iter()
            .map(|text| text.map_or(0, String::len))
            .sum::<usize>();
        // Room for the worst escaping: a buffer that grows leaves copies of the secret behind.
        let mut bytes = Vec::with_capacity(64 + 6 * length);
        let kept = Kept {
            username,
            password: password.map(String::as_str),
            identity_token: identity_token.map(String::as_str),
        };
        serde_json::to_writer(&mut bytes, &kept).ok()?;
        Some(SecretBytes::new(bytes))
    }

    /// Reads the form kept in a backend. The parser's own message would quote the secret, so
    /// there is none.
    pub(crate) fn from_kept(bytes: &SecretBytes) -> Option<Self> {
        let found: Found = serde_json::from_slice(bytes.expose()).ok()?;
        let username = found.username;
        match (found.password, found.identity_token) {
            (Some(password), None) => Some(Self::Password {
                username,
                password: SecretString::new(password),
            }),
            (None, Some(token)) => Some(Self::IdentityToken {
                username,
                token: SecretString::new(token),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_login_comes_back_as_it_was_kept(username: String, secret: String, token: bool) {
            let login = if token {
                Login::IdentityToken { username: username.clone(), token: SecretString::new(secret.clone()) }
            } else {
                Login::Password { username: username.clone(), password: SecretString::new(secret.clone()) }
            };
            let kept = login.to_kept().unwrap();
            prop_assert_eq!(kept.expose().capacity(), 64 + 6 * (username.len() + secret.len()), "the buffer grew");
            match Login::from_kept(&kept).unwrap() {
                Login::Password { username: u, password: p } => prop_assert!(!token && u == username && *p.expose() == secret),
                Login::IdentityToken { username: u, token: t } => prop_assert!(token && u == username && *t.expose() == secret),
            }
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            let _ = Login::from_kept(&SecretBytes::new(bytes));
        }
    }

    #[test]
    fn a_login_prints_its_name_and_hides_its_secret() {
        let login = Login::Password {
            username: "ada".into(),
            password: SecretString::new("canary".into()),
        };
        let shown = format!("{login:?}");
        assert!(
            shown.contains("ada") && !shown.contains("canary"),
            "{shown}"
        );
    }
}
