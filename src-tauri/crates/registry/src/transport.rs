//! A call to a registry: login, redirects and repetitions around one exchange.
//!
//! The `Authorization` header is set in one place, [`travel`], and only for a URL at the
//! registry's own origin; once a redirect has left it, it is never sent again for that call,
//! even if a later redirect leads back.

use crate::{
    Error, ErrorKind,
    auth::{Grant, Scopes},
    explain::{self, About},
    guard::check_url,
    home::Home,
    retry, unreached,
    wire::{Answer, Flow, Limit, Outgoing, Payload, exchange},
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, LOCATION},
};
use std::time::Duration;
use url::Url;

/// How many redirects are followed at most.
const REDIRECTS: usize = 5;
/// The most that is read of an answer whose body does not matter, bytes.
const SMALL: u64 = 64 * 1024;

/// A call to be made.
pub(crate) struct Call {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Payload>,
    scopes: Scopes,
    grant: Option<Grant>,
    limit: Limit,
    safe: bool,
    about: About,
}

impl Call {
    /// `what` names what the call is about, for its errors: “the tag 1.2 of team/api”.
    pub(crate) fn new(method: Method, url: Url, scopes: Scopes, what: impl Into<String>) -> Self {
        let safe = method == Method::GET || method == Method::HEAD;
        Self {
            about: About {
                what: what.into(),
                writes: !safe,
                moves: false,
            },
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            scopes,
            grant: None,
            limit: Limit::Whole(SMALL),
            safe,
        }
    }

    /// The most that is read of the answer, bytes.
    pub(crate) fn reading(mut self, limit: u64) -> Self {
        self.limit = Limit::Whole(limit);
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(crate) fn body(mut self, body: Bytes) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Leaves the body of a good answer to be read by the caller.
    pub(crate) fn unread(mut self) -> Self {
        self.limit = Limit::Unread;
        self
    }

    /// Sends bytes that come from elsewhere. They cannot be sent a second time: where the
    /// registry wants another login first, that is had, and the error is one that passes.
    pub(crate) fn flow(mut self, flow: Flow) -> Self {
        self.body = Some(Payload::Flow(flow));
        self
    }

    /// It looks, in order to change something.
    pub(crate) fn before_writing(mut self) -> Self {
        self.about.writes = true;
        self
    }

    /// It moves a tag.
    pub(crate) fn moving(mut self) -> Self {
        self.about.moves = true;
        self
    }

    /// Shows this login without being asked for it.
    pub(crate) fn with(mut self, grant: Grant) -> Self {
        self.grant = Some(grant);
        self
    }

    /// Whoever calls repeats it, if anybody.
    pub(crate) fn once(mut self) -> Self {
        self.safe = false;
        self
    }

    /// Sending it twice does what sending it once does.
    pub(crate) fn repeatable(mut self) -> Self {
        self.safe = true;
        self
    }

    /// Makes the call. Every status from 400 on is an error.
    pub(crate) async fn send(self, home: &Home) -> Result<Answer, Error> {
        let surroundings = &home.shared.surroundings;
        let answer = retry::repeat(surroundings, self.safe, || once(home, &self)).await?;
        if answer.status.is_client_error() || answer.status.is_server_error() {
            let error = explain::status(home, &self.about, &answer);
            return Err(match &self.body {
                Some(Payload::Flow(_)) if answer.renewed => error.passing(Some(Duration::ZERO)),
                _ => error,
            });
        }
        Ok(answer)
    }
}

/// One attempt, with one refresh of the login where the registry answers 401.
async fn once(home: &Home, call: &Call) -> Result<Answer, Error> {
    let grant = match &call.grant {
        Some(grant) => Some(grant.clone()),
        None => home.auth.ready(home, &call.scopes).await?,
    };
    let mut answer = travel(home, call, grant.as_ref()).await?;
    // Only the registry itself may ask for its login.
    if answer.status != StatusCode::UNAUTHORIZED || !home.is_at(&answer.url) {
        return Ok(answer);
    }
    let renewed = home
        .auth
        .renew(home, &call.scopes, &answer.headers, grant.as_ref())
        .await?;
    match renewed {
        Some(_) if matches!(call.body, Some(Payload::Flow(_))) => {
            answer.renewed = true;
            Ok(answer)
        }
        Some(renewed) => travel(home, call, Some(&renewed)).await,
        None => Ok(answer),
    }
}

/// Follows redirects, of GET and HEAD only.
async fn travel(home: &Home, call: &Call, grant: Option<&Grant>) -> Result<Answer, Error> {
    let mut url = call.url.clone();
    let mut away = !home.is_at(&url);
    for _ in 0..=REDIRECTS {
        let mut headers = call.headers.clone();
        if let Some(grant) = grant.filter(|_| !away) {
            headers.insert(AUTHORIZATION, grant.header());
        }
        let out = Outgoing {
            method: call.method.clone(),
            url: url.clone(),
            headers,
            body: call.body.clone(),
            limit: call.limit,
        };
        let mut answer = exchange(home, away, out).await?;
        answer.grant = grant.cloned();
        if !answer.status.is_redirection() {
            return Ok(answer);
        }
        if call.method != Method::GET && call.method != Method::HEAD {
            return Err(wandering(home, call, "a request that changes something"));
        }
        url = location(&answer).ok_or_else(|| wandering(home, call, "a redirect to nowhere"))?;
        check_url(&url, home.is_plain()).map_err(|blocked| unreached::refused(home, &blocked))?;
        away |= !home.is_at(&url);
    }
    Err(wandering(home, call, "too many redirects"))
}

/// The `Location` of an answer, without its fragment.
pub(crate) fn location(answer: &Answer) -> Option<Url> {
    let text = answer.headers.get(LOCATION)?.to_str().ok()?;
    let mut url = answer.url.join(text).ok()?;
    url.set_fragment(None);
    Some(url)
}

fn wandering(home: &Home, call: &Call, what: &str) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::Refused,
        host,
        format!(
            "{host} sent the request for {} elsewhere: {what}.",
            call.about.what
        ),
        "It was not followed; ask whoever runs the registry.",
    )
}
