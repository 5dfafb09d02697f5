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

/// From here on a number is a moment of our days, and not a span of seconds.
const A_MOMENT: i64 = 1_000_000_000;

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

/// How long the registry asks to wait: `Retry-After` in seconds or as a date (RFC 9110,
/// section 10.2.3), else whatever its rate limit says of the time it ends.
pub(crate) fn asked_pause(answer: &Answer, now: Timestamp) -> Option<Duration> {
    retry_after(answer, now).or_else(|| reset(answer, now))
}

fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let text = answer.header(RETRY_AFTER.as_str())?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let until = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

/// Docker Hub gives the moment (`X-Retry-After`); others the seconds that are left or the
/// moment (`RateLimit-Reset`, GitHub's `X-RateLimit-Reset`). Only refusals are read this way:
/// the same headers come with every good answer.
fn reset(answer: &Answer, now: Timestamp) -> Option<Duration> {
    if answer.status != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let names = ["x-retry-after", "ratelimit-reset", "x-ratelimit-reset"];
    let text = names.iter().find_map(|name| answer.header(name))?;
    let number: i64 = text.trim().parse().ok()?;
    let seconds = match number {
        ..A_MOMENT => number,
        moment => moment.saturating_sub(now.as_second()),
    };
    Some(Duration::from_secs(
        u64::try_from(seconds).unwrap_or_default(),
    ))
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
    fn a_rate_limit_says_when_it_ends_as_a_moment_or_as_seconds() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let read = |name: &'static str, text: String| {
            let mut limited = answer("soon");
            limited.headers.insert(name, text.parse().unwrap());
            asked_pause(&limited, now).map(|pause| pause.as_secs())
        };
        let moment = (now.as_second() + 90).to_string();
        assert_eq!(read("x-retry-after", moment.clone()), Some(90));
        assert_eq!(read("x-ratelimit-reset", moment), Some(90));
        assert_eq!(read("ratelimit-reset", "45".into()), Some(45));
        assert_eq!(read("ratelimit-reset", "soon".into()), None);
    }

    #[test]
    fn a_good_answer_with_a_rate_limit_is_no_reason_to_wait() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let mut good = answer("soon");
        good.status = StatusCode::OK;
        good.headers
            .insert("ratelimit-reset", "45".parse().unwrap());
        assert_eq!(asked_pause(&good, now), None);
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
