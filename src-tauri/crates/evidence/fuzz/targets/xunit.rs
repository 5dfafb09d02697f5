//! Any bytes, read as xunit.

#![no_main]

use hallmark_evidence::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hallmark_evidence_fuzz::read_as(Format::Xunit, bytes));
