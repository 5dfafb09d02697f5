//! What goes into `Authorization`, and whom it speaks for.
//!
//! It cannot be printed. It is made for one registry and handed only to requests for that
//! registry's own origin.

use base64::{Engine, engine::general_purpose::STANDARD};
use hallmark_credentials::{Login, SecretString};
use http::HeaderValue;

/// The value of an `Authorization` header.
#[derive(Clone)]
pub(crate) struct Grant {
    header: HeaderValue,
    secrets: Vec<SecretString>,
    user: Option<String>,
    basic: bool,
}

impl Grant {
    /// Name and password. None for an identity token, which only a token server takes.
    pub(crate) fn basic(login: &Login) -> Option<Self> {
        let Login::Password { username, password } = login else {
            return None;
        };
        let pair = SecretString::new(format!("{username}:{}", password.expose()));
        let encoded = SecretString::new(STANDARD.encode(pair.expose()));
        let text = SecretString::new(format!("Basic {}", encoded.expose()));
        Some(Self {
            header: sensitive(text.expose())?,
            secrets: vec![password.clone(), encoded],
            user: Some(username.clone()),
            basic: true,
        })
    }

    /// A token, for `user` or for nobody. None where it cannot stand in a header.
    pub(crate) fn bearer(token: &str, user: Option<String>) -> Option<Self> {
        let text = SecretString::new(format!("Bearer {token}"));
        Some(Self {
            header: sensitive(text.expose())?,
            secrets: vec![SecretString::new(token.to_owned())],
            user,
            basic: false,
        })
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// Who is logged in, if anybody.
    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    pub(crate) fn is_basic(&self) -> bool {
        self.basic
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.header == other.header
    }

    /// What must not stand in any message.
    pub(crate) fn secrets(&self) -> &[SecretString] {
        &self.secrets
    }
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The secret of a login, for cleaning messages.
pub(crate) fn secret_of(login: &Login) -> SecretString {
    match login {
        Login::Password { password, .. } => password.clone(),
        Login::IdentityToken { token, .. } => token.clone(),
    }
}
