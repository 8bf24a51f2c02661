//! Where facts come from: the only layer with network, files or clock.

#[cfg(feature = "live")]
pub mod live;
