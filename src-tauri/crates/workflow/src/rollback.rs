//! Rollback: a stage's tags go back to an earlier digest that was at the stage, with a reason.

use crate::{
    act::Act,
    case::Case,
    desk::Desk,
    dto::{AskRollback, AskStage, CandidateState, Outcome, Promotion, RollbackTarget},
    error::{Code, Error, Result},
    image::{VERSION, digest, repository},
    pipeline::Place,
    place::{End, Placement, Why},
    promote::{Meter, result},
    request_tag::state_name,
    standing::{Placed, placed},
    surroundings::Work,
};
use hallmark_attest::predicate as p;
use hallmark_history::{Entry, Filter};
use hallmark_image::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// How many promotions back one may go.
const REACH: usize = 50;

impl Desk {
    /// Rolls a stage back, or says what would happen.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is nothing to go back to, [`Code::NotAllowed`], and
    /// whatever keeps the registry from doing it.
    pub async fn rollback(&self, ask: AskRollback, work: &Work) -> Result<Promotion> {
        let meter = Meter::start(self);
        if ask.message.trim().is_empty() {
            return Err(Error::new(Code::BadInput, "a rollback needs a reason")
                .hint("Say why in a sentence; it is kept in the history."));
        }
        let rules = self.rules().await?;
        let named = repository(&ask.repository)?;
        let line = self.line_in(&rules.pipelines, &named).await?;
        let place = line.place(&ask.stage)?.clone();
        let repository = &place.repository;
        if !ask.dry_run {
            self.will_write(repository)?;
            self.ensure_key(None).await?;
            self.settle_in(repository, work).await?;
        }
        let to = match &ask.to {
            Some(text) => digest(text)?,
            None => self.one_before(&place).await?,
        };
        work.step("Reading the image", 0, None)?;
        let case = self
            .case_on(rules, line, &repository.at(to), &ask.stage)
            .await?;
        case.may_decide()?;
        case.not_revoked()?;
        let from = moving_tag(&case)?;
        let promotion = self.roll(&case, from, &ask, work).await?;
        Ok(meter.stop(self, promotion))
    }

    async fn roll(
        &self,
        case: &Case,
        from: Digest,
        ask: &AskRollback,
        work: &Work,
    ) -> Result<Promotion> {
        let to = case.image.digest();
        if from == *to {
            return Ok(result(
                case,
                Outcome::Already,
                ask.dry_run,
                format!("{} names {} already.", ask.stage, to.short()),
            ));
        }
        if !matches!(
            placed(&case.attached, to, &ask.stage, &case.trust),
            Some(Placed::Up(..))
        ) {
            return Err(Error::new(Code::NotGolden, format!("{} was never promoted to {}, or was rolled back itself", to.short(), ask.stage))
                .hint("Only an image that was promoted there can be put back; promote another one instead."));
        }
        let placement = self.way_back(case, from, ask).await?;
        let message = format!("{} goes back to {}.", ask.stage, to.short());
        if ask.dry_run {
            let mut promotion =
                result(case, Outcome::Promoted, true, format!("Dry run: {message}"));
            promotion.pins = placement.pin_names();
            return Ok(promotion);
        }
        let mut promotion = match self.place(&placement, &case.image.manifest, work).await? {
            End::Conflict(moved) => result(case, Outcome::Conflict, false, moved.in_words()),
            End::Immovable(refused) => {
                let outcome = refused.outcome();
                result(case, outcome, false, refused.in_words())
            }
            End::Done(done) => {
                let mut words = vec![format!("{} is back at {}.", ask.stage, to.short())];
                words.extend(done.notes);
                let mut back = result(case, Outcome::Promoted, false, words.join(" "));
                back.statement = Some(done.statement.to_string());
                self.tell_queue(&placement, &done.statement).await?;
                back
            }
        };
        promotion.pins = placement.pin_names();
        Ok(promotion)
    }

    async fn way_back(&self, case: &Case, from: Digest, ask: &AskRollback) -> Result<Placement> {
        let repository = &case.place.repository;
        let others = case.line.repositories().into_iter();
        let target = case.image.manifest.descriptor();
        let pins = self
            .pins(
                repository,
                &ask.stage,
                &[from.clone(), target.digest.clone()],
            )
            .await?;
        let old = self
            .client()
            .manifest(&repository.at(from))
            .await?
            .descriptor();
        Ok(Placement {
            intent: uuid::Uuid::new_v4().to_string(),
            repository: repository.clone(),
            source: None,
            tell: others.filter(|own| *own != repository).cloned().collect(),
            stage: ask.stage.clone(),
            tags: case
                .tags
                .iter()
                .map(|(tag, current)| p::Moved {
                    tag: tag.to_string(),
                    from: current.clone(),
                    to: target.digest.clone(),
                })
                .collect(),
            pins,
            old: Some(old),
            why: Why::Rollback {
                message: ask.message.trim().to_owned(),
            },
            target,
        })
    }

