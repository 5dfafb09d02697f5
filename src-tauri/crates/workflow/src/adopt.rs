//! Adoption: golden tags that were there before Hallmark enter the history as they are.
//!
//! They are adopted and not approved, with a time until when they shall be. Nothing is written
//! to their repositories and at most one request is sent for each, with one more where its
//! registry wants a token for every repository; so the record is the history of this machine and,
//! in a team, one signed list in the team's repository that the others rebuild from.

use crate::{
    adopt_list::{self, Wanted, at_most},
    desk::{Desk, held},
    dto::{AdoptCounts, AdoptRow, AdoptState, Adoption, AdoptionSummary, AskAdopt, AskAdoptRows},
    entry::local,
    error::{Code, Error, Result},
    heads::Looked,
    pipeline::GOLDEN,
    promote::Meter,
    revoked::may_decide,
    surroundings::Work,
    words::count,
};
use hallmark_history::NewEntry;
use hallmark_image::{Digest, Host, ReferenceError, Repository, RepositoryName, Tag};
use jiff::Timestamp;
use std::path::Path;

/// Repositories that are asked for at once.
const PAGE: usize = 1000;
/// The most rows of the last look that the window is given at once.
const ROWS: u64 = 100;

/// What is to be adopted, looked at.
struct Look {
    grace: Timestamp,
    message: String,
    rows: Vec<(Wanted, AdoptRow)>,
    from_list: bool,
}

impl Desk {
    /// Adopts golden tags, or says what would be.
    ///
    /// # Errors
    /// [`Code::BadInput`] naming the lines of a list that are wrong; nothing is adopted then.
    /// [`Code::NotAllowed`], [`Code::Cancelled`], and where repositories cannot be listed.
    pub async fn adopt(&self, ask: AskAdopt, work: &Work) -> Result<Adoption> {
        let meter = Meter::start(self);
        let grace = adopt_list::grace(ask.grace.as_deref(), self.now())?;
        let wanted = self.wanted(&ask, work).await?;
        if !ask.dry_run {
            let key = self.ensure_key(None).await?.id().to_string();
            may_decide(Some(&key), &self.trust().await?)?;
        }
        let mut look = Look {
            grace,
            message: ask.message.as_deref().unwrap_or_default().trim().to_owned(),
            rows: self.looked(wanted, work).await?,
            from_list: ask.csv.is_some(),
        };
        let refused = look.from_list && look.wrong_lines() > 0;
        let list = match ask.dry_run || refused {
            true => None,
            false => self.adopt_all(&mut look).await?,
        };
        let mut adoption = look.told(ask.dry_run, refused);
        let (requests, seconds) = meter.read(self);
        adoption.summary.requests = requests;
        adoption.summary.seconds = seconds;
        if let Some((statement, tag)) = list {
            adoption.summary.statement = Some(statement.to_string());
            adoption.summary.list = Some(tag);
        }
        held(&self.adopting).clone_from(&adoption.rows);
        Ok(adoption)
    }

    /// Rows of the adoption that was looked at last, for a table.
    pub fn adopt_rows(&self, ask: &AskAdoptRows) -> Vec<AdoptRow> {
        let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let rows = held(&self.adopting);
        let limit = at(ask.limit.min(ROWS));
        rows.iter()
            .skip(at(ask.offset))
            .take(limit)
            .cloned()
            .collect()
    }

    async fn wanted(&self, ask: &AskAdopt, work: &Work) -> Result<Vec<Wanted>> {
        match (&ask.place, &ask.csv) {
            (Some(place), None) => self.wanted_at(place, &ask.tag, work).await,
            (None, Some(path)) => adopt_list::from_file(Path::new(path)),
            _ => Err(Error::new(
                Code::BadInput,
                "name a registry, with a prefix, or a list",
            )),
        }
    }

