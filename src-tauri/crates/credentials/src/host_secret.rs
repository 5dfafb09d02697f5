//! What one registry may need beside its login, and that is as secret.

/// A secret of a registry beside its login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostSecret {
    /// The private key of the client certificate, PEM.
    ClientKey,
    /// The password at the proxy.
    ProxyPassword,
}

impl HostSecret {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::ClientKey, Self::ProxyPassword];

    /// Its name among a workspace's accounts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ClientKey => "client-key",
            Self::ProxyPassword => "proxy-password",
        }
    }
}
