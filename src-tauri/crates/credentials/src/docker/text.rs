//! Changing one member of a JSON text and leaving every other byte of it as it is.
//!
//! Docker's configuration belongs to Docker and to the person who wrote it: order, blanks and
//! what Hallmark does not know stay.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{fmt, ops::Range};

/// The members of an object in order, each with its value as written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Sets the member at `path` (names of objects, then the member's own) to `value`, which is
/// JSON. None where the text, or something on the path, is no object.
pub(super) fn set(text: &str, path: &[&str], value: &str) -> Option<String> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    set_at(text, path, value, 1)
}

fn set_at(text: &str, path: &[&str], value: &str, depth: usize) -> Option<String> {
    let (name, below) = path.split_first()?;
    let members: Members<'_> = serde_json::from_str(text).ok()?;
    // The last of several members of one name is the one that counts.
    let found = members.0.iter().rfind(|(own, _)| own == name);
    let Some((_, old)) = found else {
        return Some(insert(text, name, &nested(below, value, depth)?, depth));
    };
    let range = place(text, old.get());
    let new = match below {
        [] => value.to_owned(),
        _ if old.get() == "null" => nested(below, value, depth)?,
        _ => set_at(old.get(), below, value, depth + 1)?,
    };
    Some(format!(
        "{}{new}{}",
        &text[..range.start],
        &text[range.end..]
    ))
}

/// Where a part of `text` stands in it.
fn place(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

/// `value` inside objects of the names `path`.
fn nested(path: &[&str], value: &str, depth: usize) -> Option<String> {
    let Some((name, below)) = path.split_first() else {
        return Some(value.to_owned());
    };
    let inner = nested(below, value, depth + 1)?;
    Some(insert("{}", name, &inner, depth + 1))
}

/// A new first member, indented by tabs as Docker does.
fn insert(text: &str, name: &str, value: &str, depth: usize) -> String {
    let at = text.find('{').map_or(0, |brace| brace + 1);
    let (before, after) = text.split_at(at);
    let name = serde_json::Value::from(name);
    let tabs = "\t".repeat(depth);
    let rest = after.trim_start();
    if rest.starts_with('}') {
        let outer = "\t".repeat(depth - 1);
        return format!("{before}\n{tabs}{name}: {value}\n{outer}{rest}");
    }
    format!("{before}\n{tabs}{name}: {value},{after}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_member_is_added_and_every_other_byte_stays() {
        let before = "{\n  \"psFormat\" : \"table {{.ID}}\",\n  \"x\": 1.0e2, \"y\": [ ]\n}\n";
        let after = set(before, &["credHelpers", "r.io"], "\"pass\"").unwrap();
        assert_eq!(
            after,
            "{\n\t\"credHelpers\": {\n\t\t\"r.io\": \"pass\"\n\t},\n  \"psFormat\" : \"table {{.ID}}\",\n  \"x\": 1.0e2, \"y\": [ ]\n}\n"
        );
    }

    #[test]
    fn a_member_that_is_there_is_replaced_where_it_stands() {
        let before = r#"{"credHelpers": { "a.io": "x", "r.io" : "old" }, "z": 1}"#;
        let after = set(before, &["credHelpers", "r.io"], "\"pass\"").unwrap();
        assert_eq!(
            after,
            r#"{"credHelpers": { "a.io": "x", "r.io" : "pass" }, "z": 1}"#
        );
    }

    #[test]
    fn an_empty_text_becomes_an_object_and_null_is_no_obstacle() {
        let fresh = set("", &["auths", "r.io"], "{}").unwrap();
        assert_eq!(fresh, "{\n\t\"auths\": {\n\t\t\"r.io\": {}\n\t}\n}");
        let null = set(r#"{"auths":null}"#, &["auths", "r.io"], "{}").unwrap();
        assert_eq!(null, "{\"auths\":{\n\t\t\"r.io\": {}\n\t}}");
    }

    #[test]
    fn what_is_no_object_is_left_alone() {
        for text in ["[]", "{", r#"{"auths": []}"#] {
            assert_eq!(set(text, &["auths", "r.io"], "{}"), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stood_there_still_says_the_same(
            others in proptest::collection::btree_map("[a-z]{1,6}", any::<i32>(), 0..5),
            host in "[a-z.\"]{1,8}",
        ) {
            let before = serde_json::to_string(&others).unwrap();
            let after = set(&before, &["credHelpers", &host], "\"pass\"").unwrap();
            let mut read: serde_json::Value = serde_json::from_str(&after).unwrap();
            let helper = read.as_object_mut().unwrap().remove("credHelpers").unwrap();
            prop_assert_eq!(&helper[&host], "pass");
            prop_assert_eq!(read, serde_json::to_value(&others).unwrap());
        }
    }
}
