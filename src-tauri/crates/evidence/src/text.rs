//! Bytes to text, and text kept short.
//!
//! Decodes the encodings that test tools on any system write, and cuts foreign text at a
//! bound without ever splitting a character.

use crate::error::Problem;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// The most that is kept of a name, bytes.
pub(crate) const MAX_NAME: usize = 4 * 1024;
/// The most that is kept of a message, bytes.
pub(crate) const MAX_MESSAGE: usize = 4 * 1024;
/// The most that is kept of a trace, bytes.
pub(crate) const MAX_DETAIL: usize = 16 * 1024;

/// A report as text.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    text: Cow<'a, str>,
    /// What was lost on the way.
    pub(crate) warning: Option<String>,
}

impl Decoded<'_> {
    pub(crate) fn content(&self) -> &str {
        &self.text
    }
}

/// Reads by byte order mark, by the pattern of UTF-16, or by an XML declaration; else UTF-8.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::Empty);
    }
    refuse_archives(bytes)?;
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => utf_16(bytes).map_or_else(|| declared(bytes), Ok)?,
    };
    let (text, _, lossy) = encoding.decode(bytes);
    if text.trim().is_empty() {
        return Err(Problem::Empty);
    }
    let warning = lossy.then(|| {
        let name = encoding.name();
        format!("some bytes are not {name}, as the report claims; they are shown as \u{fffd}")
    });
    Ok(Decoded { text, warning })
}

/// What people attach by mistake gets a sentence of its own.
fn refuse_archives(bytes: &[u8]) -> Result<(), Problem> {
    let is = if bytes.starts_with(b"PK\x03\x04") {
        "a zip archive"
    } else if bytes.starts_with(&[0x1f, 0x8b]) {
        "compressed with gzip"
    } else if bytes.get(257..262) == Some(b"ustar") {
        "a tar archive"
    } else {
        return Ok(());
    };
    let hint = "not a report; unpack it and take the report inside";
    Err(Problem::Encoding(format!("this is {is}, {hint}")))
}

/// UTF-16 without a byte order mark: every report begins with an ASCII character.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, b'<' | b'{' | b'[', ..] => Some(UTF_16BE),
        [b'<' | b'{' | b'[', 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

/// The encoding that an XML declaration names.
fn declared(bytes: &[u8]) -> Result<&'static Encoding, Problem> {
    let head = bytes.trim_ascii_start();
    if !head.starts_with(b"<?xml") {
        return Ok(UTF_8);
    }
    let Some(label) = label_in(&head[..head.len().min(200)]) else {
        return Ok(UTF_8);
    };
    match Encoding::for_label(label) {
        // The bytes were just read as ASCII, so they cannot be what this claims.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(UTF_8),
        Some(encoding) => Ok(encoding),
        None => {
            let label = short(String::from_utf8_lossy(label).as_ref(), 40);
            let hint = "write the report as UTF-8";
            Err(Problem::Encoding(format!(
                "the encoding “{label}” is not known; {hint}"
            )))
        }
    }
}

fn label_in(head: &[u8]) -> Option<&[u8]> {
    let head = &head[..head.windows(2).position(|pair| pair == b"?>")?];
    let key = b"encoding";
    let at = head.windows(key.len()).position(|window| window == key)?;
    let value = head[at + key.len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = value.split_first()?;
    let end = rest.iter().position(|byte| byte == quote)?;
    Some(&rest[..end])
}

/// `text` if it fits into `limit` bytes, else its beginning and a mark that it was cut.
pub(crate) fn short(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let kept = &text[..text.floor_char_boundary(limit.saturating_sub('…'.len_utf8()))];
    format!("{kept}…")
}

/// Text that comes in pieces, of which no more is kept than fits.
#[derive(Debug, Default)]
pub(crate) struct Bounded<const LIMIT: usize> {
    text: String,
    cut: bool,
}

impl<const LIMIT: usize> Bounded<LIMIT> {
    /// Adds text up to the bound; what follows is dropped, and a mark says so.
    pub(crate) fn push(&mut self, text: &str) {
        if self.cut {
            return;
        }
        let room = LIMIT.saturating_sub('…'.len_utf8() + self.text.len());
        let fits = text.floor_char_boundary(room.min(text.len()));
        self.text.push_str(&text[..fits]);
        if fits < text.len() {
            self.text.push('…');
            self.cut = true;
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, without white space around it; none if there is nothing else.
    pub(crate) fn some(&self) -> Option<String> {
        some(&self.text, LIMIT)
    }
}

/// `short`, with what is only white space taken for nothing.
pub(crate) fn some(text: &str, limit: usize) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| short(text, limit))
}

/// “1 test”, “3 tests”.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_text_is_kept_and_a_long_one_marked() {
        assert_eq!(short("abc", 3), "abc");
        assert_eq!(short("abcdefg", 6), "abc…");
        assert_eq!(some(" \n ", 10), None);
        assert_eq!(some(" a ", 10).as_deref(), Some("a"));
    }

    proptest! {
        #[test]
        fn no_text_grows_beyond_its_bound(text: String, limit in 3_usize..40) {
            prop_assert!(short(&text, limit).len() <= limit);
        }
    }
}
