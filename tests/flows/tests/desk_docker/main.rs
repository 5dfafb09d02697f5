//! Docker at the desk, by command alone: Docker's own daemon, a registry with login and TLS, and
//! skopeo, which looks at what came of it.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod bad;
mod golden;

use hallmark_flows::{
    certificates::Authority,
    distribution::Distribution,
    dockerd::Dockerd,
    ground::{Ground, word},
    person::Person,
    process::installed,
    skopeo::Skopeo,
};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

const PASSWORD: &str = "canary-9Xq+desk/docker";
/// What the image has to do, in a team's own words.
const SPEC: &str = r#"
name = "cart answers"
user = "not-root"
command = ["sh", "-c", "cat /app/greeting"]
exit-code = 0
[[output]]
contains = "good morning"
[[files]]
path = "/app/greeting"
"#;

/// A daemon, a registry, and somebody with a checkout.
struct Desk {
    ground: Ground,
    registry: Distribution,
    docker: Dockerd,
    ada: Person,
    authority: Authority,
}

impl Desk {
    fn new() -> Self {
        let ground = Ground::new();
        let authority = Authority::new("flows");
        let users = [("ada", PASSWORD)];
        let registry = Distribution::guarded(&ground.servers(), &authority.certify(), &users);
        let docker = Dockerd::start(&ground.servers().join("docker"));
        docker.trust(&registry.host, &authority.pem);
        docker.busybox("kitchen:1");
        let (name, address) = docker.env();
        let path = format!(
            "{}:{}",
            word(&tools(&ground)),
            std::env::var("PATH").unwrap()
        );
        let ada = ground
            .person("ada")
            .with(&name, &address)
            .with("PATH", &path);
        Self {
            ground,
            registry,
            docker,
            ada,
            authority,
        }
    }

    fn log_in(&self) {
        let ca = word(&self.ground.file("ca.pem", &self.authority.pem));
        self.ada
            .login(&self.registry.host, PASSWORD, &["--ca", &ca])
            .answer(0);
    }

    fn name(&self, tag: &str) -> String {
        format!("{}/shop/cart:{tag}", self.registry.host)
    }

    /// A folder to build, whose Dockerfile stands elsewhere; gives both.
    fn checkout(&self, dockerfile: &str) -> (String, String) {
        self.ground.file("cart/greeting", "good morning\n");
        let file = self.ground.file("build/cart.dockerfile", dockerfile);
        (word(&self.ground.files().join("cart")), word(&file))
    }

    fn skopeo(&self) -> Skopeo {
        Skopeo::new(
            &self.ground.servers(),
            &self.registry,
            "ada",
            PASSWORD,
            &self.authority.pem,
        )
    }

    /// A scanner that prints a report of our own, and writes down what it was asked. No real one
    /// comes from a package registry.
    fn scanner(&self, script: &str) {
        installed("sh", "dash");
        let file = tools(&self.ground).join("trivy");
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn tools(ground: &Ground) -> PathBuf {
    let folder = ground.files().join("tools");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
