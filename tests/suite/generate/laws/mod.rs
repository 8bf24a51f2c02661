//! The laws, asked of generated worlds.

mod formats;
mod mix;
mod plans;
mod remedies;
mod statements;
mod unknowns;