    /// The tag in every repository of a registry that begins with a prefix.
    async fn wanted_at(&self, place: &str, tag: &str, work: &Work) -> Result<Vec<Wanted>> {
        let (host, prefix) = place.split_once('/').unwrap_or((place, ""));
        let host: Host = host.parse().map_err(Error::bad_input::<ReferenceError>)?;
        let tag: Tag = tag.parse().map_err(Error::bad_input::<ReferenceError>)?;
        let mut wanted = Vec::new();
        let mut after = None;
        loop {
            work.step("Listing repositories", wanted.len() as u64, None)?;
            let page = self.client().repositories(&host, after, PAGE).await;
            let page = page.map_err(|error| {
                let error = Error::from(error);
                Error::new(error.code, error.message)
                    .hint("Adopt from a list instead: --csv FILE, with the columns repository,tag.")
            })?;
            after = page.next;
            let under = page.items.into_iter().filter(|name| begins(name, prefix));
            wanted.extend(under.map(|name| Wanted {
                repository: Repository {
                    host: host.clone(),
                    name,
                },
                tag: tag.clone(),
                since: None,
                by: None,
                line: None,
            }));
            at_most(wanted.len())?;
            if after.is_none() {
                break;
            }
        }
        match wanted.is_empty() {
            true => Err(Error::new(
                Code::NotFound,
                format!("{host} has no repository that begins with “{prefix}”"),
            )),
            false => Ok(wanted),
        }
    }

    /// One look at each tag that the history does not know; what it knows costs nothing.
    async fn looked(&self, wanted: Vec<Wanted>, work: &Work) -> Result<Vec<(Wanted, AdoptRow)>> {
        let marks = self.marks().await?;
        let known = |one: &Wanted| marks.of(&one.repository, &one.tag).cloned();
        let fresh: Vec<(Repository, Tag)> = wanted
            .iter()
            .filter(|one| known(one).is_none())
            .map(|one| (one.repository.clone(), one.tag.clone()))
            .collect();
        let mut looked = self
            .heads(&fresh, "Looking at golden tags", work)
            .await?
            .into_iter();
        let rows = wanted.into_iter().map(|one| {
            let row = match known(&one) {
                Some(mark) => row(&one, AdoptState::Already, Some(&mark.digest), None),
                None => match looked.next().unwrap_or(Looked::Nothing) {
                    Looked::Names(digest) if marks.is_revoked(&digest) => {
                        let why = format!("{} is revoked", digest.short());
                        row(&one, AdoptState::Failed, Some(&digest), Some(why))
                    }
                    Looked::Names(digest) => row(&one, AdoptState::New, Some(&digest), None),
                    Looked::Nothing => {
                        let why = format!("there is no tag {} here", one.tag);
                        row(&one, AdoptState::Missing, None, Some(why))
                    }
                    Looked::NoRight(why) => row(&one, AdoptState::NoRight, None, Some(why)),
                    Looked::Failed(why) => row(&one, AdoptState::Failed, None, Some(why)),
                },
            };
            (one, row)
        });
        Ok(rows.collect())
    }

    /// Records what is new, all or nothing; in a team the list is there for the others first.
    async fn adopt_all(&self, look: &mut Look) -> Result<Option<(Digest, String)>> {
        let fresh: Vec<(&Wanted, Digest)> = look.fresh().collect();
        if fresh.is_empty() {
            return Ok(None);
        }
        let name = self.my_name().await?;
        let mut entries: Vec<NewEntry> = Vec::with_capacity(fresh.len() + 1);
        let list = match self.team_repository() {
            Some(team) => {
                let written = self
                    .write_list(&team, look.grace, &look.message, &fresh)
                    .await?;
                entries.push(written.entry);
                Some((written.statement, written.tag))
            }
            None => None,
        };
        let statement = list.as_ref().map(|(statement, _)| statement);
        let told = Told {
            by: &name,
            at: self.now(),
            grace: look.grace,
            message: &look.message,
            list: statement,
        };
        entries.extend(fresh.iter().map(|(one, digest)| told.entry(one, digest)));
        self.record(entries).await?;
        for (_, row) in &mut look.rows {
            if row.state == AdoptState::New {
                row.state = AdoptState::Adopted;
            }
        }
        Ok(list)
    }
}

/// Who adopted, when and why: the same for every entry of one adoption.
pub(crate) struct Told<'a> {
    pub(crate) by: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) grace: Timestamp,
    pub(crate) message: &'a str,
    /// The signed list that says so, in a team.
    pub(crate) list: Option<&'a Digest>,
}

impl Told<'_> {
    /// The entry of one image: the same whether it was adopted here or read from a list.
    pub(crate) fn entry(&self, one: &Wanted, digest: &Digest) -> NewEntry {
        let mut entry = local("adoption", self.by, self.at, self.message);
        entry.message = Some(self.message.to_owned()).filter(|message| !message.is_empty());
        entry.repository = Some(one.repository.to_string());
        entry.tag = Some(one.tag.to_string());
        entry.digest = Some(digest.clone());
        entry.detail = serde_json::json!({
            "stage": GOLDEN, "grace": self.grace, "since": one.since, "was_by": one.by,
            "list": self.list, "tags": [{"tag": one.tag, "from": null, "to": digest}],
        });
        entry
    }
}

