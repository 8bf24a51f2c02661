//! The policy of what is backed up, where its description has it.

use serde_json::Value;

use crate::inventory::policy::Policy;
use crate::inventory::tree::Tree;
use crate::known::{Arn, ByHand, Fact, Gap};

use super::Facts;

/// The fields of descriptions that have the policy of the thing itself: those of CloudFormation, which Cloud Control gives, and of
/// the service's own answer.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-efs-filesystem.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dsql-cluster.html> and
/// <https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_GetClusterPolicy.html>.
#[rustfmt::skip]
const POLICIES: &[(&str, &[&str])] = &[
    ("dsql",              &["PolicyDocument", "policy"]),
    ("elasticfilesystem", &["FileSystemPolicy"]),
];

impl<'a> Facts<'a> {
    /// Whether the description of a resource tells its policy, or that it has none.
    #[must_use]
    pub fn tells_its_policy(&self, resource: &Arn) -> bool {
        self.told_policy(resource).is_some()
    }

    fn told_policy(&self, resource: &Arn) -> Option<(&'static str, &'a Tree)> {
        let mut rows = POLICIES.iter();
        let (_, fields) = rows.find(|(service, _)| *service == resource.service())?;
        let detail = self.resource_description(resource).known().flatten()?;
        let told = || {
            fields
                .iter()
                .filter_map(|field| Some((*field, detail.get(field)?)))
        };
        // One that says that there is none says less than one that has it.
        let there = told().find(|(_, told)| !matches!(told, Tree::Null));
        there.or_else(|| told().next())
    }

    /// The policy of a resource, and the field of its description that has it: `None` within where it has none. `None` where its
    /// description does not tell.
    #[must_use]
    pub fn resource_policy(&self, resource: &Arn) -> Option<Fact<Option<(&'static str, Policy)>>> {
        let (field, told) = self.told_policy(resource)?;
        let read = match told {
            Tree::Null => return Some(Fact::Known(None)),
            Tree::Text(text) => Policy::parse(text),
            Tree::Bool(_) | Tree::Number(_) | Tree::List(_) | Tree::Object(_) => {
                Policy::from_value(&serde_json::to_value(told).unwrap_or(Value::Null))
            }
        };
        Some(match read {
            Ok(policy) => Fact::Known(Some((field, policy))),
            Err(error) => {
                let says = format!("`{field}`, which is not a policy document ({error}),");
                let gap = Gap::by_hand(ByHand::NotUnderstood, says, resource.as_str());
                Fact::unknown(gap.where_is(resource))
            }
        })
    }
}
