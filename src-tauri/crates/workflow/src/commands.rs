//! The one table of what the window may ask: each command's name, what it takes, what it gives.
//!
//! The shell registers exactly these, and the TypeScript the window compiles against is
//! generated from them, so neither can have a command that the other has not.

use crate::{dto, error::Error};
use std::collections::BTreeMap;
use ts_rs::{Config, TS, TypeVisitor};

/// A command's name with the TypeScript of its request and its reply.
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub request: String,
    /// What it gives.
    pub reply: String,
    /// Whether it streams progress and can be cancelled.
    pub long: bool,
}

macro_rules! commands {
    ($($name:ident : $request:ty => $reply:ty $(, $long:ident)?;)*) => {
        /// Every command, in the order of the screens.
        pub fn table(config: &Config) -> Vec<Signature> {
            vec![$(Signature {
                name: stringify!($name),
                request: <$request as TS>::name(config),
                reply: <$reply as TS>::name(config),
                long: commands!(@long $($long)?),
            }),*]
        }

        /// Every command's name.
        pub fn names() -> Vec<&'static str> {
            vec![$(stringify!($name)),*]
        }

        /// The declarations of every type that the table names, by name.
        pub fn declarations(config: &Config) -> BTreeMap<String, String> {
            let mut found = Declarations { config, found: BTreeMap::new() };
            $(found.visit::<$request>(); found.visit::<$reply>();)*
            found.visit::<dto::Progress>();
            found.visit::<Error>();
            found.found
        }
    };
    (@long long) => { true };
    (@long) => { false };
}

