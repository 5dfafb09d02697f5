//! Lists of names, held while a person looks through them: read page by page to the end, in the
//! background, and shown row by row from what is here so far.
//!
//! A registry may have 100,000 tags. The window holds none of them: it asks for the rows that are
//! seen, and the search and the order are done here.

use crate::{
    desk::{Desk, held},
    dto::{AskList, AskRows, ListOrder, ListRow, ListRows, ListState},
    error::Result,
    image,
    login::host,
    shelf::{Known, Shelf, View},
    surroundings::Work,
};
use hallmark_image::{Host, Repository, RepositoryName};
use hallmark_registry::{Cursor, FoundTag, Listed, RegistryKind};
use jiff::SignedDuration;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

/// How many lists are held at once.
const HELD: usize = 6;
/// How many names are asked for at once.
const AT_ONCE: usize = 1000;
/// Rows of one answer: they stay below 64 KiB, whatever their names.
const ROWS: usize = 50;
/// How long a list is shown before it is read anew.
const LIFE: SignedDuration = SignedDuration::from_mins(2);
/// The most names of one list.
const MOST: usize = 500_000;

/// What is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Registry(Host),
    Repository(Repository),
}

impl Of {
    fn read(text: &str) -> Result<Self> {
        Ok(match text.contains('/') {
            true => Self::Repository(image::repository(text)?),
            false => Self::Registry(host(text)?),
        })
    }
}

/// One list that is held.
pub(crate) struct Held {
    of: Of,
    shelf: Mutex<Shelf>,
    /// Whoever reads on; one at a time.
    turn: tokio::sync::Mutex<()>,
}

impl Held {
    fn new(of: Of) -> Arc<Self> {
        Arc::new(Self {
            of,
            shelf: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        })
    }
}

/// The lists that are held, the one used last at the end.
#[derive(Default)]
pub(crate) struct Lists(VecDeque<Arc<Held>>);

impl Lists {
    fn get(&mut self, of: &Of) -> Option<Arc<Held>> {
        let at = self.0.iter().position(|held| held.of == *of)?;
        let found = self.0.remove(at)?;
        self.0.push_back(Arc::clone(&found));
        Some(found)
    }

    fn put(&mut self, fresh: Arc<Held>) {
        self.0.retain(|held| held.of != fresh.of);
        self.0.push_back(fresh);
        while self.0.len() > HELD {
            self.0.pop_front();
        }
    }
}

/// A page of either kind of list.
struct Page {
    known: Vec<Known>,
    next: Option<Cursor>,
    by: Option<RegistryKind>,
}

impl Page {
    fn of<T>(listed: Listed<T>, known: impl FnMut(T) -> Known) -> Self {
        Self {
            known: listed.items.into_iter().map(known).collect(),
            next: listed.next,
            by: listed.by,
        }
    }
}

impl Desk {
    /// Reads a list to its end, telling how far it is. What is here can be looked at meanwhile,
    /// and stays where the rest is stopped or fails.
    ///
    /// # Errors
    /// Where the registry refuses the list, cannot be reached, or somebody stopped it.
    pub async fn list(&self, ask: AskList, work: &Work) -> Result<ListState> {
        let of = Of::read(&ask.of)?;
        let known = held(&self.lists).get(&of);
        let known = known.filter(|list| !ask.again && !self.is_old(list));
        // A new one is shown once its first page is here; until then the one before stands.
        let list = known.unwrap_or_else(|| Held::new(of.clone()));
        let _turn = list.turn.lock().await;
        loop {
            let (state, from) = {
                let shelf = held(&list.shelf);
                (shelf.state(), shelf.cursor())
            };
            if state.whole || state.listed >= MOST as u64 {
                return Ok(state);
            }
            work.step("Listing", state.listed, None)?;
            let page = self.page_of(&of, from, AT_ONCE).await?;
            held(&list.shelf).take(page.known, page.next, page.by, self.now());
            held(&self.lists).put(Arc::clone(&list));
        }
    }

    /// Whether a whole list was read too long ago to be shown as what is there.
    fn is_old(&self, list: &Held) -> bool {
        let state = held(&list.shelf).state();
        let age = state.at.map(|at| self.now().duration_since(at));
        state.whole && age.is_some_and(|age| age > LIFE)
    }

