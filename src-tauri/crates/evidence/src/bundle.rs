//! Sigstore bundles, versions 0.1 to 0.3: an envelope or a bare signature, with what it takes
//! to verify it.
//!
//! Nothing is verified here.

use crate::{
    Format, Kind, Report, Statement, Subject, dsse,
    error::Problem,
    json::{self, Nested, Object, Text},
    text::short,
};
use hallmark_image::Digest;
use serde::{Deserialize, de::MapAccess};
use serde_json::value::RawValue;

/// Reads the whole bundle.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawBundle::default();
    json::read(text, &mut raw)?;
    raw.report()
}

#[derive(Default)]
struct RawBundle<'a> {
    media_type: Text<'a>,
    envelope: Option<&'a RawValue>,
    message: Option<MessageSignature<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct MessageSignature<'a> {
    #[serde(borrow)]
    message_digest: Nested<MessageDigest<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MessageDigest<'a> {
    #[serde(borrow)]
    algorithm: Text<'a>,
    #[serde(borrow)]
    digest: Text<'a>,
}

impl<'de> Object<'de> for RawBundle<'de> {
    const NAMES: &'static [&'static str] = &["mediaType", "dsseEnvelope", "messageSignature"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "mediaType" => self.media_type = map.next_value()?,
            "dsseEnvelope" => self.envelope = map.next_value()?,
            _ => self.message = map.next_value()?,
        }
        Ok(())
    }
}

impl RawBundle<'_> {
    fn report(self) -> Result<Report, Problem> {
        let new = self.new_version();
        let inner = match (self.envelope, &self.message) {
            (Some(envelope), _) => dsse::read(envelope.get())?,
            (None, Some(message)) => message.report(),
            (None, None) => {
                let what = "the bundle has neither an envelope nor a signature";
                return Err(Problem::Inner(what.to_owned()));
            }
        };
        let mut report = Report {
            format: Format::SigstoreBundle,
            ..inner
        };
        report.warnings.splice(0..0, new);
        Ok(report)
    }

    fn new_version(&self) -> Option<String> {
        let kind = self.media_type.as_str();
        let known = ["0.1", "0.2", "0.3"];
        let forms = |version: &str| {
            kind == format!("application/vnd.dev.sigstore.bundle+json;version={version}")
                || kind == format!("application/vnd.dev.sigstore.bundle.v{version}+json")
        };
        (!known.iter().any(|version| forms(version))).then(|| {
            let kind = short(kind, 80);
            format!("the bundle's media type “{kind}” is not known; it is read as version 0.3")
        })
    }
}

impl MessageSignature<'_> {
    /// A signature over bytes of which no more is known than their digest.
    fn report(&self) -> Report {
        let digest = &self.message_digest;
        let subject = Subject {
            digest: sha256(digest.algorithm.as_str(), digest.digest.as_str()),
            ..Subject::default()
        };
        Report {
            subject: subject.known(),
            statement: Some(Statement {
                signatures: 1,
                ..Statement::default()
            }),
            ..Report::new(Format::SigstoreBundle, Kind::Statement)
        }
    }
}

fn sha256(algorithm: &str, digest: &str) -> Option<Digest> {
    let bytes = dsse::decode(digest).filter(|_| matches!(algorithm, "SHA2_256" | "1"))?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}").parse().ok()
}
