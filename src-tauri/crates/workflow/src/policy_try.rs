//! Trying a policy on past reviews: what it would have said of the images that were decided on.
//!
//! Each is judged on the evidence that its decision names, as old as that was on the day. Nothing
//! is written, and a review whose image or evidence is gone is named and not counted.

use crate::{
    attached::Attached,
    case::Judged,
    desk::Desk,
    dto::{PolicyTrial, TrialReview, TrialUnread},
    error::{Code, Error, Result},
    image::Image,
    policy_edit::usable,
    rules::Rules,
    weigh::Weighed,
};
use hallmark_history::{Entry, Filter};
use hallmark_image::{Digest, Repository};
use hallmark_policy::{CheckVerdict, Evaluation, Policy};
use std::collections::BTreeSet;

/// How many reviews are tried.
const REVIEWS: usize = 40;
/// How many entries are looked at for them.
const REACH: usize = 400;
/// The kinds of entries that end a review.
const KINDS: [&str; 3] = ["approve", "request-changes", "promotion"];

/// One past review: an image at a stage, with the evidence that was before the person.
struct Past {
    entry: Entry,
    repository: Repository,
    digest: Digest,
    stage: String,
    evidence: BTreeSet<Digest>,
}

impl Desk {
    /// What a policy would have said of past reviews.
    ///
    /// # Errors
    /// [`Code::BadInput`] naming line and reason of what is wrong; where the history or the rules
    /// in force cannot be read.
    pub async fn policy_try(&self, text: &str) -> Result<PolicyTrial> {
        let policy = usable(text)?;
        let rules = self.rules().await?;
        let mut trial = PolicyTrial::default();
        for past in self.past_reviews().await? {
            match self.judged(&past, &policy, &rules).await {
                Ok((then, now)) => {
                    trial.reviews += 1;
                    let refused = then.count(CheckVerdict::Fail) > 0;
                    trial.refused_now += u64::from(now.count(CheckVerdict::Fail) > 0);
                    trial
                        .blocked
                        .extend(refused.then(|| past.blocked(&then, &now)));
                }
                Err(error) if error.code == Code::Internal => return Err(error),
                Err(error) => trial.unread.push(TrialUnread {
                    image: past.name(),
                    why: error.message,
                }),
            }
        }
        trial.sentence = sentence(&trial);
        Ok(trial)
    }

    /// The most recent decisions and promotions, each image at each stage once.
    async fn past_reviews(&self) -> Result<Vec<Past>> {
        let filter = Filter {
            kind: Some(KINDS.map(str::to_owned).to_vec()),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, REACH).await?;
        let mut seen = BTreeSet::new();
        let each = page.entries.into_iter().filter_map(Past::of);
        let once = each.filter(|past| seen.insert((past.digest.clone(), past.stage.clone())));
        Ok(once.take(REVIEWS).collect())
    }

    /// What the policy says of a review, and what the one in force says.
    async fn judged(
        &self,
        past: &Past,
        policy: &Policy,
        rules: &Rules,
    ) -> Result<(Evaluation, Evaluation)> {
        let line = self.line_in(&rules.pipelines, &past.repository).await?;
        let image = self.image(&past.repository.at(past.digest.clone())).await?;
        let mut attached = self.attached(&image, &rules.trust).await?;
        let mut evidence = self.weigh(&image, &attached, &rules.trust).await?;
        evidence.retain(|one| past.evidence.contains(one.digest()));
        let found: BTreeSet<&Digest> = evidence.iter().map(Weighed::digest).collect();
        if let Some(gone) = past.evidence.iter().find(|one| !found.contains(one)) {
            let why = format!("the report {} is no longer attached to it", gone.short());
            return Err(Error::new(Code::NotFound, why));
        }
        // A newer report that came later stood in nobody's place then.
        evidence.iter_mut().for_each(|one| one.superseded = false);
        let source = line.source.to_string();
        let (tried, in_force) = (
            policy.for_repository(&source),
            rules.policy.for_repository(&source),
        );
        let then = self.judge_past(past, &tried, &image, &evidence, (&mut attached, rules));
        let then = then.await?;
        let now = self.judge_past(past, &in_force, &image, &evidence, (&mut attached, rules));
        Ok((then, now.await?))
    }

    async fn judge_past(
        &self,
        past: &Past,
        policy: &Policy,
        image: &Image,
        evidence: &[Weighed],
        (attached, rules): (&mut Attached, &Rules),
    ) -> Result<Evaluation> {
        let (stage, trust) = (policy.stage(&past.stage), &rules.trust);
        let judged = Judged {
            policy,
            stage: &past.stage,
            image,
            evidence,
            about: self.about(image, evidence, &stage, trust).await?,
        };
        let time = past.entry.time;
        Ok(self.judge_waived(&judged, attached, trust, time).await?.0)
    }
}

impl Past {
    fn of(entry: Entry) -> Option<Self> {
        let evidence = entry.detail.get("evidence")?.as_array()?;
        let evidence = evidence.iter().filter_map(|one| one.as_str()?.parse().ok());
        Some(Self {
            repository: entry.repository.as_deref()?.parse().ok()?,
            digest: entry.digest.clone()?,
            stage: entry.detail.get("stage")?.as_str()?.to_owned(),
            evidence: evidence.collect(),
            entry,
        })
    }

    fn name(&self) -> String {
        self.repository.at(self.digest.clone()).to_string()
    }

    fn blocked(&self, then: &Evaluation, now: &Evaluation) -> TrialReview {
        let fails = |evaluation: &Evaluation| -> Vec<String> {
            let failing = evaluation.checks.iter();
            let failing = failing.filter(|check| check.verdict == CheckVerdict::Fail);
            failing
                .map(|check| format!("{}: {}", check.title, check.reason))
                .collect()
        };
        TrialReview {
            image: self.name(),
            repository: self.repository.to_string(),
            digest: self.digest.to_string(),
            tag: self.entry.tag.clone(),
            stage: self.stage.clone(),
            at: self.entry.time,
            by: self.entry.actor.clone(),
            kind: self.entry.kind.clone(),
            because: fails(then),
            refused_now: now.count(CheckVerdict::Fail) > 0,
        }
    }
}

/// “It would have blocked 3 of the last 40; the policy in force blocks 1 of them.”
fn sentence(trial: &PolicyTrial) -> String {
    let unread = match trial.unread.len() {
        0 => String::new(),
        1 => " 1 more cannot be read any longer.".to_owned(),
        more => format!(" {more} more cannot be read any longer."),
    };
    let blocked = trial.blocked.len();
    match trial.reviews {
        0 => format!("There is no past review to try it on.{unread}"),
        reviews => {
            let now = trial.refused_now;
            format!(
                "It would have blocked {blocked} of the last {reviews}; the policy in force would have blocked {now}.{unread}"
            )
        }
    }
}
