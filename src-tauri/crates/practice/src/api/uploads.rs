//! Blobs on their way in: at once, in a session, or mounted from another repository.

use super::{DOCKER_DIGEST, empty, set};
use crate::{
    app::{App, Call},
    problem::Problem,
    store::{Slot, Upload},
};
use axum::{body::Body, response::Response};
use futures::StreamExt;
use hallmark_image::{Digest, RepositoryName};
use http::{HeaderMap, HeaderName, Method, StatusCode, header};

/// POST: a mount, a blob in one request, or a session (distribution-spec, "Pushing blobs").
pub(super) async fn begin(
    app: &App,
    name: RepositoryName,
    call: &Call,
    body: Body,
) -> Result<Response, Problem> {
    if let Some(digest) = mountable(app, call)? {
        show(app, &name, &digest).await?;
        return Ok(created(call, &name, &digest));
    }
    let mut upload = app.store.upload(name.clone())?;
    let Some(digest) = call.query.digest("digest")? else {
        let id = app.uploads.open(upload);
        return Ok(accepted(app, call, &name, &id, 0));
    };
    receive(app, &mut upload, body).await?;
    finish(app, call, upload, &digest).await
}

/// The digest a mount asks for, where it can be had.
fn mountable(app: &App, call: &Call) -> Result<Option<Digest>, Problem> {
    let (Some(digest), Some(from)) = (call.query.digest("mount")?, call.query.mount_source())
    else {
        return Ok(None);
    };
    let there = app
        .store
        .shelf(&from)
        .is_some_and(|shelf| shelf.blobs.contains(&digest));
    Ok(Some(digest).filter(|_| there && call.habits.mounts))
}

/// PATCH, PUT, GET and DELETE of a session.
pub(super) async fn session(
    app: &App,
    method: &Method,
    name: &RepositoryName,
    id: &str,
    call: &Call,
    body: Body,
) -> Result<Response, Problem> {
    let found = app.uploads.find(name, id).await;
    let slot = found.ok_or_else(Problem::upload_unknown)?;
    match *method {
        Method::PATCH => patch(app, &slot, (name, id), call, body).await,
        Method::PUT => put(app, &slot, id, call, body).await,
        Method::GET => {
            let written = slot.lock().await.as_ref().map(Upload::written);
            let written = written.ok_or_else(Problem::upload_unknown)?;
            let mut response = accepted(app, call, name, id, written);
            *response.status_mut() = StatusCode::NO_CONTENT;
            Ok(response)
        }
        Method::DELETE => {
            app.uploads.close(id);
            Ok(empty(StatusCode::NO_CONTENT))
        }
        _ => Err(Problem::unsupported("the operation is unsupported")),
    }
}

async fn patch(
    app: &App,
    slot: &Slot,
    (name, id): (&RepositoryName, &str),
    call: &Call,
    body: Body,
) -> Result<Response, Problem> {
    let mut held = slot.lock().await;
    let upload = held.as_mut().ok_or_else(Problem::upload_unknown)?;
    in_order(&call.parts.headers, upload.written())?;
    upload.resume().await?;
    receive(app, upload, body).await?;
    Ok(accepted(app, call, name, id, upload.written()))
}

async fn put(
    app: &App,
    slot: &Slot,
    id: &str,
    call: &Call,
    body: Body,
) -> Result<Response, Problem> {
    let digest = call.query.digest("digest")?;
    let digest = digest.ok_or_else(|| Problem::digest_invalid("the digest is missing"))?;
    let mut held = slot.lock().await;
    let upload = held.as_mut().ok_or_else(Problem::upload_unknown)?;
    in_order(&call.parts.headers, upload.written())?;
    upload.resume().await?;
    receive(app, upload, body).await?;
    let upload = held.take().ok_or_else(Problem::upload_unknown)?;
    app.uploads.close(id);
    finish(app, call, upload, &digest).await
}

/// A chunk that does not begin where the last one ended is refused with 416.
fn in_order(headers: &HeaderMap, written: u64) -> Result<(), Problem> {
    let Some(range) = headers.get(header::CONTENT_RANGE) else {
        return Ok(());
    };
    let start = range
        .to_str()
        .ok()
        .and_then(|range| range.trim_start_matches("bytes ").split_once('-'))
        .and_then(|(start, _)| start.parse::<u64>().ok());
    if start == Some(written) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "BLOB_UPLOAD_INVALID",
        format!("the next byte is number {written}"),
    ))
}

async fn receive(app: &App, upload: &mut Upload, body: Body) -> Result<(), Problem> {
    let limit = app.limits.blob;
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk =
            chunk.map_err(|_| Problem::upload_invalid("the body ended before its length"))?;
        if upload.written() + chunk.len() as u64 > limit {
            return Err(Problem::too_large("blob", limit));
        }
        upload.append(&chunk).await?;
    }
    Ok(())
}

async fn finish(
    app: &App,
    call: &Call,
    upload: Upload,
    digest: &Digest,
) -> Result<Response, Problem> {
    let name = upload.repository.clone();
    if !upload.finish(digest, &app.store).await? {
        return Err(Problem::digest_invalid(
            "the bytes are not those of the digest",
        ));
    }
    show(app, &name, digest).await?;
    Ok(created(call, &name, digest))
}

/// Puts a blob that is kept on the repository's shelf.
async fn show(app: &App, name: &RepositoryName, digest: &Digest) -> Result<(), Problem> {
    let digest = digest.clone();
    app.store
        .change(name.clone(), move |shelf| shelf.blobs.insert(digest))
        .await?;
    Ok(())
}

fn created(call: &Call, name: &RepositoryName, digest: &Digest) -> Response {
    let mut response = empty(StatusCode::CREATED);
    if call.habits.locations {
        let location = format!("/v2/{name}/blobs/{digest}");
        set(&mut response, header::LOCATION, &location);
    }
    set(&mut response, DOCKER_DIGEST, digest);
    response
}

/// As distribution does, the place carries a query of its own, which a client has to keep.
fn accepted(app: &App, call: &Call, name: &RepositoryName, id: &str, written: u64) -> Response {
    let mut response = empty(StatusCode::ACCEPTED);
    let path = format!("/v2/{name}/blobs/uploads/{id}");
    let location = match app.annexe.as_ref().filter(|_| call.habits.uploads_apart) {
        Some(annexe) => format!("{}&_state={written}", annexe.place(&path)),
        None => format!("{path}?_state={written}"),
    };
    set(&mut response, header::LOCATION, &location);
    let range = format!("0-{}", written.saturating_sub(1));
    set(&mut response, header::RANGE, &range);
    set(
        &mut response,
        HeaderName::from_static("docker-upload-uuid"),
        &id,
    );
    response
}
