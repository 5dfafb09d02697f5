//! The order of tags as people mean it: numbers by their value, the newest version first.

/// What sorts first in [`key`]: the end of a name, or a suffix of a version that is not out yet.
const EARLY: u8 = 1;
const END: u8 = 2;
/// Suffixes of versions that come before the version itself.
const BEFORE: [&str; 10] = [
    "alpha", "beta", "canary", "dev", "ea", "m", "pre", "preview", "rc", "snapshot",
];

/// A key whose order, byte by byte, is the order of versions, the oldest first. Names that are no
/// versions come before all versions.
pub(crate) fn key(name: &str) -> Box<[u8]> {
    let text = name.to_ascii_lowercase();
    let bare = text
        .strip_prefix('v')
        .filter(|rest| begins_with_digit(rest));
    let text = bare.unwrap_or(&text);
    let mut key = Vec::with_capacity(text.len() + 4);
    key.push(u8::from(begins_with_digit(text)));
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 {
            push_number(&mut key, &rest[..digits]);
            rest = &rest[digits..];
        } else {
            if is_separator(first) && is_early(&rest[first.len_utf8()..]) {
                key.push(EARLY);
            }
            let mut bytes = [0; 4];
            // Above the end and below the digits, so that 1.0 is older than 1.0.1.
            let letter = first.encode_utf8(&mut bytes).as_bytes();
            key.extend(letter.iter().map(|byte| byte.saturating_add(3)));
            rest = &rest[first.len_utf8()..];
        }
    }
    key.push(END);
    key.into()
}

/// A number without its zeros in front, after how many digits it has.
fn push_number(key: &mut Vec<u8>, digits: &str) {
    let digits = digits.trim_start_matches('0');
    key.push(b'0');
    key.push(u8::try_from(digits.len()).unwrap_or(u8::MAX));
    key.extend(digits.as_bytes());
}

fn begins_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

fn is_separator(letter: char) -> bool {
    matches!(letter, '-' | '.' | '_')
}

fn is_early(text: &str) -> bool {
    let word = text
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    BEFORE.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn versions_stand_from_the_oldest_to_the_newest() {
        let order = [
            "feature-x",
            "latest",
            "1.2.0",
            "1.9.0",
            "1.10.0-rc.1",
            "1.10.0-rc.2",
            "v1.10.0",
            "1.10.0.1",
            "1.10.1",
            "2",
            "2.0",
            "10",
            "20260101",
        ];
        let mut sorted = order;
        sorted.reverse();
        sorted.sort_by_key(|name| key(name));
        assert_eq!(sorted, order);
    }

    #[test]
    fn a_variant_of_a_version_is_newer_than_the_version_before_it() {
        assert!(key("1.2.3-alpine") > key("1.2.2"));
        assert!(key("1.2.3-alpine") < key("1.2.4"));
        assert!(key("1.2.3-dev") < key("1.2.3"));
    }

    proptest! {
        #[test]
        fn any_name_has_a_key_and_numbers_count_by_value(a in 0_u64..1_000_000, b in 0_u64..1_000_000) {
            prop_assert_eq!(key(&format!("1.{a}")).cmp(&key(&format!("1.{b}"))), a.cmp(&b));
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = key(&text);
        }
    }
}