/// Walks from a type to all that it is made of.
struct Declarations<'c> {
    config: &'c Config,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let named = T::output_path().is_some();
        if named && self.found.contains_key(&T::ident(self.config)) {
            return;
        }
        if named {
            self.found
                .insert(T::ident(self.config), T::decl(self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

commands! {
    app_state: () => dto::AppState;
    status: () => dto::Status;
    first_run: dto::FirstRun => dto::AppState;
    choose_store: dto::ChooseStore => dto::AppState;
    retry_keyring: () => dto::Keyring;
    set_appearance: dto::Appearance => dto::AppState;
    set_home_screen: dto::HomeScreen => dto::AppState;
    switch_workspace: dto::AskSwitch => dto::AppState;
    open_practice: () => dto::AppState, long;
    remove_practice: () => dto::AppState;
    policy: () => dto::PolicyText;
    policy_check: dto::PolicyDraft => dto::PolicyCheck;
    policy_try: String => dto::PolicyTrial;
    policy_save: dto::PolicyDraft => dto::PolicyText;
    tick: dto::AskTick => dto::Attached;
    workspace_init: dto::AskInit => dto::Team;
    workspace_join: dto::AskJoin => dto::Team;
    workspace_show: () => Option<dto::Team>;
    member_add: dto::AskMember => dto::Team;
    public_key: () => String;
    queue: () => dto::Queue;
    review: dto::AskReview => dto::Review;
    tests_page: dto::TestsQuery => dto::TestsPage;
    findings_page: dto::FindingsQuery => dto::FindingsPage;
    test_row: dto::TestsQuery => dto::TestRow;
    finding_row: dto::FindingsQuery => dto::FindingRow;
    leave_review: () => ();
    difference: dto::AskDifference => dto::Difference;
    findings_since: dto::FindingsSinceQuery => dto::FindingsPage;
    tests_since: dto::TestsSinceQuery => dto::TestsSincePage;
    packages: dto::PackagesQuery => dto::PackagesPage;
    layers: dto::AskDifference => Vec<dto::PlatformLayers>;
    report_text: dto::AskReport => dto::ReportText;
    pick_reports: () => Vec<String>;
    attach: dto::AskAttach => dto::Attached, long;
    request: dto::AskRequest => dto::Requested;
    approve: dto::Decide => dto::Decided, long;
    request_changes: dto::Decide => dto::Decided;
    comment: dto::Decide => dto::Decided;
    withdraw: dto::Decide => dto::Decided;
    talk: dto::AskTalk => dto::Decided;
    groups: () => dto::Groups, long;
    approve_many: dto::AskApproveMany => dto::ManyApproved, long;
    waive: dto::AskWaive => dto::WaiverInfo;
    end_waiver: dto::AskEndWaiver => dto::WaiverInfo;
    waivers: () => dto::Waivers;
    promote: dto::AskPromote => dto::Promotion, long;
    rollback_targets: dto::AskStage => Vec<dto::RollbackTarget>;
    rollback: dto::AskRollback => dto::Promotion, long;
    settle: () => Vec<dto::Settled>;
    golden: dto::GoldenQuery => dto::GoldenPage;
    golden_look: Vec<dto::GoldenTag> => Vec<dto::GoldenRow>;
    golden_image: dto::GoldenTag => dto::GoldenImage;
    drift: () => dto::DriftCounts, long;
    pick_list: () => Option<String>;
    adopt: dto::AskAdopt => dto::AdoptionSummary, long;
    adopt_rows: dto::AskAdoptRows => Vec<dto::AdoptRow>;
    revoke: dto::AskRevoke => dto::Revocation, long;
    find: dto::AskFind => dto::Found;
    find_refresh: dto::AskFindRefresh => dto::FindCoverage, long;
    pipeline_lines: dto::AskLines => dto::Lines;
    pipeline_line: String => dto::LineInfo;
    pipelines: () => dto::PipelinesText;
    pipelines_check: dto::PipelinesDraft => dto::PipelinesCheck;
    pipelines_save: dto::PipelinesDraft => dto::PipelinesText;
    engine: () => dto::EngineInfo;
    engines: () => Vec<dto::EngineChoice>;
    choose_engine: dto::AskEngine => dto::EngineInfo;
    engine_news: dto::AskEngineNews => dto::EngineNews;
    local_images: dto::AskLocalImages => dto::LocalImages;
    local_image: String => dto::LocalImageInfo;
    tag_image: dto::AskTagImage => dto::LocalImageInfo;
    remove_image: dto::AskRemoveImage => dto::RemovedImages;
    prune_plan: dto::AskPrune => dto::PrunePlan;
    prune: dto::AskPrune => dto::RemovedImages, long;
    pull: dto::AskPull => dto::Pulled, long;
    push: dto::AskPush => dto::Pushes, long;
    pick_folder: () => Option<String>;
    pick_dockerfile: () => Option<String>;
    dockerfile: dto::AskDockerfile => dto::DockerfileText;
    dockerfile_check: dto::DockerfileDraft => dto::DockerfileCheck;
    dockerfile_save: dto::SaveDockerfile => dto::DockerfileText;
    dockerfile_templates: () => Vec<dto::DockerfileTemplate>;
    build_context: dto::AskContext => dto::ContextInfo;
    build: dto::AskBuild => dto::Built, long;
    jobs: dto::AskJobs => Vec<dto::JobRow>;
    job: dto::AskJob => dto::JobView;
    smoke_spec: String => dto::SmokeSpecCheck;
    smoke: dto::AskSmoke => dto::Smoked, long;
    scanners: () => dto::Scanners;
    scan: dto::AskScan => dto::Scanned, long;
    scan_stage: dto::AskScanStage => dto::StageScanned, long;
    health: dto::AskHealth => dto::Health;
    notices: dto::AskNotices => dto::Notices;
    saw: dto::AskSeen => dto::Notices;
    webhooks: () => Vec<dto::Webhook>;
    add_webhook: dto::AskWebhook => dto::Webhook;
    test_webhook: dto::AskWebhookNamed => dto::Webhook;
    remove_webhook: dto::AskWebhookNamed => Vec<dto::Webhook>;
    registries: () => Vec<dto::RegistryInfo>;
    registry_kinds: () => Vec<dto::RegistryKindInfo>;
    guess_kind: String => dto::RegistryKindInfo;
    login: dto::LoginRequest => dto::LoginTest;
    test_registry: String => dto::LoginTest;
    logout: String => Vec<dto::RegistryInfo>;
    import_preview: () => dto::ImportPreview;
    import_logins: dto::AskImport => Vec<dto::Imported>;
    hand_over_plan: String => dto::HandOverPlan;
    hand_over: dto::AskHandOver => dto::HandOverPlan;
    list: dto::AskList => dto::ListState, long;
    list_rows: dto::AskRows => dto::ListRows;
    tag_facts: dto::AskTags => Vec<dto::TagFacts>, long;
    tag_past: dto::AskTag => dto::TagPast;
    inspect: String => dto::Inspection;
    plan_deletion: dto::AskDelete => dto::Deletion, long;
    delete: dto::AskDelete => dto::Deletion, long;
    history: dto::HistoryQuery => dto::HistoryPage;
    history_entry: u64 => dto::HistoryEntry;
    history_verify: () => dto::HistoryVerification, long;
    history_rebuild: () => dto::Rebuilt, long;
    history_export: dto::AskExport => dto::Exported, long;
    open_link: String => ();
}

/// The whole of the generated TypeScript: types, then the table.
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let rows = table(&config);
    let command = |row: &Signature| {
        format!(
            "  {}: [request: {}, reply: {}];\n",
            row.name, row.request, row.reply
        )
    };
    let long = rows
        .iter()
        .filter(|row| row.long)
        .map(|row| format!("\"{}\"", row.name));
    let types = declarations(&config);
    format!(
        "// Generated by `cargo run -p hallmark-workflow --example export-bindings`. Do not edit.\n\n{}\nexport type Commands = {{\n{}}};\n\n/** Commands that stream progress and can be cancelled. */\nexport type LongCommand =\n  | {};\n",
        types
            .values()
            .map(|decl| format!("export {decl}\n\n"))
            .collect::<String>(),
        rows.iter().map(command).collect::<String>(),
        long.collect::<Vec<_>>().join("\n  | "),
    )
}
