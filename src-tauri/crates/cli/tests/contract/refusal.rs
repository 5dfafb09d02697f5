//! Images that must not go golden, from any command.

use crate::stand::{Stand, story};
use hallmark_practice::samples::Story;

#[test]
fn what_the_policy_refuses_cannot_be_approved_or_promoted() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let team = stand.seed(0);
    let failing = story(&team, Story::FailingTests);
    let name = stand.image(failing);
    stand
        .attach(&desk, failing, &[])
        .iter()
        .for_each(|said| _ = said.answered(0));

    let review = desk
        .json(&["review", &name, "--stage", "golden"])
        .answered(1);
    assert_eq!(review["verdict"], "fail");
    assert_eq!(
        review["checks"][0]["verdict"], "fail",
        "failing checks come first"
    );
    let refused = desk
        .json(&["approve", &name, "--stage", "golden", "-m", "please"])
        .failed(1);
    assert_eq!(refused["code"], "policy-refuses");
    for more in [&["--dry-run"][..], &[]] {
        let promote = ["promote", &name, "--stage", "golden"];
        let said = desk.json(&[&promote[..], more].concat());
        assert_eq!(said.answered(1)["outcome"], "refused");
    }
    let history = desk.json(&["history", "--kind", "refusal"]).answered(0);
    assert!(
        !history["entries"].as_array().unwrap().is_empty(),
        "the refusal is recorded"
    );
    desk.json(&["verify", &name, "--stage", "golden"])
        .answered(1);
}

#[test]
fn reports_about_another_image_are_not_attached_unless_somebody_says_why() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let team = stand.seed(0);
    let misplaced = story(&team, Story::EvidenceForAnother);
    let refused = stand.attach(&desk, misplaced, &[]);
    let codes: Vec<i32> = refused.iter().map(|said| said.code).collect();
    assert!(codes.contains(&1), "{refused:#?}");
    let one = refused.iter().find(|said| said.code == 1).unwrap();
    assert_eq!(one.failed(1)["code"], "evidence-for-another");

    let because = ["--because", "the same layers"];
    stand
        .attach(&desk, misplaced, &because)
        .iter()
        .for_each(|said| _ = said.answered(0));
    let name = stand.image(misplaced);
    let all = desk.json(&["evidence", "list", &name]).answered(0);
    let digest = all[0]["digest"].as_str().unwrap();
    let got = desk.run(&["evidence", "get", &name, digest]);
    let report = misplaced
        .reports
        .iter()
        .find(|report| report.bytes == got.out.as_bytes());
    assert!(
        report.is_some(),
        "the report comes back byte for byte: {got:?}"
    );
}

#[test]
fn a_tag_that_somebody_moved_in_between_is_a_conflict() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let team = stand.seed(0);
    let good = story(&team, Story::GoodCandidate);
    let name = stand.image(good);
    stand
        .attach(&desk, good, &[])
        .iter()
        .for_each(|said| _ = said.answered(0));
    desk.json(&["approve", &name, "--stage", "golden", "-m", "fine"])
        .answered(0);

    let other = story(&team, Story::GoldenLastMonth);
    stand.tag(other, "golden");
    let said = desk
        .json(&["promote", &name, "--stage", "golden"])
        .answered(1);
    assert_eq!(said["outcome"], "conflict", "{said:#}");
    let golden = format!("{}:golden", stand.repository(good));
    let now = desk.json(&["inspect", &golden]).answered(0);
    assert_eq!(
        now["digest"],
        other.manifest.digest().to_string(),
        "nothing was overwritten"
    );
}
