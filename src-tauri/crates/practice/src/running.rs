//! Starting and stopping a practice registry, and what can be asked of one that runs.

use crate::{
    Config, Seen, Tls,
    annexe::{Annexe, At},
    app::{App, Unanswered},
    store::Store,
};
use axum::{body::Body, response::Response};
use hallmark_image::Host;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// A practice registry, not yet running.
#[derive(Debug)]
pub struct Registry;

/// Why a practice registry did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or the system allows no listening.
    #[error(
        "the practice registry cannot listen on 127.0.0.1:{port}: {source}; stop what uses that port, or choose another"
    )]
    Listen {
        /// The port asked for; 0 for any.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The folder cannot be made, read or written.
    #[error("the practice registry cannot use {}: {source}", path.display())]
    Folder {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has the folder.
    #[error("the practice registry in {} already runs; stop it first", .0.display())]
    InUse(PathBuf),
    /// A file in the folder is not what this registry wrote.
    #[error("{} is damaged: {reason}; remove the practice workspace and make it anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The certificate or its key cannot be used.
    #[error(
        "the practice registry cannot speak TLS: {0}; give a certificate chain and its private key as PEM"
    )]
    Tls(String),
}

/// A registry that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    pub(crate) app: Arc<App>,
    host: Host,
    listening: Vec<JoinHandle<()>>,
    /// Ends the listening when it is dropped.
    end: Option<watch::Sender<()>>,
}

impl Registry {
    /// Starts a registry on 127.0.0.1.
    ///
    /// # Errors
    /// [`StartError`] where it cannot listen, use its folder, or speak TLS.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        let tls = config.tls.as_ref().map(acceptor).transpose()?;
        let (listener, host) = bind(config.port.unwrap_or(0)).await?;
        let annexe = match config.habits.has_annexe() {
            true => Some(bind(0).await?),
            false => None,
        };
        let origin = annexe
            .as_ref()
            .map(|(_, host)| Annexe::new(format!("{}://{host}", config.scheme())));
        let app = Arc::new(App::new(&config, Store::open(&config.storage)?, origin));
        let (end, ended) = watch::channel(());
        let annexe = annexe.map(|(listener, _)| (listener, At::Annexe));
        let listening = std::iter::once((listener, At::Home))
            .chain(annexe)
            .map(|(listener, at)| {
                let (tls, app) = (tls.clone(), Arc::clone(&app));
                tokio::spawn(listen(listener, tls, app, at, ended.clone()))
            })
            .collect();
        Ok(Running {
            app,
            host,
            listening,
            end: Some(end),
        })
    }
}

impl Running {
    /// Where it listens: `127.0.0.1:<port>`.
    pub fn host(&self) -> Host {
        self.host.clone()
    }

    /// The other origin of a registry that has one, for tokens or blobs: `http://127.0.0.1:<port>`.
    pub fn annexe(&self) -> Option<&str> {
        self.app.annexe.as_ref().map(Annexe::origin)
    }

    /// The requests it has seen, in the order of their arrival; the last 10 000 of them.
    pub fn requests(&self) -> Vec<Seen> {
        self.app.seen.all()
    }

    /// Begins [`requests`](Self::requests) anew.
    pub fn forget_requests(&self) {
        self.app.seen.forget();
    }

    /// Stops listening and ends every connection. The port and the folder are free afterwards,
    /// once the last change under way is on disk.
    pub async fn stop(mut self) {
        drop(self.end.take());
        // It was asked to end; how it ended says nothing more.
        for listening in &mut self.listening {
            let _ = listening.await;
        }
    }
}

