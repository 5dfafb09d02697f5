//! Copying by the command.

use crate::stand::{Stand, has, story};
use hallmark_practice::samples::Story;

#[test]
fn a_copy_says_what_it_cost_and_what_it_came_to() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let team = stand.seed(0);
    let image = story(&team, Story::GoodCandidate);
    let (from, digest) = (stand.image(image), image.manifest.digest().to_string());
    let to = format!("{}/team/prod:1", stand.registry.host());
    let said = desk
        .json(&["copy", &from, &to, "--tag", "latest"])
        .answered(0);
    let members = [
        "digest", "tags", "requests", "bytes", "mounted", "already", "seconds", "missing",
    ];
    has(&said, &members);
    assert_eq!(said["digest"], digest.as_str());
    assert_eq!(said["tags"], serde_json::json!(["1", "latest"]));
    assert!(said["mounted"].as_u64().unwrap() > 0);
    let again = desk.json(&["copy", &from, &to]).answered(0);
    assert_eq!(again["requests"], 2);
    let history = desk.home().join("history.db");
    assert!(!history.exists(), "a copy needs no history");
}

#[test]
fn a_copy_goes_through_a_folder_and_keeps_what_is_attached() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let team = stand.seed(0);
    let image = story(&team, Story::GoodCandidate);
    stand.attach(&desk, image, &[]);
    let folder = format!("oci:{}:1", stand.path().join("shuttle").display());
    let out = desk
        .json(&["copy", &stand.image(image), &folder, "--referrers"])
        .answered(0);
    let to = format!("{}/far/away:1", stand.registry.host());
    let back = desk
        .json(&["copy", &folder, &to, "--referrers"])
        .answered(0);
    assert_eq!(out["digest"], back["digest"]);
    assert_eq!(back["missing"], serde_json::json!([]));
    let listed = |image: &str| {
        let said = desk.json(&["inspect", image]).answered(0);
        said["referrers"].as_array().unwrap().len()
    };
    assert!(listed(&to) > 0);
    assert_eq!(listed(&to), listed(&stand.image(image)));
}

#[test]
fn a_copy_that_cannot_be_says_why_with_its_code() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let to = format!("{}/team/prod:1", stand.registry.host());
    let nothing = format!("{}/team/none:1", stand.registry.host());
    desk.json(&["copy", &nothing, &to]).failed(3);
    desk.json(&["copy", "oci:", &to]).failed(2);
    desk.json(&["copy", "oci:/nowhere/at/all", &to]).failed(3);
    desk.json(&["copy", &nothing, "UPPER/../x"]).failed(2);
}
