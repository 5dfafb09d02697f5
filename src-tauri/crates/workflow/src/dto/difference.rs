//! What changed between a candidate and another image: today's golden, or what the person here
//! reviewed last.

use super::FindingRow;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a candidate is compared with.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// The golden image of today.
    #[default]
    Golden,
    /// The image of this repository that the person here decided on last.
    MyLastReview,
}

/// Asks for a comparison.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskDifference {
    /// The image.
    pub image: String,
    /// The stage; nothing takes golden.
    pub stage: Option<String>,
    /// With what.
    pub since: Since,
}

/// What changed.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct Difference {
    /// One sentence.
    pub sentence: String,
    /// What it is compared with; nothing where there is no such image.
    pub with: Option<ComparedWith>,
    /// How many of everything there are; the lists beside are cut, these are not.
    pub counts: DifferenceCounts,
    /// Findings of the other image that are gone.
    pub fixed: Vec<FindingRow>,
    /// Findings that the other image did not have.
    pub new: Vec<FindingRow>,
    /// How many both have.
    pub unchanged: u64,
    /// Tests that passed there and fail here.
    pub newly_failing: Vec<String>,
    /// Tests that failed there and pass here.
    pub newly_passing: Vec<String>,
    /// Tests that the other image did not have.
    pub new_tests: u64,
    /// Tests that are gone.
    pub gone_tests: u64,
    /// Packages that came, went, or have another version.
    pub packages: Vec<PackageRow>,
    /// Why packages cannot be compared, or not on every platform.
    pub packages_why_not: Option<String>,
    /// What it runs, and how, where that differs.
    pub config: Vec<ConfigChange>,
    /// The images that both are built on.
    pub base: BaseChange,
    /// Layers and bytes of each platform.
    pub platforms: Vec<PlatformSize>,
}

/// The other image.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ComparedWith {
    /// Its digest.
    pub digest: String,
    /// Its version.
    pub version: Option<String>,
    /// When the person here decided on it, where that is why it is compared.
    #[ts(type = "string | null")]
    pub at: Option<Timestamp>,
}

/// How many of each there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct DifferenceCounts {
    /// Findings that are gone.
    pub fixed: u64,
    /// Findings that are new.
    pub new: u64,
    /// Tests that passed there and fail here.
    pub newly_failing: u64,
    /// Tests that failed there and pass here.
    pub newly_passing: u64,
    /// Tests that ran there and are skipped here.
    pub newly_skipped: u64,
    /// Packages that came.
    pub packages_added: u64,
    /// Packages that went.
    pub packages_removed: u64,
    /// Packages with a newer version.
    pub packages_upgraded: u64,
    /// Packages with an older version.
    pub packages_downgraded: u64,
    /// Packages whose versions have no order that is known.
    pub packages_changed: u64,
    /// Packages that are the same.
    pub packages_same: u64,
}

/// What became of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PackageChange {
    /// Its version is newer, by its ecosystem's own order.
    Upgraded,
    /// Its version is older.
    Downgraded,
    /// Its version is another one, and which is newer is not known.
    Changed,
    /// It came.
    Added,
    /// It went.
    Removed,
}

/// One package, with what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PackageRow {
    /// Its name, with its namespace where people call it by that.
    pub name: String,
    /// Its ecosystem: `deb`, `npm`; empty where the report does not say.
    pub ecosystem: String,
    /// The version there; nothing where it is not there, or nothing is compared.
    pub before: Option<String>,
    /// The version here; nothing where it went.
    pub version: Option<String>,
    /// What became of it; nothing where it is the same, or nothing is compared.
    pub change: Option<PackageChange>,
    /// The platforms it is so on; empty where that is every one.
    pub platforms: Vec<String>,
    /// Its licences, as the report gives them.
    pub licences: Vec<String>,
    /// Digest of the report that lists it.
    pub evidence: String,
    /// Line in that report.
    pub line: Option<u64>,
}

/// Something of the configuration that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ConfigChange {
    /// Which part.
    pub part: ConfigPart,
    /// The variable's or label's name.
    pub name: Option<String>,
    /// What it was; nothing where it was not there.
    pub before: Option<String>,
    /// What it is; nothing where it went.
    pub now: Option<String>,
    /// The values look like a secret, so they are not shown.
    pub hidden: bool,
    /// The platforms it is so on; empty where that is every one.
    pub platforms: Vec<String>,
}

/// A part of an image's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ConfigPart {
    /// The entry point.
    EntryPoint,
    /// The command.
    Command,
    /// The user it runs as.
    User,
    /// The folder it starts in.
    Folder,
    /// A port.
    Port,
    /// A volume.
    Volume,
    /// An environment variable.
    Variable,
    /// A label.
    Label,
}

/// The images that both are built on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct BaseChange {
    /// The other image's.
    pub before: Option<BaseImage>,
    /// This image's.
    pub now: Option<BaseImage>,
    /// In words: "built on debian:12, 51 days old, a newer one than golden's".
    pub words: String,
}

