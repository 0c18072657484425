//! Cases and stuck sagas: how they are shown, and how a person closes them.

#[path = "../common/mod.rs"]
mod common;

mod closing;
mod differences;
mod given_up;
mod in_part;
mod json;
mod operate;
mod rejections;
mod settled_by_us;
mod shown;
mod strays;
