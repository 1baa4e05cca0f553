//! The C interface of libduramen as it is: every type, constant and function of its headers.
//!
//! The crate `duramen` is the safe way to the same. `raw.rs` is generated, and so is the test that
//! holds every field to the place that it has in C.
#![allow(clippy::too_many_arguments, clippy::missing_safety_doc)]

#[rustfmt::skip]
mod raw;

pub use raw::*;
