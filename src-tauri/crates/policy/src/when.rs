//! How a rule is taken: whether it blocks or warns, and from which day on.

use crate::{Check, CheckVerdict};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// What a rule that is not met does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consequence {
    /// The stage is refused.
    #[default]
    Block,
    /// It is said, and nothing is refused.
    Warn,
}

/// How one rule is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct When {
    pub(crate) level: Consequence,
    pub(crate) from: Option<Date>,
}

impl When {
    /// Whether what is not met is refused now. Days begin in UTC, everywhere alike.
    pub(crate) fn blocks(self, now: Timestamp) -> bool {
        self.level == Consequence::Block && self.begun(now)
    }

    fn begun(self, now: Timestamp) -> bool {
        let today = TimeZone::UTC.to_datetime(now).date();
        self.from.is_none_or(|from| today >= from)
    }

    /// The check as this rule is taken: a failure may be a warning, for now or for good.
    pub(crate) fn applied(self, mut check: Check, now: Timestamp) -> Check {
        if check.verdict != CheckVerdict::Fail || self.blocks(now) {
            return check;
        }
        check.verdict = CheckVerdict::Warn;
        if let (Consequence::Block, Some(from)) = (self.level, self.from) {
            let day = day(from);
            check
                .reason
                .push_str(&format!(" This begins to block on {day}."));
        }
        check
    }

    /// A rule in words, with how it is taken.
    pub(crate) fn in_words(self, rule: &str) -> String {
        let rule = rule.trim_end_matches('.');
        match (self.level, self.from) {
            (Consequence::Block, None) => format!("{rule}."),
            (Consequence::Block, Some(from)) => format!("{rule}; blocks from {} on.", day(from)),
            (Consequence::Warn, None) => format!("{rule}; else a warning."),
            (Consequence::Warn, Some(from)) => {
                format!("{rule}; else a warning, from {} on.", day(from))
            }
        }
    }
}

fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// The day on which a rule begins.
pub(crate) fn begins<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    let text = String::deserialize(from)?;
    let day = text
        .parse()
        .map_err(|_| serde::de::Error::custom(format!("“{text}” is no day: write “2026-12-01”")));
    day.map(Some)
}

/// A rule's table in the policy: its own keys, `level` and `from`, and no other.
macro_rules! rule {
    ($(#[$doc:meta])* pub struct $name:ident {
        $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
            /// Whether it blocks or warns.
            #[serde(default)]
            pub level: crate::Consequence,
            /// The day from which on it counts.
            #[serde(
                default,
                deserialize_with = "crate::when::begins",
                skip_serializing_if = "Option::is_none"
            )]
            pub from: Option<jiff::civil::Date>,
        }

        impl $name {
            pub(crate) fn when(&self) -> crate::when::When {
                crate::when::When { level: self.level, from: self.from }
            }
        }
    };
}
pub(crate) use rule;
