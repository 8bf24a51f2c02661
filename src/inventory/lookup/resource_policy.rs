//! The policy of what is backed up, where its description has it.

use serde_json::Value;

use crate::inventory::policy::Policy;
use crate::inventory::tree::Tree;
use crate::known::{Arn, ByHand, Fact, Gap};

use super::Facts;
use super::contradiction::contradiction;

/// The fields of descriptions that have the policy of the thing itself, step by step: those of CloudFormation, which Cloud Control
/// gives, and of the service's own answer.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-efs-filesystem.html>,
/// <https://docs.aws.amazon.com/efs/latest/ug/API_DescribeFileSystemPolicy.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dsql-cluster.html>,
/// <https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_GetClusterPolicy.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-dynamodb-table-resourcepolicy.html>,
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetResourcePolicy.html> and
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html>.
#[rustfmt::skip]
const POLICIES: &[(&str, &[&str])] = &[
    ("dsql",              &["PolicyDocument", "Policy", "policy"]),
    ("dynamodb",          &["ResourcePolicy/PolicyDocument", "ResourcePolicy/Policy", "ResourcePolicy", "Policy"]),
    ("elasticfilesystem", &["FileSystemPolicy", "Policy"]),
    ("s3",                &["Policy"]),
];

impl<'a> Facts<'a> {
    /// Whether the description of a resource tells its policy, or that it has none, or a change leaves it open.
    #[must_use]
    pub fn tells_its_policy(&self, resource: &Arn) -> bool {
        !self.told_policies(resource).is_empty() || self.policy_to_come(resource).is_some()
    }

    /// What a change leaves open of the description that has the policy.
    fn policy_to_come(&self, resource: &Arn) -> Option<Box<Gap>> {
        let has_one = POLICIES.iter().any(|(of, _)| *of == resource.service());
        match has_one.then(|| self.resource_description(resource))? {
            Fact::Unknown(gap) => (gap.hand() == Some(ByHand::Planned)).then_some(gap),
            Fact::Known(_) => None,
        }
    }

    /// The fields that tell it: those that have one, where there are any.
    fn told_policies(&self, resource: &Arn) -> Vec<(&'static str, &'a Tree)> {
        let mut rows = POLICIES.iter();
        let row = rows.find(|(service, _)| *service == resource.service());
        let detail = self.resource_description(resource).known().flatten();
        let (Some((_, fields)), Some(detail)) = (row, detail) else {
            return Vec::new();
        };
        let at = |field: &&'static str| {
            let mut steps = field.split('/');
            let told = steps.try_fold(detail, |within, step| within.get(step))?;
            Some((*field, told))
        };
        let mut told: Vec<_> = fields.iter().filter_map(at).collect();
        // What is in an envelope, the envelope is not.
        let within: Vec<&str> = told
            .iter()
            .filter_map(|(field, _)| Some(field.split_once('/')?.0))
            .collect();
        told.retain(|(field, _)| !within.contains(field));
        // One that says that there is none says less than one that has it.
        if told.iter().any(|(_, told)| !matches!(told, Tree::Null)) {
            told.retain(|(_, told)| !matches!(told, Tree::Null));
        }
        told
    }

    /// The policy of a resource, and the field of its description that has it: `None` within where it has none. `None` where its
    /// description does not tell. Two fields that tell two policies contradict each other.
    #[must_use]
    pub fn resource_policy(&self, resource: &Arn) -> Option<Fact<Option<(&'static str, Policy)>>> {
        if let Some(gap) = self.policy_to_come(resource) {
            return Some(Fact::Unknown(gap));
        }
        let told = self.told_policies(resource).into_iter();
        let mut each = told.map(|(field, told)| policy(resource, field, told));
        let first = each.next()?;
        Some(each.fold(first, |one, other| match (one, other) {
            (Fact::Unknown(gap), _) | (_, Fact::Unknown(gap)) => Fact::Unknown(gap),
            (Fact::Known(Some((field, policy))), Fact::Known(Some((other, also))))
                if policy != also =>
            {
                let name = |field| format!("the policy in `{field}` of its `Detail`");
                Fact::unknown(contradiction(resource, name(field), name(other)))
            }
            (one, _) => one,
        }))
    }
}

/// The policy that a field of a description tells.
fn policy(of: &Arn, field: &'static str, told: &Tree) -> Fact<Option<(&'static str, Policy)>> {
    let read = match told {
        Tree::Null => return Fact::Known(None),
        Tree::Text(text) => Policy::parse(text),
        Tree::Bool(_) | Tree::Number(_) | Tree::List(_) | Tree::Object(_) => {
            Policy::from_value(&serde_json::to_value(told).unwrap_or(Value::Null))
        }
    };
    match read {
        Ok(policy) => match policy.of_another(&[("FileSystemId", of.name())]) {
            Some((name, other)) => {
                let also = format!("`{name}` {other} of the answer in `{field}` of its `Detail`");
                Fact::unknown(contradiction(of, format!("`{}`", of.name()), also))
            }
            None => Fact::Known(Some((field, policy))),
        },
        Err(error) => {
            let says = format!("`{field}`, which is not a policy document ({error}),");
            let gap = Gap::by_hand(ByHand::NotUnderstood, says, of.as_str());
            Fact::unknown(gap.where_is(of))
        }
    }
}
