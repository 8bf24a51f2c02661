//! From a gap to what reads the fact: which reader makes each call, and what it is asked about.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::catalog::calls::api_call;
use crate::catalog::describe_call;
use crate::inventory::{Facts, Tree};
use crate::known::{AccountId, ApiCall, Arn, Fact, Gap, Region};
use crate::sources::live::found::Place;

use super::asked::Asked;

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A vault with its policy and its tags.
    Vault,
    /// A recovery point, with the snapshot or image behind it.
    Point,
    /// The list of a resource's recovery points.
    PointsOf,
    /// The list of what is in a vault, or in a composite recovery point.
    PointsIn,
    /// What is backed up.
    Resource,
    /// The tags of a vault, or of a recovery point.
    Tags,
    /// A KMS key, all that is to be known of it.
    Key,
    /// A role with its policies.
    Role,
    /// An option group.
    OptionGroup,
    /// The versions of a database's engine.
    Engines,
    /// AWS Backup's settings of a Region.
    Settings,
    /// The Allowed AMIs setting.
    AllowedImages,
    /// The key that EBS takes by default.
    DefaultKey,
    /// Whether an account has a Region.
    OptIn,
    /// The organization of an account, and what it forbids.
    Membership,
    /// The switch for cross-account backup.
    Switch,
    /// An effective policy of the organization.
    TagPolicy,
    /// The policy simulator.
    Simulator,
    /// A list that only a survey of whole accounts makes: what it lacks nobody goes after.
    Survey,
    /// The way into an account.
    SignIn,
}

/// Every call of `CALLS`, by who makes it.
#[rustfmt::skip]
const READERS: &[(ApiCall, Reader)] = &[
    (api_call!("backup:DescribeBackupVault"),                     Reader::Vault),
    (api_call!("backup:DescribeGlobalSettings"),                  Reader::Switch),
    (api_call!("backup:DescribeRecoveryPoint"),                   Reader::Point),
    (api_call!("backup:DescribeRegionSettings"),                  Reader::Settings),
    (api_call!("backup:GetBackupPlan"),                           Reader::Survey),
    (api_call!("backup:GetBackupSelection"),                      Reader::Survey),
    (api_call!("backup:GetBackupVaultAccessPolicy"),              Reader::Vault),
    (api_call!("backup:ListBackupPlans"),                         Reader::Survey),
    (api_call!("backup:ListBackupSelections"),                    Reader::Survey),
    (api_call!("backup:ListBackupVaults"),                        Reader::Survey),
    (api_call!("backup:ListCopyJobs"),                            Reader::Survey),
    (api_call!("backup:ListRecoveryPointsByBackupVault"),         Reader::PointsIn),
    (api_call!("backup:ListRecoveryPointsByResource"),            Reader::PointsOf),
    (api_call!("backup:ListTags"),                                Reader::Tags),
    (api_call!("backup-gateway:ListTagsForResource"),             Reader::Resource),
    (api_call!("backup-gateway:ListVirtualMachines"),             Reader::Resource),
    (api_call!("cloudformation:GetResource"),                     Reader::Resource),
    (api_call!("cloudformation:ListResources"),                   Reader::Survey),
    (api_call!("config:SelectAggregateResourceConfig"),           Reader::Survey),
    (api_call!("dynamodb:DescribeTable"),                         Reader::Resource),
    (api_call!("dynamodb:ListTables"),                            Reader::Survey),
    (api_call!("dynamodb:ListTagsOfResource"),                    Reader::Resource),
    (api_call!("ec2:DescribeImages"),                             Reader::Point),
    (api_call!("ec2:DescribeInstances"),                          Reader::Resource),
    (api_call!("ec2:DescribeRegions"),                            Reader::OptIn),
    (api_call!("ec2:DescribeSnapshots"),                          Reader::Point),
    (api_call!("ec2:DescribeVolumes"),                            Reader::Resource),
    (api_call!("ec2:GetAllowedImagesSettings"),                   Reader::AllowedImages),
    (api_call!("ec2:GetEbsDefaultKmsKeyId"),                      Reader::DefaultKey),
    (api_call!("fsx:DescribeBackups"),                            Reader::Point),
    (api_call!("fsx:DescribeDataRepositoryAssociations"),         Reader::Resource),
    (api_call!("fsx:DescribeFileSystems"),                        Reader::Resource),
    (api_call!("fsx:DescribeVolumes"),                            Reader::Resource),
    (api_call!("iam:GetPolicy"),                                  Reader::Role),
    (api_call!("iam:GetPolicyVersion"),                           Reader::Role),
    (api_call!("iam:GetRole"),                                    Reader::Role),
    (api_call!("iam:GetRolePolicy"),                              Reader::Role),
    (api_call!("iam:ListAttachedRolePolicies"),                   Reader::Role),
    (api_call!("iam:ListRolePolicies"),                           Reader::Role),
    (api_call!("iam:ListRoleTags"),                               Reader::Role),
    (api_call!("iam:SimulatePrincipalPolicy"),                    Reader::Simulator),
    (api_call!("kms:DescribeKey"),                                Reader::Key),
    (api_call!("kms:GetKeyPolicy"),                               Reader::Key),
    (api_call!("kms:ListAliases"),                                Reader::Key),
    (api_call!("kms:ListGrants"),                                 Reader::Key),
    (api_call!("kms:ListKeyPolicies"),                            Reader::Key),
    (api_call!("kms:ListResourceTags"),                           Reader::Key),
    (api_call!("organizations:DescribeEffectivePolicy"),          Reader::TagPolicy),
    (api_call!("organizations:DescribeOrganization"),             Reader::Membership),
    (api_call!("organizations:DescribePolicy"),                   Reader::Membership),
    (api_call!("organizations:ListAccounts"),                     Reader::SignIn),
    (api_call!("organizations:ListAccountsForParent"),            Reader::SignIn),
    (api_call!("organizations:ListOrganizationalUnitsForParent"), Reader::SignIn),
    (api_call!("organizations:ListParents"),                      Reader::Membership),
    (api_call!("organizations:ListPoliciesForTarget"),            Reader::Membership),
    (api_call!("organizations:ListRoots"),                        Reader::Membership),
    (api_call!("rds:DescribeDBClusterSnapshots"),                 Reader::Point),
    (api_call!("rds:DescribeDBClusters"),                         Reader::Resource),
    (api_call!("rds:DescribeDBEngineVersions"),                   Reader::Engines),
    (api_call!("rds:DescribeDBInstances"),                        Reader::Resource),
    (api_call!("rds:DescribeDBSnapshots"),                        Reader::Point),
    (api_call!("rds:DescribeOptionGroups"),                       Reader::OptionGroup),
    (api_call!("ssm-sap:ListDatabases"),                          Reader::Resource),
    (api_call!("storagegateway:ListTagsForResource"),             Reader::Resource),
    (api_call!("storagegateway:ListVolumes"),                     Reader::Resource),
    (api_call!("sts:AssumeRole"),                                 Reader::SignIn),
    (api_call!("sts:GetCallerIdentity"),                          Reader::SignIn),
];

