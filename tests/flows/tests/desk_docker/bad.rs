//! What goes wrong says what it is, and what to do.

use crate::Desk;
use hallmark_flows::said::Said;

#[track_caller]
fn told(said: &Said, code: &str, words: &str) {
    let whole = said.whole();
    assert!(
        said.code != Some(0) && whole.contains(code) && whole.contains(words),
        "{whole}"
    );
}

#[test]
fn each_has_its_own_sentence() {
    let desk = Desk::new();
    let (context, file) = desk.checkout("FROM kitchen:1\nRUN echo broken >&2; exit 3\n");
    let image = desk.name("1");
    let build = |file: &str| {
        desk.ada
            .json(&["build", "-t", &image, "-f", file, &context])
    };
    told(&build(&file), "build-failed", "2");
    let (_, empty) = desk.checkout("");
    told(&build(&empty), "bad-input", "empty");
    let (_, wrong) = desk.checkout("FROM kitchen:1\nRUNN true\n");
    told(&build(&wrong), "build-failed", "RUNN");
    told(&build("/nowhere/Dockerfile"), "file", "/nowhere/Dockerfile");

    let (_, good) = desk.checkout("FROM kitchen:1\nCOPY greeting /\n");
    desk.ada.ok(&["build", "-t", &image, "-f", &good, &context]);
    told(&desk.ada.json(&["push", &image]), "login-needed", "login");
    told(
        &desk.ada.json(&["push", "nowhere:1"]),
        "not-found",
        "nowhere",
    );
    told(
        &desk.ada.json(&["scan", &image]),
        "program-failed",
        "trivy.dev",
    );

    desk.log_in();
    desk.ada.ok(&["push", &image]);
    desk.scanner("echo 'the database is locked' >&2; exit 1");
    told(
        &desk.ada.json(&["scan", &image]),
        "program-failed",
        "the database is locked",
    );
    desk.scanner("echo 'all is well'");
    told(&desk.ada.json(&["scan", &image]), "bad-report", "trivy");

    let nobody = desk
        .ada
        .clone()
        .with("DOCKER_HOST", "unix:///nowhere/docker.sock");
    told(
        &nobody.json(&["build", &context]),
        "engine-missing",
        "/nowhere/docker.sock",
    );
}
