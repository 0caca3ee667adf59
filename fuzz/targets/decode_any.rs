//! See `sectionist_fuzz::decode_any`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sectionist_fuzz::decode_any(data));
