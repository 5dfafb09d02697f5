//! The system's own keyring: Secret Service, Keychain or Credential Manager.
//!
//! Every call connects anew, so that a keyring that was missing, locked or restarted is found
//! as soon as it is there, and a hung call holds up no other. Text is kept as it is and
//! anything else as base64, because KWallet keeps nothing but UTF-8.

use crate::{Backend, Place, SecretBytes, StoreError, error::shown};
use base64::{Engine, engine::general_purpose::STANDARD};
use keyring_core::{CredentialStore, Entry, Error};
use std::{collections::HashMap, sync::Arc};
use zeroize::Zeroizing;

/// The name under which all of Hallmark's items stand in the keyring.
const SERVICE: &str = "io.github.hallmark.Hallmark";

/// What marks a kept value as base64. Text that begins so is kept as base64 too.
const BASE64: &str = "base64:";

/// Keeps secrets in the system's own keyring.
#[derive(Clone, Debug, Default)]
pub struct OsKeyring;

impl OsKeyring {
    /// The keyring of the person who runs this process. Connects to nothing yet.
    pub fn new() -> Self {
        Self
    }
}

impl Backend for OsKeyring {
    fn place(&self) -> Place {
        Place::OsKeyring(native::NAME.to_owned())
    }

    fn get(&self, account: &str) -> Result<Option<SecretBytes>, StoreError> {
        match entry(account)?.get_secret() {
            Ok(kept) => decode(&Zeroizing::new(kept))
                .map(|secret| Some(SecretBytes::new(secret)))
                .ok_or_else(|| corrupt(account, "is not in the form that Hallmark stores")),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(translate(error, account, 0)),
        }
    }

    fn set(&self, account: &str, secret: &SecretBytes) -> Result<(), StoreError> {
        let kept = encode(secret.expose());
        let entry = entry(account)?;
        let result = match entry.set_secret(&kept) {
            Err(Error::Ambiguous(twins)) => {
                delete_all(&twins).and_then(|()| entry.set_secret(&kept))
            }
            result => result,
        };
        result.map_err(|error| translate(error, account, kept.len()))
    }

    fn delete(&self, account: &str) -> Result<bool, StoreError> {
        let result = match entry(account)?.delete_credential() {
            Err(Error::Ambiguous(twins)) => delete_all(&twins),
            result => result,
        };
        match result {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(translate(error, account, 0)),
        }
    }
}

fn entry(account: &str) -> Result<Entry, StoreError> {
    let store = native::store().map_err(|error| StoreError::Missing(reason(&error)))?;
    let label = format!("Hallmark: {account}");
    store
        .build(SERVICE, account, Some(&native::modifiers(&label)))
        .map_err(|error| translate(error, account, 0))
}

/// Another program, or two keyrings, can hold several items of one name.
fn delete_all(twins: &[Entry]) -> Result<(), Error> {
    twins.iter().try_for_each(Entry::delete_credential)
}

fn encode(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let text = std::str::from_utf8(secret).ok();
    if text.is_some_and(|text| !text.starts_with(BASE64) && !text.contains('\0')) {
        return Zeroizing::new(secret.to_vec());
    }
    let encoded = Zeroizing::new(STANDARD.encode(secret));
    Zeroizing::new([BASE64.as_bytes(), encoded.as_bytes()].concat())
}

fn decode(kept: &[u8]) -> Option<Vec<u8>> {
    match kept.strip_prefix(BASE64.as_bytes()) {
        Some(encoded) => STANDARD.decode(encoded).ok(),
        None => Some(kept.to_vec()),
    }
}

fn corrupt(account: &str, reason: &str) -> StoreError {
    StoreError::Corrupt {
        item: format!("the keyring's item “{account}”"),
        reason: reason.to_owned(),
    }
}

/// Some of these errors carry the stored bytes; only those known to be clean are quoted.
fn translate(error: Error, account: &str, size: usize) -> StoreError {
    match error {
        Error::TooLong(name, limit) if size > 0 => {
            tracing::debug!(name, limit, "longer than the keyring keeps");
            StoreError::TooLarge {
                size,
                limit: limit.try_into().unwrap_or(usize::MAX),
            }
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            corrupt(account, "is damaged")
        }
        Error::Ambiguous(_) => corrupt(account, "is there more than once"),
        Error::NoStorageAccess(_) | Error::PlatformFailure(_) => native::failure(&error),
        other => StoreError::Refused(reason(&other)),
    }
}

