//! Where facts come from: files, the examples built into the program, AWS. The only layer with files, network or clock.

pub mod examples;
pub mod recorded;
