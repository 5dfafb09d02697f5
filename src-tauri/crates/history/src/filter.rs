//! Which entries to show, and the query that finds them newest first without sorting the
//! record: one condition picks the index to walk, and every other one is a test on its rows.

use hallmark_image::Digest;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};
use std::collections::BTreeSet;

/// More words than anybody types.
const MAX_TERMS: usize = 32;
/// More kinds than there are.
const MAX_KINDS: usize = 64;

/// Which entries are asked for; conditions are AND-ed, and nothing asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `host/name`, exactly.
    pub repository: Option<String>,
    /// The tag, exactly.
    pub tag: Option<String>,
    /// The image.
    pub digest: Option<Digest>,
    /// Who, exactly.
    pub actor: Option<String>,
    /// Any of these kinds; an empty list asks for all.
    pub kind: Option<Vec<String>>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Every word, or its beginning, somewhere in the entry.
    pub text: Option<String>,
}

/// Which index is walked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walk {
    Words,
    Digest,
    RepositoryTag,
    Repository,
    Tag,
    Actor,
    Kinds,
    Time,
    All,
}

impl Filter {
    /// Selects the numbers of the newest entries before `after`.
    pub(crate) fn page_query(&self, after: Option<u64>, limit: usize) -> QueryBuilder<Sqlite> {
        let kinds = self.kinds();
        let walk = self.walk(&kinds);
        let mut query = QueryBuilder::new("");
        if walk == Walk::Kinds {
            self.push_kinds(&mut query, &kinds, after);
        } else {
            self.push_select(&mut query, "f.seq AS seq", walk, &kinds);
            push_after(&mut query, walk, after);
        }
        let order = if walk == Walk::Words {
            "words.rowid"
        } else {
            "seq"
        };
        query.push(" ORDER BY ").push(order).push(" DESC LIMIT ");
        query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        query
    }

    /// Counts every entry that is asked for.
    pub(crate) fn count_query(&self) -> QueryBuilder<Sqlite> {
        let kinds = self.kinds();
        let mut query = QueryBuilder::new("");
        self.push_select(&mut query, "count(*)", self.walk(&kinds), &kinds);
        query
    }

    fn walk(&self, kinds: &BTreeSet<&str>) -> Walk {
        match self {
            _ if self.terms().is_some() => Walk::Words,
            Self {
                digest: Some(_), ..
            } => Walk::Digest,
            Self {
                repository: Some(_),
                tag: Some(_),
                ..
            } => Walk::RepositoryTag,
            Self {
                repository: Some(_),
                ..
            } => Walk::Repository,
            Self { tag: Some(_), .. } => Walk::Tag,
            Self { actor: Some(_), .. } => Walk::Actor,
            _ if !kinds.is_empty() => Walk::Kinds,
            Self {
                since: None,
                until: None,
                ..
            } => Walk::All,
            _ => Walk::Time,
        }
    }

    fn kinds(&self) -> BTreeSet<&str> {
        let kinds = self.kind.iter().flatten().map(String::as_str);
        kinds.take(MAX_KINDS).collect()
    }

    /// A walk for each kind, merged: each comes newest first already.
    fn push_kinds(
        &self,
        query: &mut QueryBuilder<Sqlite>,
        kinds: &BTreeSet<&str>,
        after: Option<u64>,
    ) {
        for (index, kind) in kinds.iter().enumerate() {
            if index > 0 {
                query.push(" UNION ALL ");
            }
            let one = BTreeSet::from([*kind]);
            self.push_select(query, "f.seq AS seq", Walk::Kinds, &one);
            push_after(query, Walk::Kinds, after);
        }
    }

    fn push_select(
        &self,
        query: &mut QueryBuilder<Sqlite>,
        columns: &str,
        walk: Walk,
        kinds: &BTreeSet<&str>,
    ) {
        query.push("SELECT ").push(columns).push(walk.source());
        if let (Walk::Words, Some(terms)) = (walk, self.terms()) {
            query.push(" AND words MATCH ").push_bind(terms);
        }
        self.push_equals(query);
        self.push_times(query);
        push_in(query, kinds);
    }

    fn push_equals(&self, query: &mut QueryBuilder<Sqlite>) {
        let digest = self.digest.as_ref().map(ToString::to_string);
        let conditions = [
            ("f.repository", self.repository.clone()),
            ("f.tag", self.tag.clone()),
            ("f.digest", digest),
            ("f.actor", self.actor.clone()),
        ];
        for (column, value) in conditions {
            if let Some(value) = value {
                query
                    .push(" AND ")
                    .push(column)
                    .push(" = ")
                    .push_bind(value);
            }
        }
    }

    fn push_times(&self, query: &mut QueryBuilder<Sqlite>) {
        let bounds = [
            (" AND f.time >= ", self.since),
            (" AND f.time < ", self.until),
        ];
        for (condition, time) in bounds {
            if let Some(time) = time {
                query.push(condition).push_bind(microsecond_from(time));
            }
        }
    }

    /// The search in FTS5's syntax: every word a quoted prefix, so that nothing a person types
    /// is an operator. `None` where no text is asked for.
    fn terms(&self) -> Option<String> {
        let text = self.text.as_deref().map(str::trim)?;
        if text.is_empty() {
            return None;
        }
        let words = text.split_whitespace().take(MAX_TERMS);
        let searchable = words.filter(|word| word.chars().any(char::is_alphanumeric));
        let quoted: Vec<_> = searchable
            .map(|word| format!("\"{}\"*", word.replace(['"', '\0'], " ")))
            .collect();
        // Nothing but punctuation is found nowhere, rather than everywhere.
        Some(if quoted.is_empty() {
            "\"\"".to_owned()
        } else {
            quoted.join(" ")
        })
    }
}

