//! GitLab: the projects of a member, and the registry repositories of each. A personal access
//! token opens it.

use super::{json, page, shelf, tags};
use crate::{
    app::{App, Call},
    problem::Problem,
};
use axum::response::Response;
use serde_json::{Value, json as value};
use std::collections::BTreeSet;

pub(super) fn answer(app: &App, call: &Call, parts: &[&str]) -> Result<Response, Problem> {
    let member = app.door.bearer_user(&call.parts.headers);
    member.ok_or_else(|| Problem::unauthorized("Bearer realm=\"gitlab\""))?;
    let projects: Vec<String> = projects(app).into_iter().collect();
    match parts {
        ["api", "v4", "projects"] => {
            let all = projects.iter().enumerate();
            let all = all.map(|(id, path)| value!({"id": id, "path_with_namespace": path}));
            Ok(paged(call, all.collect()))
        }
        ["api", "v4", "projects", project, "registry", "repositories"] => {
            let path = path_of(&projects, project).ok_or_else(Problem::not_found)?;
            let all = repositories(app, &path).into_iter();
            let all = all.map(|(id, path)| value!({"id": id, "path": path}));
            Ok(paged(call, all.collect()))
        }
        [
            "api",
            "v4",
            "projects",
            project,
            "registry",
            "repositories",
            id,
            "tags",
        ] => {
            let path = path_of(&projects, project).ok_or_else(Problem::not_found)?;
            let all = repositories(app, &path);
            let wanted = all.iter().find(|(own, _)| own.to_string() == *id);
            let (_, name) = wanted.ok_or_else(Problem::not_found)?;
            let shelf = shelf(app, name)?;
            let all = tags(&shelf)
                .into_iter()
                .map(|(tag, ..)| value!({"name": tag}));
            Ok(paged(call, all.collect()))
        }
        _ => Err(Problem::not_found()),
    }
}

fn paged(call: &Call, all: Vec<Value>) -> Response {
    json(&page(call, "per_page", 100, all).0.into())
}

/// The first two parts of every repository's name.
fn projects(app: &App) -> BTreeSet<String> {
    let names = app.store.repositories();
    let project = |name: &str| name.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
    names.iter().map(|name| project(name.as_str())).collect()
}

/// A project is named by its number, or by its path with the slash encoded.
fn path_of(projects: &[String], named: &str) -> Option<String> {
    let path = named.replace("%2F", "/");
    let by_number = named.parse::<usize>().ok().and_then(|at| projects.get(at));
    by_number
        .or_else(|| projects.iter().find(|own| **own == path))
        .cloned()
}

fn repositories(app: &App, project: &str) -> Vec<(usize, String)> {
    let names = app.store.repositories().into_iter().enumerate();
    let all = names.map(|(id, name)| (id, name.to_string()));
    all.filter(|(_, name)| name == project || name.starts_with(&format!("{project}/")))
        .collect()
}
