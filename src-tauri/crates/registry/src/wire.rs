//! One request and one answer: counted, timed, and read to a limit.
//!
//! Nothing here knows logins, redirects or repetitions; whoever calls has decided which
//! headers go to which server.

use crate::{
    Error, ErrorKind,
    auth::Grant,
    connect::{Failure, sort},
    explain,
    home::Home,
};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use http::{HeaderMap, Method, StatusCode, header::CONTENT_LENGTH};
use std::{
    convert::Infallible,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;
use url::Url;

/// The most that is read of an error's body, bytes.
const ERROR_LIMIT: u64 = 8 * 1024;
/// Pieces in which a body is sent, bytes.
const PIECE: usize = 64 * 1024;

/// A request to be sent.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// The most that is read of the answer's body, bytes.
    pub(crate) limit: u64,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Who answered.
    pub(crate) url: Url,
    /// The login that the call was made with, if any.
    pub(crate) grant: Option<Grant>,
}

impl Answer {
    /// A header's text, if it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Sends one request; `away` says that it is not for the registry itself.
pub(crate) async fn exchange(home: &Home, away: bool, out: Outgoing) -> Result<Answer, Error> {
    let (url, limit) = (out.url.clone(), out.limit);
    if away {
        let checked = home.guard.check_literal(&url).await;
        checked.map_err(|blocked| explain::failure(home, &url, Failure::Blocked(blocked)))?;
    }
    let patience = home.shared.surroundings.patience.progress;
    let sent = Arc::new(AtomicU64::new(0));
    let request = request(&home.http(away)?, out, &sent);
    home.shared.count_request();
    let answered = watched(request.send(), &sent, patience).await;
    let response = answered
        .and_then(|outcome| outcome.map_err(|error| sort(&error)))
        .map_err(|failure| explain::failure(home, &url, failure))?;
    let (status, headers) = (response.status(), response.headers().clone());
    // Of errors and redirects only the beginning matters.
    let limit = if status.is_success() {
        limit
    } else {
        ERROR_LIMIT
    };
    let (body, more) = read(response, limit, patience)
        .await
        .map_err(|failure| explain::failure(home, &url, failure))?;
    if more && status.is_success() {
        return Err(too_large(home, &url, limit));
    }
    Ok(Answer {
        status,
        headers,
        body,
        url,
        grant: None,
    })
}

fn request(
    client: &reqwest::Client,
    out: Outgoing,
    sent: &Arc<AtomicU64>,
) -> reqwest::RequestBuilder {
    let request = client.request(out.method, out.url).headers(out.headers);
    match out.body {
        Some(body) if body.len() > PIECE => request
            .header(CONTENT_LENGTH, body.len())
            .body(in_pieces(body, Arc::clone(sent))),
        Some(body) => request.body(body),
        None => request,
    }
}

/// A body that says how far it got.
fn in_pieces(body: Bytes, sent: Arc<AtomicU64>) -> reqwest::Body {
    let pieces = (0..body.len()).step_by(PIECE).map(move |from| {
        let to = body.len().min(from + PIECE);
        sent.store(to as u64, Ordering::Relaxed);
        Ok::<_, Infallible>(body.slice(from..to))
    });
    reqwest::Body::wrap_stream(stream::iter(pieces))
}

/// Waits as long as the body being sent makes progress.
async fn watched<T>(
    answer: impl Future<Output = T>,
    sent: &AtomicU64,
    patience: Duration,
) -> Result<T, Failure> {
    let mut answer = pin!(answer);
    loop {
        let before = sent.load(Ordering::Relaxed);
        match timeout(patience, &mut answer).await {
            Ok(outcome) => return Ok(outcome),
            Err(_) if sent.load(Ordering::Relaxed) == before => return Err(Failure::Timeout),
            Err(_) => {}
        }
    }
}

/// Reads at most `limit` bytes, and says whether there were more.
async fn read(
    response: reqwest::Response,
    limit: u64,
    patience: Duration,
) -> Result<(Bytes, bool), Failure> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut body = BytesMut::new();
    let mut pieces = response.bytes_stream();
    loop {
        let piece = timeout(patience, pieces.next()).await;
        match piece.map_err(|_| Failure::Timeout)? {
            None => return Ok((body.freeze(), false)),
            Some(piece) => body.extend_from_slice(&piece.map_err(|error| sort(&error))?),
        }
        if body.len() > limit {
            body.truncate(limit);
            return Ok((body.freeze(), true));
        }
    }
}

fn too_large(home: &Home, url: &Url, limit: u64) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        home.host(),
        format!(
            "{} sent more than the {limit} bytes that are allowed for {}.",
            home.host(),
            url.path().chars().take(120).collect::<String>()
        ),
        "It was not read further; if this is your own registry, ask whoever runs it what it sent.",
    )
}
