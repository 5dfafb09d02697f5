//! The session of a build: what BuildKit asks back while it builds. It asks for the secrets that a
//! step mounts and for the logins that a base image needs, and for nothing else: only these are
//! offered.

use super::Secret;
use crate::{
    engine::Engine,
    error::{Error, ErrorKind, Result, broken},
    login::EngineLogin,
};
use bollard_buildkit_proto::{
    health::{
        HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse,
        health_check_response::ServingStatus,
        health_server::{Health, HealthServer},
    },
    moby::{
        buildkit::secrets::v1::{
            GetSecretRequest, GetSecretResponse,
            secrets_server::{Secrets, SecretsServer},
        },
        filesync::v1::{
            CredentialsRequest, CredentialsResponse, FetchTokenRequest, FetchTokenResponse,
            GetTokenAuthorityRequest, GetTokenAuthorityResponse, VerifyTokenAuthorityRequest,
            VerifyTokenAuthorityResponse,
            auth_server::{Auth, AuthServer},
        },
    },
};
use bytes::Bytes;
use http_body_util::Empty;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tonic::{Request, Response, Status, service::Routes};

/// What is offered, as BuildKit looks it up.
const OFFERED: [&str; 3] = [
    "/moby.filesync.v1.Auth/Credentials",
    "/moby.buildkit.secrets.v1.Secrets/GetSecret",
    "/grpc.health.v1.Health/Check",
];
/// The longest secret that BuildKit takes.
pub(crate) const LONGEST_SECRET: usize = 500 * 1024;

/// A session; it ends when this is dropped.
pub(super) struct Session {
    serving: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Session {
    /// Opens the session `id` at the engine, and answers it from then on.
    pub(super) async fn open(
        engine: &Engine,
        id: &str,
        logins: Vec<EngineLogin>,
        secrets: Vec<Secret>,
    ) -> Result<Self> {
        let mut request = http::Request::post(engine.path("/session"))
            .header("connection", "Upgrade")
            .header("upgrade", "h2c")
            .header("x-docker-expose-session-uuid", id)
            .header("x-docker-expose-session-name", "hallmark")
            .header("x-docker-expose-session-sharedkey", "");
        for method in OFFERED {
            request = request.header("x-docker-expose-session-grpc-method", method);
        }
        let request = request
            .body(Empty::<Bytes>::new())
            .map_err(|error| Error::new(ErrorKind::BadInput, error.to_string(), ""))?;
        let answer = engine.wire().ask(request).await?;
        if answer.status() != http::StatusCode::SWITCHING_PROTOCOLS {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the engine opens no session for a build with BuildKit",
                "Update the engine, or build with the classic builder.",
            ));
        }
        let upgraded = hyper::upgrade::on(answer)
            .await
            .map_err(|error| broken(&error))?;
        let answers = Arc::new(Answers { logins, secrets });
        let routes = Routes::new(HealthServer::new(Healthy))
            .add_service(AuthServer::from_arc(Arc::clone(&answers)))
            .add_service(SecretsServer::from_arc(answers));
        // What is read is the upgraded connection itself: it is hyper's already.
        let io = TokioIo::new(TokioIo::new(upgraded));
        let serving = tokio::spawn(async move {
            let service = TowerToHyperService::new(routes.prepare());
            let serving = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .serve_connection(io, service);
            // It ends with the build; what went wrong is told there.
            let _ = serving.await;
        });
        Ok(Self { serving })
    }
}

/// What is answered from.
struct Answers {
    logins: Vec<EngineLogin>,
    secrets: Vec<Secret>,
}

#[tonic::async_trait]
impl Secrets for Answers {
    async fn get_secret(
        &self,
        request: Request<GetSecretRequest>,
    ) -> Result<Response<GetSecretResponse>, Status> {
        let id = &request.get_ref().id;
        let found = self.secrets.iter().find(|secret| secret.id == *id);
        // BuildKit tells "not found" from "refused": an optional secret may be missing.
        let found = found.ok_or_else(|| Status::not_found(format!("secret {id} not found")))?;
        Ok(Response::new(GetSecretResponse {
            data: found.bytes.to_vec(),
        }))
    }
}

#[tonic::async_trait]
impl Auth for Answers {
    async fn credentials(
        &self,
        request: Request<CredentialsRequest>,
    ) -> Result<Response<CredentialsResponse>, Status> {
        let host = &request.get_ref().host;
        let found = self.logins.iter().find(|login| login.is_for(host));
        let answer = found.map_or_else(CredentialsResponse::default, |login| {
            let (username, secret) = login.credentials();
            CredentialsResponse { username, secret }
        });
        Ok(Response::new(answer))
    }

    async fn fetch_token(
        &self,
        _: Request<FetchTokenRequest>,
    ) -> Result<Response<FetchTokenResponse>, Status> {
        Err(not_offered())
    }

    async fn get_token_authority(
        &self,
        _: Request<GetTokenAuthorityRequest>,
    ) -> Result<Response<GetTokenAuthorityResponse>, Status> {
        Err(not_offered())
    }

    async fn verify_token_authority(
        &self,
        _: Request<VerifyTokenAuthorityRequest>,
    ) -> Result<Response<VerifyTokenAuthorityResponse>, Status> {
        Err(not_offered())
    }
}

/// BuildKit fetches tokens itself then, with the credentials.
fn not_offered() -> Status {
    Status::unimplemented("not offered")
}

/// BuildKit asks every few seconds whether anybody is still there.
struct Healthy;

#[tonic::async_trait]
impl Health for Healthy {
    type WatchStream = futures::stream::Empty<Result<HealthCheckResponse, Status>>;

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(not_offered())
    }

    async fn check(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse {
            status: ServingStatus::Serving.into(),
        }))
    }

    async fn list(
        &self,
        _: Request<HealthListRequest>,
    ) -> Result<Response<HealthListResponse>, Status> {
        Err(not_offered())
    }
}
