//! A role that lacks all that a copy takes gets the managed policies that AWS keeps for it.

use super::RemedyKind;
use super::change::{Change, bare_role};
use super::command::option;
use super::draft::Draft;
use super::parts::Parts;
use crate::catalog::managed_policies::S3_BACKUP_POLICY;
use crate::inventory::{AttachedPolicy, Extra, Facts, Field, Listing};
use crate::known::Arn;
use smol_str::format_smolstr;

/// The role with these policies attached. `None` where it was not read, or AWS alone changes it.
pub fn draft(role: &Arn, policies: &[&Arn], facts: &Facts<'_>) -> Option<Draft> {
    facts.role_policies(role).known().flatten()?;
    if role.is_role_of_aws() {
        return None;
    }
    let mut attached = facts.role_attached_policies(role);
    let is_there = |policy: &Arn| attached.iter().any(|there| there.policy_arn == *policy);
    let new: Vec<Arn> = policies
        .iter()
        .filter(|it| !is_there(it))
        .map(|it| (*it).clone())
        .collect();
    let names: Vec<&str> = new.iter().map(Arn::name).collect();
    if names.is_empty() {
        return None;
    }
    let lacks = if policies.iter().all(|it| it.as_str() == S3_BACKUP_POLICY) {
        "lacks the permissions to read buckets"
    } else {
        "lacks all permissions that the copy needs"
    };
    let title = format!(
        "attach {} to the role `{}`, which {lacks}",
        names.join(" and "),
        role.name()
    );
    let mut draft = Draft::new(RemedyKind::AttachRolePolicy, role, title);
    draft.remedy.account = role.account();
    draft.remedy.commands = new
        .iter()
        .map(|policy| {
            format_smolstr!(
                "aws iam attach-role-policy {} {}",
                option("--role-name", role.name()),
                option("--policy-arn", policy.as_str())
            )
        })
        .collect();
    attached.extend(new.iter().map(|policy| AttachedPolicy {
        policy_arn: policy.clone(),
        document: Field::Absent,
        extra: Extra::new(),
    }));
    draft.remedy.parts = Parts::AttachedPolicies { policies: new };
    let mut changed = bare_role(role);
    changed.attached_policies = Field::Is(Listing(attached));
    draft.change = Some(Change::none().role(changed));
    Some(draft)
}
