use super::*;
use crate::{Memory, SecretString};
use std::{
    future::Future,
    sync::{
        Mutex,
        mpsc::{Receiver, Sender, channel},
    },
};

/// Hangs in every call until it is let go, as a keyring does behind a prompt.
struct Hanging {
    inner: Memory,
    held: Mutex<Receiver<()>>,
}

impl Hanging {
    fn new() -> (Arc<Self>, Sender<()>) {
        let (release, held) = channel();
        let inner = Memory::new();
        let held = Mutex::new(held);
        (Arc::new(Self { inner, held }), release)
    }

    /// Once the sender is gone nothing hangs any more.
    fn wait(&self) {
        let _ = self.held.lock().unwrap().recv();
    }
}

impl Backend for Hanging {
    fn place(&self) -> Place {
        Place::OsKeyring("a test's".into())
    }
    fn get(&self, account: &str) -> Result<Option<SecretBytes>, StoreError> {
        self.wait();
        self.inner.get(account)
    }
    fn set(&self, account: &str, secret: &SecretBytes) -> Result<(), StoreError> {
        self.wait();
        self.inner.set(account, secret)
    }
    fn delete(&self, account: &str) -> Result<bool, StoreError> {
        self.wait();
        self.inner.delete(account)
    }
}

/// Says yes to everything and keeps nothing.
struct Forgetful;

impl Backend for Forgetful {
    fn place(&self) -> Place {
        Place::Memory
    }
    fn get(&self, _: &str) -> Result<Option<SecretBytes>, StoreError> {
        Ok(None)
    }
    fn set(&self, _: &str, _: &SecretBytes) -> Result<(), StoreError> {
        Ok(())
    }
    fn delete(&self, _: &str) -> Result<bool, StoreError> {
        panic!("a backend with a fault")
    }
}

const SOON: Duration = Duration::from_millis(50);

fn host(text: &str) -> Host {
    text.parse().unwrap()
}

