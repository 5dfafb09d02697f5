//! `key`, `member`, `policy`.

use super::workspace::members;
use crate::{
    args::{Key, Member, Policy},
    context::Context,
    exit::{Failure, Result},
    files,
    output::Answer,
    page::Page,
    text::count,
};
use hallmark_workflow::{
    dto::{AskMember, KeyInfo},
    error::Code,
};
use std::{io, path::Path};

/// `key show`, `export` and `import`.
///
/// # Errors
/// What the keyring says; a key that cannot be read.
pub async fn key(context: &Context, ask: Key) -> Result<Answer> {
    match ask {
        Key::Show { name } => {
            let info = context.desk().await?.key_show(name.as_deref()).await?;
            Answer::new(&info, shown(&info))
        }
        Key::Export => {
            let info = context.desk().await?.key_show(None).await?;
            let mut page = Page::new();
            page.lines(&info.public_key, 0);
            Answer::new(&info, page)
        }
        Key::Import { file, name } => {
            let pem = files::secret(&file, io::stdin().lock())?;
            let info = context
                .desk()
                .await?
                .key_import(pem, name.as_deref())
                .await?;
            Answer::new(&info, shown(&info))
        }
    }
}

fn shown(info: &KeyInfo) -> Page {
    let mut page = Page::new();
    page.facts([
        ("name", Some(info.name.clone())),
        ("key", Some(info.key_id.clone())),
        ("private half", Some(info.place.clone())),
    ]);
    page.lines(&info.public_key, 0);
    page
}

/// `member add` and `list`.
///
/// # Errors
/// Where the person may not change the members; a key that cannot be read.
pub async fn member(context: &Context, ask: Member) -> Result<Answer> {
    match ask {
        Member::Add { name, key, role } => {
            let key = files::text(&key)?;
            let roles = role.into_iter().map(Into::into).collect();
            let ask = AskMember {
                name: name.clone(),
                key,
                roles,
            };
            let team = context.desk().await?.member_add(ask).await?;
            let mut page = Page::of(format!("{name} is a member."));
            members(&mut page, &team.members);
            Answer::new(&team, page)
        }
        Member::List => {
            let all = context.desk().await?.members().await?;
            let mut page = Page::new();
            members(&mut page, &all);
            Answer::new(&all, page)
        }
    }
}

/// `policy show`, `check`, `try` and `set`.
///
/// # Errors
/// A policy that cannot be used, naming line and column.
pub async fn policy(context: &Context, ask: &Policy) -> Result<Answer> {
    match ask {
        Policy::Show => {
            let policy = context.desk().await?.policy_text().await?;
            let mut page = Page::new();
            page.facts([
                ("from", Some(policy.source.clone())),
                ("digest", Some(policy.digest.clone())),
            ]);
            policy.words.iter().for_each(|rule| page.line(rule));
            page.heading("As it is written");
            page.lines(&policy.text, 0);
            Answer::new(&policy, page)
        }
        Policy::Check { file } => check(file),
        Policy::Try { file } => super::policy::try_on_past(context, file).await,
        Policy::Set { file } => super::policy::set(context, file).await,
    }
}

fn check(file: &Path) -> Result<Answer> {
    let text = files::text(file)?;
    let policy = hallmark_policy::Policy::parse(&text)
        .map_err(|error| Failure::new(Code::BadInput, format!("{}: {error}", file.display())))?;
    let stages: Vec<&str> = policy.stages().collect();
    let words = count(stages.len() as u64, "stage", "stages");
    let page = Page::of(format!(
        "The policy can be used: {words} ({}).",
        stages.join(", ")
    ));
    let document = serde_json::json!({
        "file": file.display().to_string(),
        "digest": policy.digest(),
        "stages": stages,
    });
    Answer::new(&document, page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn checked(text: &str) -> Result<Answer> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.toml");
        std::fs::write(&file, text).unwrap();
        check(&file)
    }

    #[test]
    fn a_policy_that_can_be_used_names_its_stages() {
        let answer = checked(hallmark_policy::Policy::golden_default().text()).unwrap();
        let stages = answer.document()["stages"].as_array().unwrap();
        assert!(stages.contains(&"golden".into()), "{stages:?}");
    }

    #[test]
    fn a_policy_that_cannot_be_used_is_bad_input_with_its_line() {
        let failure = checked("version = 1\nwhatever = 2").unwrap_err();
        assert_eq!(failure.exit, Exit::BadInput);
        assert!(failure.message.contains("line 2"), "{}", failure.message);
    }
}
