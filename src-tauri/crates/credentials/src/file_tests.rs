use super::*;
use proptest::prelude::*;

fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

fn open(path: &Path, passphrase: &str) -> Result<PassphraseFile, StoreError> {
    PassphraseFile::with_work(path.into(), SecretString::new(passphrase.into()), 2)
}

fn text(file: &PassphraseFile, account: &str) -> Option<String> {
    let found = file.get(account).unwrap()?;
    Some(String::from_utf8(found.expose().clone()).unwrap())
}

#[test]
fn what_is_stored_is_there_after_opening_again_and_is_not_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.age");
    let file = open(&path, "open sesame").unwrap();
    assert!(!path.exists(), "opening alone made a file");
    file.set("w/login/r.io", &secret("canary")).unwrap();
    file.set("w/signing-key", &SecretBytes::new(vec![0, 159, 146, 150]))
        .unwrap();
    let again = open(&path, "open sesame").unwrap();
    assert_eq!(text(&again, "w/login/r.io").as_deref(), Some("canary"));
    assert_eq!(
        again.get("w/signing-key").unwrap().unwrap().expose(),
        &[0, 159, 146, 150]
    );
    assert!(again.delete("w/login/r.io").unwrap());
    assert!(!again.delete("w/login/r.io").unwrap());
    assert_eq!(text(&file, "w/login/r.io"), None);
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    for hidden in [&b"canary"[..], b"r.io", b"sesame"] {
        assert!(!bytes.windows(hidden.len()).any(|window| window == hidden));
    }
}

#[test]
fn a_wrong_passphrase_is_told_as_one_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.age");
    open(&path, "right")
        .unwrap()
        .set("a", &secret("1"))
        .unwrap();
    let before = fs::read(&path).unwrap();
    assert_eq!(
        open(&path, "wrong").unwrap_err(),
        StoreError::WrongPassphrase
    );
    assert!(matches!(
        open(&path, "").unwrap_err(),
        StoreError::Refused(_)
    ));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_or_foreign_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.age");
    let file = open(&path, "p").unwrap();
    file.set("a", &secret("1")).unwrap();
    let good = fs::read(&path).unwrap();
    for bad in [
        &good[..good.len() - 1],
        &good[..40],
        b"",
        b"not an age file",
    ] {
        fs::write(&path, bad).unwrap();
        for error in [
            open(&path, "p").unwrap_err(),
            file.set("b", &secret("2")).unwrap_err(),
        ] {
            assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), bad);
    }
}

#[test]
fn a_file_that_asks_for_too_much_work_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.age");
    open(&path, "p").unwrap().set("a", &secret("1")).unwrap();
    let text = fs::read(&path).unwrap();
    let line = text.iter().skip(22).position(|b| *b == b'\n').unwrap() + 22;
    let mut greedy = text.clone();
    greedy.splice(line - 1..line, *b"40");
    fs::write(&path, greedy).unwrap();
    let error = open(&path, "p").unwrap_err();
    assert!(error.to_string().contains("more work"), "{error}");
}

#[test]
fn two_openers_keep_what_each_other_stored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.age");
    let (one, two) = (open(&path, "p").unwrap(), open(&path, "p").unwrap());
    std::thread::scope(|scope| {
        for (file, name) in [(&one, "one"), (&two, "two")] {
            scope.spawn(move || {
                for number in 0..10 {
                    file.set(&format!("{name}/{number}"), &secret(name))
                        .unwrap();
                }
            });
        }
    });
    for number in 0..10 {
        assert_eq!(text(&one, &format!("two/{number}")).as_deref(), Some("two"));
        assert_eq!(text(&two, &format!("one/{number}")).as_deref(), Some("one"));
    }
}

#[test]
fn what_a_crash_left_behind_does_not_stop_the_next_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.age");
    fs::write(beside(&path, "new"), "half written").unwrap();
    let file = open(&path, "p").unwrap();
    file.set("a", &secret("1")).unwrap();
    assert_eq!(text(&file, "a").as_deref(), Some("1"));
    assert!(!beside(&path, "new").exists());
}

#[test]
fn a_folder_that_is_not_there_is_told_with_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = open(&folder.path().join("none/secrets.age"), "p").unwrap();
    let error = file.set("a", &secret("1")).unwrap_err();
    assert!(matches!(&error, StoreError::Io(path, _) if path.ends_with("none/secrets.age")));
}

#[test]
#[cfg(unix)]
fn the_file_is_its_owners_alone_and_a_link_to_it_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (
        folder.path().join("real.age"),
        folder.path().join("link.age"),
    );
    open(&real, "p").unwrap().set("a", &secret("1")).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
    symlink(&real, &link).unwrap();
    open(&link, "p").unwrap().set("b", &secret("2")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(text(&open(&real, "p").unwrap(), "b").as_deref(), Some("2"));
}

#[test]
fn a_real_file_is_protected_by_the_work_that_the_constant_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.age");
    let file = PassphraseFile::open(&path, SecretString::new("p".into())).unwrap();
    file.set("a", &secret("1")).unwrap();
    let bytes = fs::read(&path).unwrap();
    let header = String::from_utf8_lossy(&bytes);
    let stanza = header.lines().nth(1).unwrap();
    assert!(
        stanza.starts_with("-> scrypt ") && stanza.ends_with(" 17"),
        "{stanza}"
    );
}

#[test]
fn an_open_file_prints_its_path_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = open(&folder.path().join("f"), "sesame").unwrap();
    file.set("a", &secret("canary")).unwrap();
    let shown = format!("{file:?}");
    assert!(
        !shown.contains("sesame") && !shown.contains("canary"),
        "{shown}"
    );
}

proptest! {
    #[test]
    fn entries_come_back_as_written_without_the_buffer_growing(entries: BTreeMap<String, Vec<u8>>) {
        let entries: Entries = entries.into_iter().map(|(k, v)| (k, SecretBytes::new(v))).collect();
        let bytes = write_entries(&entries).unwrap();
        let room: usize = entries.iter().map(|(k, v)| 6 * k.len() + 6 + v.expose().len().div_ceil(3) * 4).sum();
        prop_assert_eq!(bytes.capacity(), room + 2, "the buffer grew");
        let back = read_entries(&bytes).unwrap();
        prop_assert_eq!(back.len(), entries.len());
        for (account, secret) in &entries {
            prop_assert_eq!(back[account].expose(), secret.expose());
        }
    }
}
