//! The questions that the policy checks put to policies, and the answers in the words of a verdict.

mod answer;
mod asked;
mod context;
mod control;
mod form;
mod key;
mod misspelt;
mod request;
mod role;
mod ruling;
mod rulings;
mod start;
mod trust;
mod vault;

pub use answer::{RoleAnswer, control_rulings, role_may_use_key, role_rulings};
pub use control::{ControlRuling, may_be_assumed};
pub use key::{KeyQuestion, Via, ask_key, excepting, strike_the_owner};
pub use request::{RoleRequest, air_gapped_key_request, role_requests, tag_request};
pub use role::{ByKey, RoleRuling};
pub use ruling::{Fault, Ruling};
pub use rulings::{Rulings, list, unique};
pub use start::{StartRuling, may_start};
pub use trust::{ASSUME, TrustRuling, may_assume};
pub use vault::{copy_from, copy_into};
