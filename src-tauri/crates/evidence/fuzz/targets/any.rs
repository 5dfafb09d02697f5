//! Any bytes, told by their content and read as what they seem to be.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hallmark_evidence_fuzz::read(bytes));
