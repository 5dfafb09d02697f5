//! What this crate stands on: no network, no disk, no database, no window.

#[test]
fn the_dependencies_are_these_and_no_others() {
    let manifest = include_str!("../Cargo.toml");
    let (_, rest) = manifest.split_once("[dependencies]\n").unwrap();
    let names = rest.lines().take_while(|line| !line.starts_with('['));
    let names = names.filter_map(|line| line.split(['.', ' ', '=']).next());
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    let expected = [
        "hallmark-evidence",
        "hallmark-image",
        "jiff",
        "regorus",
        "serde",
        "serde_json",
        "thiserror",
        "toml",
    ];
    assert_eq!(
        names, expected,
        "a new dependency is a decision: write it down here"
    );
}
