use super::*;
use std::collections::BTreeMap;

fn written(context: &Context) -> BTreeMap<String, (tar::EntryType, u64, String)> {
    let mut bytes = Vec::new();
    context.write_to(&mut bytes).unwrap();
    let mut archive = tar::Archive::new(bytes.as_slice());
    archive
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let (kind, size) = (entry.header().entry_type(), entry.size());
            assert_eq!(
                (entry.header().uid().unwrap(), entry.header().gid().unwrap()),
                (0, 0)
            );
            let name = entry.path().unwrap().to_string_lossy().into_owned();
            let link = entry.link_name().unwrap();
            let content = match link {
                Some(link) => link.to_string_lossy().into_owned(),
                None => {
                    let mut text = String::new();
                    std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
                    text
                }
            };
            (name, (kind, size, content))
        })
        .collect()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn names(context: &Context) -> Vec<String> {
    written(context).into_keys().collect()
}

#[test]
fn what_is_ignored_is_left_out_and_the_builders_own_files_are_sent_all_the_same() {
    let folder = folder(&[
        ("Dockerfile", "FROM scratch\n"),
        (".dockerignore", "*\n!src\nsrc/*.tmp\n"),
        ("src/main", "x"),
        ("src/a.tmp", "x"),
        ("other/deep/x", "x"),
    ]);
    let context = Context::open(folder.path(), None, true).unwrap();
    assert_eq!(
        names(&context),
        [".dockerignore", "Dockerfile", "src/", "src/main"]
    );
    let extent = context.extent().unwrap();
    assert_eq!((extent.entries, extent.more), (4, false));
    assert_eq!(
        context.ignore_file().unwrap(),
        folder.path().canonicalize().unwrap().join(".dockerignore")
    );
}

#[test]
fn what_is_below_an_ignored_folder_can_be_brought_back() {
    let folder = folder(&[
        ("Dockerfile", "FROM scratch\n"),
        (".dockerignore", "vendor\n!vendor/keep/this\n"),
        ("vendor/keep/this", "x"),
        ("vendor/keep/that", "x"),
        ("vendor/other", "x"),
    ]);
    let context = Context::open(folder.path(), None, true).unwrap();
    assert_eq!(
        names(&context),
        [".dockerignore", "Dockerfile", "vendor/keep/this"]
    );
}

#[test]
fn a_dockerfile_of_elsewhere_is_sent_beside_the_folder_and_kept_out_of_the_image() {
    let elsewhere = folder(&[("Other.Dockerfile", "FROM scratch\n")]);
    let folder = folder(&[
        ("a", "x"),
        ("Dockerfile", "FROM wrong\n"),
        (".dockerignore", "b\n"),
    ]);
    let path = elsewhere.path().join("Other.Dockerfile");
    let context = Context::open(folder.path(), Some(&path), true).unwrap();
    let name = context.dockerfile().to_owned();
    assert!(name.starts_with(".dockerfile."), "{name}");
    let sent = written(&context);
    assert_eq!(sent[&name].2, "FROM scratch\n");
    assert_eq!(sent[".dockerignore"].2, format!("b\n\n{name}\n"));
    assert!(sent.contains_key("Dockerfile") && sent.contains_key("a"));
    let again = Context::open(folder.path(), Some(&path), true).unwrap();
    assert_eq!(again.dockerfile(), name);
}

#[test]
fn one_within_is_found_by_whatever_way_it_is_named() {
    let folder = folder(&[("docker/web.Dockerfile", "FROM scratch\n"), ("a", "x")]);
    let path = folder.path().join("docker/../docker/web.Dockerfile");
    let context = Context::open(folder.path(), Some(&path), true).unwrap();
    assert_eq!(context.dockerfile(), "docker/web.Dockerfile");
    fs::write(
        folder.path().join("docker/web.Dockerfile.dockerignore"),
        "a\n",
    )
    .unwrap();
    let own = Context::open(folder.path(), Some(&path), true).unwrap();
    assert!(!names(&own).contains(&"a".to_owned()));
    let classic = Context::open(folder.path(), Some(&path), false).unwrap();
    assert!(names(&classic).contains(&"a".to_owned()));
}

#[cfg(unix)]
#[test]
fn links_stay_links_and_sockets_are_passed_over() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    let folder = folder(&[("Dockerfile", "FROM scratch\n"), ("a", "same")]);
    let at = |name: &str| folder.path().join(name);
    symlink("nowhere/at/all", at("broken")).unwrap();
    fs::hard_link(at("a"), at("b")).unwrap();
    let _socket = UnixListener::bind(at("socket")).unwrap();
    fs::create_dir(at("empty")).unwrap();
    let long = "x".repeat(140);
    fs::write(at(&long), "long").unwrap();
    let sent = written(&Context::open(folder.path(), None, true).unwrap());
    assert_eq!(sent["broken"].0, tar::EntryType::Symlink);
    assert_eq!(sent["broken"].2, "nowhere/at/all");
    assert_eq!(
        (sent["b"].0, sent["b"].2.as_str()),
        (tar::EntryType::Link, "a")
    );
    assert_eq!(sent["empty/"].0, tar::EntryType::Directory);
    assert_eq!(sent[&long].2, "long");
    assert!(!sent.contains_key("socket"));
}

#[test]
fn what_is_missing_or_wrong_is_told_before_anything_is_sent() {
    let folder = folder(&[("empty/Dockerfile", "# nothing\n"), ("bin/Dockerfile", "x")]);
    fs::write(folder.path().join("bin/Dockerfile"), [0xff, 0xfe]).unwrap();
    for (name, words) in [
        ("nowhere", "cannot be opened"),
        ("empty/Dockerfile", "is a file"),
        ("empty", "is empty"),
        ("bin", "UTF-8"),
        ("", "there is no Dockerfile"),
    ] {
        let error = Context::open(&folder.path().join(name), None, true).unwrap_err();
        assert!(error.message().contains(words), "{name}: {error}");
        assert!(error.hint().is_some(), "{name}");
    }
    fs::write(folder.path().join("empty/.dockerignore"), "ok\n[").unwrap();
    fs::write(folder.path().join("empty/Dockerfile"), "FROM scratch").unwrap();
    let error = Context::open(&folder.path().join("empty"), None, true).unwrap_err();
    assert!(error.message().contains(".dockerignore line 2"), "{error}");
}

#[tokio::test]
async fn what_is_streamed_is_what_is_written_and_stopping_ends_the_thread() {
    let folder = folder(&[("Dockerfile", "FROM scratch\n")]);
    fs::write(folder.path().join("large"), vec![7; 3 << 20]).unwrap();
    let context = Context::open(folder.path(), None, true).unwrap();
    let mut written = Vec::new();
    context.write_to(&mut written).unwrap();
    let (mut pieces, sent) = context.stream();
    let mut streamed = Vec::new();
    while let Some(piece) = pieces.recv().await {
        streamed.extend_from_slice(&piece.unwrap());
    }
    assert!(streamed == written);
    assert_eq!(taken(&sent), written.len() as u64);

    let (pieces, sent) = context.stream();
    drop(pieces);
    while Arc::strong_count(&sent) > 1 {
        tokio::task::yield_now().await;
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder(&[("Dockerfile", "FROM scratch\n"), ("secret", "x")]);
    let secret = folder.path().join("secret");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&secret).is_ok() {
        // Root reads everything; there is nothing to see then.
        return;
    }
    let context = Context::open(folder.path(), None, true).unwrap();
    let error = context.write_to(std::io::sink()).unwrap_err();
    assert!(error.message().contains("secret"), "{error}");
}

use std::fs::File;
