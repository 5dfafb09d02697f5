//! A database that is read-only, damaged, somebody else's or on a full disk.

use crate::Desk;
use hallmark_flows::{
    ground::{copy_folder, word},
    person::Person,
    process::installed,
    program::hallmark,
};
use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

const PASSPHRASE: &str = "canary-passphrase-for-databases";

/// Ines with her secrets in a file, and a record of some entries.
fn with_a_record(desk: &Desk) -> Person {
    let mara = desk
        .ground
        .person("mara")
        .with("HALLMARK_PASSPHRASE", PASSPHRASE);
    mara.prepare(&desk.candidate, &desk.ground.files());
    mara
}

fn promote(desk: &Desk) -> [String; 5] {
    let image = desk.candidate.exact();
    ["promote", &image, "--stage", "golden", "--json"].map(str::to_owned)
}

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Takes the right to write from everything below `folder`, or gives it back.
fn set_all(folder: &Path, folders: u32, files: u32) {
    set(folder, 0o755);
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            set_all(&entry.path(), folders, files);
        } else {
            set(&entry.path(), files);
        }
    }
    set(folder, folders);
}

/// A command that obeys permissions: root does not, so it becomes nobody first.
fn obeying(person: Person, folder: &Path) -> Person {
    if fs::metadata(folder).unwrap().uid() != 0 {
        return person;
    }
    let program = folder.join("hallmark");
    fs::copy(hallmark(), &program).unwrap();
    let nobody = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--",
    ];
    person.under(&[&nobody[..], &[&word(&program)]].concat())
}

#[test]
fn a_read_only_database_is_said_and_nothing_moves() {
    let desk = Desk::open();
    let mara = with_a_record(&desk);
    let (kinds, home) = (mara.kinds(), mara.home().to_owned());
    for folder in home
        .ancestors()
        .take_while(|folder| !folder.ends_with("tmp"))
    {
        set(folder, 0o755);
    }
    let open = obeying(mara.clone(), &desk.ground.files());
    set_all(&home, 0o555, 0o444);
    let words = promote(&desk);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    for act in [&["queue", "--json"][..], &words] {
        let said = open.run(act);
        said.fails(3, "database-unavailable", &["read-only", "writable"]);
    }
    set_all(&home, 0o755, 0o644);
    assert_eq!(mara.kinds(), kinds);
    assert_eq!(desk.shelf.names(&desk.candidate, "golden"), None);
    assert_eq!(mara.promote(&desk.candidate.exact())["outcome"], "promoted");
}

fn database(person: &Person) -> PathBuf {
    person.home().join("history.db")
}

/// The database's own files: what it keeps beside itself belongs to it.
fn files_of(person: &Person) -> [PathBuf; 3] {
    ["history.db", "history.db-wal", "history.db-shm"].map(|name| person.home().join(name))
}

#[test]
fn a_damaged_database_is_said_and_left_as_it_is() {
    let desk = Desk::open();
    let mara = with_a_record(&desk);
    let kinds = mara.kinds();
    let [file, log, index] = files_of(&mara);
    let backup = desk.ground.files().join("backup");
    copy_folder(mara.home(), &backup);
    let whole = fs::read(&file).unwrap();
    let page = 4096;
    let mut torn = whole.clone();
    torn[page..]
        .iter_mut()
        .for_each(|byte| *byte = byte.wrapping_add(91));
    for damaged in [
        torn,
        b"this was a database once".repeat(400),
        whole[..page + 7].to_vec(),
    ] {
        for beside in [&log, &index] {
            // It is there only where the last command did not tidy up.
            let _ = fs::remove_file(beside);
        }
        fs::write(&file, &damaged).unwrap();
        let words = promote(&desk);
        let said = mara.run(&words.each_ref().map(String::as_str));
        said.fails(
            3,
            "database-corrupt",
            &["is damaged", "backup", "history rebuild"],
        );
        assert_eq!(
            fs::read(&file).unwrap(),
            damaged,
            "it is kept for who can repair it"
        );
    }
    assert_eq!(desk.shelf.names(&desk.candidate, "golden"), None);
    fs::remove_dir_all(mara.home()).unwrap();
    copy_folder(&backup, mara.home());
    assert_eq!(mara.kinds(), kinds, "restored from a backup, as it says");
    assert_eq!(mara.ok(&["history", "verify"])["ok"], true);
}

