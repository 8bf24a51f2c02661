//! The frame of the inventory file: accounts, Regions, the copies asked about, the gaps. Its names are ours.

use std::sync::Arc;

use crate::catalog::calls;
use crate::known::{AccountId, Arn, ByHand, Gap, Region};

use super::effective::EffectivePolicy;
use super::envelope::{
    AllowedImages, BackupPolicy, GlobalSettings, KmsKeyId, ListElement, PlanOf, TagPolicy,
};
use super::field::Field;
use super::json::{Extra, Json};
use super::list::List;
use super::merge::{Conflicts, Keyed, Merge, keyed};
use super::objects::{
    ControlPolicy, CopyJob, EngineVersion, Key, Levels, Lifecycle, OptionGroup, Organization, Plan,
    RecoveryPoint, RegionSettings, Resource, Role, Vault,
};
use super::record::record;
use super::word::{AccountName, SchemaId, Start, Timestamp, Whole};

record! {
    /// The facts of one run: everything that was read, and what was not. What is absent was not looked up; what is
    /// null was looked up and is not there.
    Inventory {
        /// The format of this file: `backup-preflight/inventory/v1`.
        schema: SchemaId = "schema",
        /// When the facts were read, RFC 3339. Of several files, the earliest.
        collected_at: Field<Timestamp> = "collected_at",
        /// The accounts, each with its Regions.
        accounts: Field<List<Account>> = "accounts",
        /// The copies to decide.
        copies: Field<List<CopyEntry>> = "copies",
        /// What could not be read.
        gaps: Field<List<GapEntry>> = "gaps",
    }

    /// One AWS account.
    @sound Account {
        /// Its id, twelve digits.
        account: AccountId = "account",
        /// What people call it: its name in AWS Organizations, or the profile that got into it.
        name: Field<AccountName> = "name",
        /// organizations:DescribeOrganization. Null: the account is in no organization.
        organization: Field<Organization> = "organization",
        /// backup:DescribeGlobalSettings, `isCrossAccountBackupEnabled`. Any account of the organization settles it
        /// for all.
        cross_account_backup: Field<bool> = "cross_account_backup" as GlobalSettings,
        /// The service control policies in force on the account: one list a level, root first. An empty list: none in
        /// force; an empty level allows nothing.
        service_control_policies: Field<Vec<Vec<ControlPolicy>>> = "service_control_policies" as Levels,
        /// The resource control policies in force on the account: one list a level, root first.
        resource_control_policies: Field<Vec<Vec<ControlPolicy>>> = "resource_control_policies" as Levels,
        /// organizations:DescribeEffectivePolicy BACKUP_POLICY, parsed.
        backup_policy: Field<EffectivePolicy> = "backup_policy" as BackupPolicy,
        /// organizations:DescribeEffectivePolicy TAG_POLICY, parsed.
        tag_policy: Field<EffectivePolicy> = "tag_policy" as TagPolicy,
        /// IAM roles, the account's service-linked role for AWS Backup among them where it exists.
        roles: Field<List<Role>> = "roles",
        /// Whether a role that is not in `roles` does not exist.
        roles_complete: Field<Whole> = "roles_complete",
        /// The account's Regions.
        regions: Field<List<RegionFacts>> = "regions",
    }

