//! `login`, `logout`, `registries`.
//!
//! A password comes from standard input where that is asked for, or from the terminal without
//! echo; it is never an argument and is never printed.

use crate::{
    args::{Login, Logout, Registries, RegistriesCommand},
    context::Context,
    exit::{Exit, Failure, Result},
    files,
    output::Answer,
    page::Page,
};
use hallmark_credentials::SecretString;
use hallmark_image::Host;
use hallmark_workflow::{
    Desk,
    dto::{
        AskHandOver, AskImport, HandOverPlan, ImportPreview, KnownLogin, LoginRequest, LoginTest,
        RegistryInfo,
    },
    error::Code,
    kinds,
};
use std::{
    io::{self, IsTerminal, Read},
    path::PathBuf,
};

/// `login`.
///
/// # Errors
/// What the registry or the keyring says; then nothing was stored.
pub async fn login(context: &Context, ask: Login) -> Result<Answer> {
    let Some(host) = ask.host.clone().filter(|_| !ask.kinds) else {
        return kinds();
    };
    let password = password(&ask, &host)?.map(|secret| secret.expose().clone());
    let file = |path: &Option<PathBuf>| path.as_deref().map(files::absolute).transpose();
    let request = LoginRequest {
        host: host.to_string(),
        ca: file(&ask.ca)?,
        client_cert: file(&ask.client_cert)?,
        client_key: file(&ask.client_key)?,
        username: ask.username,
        password,
        plain_http: ask.plain_http,
        confirm_realm: ask.confirm_realm,
        kind: ask.kind,
        helper: ask.helper,
        from_docker: ask.from_docker,
        proxy: ask.proxy,
        repository: ask.repository.map(|name| name.to_string()),
    };
    let desk = context.desk().await?;
    let test = desk.login(request).await?;
    let mut page = tested(&test);
    if ask.to_docker {
        let over = AskHandOver {
            host: host.to_string(),
            plain_sight: false,
        };
        handed(&mut page, &desk.hand_over(over).await?);
    }
    Answer::new(&test, page)
}

fn password(ask: &Login, host: &Host) -> Result<Option<SecretString>> {
    let Some(username) = &ask.username else {
        return Ok(None);
    };
    if ask.password_stdin {
        return from_stdin(io::stdin().lock()).map(Some);
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::new(
            Code::BadInput,
            "there is no terminal to ask for the password on",
        )
        .hint("Pass it on standard input with --password-stdin."));
    }
    let prompt = format!("Password of {} at {}: ", crate::text::plain(username), host);
    let typed = rpassword::prompt_password(prompt).map_err(|error| {
        Failure::new(
            Code::BadInput,
            format!("the terminal cannot be read: {error}"),
        )
    })?;
    not_empty(SecretString::new(typed)).map(Some)
}

/// The password on standard input, without the one line end that `echo` adds.
fn from_stdin(stdin: impl Read) -> Result<SecretString> {
    let read = files::secret_from(stdin)?;
    let text = read.expose();
    let text = text.strip_suffix('\n').unwrap_or(text);
    not_empty(SecretString::new(
        text.strip_suffix('\r').unwrap_or(text).to_owned(),
    ))
}

fn not_empty(password: SecretString) -> Result<SecretString> {
    match password.expose().is_empty() {
        false => Ok(password),
        true => Err(Failure::new(Code::BadInput, "the password is empty")
            .hint("Use --anonymous to use a registry without a login.")),
    }
}

fn tested(test: &LoginTest) -> Page {
    let mut page = Page::of(&test.message);
    page.line(&test.connection.words);
    if let Some(place) = &test.secret_place {
        page.line(format!("The secret is in {place}."));
    }
    if let Some(ends) = test.expires {
        page.line(format!(
            "It ends on {}.",
            ends.strftime("%Y-%m-%d %H:%M UTC")
        ));
    }
    page
}

fn handed(page: &mut Page, over: &HandOverPlan) {
    page.line(match &over.helper {
        Some(helper) => format!("Docker has the login too, in docker-credential-{helper}."),
        None => format!("Docker has the login too, in plain sight in {}.", over.file),
    });
    if let Some(also) = &over.also {
        page.line(also);
    }
}

/// `logout`.
///
/// # Errors
/// What the keyring says.
pub async fn logout(context: &Context, ask: &Logout) -> Result<Answer> {
    let left = context.desk().await?.logout(&ask.host.to_string()).await?;
    Answer::new(&left, Page::of(format!("Logged out of {}.", ask.host)))
}

