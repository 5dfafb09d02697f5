//! What the history keeps of an act: the same columns whether it was made here or found later.

use crate::act::{Act, Signed};
use hallmark_attest::predicate as p;
use hallmark_history::{NewEntry, NewStatement};
use hallmark_image::{Digest, Repository};
use jiff::Timestamp;
use serde_json::{Value, json};

impl Signed {
    /// The entry the history keeps of it: the same whether it was made here or found later.
    pub fn entry(&self, subject: &Digest) -> Option<NewEntry> {
        let origin = self.origin()?;
        let facts = Facts::of(&self.act);
        Some(NewEntry {
            time: origin.time,
            kind: facts.kind.to_owned(),
            actor: self.member().unwrap_or(&origin.author).to_owned(),
            key_id: Some(self.key_id().to_owned()),
            repository: facts.repository,
            tag: facts.tag,
            digest: Some(facts.digest.unwrap_or_else(|| subject.clone())),
            message: facts.message,
            statement: Some(NewStatement {
                digest: self.digest.clone(),
                envelope: self.json.clone(),
            }),
            detail: facts.detail,
        })
    }

    /// The same for a statement whose image's repository is known from where it was found.
    pub fn entry_in(&self, subject: &Digest, repository: &Repository) -> Option<NewEntry> {
        let mut entry = self.entry(subject)?;
        entry
            .repository
            .get_or_insert_with(|| repository.to_string());
        Some(entry)
    }
}

/// What the history's columns say of an act.
struct Facts {
    kind: &'static str,
    repository: Option<String>,
    tag: Option<String>,
    /// The image it is about, where that is not the one it hangs on.
    digest: Option<Digest>,
    message: Option<String>,
    detail: Value,
}

impl Facts {
    fn of(act: &Act) -> Self {
        match act {
            Act::Evidence(evidence) => Self::evidence(evidence),
            Act::Request(request) => Self::request(request),
            Act::Decision(decision) => Self::decision(decision),
            Act::Promotion(promotion) => Self::promotion(promotion),
            Act::Rollback(rollback) => Self::rollback(rollback),
            Act::Revocation(revocation) => Self::revocation(revocation),
            Act::Adoption(adoption) => Self::adoption(adoption),
            Act::Waiver(waiver) => Self::waiver(waiver),
            Act::Workspace(workspace) => Self::workspace(workspace),
            Act::Summary(summary) => Self::summary(summary),
            Act::Foreign => Self::new("statement", Value::Null),
        }
    }

    fn new(kind: &'static str, detail: Value) -> Self {
        Self {
            kind,
            repository: None,
            tag: None,
            digest: None,
            message: None,
            detail,
        }
    }

    fn evidence(e: &p::Evidence) -> Self {
        let detail =
            json!({"report": e.report.digest, "platform": e.platform, "because": e.because});
        Self {
            message: Some(e.report.name.clone()),
            ..Self::new("evidence", detail)
        }
    }

    fn request(r: &p::Request) -> Self {
        let detail = json!({"stage": r.stage, "run": r.run, "ticket": r.ticket});
        Self {
            repository: Some(r.repository.clone()),
            tag: r.tag.clone(),
            message: Some(r.message.clone()),
            ..Self::new("request", detail)
        }
    }

    fn decision(d: &p::Decision) -> Self {
        let detail = json!({
            "stage": d.stage, "verdict": d.verdict, "policy": d.policy.digest,
            "evidence": d.evidence, "golden": d.golden, "self_approval": d.self_approval,
        });
        let kind = match d.decision {
            p::Choice::Approve => "approve",
            p::Choice::RequestChanges => "request-changes",
            p::Choice::Comment => "comment",
            p::Choice::Withdraw => "withdraw",
        };
        Self {
            repository: Some(d.repository.clone()),
            tag: d.tag.clone(),
            message: Some(d.message.clone()),
            ..Self::new(kind, detail)
        }
    }

    fn promotion(m: &p::Promotion) -> Self {
        let detail = json!({
            "stage": m.stage, "tags": m.tags, "pins": m.pins, "policy": m.policy.digest,
            "evidence": m.evidence, "decisions": m.decisions, "intent": m.intent,
            "source": m.source,
        });
        Self {
            repository: Some(m.repository.clone()),
            tag: m.tags.first().map(|moved| moved.tag.clone()),
            digest: Some(m.digest.clone()),
            ..Self::new("promotion", detail)
        }
    }

    fn rollback(r: &p::Rollback) -> Self {
        let detail = json!({
            "stage": r.stage, "from": r.from, "to": r.to, "tags": r.tags, "pins": r.pins,
            "intent": r.intent,
        });
        Self {
            repository: Some(r.repository.clone()),
            tag: r.tags.first().map(|moved| moved.tag.clone()),
            digest: Some(r.to.clone()),
            message: Some(r.message.clone()),
            ..Self::new("rollback", detail)
        }
    }

    fn revocation(r: &p::Revocation) -> Self {
        let built_on: Vec<String> = r
            .built_on
            .iter()
            .map(|one| format!("{}@{}", one.repository, one.digest))
            .collect();
        Self {
            repository: Some(r.repository.clone()),
            digest: Some(r.digest.clone()),
            message: Some(r.message.clone()),
            ..Self::new("revocation", json!({"tags": r.tags, "built_on": built_on}))
        }
    }

    /// The list as a whole; each of its images is an entry of its own beside it.
    fn adoption(a: &p::Adoption) -> Self {
        let detail = json!({"stage": a.stage, "grace": a.grace, "images": a.images.len()});
        Self {
            message: Some(a.message.clone()).filter(|message| !message.is_empty()),
            ..Self::new("adoption-list", detail)
        }
    }

    fn waiver(w: &p::Waiver) -> Self {
        let detail = json!({
            "finding": w.finding, "package": w.package, "scope": w.scope, "until": w.until,
            "ends": w.ends,
        });
        Self {
            repository: Some(w.repository.clone()),
            digest: Some(w.digest.clone()),
            message: Some(format!("{} in {}: {}", w.finding, w.package, w.message)),
            ..Self::new(
                if w.ends.is_none() {
                    "waiver"
                } else {
                    "waiver-end"
                },
                detail,
            )
        }
    }

    fn workspace(w: &p::Workspace) -> Self {
        let members: Vec<&String> = w.members.iter().map(|member| &member.name).collect();
        Self {
            message: Some(format!("{}, version {}", w.name, w.version)),
            ..Self::new(
                "workspace",
                json!({"version": w.version, "members": members}),
            )
        }
    }

    fn summary(s: &p::Summary) -> Self {
        let levels = s.verified_levels.join(", ");
        let detail = json!({"resource": s.resource_uri, "policy": s.policy.digest});
        Self {
            message: Some(format!("{} {levels}", s.verification_result)),
            ..Self::new("summary", detail)
        }
    }
}

/// A local event: an entry without a statement.
pub(crate) fn local(
    kind: &str,
    actor: &str,
    time: Timestamp,
    message: impl Into<String>,
) -> NewEntry {
    NewEntry {
        time,
        kind: kind.to_owned(),
        actor: actor.to_owned(),
        key_id: None,
        repository: None,
        tag: None,
        digest: None,
        message: Some(message.into()),
        statement: None,
        detail: Value::Null,
    }
}
