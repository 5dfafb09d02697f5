//! Harbor: projects, their repositories, and a repository's artifacts.

use super::{json, namespaces, of_namespace, page, shelf, tags};
use crate::{
    app::{App, Call},
    problem::Problem,
};
use axum::response::Response;
use hallmark_image::{Digest, Tag};
use serde_json::{Value, json as value};
use std::collections::BTreeMap;

pub(super) fn answer(app: &App, call: &Call, parts: &[&str]) -> Result<Response, Problem> {
    // What it is, it tells everybody.
    if let ["api", "v2.0", "systeminfo"] = parts {
        return Ok(json(
            &value!({"auth_mode": "db_auth", "harbor_version": "v2.13.0"}),
        ));
    }
    let login = app.door.basic_user(&call.parts.headers);
    login.ok_or_else(|| Problem::unauthorized("Basic realm=\"harbor\""))?;
    match parts {
        ["api", "v2.0", "projects"] => {
            let all = namespaces(app)
                .into_iter()
                .map(|name| value!({"name": name}));
            Ok(paged(call, all.collect()))
        }
        ["api", "v2.0", "projects", project, "repositories"] => {
            let names = of_namespace(app, project).into_iter();
            let all = names.map(|name| value!({"name": name}));
            Ok(paged(call, all.collect()))
        }
        [
            "api",
            "v2.0",
            "projects",
            project,
            "repositories",
            name,
            "artifacts",
        ] => {
            // A slash comes encoded twice.
            let name = name.replace("%252F", "/");
            Ok(paged(call, artifacts(app, &format!("{project}/{name}"))?))
        }
        _ => Err(Problem::not_found()),
    }
}

fn paged(call: &Call, all: Vec<Value>) -> Response {
    json(&page(call, "page_size", 100, all).0.into())
}

fn artifacts(app: &App, name: &str) -> Result<Vec<Value>, Problem> {
    let mut by_digest: BTreeMap<Digest, (u64, Vec<Tag>)> = BTreeMap::new();
    for (tag, digest, size) in tags(&*shelf(app, name)?) {
        let entry = by_digest.entry(digest).or_insert((size, Vec::new()));
        entry.1.push(tag);
    }
    let artifact = |(digest, (size, tags)): (Digest, (u64, Vec<Tag>))| {
        let tags: Vec<Value> = tags
            .iter()
            .map(|tag| value!({"name": tag, "push_time": "2026-11-20T10:00:00.000Z"}))
            .collect();
        value!({
            "digest": digest, "size": size, "type": "IMAGE", "tags": tags,
            "push_time": "2026-11-20T10:00:00.000Z",
            "extra_attrs": {"os": "linux", "architecture": "amd64"},
        })
    };
    Ok(by_digest.into_iter().map(artifact).collect())
}
