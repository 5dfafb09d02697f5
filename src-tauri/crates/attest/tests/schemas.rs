//! The schemas that are published say what is really signed.
#![allow(clippy::unwrap_used)]

use hallmark_attest::predicate::{self as p, Origin};
use hallmark_image::Digest;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

macro_rules! schema {
    ($name:literal) => {
        include_str!(concat!("../schemas/", $name, ".schema.json"))
    };
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn now() -> Timestamp {
    "2026-11-23T10:00:00.5Z".parse().unwrap()
}

fn origin() -> Origin {
    Origin {
        workspace: "b7f1".into(),
        author: "ines".into(),
        time: now(),
        previous: None,
    }
}

fn later() -> Origin {
    Origin {
        previous: Some(Digest::sha256("before")),
        ..origin()
    }
}

fn problems(schema: &str, said: &impl Serialize) -> Vec<String> {
    let validator = jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&read(schema))
        .unwrap();
    let said = serde_json::to_value(said).unwrap();
    let found = validator.iter_errors(&said).map(|error| error.to_string());
    found.collect()
}

/// It holds as it is, and no longer once a field it needs is left out or one is added.
fn describes(schema: &str, said: &impl Serialize) {
    assert_eq!(problems(schema, said), Vec::<String>::new());
    let whole = serde_json::to_value(said).unwrap();
    for name in read(schema)["required"].as_array().unwrap() {
        let mut lacking = whole.clone();
        lacking
            .as_object_mut()
            .unwrap()
            .remove(name.as_str().unwrap());
        assert_ne!(
            problems(schema, &lacking),
            Vec::<String>::new(),
            "{name} can be left out"
        );
    }
    let mut more = whole;
    more["surprise"] = json!(true);
    assert_ne!(problems(schema, &more), Vec::<String>::new());
}

fn request() -> p::Request {
    p::Request {
        origin: origin(),
        repository: "r.example/shop/api".into(),
        tag: None,
        digest: Digest::sha256("image"),
        stage: "golden".into(),
        message: "refunds".into(),
        run: None,
        ticket: None,
        supersedes: None,
    }
}

fn policy() -> p::PolicyRef {
    p::PolicyRef {
        name: "policy.toml".into(),
        digest: Digest::sha256("policy"),
    }
}

fn moved() -> p::Moved {
    p::Moved {
        tag: "golden".into(),
        from: None,
        to: Digest::sha256("image"),
    }
}

fn evidence() -> p::Evidence {
    p::Evidence {
        origin: origin(),
        report: p::ReportRef {
            digest: Digest::sha256("report"),
            media_type: "application/junit+xml".into(),
            name: "junit.xml".into(),
            size: 6,
        },
        platform: None,
        because: None,
    }
}

#[test]
fn a_manual_check_is_described_as_it_is_signed() {
    let ticked = p::ManualCheck {
        check: "smoke".into(),
        note: "It starts.".into(),
        evidence: evidence(),
    };
    describes(schema!("manual-check"), &ticked);
}

#[test]
fn each_schema_is_named_by_its_predicate_type() {
    for (schema, predicate_type) in [
        (schema!("request"), p::REQUEST),
        (schema!("request-state"), p::REQUEST_STATE),
        (schema!("decision"), p::DECISION),
        (schema!("promotion"), p::PROMOTION),
        (schema!("rollback"), p::ROLLBACK),
        (schema!("revocation"), p::REVOCATION),
        (schema!("adoption"), p::ADOPTION),
        (schema!("manual-check"), p::MANUAL_CHECK),
        (schema!("workspace"), p::WORKSPACE),
        (schema!("waiver"), p::WAIVER),
        (
            schema!("hallmark-evidence"),
            "https://hallmark.github.io/predicate/hallmark-evidence/v1",
        ),
        (
            schema!("hallmark-origin"),
            "https://hallmark.github.io/predicate/hallmark-origin/v1",
        ),
    ] {
        let schema = read(schema);
        assert_eq!(schema["$id"], predicate_type);
        for told in ["title", "description"] {
            assert!(schema[told].is_string(), "{predicate_type} has no {told}");
        }
        for (name, property) in schema["properties"].as_object().unwrap() {
            let described = property["description"].is_string() || property["$ref"].is_string();
            assert!(described, "{predicate_type}: {name} is not described");
        }
        jsonschema::meta::validate(&schema).unwrap();
    }
}

