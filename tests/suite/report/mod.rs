//! What is printed, in every format.

pub mod formats;
mod json;
mod limits;
mod support;
mod table;
