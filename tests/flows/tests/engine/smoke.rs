//! Smoke tests of images that behave, that do not, and that mean harm.

use crate::Bench;
use hallmark_engine::{
    ErrorKind,
    smoke::{Outcome, Spec, Verdict},
};
use std::time::{Duration, Instant};

on_each!(
    a_good_image_passes_and_leaves_nothing,
    each_way_to_fail_is_told_for_what_it_is,
    one_that_means_harm_is_held_and_ended,
    one_that_is_stopped_or_cut_off_leaves_nothing
);

async fn smoke(bench: &Bench, spec: &str) -> Outcome {
    let engine = bench.engine().await;
    let spec = Spec::parse(spec).unwrap();
    let outcome = engine
        .smoke("kitchen", &spec, "test", |_| ())
        .await
        .unwrap();
    assert!(is_clean(bench), "it left something behind");
    outcome
}

/// Whether no container is left.
fn is_clean(bench: &Bench) -> bool {
    let left = bench.docker.docker(&[], &["ps", "-aq"], b"");
    left.code == Some(0) && left.text().trim().is_empty()
}

fn told(outcome: &Outcome) -> Vec<(Verdict, &str)> {
    outcome
        .cases
        .iter()
        .map(|case| (case.verdict, case.reason.as_str()))
        .collect()
}

async fn a_good_image_passes_and_leaves_nothing(bench: Bench) {
    bench.docker.busybox("kitchen");
    let outcome = smoke(
        &bench,
        r#"
user = "root"
ports = []
command = ["sh", "-c", "echo ready $WHO; echo oops >&2"]
exit-code = 0
env = { WHO = "ines" }
[[files]]
path = "/bin/sh"
[[files]]
path = "/bin/busybox"
mode = "0755"
[[output]]
contains = "ready ines"
[[output]]
matches = "^oops$"
"#,
    )
    .await;
    assert!(outcome.passed(), "{outcome:?}");
    assert_eq!(outcome.cases.len(), 7);
    assert_eq!(outcome.exit_code, Some(0));
}

async fn each_way_to_fail_is_told_for_what_it_is(bench: Bench) {
    bench.docker.busybox("kitchen");
    for (spec, words) in [
        (
            "command = [\"sh\", \"-c\", \"exit 3\"]\nexit-code = 0",
            "ended with exit code 3",
        ),
        (
            "command = [\"no-such-program\"]\nexit-code = 0",
            "did not start",
        ),
        ("user = \"not-root\"", "runs as root"),
        ("[[files]]\npath = \"/nothing\"", "There is no /nothing"),
        ("command = [\"true\"]\nhealthy = true", "has no HEALTHCHECK"),
        (
            "command = [\"sleep\", \"60\"]\nexit-code = 0\n[limits]\nseconds = 1",
            "stopped after 1 s",
        ),
        (
            "command = [\"true\"]\n[[output]]\ncontains = \"x\"",
            "did not write",
        ),
    ] {
        let outcome = smoke(&bench, spec).await;
        assert!(!outcome.passed(), "{spec}");
        assert!(
            told(&outcome)
                .iter()
                .any(|(_, reason)| reason.contains(words)),
            "{spec}: {outcome:?}"
        );
    }
}

async fn one_that_means_harm_is_held_and_ended(bench: Bench) {
    bench.docker.busybox("kitchen");
    let bomb = r#"
command = ["sh", "-c", "b() { b | b & }; b; sleep 60"]
exit-code = 0
[limits]
seconds = 4
processes = 40
"#;
    let began = Instant::now();
    let outcome = smoke(&bench, bomb).await;
    assert!(!outcome.passed(), "{outcome:?}");
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "{:?}",
        began.elapsed()
    );

    let memory = r#"
command = ["sh", "-c", "dd if=/dev/zero of=/dev/null bs=300M count=1"]
exit-code = 0
[limits]
memory = 32
"#;
    let outcome = smoke(&bench, memory).await;
    assert!(!outcome.passed(), "{outcome:?}");

    let disk = r#"
command = ["sh", "-c", "while true; do cat /bin/busybox >> /tmp/full; done"]
exit-code = 0
[limits]
seconds = 8
disk = 20
"#;
    let outcome = smoke(&bench, disk).await;
    let reasons = told(&outcome);
    assert!(
        reasons
            .iter()
            .any(|(_, reason)| reason.contains("stopped after it wrote")),
        "{outcome:?}"
    );

    // Over before anybody weighs it a second time.
    let burst = r#"
command = ["sh", "-c", "dd if=/dev/zero of=/tmp/full bs=1M count=40 && echo written"]
exit-code = 0
[limits]
disk = 20
"#;
    let outcome = smoke(&bench, burst).await;
    let reasons = told(&outcome);
    let wrote = |(_, reason): &(Verdict, &str)| reason.contains("stopped after it wrote");
    assert!(reasons.iter().any(wrote), "{outcome:?}");

    let flood = r#"
command = ["sh", "-c", "yes hello | busybox head -c 3000000; echo the end"]
exit-code = 0
[[output]]
contains = "the end"
"#;
    let outcome = smoke(&bench, flood).await;
    assert!(outcome.passed(), "{:?}", told(&outcome));
    assert!(outcome.output.len() < 200_000 && outcome.output.contains("are left out"));
}

async fn one_that_is_stopped_or_cut_off_leaves_nothing(mut bench: Bench) {
    bench.docker.busybox("kitchen");
    let engine = bench.engine().await;
    let spec = Spec::parse("command = [\"sleep\", \"60\"]\nexit-code = 0").unwrap();
    let running = || {
        let found = bench.docker.docker(&[], &["ps", "-q"], b"");
        !found.text().trim().is_empty()
    };
    let watch = async {
        while !running() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let work = engine.smoke("kitchen", &spec, "stopped", |_| ());
    let stopped = hallmark_engine::Engine::until(work, watch)
        .await
        .unwrap_err();
    assert_eq!(*stopped.kind(), ErrorKind::Cancelled);
    let began = Instant::now();
    while !is_clean(&bench) {
        assert!(began.elapsed() < Duration::from_secs(15), "it stays");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    // Cut off with its engine: found by its label when there is one again.
    let label = [
        "run",
        "-d",
        "--network",
        "none",
        "--label",
        "hallmark.smoke=old",
        "kitchen",
        "sleep",
        "60",
    ];
    let left = bench.docker.docker(&[], &label, b"");
    assert_eq!(left.code, Some(0), "{}", left.whole());
    bench.docker.kill();
    bench.docker.again();
    let engine = bench.engine().await;
    assert_eq!(
        engine
            .clean_after_smoke(jiff::Timestamp::MAX)
            .await
            .unwrap(),
        1
    );
    assert!(is_clean(&bench));
}
