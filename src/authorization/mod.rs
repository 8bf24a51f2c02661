//! The questions that the policy checks put to policies, and the answers in the words of a verdict.

mod answer;
mod asked_of_role;
mod backup;
mod context;
mod control;
mod kept_by_aws;
mod key;
mod located;
mod misspelt;
mod needs;
mod outcome;
mod request;
mod resource_policy;
mod role;
mod role_key_requests;
mod role_requests;
mod ruling;
mod rulings;
mod start;
mod template;
mod trust;
mod unread;
mod vault;

pub use answer::{actions, control_rulings, role_denies, role_rulings};
pub use asked_of_role::asked_of_role;
pub use backup::{AskedOf, BackupRequest, backup_requests};
pub use control::{denied_by_its_own, denied_by_the_organization, may_be_assumed, nothing_binds};
pub use kept_by_aws::not_of_its_service;
pub use key::{KeyAccess, Via};
pub use needs::{to_allow, to_lift};
pub use outcome::{AskedPolicy, denied_by};
pub use request::{
    DoubtfulRequest, RoleRequest, RoleRequests, air_gapped_key_requests, restore_requests,
    service_tag_requests, tag_request,
};
pub use resource_policy::against_backup;
pub use role::{ByKey, has_own_allowance};
pub use role_requests::role_requests;
pub use ruling::{Grounds, Party, Ruling};
pub use rulings::{Rulings, list};
pub use start::{depends_on_who_starts, may_start};
pub use trust::{ASSUME, may_assume};
pub use vault::{copy_from, copy_into};
