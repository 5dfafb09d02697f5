//! Docker's contexts: the engines that `docker context ls` shows.
//!
//! A context is a folder `contexts/meta/<sha256 of its name>` with `meta.json`; its certificates
//! are in `contexts/tls/<the same>/docker`. Read here and never written.

use crate::{
    address::{Address, Tls},
    error::{Error, ErrorKind, Result},
};
use serde::Deserialize;
use std::{fs, path::Path};

/// The longest file that is read of a context, bytes.
const LONGEST: u64 = 1 << 20;

/// One of Docker's contexts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerContext {
    /// Its name.
    pub name: String,
    /// Where its engine listens, or why that cannot be told.
    pub address: Result<Address>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Meta {
    name: String,
    #[serde(default)]
    endpoints: Endpoints,
}

#[derive(Default, Deserialize)]
struct Endpoints {
    docker: Option<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    #[serde(rename = "Host")]
    host: Option<String>,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_tls_verify: bool,
}

/// Every context of Docker's configuration folder, by name. The one named `default` is no context
/// but Docker's own choice, and is not among them.
pub fn docker_contexts(config: &Path) -> Vec<DockerContext> {
    let folder = config.join("contexts").join("meta");
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut found: Vec<DockerContext> = entries
        .filter_map(|entry| read(config, &entry.path().join("meta.json")))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The context of that name.
///
/// # Errors
/// Where there is none, or its engine cannot be told.
pub fn docker_context(config: &Path, name: &str) -> Result<Address> {
    let all = docker_contexts(config);
    match all.into_iter().find(|context| context.name == name) {
        Some(context) => context.address,
        None => Err(Error::new(
            ErrorKind::BadInput,
            format!(
                "Docker has no context {name} in {}",
                config.join("contexts").display()
            ),
            "docker context ls shows those it has; choose another engine.",
        )),
    }
}

fn read(config: &Path, file: &Path) -> Option<DockerContext> {
    let long = fs::metadata(file).ok()?.len() > LONGEST;
    let bytes = (!long).then(|| fs::read(file).ok()).flatten()?;
    let meta: Meta = serde_json::from_slice(&bytes).ok()?;
    let folder = file.parent()?.file_name()?;
    let keys = config
        .join("contexts")
        .join("tls")
        .join(folder)
        .join("docker");
    let address = address(&meta, &keys).map_err(|why| {
        Error::new(
            ErrorKind::BadInput,
            format!("the Docker context {} cannot be used: {why}", meta.name),
            format!("It is in {}.", file.display()),
        )
    });
    Some(DockerContext {
        name: meta.name,
        address,
    })
}

fn address(meta: &Meta, keys: &Path) -> std::result::Result<Address, String> {
    let endpoint = meta.endpoints.docker.as_ref();
    let endpoint = endpoint.ok_or("it has no Docker endpoint")?;
    let host = endpoint.host.as_deref().unwrap_or_default();
    let address: Address = host
        .parse()
        .map_err(|error: crate::BadAddress| error.to_string())?;
    let mut files = Tls::in_folder(keys);
    files.unverified = endpoint.skip_tls_verify;
    let secured = files != Tls::default();
    Ok(match secured {
        true => address.with_tls(files),
        false => address,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(config: &Path, folder: &str, meta: &str) {
        let folder = config.join("contexts/meta").join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("meta.json"), meta).unwrap();
    }

    #[test]
    fn contexts_are_read_with_their_certificates() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path();
        context(
            config,
            "aa",
            r#"{"Name":"staging","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://10.0.0.5:2376","SkipTLSVerify":false}}}"#,
        );
        let keys = config.join("contexts/tls/aa/docker");
        fs::create_dir_all(&keys).unwrap();
        fs::write(keys.join("ca.pem"), "x").unwrap();
        context(
            config,
            "bb",
            r#"{"Name":"lab","Endpoints":{"docker":{"Host":"ssh://me@lab"}}}"#,
        );
        context(
            config,
            "cc",
            r#"{"Name":"odd","Endpoints":{"kubernetes":{}}}"#,
        );
        context(config, "dd", "no json");
        let all = docker_contexts(config);
        let names: Vec<&str> = all.iter().map(|context| context.name.as_str()).collect();
        assert_eq!(names, ["lab", "odd", "staging"]);
        let staging = docker_context(config, "staging").unwrap();
        let Address::Tcp { tls: Some(tls), .. } = &staging else {
            panic!("{staging:?}");
        };
        assert_eq!(tls.ca, Some(keys.join("ca.pem")));
        let odd = docker_context(config, "odd").unwrap_err();
        assert!(odd.message().contains("no Docker endpoint"), "{odd}");
        let none = docker_context(config, "prod").unwrap_err();
        assert!(none.message().contains("no context prod"), "{none}");
    }
}
