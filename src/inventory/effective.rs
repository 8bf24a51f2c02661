//! A policy of the organization as it comes out for an account, opened.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::json::Json;
use super::merge::{Conflicts, Merge};

/// An effective policy, and the account that AWS's answer says it is of.
#[derive(Clone, Debug)]
pub struct EffectivePolicy {
    policy: Json,
    target: Option<Box<str>>,
}

impl EffectivePolicy {
    /// A policy, with the `TargetId` of the answer around it, if there was one.
    #[must_use]
    pub const fn new(policy: Value, target: Option<Box<str>>) -> Self {
        let policy = Json(policy);
        Self { policy, target }
    }

    /// What it says.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.policy.0
    }

    /// The account that it is of, where that was told.
    pub(super) fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }
}

impl PartialEq for EffectivePolicy {
    fn eq(&self, other: &Self) -> bool {
        self.policy == other.policy
    }
}

impl Serialize for EffectivePolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.policy.serialize(serializer)
    }
}

impl Merge for EffectivePolicy {
    fn merge(&mut self, other: Self, conflicts: &mut Conflicts) {
        self.policy.merge(other.policy, conflicts);
    }
}

impl JsonSchema for EffectivePolicy {
    fn schema_name() -> Cow<'static, str> {
        Json::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Json::json_schema(generator)
    }
    fn inline_schema() -> bool {
        Json::inline_schema()
    }
}