/// What is read by one reader: asked once in a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Query {
    /// A vault.
    Vault(Arn),
    /// A recovery point where it lies, and its vault where that is known.
    Point(Place, Arn, Option<Arn>),
    /// The recovery points of a resource.
    PointsOf(Place, Arn),
    /// The recovery points of a vault, or of a composite in it.
    PointsIn(Arn, Option<Arn>),
    /// A resource where it lies.
    Resource(Place, Arn),
    /// A key.
    Key(Arn),
    /// A role.
    Role(Arn),
    /// An option group by its name.
    OptionGroup(Place, String),
    /// The versions of an engine that a Region has; where the engine is not known, that nobody asked is told.
    Engines(Place, Option<String>),
    /// AWS Backup's settings of a Region.
    Settings(Place),
    /// The Allowed AMIs setting of a Region.
    AllowedImages(Place),
    /// The key that EBS takes by default in a Region.
    DefaultKey(Place),
    /// Whether the account has the Region.
    OptIn(Place),
    /// The account's organization.
    Membership(AccountId),
    /// The account's switch for cross-account backup.
    Switch(AccountId),
    /// The account's effective backup policy.
    BackupPolicy(AccountId),
    /// The account's effective tag policy.
    TagPolicy(AccountId),
    /// What the policy simulator says of a role.
    Simulation(Arn, Simulation),
}

/// What the simulator is asked of a role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Simulation {
    /// The vaults that it copies into.
    pub into: BTreeSet<Arn>,
    /// What else is asked of it, by what that is done to.
    pub more: BTreeMap<SmolStr, BTreeSet<&'static str>>,
}

