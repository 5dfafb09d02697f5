//! The checks of a smoke test: each a name, a verdict and a sentence.

use super::{
    Case, File, Http, Spec, Text, Verdict,
    run::{Seen, case},
    spec::{listed, regex},
};
use crate::images::ImageDetail;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The longest answer that is looked at.
const ANSWER: u64 = 1 << 20;
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The checks that need nothing to run, each a name with what is expected and what is there.
pub(super) fn of_image(spec: &Spec, image: &ImageDetail) -> Vec<Case> {
    let names = spec.checks();
    let mut names = names.into_iter();
    let mut next = || names.next().unwrap_or_default();
    let mut cases = Vec::new();
    let user = image.user.split(':').next().unwrap_or_default();
    let root = matches!(user, "" | "root" | "0");
    if let Some(wanted) = &spec.user {
        let shown = if user.is_empty() {
            "root, because no user is set"
        } else {
            user
        };
        let fits = match wanted.as_str() {
            "not-root" => !root,
            "root" | "0" => root,
            wanted => image.user == wanted || user == wanted,
        };
        cases.push(yes_or_no(
            next(),
            fits,
            format!("It runs as {shown}."),
            Duration::ZERO,
        ));
    }
    if let Some(wanted) = &spec.ports {
        let mut wanted: Vec<String> = wanted.iter().map(|port| with_protocol(port)).collect();
        wanted.sort();
        let fits = wanted == image.ports;
        let reason = format!("It offers {}.", listed(&image.ports));
        cases.push(yes_or_no(next(), fits, reason, Duration::ZERO));
    }
    cases
}

fn with_protocol(port: &str) -> String {
    match port.contains('/') {
        true => port.to_owned(),
        false => format!("{port}/tcp"),
    }
}

fn yes_or_no(name: String, yes: bool, reason: impl Into<String>, took: Duration) -> Case {
    let verdict = if yes {
        Verdict::Passed
    } else {
        Verdict::Failed
    };
    case(name, verdict, reason, took)
}

/// What the engine says of a file (`X-Docker-Container-Path-Stat`).
#[derive(Deserialize)]
struct Stat {
    mode: u32,
}

pub(super) fn file(file: &File, facts: Option<&[u8]>, took: Duration) -> Case {
    let name = match &file.mode {
        Some(mode) => format!("has {} with mode {mode}", file.path),
        None => format!("has {}", file.path),
    };
    let Some(facts) = facts else {
        return case(
            name,
            Verdict::Failed,
            format!("There is no {}.", file.path),
            took,
        );
    };
    let stat = STANDARD.decode(facts).ok();
    let stat = stat.and_then(|bytes| serde_json::from_slice::<Stat>(&bytes).ok());
    let Some(wanted) = &file.mode else {
        return case(name, Verdict::Passed, "It is there.", took);
    };
    let Some(stat) = stat else {
        return case(
            name,
            Verdict::Errored,
            "The engine does not say its mode.",
            took,
        );
    };
    // The low bits of Go's file mode are Unix's.
    let mode = stat.mode & 0o777;
    let fits = u32::from_str_radix(wanted, 8).is_ok_and(|wanted| wanted == mode);
    yes_or_no(name, fits, format!("Its mode is {mode:04o}."), took)
}

/// Every check that needs it to run, where it did not start.
pub(super) fn not_started(spec: &Spec, why: &str) -> Vec<Case> {
    let first = spec.user.iter().count() + spec.ports.iter().count() + spec.files.len();
    let names = spec.checks().into_iter().skip(first);
    names
        .map(|name| {
            case(
                name,
                Verdict::Failed,
                format!("It did not start: {why}"),
                Duration::ZERO,
            )
        })
        .collect()
}

/// Why it may not go on.
pub(super) fn over(spec: &Spec, seen: &Seen, after: Duration) -> Option<String> {
    let limits = &spec.limits;
    if seen.running && after >= Duration::from_secs(limits.seconds) {
        return Some(format!("It was stopped after {} s.", limits.seconds));
    }
    let wrote = seen.wrote.filter(|wrote| *wrote > limits.disk << 20)?;
    Some(format!(
        "It was stopped after it wrote {} MB; {} are allowed.",
        wrote >> 20,
        limits.disk
    ))
}

