//! Notices and webhooks by the command.

use crate::stand::{Stand, has, members, story};
use hallmark_practice::samples::Story;
use serde_json::json;
use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

const SECRET: &str = "canary-webhook-4c1d";

#[test]
fn a_webhook_that_does_not_hear_fails_no_command_and_says_so_in_its_log() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let team = stand.seed(0);
    let image = stand.image(story(&team, Story::GoodCandidate));
    // Bound, and nobody ever answers there.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/{SECRET}", silent.local_addr().unwrap());
    let add = ["webhook", "add", "chat", "--form", "slack", "--json"];
    let said = desk.run_with(&add, &format!("{url}\n{SECRET}\n"));
    let added = said.answered(0);
    assert!(!said.out.contains(SECRET), "{said:?}");
    let webhook = [
        "name",
        "origin",
        "form",
        "events",
        "signed",
        "waiting",
        "given_up",
        "delivered_at",
        "error",
        "next_try",
        "messages",
    ];
    assert_eq!(members(&added["webhooks"][0]), webhook);

    let request = ["request", &image, "--stage", "golden", "-m", "please"];
    desk.json(&request).answered(0);
    let log = desk.json(&["webhook", "log", "chat"]).answered(0);
    let [message] = log["messages"].as_array().unwrap().as_slice() else {
        panic!("{log:#}");
    };
    has(message, &["event", "at", "next_try", "delivered_at"]);
    assert_eq!(
        (&message["tries"], &message["given_up"]),
        (&json!(1), &json!(false))
    );
    assert!(
        message["error"].as_str().unwrap().contains("cut off"),
        "{log:#}"
    );
    let began = Instant::now();
    let list = desk.json(&["webhook", "list"]).answered(0);
    assert_eq!(list["webhooks"][0]["waiting"], 1);
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "its pause is not over"
    );
    let shown = desk.run(&["webhook", "log", "chat"]);
    assert!(shown.out.contains("next try"), "{shown:?}");

    let removed = desk.json(&["webhook", "remove", "chat"]).answered(0);
    assert_eq!(removed, json!({ "webhooks": [] }));
    let gone = desk.json(&["webhook", "log", "chat"]).failed(3);
    assert_eq!(gone["code"], "not-found");
}

#[test]
fn an_address_that_keeps_nothing_and_an_event_that_is_none_are_bad_input() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let add = |more: &[&str], stdin: &str| {
        let words = [&["webhook", "add", "chat", "--json"], more].concat();
        desk.run_with(&words, stdin)
    };
    for stdin in [
        "",
        "http://192.0.2.1/hook\n",
        "ftp://192.0.2.1/\n",
        "https://a:b@h/\n",
    ] {
        assert_eq!(add(&[], stdin).failed(2)["code"], "bad-input", "{stdin}");
    }
    let event = add(&["--event", "weather"], "https://h.example/\n").failed(2);
    assert!(
        event["message"].as_str().unwrap().contains("promotion"),
        "{event}"
    );
    add(&["--plain-http"], "http://192.0.2.1/hook\n").answered(0);
    let twice = add(&[], "https://h.example/\n").failed(2);
    assert!(
        twice["message"].as_str().unwrap().contains("already"),
        "{twice}"
    );
}

#[test]
fn notices_are_one_document_and_an_unknown_one_cannot_be_read() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let notices = desk.json(&["notices", "--unread", "--deliver"]).answered(0);
    assert_eq!(
        members(&notices),
        ["rows", "total", "unseen", "fresh", "problems"]
    );
    desk.json(&["notices", "--offline", "--all-read"])
        .answered(0);
    let unknown = desk
        .json(&["notices", "--offline", "--read", "7"])
        .failed(3);
    assert_eq!(unknown["code"], "not-found");
    desk.json(&["notices", "--offline", "--deliver"]).failed(2);
}
