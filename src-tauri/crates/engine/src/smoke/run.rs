//! Runs the container of a smoke test, and takes it away whatever happens.

use super::{Case, LABEL, Outcome, Spec, Verdict, checks};
use crate::{
    engine::Engine,
    error::{Error, ErrorKind, Result},
    images::ImageDetail,
};
use bollard::{
    container::LogOutput,
    models::{ContainerCreateBody, HostConfig, NetworkCreateRequest, PortBinding},
    query_parameters::{
        CreateContainerOptionsBuilder, ListNetworksOptionsBuilder, LogsOptionsBuilder,
        RemoveContainerOptionsBuilder, StartContainerOptions,
    },
};
use futures::StreamExt as _;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// What is kept of the output, each of its beginning and its end.
const KEPT: usize = 64 << 10;
/// Between two looks at a container.
const LOOK: Duration = Duration::from_millis(100);
/// Between two looks at what it wrote: the engine has to add it up.
const WEIGH: Duration = Duration::from_secs(2);

/// How long the last weighing may take, once the container has ended.
const LAST_WEIGH: Duration = Duration::from_secs(5);

/// Weighs what a container wrote, beside everything else: an engine may take minutes for it, and
/// the limits hold meanwhile.
#[derive(Default)]
struct Scales {
    weighing: Option<tokio::task::JoinHandle<Option<u64>>>,
    last: Option<Instant>,
    wrote: Option<u64>,
}

impl Scales {
    async fn look(&mut self, engine: &Engine, id: &str, running: bool) -> Option<u64> {
        if !running && let Some(before_the_end) = self.weighing.take() {
            before_the_end.abort();
        }
        let due = self.last.is_none_or(|last| last.elapsed() >= WEIGH);
        if self.weighing.is_none() && (due || !running) {
            let (engine, id) = (engine.clone(), id.to_owned());
            let weigh = async move { engine.written(&id).await.ok().flatten() };
            self.weighing = Some(tokio::spawn(weigh));
        }
        if let Some(weighing) = &mut self.weighing {
            let most = if running { Duration::ZERO } else { LAST_WEIGH };
            if let Ok(found) = tokio::time::timeout(most, weighing).await {
                self.wrote = found.ok().flatten().or(self.wrote);
                self.weighing = None;
                self.last = Some(Instant::now());
            }
        }
        self.wrote
    }
}

impl Drop for Scales {
    fn drop(&mut self) {
        if let Some(weighing) = self.weighing.take() {
            weighing.abort();
        }
    }
}

/// What is known of a container that runs, or ran.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) running: bool,
    pub(super) exit_code: Option<i64>,
    pub(super) out_of_memory: bool,
    pub(super) health: Option<String>,
    pub(super) health_output: String,
    pub(super) ports: HashMap<u16, u16>,
    pub(super) wrote: Option<u64>,
}

/// What a smoke test made at the engine, until it is taken away.
struct Made {
    engine: Engine,
    container: Option<String>,
    network: Option<String>,
}

impl Made {
    async fn take_away(mut self) {
        let (container, network) = (self.container.take(), self.network.take());
        remove(&self.engine, container, network).await;
    }
}

impl Drop for Made {
    /// Where the test was stopped: what it made is taken away all the same.
    fn drop(&mut self) {
        let (container, network) = (self.container.take(), self.network.take());
        if container.is_none() && network.is_none() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let engine = self.engine.clone();
            runtime.spawn(async move { remove(&engine, container, network).await });
        }
    }
}

async fn remove(engine: &Engine, container: Option<String>, network: Option<String>) {
    if let Some(id) = container {
        let options = RemoveContainerOptionsBuilder::new()
            .force(true)
            .v(true)
            .build();
        // Gone already is as good; what stays is found by its label at the next test.
        if let Err(error) = engine.docker().remove_container(&id, Some(options)).await {
            tracing::debug!(%error, id, "the container of a smoke test stays");
        }
    }
    if let Some(id) = network
        && let Err(error) = engine.docker().remove_network(&id).await
    {
        tracing::debug!(%error, id, "the network of a smoke test stays");
    }
}

