//! One request and one answer: counted, timed, and read to a limit or handed on unread.
//!
//! Nothing here knows logins, redirects or repetitions; whoever calls has decided which
//! headers go to which server.

use crate::{
    Error, ErrorKind,
    auth::Grant,
    connect::{Failure, sort},
    home::Home,
    unreached,
};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use http::{HeaderMap, Method, StatusCode, header::CONTENT_LENGTH};
use std::{
    convert::Infallible,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;
use url::Url;

/// The most that is read of an error's body, bytes.
const ERROR_LIMIT: u64 = 8 * 1024;
/// What a registry is trusted to put away in a second, at the end of an upload, bytes.
const STORED_A_SECOND: u64 = 32 * 1024 * 1024;
/// Pieces in which a body is sent, bytes.
const PIECE: usize = 64 * 1024;

/// A request to be sent.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Payload>,
    /// The most that is read of the answer's body, bytes; none of it where it is a
    /// [`Answer::rest`] for the caller to read.
    pub(crate) limit: Limit,
}

/// How much of a good answer's body is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// At most this many bytes, before the answer is handed out.
    Whole(u64),
    /// None: the caller reads it piece by piece.
    Unread,
}

/// The body of a request.
#[derive(Clone)]
pub(crate) enum Payload {
    /// Bytes at hand.
    Whole(Bytes),
    /// Bytes that come from elsewhere while they are sent; only once.
    Flow(Flow),
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(bytes)
    }
}

/// Bytes on their way from elsewhere: sent once, exactly `length` of them.
#[derive(Clone)]
pub(crate) struct Flow {
    body: Arc<Mutex<Option<reqwest::Body>>>,
    length: u64,
    sent: Arc<AtomicU64>,
}

impl Flow {
    /// `sent` counts them as they go, which is how a stall is told from a long way.
    pub(crate) fn new(body: reqwest::Body, length: u64, sent: Arc<AtomicU64>) -> Self {
        Self {
            body: Arc::new(Mutex::new(Some(body))),
            length,
            sent,
        }
    }

    fn take(&self) -> reqwest::Body {
        let mut body = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        body.take().unwrap_or_default()
    }
}

/// An answer, read whole unless the rest was asked for.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body still to be read, where that was asked for and the answer is a good one.
    pub(crate) rest: Option<reqwest::Response>,
    /// Who answered.
    pub(crate) url: Url,
    /// The login that the call was made with, if any.
    pub(crate) grant: Option<Grant>,
    /// The registry wanted another login than that, and there is one now.
    pub(crate) renewed: bool,
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
        let checked = match &home.endpoint.proxy {
            None => home.guard.check_literal(&url).await,
            Some(_) => home.guard.check_behind_proxy(&url).await,
        };
        checked.map_err(|blocked| unreached::failure(home, &url, Failure::Blocked(blocked)))?;
    }
    let patience = home.shared.surroundings.patience.progress;
    let way = out.way();
    let request = request(&home.http(away).await?, out, &way.sent);
    home.count_request();
    let answered = watched(request.send(), &way, patience).await;
    let response = answered
        .and_then(|outcome| outcome.map_err(|error| sort(&error)))
        .map_err(|failure| unreached::failure(home, &url, failure))?;
    let mut answer = Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: Bytes::new(),
        rest: None,
        url,
        grant: None,
        renewed: false,
    };
    let limit = match limit {
        Limit::Unread if answer.status.is_success() => {
            answer.rest = Some(response);
            return Ok(answer);
        }
        Limit::Whole(limit) if answer.status.is_success() => limit,
        // Of errors and redirects only the beginning matters.
        _ => ERROR_LIMIT,
    };
    let (body, more) = read(response, limit, patience)
        .await
        .map_err(|failure| unreached::failure(home, &answer.url, failure))?;
    if more && answer.status.is_success() {
        return Err(too_large(home, &answer.url, limit));
    }
    answer.body = body;
    Ok(answer)
}

/// How far a body has got on its way out.
struct Way {
    sent: Arc<AtomicU64>,
    length: u64,
    /// How long the registry may take to put all of it away, beyond what any answer may.
    storing: Duration,
}

impl Outgoing {
    fn way(&self) -> Way {
        match &self.body {
            Some(Payload::Flow(flow)) => Way {
                sent: Arc::clone(&flow.sent),
                length: flow.length,
                storing: Duration::from_secs(flow.length / STORED_A_SECOND),
            },
            _ => Way {
                sent: Arc::default(),
                length: 0,
                storing: Duration::ZERO,
            },
        }
    }
}

fn request(
    client: &reqwest::Client,
    out: Outgoing,
    sent: &Arc<AtomicU64>,
) -> reqwest::RequestBuilder {
    let request = client.request(out.method, out.url).headers(out.headers);
    match out.body {
        Some(Payload::Whole(body)) if body.len() > PIECE => request
            .header(CONTENT_LENGTH, body.len())
            .body(in_pieces(body, Arc::clone(sent))),
        Some(Payload::Whole(body)) => request.body(body),
        Some(Payload::Flow(flow)) => request
            .header(CONTENT_LENGTH, flow.length)
            .body(flow.take()),
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
    way: &Way,
    patience: Duration,
) -> Result<T, Failure> {
    let mut answer = pin!(answer);
    loop {
        let before = way.sent.load(Ordering::Relaxed);
        let patience = match before < way.length {
            true => patience,
            false => patience + way.storing,
        };
        match timeout(patience, &mut answer).await {
            Ok(outcome) => return Ok(outcome),
            Err(_) if way.sent.load(Ordering::Relaxed) == before => return Err(Failure::Timeout),
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
