//! What the conformance tests share: a bare HTTP client and images to push.

// Every test file uses a part of it.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use hallmark_image::{Artifact, Descriptor, Digest, Manifest, media_type};
use hallmark_practice::{Config, Registry, Running};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};

pub struct Wire {
    pub running: Running,
    pub http: Client,
    pub scheme: &'static str,
}

pub async fn start(config: Config) -> Wire {
    Wire {
        running: Registry::start(config).await.unwrap(),
        http: Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap(),
        scheme: "http",
    }
}

impl Wire {
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.running.host())
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, self.url(path))
    }

    pub async fn send(&self, method: &str, path: &str) -> Response {
        self.request(method, path).send().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> serde_json::Value {
        let text = self.send("GET", path).await.text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub async fn push_blob(&self, name: &str, bytes: &[u8]) -> Digest {
        let digest = Digest::sha256(bytes);
        let path = format!("/v2/{name}/blobs/uploads/?digest={digest}");
        let request = self.request("POST", &path).body(bytes.to_vec());
        assert_eq!(request.send().await.unwrap().status(), StatusCode::CREATED);
        digest
    }

    pub async fn put_manifest(&self, name: &str, target: &str, manifest: &Manifest) -> Response {
        self.request("PUT", &format!("/v2/{name}/manifests/{target}"))
            .header("content-type", manifest.media_type())
            .body(manifest.bytes().to_vec())
            .send()
            .await
            .unwrap()
    }

    /// Pushes a small artifact with its blobs under `target`.
    pub async fn push(&self, name: &str, target: &str, manifest: &Manifest) -> Response {
        self.push_blob(name, b"{}").await;
        self.push_blob(name, LAYER).await;
        self.put_manifest(name, target, manifest).await
    }
}

pub const LAYER: &[u8] = b"a layer of the tests";

/// A small artifact, another one for every `salt`.
pub fn artifact(salt: &str) -> Manifest {
    attached("application/vnd.test.thing", salt, None)
}

pub fn attached(artifact_type: &str, salt: &str, subject: Option<&Manifest>) -> Manifest {
    let layer = Descriptor::of("text/plain", LAYER);
    let artifact = Artifact::new(artifact_type, vec![layer]).annotated("salt", salt);
    let artifact = match subject {
        Some(subject) => artifact.about(&subject.descriptor()),
        None => artifact,
    };
    artifact.build().unwrap()
}

/// An index of `child`.
pub fn index_of(child: &Manifest) -> Manifest {
    let text = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_INDEX,
        "manifests": [child.descriptor()],
    });
    Manifest::parse(text.to_string(), None).unwrap()
}

pub fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// The code of the first error in an answer's body.
pub async fn code(response: Response) -> String {
    let body: serde_json::Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    body["errors"][0]["code"].as_str().unwrap().to_owned()
}
