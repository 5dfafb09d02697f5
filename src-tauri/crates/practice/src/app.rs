//! One request from its arrival to its answer: noted, checked at the door, and passed to the
//! end point that its path means.

use crate::{
    Clock, Config, Limits,
    access::{Door, scheme},
    annexe::{Annexe, At},
    api,
    habits::Habits,
    limit::{Counter, Left},
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
use tokio::sync::watch;

#[cfg(feature = "faults")]
use crate::faults::Effect;

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
    pub(crate) presence: Presence,
    pub(crate) annexe: Option<Annexe>,
    habits: Habits,
    counter: Counter,
    clock: Clock,
    scheme: &'static str,
    #[cfg(feature = "faults")]
    pub(crate) persona: crate::persona::Persona,
    #[cfg(feature = "faults")]
    pub(crate) faults: crate::faults::Faults,
}

/// Whether connections are taken: what is wanted, and what is so.
#[derive(Debug)]
pub(crate) struct Presence {
    pub(crate) wanted: watch::Sender<bool>,
    pub(crate) is: watch::Sender<bool>,
}

impl Default for Presence {
    fn default() -> Self {
        Self {
            wanted: watch::Sender::new(true),
            is: watch::Sender::new(true),
        }
    }
}

#[cfg(feature = "faults")]
impl Presence {
    /// Takes connections, or refuses them, from now on.
    pub(crate) async fn stay(&self, here: bool) {
        self.wanted
            .send_if_modified(|wanted| std::mem::replace(wanted, here) != here);
        // The sender lives as long as the registry, so this only ends by the condition.
        let _ = self.is.subscribe().wait_for(|is| *is == here).await;
    }
}

/// The connection is to be closed without an answer.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("closed without an answer")]
pub(crate) struct Unanswered;

/// What an end point is given, beside the body.
pub(crate) struct Call {
    pub(crate) parts: Parts,
    pub(crate) query: Query,
    /// The registry's, or what a fault made of them.
    pub(crate) habits: Habits,
    pub(crate) at: At,
}

impl App {
    pub(crate) fn new(config: &Config, store: Store, annexe: Option<Annexe>) -> Self {
        Self {
            store: Arc::new(store),
            uploads: Uploads::default(),
            door: Door::new(config, annexe.as_ref()),
            seen: Log::default(),
            referrers: config.referrers,
            delete: config.delete,
            limits: config.limits,
            presence: Presence::default(),
            annexe,
            habits: config.habits.clone(),
            counter: Counter::default(),
            clock: config.clock.clone(),
            scheme: config.scheme(),
            #[cfg(feature = "faults")]
            persona: config.persona,
            #[cfg(feature = "faults")]
            faults: crate::faults::Faults::default(),
        }
    }

    /// Answers one request.
    pub(crate) async fn answer(
        self: Arc<Self>,
        request: Request<Body>,
        at: At,
    ) -> Result<Response, Unanswered> {
        let uri = request.uri();
        let number = self.seen.arrived(Seen {
            method: request.method().to_string(),
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            authorization_scheme: scheme(request.headers()),
            apart: at == At::Annexe,
            status: 0,
        });
        let mut response = self.strike(request, at).await?;
        response.headers_mut().insert(
            "docker-distribution-api-version",
            HeaderValue::from_static("registry/2.0"),
        );
        self.seen.answered(number, response.status().as_u16());
        Ok(response)
    }

    #[cfg(not(feature = "faults"))]
    async fn strike(&self, request: Request<Body>, at: At) -> Result<Response, Unanswered> {
        Ok(self.carry_out(request, at, self.habits.clone()).await)
    }

