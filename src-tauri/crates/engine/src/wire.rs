//! The connection to an engine: one transport for a Unix socket, a named pipe, TCP, TLS and SSH.
//!
//! bollard is handed this as its transport, and what bollard drops (the raw stream of a push,
//! the upgraded connection of a build's session) goes over the same.

use crate::{
    address::{Address, Tls},
    error::{Error, ErrorKind, Result, answered, broken},
};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header::HOST};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use std::{path::Path, process::Stdio, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// Longest answer that is an error's words.
const WORDS: usize = 64 << 10;

/// A connection both ways.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The way to one engine. Each request has a connection of its own: on a socket that costs
/// nothing, and an engine that was restarted leaves no dead connection behind.
pub struct Wire {
    address: Address,
    tls: Option<Arc<ClientConfig>>,
}

impl Wire {
    /// The way to `address`. Reads the files of a TLS connection, and connects nowhere yet.
    ///
    /// # Errors
    /// Where a certificate or key cannot be read.
    pub fn new(address: Address) -> Result<Self> {
        let tls = match &address {
            Address::Tcp {
                tls: Some(files), ..
            } => Some(Arc::new(tls(files)?)),
            _ => None,
        };
        Ok(Self { address, tls })
    }

    /// Where it leads.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Sends one request and returns the answer's head, whatever its status.
    ///
    /// # Errors
    /// Where no connection can be made or kept.
    pub async fn send<B>(&self, request: Request<B>) -> Result<Response<Incoming>>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stream = self.connect().await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| broken(&error))?;
        tokio::spawn(async move {
            // What ends it is told by the request or its body; here nobody would hear it.
            let _ = connection.with_upgrades().await;
        });
        let (mut head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        head.uri = path
            .parse::<Uri>()
            .map_err(|error| Error::new(ErrorKind::BadInput, format!("{path}: {error}"), ""))?;
        head.headers
            .insert(HOST, HeaderValue::from_static("docker"));
        sender
            .send_request(Request::from_parts(head, body))
            .await
            .map_err(|error| broken(&error))
    }

    /// The same, and an answer other than 2xx or 101 is an error in the engine's words.
    ///
    /// # Errors
    /// Where no connection can be made or kept, or the engine refuses.
    pub async fn ask<B>(&self, request: Request<B>) -> Result<Response<Incoming>>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let response = self.send(request).await?;
        let status = response.status();
        if status.is_success() || status == http::StatusCode::SWITCHING_PROTOCOLS {
            return Ok(response);
        }
        let body = http_body_util::Limited::new(response.into_body(), WORDS);
        let words = body
            .collect()
            .await
            .map_or_else(|_| Bytes::new(), |b| b.to_bytes());
        Err(answered(status.as_u16(), &message(&words)))
    }

    async fn connect(&self) -> Result<Box<dyn Stream>> {
        match &self.address {
            #[cfg(unix)]
            Address::Unix(path) => Ok(Box::new(
                tokio::net::UnixStream::connect(path)
                    .await
                    .map_err(|error| self.at(&broken(&error)))?,
            )),
            #[cfg(windows)]
            Address::Pipe(name) => Ok(Box::new(
                tokio::net::windows::named_pipe::ClientOptions::new()
                    .open(name.replace('/', "\\"))
                    .map_err(|error| self.at(&broken(&error)))?,
            )),
            Address::Tcp { host, port, .. } => {
                let stream = TcpStream::connect((host.as_str(), *port))
                    .await
                    .map_err(|error| self.at(&broken(&error)))?;
                let _ = stream.set_nodelay(true);
                match &self.tls {
                    None => Ok(Box::new(stream)),
                    Some(config) => self.secured(host, stream, Arc::clone(config)).await,
                }
            }
            Address::Ssh {
                destination,
                port,
                socket,
            } => over_ssh(destination, *port, socket.as_deref()),
            #[allow(unreachable_patterns, reason = "which are left depends on the system")]
            other => Err(Error::new(
                ErrorKind::Unsupported,
                format!("{other} cannot be reached from this system"),
                "Choose an engine by tcp or ssh, or a socket of this system.",
            )),
        }
    }

    async fn secured(
        &self,
        host: &str,
        stream: TcpStream,
        config: Arc<ClientConfig>,
    ) -> Result<Box<dyn Stream>> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| Error::new(ErrorKind::BadInput, format!("{host}: {error}"), ""))?;
        let stream = tokio_rustls::TlsConnector::from(config)
            .connect(name, stream)
            .await
            .map_err(|error| {
                Error::new(
                    ErrorKind::Tls,
                    format!("no TLS with the engine at {}: {error}", self.address),
                    "Check ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH or the Docker context.",
                )
            })?;
        Ok(Box::new(stream))
    }

    /// The failure, with where it was.
    fn at(&self, error: &Error) -> Error {
        Error::new(
            error.kind().clone(),
            format!("{} ({})", error.message(), self.address),
            error.hint().unwrap_or_default(),
        )
    }
}

