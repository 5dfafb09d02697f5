//! Everything that Docker and Podman know, for a person to choose from.

use super::{DockerError, DockerLogins, Source, config::Config, names};
use futures::future::join_all;
use hallmark_image::Host;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A registry that Docker or Podman knows.
#[derive(Clone, Debug)]
pub struct Known {
    /// The registry.
    pub host: Host,
    /// The first place that names it.
    pub source: Source,
    /// The name one logs in with there, or why that cannot be read; none where nothing is kept.
    pub username: Result<Option<String>, DockerError>,
}

/// A name or a file of which nothing can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// A file that cannot be read.
    File(DockerError),
    /// A name that stands for one repository, or for no registry at all.
    Name {
        /// The name.
        name: String,
        /// The file that has it.
        file: PathBuf,
    },
}

impl DockerLogins {
    /// All that the files and the helpers in them know. Each login is looked for, so that a
    /// helper may ask its keyring; none is kept.
    pub async fn known(&self) -> (Vec<Known>, Vec<Unusable>) {
        let mut hosts = BTreeMap::new();
        let mut unusable = Vec::new();
        for file in &self.files {
            match Config::read(file) {
                Ok(Some(config)) => self.gather(file, &config, &mut hosts, &mut unusable).await,
                Ok(None) => {}
                Err(error) => unusable.push(Unusable::File(error)),
            }
        }
        let looked = hosts.into_iter().map(|(host, source)| async move {
            let found = self.login(&host).await;
            Known {
                username: found.map(|found| found.map(|(login, _)| login.username().to_owned())),
                host,
                source,
            }
        });
        (join_all(looked).await, unusable)
    }

    async fn gather(
        &self,
        file: &Path,
        config: &Config,
        hosts: &mut BTreeMap<Host, Source>,
        unusable: &mut Vec<Unusable>,
    ) {
        for (host, helper) in config.hosts() {
            let file = file.to_owned();
            hosts.entry(host).or_insert(Source { file, helper });
        }
        unusable.extend(
            config
                .names()
                .filter(|name| !is_token_of_hub(name))
                .filter_map(|name| {
                    let none = names::host_of(name).is_none();
                    none.then(|| Unusable::Name {
                        name: name.to_owned(),
                        file: file.to_owned(),
                    })
                }),
        );
        let Some(store) = config.store() else { return };
        // What a helper keeps need not stand in the file.
        for host in self
            .helpers
            .list(store)
            .await
            .iter()
            .filter_map(|name| names::host_of(name))
        {
            hosts.entry(host).or_insert_with(|| Source {
                file: file.to_owned(),
                helper: Some(store.to_owned()),
            });
        }
    }
}

/// `docker login` by way of the browser keeps two more entries beside the login itself.
fn is_token_of_hub(name: &str) -> bool {
    ["access-token", "refresh-token"]
        .iter()
        .any(|kind| name == format!("https://index.docker.io/v1/{kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[tokio::test]
    async fn a_preview_says_who_is_known_and_what_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let (docker, podman) = (
            folder.path().join("config.json"),
            folder.path().join("auth.json"),
        );
        let text = r#"{"auths": {
            "r.example": {"auth": "YWRhOmNhbmFyeQ=="},
            "bad.example": {"auth": "!!"},
            "empty.example": {},
            "quay.io/team/app": {"auth": "YWRhOmNhbmFyeQ=="}
        }}"#;
        fs::write(&docker, text).unwrap();
        fs::write(&podman, "{").unwrap();
        let logins = DockerLogins::at(vec![docker]);
        let (known, unusable) = logins.known().await;
        let found: Vec<(&str, Option<Option<&str>>)> = known
            .iter()
            .map(|known| {
                (
                    known.host.as_str(),
                    known.username.as_ref().ok().map(Option::as_deref),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("bad.example", None),
                ("empty.example", Some(None)),
                ("r.example", Some(Some("ada")))
            ]
        );
        assert!(matches!(&unusable[0], Unusable::Name { name, .. } if name == "quay.io/team/app"));
        let (_, broken) = DockerLogins::at(vec![podman]).known().await;
        assert!(matches!(
            &broken[0],
            Unusable::File(DockerError::Malformed { .. })
        ));
        assert!(!format!("{known:?} {unusable:?}").contains("canary"));
    }

    #[test]
    fn the_entries_beside_dockers_browser_login_are_no_registries() {
        assert!(is_token_of_hub("https://index.docker.io/v1/access-token"));
        assert!(!is_token_of_hub("https://index.docker.io/v1/"));
    }
}
