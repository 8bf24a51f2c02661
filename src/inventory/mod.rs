//! The facts of one run, in the contract's format: read, merged, written, and looked up.
//!
//! What is absent was not looked up; what is null was looked up and is not there. [`Field`] keeps the two apart in the
//! file, [`crate::known::Fact`] in everything that looks a fact up.

mod back;
mod beside;
mod copy;
mod doubtful;
mod effective;
mod element;
mod elsewhere;
mod envelope;
mod field;
mod frame;
mod gaps;
mod grammar;
mod ids;
mod json;
mod key_parts;
mod left_out;
mod list;
mod lookup;
mod merge;
mod misspelling;
mod objects;
mod overlay;
mod own;
mod policy;
mod read;
mod record;
mod refused;
mod sound;
mod span;
mod tags;
mod tree;
mod unknown_field;
mod whole;
mod word;

pub use copy::{
    Copy, Endpoints, KindOf, MadeBy, Model, Named, OF_COMMAND_LINE, PlanReference, Route, Transfer,
    is_key_assumed, service_linked_role, volumes,
};
pub use effective::EffectivePolicy;
pub use envelope::unknown_word;
pub use field::Field;
pub use frame::{Account, CopyEntry, GapEntry, Inventory, RegionFacts, WaitsFor};
pub use ids::tell_apart;
pub use json::{Extra, Json, ValidJson};
pub use list::{List, Listing, items};
pub use lookup::{
    Assumption, Continuity, ContinuousPoint, ControlList, ControlPolicies, EncryptedWith, Facts,
    KeyManager, NewestCopy, PolicyInForce, Question, Reads, RolePolicies, Taken, TakenFor, Touched,
    VaultLock, VaultType, built_in, keep_taken, lifecycle_number, note_again, noting, only_said,
    plan_arn,
};
pub use merge::{Conflict, Conflicts, Keyed, Merge};
pub use objects::{
    AttachedPolicy, ControlPolicy, CopyJob, EngineVersion, Grant, InlinePolicy, Key, Lifecycle,
    OptionGroup, Organization, PLAN_OF_POLICY, Plan, RecoveryPoint, RegionSettings, Resource, Role,
    Vault, backup_policies_on, is_plan_of_policy,
};
pub use overlay::{
    ANEW, ARN_BEGINS, BY_NAME, Becomes, ENCRYPTED_ANEW, GIVEN_BY_AWS, GIVEN_WHEN_MADE, HOW_LAID,
    KEY_FOR_GOOD, MAY_STAY, Misspelt, NAME_SHAPE, NAME_TO_COME, NOT_MADE_NOW, Overlay,
    PolicyChange, PolicyType, ReadOtherwise, SAVED, UNLOCKED, WHERE_IT_STANDS, Waiting, as_data,
    data, differs, ebs_default_key, forget_roles, leave_changed_defaults_open, misspelt, opened,
    said_otherwise, strangers, unknown_within,
};
pub use policy::Policy;
pub use read::{ReadError, merge, read};
pub use refused::{BYPASS, leave_refused_open};
pub use tags::Tags;
pub use tree::{Fields, Tree};
pub use unknown_field::{UnknownField, unknown_fields};
pub use word::{AccountName, SchemaId, Start, Timestamp, Whole};

/// The JSON Schema of the inventory file.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Inventory>();
    schema.insert("title".to_owned(), "backup-preflight inventory".into());
    schema.to_value()
}
