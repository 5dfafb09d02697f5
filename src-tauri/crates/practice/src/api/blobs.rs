//! Blobs: pulled whole or in part, and taken off the shelf.

use super::{DOCKER_DIGEST, empty, set};
use crate::{
    annexe::At,
    app::{App, Call},
    problem::Problem,
    store::Source,
};
use axum::{body::Body, response::Response};
use hallmark_image::{Digest, RepositoryName};
use http::{HeaderValue, Method, StatusCode, header};
use std::io::{self, SeekFrom};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// Read from a file at once, bytes.
const CHUNK: usize = 256 * 1024;

/// GET and HEAD (distribution-spec, "Pulling blobs").
pub(super) async fn get(
    app: &App,
    name: &RepositoryName,
    digest: &Digest,
    call: &Call,
) -> Result<Response, Problem> {
    let shelf = app.store.shelf(name);
    if !shelf.is_some_and(|shelf| shelf.blobs.contains(digest)) {
        return Err(Problem::blob_unknown(digest));
    }
    if let Some(elsewhere) = elsewhere(app, call) {
        return Ok(elsewhere);
    }
    let found = app.store.content().find(digest).await?;
    let source = found.ok_or_else(|| Problem::blob_unknown(digest))?;
    let len = source.len();
    let range = match call.parts.headers.get(header::RANGE) {
        Some(range) => wanted(range, len)?,
        None => None,
    };
    let (from, to) = range.unwrap_or((0, len));
    let body = if call.parts.method == Method::HEAD {
        Body::empty()
    } else {
        part(source, from, to).await?
    };
    let mut response = Response::new(body);
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let value = format!("bytes {from}-{}/{len}", to - 1);
        set(&mut response, header::CONTENT_RANGE, &value);
    }
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    set(&mut response, header::CONTENT_LENGTH, &(to - from));
    set(&mut response, DOCKER_DIGEST, digest);
    Ok(response)
}

/// The redirect to where blobs are stored, where that is another place than this.
fn elsewhere(app: &App, call: &Call) -> Option<Response> {
    let wanted = call.habits.blobs_apart && call.at == At::Home;
    let annexe = app.annexe.as_ref().filter(|_| wanted)?;
    let mut response = empty(StatusCode::TEMPORARY_REDIRECT);
    let place = annexe.place(call.parts.uri.path());
    set(&mut response, header::LOCATION, &place);
    Some(response)
}

/// The bytes a Range header asks for, end excluded; none where the header is of a form that
/// may be passed over (RFC 9110, 14.2).
fn wanted(range: &HeaderValue, len: u64) -> Result<Option<(u64, u64)>, Problem> {
    let asked = range
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("bytes=")?.split_once('-'));
    let (from, to) = match asked {
        Some(("", last)) => match last.parse::<u64>() {
            Ok(last) => (len.saturating_sub(last), len),
            Err(_) => return Ok(None),
        },
        Some((from, to)) => match (from.parse::<u64>(), to.parse::<u64>()) {
            (Ok(from), Ok(to)) if from <= to => (from, to.saturating_add(1).min(len)),
            (Ok(from), Err(_)) if to.is_empty() => (from, len),
            _ => return Ok(None),
        },
        None => return Ok(None),
    };
    if from < to {
        Ok(Some((from, to)))
    } else {
        Err(Problem::new(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "SIZE_INVALID",
            format!("the blob has {len} bytes"),
        ))
    }
}

async fn part(source: Source, from: u64, to: u64) -> io::Result<Body> {
    match source {
        Source::Memory(bytes) => {
            // Positions within bytes that are in memory fit a usize.
            let (from, to) = (from as usize, to as usize);
            Ok(Body::from(bytes.slice(from..to)))
        }
        Source::File(mut file, _) => {
            file.seek(SeekFrom::Start(from)).await?;
            let stream = ReaderStream::with_capacity(file.take(to - from), CHUNK);
            Ok(Body::from_stream(stream))
        }
    }
}

/// DELETE (distribution-spec, "Deleting Blobs").
pub(super) async fn delete(
    app: &App,
    name: RepositoryName,
    digest: Digest,
) -> Result<Response, Problem> {
    if !app.delete {
        return Err(Problem::unsupported("this registry deletes nothing"));
    }
    let unknown = Problem::blob_unknown(&digest);
    if app.store.shelf(&name).is_none() {
        return Err(unknown);
    }
    let removed = app
        .store
        .change(name, move |shelf| shelf.blobs.remove(&digest))
        .await?;
    if removed {
        Ok(empty(StatusCode::ACCEPTED))
    } else {
        Err(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_means_them() {
        let read = |text: &'static str| wanted(&HeaderValue::from_static(text), 10).ok();
        assert_eq!(read("bytes=0-3"), Some(Some((0, 4))));
        assert_eq!(read("bytes=4-"), Some(Some((4, 10))));
        assert_eq!(read("bytes=-3"), Some(Some((7, 10))));
        assert_eq!(read("bytes=8-99"), Some(Some((8, 10))));
        assert_eq!(read("bytes=10-"), None, "past the end is 416");
        assert_eq!(read("lines=1-2"), Some(None), "another unit is passed over");
        assert_eq!(read("bytes=5-2"), Some(None), "not a range: passed over");
        assert_eq!(read("bytes=0-1,4-5"), Some(None), "several: passed over");
    }
}
