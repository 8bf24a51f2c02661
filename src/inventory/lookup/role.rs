//! IAM roles and the policies in force on them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::catalog;
use crate::catalog::calls::api_call;
use crate::inventory::field::Field;
use crate::inventory::json::Json;
use crate::inventory::list::items;
use crate::inventory::objects::{AttachedPolicy, InlinePolicy, Role};
use crate::inventory::overlay::{NAME_SHAPE, NAME_TO_COME};
use crate::inventory::policy::Policy;
use crate::inventory::tags::Tags;
use crate::known::{AccountId, ApiCall, Arn, ByHand, Fact, Gap};

use super::reads::Object;
use super::{Facts, Seen, fact};

/// One policy of a role.
#[derive(Clone, Debug)]
pub struct PolicyInForce {
    /// What it is and its name, for people: ``the inline policy `copies` ``.
    pub name: String,
    /// Where it stands in the role: a JSON pointer.
    pub pointer: String,
    /// Its text.
    pub policy: Fact<Policy>,
    /// Whether it is one of AWS's, which nobody else can change.
    pub is_of_aws: bool,
}

/// The policies in force on a role.
#[derive(Clone, Debug)]
pub struct RolePolicies {
    /// What gives permissions: attached and inline policies.
    pub identity: Vec<PolicyInForce>,
    /// What limits them, if anything does.
    pub boundary: Option<PolicyInForce>,
}

impl<'a> Facts<'a> {
    fn role(&self, arn: &Arn) -> Seen<'_, 'a, Role> {
        self.seen(Object::Role(arn), |layer| layer.roles(arn))
    }

    fn role_gap(&self, call: ApiCall, arn: &Arn) -> Gap {
        self.gap(call, arn.as_str(), arn.account(), None)
    }

    /// Whether the role exists. Unknown where no list that would have it is whole.
    #[must_use]
    pub fn role_exists(&self, arn: &Arn) -> Fact<bool> {
        let role = self.role(arn);
        if role.is_listed() {
            return Fact::Known(!matches!(
                role.field(|r| &r.assume_role_policy_document),
                Field::Null
            ));
        }
        let whole = arn.account().is_some_and(|account| {
            let facts = self.account(account);
            // A list that is not there is no whole one, whatever is said of it; and to one that is there a change only adds.
            let is_listed = facts.field(|a| &a.roles).is_present()
                || self.roles_of(account).field(|a| &a.roles).is_present();
            is_listed && matches!(facts.field(|a| &a.roles_complete), Field::Is(whole) if whole.0)
        });
        // Whatever list there was before, a change may leave open whether it is there.
        let gap = self.role_gap(api_call!("iam:GetRole"), arn);
        if whole && gap.hand() != Some(ByHand::Planned) {
            Fact::Known(false)
        } else {
            Fact::unknown(gap)
        }
    }

    /// What a role will be called that a change makes and AWS names: the shape of its name, `*` for any letters and `?` for one, and
    /// the gap. Its ARN stands for the one that it will have.
    #[must_use]
    pub fn role_name_to_come(&self, arn: &Arn) -> Option<(&'a str, Gap)> {
        let mut recorded = self.stack.iter();
        let gap = recorded
            .find_map(|layer| layer.gap(NAME_TO_COME, arn.as_str(), arn.account(), None))?;
        let role = self.role(arn);
        let shape = role.parts().find_map(|part| {
            let mut extra = part.extra.iter();
            let (_, Json(shape)) = extra.find(|(name, _)| **name == *NAME_SHAPE)?;
            shape.as_str()
        });
        Some((shape.unwrap_or("*"), gap.to_gap()))
    }

