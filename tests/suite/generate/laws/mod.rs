//! The laws, asked of generated worlds.

mod formats;
mod mix;
mod neighbours;
mod plans;
mod remedies;
mod statements;
mod unknowns;
