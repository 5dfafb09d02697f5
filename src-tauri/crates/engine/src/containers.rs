//! Containers, as far as Hallmark looks at them. Read by its own types and not by bollard's:
//! those know a closed list of states, and engines have others (Podman's `stopped`, `initialized`),
//! by which a whole answer would be lost.

use crate::{
    engine::Engine,
    error::{Error, ErrorKind, Result},
};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::HashMap;

/// The longest answer that is taken, bytes.
const LONGEST: usize = 64 << 20;

/// A container in the engine's list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Listed {
    pub(crate) id: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) names: Vec<String>,
    #[serde(rename = "ImageID")]
    pub(crate) image_id: Option<String>,
    pub(crate) created: Option<i64>,
    pub(crate) size_rw: Option<i64>,
}

/// A container in full.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Inspected {
    pub(crate) state: ContainerState,
    #[serde(deserialize_with = "or_default")]
    pub(crate) network_settings: NetworkSettings,
}

/// How a container does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ContainerState {
    pub(crate) running: bool,
    pub(crate) exit_code: Option<i64>,
    #[serde(rename = "OOMKilled")]
    pub(crate) out_of_memory: bool,
    /// Podman writes an empty one where there is no check.
    #[serde(alias = "Healthcheck", deserialize_with = "or_default")]
    pub(crate) health: Health,
}

/// What its health check says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Health {
    pub(crate) status: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) log: Vec<Probe>,
}

/// One run of a health check.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Probe {
    pub(crate) output: String,
}

/// Where its ports are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NetworkSettings {
    #[serde(deserialize_with = "or_default")]
    pub(crate) ports: HashMap<String, Option<Vec<Bound>>>,
}

/// A port of this machine.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Bound {
    pub(crate) host_port: String,
}

/// Go writes nothing as `null`.
fn or_default<'de, T, D>(input: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: serde::Deserializer<'de>,
{
    Ok(Option::<T>::deserialize(input)?.unwrap_or_default())
}

impl Engine {
    /// All containers, or those of a filter, `{"id":["…"]}`; `size` also weighs what they wrote.
    pub(crate) async fn containers(
        &self,
        filters: Option<(&str, &str)>,
        size: bool,
    ) -> Result<Vec<Listed>> {
        let mut path = format!("/containers/json?all=true&size={size}");
        if let Some((name, value)) = filters {
            let filter = serde_json::json!({ name: [value] }).to_string();
            let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
            path.push_str("&filters=");
            path.push_str(&filter);
        }
        self.get(&path).await
    }

    /// One container in full.
    pub(crate) async fn container(&self, id: &str) -> Result<Inspected> {
        self.get(&format!("/containers/{id}/json")).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let request = http::Request::get(self.path(path))
            .body(Empty::<Bytes>::new())
            .map_err(|error| Error::new(ErrorKind::BadInput, error.to_string(), ""))?;
        let body = self.wire().ask(request).await?.into_body();
        let bytes = Limited::new(body, LONGEST)
            .collect()
            .await
            .map_err(|error| {
                Error::new(
                    ErrorKind::Lost,
                    format!("the engine's answer broke off: {error}"),
                    "Try again.",
                )
            })?;
        serde_json::from_slice(&bytes.to_bytes()).map_err(|error| {
            Error::new(
                ErrorKind::Protocol,
                format!("the engine's answer cannot be read: {error}"),
                "Update the engine, or report this with the engine's version.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_that_nobody_else_has_and_nothing_written_as_null_are_read() {
        let podman = r#"{"State":{"Status":"stopped","Running":false,"ExitCode":3,"OOMKilled":true,
            "Healthcheck":{"Status":"","FailingStreak":0,"Log":null}},
            "NetworkSettings":{"Ports":null}}"#;
        let found: Inspected = serde_json::from_str(podman).unwrap();
        assert!(!found.state.running && found.state.out_of_memory);
        assert_eq!(found.state.exit_code, Some(3));
        let docker = r#"{"State":{"Status":"running","Running":true,"Health":{"Status":"healthy",
            "Log":[{"Output":"ok"}]}},"NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"127.0.0.1",
            "HostPort":"49153"}],"81/tcp":null}}}"#;
        let found: Inspected = serde_json::from_str(docker).unwrap();
        assert_eq!(found.state.health.status, "healthy");
        let bound = found.network_settings.ports["80/tcp"].as_ref().unwrap();
        assert_eq!(bound[0].host_port, "49153");
        let listed: Vec<Listed> =
            serde_json::from_str(r#"[{"Id":"a","Names":null,"State":"configured"}]"#).unwrap();
        assert_eq!(listed[0].id, "a");
    }
}
