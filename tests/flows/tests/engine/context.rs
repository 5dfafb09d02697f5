//! What Hallmark sends of a folder is what Docker's own command sends of it.

use hallmark_engine::context::Context;
use hallmark_flows::process::installed;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::net::UnixListener;

/// An entry as it arrives: its kind, mode, link and content.
type Sent = BTreeMap<String, (u8, u32, String, Vec<u8>)>;

fn entries(tar: &[u8]) -> Sent {
    let mut archive = tar::Archive::new(tar);
    let mut sent = Sent::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
        let (kind, mode) = (
            header.entry_type().as_byte(),
            header.mode().unwrap() & 0o7777,
        );
        let link = entry.link_name().unwrap();
        let link = link.map_or_else(String::new, |link| link.display().to_string());
        let name = entry.path().unwrap().display().to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        // The order of a context says nothing; a name twice would.
        let before = sent.insert(name.clone(), (kind, mode, link, content));
        assert!(before.is_none(), "{name} is sent twice");
    }
    sent
}

/// What Docker's command sends: an engine that takes a build and builds nothing.
async fn docker_sends(folder: &Path, more: &[&str]) -> Sent {
    installed("docker", "docker.io");
    let place = tempfile::tempdir().unwrap();
    let socket = place.path().join("engine.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let taken: Arc<Mutex<Vec<u8>>> = Arc::default();
    let keep = Arc::clone(&taken);
    let serving = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let keep = Arc::clone(&keep);
            let service = service_fn(move |request: Request<Incoming>| {
                let keep = Arc::clone(&keep);
                async move {
                    let is_build = request.uri().path().ends_with("/build");
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    if is_build {
                        *keep.lock().unwrap() = body.to_vec();
                    }
                    let answer = Response::builder()
                        .header("api-version", "1.41")
                        .header("content-type", "application/json")
                        .body(Full::new(bytes::Bytes::from_static(
                            b"{\"stream\":\"done\\n\"}\n",
                        )));
                    Ok::<_, std::convert::Infallible>(answer.unwrap())
                }
            });
            tokio::spawn(async move {
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                let _ = connection.await;
            });
        }
    });
    let mut words = vec!["build"];
    words.extend(more);
    words.push(folder.to_str().unwrap());
    let said = tokio::process::Command::new("docker")
        .args(&words)
        .env("DOCKER_HOST", format!("unix://{}", socket.display()))
        .env("DOCKER_BUILDKIT", "0")
        .env("HOME", place.path())
        .output()
        .await
        .unwrap();
    serving.abort();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let mut taken = taken.lock().unwrap().clone();
    // Docker's command leaves the end of an archive off where it puts a Dockerfile into it.
    taken.resize(taken.len().next_multiple_of(512) + 1024, 0);
    entries(&taken)
}

fn hallmark_sends(folder: &Path, dockerfile: Option<&Path>) -> Sent {
    let mut tar = Vec::new();
    let context = Context::open(folder, dockerfile, false).unwrap();
    context.write_to(&mut tar).unwrap();
    entries(&tar)
}

/// A tree with something of everything.
fn tree(ignore: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in [
        "Dockerfile",
        "docker/web.Dockerfile",
        "a.log",
        "b.txt",
        "src/main.rs",
        "src/deep/x.log",
        "src/deep/y.rs",
        "node_modules/x/index.js",
        "vendor/keep/this",
        "vendor/keep/that",
        "vendor/other/z",
        ".git/HEAD",
        "docs/a.md",
        "docs/b/c.md",
        "README.md",
        "weird [x].txt",
        "täst/ünï.txt",
    ] {
        fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        fs::write(at(name), format!("content of {name}")).unwrap();
    }
    fs::write(at("Dockerfile"), "FROM scratch\n").unwrap();
    fs::write(at("docker/web.Dockerfile"), "FROM scratch\n").unwrap();
    fs::create_dir_all(at("empty/folder")).unwrap();
    symlink("b.txt", at("link")).unwrap();
    symlink("nowhere", at("broken")).unwrap();
    symlink("src", at("link-to-folder")).unwrap();
    fs::hard_link(at("b.txt"), at("c.txt")).unwrap();
    fs::set_permissions(at("src/main.rs"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(at("docs"), fs::Permissions::from_mode(0o700)).unwrap();
    let long = format!("{}/{}", "l".repeat(90), "m".repeat(120));
    fs::create_dir_all(at(&long).parent().unwrap()).unwrap();
    fs::write(at(&long), "long").unwrap();
    if let Some(text) = ignore {
        fs::write(at(".dockerignore"), text).unwrap();
    }
    folder
}

#[tokio::test]
async fn the_context_is_docker_s_own_for_every_ignore_file() {
    let cases = [
        None,
        Some("# nothing\n\n"),
        Some("node_modules\n.git\n"),
        Some("*.log\n"),
        Some("**/*.log\n"),
        Some("*\n!src\n"),
        Some("*\n!src/**\n!Dockerfile\n"),
        Some("**\n!docs/b/c.md\n"),
        Some("vendor\n!vendor/keep/this\n"),
        Some("vendor/\n!vendor/keep\nvendor/keep/that\n"),
        Some("/src/deep/\n"),
        Some("src/deep/../main.rs\n"),
        Some("Dockerfile\n.dockerignore\n"),
        Some("docs/**/*.md\n"),
        Some("**/deep\n"),
        Some("d?cs\n[ab].*\n"),
        Some("weird \\[x\\].txt\n"),
        Some("t\u{e4}st\n"),
        Some("link\nempty\n"),
        Some("\u{feff}README.md\n  b.txt  \r\n!  a.log\n"),
        Some("src\n!src/deep\nsrc/deep/*.log\n"),
    ];
    for ignore in cases {
        let folder = tree(ignore);
        let (docker, ours) = (
            docker_sends(folder.path(), &[]).await,
            hallmark_sends(folder.path(), None),
        );
        let names = |sent: &Sent| sent.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&ours), names(&docker), "{ignore:?}");
        for (name, entry) in &docker {
            assert_eq!(&ours[name], entry, "{ignore:?}: {name}");
        }
    }
}

#[tokio::test]
async fn a_dockerfile_named_apart_is_sent_as_docker_sends_it() {
    let folder = tree(Some("docker\n"));
    let inside = folder.path().join("docker/web.Dockerfile");
    let docker = docker_sends(folder.path(), &["-f", inside.to_str().unwrap()]).await;
    assert_eq!(hallmark_sends(folder.path(), Some(&inside)), docker);

    let elsewhere = tempfile::tempdir().unwrap();
    let outside = elsewhere.path().join("X");
    fs::write(&outside, "FROM scratch\n# other\n").unwrap();
    let docker = docker_sends(folder.path(), &["-f", outside.to_str().unwrap()]).await;
    let ours = hallmark_sends(folder.path(), Some(&outside));
    // Both give it a name that nobody has, and name it in the ignore file.
    let plain = |sent: &Sent| -> Vec<(String, Vec<u8>)> {
        let own = sent
            .keys()
            .find(|name| name.starts_with(".dockerfile."))
            .unwrap()
            .clone();
        let mut all: Vec<(String, Vec<u8>)> = sent
            .iter()
            .map(|(name, entry)| {
                let text = String::from_utf8_lossy(&entry.3).replace(&own, "OWN");
                (name.replace(&own, "OWN"), text.into_bytes())
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(plain(&ours), plain(&docker));
}