    /// The role's trust policy. `None`: no such role.
    #[must_use]
    pub fn role_trust(&self, arn: &Arn) -> Fact<Option<&'a Policy>> {
        if let Fact::Known(false) = self.role_exists(arn) {
            return Fact::Known(None);
        }
        let role = self.seen(Object::RoleTrust(arn), |layer| layer.roles(arn));
        fact(role.field(|r| &r.assume_role_policy_document), || {
            self.role_gap(api_call!("iam:GetRole"), arn)
        })
    }

    /// The role's tags.
    #[must_use]
    pub fn role_tags(&self, arn: &Arn) -> Fact<Option<&'a Tags>> {
        fact(self.role(arn).field(|r| &r.tags), || {
            self.role_gap(api_call!("iam:ListRoleTags"), arn)
        })
    }

    /// The policies in force on the role. `None`: no such role.
    #[must_use]
    pub fn role_policies(&self, arn: &Arn) -> Fact<Option<RolePolicies>> {
        match self.role_exists(arn) {
            Fact::Known(false) => return Fact::Known(None),
            Fact::Unknown(gap) => return Fact::Unknown(gap),
            Fact::Known(true) => {}
        }
        let role = self.role(arn);
        let mut identity = Vec::new();
        match role.field(|r| &r.attached_policies) {
            Field::Absent => {
                return Fact::unknown(
                    self.role_gap(api_call!("iam:ListAttachedRolePolicies"), arn),
                );
            }
            Field::Null => {}
            Field::Is(attached) => {
                for (index, policy) in attached.0.iter().enumerate() {
                    identity.push(PolicyInForce {
                        name: format!("the attached policy `{}`", policy.policy_arn.name()),
                        pointer: format!("/AttachedPolicies/{index}/Document"),
                        policy: self.managed(&policy.policy_arn, &policy.document),
                        is_of_aws: policy.policy_arn.account().is_none(),
                    });
                }
            }
        }
        match role.field(|r| &r.inline_policies) {
            Field::Absent => {
                return Fact::unknown(self.role_gap(api_call!("iam:ListRolePolicies"), arn));
            }
            Field::Null => {}
            Field::Is(inline) => {
                for (index, policy) in inline.0.iter().enumerate() {
                    identity.push(PolicyInForce {
                        name: format!("the inline policy `{}`", policy.policy_name),
                        pointer: format!("/InlinePolicies/{index}/Document"),
                        policy: match &policy.document {
                            Field::Is(document) => Fact::Known(document.clone()),
                            Field::Null | Field::Absent => {
                                Fact::unknown(self.role_gap(api_call!("iam:GetRolePolicy"), arn))
                            }
                        },
                        is_of_aws: false,
                    });
                }
            }
        }
        // The role's own call tells of its boundary: where that was asked in vain, there may be one.
        let unread = self.role_gap(api_call!("iam:GetRole"), arn);
        let boundary = match role.field(|r| &r.permissions_boundary) {
            Field::Absent if self.is_recorded(&unread) => Some(PolicyInForce {
                name: "the permissions boundary".to_owned(),
                pointer: "/PermissionsBoundary".to_owned(),
                policy: Fact::unknown(unread),
                is_of_aws: false,
            }),
            Field::Absent | Field::Null => None,
            Field::Is(boundary) => Some(PolicyInForce {
                name: format!("the permissions boundary `{}`", boundary.policy_arn.name()),
                pointer: "/PermissionsBoundary/Document".to_owned(),
                policy: self.managed(&boundary.policy_arn, &boundary.document),
                is_of_aws: boundary.policy_arn.account().is_none(),
            }),
        };
        Fact::Known(Some(RolePolicies { identity, boundary }))
    }

    /// Whether the role is known to have a permissions boundary: a Deny with `NotPrincipal` then always strikes it.
    #[must_use]
    pub fn has_boundary(&self, arn: &Arn) -> bool {
        matches!(
            self.role(arn).field(|r| &r.permissions_boundary),
            Field::Is(_)
        )
    }

    /// The role's inline policies, as they were read.
    #[must_use]
    pub fn role_inline_policies(&self, arn: &Arn) -> Vec<InlinePolicy> {
        match self.role(arn).field(|r| &r.inline_policies) {
            Field::Is(list) => list.0.clone(),
            Field::Absent | Field::Null => Vec::new(),
        }
    }

    /// The roles of an account that were read, and exist.
    #[must_use]
    pub fn roles_found(&self, account: AccountId) -> BTreeSet<&'a Arn> {
        let listed = self.roles_of(account);
        let roles = listed.parts().flat_map(|account| items(&account.roles));
        roles
            .map(|role| &role.arn)
            .filter(|arn| self.role_exists(arn) == Fact::Known(true))
            .collect()
    }

    /// The role's managed policies, as they were read.
    #[must_use]
    pub fn role_attached_policies(&self, arn: &Arn) -> Vec<AttachedPolicy> {
        match self.role(arn).field(|r| &r.attached_policies) {
            Field::Is(list) => list.0.clone(),
            Field::Absent | Field::Null => Vec::new(),
        }
    }

    /// The names of the managed policies that are attached to the role, where they were read.
    #[must_use]
    pub fn attached_to_role(&self, arn: &Arn) -> Option<Vec<&'a str>> {
        match self.role(arn).field(|r| &r.attached_policies) {
            Field::Absent => None,
            Field::Null => Some(Vec::new()),
            Field::Is(list) => Some(list.0.iter().map(|of| of.policy_arn.name()).collect()),
        }
    }

    /// A managed policy's text: what was read, or AWS's own that is built in.
    fn managed(&self, arn: &Arn, document: &Field<Policy>) -> Fact<Policy> {
        match document {
            Field::Is(policy) => Fact::Known(policy.clone()),
            Field::Null | Field::Absent => match built_in(arn) {
                Some(policy) => Fact::Known(policy),
                None => Fact::unknown(self.gap(
                    api_call!("iam:GetPolicyVersion"),
                    arn.as_str(),
                    arn.account(),
                    None,
                )),
            },
        }
    }
}

/// AWS's managed policy of this ARN, if it is built into the program; parsed once. Other partitions have texts of their
/// own, with their own ARNs and service names, which are not built in.
#[must_use]
pub fn built_in(arn: &Arn) -> Option<Policy> {
    static PARSED: LazyLock<Mutex<HashMap<String, Policy>>> = LazyLock::new(Mutex::default);
    let known = catalog::managed_policy(arn.as_str())?;
    let mut parsed = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(policy) = parsed.get(known.name) {
        return Some(policy.clone());
    }
    let policy = Policy::parse(known.text).ok()?;
    parsed.insert(known.name.to_owned(), policy.clone());
    Some(policy)
}
