//! The workspace document: an older one, a stranger's and a mere member's are refused, with a
//! sentence of its own, by everybody who has seen the right one.

use crate::team::Team;
use hallmark_attest::{Envelope, SigningKey, Statement};
use hallmark_flows::{ground::word, surgeon::new_key};
use hallmark_image::media_type;
use serde_json::Value;

/// What people do, all of which needs the document.
const ACTS: [&[&str]; 4] = [
    &["queue"],
    &["workspace", "show"],
    &["member", "list"],
    &["history", "rebuild"],
];

/// The document in force, as its statement.
fn document(team: &Team) -> Statement<Value> {
    let surgeon = team.surgeon();
    let bytes = surgeon.layer(&team.repository(), "workspace");
    Statement::read(&Envelope::parse(&bytes).unwrap()).unwrap()
}

/// The tag that keeps a version of the document.
fn version(team: &Team, number: u64) -> String {
    let tags = team.surgeon().tags(&team.repository());
    let begins = format!("workspace-{number}-");
    let own = tags.into_iter().find(|tag| tag.starts_with(&begins));
    own.unwrap_or_else(|| panic!("version {number} is not kept"))
}

/// Puts `says`, signed with `key`, in the place of the document in force.
fn put(team: &Team, says: &Statement<Value>, key: &SigningKey) {
    let envelope = says.sign(key).unwrap().to_json();
    let repository = team.repository();
    let kind = media_type::HALLMARK_WORKSPACE;
    team.surgeon()
        .place_envelope(&repository, "workspace", kind, envelope);
}

#[test]
fn a_document_rolled_back_to_an_older_version_stops_everybody_who_saw_the_newer_one() {
    let team = Team::meet(true);
    let candidate = team.candidate(0);
    team.mara.attach(&candidate, &team.ground.files());
    team.mara.request(&candidate.exact());
    team.ines.approve(&candidate.exact());
    let surgeon = team.surgeon();
    let newest = surgeon.manifest(&team.repository(), "workspace");
    let older = surgeon.manifest(&team.repository(), &version(&team, 2));
    surgeon.tag(&team.repository(), "workspace", &older);
    let before = (team.ines.count("workspace"), team.mara.kinds());

    let words = [
        "rolled back",
        "version 2",
        "version 3",
        "owner puts the newest document back",
    ];
    for act in ACTS {
        for person in [&team.mara, &team.ines] {
            person.json(act).fails(1, "workspace-rolled-back", &words);
        }
    }
    let promote = ["promote", &candidate.exact(), "--stage", "golden"];
    team.ines
        .json(&promote)
        .fails(1, "workspace-rolled-back", &words);
    let key = word(&team.ground.files().join("lena.pem"));
    let admit = ["member", "add", "eve", "--key", &key, "--role", "owner"];
    team.ines
        .json(&admit)
        .fails(1, "workspace-rolled-back", &words);
    assert_eq!(
        team.shelf_names(&candidate, "golden"),
        None,
        "nothing was promoted"
    );
    assert_eq!(
        before,
        (team.ines.count("workspace"), team.mara.kinds()),
        "nothing was lost"
    );

    surgeon.tag(&team.repository(), "workspace", &newest);
    assert_eq!(team.ines.promote(&candidate.exact())["outcome"], "promoted");
}

#[test]
fn a_document_of_a_strangers_making_is_refused() {
    let team = Team::meet(true);
    let mut says = document(&team);
    says.predicate["version"] = 4.into();
    put(&team, &says, &SigningKey::generate());
    for act in ACTS {
        let said = team.mara.json(act);
        said.fails(
            1,
            "wrong-signature",
            &["workspace document", "no member has"],
        );
    }
}

#[test]
fn a_document_by_a_member_who_is_no_owner_is_refused() {
    let mut team = Team::meet(true);
    let pem = new_key();
    let file = word(&team.ground.file("jonas-private.pem", &pem));
    let jonas = team.somebody("jonas");
    jonas.ok(&["key", "import", &file, "--name", "jonas"]);
    team.admit(&jonas, "approver");
    team.mara.ok(&["queue"]);
    let mut says = document(&team);
    let replaced = team
        .surgeon()
        .names(&team.repository(), "workspace")
        .unwrap();
    says.predicate["version"] = 5.into();
    says.predicate["replaces"] = replaced.to_string().into();
    let members = says.predicate["members"].as_array_mut().unwrap();
    let own = members
        .iter_mut()
        .find(|member| member["name"] == "jonas")
        .unwrap();
    own["roles"] = serde_json::json!(["owner"]);
    team.keep("before");
    put(&team, &says, &SigningKey::from_pem(&pem).unwrap());
    for person in [&team.mara, &team.ines] {
        let said = person.json(&["queue"]);
        said.fails(
            1,
            "wrong-signature",
            &["signed by jonas", "no owner", "Nothing was changed"],
        );
    }
}

#[test]
fn a_second_machine_that_names_the_document_trusts_no_other() {
    let team = Team::meet(true);
    let first = version(&team, 1);
    let first = team.surgeon().names(&team.repository(), &first).unwrap();
    let pinned = format!("{}@{first}", team.repository());
    let joined = team.lena.ok(&["workspace", "join", &pinned]);
    assert_eq!(joined["version"], 3, "{joined:#}");
    let jonas = team.somebody("jonas");
    let elsewhere = format!("{}/payments/nothing", team.shelf.host());
    let said = jonas.json(&["workspace", "join", &elsewhere]);
    said.fails(3, "not-found", &["holds no workspace", "workspace init"]);
    let again = ["workspace", "init", &team.repository()];
    let said = jonas.json(&again);
    said.fails(
        1,
        "conflict",
        &["holds a workspace already", "workspace join"],
    );
}
