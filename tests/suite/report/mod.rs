//! What is printed, in every format.

mod json;
mod support;
mod table;
