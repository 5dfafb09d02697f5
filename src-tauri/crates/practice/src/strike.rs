//! Carries the faults out: some before a request is answered, most upon its answer.

use crate::{
    app::Unanswered,
    faults::{Effect, Hold},
    habits::Habits,
};
use axum::{
    body::{Body, to_bytes},
    response::Response,
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderName, HeaderValue, StatusCode, header};
use std::io;

/// Answers that a fault changes are read whole; tests keep them below this, bytes.
const MAX_BODY: usize = 64 * 1024 * 1024;
/// Sent at once of a body without end, bytes.
const BLANKS: usize = 64 * 1024;

/// What comes instead of carrying the request out.
pub(crate) async fn before(effects: &[Effect]) -> Option<Result<Response, Unanswered>> {
    for effect in effects {
        match effect {
            Effect::Hold(hold) => hold.pass().await,
            Effect::CloseUnanswered => return Some(Err(Unanswered)),
            Effect::Status {
                status,
                headers,
                body,
            } => return Some(Ok(scripted(*status, headers, body.clone()))),
            _ => {}
        }
    }
    None
}

fn scripted(status: u16, headers: &[(String, String)], body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = code(status);
    for (name, value) in headers {
        set(&mut response, name, value);
    }
    response
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn set(response: &mut Response, name: &str, value: &str) {
    let parsed = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
    if let (Ok(name), Ok(value)) = parsed {
        response.headers_mut().insert(name, value);
    }
}

/// The registry's habits, with those that faults ask for.
pub(crate) fn habits(effects: &[Effect], mut habits: Habits) -> Habits {
    for effect in effects {
        match effect {
            Effect::EchoOciTag => habits.echo_tags = true,
            Effect::Mount202 => habits.mounts = false,
            Effect::Drip(drip) => habits.drip = Some(*drip),
            _ => {}
        }
    }
    habits
}

/// What becomes of the answer.
pub(crate) async fn after(
    effects: Vec<Effect>,
    mut response: Response,
) -> Result<Response, Unanswered> {
    for effect in effects {
        if matches!(effect, Effect::LoseAnswer) {
            return Err(Unanswered);
        }
        response = suffer(effect, response).await;
    }
    Ok(response)
}

async fn suffer(effect: Effect, mut response: Response) -> Response {
    match effect {
        Effect::StatusAfterwards(status) => *response.status_mut() = code(status),
        Effect::DropHeader(name) => {
            response.headers_mut().remove(name.as_str());
        }
        Effect::SetHeader(name, value) => set(&mut response, &name, &value),
        Effect::Leave => set(&mut response, "connection", "close"),
        Effect::DigestLie(digest) => {
            set(&mut response, "docker-content-digest", &digest.to_string());
        }
        Effect::ForeignLocation(origin) => move_away(&mut response, &origin),
        Effect::OtherBody(body) => {
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = Body::from(body);
        }
        Effect::Oversized(bytes) => {
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = blanks(bytes);
        }
        Effect::CloseBeforeBody => return broken(response, |_| 0, None).await,
        Effect::TruncateBody => return broken(response, |len| len / 2, None).await,
        Effect::StallBody(hold) => return broken(response, |len| len / 2, Some(hold)).await,
        Effect::WrongBytes => return flipped(response).await,
        Effect::Status { .. }
        | Effect::CloseUnanswered
        | Effect::LoseAnswer
        | Effect::Hold(_)
        | Effect::EchoOciTag
        | Effect::Mount202
        | Effect::Drip(_) => {}
    }
    response
}

fn move_away(response: &mut Response, origin: &str) {
    let location = response.headers().get(header::LOCATION);
    let path = location.and_then(|l| l.to_str().ok()).unwrap_or("/");
    let moved = format!("{origin}{path}");
    set(response, "location", &moved);
}

fn blanks(bytes: u64) -> Body {
    let whole = stream::iter(0..bytes.div_ceil(BLANKS as u64))
        .map(|_| Ok::<_, io::Error>(Bytes::from(vec![b' '; BLANKS])));
    Body::from_stream(whole)
}

async fn whole(body: Body) -> Bytes {
    to_bytes(body, MAX_BODY).await.unwrap_or_default()
}

/// Announces the whole body and sends its first part; then the rest, once `hold` lets it go,
/// or the end of the connection.
async fn broken(response: Response, cut: fn(usize) -> usize, hold: Option<Hold>) -> Response {
    let (mut parts, body) = response.into_parts();
    let mut first = whole(body).await;
    parts
        .headers
        .insert(header::CONTENT_LENGTH, first.len().into());
    let rest = first.split_off(cut(first.len()));
    let rest = stream::once(async move {
        match hold {
            Some(hold) => {
                hold.pass().await;
                Ok(rest)
            }
            None => {
                // Gives the server its turn to send what came before.
                tokio::task::yield_now().await;
                Err(io::Error::from(io::ErrorKind::ConnectionAborted))
            }
        }
    });
    let sent = stream::iter((!first.is_empty()).then_some(Ok(first)));
    Response::from_parts(parts, Body::from_stream(sent.chain(rest)))
}

async fn flipped(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let mut bytes = whole(body).await.to_vec();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    Response::from_parts(parts, Body::from(bytes))
}
