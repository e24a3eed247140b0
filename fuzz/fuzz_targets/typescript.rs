//! The fuzz target `typescript`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::typescript(data));
