//! What this crate stands on.

#[test]
fn it_knows_every_room_below_and_neither_a_face_nor_the_practice_registry() {
    let manifest: toml::Table = toml::from_str(include_str!("../../Cargo.toml")).unwrap();
    let ours: Vec<&str> = manifest["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .filter_map(|name| name.strip_prefix("hallmark-"))
        .collect();
    let expected = [
        "attest",
        "credentials",
        "engine",
        "evidence",
        "history",
        "image",
        "policy",
        "registry",
    ];
    assert_eq!(ours, expected);
    let faces = ["tauri", "clap", "axum"];
    let named = |face: &&str| manifest["dependencies"].get(*face).is_some();
    assert!(!faces.iter().any(named), "a face was let in");
}
