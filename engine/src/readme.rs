<<<<<<< HEAD
=======
//! The README, so that its program is compiled and run by the doc tests.
>>>>>>> refs/heads/points
#![doc = include_str!("../../README.md")]
