//! What an approver says reaches who asked: as a notice, and at a webhook whose receiver was down.

use crate::both;
use hallmark_flows::{process::free_port, receiver::Receiver};
use serde_json::Value;
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

const SECRET: &str = "canary-7tq+webhook";

/// HMAC-SHA256 by somebody else's program.
fn hmac(text: &str) -> String {
    let mut child = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", SECRET])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    output.rsplit(' ').next().unwrap().trim().to_owned()
}

#[test]
#[allow(clippy::too_many_lines, reason = "one decision goes the whole way")]
fn a_decision_reaches_who_asked_as_a_notice_and_at_a_receiver_that_was_down() {
    both(|team| {
        let candidate = team.candidate(0);
        let image = candidate.exact();
        let port = free_port();
        let input = format!("http://127.0.0.1:{port}/hook/{SECRET}\n{SECRET}\n");
        let events = ["approve", "comment", "request-changes"];
        let mut add = vec!["webhook", "add", "chat", "--json"];
        add.extend(events.iter().flat_map(|event| ["--event", event]));
        let added = team.mara.tell(&add, input.as_bytes()).answer(0);
        assert_eq!(added["webhooks"][0]["signed"], true, "{added}");
        let file = std::fs::read_to_string(team.mara.home().join("workspace.toml")).unwrap();
        assert!(!file.contains(SECRET) && !file.contains("/hook"), "{file}");

        team.mara.attach(&candidate, &team.ground.files());
        team.mara.request(&image);
        // What is one's own is no news.
        assert_eq!(team.mara.ok(&["notices"])["total"], 0);
        let waiting = team.ines.ok(&["notices"]);
        assert_eq!(waiting["rows"][0]["kind"], "request", "{waiting}");

        let comment = [
            "comment",
            &image,
            "--stage",
            "golden",
            "-m",
            "why this base?",
        ];
        team.ines.ok(&comment);
        team.ines.approve(&image);
        let heard = team.mara.ok(&["notices"]);
        let kinds: Vec<&Value> = heard["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| &row["kind"])
            .collect();
        assert_eq!(kinds, ["approve", "comment"], "{heard:#}");
        assert_eq!(
            (&heard["fresh"], &heard["unseen"]),
            (&2.into(), &2.into()),
            "{heard:#}"
        );
        assert_eq!(heard["rows"][0]["by"]["name"], "ines");
        assert_eq!(heard["rows"][0]["by"]["verified"], true);
        // Told once, and seen when it was seen.
        let again = team.mara.ok(&["notices", "--seen"]);
        assert_eq!((&again["fresh"], &again["total"]), (&0.into(), &2.into()));
        assert_eq!(
            team.mara.ok(&["notices", "--unseen"])["rows"],
            serde_json::json!([])
        );

        let down = team.mara.ok(&["webhook", "list"]);
        let down = &down["webhooks"][0];
        assert_eq!(down["waiting"], 2, "{down:#}");
        assert!(
            down["error"].as_str().unwrap().contains("not reachable"),
            "{down:#}"
        );
        assert!(down["next_try"].is_string(), "{down:#}");

        let receiver = Receiver::on(port);
        team.mara.ok(&["notices", "--deliver"]);
        let up = team.mara.ok(&["webhook", "test", "chat"]);
        assert_eq!(up["webhooks"][0]["waiting"], 0, "{up:#}");
        let log = team.mara.ok(&["webhook", "log", "chat"]);
        assert!(log["messages"][1]["tries"].as_u64() > Some(1), "{log:#}");
        let told = receiver.heard();
        let bodies: Vec<Value> = told
            .iter()
            .map(|one| serde_json::from_str(&one.body).unwrap())
            .collect();
        let kinds: Vec<&Value> = bodies.iter().map(|body| &body["kind"]).collect();
        assert_eq!(kinds, ["comment", "approve", "test"], "{bodies:#?}");
        for (one, body) in told.iter().zip(&bodies) {
            let signed = format!("{}.{}", one.headers["x-hallmark-timestamp"], one.body);
            let wanted = format!("sha256={}", hmac(&signed));
            assert_eq!(one.headers["x-hallmark-signature-256"], wanted);
            assert_eq!(
                body["event"].as_str().unwrap(),
                one.headers["x-hallmark-event"]
            );
        }
        // Nothing is told twice.
        team.mara.ok(&["notices"]);
        assert_eq!(receiver.heard().len(), 3);
        let none = team.mara.ok(&["webhook", "remove", "chat"]);
        assert_eq!(none["webhooks"], serde_json::json!([]));
    });
}
