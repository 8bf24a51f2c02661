//! A role's trust policy lets AWS Backup assume the role.

use serde_json::json;

use super::RemedyKind;
use super::change::{Change, bare_role};
use super::command::put_trust_policy;
use super::draft::Draft;
use super::key_policy::taken_out;
use super::patch::{add_statements, free_sid, without_deleted};
use crate::inventory::{Facts, Field, Policy};
use crate::known::Arn;

/// The role's trust policy with a statement for AWS Backup; `None` where it was not read, and for a role that AWS
/// alone may change.
pub fn draft(role: &Arn, facts: &Facts<'_>) -> Option<Draft> {
    if role.is_role_of_aws() {
        return None;
    }
    let before = facts.role_trust(role).known().flatten()?;
    let (kept, gone, mut added) = without_deleted(&before.to_value());
    let statement = json!({
        "Sid": free_sid(Some(&kept), &[], "AllowAWSBackup"),
        "Effect": "Allow",
        "Principal": {"Service": "backup.amazonaws.com"},
        "Action": "sts:AssumeRole",
    });
    let after = add_statements(Some(&kept), std::slice::from_ref(&statement));
    let title = format!(
        "let AWS Backup assume the role `{}`{}",
        role.name(),
        taken_out(&gone)
    );
    added.push(statement);
    let mut draft = Draft::new(RemedyKind::TrustPolicy, role, title);
    draft.remedy.account = role.account();
    draft.remedy.commands = vec![put_trust_policy(role, &after)];
    let after = Policy::from_value(&after).ok();
    draft.change = after.clone().map(|policy| {
        let mut changed = bare_role(role);
        changed.assume_role_policy_document = Field::Is(policy);
        Change::none().role(changed)
    });
    draft.remedy.before = Some(before.clone());
    draft.remedy.after = after;
    draft.remedy.added = added;
    Some(draft)
}
