//! Where secrets live, and what happens where they cannot.

use crate::ground::{Ground, Watch, assert_refused};
use hallmark_credentials::{Backend, Memory, Place, SecretBytes, StoreError};
use hallmark_workflow::{
    Desk, Patience, Surroundings,
    dto::{ChooseStore, FirstRun, HomeScreen, KeyringState, SecretStore},
    error::Code,
};
use std::sync::Arc;

/// A keyring that always says this.
struct Failing(StoreError);

impl Backend for Failing {
    fn place(&self) -> Place {
        Place::OsKeyring("Secret Service".into())
    }

    fn get(&self, _: &str) -> Result<Option<SecretBytes>, StoreError> {
        Err(self.0.clone())
    }

    fn set(&self, _: &str, _: &SecretBytes) -> Result<(), StoreError> {
        Err(self.0.clone())
    }

    fn delete(&self, _: &str) -> Result<bool, StoreError> {
        Err(self.0.clone())
    }
}

fn around(clock: &Watch, keyring: Arc<dyn Backend>) -> Surroundings {
    Surroundings {
        clock: Arc::new(clock.clone()),
        env: Arc::new(|_| None),
        keyring,
        patience: Patience::default(),
    }
}

fn choose(store: SecretStore, passphrase: Option<&str>) -> ChooseStore {
    ChooseStore {
        store,
        passphrase: passphrase.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_keyring_that_fails_has_a_code_of_its_own_and_nothing_is_kept() {
    let ground = Ground::new().await;
    for (error, code, state) in [
        (
            StoreError::Missing("no bus".into()),
            Code::KeyringMissing,
            KeyringState::Missing,
        ),
        (
            StoreError::Locked,
            Code::KeyringLocked,
            KeyringState::Locked,
        ),
        (
            StoreError::TimedOut,
            Code::KeyringLocked,
            KeyringState::Locked,
        ),
        (
            StoreError::Refused("no".into()),
            Code::KeyringBroken,
            KeyringState::Broken,
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let around = around(&ground.clock, Arc::new(Failing(error)));
        let desk = Desk::open(folder.path(), around).await.unwrap();
        let shown = desk.keyring().await;
        assert_eq!(shown.state, state);
        assert!(shown.problem.is_some());
        let ask = || FirstRun {
            name: "ines".into(),
            home_screen: HomeScreen::Approve,
        };
        let refused = desk.first_run(ask()).await.unwrap_err();
        assert_eq!(refused.code, code, "{refused}");
        assert!(refused.hint.is_some(), "{refused:?}");
        assert!(
            desk.app_state().await.unwrap().first_run,
            "first run is not over"
        );

        desk.choose_store(choose(SecretStore::Memory, None))
            .await
            .unwrap();
        let state = desk.first_run(ask()).await.unwrap();
        assert!(!state.first_run, "secrets in memory are a way out");
    }
}

#[tokio::test]
async fn a_store_that_does_not_work_is_not_taken() {
    let ground = Ground::new().await;
    let folder = tempfile::tempdir().unwrap();
    let around = around(&ground.clock, Arc::new(Failing(StoreError::Locked)));
    let desk = Desk::open(folder.path(), around).await.unwrap();
    desk.choose_store(choose(SecretStore::Memory, None))
        .await
        .unwrap();
    let key = desk.key_show(Some("ines")).await.unwrap();
    let refused = desk.choose_store(choose(SecretStore::Keyring, None)).await;
    assert_refused(refused, Code::KeyringLocked, "locked");
    let refused = desk
        .choose_store(choose(SecretStore::PassphraseFile, None))
        .await;
    assert_refused(refused, Code::KeyringLocked, "locked");
    assert_eq!(desk.keyring().await.store, SecretStore::Memory);
    assert_eq!(desk.key_show(None).await.unwrap().key_id, key.key_id);
}

#[tokio::test]
async fn the_key_goes_along_to_a_passphrase_file_and_back() {
    let ground = Ground::new().await;
    let folder = tempfile::tempdir().unwrap();
    let around = around(&ground.clock, Arc::new(Memory::new()));
    let desk = Desk::open(folder.path(), around.clone()).await.unwrap();
    let key = desk.key_show(Some("ines")).await.unwrap().key_id;
    let to_file = choose(SecretStore::PassphraseFile, Some("correct horse battery"));
    desk.choose_store(to_file).await.unwrap();
    assert_eq!(desk.key_show(None).await.unwrap().key_id, key);
    assert!(
        desk.key_show(None)
            .await
            .unwrap()
            .place
            .contains("passphrase")
    );
    drop(desk);

    let closed = Desk::open(folder.path(), around.clone()).await.unwrap();
    let refused = closed.key_show(None).await;
    assert_refused(refused.map(|_| ()), Code::KeyringLocked, "locked");
    let wrong = closed
        .choose_store(choose(SecretStore::PassphraseFile, Some("wrong")))
        .await;
    assert_refused(wrong, Code::KeyringBroken, "does not open the file");
    let right = choose(SecretStore::PassphraseFile, Some("correct horse battery"));
    closed.choose_store(right).await.unwrap();
    assert_eq!(closed.key_show(None).await.unwrap().key_id, key);

    closed
        .choose_store(choose(SecretStore::Keyring, None))
        .await
        .unwrap();
    assert_eq!(closed.key_show(None).await.unwrap().key_id, key);
}

#[tokio::test]
async fn a_key_that_is_gone_from_the_keyring_is_not_silently_replaced() {
    let ground = Ground::new().await;
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(
        folder.path(),
        around(&ground.clock, Arc::new(Memory::new())),
    )
    .await
    .unwrap();
    desk.key_show(Some("ines")).await.unwrap();
    drop(desk);
    let desk = Desk::open(
        folder.path(),
        around(&ground.clock, Arc::new(Memory::new())),
    )
    .await
    .unwrap();
    let refused = desk.key_show(None).await;
    assert_refused(
        refused.map(|_| ()),
        Code::NoKey,
        "no longer has the signing key of ines",
    );
}
