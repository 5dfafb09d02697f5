//! DSSE envelopes (secure-systems-lab/dsse): a payload in base64, with signatures over it.
//!
//! An in-toto statement inside is read as such; any other payload is shown as a statement of
//! which no more is known. No signature is verified here.

use crate::{
    Format, Kind, Report, Statement,
    error::Problem,
    in_toto,
    json::{self, Object, Text, each},
    shared::Pool,
    text,
};
use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::de::{IgnoredAny, MapAccess};

/// Reads the whole envelope.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = Envelope::default();
    json::read(text, &mut raw)?;
    raw.report()
}

#[derive(Default)]
struct Envelope<'a> {
    payload_type: Text<'a>,
    payload: Text<'a>,
    signatures: u64,
}

impl<'de> Object<'de> for Envelope<'de> {
    const NAMES: &'static [&'static str] = &["payloadType", "payload", "signatures"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "payloadType" => self.payload_type = map.next_value()?,
            "payload" => self.payload = map.next_value()?,
            _ => map.next_value_seed(each(|_: IgnoredAny| {
                self.signatures += 1;
                Ok(())
            }))?,
        }
        Ok(())
    }
}

impl Envelope<'_> {
    fn report(self) -> Result<Report, Problem> {
        let bytes = decode(self.payload.as_str())
            .ok_or_else(|| Problem::Inner("the envelope's payload is not base64".to_owned()))?;
        let is_statement = self.payload_type.as_str().contains("in-toto");
        let inner = match is_statement {
            true => statement(&bytes)?,
            false => Report::new(Format::Dsse, Kind::Statement),
        };
        let unsigned = (self.signatures == 0).then(|| "the envelope has no signature".to_owned());
        let mut report = Report {
            format: Format::Dsse,
            statement: Some(Statement {
                payload_type: Pool::once(self.payload_type.as_str()),
                signatures: self.signatures,
                ..inner.statement.clone().unwrap_or_default()
            }),
            ..inner
        };
        report.warnings.splice(0..0, unsigned);
        // What stands in base64 has no line in the file.
        report.move_lines(|_| None);
        Ok(report)
    }
}

fn statement(bytes: &[u8]) -> Result<Report, Problem> {
    let inside = |problem: Problem| Problem::Inner(format!("in the envelope's payload: {problem}"));
    let decoded = text::decode(bytes).map_err(inside)?;
    in_toto::read(decoded.content()).map_err(inside)
}

/// Base64 of either alphabet, padded or not.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let text = text.trim();
    let standard = GeneralPurpose::new(&STANDARD, config).decode(text);
    let decoded = standard.or_else(|_| GeneralPurpose::new(&URL_SAFE, config).decode(text));
    decoded.ok()
}
