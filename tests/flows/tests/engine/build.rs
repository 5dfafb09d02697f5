//! Builds, by BuildKit and by the classic builder.

use crate::Bench;
use hallmark_engine::{
    ErrorKind,
    build::{Build, Built, Event, Secret, StepState},
    context::Context,
};
use std::{
    path::Path,
    time::{Duration, Instant},
};

fn ask(folder: &Path) -> Build {
    Build {
        context: Context::open(folder, None, true).unwrap(),
        tags: vec!["built:1".into()],
        arguments: Default::default(),
        labels: Default::default(),
        target: None,
        platform: None,
        secrets: Vec::new(),
        no_cache: false,
        pull: false,
        // The tests' daemon has no bridge.
        network: Some("none".into()),
        classic: false,
        logins: Vec::new(),
    }
}

async fn build(bench: &Bench, ask: Build) -> (hallmark_engine::Result<Built>, Vec<Event>) {
    let engine = bench.engine().await;
    let mut events = Vec::new();
    let built = engine.build(ask, |event| events.push(event)).await;
    (built, events)
}

fn log(events: &[Event]) -> String {
    let bytes = events.iter().filter_map(|event| match event {
        Event::Log { bytes, .. } => Some(bytes.to_vec()),
        _ => None,
    });
    String::from_utf8_lossy(&bytes.flatten().collect::<Vec<u8>>()).into_owned()
}

/// A step: its name, its line, how it did.
type Told = (String, Option<u32>, StepState);

/// Each step as it was told last, with its line.
fn steps(events: &[Event]) -> Vec<Told> {
    let mut steps: Vec<(u64, Told)> = Vec::new();
    for event in events {
        if let Event::Step(step) = event {
            steps.retain(|(number, _)| *number != step.number);
            steps.push((step.number, (step.name.clone(), step.line, step.state)));
        }
    }
    steps.sort_by_key(|(number, _)| *number);
    steps.into_iter().map(|(_, step)| step).collect()
}

const DOCKERFILE: &str = "\
FROM kitchen AS base
ARG WHO=nobody
RUN echo hello $WHO

FROM base AS more
COPY a /a
RUN --mount=type=secret,id=token echo secret of $(cat /run/secrets/token | busybox wc -c) && cat /a
FROM more
LABEL b=d
";

