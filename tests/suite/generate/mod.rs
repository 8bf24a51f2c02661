//! Whole inventories, generated: accounts of organizations, vaults of every type, keys and roles with policies as people
//! write them, every kind of resource, and copies across them; each fact as usual or not, and read or not. What must hold
//! of every inventory is asked of these.

mod dice;
mod facts;
mod kinds;
mod laws;
mod policies;
mod shape;
mod world;

pub use world::{World, always};
