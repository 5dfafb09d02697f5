//! Whether a token server may be asked at all, before anything is sent to it.
//!
//! The realm is chosen by whoever answers as the registry. It is https unless the registry
//! itself is plain http, and on another origin it is one that is known for this registry or
//! that the user confirmed for it.

use crate::{Error, ErrorKind, guard, home::Home};
use url::Url;

/// The realm as a URL that may be asked.
pub(crate) fn check(home: &Home, realm: &str) -> Result<Url, Error> {
    let host = home.host();
    let refused = |why: String| {
        Error::new(
            ErrorKind::Refused,
            host,
            format!("{host} wants logins sent to a server that was refused: {why}."),
            "Nothing was sent; ask whoever runs the registry to correct its token server's address.",
        )
    };
    let url = Url::parse(realm).map_err(|_| refused("its address cannot be read".into()))?;
    guard::check_url(&url, home.is_plain()).map_err(|blocked| refused(blocked.to_string()))?;
    if home.is_at(&url) || home.trusts_realm(&url.origin()) {
        return Ok(url);
    }
    let origin = url.origin().ascii_serialization();
    Err(Error::new(
        ErrorKind::RealmNeedsConfirmation {
            realm: origin.clone(),
        },
        host,
        format!("{host} wants logins sent to another server, {origin}."),
        "Nothing was sent; confirm that server for this registry if you know that it belongs to it.",
    ))
}
