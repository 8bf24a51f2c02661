//! Accounts, their organization, and what is switched on in it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::field::Field;
use crate::inventory::frame::{Account, RegionFacts};
use crate::inventory::list::items;
use crate::inventory::objects::{ControlPolicy, Organization, RegionSettings};
use crate::inventory::tree::Tree;
use crate::known::{AccountId, ByHand, Fact, Gap, Region};

use super::contradiction::extra;
use super::reads::Object;
use super::{Facts, Seen, fact};

/// The service or resource control policies in force on an account: one list a level, root first.
pub type ControlPolicies<'a> = &'a [Vec<ControlPolicy>];

impl<'a> Facts<'a> {
    /// What an account says of itself; of its roles see [`Self::roles_of`].
    pub(super) fn account(&self, id: AccountId) -> Seen<'_, 'a, Account> {
        self.seen(Object::Account(id), |layer| layer.account(id))
    }

    /// The settings of a Region, and what is stored there; of its vaults and keys see [`Self::vaults_of`] and [`Self::keys_of`].
    pub(super) fn region(&self, account: AccountId, region: &Region) -> Seen<'_, 'a, RegionFacts> {
        self.seen(Object::Region(account, region), |layer| {
            layer.region(account, region)
        })
    }

    /// The list of an account's roles.
    pub(super) fn roles_of(&self, id: AccountId) -> Seen<'_, 'a, Account> {
        self.seen(Object::Roles(id), |layer| layer.account(id))
    }

    /// The list of a Region's vaults.
    pub(super) fn vaults_of(
        &self,
        account: AccountId,
        region: &Region,
    ) -> Seen<'_, 'a, RegionFacts> {
        self.seen(Object::Vaults(account, region), |layer| {
            layer.region(account, region)
        })
    }

    /// The list of a Region's keys.
    pub(super) fn keys_of(&self, account: AccountId, region: &Region) -> Seen<'_, 'a, RegionFacts> {
        self.seen(Object::Keys(account, region), |layer| {
            layer.region(account, region)
        })
    }

    /// What people call the accounts.
    pub fn account_names(&self) -> impl Iterator<Item = (AccountId, &'a str)> {
        let accounts = self.layers(Object::Settings).iter();
        let accounts = accounts.flat_map(|layer| items(&layer.inventory.accounts));
        accounts.filter_map(|account| Some((account.account, &*account.name.value()?.0)))
    }

    /// The backup policies of the organization, as they come out for each account that has one.
    pub fn backup_policies(&self) -> impl Iterator<Item = (AccountId, &'a Value)> {
        self.layers(Object::Settings)
            .iter()
            .flat_map(|layer| items(&layer.inventory.accounts))
            .filter_map(|account| {
                let policy = account.backup_policy.value()?;
                Some((account.account, policy.value()))
            })
    }

