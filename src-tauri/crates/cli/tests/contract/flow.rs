//! From an image and its reports to the golden tag, and back: the whole way by the command.

use crate::stand::{Desk, Said, Stand, has, members, story};
use hallmark_practice::samples::{SampleImage, Story};
use serde_json::Value;

struct Way {
    stand: Stand,
    desk: Desk,
}

impl Way {
    fn say(&self, words: &[&str]) -> Said {
        self.desk.json(words)
    }

    /// Brings a sample to the golden stage and gives back what `promote` said.
    fn promote(&self, image: &SampleImage) -> Value {
        let name = self.stand.image(image);
        for said in self.stand.attach(&self.desk, image, &[]) {
            let attached = said.answered(0);
            has(&attached, &["image", "evidence", "statements", "warnings"]);
        }
        self.request(&name, image);
        self.say(&["approve", &name, "--stage", "golden", "-m", "looks right"])
            .answered(0);
        self.say(&["promote", &name, "--stage", "golden"])
            .answered(0)
    }

    fn request(&self, name: &str, image: &SampleImage) {
        let words = ["request", name, "--stage", "golden", "-m", image.message];
        let links = [
            "--run",
            image.run_url.as_str(),
            "--ticket",
            image.ticket_url.as_str(),
        ];
        let asked = self.say(&[&words[..], &links[..]].concat()).answered(0);
        has(&asked, &["image", "digest", "stage", "statement"]);
        assert_eq!(asked["digest"], image.manifest.digest().to_string());
    }
}

#[test]
fn an_image_goes_golden_by_the_command_alone_and_back() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let way = Way { stand, desk };
    let before = way.stand.seed(24);
    let before = story(&before, Story::GoodCandidate);
    let first = way.promote(before);
    assert_eq!(first["previous"], Value::Null);

    let now = way.stand.seed(0);
    let now = story(&now, Story::GoodCandidate);
    assert_ne!(now.manifest.digest(), before.manifest.digest());
    reviewed_and_promoted(&way, now, before);
    let key = way.desk.run(&["key", "export"]);
    assert!(
        key.out.starts_with("-----BEGIN PUBLIC KEY-----\n"),
        "{key:?}"
    );
    let key = way
        .stand
        .file("ines.pem", key.out.as_bytes())
        .display()
        .to_string();
    golden_for_whoever_has_the_key(&way, now, &key);
    rolled_back(&way, now, before);
    recorded(&way, now);
}

fn reviewed_and_promoted(way: &Way, now: &SampleImage, before: &SampleImage) {
    let name = way.stand.image(now);
    way.stand
        .attach(&way.desk, now, &[])
        .iter()
        .for_each(|said| _ = said.answered(0));
    way.request(&name, now);
    let queue = way.say(&["queue"]).answered(0);
    has(&queue, &["waiting", "mine", "recent", "problems"]);
    assert!(
        queue
            .to_string()
            .contains(&now.manifest.digest().to_string()),
        "{queue:#}"
    );
    assert_eq!(way.say(&["status", &name]).answered(1)["state"], "waiting");
    a_review_has_the_contracts_members(way, now, before);

    way.say(&["approve", &name, "--stage", "golden", "-m", "fine"])
        .answered(0);
    assert_eq!(
        way.say(&["status", &name, "--wait"]).answered(0)["state"],
        "approved"
    );
    let dry = way
        .say(&["promote", &name, "--stage", "golden", "--dry-run"])
        .answered(0);
    let done = way
        .say(&["promote", &name, "--stage", "golden"])
        .answered(0);
    assert_eq!(
        members(&dry),
        members(&done),
        "the dry run has the same shape"
    );
    has(
        &done,
        &[
            "outcome", "digest", "previous", "tags", "pins", "copied", "missing", "requests",
            "seconds",
        ],
    );
    assert_eq!(done["outcome"], "promoted");
    assert_eq!(done["digest"], now.manifest.digest().to_string());
    assert_eq!(done["previous"], before.manifest.digest().to_string());
    assert_eq!(done["tags"], serde_json::json!(["golden"]));
    assert_eq!(done["missing"], serde_json::json!([]));
    let again = way
        .say(&["promote", &name, "--stage", "golden"])
        .answered(0);
    assert_eq!(again["outcome"], "already");
}

