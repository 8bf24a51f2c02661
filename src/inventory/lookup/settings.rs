//! Settings of accounts and Regions that were read as AWS prints them: Allowed AMIs, tag policies, simulations.

use serde_json::Value;

use crate::inventory::json::Json;
use crate::known::{AccountId, Arn, Fact, Region};

use super::{Facts, fact};

impl<'a> Facts<'a> {
    /// The Allowed AMIs setting of a Region of an account: ec2:GetAllowedImagesSettings. `None`: not set.
    #[must_use]
    pub fn allowed_images(&self, account: AccountId, region: &Region) -> Fact<Option<&'a Value>> {
        fact(
            self.region(account, region).field(|r| &r.allowed_images),
            || {
                self.gap(
                    "ec2:GetAllowedImagesSettings",
                    &format!("{account}/{region}"),
                    Some(account),
                    Some(region),
                )
            },
        )
        .map(open)
    }

    /// The effective tag policy of an account: organizations:DescribeEffectivePolicy. `None`: none.
    #[must_use]
    pub fn tag_policy(&self, account: AccountId) -> Fact<Option<&'a Value>> {
        fact(self.account(account).field(|a| &a.tag_policy), || {
            self.gap(
                "organizations:DescribeEffectivePolicy",
                &account.to_string(),
                Some(account),
                None,
            )
        })
        .map(open)
    }

    /// What iam:SimulatePrincipalPolicy answered for a role, where somebody asked.
    #[must_use]
    pub fn simulated(&self, role: &Arn) -> Option<&'a [Value]> {
        self.seen(|layer| layer.roles(role.as_str()))
            .field(|r| &r.simulated)
            .value()
            .and_then(|Json(results)| results.as_array())
            .map(Vec::as_slice)
    }
}

fn open(json: Option<&Json>) -> Option<&Value> {
    json.map(|Json(value)| value)
}
