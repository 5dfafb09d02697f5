//! A case: one image at one stage with everything a decision about it rests on.
//!
//! Review shows it, approve and promote act on it: all three build it here, so that none can
//! see more or less than another.

use crate::{
    act::Signed,
    attached::{Attached, Hung},
    desk::Desk,
    dto::{RevokedInfo, TagMove, Verdict, WaiverInfo},
    error::{Error, Result},
    image::{Image, VERSION},
    pipeline::{GOLDEN, Line, Place},
    rules::Rules,
    standing::{Placed, Question, Standing, placed, verdict},
    trust::Trust,
    weigh::Weighed,
};
use hallmark_image::{Digest, Reference, Tag};
use hallmark_policy::{About, Check, CheckVerdict, Evaluation, Facts, Policy, Waived};
use std::collections::BTreeSet;

/// One image at one stage.
pub(crate) struct Case {
    pub(crate) image: Image,
    pub(crate) stage: String,
    pub(crate) trust: Trust,
    pub(crate) policy: Policy,
    /// The line that the image stands on.
    pub(crate) line: Line,
    /// Where the stage places it.
    pub(crate) place: Place,
    /// Why what is there cannot be told, where that is so.
    pub(crate) out_of_reach: Option<Error>,
    pub(crate) attached: Attached,
    pub(crate) evidence: Vec<Weighed>,
    pub(crate) evaluation: Evaluation,
    /// The waivers in force, where any is needed or hangs on the image.
    pub(crate) waivers: Vec<WaiverInfo>,
    pub(crate) verdict: Verdict,
    pub(crate) standing: Standing,
    /// The stage's tags, each with where it points now at the stage's place.
    pub(crate) tags: Vec<(Tag, Option<Digest>)>,
    /// Who took the golden mark from it, for good.
    pub(crate) revoked: Option<RevokedInfo>,
    /// My key.
    pub(crate) me: Option<String>,
    /// Whether a team's rules apply: nobody approves what they asked for.
    pub(crate) team: bool,
}

impl Desk {
    /// Gathers a case.
    pub(crate) async fn case(&self, reference: &Reference, stage: &str) -> Result<Case> {
        let rules = self.rules().await?;
        let line = self
            .line_in(&rules.pipelines, &reference.repository)
            .await?;
        self.case_on(rules, line, reference, stage).await
    }

    /// The same, on a line that is known.
    pub(crate) async fn case_on(
        &self,
        rules: Rules,
        line: Line,
        reference: &Reference,
        stage: &str,
    ) -> Result<Case> {
        let Rules { trust, policy, .. } = rules;
        let policy = policy.for_repository(&line.source.to_string());
        let place = line.place(stage)?.clone();
        let image = self.image(reference).await?;
        let (mut attached, out_of_reach) = self
            .attached_on_the_way(&image, &place.repository, &trust)
            .await?;
        let evidence = self.weigh(&image, &attached, &trust).await?;
        let rules = policy.stage(stage);
        let ask = Judged {
            policy: &policy,
            stage,
            image: &image,
            evidence: &evidence,
            about: self.about(&image, &evidence, &rules, &trust).await?,
        };
        let judged = self.judge_waived(&ask, &mut attached, &trust, self.now());
        let (evaluation, waivers) = judged.await?;
        let earlier = earlier_stages(&policy, &place);
        let evaluation = with_earlier_stages(evaluation, earlier, &image, &attached, &trust);
        let verdict = verdict(&evaluation);
        let revoked = self
            .revocation_of(&attached, image.digest(), &trust)
            .await?;
        let standing = Question {
            digest: image.digest(),
            stage,
            trust: &trust,
            attached: &attached,
            verdict,
            evidence: counted(&evidence).collect(),
            needed: u64::from(rules.approvals),
            revoked: revoked.is_some(),
        }
        .answer();
        let mut case = Case {
            image,
            stage: stage.to_owned(),
            trust,
            policy,
            line,
            place,
            out_of_reach,
            attached,
            evidence,
            evaluation,
            waivers,
            verdict,
            standing,
            tags: Vec::new(),
            revoked,
            me: self.my_key()?.map(|key| key.id().to_string()),
            team: self.file().team.is_some(),
        };
        self.look_at_the_tags(&mut case).await?;
        Ok(case)
    }

    /// Where each tag of the stage points now. A registry that is closed to this person says
    /// nothing of it; whoever has to know is told so.
    async fn look_at_the_tags(&self, case: &mut Case) -> Result<()> {
        for tag in case.place.tags(case.version().as_deref())? {
            let current = match case.out_of_reach {
                Some(_) => None,
                None => match self.tag_digest(&case.place.repository, &tag).await {
                    Ok(current) => current,
                    Err(error) if case.is_elsewhere() => {
                        case.out_of_reach = Some(error);
                        None
                    }
                    Err(error) => return Err(error),
                },
            };
            case.tags.push((tag, current));
        }
        Ok(())
    }

    /// The stage a candidate was asked for, where nobody says.
    pub(crate) fn stage_or_golden(stage: Option<String>) -> String {
        stage.unwrap_or_else(|| GOLDEN.to_owned())
    }
}

fn counted(evidence: &[Weighed]) -> impl Iterator<Item = Digest> + '_ {
    evidence
        .iter()
        .filter(|one| one.counts())
        .map(|one| one.digest().clone())
}

/// What is judged.
pub(crate) struct Judged<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) stage: &'a str,
    pub(crate) image: &'a Image,
    pub(crate) evidence: &'a [Weighed],
    pub(crate) about: About,
}