impl Query {
    /// The account whose credentials ask it, if there are any.
    pub fn owner(&self) -> Option<AccountId> {
        match self {
            Self::Vault(arn) | Self::PointsIn(arn, _) | Self::Key(arn) | Self::Role(arn) => {
                arn.account()
            }
            Self::Simulation(role, _) => role.account(),
            Self::Point(at, ..)
            | Self::PointsOf(at, _)
            | Self::Resource(at, _)
            | Self::OptionGroup(at, _)
            | Self::Engines(at, _)
            | Self::Settings(at)
            | Self::AllowedImages(at)
            | Self::DefaultKey(at)
            | Self::OptIn(at) => Some(at.account),
            Self::Membership(id)
            | Self::Switch(id)
            | Self::BackupPolicy(id)
            | Self::TagPolicy(id) => Some(*id),
        }
    }

    /// Whether lists of all that there is told it: of recovery points, and of a resource that is known to be there.
    pub fn is_listed(&self, facts: &Facts<'_>) -> bool {
        match self {
            Self::Point(..) | Self::PointsOf(..) | Self::PointsIn(_, Some(_)) => true,
            Self::Resource(_, arn) => facts.resource_is_listed(arn),
            Self::PointsIn(_, None)
            | Self::Vault(_)
            | Self::Key(_)
            | Self::Role(_)
            | Self::OptionGroup(..)
            | Self::Engines(..)
            | Self::Settings(_)
            | Self::AllowedImages(_)
            | Self::DefaultKey(_)
            | Self::OptIn(_)
            | Self::Membership(_)
            | Self::Switch(_)
            | Self::BackupPolicy(_)
            | Self::TagPolicy(_)
            | Self::Simulation(..) => false,
        }
    }

    /// Whether it is asked in a Region of an account, or in all of that account's.
    pub fn lies_in(&self, place: &Place) -> bool {
        let region = match self {
            Self::Vault(arn) | Self::PointsIn(arn, _) | Self::Key(arn) => arn.region(),
            Self::Point(at, ..)
            | Self::PointsOf(at, _)
            | Self::Resource(at, _)
            | Self::OptionGroup(at, _)
            | Self::Engines(at, _)
            | Self::Settings(at)
            | Self::AllowedImages(at)
            | Self::DefaultKey(at)
            | Self::OptIn(at) => at.region.clone(),
            Self::Role(_)
            | Self::Membership(_)
            | Self::Switch(_)
            | Self::BackupPolicy(_)
            | Self::TagPolicy(_)
            | Self::Simulation(..) => None,
        };
        self.owner() == Some(place.account) && (region.is_none() || region == place.region)
    }

    /// Whether its answer may name what is wanted next.
    pub const fn names_more(&self) -> bool {
        match self {
            Self::Vault(_)
            | Self::Point(..)
            | Self::PointsOf(..)
            | Self::PointsIn(..)
            | Self::Resource(..)
            | Self::DefaultKey(_) => true,
            Self::Key(_)
            | Self::Role(_)
            | Self::OptionGroup(..)
            | Self::Engines(..)
            | Self::Settings(_)
            | Self::AllowedImages(_)
            | Self::OptIn(_)
            | Self::Membership(_)
            | Self::Switch(_)
            | Self::BackupPolicy(_)
            | Self::TagPolicy(_)
            | Self::Simulation(..) => false,
        }
    }

    /// Its name among those that were asked: what it is of, not how it is found.
    pub fn of_the_same(&self) -> Self {
        if let Self::Point(at, point, _) = self {
            return Self::Point(at.clone(), point.clone(), None);
        }
        if let Self::Simulation(role, _) = self {
            return Self::Simulation(role.clone(), Simulation::default());
        }
        self.clone()
    }

