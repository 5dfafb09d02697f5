//! Removing or forging one statement is noticed, and the statement is named: by who has read
//! everything before, and by who comes to it for the first time.

use crate::team::Team;
use hallmark_attest::Bundle;
use hallmark_flows::{images::Candidate, person::Person, surgeon::Hanging};
use hallmark_image::Digest;
use serde_json::Value;
use std::collections::BTreeSet;

/// A told story, kept so that it can be spoiled again and again.
struct Told {
    team: Team,
    candidate: Candidate,
    /// Lena on a second machine, who joined and has read nothing yet.
    newcomer: Person,
}

impl Told {
    fn tell(referrers: bool) -> Self {
        let mut team = Team::meet(referrers);
        let candidate = team.promoted(0);
        team.lena.ok(&["workspace", "join", &team.repository()]);
        team.lena.ok(&["history", "rebuild"]);
        let newcomer = team.somebody("jonas");
        newcomer.ok(&["workspace", "join", &team.repository()]);
        team.keep("told");
        Self {
            team,
            candidate,
            newcomer,
        }
    }

    /// The one statement of a kind, by the end of its type.
    fn statement(&self, kind: &str) -> Hanging {
        let all = self.team.surgeon().of_kind(&self.candidate, kind);
        assert_eq!(all.len(), 1, "{kind}: {all:#?}");
        all.into_iter().next().unwrap()
    }

    /// Everything that hangs on the image: each kind of statement is among it.
    fn statements(&self) -> Vec<Hanging> {
        let all = self.team.surgeon().hanging(&self.candidate);
        let kinds: BTreeSet<&str> = all.iter().map(kind).collect();
        let every = [
            "decision",
            "promotion",
            "request",
            "test-result",
            "verification_summary",
            "vulns",
        ];
        assert_eq!(Vec::from_iter(kinds), every);
        all
    }

    /// Who read everything before and who comes anew both name every one of `expected`, each with
    /// these words.
    fn noticed(&self, what: &str, expected: &[(&Digest, &[&str])]) {
        for (who, person) in [
            ("the manager", &self.team.lena),
            ("a newcomer", &self.newcomer),
        ] {
            let rebuilt = person.json(&["history", "rebuild"]).answer(1);
            let problems = problems(&rebuilt);
            for (statement, words) in expected {
                let all = |problem: &&str| words.iter().all(|word| problem.contains(word));
                let named = |problem: &&str| problem.contains(statement.short()) && all(problem);
                assert!(
                    problems.iter().any(named),
                    "{what}: {who} is not told of {} ({words:?}): {problems:#?}",
                    statement.short()
                );
            }
        }
    }

    /// What was taken in is whole, whatever became of the registry.
    fn records_hold(&self) {
        for person in [&self.team.lena, &self.newcomer] {
            assert_eq!(person.ok(&["history", "verify"])["ok"], true);
        }
    }

    /// Nobody takes a statement of that name into the history.
    fn taken_in_by_nobody(&self, what: &str, statement: &Digest) {
        for person in [&self.team.lena, &self.newcomer] {
            person.json(&["history", "rebuild"]).answer(1);
            let all = person.ok(&["history", "--limit", "1000"]).to_string();
            assert!(all.contains("request"), "{all}");
            assert!(!all.contains(statement.hex()), "{what} is in the history");
        }
    }
}

/// The last word of a predicate's type but for its version.
fn kind(one: &Hanging) -> &str {
    one.statement.predicate_type.rsplit('/').nth(1).unwrap()
}

fn problems(rebuilt: &Value) -> Vec<&str> {
    let problems = rebuilt["problems"].as_array().unwrap().iter();
    problems.map(|one| one.as_str().unwrap()).collect()
}

/// Each statement in turn is taken away, and then another one put in its place.
fn spoiled(referrers: bool) {
    let mut told = Told::tell(referrers);
    for statement in told.statements() {
        let surgeon = told.team.surgeon();
        surgeon.remove(&told.candidate, &statement);
        let missing: (&Digest, &[&str]) = (&statement.name, &["missing"]);
        told.noticed(&format!("{} was removed", kind(&statement)), &[missing]);
        let (bundle, name) = statement.changed();
        surgeon.hang(&told.candidate, &statement.subject(), bundle);
        let what = format!("{} was changed", kind(&statement));
        told.noticed(&what, &[missing, (&name, &["wrong signature"])]);
        told.records_hold();
        told.team.put_back("told");
    }
}

