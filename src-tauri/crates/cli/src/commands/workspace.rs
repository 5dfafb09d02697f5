//! `workspace`.

use crate::{
    args::Workspace, context::Context, exit::Result, output::Answer, page::Page, text::short_key,
};
use hallmark_workflow::{
    Desk, Home, WorkspaceFile,
    dto::{AskInit, AskJoin, Member, Role, Team, WorkspaceKind},
};
use serde::Serialize;

/// `workspace init`, `join` and `show`.
///
/// # Errors
/// What the registry or the workspace document says.
pub async fn run(context: &Context, ask: Workspace) -> Result<Answer> {
    let desk = context.desk().await?;
    match ask {
        Workspace::Init { repository, name } => {
            let ask = AskInit {
                repository: repository.to_string(),
                name,
            };
            told(&desk.workspace_init(ask).await?, "The workspace is made.")
        }
        Workspace::Join { reference } => told(
            &desk.workspace_join(AskJoin { reference }).await?,
            "You joined the workspace.",
        ),
        Workspace::Show => show(context, &desk).await,
    }
}

fn told(team: &Team, did: &str) -> Result<Answer> {
    let mut page = Page::of(did);
    describe(&mut page, team, None);
    Answer::new(team, page)
}

/// A workspace without a team: what a team's has is empty here.
#[derive(Serialize)]
struct Alone {
    id: String,
    name: String,
    kind: WorkspaceKind,
    home: String,
    repository: Option<String>,
    members: Vec<Member>,
    warnings: Vec<String>,
}

/// A team's workspace, and where it lives on this machine.
#[derive(Serialize)]
struct Shared<'a> {
    #[serde(flatten)]
    team: &'a Team,
    kind: WorkspaceKind,
    home: String,
}

async fn show(context: &Context, desk: &Desk) -> Result<Answer> {
    let home = Home::at(&context.folder()?)?;
    let file = WorkspaceFile::load(&home)?;
    let folder = home.path().display().to_string();
    let mut page = Page::new();
    if file.team.is_some() {
        let team = desk.team().await?;
        describe(&mut page, &team, Some(&folder));
        return Answer::new(
            &Shared {
                team: &team,
                kind: file.kind,
                home: folder,
            },
            page,
        );
    }
    let alone = Alone {
        id: file.id,
        name: file.name,
        kind: file.kind,
        home: folder,
        repository: None,
        members: desk.members().await?,
        warnings: Vec::new(),
    };
    page.facts([
        ("name", Some(alone.name.clone())),
        ("folder", Some(alone.home.clone())),
    ]);
    page.line("It is shared with nobody; `hallmark workspace init REPO` makes it a team's.");
    people(&mut page, &alone.members);
    Answer::new(&alone, page)
}

fn describe(page: &mut Page, team: &Team, folder: Option<&str>) {
    page.facts([
        ("name", Some(team.name.clone())),
        ("folder", folder.map(str::to_owned)),
        ("repository", Some(team.repository.clone())),
        ("version", Some(team.version.to_string())),
        ("document", Some(team.digest.clone())),
        (
            "signed by",
            Some(format!(
                "{}, key {}",
                team.signed_by,
                short_key(&team.key_id)
            )),
        ),
    ]);
    page.notes("note", &team.warnings);
    people(page, &team.members);
}

fn people(page: &mut Page, all: &[Member]) {
    page.heading("Members");
    members(page, all);
}

/// Adds a table of members.
pub fn members(page: &mut Page, members: &[Member]) {
    if members.is_empty() {
        return page.line("There is none yet; `hallmark key show` makes you one.");
    }
    let row = |member: &Member| {
        let roles: Vec<&str> = member.roles.iter().copied().map(role).collect();
        [
            member.name.clone(),
            roles.join(", "),
            short_key(&member.key_id),
        ]
    };
    page.table(["name", "roles", "key"], members.iter().map(row).collect());
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Approver => "approver",
        Role::Requester => "requester",
        Role::Auditor => "auditor",
        Role::Ci => "ci",
    }
}
