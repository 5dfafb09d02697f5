//! A value that hides itself.
//!
//! [`Secret`] has no `Display`, no `Serialize` and a `Debug` that tells nothing, and it is
//! overwritten when it goes. Whoever needs the value has to write `expose`, which can be
//! searched for.

use std::fmt;
use zeroize::Zeroize;

/// A secret value: hidden from `Debug`, overwritten in memory when dropped.
pub struct Secret<T: Zeroize>(T);

/// A secret text: a password or a token.
pub type SecretString = Secret<String>;

/// Secret bytes: a private key.
pub type SecretBytes = Secret<Vec<u8>>;

impl<T: Zeroize> Secret<T> {
    /// Takes `value` over. Copies that the caller keeps are the caller's.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; never to be logged, shown or written to a plain file.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…hidden…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    struct Watched(Arc<Mutex<bool>>);
    impl Zeroize for Watched {
        fn zeroize(&mut self) {
            *self.0.lock().unwrap() = true;
        }
    }

    #[test]
    fn a_secret_is_overwritten_when_it_goes() {
        let overwritten = Arc::new(Mutex::new(false));
        drop(Secret::new(Watched(Arc::clone(&overwritten))));
        assert!(*overwritten.lock().unwrap());
    }

    #[test]
    fn a_secret_prints_as_nothing_but_that_it_is_hidden() {
        let secret = SecretString::new("canary".into());
        assert_eq!(format!("{secret:?} {secret:#?}"), "…hidden… …hidden…");
        assert_eq!(secret.clone().expose(), "canary");
    }
}
