//! Docker Hub: a token of the API for name and password, namespaces, repositories and tags.

use super::{json, namespaces, of_namespace, page, shelf, tags};
use crate::{
    app::{App, Call},
    problem::Problem,
};
use axum::{body::Body, response::Response};
use serde_json::{Value, json as value};

/// A login has no business being longer, bytes.
const MAX_LOGIN: usize = 16 * 1024;

pub(super) async fn answer(
    app: &App,
    call: &Call,
    parts: &[&str],
    body: Body,
) -> Result<Response, Problem> {
    match parts {
        ["v2", "auth", "token"] => sign_in(app, body).await,
        ["v2", "user", "orgs"] => {
            let user = app.door.product_user(&call.parts.headers);
            user.ok_or_else(|| Problem::unauthorized("Bearer realm=\"hub\""))?;
            let all = namespaces(app).into_iter().filter(|name| name != "library");
            let all = all.map(|name| value!({"orgname": name})).collect();
            Ok(results(call, all))
        }
        ["v2", "namespaces", namespace, "repositories"] => {
            let names = of_namespace(app, namespace).into_iter();
            let short = |name: &str| name.split_once('/').map(|(_, name)| name.to_owned());
            let all = names.filter_map(|name| Some(value!({"name": short(name.as_str())?})));
            Ok(results(call, all.collect()))
        }
        ["v2", "namespaces", namespace, "repositories", name, "tags"] => {
            let shelf = shelf(app, &format!("{namespace}/{name}"))?;
            let all = tags(&shelf).into_iter().map(|(tag, digest, size)| {
                value!({
                    "name": tag, "digest": digest, "full_size": size,
                    "tag_last_pushed": "2026-11-20T10:00:00.123456Z",
                    "images": [{"os": "linux", "architecture": "amd64", "size": size}],
                })
            });
            Ok(results(call, all.collect()))
        }
        _ => Err(Problem::not_found()),
    }
}

async fn sign_in(app: &App, body: Body) -> Result<Response, Problem> {
    let bytes = axum::body::to_bytes(body, MAX_LOGIN).await;
    let bytes = bytes.map_err(|_| Problem::too_large("login", MAX_LOGIN as u64))?;
    let login: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let field = |name: &str| login[name].as_str().unwrap_or_default().to_owned();
    let token = app
        .door
        .product_token(&field("identifier"), &field("secret"));
    let token = token.ok_or_else(|| Problem::unauthorized("Bearer realm=\"hub\""))?;
    Ok(json(&value!({"access_token": token})))
}

fn results(call: &Call, all: Vec<Value>) -> Response {
    let count = all.len();
    let (page, more) = page(call, "page_size", 100, all);
    let next = more.then_some("https://hub.docker.com/v2/next");
    json(&value!({"count": count, "next": next, "previous": null, "results": page}))
}
