//! Copies to a folder and back, and what a folder from somebody may hold.

use crate::{
    copy_images::{Multi, attach, attached, copy, multi, open_registry, repository, tag},
    setting::{client, nobody},
};
use bytes::Bytes;
use hallmark_image::{Digest, Manifest, Repository};
use hallmark_practice::{
    Running,
    faults::{Effect, Fault},
};
use hallmark_registry::{CopyJob, ErrorKind, LayoutImage};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;

/// `team/dev:v1` with a report on it, and an empty folder.
struct Stage {
    registry: Running,
    source: Repository,
    image: Multi,
    report: Manifest,
    folder: TempDir,
}

impl Stage {
    async fn set() -> Self {
        let registry = open_registry().await;
        let source = repository(&registry.host(), "team/dev");
        let (client, image) = (client(nobody()), multi());
        image.push(&client, &source, "v1").await;
        let report = attach(&client, &source, &image.index, "report").await;
        Self {
            registry,
            source,
            image,
            report,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn out(&self) -> CopyJob {
        CopyJob::new(self.source.tagged(tag("v1")), self.folder.path().to_owned())
            .tagged([tag("v1")])
            .with_attached()
    }

    fn back(&self, tag_in: Option<&str>) -> CopyJob {
        let image = LayoutImage {
            folder: self.folder.path().to_owned(),
            tag: tag_in.map(str::to_owned),
            digest: None,
        };
        let target = repository(&self.registry.host(), "team/back");
        CopyJob::new(image, target)
            .tagged([tag("v1")])
            .with_attached()
    }

    fn blob(&self, digest: &Digest) -> std::path::PathBuf {
        self.folder.path().join("blobs/sha256").join(digest.hex())
    }
}

fn index(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("index.json")).unwrap()).unwrap()
}

#[tokio::test]
async fn an_image_goes_into_a_folder_and_comes_back_with_all_that_is_attached() {
    let stage = Stage::set().await;
    let client = client(nobody());
    let copied = copy(&client, &stage.out()).await.unwrap();
    assert_eq!(copied.missing, []);
    for name in [None, Some("v1")] {
        let copied = copy(&client, &stage.back(name)).await.unwrap();
        assert_eq!(copied.digest, *stage.image.index.digest());
        assert_eq!(copied.missing, []);
    }
    let back = repository(&stage.registry.host(), "team/back");
    assert!(stage.image.is_whole(&client, &back).await);
    let listed = attached(&client, &back, stage.image.index.digest()).await;
    assert_eq!(listed, [stage.report.digest().clone()]);
}

#[tokio::test]
async fn the_same_again_asks_for_no_blob_and_a_broken_file_is_written_anew() {
    let stage = Stage::set().await;
    copy(&client(nobody()), &stage.out()).await.unwrap();
    let hurt = stage.blob(&Digest::sha256(&stage.image.blobs[3]));
    fs::write(&hurt, vec![b'x'; stage.image.blobs[3].len()]).unwrap();
    stage.registry.forget_requests();
    let copied = copy(&client(nobody()), &stage.out()).await.unwrap();
    assert_eq!(copied.blobs, 1);
    assert_eq!(fs::read(&hurt).unwrap(), stage.image.blobs[3]);
    let blobs = stage
        .registry
        .requests()
        .into_iter()
        .filter(|seen| seen.path.contains("/blobs/"));
    assert_eq!(blobs.count(), 1);
}

#[tokio::test]
async fn what_fails_leaves_the_index_as_it_was_and_no_file_half_written() {
    let stage = Stage::set().await;
    let last = Digest::sha256(stage.image.blobs.last().unwrap()).to_string();
    stage
        .registry
        .inject(Fault::on("GET", &last, Effect::WrongBytes));
    let error = copy(&client(nobody()), &stage.out()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::DigestMismatch, "{error}");
    assert!(!stage.folder.path().join("index.json").exists());
    // What a writer that died has left goes with the next one.
    fs::write(stage.folder.path().join(".hallmark-left"), "half").unwrap();
    stage.registry.behave();
    copy(&client(nobody()), &stage.out()).await.unwrap();
    let names = fs::read_dir(stage.folder.path()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["blobs", "index.json", "oci-layout"]);
}

