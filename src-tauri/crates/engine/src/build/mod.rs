//! `docker build`: with BuildKit where the engine has it, else with the classic builder. Both are
//! told in the same events.

mod buildkit;
mod classic;
mod session;

pub(crate) use session::LONGEST_SECRET;

use crate::{
    context::{self, Context},
    dockerfile::{self, Dockerfile},
    engine::Engine,
    error::{Error, ErrorKind, Result, said},
    json_lines::JsonLines,
    layers::ErrorDetail,
    login::{EngineLogin, config_header},
};
use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::body::Frame;
use serde::Deserialize;
use session::Session;
use std::{
    collections::BTreeMap,
    fmt, io,
    path::Path,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64},
    time::Duration,
};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// How often is told how much of the context was sent.
const TELL: Duration = Duration::from_millis(100);

/// A secret for steps that mount it. It is never shown.
#[derive(Clone)]
pub struct Secret {
    /// The id that steps name.
    pub id: String,
    bytes: Arc<Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Secret {
    /// A secret of these bytes.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] where it is longer than BuildKit takes.
    pub fn new(id: &str, bytes: Vec<u8>) -> Result<Self> {
        let bytes = Zeroizing::new(bytes);
        match bytes.len() <= LONGEST_SECRET {
            true => Ok(Self {
                id: id.to_owned(),
                bytes: Arc::new(bytes),
            }),
            false => Err(Error::new(
                ErrorKind::BadInput,
                format!("the secret {id} is longer than {} KB", LONGEST_SECRET >> 10),
                "BuildKit takes no longer one. Is it the right file?",
            )),
        }
    }

    /// A secret from a file.
    ///
    /// # Errors
    /// [`ErrorKind::File`] where it cannot be read.
    pub fn from_file(id: &str, path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| {
            Error::new(
                ErrorKind::File,
                format!(
                    "the secret {id} cannot be read from {}: {error}",
                    path.display()
                ),
                "Name a file that you may read.",
            )
        })?;
        Self::new(id, bytes)
    }
}

/// What to build, and how.
#[derive(Clone, Debug)]
pub struct Build {
    /// The folder and the Dockerfile.
    pub context: Context,
    /// Names for the image, as the engine writes them.
    pub tags: Vec<String>,
    /// Build arguments.
    pub arguments: BTreeMap<String, String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// The stage to stop at.
    pub target: Option<String>,
    /// The platform; the engine's own where none is named.
    pub platform: Option<String>,
    /// Secrets for steps that mount them.
    pub secrets: Vec<Secret>,
    /// Every step anew.
    pub no_cache: bool,
    /// Base images anew.
    pub pull: bool,
    /// The network of steps: `none`, `host`; the engine's default where none is named.
    pub network: Option<String>,
    /// The classic builder, also where there is BuildKit.
    pub classic: bool,
    /// Logins that base images may need.
    pub logins: Vec<EngineLogin>,
}

/// How a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It runs.
    Running,
    /// It was in the cache.
    Cached,
    /// It is done.
    Done,
    /// It failed.
    Failed,
    /// It was stopped, because another failed.
    Cancelled,
}

/// One step, as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its number, from 1, in the order the builder began them.
    pub number: u64,
    /// What it is: `[build 2/5] RUN make`.
    pub name: String,
    /// The line of the Dockerfile, where known.
    pub line: Option<u32>,
    /// How it does.
    pub state: StepState,
    /// How long it took, or has taken so far.
    pub seconds: Option<f64>,
    /// Bytes moved and to move, where it moves some.
    pub moved: Option<(u64, Option<u64>)>,
}

/// Something that happened in a build.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// So many bytes of the context were sent.
    Sent(u64),
    /// A step is new, or other than before.
    Step(Step),
    /// A step wrote something.
    Log {
        /// The step's number; 0 is the build itself.
        step: u64,
        /// Whether on standard error.
        error: bool,
        /// What.
        bytes: Bytes,
    },
    /// The builder warns.
    Warning {
        /// The line of the Dockerfile.
        line: Option<u32>,
        /// What it says.
        message: String,
        /// Where to read more.
        url: Option<String>,
    },
}

