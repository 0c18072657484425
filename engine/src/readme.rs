//! The README, so that its program is compiled and run by the documentation tests.
#![doc = include_str!("../../README.md")]
