//! The fuzz target `facts`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::facts(data));
