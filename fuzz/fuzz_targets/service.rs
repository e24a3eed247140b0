//! The fuzz target `service`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::service(data));
