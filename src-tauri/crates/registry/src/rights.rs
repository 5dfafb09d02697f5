//! What a login may do in one repository: asked of the registry by doing it, not by guessing.
//!
//! Reading is tried with the list of tags. Writing is tried by opening an upload, which is
//! given up at once: nothing is left behind and nothing is pushed.

use crate::{
    Error, ErrorKind,
    auth::Scopes,
    blobs, check,
    home::Home,
    transport::{Call, location},
};
use hallmark_credentials::Login;
use hallmark_image::RepositoryName;
use http::{Method, header::CONTENT_LENGTH};

/// What a login may do in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Read images.
    pub pull: Right,
    /// Write images.
    pub push: Right,
}

/// Whether something may be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Right {
    /// It was tried, and worked.
    Yes,
    /// The registry said no.
    No,
    /// The registry did not tell; why, in a sentence.
    Unknown(String),
}

/// Tries both, with this login and no other.
pub(crate) async fn tried(
    home: &Home,
    login: Option<&Login>,
    name: &RepositoryName,
) -> Result<Rights, Error> {
    let alone = check::alone(home, login)?;
    let pull = right(pull(&alone, name).await)?;
    let push = right(push(&alone, name).await)?;
    Ok(Rights { pull, push })
}

/// A refusal is an answer; whatever keeps the registry from answering is none.
fn right(tried: Result<(), Error>) -> Result<Right, Error> {
    let error = match tried {
        Ok(()) => return Ok(Right::Yes),
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::Forbidden | ErrorKind::LoginNeeded => Ok(Right::No),
        ErrorKind::NotFound
        | ErrorKind::Unsupported
        | ErrorKind::Protocol
        | ErrorKind::Refused
        | ErrorKind::TooLarge => Ok(Right::Unknown(error.message().to_owned())),
        _ => Err(error),
    }
}

async fn pull(home: &Home, name: &RepositoryName) -> Result<(), Error> {
    let mut url = home.in_repository(name, "tags/list");
    url.set_query(Some("n=1"));
    let what = format!("the tags of {name}");
    let call = Call::new(Method::GET, url, Scopes::pull(name), what);
    call.send(home).await.map(|_| ())
}

async fn push(home: &Home, name: &RepositoryName) -> Result<(), Error> {
    let url = home.in_repository(name, "blobs/uploads/");
    let what = format!("an upload to {name}");
    let call = Call::new(Method::POST, url, Scopes::push(name), what).header(CONTENT_LENGTH, "0");
    let answer = call.send(home).await?;
    if let Some(session) = location(&answer) {
        blobs::abandon(home, name, session).await;
    }
    Ok(())
}
