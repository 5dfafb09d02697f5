//! Bytes of a report in, one model of tests and findings out.
//!
//! A report is recognised by what it holds, never by its name, and read tolerantly: tools
//! write many dialects, and a person needs the figures of all of them. This crate knows no
//! network, no disk and no clock; everything a report says stays text, and is never
//! expanded, fetched or run.

mod binding;
mod error;
mod format;
mod json;
mod junit;
mod newest;
mod place;
mod recognise;
mod report;
mod summary;
mod test_results;
mod text;
mod time;
mod trivy;
mod vulnerabilities;
mod xml;

pub use binding::{Binding, ImageIdentity, PlatformImage, bind};
pub use error::{ParseError, Place, Problem};
pub use format::{Format, Kind};
pub use newest::{CLOCK_TOLERANCE, Candidate, Standing, newest};
pub use report::{Report, Subject, Tool};
pub use summary::{Packages, Summary, SummarySubject, summary};
pub use test_results::{TestCase, TestSummary, Tests, Verdict};
pub use vulnerabilities::{Finding, Severity, VulnSummary, Vulnerabilities};

/// The longest report that is read, in bytes: 512 MiB.
pub const MAX_REPORT_BYTES: usize = 512 * 1024 * 1024;

/// Reads a report; `name` is only for the error's sentence.
///
/// # Errors
/// Says what is wrong, where in the file, and what to do: empty, too large, of no kind that
/// is known, of a format that this version does not read yet, damaged, or nested too deeply.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Report, ParseError> {
    let fail = |format, problem| ParseError::new(name, format, problem);
    if bytes.len() > MAX_REPORT_BYTES {
        return Err(fail(None, Problem::TooLarge));
    }
    let decoded = text::decode(bytes).map_err(|problem| fail(None, problem))?;
    let content = decoded.content();
    let format = recognise::recognise(content).map_err(|problem| fail(None, problem))?;
    let read = match format {
        Format::Junit => junit::read(content),
        Format::TrivyJson => trivy::read(content),
        other => Err(Problem::NotReadYet(other)),
    };
    let mut report = read.map_err(|problem| fail(Some(format), problem))?;
    report.warnings.splice(0..0, decoded.warning);
    Ok(report)
}
