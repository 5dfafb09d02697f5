//! Trivy's JSON.
use crate::{Report, error::Problem};
pub(crate) fn read(_text: &str) -> Result<Report, Problem> {
    Err(Problem::Empty)
}
