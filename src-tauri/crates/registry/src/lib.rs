//! The OCI distribution client: transport, login, browse, referrers.
