//! A promotion or rollback that is cut off, by SIGKILL or by a registry that dies, is settled by
//! the next command: nothing is lost, nothing is there twice, and the tag is where the history
//! says. It is cut at every single request that changes something.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use hallmark_flows::{
    ground::{Ground, copy_folder},
    images::Candidate,
    person::Person,
    shelf::Shelf,
};
use hallmark_image::Digest;
use hallmark_practice::{
    Config, Seen,
    faults::{Effect, Fault},
};
use serde_json::Value;
use std::{collections::BTreeMap, fs};

/// A desk with an approved candidate, kept so that it can be cut off again and again.
struct Desk {
    ground: Ground,
    shelf: Shelf,
    ines: Person,
    old: Candidate,
    new: Candidate,
}

/// What is to be done, and cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Promote,
    RollBack,
}

impl Desk {
    /// One candidate is golden, the next is approved; for a rollback it is golden as well.
    fn before(act: Act, referrers: bool) -> Self {
        let ground = Ground::new();
        let config = Config {
            referrers,
            ..Config::default()
        };
        let shelf = Shelf::open(&ground, config);
        let ines = ground.person("ines");
        let surgeon = shelf.surgeon();
        let [old, new] = [24, 0].map(|hours| Candidate::new(shelf.host(), hours));
        for candidate in [&old, &new] {
            surgeon.push(candidate);
            ines.prepare(candidate, &ground.files());
            if candidate.digest() == old.digest() || act == Act::RollBack {
                ines.promote(&candidate.exact());
            }
        }
        let mut desk = Self {
            ground,
            shelf,
            ines,
            old,
            new,
        };
        desk.shelf.keep("before");
        copy_folder(&desk.ground.homes(), &desk.ground.servers().join("homes"));
        desk
    }

    fn put_back(&mut self) {
        self.shelf.put_back("before");
        fs::remove_dir_all(self.ground.homes()).unwrap();
        copy_folder(&self.ground.servers().join("homes"), &self.ground.homes());
    }

    fn words(&self, act: Act) -> Vec<String> {
        let words = match act {
            Act::Promote => format!("promote {} --stage golden --json", self.new.exact()),
            Act::RollBack => format!(
                "rollback {} --stage golden -m broken --json",
                self.new.repository()
            ),
        };
        words.split(' ').map(str::to_owned).collect()
    }

