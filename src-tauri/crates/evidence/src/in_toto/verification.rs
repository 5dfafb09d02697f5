//! Verification summaries (slsa.dev/verification_summary/v1): somebody's verdict.

use super::unknown;
use crate::{
    Report, Statement, Verification,
    error::Problem,
    json::{List, Nested, Text},
    place,
    shared::Pool,
    time,
};
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Raw<'a> {
    #[serde(borrow)]
    verifier: Nested<Id<'a>>,
    #[serde(borrow)]
    time_verified: Text<'a>,
    #[serde(borrow)]
    resource_uri: Text<'a>,
    #[serde(borrow)]
    policy: Nested<Policy<'a>>,
    #[serde(borrow, alias = "verification_result")]
    verification_result: Text<'a>,
    #[serde(borrow)]
    verified_levels: List<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Id<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Policy<'a> {
    #[serde(borrow)]
    uri: Text<'a>,
}

/// Reads the predicate.
pub(super) fn read(text: &str) -> Result<Report, Problem> {
    let raw: Raw<'_> =
        serde_json::from_str(text).map_err(|error| place::json_problem(text, &error))?;
    let levels = raw.verified_levels.0.iter();
    let verdict = Verification {
        result: Pool::once(raw.verification_result.as_str()),
        verifier: Pool::once(raw.verifier.id.as_str()),
        resource: Pool::once(raw.resource_uri.as_str()),
        policy: Pool::once(raw.policy.uri.as_str()),
        levels: levels
            .filter_map(|level| Pool::once(level.as_str()))
            .collect(),
        at: time::timestamp(raw.time_verified.as_str()),
    };
    Ok(Report {
        produced_at: verdict.at,
        statement: Some(Statement {
            verdict: Some(verdict),
            ..Statement::default()
        }),
        ..unknown()
    })
}
