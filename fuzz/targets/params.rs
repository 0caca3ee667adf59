//! See `sectionist_fuzz::params`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sectionist_fuzz::params(data));
