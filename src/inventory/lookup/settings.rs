//! Settings of accounts and Regions that were read as AWS prints them: Allowed AMIs, tag policies, simulations.

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::effective::EffectivePolicy;
use crate::inventory::field::Field;
use crate::inventory::frame::GapEntry;
use crate::inventory::json::Json;
use crate::inventory::list::List;
use crate::inventory::list::items;
use crate::inventory::objects::{EngineVersion, Key};
use crate::known::{AccountId, ApiCall, Arn, Fact, Gap, Region};

use super::reads::Object;
use super::{Facts, fact};

impl<'a> Facts<'a> {
    /// The Allowed AMIs setting of a Region of an account: ec2:GetAllowedImagesSettings. `None`: not set.
    #[must_use]
    pub fn allowed_images(&self, account: AccountId, region: &Region) -> Fact<Option<&'a Value>> {
        fact(
            self.region(account, region).field(|r| &r.allowed_images),
            || {
                self.gap(
                    api_call!("ec2:GetAllowedImagesSettings"),
                    &format!("{account}/{region}"),
                    Some(account),
                    Some(region),
                )
            },
        )
        .map(open)
    }

    /// The key that EBS uses in a Region of an account where none is named: ec2:GetEbsDefaultKmsKeyId. `None`: AWS's own,
    /// `aws/ebs`.
    #[must_use]
    pub fn ebs_default_key(&self, account: AccountId, region: &Region) -> Fact<Option<Arn>> {
        const CALL: ApiCall = api_call!("ec2:GetEbsDefaultKmsKeyId");
        let facts = self.region(account, region);
        let id = match facts.field(|r| &r.ebs_default_kms_key_id) {
            Field::Is(id) => id,
            Field::Null => return Fact::Known(None),
            Field::Absent => {
                let subject = format!("{account}/{region}");
                let gap = self.refused(CALL, account, region);
                return Fact::unknown(
                    gap.unwrap_or_else(|| self.gap(CALL, &subject, Some(account), Some(region))),
                );
            }
        };
        if id.ends_with("alias/aws/ebs") {
            return Fact::Known(None);
        }
        let is_it = |key: &&Key| {
            *key.arn.as_str() == **id
                || key.arn.name() == &**id
                || key
                    .aliases
                    .value()
                    .is_some_and(|all| all.iter().any(|alias| id.ends_with(&**alias)))
        };
        let regions = self.keys_of(account, region);
        let listed = regions.parts().flat_map(|region| items(&region.keys));
        let mut listed = listed.filter(is_it).map(|key| key.arn.clone());
        match listed.next().or_else(|| Arn::parse(id).ok()) {
            Some(key) => Fact::Known(Some(key)),
            None => Fact::unknown(self.gap(
                api_call!("kms:DescribeKey"),
                id,
                Some(account),
                Some(region),
            )),
        }
    }

    /// The versions of a database engine that a Region has, whichever account asked: rds:DescribeDBEngineVersions. Empty: the
    /// Region does not have the engine.
    #[must_use]
    pub fn engine_versions(
        &self,
        accounts: &[AccountId],
        region: &Region,
        engine: &str,
    ) -> Fact<Vec<&'a str>> {
        const CALL: ApiCall = api_call!("rds:DescribeDBEngineVersions");
        let others = self
            .layers(Object::Settings)
            .iter()
            .flat_map(|layer| items(&layer.inventory.accounts));
        let others = others.map(|account| account.account);
        let mut refused = None;
        for account in accounts.iter().copied().chain(others) {
            match self
                .region(account, region)
                .field(|r| &r.db_engine_versions)
            {
                Field::Null => return Fact::Known(Vec::new()),
                Field::Is(List(list)) => {
                    let of_engine: Vec<&EngineVersion> = list
                        .iter()
                        .filter(|it| &*it.engine == engine && it.version != Field::Absent)
                        .collect();
                    // A list about other engines only: this one was not asked for.
                    if !of_engine.is_empty() {
                        let versions = of_engine.into_iter().filter_map(|it| it.version.value());
                        return Fact::Known(versions.map(|version| &**version).collect());
                    }
                }
                Field::Absent => {}
            }
            refused = refused.or_else(|| self.refused(CALL, account, region));
        }
        Fact::unknown(refused.unwrap_or_else(|| {
            let account = accounts.first().copied();
            let subject = account.map_or_else(String::new, |id| format!("{id}/{region}"));
            self.gap(CALL, &subject, account, Some(region))
        }))
    }

    /// The gap that a call about a Region of an account left where somebody made it.
    fn refused(&self, call: ApiCall, account: AccountId, region: &Region) -> Option<Gap> {
        let subjects = [
            format!("{account}/{region}"),
            region.to_string(),
            String::new(),
        ];
        self.stack.iter().find_map(|layer| {
            subjects.iter().find_map(|subject| {
                layer
                    .gap(call.as_str(), subject, Some(account), Some(region))
                    .map(GapEntry::to_gap)
            })
        })
    }

    /// The effective tag policy of an account: organizations:DescribeEffectivePolicy. `None`: none.
    #[must_use]
    pub fn tag_policy(&self, account: AccountId) -> Fact<Option<&'a Value>> {
        fact(self.account(account).field(|a| &a.tag_policy), || {
            self.gap(
                api_call!("organizations:DescribeEffectivePolicy"),
                &account.to_string(),
                Some(account),
                None,
            )
        })
        .map(|policy| policy.map(EffectivePolicy::value))
    }

    /// What iam:SimulatePrincipalPolicy answered for a role, where somebody asked.
    #[must_use]
    pub fn simulated(&self, role: &Arn) -> Option<&'a [Value]> {
        self.seen(Object::Role(role), |layer| layer.roles(role))
            .field(|r| &r.simulated)
            .value()
            .and_then(|Json(results)| results.as_array())
            .map(Vec::as_slice)
    }
}

fn open(json: Option<&Json>) -> Option<&Value> {
    json.map(|Json(value)| value)
}