    /// The gaps that it leaves where nobody can ask it.
    pub fn unasked(&self) -> Vec<Gap> {
        let of = |arn: &Arn, call| Gap::call(call, arn.as_str()).where_is(arn);
        let at = |place: &Place, call| {
            let region = place.region.as_ref();
            let subject = region.map(|region| format!("{}/{region}", place.account));
            place.unasked(call, &subject.unwrap_or_default())
        };
        let id = |id: &AccountId, call| Place::global(*id).unasked(call, &id.to_string());
        match self {
            Self::Vault(arn) => vec![
                of(arn, api_call!("backup:DescribeBackupVault")),
                of(arn, api_call!("backup:GetBackupVaultAccessPolicy")),
            ],
            Self::Point(at, arn, _) => {
                vec![at.unasked(api_call!("backup:DescribeRecoveryPoint"), arn.as_str())]
            }
            Self::PointsOf(at, arn) => {
                let call = api_call!("backup:ListRecoveryPointsByResource");
                vec![at.unasked(call, arn.as_str())]
            }
            Self::PointsIn(vault, nested) => {
                let call = api_call!("backup:ListRecoveryPointsByBackupVault");
                let subject = nested.as_ref().unwrap_or(vault).as_str();
                vec![Gap::call(call, subject).where_is(vault)]
            }
            Self::Resource(at, arn) => describe_call(arn)
                .map(|call| at.unasked(call, arn.as_str()))
                .into_iter()
                .collect(),
            Self::Key(arn) => vec![
                of(arn, api_call!("kms:DescribeKey")),
                of(arn, api_call!("kms:GetKeyPolicy")),
            ],
            Self::Role(arn) => vec![of(arn, api_call!("iam:GetRole"))],
            Self::OptionGroup(at, name) => {
                vec![at.unasked(api_call!("rds:DescribeOptionGroups"), name)]
            }
            Self::Engines(place, _) => vec![at(place, api_call!("rds:DescribeDBEngineVersions"))],
            Self::Settings(place) => vec![at(place, api_call!("backup:DescribeRegionSettings"))],
            Self::AllowedImages(place) => {
                vec![at(place, api_call!("ec2:GetAllowedImagesSettings"))]
            }
            Self::DefaultKey(place) => vec![at(place, api_call!("ec2:GetEbsDefaultKmsKeyId"))],
            Self::OptIn(at) => {
                let region = at.region.as_ref().map_or("", Region::as_str);
                vec![at.unasked(api_call!("ec2:DescribeRegions"), region)]
            }
            Self::Membership(account) => {
                vec![id(account, api_call!("organizations:DescribeOrganization"))]
            }
            Self::BackupPolicy(account) | Self::TagPolicy(account) => {
                vec![id(
                    account,
                    api_call!("organizations:DescribeEffectivePolicy"),
                )]
            }
            // Any other account of the organization tells it, and the simulator stands in for what is a gap.
            Self::Switch(_) | Self::Simulation(..) => Vec::new(),
        }
    }
}

/// What reads the facts that a copy wants; `home`: where what has no place in its name lies.
pub fn queries(asked: &Asked, home: &Place, facts: &Facts<'_>) -> Vec<Query> {
    let mut queries: Vec<Query> = Vec::new();
    // What one account of an organization refuses, another may tell.
    let of_the_switch = |gap: &Gap| gap.api_call().and_then(reader) == Some(Reader::Switch);
    let is_open = |gap: &&Gap| gap.error.is_none() || of_the_switch(gap);
    for gap in asked.gaps.iter().filter(is_open) {
        if let Some(query) = query(gap, asked, home, facts) {
            queries.extend(beside(&query, asked));
            queries.push(query);
        }
    }
    // Where the database of a snapshot is there, nobody has to ask for the role that RDS makes with the first one.
    if let Some(database) = asked.database_left()
        && matches!(facts.resource_exists(database), Fact::Unknown(gap) if gap.error.is_none())
    {
        queries.retain(|query| !matches!(query, Query::Role(role) if is_of_rds(role)));
        queries.push(Query::Resource(
            lies(database, asked, home),
            database.clone(),
        ));
    }
    queries.extend(engines_unread(asked, facts));
    queries
}

/// The versions of an engine that was not read: that nobody asked for them is told, for whoever learns the engine.
fn engines_unread(asked: &Asked, facts: &Facts<'_>) -> Option<Query> {
    let to = asked.destination_vault.as_ref()?;
    let (account, region) = (to.account()?, to.region()?);
    let of = [asked.recovery_point.as_ref(), asked.resource.as_ref()];
    let is_of = |gap: &Gap| of.iter().flatten().any(|arn| arn.as_str() == gap.subject);
    let mut refused = asked.gaps.iter().filter(|gap| gap.error.is_some());
    let unread = of.iter().flatten().any(|arn| arn.service() == "rds")
        && asked.region.as_ref() != Some(&region)
        && engine(asked, facts).is_none()
        && refused.any(is_of);
    unread.then(|| Query::Engines(Place::new(account, &region), None))
}

fn is_of_rds(role: &Arn) -> bool {
    role.resource().contains("/rds.amazonaws.com/")
}

/// Where a thing lies; images and buckets do not say whose they are.
fn lies(arn: &Arn, asked: &Asked, home: &Place) -> Place {
    let region = arn.region().or_else(|| asked.region.clone());
    Place {
        account: arn.account().or(asked.from).unwrap_or(home.account),
        region: region.or_else(|| home.region.clone()),
    }
}

