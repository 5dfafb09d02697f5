//! What happened to a candidate, act by act, in words.

use crate::{
    act::{Act, Signed},
    case::Case,
    desk::Desk,
    dto::{Activity, Person},
    error::Result,
    standing::person,
    talk::on_what,
    waivers::day,
};
use hallmark_attest::predicate::{self as p, Choice};
use hallmark_history::Filter;
use hallmark_image::Digest;
use std::collections::BTreeMap;

/// How many comments on other images of the same tag are carried over.
const CARRIED: usize = 50;

impl Desk {
    /// Comments on the images that this tag named before: all that carries over to another image.
    pub(crate) async fn carried_over(&self, case: &Case) -> Result<Vec<Activity>> {
        let Some(tag) = case.tag() else {
            return Ok(Vec::new());
        };
        let filter = Filter {
            repository: Some(case.image.repository.to_string()),
            tag: Some(tag),
            kind: Some(vec!["comment".into()]),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, CARRIED).await?;
        let carried = page.entries.into_iter().filter_map(|entry| {
            let digest = entry
                .digest
                .filter(|digest| digest != case.image.digest())?;
            let stage = entry.detail.get("stage")?.as_str()?;
            (stage == case.stage).then(|| Activity {
                at: entry.time,
                kind: entry.kind,
                by: Some(Person {
                    name: entry.actor,
                    key_id: entry.key_id,
                    verified: true,
                }),
                text: format!(
                    "on {}, which had this tag before: “{}”",
                    digest.short(),
                    entry.message.unwrap_or_default()
                ),
                statement: entry.statement.map(|statement| statement.to_string()),
            })
        });
        Ok(carried.collect())
    }
}

/// What happened, newest first; each act once, and nothing that was not verified as somebody's.
pub(crate) fn activity(case: &Case) -> Vec<Activity> {
    let mut acts: BTreeMap<Digest, Activity> = BTreeMap::new();
    for signed in case.attached.trusted() {
        if let Some(text) = act_in_words(signed) {
            let at = signed
                .origin()
                .map(|origin| origin.time)
                .unwrap_or_default();
            let (kind, text) = text;
            let activity = Activity {
                at,
                kind: kind.to_owned(),
                by: Some(person(signed)),
                text,
                statement: Some(signed.digest.to_string()),
            };
            acts.insert(signed.digest.clone(), activity);
        }
    }
    let mut acts: Vec<Activity> = acts.into_values().collect();
    acts.sort_by_key(|act| std::cmp::Reverse(act.at));
    acts
}

/// What an act says: its kind and its words; nothing where it is told by another.
pub(crate) fn act_in_words(signed: &Signed) -> Option<(&'static str, String)> {
    Some(match &signed.act {
        Act::Evidence(e) => ("evidence", format!("attached {}", e.report.name)),
        Act::Request(r) => (
            "request",
            format!("asked for review at {}: “{}”", r.stage, r.message),
        ),
        Act::Decision(d) => match d.decision {
            Choice::Approve => (
                "approve",
                format!("approved for {}: “{}”", d.stage, d.message),
            ),
            Choice::RequestChanges => (
                "request-changes",
                format!("asked for changes: “{}”", d.message),
            ),
            Choice::Comment => (
                "comment",
                format!("{}“{}”", on_what(d.talk.as_ref()), d.message),
            ),
            Choice::Withdraw => ("withdraw", format!("took it back: “{}”", d.message)),
        },
        Act::Promotion(m) => ("promotion", format!("promoted to {}", m.stage)),
        Act::Rollback(r) => (
            "rollback",
            format!(
                "rolled {} back to {}: “{}”",
                r.stage,
                r.to.short(),
                r.message
            ),
        ),
        Act::Revocation(r) => (
            "revocation",
            format!("revoked it, for good: “{}”", r.message),
        ),
        Act::Waiver(w) => waiver_in_words(w),
        Act::Adoption(_) | Act::Workspace(_) | Act::Summary(_) | Act::Foreign => return None,
    })
}

fn waiver_in_words(w: &p::Waiver) -> (&'static str, String) {
    let what = format!("{} in {}", w.finding, w.package);
    match w.ends {
        Some(_) => (
            "waiver-end",
            format!("ended the waiver of {what}: “{}”", w.message),
        ),
        None => (
            "waiver",
            format!("waived {what} until {}: “{}”", day(w.until), w.message),
        ),
    }
}
