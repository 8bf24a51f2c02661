//! The laws, asked of generated worlds.

mod formats;
mod mix;
mod remedies;
mod unknowns;
