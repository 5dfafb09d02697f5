//! Rate limits, as the registries that have them tell of them.

use crate::{
    Clock,
    habits::{LimitStyle, RateLimit},
    problem::Problem,
    route::Route,
};
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method, StatusCode, header::RETRY_AFTER};
use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};

/// Counts the requests of a window.
#[derive(Debug, Default)]
pub(crate) struct Counter(Mutex<Option<Window>>);

#[derive(Clone, Copy, Debug)]
struct Window {
    began: Timestamp,
    taken: u32,
}

/// What is left of a limit after a request, to be told with its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    limit: RateLimit,
    remaining: u32,
    /// Seconds until the window ends.
    until: i64,
    /// When it ends, seconds since 1970.
    ends: i64,
}

impl Counter {
    /// Counts a request. None where it does not count; an error where it is one too many.
    pub(crate) fn take(
        &self,
        limit: RateLimit,
        clock: &Clock,
        method: &Method,
        route: &Route,
    ) -> Result<Option<Left>, (Problem, Left)> {
        let counted = match limit.style {
            LimitStyle::DockerHub => *method == Method::GET,
            LimitStyle::GitLab => true,
        };
        let asked = matches!(route, Route::Manifest(..)) || limit.style == LimitStyle::GitLab;
        if !asked {
            return Ok(None);
        }
        let (now, seconds) = (
            clock.now(),
            limit.window.as_secs().try_into().unwrap_or(i64::MAX),
        );
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |window: &Window| now.as_second() - window.began.as_second() >= seconds;
        let fresh = Window {
            began: now,
            taken: 0,
        };
        let mut window = held.filter(|window| !over(window)).unwrap_or(fresh);
        let full = window.taken >= limit.allowed;
        window.taken += u32::from(counted && !full);
        *held = Some(window);
        let ends = window.began.as_second().saturating_add(seconds);
        let left = Left {
            limit,
            remaining: limit.allowed - window.taken,
            until: ends - now.as_second(),
            ends,
        };
        if full && counted {
            return Err((too_many(limit.style), left));
        }
        Ok(Some(left))
    }
}

fn too_many(style: LimitStyle) -> Problem {
    let words = match style {
        LimitStyle::DockerHub => {
            "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading"
        }
        LimitStyle::GitLab => "too many requests",
    };
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", words)
}

impl Left {
    /// Tells it in the headers of an answer.
    pub(crate) fn tell(self, response: &mut Response) {
        let (allowed, left) = (self.limit.allowed, self.remaining);
        let said = match self.limit.style {
            LimitStyle::DockerHub => {
                let window = self.limit.window.as_secs();
                vec![
                    ("ratelimit-limit", format!("{allowed};w={window}")),
                    ("ratelimit-remaining", format!("{left};w={window}")),
                    ("docker-ratelimit-source", "127.0.0.1".to_owned()),
                ]
            }
            LimitStyle::GitLab => vec![
                ("ratelimit-limit", allowed.to_string()),
                ("ratelimit-remaining", left.to_string()),
                ("ratelimit-reset", self.ends.to_string()),
            ],
        };
        let headers = response.headers_mut();
        for (name, value) in said {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let refused = response.status() == StatusCode::TOO_MANY_REQUESTS;
        if refused && self.limit.style == LimitStyle::GitLab {
            response
                .headers_mut()
                .insert(RETRY_AFTER, self.until.max(0).into());
        }
    }
}
