//! Every rule with evidence that passes, evidence that fails, and none; judged on reports
//! that were really read.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod attached;
mod fixture;
mod more;
mod rego;
mod scan;
mod set_aside;
mod signed;
mod test_results;
mod whole;