    /// The rows of a list from an offset on, of what is here so far.
    ///
    /// # Errors
    /// Where what is listed cannot be read as a name.
    pub fn list_rows(&self, ask: &AskRows) -> Result<ListRows> {
        let of = Of::read(&ask.of)?;
        let Some(list) = held(&self.lists).get(&of) else {
            return Ok(ListRows::default());
        };
        let view = View {
            search: ask
                .search
                .split_whitespace()
                .map(str::to_lowercase)
                .collect(),
            newest: ask.order == ListOrder::Newest,
            tools: ask.tools,
            first: self.first_of(&of),
        };
        let offset = usize::try_from(ask.offset).unwrap_or(usize::MAX);
        let mut shelf = held(&list.shelf);
        let (rows, total, hidden) = shelf.rows(view, offset, ROWS);
        Ok(ListRows {
            rows,
            total,
            hidden,
            state: shelf.state(),
        })
    }

    /// Names for a script: those after `after` with every word of `search`, `limit` at most, and
    /// whether there are more.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn names(
        &self,
        of: &str,
        after: Option<&str>,
        search: &str,
        limit: usize,
    ) -> Result<(Vec<ListRow>, bool)> {
        let of = Of::read(of)?;
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        let mut from = after.map(|name| Cursor::after(&name));
        let mut skipping = after.map(str::to_owned);
        let mut found: Vec<ListRow> = Vec::new();
        loop {
            let page = self
                .page_of(&of, from, limit.saturating_add(1).min(AT_ONCE))
                .await?;
            let mut known = page.known;
            // A product's own list begins at its beginning, whatever was asked.
            if let Some(after) = skipping.take().filter(|_| page.by.is_some()) {
                match known.iter().position(|one| one.name() == after) {
                    Some(at) => drop(known.drain(..=at)),
                    None => {
                        known.clear();
                        skipping = Some(after);
                    }
                }
            }
            let fits = known.iter().filter(|one| one.has(&words));
            found.extend(fits.map(Known::row));
            from = page.next;
            if found.len() > limit || from.is_none() {
                let more = found.len() > limit;
                found.truncate(limit);
                return Ok((found, more));
            }
        }
    }

    async fn page_of(&self, of: &Of, from: Option<Cursor>, limit: usize) -> Result<Page> {
        let client = self.client();
        Ok(match of {
            Of::Registry(host) => Page::of(
                client.repositories(host, from, limit).await?,
                |name: RepositoryName| Known::repository(&name),
            ),
            Of::Repository(repository) => Page::of(
                client.tags(repository, from, limit).await?,
                |tag: FoundTag| Known::tag(tag),
            ),
        })
    }

    /// Forgets what is held of a repository, because it was changed.
    pub(crate) fn forget_list(&self, repository: &Repository) {
        let of = Of::Repository(repository.clone());
        held(&self.lists).0.retain(|held| held.of != of);
    }

    /// Names that stand before all others: the tags of the stages, golden first. Asks nobody.
    fn first_of(&self, of: &Of) -> Vec<String> {
        let Of::Repository(repository) = of else {
            return Vec::new();
        };
        let team = held(&self.team).clone();
        let pipelines = match team {
            Some(document) => Ok(document.pipelines.clone()),
            None => self.pipelines_of_the_file(),
        };
        let line = pipelines.and_then(|pipelines| pipelines.line(repository, None));
        let Ok(line) = line else {
            return Vec::new();
        };
        let tags = line.fixed_tags_in(repository);
        let mut stages: Vec<&str> = line.stages().collect();
        stages.reverse();
        let mut names = Vec::with_capacity(tags.len());
        for stage in stages {
            let own = tags.iter().filter(|(own, _)| own == stage);
            names.extend(own.map(|(_, tag)| tag.to_string()));
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_registry_and_a_path_is_a_repository() {
        assert!(matches!(Of::read("r.io:5000").unwrap(), Of::Registry(_)));
        assert!(matches!(
            Of::read("r.io/team/api").unwrap(),
            Of::Repository(_)
        ));
        assert!(Of::read("UPPER/../x").is_err());
    }
}
