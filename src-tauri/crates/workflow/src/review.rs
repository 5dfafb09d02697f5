//! The review of one candidate, as the page and `review --json` show it.

use crate::{
    activity::activity,
    attached::Attached,
    case::Case,
    desk::Desk,
    difference::findings,
    dto::{
        AskReview, Can, CandidateState, CheckInfo, CheckVerdict, ChecksGlance, DecisionKind,
        Difference, FindingCounts, Golden, RequestInfo, Review, StageMark, StageState, Standing,
        TestCounts,
    },
    error::{Error, Result},
    image::{Image, VERSION, reference},
    links,
    pipeline::Place,
    plan::plan,
    standing::{Placed, person, placed},
    talk::threads,
    vex::vex,
    weigh::Weighed,
    words,
};
use hallmark_evidence::{TestSummary, VulnSummary};
use hallmark_image::{Digest, ReferenceError, Tag};
use std::cmp::Reverse;

/// The golden image of today, with what it takes to compare.
pub(crate) struct Today {
    pub(crate) image: Image,
    attached: Attached,
    pub(crate) evidence: Vec<Weighed>,
    /// Adopted and not approved, or revoked: in a sentence.
    note: Option<String>,
}

impl Desk {
    /// Everything that is known of one candidate at one stage, read afresh.
    ///
    /// # Errors
    /// Where the image, or anything attached to it, cannot be read.
    pub async fn review(&self, ask: AskReview) -> Result<Review> {
        let named = reference(&ask.image)?;
        let case = self.case(&named, &Self::stage_or_golden(ask.stage)).await?;
        let today = self.today(&case).await?;
        self.keep_glance(&case).await?;
        self.keep_facts(&case.image).await?;
        self.open_pages(&case.image, &case.evidence);
        let moved = self.moved(&case).await?;
        let stages = self.stages(&case).await?;
        let difference = self.compare_with_golden(&case, today.as_ref());
        let mut review = shown(&case, today.as_ref(), moved, stages, difference);
        review.activity.extend(self.carried_over(&case).await?);
        let earlier = self.said_earlier(&case).await?;
        review.talk = threads(&case, &earlier);
        review.activity.sort_by_key(|act| Reverse(act.at));
        Ok(review)
    }

    /// The image the stage's first tag names today, where it is another one.
    pub(crate) async fn today(&self, case: &Case) -> Result<Option<Today>> {
        let Some(golden) = case.golden() else {
            return Ok(None);
        };
        let mut named = case.place.repository.at(golden.clone());
        named.tag = case.tags.first().map(|(tag, _)| tag.clone());
        let image = self.image(&named).await?;
        let attached = self.attached(&image, &case.trust).await?;
        let evidence = self.weigh(&image, &attached, &case.trust).await?;
        self.index_where_new(&image, &evidence).await?;
        let note = self
            .golden_note(&image, &attached, &case.stage, &case.trust)
            .await?;
        Ok(Some(Today {
            note,
            image,
            attached,
            evidence,
        }))
    }

    /// The tag it came under names another image now: nothing here carries over to that one.
    async fn moved(&self, case: &Case) -> Result<Option<String>> {
        let Some(tag) = case.tag() else {
            return Ok(None);
        };
        let tag: Tag = tag.parse().map_err(Error::bad_input::<ReferenceError>)?;
        let now = self.tag_digest(&case.image.repository, &tag).await?;
        Ok(match now {
            Some(now) if now == *case.image.digest() => None,
            Some(now) => Some(format!(
                "{tag} names {} now: what is approved here is for another image, {}",
                now.short(),
                case.image.digest().short()
            )),
            None => Some(format!(
                "the tag {tag} is gone; this review is for {}",
                case.image.digest().short()
            )),
        })
    }

