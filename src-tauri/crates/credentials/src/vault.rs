//! One workspace's logins and signing key, for async callers.
//!
//! A keyring can hang for as long as a prompt stays open, so that every call has a thread of
//! its own and a time limit; tokio's blocking pool is never used, because a hung call there
//! would hold up the program's end. Nothing is cached: a failed call is tried anew.

use crate::{Backend, HostSecret, Login, Place, SecretBytes, SecretString, StoreError};
use hallmark_image::Host;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::sync::{Semaphore, oneshot};

/// Calls under way at once. Hung ones count, so that retrying cannot fill the process with
/// threads; they come free when the keyring's prompt is answered.
const MOST_CALLS: usize = 16;

/// The logins and the signing key of one workspace. Two workspaces share nothing.
#[derive(Clone)]
pub struct Vault {
    workspace_id: Arc<str>,
    backend: Arc<dyn Backend>,
    timeout: Duration,
    calls: Arc<Semaphore>,
}

impl Vault {
    /// The time limit that suits a person at a prompt.
    pub const TIMEOUT: Duration = Duration::from_secs(10);

    /// The vault of the workspace `workspace_id` in `backend`. Each call may take `timeout`.
    pub fn new(workspace_id: &str, backend: Arc<dyn Backend>, timeout: Duration) -> Self {
        Self {
            workspace_id: workspace_id.into(),
            backend,
            timeout,
            calls: Arc::new(Semaphore::new(MOST_CALLS)),
        }
    }

    /// Writes, reads and deletes a harmless entry, and says where secrets are kept.
    ///
    /// # Errors
    /// What is wrong with the backend; ask again after the person has mended it.
    pub async fn probe(&self) -> Result<Place, StoreError> {
        static PROBES: AtomicU64 = AtomicU64::new(0);
        // Its own name, because another process may probe at this very moment.
        let number = PROBES.fetch_add(1, Ordering::Relaxed);
        let account = self.account(&format!("probe/{}-{number}", std::process::id()));
        self.call(move |backend| probe(backend, &account)).await?;
        Ok(self.place())
    }

    /// Where this vault keeps secrets.
    pub fn place(&self) -> Place {
        self.backend.place()
    }

    /// The login stored for `host`.
    ///
    /// # Errors
    /// Any [`StoreError`]; no login is none.
    pub async fn login(&self, host: &Host) -> Result<Option<Login>, StoreError> {
        let account = self.login_account(host);
        self.call(move |backend| {
            let Some(kept) = backend.get(&account)? else {
                return Ok(None);
            };
            let login = Login::from_kept(&kept).ok_or_else(|| StoreError::Corrupt {
                item: format!("the login stored as “{account}”"),
                reason: "is not in the form that Hallmark stores".into(),
            })?;
            Ok(Some(login))
        })
        .await
    }

    /// Stores `login` for `host`, in place of any other.
    ///
    /// # Errors
    /// Any [`StoreError`]. After [`StoreError::TimedOut`] it may still be stored, once the
    /// keyring's prompt is answered.
    pub async fn store_login(&self, host: &Host, login: &Login) -> Result<(), StoreError> {
        let account = self.login_account(host);
        let kept = login
            .to_kept()
            .ok_or_else(|| StoreError::Refused("the login cannot be written as JSON".into()))?;
        self.call(move |backend| backend.set(&account, &kept)).await
    }

