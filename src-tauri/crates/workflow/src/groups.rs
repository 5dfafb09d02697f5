//! What waits, grouped by its cause: the base image that moved, or the same findings fixed. What
//! a group has in common is said once, and each candidate's own beside it.

use crate::{
    case::Case,
    desk::Desk,
    difference::findings,
    dto::{Candidate, Group, GroupMember, Groups},
    error::Result,
    image::{Image, reference},
    review::{Today, glance_words},
    surroundings::Work,
    weigh::Weighed,
    words,
};
use futures::{FutureExt, StreamExt, stream};
use hallmark_image::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// How many candidates are read at once.
const AT_ONCE: usize = 4;
/// How many findings are named in a list.
const NAMED: usize = 100;
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";
const BASE_NAME: &str = "org.opencontainers.image.base.name";

/// Findings by what a person calls them.
type Names = BTreeSet<String>;

/// Why an image is here, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// Its base moved from one digest to another.
    Base { from: String, to: String },
    /// These findings are gone.
    Fixed(Names),
}

/// One candidate that was read.
struct Looked {
    member: GroupMember,
    cause: Option<Cause>,
    base_name: Option<String>,
    fixed: Names,
    new: Names,
}

impl Desk {
    /// Reads every candidate that waits for me, and groups those with the same cause.
    ///
    /// # Errors
    /// Where the queue cannot be read, or somebody stops it. A candidate that cannot be read is
    /// named in the answer.
    pub async fn groups(&self, work: &Work) -> Result<Groups> {
        let waiting = self.queue().await?.waiting;
        let total = waiting.len();
        let each = waiting.into_iter().enumerate();
        let each = each
            .map(|(at, one)| async move { (at, self.look_at_candidate(one, work).await) }.boxed());
        let mut running = stream::iter(each).buffer_unordered(AT_ONCE);
        let mut looked: Vec<(usize, Looked)> = Vec::with_capacity(total);
        let mut problems = Vec::new();
        let mut done = 0;
        while let Some((at, next)) = running.next().await {
            done += 1;
            work.step("Reading what waits", done, Some(total as u64))?;
            match next {
                Ok(one) => looked.push((at, one)),
                Err(problem) => problems.push(problem),
            }
        }
        looked.sort_by_key(|(at, _)| *at);
        let looked = looked.into_iter().map(|(_, one)| one).collect();
        Ok(grouped(looked, problems))
    }

    async fn look_at_candidate(&self, candidate: Candidate, work: &Work) -> Result<Looked, String> {
        let told = |error: crate::error::Error| format!("{}: {}", candidate.image, error.message);
        work.step("Reading what waits", 0, None).map_err(told)?;
        let named = reference(&candidate.image).map_err(told)?;
        let case = self.case(&named, &candidate.stage).await.map_err(told)?;
        let today = self.today(&case).await.map_err(told)?;
        self.keep_glance(&case).await.map_err(told)?;
        Ok(compared(&candidate, &case, today.as_ref()))
    }
}

fn compared(candidate: &Candidate, case: &Case, today: Option<&Today>) -> Looked {
    let now = names(&case.image, &case.evidence);
    let before = today.map_or_else(Names::new, |today| names(&today.image, &today.evidence));
    // Without a golden image nothing is fixed and nothing is new.
    let (fixed, new) = match today {
        None => (Names::new(), Names::new()),
        Some(_) => (&before - &now, &now - &before),
    };
    let why_not = case.may_approve_among_many().err();
    Looked {
        member: GroupMember {
            image: candidate.image.clone(),
            repository: candidate.repository.clone(),
            tag: candidate.tag.clone(),
            stage: candidate.stage.clone(),
            verdict: case.verdict,
            checks: glance_words(case),
            why_not: why_not.map(|error| words::sentence(&error.message)),
            fixed: Vec::new(),
            new: Vec::new(),
            seen: case.all_evidence().iter().map(Digest::to_string).collect(),
            seen_golden: case.golden().map(Digest::to_string),
        },
        cause: cause(&case.image, today, &fixed),
        base_name: case.image.label(BASE_NAME),
        fixed,
        new,
    }
}

fn names(image: &Image, evidence: &[Weighed]) -> Names {
    let rows = findings(image, evidence).into_iter();
    rows.filter(|row| !row.suppressed)
        .map(|row| format!("{} in {}", row.id, row.package))
        .collect()
}

fn cause(image: &Image, today: Option<&Today>, fixed: &Names) -> Option<Cause> {
    let to = image.label(BASE_DIGEST);
    let from = today.and_then(|today| today.image.label(BASE_DIGEST));
    match (from, to) {
        (Some(from), Some(to)) if from != to => Some(Cause::Base { from, to }),
        _ if fixed.is_empty() => None,
        _ => Some(Cause::Fixed(fixed.clone())),
    }
}

/// Two with one cause make a group.
fn grouped(looked: Vec<Looked>, problems: Vec<String>) -> Groups {
    let mut by_cause: BTreeMap<Cause, Vec<Looked>> = BTreeMap::new();
    let mut alone: Vec<GroupMember> = Vec::new();
    for one in looked {
        match one.cause.clone() {
            Some(cause) => by_cause.entry(cause).or_default().push(one),
            None => alone.push(own(one, &Names::new(), &Names::new())),
        }
    }
    let mut groups = Vec::new();
    for (cause, members) in by_cause {
        match members.len() {
            1 => alone.extend(
                members
                    .into_iter()
                    .map(|one| own(one, &Names::new(), &Names::new())),
            ),
            _ => groups.push(group(&cause, members)),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.members.len()));
    Groups {
        groups,
        alone,
        problems,
    }
}

fn group(cause: &Cause, members: Vec<Looked>) -> Group {
    let fixed = common(members.iter().map(|one| &one.fixed));
    let new = common(members.iter().map(|one| &one.new));
    let base = members.iter().find_map(|one| one.base_name.clone());
    Group {
        title: title(cause, base.as_deref(), members.len() as u64),
        members: members
            .into_iter()
            .map(|one| own(one, &fixed, &new))
            .collect(),
        fixed: listed(fixed),
        new: listed(new),
    }
}

/// What all have in common.
fn common<'a>(mut each: impl Iterator<Item = &'a Names>) -> Names {
    let first = each.next().cloned().unwrap_or_default();
    each.fold(first, |common, one| &common & one)
}

/// A candidate with what it has beside what its group has in common.
fn own(one: Looked, fixed: &Names, new: &Names) -> GroupMember {
    GroupMember {
        fixed: listed(&one.fixed - fixed),
        new: listed(&one.new - new),
        ..one.member
    }
}

fn listed(names: Names) -> Vec<String> {
    names.into_iter().take(NAMED).collect()
}

fn title(cause: &Cause, base: Option<&str>, members: u64) -> String {
    let images = words::count(members, "image", "images");
    match cause {
        Cause::Base { from, to } => {
            let base = base.unwrap_or("the base image");
            format!(
                "{images}: {base} moved from {} to {}",
                short(from),
                short(to)
            )
        }
        Cause::Fixed(names) => {
            let fixed = words::count(names.len() as u64, "finding", "findings");
            format!("{images}: the same {fixed} fixed")
        }
    }
}

fn short(digest: &str) -> String {
    let parsed: Option<Digest> = digest.parse().ok();
    parsed.map_or_else(
        || digest.chars().take(12).collect(),
        |digest| digest.short().to_owned(),
    )
}
