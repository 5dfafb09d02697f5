//! The files of a workspace, which people edit and two programs may have open.

use crate::ground::{Ground, assert_refused, registry_file};
use hallmark_workflow::{
    Desk, Home, WorkspaceFile,
    dto::{Appearance, Outcome},
    error::Code,
};

#[tokio::test]
async fn one_window_has_a_workspace_and_commands_beside_it_are_fine() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let window = ines.desk.window().unwrap();
    let other = Desk::open(ines.home(), ines.surroundings()).await.unwrap();
    assert_refused(
        other.window().map(|_| ()),
        Code::WorkspaceInUse,
        "another window",
    );
    other.key_show(None).await.unwrap();
    drop(window);
    other.window().unwrap();
}

#[tokio::test]
async fn what_a_command_wrote_beside_the_window_is_not_lost() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let home = Home::at(ines.home()).unwrap();
    let mut file = WorkspaceFile::load(&home).unwrap();
    file.registries = vec![registry_file(ground.registry.host())];
    file.save(&home).unwrap();
    ines.desk.set_appearance(Appearance::Dark).await.unwrap();
    let file = WorkspaceFile::load(&home).unwrap();
    assert_eq!(file.registries.len(), 1);
    assert_eq!(file.window.appearance, Appearance::Dark);
    assert_eq!(ines.desk.registries().len(), 1);
}

#[tokio::test]
async fn what_a_command_wrote_beside_the_window_is_known_to_it() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let home = Home::at(ines.home()).unwrap();
    let known = WorkspaceFile::load(&home).unwrap();
    ines.desk.look_beside().unwrap();
    let whole = std::fs::read_to_string(home.path().join("workspace.toml")).unwrap();

    let mut file = known.clone();
    file.registries = vec![registry_file(ground.registry.host())];
    file.save(&home).unwrap();
    ines.desk.look_beside().unwrap();
    assert_eq!(ines.desk.registries().len(), 1);
    ines.review(&image).await;

    std::fs::write(home.path().join("workspace.toml"), "what?").unwrap();
    ines.desk.look_beside().unwrap();
    assert_eq!(ines.desk.registries().len(), 1, "what was known stays");
    std::fs::write(home.path().join("workspace.toml"), whole).unwrap();
    ines.desk.look_beside().unwrap();
    assert_eq!(ines.desk.registries().len(), known.registries.len());
}

#[tokio::test]
async fn a_wrong_line_of_the_workspace_file_is_named() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let path = ines.home().join("workspace.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("colour = \"blue\"\n{text}")).unwrap();
    let refused = Desk::open(ines.home(), ines.surroundings())
        .await
        .map(|_| ());
    assert_refused(refused, Code::BadInput, "line 1");
    let changed = ines.desk.set_appearance(Appearance::Dark).await.map(|_| ());
    assert_refused(changed, Code::BadInput, "colour");
    assert!(
        std::fs::read_to_string(&path).unwrap().contains("colour"),
        "nothing was overwritten"
    );
}

#[tokio::test]
async fn a_wrong_line_of_the_policy_stops_every_promotion_and_is_named() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.approve(&image).await.unwrap();
    ines.policy("aprovals = 0");
    let refused = ines.promote_to(&image, "golden").await;
    assert_refused(refused, Code::BadInput, "refused at line 3");
    assert_refused(ines.approve(&image).await, Code::BadInput, "aprovals");
    assert_eq!(ground.at("shop/api", "golden").await, None);
    ines.policy("approvals = 1");
    assert_eq!(ines.promote(&image).await.outcome, Outcome::Promoted);
}
