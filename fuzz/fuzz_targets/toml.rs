//! Feeds TOML to the readers of funds, scenarios and plans.
#![no_main]

#[path = "../src/toml.rs"]
mod toml;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = self::toml::toml(data);
});