impl Walk {
    fn source(self) -> &'static str {
        match self {
            Self::Words => " FROM words CROSS JOIN facets AS f ON f.seq = words.rowid WHERE 1",
            Self::Digest => " FROM facets AS f INDEXED BY facets_digest WHERE 1",
            Self::RepositoryTag => " FROM facets AS f INDEXED BY facets_repository_tag WHERE 1",
            Self::Repository => " FROM facets AS f INDEXED BY facets_repository WHERE 1",
            Self::Tag => " FROM facets AS f INDEXED BY facets_tag WHERE 1",
            Self::Actor => " FROM facets AS f INDEXED BY facets_actor WHERE 1",
            Self::Kinds => " FROM facets AS f INDEXED BY facets_kind WHERE 1",
            Self::Time => " FROM facets AS f INDEXED BY facets_time WHERE 1",
            Self::All => " FROM facets AS f WHERE 1",
        }
    }
}

fn push_after(query: &mut QueryBuilder<Sqlite>, walk: Walk, after: Option<u64>) {
    let Some(after) = after else { return };
    let column = if walk == Walk::Words {
        "words.rowid"
    } else {
        "f.seq"
    };
    query.push(" AND ").push(column).push(" < ");
    query.push_bind(i64::try_from(after).unwrap_or(i64::MAX));
}

fn push_in(query: &mut QueryBuilder<Sqlite>, kinds: &BTreeSet<&str>) {
    if kinds.is_empty() {
        return;
    }
    query.push(" AND f.kind IN (");
    let mut list = query.separated(", ");
    for kind in kinds {
        list.push_bind((*kind).to_owned());
    }
    query.push(")");
}

/// Columns hold whole microseconds: a bound between two of them is the later one.
fn microsecond_from(time: Timestamp) -> i64 {
    let floor = time.as_microsecond();
    let exact = Timestamp::from_microsecond(floor).is_ok_and(|whole| whole >= time);
    if exact {
        floor
    } else {
        floor.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::History;

    async fn plan(filter: &Filter) -> String {
        let folder = tempfile::tempdir().unwrap();
        let history = History::open(&folder.path().join("history.db"))
            .await
            .unwrap();
        let sql = filter.page_query(Some(500_000), 50).into_string();
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(explain))
            .fetch_all(&history.reader)
            .await
            .unwrap();
        let lines: Vec<_> = rows.into_iter().map(|row| row.3).collect();
        lines.join("; ")
    }

    /// Every other condition, to prove that none of them spoils the walk.
    fn busy() -> Filter {
        Filter {
            kind: Some(vec!["approve".to_owned(), "promotion".to_owned()]),
            since: Some(Timestamp::UNIX_EPOCH),
            until: Some(Timestamp::MAX),
            ..Filter::default()
        }
    }

    #[tokio::test]
    async fn each_filter_walks_its_index_newest_first_and_sorts_nothing() {
        let some = |text: &str| Some(text.to_owned());
        let digest = Some(Digest::sha256(b"image"));
        let cases = [
            (
                Filter {
                    repository: some("r"),
                    tag: some("t"),
                    ..busy()
                },
                "COVERING INDEX facets_repository_tag (repository=? AND tag=? AND seq<?)",
            ),
            (
                Filter {
                    repository: some("r"),
                    actor: some("a"),
                    ..busy()
                },
                "INDEX facets_repository (repository=? AND seq<?)",
            ),
            (
                Filter {
                    tag: some("t"),
                    ..busy()
                },
                "COVERING INDEX facets_tag (tag=? AND seq<?)",
            ),
            (
                Filter {
                    digest,
                    repository: some("r"),
                    ..busy()
                },
                "INDEX facets_digest (digest=? AND rowid<?)",
            ),
            (
                Filter {
                    actor: some("a"),
                    ..busy()
                },
                "COVERING INDEX facets_actor (actor=? AND seq<?)",
            ),
            (
                Filter {
                    text: some("why"),
                    ..busy()
                },
                "SCAN words VIRTUAL TABLE INDEX",
            ),
            (busy(), "MERGE (UNION ALL)"),
            (busy(), "COVERING INDEX facets_kind (kind=? AND seq<?)"),
            (
                Filter::default(),
                "SEARCH f USING INTEGER PRIMARY KEY (rowid<?)",
            ),
        ];
        for (filter, walk) in cases {
            let plan = plan(&filter).await;
            assert!(plan.contains(walk), "{filter:?}: {plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
        }
    }

    #[tokio::test]
    async fn a_filter_by_time_alone_reads_the_index_of_times_and_no_table() {
        let filter = Filter {
            kind: None,
            ..busy()
        };
        let plan = plan(&filter).await;
        assert!(
            plan.contains("COVERING INDEX facets_time (time>? AND time<?)"),
            "{plan}"
        );
    }

    #[test]
    fn what_a_person_types_is_never_an_operator() {
        let terms = |text: &str| {
            let text = Some(text.to_owned());
            Filter {
                text,
                ..Filter::default()
            }
            .terms()
        };
        assert_eq!(terms("why NOT"), Some("\"why\"* \"NOT\"*".to_owned()));
        assert_eq!(terms("a\"b*"), Some("\"a b*\"*".to_owned()));
        assert_eq!(terms("  "), None);
        assert_eq!(terms("***"), Some("\"\"".to_owned()));
    }

    #[test]
    fn a_bound_between_two_microseconds_is_the_later_one() {
        let bound = |nanosecond| microsecond_from(Timestamp::from_nanosecond(nanosecond).unwrap());
        assert_eq!(
            [bound(2000), bound(2001), bound(-2000), bound(-1999)],
            [2, 3, -2, -1]
        );
    }
}