#[test]
fn a_database_moved_away_is_rebuilt_from_the_registry_as_it_says() {
    let desk = Desk::open();
    let mara = with_a_record(&desk);
    let team = format!("{}/payments/hallmark", desk.shelf.host());
    mara.ok(&["workspace", "init", &team]);
    mara.request(&desk.candidate.exact());
    let signed = |person: &Person| {
        let all = person.ok(&["history", "--limit", "1000"]);
        let entries = all["entries"].as_array().unwrap().iter();
        let names = entries.filter_map(|entry| entry["statement"].as_str().map(str::to_owned));
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let before = signed(&mara);
    assert!(before.len() > 6, "{before:#?}");
    fs::rename(database(&mara), mara.home().join("damaged.db")).unwrap();
    mara.ok(&["history", "rebuild"]);
    assert_eq!(signed(&mara), before);
    assert_eq!(mara.ok(&["history", "verify"])["ok"], true);
}

#[test]
fn another_programs_database_is_never_touched() {
    let desk = Desk::open();
    let mara = desk.ground.person("mara");
    fs::create_dir_all(mara.home()).unwrap();
    installed("sqlite3", "sqlite3");
    let made = std::process::Command::new("sqlite3")
        .arg(database(&mara))
        .arg("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('cake');")
        .status()
        .unwrap();
    assert!(made.success());
    let before = fs::read(database(&mara)).unwrap();
    let said = mara.json(&["queue"]);
    said.fails(
        3,
        "database-corrupt",
        &["another program", "ove it away", "--workspace"],
    );
    let after = fs::read(database(&mara)).unwrap();
    assert!(after == before, "it was written to");
}

/// Copies the home onto a small disk, fills that, runs the command, makes room, and copies back
/// what the command left.
const ON_A_FULL_DISK: &str = r#"
set -e
disk=$1; home=$2; shift 2
mkdir -p "$disk"
mount -t tmpfs -o size=8m full "$disk"
cp -a "$home/." "$disk"
dd if=/dev/zero of="$disk/filler" bs=4k 2>/dev/null || true
set +e
HALLMARK_HOME=$disk "$@"
code=$?
rm "$disk/filler"
rm -rf "$home"; mkdir "$home"; cp -a "$disk/." "$home"
exit $code
"#;

#[test]
fn a_full_disk_is_said_and_nothing_moves_and_nothing_is_lost() {
    let desk = Desk::open();
    let mara = with_a_record(&desk);
    let kinds = mara.kinds();
    let disk = word(&desk.ground.files().join("disk"));
    let home = word(mara.home());
    let program = word(hallmark());
    let probe = std::process::Command::new("unshare")
        .args(["-rm", "true"])
        .status()
        .unwrap();
    assert!(
        probe.success(),
        "this test mounts a small disk in a namespace of its own, which is not allowed here: \
         allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), or run as root"
    );
    let script = [
        "unshare",
        "-rm",
        "sh",
        "-c",
        ON_A_FULL_DISK,
        "sh",
        &disk,
        &home,
        &program,
    ];
    let cramped = mara.clone().under(&script);
    let words = promote(&desk);
    let said = cramped
        .with("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .run(&words.each_ref().map(String::as_str));
    said.fails(
        3,
        "database-unavailable",
        &["no room left", "ree some space"],
    );
    assert_eq!(mara.kinds(), kinds);
    assert_eq!(mara.ok(&["history", "verify"])["ok"], true);
    assert_eq!(desk.shelf.names(&desk.candidate, "golden"), None);
    mara.json(&["settle"]).answer(0);
    assert_eq!(mara.promote(&desk.candidate.exact())["outcome"], "promoted");
}
