//! What is taken for granted of the backup that a copy is to be of and of its keys, where no call of the program tells it.

use crate::catalog::Kind;
use crate::catalog::resource_states::{StateTold, states};
use crate::catalog::windows::own_windows;
use crate::inventory::lookup::{EncryptedWith, Facts};
use crate::inventory::tree::Tree;
use crate::known::{Arn, Fact, ResourceType};

use super::kind::KindOf;
use super::named::PlanReference;
use super::volumes::volumes;

const POLICY_OF_BUCKET: &str = "bucket policy: it denies no backup (not read)";
const POLICY_OF_TABLE: &str = "table policy: it denies no backup (not read)";
const POLICY_OF_CLUSTER: &str = "cluster policy: it denies no backup (not read)";
const POLICY_OF_FILE_SYSTEM: &str = "EFS policy: it denies no backup (not read)";
const POLICY_AND_STATE_OF_FILE_SYSTEM: &str =
    "EFS policy and state: no denial, available (not read)";
const POLICY_AND_KEY: &str = "resource policy and key: they deny no backup (not read)";
const KEY: &str = "resource key: it denies no backup (not read)";

const AUTHENTICATION_MODE: &str =
    "authentication mode: API or API_AND_CONFIG_MAP, for access entries (not read)";
const HYPERVISOR: &str = "hypervisor: it is ONLINE (not read)";
const WINDOWS: &str = "windows: the resource's own leave time to start (not read)";

/// Whether nobody has looked for the key of a resource: no call of the program tells those of these kinds.
pub fn is_key_assumed(kind: &KindOf, resource: &Arn, facts: &Facts<'_>) -> bool {
    let is_never_read = matches!(
        kind,
        KindOf::Known(Kind::S3 | Kind::AuroraDsql | Kind::Timestream)
    );
    let key = facts.resource_key(resource);
    is_never_read && matches!(key, Fact::Unknown(gap) if gap.api_call().is_some())
}

/// What is taken for granted of a resource that is to be backed up, in words; `None` where all that matters is asked.
pub fn backup_assumed(
    kind: &KindOf,
    resource: &Fact<Option<Arn>>,
    facts: &Facts<'_>,
) -> Option<String> {
    let resource = resource.as_ref().known()?.as_ref()?;
    let is_policy_told = facts.tells_its_policy(resource);
    match kind {
        // https://docs.aws.amazon.com/aws-backup/latest/devguide/eks-backups.html
        KindOf::Known(Kind::Eks) if facts.authentication_mode(resource) == Fact::Known(None) => {
            Some(AUTHENTICATION_MODE.to_owned())
        }
        // https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup.html#source-resource-statuses
        KindOf::Known(Kind::VirtualMachine) => Some(HYPERVISOR.to_owned()),
        KindOf::Known(Kind::S3 | Kind::AuroraDsql)
            if !is_policy_told && is_key_assumed(kind, resource, facts) =>
        {
            Some(POLICY_AND_KEY.to_owned())
        }
        KindOf::Known(Kind::AuroraDsql | Kind::S3 | Kind::Timestream)
            if is_key_assumed(kind, resource, facts) =>
        {
            Some(KEY.to_owned())
        }
        KindOf::Known(Kind::AuroraDsql | Kind::DynamoDbAdvanced | Kind::Efs | Kind::S3)
            if is_policy_told =>
        {
            None
        }
        // A policy on what is backed up may deny it to the role, as that of a bucket does outside the endpoints of a network:
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html,
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html,
        // https://docs.aws.amazon.com/aurora-dsql/latest/userguide/resource-based-policies.html,
        // https://docs.aws.amazon.com/efs/latest/ug/API_PutFileSystemPolicy.html
        KindOf::Known(Kind::S3) => Some(POLICY_OF_BUCKET.to_owned()),
        KindOf::Known(Kind::DynamoDbAdvanced) => Some(POLICY_OF_TABLE.to_owned()),
        KindOf::Known(Kind::AuroraDsql) => Some(POLICY_OF_CLUSTER.to_owned()),
        KindOf::Known(Kind::Efs) if is_state_unread(resource, facts) => {
            Some(POLICY_AND_STATE_OF_FILE_SYSTEM.to_owned())
        }
        KindOf::Known(Kind::Efs) => Some(POLICY_OF_FILE_SYSTEM.to_owned()),
        KindOf::Known(_) | KindOf::OneOf(..) | KindOf::Unlisted(_) | KindOf::Unknown(_) => None,
    }
}

