//! The questions that the policy checks put to policies, and the answers in the words of a verdict.

mod context;
mod key;
mod role;
mod ruling;
mod vault;

pub use key::{KeyQuestion, Via, ask_key};
pub use role::{RoleAnswer, role_may_use_key};
pub use ruling::{Fault, Ruling, Rulings, list};
pub use vault::{copy_from, copy_into};
