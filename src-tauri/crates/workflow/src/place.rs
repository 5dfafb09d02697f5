//! What is placed where, and why: kept whole with the intent, and written as a statement.

use crate::{
    carry::Carried,
    decide::SummaryOf,
    dto::Outcome,
    error::{Code, Error, Result},
    scribe::Scribe,
};
use hallmark_attest::predicate as p;
use hallmark_history::{IntentTag, NewIntent};
use hallmark_image::{Descriptor, Digest, Repository, Tag};
use serde::{Deserialize, Serialize};

/// Everything that is needed to place tags, and to say afterwards what was done.
///
/// It is kept whole with the intent, so that a machine that was cut off can finish the record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Placement {
    pub(crate) intent: String,
    /// Where the tags are.
    pub(crate) repository: Repository,
    /// Where the image stands, where that is another repository.
    #[serde(default)]
    pub(crate) source: Option<Repository>,
    /// Other repositories of the line that are to hear of it, where they have the image.
    #[serde(default)]
    pub(crate) tell: Vec<Repository>,
    pub(crate) stage: String,
    pub(crate) target: Descriptor,
    pub(crate) old: Option<Descriptor>,
    pub(crate) tags: Vec<p::Moved>,
    pub(crate) pins: Vec<Pin>,
    pub(crate) why: Why,
}

/// A tag that keeps a digest alive.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pin {
    pub(crate) tag: Tag,
    pub(crate) keeps: Digest,
    /// It was there already.
    pub(crate) found: bool,
}

/// Promotion or rollback.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
#[allow(
    clippy::large_enum_variant,
    reason = "one placement has one of these, and most are promotions"
)]
pub(crate) enum Why {
    /// An approved digest goes up.
    Promotion {
        policy: p::PolicyRef,
        evidence: Vec<Digest>,
        decisions: Vec<Digest>,
        summary: SummaryOf,
    },
    /// An earlier one comes back.
    Rollback { message: String },
}

/// A tag was not where it had to be.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(crate) tag: String,
    pub(crate) expected: Option<Digest>,
    pub(crate) found: Option<Digest>,
}

impl Moved {
    pub(crate) fn in_words(&self) -> String {
        let name =
            |digest: &Option<Digest>| digest.as_ref().map_or("nothing", Digest::short).to_owned();
        format!(
            "{} named {} and names {} now: somebody else moved it",
            self.tag,
            name(&self.expected),
            name(&self.found)
        )
    }
}

/// How placing ended.
pub(crate) enum End {
    /// Every tag names the target, and the record says so.
    Done(Box<Done>),
    /// A tag was elsewhere before anything was put, or is elsewhere after.
    Conflict(Moved),
    /// The registry lets no tag be moved.
    Immovable(Immovable),
}

/// Every tag names the target, and the record says so.
pub(crate) struct Done {
    pub(crate) statement: Digest,
    pub(crate) carried: Carried,
    /// Where it could not be told, in sentences.
    pub(crate) notes: Vec<String>,
}

/// The registry took none of the tags from here on.
pub(crate) struct Immovable {
    pub(crate) tag: String,
    /// What it said.
    pub(crate) why: String,
    /// Whether a tag before this one was moved.
    pub(crate) after_others: bool,
}

impl Immovable {
    pub(crate) fn outcome(&self) -> Outcome {
        match self.after_others {
            true => Outcome::Partial,
            false => Outcome::Conflict,
        }
    }

    pub(crate) fn in_words(&self) -> String {
        let others = match self.after_others {
            true => "The tags before it were moved.",
            false => "Nothing was moved.",
        };
        format!("{} {others}", self.why)
    }
}

impl Placement {
    pub(crate) fn kind(&self) -> &'static str {
        match self.why {
            Why::Promotion { .. } => "promotion",
            Why::Rollback { .. } => "rollback",
        }
    }

    /// Whether it has to do with this repository.
    pub(crate) fn touches(&self, repository: &Repository) -> bool {
        self.repository == *repository || self.source.as_ref() == Some(repository)
    }

    /// Whether it takes an image away from the stage.
    pub(crate) fn takes_down(&self) -> bool {
        matches!(self.why, Why::Rollback { .. })
    }

    pub(crate) fn pin_names(&self) -> Vec<String> {
        self.pins.iter().map(|pin| pin.tag.to_string()).collect()
    }

    /// Writes the statement of what was done.
    pub(crate) fn write(&self, scribe: &mut Scribe) -> Result<Digest> {
        match &self.why {
            Why::Promotion {
                policy,
                evidence,
                decisions,
                summary,
            } => {
                summary.write(scribe, &self.repository, &self.target)?;
                scribe.write(&self.repository, &self.target, p::PROMOTION, |origin| {
                    p::Promotion {
                        origin,
                        intent: self.intent.clone(),
                        repository: self.repository.to_string(),
                        source: self.source.as_ref().map(ToString::to_string),
                        digest: self.target.digest.clone(),
                        stage: self.stage.clone(),
                        tags: self.tags.clone(),
                        pins: self.pin_names(),
                        policy: policy.clone(),
                        evidence: evidence.clone(),
                        decisions: decisions.clone(),
                    }
                })
            }
            Why::Rollback { message } => self.write_rollback(scribe, message),
        }
    }

    /// One statement for both digests: the one put back and the one taken down.
    fn write_rollback(&self, scribe: &mut Scribe, message: &str) -> Result<Digest> {
        let Some(old) = &self.old else {
            return Err(Error::new(
                Code::Internal,
                "a rollback has nothing to take down",
            ));
        };
        let both = [&self.target, old];
        scribe.write_about(&self.repository, &both, p::ROLLBACK, |origin| p::Rollback {
            origin,
            intent: self.intent.clone(),
            repository: self.repository.to_string(),
            stage: self.stage.clone(),
            from: old.digest.clone(),
            to: self.target.digest.clone(),
            tags: self.tags.clone(),
            pins: self.pin_names(),
            message: message.to_owned(),
        })
    }

    pub(crate) fn new_intent(&self) -> Result<NewIntent> {
        let tag = |moved: &p::Moved| IntentTag {
            tag: moved.tag.clone(),
            previous: moved.from.clone(),
            target: moved.to.clone(),
        };
        Ok(NewIntent {
            kind: self.kind().to_owned(),
            repository: self.repository.to_string(),
            stage: self.stage.clone(),
            tags: self.tags.iter().map(tag).collect(),
            detail: serde_json::to_value(self).map_err(Error::internal)?,
        })
    }
}
