//! The fuzz target `text_ir`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::text_ir(data));
