//! Bytes of a report in, one model of tests and findings out.