fn password(text: &str) -> Login {
    Login::Password {
        username: "ada".into(),
        password: SecretString::new(text.into()),
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

#[test]
fn a_backend_that_hangs_is_given_up_and_answers_again_after_it_was_unlocked() {
    let (backend, release) = Hanging::new();
    let hanging = Vault::new("w", backend.clone(), SOON);
    run(async {
        assert_eq!(hanging.probe().await, Err(StoreError::TimedOut));
        let stored = hanging.store_login(&host("r.io"), &password("pw")).await;
        assert_eq!(stored, Err(StoreError::TimedOut));
        assert!(StoreError::TimedOut.can_retry());
        drop(release);
        let unlocked = Vault::new("w", backend, Vault::TIMEOUT);
        unlocked
            .store_login(&host("r.io"), &password("new"))
            .await
            .unwrap();
        assert!(unlocked.login(&host("r.io")).await.unwrap().is_some());
        assert!(unlocked.probe().await.is_ok());
    });
}

#[test]
fn a_hung_call_does_not_hold_up_the_end_of_the_program() {
    let (backend, release) = Hanging::new();
    let vault = Vault::new("w", backend, SOON);
    // A call on tokio's blocking pool would keep the runtime here until it is released.
    assert!(run(vault.signing_key()).is_err());
    drop(release);
}

#[test]
fn retrying_a_hung_keyring_does_not_add_threads_without_end() {
    let (backend, release) = Hanging::new();
    let vault = Vault::new("w", backend, SOON);
    run(async {
        for _ in 0..MOST_CALLS + 2 {
            assert_eq!(vault.signing_key().await.unwrap_err(), StoreError::TimedOut);
        }
        assert_eq!(vault.calls.available_permits(), 0);
        drop(release);
        // Each hung call ends now and gives its place back.
        let all = vault.calls.acquire_many(MOST_CALLS as u32).await.unwrap();
        drop(all);
        assert!(vault.signing_key().await.unwrap().is_none());
    });
}

#[test]
fn two_workspaces_in_one_backend_share_nothing() {
    let backend = Arc::new(Memory::new());
    let one = Vault::new("one", backend.clone(), Vault::TIMEOUT);
    let two = Vault::new("two", backend, Vault::TIMEOUT);
    run(async {
        one.store_login(&host("r.io"), &password("pw"))
            .await
            .unwrap();
        one.store_signing_key(&SecretBytes::new(vec![1]))
            .await
            .unwrap();
        assert!(two.login(&host("r.io")).await.unwrap().is_none());
        assert!(two.signing_key().await.unwrap().is_none());
        assert!(!two.remove_login(&host("r.io")).await.unwrap());
        assert!(one.login(&host("r.io:443")).await.unwrap().is_none());
        assert!(one.remove_login(&host("r.io")).await.unwrap());
        assert!(one.login(&host("r.io")).await.unwrap().is_none());
    });
}

#[test]
fn a_backend_that_keeps_nothing_is_noticed_by_the_probe() {
    struct Keepless;
    impl Backend for Keepless {
        fn place(&self) -> Place {
            Place::Memory
        }
        fn get(&self, account: &str) -> Result<Option<SecretBytes>, StoreError> {
            Forgetful.get(account)
        }
        fn set(&self, account: &str, secret: &SecretBytes) -> Result<(), StoreError> {
            Forgetful.set(account, secret)
        }
        fn delete(&self, _: &str) -> Result<bool, StoreError> {
            Ok(false)
        }
    }
    let error = run(Vault::new("w", Arc::new(Keepless), Vault::TIMEOUT).probe()).unwrap_err();
    assert!(error.to_string().contains("did not give back"), "{error}");
}

#[test]
fn a_working_backend_passes_the_probe_and_keeps_nothing_of_it() {
    let backend = Arc::new(Memory::new());
    let vault = Vault::new("w", backend.clone(), Vault::TIMEOUT);
    assert_eq!(run(vault.probe()), Ok(Place::Memory));
    let name = format!("w/probe/{}-0", std::process::id());
    assert!(backend.get(&name).unwrap().is_none());
}

#[test]
fn a_fault_in_a_backend_is_an_error_and_no_crash() {
    let vault = Vault::new("w", Arc::new(Forgetful), Vault::TIMEOUT);
    let error = run(vault.remove_login(&host("r.io"))).unwrap_err();
    assert!(
        error.to_string().contains("stopped unexpectedly"),
        "{error}"
    );
}

#[test]
fn something_else_stored_as_a_login_is_told_by_its_name_and_not_by_what_it_is() {
    let backend = Arc::new(Memory::new());
    for stored in [
        "canary",
        r#"{"username":"canary","password":["canary"]}"#,
        r#"{"username":"canary"}"#,
    ] {
        let secret = SecretBytes::new(stored.as_bytes().to_vec());
        backend.set("w/login/r.io", &secret).unwrap();
        let vault = Vault::new("w", backend.clone(), Vault::TIMEOUT);
        let error = run(vault.login(&host("r.io"))).unwrap_err();
        let shown = format!("{error} {error:?} {vault:?}");
        assert!(
            shown.contains("w/login/r.io") && !shown.contains("canary"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_registrys_other_secrets_are_apart_from_its_login_and_from_each_other() {
    let vault = Vault::new("w", Arc::new(Memory::new()), Vault::TIMEOUT);
    let host: Host = "r.example.com:5000".parse().unwrap();
    let key = SecretString::new("canary-key".into());
    vault
        .store_host_secret(&host, HostSecret::ClientKey, &key)
        .await
        .unwrap();
    let found = vault.host_secret(&host, HostSecret::ClientKey).await;
    assert_eq!(found.unwrap().unwrap().expose(), "canary-key");
    let other = vault.host_secret(&host, HostSecret::ProxyPassword).await;
    assert!(other.unwrap().is_none());
    assert!(vault.login(&host).await.unwrap().is_none());
    let gone = vault.remove_host_secret(&host, HostSecret::ClientKey).await;
    assert!(gone.unwrap());
    let found = vault.host_secret(&host, HostSecret::ClientKey).await;
    assert!(found.unwrap().is_none());
}
