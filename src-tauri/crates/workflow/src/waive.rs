//! Waiving: one finding, on one image or in one repository, until a day; and ending that early.
//!
//! A waiver is never edited and never made longer: whoever wants another day ends it and waives
//! the finding anew, in a statement of its own.

use crate::{
    act::{Act, Signed},
    case::Case,
    desk::Desk,
    dto::{AskEndWaiver, AskWaive, WaiverInfo},
    error::{Code, Error, Result},
    image::reference,
    vex::findings,
    waivers::{anchor, day, info, today},
};
use bytes::Bytes;
use hallmark_attest::predicate as p;
use hallmark_image::{Digest, Repository};
use hallmark_policy::Waived;
use hallmark_registry::Target;
use jiff::civil::Date;

impl Desk {
    /// Waives a finding of an image, or of every image in its repository.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for who may not approve, [`Code::BadInput`] for a day that is not
    /// ahead, [`Code::NotFound`] where the image has no such finding, [`Code::Conflict`] where a
    /// waiver is in force already.
    pub async fn waive(&self, ask: AskWaive) -> Result<WaiverInfo> {
        let message = why(&ask.message)?;
        ahead(ask.until, today(self.now()))?;
        let case = self.waiving(&ask.image).await?;
        has_finding(&case, &ask)?;
        not_waived(&case, &ask)?;
        let scope = match ask.repository {
            true => p::WaiverScope::Repository,
            false => p::WaiverScope::Image,
        };
        self.say_waived(&case.image.repository, case.image.digest(), |origin| {
            p::Waiver {
                origin,
                repository: case.image.repository.to_string(),
                digest: case.image.digest().clone(),
                scope,
                finding: ask.finding.clone(),
                package: ask.package.clone(),
                message,
                until: ask.until,
                ends: None,
            }
        })
        .await
    }

    /// Ends a waiver that is in force for an image.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], and [`Code::NotFound`] where none is in force.
    pub async fn end_waiver(&self, ask: AskEndWaiver) -> Result<WaiverInfo> {
        let message = why(&ask.message)?;
        let case = self.waiving(&ask.image).await?;
        let same = |one: &&WaiverInfo| one.finding == ask.finding && one.package == ask.package;
        let found = case.waivers.iter().find(same).ok_or_else(|| {
            let words = format!(
                "no waiver of {} in {} is in force here",
                ask.finding, ask.package
            );
            Error::new(Code::NotFound, words).hint("`hallmark waivers` lists them all.")
        })?;
        let says = case
            .attached
            .trusted()
            .find_map(|signed| match &signed.act {
                Act::Waiver(says) if signed.digest.to_string() == found.statement => {
                    Some((signed.digest.clone(), says.clone()))
                }
                _ => None,
            });
        let (statement, says) =
            says.ok_or_else(|| Error::internal("a waiver in force has no statement"))?;
        // The end hangs where the waiver does, so that nobody reads the one without the other.
        let (repository, digest) = (case.image.repository.clone(), says.digest.clone());
        self.say_waived(&repository, &digest, |origin| p::Waiver {
            origin,
            message,
            ends: Some(statement),
            ..says
        })
        .await
    }

    async fn waiving(&self, image: &str) -> Result<Case> {
        let named = reference(image)?;
        self.will_write(&named.repository)?;
        self.ensure_key(None).await?;
        let case = self.case(&named, &Self::stage_or_golden(None)).await?;
        case.may_waive()?;
        Ok(case)
    }

    /// Signs it, hangs it on the image and on the anchor, and records it.
    async fn say_waived(
        &self,
        repository: &Repository,
        digest: &Digest,
        says: impl FnOnce(p::Origin) -> p::Waiver,
    ) -> Result<WaiverInfo> {
        let anchor = anchor()?;
        let client = self.client();
        let image = client.manifest(&repository.at(digest.clone())).await?;
        let empty = Bytes::from_static(b"{}");
        client.push_blob(repository, empty).await?;
        client
            .put_manifest(repository, Target::Digest, &anchor)
            .await?;
        let mut scribe = self.scribe().await?;
        scribe.write_about(
            repository,
            &[&image.descriptor(), &anchor.descriptor()],
            p::OPENVEX,
            |origin| says(origin).document(),
        )?;
        let now = scribe.now();
        let written = scribe.signed();
        scribe.publish(self, repository).await?;
        written
            .iter()
            .find_map(|signed| told(signed, now))
            .ok_or_else(|| Error::internal("what was written is no waiver"))
    }
}

fn told(signed: &Signed, now: jiff::Timestamp) -> Option<WaiverInfo> {
    match &signed.act {
        Act::Waiver(says) => Some(info(signed, says, says.ends.is_some(), now)),
        _ => None,
    }
}

fn why(message: &str) -> Result<String> {
    match message.trim() {
        "" => Err(Error::new(Code::BadInput, "a waiver needs a reason")
            .hint("Say in a sentence why the finding can stand; the auditor will read it.")),
        said => Ok(said.to_owned()),
    }
}

fn ahead(until: Date, today: Date) -> Result<()> {
    if until > today {
        return Ok(());
    }
    Err(Error::new(
        Code::BadInput,
        format!(
            "{} is not ahead; a waiver ends on a day to come",
            day(until)
        ),
    )
    .hint("It counts up to that day, UTC, and not on the day itself."))
}

fn has_finding(case: &Case, ask: &AskWaive) -> Result<()> {
    let wanted = Waived {
        finding: ask.finding.clone(),
        package: ask.package.clone(),
        words: String::new(),
    };
    let all = || findings(&case.evidence);
    if all().any(|finding| wanted.covers(finding)) {
        return Ok(());
    }
    let mut packages: Vec<&str> = all()
        .filter(|finding| *finding.id == *ask.finding)
        .map(|finding| &*finding.package)
        .collect();
    packages.sort_unstable();
    packages.dedup();
    let hint = match packages.is_empty() {
        true => "Only what a scan of this image has found can be waived.".to_owned(),
        false => format!("It is in {}.", packages.join(", ")),
    };
    Err(Error::new(
        Code::NotFound,
        format!(
            "no scan that counts here has {} in {}",
            ask.finding, ask.package
        ),
    )
    .hint(hint))
}

/// Never made longer in silence.
fn not_waived(case: &Case, ask: &AskWaive) -> Result<()> {
    let same = |one: &&WaiverInfo| one.finding == ask.finding && one.package == ask.package;
    match case.waivers.iter().find(same) {
        None => Ok(()),
        Some(known) => Err(Error::new(
            Code::Conflict,
            format!(
                "{} in {} is {} already",
                ask.finding, ask.package, known.words
            ),
        )
        .hint("A waiver is never made longer: end it, then waive the finding anew.")),
    }
}
