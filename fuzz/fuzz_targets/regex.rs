//! The fuzz target `regex`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::regex(data));
