//! An OCI registry in the process, with a sample team's images.
