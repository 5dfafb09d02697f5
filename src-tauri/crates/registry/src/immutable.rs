//! Tags that a registry lets nobody move, told in one way whoever says it.
//!
//! ECR answers 400 with `ImageTagAlreadyExistsException` or `TAG_INVALID`, Harbor 412, Artifact
//! Registry 400 or 409, Azure 405 for a locked tag, Quay 409. The specification has no code of
//! its own for it.

use crate::{Error, ErrorKind, home::Home, wire::Answer};
use http::StatusCode;

/// What the registries' words have in common.
const WORDS: [&str; 5] = [
    "immutab",
    "cannot be overwritten",
    "imagetagalreadyexists",
    "tag_immutable",
    "operation is disallowed",
];

/// Whether the answer to the put of a manifest says that its tag is there and stays.
pub(crate) fn says_so(answer: &Answer) -> bool {
    let refused = matches!(
        answer.status,
        StatusCode::BAD_REQUEST
            | StatusCode::FORBIDDEN
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::UNPROCESSABLE_ENTITY
    );
    let text = String::from_utf8_lossy(&answer.body).to_lowercase();
    match answer.status {
        // There is nothing else that the put of a manifest could conflict with.
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => true,
        _ => refused && WORDS.iter().any(|words| text.contains(words)),
    }
}

/// The same in words.
pub(crate) fn refused(home: &Home, what: &str) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::TagImmutable,
        host,
        format!("{host} lets nobody move {what}: it is there, and tags are immutable there."),
        "Give the stage tags that every version has for itself, such as {version}-golden, and say \
         immutable in its pipeline; or ask whoever runs the registry to let this tag be moved.",
    )
}
