//! The fuzz target `chalice`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::chalice(data));