/// The words of an error's body: Docker's `{"message":…}`, else the text.
fn message(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Answer {
        #[serde(alias = "cause")]
        message: String,
    }
    serde_json::from_slice::<Answer>(body).map_or_else(
        |_| String::from_utf8_lossy(body).into_owned(),
        |answer| answer.message,
    )
}

/// As Docker's command does it: its own `dial-stdio` at the other end of `ssh`.
fn over_ssh(destination: &str, port: Option<u16>, socket: Option<&str>) -> Result<Box<dyn Stream>> {
    let mut command = tokio::process::Command::new("ssh");
    command.args(["-o", "ConnectTimeout=30", "-o", "BatchMode=yes", "-T"]);
    if let Some(port) = port {
        command.args(["-p", &port.to_string()]);
    }
    command.args(["--", destination, "docker"]);
    if let Some(socket) = socket {
        command.arg(format!("--host=unix://{socket}"));
    }
    command.args(["system", "dial-stdio"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let missing = |error: &std::io::Error| {
        Error::new(
            ErrorKind::Program,
            format!("ssh cannot be started: {error}"),
            "Install an OpenSSH client.",
        )
    };
    let mut child = command.spawn().map_err(|error| missing(&error))?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(missing(&std::io::Error::other("no pipes")));
    };
    Ok(Box::new(Piped {
        both: tokio::io::join(output, input),
        _child: child,
    }))
}

/// A program's two pipes; the program ends with them.
struct Piped {
    both: tokio::io::Join<tokio::process::ChildStdout, tokio::process::ChildStdin>,
    _child: tokio::process::Child,
}

impl AsyncRead for Piped {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.both).poll_read(context, buffer)
    }
}

impl AsyncWrite for Piped {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::pin::Pin::new(&mut self.both).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.both).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.both).poll_shutdown(context)
    }
}

fn tls(files: &Tls) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::Tls, error.to_string(), ""))?;
    let bad = |path: &Path, error: &dyn std::fmt::Display| {
        Error::new(
            ErrorKind::File,
            format!("{}: {error}", path.display()),
            "The engine's certificates are read from DOCKER_CERT_PATH or the Docker context.",
        )
    };
    let chain = |path: &Path| -> Result<Vec<CertificateDer<'static>>> {
        CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect)
            .map_err(|error| bad(path, &error))
    };
    let trusting = match (&files.ca, files.unverified) {
        (_, true) => {
            return Err(Error::new(
                ErrorKind::Tls,
                "this engine is set up with TLS that is not verified (skip-tls-verify)",
                "Hallmark speaks to engines whose certificate it can check: give the context its \
                 ca.pem, or reach the engine by ssh.",
            ));
        }
        (Some(ca), false) => {
            let mut roots = RootCertStore::empty();
            for certificate in chain(ca)? {
                roots.add(certificate).map_err(|error| bad(ca, &error))?;
            }
            builder.with_root_certificates(roots)
        }
        (None, false) => {
            let verifier = rustls_platform_verifier::Verifier::new(provider)
                .map_err(|error| Error::new(ErrorKind::Tls, error.to_string(), ""))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        }
    };
    match (&files.cert, &files.key) {
        (Some(cert), Some(key)) => {
            let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| bad(key, &error))?;
            trusting
                .with_client_auth_cert(chain(cert)?, secret)
                .map_err(|error| bad(cert, &error))
        }
        _ => Ok(trusting.with_no_client_auth()),
    }
}