/// `registries [test|import|hand-over|kinds]`.
///
/// # Errors
/// What the registry, the keyring or Docker's helper says.
pub async fn registries(context: &Context, ask: Registries) -> Result<Answer> {
    let desk = || context.desk();
    match ask.command {
        Some(RegistriesCommand::Test { host }) => {
            let test = desk().await?.test_registry(&host.to_string()).await?;
            Answer::new(&test, tested(&test))
        }
        Some(RegistriesCommand::Kinds) => kinds(),
        Some(RegistriesCommand::HandOver { host, plain_sight }) => {
            let ask = AskHandOver {
                host: host.to_string(),
                plain_sight,
            };
            let over = desk().await?.hand_over(ask).await?;
            let mut page = Page::new();
            handed(&mut page, &over);
            Answer::new(&over, page)
        }
        Some(RegistriesCommand::Import {
            hosts,
            dry_run,
            as_docker_has_it,
        }) => import(&desk().await?, &hosts, dry_run, !as_docker_has_it).await,
        None => {
            let all = desk().await?.registries();
            Answer::new(&all, list(&all))
        }
    }
}

async fn import(desk: &Desk, hosts: &[Host], dry_run: bool, copy: bool) -> Result<Answer> {
    let known = desk.import_preview().await;
    if dry_run {
        return Answer::new(&known, preview(&known));
    }
    let all = known
        .logins
        .iter()
        .filter(|one| !one.here && one.problem.is_none());
    let hosts = match hosts {
        [] => all.map(|one| one.host.clone()).collect(),
        some => some.iter().map(ToString::to_string).collect(),
    };
    let taken = desk.import(AskImport { hosts, copy }).await?;
    let mut page = match taken.is_empty() {
        true => Page::of("Docker and Podman know nothing that is not here already."),
        false => Page::new(),
    };
    for one in &taken {
        let word = if one.done { "taken" } else { "NOT TAKEN" };
        page.line(format!("{}  {word}: {}", one.host, one.message));
    }
    let failed = taken.iter().any(|one| !one.done);
    let exit = if failed { Exit::Broken } else { Exit::Done };
    Ok(Answer::new(&taken, page)?.exit(exit))
}

fn preview(known: &ImportPreview) -> Page {
    let row = |one: &KnownLogin| {
        let here = if one.here { "here already" } else { "" };
        [
            one.host.clone(),
            one.username.clone().unwrap_or_default(),
            one.place.clone(),
            one.problem.clone().unwrap_or_else(|| here.to_owned()),
        ]
    };
    if known.logins.is_empty() && known.problems.is_empty() {
        return Page::of("Docker and Podman know no registry.");
    }
    let mut page = Page::new();
    page.table(
        ["host", "login", "secret", ""],
        known.logins.iter().map(row).collect(),
    );
    for problem in &known.problems {
        page.line(problem);
    }
    page
}

/// `registries kinds`, and `login --kinds`.
fn kinds() -> Result<Answer> {
    let all = kinds::kinds();
    let mut page = Page::new();
    for kind in &all {
        let name = serde_json::to_value(kind.kind).unwrap_or_default();
        let name = name.as_str().unwrap_or_default();
        page.heading(&format!("{} ({name})", kind.name));
        page.facts([
            (
                "host",
                Some(
                    kind.host
                        .clone()
                        .unwrap_or_else(|| kind.placeholder.clone()),
                ),
            ),
            (
                "name",
                Some(
                    kind.username
                        .clone()
                        .unwrap_or_else(|| kind.user_label.clone()),
                ),
            ),
            ("secret", Some(kind.secret_label.clone())),
            ("make it", Some(kind.advice.clone())),
            ("where", kind.token_url.clone()),
            ("helper", kind.helper.clone()),
        ]);
    }
    Answer::new(&all, page)
}

fn list(registries: &[RegistryInfo]) -> Page {
    if registries.is_empty() {
        return Page::of("No registry was added yet; `hallmark login HOST` adds one.");
    }
    let row = |registry: &RegistryInfo| {
        [
            registry.host.clone(),
            registry
                .username
                .clone()
                .unwrap_or_else(|| "anonymous".to_owned()),
            registry
                .secret_place
                .clone()
                .or(registry.from_docker.clone())
                .or(registry
                    .helper
                    .as_ref()
                    .map(|name| format!("docker-credential-{name}")))
                .unwrap_or_default(),
            transport(registry),
        ]
    };
    let mut page = Page::new();
    page.table(
        ["host", "login", "secret", "transport"],
        registries.iter().map(row).collect(),
    );
    page
}

fn transport(registry: &RegistryInfo) -> String {
    let mut words = vec![if registry.plain_http { "http" } else { "https" }];
    words.extend(registry.ca.as_ref().map(|_| "private CA"));
    words.extend(registry.client_cert.as_ref().map(|_| "client certificate"));
    words.extend(registry.proxy.as_ref().map(|_| "proxy"));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_not_part_of_the_password() {
        for (given, password) in [
            ("pw\n", "pw"),
            ("pw\r\n", "pw"),
            ("pw", "pw"),
            (" p w \n\n", " p w \n"),
        ] {
            assert_eq!(from_stdin(given.as_bytes()).unwrap().expose(), password);
        }
    }

    #[test]
    fn no_password_is_bad_input() {
        assert_eq!(from_stdin(&b"\n"[..]).unwrap_err().code, "bad-input");
    }
}
