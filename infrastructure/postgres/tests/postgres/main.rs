//! The adapter against a real server: `FUNDFLOW_POSTGRES_URL`, or the machine's own on 127.0.0.1:5432. Each test has a schema
//! of its own and drops it. Where no server answers the tests are skipped, and say so.

#![allow(clippy::expect_used, reason = "a fixture that cannot be made is a failed test")]

mod contract;
mod lost_answers;
mod owners;
mod proxy;
mod server;
mod stored;
