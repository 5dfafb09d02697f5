//! Manifests: resolved, fetched with their exact bytes, placed, deleted
//! (distribution-spec, "Pulling manifests", "Pushing Manifests", "Deleting Manifests").
//!
//! The digest asked for beats any header; a header that says otherwise is an error.

use crate::{
    Error, ErrorKind, Placed, Target, auth::Scopes, home::Home, transport::Call, wire::Answer,
};
use hallmark_image::{
    Descriptor, Digest, MAX_MANIFEST_BYTES, Manifest, ManifestError, Reference, RepositoryName,
    Tag, media_type,
};
use http::{
    Method,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE},
};
use oci_client::errors::OciErrorCode;

const DIGEST: &str = "docker-content-digest";
const SUBJECT: &str = "oci-subject";
const TAG: &str = "oci-tag";

/// One manifest's name in its repository.
pub(crate) enum Name<'a> {
    Tag(&'a Tag),
    Digest(&'a Digest),
}

impl<'a> Name<'a> {
    /// The digest decides, where a reference has both.
    pub(crate) fn of(reference: &'a Reference) -> Option<Self> {
        let digest = reference.digest.as_ref().map(Self::Digest);
        digest.or_else(|| reference.tag.as_ref().map(Self::Tag))
    }

    fn path(&self) -> String {
        match self {
            Self::Tag(tag) => format!("manifests/{tag}"),
            Self::Digest(digest) => format!("manifests/{digest}"),
        }
    }

    fn in_words(&self, repository: &RepositoryName) -> String {
        match self {
            Self::Tag(tag) => format!("the tag {tag} of {repository}"),
            Self::Digest(digest) => {
                let (algorithm, short) = (digest.algorithm().name(), digest.short());
                format!("the manifest {algorithm}:{short}… of {repository}")
            }
        }
    }

    fn digest(&self) -> Option<&'a Digest> {
        match self {
            Self::Tag(_) => None,
            Self::Digest(digest) => Some(digest),
        }
    }
}

fn call(home: &Home, method: Method, repository: &RepositoryName, name: &Name<'_>) -> Call {
    let url = home.in_repository(repository, &name.path());
    let what = name.in_words(repository);
    Call::new(method, url, home.pulling(repository), what)
        .header(ACCEPT, &media_type::MANIFESTS.join(", "))
        .reading(MAX_MANIFEST_BYTES as u64)
}

/// HEAD; and GET where the answer does not say all that a descriptor needs.
pub(crate) async fn resolve(
    home: &Home,
    repository: &RepositoryName,
    name: &Name<'_>,
) -> Result<Descriptor, Error> {
    match call(home, Method::HEAD, repository, name).send(home).await {
        Ok(answer) => {
            let said = said_digest(&answer);
            if let (Some(wanted), Some(said)) = (name.digest(), &said)
                && wanted.algorithm() == said.algorithm()
                && wanted != said
            {
                return Err(differs(home, repository, name, wanted, said));
            }
            let digest = name.digest().cloned().or(said);
            if let Some(descriptor) = digest.and_then(|digest| described(&answer, digest)) {
                return Ok(descriptor);
            }
        }
        Err(error) if *error.kind() == ErrorKind::Unsupported => {}
        Err(error) => return Err(error),
    }
    let manifest = fetch(home, repository, name).await?;
    Ok(manifest.descriptor())
}

/// What a HEAD tells, if it tells all of it.
fn described(answer: &Answer, digest: Digest) -> Option<Descriptor> {
    let said = media_type::essence(answer.header(CONTENT_TYPE.as_str())?);
    if !media_type::is_index(&said) && !media_type::is_manifest(&said) {
        return None;
    }
    let size = answer.header(CONTENT_LENGTH.as_str())?.parse().ok()?;
    Some(Descriptor::new(said, digest, size))
}

fn said_digest(answer: &Answer) -> Option<Digest> {
    answer.header(DIGEST)?.parse().ok()
}

/// GET, with the bytes hashed.
pub(crate) async fn fetch(
    home: &Home,
    repository: &RepositoryName,
    name: &Name<'_>,
) -> Result<Manifest, Error> {
    let answer = call(home, Method::GET, repository, name).send(home).await?;
    let content_type = answer.header(CONTENT_TYPE.as_str());
    let expected = name.digest().cloned().or_else(|| said_digest(&answer));
    let read = match &expected {
        Some(digest) => Manifest::parse_exact(answer.body.clone(), content_type, digest),
        None => Manifest::parse(answer.body.clone(), content_type),
    };
    read.map_err(|error| bad(home, &name.in_words(repository), &error))
}

