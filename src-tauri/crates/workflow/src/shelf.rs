//! The names of one list, as far as it was read: in the registry's order and in that of versions,
//! searched by words, and given out a few rows at a time.

use crate::{
    dto::{ListRow, ListState},
    pipeline::is_tool_tag,
    version,
};
use hallmark_image::{Digest, Platform, RepositoryName};
use hallmark_registry::{Cursor, FoundTag, RegistryKind};
use jiff::Timestamp;
use std::collections::HashSet;

/// Platforms of one row.
const PLATFORMS: usize = 8;
/// Letters of one platform; foreign text.
const PLATFORM: usize = 40;

/// One name, with what the list told of it.
pub(crate) struct Known {
    name: Box<str>,
    /// Small letters, where the name has others.
    lower: Option<Box<str>>,
    key: Box<[u8]>,
    tool: bool,
    told: Option<Box<Told>>,
}

struct Told {
    digest: Option<Digest>,
    size: Option<u64>,
    pushed: Option<Timestamp>,
    platforms: Vec<Platform>,
}

impl Known {
    pub(crate) fn repository(name: &RepositoryName) -> Self {
        Self::named(name.as_str(), false, None)
    }

    pub(crate) fn tag(found: FoundTag) -> Self {
        let tool = is_tool_tag(&found.tag);
        let silent = found.digest.is_none() && found.size.is_none() && found.pushed.is_none();
        let told = (!silent || !found.platforms.is_empty()).then(|| {
            Box::new(Told {
                digest: found.digest,
                size: found.size,
                pushed: found.pushed,
                platforms: found.platforms,
            })
        });
        Self::named(found.tag.as_str(), tool, told)
    }

    fn named(name: &str, tool: bool, told: Option<Box<Told>>) -> Self {
        let lower = name.to_ascii_lowercase();
        Self {
            lower: (lower != name).then(|| lower.into()),
            key: version::key(name),
            name: name.into(),
            tool,
            told,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether every one of these words, in small letters, is in the name.
    pub(crate) fn has(&self, words: &[String]) -> bool {
        let text = self.lower.as_deref().unwrap_or(&self.name);
        words.iter().all(|word| text.contains(word.as_str()))
    }

    pub(crate) fn row(&self) -> ListRow {
        let told = self.told.as_deref();
        let platforms = told.map(|told| told.platforms.as_slice());
        ListRow {
            name: self.name.to_string(),
            digest: told.and_then(|told| told.digest.as_ref().map(Digest::to_string)),
            size: told.and_then(|told| told.size),
            pushed: told.and_then(|told| told.pushed),
            platforms: platforms_in_words(platforms.unwrap_or_default()),
            tool: self.tool,
        }
    }
}

/// Platforms as a row has room for them.
pub(crate) fn platforms_in_words<'a>(
    platforms: impl IntoIterator<Item = &'a Platform>,
) -> Vec<String> {
    let word = |platform: &Platform| platform.to_string().chars().take(PLATFORM).collect();
    platforms.into_iter().take(PLATFORMS).map(word).collect()
}

/// How a list is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// Words in small letters.
    pub(crate) search: Vec<String>,
    pub(crate) newest: bool,
    pub(crate) tools: bool,
    /// Names that stand before all others where the newest are wanted.
    pub(crate) first: Vec<String>,
}

/// What a view shows of the names that were there when it was made.
struct Shown {
    view: View,
    of: usize,
    rows: Vec<u32>,
    hidden: u64,
}

/// The names of one list so far.
#[derive(Default)]
pub(crate) struct Shelf {
    names: Vec<Known>,
    seen: HashSet<Box<str>>,
    /// Places in `names`, the newest version first.
    newest: Vec<u32>,
    cursor: Option<Cursor>,
    whole: bool,
    by: Option<RegistryKind>,
    at: Option<Timestamp>,
    shown: Option<Shown>,
}

impl Shelf {
    pub(crate) fn state(&self) -> ListState {
        ListState {
            listed: self.names.len() as u64,
            whole: self.whole,
            by: self.by.map(product_name),
            at: self.at,
        }
    }

    /// Where the list goes on.
    pub(crate) fn cursor(&self) -> Option<Cursor> {
        self.cursor.clone()
    }

    /// Takes a page; names that are here already are left out.
    pub(crate) fn take(
        &mut self,
        page: Vec<Known>,
        next: Option<Cursor>,
        by: Option<RegistryKind>,
        now: Timestamp,
    ) {
        let before = self.names.len();
        for known in page {
            if self.seen.insert(known.name.clone()) {
                self.names.push(known);
            }
        }
        let nothing_new = self.names.len() == before;
        let added = u32::try_from(before).unwrap_or(u32::MAX)
            ..u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.newest.extend(added);
        let names = &self.names;
        // What was sorted before is one run; only what is new costs.
        self.newest
            .sort_by(|a, b| names[*b as usize].key.cmp(&names[*a as usize].key));
        // A page that says only what is known, twice from one place, would never end.
        self.whole = next.is_none() || (nothing_new && next == self.cursor);
        self.cursor = next;
        self.by = by;
        self.at.get_or_insert(now);
    }

