#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ext_fuzz::run("files", bytes));