#[test]
fn a_request_is_as_described() {
    describes(schema!("request"), &request());
    let full = p::Request {
        origin: later(),
        tag: Some("1.0".into()),
        run: Some("https://ci.example/1".into()),
        ticket: Some("https://tickets.example/1".into()),
        supersedes: Some(Digest::sha256("old")),
        ..request()
    };
    describes(schema!("request"), &full);
    let plain = p::Request {
        run: Some("http://ci.example/1".into()),
        ..full
    };
    assert_ne!(problems(schema!("request"), &plain), Vec::<String>::new());
}

#[test]
fn a_requests_state_is_as_described() {
    let state = |state: &str| p::RequestState {
        workspace: "b7f1".into(),
        state: state.into(),
        time: now(),
        statement: Digest::sha256("statement"),
        requester: Some("mara".into()),
        requested_at: now(),
        repository: "r.example/shop/api".into(),
        tag: Some("1.0".into()),
        digest: Digest::sha256("image"),
        stage: "golden".into(),
        message: String::new(),
    };
    describes(schema!("request-state"), &state("changes-requested"));
    describes(schema!("request-state"), &state("revoked"));
    assert_ne!(
        problems(schema!("request-state"), &state("done")),
        Vec::<String>::new()
    );
}

#[test]
fn a_decision_is_as_described() {
    for decision in [
        p::Choice::Approve,
        p::Choice::RequestChanges,
        p::Choice::Comment,
        p::Choice::Withdraw,
    ] {
        let said = p::Decision {
            origin: later(),
            repository: "r.example/shop/api".into(),
            tag: Some("1.0".into()),
            digest: Digest::sha256("image"),
            stage: "golden".into(),
            decision,
            message: "looked".into(),
            policy: policy(),
            verdict: "pass".into(),
            evidence: vec![Digest::sha256("report")],
            statements: Vec::new(),
            golden: Some(Digest::sha256("old")),
            self_approval: true,
            talk: Some(p::Talk {
                on: Some(p::TalkOn::Finding {
                    id: "CVE-2026-1".into(),
                    package: None,
                }),
                asks: true,
                answers: Some(Digest::sha256("first")),
                resolves: false,
            }),
        };
        describes(schema!("decision"), &said);
    }
}

#[test]
fn a_promotion_and_a_rollback_are_as_described() {
    let promotion = p::Promotion {
        origin: later(),
        intent: "6c0e".into(),
        repository: "r.example/shop/api".into(),
        source: Some("dev.example/shop/api".into()),
        digest: Digest::sha256("image"),
        stage: "golden".into(),
        tags: vec![moved()],
        pins: vec!["golden-20261123T100000Z-7c1e0a90f3b2".into()],
        policy: policy(),
        evidence: Vec::new(),
        decisions: vec![Digest::sha256("approval")],
    };
    describes(schema!("promotion"), &promotion);
    let in_place = p::Promotion {
        source: None,
        ..promotion
    };
    describes(schema!("promotion"), &in_place);
    let rollback = p::Rollback {
        origin: origin(),
        intent: "6c0e".into(),
        repository: "r.example/shop/api".into(),
        stage: "golden".into(),
        from: Digest::sha256("new"),
        to: Digest::sha256("image"),
        tags: vec![moved()],
        pins: Vec::new(),
        message: "payouts fail".into(),
    };
    describes(schema!("rollback"), &rollback);
}

#[test]
fn a_revocation_is_as_described() {
    let found = |found| p::BuiltOn {
        repository: "r.example/shop/web".into(),
        digest: Digest::sha256("child"),
        found,
    };
    let revocation = p::Revocation {
        origin: later(),
        repository: "r.example/shop/api".into(),
        digest: Digest::sha256("image"),
        message: "the signing key leaked".into(),
        tags: vec!["r.example/shop/api:golden".into()],
        built_on: vec![
            found(p::BuiltOnFound::BaseDigest),
            found(p::BuiltOnFound::Layers),
        ],
    };
    describes(schema!("revocation"), &revocation);
    let mute = p::Revocation {
        message: String::new(),
        ..revocation
    };
    assert_ne!(problems(schema!("revocation"), &mute), Vec::<String>::new());
}

