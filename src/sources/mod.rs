//! Where facts come from: files, the examples built into the program, AWS. The only layer with files, network or clock.

#![allow(
    clippy::disallowed_methods,
    reason = "this is the layer that reads files and the clock"
)]

pub mod examples;
pub mod folder;
#[cfg(feature = "live")]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "counts and lengths of what was read; not looked through yet"
)]
pub mod live;
pub mod recorded;
pub mod stop;
pub mod target;
mod temporary;