    fn act(&self, act: Act) -> hallmark_flows::said::Said {
        let words = self.words(act);
        self.ines
            .run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Begins `act`, and kills it when the request stands at the gate.
    fn killed_at(&self, act: Act, method: &str, contains: &str, skip: usize) {
        let hold = self.shelf.hold(method, contains, skip);
        let words = self.words(act);
        let under_way = self
            .ines
            .begin(&words.iter().map(String::as_str).collect::<Vec<_>>());
        self.shelf.arrived(&hold);
        let said = under_way.kill();
        assert_eq!(said.code, None, "{}", said.whole());
        self.shelf.running().behave();
        // Whoever stood at the gate is gone; the request must not pass afterwards.
        drop(hold);
    }

    fn golden(&self) -> Option<Digest> {
        self.shelf.names(&self.new, "golden")
    }

    /// The digest that the act places.
    fn target(&self, act: Act) -> &Candidate {
        match act {
            Act::Promote => &self.new,
            Act::RollBack => &self.old,
        }
    }

    /// The digest that the tag names before the act.
    fn previous(&self, act: Act) -> &Candidate {
        match act {
            Act::Promote => &self.old,
            Act::RollBack => &self.new,
        }
    }

    /// Statements of a kind that hang on either image, and the history's entries of it.
    fn told(&self, kind: &str) -> (usize, usize) {
        let surgeon = self.shelf.surgeon();
        let end = format!("/{kind}/v1");
        let hang = |candidate| surgeon.of_kind(candidate, &end).len();
        (hang(&self.old) + hang(&self.new), self.ines.count(kind))
    }

    /// Every statement hangs there once and stands in the history once, and all of it verifies.
    fn nothing_lost_nothing_twice(&self, what: &str) {
        let surgeon = self.shelf.surgeon();
        let mut acts: BTreeMap<String, u32> = BTreeMap::new();
        for candidate in [&self.old, &self.new] {
            for hanging in surgeon.hanging(candidate) {
                let says = &hanging.statement;
                let intent = says.predicate["intent"].as_str();
                if let Some(intent) = intent {
                    let key = format!("{} of {intent} on {}", says.predicate_type, hanging.subject);
                    *acts.entry(key).or_default() += 1;
                }
                let found = self.ines.ok(&["history", "--limit", "1000"]).to_string();
                let times = found
                    .matches(&format!("\"statement\":\"{}\"", hanging.name))
                    .count();
                assert_eq!(times, 1, "{what}: {} in the history", says.predicate_type);
            }
        }
        assert!(
            acts.values().all(|times| *times == 1),
            "{what}: told twice: {acts:#?}"
        );
        let rebuilt = self.ines.json(&["history", "rebuild"]);
        assert_eq!(rebuilt.answer(0)["added"], 0, "{what}: {}", rebuilt.whole());
        assert_eq!(self.ines.ok(&["history", "verify"])["ok"], true, "{what}");
    }

    /// The newest promotion or rollback of the history says where the tag is.
    fn tag_is_where_the_history_says(&self, what: &str) {
        let page = self
            .ines
            .ok(&["history", "--kind", "promotion,rollback", "--limit", "1"]);
        let says = page["entries"][0]["digest"].as_str().unwrap().to_owned();
        assert_eq!(self.golden().unwrap().to_string(), says, "{what}");
    }
}

fn outcome(settled: &Value) -> &str {
    let all = settled.as_array().unwrap();
    assert_eq!(all.len(), 1, "{settled:#}");
    all[0]["outcome"].as_str().unwrap()
}

#[test]
fn killed_before_the_put_nothing_has_happened_and_it_may_be_done_again() {
    let desk = Desk::before(Act::Promote, true);
    // The pin goes first, and its name begins like the tag's.
    desk.killed_at(Act::Promote, "PUT", "/manifests/golden", 1);
    assert_eq!(desk.golden().as_ref(), Some(desk.old.digest()));
    let remark = desk.ines.run(&["history"]);
    let said = String::from_utf8_lossy(&remark.err).into_owned();
    assert!(
        said.contains("1 promotion was cut off; run `hallmark settle`"),
        "{said}"
    );

    let settled = desk.ines.ok(&["settle"]);
    assert_eq!(outcome(&settled), "not-done");
    assert_eq!(desk.told("promotion"), (1, 1), "the old one's alone");
    assert_eq!(
        desk.ines.ok(&["settle"]),
        serde_json::json!([]),
        "settled is settled"
    );
    desk.tag_is_where_the_history_says("settled");
    let done = desk.act(Act::Promote).answer(0);
    assert_eq!(done["outcome"], "promoted");
    assert_eq!(desk.golden().as_ref(), Some(desk.new.digest()));
    assert_eq!(desk.told("promotion"), (2, 2));
    desk.nothing_lost_nothing_twice("done again");
}

#[test]
fn killed_after_the_put_it_is_recorded_by_settle() {
    let desk = Desk::before(Act::Promote, true);
    desk.killed_at(Act::Promote, "POST", "/blobs/uploads", 0);
    assert_eq!(
        desk.golden().as_ref(),
        Some(desk.new.digest()),
        "the tag has moved"
    );
    assert_eq!(desk.told("promotion"), (1, 1), "and nothing tells of it");
    let settled = desk.ines.ok(&["settle"]);
    assert_eq!(outcome(&settled), "recorded");
    assert_eq!(desk.told("promotion"), (2, 2));
    desk.tag_is_where_the_history_says("settled");
    desk.nothing_lost_nothing_twice("settled");
    assert_eq!(desk.act(Act::Promote).answer(0)["outcome"], "already");
    assert_eq!(desk.told("promotion"), (2, 2));
}

#[test]
fn killed_before_the_last_commit_the_statement_that_hangs_there_is_the_record() {
    let desk = Desk::before(Act::Promote, false);
    // Without the referrers API the list of what is attached is read once more at the end.
    let seen = rehearse(&desk, Act::Promote);
    let last = seen.iter().rposition(|one| one.method == "PUT").unwrap();
    let path = seen[last].path.clone();
    let reads = |one: &&Seen| one.method == "GET" && one.path == path;
    let before = seen[..last].iter().filter(reads).count();
    let mut desk = desk;
    desk.put_back();
    desk.killed_at(Act::Promote, "GET", &path, before);
    assert_eq!(desk.golden().as_ref(), Some(desk.new.digest()));
    assert_eq!(desk.told("promotion"), (2, 1), "attached, and not recorded");
    let settled = desk.ines.ok(&["settle"]);
    assert_eq!(outcome(&settled), "recorded");
    assert_eq!(desk.told("promotion"), (2, 2));
    desk.tag_is_where_the_history_says("settled");
    desk.nothing_lost_nothing_twice("settled");
}

/// Does it whole, and gives what was asked of the registry.
fn rehearse(desk: &Desk, act: Act) -> Vec<Seen> {
    desk.shelf.running().forget_requests();
    let done = desk.act(act).answer(0);
    assert_eq!(done["outcome"], "promoted", "{done:#}");
    desk.shelf.seen()
}

/// Every request that changes something, as the method and how many of it came before.
fn changes(seen: &[Seen]) -> Vec<(&'static str, usize)> {
    let count = |method| seen.iter().filter(|one| one.method == method).count();
    let all = ["POST", "PUT"].into_iter();
    all.flat_map(|method| (0..count(method)).map(move |nth| (method, nth)))
        .collect()
}

fn cut_everywhere(act: Act, referrers: bool) {
    let mut desk = Desk::before(act, referrers);
    let seen = rehearse(&desk, act);
    let cuts = changes(&seen);
    // At least a pin, the tag, one statement's blob in two steps, and its manifest.
    assert!(cuts.len() >= 5, "{cuts:?}");
    for (method, nth) in cuts {
        let what = format!("{act:?} cut at {method} {nth}, referrers {referrers}");
        desk.put_back();
        desk.killed_at(act, method, "", nth);
        let moved = desk.golden().as_ref() == Some(desk.target(act).digest());
        let settled = desk.ines.ok(&["settle"]);
        assert_eq!(
            outcome(&settled),
            if moved { "recorded" } else { "not-done" },
            "{what}"
        );
        desk.tag_is_where_the_history_says(&what);
        if !moved {
            assert_eq!(
                desk.golden().as_ref(),
                Some(desk.previous(act).digest()),
                "{what}"
            );
            assert_eq!(desk.act(act).answer(0)["outcome"], "promoted", "{what}");
        }
        assert_eq!(
            desk.golden().as_ref(),
            Some(desk.target(act).digest()),
            "{what}"
        );
        desk.tag_is_where_the_history_says(&what);
        desk.nothing_lost_nothing_twice(&what);
    }
}

#[test]
fn a_promotion_cut_at_any_change_is_settled() {
    cut_everywhere(Act::Promote, true);
}

#[test]
fn a_promotion_cut_at_any_change_of_a_registry_without_referrers_is_settled() {
    cut_everywhere(Act::Promote, false);
}

#[test]
fn a_rollback_cut_at_any_change_is_settled() {
    cut_everywhere(Act::RollBack, true);
}

#[test]
fn the_next_promotion_settles_what_was_cut_off_before_it_begins() {
    let mut desk = Desk::before(Act::Promote, true);
    for (method, contains, skip, outcome) in [
        ("PUT", "/manifests/golden", 1, "promoted"),
        ("POST", "/blobs/uploads", 0, "already"),
    ] {
        desk.put_back();
        desk.killed_at(Act::Promote, method, contains, skip);
        assert_eq!(desk.act(Act::Promote).answer(0)["outcome"], outcome);
        assert_eq!(desk.told("promotion"), (2, 2), "{method}");
        assert_eq!(desk.ines.ok(&["settle"]), serde_json::json!([]), "{method}");
        desk.nothing_lost_nothing_twice(method);
    }
}

#[test]
fn what_somebody_moved_after_it_was_cut_off_is_left_to_a_person() {
    let desk = Desk::before(Act::Promote, true);
    desk.killed_at(Act::Promote, "PUT", "/manifests/golden", 1);
    let third = Candidate::new(desk.shelf.host(), 72);
    let surgeon = desk.shelf.surgeon();
    surgeon.push(&third);
    surgeon.tag(&third.repository(), "golden", &third.sample.manifest);
    let settled = desk.ines.json(&["settle"]).answer(1);
    assert_eq!(outcome(&settled), "conflict");
    assert_eq!(
        desk.golden().as_ref(),
        Some(third.digest()),
        "nothing is overwritten"
    );
    assert_eq!(desk.told("promotion"), (1, 1));
}

#[test]
fn a_promotion_under_way_is_nobodys_to_settle() {
    let desk = Desk::before(Act::Promote, true);
    let hold = desk.shelf.hold("PUT", "/manifests/golden", 1);
    let words = desk.words(Act::Promote);
    let under_way = desk
        .ines
        .begin(&words.iter().map(String::as_str).collect::<Vec<_>>());
    desk.shelf.arrived(&hold);
    assert_eq!(
        desk.ines.ok(&["settle"]),
        serde_json::json!([]),
        "its owner lives"
    );
    hold.release();
    let done = under_way.wait().answer(0);
    assert_eq!(done["outcome"], "promoted");
    assert_eq!(desk.told("promotion"), (2, 2));
}

#[test]
fn a_registry_that_dies_on_the_way_leaves_something_that_settles() {
    let mut desk = Desk::before(Act::Promote, true);
    // The pin goes first, and its name begins like the tag's.
    for (method, contains, skip, effect, moved) in [
        (
            "PUT",
            "/manifests/golden-",
            0,
            Effect::CloseUnanswered,
            false,
        ),
        (
            "PUT",
            "/manifests/golden",
            1,
            Effect::CloseUnanswered,
            false,
        ),
        (
            "PUT",
            "/manifests/golden",
            1,
            Effect::StatusAfterwards(500),
            true,
        ),
        ("POST", "/blobs/uploads", 0, Effect::CloseUnanswered, true),
        ("PUT", "/manifests/sha256:", 0, Effect::status(503), true),
    ] {
        let what = format!("{method} {contains} {effect:?}");
        desk.put_back();
        desk.shelf
            .fault(Fault::on(method, contains, effect).skip(skip));
        let said = desk.act(Act::Promote);
        let failure = said.failure(3);
        assert!(!failure.hint.is_empty(), "{what}: {}", said.whole());
        desk.shelf.running().behave();
        let is_there = desk.golden().as_ref() == Some(desk.new.digest());
        assert_eq!(is_there, moved, "{what}");
        assert_eq!(
            desk.act(Act::Promote).answer(0)["digest"],
            desk.new.digest().to_string()
        );
        assert_eq!(desk.golden().as_ref(), Some(desk.new.digest()), "{what}");
        assert_eq!(desk.told("promotion"), (2, 2), "{what}");
        desk.nothing_lost_nothing_twice(&what);
    }
}

#[test]
fn a_registry_that_is_gone_leaves_what_was_cut_off_for_later() {
    let mut desk = Desk::before(Act::Promote, true);
    desk.killed_at(Act::Promote, "POST", "/blobs/uploads", 0);
    desk.shelf.stop();
    let said = desk.ines.json(&["settle"]);
    said.fails(
        3,
        "unreachable",
        &["cannot be reached", "Check that it is running"],
    );
    desk.shelf.again();
    assert_eq!(
        outcome(&desk.ines.ok(&["settle"])),
        "recorded",
        "nothing was lost meanwhile"
    );
    assert_eq!(desk.told("promotion"), (2, 2));
}
