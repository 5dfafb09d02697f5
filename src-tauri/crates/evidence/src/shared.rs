//! Texts that many rows of a report have in common, kept once.

use crate::text::{MAX_NAME, short, some};
use std::{collections::HashSet, sync::Arc};

/// A text that rows share: foreign, to be shown and never obeyed.
pub type Shared = Arc<str>;

/// The texts that were met so far.
#[derive(Default)]
pub(crate) struct Pool(HashSet<Shared>);

impl Pool {
    /// The text, cut to what is kept of a name.
    pub(crate) fn name(&mut self, text: &str) -> Shared {
        match text.len() <= MAX_NAME {
            true => self.share(text),
            false => self.share(&short(text, MAX_NAME)),
        }
    }

    /// The text without white space around it, if there is anything else.
    pub(crate) fn some(&mut self, text: &str) -> Option<Shared> {
        let text = text.trim();
        (!text.is_empty()).then(|| self.name(text))
    }

    /// A text that is most likely met only once; it is kept apart from the others.
    pub(crate) fn once(text: &str) -> Option<Shared> {
        some(text, MAX_NAME).map(Shared::from)
    }

    fn share(&mut self, text: &str) -> Shared {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let new = Shared::from(text);
        self.0.insert(new.clone());
        new
    }
}
