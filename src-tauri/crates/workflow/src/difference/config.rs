//! What two images run, and how: entry point, command, user, folder, ports, volumes, environment,
//! labels. Values that look like a secret are compared and never shown.

use super::Side;
use crate::{
    dto::{ConfigChange, ConfigPart},
    image::PlatformOf,
};
use std::collections::BTreeMap;

/// The longest value that is shown, characters.
const VALUE: usize = 400;
/// The most changes that are listed.
const MOST: usize = 200;
/// Words of names whose values are secret.
const SECRET: [&str; 12] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "token",
    "key",
    "apikey",
    "credential",
    "credentials",
    "dsn",
];
/// What values begin with that are secret.
const SECRET_VALUES: [&str; 8] = [
    "-----BEGIN",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "AKIA",
    "eyJ",
];

/// A part, and the variable's or label's name.
type Key = (ConfigPart, String);

/// Whatever differs on a platform that both have.
pub(super) fn compare(before: Side<'_>, now: Side<'_>) -> Vec<ConfigChange> {
    let old: BTreeMap<String, &PlatformOf> = by_name(before);
    let mut found: BTreeMap<(Key, Option<String>, Option<String>), Vec<String>> = BTreeMap::new();
    let both: Vec<(String, &PlatformOf)> = by_name(now)
        .into_iter()
        .filter(|(name, _)| old.contains_key(name))
        .collect();
    for (name, of) in &both {
        let (had, has) = (facts(old[name]), facts(of));
        let keys = had.keys().chain(has.keys());
        for key in keys.collect::<std::collections::BTreeSet<_>>() {
            let (before, now) = (had.get(key).cloned(), has.get(key).cloned());
            if before != now {
                let so = found.entry((key.clone(), before, now)).or_default();
                so.push(name.clone());
            }
        }
    }
    let changes = found.into_iter().take(MOST);
    changes
        .map(|((key, before, now), on)| change(key, before, now, on, both.len()))
        .collect()
}

fn by_name(side: Side<'_>) -> BTreeMap<String, &PlatformOf> {
    let platforms = side.image.platforms.iter();
    platforms.map(|of| (of.name(), of)).collect()
}

fn change(
    (part, name): Key,
    before: Option<String>,
    now: Option<String>,
    on: Vec<String>,
    all: usize,
) -> ConfigChange {
    let values = || before.iter().chain(&now);
    let hidden = is_secret_name(&name) || values().any(|value| is_secret_value(value));
    let shown = |value: Option<String>| {
        value.map(|value| match hidden {
            true => String::new(),
            false => value.chars().take(VALUE).collect(),
        })
    };
    ConfigChange {
        part,
        name: (!name.is_empty()).then_some(name),
        hidden,
        before: shown(before),
        now: shown(now),
        platforms: if on.len() == all { Vec::new() } else { on },
    }
}

/// All that is compared, by part and name.
fn facts(of: &PlatformOf) -> BTreeMap<Key, String> {
    let mut facts = BTreeMap::new();
    let config = of
        .config
        .as_ref()
        .and_then(|config| config.config().as_ref());
    let mut one = |part, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            facts.insert((part, String::new()), value);
        }
    };
    let line = |list: Option<&Vec<String>>| list.map(|list| list.join(" "));
    one(
        ConfigPart::EntryPoint,
        line(config.and_then(|c| c.entrypoint().as_ref())),
    );
    one(
        ConfigPart::Command,
        line(config.and_then(|c| c.cmd().as_ref())),
    );
    one(
        ConfigPart::Folder,
        config.and_then(|c| c.working_dir().clone()),
    );
    let user = config
        .and_then(|c| c.user().clone())
        .filter(|user| !user.is_empty());
    one(
        ConfigPart::User,
        Some(user.unwrap_or_else(|| "root".to_owned())),
    );
    let list = |list: Option<&Vec<String>>| list.cloned().unwrap_or_default();
    for port in list(config.and_then(|c| c.exposed_ports().as_ref())) {
        facts.insert((ConfigPart::Port, port.clone()), port);
    }
    for volume in list(config.and_then(|c| c.volumes().as_ref())) {
        facts.insert((ConfigPart::Volume, volume.clone()), volume);
    }
    for variable in list(config.and_then(|c| c.env().as_ref())) {
        let (name, value) = variable.split_once('=').unwrap_or((&variable, ""));
        facts.insert((ConfigPart::Variable, name.to_owned()), value.to_owned());
    }
    let labels = of.labels().into_iter();
    facts.extend(labels.map(|(name, value)| ((ConfigPart::Label, name), value)));
    facts
}

/// Whether a word of the name is one of a secret: `DB_PASSWORD`, `apiKey`, not `KEYBOARD`.
fn is_secret_name(name: &str) -> bool {
    if name == "PWD" {
        return false;
    }
    let mut words = String::new();
    let mut small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && small {
            words.push(' ');
        }
        small = letter.is_lowercase();
        words.extend(letter.to_lowercase());
    }
    words
        .split(|letter: char| !letter.is_alphanumeric())
        .any(|word| SECRET.contains(&word))
}

/// Whether a value is one, whatever it is called: a key, a known sort of token, a login in a URL,
/// or an argument that names one.
fn is_secret_value(value: &str) -> bool {
    let begins = |word: &str| SECRET_VALUES.iter().any(|secret| word.starts_with(secret));
    let login = |word: &str| {
        let rest = word.split_once("://").map(|(_, rest)| rest);
        let authority = rest.and_then(|rest| rest.split('/').next());
        authority
            .and_then(|authority| authority.rsplit_once('@'))
            .is_some_and(|(user, _)| user.contains(':'))
    };
    let named = |word: &str| {
        let option = word.split_once('=').map(|(name, _)| name);
        option
            .or(word.strip_prefix("--"))
            .is_some_and(is_secret_name)
    };
    value
        .split_whitespace()
        .any(|word| begins(word) || login(word) || (word.starts_with('-') && named(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_by_their_words() {
        for name in [
            "DB_PASSWORD",
            "apiKey",
            "GITHUB_TOKEN",
            "aws.secret.id",
            "PGPASS_PWD",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "PATH",
            "KEYBOARD",
            "PWD",
            "MONKEYS",
            "org.opencontainers.image.title",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn values_that_are_secret_are_known_whatever_they_are_called() {
        for value in [
            "postgres://app:hunter2@db/shop",
            "-----BEGIN EC PRIVATE KEY-----",
            "ghp_abcdef",
            "/bin/app --password=hunter2",
            "/bin/app --api-key hunter2",
        ] {
            assert!(is_secret_value(value), "{value}");
        }
        for value in [
            "/usr/bin:/bin",
            "https://example.com/@team",
            "/bin/app --port=80",
        ] {
            assert!(!is_secret_value(value), "{value}");
        }
    }
}