#[test]
fn an_adoption_is_as_described() {
    let adopted = |since, by| p::Adopted {
        repository: "r.example/shop/api".into(),
        tag: "golden".into(),
        digest: Digest::sha256("image"),
        since,
        by,
    };
    let adoption = p::Adoption {
        origin: later(),
        stage: "golden".into(),
        grace: now(),
        message: String::new(),
        images: vec![
            adopted(None, None),
            adopted(Some(now()), Some("tom".into())),
        ],
    };
    describes(schema!("adoption"), &adoption);
    let empty = p::Adoption {
        images: Vec::new(),
        ..adoption
    };
    assert_ne!(problems(schema!("adoption"), &empty), Vec::<String>::new());
}

#[test]
fn a_waiver_and_its_end_are_as_described_and_never_say_not_affected() {
    let waiver = p::Waiver {
        origin: later(),
        repository: "r.example/shop/api".into(),
        digest: Digest::sha256("image"),
        scope: p::WaiverScope::Repository,
        finding: "CVE-2026-20771".into(),
        package: "openssl".into(),
        message: "not reachable".into(),
        until: "2026-12-24".parse().unwrap(),
        ends: None,
    };
    describes(schema!("waiver"), &waiver);
    let end = p::Waiver {
        ends: Some(Digest::sha256("waiver")),
        ..waiver.clone()
    };
    describes(schema!("waiver"), &end);
    for said in [waiver, end] {
        let document = serde_json::to_value(said.document()).unwrap();
        assert_eq!(document["@context"], p::OPENVEX_CONTEXT);
        assert_eq!(document["statements"][0]["status"], "affected");
        let action = document["statements"][0]["action_statement"].as_str();
        assert!(action.unwrap().contains("not reachable"));
    }
}

#[test]
fn a_workspace_document_is_as_described() {
    let says = p::Workspace {
        origin: origin(),
        name: "Shop".into(),
        version: 1,
        replaces: None,
        members: vec![p::Member {
            name: "olga".into(),
            key: hallmark_attest::SigningKey::generate().public().to_pem(),
            roles: ["owner", "approver", "requester", "auditor", "ci"]
                .map(str::to_owned)
                .to_vec(),
        }],
        policy: "version = 1".into(),
        pipelines: String::new(),
    };
    describes(schema!("workspace"), &says);
    let strange = p::Workspace { version: 0, ..says };
    assert_ne!(
        problems(schema!("workspace"), &strange),
        Vec::<String>::new()
    );
}

#[test]
fn what_is_added_to_standard_predicates_is_as_described() {
    let tests = p::TestResult {
        result: "PASSED".into(),
        configuration: Vec::new(),
        failed_tests: Vec::new(),
        evidence: evidence(),
    };
    let full = p::Evidence {
        platform: Some("linux/arm64".into()),
        because: Some("the same layers".into()),
        ..evidence()
    };
    let said = serde_json::to_value(&tests).unwrap();
    describes(schema!("hallmark-evidence"), &said["hallmark_evidence"]);
    describes(schema!("hallmark-evidence"), &full);
    let summary = p::Summary {
        verifier: p::Verifier {
            id: p::VERIFIER_ID.into(),
        },
        time_verified: now(),
        resource_uri: "r.example/shop/api@sha256:00".into(),
        policy: p::SummaryPolicy {
            uri: "policy.toml".into(),
            digest: Default::default(),
        },
        input_attestations: Vec::new(),
        verification_result: "PASSED".into(),
        verified_levels: vec!["HALLMARK_APPROVED_GOLDEN".into()],
        origin: later(),
    };
    let said = serde_json::to_value(&summary).unwrap();
    describes(schema!("hallmark-origin"), &said["hallmark_origin"]);
}
