//! The `hallmark` command, built if it is not there or older than its sources.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::SystemTime,
};

/// Names another program to test, an installed one for example.
const OTHER: &str = "HALLMARK_PROGRAM";

/// The command.
pub fn hallmark() -> &'static Path {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| match env::var_os(OTHER) {
        Some(other) => Some(PathBuf::from(other)),
        None => beside_this_test(),
    });
    program
        .as_deref()
        .expect("cargo builds the hallmark command; it said why not")
}

/// Cargo puts tests into `target/<profile>/deps`, programs one folder up.
fn beside_this_test() -> Option<PathBuf> {
    let test = env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let program = folder.join("hallmark");
    (is_current(&program) || build(folder)).then_some(program)
}

/// Newer than every source that cargo lists for it. Asking cargo itself would build it once more
/// where the whole workspace was built, because features are chosen for a whole build.
fn is_current(program: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|of| of.modified()).ok();
    let listed = fs::read_to_string(program.with_extension("d")).unwrap_or_default();
    let Some((_, sources)) = listed.split_once(": ") else {
        return false;
    };
    let built = changed(program).unwrap_or(SystemTime::UNIX_EPOCH);
    sources
        .split_whitespace()
        .all(|source| changed(Path::new(source)).is_some_and(|changed| changed <= built))
}

fn build(folder: &Path) -> bool {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "-p", "hallmark-cli"]);
    command.args(folder.ends_with("release").then_some("--release"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env("CARGO_TARGET_DIR", folder.parent().unwrap());
    command.status().expect("cargo runs").success()
}
