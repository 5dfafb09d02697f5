//! The end points of distribution-spec 1.1. Who gets here was let in at the door.

mod accessory;
mod blobs;
mod immutable;
mod lists;
mod manifests;
#[cfg(feature = "faults")]
pub(crate) mod products;
mod uploads;

use crate::{
    app::{App, Call},
    problem::Problem,
    route::Route,
};
use axum::{body::Body, response::Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

pub(crate) const DOCKER_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// Passes a call to its end point.
pub(crate) async fn answer(
    app: &App,
    route: Route,
    call: Call,
    body: Body,
) -> Result<Response, Problem> {
    let method = call.parts.method.clone();
    match (&method, route) {
        (&Method::GET | &Method::HEAD, Route::Base) => Ok(json("application/json", &json!({}))),
        (&Method::GET, Route::Catalog) => lists::catalog(app, &call),
        (&Method::GET, Route::Tags(name)) => lists::tags(app, &name, &call),
        (&Method::GET, Route::Referrers(name, digest)) => {
            lists::referrers(app, &name, &digest, &call)
        }
        (&Method::GET | &Method::HEAD, Route::Manifest(name, target)) => {
            manifests::get(app, &name, &target, &call).await
        }
        (&Method::PUT, Route::Manifest(name, target)) => {
            manifests::put(app, name, target, &call, body).await
        }
        (&Method::DELETE, Route::Manifest(name, target)) => {
            manifests::delete(app, name, target, &call).await
        }
        (&Method::GET | &Method::HEAD, Route::Blob(name, digest)) => {
            blobs::get(app, &name, &digest, &call).await
        }
        (&Method::DELETE, Route::Blob(name, digest)) => blobs::delete(app, name, digest).await,
        (&Method::POST, Route::Uploads(name)) => uploads::begin(app, name, &call, body).await,
        (method, Route::Upload(name, id)) => {
            uploads::session(app, method, &name, &id, &call, body).await
        }
        _ => Err(Problem::unsupported("the operation is unsupported")),
    }
}

/// A JSON answer.
pub(crate) fn json(media_type: &'static str, value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// An answer without a body.
fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Sets a header whose value comes from parsed names; what cannot be a header is left out.
fn set(response: &mut Response, name: HeaderName, value: &impl ToString) {
    if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
        response.headers_mut().insert(name, value);
    }
}
