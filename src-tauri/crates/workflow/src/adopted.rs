//! The team's lists of adopted images: one signed statement each, in the team's repository.

use crate::{
    act::{Act, Signed},
    adopt::Told,
    adopt_list::Wanted,
    desk::Desk,
    error::{Error, Result},
    image::own_tag,
    pipeline::GOLDEN,
    survey::Survey,
    trust::Trust,
};
use hallmark_attest::{Subject, predicate as p};
use hallmark_history::NewEntry;
use hallmark_image::{Digest, Repository, Tag, media_type};
use hallmark_registry::Target;
use jiff::Timestamp;

/// How the tags of lists begin.
const PREFIX: &str = "adopted-";

/// A list that was signed and pushed.
pub(crate) struct Written {
    pub(crate) statement: Digest,
    pub(crate) tag: String,
    /// The entry of the list as a whole.
    pub(crate) entry: NewEntry,
}

impl Desk {
    /// Signs one list of everything that is adopted, and puts it where the team finds it.
    pub(crate) async fn write_list(
        &self,
        team: &Repository,
        grace: Timestamp,
        message: &str,
        fresh: &[(&Wanted, Digest)],
    ) -> Result<Written> {
        let mut scribe = self.scribe().await?;
        let images = fresh.iter().map(|(one, digest)| adopted(one, digest));
        let subjects = fresh
            .iter()
            .map(|(one, digest)| Subject::new(Some(one.repository.to_string()), digest));
        let says = p::Adoption {
            origin: scribe.origin(),
            stage: GOLDEN.to_owned(),
            grace,
            message: message.to_owned(),
            images: images.collect(),
        };
        let (signed, envelope) = scribe.write_apart(subjects.collect(), p::ADOPTION, &says)?;
        let manifest = self
            .push_envelope(team, media_type::HALLMARK_ADOPTION, &envelope)
            .await?;
        let tag = own_tag(&format!(
            "{PREFIX}{}-{}",
            scribe.now().strftime("%Y%m%dT%H%M%SZ"),
            manifest.digest().short()
        ))?;
        self.client()
            .put_manifest(team, Target::Tag(&tag), &manifest)
            .await?;
        let entry = signed
            .entry_in(manifest.digest(), team)
            .ok_or_else(|| Error::internal("an adoption has no origin"))?;
        Ok(Written {
            statement: signed.digest,
            tag: tag.to_string(),
            entry,
        })
    }

    /// Reads every list of the team; only those of people who may decide count.
    pub(crate) async fn survey_adoptions(
        &self,
        team: &Repository,
        trust: &Trust,
        survey: &mut Survey,
    ) -> Result<()> {
        let tags = self.client().all_tags(team).await?;
        for tag in tags.iter().filter(|tag| tag.as_str().starts_with(PREFIX)) {
            if let Err(why) = self.survey_list(team, tag, trust, survey).await? {
                survey.problems.push(format!("{tag}: {why}"));
            }
        }
        Ok(())
    }

    async fn survey_list(
        &self,
        team: &Repository,
        tag: &Tag,
        trust: &Trust,
        survey: &mut Survey,
    ) -> Result<std::result::Result<(), String>> {
        let Some(digest) = self.tag_digest(team, tag).await? else {
            return Ok(Ok(()));
        };
        let envelope = match self
            .read_envelope(team, &digest, media_type::HALLMARK_ADOPTION)
            .await
        {
            Ok(envelope) => envelope,
            Err(error) if crate::rebuild::speaks_of_the_tag(error.code) => {
                return Ok(Err(error.message));
            }
            Err(error) => return Err(error),
        };
        let signed = match Signed::from_envelope(&envelope, trust) {
            Ok(signed) => signed,
            Err(why) => return Ok(Err(why)),
        };
        if let Some(why) = signed.distrust() {
            return Ok(Err(why));
        }
        let Act::Adoption(says) = &signed.act else {
            return Ok(Err("it is no list of adopted images".to_owned()));
        };
        if !trust.approves(signed.key_id()) {
            let name = signed.member().unwrap_or_default();
            return Ok(Err(format!("{name} signed it, who is no approver")));
        }
        survey.take(&signed, &digest, Some(team));
        survey.adopt(&signed.digest, entries(&signed, says));
        Ok(Ok(()))
    }
}

/// An entry for each image of a list.
fn entries(signed: &Signed, says: &p::Adoption) -> Vec<NewEntry> {
    let told = Told {
        by: signed.member().unwrap_or_default(),
        at: says.origin.time,
        grace: says.grace,
        message: &says.message,
        list: Some(&signed.digest),
    };
    let entry = |one: &p::Adopted| {
        let wanted = Wanted {
            repository: one.repository.parse().ok()?,
            tag: one.tag.parse().ok()?,
            since: one.since,
            by: one.by.clone(),
            line: None,
        };
        Some(told.entry(&wanted, &one.digest))
    };
    says.images.iter().filter_map(entry).collect()
}

fn adopted(one: &Wanted, digest: &Digest) -> p::Adopted {
    p::Adopted {
        repository: one.repository.to_string(),
        tag: one.tag.to_string(),
        digest: digest.clone(),
        since: one.since,
        by: one.by.clone(),
    }
}
