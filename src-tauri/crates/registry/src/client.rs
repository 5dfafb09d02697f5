//! The client: every call that can be made to a registry.
//!
//! Only names and order stand here; each call's work is in the module of its name.

use crate::{
    Checked, Copied, CopyJob, CopyProgress, Endpoint, Error, Logins, Patience, Rights, attach,
    blobs, check, copy,
    error::ErrorKind,
    home::{Home, Shared},
    listing,
    manifests::{self, Name},
    referrers, rights,
    seen::Seen,
    surroundings::Surroundings,
};
use bytes::Bytes;
use hallmark_credentials::Login;
use hallmark_image::{Descriptor, Digest, Host, Manifest, Reference, Repository, Tag};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// A client of any number of registries; clones share connections, tokens and caches.
///
/// Every error of its calls is an [`Error`]: a sentence that says what happened, and one that
/// says what to do.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    shared: Shared,
    homes: Mutex<HashMap<Host, Arc<Home>>>,
    seen: Mutex<Seen>,
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
    /// Whether it said under which digest, and that it is the right one.
    pub digest_told: bool,
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

impl Client {
    /// A client of `endpoints`. Any other host is used over https; logins are asked for all.
    ///
    /// # Errors
    /// Where an endpoint's certificate authority cannot be read.
    pub fn new(endpoints: Vec<Endpoint>, logins: Arc<dyn Logins>) -> Result<Self, Error> {
        Self::within(Surroundings::default(), endpoints, logins)
    }

    /// As [`new`](Self::new), with a clock, DNS and patience of the caller's.
    ///
    /// # Errors
    /// As `new`.
    pub fn within(
        surroundings: Surroundings,
        endpoints: Vec<Endpoint>,
        logins: Arc<dyn Logins>,
    ) -> Result<Self, Error> {
        let shared = Shared {
            surroundings,
            logins,
            requests: Arc::new(AtomicU64::new(0)),
        };
        let mut homes = HashMap::new();
        for endpoint in endpoints {
            let host = endpoint.host.clone();
            homes.insert(host, Arc::new(Home::new(endpoint, shared.clone())?));
        }
        Ok(Self(Arc::new(Inner {
            shared,
            homes: Mutex::new(homes),
            seen: Mutex::default(),
        })))
    }

    /// Tries a login (or none) at `host`, before it is kept. What was learnt of an earlier
    /// login there is forgotten if it works.
    ///
    /// # Errors
    /// `WrongPassword`, `LoginNeeded` where none was given, or whatever keeps the registry
    /// from being reached.
    pub async fn check_login(&self, host: &Host, login: Option<&Login>) -> Result<Checked, Error> {
        let home = self.home(host)?;
        let checked = check::login(&home, login).await?;
        self.forget_login(host)?;
        Ok(checked)
    }

    /// What a login (or none) may do in a repository, told apart by trying: an upload is
    /// opened and given up at once.
    ///
    /// # Errors
    /// Whatever keeps the registry from answering; that it refuses is an answer.
    pub async fn rights(
        &self,
        repository: &Repository,
        login: Option<&Login>,
    ) -> Result<Rights, Error> {
        let home = self.home(&repository.host)?;
        rights::tried(&home, login, &repository.name).await
    }

    /// Forgets tokens and passwords held for `host`, as after a login or logout.
    ///
    /// # Errors
    /// None in practice: those of [`new`](Self::new).
    pub fn forget_login(&self, host: &Host) -> Result<(), Error> {
        let known = self.homes().get(host).map(|home| home.endpoint.clone());
        if let Some(endpoint) = known {
            let fresh = Home::new(endpoint, self.0.shared.clone())?;
            self.homes().insert(host.clone(), Arc::new(fresh));
        }
        Ok(())
    }

    /// Says that `repository` will be written to, so that the next token serves for reading
    /// and writing. Saves one request; whoever may only read can still read.
    ///
    /// # Errors
    /// Where the registry's host cannot be the address of a server.
    pub fn will_push(&self, repository: &Repository) -> Result<(), Error> {
        self.home(&repository.host)?.will_push(&repository.name);
        Ok(())
    }

