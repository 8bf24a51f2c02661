//! Where facts come from: files, the examples built into the program, AWS. The only layer with files, network or clock.

#![allow(
    clippy::disallowed_methods,
    reason = "this is the layer that reads files and the clock"
)]

pub mod additions;
pub mod asked_before;
pub mod cloudformation;
mod commands;
pub mod config;
pub mod contradiction;
pub mod examples;
pub mod folder;
#[cfg(feature = "live")]
pub mod live;
mod maintenance_windows;
mod manifest;
pub mod matching;
pub mod planned;
pub mod recorded;
pub mod replaced;
mod replica_keys;
mod service_calls;
mod stage;
pub mod standing;
pub mod stop;
pub mod target;
mod temporary;
pub mod terraform;
mod things;