impl Look {
    /// What is new, with its digest.
    fn fresh(&self) -> impl Iterator<Item = (&Wanted, Digest)> {
        self.rows.iter().filter_map(|(one, row)| {
            let digest = row
                .digest
                .as_ref()
                .filter(|_| row.state == AdoptState::New)?;
            Some((one, digest.parse().ok()?))
        })
    }

    fn counts(&self) -> AdoptCounts {
        let of = |state| {
            self.rows
                .iter()
                .filter(|(_, row)| row.state == state)
                .count() as u64
        };
        AdoptCounts {
            new: of(AdoptState::New) + of(AdoptState::Adopted),
            already: of(AdoptState::Already),
            missing: of(AdoptState::Missing),
            no_right: of(AdoptState::NoRight),
            failed: of(AdoptState::Failed),
        }
    }

    /// Lines of a list that name what is not there.
    fn wrong_lines(&self) -> u64 {
        let AdoptCounts {
            missing,
            no_right,
            failed,
            ..
        } = self.counts();
        missing + no_right + failed
    }

    fn told(self, dry_run: bool, refused: bool) -> Adoption {
        let counts = self.counts();
        let message = in_words(&counts, dry_run, refused, self.grace);
        Adoption {
            summary: AdoptionSummary {
                dry_run,
                refused,
                grace: self.grace,
                counts,
                message,
                statement: None,
                list: None,
                requests: 0,
                seconds: 0.0,
            },
            rows: self.rows.into_iter().map(|(_, row)| row).collect(),
        }
    }
}

fn in_words(counts: &AdoptCounts, dry_run: bool, refused: bool, grace: Timestamp) -> String {
    let until = grace.strftime("%-d %b %Y");
    let wrong = counts.missing + counts.no_right + counts.failed;
    if refused {
        let lines = count(wrong, "line names", "lines name");
        return format!("Nothing was adopted: {lines} what cannot be adopted.");
    }
    let first = match (counts.new, dry_run) {
        (0, _) => "There is nothing new to adopt".to_owned(),
        (new, true) => format!(
            "{} would be adopted, not approved, until {until}",
            count(new, "golden tag", "golden tags")
        ),
        (new, false) => format!(
            "{} adopted, not approved, until {until}",
            count(new, "golden tag is", "golden tags are")
        ),
    };
    let rest = [
        (counts.already, "in the history already"),
        (counts.missing, "without such a tag"),
        (counts.no_right, "not open to this login"),
        (counts.failed, "not readable now"),
    ];
    let rest: Vec<String> = rest
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, words)| format!("{} {words}", crate::words::number(*number)))
        .collect();
    match rest.is_empty() {
        true => format!("{first}."),
        false => format!("{first}; {}.", rest.join(", ")),
    }
}

fn row(
    one: &Wanted,
    state: AdoptState,
    digest: Option<&Digest>,
    reason: Option<String>,
) -> AdoptRow {
    AdoptRow {
        repository: one.repository.to_string(),
        tag: one.tag.to_string(),
        digest: digest.map(ToString::to_string),
        state,
        reason,
        line: one.line,
    }
}

/// `payments` names payments and payments/api; `payments*` also payments-eu.
fn begins(name: &RepositoryName, prefix: &str) -> bool {
    let name = name.as_str();
    let prefix = prefix.trim_end_matches('/');
    match prefix.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None if prefix.is_empty() => true,
        None => name
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_folder_unless_a_star_says_otherwise() {
        let name = |text: &str| text.parse::<RepositoryName>().unwrap();
        for (prefix, yes) in [
            ("", true),
            ("pay", false),
            ("pay*", true),
            ("payments", true),
            ("payments/", true),
            ("payments/api", true),
            ("payments/a", false),
        ] {
            assert_eq!(begins(&name("payments/api"), prefix), yes, "{prefix}");
        }
    }

    #[test]
    fn the_figures_of_a_sentence_add_up() {
        let counts = AdoptCounts {
            new: 2,
            already: 1,
            missing: 3,
            ..AdoptCounts::default()
        };
        let grace = "2027-02-21T10:00:00Z".parse().unwrap();
        assert_eq!(
            in_words(&counts, false, false, grace),
            "2 golden tags are adopted, not approved, until 21 Feb 2027; 1 in the history already, 3 without such a tag."
        );
        assert_eq!(
            in_words(&counts, true, true, grace),
            "Nothing was adopted: 3 lines name what cannot be adopted."
        );
    }
}
