//! Evidence, weighed: what counts for an image, what does not, and who vouches for it.

use crate::{
    act::{Act, Signed, Signer, short},
    attached::{Attached, ReportFile},
    desk::{Desk, Parsed},
    dto::{EvidenceInfo, VoucherInfo, VoucherState},
    error::Result,
    image::{Image, reference},
    trust::{Trust, role_name},
    words,
};
use hallmark_attest::predicate as p;
use hallmark_evidence::{Binding, Candidate, Report, bind, newest};
use hallmark_image::Digest;
use hallmark_policy::{Covers, Item, Voucher};
use jiff::Timestamp;

/// One report with everything that decides whether it counts.
pub(crate) struct Weighed {
    pub(crate) file: ReportFile,
    pub(crate) parsed: Parsed,
    pub(crate) covers: Covers,
    pub(crate) superseded: bool,
    pub(crate) voucher: Voucher,
    pub(crate) attached_at: Option<Timestamp>,
    pub(crate) because: Option<String>,
    pub(crate) future: Option<String>,
}

impl Weighed {
    pub(crate) fn report(&self) -> Option<&Report> {
        self.parsed.as_ref().as_ref().ok()
    }

    pub(crate) fn digest(&self) -> &Digest {
        &self.file.content.digest
    }

    /// Whether it counts for this image.
    pub(crate) fn counts(&self) -> bool {
        self.why_not().is_none()
    }

    fn why_not(&self) -> Option<String> {
        if let Err(error) = self.parsed.as_ref() {
            return Some(format!("it cannot be read: {error}"));
        }
        if matches!(self.voucher, Voucher::BadSignature) {
            return Some("its signature is wrong".into());
        }
        match &self.covers {
            Covers::Other => Some("it is about another image".into()),
            Covers::Platforms(none) if none.is_empty() => {
                Some("it is about a platform this image does not have".into())
            }
            _ if self.superseded => {
                Some("a newer report of the same tool stands in its place".into())
            }
            _ => None,
        }
    }

    pub(crate) fn item(&self) -> Option<Item<'_>> {
        Some(Item {
            digest: self.digest(),
            name: &self.file.name,
            report: self.report()?,
            binding: self.covers.clone(),
            superseded: self.superseded,
            voucher: self.voucher.clone(),
        })
    }

    /// As the pages show it.
    pub(crate) fn info(&self, image: &Image) -> EvidenceInfo {
        let report = self.report();
        let tool = report.and_then(|report| report.tool.as_ref());
        EvidenceInfo {
            digest: self.digest().to_string(),
            name: self.file.name.clone(),
            kind: report.map(|report| report.kind.name().to_owned()),
            format: report.map(|report| report.format.name().to_owned()),
            tool: tool.map(|tool| match &tool.version {
                Some(version) => format!("{} {version}", tool.name),
                None => tool.name.clone(),
            }),
            produced_at: report.and_then(|report| report.produced_at),
            size: self.file.content.size,
            covers: covers_in_words(&self.covers, image),
            via: self.file.via,
            counts: self.counts(),
            why_not: self.why_not(),
            voucher: self.voucher_info(),
            summary: report.map_or_else(|| "unreadable".to_owned(), words::report),
            warnings: self.warnings(),
        }
    }

    fn warnings(&self) -> Vec<String> {
        let own = self
            .report()
            .map(|report| report.warnings.clone())
            .unwrap_or_default();
        let because = self
            .because
            .as_ref()
            .map(|why| format!("It names another image; attached because: {why}"));
        own.into_iter()
            .chain(because)
            .chain(self.future.clone())
            .collect()
    }

    fn voucher_info(&self) -> VoucherInfo {
        let (state, member, key_id) = match &self.voucher {
            Voucher::Signed { member, key_id, .. } => {
                (VoucherState::Signed, Some(member), Some(key_id))
            }
            Voucher::SignedUnknown { key_id } => (VoucherState::UnknownKey, None, Some(key_id)),
            Voucher::BadSignature => (VoucherState::BadSignature, None, None),
            Voucher::Unsigned => (VoucherState::Unsigned, None, None),
        };
        VoucherInfo {
            state,
            member: member.cloned(),
            key_id: key_id.map(|id| short(id)),
            words: self.voucher.words(),
            at: self.attached_at,
        }
    }
}

fn covers_in_words(covers: &Covers, image: &Image) -> String {
    let name = |at: &usize| image.platforms.get(*at).map(crate::image::PlatformOf::name);
    match covers {
        Covers::All if image.platforms.len() == 1 => image.platforms[0].name(),
        Covers::All => "all platforms".into(),
        Covers::Platforms(found) if found.is_empty() => "no platform of this image".into(),
        Covers::Platforms(found) => found.iter().filter_map(name).collect::<Vec<_>>().join(", "),
        Covers::Other => "another image".into(),
    }
}

impl Desk {
    /// Every report attached to the image, weighed; newest first.
    pub(crate) async fn weigh(
        &self,
        image: &Image,
        attached: &Attached,
        trust: &Trust,
    ) -> Result<Vec<Weighed>> {
        let mut weighed = Vec::with_capacity(attached.reports.len());
        for file in unique(&attached.reports) {
            let parsed = self.report(&image.repository, file).await?;
            weighed.push(weigh_one(image, attached, trust, file, parsed));
        }
        supersede(&mut weighed, image, self.now());
        weighed.sort_by_key(|one| {
            std::cmp::Reverse((one.report().and_then(|r| r.produced_at), one.attached_at))
        });
        Ok(weighed)
    }

