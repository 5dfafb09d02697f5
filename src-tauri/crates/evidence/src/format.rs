//! What a report is written in, and what it speaks of: the contract's closed lists.
//!
//! Every format of the contract has a name here, and a reader of its own.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! names {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident => $name:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $type {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)+
        }

        impl $type {
            /// Every value, in the contract's order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The contract's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

names! {
    /// How a report is written.
    Format {
        /// JUnit XML, in any tool's dialect.
        Junit => "junit",
        /// NUnit 2 or 3 XML.
        Nunit => "nunit",
        /// xUnit.net XML.
        Xunit => "xunit",
        /// Visual Studio's test results.
        Trx => "trx",
        /// Common Test Report Format, JSON.
        Ctrf => "ctrf",
        /// Test Anything Protocol.
        Tap => "tap",
        /// The event stream of `go test -json`.
        GoTestJson => "go-test-json",
        /// Mocha's JSON reporter.
        MochaJson => "mocha-json",
        /// The event stream of `dart test --reporter json`.
        DartJson => "dart-json",
        /// Trivy's JSON report.
        TrivyJson => "trivy-json",
        /// Grype's JSON report.
        GrypeJson => "grype-json",
        /// SARIF 2.1.0.
        Sarif => "sarif",
        /// CycloneDX, JSON or XML.
        Cyclonedx => "cyclonedx",
        /// SPDX, JSON or tag-value.
        Spdx => "spdx",
        /// OpenVEX.
        Openvex => "openvex",
        /// An in-toto statement without an envelope.
        InToto => "in-toto",
        /// A DSSE envelope.
        Dsse => "dsse",
        /// A Sigstore bundle.
        SigstoreBundle => "sigstore-bundle",
    }
}

names! {
    /// What a report speaks of.
    Kind {
        /// Test results.
        Tests => "tests",
        /// A vulnerability scan.
        Vulnerabilities => "vulnerabilities",
        /// A bill of materials.
        Sbom => "sbom",
        /// Which vulnerabilities apply, and which do not.
        Vex => "vex",
        /// How and where an image was built.
        Provenance => "provenance",
        /// Findings that are not about vulnerabilities.
        Findings => "findings",
        /// A signed or bare statement of another kind.
        Statement => "statement",
    }
}

impl Format {
    /// The kind that every report of this format has; none where its content decides.
    pub fn kind(self) -> Option<Kind> {
        match self {
            Self::Junit
            | Self::Nunit
            | Self::Xunit
            | Self::Trx
            | Self::Ctrf
            | Self::Tap
            | Self::GoTestJson
            | Self::MochaJson
            | Self::DartJson => Some(Kind::Tests),
            Self::TrivyJson | Self::GrypeJson => Some(Kind::Vulnerabilities),
            Self::Spdx => Some(Kind::Sbom),
            Self::Openvex => Some(Kind::Vex),
            Self::Sarif | Self::Cyclonedx | Self::InToto | Self::Dsse | Self::SigstoreBundle => {
                None
            }
        }
    }

    /// Whether it is a stream of JSON values, one a line.
    pub(crate) fn is_stream(self) -> bool {
        matches!(self, Self::GoTestJson | Self::DartJson)
    }
}

impl Kind {
    /// The kind in a sentence, such as “no scan counts for this image”.
    pub fn words(self) -> &'static str {
        match self {
            Self::Tests => "test report",
            Self::Vulnerabilities => "vulnerability scan",
            Self::Sbom => "SBOM",
            Self::Vex => "VEX document",
            Self::Provenance => "provenance",
            Self::Findings => "findings report",
            Self::Statement => "statement",
        }
    }
}
