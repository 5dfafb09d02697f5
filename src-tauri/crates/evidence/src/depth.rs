//! How deeply a JSON document is nested, before anything of it is read.
//!
//! What a reader passes over is never taken apart, so that no depth can harm it; but a report
//! that is nested more deeply than any tool does is refused, and not half read.

use crate::{
    error::Problem,
    place::{self, MAX_DEPTH},
};

/// Refuses a document with more than [`MAX_DEPTH`] values within each other.
///
/// Brackets are counted first without a look at what is text, which is quick; only where
/// there seem to be too many is each character looked at.
pub(crate) fn check(text: &str) -> Result<(), Problem> {
    match is_suspect(text.as_bytes()) {
        true => look_closely(text),
        false => Ok(()),
    }
}

/// So few bytes that their brackets fit into a byte.
const PIECE: usize = 255;

fn is_suspect(bytes: &[u8]) -> bool {
    let limit = MAX_DEPTH as i64;
    let mut depth = 0_i64;
    bytes.chunks(PIECE).any(|piece| {
        // `[` and `{`, and `]` and `}`, are the same but for one bit.
        let count = |of: u8| {
            piece
                .iter()
                .map(|byte| u8::from(byte & 0xdf == of))
                .sum::<u8>()
        };
        let (opened, closed) = (i64::from(count(b'[')), i64::from(count(b']')));
        let deepest = depth + opened;
        depth = (deepest - closed).max(0);
        deepest > limit
    })
}

fn look_closely(text: &str) -> Result<(), Problem> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let place = place::at(text, at);
            let limit = MAX_DEPTH;
            return Err(Problem::TooDeep { place, limit });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        format!(
            "{{\"a\":{}{}}}",
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    }

    #[test]
    fn the_limit_is_the_readers_own() {
        assert_eq!(check(&nested(MAX_DEPTH)), Ok(()));
        let error = check(&nested(MAX_DEPTH + 1)).unwrap_err().to_string();
        assert!(
            error.starts_with("line 1, column 132: nested more than 127"),
            "{error}"
        );
        let read = |levels: usize| serde_json::from_str::<serde_json::Value>(&nested(levels));
        assert!(read(MAX_DEPTH).is_ok() && read(MAX_DEPTH + 1).is_err());
    }

    #[test]
    fn brackets_in_a_text_are_no_levels() {
        for text in ["[".repeat(1000), "\\\"[".repeat(1000), "{".repeat(100_000)] {
            assert_eq!(check(&format!("{{\"a\":\"{text}\",\"b\":[]}}")), Ok(()));
        }
    }

    #[test]
    fn many_values_beside_each_other_are_no_levels() {
        assert_eq!(check(&format!("[{}[]]", "[[]],{},".repeat(10_000))), Ok(()));
    }
}
