//! The workspace and the state of the things around it.

use super::Me;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the window needs to draw its frame.
#[derive(Clone, Debug, Serialize, TS)]
pub struct AppState {
    /// Hallmark's own version.
    pub version: String,
    /// The open workspace.
    pub workspace: WorkspaceInfo,
    /// Who sits here; nothing until first run ended.
    pub me: Option<Me>,
    /// First run has not ended: there is no name or no key.
    pub first_run: bool,
    /// The screen to begin with.
    pub home_screen: HomeScreen,
    /// Light, dark, or as the system says.
    pub appearance: Appearance,
    /// Where secrets live, and whether that works.
    pub keyring: Keyring,
    /// Other workspaces on this machine, to switch to.
    pub workspaces: Vec<OtherWorkspace>,
}

/// One workspace.
#[derive(Clone, Debug, Serialize, TS)]
pub struct WorkspaceInfo {
    /// Its identifier, kept for life.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// Its folder on this machine.
    pub home: String,
    /// Solo, team or practice.
    pub kind: WorkspaceKind,
    /// The team's workspace repository.
    pub repository: Option<String>,
    /// The version of the team's workspace document that is in force.
    pub document: Option<DocumentInfo>,
    /// Where to read and edit the rules by hand.
    pub policy_file: String,
}

/// How a workspace is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum WorkspaceKind {
    /// One person, local files.
    Solo,
    /// Shared through a repository in the team's registry.
    Team,
    /// The practice workspace: a registry inside the program.
    Practice,
}

/// The signed workspace document that is in force.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DocumentInfo {
    /// Its manifest's digest.
    pub digest: String,
    /// Counts up from 1.
    pub version: u64,
    /// Who signed it.
    pub signed_by: String,
}

/// A workspace that the window may switch to.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, TS)]
pub struct OtherWorkspace {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub home: String,
}

/// What a person came to do; it sets the home screen and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum HomeScreen {
    /// Approve: Review.
    #[default]
    Approve,
    /// Build: Registries.
    Build,
    /// Audit: History.
    Audit,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Appearance {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Whether secrets can be kept, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Keyring {
    /// Works, missing, locked or broken.
    pub state: KeyringState,
    /// Where secrets live, in words: "Secret Service", "this session's memory".
    pub place: String,
    /// The store in use.
    pub store: SecretStore,
    /// What is wrong and what to do, where something is.
    pub problem: Option<String>,
}

/// Whether the keyring works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum KeyringState {
    /// Written, read and deleted a moment ago.
    Ok,
    /// There is none.
    Missing,
    /// It does not answer until a person unlocks it.
    Locked,
    /// It answered with an error.
    Broken,
}

/// Which store keeps secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum SecretStore {
    /// The operating system's keyring.
    #[default]
    Keyring,
    /// Memory, until the program ends.
    Memory,
    /// A file encrypted with a passphrase.
    PassphraseFile,
}

/// What first run asks.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct FirstRun {
    /// The person's name, as it stands on decisions.
    pub name: String,
    /// What they came to do.
    pub home_screen: HomeScreen,
}

/// The choice of where secrets live, made in words.
#[derive(Clone, Deserialize, TS)]
pub struct ChooseStore {
    /// The store.
    pub store: SecretStore,
    /// The passphrase, for the passphrase file.
    pub passphrase: Option<String>,
}

/// The status bar.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Status {
    /// Where secrets live.
    pub keyring: Keyring,
    /// Each registry with what was last seen of it.
    pub registries: Vec<RegistryState>,
    /// The history.
    pub history: HistoryState,
    /// Promotions that were cut off and wait to be settled.
    pub open_intents: u64,
    /// Tags that named something else than what was put there, when they were last looked at.
    pub drifted: u64,
}

/// What was last seen of a registry.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RegistryState {
    /// Its host.
    pub host: String,
    /// Reached, failing, or not tried yet.
    pub state: Reach,
    /// The reason of a failure.
    pub problem: Option<String>,
    /// When it was last tried.
    #[ts(type = "string | null")]
    pub tried_at: Option<Timestamp>,
}

/// Whether something answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Not tried since the program started.
    Untried,
    /// It answered.
    Ok,
    /// It did not.
    Failing,
}

/// The history in a line.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryState {
    /// How many entries there are.
    pub entries: u64,
    /// Up to which entry it was verified.
    pub verified_to: Option<u64>,
    /// When.
    #[ts(type = "string | null")]
    pub verified_at: Option<Timestamp>,
    /// What the last verification found wrong; nothing where all was well.
    pub problem: Option<String>,
}
