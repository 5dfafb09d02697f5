//! Mirantis Secure Registry: repositories and tags, page by page from a mark in a header.

use super::{json, shelf, tags};
use crate::{
    app::{App, Call},
    problem::Problem,
};
use axum::response::Response;
use http::HeaderValue;
use serde_json::{Value, json as value};

pub(super) fn answer(app: &App, call: &Call, parts: &[&str]) -> Result<Response, Problem> {
    let login = app.door.basic_user(&call.parts.headers);
    login.ok_or_else(|| Problem::unauthorized("Basic realm=\"dtr\""))?;
    match parts {
        ["api", "v0", "repositories"] => {
            let names = app.store.repositories();
            let two = names
                .iter()
                .filter_map(|name| name.as_str().split_once('/'));
            let all = two.map(|(namespace, name)| value!({"namespace": namespace, "name": name}));
            let (page, next) = page(call, all.collect());
            Ok(marked(&value!({"repositories": page}), next))
        }
        ["api", "v0", "repositories", name @ .., "tags"] => {
            let shelf = shelf(app, &name.join("/"))?;
            let all = tags(&shelf).into_iter().map(|(tag, digest, size)| {
                value!({
                    "name": tag, "digest": digest, "updatedAt": "2026-11-20T10:00:00.000Z",
                    "manifest": {"os": "linux", "architecture": "amd64", "size": size},
                })
            });
            let (page, next) = page(call, all.collect());
            Ok(marked(&page.into(), next))
        }
        _ => Err(Problem::not_found()),
    }
}

fn page(call: &Call, all: Vec<Value>) -> (Vec<Value>, Option<usize>) {
    let number = |name| call.query.get(name).and_then(|text| text.parse().ok());
    let size = number("pageSize").unwrap_or(10_usize).clamp(1, 100);
    let from = number("pageStart").unwrap_or(0_usize);
    let next = (all.len() > from + size).then_some(from + size);
    (all.into_iter().skip(from).take(size).collect(), next)
}

fn marked(body: &Value, next: Option<usize>) -> Response {
    let mut response = json(body);
    let mark = next.map_or_else(String::new, |next| next.to_string());
    if let Ok(mark) = HeaderValue::from_str(&mark) {
        response.headers_mut().insert("x-next-page-start", mark);
    }
    response
}
