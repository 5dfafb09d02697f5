//! One request from its arrival to its answer: noted, checked at the door, and passed to the
//! end point that its path means.

use crate::{
    Config, Limits,
    access::{Door, scheme},
    api,
    problem::Problem,
    route::{Query, Route},
    seen::{Log, Seen},
    store::{Store, Uploads},
};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use hallmark_image::Host;
use http::{HeaderValue, Method, Request, header, request::Parts};
use std::sync::Arc;

/// A form or token answer has no business being longer, bytes.
const MAX_FORM: usize = 64 * 1024;

/// A registry's whole state.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Arc<Store>,
    pub(crate) uploads: Uploads,
    pub(crate) door: Door,
    pub(crate) seen: Log,
    pub(crate) referrers: bool,
    pub(crate) delete: bool,
    pub(crate) limits: Limits,
    scheme: &'static str,
    #[cfg(feature = "faults")]
    pub(crate) faults: crate::faults::Faults,
}

/// The connection is to be closed without an answer.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("closed without an answer")]
pub(crate) struct Unanswered;

/// Habits in which registries differ, as a fault may ask for them; the default is distribution's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Habits {
    /// `?tag=` on a manifest's PUT is honoured and echoed in `OCI-Tag`.
    pub(crate) echo_tags: bool,
    /// A mount is answered with 202 and an upload session.
    pub(crate) mount_declined: bool,
}

/// What an end point is given, beside the body.
pub(crate) struct Call {
    pub(crate) parts: Parts,
    pub(crate) query: Query,
    pub(crate) habits: Habits,
}

impl App {
    pub(crate) fn new(config: &Config, store: Store) -> Self {
        Self {
            store: Arc::new(store),
            uploads: Uploads::default(),
            door: Door::new(config.access.clone(), config.clock.clone()),
            seen: Log::default(),
            referrers: config.referrers,
            delete: config.delete,
            limits: config.limits,
            scheme: if config.tls.is_some() {
                "https"
            } else {
                "http"
            },
            #[cfg(feature = "faults")]
            faults: crate::faults::Faults::default(),
        }
    }

    /// Answers one request.
    pub(crate) async fn answer(
        self: Arc<Self>,
        request: Request<Body>,
    ) -> Result<Response, Unanswered> {
        let uri = request.uri();
        let number = self.seen.arrived(Seen {
            method: request.method().to_string(),
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            authorization_scheme: scheme(request.headers()),
            status: 0,
        });
        let mut response = self.strike(request).await?;
        response.headers_mut().insert(
            "docker-distribution-api-version",
            HeaderValue::from_static("registry/2.0"),
        );
        self.seen.answered(number, response.status().as_u16());
        Ok(response)
    }

    #[cfg(not(feature = "faults"))]
    async fn strike(&self, request: Request<Body>) -> Result<Response, Unanswered> {
        Ok(self.carry_out(request, Habits::default()).await)
    }

    #[cfg(feature = "faults")]
    async fn strike(&self, request: Request<Body>) -> Result<Response, Unanswered> {
        let target = request.uri().path_and_query().map_or("", |p| p.as_str());
        let effects = self.faults.striking(request.method().as_str(), target);
        if let Some(answer) = crate::strike::before(&effects).await {
            return answer;
        }
        let habits = crate::strike::habits(&effects);
        let response = self.carry_out(request, habits).await;
        crate::strike::after(effects, response).await
    }

    async fn carry_out(&self, request: Request<Body>, habits: Habits) -> Response {
        let (parts, body) = request.into_parts();
        let query = Query::of(&parts.uri);
        let call = Call {
            parts,
            query,
            habits,
        };
        self.dispatch(call, body)
            .await
            .unwrap_or_else(IntoResponse::into_response)
    }

    async fn dispatch(&self, mut call: Call, body: Body) -> Result<Response, Problem> {
        let origin = self.origin(&call.parts)?;
        let route = Route::of(call.parts.uri.path())?;
        if route == Route::Token {
            return self.token(&call, body).await;
        }
        let needs = route.needs(&call.parts.method, &call.query);
        let lacking = self.door.admit(&call.parts.headers, &needs, &origin)?;
        call.habits.mount_declined |= !lacking.is_empty();
        api::answer(self, route, call, body).await
    }

    /// Where the client thinks it is. A name that is not this machine's own came through
    /// somebody else's DNS (a page in a browser, say), and gets nothing.
    fn origin(&self, parts: &Parts) -> Result<String, Problem> {
        let host = parts.headers.get(header::HOST);
        let host = host
            .and_then(|host| host.to_str().ok()?.parse::<Host>().ok())
            .filter(Host::is_loopback)
            .ok_or_else(|| Problem::denied("this registry answers on this machine's own names"))?;
        Ok(format!("{}://{host}", self.scheme))
    }

    async fn token(&self, call: &Call, body: Body) -> Result<Response, Problem> {
        let form = match call.parts.method {
            Method::GET => None,
            Method::POST => {
                let bytes = axum::body::to_bytes(body, MAX_FORM)
                    .await
                    .map_err(|_| Problem::too_large("form", MAX_FORM as u64))?;
                Some(Query::parse(&bytes))
            }
            _ => return Err(Problem::unsupported("tokens are had by GET and POST")),
        };
        let answer = self
            .door
            .token(&call.parts.headers, &call.query, form.as_ref())?;
        Ok(api::json("application/json", &answer))
    }
}