    /// Rows from `offset` on, how many there are in all, and how many tools' tags are left out.
    pub(crate) fn rows(
        &mut self,
        view: View,
        offset: usize,
        limit: usize,
    ) -> (Vec<ListRow>, u64, u64) {
        let of = self.names.len();
        let stands = |shown: &Shown| shown.view == view && shown.of == of;
        let shown = match self.shown.take().filter(stands) {
            Some(shown) => shown,
            None => self.look(view),
        };
        let rows = shown.rows.iter().skip(offset).take(limit);
        let rows = rows.map(|at| self.names[*at as usize].row()).collect();
        let (total, hidden) = (shown.rows.len() as u64, shown.hidden);
        self.shown = Some(shown);
        (rows, total, hidden)
    }

    fn look(&self, view: View) -> Shown {
        let mut hidden = 0;
        let mut wanted = |at: &u32| {
            let known = &self.names[*at as usize];
            if !known.has(&view.search) {
                return false;
            }
            hidden += u64::from(known.tool);
            view.tools || !known.tool
        };
        let all = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let mut rows: Vec<u32> = match view.newest {
            true => self.newest.iter().copied().filter(&mut wanted).collect(),
            false => (0..all).filter(&mut wanted).collect(),
        };
        if view.newest && !view.first.is_empty() {
            let place = |at: &u32| {
                let name = self.names[*at as usize].name();
                let first = view.first.iter().position(|first| first == name);
                first.unwrap_or(usize::MAX)
            };
            rows.sort_by_key(place);
        }
        Shown {
            of: self.names.len(),
            view,
            rows,
            hidden,
        }
    }
}

fn product_name(kind: RegistryKind) -> String {
    match kind {
        RegistryKind::Hub => "Docker Hub",
        RegistryKind::Msr => "Mirantis Secure Registry",
        RegistryKind::Harbor => "Harbor",
        RegistryKind::Quay => "Quay",
        RegistryKind::Gitlab => "GitLab",
        RegistryKind::Ghcr => "GitHub",
        RegistryKind::Ecr => "Amazon ECR",
        RegistryKind::Acr => "Azure",
        RegistryKind::GoogleArtifactRegistry => "Google Artifact Registry",
        RegistryKind::Jfrog => "JFrog Artifactory",
        RegistryKind::Nexus => "Nexus",
        RegistryKind::Private => "the registry",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&str]) -> Vec<Known> {
        let found = |name: &&str| FoundTag::named(name.parse().unwrap());
        names.iter().map(found).map(Known::tag).collect()
    }

    fn shelf(pages: &[&[&str]]) -> Shelf {
        let mut shelf = Shelf::default();
        for page in pages {
            shelf.take(
                tags(page),
                Some(Cursor::after(&page[0])),
                None,
                Timestamp::UNIX_EPOCH,
            );
        }
        shelf
    }

    fn view() -> View {
        View {
            search: Vec::new(),
            newest: true,
            tools: false,
            first: vec!["golden".into(), "qa".into()],
        }
    }

    fn names(shelf: &mut Shelf, view: View) -> Vec<String> {
        let (rows, ..) = shelf.rows(view, 0, 50);
        rows.into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn stages_come_first_and_then_the_newest_version_also_across_pages() {
        let mut shelf = shelf(&[&["1.10", "1.2", "qa"], &["2.0", "golden", "1.9"]]);
        assert_eq!(
            names(&mut shelf, view()),
            ["golden", "qa", "2.0", "1.10", "1.9", "1.2"]
        );
        let registrys = View {
            newest: false,
            ..view()
        };
        assert_eq!(
            names(&mut shelf, registrys),
            ["1.10", "1.2", "qa", "2.0", "golden", "1.9"]
        );
    }

    #[test]
    fn every_word_has_to_be_in_the_name_however_it_is_written() {
        let mut shelf = shelf(&[&["1.0-Alpine", "1.0", "2.0-alpine"]]);
        let search = View {
            search: vec!["alp".into(), "1.".into()],
            ..view()
        };
        assert_eq!(names(&mut shelf, search), ["1.0-Alpine"]);
    }

    #[test]
    fn pins_and_tools_tags_are_left_out_and_counted() {
        let hex = "a".repeat(64);
        let sig = format!("sha256-{hex}.sig");
        let page = ["1.0", "golden-20261123T140200Z-7c1e0a90f3b2", &sig];
        let mut shelf = shelf(&[&page]);
        assert_eq!(names(&mut shelf, view()), ["1.0"]);
        let (_, total, hidden) = shelf.rows(view(), 0, 50);
        assert_eq!((total, hidden), (1, 2));
        let all = View {
            tools: true,
            ..view()
        };
        assert_eq!(names(&mut shelf, all).len(), 3);
    }

    #[test]
    fn a_name_that_comes_twice_stands_once_and_a_list_that_goes_in_circles_ends() {
        let mut shelf = shelf(&[&["a", "b"], &["a", "b"]]);
        assert_eq!(shelf.state().listed, 2);
        assert!(shelf.state().whole);
        assert_eq!(names(&mut shelf, view()).len(), 2);
    }

    #[test]
    fn rows_are_given_out_from_where_they_are_asked_for() {
        let mut shelf = shelf(&[&["1", "2", "3", "4"]]);
        let (rows, total, _) = shelf.rows(view(), 1, 2);
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!((names.as_slice(), total), (["3", "2"].as_slice(), 4));
        assert!(shelf.rows(view(), 9, 2).0.is_empty());
    }
}