/// The checks of what goes on running.
pub(super) struct Serving<'s> {
    spec: &'s Spec,
    healthy: Option<Case>,
    answers: Vec<Option<Case>>,
    last: Vec<String>,
}

impl<'s> Serving<'s> {
    pub(super) fn new(spec: &'s Spec) -> Self {
        Self {
            spec,
            healthy: None,
            answers: vec![None; spec.http.len()],
            last: vec![String::new(); spec.http.len()],
        }
    }

    pub(super) async fn look(&mut self, seen: &Seen, after: Duration) {
        if self.spec.healthy && self.healthy.is_none() {
            let name = "becomes healthy".to_owned();
            self.healthy = match seen.health.as_deref() {
                Some("healthy") => Some(case(name, Verdict::Passed, "It is healthy.", after)),
                Some("unhealthy") => {
                    let said = seen.health_output.trim();
                    Some(case(
                        name,
                        Verdict::Failed,
                        format!("It is unhealthy: {said}"),
                        after,
                    ))
                }
                None | Some("none") => Some(case(
                    name,
                    Verdict::Failed,
                    "The image has no HEALTHCHECK.",
                    after,
                )),
                _ => None,
            };
        }
        if !seen.running {
            return;
        }
        for (at, http) in self.spec.http.iter().enumerate() {
            if self.answers[at].is_some() {
                continue;
            }
            let Some(port) = seen.ports.get(&http.port) else {
                "The port is not published.".clone_into(&mut self.last[at]);
                continue;
            };
            match ask(*port, http).await {
                Ok(()) => {
                    let reason = format!("It answered {}.", http.status);
                    self.answers[at] = Some(case(name_of(http), Verdict::Passed, reason, after));
                }
                // It may not listen yet: asked again until its time is over.
                Err(why) => self.last[at] = why,
            }
        }
    }

    pub(super) fn is_done(&self) -> bool {
        let unhealthy = self
            .healthy
            .as_ref()
            .is_some_and(|case| case.verdict != Verdict::Passed);
        let healthy = !self.spec.healthy || self.healthy.is_some();
        unhealthy || (healthy && self.answers.iter().all(Option::is_some))
    }

    /// The cases, with those that were not met.
    pub(super) fn finish(self, seen: &Seen, after: Duration, over: Option<&str>) -> Vec<Case> {
        let ended = || over.map_or_else(|| ended(seen), str::to_owned);
        let mut cases = Vec::new();
        if self.spec.healthy {
            let unmet = || {
                let state = seen.health.as_deref().unwrap_or("unknown");
                let reason = format!("Its health is {state}. {}", ended());
                case("becomes healthy".to_owned(), Verdict::Failed, reason, after)
            };
            cases.push(self.healthy.unwrap_or_else(unmet));
        }
        for ((http, answer), last) in self.spec.http.iter().zip(self.answers).zip(self.last) {
            let unmet = || {
                case(
                    name_of(http),
                    Verdict::Failed,
                    format!("{last} {}", ended()),
                    after,
                )
            };
            cases.push(answer.unwrap_or_else(unmet));
        }
        cases
    }
}

fn ended(seen: &Seen) -> String {
    match seen.exit_code {
        _ if seen.out_of_memory => "It ran out of memory.".to_owned(),
        Some(code) => format!("It ended with exit code {code}."),
        None => String::new(),
    }
}

fn name_of(http: &Http) -> String {
    let answer = format!("answers {} on port {}{}", http.status, http.port, http.path);
    match &http.contains {
        Some(text) => format!("{answer} with {text:?}"),
        None => answer,
    }
}

/// Asks once. What answers is not trusted: it is read up to a bound and within a time.
async fn ask(port: u16, http: &Http) -> Result<(), String> {
    let asking = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port))
            .await
            .map_err(|error| format!("It does not answer: {error}."))?;
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: hallmark-smoke\r\nConnection: close\r\n\r\n",
            http.path
        );
        let broken = |error: std::io::Error| format!("It broke the answer off: {error}.");
        stream.write_all(request.as_bytes()).await.map_err(broken)?;
        let mut answer = Vec::new();
        stream
            .take(ANSWER)
            .read_to_end(&mut answer)
            .await
            .map_err(broken)?;
        judged(&answer, http)
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(done) => done,
        Err(_) => Err(format!(
            "It gave no whole answer within {} s.",
            PATIENCE.as_secs()
        )),
    }
}

