//! Auditing: the history in pages, one entry with its proof, verification, export.

use crate::{
    act::{Signed, short},
    desk::Desk,
    dto::{
        ExportFormat, Fact, HistoryEntry, HistoryPage, HistoryProblem, HistoryQuery, HistoryRow,
        HistoryVerification, ProofLine,
    },
    error::{Code, Error, Result},
    keys::CHECKPOINT,
    surroundings::Work,
    trust::Trust,
};
use futures::future::BoxFuture;
use hallmark_attest::{Envelope, PublicKey};
use hallmark_history::{Entry, Filter, Seal};
use hallmark_image::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The most entries of a page.
const PAGE: u64 = 500;
/// The state key of the last verification.
const VERIFIED: &str = "history.verified";

/// The last verification.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Verified {
    pub(crate) at: Timestamp,
    pub(crate) entries: u64,
    pub(crate) problem: Option<String>,
}

impl Desk {
    /// A page of the history, newest first.
    ///
    /// # Errors
    /// Where the query cannot be read, or the history cannot.
    pub async fn history_page(&self, query: HistoryQuery) -> Result<HistoryPage> {
        let filter = filter(&query);
        let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE);
        let page = self
            .history
            .page(&filter, query.after, usize::try_from(limit).unwrap_or(1))
            .await?;
        let total = match query.after {
            None => Some(self.history.count(&filter).await?),
            Some(_) => None,
        };
        Ok(HistoryPage {
            entries: page.entries.iter().map(row).collect(),
            next: page.next,
            total,
        })
    }

    /// One entry in full, with what was checked about it just now.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is no such entry.
    pub async fn history_entry(&self, seq: u64) -> Result<HistoryEntry> {
        let entry = self
            .history
            .entry(seq)
            .await?
            .ok_or_else(|| Error::new(Code::NotFound, format!("there is no entry {seq}")))?;
        let trust = self.known_trust().await?;
        let mut proof = vec![ProofLine {
            ok: true,
            text: format!(
                "Its bytes hash to leaf {}, as it is stored.",
                &entry.leaf[..12.min(entry.leaf.len())]
            ),
        }];
        proof.push(signature_line(&entry, &trust));
        proof.push(self.verified_line(seq).await?);
        Ok(HistoryEntry {
            row: row(&entry),
            facts: facts(&entry),
            proof,
            leaf: entry.leaf.clone(),
            bytes: String::from_utf8_lossy(&entry.bytes).into_owned(),
        })
    }

    async fn verified_line(&self, seq: u64) -> Result<ProofLine> {
        Ok(match self.last_verified().await? {
            Some(Verified {
                problem: Some(problem),
                ..
            }) => ProofLine {
                ok: false,
                text: format!("The history does not prove itself: {problem}"),
            },
            Some(done) if done.entries >= seq => ProofLine {
                ok: true,
                text: format!(
                    "The whole history, {} entries, was verified on {}.",
                    done.entries,
                    done.at.strftime("%-d %b %Y %H:%M UTC")
                ),
            },
            _ => ProofLine {
                ok: false,
                text: "The history was not verified since this entry was written.".into(),
            },
        })
    }

    pub(crate) async fn last_verified(&self) -> Result<Option<Verified>> {
        Ok(self
            .history
            .get_state(VERIFIED)
            .await?
            .and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The keys known on this machine, without asking anybody.
    pub(crate) async fn known_trust(&self) -> Result<Trust> {
        match self.file().team {
            Some(_) => match self.known_document().await? {
                Some(document) => Ok(document.trust.clone()),
                None => self.trust().await,
            },
            None => self.trust().await,
        }
    }

    /// Checks every entry, every derived column and index, and every signature.
    ///
    /// # Errors
    /// Where the history cannot be read at all; what does not hold is in the answer.
    pub async fn history_verify(&self, work: &Work) -> Result<HistoryVerification> {
        let trust = self.known_trust().await?;
        let keys = self.my_key()?;
        let check = |envelope: &[u8]| signature(envelope, &trust);
        let progress = |done: u64, total: u64| work.say("Verifying", done, Some(total));
        // Boxed: the compiler cannot follow the closures' lifetimes through a future that is sent about.
        let verifying: BoxFuture<'_, _> = Box::pin(self.history.verify(&check, &progress));
        let verified = verifying.await?;
        let at = self.now();
        let seal = verified.seal.as_ref();
        let broken_seal = seal.and_then(|seal| seal_problem(seal, &trust, keys.as_ref()));
        let problems: Vec<HistoryProblem> = verified
            .problems
            .into_iter()
            .map(|problem| HistoryProblem {
                seq: problem.seq,
                message: problem.what,
            })
            .chain(broken_seal)
            .collect();
        let first = problems.first().map(|problem| match problem.seq {
            Some(seq) => format!("entry {seq}: {}", problem.message),
            None => problem.message.clone(),
        });
        let note = Verified {
            at,
            entries: verified.entries,
            problem: first,
        };
        if let Ok(text) = serde_json::to_string(&note) {
            // A history that is read-only can be verified all the same.
            let _ = self.history.set_state(VERIFIED, &text).await;
        }
        Ok(HistoryVerification {
            ok: problems.is_empty(),
            entries: verified.entries,
            root: verified.root,
            problems,
            at,
        })
    }

    /// Writes what matches; the count of entries written.
    ///
    /// # Errors
    /// Where the query or the history cannot be read, or `out` cannot be written.
    pub async fn history_export(
        &self,
        query: HistoryQuery,
        format: ExportFormat,
        out: &mut (dyn std::io::Write + Send),
    ) -> Result<u64> {
        let filter = filter(&query);
        Ok(match format {
            ExportFormat::Csv => self.history.export_csv(&filter, out).await?,
            ExportFormat::Json => self.history.export_json(&filter, out).await?,
        })
    }
}

/// Whether a kept envelope verifies with a key known here; a sentence, where it does not.
fn signature(envelope: &[u8], trust: &Trust) -> std::result::Result<(), String> {
    let envelope = Envelope::parse(envelope).map_err(|error| error.to_string())?;
    let signed = Signed::from_envelope(&envelope, trust)?;
    signed.distrust().map_or(Ok(()), Err)
}

/// What is wrong with the signed checkpoint, where something is.
fn seal_problem(seal: &Seal, trust: &Trust, mine: Option<&PublicKey>) -> Option<HistoryProblem> {
    let keys: Vec<PublicKey> = trust.keys().into_iter().chain(mine.cloned()).collect();
    let checked = Envelope::parse(seal.signature.as_bytes())
        .map_err(|error| error.to_string())
        .and_then(|envelope| {
            envelope.verify(&keys).map_err(|error| error.to_string())?;
            let same = envelope.payload_type == CHECKPOINT
                && envelope.payload == seal.checkpoint.as_bytes();
            same.then_some(())
                .ok_or_else(|| "it signs another checkpoint".to_owned())
        });
    checked.err().map(|why| HistoryProblem {
        seq: None,
        message: format!(
            "the seal of the first {} entries does not hold: {why}",
            seal.size
        ),
    })
}

fn signature_line(entry: &Entry, trust: &Trust) -> ProofLine {
    let Some(envelope) = entry.envelope() else {
        return ProofLine {
            ok: true,
            text: "A local event: no statement was signed for it.".into(),
        };
    };
    let signed = Envelope::parse(&envelope)
        .map_err(|error| error.to_string())
        .and_then(|envelope| Signed::from_envelope(&envelope, trust));
    match signed {
        Err(why) => ProofLine {
            ok: false,
            text: format!("Its statement cannot be read: {why}"),
        },
        Ok(signed) => match signed.distrust() {
            Some(why) => ProofLine {
                ok: false,
                text: format!("Not verified: {why}."),
            },
            None => ProofLine {
                ok: true,
                text: format!(
                    "Its statement is signed by {}, key {}…; in no transparency log.",
                    signed.member().unwrap_or_default(),
                    short(signed.key_id())
                ),
            },
        },
    }
}

/// A repository without its host, and a digest's beginning, are looked for as words.
fn filter(query: &HistoryQuery) -> Filter {
    let mut words: Vec<String> = query
        .text
        .iter()
        .map(|text| text.trim().to_owned())
        .collect();
    let named = |text: &String| {
        text.split('/')
            .next()
            .is_some_and(|host| host.contains(['.', ':']) || host == "localhost")
    };
    let repository = query.repository.clone().filter(named);
    words.extend(query.repository.clone().filter(|text| !named(text)));
    let digest: Option<Digest> = query.digest.as_ref().and_then(|text| text.parse().ok());
    words.extend(query.digest.clone().filter(|_| digest.is_none()));
    words.retain(|word| !word.is_empty());
    Filter {
        repository,
        tag: query.tag.clone(),
        digest,
        actor: query.actor.clone(),
        kind: query.kind.clone().filter(|kinds| !kinds.is_empty()),
        since: query.since,
        until: query.until,
        text: (!words.is_empty()).then(|| words.join(" ")),
    }
}

fn row(entry: &Entry) -> HistoryRow {
    HistoryRow {
        seq: entry.seq,
        time: entry.time,
        kind: entry.kind.clone(),
        actor: entry.actor.clone(),
        repository: entry.repository.clone(),
        tag: entry.tag.clone(),
        stage: entry
            .detail
            .get("stage")
            .and_then(|stage| stage.as_str())
            .map(str::to_owned),
        digest: entry.digest.as_ref().map(ToString::to_string),
        message: entry.message.clone(),
        statement: entry.statement.as_ref().map(ToString::to_string),
    }
}

/// What an entry says, label by label.
fn facts(entry: &Entry) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |label: &str, text: Option<String>| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            let digest = text.parse::<Digest>().is_ok();
            facts.push(Fact {
                label: label.to_owned(),
                text,
                digest,
            });
        }
    };
    add("Image", entry.repository.clone());
    add("Tag", entry.tag.clone());
    add("Digest", entry.digest.as_ref().map(ToString::to_string));
    add("By", Some(entry.actor.clone()));
    add("Key", entry.key_id.clone());
    add(
        "When",
        Some(entry.time.strftime("%-d %b %Y %H:%M:%S UTC").to_string()),
    );
    add("Why", entry.message.clone());
    if let Some(detail) = entry.detail.as_object() {
        for (name, value) in detail {
            add(&label(name), in_words(value));
        }
    }
    add(
        "Statement",
        entry.statement.as_ref().map(ToString::to_string),
    );
    facts
}

fn label(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

fn in_words(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(true) => Some("yes".into()),
        Value::Bool(false) => None,
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => {
            let words: Vec<String> = items.iter().filter_map(in_words).collect();
            (!words.is_empty()).then(|| words.join(", "))
        }
        Value::Object(fields) => {
            let words: Vec<String> = fields
                .iter()
                .filter_map(|(name, value)| Some(format!("{name} {}", in_words(value)?)))
                .collect();
            Some(words.join(" "))
        }
    }
}
