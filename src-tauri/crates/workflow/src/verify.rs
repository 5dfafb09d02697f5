//! The gate: is this digest golden, by attached signed statements and trusted keys alone?
//!
//! No local history is asked. A promotion counts only with the approvals it names, each
//! signed by a trusted key, for this digest and stage; a later rollback takes it away.

use crate::{
    act::{Act, Signed, short},
    attached::Attached,
    desk::Desk,
    dto::{Role, Verification},
    error::Result,
    image::reference,
    revoked::revoked,
    standing::{Placed, placed},
    trust::{Trust, read_key},
};
use hallmark_attest::predicate::{Choice, Promotion};
use hallmark_image::{Digest, Repository};
use std::collections::BTreeSet;

impl Desk {
    /// Says whether an image is at a stage. With `keys` (PEM) only those are trusted; else the members'.
    ///
    /// # Errors
    /// Where it could not be found out; "no" is an answer, not an error.
    pub async fn verify(
        &self,
        image: &str,
        stage: &str,
        keys: Option<Vec<String>>,
    ) -> Result<Verification> {
        let trust = match keys {
            Some(keys) => given(&keys)?,
            None => self.trust().await?,
        };
        let named = reference(image)?;
        let manifest = self.client().manifest(&named).await?;
        let digest = manifest.digest().clone();
        let subjects = BTreeSet::from([digest.clone()]);
        let attached = self
            .attached_to(&named.repository, subjects, &trust)
            .await?;
        let mut answer = Verification {
            golden: false,
            image: named.repository.at(digest.clone()).to_string(),
            digest: digest.to_string(),
            stage: stage.to_owned(),
            reason: String::new(),
            promoted_by: None,
            key_id: None,
            promoted_at: None,
            approved_by: Vec::new(),
            statements: Vec::new(),
            distrusted: attached.distrusted.clone(),
        };
        judge(&mut answer, &attached, &digest, &trust);
        if !answer.golden && answer.statements.is_empty() {
            self.tell_adopted(&mut answer, &named.repository, &digest)
                .await?;
        }
        Ok(answer)
    }
}

impl Desk {
    /// What this machine's history knows changes no answer; it only says more of a no.
    async fn tell_adopted(
        &self,
        answer: &mut Verification,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<()> {
        if let Some(grace) = self.marks().await?.adopted(repository, digest) {
            answer.reason = format!(
                "{} is adopted, not approved (grace until {}): {}",
                digest.short(),
                grace.strftime("%-d %b %Y"),
                answer.reason
            );
        }
        Ok(())
    }
}

/// The keys a script trusts, and nobody else.
fn given(keys: &[String]) -> Result<Trust> {
    keys.iter()
        .enumerate()
        .try_fold(Trust::nobody(), |trust, (at, pem)| {
            let key = read_key(&format!("--key {}", at + 1), pem)?;
            let name = format!("key {}", short(&key.id().to_string()));
            Ok(trust.with(&name, key, &[Role::Approver]))
        })
}

fn judge(answer: &mut Verification, attached: &Attached, digest: &Digest, trust: &Trust) {
    let (short, stage) = (digest.short(), answer.stage.clone());
    if let Some(word) = revoked(attached, digest, trust) {
        answer.reason = word.in_words(digest);
        answer.statements.push(word.statement);
        return;
    }
    match placed(attached, digest, &stage, trust) {
        None => {
            answer.reason =
                format!("no trusted statement says that {short} was promoted to {stage}");
        }
        Some(Placed::Down(signed, at)) => {
            answer.reason = format!(
                "{} rolled {short} back from {stage} on {at}",
                signed.member().unwrap_or_default()
            );
            answer.statements.push(signed.digest.to_string());
        }
        Some(Placed::Up(signed, at)) => {
            answer.promoted_by = signed.origin().map(|origin| origin.author.clone());
            answer.key_id = Some(signed.key_id().to_owned());
            answer.promoted_at = Some(at);
            answer.statements.push(signed.digest.to_string());
            approved(answer, attached, digest, &signed, trust);
        }
    }
}

/// The approvals that the placement rests on must be there, and count.
fn approved(
    answer: &mut Verification,
    attached: &Attached,
    digest: &Digest,
    signed: &Signed,
    trust: &Trust,
) {
    let promotion = match &signed.act {
        Act::Promotion(promotion) => Some(promotion),
        // A rollback puts back what was promoted before: that promotion has to be there.
        _ => first_promotion(attached, digest, &answer.stage, trust),
    };
    let Some(promotion) = promotion else {
        answer.reason = format!(
            "{} was put back, but its own promotion is missing",
            digest.short()
        );
        return;
    };
    for wanted in &promotion.decisions {
        match approval(attached, wanted, digest, &answer.stage, trust) {
            Some(by) => {
                answer.approved_by.push(by);
                answer.statements.push(wanted.to_string());
            }
            None => {
                answer.reason = format!(
                    "the approval {} that its promotion rests on is missing or signed by nobody trusted",
                    wanted.short()
                );
                return;
            }
        }
    }
    answer.golden = true;
    answer.reason = format!(
        "{} was promoted to {} by {}{}",
        digest.short(),
        answer.stage,
        answer.promoted_by.as_deref().unwrap_or_default(),
        match answer.approved_by.as_slice() {
            [] => String::new(),
            names => format!(", approved by {}", crate::plan::list(names)),
        }
    );
}

fn first_promotion<'a>(
    attached: &'a Attached,
    digest: &Digest,
    stage: &str,
    trust: &Trust,
) -> Option<&'a Promotion> {
    let own = |signed: &'a Signed| match &signed.act {
        Act::Promotion(promotion)
            if promotion.digest == *digest
                && promotion.stage == stage
                && trust.approves(signed.key_id()) =>
        {
            Some(promotion)
        }
        _ => None,
    };
    attached
        .trusted()
        .filter_map(own)
        .max_by_key(|promotion| promotion.origin.time)
}

fn approval(
    attached: &Attached,
    wanted: &Digest,
    digest: &Digest,
    stage: &str,
    trust: &Trust,
) -> Option<String> {
    attached.trusted().find_map(|signed| match &signed.act {
        Act::Decision(decision)
            if signed.digest == *wanted
                && decision.decision == Choice::Approve
                && decision.digest == *digest
                && decision.stage == stage
                && trust.approves(signed.key_id()) =>
        {
            Some(decision.origin.author.clone())
        }
        _ => None,
    })
}
