//! Three people with homes, logins and keys of their own on one registry: Mara develops and
//! asks, Ines owns and approves, Lena manages and may only read. Each flow is played on a
//! registry with the referrers API and on one without.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod documents;
mod hearing;
mod tampering;
mod team;

use hallmark_flows::images::Candidate;
use serde_json::json;
use team::Team;

fn both(play: impl Fn(Team)) {
    for referrers in [true, false] {
        play(Team::meet(referrers));
    }
}

#[test]
fn a_developer_asks_an_approver_finds_it_and_a_manager_who_may_only_read_can_check_it() {
    both(|team| {
        let candidate = team.candidate(0);
        let image = candidate.exact();
        team.mara.attach(&candidate, &team.ground.files());
        team.mara.request(&image);
        team.found_in_the_queue(&candidate);
        let own = ["approve", &image, "--stage", "golden", "-m", "mine"];
        team.mara
            .json(&own)
            .fails(1, "not-allowed", &["no approver"]);
        team.ines.approve(&image);
        assert_eq!(team.mara.ok(&["status", &image])["state"], "approved");
        let done = team.ines.promote(&image);
        assert_eq!(done["outcome"], "promoted", "{done:#}");
        assert_eq!(team.mara.ok(&["status", &image])["state"], "promoted");
        let queue = team.mara.ok(&["queue"]);
        assert_eq!(
            (&queue["waiting"], &queue["mine"]),
            (&json!([]), &json!([])),
            "{queue:#}"
        );
        the_manager_checks(&team, &candidate);
    });
}

fn the_manager_checks(team: &Team, candidate: &Candidate) {
    let lena = &team.lena;
    let joined = lena.ok(&["workspace", "join", &team.repository()]);
    assert_eq!(joined["version"], 3, "{joined:#}");
    let rebuilt = lena.ok(&["history", "rebuild"]);
    assert_eq!(rebuilt["problems"], json!([]), "{rebuilt:#}");
    assert_eq!(lena.ok(&["history", "verify"])["ok"], true);
    let digest = candidate.digest().to_string();
    for (kind, actor, count) in [
        ("evidence", "mara", 3),
        ("request", "mara", 1),
        ("approve", "ines", 1),
        ("promotion", "ines", 1),
    ] {
        let found = lena.ok(&["history", "--kind", kind, "--actor", actor]);
        let found = found["entries"].as_array().unwrap();
        assert_eq!(found.len(), count, "{kind} by {actor}: {found:#?}");
    }
    let moved = lena.ok(&["history", "--kind", "promotion", "--digest", &digest]);
    assert_eq!(moved["entries"][0]["tag"], "golden", "{moved:#}");
    let again = lena.ok(&["history", "rebuild"]);
    assert_eq!(again["added"], 0, "what is known is not taken in twice");
    let golden = ["verify", &candidate.exact(), "--stage", "golden"];
    assert_eq!(lena.ok(&golden)["approved_by"], json!(["ines"]));

    let comment = [
        "comment",
        &candidate.exact(),
        "--stage",
        "golden",
        "-m",
        "I saw it",
    ];
    let before = lena.kinds();
    lena.json(&comment).fails(
        3,
        "no-push-right",
        &["“lena” may not push", "right to push"],
    );
    assert_eq!(
        lena.kinds(),
        before,
        "what could not be attached is not recorded"
    );
    assert_eq!(lena.ok(&["history", "verify"])["ok"], true);
}

#[test]
fn nobody_approves_what_they_asked_for_and_an_outsider_decides_nothing() {
    let team = Team::meet(true);
    let candidate = team.candidate(0);
    let image = candidate.exact();
    team.ines.attach(&candidate, &team.ground.files());
    team.ines.request(&image);
    let approve = ["approve", &image, "--stage", "golden", "-m", "fine"];
    let refused = team.ines.json(&approve).failure(1);
    assert_eq!(refused.code, "not-allowed", "{refused:?}");
    let way_out = "somebody else has to approve it";
    assert!(refused.message.contains(way_out), "{refused:?}");
    let outsider = team.somebody("jonas");
    outsider.ok(&["workspace", "join", &team.repository()]);
    outsider
        .json(&approve)
        .fails(1, "not-allowed", &["no member", "member add"]);
    let promote = outsider
        .json(&["promote", &image, "--stage", "golden"])
        .answer(1);
    assert_eq!(promote["outcome"], "refused", "{promote:#}");
    assert_eq!(team.shelf_names(&candidate, "golden"), None);
    assert_eq!(team.ines.count("refusal"), 1, "the refusal is recorded");
}

/// Begins Ines's promotion, and kills it at that request.
fn cut_off(team: &Team, candidate: &Candidate, method: &str, contains: &str) {
    let hold = team.shelf.hold(method, contains, 0);
    let promote = ["promote", &candidate.exact(), "--stage", "golden"];
    let under_way = team.ines.begin(&promote);
    team.shelf.arrived(&hold);
    under_way.kill();
    team.shelf.running().behave();
}

fn approved(team: &Team) -> Candidate {
    let candidate = team.candidate(0);
    team.mara.attach(&candidate, &team.ground.files());
    team.mara.request(&candidate.exact());
    team.ines.approve(&candidate.exact());
    candidate
}

/// Mara sees in the queue that what she asked for was done.
fn closed_in_the_queue(team: &Team, candidate: &Candidate) {
    let queue = team.mara.ok(&["queue"]);
    assert_eq!(
        (&queue["waiting"], &queue["mine"]),
        (&json!([]), &json!([])),
        "{queue:#}"
    );
    assert_eq!(
        queue["recent"][0]["digest"],
        candidate.digest().to_string(),
        "{queue:#}"
    );
    assert_eq!(queue["recent"][0]["state"], "promoted", "{queue:#}");
}

#[test]
fn a_promotion_that_was_cut_off_and_settled_is_closed_in_the_teams_queue() {
    let team = Team::meet(true);
    let candidate = approved(&team);
    cut_off(&team, &candidate, "POST", "/payments/api/blobs/uploads");
    assert_eq!(team.ines.ok(&["settle"])[0]["outcome"], "recorded");
    closed_in_the_queue(&team, &candidate);
}

#[test]
fn a_promotion_cut_off_before_the_queue_knew_is_closed_there_by_promoting_again() {
    let team = Team::meet(true);
    let candidate = approved(&team);
    cut_off(
        &team,
        &candidate,
        "PUT",
        "/payments/hallmark/manifests/req-",
    );
    assert_eq!(
        team.mara.ok(&["status", &candidate.exact()])["state"],
        "promoted"
    );
    assert_eq!(team.ines.promote(&candidate.exact())["outcome"], "already");
    closed_in_the_queue(&team, &candidate);
}
