//! Statements with a broken signature or of an unknown key: said, and counted for nothing.

use crate::Desk;
use hallmark_flows::{ground::word, images::Candidate};
use serde_json::json;

#[test]
fn an_approval_with_a_broken_signature_or_an_unknown_key_approves_nothing() {
    let desk = Desk::approved();
    let surgeon = desk.shelf.surgeon();
    let approval = surgeon.of_kind(&desk.candidate, "/decision/v1").remove(0);
    let (changed, name) = approval.changed();
    let (strange, key) = approval.by_a_stranger();
    for (bundle, words) in [
        (
            changed,
            [name.short().to_owned(), "wrong signature".to_owned()],
        ),
        (
            strange,
            [key.id().short().to_owned(), "no member".to_owned()],
        ),
    ] {
        let surgeon = desk.shelf.surgeon();
        for decision in surgeon.of_kind(&desk.candidate, "/decision/v1") {
            surgeon.remove(&desk.candidate, &decision);
        }
        surgeon.hang(&desk.candidate, &approval.subject(), bundle);
        let image = desk.candidate.exact();
        assert_eq!(
            desk.ines.json(&["status", &image]).answer(1)["state"],
            "waiting"
        );
        let said = desk.promote().answer(1);
        assert_eq!(said["outcome"], "refused", "{said:#}");
        let review = desk.ines.run(&["review", &image]);
        for word in words {
            assert!(
                review.text().contains(&word),
                "“{word}” is not said: {}",
                review.whole()
            );
        }
        assert_eq!(desk.shelf.names(&desk.candidate, "golden"), None);
    }
    assert_eq!(desk.ines.ok(&["history", "verify"])["ok"], true);
}

#[test]
fn verify_says_no_and_why_where_the_promotion_is_forged() {
    let desk = Desk::approved();
    desk.promote().answer(0);
    let golden = ["verify", &desk.candidate.exact(), "--stage", "golden"];
    desk.ines.ok(&golden);
    let surgeon = desk.shelf.surgeon();
    let promotion = surgeon.of_kind(&desk.candidate, "/promotion/v1").remove(0);
    let (changed, name) = promotion.changed();
    surgeon.remove(&desk.candidate, &promotion);
    surgeon.hang(&desk.candidate, &promotion.subject(), changed);
    let no = desk.ines.json(&golden).answer(1);
    assert_eq!(no["golden"], false, "{no:#}");
    let said = no["distrusted"].to_string();
    assert!(
        said.contains(name.short()) && said.contains("wrong signature"),
        "{said}"
    );
}

#[test]
fn what_hangs_there_and_is_no_statement_at_all_is_said_and_disturbs_nothing() {
    let desk = Desk::approved();
    let surgeon = desk.shelf.surgeon();
    let subject = desk.candidate.sample.manifest.descriptor();
    for junk in [
        &b"{}"[..],
        b"",
        b"not json",
        br#"{"mediaType":"x"}"#,
        &[0xff; 300],
    ] {
        surgeon.hang(&desk.candidate, &subject, junk.to_vec());
    }
    let review = desk.ines.ok(&["review", &desk.candidate.exact()]);
    assert_eq!(review["verdict"], "pass", "{review:#}");
    assert_eq!(desk.promote().answer(0)["outcome"], "promoted");
    let rebuilt = desk.ines.json(&["history", "rebuild"]).answer(1);
    assert_eq!(
        rebuilt["problems"].as_array().unwrap().len(),
        5,
        "{rebuilt:#}"
    );
}

#[test]
fn a_key_that_is_no_key_is_bad_input() {
    let desk = Desk::open();
    let file = word(&desk.ground.file("no.pem", "not a key"));
    desk.loses_nothing(|ines| {
        let image = desk.candidate.exact();
        let verify = ["verify", &image, "--stage", "golden", "--key", &file];
        ines.json(&verify)
            .fails(2, "bad-input", &["cannot be read", "P-256"]);
        let add = [
            "member", "add", "mara", "--key", &file, "--role", "approver",
        ];
        ines.json(&add).fails(2, "bad-input", &["mara", "P-256"]);
        let import = ines.json(&["key", "import", &file]);
        assert_eq!(import.failure(2).code, "bad-input", "{}", import.whole());
    });
}

#[test]
fn nobody_is_golden_by_words_alone() {
    let desk = Desk::open();
    let other = Candidate::new(desk.shelf.host(), 24);
    let surgeon = desk.shelf.surgeon();
    surgeon.push(&other);
    surgeon.tag(&other.repository(), "golden", &other.sample.manifest);
    let tag = format!("{}:golden", other.repository());
    let no = desk
        .ines
        .json(&["verify", &tag, "--stage", "golden"])
        .answer(1);
    assert_eq!(no["golden"], json!(false), "{no:#}");
}
