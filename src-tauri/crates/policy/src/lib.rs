//! Rules, checks and the default golden policy.
//!
//! A policy is a TOML text that a person reads and edits; it is judged on facts that others
//! gathered. This crate knows no network, no disk and no clock, and verifies no signature:
//! who vouches for a piece of evidence is one of the facts.

mod check;
mod error;
mod facts;
mod pattern;
mod policy;
mod raw;
mod rego;
mod rules;
mod set_aside;
mod stage;
mod voucher;
mod when;
mod words;

pub use check::{Check, CheckVerdict, Evaluation, Verdict};
pub use error::PolicyError;
pub use facts::{About, Base, Covers, Facts, ImageConfig, Item};
pub use pattern::Packages;
pub use policy::Policy;
pub use rules::{
    BaseRule, EvidenceAgeRule, ForbiddenRule, ImageAgeRule, LabelsRule, LicencesRule, ManualRule,
    MinimumRule, MoreRules, PatchedRule, Percent, RecommendedRule, RegoRule, SeveritiesRule,
    TestAmountRule, UserRule, evaluate, evaluate_with,
};
pub use set_aside::{VexWord, VexWords, Waived};
pub use stage::{Level, ScanRules, SignedRule, Signer, StageRules, TestRules};
pub use voucher::Voucher;
pub use when::Consequence;