    /// One Region of one account.
    RegionFacts {
        /// Its name, such as `us-east-2`.
        region: Region = "region",
        /// ec2:DescribeRegions: `opt-in-not-required`, `opted-in` or `not-opted-in`.
        opt_in_status: Field<Box<str>> = "opt_in_status",
        /// backup:DescribeRegionSettings.
        region_settings: Field<RegionSettings> = "region_settings",
        /// ec2:GetAllowedImagesSettings.
        allowed_images: Field<Json> = "allowed_images" as AllowedImages,
        /// ec2:GetEbsDefaultKmsKeyId, its `KmsKeyId`. Null: AWS's own, `alias/aws/ebs`, as where nobody set another.
        ebs_default_kms_key_id: Field<Box<str>> = "ebs_default_kms_key_id" as KmsKeyId,
        /// rds:DescribeDBEngineVersions, its `DBEngineVersions`: `Engine` and `EngineVersion`, every version of each engine
        /// that is in it; a null `EngineVersion`: none of that engine. Null: none.
        db_engine_versions: Field<List<EngineVersion>> = "db_engine_versions",
        /// Backup vaults, those shared with the account too: the ARN says whose they are.
        vaults: Field<List<Vault>> = "vaults",
        /// Whether a vault that is not in `vaults` does not exist.
        vaults_complete: Field<Whole> = "vaults_complete",
        /// KMS keys.
        keys: Field<List<Key>> = "keys",
        /// What is backed up.
        resources: Field<List<Resource>> = "resources",
        /// Whether `resources` has every resource here of the types that AWS Backup protects.
        resources_complete: Field<Whole> = "resources_complete",
        /// Recovery points.
        recovery_points: Field<List<RecoveryPoint>> = "recovery_points",
        /// RDS option groups.
        option_groups: Field<List<OptionGroup>> = "option_groups",
        /// Backup plans with their selections.
        plans: Field<List<Plan>> = "plans",
        /// Copy jobs that ran.
        copy_jobs: Field<List<CopyJob>> = "copy_jobs",
    }

    /// One copy to decide.
    @sound CopyEntry {
        /// Its name in the report, one of a kind in the file.
        id: Arc<str> = "id",
        /// The resource whose next backup is copied.
        resource: Field<Arn> = "resource",
        /// The recovery point that is copied.
        recovery_point: Field<Arn> = "recovery_point",
        /// The vault that the recovery point is or will be in.
        source_vault: Field<Arn> = "source_vault",
        /// The vault that it goes to.
        destination_vault: Arn = "destination_vault",
        /// The IAM role that the copy job runs as.
        role: Field<Arn> = "role",
        /// How long the copy is kept. Null: it never expires.
        lifecycle: Field<Lifecycle> = "lifecycle",
        /// Who starts it: `on-demand` or `scheduled`.
        start: Field<Start> = "start",
        /// The plan that makes it: its id, the rule's name and the selection's.
        plan: Field<Box<Json>> = "plan" as PlanOf,
        /// What was taken for granted when the copy was named, in words.
        assumptions: Field<Vec<Box<str>>> = "assumptions",
    }

    /// A fact that could not be read, and why.
    @sound GapEntry {
        /// The account that was asked.
        account: Field<AccountId> = "account",
        /// The Region that was asked.
        region: Field<Region> = "region",
        /// The call, as `service:Operation`.
        operation: Box<str> = "operation",
        /// What it was about: an ARN or an id.
        subject: Field<Box<str>> = "subject",
        /// The error code that AWS answered with. Null: nobody asked.
        error: Field<Box<str>> = "error",
        /// The IAM action that permits the call.
        permission: Field<Box<str>> = "permission",
        /// What settles it in place of the call: a plan that is applied, an overlay that says what is unknown.
        waits_for: Field<WaitsFor> = "waits_for",
    }

    /// What settles a gap that no call of AWS settles.
    WaitsFor {
        /// `terraform apply`, `overlay`, …
        operation: Box<str> = "operation",
        /// What it settles: the address and attribute in a plan, a file and pointer.
        subject: Box<str> = "subject",
    }
}

impl Inventory {
    /// An inventory of nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            schema: SchemaId,
            collected_at: Field::Absent,
            accounts: Field::Absent,
            copies: Field::Absent,
            gaps: Field::Absent,
            extra: Extra::new(),
        }
    }
}

impl RegionFacts {
    /// A Region of which nothing is known.
    #[must_use]
    pub const fn named(region: Region) -> Self {
        Self {
            region,
            opt_in_status: Field::Absent,
            region_settings: Field::Absent,
            allowed_images: Field::Absent,
            ebs_default_kms_key_id: Field::Absent,
            db_engine_versions: Field::Absent,
            vaults: Field::Absent,
            vaults_complete: Field::Absent,
            keys: Field::Absent,
            resources: Field::Absent,
            resources_complete: Field::Absent,
            recovery_points: Field::Absent,
            option_groups: Field::Absent,
            plans: Field::Absent,
            copy_jobs: Field::Absent,
            extra: Extra::new(),
        }
    }
}