impl Engine {
    /// Runs a local image under a specification. `id` names the run: everything that it makes at
    /// the engine carries it. Dropping the future takes everything away.
    ///
    /// # Errors
    /// Where the engine has no such image, or does not run it at all. A check that is not met is
    /// no error but in the outcome.
    pub async fn smoke(
        &self,
        image: &str,
        spec: &Spec,
        id: &str,
        mut watch: impl FnMut(&Case),
    ) -> Result<Outcome> {
        let detail = self.image(image).await?;
        let mut outcome = Outcome::default();
        for case in checks::of_image(spec, &detail) {
            watch(&case);
            outcome.cases.push(case);
        }
        let mut made = Made {
            engine: self.clone(),
            container: None,
            network: None,
        };
        let ran = self
            .run_smoke(&mut made, &detail, spec, id, &mut outcome, &mut watch)
            .await;
        made.take_away().await;
        ran.map(|()| outcome)
    }

    async fn run_smoke(
        &self,
        made: &mut Made,
        image: &ImageDetail,
        spec: &Spec,
        id: &str,
        outcome: &mut Outcome,
        watch: &mut impl FnMut(&Case),
    ) -> Result<()> {
        if spec.files.is_empty() && !spec.runs() {
            return Ok(());
        }
        if !spec.http.is_empty() {
            made.network = Some(self.smoke_network(id).await?);
        }
        let body = container(image, spec, id, made.network.as_deref());
        let name = format!("hallmark-smoke-{id}");
        let options = CreateContainerOptionsBuilder::new().name(&name).build();
        let created = self.docker().create_container(Some(options), body).await?;
        made.container = Some(created.id.clone());
        for file in &spec.files {
            let case = self.file_check(&created.id, file).await?;
            watch(&case);
            outcome.cases.push(case);
        }
        if !spec.runs() {
            return Ok(());
        }
        let began = Instant::now();
        let started = self
            .docker()
            .start_container(&created.id, None::<StartContainerOptions>)
            .await;
        if let Err(error) = started {
            // An image whose command is not there fails its checks; it is no failure of the engine.
            let error = Error::from(error);
            if *error.kind() == ErrorKind::Lost {
                return Err(error);
            }
            for case in checks::not_started(spec, error.message()) {
                watch(&case);
                outcome.cases.push(case);
            }
            return Ok(());
        }
        let seen = self
            .watch_over(&created.id, spec, began, outcome, watch)
            .await?;
        outcome.output = self.output(&created.id).await?;
        outcome.exit_code = seen.exit_code;
        for case in checks::after(spec, &seen, &outcome.output, began.elapsed()) {
            watch(&case);
            outcome.cases.push(case);
        }
        Ok(())
    }

    /// Looks at the container until it ended, or served as it should, or went over a limit.
    async fn watch_over(
        &self,
        id: &str,
        spec: &Spec,
        began: Instant,
        outcome: &mut Outcome,
        watch: &mut impl FnMut(&Case),
    ) -> Result<Seen> {
        let most = Duration::from_secs(spec.limits.seconds);
        let mut serving = checks::Serving::new(spec);
        let mut scales = Scales::default();
        loop {
            let mut seen = self.look(id).await?;
            seen.wrote = scales.look(self, id, seen.running).await;
            serving.look(&seen, began.elapsed()).await;
            let over = checks::over(spec, &seen, began.elapsed());
            let done = !seen.running || over.is_some() || (spec.serves() && serving.is_done());
            if done {
                if seen.running {
                    // It has done what it was asked, or more than it may.
                    let _ = self
                        .docker()
                        .kill_container(id, None::<bollard::query_parameters::KillContainerOptions>)
                        .await;
                }
                for case in serving.finish(&seen, began.elapsed(), over.as_deref()) {
                    watch(&case);
                    outcome.cases.push(case);
                }
                seen.exit_code = seen.exit_code.filter(|_| over.is_none());
                if let Some(over) = over {
                    seen.health_output = over;
                }
                return Ok(seen);
            }
            let left = most.saturating_sub(began.elapsed());
            tokio::time::sleep(LOOK.min(left)).await;
        }
    }