/// What is taken for granted of the state of a resource, or of a volume of an instance, where nothing that was read tells it and one
/// that lasts would keep AWS Backup from backing it up.
pub fn state_assumed(resource: &Fact<Option<Arn>>, facts: &Facts<'_>) -> Option<String> {
    let resource = resource.as_ref().known()?.as_ref()?;
    let taken = states(resource.service())?.taken;
    if is_state_assumed(resource, facts) {
        // One line says both of a file system.
        let is_said =
            resource.service() == "elasticfilesystem" && !facts.tells_its_policy(resource);
        return (!is_said).then(|| format!("state: {taken} (not read)"));
    }
    let mut volumes = volumes(resource, facts).into_iter();
    let is_unread = |volume: Arn| is_state_unread(&volume, facts);
    volumes
        .any(is_unread)
        .then(|| format!("state of its volumes: {taken} (not read)"))
}

/// Whether the state of a resource was not read, and no check asks for it.
fn is_state_assumed(resource: &Arn, facts: &Facts<'_>) -> bool {
    let is_asked = states(resource.service()).is_some_and(|row| match row.told {
        StateTold::Always => !matches!(facts.resource_description(resource), Fact::Known(Some(_))),
        StateTold::NotAlways => false,
    });
    !is_asked && is_state_unread(resource, facts)
}

/// That a bucket has no continuous backup in another vault, beside which a rule makes none, where its Region's recovery points were not
/// read.
pub fn no_continuous_assumed(
    plan: Option<&PlanReference>,
    kind: &KindOf,
    vault: &Fact<Arn>,
    facts: &Facts<'_>,
) -> Option<String> {
    let vault = vault.as_ref().known()?;
    let is_asked = plan.is_some() && matches!(kind, KindOf::Known(Kind::S3));
    let is_taken = is_asked && !facts.has_points_of(vault.account()?, &vault.region()?);
    is_taken.then(|| {
        "recovery points: the bucket has no continuous one in another vault (not read)".to_owned()
    })
}

/// What is taken for granted of the dates of a recovery point, where nobody says what time it is.
pub fn dates_assumed(point: Option<&Arn>, facts: &Facts<'_>) -> Option<String> {
    let is_open = facts.now().is_none() && facts.point_has_dates(point?);
    is_open.then(|| {
        "recovery point: it has neither expired nor moved to cold storage (when it was read is not told)"
            .to_owned()
    })
}

fn is_state_unread(resource: &Arn, facts: &Facts<'_>) -> bool {
    facts.resource_state(resource) == Fact::Known(None)
}

/// That AWS Backup is switched on for the type of a resource that no selection was asked about, where the settings of the Region
/// do not name it, or were not read and a check does not ask for them; `None` where they say, or do not count.
pub fn switch_assumed(
    plan: Option<&PlanReference>,
    of: &Fact<ResourceType>,
    vault: &Fact<Arn>,
    facts: &Facts<'_>,
) -> Option<String> {
    let of = of.as_ref().known()?;
    let of_plan = plan.is_some_and(|plan| plan.made_by.is_some());
    let is_fsx = *of == ResourceType::Fsx;
    let vault = vault.as_ref().known()?;
    let is_taken = match facts.opted_in(vault.account()?, &vault.region()?, of) {
        Fact::Known(on) => on.is_none(),
        Fact::Unknown(_) => !of.must_be_switched_on() && !is_fsx,
    };
    (is_taken && (!of_plan || is_fsx))
        .then(|| format!("service opt-in: AWS Backup is switched on for {of} (not read)"))
}

/// What is taken for granted of the windows of a resource that a rule backs up, where its description was read without them; `None`
/// where they were read, or do not count.
pub fn windows_assumed(
    plan: Option<&PlanReference>,
    kind: &KindOf,
    resource: &Fact<Option<Arn>>,
    facts: &Facts<'_>,
) -> Option<String> {
    plan?.made_by.as_ref()?.rule?;
    let KindOf::Known(kind) = kind else {
        return None;
    };
    let own = own_windows(*kind)?;
    let resource = resource.as_ref().known()?.as_ref()?;
    let detail = facts.resource_description(resource).known().flatten()?;
    let inner = match own.within {
        None => Some(detail),
        Some(within) => detail.get(within),
    };
    let told = |name: &str| inner.and_then(|inner| inner.get(name));
    let is_backed_up = told(own.kept).and_then(Tree::as_f64) != Some(0.0);
    let is_read = told(own.weekly).is_some() && (!is_backed_up || told(own.daily).is_some());
    (!is_read).then(|| WINDOWS.to_owned())
}

/// What is taken for granted of the keys of a copy that lie in a key store: their state in KMS does not tell whether the key in
/// the store can be used.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>.
pub fn key_stores_assumed<'k>(
    keys: impl IntoIterator<Item = &'k Fact<EncryptedWith>>,
    facts: &Facts<'_>,
) -> Vec<String> {
    let keys = keys
        .into_iter()
        .filter_map(|key| key.as_ref().known()?.key());
    let in_store = keys.filter_map(|key| Some((key, facts.key_store(key)?)));
    in_store
        .map(|(key, store)| {
            format!(
                "key store: what `{key}` stands for in its {store} can be used, which KMS does not tell"
            )
        })
        .collect()
}