fn a_review_has_the_contracts_members(way: &Way, now: &SampleImage, before: &SampleImage) {
    let name = way.stand.image(now);
    let review = way.say(&["review", &name, "--stage", "golden"]).answered(0);
    has(
        &review,
        &[
            "image",
            "digest",
            "stage",
            "verdict",
            "checks",
            "evidence",
            "golden",
            "difference",
        ],
    );
    assert_eq!(review["digest"], now.manifest.digest().to_string());
    assert_eq!(
        (&review["stage"], &review["verdict"]),
        (&"golden".into(), &"pass".into())
    );
    let check = &review["checks"][0];
    has(check, &["rule", "verdict", "reason", "evidence"]);
    assert!(check["evidence"].is_array());
    assert_eq!(
        review["golden"]["digest"],
        before.manifest.digest().to_string()
    );
    assert!(review["difference"].is_object());
    let said = way.desk.run(&["review", &name, "--stage", "golden"]);
    assert!(said.out.contains("Checks: pass"), "{said:?}");
    assert!(
        !said.out.contains('\u{1b}'),
        "no colours where nobody looks"
    );
}

fn golden_for_whoever_has_the_key(way: &Way, now: &SampleImage, key: &str) {
    let name = way.stand.image(now);
    let stranger = way.stand.desk("stranger");
    let verify = ["verify", &name, "--stage", "golden"];
    let yes = stranger
        .json(&[&verify[..], &["--key", key]].concat())
        .answered(0);
    assert_eq!(yes["golden"], true);
    assert_eq!(yes["digest"], now.manifest.digest().to_string());
    let no = stranger.json(&verify).answered(1);
    assert_eq!(no["golden"], false, "without the key nobody is trusted");
    let tag = format!("{}:golden", way.stand.repository(now));
    stranger
        .json(&["verify", &tag, "--stage", "golden", "--key", key])
        .answered(0);
}

fn rolled_back(way: &Way, now: &SampleImage, before: &SampleImage) {
    let repository = way.stand.repository(now);
    let rollback = [
        "rollback",
        &repository,
        "--stage",
        "golden",
        "-m",
        "refunds fail",
    ];
    let done = way.say(&rollback).answered(0);
    assert_eq!(done["digest"], before.manifest.digest().to_string());
    assert_eq!(done["previous"], now.manifest.digest().to_string());
    let tag = way
        .say(&["inspect", &format!("{repository}:golden")])
        .answered(0);
    assert_eq!(tag["digest"], before.manifest.digest().to_string());
    let name = way.stand.image(now);
    assert_eq!(
        way.say(&["status", &name]).answered(1)["state"],
        "rolled-back"
    );
    way.say(&["verify", &name, "--stage", "golden"]).answered(1);
}

fn recorded(way: &Way, now: &SampleImage) {
    let page = way.say(&["history", "--limit", "2"]).answered(0);
    has(&page, &["entries", "next"]);
    let entries = page["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    let names = [
        "seq",
        "time",
        "kind",
        "actor",
        "repository",
        "tag",
        "digest",
        "message",
        "statement",
    ];
    has(&entries[0], &names);
    assert!(
        entries[0]["seq"].as_u64() > entries[1]["seq"].as_u64(),
        "newest first"
    );
    let older = way
        .say(&["history", "--after", &page["next"].to_string()])
        .answered(0);
    assert!(older["entries"][0]["seq"].as_u64() < entries[1]["seq"].as_u64());
    filtered(way, now);
    exported(way);
    let verified = way.say(&["history", "verify"]).answered(0);
    assert_eq!(verified["ok"], true);
}

fn filtered(way: &Way, now: &SampleImage) {
    let kinds = |words: &[&str]| -> Vec<String> {
        let page = way.say(&[&["history"], words].concat()).answered(0);
        let entries = page["entries"].as_array().unwrap().iter();
        let mut kinds: Vec<String> = entries
            .map(|entry| entry["kind"].as_str().unwrap().to_owned())
            .collect();
        // A rollback may be told once for each of the two digests.
        kinds.dedup_by(|a, b| a == b && a == "rollback");
        kinds
    };
    assert_eq!(
        kinds(&["--kind", "promotion,rollback"]),
        ["rollback", "promotion", "promotion"]
    );
    let digest = now.manifest.digest().to_string();
    assert_eq!(
        kinds(&["--kind", "promotion", "--digest", &digest]),
        ["promotion"]
    );
    assert_eq!(kinds(&["--text", "refunds fail"]), ["rollback"]);
    assert_eq!(kinds(&["--actor", "nobody"]), [""; 0]);
    assert_eq!(kinds(&["--until", "2020-01-01"]), [""; 0]);
}

fn exported(way: &Way) {
    let file = way.stand.path().join("history.csv").display().to_string();
    let done = way
        .say(&["history", "export", "--format", "csv", &file])
        .answered(0);
    has(&done, &["file", "entries"]);
    let lines = std::fs::read_to_string(&file).unwrap();
    assert!(
        lines.lines().count() as u64 > done["entries"].as_u64().unwrap(),
        "{lines}"
    );
    let json = way
        .desk
        .run(&["history", "export", "--format", "json", "-"]);
    let entries = json.document();
    assert_eq!(
        entries.as_array().unwrap().len() as u64,
        done["entries"].as_u64().unwrap()
    );
}
