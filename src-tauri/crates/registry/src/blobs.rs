//! Blobs: fetched whole within a limit or piece by piece, hashed either way; pushed with POST
//! and one PUT, or mounted (distribution-spec, "Pulling blobs", "POST then PUT", "Mounting a
//! blob from another repository").
//!
//! The URLs that a descriptor may name elsewhere are never followed.

use crate::{
    Error, ErrorKind,
    checked::{self, Pieces},
    connect::{Failure, sort},
    guard::check_url,
    home::Home,
    transport::{Call, location},
    unreached,
    wire::{Answer, Flow},
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use hallmark_image::{Descriptor, Digest, RepositoryName};
use http::{
    Method, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use std::{
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::time::timeout;
use url::Url;

/// GET, at most `limit` bytes, and exactly those that the descriptor names.
pub(crate) async fn fetch(
    home: &Home,
    repository: &RepositoryName,
    descriptor: &Descriptor,
    limit: u64,
) -> Result<Bytes, Error> {
    let digest = &descriptor.digest;
    if descriptor.size > limit {
        return Err(too_large(home, repository, descriptor, limit));
    }
    let what = in_words(repository, digest);
    let url = home.in_repository(repository, &format!("blobs/{digest}"));
    let call = Call::new(Method::GET, url, home.pulling(repository), what);
    let answer = call.reading(descriptor.size).send(home).await;
    match answer {
        Ok(answer) if digest.matches(&answer.body) => Ok(answer.body),
        Ok(answer) => {
            let found = Digest::of(digest.algorithm(), &answer.body);
            Err(mismatch(
                home,
                repository,
                digest,
                &format!("digest {found}"),
            ))
        }
        // More than the descriptor says is no matter of limits: these are other bytes.
        Err(error) if *error.kind() == ErrorKind::TooLarge => {
            let found = format!("more than its {} bytes", descriptor.size);
            Err(mismatch(home, repository, digest, &found))
        }
        Err(error) => Err(error),
    }
}

/// HEAD, and POST and PUT where the registry does not have it yet.
pub(crate) async fn push(
    home: &Home,
    repository: &RepositoryName,
    bytes: Bytes,
) -> Result<Digest, Error> {
    let digest = Digest::sha256(&bytes);
    if exists(home, repository, &digest).await? {
        return Ok(digest);
    }
    let session = begin(home, repository, &digest).await?;
    let put = put(home, repository, &session, &digest).body(bytes);
    match put.send(home).await {
        Ok(_) => Ok(digest),
        Err(error) => {
            abandon(home, repository, session).await;
            Err(error)
        }
    }
}

/// The one PUT that ends an upload.
fn put(home: &Home, repository: &RepositoryName, session: &Url, digest: &Digest) -> Call {
    let url = with_digest(session.clone(), digest);
    let what = in_words(repository, digest);
    Call::new(Method::PUT, url, home.pushing(repository), what)
        .header(CONTENT_TYPE, "application/octet-stream")
}

/// What became of asking for a blob to be mounted.
pub(crate) enum Mount {
    /// The repository has the blob now, or had it before.
    There,
    /// It has to be sent, in this session.
    Session(Url),
}

/// POST that has `digest` mounted from the repository `from`, or else opens a session. From
/// `repository` itself it tells for free whether the blob is there already.
pub(crate) async fn mount(
    home: &Home,
    repository: &RepositoryName,
    digest: &Digest,
    from: &RepositoryName,
) -> Result<Mount, Error> {
    let mut url = home.in_repository(repository, "blobs/uploads/");
    url.set_query(Some(&format!("mount={digest}&from={from}")));
    match open_session(home, repository, digest, url).await {
        Ok(answer) if answer.status == StatusCode::CREATED => Ok(Mount::There),
        Ok(answer) => Ok(Mount::Session(session(home, repository, &answer)?)),
        // Some registries know no mounts, or none from there.
        Err(error) if error.pause().is_none() && !is_about_login(&error) => {
            let session = begin(home, repository, digest).await?;
            Ok(Mount::Session(session))
        }
        Err(error) => Err(error),
    }
}

fn is_about_login(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::LoginNeeded | ErrorKind::WrongPassword | ErrorKind::Refused
    )
}

/// PUT of a blob's bytes as they come, exactly those that `blob` names: a source that ends in
/// an error takes the request down with it, so that the registry never has the last byte.
pub(crate) async fn send(
    home: &Home,
    repository: &RepositoryName,
    session: Url,
    blob: &Descriptor,
    pieces: Pieces,
    sent: Arc<AtomicU64>,
) -> Result<(), Error> {
    let failed: Arc<OnceLock<Error>> = Arc::default();
    let body = {
        let (failed, sent) = (Arc::clone(&failed), Arc::clone(&sent));
        reqwest::Body::wrap_stream(pieces.inspect(move |piece| match piece {
            Ok(piece) => {
                sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
            }
            Err(error) => {
                failed.get_or_init(|| error.clone());
            }
        }))
    };
    let flow = Flow::new(body, blob.size, sent);
    let put = put(home, repository, &session, &blob.digest).flow(flow);
    match put.send(home).await {
        Ok(_) => Ok(()),
        Err(error) => {
            abandon(home, repository, session).await;
            Err(failed.get().cloned().unwrap_or(error))
        }
    }
}

/// GET, piece by piece. The last piece is held back until all of them are known to be those
/// that `blob` names.
pub(crate) async fn open(
    home: &Home,
    repository: &RepositoryName,
    blob: &Descriptor,
) -> Result<Pieces, Error> {
    let what = in_words(repository, &blob.digest);
    let url = home.in_repository(repository, &format!("blobs/{}", blob.digest));
    let call = Call::new(Method::GET, url, home.pulling(repository), &what);
    let answer = call.unread().once().send(home).await?;
    let wrong = {
        let (home, repository, digest) = (home.clone(), repository.clone(), blob.digest.clone());
        move |found: &str| mismatch(&home, &repository, &digest, found)
    };
    let length = answer.header(CONTENT_LENGTH.as_str());
    if let Some(length) = length.filter(|length| length.parse() != Ok(blob.size)) {
        return Err(wrong(&format!("{length} bytes, not {}", blob.size)));
    }
    let pieces = pieces(home.clone(), what, answer);
    Ok(checked::checked(pieces, blob, wrong))
}

fn pieces(home: Home, what: String, answer: Answer) -> Pieces {
    let patience = home.shared.surroundings.patience.progress;
    let body: Pin<Box<dyn stream::Stream<Item = reqwest::Result<Bytes>> + Send>> = match answer.rest
    {
        Some(response) => Box::pin(response.bytes_stream()),
        None => Box::pin(stream::empty()),
    };
    let url = answer.url;
    let reading = stream::unfold(body, move |mut body| async move {
        let piece = timeout(patience, body.next()).await;
        let piece = match piece {
            Ok(piece) => piece?.map_err(|error| sort(&error)),
            Err(_) => Err(Failure::Timeout),
        };
        Some((piece, body))
    });
    let told = move |failure| {
        let error = unreached::failure(&home, &url, failure);
        let (kind, hint) = (error.kind().clone(), error.hint().to_owned());
        let message = format!("{what} did not arrive: {}", error.message());
        error.reworded(kind, message, hint)
    };
    reading.map(move |piece| piece.map_err(&told)).boxed()
}

/// HEAD: whether the registry has the blob.
pub(crate) async fn is_there(
    home: &Home,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<bool, Error> {
    let url = home.in_repository(repository, &format!("blobs/{digest}"));
    let what = in_words(repository, digest);
    let call = Call::new(Method::HEAD, url, home.pulling(repository), what);
    found(call.send(home).await)
}

async fn exists(home: &Home, repository: &RepositoryName, digest: &Digest) -> Result<bool, Error> {
    let url = home.in_repository(repository, &format!("blobs/{digest}"));
    let what = in_words(repository, digest);
    let call = Call::new(Method::HEAD, url, home.pushing(repository), what);
    found(call.before_writing().send(home).await)
}

fn found(answer: Result<Answer, Error>) -> Result<bool, Error> {
    match answer {
        Ok(_) => Ok(true),
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Opens an upload session and says where it continues.
async fn begin(home: &Home, repository: &RepositoryName, digest: &Digest) -> Result<Url, Error> {
    let url = home.in_repository(repository, "blobs/uploads/");
    let answer = open_session(home, repository, digest, url).await?;
    session(home, repository, &answer)
}

async fn open_session(
    home: &Home,
    repository: &RepositoryName,
    digest: &Digest,
    url: Url,
) -> Result<Answer, Error> {
    let what = in_words(repository, digest);
    let call = Call::new(Method::POST, url, home.pushing(repository), what);
    call.header(CONTENT_LENGTH, "0").send(home).await
}

/// Where an upload continues. On another host it does without any login, see
/// [`crate::transport`].
fn session(home: &Home, repository: &RepositoryName, answer: &Answer) -> Result<Url, Error> {
    let session = location(answer).ok_or_else(|| nowhere(home, repository))?;
    check_url(&session, home.is_plain()).map_err(|blocked| unreached::refused(home, &blocked))?;
    Ok(session)
}

/// Appended as text: a registry's own query may be signed, and stays as it is.
fn with_digest(mut session: Url, digest: &Digest) -> Url {
    let query = match session.query() {
        Some(query) if !query.is_empty() => format!("{query}&digest={digest}"),
        _ => format!("digest={digest}"),
    };
    session.set_query(Some(&query));
    session
}

/// Closes a session that did not end well; whether that works changes nothing.
pub(crate) async fn abandon(home: &Home, repository: &RepositoryName, session: Url) {
    if home.is_at(&session) {
        let what = "an upload that is given up";
        let call = Call::new(Method::DELETE, session, home.pushing(repository), what);
        if let Err(error) = call.send(home).await {
            tracing::debug!(%error, "an upload session was left behind");
        }
    }
}

fn in_words(repository: &RepositoryName, digest: &Digest) -> String {
    format!(
        "the blob {}:{}… of {repository}",
        digest.algorithm().name(),
        digest.short()
    )
}

fn too_large(home: &Home, name: &RepositoryName, descriptor: &Descriptor, limit: u64) -> Error {
    let what = in_words(name, &descriptor.digest);
    let size = descriptor.size;
    Error::new(
        ErrorKind::TooLarge,
        home.host(),
        format!("{what} is {size} bytes long, and at most {limit} are read of it."),
        "It was not fetched; look at it with another tool if you need it.",
    )
}

fn mismatch(home: &Home, name: &RepositoryName, digest: &Digest, found: &str) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::DigestMismatch,
        host,
        format!(
            "{host} gave other bytes for {}: they have {found}.",
            in_words(name, digest)
        ),
        "They were thrown away; ask whoever runs the registry why its bytes differ.",
    )
}

fn nowhere(home: &Home, name: &RepositoryName) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::Protocol,
        host,
        format!("{host} began an upload to {name} without saying where it continues."),
        "Try again; if it stays, ask whoever runs the registry.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_added_and_the_rest_of_a_session_stays_as_it_is() {
        let digest = Digest::sha256(b"");
        let session: Url = "https://r.example/u/1?_state=a%2Fb%3D".parse().unwrap();
        let url = with_digest(session, &digest);
        assert_eq!(
            url.query(),
            Some(format!("_state=a%2Fb%3D&digest={digest}").as_str())
        );
        let bare = with_digest("https://r.example/u/1".parse().unwrap(), &digest);
        assert_eq!(bare.query(), Some(format!("digest={digest}").as_str()));
    }
}
