//! A token server as distribution specifies it ("Token Authentication Specification"): it gives
//! signed tokens (ES256, with the certificate in `x5c`) for what was asked, to its own users all
//! of it, to nobody in particular the right to pull. A registry believes its certificate.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hyper::{Request, Response, StatusCode, header::AUTHORIZATION};
use jiff::Timestamp;
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::DecodePrivateKey,
};
use rcgen::{CertificateParams, DnType, KeyPair};
use serde_json::{Value, json};

/// Where tokens are to be had.
pub const PATH: &str = "/token";
/// Service and issuer.
const NAME: &str = "flows";
/// Seconds that a token is good for.
const LIFE: i64 = 300;

/// Who hands out tokens.
pub struct Tokens {
    /// Its certificate, PEM.
    pub pem: String,
    certificate: String,
    key: SigningKey,
    logins: Vec<String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// For these users, each with a password.
    pub fn new(users: &[(&str, &str)]) -> Self {
        let pair = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, NAME);
        let certificate = params.self_signed(&pair).unwrap();
        let login = |(name, word): &(&str, &str)| STANDARD.encode(format!("{name}:{word}"));
        Self {
            pem: certificate.pem(),
            certificate: STANDARD.encode(certificate.der()),
            key: SigningKey::from_pkcs8_der(&pair.serialize_der()).unwrap(),
            logins: users.iter().map(login).collect(),
        }
    }

    /// What a registry's configuration says, where the tokens are at that address.
    pub fn guard(&self, host: &str, bundle: &std::path::Path) -> String {
        std::fs::write(bundle, &self.pem).unwrap();
        format!(
            "auth:\n  token: {{realm: 'http://{host}{PATH}', service: {NAME}, issuer: {NAME}, \
             rootcertbundle: {}}}\n",
            bundle.display()
        )
    }

    /// The answer to whoever asks.
    pub fn answer<B>(&self, request: &Request<B>) -> Response<Vec<u8>> {
        let header = request.headers().get(AUTHORIZATION);
        let login = header.map(|header| header.to_str().unwrap_or_default());
        let known = login.map(|login| {
            let word = login.strip_prefix("Basic ").unwrap_or_default();
            self.logins.iter().any(|own| own == word)
        });
        if known == Some(false) {
            let mut response = Response::new(br#"{"errors":[{"code":"UNAUTHORIZED"}]}"#.to_vec());
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            return response;
        }
        let query = request.uri().query().unwrap_or_default();
        let token = self.token(&scopes(query), known.is_some());
        let body = json!({"token": token, "access_token": token, "expires_in": LIFE});
        let mut response = Response::new(body.to_string().into_bytes());
        let json = hyper::header::HeaderValue::from_static("application/json");
        response.headers_mut().insert("Content-Type", json);
        response
    }

    fn token(&self, scopes: &[String], known: bool) -> String {
        let now = Timestamp::now().as_second();
        let access: Vec<Value> = scopes
            .iter()
            .filter_map(|scope| granted(scope, known))
            .collect();
        let header = json!({"typ": "JWT", "alg": "ES256", "x5c": [self.certificate]});
        let claims = json!({
            "iss": NAME, "sub": "flows", "aud": NAME, "exp": now + LIFE, "nbf": now - LIFE,
            "iat": now, "jti": "one", "access": access,
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

/// `repository:team/api:pull,push` as a claim; without a login nobody may push.
fn granted(scope: &str, known: bool) -> Option<Value> {
    let (kind, rest) = scope.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    let may = |action: &&str| known || *action == "pull";
    let actions: Vec<&str> = actions.split(',').filter(may).collect();
    Some(json!({"type": kind, "name": name, "actions": actions}))
}

/// Every `scope` of a query; one may hold several, with blanks between.
fn scopes(query: &str) -> Vec<String> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let asked = pairs.filter(|(name, _)| name == "scope");
    asked
        .flat_map(|(_, value)| value.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect()
}
