//! When a token ends, where it says so itself.
//!
//! Read for people only: nothing is verified here, and nothing is refused because of it.

use crate::{Login, SecretString};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::Deserialize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

#[derive(Deserialize)]
struct Ends {
    /// RFC 7519, section 4.1.4; tools write it with a fraction, too.
    exp: Option<f64>,
    /// Amazon ECR.
    expiration: Option<f64>,
}

impl Login {
    /// When its token ends: a JSON Web Token's `exp`, or what Amazon ECR writes into its own.
    pub fn ends(&self) -> Option<SystemTime> {
        let secret = match self {
            Self::Password { password, .. } => password,
            Self::IdentityToken { token, .. } => token,
        };
        let bytes = payload(secret)?;
        let ends: Ends = serde_json::from_slice(&bytes).ok()?;
        let seconds = ends.exp.or(ends.expiration)?;
        let since = Duration::try_from_secs_f64(seconds).ok()?;
        UNIX_EPOCH.checked_add(since)
    }
}

fn payload(secret: &SecretString) -> Option<Zeroizing<Vec<u8>>> {
    let text = secret.expose();
    let bytes = match text.split('.').collect::<Vec<_>>()[..] {
        [_, claims, _] => URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')),
        [whole] => STANDARD.decode(whole),
        _ => return None,
    };
    bytes.ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ends(secret: &str) -> Option<u64> {
        let login = Login::Password {
            username: String::new(),
            password: SecretString::new(secret.to_owned()),
        };
        let since = login.ends()?.duration_since(UNIX_EPOCH);
        since.ok().map(|since| since.as_secs())
    }

    #[test]
    fn a_json_web_token_and_amazons_say_when_they_end() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"ada","exp":1764072000}"#);
        assert_eq!(ends(&format!("e30.{claims}.c2ln")), Some(1_764_072_000));
        let amazon = STANDARD.encode(r#"{"payload":"x","expiration":1764072001}"#);
        assert_eq!(ends(&amazon), Some(1_764_072_001));
    }

    #[test]
    fn a_password_says_nothing() {
        for secret in ["", "correct horse", "a.b.c", "e30.e30.e30", "dckr_pat_abc"] {
            assert_eq!(ends(secret), None, "{secret}");
        }
    }

    proptest! {
        #[test]
        fn no_secret_makes_it_panic(secret: String) {
            let _ = ends(&secret);
        }
    }
}
