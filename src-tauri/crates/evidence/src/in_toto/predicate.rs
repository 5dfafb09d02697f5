//! Which predicate is read how.

use super::{manual, provenance, scans, test_result, unknown, verification};
use crate::{
    Format, MANUAL_CHECK, Report, cyclonedx,
    error::Problem,
    json::{self, Object},
    openvex, recognise, spdx,
    text::short,
};
use serde::de::MapAccess;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Reads a predicate of this type.
pub(super) fn read(kind: &str, text: &str) -> Result<Report, Problem> {
    let family = |prefix: &str| kind.starts_with(prefix);
    let report = if family("https://spdx.dev/Document") {
        document(text, spdx::read)?
    } else if family("https://cyclonedx.org/") {
        document(text, cyclonedx::read)?
    } else if family("https://openvex.dev/ns") {
        document(text, openvex::read)?
    } else if family("https://in-toto.io/attestation/test-result/") {
        test_result::read(text)?
    } else if family("https://in-toto.io/attestation/vulns/") {
        scans::read_vulns(text)?
    } else if family("https://cosign.sigstore.dev/attestation/vuln/") {
        scans::read_cosign(text)?
    } else if family("https://scout.docker.com/vulnerabilities/") {
        scans::read_scout(text)?
    } else if family("https://slsa.dev/provenance/v0.") {
        provenance::read_v0(text)?
    } else if family("https://slsa.dev/provenance/") {
        provenance::read_v1(text)?
    } else if kind == MANUAL_CHECK {
        manual::read(text)?
    } else if is_verification(kind) {
        verification::read(text)?
    } else {
        unknown()
    };
    Ok(warned(kind, report))
}

fn is_verification(kind: &str) -> bool {
    let families = ["https://slsa.dev/", "https://conforma.dev/"];
    let mut rest = families
        .iter()
        .filter_map(|family| kind.strip_prefix(family));
    rest.any(|rest| rest.starts_with("verification_summary/"))
}

/// A version of a predicate that is read and not known is mentioned.
fn warned(kind: &str, mut report: Report) -> Report {
    const KNOWN: [(&str, &[&str]); 7] = [
        ("https://in-toto.io/attestation/test-result/", &["v0.1"]),
        ("https://in-toto.io/attestation/vulns/", &["v0.1", "v0.2"]),
        ("https://cosign.sigstore.dev/attestation/vuln/", &["v1"]),
        ("https://scout.docker.com/vulnerabilities/", &["v0.1"]),
        (
            "https://slsa.dev/provenance/",
            &["v0.1", "v0.2", "v1", "v1.0"],
        ),
        (
            "https://slsa.dev/verification_summary/",
            &["v0.1", "v0.2", "v1"],
        ),
        ("https://conforma.dev/verification_summary/", &["v1"]),
    ];
    let mut families = KNOWN.iter();
    let found = families.find_map(|(family, known)| Some((kind.strip_prefix(family)?, known)));
    if let Some((version, known)) = found.filter(|(version, known)| !known.contains(version)) {
        let newest = known.last().copied().unwrap_or_default();
        let version = short(version, 40);
        report.warnings.push(format!(
            "version {version} of the predicate is not known; it is read as version {newest}"
        ));
    }
    report
}

/// A document that stands in the predicate, as it is or wrapped as cosign does: as a text, or
/// in a member `Data`.
fn document(text: &str, read: impl Fn(&str) -> Result<Report, Problem>) -> Result<Report, Problem> {
    let data = wrapped(text);
    let inner = data.unwrap_or(text);
    match inner.starts_with('"') {
        false => read(inner),
        true => {
            let plain: Cow<'_, str> = serde_json::from_str(inner)
                .map(Cow::Owned)
                .map_err(|error| crate::place::json_problem(inner, &error))?;
            // Lines within a text that JSON escapes are no lines of the file.
            let mut report = read(&plain)?;
            report.move_lines(|_| None);
            Ok(report)
        }
    }
}

/// The member `Data`, if the predicate is cosign's.
fn wrapped(text: &str) -> Option<&str> {
    #[derive(Default)]
    struct Data<'a>(Option<&'a RawValue>);

    impl<'de> Object<'de> for Data<'de> {
        const NAMES: &'static [&'static str] = &["Data"];

        fn member<A: MapAccess<'de>>(&mut self, _: &str, map: &mut A) -> Result<(), A::Error> {
            self.0 = map.next_value()?;
            Ok(())
        }
    }

    let mut data = Data::default();
    json::read(text, &mut data).ok()?;
    data.0.map(RawValue::get)
}

/// A scanner's own report, where it is of a format that is read.
pub(super) fn scan(text: &str) -> Option<Result<Report, Problem>> {
    let format = recognise::recognise(text).ok()?;
    let is_scan = [
        Format::TrivyJson,
        Format::GrypeJson,
        Format::Sarif,
        Format::Cyclonedx,
    ]
    .contains(&format);
    is_scan.then(|| crate::read(format, text))
}
