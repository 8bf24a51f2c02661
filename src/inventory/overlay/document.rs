//! What is laid over the facts, and what settles what it leaves unknown.

use std::collections::BTreeMap;

use serde_json::Value;

use super::policy_change::PolicyChange;

/// A document that is laid over an inventory.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// Where it comes from: a file's name.
    pub name: String,
    /// The document: an inventory with `{"unknown": "why"}` in place of some of its values.
    pub document: Value,
    /// What settles what is unknown: `terraform apply`, `overlay`.
    pub waits_for: Waiting,
    /// The documents of managed policies, by their ARNs: each is in force wherever a role has the policy.
    pub policies: BTreeMap<String, Value>,
    /// What becomes of policies of the organization.
    pub organization: Vec<PolicyChange>,
}

/// What settles the unknowns of an overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Somebody who says in the overlay what it is.
    Overlay,
    /// `terraform apply`: the reason names the address and the attribute.
    TerraformApply,
    /// The deployment of the stack: the reason names the logical id and the property.
    StackDeployment {
        /// Whether the template of now is told: else what it says otherwise than what was read may stand as it was read.
        is_compared: bool,
    },
}

impl Waiting {
    pub(super) const fn operation(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::TerraformApply => "terraform apply",
            Self::StackDeployment { .. } => "cloudformation deploy",
        }
    }
}

impl Overlay {
    /// What settles what is unknown, as a gap names it.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.waits_for.operation()
    }

    /// Whether what was read stands as well as what this says: nobody knows which of both the change leaves.
    pub(super) fn may_leave(&self) -> bool {
        self.waits_for == Waiting::StackDeployment { is_compared: false }
    }
}
