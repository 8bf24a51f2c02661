//! The policy language: the evaluator against AWS's documented cases, and the laws that it keeps.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod cases;
mod laws;
mod patterns;
mod simulate;
