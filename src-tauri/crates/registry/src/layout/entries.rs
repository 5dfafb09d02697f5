//! `index.json`: which images a layout holds, and their tags.
//!
//! It is changed as JSON: what somebody else wrote there stays as it is.

use super::{INDEX, REF_NAME, files, wrong};
use crate::Error;
use hallmark_image::{Descriptor, Digest, media_type};
use serde_json::{Value, json};
use std::path::Path;

/// The most that is read of it, bytes.
const LIMIT: u64 = 16 * 1024 * 1024;

/// The index as it was read.
#[derive(Clone, Debug)]
pub(super) struct Entries(Value);

impl Entries {
    /// An index of nothing, where there is none.
    pub(super) fn read(root: &Path) -> Result<Self, Error> {
        let path = root.join(INDEX);
        let Some(bytes) = files::read(&path, LIMIT)? else {
            return Ok(Self(json!({
                "schemaVersion": 2,
                "mediaType": media_type::OCI_INDEX,
                "manifests": [],
            })));
        };
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(&path, error))?;
        if !value["manifests"].is_array() {
            return Err(wrong(&path, "it has no list of manifests"));
        }
        Ok(Self(value))
    }

    /// Its entries; one that cannot be read is left out.
    pub(super) fn all(&self) -> Vec<Descriptor> {
        let listed = self.0["manifests"].as_array().into_iter().flatten();
        listed
            .filter_map(|entry| serde_json::from_value(entry.clone()).ok())
            .collect()
    }

    /// What the tag names, as far as it names one thing.
    pub(super) fn tagged(&self, tag: &str) -> Vec<Descriptor> {
        let mut found: Vec<Descriptor> = self
            .all()
            .into_iter()
            .filter(|entry| name(entry) == Some(tag))
            .collect();
        found.dedup_by(|a, b| a.digest == b.digest);
        found
    }

    /// Lists `entry`; under `tag` if one is given, which then names nothing else.
    pub(super) fn add(&mut self, entry: &Descriptor, tag: Option<&str>) {
        let mut entry = entry.clone();
        entry.annotations.remove(REF_NAME);
        if let Some(tag) = tag {
            let named = (REF_NAME.to_owned(), tag.to_owned());
            entry.annotations.extend([named]);
        }
        let Some(listed) = self.0["manifests"].as_array_mut() else {
            return;
        };
        match tag {
            Some(tag) => listed.retain(|other| other["annotations"][REF_NAME] != tag),
            None if listed.iter().any(|other| is(other, &entry.digest)) => return,
            None => {}
        }
        listed.extend(serde_json::to_value(entry));
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.to_string().into_bytes()
    }
}

/// An entry's tag.
pub(super) fn name(entry: &Descriptor) -> Option<&str> {
    entry.annotations.get(REF_NAME).map(String::as_str)
}

fn is(entry: &Value, digest: &Digest) -> bool {
    entry["digest"].as_str() == Some(&digest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_one_image_and_foreign_entries_stay() {
        let foreign = json!({"mediaType": "x/y", "digest": Digest::sha256("f").to_string(),
            "size": 1, "x-own": [1]});
        let mut entries = Entries(json!({"schemaVersion": 2, "x": 1, "manifests": [foreign]}));
        let [one, two] =
            ["one", "two"].map(|text| Descriptor::of(media_type::OCI_MANIFEST, text.as_bytes()));
        entries.add(&one, Some("v1"));
        entries.add(&two, Some("v1"));
        entries.add(&two, None);
        entries.add(&one, None);
        let tagged = entries.tagged("v1");
        assert_eq!(tagged.len(), 1);
        assert_eq!(tagged[0].digest, two.digest);
        assert_eq!(entries.all().len(), 3);
        let text = String::from_utf8(entries.bytes()).unwrap();
        assert!(
            text.contains(r#""x-own":[1]"#) && text.contains(r#""x":1"#),
            "{text}"
        );
    }
}
