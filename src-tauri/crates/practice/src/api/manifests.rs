//! Manifests: pulled by tag or digest, pushed as the bytes they are, deleted by either.

use super::{DOCKER_DIGEST, accessory, empty, immutable, set};
use crate::{
    app::{App, Call},
    problem::Problem,
    route::Target,
    store::{Kept, Shelf, Source},
};
use axum::{body::Body, response::Response};
use bytes::Bytes;
use hallmark_image::{Descriptor, Digest, Manifest, ManifestError, RepositoryName, Tag};
use http::{HeaderName, Method, StatusCode, header};
use serde_json::json;

/// The most tags one PUT may place.
const MAX_TAGS: usize = 32;

fn find<'a>(shelf: &'a Shelf, target: &Target) -> Option<&'a Kept> {
    let digest = match target {
        Target::Tag(tag) => shelf.tags.get(tag)?,
        Target::Digest(digest) => digest,
    };
    shelf.manifests.get(digest)
}

/// GET and HEAD (distribution-spec, "Pulling manifests").
pub(super) async fn get(
    app: &App,
    name: &RepositoryName,
    target: &Target,
    call: &Call,
) -> Result<Response, Problem> {
    let shelf = app
        .store
        .shelf(name)
        .ok_or_else(|| Problem::name_unknown(name))?;
    let kept = find(&shelf, target).ok_or_else(|| Problem::manifest_unknown(target))?;
    let descriptor = &kept.descriptor;
    let body = if call.parts.method == Method::HEAD {
        Body::empty()
    } else {
        match app.store.content().find(&descriptor.digest).await? {
            Some(Source::Memory(bytes)) => Body::from(bytes),
            Some(Source::File(file, _)) => {
                Body::from_stream(tokio_util::io::ReaderStream::new(file))
            }
            None => return Err(Problem::manifest_unknown(target)),
        }
    };
    let mut response = Response::new(body);
    set(&mut response, header::CONTENT_TYPE, &descriptor.media_type);
    set(&mut response, header::CONTENT_LENGTH, &descriptor.size);
    set(&mut response, DOCKER_DIGEST, &descriptor.digest);
    set(
        &mut response,
        header::ETAG,
        &format!("\"{}\"", descriptor.digest),
    );
    Ok(response)
}

/// PUT (distribution-spec, "Pushing Manifests").
pub(super) async fn put(
    app: &App,
    name: RepositoryName,
    target: Target,
    call: &Call,
    body: Body,
) -> Result<Response, Problem> {
    let limit = app.limits.manifest;
    let content_type = call.parts.headers.get(header::CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| Problem::manifest_invalid("the Content-Type of the manifest is missing"))?
        .to_owned();
    let bytes = axum::body::to_bytes(body, limit)
        .await
        .map_err(|_| Problem::too_large("manifest", limit as u64))?;
    let manifest = read(bytes, &content_type, &target)?;
    let tags = match &target {
        Target::Tag(tag) => vec![tag.clone()],
        Target::Digest(_) if call.habits.echo_tags => wished_tags(call)?,
        Target::Digest(_) => Vec::new(),
    };
    if let Some(habit) = call.habits.immutable {
        let shelf = app.store.shelf(&name).unwrap_or_default();
        immutable::check(habit, &shelf, &name, &tags, manifest.digest())?;
    }
    place(
        app,
        &name,
        &manifest,
        tags.clone(),
        call.habits.keeps_untagged,
    )
    .await?;
    if call.habits.sbom_accessory {
        accessory::hang(app, &name, &manifest).await?;
    }
    let mut response = empty(StatusCode::CREATED);
    if call.habits.locations {
        let location = format!("/v2/{name}/manifests/{}", manifest.digest());
        set(&mut response, header::LOCATION, &location);
    }
    set(&mut response, DOCKER_DIGEST, manifest.digest());
    if let Some(subject) = manifest.subject().filter(|_| app.referrers) {
        let name = HeaderName::from_static("oci-subject");
        set(&mut response, name, &subject.digest);
    }
    if call.habits.echo_tags {
        echo(&mut response, &tags);
    }
    Ok(response)
}