    async fn look(&self, id: &str) -> Result<Seen> {
        let found = self.container(id).await?;
        let state = found.state;
        let running = state.running;
        let last = state.health.log.into_iter().last();
        let mut ports = HashMap::new();
        for (inner, outer) in found.network_settings.ports {
            let inner = inner.split('/').next().and_then(|port| port.parse().ok());
            let outer = outer
                .into_iter()
                .flatten()
                .find_map(|bound| bound.host_port.parse().ok());
            if let (Some(inner), Some(outer)) = (inner, outer) {
                ports.insert(inner, outer);
            }
        }
        Ok(Seen {
            running,
            exit_code: state.exit_code.filter(|_| !running),
            out_of_memory: state.out_of_memory,
            health: Some(state.health.status).filter(|status| !status.is_empty()),
            health_output: last.map(|last| last.output).unwrap_or_default(),
            ports,
            wrote: None,
        })
    }

    /// Bytes that the container wrote into its own layer.
    async fn written(&self, id: &str) -> Result<Option<u64>> {
        let found = self.containers(Some(("id", id)), true).await?;
        let size = found.into_iter().next().and_then(|one| one.size_rw);
        Ok(size.and_then(|size| size.try_into().ok()))
    }

    /// What it wrote, standard output and error in the order the engine has them.
    async fn output(&self, id: &str) -> Result<String> {
        let options = LogsOptionsBuilder::new().stdout(true).stderr(true).build();
        let mut logs = self.docker().logs(id, Some(options));
        let (mut head, mut tail, mut all) = (Vec::new(), Vec::new(), 0_usize);
        while let Some(part) = logs.next().await {
            let bytes = match part? {
                LogOutput::StdOut { message }
                | LogOutput::StdErr { message }
                | LogOutput::Console { message }
                | LogOutput::StdIn { message } => message,
            };
            all += bytes.len();
            let room = KEPT.saturating_sub(head.len()).min(bytes.len());
            head.extend_from_slice(&bytes[..room]);
            tail.extend_from_slice(&bytes[room..]);
            if tail.len() > 2 * KEPT {
                tail.drain(..tail.len() - KEPT);
            }
        }
        let over = tail.len().saturating_sub(KEPT);
        tail.drain(..over);
        let between = all - head.len() - tail.len();
        let mut text = String::from_utf8_lossy(&head).into_owned();
        if between > 0 {
            text.push_str(&format!("\n… {between} bytes are left out …\n"));
        }
        text.push_str(&String::from_utf8_lossy(&tail));
        Ok(text)
    }

    async fn file_check(&self, id: &str, file: &super::File) -> Result<Case> {
        let began = Instant::now();
        let path = format!(
            "/containers/{id}/archive?path={}",
            url::form_urlencoded::byte_serialize(file.path.as_bytes()).collect::<String>()
        );
        let request = http::Request::head(self.path(&path))
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .map_err(|error| Error::new(ErrorKind::BadInput, error.to_string(), ""))?;
        let answer = self.wire().send(request).await?;
        let facts = answer.headers().get("x-docker-container-path-stat");
        let facts = facts.filter(|_| answer.status().is_success());
        Ok(checks::file(
            file,
            facts.map(http::HeaderValue::as_bytes),
            began.elapsed(),
        ))
    }

