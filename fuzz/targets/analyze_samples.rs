//! See `sectionist_fuzz::analyze_samples`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sectionist_fuzz::analyze_samples(data));
