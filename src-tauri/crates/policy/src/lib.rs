//! Rules, checks and the default golden policy.
