//! Files of certificates and keys, as people name them: small, in PEM, and what they say to be.

use crate::{
    desk::Desk,
    error::{Code, Error, Result},
    home::cannot,
};
use hallmark_credentials::SecretString;
use std::{fs, path::Path};
use zeroize::Zeroizing;

/// The largest file of a certificate or a key that is read, bytes.
const MOST: u64 = 1024 * 1024;
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";
const PRIVATE_KEY: &str = "PRIVATE KEY-----";

impl Desk {
    /// A certificate's file as given: a path of the person's, or the one that is kept.
    pub(crate) fn pem(&self, given: Option<&str>, kept: Option<&Path>) -> Result<Option<Vec<u8>>> {
        let Some(path) = given.map(Path::new) else {
            return Ok(None);
        };
        let path = match kept == Some(path) {
            true => self.home.path().join(path),
            false => path.to_owned(),
        };
        read_certificates(&path).map(Some)
    }
}

/// Certificates in PEM, as they are in the file.
pub(crate) fn read_certificates(path: &Path) -> Result<Vec<u8>> {
    let pem = read_small(path)?;
    if has(&pem, CERTIFICATE) {
        return Ok(pem.to_vec());
    }
    let words = format!("{} holds no certificate in PEM", path.display());
    Err(Error::new(Code::BadInput, words).hint("It must begin with -----BEGIN CERTIFICATE-----."))
}

/// A private key in PEM that needs no passphrase.
pub(crate) fn read_key(path: &Path) -> Result<SecretString> {
    let pem = read_small(path)?;
    let text = std::str::from_utf8(&pem).ok();
    let text = text.filter(|text| text.contains(PRIVATE_KEY) && !text.contains("ENCRYPTED"));
    let words = format!(
        "{} holds no private key in PEM without a passphrase",
        path.display()
    );
    text.map(|text| SecretString::new(text.to_owned()))
        .ok_or_else(|| Error::new(Code::BadInput, words).hint("Give the key as its maker wrote it, or take its passphrase away with `openssl pkey`."))
}

fn read_small(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let bad = |error: &std::io::Error| Error {
        code: Code::BadInput,
        ..cannot("read", path, error)
    };
    let size = fs::metadata(path).map_err(|error| bad(&error))?.len();
    if size > MOST {
        return Ok(Zeroizing::default());
    }
    let read = fs::read(path).map_err(|error| bad(&error))?;
    Ok(Zeroizing::new(read))
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
