//! The fuzz target `javascript`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::javascript(data));
