//! Flows against real servers.