    #[cfg(feature = "faults")]
    async fn strike(&self, request: Request<Body>, at: At) -> Result<Response, Unanswered> {
        let target = request.uri().path_and_query().map_or("", |p| p.as_str());
        if !*self.presence.is.borrow() {
            return Err(Unanswered);
        }
        let effects = self.faults.striking(request.method().as_str(), target);
        let leaves = effects.iter().any(|effect| matches!(effect, Effect::Leave));
        if let Some(answer) = crate::strike::before(&effects).await {
            return answer;
        }
        let habits = crate::strike::habits(&effects, self.habits.clone());
        let response = self.carry_out(request, at, habits).await;
        if leaves {
            self.presence.stay(false).await;
        }
        crate::strike::after(effects, response).await
    }

    async fn carry_out(&self, request: Request<Body>, at: At, habits: Habits) -> Response {
        let (parts, body) = request.into_parts();
        let query = Query::of(&parts.uri);
        let call = Call {
            parts,
            query,
            habits,
            at,
        };
        let (drip, is_get) = (call.habits.drip, call.parts.method == Method::GET);
        let answer = match at {
            At::Home => self.at_home(call, body).await,
            At::Annexe => self.at_annexe(call, body).await,
        };
        let response = answer.unwrap_or_else(IntoResponse::into_response);
        match drip.filter(|_| is_get) {
            Some(drip) => crate::drip::slowly(response, drip),
            None => response,
        }
    }

    async fn at_home(&self, mut call: Call, body: Body) -> Result<Response, Problem> {
        let origin = self.origin(&call.parts)?;
        #[cfg(feature = "faults")]
        if api::products::serves(self.persona, &call) {
            return api::products::answer(self, &call, body).await;
        }
        if call.parts.uri.path() == call.habits.token_path && !call.habits.tokens_apart {
            return self.token(&call, body).await;
        }
        let route = Route::of(call.parts.uri.path())?;
        let needs = route.needs(&call.parts.method, &call.query);
        let lacking = self.door.admit(&call.parts.headers, &needs, &origin)?;
        call.habits.mounts &= lacking.is_empty();
        if call.habits.library_names
            && route
                .repository()
                .is_some_and(|name| !name.as_str().contains('/'))
        {
            return Err(self.door.insufficient(&needs, &origin));
        }
        let left = match self.count(&call, &route) {
            Ok(left) => left,
            Err(refused) => return Ok(refused),
        };
        let answer = api::answer(self, route, call, body).await;
        let mut response = answer.unwrap_or_else(IntoResponse::into_response);
        if let Some(left) = left {
            left.tell(&mut response);
        }
        Ok(response)
    }

    /// What is left of a rate limit, if there is one; the refusal where nothing is.
    #[allow(clippy::result_large_err)]
    fn count(&self, call: &Call, route: &Route) -> Result<Option<Left>, Response> {
        let Some(limit) = call.habits.rate_limit else {
            return Ok(None);
        };
        let taken = self
            .counter
            .take(limit, &self.clock, &call.parts.method, route);
        taken.map_err(|(problem, left)| {
            let mut response = problem.into_response();
            left.tell(&mut response);
            response
        })
    }

    /// Tokens, and what a signature opens; a login beside the signature is refused, as storage
    /// services do.
    async fn at_annexe(&self, call: Call, body: Body) -> Result<Response, Problem> {
        self.origin(&call.parts)?;
        #[cfg(feature = "faults")]
        if api::products::serves(self.persona, &call) {
            return api::products::answer(self, &call, body).await;
        }
        if call.parts.uri.path() == call.habits.token_path && call.habits.tokens_apart {
            return self.token(&call, body).await;
        }
        let signed = |annexe: &Annexe| annexe.is_signed(&call.query);
        if !self.annexe.as_ref().is_some_and(signed) {
            return Err(Problem::denied("the signature is missing or wrong"));
        }
        if call.parts.headers.contains_key(header::AUTHORIZATION) {
            return Err(Problem::too_many_logins());
        }
        let route = Route::of(call.parts.uri.path())?;
        match route {
            Route::Blob(..) | Route::Upload(..) => api::answer(self, route, call, body).await,
            _ => Err(Problem::not_found()),
        }
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
