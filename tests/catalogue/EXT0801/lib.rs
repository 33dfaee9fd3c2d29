//! Not Rust.

pub fn {