/// Which builder it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builder {
    /// BuildKit.
    BuildKit,
    /// The classic one, or Podman's own.
    Classic,
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The engine's id of the image.
    pub id: String,
    /// Who built it.
    pub builder: Builder,
}

/// One line of the engine's answer to a build.
#[derive(Debug, Default, Deserialize)]
struct Line {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    stream: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    aux: Option<serde_json::Value>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default, rename = "errorDetail")]
    error_detail: Option<ErrorDetail>,
}

impl Line {
    fn failure(&self) -> Option<&str> {
        let detail = self
            .error_detail
            .as_ref()
            .and_then(|error| error.message.as_deref());
        detail.or(self.error.as_deref())
    }

    /// The image's id: `{"aux":{"ID":"sha256:…"}}`.
    fn image(&self) -> Option<String> {
        self.aux.as_ref()?.get("ID")?.as_str().map(str::to_owned)
    }
}

/// Reads a builder's lines and tells events.
enum Reader {
    BuildKit(buildkit::Reader),
    Classic(classic::Reader),
}

impl Engine {
    /// Builds an image, and tells `watch` what happens. Dropping the future stops the build: the
    /// engine ends what runs with the connection, and BuildKit is told besides.
    ///
    /// # Errors
    /// [`ErrorKind::BuildFailed`] with the Dockerfile's line where that is known; what keeps the
    /// context from being read; [`ErrorKind::Lost`] where the engine goes away.
    pub async fn build(&self, build: Build, mut watch: impl FnMut(Event)) -> Result<Built> {
        let with_buildkit = !build.classic && self.builder().await?;
        if !with_buildkit && !build.secrets.is_empty() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "this engine has no BuildKit, and only BuildKit gives secrets to steps",
                "Use Docker 20.10 or newer with BuildKit, or leave the secrets out.",
            ));
        }
        let file = dockerfile::parse(build.context.text());
        if let Some(target) = &build.target {
            known_target(&file, target)?;
        }
        let id = identity();
        let session = match with_buildkit {
            true => {
                Some(Session::open(self, &id, build.logins.clone(), build.secrets.clone()).await?)
            }
            false => None,
        };
        let mut reader = match with_buildkit {
            true => Reader::BuildKit(buildkit::Reader::new(file)),
            false => Reader::Classic(classic::Reader::new(file)),
        };
        let (pieces, sent) = build.context.stream();
        let trouble = Trouble::default();
        let body = StreamBody::new(frames(pieces, trouble.clone()));
        let request = http::Request::post(self.path(&format!(
            "/build?{}",
            query(&build, with_buildkit.then_some(&id))
        )))
        .header("content-type", "application/x-tar")
        .header("x-registry-config", config_header(&build.logins))
        .body(body)
        .map_err(|error| Error::new(ErrorKind::BadInput, error.to_string(), ""))?;
        let stop = with_buildkit.then(|| StopOnDrop::new(self, &id));
        let built = self.follow(request, &mut reader, &sent, &mut watch).await;
        if let Some(stop) = stop {
            stop.disarm();
        }
        drop(session);
        // What kept the context from being read is the reason, whatever the engine makes of it.
        let built = match trouble.take() {
            Some(error) => Err(error),
            None => built,
        };
        let builder = match reader {
            Reader::BuildKit(_) => Builder::BuildKit,
            Reader::Classic(_) => Builder::Classic,
        };
        built.map(|id| Built { id, builder })
    }

    async fn follow<B>(
        &self,
        request: http::Request<B>,
        reader: &mut Reader,
        sent: &AtomicU64,
        watch: &mut impl FnMut(Event),
    ) -> Result<String>
    where
        B: hyper::body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut tick = tokio::time::interval(TELL);
        let mut told = 0;
        let mut tell = |watch: &mut dyn FnMut(Event)| {
            let now = context::taken(sent);
            if now != told {
                told = now;
                watch(Event::Sent(now));
            }
        };
        let mut asking = std::pin::pin!(self.wire().ask(request));
        let answer = loop {
            tokio::select! {
                answer = &mut asking => break answer?,
                _ = tick.tick() => tell(watch),
            }
        };
        let mut lines = JsonLines::of(answer.into_body());
        let mut image = None;
        loop {
            let line: Option<Line> = tokio::select! {
                line = lines.next() => line?,
                _ = tick.tick() => { tell(watch); continue },
            };
            tell(watch);
            let Some(line) = line else { break };
            if let Some(words) = line.failure() {
                return Err(reader.failed(words, watch));
            }
            match reader {
                Reader::BuildKit(reader) => reader.take(&line, watch),
                Reader::Classic(reader) => reader.take(&line, watch),
            }
            image = line.image().or(image);
        }
        reader.finish(watch);
        let image = image.or_else(|| reader.image());
        image.ok_or_else(|| {
            Error::new(
                ErrorKind::Lost,
                "the build broke off before there was an image",
                "The engine may have stopped or been restarted. Build again: the steps that were \
                 done are in the cache.",
            )
        })
    }
}