/// What will be wanted next, and need not wait: of the accounts of a copy, what is asked of one is asked of both.
fn beside(query: &Query, asked: &Asked) -> Vec<Query> {
    let ends = || asked.ends().collect::<Vec<_>>().into_iter();
    match query {
        Query::Membership(_) => ends().map(Query::Membership).collect(),
        Query::Switch(_) => ends().map(Query::Switch).collect(),
        // Which vault it is in decides no more about the accounts.
        Query::PointsOf(..) | Query::Point(_, _, None) => ends()
            .flat_map(|id| [Query::Membership(id), Query::Switch(id)])
            .collect(),
        Query::Vault(_)
        | Query::Point(..)
        | Query::PointsIn(..)
        | Query::Resource(..)
        | Query::Key(_)
        | Query::Role(_)
        | Query::OptionGroup(..)
        | Query::Engines(..)
        | Query::Settings(_)
        | Query::AllowedImages(_)
        | Query::DefaultKey(_)
        | Query::OptIn(_)
        | Query::BackupPolicy(_)
        | Query::TagPolicy(_)
        | Query::Simulation(..) => Vec::new(),
    }
}

fn query(gap: &Gap, asked: &Asked, home: &Place, facts: &Facts<'_>) -> Option<Query> {
    let reader = reader(gap.api_call()?)?;
    let arn = || Arn::parse(&gap.subject).ok();
    let account = || AccountId::parse(gap.account.as_deref()?).ok();
    let place = || Some(Place::new(account()?, &Region::new(gap.region.as_deref()?)));
    let lies = |arn: &Arn| lies(arn, asked, home);
    let point = |point: Arn| {
        let own = asked.recovery_point.as_ref() == Some(&point);
        let vault = asked.source_vault.clone().filter(|_| own);
        let vault = vault.or_else(|| facts.point_vault(&point).known().flatten().cloned());
        let at = lies(vault.as_ref().unwrap_or(&point));
        Query::Point(at, point, vault)
    };
    Some(match reader {
        Reader::Vault => Query::Vault(arn()?),
        Reader::Point => point(arn()?),
        Reader::PointsOf => arn().map(|arn| Query::PointsOf(lies(&arn), arn))?,
        Reader::PointsIn => arn().and_then(|arn| match is_vault(&arn) {
            true => Some(Query::PointsIn(arn, None)),
            false => Some(Query::PointsIn(asked.source_vault.clone()?, Some(arn))),
        })?,
        Reader::Resource => arn().map(|arn| Query::Resource(lies(&arn), arn))?,
        Reader::Tags => arn().map(|arn| match is_vault(&arn) {
            true => Query::Vault(arn),
            false => point(arn),
        })?,
        Reader::Key => Query::Key(arn()?),
        Reader::Role => arn()
            .filter(|arn| arn.resource().starts_with("role/"))
            .map(Query::Role)?,
        Reader::OptionGroup => Query::OptionGroup(place()?, gap.subject.clone()),
        Reader::Engines => Query::Engines(place()?, engine(asked, facts)),
        Reader::Settings => Query::Settings(place()?),
        Reader::AllowedImages => Query::AllowedImages(place()?),
        Reader::DefaultKey => Query::DefaultKey(place()?),
        Reader::OptIn => Query::OptIn(place()?),
        Reader::Membership => Query::Membership(account()?),
        Reader::Switch => Query::Switch(account()?),
        Reader::TagPolicy => Query::TagPolicy(account()?),
        Reader::Simulator | Reader::Survey | Reader::SignIn => return None,
    })
}

fn reader(call: ApiCall) -> Option<Reader> {
    let mut rows = READERS.iter().filter(|(of, _)| *of == call);
    rows.next().map(|(_, reader)| *reader)
}

fn is_vault(arn: &Arn) -> bool {
    arn.service() == "backup" && arn.resource().starts_with("backup-vault:")
}

/// The engine of the database that is copied: its snapshot names it, and so does the database itself.
fn engine(asked: &Asked, facts: &Facts<'_>) -> Option<String> {
    let point = asked.recovery_point.as_ref();
    let point = point.and_then(|arn| facts.point_description(arn).known().flatten());
    let resource = asked.resource.as_ref();
    let resource = resource.and_then(|arn| facts.resource_description(arn).known().flatten());
    let mut told = point.into_iter().chain(resource);
    told.find_map(|detail| detail.get("Engine").and_then(Tree::as_str))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::calls::CALLS;

    #[test]
    fn every_call_has_its_reader() {
        let calls: Vec<&str> = CALLS.iter().map(|call| call.name).collect();
        let readers: Vec<&str> = READERS.iter().map(|(call, _)| call.as_str()).collect();
        assert_eq!(readers, calls);
    }
}
