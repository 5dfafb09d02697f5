//! Where logins and keys live: the OS keyring, its fallbacks, and Docker's own logins.
