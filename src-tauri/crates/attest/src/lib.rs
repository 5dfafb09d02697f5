//! Keys, DSSE envelopes, in-toto statements and Sigstore bundles.
