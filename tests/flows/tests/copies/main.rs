//! Copies between Debian's `docker-registry` (distribution 2.8, no referrers API), the practice
//! registry (with that API) and folders on disk: what is attached arrives whole or is named, and
//! every digest stays, as `skopeo` sees it too.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod attached;
mod formats;
mod hands;
