//! Repeating what failed for a moment, and only what is safe to repeat.
//!
//! 429, most 5xx and broken connections are repeated after a pause that doubles, or that the
//! registry asked for with `Retry-After`. A pause longer than the caller's patience is not
//! waited for: the error says until when it lasts.

use crate::{Error, ErrorKind, surroundings::Surroundings, wire::Answer};
use http::{StatusCode, header::RETRY_AFTER};
use jiff::{Timestamp, fmt::rfc2822};
use std::time::Duration;

/// How often a request is sent at most.
const ATTEMPTS: u32 = 4;

/// Runs `once` until it has an answer worth keeping.
pub(crate) async fn repeat<F>(
    surroundings: &Surroundings,
    safe: bool,
    mut once: impl FnMut() -> F,
) -> Result<Answer, Error>
where
    F: Future<Output = Result<Answer, Error>>,
{
    let mut attempt = 1;
    loop {
        let outcome = once().await;
        if !safe || attempt == ATTEMPTS {
            return outcome;
        }
        match pause(surroundings, attempt, &outcome) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return outcome,
        }
        attempt += 1;
    }
}

fn pause(
    surroundings: &Surroundings,
    attempt: u32,
    outcome: &Result<Answer, Error>,
) -> Option<Duration> {
    let backoff = surroundings.patience.backoff * 2_u32.pow(attempt - 1);
    match outcome {
        Ok(answer) if is_passing(answer.status) => {
            let asked = asked_pause(answer, (surroundings.clock)());
            let pause = asked.map_or(backoff, |asked| asked.max(backoff));
            (pause <= surroundings.patience.retry_after).then_some(pause)
        }
        Err(error) if *error.kind() == ErrorKind::Unreachable => Some(backoff),
        _ => None,
    }
}

pub(crate) fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// How long the registry asks to wait: seconds, or a date (RFC 9110, section 10.2.3).
pub(crate) fn asked_pause(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let text = answer.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let until = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::HeaderMap;

    fn answer(retry_after: &str) -> Answer {
        let value = retry_after.parse().unwrap();
        Answer {
            status: StatusCode::TOO_MANY_REQUESTS,
            headers: HeaderMap::from_iter([(RETRY_AFTER, value)]),
            body: Bytes::new(),
            url: "https://r.example/".parse().unwrap(),
            grant: None,
            rest: None,
            renewed: false,
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let read = |text| asked_pause(&answer(text), now).map(|pause| pause.as_secs());
        assert_eq!(read("120"), Some(120));
        assert_eq!(read("Mon, 23 Nov 2026 10:01:00 GMT"), Some(60));
        assert_eq!(read("Mon, 23 Nov 2026 09:00:00 GMT"), Some(0));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-1"), None);
    }

    #[test]
    fn a_longer_pause_than_our_patience_is_not_waited_for() {
        let surroundings = Surroundings::default();
        let refused = pause(&surroundings, 1, &Ok(answer("3600")));
        assert_eq!(refused, None);
        let waited = pause(&surroundings, 1, &Ok(answer("7")));
        assert_eq!(waited, Some(Duration::from_secs(7)));
    }
}
