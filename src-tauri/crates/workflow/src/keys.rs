//! The signing key: made once, kept where secrets live, and whose it is.

use crate::{
    desk::{Desk, held},
    error::{Code, Error, Result},
    home::MeFile,
    trust::read_key,
};
use hallmark_attest::{Envelope, PublicKey, SigningKey};
use hallmark_credentials::SecretBytes;
use hallmark_history::Sealer;
use std::sync::Arc;

impl Desk {
    /// The signing key, from where secrets live.
    pub(crate) async fn signing_key(&self) -> Result<Arc<SigningKey>> {
        if let Some(key) = held(&self.key).clone() {
            return Ok(key);
        }
        let Some(bytes) = self.vault().signing_key().await? else {
            return Err(
                Error::new(Code::NoKey, "there is no signing key in this workspace yet")
                    .hint("End first run in the window, or run `hallmark key show` to make one."),
            );
        };
        let key = Arc::new(SigningKey::from_pkcs8_der(bytes.expose()).map_err(|error| {
            Error::new(
                Code::KeyringBroken,
                format!("the keyring's signing key cannot be read: {error}"),
            )
        })?);
        *held(&self.key) = Some(key.clone());
        Ok(key)
    }

    /// Sees to it that there is a key, under `name` where it is made now.
    ///
    /// # Errors
    /// Where the keyring fails, or another key was here before and is gone from it.
    pub async fn ensure_key(&self, name: Option<&str>) -> Result<PublicKey> {
        match self.signing_key().await {
            Ok(key) => {
                self.remember_me(name, &key.public())?;
                return Ok(key.public());
            }
            Err(error) if error.code == Code::NoKey => (),
            Err(error) => return Err(error),
        }
        if let Some(me) = self.file().me {
            return Err(Error::new(
                Code::NoKey,
                format!("the keyring no longer has the signing key of {}", me.name),
            )
            .hint("Unlock or restore the keyring; or import the key with `hallmark key import`, or remove [me] from workspace.toml to make a new one."));
        }
        self.adopt_key(name, SigningKey::generate()).await
    }

    /// Keeps `key` as the one to sign with.
    pub(crate) async fn adopt_key(&self, name: Option<&str>, key: SigningKey) -> Result<PublicKey> {
        let bytes = SecretBytes::new(key.to_pkcs8_der().to_vec());
        self.vault().store_signing_key(&bytes).await?;
        let public = key.public();
        *held(&self.key) = Some(Arc::new(key));
        self.remember_me(name, &public)?;
        Ok(public)
    }

    fn remember_me(&self, name: Option<&str>, key: &PublicKey) -> Result<()> {
        let known = self.file().me;
        let same = known.as_ref().is_some_and(|me| {
            me.public_key == key.to_pem() && name.is_none_or(|name| name == me.name)
        });
        if same {
            return Ok(());
        }
        let name = name
            .map(str::to_owned)
            .or(known.map(|me| me.name))
            .unwrap_or_else(|| self.login_name());
        self.change(|file| {
            file.me = Some(MeFile {
                name,
                public_key: key.to_pem(),
            });
        })
    }

    pub(crate) fn login_name(&self) -> String {
        ["HALLMARK_NAME", "USER", "LOGNAME", "USERNAME"]
            .iter()
            .find_map(|name| (self.around.env)(name).filter(|value| !value.is_empty()))
            .unwrap_or_else(|| "me".to_owned())
    }

    /// My public key, where there is one.
    pub(crate) fn my_key(&self) -> Result<Option<PublicKey>> {
        self.file()
            .me
            .map(|me| read_key(&me.name, &me.public_key))
            .transpose()
    }

    /// My name as the workspace knows it: the member's whose key is mine, else my own word.
    pub(crate) async fn my_name(&self) -> Result<String> {
        let trust = self.known_trust().await?;
        let by_key = self
            .my_key()?
            .and_then(|key| trust.name_of(&key.id().to_string()));
        Ok(by_key
            .or(self.file().me.map(|me| me.name))
            .unwrap_or_else(|| self.login_name()))
    }

    pub(crate) async fn sealer(&self) -> Option<KeySealer> {
        let had = self.file().me.is_some();
        if !had {
            return None;
        }
        self.signing_key().await.ok().map(KeySealer)
    }
}

/// Seals the history's checkpoint with the person's own key.
pub(crate) struct KeySealer(Arc<SigningKey>);

/// The payload type of a sealed checkpoint.
pub(crate) const CHECKPOINT: &str = "application/vnd.hallmark.checkpoint.v1+text";

impl Sealer for KeySealer {
    fn seal(&self, checkpoint: &str) -> Option<String> {
        let envelope = Envelope::sign(CHECKPOINT, checkpoint.as_bytes().to_vec(), &self.0);
        String::from_utf8(envelope.to_json()).ok()
    }
}
