//! The log of requests that tests count and people look at. Of a credential it keeps the
//! scheme's name and nothing else.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// Requests that are remembered; the oldest give way.
const MAX_SEEN: usize = 10_000;

/// One request, as the registry saw it. The credential itself is never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Method.
    pub method: String,
    /// Path, without the query.
    pub path: String,
    /// Query; empty where there is none.
    pub query: String,
    /// `Basic` or `Bearer`, where the request carried a credential.
    pub authorization_scheme: Option<String>,
    /// Whether it came to the annexe: the other origin, where there is one.
    pub apart: bool,
    /// The status it was answered with; 0 while, or where, it was not.
    pub status: u16,
}

/// The log, in the order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    dropped: usize,
    kept: VecDeque<Seen>,
}

impl Log {
    /// Notes an arrival; the number is for [`answered`](Self::answered).
    pub(crate) fn arrived(&self, seen: Seen) -> usize {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.kept.push_back(seen);
        if entries.kept.len() > MAX_SEEN {
            entries.kept.pop_front();
            entries.dropped += 1;
        }
        entries.dropped + entries.kept.len() - 1
    }

    pub(crate) fn answered(&self, number: usize, status: u16) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = number.checked_sub(entries.dropped);
        if let Some(seen) = at.and_then(|at| entries.kept.get_mut(at)) {
            seen.status = status;
        }
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.kept.iter().cloned().collect()
    }

    pub(crate) fn forget(&self) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.dropped += entries.kept.len();
        entries.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_overflows_keeps_the_newest_with_their_statuses() {
        let log = Log::default();
        let seen = |path: usize| Seen {
            method: "GET".into(),
            path: path.to_string(),
            query: String::new(),
            authorization_scheme: None,
            apart: false,
            status: 0,
        };
        let first = log.arrived(seen(0));
        let numbers: Vec<usize> = (1..=MAX_SEEN).map(|n| log.arrived(seen(n))).collect();
        log.answered(first, 500);
        log.answered(numbers[MAX_SEEN - 1], 201);
        let all = log.all();
        assert_eq!(all.len(), MAX_SEEN);
        assert_eq!(all[0].path, "1");
        assert!(all.iter().all(|seen| seen.status != 500));
        assert_eq!(all[MAX_SEEN - 1].status, 201);
    }
}
