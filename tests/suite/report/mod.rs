//! What is printed, in every format.

pub mod formats;
mod json;
mod limits;
mod page;
mod support;
mod table;
