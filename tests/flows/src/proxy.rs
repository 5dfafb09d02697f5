//! A reverse proxy in front of one registry, in the test's own process, as a load balancer would
//! stand there: it passes the `Host` through, streams both ways, and keeps its connections. It
//! writes down what it was asked, and can make each request take longer, as a far network would.
//! Whose credentials may come is its rule; who breaks it, fails the test.

use crate::{
    asked::{Asked, Asks, Welcome},
    detour::Detour,
    tokens::{self, Tokens},
};

use http_body_util::{Either, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use std::{
    convert::Infallible,
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::runtime::{Builder, Runtime};

/// Threads that carry; more than there are cores would only be in each other's way.
const THREADS: usize = 2;

type Body = Either<Incoming, Full<Bytes>>;

/// Where a proxy is to listen: its address is known before what stands behind it.
#[derive(Debug)]
pub struct Door(TcpListener);

/// A proxy that runs.
#[derive(Debug)]
pub struct Proxy {
    /// `127.0.0.1:port`.
    pub host: String,
    way: Arc<Way>,
    welcome: Welcome,
    runtime: Option<Runtime>,
}

/// What one request needs on its way.
#[derive(Debug)]
struct Way {
    behind: String,
    tokens: Option<Tokens>,
    detour: RwLock<Option<Detour>>,
    delay: AtomicU64,
    asks: Asks,
    client: Client<HttpConnector, Incoming>,
}

impl Door {
    /// Any free port of loopback.
    pub fn open() -> Self {
        Self(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap())
    }

    /// `127.0.0.1:port`.
    pub fn host(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }
}

impl Proxy {
    /// Carries what comes to `door` to the registry at `behind`. Requests for tokens it answers
    /// itself, where it has `tokens`.
    pub fn start(door: Door, behind: &str, welcome: Welcome, tokens: Option<Tokens>) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .enable_all()
            .build()
            .unwrap();
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let way = Arc::new(Way {
            behind: behind.to_owned(),
            tokens,
            detour: RwLock::default(),
            delay: AtomicU64::new(0),
            asks: Asks::default(),
            client: Client::builder(TokioExecutor::new()).build(connector),
        });
        let host = door.host();
        runtime.spawn(listen(door.0, way.clone()));
        Self {
            host,
            way,
            welcome,
            runtime: Some(runtime),
        }
    }

    /// From now on each request takes so much longer, as if it came from far away.
    pub fn delay(&self, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).unwrap();
        self.way.delay.store(micros, Ordering::Relaxed);
    }

    /// Who hands out tokens here, if anybody.
    pub fn tokens(&self) -> Option<&Tokens> {
        self.way.tokens.as_ref()
    }

    /// From now on it takes a detour.
    pub fn take(&self, detour: Detour) {
        *self.way.detour.write().unwrap() = Some(detour);
    }

    /// What was asked of the registry since it was last told to forget.
    pub fn asked(&self) -> Vec<Asked> {
        self.way.asks.told()
    }

    /// How often each kind of request came, and how many came in all.
    pub fn tally(&self) -> String {
        self.way.asks.tally()
    }

    /// Begins [`asked`](Self::asked) anew.
    pub fn forget(&self) {
        self.way.asks.forget();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        if !thread::panicking() {
            let strangers = self.way.asks.strangers(&self.welcome);
            assert!(
                strangers.is_empty(),
                "credentials came to {}, whom it is no business of: {strangers:#?}",
                self.host
            );
        }
    }
}

async fn listen(listener: TcpListener, way: Arc<Way>) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let way = way.clone();
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let service = service_fn(|request| carry(way.clone(), request));
            let served = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            // Whoever was cut off notices it at the other end.
            let _ = served.await;
        });
    }
}

async fn carry(way: Arc<Way>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let number = way.asks.arrived(&request);
    let delay = Duration::from_micros(way.delay.load(Ordering::Relaxed));
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let response = match &way.tokens {
        Some(tokens) if request.uri().path() == tokens::PATH => tokens
            .answer(&request)
            .map(|body| Either::Right(Full::from(body))),
        _ => pass(&way, request).await,
    };
    way.asks.answered(number, response.status());
    Ok(response)
}

