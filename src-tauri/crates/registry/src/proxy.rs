//! The proxy of one registry, as the user named it for that registry.
//!
//! Its password is parted from its address when it is read: the address may be shown and
//! written down, the password is a secret.

use hallmark_credentials::SecretString;
use std::fmt;
use url::Url;

/// The address of an http or https proxy, without a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy(Url);

/// Why a text is no address of a proxy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no address of a proxy: write it as http://proxy.example.com:3128, with no path behind it"
)]
pub struct BadProxy;

impl Proxy {
    /// Reads an address, and parts it from the password in it. Without a scheme it is http.
    ///
    /// # Errors
    /// [`BadProxy`], which quotes nothing of the text: it may hold a password.
    pub fn parse(text: &str) -> Result<(Self, Option<SecretString>), BadProxy> {
        let text = text.trim();
        let whole = match text.contains("://") {
            true => text.to_owned(),
            false => format!("http://{text}"),
        };
        let mut url = Url::parse(&whole).map_err(|_| BadProxy)?;
        let usable = matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if !usable {
            return Err(BadProxy);
        }
        let password = url.password().map(decoded).transpose()?;
        url.set_password(None).map_err(|()| BadProxy)?;
        Ok((Self(url), password))
    }

    /// The name to give there, where the address has one.
    pub fn username(&self) -> Option<String> {
        let name = self.0.username();
        let name = (!name.is_empty()).then(|| percent(name))?;
        name.ok()
    }

    /// Whether the connection to the proxy itself is TLS.
    pub(crate) fn speaks_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Scheme, host and port: what the connection is made to.
    pub(crate) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

impl fmt::Display for Proxy {
    /// The address, with its user name and never with a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn decoded(text: &str) -> Result<SecretString, BadProxy> {
    percent(text).map(SecretString::new)
}

/// Undoes percent-encoding, as a form's parser does but for the plus sign.
fn percent(text: &str) -> Result<String, BadProxy> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let pair = digit(rest.next()).zip(digit(rest.next()));
        let (high, low) = pair.ok_or(BadProxy)?;
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| BadProxy)?);
    }
    String::from_utf8(bytes).map_err(|_| BadProxy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_parted_from_the_address() {
        let (proxy, password) = Proxy::parse("http://ada:p%40ss@proxy.example.com:3128").unwrap();
        assert_eq!(proxy.to_string(), "http://ada@proxy.example.com:3128");
        assert_eq!(proxy.username().as_deref(), Some("ada"));
        assert_eq!(password.unwrap().expose(), "p@ss");
        assert_eq!(proxy.origin(), "http://proxy.example.com:3128");
    }

    #[test]
    fn a_bare_host_and_port_is_an_http_proxy() {
        let (proxy, password) = Proxy::parse(" proxy.example.com:3128 ").unwrap();
        assert_eq!(proxy.to_string(), "http://proxy.example.com:3128");
        assert!(password.is_none() && proxy.username().is_none());
    }

    #[test]
    fn what_is_no_proxys_address_is_refused_without_quoting_it() {
        for text in [
            "",
            "socks5://p:1080",
            "http://p/path",
            "http://p?q=1",
            "http://u:%zz@p",
        ] {
            let refused = Proxy::parse(text).unwrap_err().to_string();
            assert!(!refused.contains("%zz"), "{refused}");
        }
    }
}
