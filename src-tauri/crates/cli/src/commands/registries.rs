//! `login`, `logout`, `registries`.
//!
//! A password comes from standard input where that is asked for, or from the terminal without
//! echo; it is never an argument and is never printed.

use crate::{
    args::{Login, Logout, Registries, RegistriesCommand},
    context::Context,
    exit::{Failure, Result},
    files,
    output::Answer,
    page::Page,
};
use hallmark_credentials::SecretString;
use hallmark_workflow::{
    dto::{LoginRequest, LoginTest, RegistryInfo},
    error::Code,
};
use std::io::{self, IsTerminal, Read};

/// `login`.
///
/// # Errors
/// What the registry or the keyring says; then nothing was stored.
pub async fn login(context: &Context, ask: Login) -> Result<Answer> {
    let ca = ask.ca.as_deref().map(files::absolute).transpose()?;
    let host = ask.host.to_string();
    if ask.from_docker {
        let desk = context.desk().await?;
        return tested(&desk.login_from_docker(&host, ca, ask.plain_http).await?);
    }
    let password = password(&ask)?.map(|secret| secret.expose().clone());
    let desk = context.desk().await?;
    let request = LoginRequest {
        host,
        username: ask.username,
        password,
        ca,
        plain_http: ask.plain_http,
        confirm_realm: ask.confirm_realm,
    };
    tested(&desk.login(request).await?)
}

fn password(ask: &Login) -> Result<Option<SecretString>> {
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
    let prompt = format!(
        "Password of {} at {}: ",
        crate::text::plain(username),
        ask.host
    );
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

fn tested(test: &LoginTest) -> Result<Answer> {
    let mut page = Page::of(&test.message);
    if let Some(place) = &test.secret_place {
        page.line(format!("The password is kept in {place}."));
    }
    Answer::new(test, page)
}

/// `logout`.
///
/// # Errors
/// What the keyring says.
pub async fn logout(context: &Context, ask: &Logout) -> Result<Answer> {
    let left = context.desk().await?.logout(&ask.host.to_string()).await?;
    Answer::new(&left, Page::of(format!("Logged out of {}.", ask.host)))
}

/// `registries [test HOST]`.
///
/// # Errors
/// What the registry says.
pub async fn registries(context: &Context, ask: &Registries) -> Result<Answer> {
    let desk = context.desk().await?;
    match &ask.command {
        Some(RegistriesCommand::Test { host }) => {
            let test = desk.test_registry(&host.to_string()).await?;
            Answer::new(&test, Page::of(&test.message))
        }
        None => {
            let all = desk.registries();
            Answer::new(&all, list(&all))
        }
    }
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
    match (&registry.ca, registry.plain_http) {
        (Some(_), _) => "https, private CA".to_owned(),
        (None, true) => "http".to_owned(),
        (None, false) => "https".to_owned(),
    }
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
