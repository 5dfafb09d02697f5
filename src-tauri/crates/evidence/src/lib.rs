//! Bytes of a report in, one model of tests and findings out.
//!
//! A report is recognised by what it holds, never by its name, and read tolerantly: tools
//! write many dialects, and a person needs the figures of all of them. This crate knows no
//! network, no disk and no clock; everything a report says stays text, and is never
//! expanded, fetched or run.

mod binding;
mod bundle;
mod coordinates;
mod ctrf;
mod cyclonedx;
mod dart;
mod depth;
mod dsse;
mod error;
mod events;
mod format;
mod go_test;
mod grype;
mod in_toto;
mod issues;
mod json;
mod junit;
mod mocha;
mod newest;
mod nunit;
mod openvex;
mod package_url;
mod place;
mod provenance;
mod purl;
mod recognise;
mod report;
mod rows;
mod sarif;
mod sbom;
mod shared;
mod spdx;
mod statement;
mod summary;
mod tap;
mod test_results;
mod text;
mod time;
mod trivy;
mod trx;
pub mod version;
mod vex;
mod vulnerabilities;
mod xml;
mod xunit;

pub use binding::{Binding, ImageIdentity, PlatformImage, bind};
pub use coordinates::Coordinates;
pub use error::{ParseError, Place, Problem};
pub use format::{Format, Kind};
pub use issues::{Issue, IssueLevel};
pub use newest::{CLOCK_TOLERANCE, Candidate, Standing, newest};
pub use package_url::PackageUrl;
pub use provenance::{Material, Provenance};
pub use report::{Report, Subject, Tool};
pub use sbom::Package;
pub use shared::Shared;
pub use statement::{MANUAL_CHECK, ManualCheck, ManualFile, Statement, Verification};
pub use summary::{Packages, Summary, SummarySubject, summary};
pub use test_results::{TestCase, TestSummary, Tests, Verdict};
pub use vex::{VexStatement, VexStatus};
pub use vulnerabilities::{Finding, Severity, VulnSummary, Vulnerabilities};

/// The longest report that is read, in bytes: 512 MiB.
pub const MAX_REPORT_BYTES: usize = 512 * 1024 * 1024;

/// Reads a report; `name` is only for the error's sentence.
///
/// # Errors
/// Says what is wrong, where in the file, and what to do: empty, too large, of no kind that
/// is known, damaged, or nested too deeply.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Report, ParseError> {
    parse_text(name, bytes, None)
}

/// Reads a report of a format that is known, whatever its content seems to be.
///
/// # Errors
/// As [`parse`].
pub fn parse_as(format: Format, name: &str, bytes: &[u8]) -> Result<Report, ParseError> {
    parse_text(name, bytes, Some(format))
}

fn parse_text(name: &str, bytes: &[u8], format: Option<Format>) -> Result<Report, ParseError> {
    let fail = |format, problem| ParseError::new(name, format, problem);
    if bytes.len() > MAX_REPORT_BYTES {
        return Err(fail(format, Problem::TooLarge));
    }
    let decoded = text::decode(bytes).map_err(|problem| fail(format, problem))?;
    let content = decoded.content();
    let format = match format {
        Some(format) => format,
        None => recognise::recognise(content).map_err(|problem| fail(None, problem))?,
    };
    let mut report = checked(format, content).map_err(|problem| fail(Some(format), problem))?;
    report.warnings.splice(0..0, decoded.warning);
    Ok(report)
}

fn checked(format: Format, text: &str) -> Result<Report, Problem> {
    if matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'[')) && !format.is_stream() {
        depth::check(text)?;
    }
    read(format, text)
}

fn read(format: Format, text: &str) -> Result<Report, Problem> {
    match format {
        Format::Junit => junit::read(text),
        Format::Nunit => nunit::read(text),
        Format::Xunit => xunit::read(text),
        Format::Trx => trx::read(text),
        Format::Ctrf => ctrf::read(text),
        Format::Tap => tap::read(text),
        Format::GoTestJson => go_test::read(text),
        Format::MochaJson => mocha::read(text),
        Format::DartJson => dart::read(text),
        Format::TrivyJson => trivy::read(text),
        Format::GrypeJson => grype::read(text),
        Format::Sarif => sarif::read(text),
        Format::Openvex => openvex::read(text),
        Format::Cyclonedx => cyclonedx::read(text),
        Format::Spdx => spdx::read(text),
        Format::InToto => in_toto::read(text),
        Format::Dsse => dsse::read(text),
        Format::SigstoreBundle => bundle::read(text),
    }
}
