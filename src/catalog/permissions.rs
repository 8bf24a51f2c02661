//! The permissions that this program's calls take, and the policy that `permissions` prints.

use serde_json::{Value, json};

use super::calls::CALLS;
use super::cloud_control;
use crate::known::ResourceType;

pub use super::calls::{CallScope, Side, StatementResource};

/// An action, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The action, as policies name it.
    pub action: &'static str,
    /// The accounts that need it.
    pub sides: &'static [Side],
    /// When.
    pub when: CallScope,
    /// Which part of an account it is about.
    pub on: StatementResource,
}

use StatementResource::{Buckets, Everything, Keys, Plans, Policies, Roles, Vaults};

/// Those of the calls that take one.
fn permitted() -> impl Iterator<Item = Permission> {
    let calls = CALLS.iter().filter(|call| !call.sides.is_empty());
    calls.map(|call| Permission {
        action: call.name,
        sides: call.sides,
        when: call.when,
        on: call.on,
    })
}

/// The actions of the calls that this program makes.
pub fn made() -> impl Iterator<Item = &'static str> {
    permitted().map(|permission| permission.action)
}

/// Every action: those of this program's calls, then those of Cloud Control's, each once.
#[must_use]
pub fn permissions() -> Vec<Permission> {
    let rows = ResourceType::ALL.iter().filter_map(cloud_control::row);
    let mut handlers: Vec<&str> = rows
        .flat_map(|row| row.read.iter().chain(row.list))
        .copied()
        .collect();
    handlers.sort_unstable();
    handlers.dedup();
    let handlers = handlers.into_iter().map(|action| {
        let on = if action.starts_with("s3:") && action != "s3:ListAllMyBuckets" {
            Buckets
        } else {
            Everything
        };
        Permission {
            action,
            sides: &[Side::Source],
            when: CallScope::ByCloudControl,
            on,
        }
    });
    permitted().chain(handlers).collect()
}

/// The smallest policy that permits what an account is asked; without a side, what any is.
#[must_use]
pub fn policy(side: Option<Side>, partition: &str) -> Value {
    let all = permissions();
    let wanted =
        |permission: &&Permission| side.is_none_or(|side| permission.sides.contains(&side));
    let statements: Vec<Value> = STATEMENTS
        .iter()
        .filter_map(|(sid, on, resources)| {
            let actions: Vec<&str> = all
                .iter()
                .filter(wanted)
                .filter(|permission| permission.on == *on)
                .map(|permission| permission.action)
                .collect();
            let resources: Vec<String> = resources
                .iter()
                .map(|resource| resource.replace("PARTITION", partition))
                .collect();
            (!actions.is_empty()).then(
                || json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}),
            )
        })
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The statements of a policy: their names, what they are about, and the resources of that.
#[rustfmt::skip]
const STATEMENTS: &[(&str, StatementResource, &[&str])] = &[
    ("ReadSettingsAndResources", Everything, &["*"]),
    ("ReadVaults",               Vaults,     &["arn:PARTITION:backup:*:*:backup-vault:*"]),
    ("ReadPlans",                Plans,      &["arn:PARTITION:backup:*:*:backup-plan:*"]),
    ("ReadRoles",                Roles,      &["arn:PARTITION:iam::*:role/*"]),
    ("ReadPolicies",             Policies,   &["arn:PARTITION:iam::*:policy/*"]),
    ("ReadKeys",                 Keys,       &["arn:PARTITION:kms:*:*:key/*"]),
    ("ReadBuckets",              Buckets,    &["arn:PARTITION:s3:::*"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest managed policy that IAM takes, white space not counted.
    const LONGEST: usize = 6144;

    #[test]
    fn every_action_only_reads() {
        for permission in permissions() {
            let (_, verb) = permission.action.split_once(':').unwrap();
            let reads = ["BatchGet", "Describe", "Get", "List", "Select", "Simulate"];
            assert!(
                permission.action == "sts:AssumeRole"
                    || reads.iter().any(|word| verb.starts_with(word)),
                "{}",
                permission.action
            );
        }
    }

    #[test]
    fn an_action_is_in_the_table_once() {
        let mut actions: Vec<_> = permissions().iter().map(|one| one.action).collect();
        let all = actions.len();
        actions.sort_unstable();
        actions.dedup();
        assert_eq!(actions.len(), all);
    }

    #[test]
    fn a_policy_is_short_enough_to_be_one() {
        for side in [
            None,
            Some(Side::Source),
            Some(Side::Destination),
            Some(Side::Management),
        ] {
            let text = policy(side, "aws").to_string();
            assert!(text.len() <= LONGEST, "{side:?}: {}", text.len());
        }
    }

    #[test]
    fn a_side_has_what_it_is_asked_and_no_more() {
        let text = |side| policy(Some(side), "aws-cn").to_string();
        assert!(text(Side::Source).contains("rds:DescribeDBInstances"));
        assert!(!text(Side::Destination).contains("rds:DescribeDBInstances"));
        assert!(!text(Side::Management).contains("kms:"));
        assert!(text(Side::Destination).contains("arn:aws-cn:kms:*:*:key/*"));
    }
}