async fn pass(way: &Way, mut request: Request<Incoming>) -> Response<Body> {
    let detour = way.detour.read().unwrap().clone().unwrap_or_default();
    if let Some(elsewhere) = detour.instead_of(&request) {
        return elsewhere.map(|()| Either::Right(Full::default()));
    }
    detour.lend(&mut request);
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    *request.uri_mut() = format!("http://{}{path}", way.behind).parse().unwrap();
    match way.client.request(request).await {
        Ok(response) => detour.turn(response).map(Either::Left),
        Err(error) => unanswered(&error),
    }
}

fn unanswered(error: &dyn std::error::Error) -> Response<Body> {
    let why = format!("the registry behind does not answer: {error}");
    let mut response = Response::new(Either::Right(Full::from(why)));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{distribution::Distribution, multi, surgeon::Surgeon};
    use std::{fs, panic};

    fn folder(name: &str, within: &tempfile::TempDir) -> std::path::PathBuf {
        let folder = within.path().join(name);
        fs::create_dir(&folder).unwrap();
        folder
    }

    #[test]
    fn what_is_asked_of_a_registry_is_counted_by_kind() {
        let within = tempfile::tempdir().unwrap();
        let registry = Distribution::open(&folder("open", &within));
        let surgeon = Surgeon::anonymous(&registry.host);
        let place = format!("{}/team/api", registry.host);
        surgeon.stock(&place, "1", &multi::multi(1, 1000));
        let tally = registry.front().tally();
        // Each blob is looked for, begun and sent; each manifest is put.
        let all = "24 HEAD blob\n5 PUT manifest\n24 POST upload\n24 PUT upload\n77 in all";
        assert_eq!(tally, all);
        let asked = registry.front().asked();
        let kept = |one: &Asked| one.host == registry.host && one.status != 0;
        assert!(asked.iter().all(kept), "{asked:#?}");
        registry.front().forget();
        surgeon.names(&place, "1").unwrap();
        assert_eq!(registry.front().tally(), "1 HEAD manifest\n1 in all");
    }

    #[test]
    fn passwords_and_real_tokens_come_where_they_are_welcome() {
        let within = tempfile::tempdir().unwrap();
        let users = [("ines", "a password")];
        let guarded = Distribution::with_passwords(&folder("passwords", &within), &users);
        let signed = Distribution::with_tokens(&folder("tokens", &within), &users);
        for registry in [&guarded, &signed] {
            let place = format!("{}/team/api", registry.host);
            let ines = Surgeon::login(&registry.host, "ines", "a password", None);
            ines.stock(&place, "1", &multi::multi(1, 1000));
            assert!(ines.names(&place, "1").is_some());
        }
        let schemes = |registry: &Distribution, kind: &str| {
            let asked = registry.front().asked().into_iter();
            let mut schemes: Vec<String> = asked
                .filter(|one| one.kind() == kind)
                .filter_map(|one| Some(one.credential?.scheme))
                .collect();
            schemes.dedup();
            schemes
        };
        assert_eq!(schemes(&guarded, "upload"), ["Basic"]);
        assert_eq!(schemes(&signed, "upload"), ["Bearer"]);
        assert_eq!(schemes(&signed, "token"), ["Basic"]);
    }

    #[test]
    fn a_login_that_comes_where_it_has_no_business_fails_the_test() {
        let within = tempfile::tempdir().unwrap();
        let users = [("ines", "a password")];
        let guarded = Distribution::with_passwords(&folder("passwords", &within), &users);
        let other = Proxy::start(Door::open(), &guarded.bare, Welcome::Nobody, None);
        let ines = Surgeon::login(&other.host, "ines", "a password", None);
        ines.stock(&format!("{}/a", other.host), "1", &multi::multi(1, 10));
        let dropped = panic::catch_unwind(panic::AssertUnwindSafe(|| drop(other)));
        let said = *dropped.unwrap_err().downcast::<String>().unwrap();
        assert!(said.contains("no business"), "{said}");
        assert!(!said.contains("a password"), "{said}");
    }
}