impl Reader {
    fn failed(&mut self, words: &str, watch: &mut impl FnMut(Event)) -> Error {
        let line = match self {
            Self::BuildKit(reader) => reader.failed_line(words),
            Self::Classic(reader) => reader.failed(words, watch),
        };
        let known = said(words);
        if *known.kind() != ErrorKind::Protocol && line.is_none() {
            return known;
        }
        let hint = match known.kind() {
            ErrorKind::Protocol if words.contains("secret") && words.contains("not found") => {
                "Give the secret with the build: --secret id=…,src=FILE.".to_owned()
            }
            ErrorKind::Protocol if words.contains("network") && words.contains("not found") => {
                "The engine has no such network: build with another, such as none or host."
                    .to_owned()
            }
            ErrorKind::Protocol if is_missing_base(words) => {
                "Check the name in FROM; if the registry wants a login, log in first.".to_owned()
            }
            ErrorKind::Protocol => "Correct that step; the log says what it wrote.".to_owned(),
            _ => known.hint().unwrap_or_default().to_owned(),
        };
        if !matches!(known.kind(), ErrorKind::Protocol) {
            return known;
        }
        let place = line
            .map(|line| format!("line {line}: "))
            .unwrap_or_default();
        Error::new(
            ErrorKind::BuildFailed { line },
            format!("{place}{words}"),
            hint,
        )
    }

    fn finish(&mut self, watch: &mut impl FnMut(Event)) {
        if let Self::Classic(reader) = self {
            reader.finish(watch);
        }
    }

    fn image(&self) -> Option<String> {
        match self {
            Self::BuildKit(_) => None,
            Self::Classic(reader) => reader.image(),
        }
    }
}

fn is_missing_base(words: &str) -> bool {
    [
        "not found",
        "manifest unknown",
        "does not exist",
        "failed to resolve source metadata",
    ]
    .iter()
    .any(|part| words.contains(part))
}

