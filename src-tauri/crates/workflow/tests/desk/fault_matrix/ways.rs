//! The ways in which one request fails.

use hallmark_image::Digest;
use hallmark_practice::{
    Running,
    faults::{Effect, Fault, Hold},
};

/// A failure of one request, or of all from one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    Refused,
    Closed,
    AnswerLost,
    ClosedBeforeBody,
    Truncated,
    Held,
    Stalled,
    Status(u16),
    StatusFromThenOn(u16),
    StatusAfterwards(u16),
    LimitedForAnHour,
    DigestLie,
    WrongBytes,
    SentElsewhere,
}

pub const WAYS: [Way; 20] = [
    Way::Refused,
    Way::Closed,
    Way::AnswerLost,
    Way::ClosedBeforeBody,
    Way::Truncated,
    Way::Held,
    Way::Stalled,
    Way::Status(400),
    Way::Status(401),
    Way::Status(403),
    Way::Status(404),
    Way::Status(500),
    Way::Status(503),
    Way::StatusFromThenOn(503),
    Way::StatusAfterwards(500),
    Way::StatusAfterwards(202),
    Way::LimitedForAnHour,
    Way::DigestLie,
    Way::WrongBytes,
    Way::SentElsewhere,
];

/// Those that a promotion of very many requests is put to.
pub const MOST: [Way; 12] = [
    Way::Refused,
    Way::Closed,
    Way::AnswerLost,
    Way::Truncated,
    Way::Held,
    Way::Status(401),
    Way::Status(403),
    Way::Status(404),
    Way::StatusFromThenOn(503),
    Way::StatusAfterwards(500),
    Way::LimitedForAnHour,
    Way::WrongBytes,
];

impl Way {
    /// Lets request number `nth` from now on, counted from nought, fail like this.
    pub fn strike(self, registry: &Running, nth: usize) {
        let fault = Fault::anywhere("/", self.effect());
        let fault = match self {
            // It goes away after the one before; the very first finds it gone already.
            Self::Refused => fault.skip(nth.saturating_sub(1)).once(),
            Self::StatusFromThenOn(_) => fault.skip(nth),
            _ => fault.skip(nth).once(),
        };
        registry.inject(fault);
    }

    fn effect(self) -> Effect {
        match self {
            Self::Refused => Effect::Leave,
            Self::Closed => Effect::CloseUnanswered,
            Self::AnswerLost => Effect::LoseAnswer,
            Self::ClosedBeforeBody => Effect::CloseBeforeBody,
            Self::Truncated => Effect::TruncateBody,
            Self::Held => Effect::Hold(Hold::new()),
            Self::Stalled => Effect::StallBody(Hold::new()),
            Self::Status(status) | Self::StatusFromThenOn(status) => Effect::status(status),
            Self::StatusAfterwards(status) => Effect::StatusAfterwards(status),
            Self::LimitedForAnHour => Effect::Status {
                status: 429,
                headers: vec![("Retry-After".into(), "3600".into())],
                body: "slow down".into(),
            },
            Self::DigestLie => Effect::DigestLie(Digest::sha256("another image")),
            Self::WrongBytes => Effect::WrongBytes,
            Self::SentElsewhere => Effect::redirect(302, "http://127.0.0.1:9/"),
        }
    }
}