fn read(bytes: Bytes, content_type: &str, target: &Target) -> Result<Manifest, Problem> {
    let read = match target {
        Target::Tag(_) => Manifest::parse(bytes, Some(content_type)),
        Target::Digest(digest) => Manifest::parse_exact(bytes, Some(content_type), digest),
    };
    read.map_err(|error| match error {
        ManifestError::DigestDiffers { .. } => Problem::digest_invalid(error.to_string()),
        ManifestError::TooLarge(_) => {
            Problem::too_large("manifest", hallmark_image::MAX_MANIFEST_BYTES as u64)
        }
        other => Problem::manifest_invalid(other.to_string()),
    })
}

fn wished_tags(call: &Call) -> Result<Vec<Tag>, Problem> {
    call.query
        .all("tag")
        .take(MAX_TAGS)
        .map(|tag| {
            tag.parse()
                .map_err(|_| Problem::manifest_invalid("a tag of the query is not a tag"))
        })
        .collect()
}

fn echo(response: &mut Response, tags: &[Tag]) {
    for tag in tags {
        if let Ok(value) = tag.as_str().parse() {
            response.headers_mut().append("oci-tag", value);
        }
    }
}

/// Puts a manifest on the shelf, where everything it lists is there already.
async fn place(
    app: &App,
    name: &RepositoryName,
    manifest: &Manifest,
    tags: Vec<Tag>,
    keeps_untagged: bool,
) -> Result<(), Problem> {
    let shelf = app.store.shelf(name).unwrap_or_default();
    if let Some(missing) = missing(&shelf, manifest) {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            "MANIFEST_BLOB_UNKNOWN",
            "manifest references a manifest or blob unknown to registry",
        )
        .detail(json!({ "digest": missing })));
    }
    let bytes = manifest.bytes().clone();
    let kept = Kept::of(manifest);
    let left: Vec<Digest> = tags
        .iter()
        .filter_map(|tag| shelf.tags.get(tag).cloned())
        .filter(|_| !keeps_untagged)
        .collect();
    app.store.keep_manifest(name, kept, bytes, tags).await?;
    if !left.is_empty() {
        let forget =
            move |shelf: &mut Shelf| left.iter().for_each(|digest| shelf.forget_untagged(digest));
        app.store.change(name.clone(), forget).await?;
    }
    Ok(())
}

fn missing(shelf: &Shelf, manifest: &Manifest) -> Option<Digest> {
    let blobs = manifest.config().into_iter().chain(manifest.layers());
    let blob = blobs
        // A layer that says where else it is had need not be here.
        .filter(|blob| blob.urls.is_empty())
        .find(|blob| !shelf.blobs.contains(&blob.digest));
    let child = || {
        let mut children = manifest.children().iter();
        children.find(|child| !shelf.manifests.contains_key(&child.digest))
    };
    blob.or_else(child).map(|at: &Descriptor| at.digest.clone())
}

/// DELETE (distribution-spec, "Content Management"): a tag alone, or a manifest with its tags.
pub(super) async fn delete(
    app: &App,
    name: RepositoryName,
    target: Target,
    call: &Call,
) -> Result<Response, Problem> {
    if !app.delete {
        return Err(Problem::unsupported("this registry deletes nothing"));
    }
    if matches!(target, Target::Tag(_)) && !call.habits.delete_tags {
        // Distribution 2.8 takes a tag for a digest that does not fit.
        return Err(Problem::digest_invalid(
            "provided digest did not match uploaded content",
        ));
    }
    let unknown = Problem::manifest_unknown(&target);
    if app.store.shelf(&name).is_none() {
        return Err(Problem::name_unknown(&name));
    }
    let change = move |shelf: &mut Shelf| match target {
        Target::Tag(tag) => shelf.tags.remove(&tag).is_some(),
        Target::Digest(digest) => shelf.remove_manifest(&digest),
    };
    if app.store.change(name, change).await? {
        Ok(empty(StatusCode::ACCEPTED))
    } else {
        Err(unknown)
    }
}