async fn bind(port: u16) -> Result<(TcpListener, Host), StartError> {
    let refused = |source| StartError::Listen { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let host = address
        .to_string()
        .parse()
        .map_err(|error| refused(io::Error::other(error)))?;
    Ok((listener, host))
}

/// Takes connections until the end, which is theirs as well, being in its set. Where it is to
/// be away for a while, the port is closed meanwhile.
async fn listen(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: Arc<App>,
    at: At,
    mut end: watch::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    let mut wanted = app.presence.wanted.subscribe();
    let address = listener.local_addr();
    let mut listener = Some(listener);
    loop {
        tokio::select! {
            // Nothing is ever sent: it changes by being dropped.
            _ = end.changed() => return connections.shutdown().await,
            Ok(()) = wanted.changed(), if at == At::Home => {
                let here = *wanted.borrow_and_update();
                listener = match &address {
                    Ok(address) if here => TcpListener::bind(address).await.ok(),
                    _ => None,
                };
                app.presence.is.send_replace(listener.is_some());
            }
            accepted = accept(listener.as_ref()) => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connect(stream, tls.clone(), Arc::clone(&app), at));
                }
                Err(error) => {
                    tracing::warn!(%error, "the practice registry could not take a connection");
                    tokio::task::yield_now().await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

async fn connect(stream: TcpStream, tls: Option<TlsAcceptor>, app: Arc<App>, at: At) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no delay could not be set");
    }
    match tls {
        None => serve(stream, app, at).await,
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => serve(stream, app, at).await,
            Err(error) => tracing::debug!(%error, "a client did not agree on TLS"),
        },
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, app: Arc<App>, at: At) {
    let service =
        service_fn(|request: http::Request<Incoming>| answer(Arc::clone(&app), at, request));
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn answer(
    app: Arc<App>,
    at: At,
    request: http::Request<Incoming>,
) -> Result<Response, Unanswered> {
    app.answer(request.map(Body::new), at).await
}

fn acceptor(tls: &Tls) -> Result<TlsAcceptor, StartError> {
    let wrong = |error: &dyn std::fmt::Display| StartError::Tls(error.to_string());
    let chain = CertificateDer::pem_slice_iter(tls.cert_pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| wrong(&error))?;
    let key =
        PrivateKeyDer::from_pem_slice(tls.key_pem.as_bytes()).map_err(|error| wrong(&error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| wrong(&error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(feature = "faults")]
pub use misbehaving::Snapshot;

#[cfg(feature = "faults")]
mod misbehaving {
    use super::Running;
    use crate::{
        faults::Fault,
        store::{Kept, Shelf, Shelves},
    };
    use bytes::Bytes;
    use hallmark_image::{Descriptor, Digest, Manifest, RepositoryName, Tag};

    /// What a registry held at a moment.
    #[derive(Clone, Debug)]
    pub struct Snapshot(Shelves);

    /// For tests.
    impl Running {
        /// What it holds now.
        pub fn snapshot(&self) -> Snapshot {
            Snapshot(self.app.store.shelves())
        }

        /// Holds again what it held then. For a registry in memory: a folder is not changed.
        pub fn restore(&self, snapshot: &Snapshot) {
            self.app.store.replace(snapshot.0.clone());
        }

        /// Takes connections again, on the same port.
        pub async fn come_back(&self) {
            self.app.presence.stay(true).await;
        }

        /// Sets a fault, after those already set.
        pub fn inject(&self, fault: Fault) {
            self.app.faults.add(fault);
        }

        /// Takes every fault away.
        pub fn behave(&self) {
            self.app.faults.clear();
        }

        /// Ends every access token handed out; identity tokens stay.
        pub fn expire_tokens(&self) {
            self.app.door.expire_tokens();
        }

        /// An identity token of that user, for the OAuth2 refresh.
        pub fn identity_token(&self, user: &str) -> String {
            self.app.door.identity_token(user)
        }

        /// Puts bytes on the shelf as a manifest of `media_type`, whatever they are.
        ///
        /// # Errors
        /// The storage failed.
        pub async fn plant_manifest(
            &self,
            repository: &RepositoryName,
            tag: Option<Tag>,
            media_type: &str,
            bytes: impl Into<Bytes>,
        ) -> std::io::Result<Digest> {
            let bytes = bytes.into();
            let mut kept = Manifest::parse(bytes.clone(), None).map_or_else(
                |_| Kept::bare(Descriptor::of(media_type, &bytes)),
                |manifest| Kept::of(&manifest),
            );
            media_type.clone_into(&mut kept.descriptor.media_type);
            let digest = kept.descriptor.digest.clone();
            let tags = tag.into_iter().collect();
            let store = &self.app.store;
            store.keep_manifest(repository, kept, bytes, tags).await?;
            Ok(digest)
        }

        /// Points any number of tags at a manifest that is there, in one step.
        ///
        /// # Errors
        /// The storage failed.
        pub async fn plant_tags(
            &self,
            repository: &RepositoryName,
            digest: &Digest,
            tags: Vec<Tag>,
        ) -> std::io::Result<()> {
            let digest = digest.clone();
            let change = move |shelf: &mut Shelf| {
                let named = tags.into_iter().map(|tag| (tag, digest.clone()));
                shelf.tags.extend(named);
            };
            self.app.store.change(repository.clone(), change).await
        }

        /// Puts bytes on the shelf as a blob under `digest`, whether it is theirs or not.
        ///
        /// # Errors
        /// The storage failed.
        pub async fn plant_blob(
            &self,
            repository: &RepositoryName,
            digest: &Digest,
            bytes: impl Into<Bytes>,
        ) -> std::io::Result<()> {
            let blobs = vec![(digest.clone(), bytes.into())];
            self.app.store.keep_blobs(repository, blobs).await
        }
    }
}