impl Judged<'_> {
    pub(crate) fn evaluate(&self, now: jiff::Timestamp, waived: &[Waived]) -> Evaluation {
        let platforms = self.image.platforms.iter();
        let facts = Facts {
            stage: self.stage,
            platforms: platforms.map(|of| of.platform.clone()).collect(),
            evidence: self.evidence.iter().filter_map(Weighed::item).collect(),
            about: self.about.clone(),
            now,
        };
        hallmark_policy::evaluate_with(self.policy, &facts, waived)
    }
}

/// The stages that an image must have been promoted to: what the policy asks for, and the
/// pipeline.
fn earlier_stages(policy: &Policy, place: &Place) -> BTreeSet<String> {
    let asked = policy.stage(&place.stage).requires;
    asked.into_iter().chain(place.after.clone()).collect()
}

/// Adds a check for each of these earlier stages.
fn with_earlier_stages(
    mut evaluation: Evaluation,
    stages: BTreeSet<String>,
    image: &Image,
    attached: &Attached,
    trust: &Trust,
) -> Evaluation {
    for earlier in stages {
        let up = match placed(attached, image.digest(), &earlier, trust) {
            Some(Placed::Up(signed, at)) => Some((signed, at)),
            _ => None,
        };
        let check = Check {
            rule: format!("stage-{earlier}"),
            title: format!("Was at {earlier}"),
            verdict: if up.is_some() {
                CheckVerdict::Pass
            } else {
                CheckVerdict::Fail
            },
            reason: match &up {
                Some((signed, at)) => {
                    format!(
                        "{} promoted it to {earlier} on {}",
                        signed.member().unwrap_or_default(),
                        at.strftime("%-d %b %Y")
                    )
                }
                None => format!(
                    "this image was never promoted to {earlier}, or was rolled back from there"
                ),
            },
            evidence: up.iter().map(|(signed, _)| signed.digest.clone()).collect(),
            vouched: Vec::new(),
        };
        if check.verdict == CheckVerdict::Fail {
            evaluation.verdict = hallmark_policy::Verdict::Fail;
            evaluation.checks.insert(0, check);
        } else {
            evaluation.checks.push(check);
        }
    }
    evaluation
}

impl Case {
    /// Digests of the evidence that counts.
    pub(crate) fn counted(&self) -> Vec<Digest> {
        counted(&self.evidence).collect()
    }

    /// Digest of every report that is attached.
    pub(crate) fn all_evidence(&self) -> Vec<Digest> {
        self.evidence
            .iter()
            .map(|one| one.digest().clone())
            .collect()
    }

    /// The tag it came under: the one that was named, else the one it was asked for under.
    pub(crate) fn tag(&self) -> Option<String> {
        let named = self.image.tag.as_ref().map(ToString::to_string);
        let request = self.standing.request.as_ref();
        named.or_else(|| request.and_then(|(_, request)| request.tag.clone()))
    }

    /// The image's own version, else the tag it came under.
    pub(crate) fn version(&self) -> Option<String> {
        self.image.label(VERSION).or_else(|| self.tag())
    }

    /// Where the stage's first tag points now.
    pub(crate) fn golden(&self) -> Option<&Digest> {
        self.tags.first().and_then(|(_, current)| current.as_ref())
    }

    /// Each tag's move, were it promoted.
    pub(crate) fn moves(&self) -> Vec<TagMove> {
        let to = self.image.digest().to_string();
        self.tags
            .iter()
            .map(|(tag, from)| TagMove {
                tag: tag.to_string(),
                from: from.as_ref().map(ToString::to_string),
                to: to.clone(),
            })
            .collect()
    }

    /// Whether every tag of the stage names this digest.
    pub(crate) fn there(&self) -> bool {
        self.tags
            .iter()
            .all(|(_, current)| current.as_ref() == Some(self.image.digest()))
    }

    /// The first thing that fails, in a sentence.
    pub(crate) fn failing(&self) -> Option<String> {
        let fails = |check: &&Check| check.verdict == CheckVerdict::Fail;
        let failing: Vec<_> = self.evaluation.checks.iter().filter(fails).collect();
        let first = failing.first()?;
        let more = match failing.len() {
            1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        Some(format!("{}: {}{more}", first.title, first.reason))
    }

    /// Whether the stage places the image in another repository than the one it stands in.
    pub(crate) fn is_elsewhere(&self) -> bool {
        self.place.repository != self.image.repository
    }

    /// Whether my approval would be the last one needed.
    pub(crate) fn approval_promotes(&self) -> bool {
        let mine = |keys: &BTreeSet<String>| self.me.as_ref().is_some_and(|me| keys.contains(me));
        let standing = &self.standing;
        let after = standing.approvals.len() as u64 + u64::from(!mine(&standing.approved_by));
        // Approving takes one's own objection back.
        let objections = standing.blocking.len() - usize::from(mine(&standing.blocking));
        after >= standing.needed && objections == 0
    }

    /// Takes in a statement about the image that was written just now.
    pub(crate) fn hear(&mut self, signed: Signed) {
        self.attached.statements.push(Hung {
            subject: self.image.digest().clone(),
            signed,
        });
        self.standing = Question {
            digest: self.image.digest(),
            stage: &self.stage,
            trust: &self.trust,
            attached: &self.attached,
            verdict: self.verdict,
            evidence: counted(&self.evidence).collect(),
            needed: self.standing.needed,
            revoked: self.revoked.is_some(),
        }
        .answer();
    }

    /// Whether I asked for this review.
    pub(crate) fn asked_by_me(&self) -> bool {
        let request = self.standing.request.as_ref();
        request.is_some_and(|(signed, _)| self.me.as_deref() == Some(signed.key_id()))
    }
}
