//! What AWS documents, as tables: one row a line, each with the page it comes from and the state that was read.
//!
//! A table is a `match` over every [`Kind`], so that a new kind without a row does not compile. Where AWS's pages
//! disagree the row says so in a word of its own, and its reading is the stronger page's.

pub mod actions;
pub mod backups;
pub mod calls;
pub mod capability;
pub mod cite;
pub mod cloud_control;
pub mod condition_keys;
mod crossing;
mod describe;
pub mod encryption;
pub mod given_ids;
pub mod instance_types;
pub mod key_states;
mod kind;
pub mod lifecycles;
mod limits;
pub mod lists;
pub mod managed_policies;
pub mod messages;
mod notes;
pub mod permissions;
pub mod quotas;
pub mod recovery_points;
pub mod regions;
pub mod requests;
pub mod resource_states;
pub mod restores;
pub mod route;
mod rows;
pub mod services;
pub mod windows;

pub use capability::{
    Capabilities, Encryption, Support, can_leave_its_account, capabilities,
    goes_into_air_gapped_vault_itself,
};
pub use cite::Cite;
pub use crossing::Crossing;
pub use describe::describe_call;
pub use kind::{Family, Kind};
pub use managed_policies::{ManagedPolicy, managed_policy};
pub use messages::explain;
pub use notes::notes;
pub use regions::partition;
pub use route::{Capability, RouteAnswer, route};
pub use rows::{CapabilityRow, rows};