#[test]
fn a_statement_removed_or_changed_in_a_registry_with_referrers_is_named() {
    spoiled(true);
}

#[test]
fn a_statement_removed_or_changed_in_a_registry_without_referrers_is_named() {
    spoiled(false);
}

#[test]
fn a_changed_statement_is_never_taken_into_the_history() {
    let told = Told::tell(true);
    let promotion = told.statement("/promotion/v1");
    let (bundle, name) = promotion.changed();
    told.team
        .surgeon()
        .hang(&told.candidate, &promotion.subject(), bundle);
    told.taken_in_by_nobody("a changed promotion", &name);
}

#[test]
fn a_statement_signed_by_nobody_known_is_named_and_makes_nothing_golden() {
    let told = Told::tell(true);
    let other = told.team.candidate(72);
    let promotion = told.statement("/promotion/v1");
    let mut forged = promotion.statement.clone();
    forged.subject[0].digest = [("sha256".to_owned(), other.digest().hex().to_owned())].into();
    forged.predicate["digest"] = other.digest().to_string().into();
    let forged = Hanging {
        statement: forged,
        ..promotion
    };
    let (bundle, key) = forged.by_a_stranger();
    let name = Bundle::parse(&bundle).unwrap().envelope.statement_digest();
    let surgeon = told.team.surgeon();
    surgeon.hang(&other, &other.sample.manifest.descriptor(), bundle);
    let verify = ["verify", &other.exact(), "--stage", "golden"];
    let no = told.team.lena.json(&verify).answer(1);
    assert_eq!(no["golden"], false, "{no:#}");
    let key = key.id();
    told.taken_in_by_nobody("a stranger's promotion", &name);
    told.noticed(
        "a stranger promoted",
        &[(&name, &[key.short(), "no member"])],
    );
}

#[test]
fn a_statement_about_another_digest_counts_for_nothing_where_it_hangs() {
    let told = Told::tell(true);
    let other = told.team.candidate(72);
    let surgeon = told.team.surgeon();
    let target = other.sample.manifest.descriptor();
    for kind in ["/decision/v1", "/promotion/v1"] {
        let moved = told.statement(kind);
        surgeon.hang(&other, &target, moved.bundle.to_vec());
    }
    let verify = ["verify", &other.exact(), "--stage", "golden"];
    let no = told.team.lena.json(&verify).answer(1);
    assert!(
        no["distrusted"].to_string().contains("another image"),
        "{no:#}"
    );
    told.team
        .ines
        .json(&["status", &other.exact(), "--stage", "golden"])
        .answer(1);
    let moved = told.statement("/promotion/v1");
    let words: &[&str] = &["speaks of another image"];
    told.noticed("a promotion hangs elsewhere", &[(&moved.name, words)]);
}

#[test]
fn a_golden_tag_moved_by_hand_is_said() {
    let told = Told::tell(true);
    let other = told.team.candidate(72);
    let surgeon = told.team.surgeon();
    surgeon.tag(&other.repository(), "golden", &other.sample.manifest);
    for person in [&told.team.lena, &told.newcomer] {
        let rebuilt = person.json(&["history", "rebuild"]).answer(1);
        let said = problems(&rebuilt).join("\n");
        assert!(
            said.contains("moved by hand") && said.contains(other.digest().short()),
            "{said}"
        );
    }
}

#[test]
fn an_image_that_was_deleted_with_all_that_hung_on_it_is_named() {
    let told = Told::tell(false);
    let surgeon = told.team.surgeon();
    let hung = surgeon.hanging(&told.candidate);
    surgeon.delete(&told.candidate);
    let rebuilt = told.team.lena.json(&["history", "rebuild"]).answer(1);
    let said = problems(&rebuilt).join("\n");
    assert!(said.contains("is gone from the registry"), "{said}");
    for statement in hung {
        assert!(
            said.contains(statement.name.short()),
            "{} is not named: {said}",
            statement.name
        );
    }
    let verified = told.team.lena.ok(&["history", "verify"]);
    assert_eq!(verified["ok"], true, "the manager's own record still holds");
}