/// PUT of the exact bytes, to a tag or to their digest.
pub(crate) async fn put(
    home: &Home,
    repository: &RepositoryName,
    target: Target<'_>,
    manifest: &Manifest,
) -> Result<Placed, Error> {
    let name = match target {
        Target::Tag(tag) => Name::Tag(tag),
        Target::Digest => Name::Digest(manifest.digest()),
    };
    let url = home.in_repository(repository, &name.path());
    let what = name.in_words(repository);
    let mut call = Call::new(Method::PUT, url, home.pushing(repository), what)
        .header(CONTENT_TYPE, manifest.media_type())
        .body(manifest.bytes().clone());
    call = match target {
        Target::Tag(_) => call.moving(),
        Target::Digest => call.repeatable(),
    };
    let answer = call.send(home).await?;
    let digest_told = told(home, repository, &name, manifest, &answer)?;
    let acknowledged = answer.header(SUBJECT).and_then(|text| text.parse().ok());
    Ok(Placed {
        digest_told,
        subject_acknowledged: acknowledged.is_some_and(|digest: Digest| {
            manifest
                .subject()
                .is_some_and(|subject| subject.digest == digest)
        }),
    })
}

/// Whether the answer to a PUT names the digest; an error where it is another one.
fn told(
    home: &Home,
    repository: &RepositoryName,
    name: &Name<'_>,
    manifest: &Manifest,
    answer: &Answer,
) -> Result<bool, Error> {
    let Some(said) = said_digest(answer) else {
        return Ok(false);
    };
    let wanted = manifest.digest();
    if said.algorithm() != wanted.algorithm() {
        return Ok(false);
    }
    match said == *wanted {
        true => Ok(true),
        false => Err(differs(home, repository, name, wanted, &said)),
    }
}

/// PUT by digest that asks for `tags` as well. Returns those that the registry says it
/// placed; many answer 201 and place none.
pub(crate) async fn put_tags<'t>(
    home: &Home,
    repository: &RepositoryName,
    manifest: &Manifest,
    tags: &[&'t Tag],
) -> Result<Vec<&'t Tag>, Error> {
    let name = Name::Digest(manifest.digest());
    let mut url = home.in_repository(repository, &name.path());
    let query: Vec<String> = tags.iter().map(|tag| format!("tag={tag}")).collect();
    url.set_query(Some(&query.join("&")));
    let what = name.in_words(repository);
    let answer = Call::new(Method::PUT, url, home.pushing(repository), what)
        .header(CONTENT_TYPE, manifest.media_type())
        .body(manifest.bytes().clone())
        .send(home)
        .await?;
    told(home, repository, &name, manifest, &answer)?;
    let values = answer.headers.get_all(TAG).iter();
    let echoed: Vec<&str> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(str::trim))
        .collect();
    let mut placed = tags.to_vec();
    placed.retain(|tag| echoed.contains(&tag.as_str()));
    Ok(placed)
}

/// DELETE, of a manifest by its digest or of a tag alone.
pub(crate) async fn delete(
    home: &Home,
    repository: &RepositoryName,
    name: &Name<'_>,
) -> Result<(), Error> {
    let url = home.in_repository(repository, &name.path());
    let what = format!("deleting {}", name.in_words(repository));
    let call = Call::new(Method::DELETE, url, Scopes::delete(repository), what);
    match (call.send(home).await, name) {
        (Err(error), Name::Tag(tag)) if knows_no_tags(&error) => {
            Err(whole_images_only(home, tag, error))
        }
        (outcome, _) => outcome.map(|_| ()),
    }
}

/// Distribution 2.8 takes a tag there for a digest that cannot be read.
fn knows_no_tags(error: &Error) -> bool {
    *error.kind() == ErrorKind::Unsupported || error.codes().contains(&OciErrorCode::DigestInvalid)
}

fn whole_images_only(home: &Home, tag: &Tag, error: Error) -> Error {
    let host = home.host();
    let message =
        format!("{host} cannot delete the tag {tag} alone: it deletes only whole images.");
    let hint = "Delete the image by its digest; every tag that names it goes with it.";
    error.reworded(ErrorKind::Unsupported, message, hint)
}

fn differs(
    home: &Home,
    repository: &RepositoryName,
    name: &Name<'_>,
    wanted: &Digest,
    said: &Digest,
) -> Error {
    let error = ManifestError::DigestDiffers {
        expected: wanted.clone(),
        found: said.clone(),
    };
    bad(home, &name.in_words(repository), &error)
}

/// A manifest that cannot be trusted to be what was asked for, or to mean one thing.
pub(crate) fn bad(home: &Home, what: &str, error: &ManifestError) -> Error {
    let (kind, hint) = match error {
        ManifestError::TooLarge(_) => (ErrorKind::TooLarge, "It was not read."),
        ManifestError::DigestDiffers { .. } => (
            ErrorKind::DigestMismatch,
            "Do not use this image; ask whoever runs the registry why its bytes differ.",
        ),
        ManifestError::Unsupported(_) | ManifestError::SchemaOne => (
            ErrorKind::Unsupported,
            "Push the image again with a current tool.",
        ),
        _ => (
            ErrorKind::BadManifest,
            "Do not use this image; push it again with a current tool.",
        ),
    };
    let host = home.host();
    Error::new(
        kind,
        host,
        format!("{host} gave {what}, but {error}."),
        hint,
    )
}