/// The line that an error's own words name: `Dockerfile:7`, `parse error line 3`, `on line 3`.
fn line_in_words(words: &str) -> Option<u32> {
    let after = |marker: &str| {
        let at = words.find(marker)? + marker.len();
        let digits: String = words[at..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse().ok()
    };
    [
        "parse error line ",
        "parse error on line ",
        "Dockerfile:",
        "dockerfile line ",
    ]
    .iter()
    .find_map(|marker| after(marker))
}

fn known_target(file: &Dockerfile, target: &str) -> Result<()> {
    let lower = target.to_lowercase();
    let by_name = |stage: &dockerfile::Stage| stage.name.as_deref() == Some(lower.as_str());
    let by_number = target
        .parse::<usize>()
        .is_ok_and(|number| number < file.stages.len());
    if by_number || file.stages.iter().any(by_name) {
        return Ok(());
    }
    let names: Vec<&str> = file
        .stages
        .iter()
        .filter_map(|stage| stage.name.as_deref())
        .collect();
    Err(Error::new(
        ErrorKind::BadInput,
        format!("the Dockerfile has no stage {target}"),
        match names.is_empty() {
            true => "None of its stages has a name: FROM image AS name gives one.".to_owned(),
            false => format!("It has {}.", names.join(", ")),
        },
    ))
}

/// A name that no other build has: for the session, and to stop it by.
fn identity() -> String {
    use std::sync::atomic::Ordering;
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    format!("hallmark-{}-{nanos:x}-{count:x}", std::process::id())
}

fn query(build: &Build, session: Option<&String>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("dockerfile", build.context.dockerfile());
    for tag in &build.tags {
        query.append_pair("t", tag);
    }
    let json = |map: &BTreeMap<String, String>| serde_json::json!(map).to_string();
    for (name, map) in [("buildargs", &build.arguments), ("labels", &build.labels)] {
        if !map.is_empty() {
            query.append_pair(name, &json(map));
        }
    }
    let given = [
        ("target", &build.target),
        ("platform", &build.platform),
        ("networkmode", &build.network),
    ];
    for (name, value) in given {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    for (name, on) in [("nocache", build.no_cache), ("pull", build.pull)] {
        if on {
            query.append_pair(name, "1");
        }
    }
    // Containers of steps go, also of those that fail.
    query.append_pair("rm", "1").append_pair("forcerm", "1");
    if let Some(session) = session {
        query
            .append_pair("version", "2")
            .append_pair("session", session)
            .append_pair("buildid", session);
    }
    query.finish()
}

/// What kept the context from being read, for whoever asks why the build failed.
#[derive(Clone, Default)]
struct Trouble(Arc<Mutex<Option<Error>>>);

impl Trouble {
    fn put(&self, error: Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn frames(
    mut pieces: mpsc::Receiver<Result<Bytes>>,
    trouble: Trouble,
) -> impl futures::Stream<Item = io::Result<Frame<Bytes>>> + Send + Unpin {
    futures::stream::poll_fn(move |context| {
        pieces.poll_recv(context).map(|piece| {
            piece.map(|piece| {
                piece.map(Frame::data).map_err(|error| {
                    trouble.put(error.clone());
                    io::Error::other(error)
                })
            })
        })
    })
}

/// Tells BuildKit to stop, where a build is dropped: closing the connection is enough for most
/// engines and not for all.
struct StopOnDrop {
    engine: Engine,
    id: Option<String>,
}

impl StopOnDrop {
    fn new(engine: &Engine, id: &str) -> Self {
        Self {
            engine: engine.clone(),
            id: Some(id.to_owned()),
        }
    }

    fn disarm(mut self) {
        self.id = None;
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let engine = self.engine.clone();
        runtime.spawn(async move {
            let path = engine.path(&format!("/build/cancel?id={id}"));
            let request = http::Request::post(path).body(http_body_util::Empty::<Bytes>::new());
            if let Ok(request) = request {
                // It is over already, or it stops: there is nothing to tell either way.
                let _ = engine.wire().ask(request).await;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown_and_never_too_long() {
        let secret = Secret::new("npm", b"hunter2".to_vec()).unwrap();
        assert!(!format!("{secret:?}").contains("hunter2"));
        let long = Secret::new("npm", vec![0; LONGEST_SECRET + 1]).unwrap_err();
        assert!(long.message().contains("npm"), "{long}");
    }

    #[test]
    fn a_line_that_an_error_names_is_taken() {
        for (words, line) in [
            (
                "dockerfile parse error line 3: unknown instruction: FOO",
                Some(3),
            ),
            ("Dockerfile:7\n--------------------", Some(7)),
            (
                "process \"/bin/sh -c false\" did not complete successfully: exit code: 1",
                None,
            ),
        ] {
            assert_eq!(line_in_words(words), line, "{words}");
        }
    }

    #[test]
    fn a_stage_that_is_not_there_is_told_before_anything_is_sent() {
        let file = dockerfile::parse("FROM a AS build\nFROM b AS run\n");
        known_target(&file, "Build").unwrap();
        known_target(&file, "1").unwrap();
        let error = known_target(&file, "test").unwrap_err();
        assert_eq!(error.hint(), Some("It has build, run."));
    }
}
