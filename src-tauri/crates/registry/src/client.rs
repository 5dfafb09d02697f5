//! The client: every call that can be made to a registry.
//!
//! Only names and order stand here; each call's work is in the module of its name.

use crate::{Endpoint, Error, ErrorKind, Logins};
use bytes::Bytes;
use hallmark_credentials::Login;
use hallmark_image::{
    Descriptor, Digest, Host, Manifest, Reference, Repository, RepositoryName, Tag,
};
use std::sync::Arc;

/// A client of any number of registries; clones share connections, tokens and caches.
#[derive(Clone)]
pub struct Client {
    _logins: Arc<dyn Logins>,
}

/// Where a manifest is placed.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// At a tag, which moves.
    Tag(&'a Tag),
    /// At its own digest only.
    Digest,
}

/// What the registry said when it took a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Whether it answered with `OCI-Subject`: it lists the manifest as a referrer itself.
    pub subject_acknowledged: bool,
}

/// An artifact to attach, with the blobs that its manifest lists.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The artifact's manifest; it names its subject.
    pub manifest: Manifest,
    /// Its layers. The empty configuration is pushed by itself.
    pub blobs: Vec<Bytes>,
}

/// What is attached to a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrers {
    /// One descriptor for each, without doubles.
    pub descriptors: Vec<Descriptor>,
    /// Who listed them.
    pub source: ReferrersSource,
}

/// Who listed the referrers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferrersSource {
    /// The registry's referrers API.
    Api,
    /// The fallback tag `sha256-<hex>`; the registry has no such API.
    FallbackTag,
    /// Neither: nothing is attached.
    None,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the registry's order.
    pub items: Vec<T>,
    /// Whether more follow after the last item.
    pub next: bool,
}

#[allow(unused_variables, clippy::unused_async)]
impl Client {
    /// # Errors
    /// x
    pub fn new(endpoints: Vec<Endpoint>, logins: Arc<dyn Logins>) -> Result<Self, Error> {
        Ok(Self { _logins: logins })
    }
    /// x
    pub async fn check_login(&self, host: &Host, login: Option<&Login>) -> Result<(), Error> {
        soon(host)
    }
    /// x
    pub async fn repositories(
        &self,
        host: &Host,
        after: Option<&RepositoryName>,
        limit: usize,
    ) -> Result<Page<RepositoryName>, Error> {
        soon(host)
    }
    /// x
    pub async fn tags(
        &self,
        repository: &Repository,
        after: Option<&Tag>,
        limit: usize,
    ) -> Result<Page<Tag>, Error> {
        soon(&repository.host)
    }
    /// x
    pub async fn all_tags(&self, repository: &Repository) -> Result<Vec<Tag>, Error> {
        soon(&repository.host)
    }
    /// x
    pub async fn resolve(&self, reference: &Reference) -> Result<Descriptor, Error> {
        soon(&reference.repository.host)
    }
    /// x
    pub async fn resolve_tag(
        &self,
        repository: &Repository,
        tag: &Tag,
    ) -> Result<Option<Descriptor>, Error> {
        soon(&repository.host)
    }
    /// x
    pub async fn manifest(&self, reference: &Reference) -> Result<Manifest, Error> {
        soon(&reference.repository.host)
    }
    /// x
    pub async fn put_manifest(
        &self,
        repository: &Repository,
        target: Target<'_>,
        manifest: &Manifest,
    ) -> Result<Placed, Error> {
        soon(&repository.host)
    }
    /// x
    pub async fn blob(
        &self,
        repository: &Repository,
        descriptor: &Descriptor,
        limit: u64,
    ) -> Result<Bytes, Error> {
        soon(&repository.host)
    }
    /// x
    pub async fn push_blob(&self, repository: &Repository, bytes: Bytes) -> Result<Digest, Error> {
        soon(&repository.host)
    }
    /// x
    pub async fn referrers(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Referrers, Error> {
        soon(&repository.host)
    }
    /// x
    pub async fn attach(
        &self,
        repository: &Repository,
        subject: &Digest,
        attachments: &[Attachment],
    ) -> Result<(), Error> {
        soon(&repository.host)
    }
    /// x
    pub async fn delete_manifest(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<(), Error> {
        soon(&repository.host)
    }
    /// x
    pub fn requests(&self) -> u64 {
        0
    }
}

fn soon<T>(host: &Host) -> Result<T, Error> {
    Err(Error::new(
        ErrorKind::Unsupported,
        host,
        "Not built.",
        "Wait.",
    ))
}
