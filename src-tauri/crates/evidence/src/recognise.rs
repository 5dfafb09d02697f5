//! Recognition.
use crate::{Format, error::Problem};
pub(crate) fn recognise(_text: &str) -> Result<Format, Problem> {
    Err(Problem::Empty)
}
