//! Many tags looked at at once: one HEAD each, and nothing read.
//!
//! A host that fails as a whole (it does not answer, it asks to slow down) is not asked again;
//! the rest of its tags fail with the same sentence.

use crate::{
    desk::{Desk, held},
    error::{Code, Error, Result},
    image::PARALLEL,
    surroundings::Work,
};
use futures::{StreamExt, stream};
use hallmark_image::{Digest, Host, Repository, Tag};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

/// What a look at a tag found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// It names this digest.
    Names(Digest),
    /// There is no such tag, or no such repository.
    Nothing,
    /// The login may not read there.
    NoRight(String),
    /// It could not be found out.
    Failed(String),
}

impl Desk {
    /// Looks at each tag, and answers in the same order. `step` is what progress calls it.
    ///
    /// # Errors
    /// [`Code::Cancelled`]; what a single tag says is in the answer.
    pub(crate) async fn heads(
        &self,
        tags: &[(Repository, Tag)],
        step: &str,
        work: &Work,
    ) -> Result<Vec<Looked>> {
        let silent = Mutex::new(BTreeMap::<Host, String>::new());
        let silent = &silent;
        let total = Some(tags.len() as u64);
        let mut hosts = BTreeSet::new();
        // One tag of each host goes first and alone: what it learns of the login serves the rest.
        let (first, rest): (Vec<usize>, Vec<usize>) =
            (0..tags.len()).partition(|at| hosts.insert(tags[*at].0.host.clone()));
        let alone = stream::iter(first)
            .map(|at| self.head(at, &tags[at], silent))
            .buffered(1);
        let together = stream::iter(rest)
            .map(|at| self.head(at, &tags[at], silent))
            .buffer_unordered(PARALLEL);
        let mut looking = Box::pin(alone.chain(together));
        let mut found = vec![Looked::Nothing; tags.len()];
        let mut done = 0;
        work.step(step, 0, total)?;
        while let Some((at, looked)) = looking.next().await {
            found[at] = looked;
            done += 1;
            work.step(step, done, total)?;
        }
        Ok(found)
    }

    async fn head(
        &self,
        at: usize,
        (repository, tag): &(Repository, Tag),
        silent: &Mutex<BTreeMap<Host, String>>,
    ) -> (usize, Looked) {
        if let Some(why) = held(silent).get(&repository.host) {
            return (at, Looked::Failed(why.clone()));
        }
        let looked = match self.tag_digest(repository, tag).await {
            Ok(Some(digest)) => Looked::Names(digest),
            Ok(None) => Looked::Nothing,
            Err(error) if error.code == Code::NotFound => Looked::Nothing,
            Err(error) if no_right(error.code) => Looked::NoRight(error.message),
            Err(error) => {
                if of_the_host(&error) {
                    held(silent).insert(repository.host.clone(), error.message.clone());
                }
                Looked::Failed(error.message)
            }
        };
        (at, looked)
    }
}

fn no_right(code: Code) -> bool {
    matches!(
        code,
        Code::Forbidden | Code::LoginNeeded | Code::WrongPassword
    )
}

fn of_the_host(error: &Error) -> bool {
    matches!(
        error.code,
        Code::NoSuchHost
            | Code::Unreachable
            | Code::TlsUntrusted
            | Code::PlainHttp
            | Code::RateLimited
            | Code::RealmNeedsConfirmation
    )
}