/// An image that another is built on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct BaseImage {
    /// Its name, as it is given.
    pub name: Option<String>,
    /// Its digest.
    pub digest: Option<String>,
    /// When its first layer was made, which is how old it is.
    #[ts(type = "string | null")]
    pub created: Option<Timestamp>,
    /// Who says so: "an annotation", "a label", "the provenance".
    pub source: String,
}

/// Layers and bytes of one platform, beside those of the other image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PlatformSize {
    /// The platform.
    pub platform: String,
    /// Whether both images have it.
    pub state: PlatformState,
    /// Layers that both begin with.
    pub shared: u64,
    /// Layers that only this image has.
    pub added: u64,
    /// Layers that only the other image has.
    pub removed: u64,
    /// Bytes of its layers.
    pub size: u64,
    /// Bytes of the other image's layers.
    pub before: Option<u64>,
    /// Bytes of the layers that both begin with.
    pub shared_size: u64,
}

/// Whether both images have a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PlatformState {
    /// Both have it.
    Both,
    /// Only this image has it, or nothing is compared.
    Here,
    /// Only the other image has it.
    Gone,
}

/// The layers of one platform, base first.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PlatformLayers {
    /// The platform with its figures.
    pub platform: PlatformSize,
    /// The steps it was built by; then the layers that only the other image has.
    pub steps: Vec<LayerStep>,
    /// How many more steps there are than are listed.
    pub more: u64,
}

/// A step of a build, with the layer that it made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LayerStep {
    /// What made it; foreign text, cut where it is long.
    pub created_by: Option<String>,
    /// When.
    #[ts(type = "string | null")]
    pub created: Option<Timestamp>,
    /// The layer; nothing where it changed no file.
    pub layer: Option<String>,
    /// Bytes of that layer.
    pub size: Option<u64>,
    /// Whether the other image has that layer; nothing where nothing is compared.
    pub mark: Option<LayerMark>,
}

/// Which image has a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum LayerMark {
    /// Both.
    Shared,
    /// Only this one.
    Added,
    /// Only the other one.
    Removed,
}

/// Asks for a page of the findings that changed.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct FindingsSinceQuery {
    /// What is compared with what.
    pub of: AskDifference,
    /// Which ones.
    pub show: FindingsSince,
    /// Part of an identifier, package or title.
    pub text: Option<String>,
    /// Rows to pass over.
    pub offset: u64,
    /// Rows to return, at most 60.
    pub limit: u64,
}

/// Which findings of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum FindingsSince {
    /// Those that the other image did not have.
    New,
    /// Those that are gone.
    Fixed,
    /// Those that both have.
    Unchanged,
}

/// Asks for a page of the tests that changed.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct TestsSinceQuery {
    /// What is compared with what.
    pub of: AskDifference,
    /// Which ones.
    pub show: TestsSince,
    /// Part of a name.
    pub text: Option<String>,
    /// Rows to pass over.
    pub offset: u64,
    /// Rows to return, at most 60.
    pub limit: u64,
}

/// What became of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum TestsSince {
    /// It passed there and fails here.
    NewlyFailing,
    /// It failed there and passes here.
    NewlyPassing,
    /// It ran there and is skipped here.
    NewlySkipped,
    /// It is not there.
    New,
    /// It is not here.
    Gone,
}

/// A page of tests that changed.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TestsSincePage {
    /// The rows, by suite and name.
    pub rows: Vec<TestChange>,
    /// How many rows there are in all.
    pub total: u64,
}

/// A test that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct TestChange {
    /// What became of it.
    pub change: TestsSince,
    /// Suite.
    pub suite: String,
    /// Class and name.
    pub name: String,
    /// The failure's message, cut where it is long.
    pub message: Option<String>,
    /// Digest of the report; the other image's, where it is gone.
    pub evidence: String,
    /// Line in that report.
    pub line: Option<u64>,
}

/// Asks for a page of packages.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PackagesQuery {
    /// What is compared with what.
    pub of: AskDifference,
    /// Which ones.
    pub show: PackagesShow,
    /// Part of a name, version or licence.
    pub text: Option<String>,
    /// Rows to pass over.
    pub offset: u64,
    /// Rows to return, at most 60.
    pub limit: u64,
}

/// Which packages to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PackagesShow {
    /// All, those that went among them.
    All,
    /// With another version, come, or gone.
    Differing,
    /// With a newer version.
    Upgraded,
    /// With an older version, or one of no known order.
    Downgraded,
    /// Those that came.
    Added,
    /// Those that went.
    Removed,
}

/// A page of packages.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PackagesPage {
    /// The rows: by name.
    pub rows: Vec<PackageRow>,
    /// How many rows there are in all.
    pub total: u64,
    /// How many packages the image has, as far as an SBOM tells; nothing where none counts.
    pub packages: Option<u64>,
}