/// The platform's own words, without the wrapping's.
fn reason(error: &Error) -> String {
    match error {
        Error::PlatformFailure(inner) | Error::NoStorageAccess(inner) => shown(&inner.to_string()),
        Error::NotSupportedByStore(text) => shown(text),
        Error::Invalid(name, text) => shown(&format!("{name} {text}")),
        _ => "it gave no reason".to_owned(),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
mod native {
    use super::{Arc, CredentialStore, Error, HashMap, StoreError, reason};
    use secret_service::Error as Service;

    pub(super) const NAME: &str = "Secret Service";

    pub(super) fn store() -> Result<Arc<CredentialStore>, Error> {
        Ok(zbus_secret_service_keyring_store::Store::new()?)
    }

    pub(super) fn modifiers(label: &str) -> HashMap<&str, &str> {
        HashMap::from([("label", label)])
    }

    pub(super) fn failure(error: &Error) -> StoreError {
        let (Error::NoStorageAccess(inner) | Error::PlatformFailure(inner)) = error else {
            return StoreError::Refused(reason(error));
        };
        match inner.downcast_ref::<Service>() {
            Some(Service::Locked | Service::Prompt | Service::PromptDisconnected) => {
                StoreError::Locked
            }
            Some(Service::NoResult) => StoreError::Missing("it has no default keyring".into()),
            Some(Service::Unavailable) => StoreError::Missing(reason(error)),
            _ if inner.to_string().contains("Secret.Error.IsLocked") => StoreError::Locked,
            _ => StoreError::Refused(reason(error)),
        }
    }
}

#[cfg(target_os = "macos")]
mod native {
    use super::{Arc, CredentialStore, Error, HashMap, StoreError, reason};

    pub(super) const NAME: &str = "Keychain";

    pub(super) fn store() -> Result<Arc<CredentialStore>, Error> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }

    /// The Keychain shows the service and the account; it takes no label.
    pub(super) fn modifiers(_: &str) -> HashMap<&str, &str> {
        HashMap::new()
    }

    pub(super) fn failure(error: &Error) -> StoreError {
        match error {
            Error::NoStorageAccess(_) => StoreError::Locked,
            _ => StoreError::Refused(reason(error)),
        }
    }
}

#[cfg(windows)]
mod native {
    use super::{Arc, CredentialStore, Error, HashMap, StoreError, reason};

    pub(super) const NAME: &str = "Credential Manager";

    pub(super) fn store() -> Result<Arc<CredentialStore>, Error> {
        Ok(windows_native_keyring_store::Store::new()?)
    }

    /// “Local”: a signing key stays on the machine it was made on and never roams.
    pub(super) fn modifiers(_: &str) -> HashMap<&str, &str> {
        HashMap::from([("persistence", "Local")])
    }

    pub(super) fn failure(error: &Error) -> StoreError {
        match error {
            // No logon session, as in a service or over ssh.
            Error::NoStorageAccess(_) => StoreError::Missing(reason(error)),
            _ => StoreError::Refused(reason(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encoded_is_text_and_decodes_to_the_same(secret: Vec<u8>, text: String) {
            for bytes in [secret, text.clone().into_bytes(), format!("base64:{text}").into_bytes()] {
                let kept = encode(&bytes);
                prop_assert!(std::str::from_utf8(&kept).is_ok());
                prop_assert_eq!(decode(&kept), Some(bytes));
            }
        }
    }

    #[test]
    fn no_error_of_the_keyring_tells_what_it_holds() {
        let canary = || b"canary".to_vec();
        let inner = || -> Box<dyn std::error::Error + Send + Sync> { "a reason".into() };
        for error in [
            Error::BadEncoding(canary()),
            Error::BadDataFormat(canary(), "canary".into()),
            Error::BadStoreFormat("canary".into()),
            Error::NoStorageAccess(inner()),
            Error::PlatformFailure(inner()),
            Error::TooLong("secret".into(), 2560),
            Error::NoDefaultStore,
        ] {
            let translated = translate(error, "w/signing-key", 1);
            let shown = format!("{translated} {translated:?}");
            assert!(
                !shown.contains("canary") && !shown.contains("99, 97, 110"),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_secret_too_long_for_the_keyring_is_told_with_both_lengths() {
        assert_eq!(
            translate(Error::TooLong("secret".into(), 2560), "w/login/r.io", 3000),
            StoreError::TooLarge {
                size: 3000,
                limit: 2560
            }
        );
    }

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn a_declined_prompt_is_a_locked_keyring_and_no_default_collection_a_missing_one() {
        let of = |error| translate(Error::NoStorageAccess(Box::new(error)), "w", 0);
        assert_eq!(of(secret_service::Error::Prompt), StoreError::Locked);
        assert_eq!(of(secret_service::Error::Locked), StoreError::Locked);
        assert!(matches!(
            of(secret_service::Error::NoResult),
            StoreError::Missing(_)
        ));
    }
}