impl GapEntry {
    /// What a change leaves open of all that there may be: no call of AWS tells it.
    #[must_use]
    pub fn of_everything(open: &Gap) -> Self {
        let mut entry = Self::from(open.clone());
        entry.waits_for = Field::Is(WaitsFor {
            operation: entry.operation.clone(),
            subject: open.subject.as_str().into(),
            extra: Extra::new(),
        });
        entry
    }

    /// Whether it leaves open all that there may be.
    pub(super) fn is_of_everything(&self) -> bool {
        let waits = self.waits_for.value();
        waits.is_some_and(|waits| waits.operation == self.operation)
    }

    /// The gap in the words of the report.
    #[must_use]
    pub fn to_gap(&self) -> Gap {
        let (account, region) = (self.account.value(), self.region.value());
        if let Some(waits) = self.waits_for.value() {
            let is_unsaid = self.permission.value().map(|text| &**text) == Some(NOT_UNDERSTOOD);
            let kind = if is_unsaid && !self.is_of_everything() {
                ByHand::NotUnderstood
            } else {
                ByHand::Planned
            };
            return Gap::by_hand(kind, &*waits.operation, &*waits.subject)
                .within(account.copied(), region);
        }
        let subject = self.subject.value().map_or("everything", |text| text);
        let permission = self.permission.value().map(|text| &**text);
        let gap = match (calls::named(&self.operation), permission) {
            (Some(call), None) => Gap::call(call, subject),
            (Some(call), Some(NO_PERMISSION)) => Gap::call(call, subject).permitted_by(None),
            (Some(call), Some(permission)) => match calls::named(permission) {
                Some(by) => Gap::call(call, subject).permitted_by(Some(by)),
                None => Gap::recorded(&*self.operation, Some(permission.to_owned()), subject),
            },
            (None, Some(NO_PERMISSION)) => {
                let kind = if self.operation.starts_with("name `") {
                    ByHand::Name
                } else {
                    ByHand::NotTold
                };
                Gap::by_hand(kind, &*self.operation, subject)
            }
            (None, permission) => {
                let permission = permission.unwrap_or(&self.operation);
                Gap::recorded(&*self.operation, Some(permission.to_owned()), subject)
            }
        };
        let gap = gap.within(account.copied(), region);
        match self.error.value() {
            Some(error) => gap.answered(&**error),
            None => gap,
        }
    }
}

/// How a file says that no permission is missing.
const NO_PERMISSION: &str = "none";

/// How it says that what was read is not understood: no permission is missing, and it waits for whoever corrects it.
pub(super) const NOT_UNDERSTOOD: &str = NO_PERMISSION;

impl From<Gap> for GapEntry {
    fn from(gap: Gap) -> Self {
        let permission = gap.permission().unwrap_or(NO_PERMISSION);
        Self {
            operation: gap.operation().into(),
            permission: Field::Is(permission.into()),
            account: gap.account.and_then(|id| AccountId::parse(&id).ok()).into(),
            region: gap.region.map(|name| Region::new(&name)).into(),
            subject: Field::Is(gap.subject.into()),
            error: gap.error.map(Into::into).into(),
            waits_for: Field::Absent,
            extra: Extra::new(),
        }
    }
}

keyed! {
    Account, account, AccountId;
    RegionFacts, region, Region;
    CopyEntry, id, Arc<str>;
}

impl Keyed for GapEntry {
    type Key = (
        Option<AccountId>,
        Option<Region>,
        Box<str>,
        Option<Box<str>>,
    );
    fn key(&self) -> Self::Key {
        (
            self.account.value().copied(),
            self.region.value().cloned(),
            self.operation.clone(),
            self.subject.value().cloned(),
        )
    }
    fn label(&self) -> String {
        format!("{} {}", self.operation, self.to_gap().subject)
    }
}

impl super::field::Part for SchemaId {
    const REQUIRED: bool = true;
    fn missing() -> Option<Self> {
        None
    }
    fn is_present(&self) -> bool {
        true
    }
}

impl Merge for SchemaId {
    fn merge(&mut self, _: Self, _: &mut Conflicts) {}
}

impl ListElement for Account {}
impl ListElement for RegionFacts {}
impl ListElement for CopyEntry {}
impl ListElement for GapEntry {}
