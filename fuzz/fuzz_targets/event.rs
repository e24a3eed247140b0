//! The fuzz target `event`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::event(data));