#[tokio::test]
async fn other_bytes_in_a_folder_never_reach_a_registry() {
    let stage = Stage::set().await;
    copy(&client(nobody()), &stage.out()).await.unwrap();
    let hurt = stage.blob(&Digest::sha256(&stage.image.blobs[3]));
    fs::write(&hurt, vec![b'x'; stage.image.blobs[3].len()]).unwrap();
    let error = copy(&client(nobody()), &stage.back(None))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::DigestMismatch, "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_read_or_written_through_a_symbolic_link() {
    use std::os::unix::fs::symlink;
    let stage = Stage::set().await;
    copy(&client(nobody()), &stage.out()).await.unwrap();
    let secret = tempfile::tempdir().unwrap();
    let bytes = stage.image.blobs[3].clone();
    fs::write(secret.path().join("secret"), &bytes).unwrap();
    let hurt = stage.blob(&Digest::sha256(&bytes));
    fs::remove_file(&hurt).unwrap();
    symlink(secret.path().join("secret"), &hurt).unwrap();
    let error = copy(&client(nobody()), &stage.back(None))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Folder, "{error}");

    let elsewhere = tempfile::tempdir().unwrap();
    let fresh = tempfile::tempdir().unwrap();
    fs::create_dir(elsewhere.path().join("sha256")).unwrap();
    fs::write(
        fresh.path().join("oci-layout"),
        r#"{"imageLayoutVersion":"1.0.0"}"#,
    )
    .unwrap();
    symlink(elsewhere.path(), fresh.path().join("blobs")).unwrap();
    let job = CopyJob::new(stage.source.tagged(tag("v1")), fresh.path().to_owned());
    let error = copy(&client(nobody()), &job).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Folder, "{error}");
    assert_eq!(
        fs::read_dir(elsewhere.path().join("sha256"))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn a_digest_in_an_index_is_no_path() {
    let stage = Stage::set().await;
    copy(&client(nobody()), &stage.out()).await.unwrap();
    let mut changed = index(stage.folder.path());
    changed["manifests"] = json!([{
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": "sha256:../../../../etc/passwd", "size": 1,
        "annotations": {"org.opencontainers.image.ref.name": "v1"},
    }]);
    fs::write(stage.folder.path().join("index.json"), changed.to_string()).unwrap();
    let error = copy(&client(nobody()), &stage.back(Some("v1")))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::NotFound, "{error}");
}

#[tokio::test]
async fn a_folder_with_other_things_in_it_does_not_become_a_layout() {
    let stage = Stage::set().await;
    fs::write(stage.folder.path().join("thesis.txt"), "years of work").unwrap();
    let error = copy(&client(nobody()), &stage.out()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Folder, "{error}");
    assert_eq!(fs::read_dir(stage.folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn two_writers_do_not_write_into_one_folder_at_once() {
    let stage = Stage::set().await;
    let lock = fs::File::open(stage.folder.path()).unwrap();
    lock.lock().unwrap();
    let error = copy(&client(nobody()), &stage.out()).await.unwrap_err();
    assert!(
        error.message().contains("Another copy is writing"),
        "{error}"
    );
    drop(lock);
    copy(&client(nobody()), &stage.out()).await.unwrap();
}

#[tokio::test]
async fn a_folder_with_several_images_wants_one_named() {
    let stage = Stage::set().await;
    let client = client(nobody());
    copy(&client, &stage.out()).await.unwrap();
    let blobs = [Bytes::from_static(b"{}"), Bytes::from_static(b"other")];
    for blob in &blobs {
        client.push_blob(&stage.source, blob.clone()).await.unwrap();
    }
    let other = crate::copy_images::image_of(&blobs);
    crate::copy_images::put(&client, &stage.source, &other).await;
    let job = CopyJob::new(
        stage.source.at(other.digest().clone()),
        stage.folder.path().to_owned(),
    )
    .tagged([tag("other")]);
    copy(&client, &job).await.unwrap();
    let error = copy(&client, &stage.back(None)).await.unwrap_err();
    assert!(error.message().contains("several"), "{error}");
    let copied = copy(&client, &stage.back(Some("other"))).await.unwrap();
    assert_eq!(copied.digest, *other.digest());
    assert_eq!(
        index(stage.folder.path())["manifests"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}
