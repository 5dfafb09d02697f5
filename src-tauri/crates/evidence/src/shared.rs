//! Texts that many rows of a report have in common, kept once.

use crate::text::{MAX_NAME, short, some};
use arcstr::ArcStr;

/// A text that rows share: foreign, to be shown and never obeyed. One word wide, where `Arc<str>`
/// is two: a finding has eleven of them, and reports have 100,000 findings.
pub type Shared = ArcStr;

/// How many texts are remembered.
const SLOTS: usize = 8192;

/// The texts that were met last. A text takes the place of another that falls into the same
/// slot, so that no report, however it is made, costs more than a comparison a text.
pub(crate) struct Pool(Box<[Option<Shared>]>);

impl Default for Pool {
    fn default() -> Self {
        Self(vec![None; SLOTS].into_boxed_slice())
    }
}

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
        let slot = &mut self.0[slot(text)];
        match slot {
            Some(known) if **known == *text => known.clone(),
            _ => slot.insert(Shared::from(text)).clone(),
        }
    }
}

/// Where a text is remembered: any even spread will do, since nothing rests on it.
fn slot(text: &str) -> usize {
    let mix =
        |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let hash = words.iter().fold(text.len() as u64, |hash, word| {
        mix(hash, u64::from_le_bytes(*word))
    });
    let hash = rest
        .iter()
        .fold(hash, |hash, byte| mix(hash, u64::from(*byte)));
    usize::try_from(hash >> 40).unwrap_or_default() % SLOTS
}