    /// A network of the test's own. Its ports are published on loopback; what is in it cannot be
    /// closed to the outside at an engine without closing the ports too, so it is not masqueraded.
    async fn smoke_network(&self, id: &str) -> Result<String> {
        let request = NetworkCreateRequest {
            name: format!("hallmark-smoke-{id}"),
            driver: Some("bridge".to_owned()),
            options: Some(HashMap::from([
                (
                    "com.docker.network.bridge.enable_ip_masquerade".to_owned(),
                    "false".to_owned(),
                ),
                (
                    "com.docker.network.bridge.host_binding_ipv4".to_owned(),
                    "127.0.0.1".to_owned(),
                ),
            ])),
            labels: Some(HashMap::from([(LABEL.to_owned(), id.to_owned())])),
            ..NetworkCreateRequest::default()
        };
        Ok(self.docker().create_network(request).await?.id)
    }

    /// Takes away what smoke tests left that were cut off: what was made before then, since others
    /// may be running.
    ///
    /// # Errors
    /// Where the engine does not answer.
    pub async fn clean_after_smoke(&self, before: jiff::Timestamp) -> Result<usize> {
        let filters = HashMap::from([("label", vec![LABEL])]);
        let networks = ListNetworksOptionsBuilder::new().filters(&filters).build();
        let found = self.containers(Some(("label", LABEL)), false).await?;
        let mut count = 0;
        let oldest = before.as_second();
        for container in found {
            if container.created.is_some_and(|created| created > oldest) {
                continue;
            }
            count += 1;
            remove(self, Some(container.id), None).await;
        }
        for network in self.docker().list_networks(Some(networks)).await? {
            let created = network.created.map(|at| at.timestamp());
            if created.is_some_and(|created| created > oldest) {
                continue;
            }
            count += 1;
            remove(self, None, network.id).await;
        }
        Ok(count)
    }
}

fn container(
    image: &ImageDetail,
    spec: &Spec,
    id: &str,
    network: Option<&str>,
) -> ContainerCreateBody {
    let megabytes = |number: u64| i64::try_from(number << 20).ok();
    let port = |http: &super::Http| format!("{}/tcp", http.port);
    let bindings = spec.http.iter().map(|http| {
        let binding = PortBinding {
            host_ip: Some("127.0.0.1".to_owned()),
            host_port: Some(String::new()),
        };
        (port(http), Some(vec![binding]))
    });
    let host = HostConfig {
        memory: megabytes(spec.limits.memory),
        // The same number: no swap beside it.
        memory_swap: megabytes(spec.limits.memory),
        pids_limit: Some(spec.limits.processes),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        readonly_rootfs: Some(spec.read_only),
        network_mode: Some(network.unwrap_or("none").to_owned()),
        port_bindings: (!spec.http.is_empty()).then(|| bindings.collect()),
        ..HostConfig::default()
    };
    ContainerCreateBody {
        image: Some(image.id.clone()),
        cmd: command(image, spec),
        entrypoint: spec.entrypoint.clone(),
        env: Some(
            spec.env
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        ),
        labels: Some(HashMap::from([(LABEL.to_owned(), id.to_owned())])),
        exposed_ports: (!spec.http.is_empty()).then(|| spec.http.iter().map(port).collect()),
        host_config: Some(host),
        ..ContainerCreateBody::default()
    }
}

/// What runs. An engine makes no container without a command, also where only its files are
/// looked at; such a one is never started.
fn command(image: &ImageDetail, spec: &Spec) -> Option<Vec<String>> {
    let has_one = !image.command.is_empty() || !image.entrypoint.is_empty();
    let nothing = || (!spec.runs() && !has_one).then(|| vec!["none".to_owned()]);
    spec.command.clone().or_else(nothing)
}

/// A case that is told.
pub(super) fn case(
    name: String,
    verdict: Verdict,
    reason: impl Into<String>,
    took: Duration,
) -> Case {
    Case {
        name,
        verdict,
        reason: crate::error::clean(&reason.into()),
        took,
    }
}
