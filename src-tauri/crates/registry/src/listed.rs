//! What a list of a registry gives: a page of names, with what else is said of them, and where
//! the list goes on.

use crate::RegistryKind;
use hallmark_image::{Digest, Platform, Tag};
use jiff::Timestamp;
use url::Url;

/// One page of a list, in the registry's order.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the list goes on; nothing at its end.
    pub next: Option<Cursor>,
    /// The product whose own API gave it; nothing for the distribution API.
    pub by: Option<RegistryKind>,
}

impl<T> Listed<T> {
    pub(crate) fn map<U>(self, change: impl FnMut(T) -> U) -> Listed<U> {
        Listed {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
            by: self.by,
        }
    }
}

/// Where a list goes on. Only good for the list it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub(crate) Place);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// After this name, in the distribution API.
    After(String),
    /// At the registry's own next link.
    Link(Url),
    /// At a mark of a product's own API.
    Product(RegistryKind, String),
}

impl Cursor {
    /// After `name`, as far as the registry lists in an order of names.
    pub fn after(name: &impl ToString) -> Self {
        Self(Place::After(name.to_string()))
    }
}

/// A tag as a list tells of it; most registries tell only its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTag {
    /// Its name.
    pub tag: Tag,
    /// What it names, as the list says: not looked at.
    pub digest: Option<Digest>,
    /// Bytes of the image, compressed.
    pub size: Option<u64>,
    /// When it was pushed last.
    pub pushed: Option<Timestamp>,
    /// The platforms it has.
    pub platforms: Vec<Platform>,
}

impl FoundTag {
    /// A tag of which nothing else is known.
    pub fn named(tag: Tag) -> Self {
        Self {
            tag,
            digest: None,
            size: None,
            pushed: None,
            platforms: Vec::new(),
        }
    }
}