    /// Says in the team's queue what became of the images of a placement.
    pub(crate) async fn tell_queue(&self, placement: &Placement, statement: &Digest) -> Result<()> {
        if self.team_repository().is_none() {
            return Ok(());
        }
        let down = placement.old.as_ref().filter(|_| placement.takes_down());
        let told = [
            (Some(&placement.target), CandidateState::Promoted),
            (down, CandidateState::RolledBack),
        ];
        for (image, state) in told {
            let Some(image) = image else { continue };
            let stands = placement.source.as_ref().unwrap_or(&placement.repository);
            let named = stands.at(image.digest.clone());
            let case = self.case(&named, &placement.stage).await?;
            // The tags have moved and it is recorded; a queue that lags is no reason to call that a failure.
            if let Err(error) = self.mark(&case, state_name(state), statement).await {
                let why = format!("the team's queue could not be updated: {error}");
                self.note("conflict", why).await?;
            }
        }
        Ok(())
    }

    /// The digest that the stage's tag named before the one it names now.
    async fn one_before(&self, place: &Place) -> Result<Digest> {
        let (repository, stage) = (&place.repository, place.stage.as_str());
        let tag = place.moving().ok_or_else(|| nothing_moves(place))?;
        let current = self.tag_digest(repository, &tag).await?.ok_or_else(|| {
            Error::new(
                Code::NotFound,
                format!("{tag} names nothing in {repository} yet"),
            )
        })?;
        let trust = self.trust().await?;
        let attached = self
            .attached_to(repository, BTreeSet::from([current.clone()]), &trust)
            .await?;
        let before = match placed(&attached, &current, stage, &trust) {
            Some(Placed::Up(signed, _)) => match signed.act {
                Act::Promotion(promotion) => {
                    promotion.tags.first().and_then(|moved| moved.from.clone())
                }
                _ => None,
            },
            _ => None,
        };
        before.filter(|before| *before != current).ok_or_else(|| {
            Error::new(Code::NotFound, format!("nothing is known of what {tag} named before {}", current.short()))
                .hint("Name the digest to go back to with --to; `hallmark history` lists what was promoted.")
        })
    }

    /// The digests a stage may be rolled back to, newest promotion first.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub async fn rollback_targets(&self, ask: AskStage) -> Result<Vec<RollbackTarget>> {
        let line = self.line(&repository(&ask.repository)?).await?;
        let repository = line.place(&ask.stage)?.repository.clone();
        let filter = Filter {
            repository: Some(repository.to_string()),
            kind: Some(vec!["promotion".into(), "rollback".into()]),
            ..Filter::default()
        };
        let mut entries = self.history.page(&filter, None, REACH).await?.entries;
        entries.retain(|entry| text(entry, "stage") == Some(ask.stage.as_str()));
        let marks = self.marks().await?;
        let mut seen = taken_down(&entries);
        let mut targets = Vec::new();
        for entry in entries.into_iter().filter(|one| one.kind == "promotion") {
            let fresh = |digest: &Digest| seen.insert(digest.clone()) && !marks.is_revoked(digest);
            let Some(digest) = entry.digest.filter(fresh) else {
                continue;
            };
            let version = match self.image(&repository.at(digest.clone())).await {
                Ok(image) => image.label(VERSION),
                Err(error) if error.code == Code::NotFound => continue,
                Err(error) => return Err(error),
            };
            targets.push(RollbackTarget {
                digest: digest.to_string(),
                version,
                promoted_at: entry.time,
                by: entry.actor,
            });
        }
        Ok(targets)
    }
}

/// What the tag that is to go back names now.
fn moving_tag(case: &Case) -> Result<Digest> {
    case.place
        .moving()
        .ok_or_else(|| nothing_moves(&case.place))?;
    case.golden().cloned().ok_or_else(|| {
        let words = format!(
            "{} names nothing in {} yet",
            case.stage, case.place.repository
        );
        Error::new(Code::NotFound, words)
    })
}

/// Every image of the stage has tags of its own, and keeps them.
fn nothing_moves(place: &Place) -> Error {
    Error::new(
        Code::NotFound,
        format!(
            "{} has no tag that moves from image to image in {}, so there is none to move back",
            place.stage, place.repository
        ),
    )
    .hint("Use an earlier version by its own tag, or promote it anew.")
}

/// The digests whose last word was that they were taken down; newest entries come first.
fn taken_down(entries: &[Entry]) -> BTreeSet<Digest> {
    let mut last: BTreeMap<Digest, bool> = BTreeMap::new();
    for entry in entries {
        let down = text(entry, "from").and_then(|from| from.parse().ok());
        for (digest, is_down) in [(entry.digest.clone(), false), (down, true)] {
            if let Some(digest) = digest {
                last.entry(digest).or_insert(is_down);
            }
        }
    }
    last.retain(|_, is_down| *is_down);
    last.into_keys().collect()
}

fn text<'e>(entry: &'e Entry, name: &str) -> Option<&'e str> {
    entry.detail.get(name)?.as_str()
}