    /// All tags, all pages.
    ///
    /// # Errors
    /// `NotFound` where there is no such repository; `TooLarge` where there is no end.
    pub async fn all_tags(&self, repository: &Repository) -> Result<Vec<Tag>, Error> {
        let home = self.home(&repository.host)?;
        listing::all_tags(&home, &repository.name).await
    }

    /// The descriptor that a tag points at now, or of a digest if the registry has it.
    /// HEAD; GET and a hash where HEAD does not tell.
    ///
    /// # Errors
    /// `NotFound`; `DigestMismatch` where the registry names another digest than asked for.
    pub async fn resolve(&self, reference: &Reference) -> Result<Descriptor, Error> {
        let repository = &reference.repository;
        let home = self.home(&repository.host)?;
        let name = Name::of(reference).ok_or_else(|| nameless(repository))?;
        manifests::resolve(&home, &repository.name, &name).await
    }

    /// As [`resolve`](Self::resolve), with None where there is no such tag.
    ///
    /// # Errors
    /// As `resolve`, but for `NotFound`.
    pub async fn resolve_tag(
        &self,
        repository: &Repository,
        tag: &Tag,
    ) -> Result<Option<Descriptor>, Error> {
        let home = self.home(&repository.host)?;
        let name = Name::Tag(tag);
        match manifests::resolve(&home, &repository.name, &name).await {
            Ok(descriptor) => Ok(Some(descriptor)),
            Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A manifest with its exact bytes, hashed; kept by digest, so asked for once.
    ///
    /// # Errors
    /// `NotFound`, `DigestMismatch`, `BadManifest`, `TooLarge`.
    pub async fn manifest(&self, reference: &Reference) -> Result<Manifest, Error> {
        let repository = &reference.repository;
        let home = self.home(&repository.host)?;
        let name = Name::of(reference).ok_or_else(|| nameless(repository))?;
        if let Some(digest) = &reference.digest
            && let Some(known) = self.remembered(repository, digest)
        {
            return Ok(known);
        }
        let manifest = manifests::fetch(&home, &repository.name, &name).await?;
        self.remember(repository, &manifest);
        Ok(manifest)
    }

    /// Places a manifest's exact bytes at a tag, or under their digest alone.
    ///
    /// # Errors
    /// `Forbidden` without the right to push; `DigestMismatch` where the registry took it for
    /// something else.
    pub async fn put_manifest(
        &self,
        repository: &Repository,
        target: Target<'_>,
        manifest: &Manifest,
    ) -> Result<Placed, Error> {
        let home = self.home(&repository.host)?;
        manifests::put(&home, &repository.name, target, manifest).await
    }

    /// The bytes of a blob, at most `limit`, and exactly those that `descriptor` names.
    ///
    /// # Errors
    /// `TooLarge` before anything is fetched; `DigestMismatch`; `NotFound`.
    pub async fn blob(
        &self,
        repository: &Repository,
        descriptor: &Descriptor,
        limit: u64,
    ) -> Result<Bytes, Error> {
        let home = self.home(&repository.host)?;
        blobs::fetch(&home, &repository.name, descriptor, limit).await
    }

    /// Pushes a blob, unless the registry has it.
    ///
    /// # Errors
    /// `Forbidden` without the right to push; `Refused` where the upload would go to a
    /// forbidden place.
    pub async fn push_blob(&self, repository: &Repository, bytes: Bytes) -> Result<Digest, Error> {
        let home = self.home(&repository.host)?;
        blobs::push(&home, &repository.name, bytes).await
    }

    /// What is attached to `digest`, all pages; by the registry's API or by the fallback tag.
    ///
    /// # Errors
    /// `BadManifest` where the fallback tag is no index.
    pub async fn referrers(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Referrers, Error> {
        let home = self.home(&repository.host)?;
        referrers::list(&home, &repository.name, digest).await
    }

    /// Attaches artifacts to `subject`: their blobs, their manifests, and, where the registry
    /// did not acknowledge the subject, one update of the fallback index for all of them.
    ///
    /// # Errors
    /// `BadManifest` where an artifact names another subject, before anything is sent;
    /// `Protocol` where others keep overwriting the index.
    pub async fn attach(
        &self,
        repository: &Repository,
        subject: &Digest,
        attachments: &[Attachment],
    ) -> Result<(), Error> {
        let home = self.home(&repository.host)?;
        attach::attach(&home, &repository.name, subject, attachments).await
    }

    /// Copies an image or index with all that it lists, as `job` says. Dropping the future
    /// cancels; asked for again, it goes on with what is not there yet.
    ///
    /// # Errors
    /// `NotFound`, `DigestMismatch` where bytes or a tag are not what they should be, and
    /// whatever either end says. The tags are placed last: after an error before that they are
    /// where they were.
    pub async fn copy(&self, job: &CopyJob, progress: &dyn CopyProgress) -> Result<Copied, Error> {
        Box::pin(copy::copy(self, job, progress)).await
    }

    /// Deletes a manifest by its digest, and with it every tag that points there.
    ///
    /// # Errors
    /// `Unsupported` where the registry does not delete; `NotFound`.
    pub async fn delete_manifest(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<(), Error> {
        let home = self.home(&repository.host)?;
        let (host, name) = (repository.host.clone(), repository.name.clone());
        self.seen().forget(&(host, name, digest.clone()));
        manifests::delete(&home, &repository.name, &Name::Digest(digest)).await
    }

    /// Deletes a tag alone; what it names stays.
    ///
    /// # Errors
    /// `Unsupported` where the registry can only delete whole images, as distribution 2.8 does;
    /// `NotFound`.
    pub async fn delete_tag(&self, repository: &Repository, tag: &Tag) -> Result<(), Error> {
        let home = self.home(&repository.host)?;
        manifests::delete(&home, &repository.name, &Name::Tag(tag)).await
    }

    /// A manifest that was fetched before, without asking anybody.
    pub fn known_manifest(&self, repository: &Repository, digest: &Digest) -> Option<Manifest> {
        let (host, name) = (repository.host.clone(), repository.name.clone());
        self.seen().get(&(host, name, digest.clone()))
    }

    /// HTTP requests sent since the client was made, of all kinds and to all servers.
    pub fn requests(&self) -> u64 {
        self.0.shared.requests.load(Ordering::Relaxed)
    }

    /// A manifest that was fetched from there before.
    pub(crate) fn remembered(&self, repository: &Repository, digest: &Digest) -> Option<Manifest> {
        let (host, name) = (repository.host.clone(), repository.name.clone());
        self.seen().get(&(host, name, digest.clone()))
    }

    pub(crate) fn remember(&self, repository: &Repository, manifest: &Manifest) {
        let (host, name) = (repository.host.clone(), repository.name.clone());
        let key = (host, name, manifest.digest().clone());
        self.seen().put(key, manifest.clone());
    }

    pub(crate) fn patience(&self) -> &Patience {
        &self.0.shared.surroundings.patience
    }

    pub(crate) fn home(&self, host: &Host) -> Result<Arc<Home>, Error> {
        let mut homes = self.homes();
        if let Some(home) = homes.get(host) {
            return Ok(Arc::clone(home));
        }
        let home = Home::new(Endpoint::new(host.clone()), self.0.shared.clone())?;
        let home = Arc::new(home);
        homes.insert(host.clone(), Arc::clone(&home));
        Ok(home)
    }

    fn homes(&self) -> MutexGuard<'_, HashMap<Host, Arc<Home>>> {
        self.0.homes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn nameless(repository: &Repository) -> Error {
    Error::new(
        ErrorKind::NotFound,
        &repository.host,
        format!("No tag and no digest of {repository} was named."),
        "Name the image as repository:tag or repository@digest.",
    )
}
