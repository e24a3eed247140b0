//! The fuzz target `library`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::library(data));
