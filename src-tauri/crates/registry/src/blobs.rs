//! Blobs: fetched whole within a limit and hashed, pushed with POST and one PUT
//! (distribution-spec, "Pulling blobs", "POST then PUT").
//!
//! The URLs that a descriptor may name elsewhere are never followed.

use crate::{
    Error, ErrorKind,
    auth::Scopes,
    explain,
    guard::check_url,
    home::Home,
    transport::{Call, location},
};
use bytes::Bytes;
use hallmark_image::{Descriptor, Digest, RepositoryName};
use http::{
    Method,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
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
    let url = with_digest(session.clone(), &digest);
    let put = Call::new(
        Method::PUT,
        url,
        Scopes::push(repository),
        in_words(repository, &digest),
    )
    .header(CONTENT_TYPE, "application/octet-stream")
    .body(bytes);
    match put.send(home).await {
        Ok(_) => Ok(digest),
        Err(error) => {
            abandon(home, repository, session).await;
            Err(error)
        }
    }
}

async fn exists(home: &Home, repository: &RepositoryName, digest: &Digest) -> Result<bool, Error> {
    let url = home.in_repository(repository, &format!("blobs/{digest}"));
    let what = in_words(repository, digest);
    let call = Call::new(Method::HEAD, url, Scopes::push(repository), what);
    match call.before_writing().send(home).await {
        Ok(_) => Ok(true),
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Opens an upload session and says where it continues. On another host it continues
/// without any login, see [`crate::transport`].
async fn begin(home: &Home, repository: &RepositoryName, digest: &Digest) -> Result<Url, Error> {
    let url = home.in_repository(repository, "blobs/uploads/");
    let what = in_words(repository, digest);
    let call =
        Call::new(Method::POST, url, Scopes::push(repository), what).header(CONTENT_LENGTH, "0");
    let answer = call.send(home).await?;
    let session = location(&answer).ok_or_else(|| nowhere(home, repository))?;
    check_url(&session, home.is_plain()).map_err(|blocked| explain::refused(home, &blocked))?;
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
async fn abandon(home: &Home, repository: &RepositoryName, session: Url) {
    if home.is_at(&session) {
        let what = "an upload that failed";
        let call = Call::new(Method::DELETE, session, Scopes::push(repository), what);
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