    /// What is attached to an image, as `evidence list` shows it.
    ///
    /// # Errors
    /// Where the image or what is attached cannot be read.
    pub async fn evidence_list(&self, image: &str) -> Result<Vec<EvidenceInfo>> {
        let image = self.image(&reference(image)?).await?;
        let trust = self.trust().await?;
        let attached = self.attached(&image, &trust).await?;
        let weighed = self.weigh(&image, &attached, &trust).await?;
        Ok(weighed.iter().map(|one| one.info(&image)).collect())
    }
}

/// The same bytes hung twice on the same manifest are one report.
fn unique(reports: &[ReportFile]) -> Vec<&ReportFile> {
    let mut seen = std::collections::BTreeSet::new();
    reports
        .iter()
        .filter(|file| seen.insert((&file.content.digest, &file.subject)))
        .collect()
}

fn weigh_one(
    image: &Image,
    attached: &Attached,
    trust: &Trust,
    file: &ReportFile,
    parsed: Parsed,
) -> Weighed {
    let (voucher, evidence) = vouch(attached, file, trust);
    let because = evidence.and_then(|evidence| evidence.because.clone());
    let covers = match parsed.as_ref() {
        Ok(report) => covers(report, image, file, because.is_some()),
        Err(_) => hung_on(image, file),
    };
    Weighed {
        file: file.clone(),
        parsed,
        covers,
        superseded: false,
        attached_at: evidence.map(|evidence| evidence.origin.time),
        voucher,
        because,
        future: None,
    }
}

/// What a report covers: what it names itself, else the manifest it hangs on.
fn covers(report: &Report, image: &Image, file: &ReportFile, vouched_because: bool) -> Covers {
    match bind(report, &image.identity()) {
        Binding::Index => Covers::All,
        Binding::Platform(none) if none.is_empty() && vouched_because => hung_on(image, file),
        Binding::Platform(found) => Covers::Platforms(found),
        Binding::Unnamed => hung_on(image, file),
        Binding::Other(_) if vouched_because => hung_on(image, file),
        Binding::Other(_) => Covers::Other,
    }
}

fn hung_on(image: &Image, file: &ReportFile) -> Covers {
    let same = |of: &crate::image::PlatformOf| *of.manifest.digest() == file.subject;
    match image.platforms.iter().position(same) {
        Some(at) if file.subject != *image.digest() => Covers::Platforms(vec![at]),
        _ => Covers::All,
    }
}

/// Who vouches for a report: a member's signature beats any other that hangs beside it.
fn vouch<'a>(
    attached: &'a Attached,
    file: &ReportFile,
    trust: &Trust,
) -> (Voucher, Option<&'a p::Evidence>) {
    if let Some(signer) = &file.signer {
        return (voucher(signer, trust), None);
    }
    let about = |hung: &'a crate::attached::Hung| match &hung.signed.act {
        Act::Evidence(evidence)
            if hung.subject == file.subject && evidence.report.digest == file.content.digest =>
        {
            Some((&hung.signed, evidence))
        }
        _ => None,
    };
    let rank = |signed: &Signed| match signed.signer {
        Signer::Member { .. } => 0,
        Signer::Forged { .. } => 1,
        Signer::Unknown { .. } => 2,
    };
    let best = attached
        .statements
        .iter()
        .filter_map(about)
        .min_by_key(|(signed, evidence)| (rank(signed), std::cmp::Reverse(evidence.origin.time)));
    match best {
        None => (Voucher::Unsigned, None),
        Some((signed, evidence)) => {
            let own = matches!(signed.signer, Signer::Member { .. });
            (voucher(&signed.signer, trust), own.then_some(evidence))
        }
    }
}

fn voucher(signer: &Signer, trust: &Trust) -> Voucher {
    match signer {
        Signer::Member { name, key_id } => {
            let roles = trust.roles_of(key_id).iter();
            Voucher::Signed {
                member: name.clone(),
                key_id: key_id.clone(),
                role: roles.map(|role| role_name(*role).to_owned()).collect(),
            }
        }
        Signer::Unknown { key_id } => Voucher::SignedUnknown {
            key_id: key_id.clone(),
        },
        Signer::Forged { .. } => Voucher::BadSignature,
    }
}

/// Marks what a newer report of the same tool, platform and suite stands in for.
fn supersede(weighed: &mut [Weighed], image: &Image, now: Timestamp) {
    let all: Vec<usize> = (0..image.platforms.len()).collect();
    let platforms = |one: &Weighed| match &one.covers {
        Covers::All => all.clone(),
        Covers::Platforms(found) => found.clone(),
        Covers::Other => Vec::new(),
    };
    let counting: Vec<usize> = (0..weighed.len())
        .filter(|at| weighed[*at].counts())
        .collect();
    let candidates: Vec<Candidate<'_>> = counting
        .iter()
        .filter_map(|at| {
            let one = &weighed[*at];
            Some(Candidate {
                report: one.report()?,
                platforms: platforms(one),
                attached_at: one.attached_at,
            })
        })
        .collect();
    let standings = newest(&candidates, now);
    for (at, standing) in counting.into_iter().zip(standings) {
        let one = &mut weighed[at];
        one.superseded = standing.superseded();
        one.future = standing.warning();
        let partly =
            !standing.counts_for.is_empty() && standing.counts_for.len() < platforms(one).len();
        if partly {
            one.covers = Covers::Platforms(standing.counts_for);
        }
    }
}
