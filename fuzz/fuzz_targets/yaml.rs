//! The fuzz target `yaml`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::yaml(data));
