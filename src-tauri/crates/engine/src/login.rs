//! A login, as an engine is handed it for one request.

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use std::{collections::BTreeMap, fmt};
use zeroize::Zeroizing;

/// A login for one registry. It is never shown: its `Debug` says whose it is and no more.
#[derive(Clone)]
pub struct EngineLogin {
    /// The registry, as the engine names it: `https://index.docker.io/v1/` for Docker Hub.
    server: String,
    who: Who,
}

#[derive(Clone)]
enum Who {
    Password(String, Zeroizing<String>),
    IdentityToken(Zeroizing<String>),
}

impl EngineLogin {
    /// By name and password, or a token in its place.
    pub fn password(server: &str, username: &str, password: &str) -> Self {
        Self {
            server: named(server),
            who: Who::Password(username.to_owned(), Zeroizing::new(password.to_owned())),
        }
    }

    /// By an identity token.
    pub fn identity_token(server: &str, token: &str) -> Self {
        Self {
            server: named(server),
            who: Who::IdentityToken(Zeroizing::new(token.to_owned())),
        }
    }

    /// The user's name, where there is one.
    pub fn username(&self) -> Option<&str> {
        match &self.who {
            Who::Password(username, _) => Some(username),
            Who::IdentityToken(_) => None,
        }
    }

    /// Whether it is for a registry as BuildKit names it.
    pub(crate) fn is_for(&self, host: &str) -> bool {
        named(host) == self.server
    }

    /// Name and secret as BuildKit wants them: an identity token has no name.
    pub(crate) fn credentials(&self) -> (String, String) {
        match &self.who {
            Who::Password(username, password) => (username.clone(), password.to_string()),
            Who::IdentityToken(token) => (String::new(), token.to_string()),
        }
    }

    fn json(&self) -> Zeroizing<String> {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let server = text(&self.server);
        Zeroizing::new(match &self.who {
            Who::Password(username, password) => format!(
                "{{\"username\":{},\"password\":{},\"serveraddress\":{server}}}",
                text(username),
                *Zeroizing::new(text(password))
            ),
            Who::IdentityToken(token) => format!(
                "{{\"identitytoken\":{},\"serveraddress\":{server}}}",
                *Zeroizing::new(text(token))
            ),
        })
    }
}

/// Docker's daemon looks Docker Hub's login up by its old address.
fn named(server: &str) -> String {
    match server {
        "docker.io" | "index.docker.io" | "registry-1.docker.io" => {
            "https://index.docker.io/v1/".to_owned()
        }
        other => other.to_owned(),
    }
}

impl fmt::Debug for EngineLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineLogin")
            .field("server", &self.server)
            .field("username", &self.username())
            .finish_non_exhaustive()
    }
}

/// The header `X-Registry-Auth` of a push or a pull. Engines want it also where there is none.
pub(crate) fn auth_header(login: Option<&EngineLogin>) -> http::HeaderValue {
    let json = login.map_or_else(|| Zeroizing::new("{}".to_owned()), EngineLogin::json);
    let mut value = http::HeaderValue::try_from(URL_SAFE.encode(json.as_bytes()))
        .unwrap_or_else(|_| http::HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// The header `X-Registry-Config` of a build: every login that its base images may need.
pub(crate) fn config_header(logins: &[EngineLogin]) -> http::HeaderValue {
    let each: BTreeMap<&str, Zeroizing<String>> = logins
        .iter()
        .map(|login| (login.server.as_str(), login.json()))
        .collect();
    let parts: Vec<Zeroizing<String>> = each
        .iter()
        .map(|(server, json)| {
            Zeroizing::new(format!(
                "{}:{}",
                serde_json::Value::from(*server),
                json.as_str()
            ))
        })
        .collect();
    let parts: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
    let json = Zeroizing::new(format!("{{{}}}", parts.join(",")));
    let mut value = http::HeaderValue::try_from(URL_SAFE.encode(json.as_bytes()))
        .unwrap_or_else(|_| http::HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_reaches_the_header_and_nothing_else() {
        let login = EngineLogin::password("docker.io", "ada", "pa\"ss");
        let header = auth_header(Some(&login));
        let json = URL_SAFE.decode(header.as_bytes()).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["password"], "pa\"ss");
        assert_eq!(json["serveraddress"], "https://index.docker.io/v1/");
        for shown in [format!("{login:?}"), format!("{header:?}")] {
            assert!(
                !shown.contains("pa\"ss") && !shown.contains("pa\\\"ss"),
                "{shown}"
            );
        }
        assert_eq!(
            auth_header(None).as_bytes(),
            URL_SAFE.encode("{}").as_bytes()
        );
    }

    #[test]
    fn a_build_gets_every_login_by_its_registry() {
        let logins = [
            EngineLogin::password("r.io:5000", "ada", "x"),
            EngineLogin::identity_token("azure.io", "t"),
        ];
        let json = URL_SAFE.decode(config_header(&logins).as_bytes()).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["r.io:5000"]["username"], "ada");
        assert_eq!(json["azure.io"]["identitytoken"], "t");
    }
}