#[tokio::test(flavor = "multi_thread")]
async fn buildkit_builds_with_arguments_labels_targets_secrets_and_its_cache() {
    let bench = Bench::new();
    bench.docker.busybox("kitchen");
    let folder = bench.folder("app", &[("Dockerfile", DOCKERFILE), ("a", "file a\n")]);
    let mut one = ask(&folder);
    one.arguments.insert("WHO".into(), "ines".into());
    one.labels.insert("org.example.a".into(), "b \"c\"".into());
    one.secrets
        .push(Secret::new("token", b"hunter2".to_vec()).unwrap());
    one.tags.push("built:2".into());
    let (built, events) = build(&bench, one.clone()).await;
    let built = built.unwrap_or_else(|error| panic!("{error}: {}", log(&events)));
    let told = log(&events);
    assert!(
        told.contains("hello ines") && told.contains("secret of 7"),
        "{told}"
    );
    assert!(told.contains("file a"), "{told}");
    let engine = bench.engine().await;
    let image = engine.image("built:2").await.unwrap();
    assert_eq!(image.id, built.id);
    assert_eq!(image.names, ["built:1", "built:2"]);
    assert_eq!(image.labels["org.example.a"], "b \"c\"");
    assert_eq!(image.labels["b"], "d");
    let found = steps(&events);
    let run = found
        .iter()
        .find(|(name, ..)| name.contains("RUN echo hello"))
        .unwrap();
    assert_eq!((run.1, run.2), (Some(3), StepState::Done), "{found:?}");
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Sent(bytes) if *bytes > 0))
    );
    // The secret is in no layer and no history.
    let saved = bench.docker.docker(&[], &["save", "built:1"], b"");
    assert!(!String::from_utf8_lossy(&saved.out).contains("hunter2"));

    let (again, events) = build(&bench, one.clone()).await;
    again.unwrap();
    let found = steps(&events);
    let run = found
        .iter()
        .find(|(name, ..)| name.contains("RUN echo hello"))
        .unwrap();
    assert_eq!(run.2, StepState::Cached, "{found:?}");

    one.target = Some("base".into());
    one.tags = vec!["only:base".into()];
    let (based, _) = build(&bench, one.clone()).await;
    assert_ne!(based.unwrap().id, built.id);
    one.target = Some("nothing".into());
    let (none, _) = build(&bench, one).await;
    assert!(none.unwrap_err().hint().unwrap().contains("base, more"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_classic_builder_tells_the_same() {
    let bench = Bench::new();
    bench.docker.busybox("kitchen");
    let folder = bench.folder(
        "app",
        &[
            ("Dockerfile", "FROM kitchen\nCOPY a /a\nRUN cat /a\n"),
            ("a", "file a\n"),
        ],
    );
    let one = Build {
        classic: true,
        ..ask(&folder)
    };
    let (built, events) = build(&bench, one.clone()).await;
    let built = built.unwrap();
    let engine = bench.engine().await;
    assert_eq!(engine.image("built:1").await.unwrap().id, built.id);
    assert!(log(&events).contains("file a"));
    let (again, events) = build(&bench, one.clone()).await;
    assert_eq!(again.unwrap().id, built.id);
    let found = steps(&events);
    assert_eq!(found[2].1, Some(3), "{found:?}");
    assert_eq!(found[2].2, StepState::Cached, "{found:?}");
    let mut secret = one;
    secret.secrets.push(Secret::new("x", Vec::new()).unwrap());
    let (none, _) = build(&bench, secret).await;
    assert_eq!(*none.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fails_is_told_with_its_line_and_what_it_wrote() {
    let bench = Bench::new();
    bench.docker.busybox("kitchen");
    let folder = bench.folder(
        "app",
        &[(
            "Dockerfile",
            "FROM kitchen\n\n# why\nRUN echo before && \\\n  false\n",
        )],
    );
    let (failed, events) = build(&bench, ask(&folder)).await;
    let failed = failed.unwrap_err();
    assert_eq!(
        *failed.kind(),
        ErrorKind::BuildFailed { line: Some(4) },
        "{failed}"
    );
    assert!(log(&events).contains("before"));
    assert!(
        steps(&events)
            .iter()
            .any(|step| step.2 == StepState::Failed)
    );

    let wrong = bench.folder("wrong", &[("Dockerfile", "FROM kitchen\nRUNN true\n")]);
    let (failed, _) = build(&bench, ask(&wrong)).await;
    let failed = failed.unwrap_err();
    assert_eq!(
        *failed.kind(),
        ErrorKind::BuildFailed { line: Some(2) },
        "{failed}"
    );

    let secret = bench.folder(
        "secret",
        &[(
            "Dockerfile",
            "FROM kitchen\nRUN --mount=type=secret,id=npm,required=true true\n",
        )],
    );
    let (failed, _) = build(&bench, ask(&secret)).await;
    let failed = failed.unwrap_err();
    assert!(
        failed.hint().unwrap().contains("--secret id="),
        "{failed:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_hangs_is_stopped_and_nothing_runs_on() {
    let bench = Bench::new();
    bench.docker.busybox("kitchen");
    let folder = bench.folder(
        "app",
        &[("Dockerfile", "FROM kitchen\nRUN echo here && sleep 4711\n")],
    );
    let engine = bench.engine().await;
    let (begun, began) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    let building = engine.build(ask(&folder), |event| {
        if matches!(&event, Event::Log { bytes, .. } if bytes.starts_with(b"here")) {
            let _ = begun.take().map(|begun| begun.send(()));
        }
    });
    let stop = async {
        let _ = began.await;
    };
    let stopped = hallmark_engine::Engine::until(building, stop)
        .await
        .unwrap_err();
    assert_eq!(*stopped.kind(), ErrorKind::Cancelled);
    let began = Instant::now();
    while sleeps() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the step runs on"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(engine.image("built:1").await.is_err());
}

/// Whether the step's program is there.
fn sleeps() -> bool {
    let said = std::process::Command::new("pgrep")
        .args(["-f", "^sleep 4711"])
        .output()
        .unwrap();
    said.status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_killed_in_the_middle_is_told_at_once() {
    let mut bench = Bench::new();
    bench.docker.busybox("kitchen");
    let folder = bench.folder(
        "app",
        &[("Dockerfile", "FROM kitchen\nRUN echo here && sleep 60\n")],
    );
    let engine = bench.engine().await;
    let (begun, began) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    let building = engine.build(ask(&folder), |event| {
        if matches!(&event, Event::Log { bytes, .. } if bytes.starts_with(b"here")) {
            let _ = begun.take().map(|begun| begun.send(()));
        }
    });
    let kill = async {
        let _ = began.await;
        bench.docker.kill();
        Instant::now()
    };
    let (lost, killed) = tokio::join!(building, kill);
    assert_eq!(*lost.unwrap_err().kind(), ErrorKind::Lost);
    assert!(
        killed.elapsed() < Duration::from_secs(2),
        "{:?}",
        killed.elapsed()
    );
}