fn judged(answer: &[u8], http: &Http) -> Result<(), String> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let line = head.lines().next().unwrap_or_default();
    let status = line
        .strip_prefix("HTTP/")
        .and_then(|rest| rest.split(' ').nth(1))
        .and_then(|code| code.parse::<u16>().ok());
    match status {
        None if answer.is_empty() => Err("It closed the connection without an answer.".to_owned()),
        None => Err("What it answers is no HTTP.".to_owned()),
        Some(code) if code != http.status => Err(format!("It answered {code}.")),
        Some(_) => match &http.contains {
            Some(wanted) if !body.contains(wanted.as_str()) => {
                Err(format!("Its answer does not have {wanted:?} in it."))
            }
            _ => Ok(()),
        },
    }
}

/// The checks of how it ended and what it wrote.
pub(super) fn after(spec: &Spec, seen: &Seen, output: &str, took: Duration) -> Vec<Case> {
    let mut cases = Vec::new();
    if let Some(wanted) = spec.exit_code {
        let name = format!("ends with exit code {wanted}");
        let (fits, reason) = match seen.exit_code {
            _ if seen.out_of_memory => (false, "It ran out of memory.".to_owned()),
            Some(code) => (code == wanted, format!("It ended with exit code {code}.")),
            None => (false, seen.health_output.clone()),
        };
        cases.push(yes_or_no(name, fits, reason, took));
    }
    for text in &spec.output {
        let (name, fits) = match text {
            Text::Contains(wanted) => (
                format!("writes {wanted:?}"),
                Ok(output.contains(wanted.as_str())),
            ),
            Text::Matches(pattern) => (
                format!("writes what matches {pattern:?}"),
                regex(pattern).map(|regex| regex.is_match(output)),
            ),
        };
        cases.push(match fits {
            Ok(true) => case(name, Verdict::Passed, "It wrote that.", took),
            Ok(false) => case(name, Verdict::Failed, "It did not write that.", took),
            Err(why) => case(name, Verdict::Errored, why, took),
        });
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_judged_by_its_status_and_its_body() {
        let http = Http {
            port: 80,
            path: "/".into(),
            status: 200,
            contains: Some("ok".into()),
        };
        assert_eq!(
            judged(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nall ok", &http),
            Ok(())
        );
        for (answer, words) in [
            (&b"HTTP/1.1 503 x\r\n\r\nok"[..], "It answered 503."),
            (b"HTTP/1.1 200 OK\r\nX: ok\r\n\r\nno", "does not have"),
            (b"", "without an answer"),
            (b"SSH-2.0-x", "no HTTP"),
        ] {
            assert!(judged(answer, &http).unwrap_err().contains(words));
        }
    }

    #[test]
    fn user_and_ports_are_the_images_own() {
        let spec = Spec {
            user: Some("not-root".into()),
            ports: Some(vec!["80".into()]),
            ..Spec::default()
        };
        let image = ImageDetail {
            user: "0:0".into(),
            ports: vec!["80/tcp".into()],
            ..ImageDetail::default()
        };
        let cases = of_image(&spec, &image);
        let verdicts: Vec<Verdict> = cases.iter().map(|case| case.verdict).collect();
        assert_eq!(verdicts, [Verdict::Failed, Verdict::Passed]);
        assert_eq!(
            cases
                .iter()
                .map(|case| case.name.clone())
                .collect::<Vec<_>>(),
            spec.checks()
        );
    }

    #[test]
    fn an_image_that_ran_out_of_memory_did_not_pass_by_its_exit_code() {
        let spec = Spec {
            exit_code: Some(137),
            ..Spec::default()
        };
        let seen = Seen {
            exit_code: Some(137),
            out_of_memory: true,
            ..Seen::default()
        };
        assert_eq!(
            after(&spec, &seen, "", Duration::ZERO)[0].verdict,
            Verdict::Failed
        );
    }
}