    /// Forgets the login for `host`; false where there was none.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn remove_login(&self, host: &Host) -> Result<bool, StoreError> {
        let account = self.login_account(host);
        self.call(move |backend| backend.delete(&account)).await
    }

    /// What is kept for `host` beside its login.
    ///
    /// # Errors
    /// Any [`StoreError`]; nothing kept is none.
    pub async fn host_secret(
        &self,
        host: &Host,
        which: HostSecret,
    ) -> Result<Option<SecretString>, StoreError> {
        let account = self.secret_account(host, which);
        self.text(account, "secret").await
    }

    /// Stores a secret for `host` beside its login, in place of any other.
    ///
    /// # Errors
    /// Any [`StoreError`], as [`store_login`](Self::store_login).
    pub async fn store_host_secret(
        &self,
        host: &Host,
        which: HostSecret,
        secret: &SecretString,
    ) -> Result<(), StoreError> {
        let account = self.secret_account(host, which);
        let kept = SecretBytes::new(secret.expose().clone().into_bytes());
        self.call(move |backend| backend.set(&account, &kept)).await
    }

    /// Forgets a secret kept for `host` beside its login; false where there was none.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn remove_host_secret(
        &self,
        host: &Host,
        which: HostSecret,
    ) -> Result<bool, StoreError> {
        let account = self.secret_account(host, which);
        self.call(move |backend| backend.delete(&account)).await
    }

    /// The private key that signs this person's statements, as PKCS#8 DER.
    ///
    /// # Errors
    /// Any [`StoreError`]; no key is none.
    pub async fn signing_key(&self) -> Result<Option<SecretBytes>, StoreError> {
        let account = self.account("signing-key");
        self.call(move |backend| backend.get(&account)).await
    }

    /// Stores the private signing key, as PKCS#8 DER, in place of any other.
    ///
    /// # Errors
    /// Any [`StoreError`]. After [`StoreError::TimedOut`] it may still be stored, once the
    /// keyring's prompt is answered.
    pub async fn store_signing_key(&self, key: &SecretBytes) -> Result<(), StoreError> {
        let account = self.account("signing-key");
        let key = key.clone();
        self.call(move |backend| backend.set(&account, &key)).await
    }

    /// What is kept of a webhook: its address, and what signs its messages.
    ///
    /// # Errors
    /// Any [`StoreError`]; nothing kept is none.
    pub async fn webhook(&self, id: &str) -> Result<Option<SecretString>, StoreError> {
        let account = self.account(&format!("webhook/{id}"));
        self.text(account, "webhook").await
    }

    /// Stores what is kept of a webhook, in place of any other.
    ///
    /// # Errors
    /// Any [`StoreError`], as [`store_login`](Self::store_login).
    pub async fn store_webhook(&self, id: &str, kept: &SecretString) -> Result<(), StoreError> {
        let account = self.account(&format!("webhook/{id}"));
        let kept = SecretBytes::new(kept.expose().clone().into_bytes());
        self.call(move |backend| backend.set(&account, &kept)).await
    }

    /// Forgets a webhook; false where there was none.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn remove_webhook(&self, id: &str) -> Result<bool, StoreError> {
        let account = self.account(&format!("webhook/{id}"));
        self.call(move |backend| backend.delete(&account)).await
    }

    /// A text that is kept; `what` it is, where it is none.
    async fn text(
        &self,
        account: String,
        what: &'static str,
    ) -> Result<Option<SecretString>, StoreError> {
        self.call(move |backend| {
            let Some(kept) = backend.get(&account)? else {
                return Ok(None);
            };
            let text = std::str::from_utf8(kept.expose()).map_err(|_| StoreError::Corrupt {
                item: format!("the {what} stored as “{account}”"),
                reason: "is no text".into(),
            })?;
            Ok(Some(SecretString::new(text.to_owned())))
        })
        .await
    }

    fn login_account(&self, host: &Host) -> String {
        self.account(&format!("login/{host}"))
    }

    fn secret_account(&self, host: &Host, which: HostSecret) -> String {
        self.account(&format!("{}/{host}", which.name()))
    }

    fn account(&self, name: &str) -> String {
        format!("{}/{name}", self.workspace_id)
    }

    async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Backend) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let answer = tokio::time::timeout(self.timeout, self.on_own_thread(job)).await;
        let result = answer.unwrap_or(Err(StoreError::TimedOut));
        if let Err(error) = &result {
            tracing::warn!(place = %self.place(), %error, "a keyring call failed");
        }
        result
    }

    async fn on_own_thread<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Backend) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let stopped = || StoreError::Refused("the call to it stopped unexpectedly".into());
        let calls = Arc::clone(&self.calls);
        let permit = calls.acquire_owned().await.map_err(|_| stopped())?;
        let backend = Arc::clone(&self.backend);
        let (answer, answered) = oneshot::channel();
        thread::Builder::new()
            .name("hallmark-keyring".into())
            .spawn(move || {
                let result = job(&*backend);
                drop(permit);
                // Nobody listens any more where the time limit has passed.
                let _ = answer.send(result);
            })
            .map_err(|error| StoreError::Refused(format!("no thread for it: {error}")))?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn probe(backend: &dyn Backend, account: &str) -> Result<(), StoreError> {
    const VALUE: &[u8] = b"written by Hallmark to see whether the keyring works";
    backend.set(account, &SecretBytes::new(VALUE.to_vec()))?;
    let found = backend.get(account)?;
    backend.delete(account)?;
    match found {
        Some(found) if found.expose() == VALUE => Ok(()),
        _ => Err(StoreError::Refused(
            "it did not give back what was stored a moment ago".into(),
        )),
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("workspace_id", &self.workspace_id)
            .field("place", &self.place())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
