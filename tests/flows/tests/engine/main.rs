//! The engine's room against a real Docker daemon and real registries.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

/// The same tests against Docker's engine and against Podman's.
macro_rules! on_each {
    ($($test:ident),* $(,)?) => {
        mod docker {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::Bench::new()).await;
            })*
        }
        mod podman {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::Bench::of(hallmark_flows::dockerd::Make::Podman)).await;
            })*
        }
    };
}

mod build;
mod context;
mod images;
mod push;
mod smoke;

use hallmark_engine::{Address, Engine};
use hallmark_flows::dockerd::{Dockerd, Make};
use std::{fs, path::PathBuf};
use tempfile::TempDir;

/// A daemon of the test's own, and the way to it.
struct Bench {
    folder: TempDir,
    docker: Dockerd,
}

impl Bench {
    fn new() -> Self {
        Self::of(Make::Docker)
    }

    fn of(make: Make) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("docker");
        fs::create_dir(&own).unwrap();
        Self {
            docker: Dockerd::of(make, &own),
            folder,
        }
    }

    fn address(&self) -> Address {
        Address::Unix(self.docker.socket())
    }

    async fn engine(&self) -> Engine {
        Engine::connect(self.address()).await.unwrap()
    }

    /// A folder of the test's own with these files.
    fn folder(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = self.folder.path().join(name);
        for (file, text) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }
}