    /// The backup policy of the organization, as it comes out for an account.
    #[must_use]
    pub fn backup_policy(&self, account: AccountId) -> Option<&'a Value> {
        let policy = self.account(account).field(|a| &a.backup_policy);
        policy.value().map(|policy| policy.value())
    }

    /// What AWS Backup protects and manages in a Region, where that was read.
    #[must_use]
    pub fn region_settings(
        &self,
        account: AccountId,
        region: &Region,
    ) -> Option<&'a RegionSettings> {
        match self.region(account, region).field(|r| &r.region_settings) {
            Field::Is(settings) => Some(settings),
            Field::Null | Field::Absent => None,
        }
    }

    /// The organization that the account is in. `None`: it is in none.
    #[must_use]
    pub fn organization(&self, account: AccountId) -> Fact<Option<&'a Organization>> {
        let facts = self.account(account);
        let organization = facts.field(|a| &a.organization);
        let binds = |levels: Field<&Vec<Vec<ControlPolicy>>>| {
            levels.value().is_some_and(|levels| !levels.is_empty())
        };
        if organization == Field::Null
            && (binds(facts.field(|a| &a.service_control_policies))
                || binds(facts.field(|a| &a.resource_control_policies)))
        {
            return Fact::unknown(
                Gap::by_hand(
                    ByHand::Contradiction,
                    "say which is right: `organization` null, or control policies in force",
                    account.to_string(),
                )
                .within(Some(account), None),
            );
        }
        if let Some((one, other)) = self.contradicted(account, &organization) {
            return Fact::unknown(
                Gap::by_hand(
                    ByHand::Contradiction,
                    format!("say which is right: {one}, or {other}"),
                    account.to_string(),
                )
                .within(Some(account), None),
            );
        }
        fact(organization, || {
            self.gap(
                api_call!("organizations:DescribeOrganization"),
                &account.to_string(),
                Some(account),
                None,
            )
        })
    }

    /// What is said of the account's organization, and what is said beside it that cannot be so too: an organization has one
    /// management account, which is in it, and an account's path begins with its organization's id.
    fn contradicted(
        &self,
        account: AccountId,
        organization: &Field<&Organization>,
    ) -> Option<(String, String)> {
        let own = match organization {
            Field::Absent => return None,
            Field::Null => {
                let id = account.to_string();
                let (of, other) = self.led_by(&id).next()?;
                return Some((
                    format!("`organization` null of account {account}"),
                    format!("`MasterAccountId` {id} of {of} in account {other}"),
                ));
            }
            Field::Is(own) => own,
        };
        let id = own.id.value()?;
        if let Some(path) = own.path.value().filter(|path| {
            path.strip_prefix(&**id)
                .is_none_or(|rest| !rest.starts_with('/'))
        }) {
            return Some((format!("`Id` {id}"), format!("`Path` {path}")));
        }
        let master = own.master_account_id.value()?;
        let here = || format!("`MasterAccountId` {master} of {id} in account {account}");
        if self.leaders_agree() {
            return None;
        }
        let mut others = self.leaders();
        let differs = others.find(|(of, led_by, _)| (*of == &**id) != (*led_by == &**master));
        let (of, led_by, other) = differs?;
        Some((
            here(),
            format!("`MasterAccountId` {led_by} of {of} in account {other}"),
        ))
    }

    /// Whether all that is said of organizations and their management accounts stands in one layer, and agrees there.
    fn leaders_agree(&self) -> bool {
        let stack = self.layers(Object::Settings).iter();
        let mut said = stack.filter(|layer| !layer.leaders.is_empty());
        let first = said.next();
        said.next().is_none() && first.is_none_or(|layer| layer.leaders_agree)
    }

    /// The organizations with their management accounts, each pair once, with an account that says so.
    fn leaders(&self) -> impl Iterator<Item = (&str, &str, AccountId)> {
        // What an upper layer says of an account stands in place of what a lower one does.
        let stack = self.layers(Object::Settings);
        let is_said_above = move |at: usize, account: AccountId| {
            stack.iter().take(at).any(|layer| {
                let facts = layer.account(account).first();
                facts.is_some_and(|facts| facts.organization.is_present())
            })
        };
        let layers = stack.iter().enumerate();
        let all = layers.flat_map(|(at, layer)| layer.leaders.iter().map(move |one| (at, *one)));
        all.filter(move |(at, (_, _, account))| !is_said_above(*at, *account))
            .map(|(_, leader)| leader)
    }

    /// The organizations that an account manages, as others say.
    pub(super) fn led_by<'s>(
        &'s self,
        account: &'s str,
    ) -> impl Iterator<Item = (&'s str, AccountId)> {
        let all = self.leaders();
        all.filter(move |(_, master, _)| *master == account)
            .map(|(id, _, account)| (id, account))
    }

    /// The id of the account's organization, `o-…`. `None`: it is in none.
    #[must_use]
    pub fn organization_id(&self, account: AccountId) -> Fact<Option<&'a str>> {
        match self.organization(account) {
            Fact::Known(None) => Fact::Known(None),
            Fact::Known(Some(Organization {
                id: Field::Is(id), ..
            })) => Fact::Known(Some(&**id)),
            Fact::Known(Some(_)) => Fact::unknown(self.gap(
                api_call!("organizations:DescribeOrganization"),
                &account.to_string(),
                Some(account),
                None,
            )),
            Fact::Unknown(gap) => Fact::Unknown(gap),
        }
    }

    /// The account that manages the organization of an account, where that was read.
    #[must_use]
    pub fn management_account(&self, account: AccountId) -> Option<AccountId> {
        let organization = self.organization(account).known().flatten()?;
        AccountId::parse(organization.master_account_id.value()?).ok()
    }

    /// Whether an account manages its organization.
    #[must_use]
    pub fn is_management_account(&self, account: AccountId) -> Fact<bool> {
        match self.organization(account) {
            Fact::Known(None) => Fact::Known(false),
            Fact::Known(Some(Organization {
                master_account_id: Field::Is(id),
                ..
            })) => Fact::Known(AccountId::parse(id).is_ok_and(|id| id == account)),
            Fact::Known(Some(_)) => Fact::unknown(self.gap(
                api_call!("organizations:DescribeOrganization"),
                &account.to_string(),
                Some(account),
                None,
            )),
            Fact::Unknown(gap) => Fact::Unknown(gap),
        }
    }

    /// The account's place in its organization, `o-…/r-…/ou-…/`.
    #[must_use]
    pub fn organization_path(&self, account: AccountId) -> Fact<Option<&'a str>> {
        match self.organization(account) {
            Fact::Known(None) => Fact::Known(None),
            Fact::Known(Some(organization)) => match &organization.path {
                Field::Is(path) => match self.path_disputed(account) {
                    Some(gap) => Fact::unknown(gap),
                    None => Fact::Known(Some(path)),
                },
                // An account of an organization has a place in it.
                Field::Null | Field::Absent => Fact::unknown(self.gap(
                    api_call!("organizations:ListParents"),
                    &account.to_string(),
                    Some(account),
                    None,
                )),
            },
            Fact::Unknown(gap) => Fact::Unknown(gap),
        }
    }

    /// The gap that an organization with consolidated billing alone leaves where cross-account backup is on: AWS Backup is let
    /// manage backups across accounts only in one with all features.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/manage-cross-account.html>.
    #[must_use]
    pub fn without_all_features(&self, account: AccountId) -> Option<Gap> {
        let organization = self.organization(account).known().flatten()?;
        let features = extra(&organization.extra, "FeatureSet")?.as_str()?;
        let gap = match features {
            "ALL" => return None,
            "CONSOLIDATED_BILLING" => {
                let says = "say which is right: `FeatureSet` CONSOLIDATED_BILLING, or cross-account backup that is on";
                Gap::by_hand(ByHand::Contradiction, says, account.to_string())
            }
            other => {
                let says = format!("say what `FeatureSet` {other} is");
                Gap::by_hand(ByHand::NotUnderstood, says, account.to_string())
            }
        };
        Some(gap.within(Some(account), None))
    }

    /// The service control policies in force on the account.
    #[must_use]
    pub fn service_control_policies(
        &self,
        account: AccountId,
    ) -> Fact<Option<ControlPolicies<'a>>> {
        self.control_policies(account, |a| &a.service_control_policies)
    }

    /// The resource control policies in force on the account. A level without any was not read whole: RCPFullAWSAccess is attached to
    /// each, and cannot be detached.
    ///
    /// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>.
    #[must_use]
    pub fn resource_control_policies(
        &self,
        account: AccountId,
    ) -> Fact<Option<ControlPolicies<'a>>> {
        let policies = self.control_policies(account, |a| &a.resource_control_policies);
        let is_whole = |levels: &ControlPolicies<'_>| !levels.iter().any(Vec::is_empty);
        match policies {
            Fact::Known(Some(levels)) if !is_whole(&levels) => {
                Fact::unknown(self.control_policies_gap(account))
            }
            policies @ (Fact::Known(_) | Fact::Unknown(_)) => policies,
        }
    }

    /// Whether all control policies that are in force on the account were read, of both kinds.
    #[must_use]
    pub fn control_policies_are_read(&self, account: AccountId) -> bool {
        let all = [
            self.service_control_policies(account),
            self.resource_control_policies(account),
        ];
        all.into_iter().all(|levels| match levels {
            Fact::Known(levels) => {
                let mut policies = levels.into_iter().flatten().flatten();
                !policies.any(ControlPolicy::is_any_other)
            }
            Fact::Unknown(_) => false,
        })
    }

    /// The gap that the control policies of a field leave which are of more or fewer levels than the account's place in its organization has: the
    /// root, each unit and the account itself have a list each. Where the place was not read nothing can be said.
    ///
    /// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html>.
    #[must_use]
    pub fn levels_otherwise(
        &self,
        account: AccountId,
        field: &str,
        levels: ControlPolicies<'_>,
    ) -> Option<Gap> {
        let own = account.to_string();
        let path = self.organization_path(account).known().flatten()?;
        let above = path.split('/').skip(1);
        let above = above.filter(|id| !id.is_empty() && **id != own);
        let way: Vec<&str> = above.chain([own.as_str()]).collect();
        if levels.len() == way.len() {
            return None;
        }
        let (there, wanted) = (levels.len(), way.len());
        let lists = if there == 1 { "list" } else { "lists" };
        let says = format!(
            "say which is right: `{field}` of {there} {lists}, or `Path` of {wanted} levels: it takes a list each of {}, in this order",
            way.join(", ")
        );
        let gap = Gap::by_hand(ByHand::Contradiction, says, own);
        Some(gap.within(Some(account), None))
    }

    fn control_policies_gap(&self, account: AccountId) -> Gap {
        let call = api_call!("organizations:ListPoliciesForTarget");
        self.gap(call, &account.to_string(), Some(account), None)
    }

    fn control_policies(
        &self,
        account: AccountId,
        of_a_kind: impl Fn(&'a Account) -> &'a Field<Vec<Vec<ControlPolicy>>>,
    ) -> Fact<Option<ControlPolicies<'a>>> {
        let policies = fact(self.account(account).field(of_a_kind), || {
            self.control_policies_gap(account)
        });
        policies.map(|levels| levels.map(Vec::as_slice))
    }

    /// The accounts that a control policy is in force on, each with all policies of that kind, level by level.
    #[must_use]
    pub fn holders_of_control_policy(
        &self,
        is_of_resources: bool,
        id: &str,
    ) -> Vec<(AccountId, ControlPolicies<'a>)> {
        let layers = self.layers(Object::Settings).iter();
        let accounts = layers.flat_map(|layer| items(&layer.inventory.accounts));
        let accounts: BTreeSet<AccountId> = accounts.map(|account| account.account).collect();
        let of = |account: AccountId| {
            let levels = if is_of_resources {
                self.resource_control_policies(account)
            } else {
                self.service_control_policies(account)
            };
            let levels = levels.known().flatten()?;
            let mut all = levels.iter().flatten();
            all.any(|policy| policy.id.value().is_some_and(|is| **is == *id))
                .then_some((account, levels))
        };
        accounts.into_iter().filter_map(of).collect()
    }

    /// The account's opt-in to a Region: `opt-in-not-required`, `opted-in` or `not-opted-in`.
    #[must_use]
    pub fn region_opt_in(&self, account: AccountId, region: &Region) -> Fact<Option<&'a str>> {
        fact(
            self.region(account, region).field(|r| &r.opt_in_status),
            || {
                self.gap(
                    api_call!("ec2:DescribeRegions"),
                    region.as_str(),
                    Some(account),
                    Some(region),
                )
            },
        )
        .map(|text| text.map(|text| &**text))
    }

    /// Whether AWS Backup is set to manage DynamoDB's backups, whatever the account opted in to.
    #[must_use]
    pub fn dynamodb_managed(&self, account: AccountId, region: &Region) -> bool {
        let settings = self.region(account, region).field(|r| &r.region_settings);
        let management = settings.value().and_then(|all| all.management.value());
        let told = management.and_then(|types| types.get("DynamoDB")?.as_bool());
        told == Some(true)
    }

    /// Whether AWS Backup's advanced features for DynamoDB are on: both preferences are.
    #[must_use]
    pub fn dynamodb_advanced(&self, account: AccountId, region: &Region) -> Fact<bool> {
        let gap = || {
            self.gap(
                api_call!("backup:DescribeRegionSettings"),
                &format!("{account}/{region}"),
                Some(account),
                Some(region),
            )
        };
        let settings = match self.region(account, region).field(|r| &r.region_settings) {
            Field::Is(settings) => settings,
            Field::Null => return Fact::Known(false),
            Field::Absent => return Fact::unknown(gap()),
        };
        match dynamodb(settings) {
            (Some(Some(true)), Some(Some(true))) => Fact::Known(true),
            (_, Some(Some(false))) | (Some(Some(false)), _) => Fact::Known(false),
            // One of which a change told other types alone.
            (Some(_), Some(_)) if gap().hand() == Some(ByHand::Planned) => Fact::unknown(gap()),
            // A type that AWS Backup manages in full it has among those that it protects.
            (Some(None), Some(Some(true))) => {
                let says = "say which is right: `ResourceTypeManagementPreference` with DynamoDB, or `ResourceTypeOptInPreference` without it";
                let gap = Gap::by_hand(ByHand::Contradiction, says, format!("{account}/{region}"));
                Fact::unknown(gap.within(Some(account), Some(region)))
            }
            // A map that was read and leaves DynamoDB out does not say that the feature is on.
            (Some(_), Some(_)) => Fact::Known(false),
            (None, _) | (_, None) => Fact::unknown(gap()),
        }
    }

    /// The setting that does not have AWS Backup's advanced features for DynamoDB on, where one was read.
    #[must_use]
    pub fn dynamodb_off(&self, account: AccountId, region: &Region) -> Option<&'static str> {
        let settings = self.region(account, region).field(|r| &r.region_settings);
        let (opt_in, management) = dynamodb(settings.value()?);
        let is_off = |on: Option<Option<bool>>| on.is_some_and(|on| on != Some(true));
        let both = [
            (management, "ResourceTypeManagementPreference"),
            (opt_in, "ResourceTypeOptInPreference"),
        ];
        let off = both.into_iter().find(|(on, _)| is_off(*on));
        off.map(|(_, name)| name)
    }
}

/// Whether DynamoDB is on in each of the two settings; `None`: it was not read.
fn dynamodb(settings: &RegionSettings) -> (Option<Option<bool>>, Option<Option<bool>>) {
    let on = |field: &Field<Tree>| {
        let types = field.value()?;
        Some(types.get("DynamoDB").and_then(Tree::as_bool))
    };
    (on(&settings.opt_in), on(&settings.management))
}