    async fn stages(&self, case: &Case) -> Result<Vec<StageMark>> {
        let mut marks = Vec::new();
        for place in case.line.places() {
            let name = place.stage.as_str();
            // What this stage needs is told at this stage; another's tags may want more.
            let tags = place.tags(case.version().as_deref()).unwrap_or_default();
            let here = match name == case.stage {
                true => case.there(),
                false => self.first_names(case, place, &tags).await?,
            };
            let state = match (here, name == case.stage) {
                (true, _) => StageState::Here,
                (false, true) => StageState::Next,
                (false, false) => StageState::Elsewhere,
            };
            marks.push(StageMark {
                name: name.to_owned(),
                repository: place.repository.to_string(),
                state,
                tags: tags.iter().map(ToString::to_string).collect(),
            });
        }
        Ok(marks)
    }

    async fn first_names(&self, case: &Case, place: &Place, tags: &[Tag]) -> Result<bool> {
        let Some(tag) = tags.first() else {
            return Ok(false);
        };
        match self.tag_digest(&place.repository, tag).await {
            Ok(named) => Ok(named.as_ref() == Some(case.image.digest())),
            // Another registry of the line may be closed to this person.
            Err(_) if place.repository != case.image.repository => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Remembers the checks at a glance, for the queue.
    pub(crate) async fn keep_glance(&self, case: &Case) -> Result<()> {
        let glance = ChecksGlance {
            verdict: case.verdict,
            words: glance_words(case),
            at: self.now(),
        };
        let text = serde_json::to_string(&glance).map_err(Error::internal)?;
        Ok(self
            .history
            .set_state(&glance_key(&case.stage, case.image.digest()), &text)
            .await?)
    }

    /// The checks as they were last seen here.
    pub(crate) async fn glance(
        &self,
        stage: &str,
        digest: &Digest,
    ) -> Result<Option<ChecksGlance>> {
        let text = self.history.get_state(&glance_key(stage, digest)).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

fn glance_key(stage: &str, digest: &Digest) -> String {
    format!("glance:{stage}:{digest}")
}

/// The checks in a few words: what fails, else how many pass.
pub(crate) fn glance_words(case: &Case) -> String {
    use hallmark_policy::CheckVerdict as V;
    let count = |verdict| case.evaluation.count(verdict);
    let parts = [
        (V::Fail, "fails", "fail"),
        (V::Warn, "warns", "warn"),
        (V::Waived, "waived", "waived"),
        (V::Pass, "passes", "pass"),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(verdict, ..)| count(*verdict) > 0)
        .map(|(verdict, one, many)| {
            let count = count(*verdict);
            format!("{count} {}", if count == 1 { one } else { many })
        })
        .collect();
    if words.is_empty() {
        "no checks".to_owned()
    } else {
        words.join(", ")
    }
}

fn shown(
    case: &Case,
    today: Option<&Today>,
    moved: Option<String>,
    stages: Vec<StageMark>,
    difference: Difference,
) -> Review {
    let image = &case.image;
    Review {
        image: image.name(),
        host: image.repository.host.to_string(),
        repository: image.repository.name.to_string(),
        tag: case.tag(),
        version: case.version(),
        digest: image.digest().to_string(),
        stage: case.stage.clone(),
        target: case
            .is_elsewhere()
            .then(|| case.place.repository.to_string()),
        stages,
        platforms: image
            .platforms
            .iter()
            .map(crate::image::PlatformOf::name)
            .collect(),
        size: image.size(),
        created: image.created(),
        links: links::of(case, today.map(|today| &today.image)),
        request: case
            .standing
            .request
            .as_ref()
            .map(|(signed, request)| RequestInfo {
                by: person(signed),
                at: request.origin.time,
                message: request.message.clone(),
                statement: signed.digest.to_string(),
            }),
        revoked: case.revoked.clone(),
        moved,
        verdict: case.verdict,
        checks: case.evaluation.checks.iter().map(check).collect(),
        evidence: case.evidence.iter().map(|one| one.info(image)).collect(),
        tests: tests_total(&case.evidence),
        vulnerabilities: findings_total(case),
        golden: today.map(|today| golden(case, today)),
        difference,
        decisions: case.standing.decisions.clone(),
        standing: Standing {
            state: case.standing.state,
            approvals: case.standing.approvals.len() as u64,
            needed: case.standing.needed,
            reopened: case.standing.reopened.clone(),
            blocked_by: case.standing.blocked_by.clone(),
        },
        plan: plan(case, today.map(|today| &today.image)),
        can: can(case),
        waivers: case.waivers.clone(),
        vex: vex(case),
        talk: Vec::new(),
        activity: activity(case),
        distrusted: case.attached.distrusted.clone(),
    }
}

fn golden(case: &Case, today: &Today) -> Golden {
    let up = match placed(
        &today.attached,
        today.image.digest(),
        &case.stage,
        &case.trust,
    ) {
        Some(Placed::Up(signed, at)) => Some((person(&signed), at)),
        _ => None,
    };
    Golden {
        digest: today.image.digest().to_string(),
        version: today.image.label(VERSION),
        since: up.as_ref().map(|(_, at)| *at),
        by: up.map(|(by, _)| by),
        note: today.note.clone(),
    }
}

fn check(check: &hallmark_policy::Check) -> CheckInfo {
    use hallmark_policy::CheckVerdict as V;
    CheckInfo {
        rule: check.rule.clone(),
        title: check.title.clone(),
        verdict: match check.verdict {
            V::Pass => CheckVerdict::Pass,
            V::Warn => CheckVerdict::Warn,
            V::Fail => CheckVerdict::Fail,
            V::Waived => CheckVerdict::Waived,
        },
        reason: check.reason.clone(),
        evidence: check.evidence.iter().map(ToString::to_string).collect(),
        vouched: check.vouched.clone(),
    }
}

fn tests_total(evidence: &[Weighed]) -> Option<TestCounts> {
    let mut any = false;
    let mut sum = TestSummary::default();
    for one in evidence.iter().filter(|one| one.counts()) {
        if let Some(tests) = one.report().and_then(|report| report.tests.as_ref()) {
            any = true;
            sum.total += tests.summary.total;
            sum.passed += tests.summary.passed;
            sum.failed += tests.summary.failed;
            sum.errored += tests.summary.errored;
            sum.skipped += tests.summary.skipped;
            sum.duration_s += tests.summary.duration_s;
        }
    }
    any.then(|| words::test_counts(&sum))
}

/// Findings as the table shows them: one that two platforms share is one.
fn findings_total(case: &Case) -> Option<FindingCounts> {
    let scanned = case
        .evidence
        .iter()
        .any(|one| one.counts() && one.report().is_some_and(|r| r.vulnerabilities.is_some()));
    if !scanned {
        return None;
    }
    let mut sum = VulnSummary::default();
    for row in findings(&case.image, &case.evidence) {
        if row.suppressed {
            sum.suppressed += 1;
            continue;
        }
        sum.total += 1;
        sum.fixable += u64::from(row.fixed.is_some());
        let severity = match row.severity.as_str() {
            "critical" => &mut sum.critical,
            "high" => &mut sum.high,
            "medium" => &mut sum.medium,
            "low" => &mut sum.low,
            _ => &mut sum.unknown,
        };
        *severity += 1;
    }
    Some(words::finding_counts(&sum))
}

fn can(case: &Case) -> Can {
    let why_not = |may: Result<()>| may.err().map(|error| words::sentence(&error.message));
    let mine = case
        .standing
        .request
        .as_ref()
        .is_some_and(|(signed, _)| case.me.as_deref() == Some(signed.key_id()));
    let own_word = case.standing.decisions.iter().any(|decision| {
        decision.stands
            && decision.by.key_id == case.me
            && matches!(
                decision.decision,
                DecisionKind::Approve | DecisionKind::RequestChanges
            )
    });
    let promoted = case.there() && case.standing.state == CandidateState::Promoted;
    let already = promoted.then(|| format!("{} names this image already", case.stage));
    Can {
        approve: already.clone().or_else(|| why_not(case.may_approve())),
        promote: already
            .or_else(|| why_not(case.may_promote()))
            .or_else(|| case.immovable().map(|why| words::sentence(&why))),
        decide: why_not(case.may_decide()),
        waive: why_not(case.may_waive()),
        withdraw: (!mine && !own_word).then(|| "there is nothing of yours to take back".to_owned()),
        approval_promotes: case.approval_promotes(),
    }
}
