//! What this crate stands on: no network, no disk, no database, no window.

#[test]
fn the_dependencies_are_these_and_no_others() {
    let manifest = include_str!("../Cargo.toml");
    let (_, rest) = manifest.split_once("[dependencies]\n").unwrap();
    let names = rest.lines().take_while(|line| !line.starts_with('['));
    let names = names.filter_map(|line| line.split(['.', ' ', '=']).next());
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    let expected = [
        "arcstr",
        "base64",
        "encoding_rs",
        "hallmark-image",
        "jiff",
        "pep440_rs",
        "quick-xml",
        "serde",
        "serde_json",
        "thiserror",
    ];
    assert_eq!(
        names, expected,
        "a new dependency is a decision: write it down here"
    );
}
