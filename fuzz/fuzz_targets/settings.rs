//! The fuzz target `settings`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::settings(data));
