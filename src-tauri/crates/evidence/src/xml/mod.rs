//! The little of XML that reports need: elements, attributes and text.
//!
//! No entity is ever expanded but the five of XML itself and character references; a
//! document type is passed over, and nothing it names is fetched.

mod walk;

pub(crate) use walk::{Stop, Visit, walk};

use crate::{error::Problem, place, text};
use quick_xml::{
    Error, Reader,
    errors::SyntaxError,
    events::{BytesStart, Event},
};
use std::borrow::Cow;

/// A reader that turns `<a/>` into a start and an end, and forgives a stray `&`.
pub(crate) fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.allow_dangling_amp = true;
    reader
}

/// The name of the outermost element, without a prefix.
pub(crate) fn root(text: &str) -> Result<String, Problem> {
    let mut reader = reader(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => return Ok(local(element.name().as_ref()).to_owned()),
            Ok(Event::Eof) => return Err(cut_short(text, "it has no element")),
            Ok(_) => {}
            Err(error) => return Err(problem(text, reader.error_position(), &error)),
        }
    }
}

/// A name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Hands every attribute to `take`: its name without a prefix, and its value.
pub(crate) fn attributes(
    element: &BytesStart<'_>,
    mut take: impl FnMut(&str, Cow<'_, str>),
) -> Result<(), quick_xml::events::attributes::AttrError> {
    let mut attributes = element.attributes();
    for attribute in attributes.with_checks(false) {
        let attribute = attribute?;
        let key: &str = attribute.key.as_ref();
        take(local(key), unescape(&attribute.value));
    }
    Ok(())
}

/// Resolves what XML itself defines; every other reference stays the text it is.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    let Some(first) = raw.find('&') else {
        return Cow::Borrowed(raw);
    };
    let mut plain = String::with_capacity(raw.len());
    plain.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = reference(rest);
        plain.push(character.unwrap_or('&'));
        rest = &rest[length..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The reference at the start of `text`, with its length; one byte if it is none of ours.
fn reference(text: &str) -> (Option<char>, usize) {
    let window = &text.as_bytes()[..text.len().min(16)];
    let end = window.iter().position(|byte| *byte == b';');
    match end.and_then(|end| Some((resolve(&text[1..end])?, end + 1))) {
        Some((character, length)) => (Some(character), length),
        None => (None, 1),
    }
}

/// The character that `name` stands for, as in `lt`, `#10` or `#x1F600`.
pub(crate) fn resolve(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|character| *character != '\0')
        }
    }
}

/// What quick-xml says, in our words and with our places.
pub(crate) fn problem(text: &str, position: u64, error: &Error) -> Problem {
    match error {
        Error::Syntax(syntax) if *syntax != SyntaxError::InvalidBangMarkup => {
            cut_short(text, &syntax.to_string())
        }
        other => damaged(text, position, &other.to_string()),
    }
}

/// The file ends too early.
pub(crate) fn cut_short(text: &str, reason: &str) -> Problem {
    Problem::CutShort {
        place: place::at(text, text.trim_end().len()),
        reason: text::short(reason, 200),
    }
}

/// Something is wrong at a byte.
pub(crate) fn damaged(text: &str, position: u64, reason: &str) -> Problem {
    let byte = usize::try_from(position).unwrap_or(text.len());
    Problem::Xml {
        place: place::at(text, byte),
        reason: text::short(reason, 200),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_xml_itself_defines_is_resolved() {
        for (raw, plain) in [
            (
                "a &lt;b&gt; &amp;amp; &quot;c&quot; &apos;",
                "a <b> &amp; \"c\" '",
            ),
            ("&#10;&#x1F600;", "\n😀"),
            (
                "&unknown; & &; &#0; &#xD800; &#x110000;",
                "&unknown; & &; &#0; &#xD800; &#x110000;",
            ),
            (
                "&a-name-that-is-far-too-long-to-be-ours;",
                "&a-name-that-is-far-too-long-to-be-ours;",
            ),
            ("&ü;&", "&ü;&"),
            ("plain", "plain"),
        ] {
            assert_eq!(unescape(raw), plain, "{raw}");
        }
    }
}
