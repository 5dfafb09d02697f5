//! Quay: a namespace's repositories, and tags. An OAuth token opens it, and no password.

use super::{json, namespaces, of_namespace, page, shelf, tags};
use crate::{
    app::{App, Call},
    problem::Problem,
};
use axum::response::Response;
use serde_json::{Value, json as value};

pub(super) fn answer(app: &App, call: &Call, parts: &[&str]) -> Result<Response, Problem> {
    let user = app.door.bearer_user(&call.parts.headers);
    match parts {
        ["api", "v1", "user"] => {
            let user = user.ok_or_else(|| Problem::unauthorized("Bearer realm=\"quay\""))?;
            let all = namespaces(app).into_iter();
            let organizations: Vec<Value> = all.map(|name| value!({"name": name})).collect();
            Ok(json(
                &value!({"username": user.name, "organizations": organizations}),
            ))
        }
        ["api", "v1", "repository"] => {
            let namespace = call.query.get("namespace").unwrap_or_default();
            let all = of_namespace(app, namespace);
            let from: usize = mark(call).unwrap_or(0);
            let next = (all.len() > from + 2).then(|| (from + 2).to_string());
            let page: Vec<Value> = all
                .into_iter()
                .skip(from)
                .take(2)
                .map(|name| repository(name.as_str()))
                .collect();
            Ok(json(&value!({"repositories": page, "next_page": next})))
        }
        ["api", "v1", "repository", name @ .., "tag"] => {
            let shelf = shelf(app, &name.join("/"))?;
            let all = tags(&shelf).into_iter().map(|(tag, digest, size)| {
                value!({
                    "name": tag, "manifest_digest": digest, "size": size,
                    "start_ts": 1_795_000_000, "is_manifest_list": false,
                })
            });
            let (page, more) = page(call, "limit", 100, all.collect());
            Ok(json(
                &value!({"tags": page, "page": 1, "has_additional": more}),
            ))
        }
        _ => Err(Problem::not_found()),
    }
}

fn mark(call: &Call) -> Option<usize> {
    call.query.get("next_page")?.parse().ok()
}

fn repository(name: &str) -> Value {
    let (namespace, name) = name.split_once('/').unwrap_or((name, ""));
    value!({"namespace": namespace, "name": name, "is_public": true})
}
