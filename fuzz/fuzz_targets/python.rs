//! The fuzz target `python`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::python(data));
