//! What many registries do with bytes: another server holds them. A registry that takes this
//! detour sends whoever wants a blob there, lets uploads go on there, and, where it has gone
//! wrong, the next page of a list as well. The server there needs no login of anybody's: it has
//! its own way to the shelves, as addresses that are signed have.

use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    header::{AUTHORIZATION, HeaderName, HeaderValue, LINK, LOCATION},
};

/// What becomes of a request that comes to a proxy, and of its answer.
#[derive(Clone, Debug, Default)]
pub struct Detour {
    /// `127.0.0.1:port` of the server that holds the bytes.
    elsewhere: Option<String>,
    /// The server's own way to the shelves.
    lent: Option<HeaderValue>,
}

impl Detour {
    /// By way of that server.
    pub fn to(elsewhere: &str) -> Self {
        Self {
            elsewhere: Some(elsewhere.to_owned()),
            lent: None,
        }
    }

    /// That server: it reads and writes on the shelves with this login.
    pub fn lending(user: &str, password: &str) -> Self {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let login = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        Self {
            elsewhere: None,
            lent: Some(login.parse().unwrap()),
        }
    }

    /// What is answered instead of the registry.
    pub(crate) fn instead_of<B>(&self, request: &Request<B>) -> Option<Response<()>> {
        let elsewhere = self.elsewhere.as_ref()?;
        let path = request.uri().path();
        let blob = path.contains("/blobs/") && !path.contains("/blobs/uploads");
        if request.method() != Method::GET || !blob {
            return None;
        }
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        let there = format!("http://{elsewhere}{path}").parse().unwrap();
        response.headers_mut().insert(LOCATION, there);
        Some(response)
    }

    /// Lets the request through to the shelves.
    pub(crate) fn lend<B>(&self, request: &mut Request<B>) {
        if let Some(lent) = &self.lent {
            request.headers_mut().insert(AUTHORIZATION, lent.clone());
        }
    }

    /// Turns an answer's `Location` and `Link` to the server elsewhere.
    pub(crate) fn turn<B>(&self, mut response: Response<B>) -> Response<B> {
        if let Some(elsewhere) = &self.elsewhere {
            let origin = format!("http://{elsewhere}");
            let headers = response.headers_mut();
            rewrite(headers, LOCATION, |there| {
                format!("{origin}{}", path_of(there))
            });
            rewrite(headers, LINK, |link| {
                let there = link.strip_prefix('<').unwrap_or(link);
                format!("<{origin}{}", path_of(there))
            });
        }
        response
    }
}

fn rewrite(headers: &mut HeaderMap, name: HeaderName, to: impl Fn(&str) -> String) {
    let text = headers.get(&name).and_then(|value| value.to_str().ok());
    if let Some(changed) = text.map(to) {
        headers.insert(name, changed.parse().unwrap());
    }
}

/// A URL without scheme and host.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}
