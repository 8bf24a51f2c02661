//! The kinds of a resource of which its service, or AWS Backup, makes no copies, though it does of others of the same type.

use super::described::{Described, described};
use super::words::no_copy;
use crate::catalog::calls::api_call;
use crate::catalog::instance_types::may_be_paravirtual;
use crate::catalog::recovery_points::is_continuous;
use crate::catalog::regions::is_recent;
use crate::catalog::{Crossing, Kind, partition};
use crate::inventory::{Copy, Facts, Tree, unknown_word};
use crate::known::{ApiCall, Arn, ByHand, Fact, Gap};
use crate::verdict::Outcome;

/// A word of the description that AWS's pages do not have: what kind of resource it makes is not known.
pub fn of_an_unknown_word(copy: &Copy, facts: &Facts<'_>) -> Option<Gap> {
    let described = described(copy, facts).known()?;
    let (field, word) = unknown_word(described.detail?)?;
    let gap = Gap::strange_word(field, word, described.of.as_str());
    Some(gap.where_is(&described.of))
}

/// Backups of the storage class Intelligent-Tiering are not copied.
///
/// See <https://docs.aws.amazon.com/fsx/latest/LustreGuide/copy-backups.html>,
/// <https://docs.aws.amazon.com/fsx/latest/OpenZFSGuide/copy-backups.html>.
pub fn of_storage_class(
    copy: &Copy,
    facts: &Facts<'_>,
    kind: Kind,
    _: &Crossing,
) -> Fact<Option<Outcome>> {
    let told = |detail: &Tree| {
        let of_backup = detail
            .get("FileSystem")
            .and_then(|of| of.get("StorageType"));
        let class = of_backup.or_else(|| detail.get("StorageType"))?.as_str()?;
        Some(class == "INTELLIGENT_TIERING")
    };
    of_fsx(copy, facts, api_call!("fsx:DescribeFileSystems"), &told).map(|is| {
        is.then(|| {
            no_copy(
                copy,
                format!(
                    "backups of {} with the storage class Intelligent-Tiering are not copied",
                    kind.with_article()
                ),
                "copy the data by its service's own means, such as DataSync",
            )
        })
    })
}

/// FlexGroup volumes are not copied.
///
/// See <https://docs.aws.amazon.com/fsx/latest/ONTAPGuide/copy-backups.html>.
pub fn of_volume_style(
    copy: &Copy,
    facts: &Facts<'_>,
    _: Kind,
    _: &Crossing,
) -> Fact<Option<Outcome>> {
    let told = |detail: &Tree| {
        let volume = detail.get("Volume").unwrap_or(detail);
        let style = volume.get("OntapConfiguration")?.get("VolumeStyle")?;
        Some(style.as_str()? == "FLEXGROUP")
    };
    of_fsx(copy, facts, api_call!("fsx:DescribeVolumes"), &told).map(|is| {
        is.then(|| {
            no_copy(
                copy,
                "backups of FlexGroup volumes of FSx for NetApp ONTAP are not copied".to_owned(),
                "replicate the volume with SnapMirror",
            )
        })
    })
}

/// Backups of Multi-AZ file systems of FSx for Windows go to no Region that has none. The China (Beijing) Region has none; of
/// Regions newer than the pages none says that it has.
///
/// See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_CopyBackup.html>,
/// <https://docs.amazonaws.cn/en_us/fsx/latest/WindowsGuide/high-availability-multiAZ.html>.
pub fn of_deployment(
    copy: &Copy,
    facts: &Facts<'_>,
    _: Kind,
    crossing: &Crossing,
) -> Fact<Option<Outcome>> {
    const WITHOUT: &str = "cn-north-1";
    let (to, lacks) = (&crossing.to, crossing.to.as_str() == WITHOUT);
    let has = partition(to) != "aws" || !is_recent(to);
    if has && !lacks {
        return Fact::Known(None);
    }
    let told = |detail: &Tree| {
        let of = detail.get("FileSystem").unwrap_or(detail);
        let deployment = of.get("WindowsConfiguration")?.get("DeploymentType")?;
        match deployment.as_str()? {
            "SINGLE_AZ_1" | "SINGLE_AZ_2" => Some(false),
            other => other.starts_with("MULTI_AZ").then_some(true),
        }
    };
    let is_multi_az = of_fsx(copy, facts, api_call!("fsx:DescribeFileSystems"), &told);
    is_multi_az.and_then(|is| match (is, lacks) {
        (false, _) => Fact::Known(None),
        (true, true) => Fact::Known(Some(no_copy(
            copy,
            format!(
                "{to} has no Multi-AZ file systems of FSx for Windows, and takes no backups of them"
            ),
            "copy it to another Region",
        ))),
        (true, false) => Fact::unknown(
            Gap::not_told(
                format_args!("whether {to} has Multi-AZ file systems of FSx for Windows"),
                copy.subject().as_str(),
            )
            .within(copy.endpoints().destination_account().known(), Some(to)),
        ),
    })
}

/// The guide of FSx for Windows says that backups are not copied to another Region where one of both is an opt-in Region, and AWS
/// Backup's table excepts Bahrain and UAE alone.
///
/// See <https://docs.aws.amazon.com/fsx/latest/WindowsGuide/using-backups.html>.
pub fn fsx_in_opt_in_region(
    copy: &Copy,
    _: &Facts<'_>,
    kind: Kind,
    crossing: &Crossing,
) -> Fact<Option<Outcome>> {
    let end = crossing
        .opt_in_end()
        .filter(|_| kind == Kind::FsxWindows && copy.copy_of.is_none());
    match end {
        None => Fact::Known(None),
        Some(end) => Fact::unknown(
            Gap::not_told(
                format_args!(
                    "whether a backup of FSx for Windows is copied to another Region to or from the opt-in Region {end}: \
                     its guide says that it is not, and AWS Backup's table excepts Bahrain and UAE alone"
                ),
                copy.subject().as_str(),
            )
            .within(copy.endpoints().destination_account().known(), Some(end)),
        ),
    }
}

/// What the description of the backup tells of a file system or a volume, else that of the resource.
fn of_fsx(
    copy: &Copy,
    facts: &Facts<'_>,
    call: ApiCall,
    told: &dyn Fn(&Tree) -> Option<bool>,
) -> Fact<bool> {
    let of_point = copy
        .transfer
        .recovery_point
        .as_ref()
        .filter(|point| point.service() == "fsx")
        .and_then(|point| facts.point_description(point).known().flatten())
        .and_then(told);
    if let Some(told) = of_point {
        return Fact::Known(told);
    }
    let resource = match copy.resource.as_ref() {
        Fact::Known(Some(resource)) => resource,
        Fact::Known(None) => return described(copy, facts).map(|_| false),
        Fact::Unknown(gap) => return Fact::Unknown(gap),
    };
    let gap = |resource: &Arn| {
        let region = resource.region();
        facts.gap(call, resource.as_str(), resource.account(), region.as_ref())
    };
    match facts.resource_description(resource) {
        Fact::Known(None) => Fact::Known(false),
        Fact::Known(Some(detail)) => {
            told(detail).map_or_else(|| Fact::unknown(gap(resource)), Fact::Known)
        }
        Fact::Unknown(gap) => Fact::Unknown(gap),
    }
}

/// Continuous backups of SAP HANA, which hold its logs, are not copied to other Regions or accounts. Whether a rule that
/// makes them copies its full backups is on no page.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-saphana.html>.
pub fn of_log_backups(
    copy: &Copy,
    facts: &Facts<'_>,
    _: Kind,
    _: &Crossing,
) -> Fact<Option<Outcome>> {
    let no = |reason: &str| {
        Fact::Known(Some(no_copy(
            copy,
            reason.to_owned(),
            "copy a full backup that is not continuous",
        )))
    };
    if let Some(point) = &copy.transfer.recovery_point {
        return if is_continuous(point) {
            no("continuous backups of SAP HANA are not copied to another Region or account")
        } else {
            Fact::Known(None)
        };
    }
    facts.rule_of(copy.plan.as_ref()).and_then(|rule| {
        let flag = rule.and_then(|rule| rule.get("EnableContinuousBackup")?.as_bool());
        if flag != Some(true) {
            return Fact::Known(None);
        }
        let plan = copy.plan.as_ref().map(|plan| plan.id.clone());
        Fact::unknown(Gap::not_told(
            "whether a rule with EnableContinuousBackup copies full backups of SAP HANA",
            plan.unwrap_or_default(),
        ))
    })
}

/// Paravirtual images go to no Region that does not have them, and no page says which do.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-ami-copy-works.html>.
pub fn of_image(
    copy: &Copy,
    facts: &Facts<'_>,
    kind: Kind,
    crossing: &Crossing,
) -> Fact<Option<Outcome>> {
    let described = described(copy, facts).known();
    let of = described.filter(|_| crossing.is_cross_region());
    if let Some(of) = &of
        && let Some(gap) = virtualization_gap(of, facts)
    {
        return Fact::unknown(gap);
    }
    let of = of.filter(|of| of.text("VirtualizationType") == Some(PARAVIRTUAL));
    of_snapshot_elsewhere(copy, facts, kind, crossing).and_then(|found| match (found, of) {
        (None, Some(of)) => {
            let what = format!("whether {} takes paravirtual images", crossing.to);
            let gap = Gap::not_told(what, of.of.as_str());
            let account = copy.endpoints().destination_account().known();
            Fact::unknown(gap.within(account, Some(&crossing.to)))
        }
        (found, _) => Fact::Known(found),
    })
}

const PARAVIRTUAL: &str = "paravirtual";

/// What was not read, or not understood, of how an instance or an image is virtualized: EC2 always tells it. It matters where the image
/// may be a paravirtual one: those alone name a kernel, and instances of most types run none.
fn virtualization_gap(of: &Described<'_>, facts: &Facts<'_>) -> Option<Gap> {
    match of.text("VirtualizationType") {
        Some("hvm" | PARAVIRTUAL) => None,
        Some(other) => {
            let says = format!("say what `VirtualizationType` {other} is");
            Some(Gap::by_hand(ByHand::NotUnderstood, says, of.of.as_str()).where_is(&of.of))
        }
        None => {
            let of_type = of.text("InstanceType");
            let may_be = of_type.is_some_and(may_be_paravirtual) || of.text("KernelId").is_some();
            may_be.then(|| facts.describe_gap(&of.of))
        }
    }
}

/// Snapshots that lie on an Outpost are not copied, those in a Local Zone to no other Region; of other accounts no page speaks.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html>.
pub fn of_snapshot_elsewhere(
    copy: &Copy,
    facts: &Facts<'_>,
    _: Kind,
    crossing: &Crossing,
) -> Fact<Option<Outcome>> {
    let Some(point) = &copy.transfer.recovery_point else {
        return Fact::Known(None);
    };
    let detail = match facts.point_description(point) {
        Fact::Known(Some(detail)) => detail,
        Fact::Known(None) => return Fact::Known(None),
        Fact::Unknown(gap) => return Fact::Unknown(gap),
    };
    let devices = detail.get("BlockDeviceMappings").and_then(Tree::as_array);
    let devices = devices.into_iter().flatten();
    let snapshots = devices
        .filter_map(|device| device.get("Ebs"))
        .chain([detail]);
    for snapshot in snapshots {
        let text = |name: &str| snapshot.get(name).and_then(Tree::as_str);
        if let Some(outpost) = text("OutpostArn") {
            return Fact::Known(Some(no_copy(
                copy,
                format!("snapshots on an Outpost are not copied (`{outpost}`)"),
                "keep the volume's snapshots in its Region, and copy those",
            )));
        }
        // A Region's own zones have its name and a letter.
        let own = |zone: &&str| {
            zone.strip_prefix(crossing.from.as_str())
                .is_some_and(|rest| rest.len() == 1)
        };
        let Some(zone) = text("AvailabilityZone").filter(|zone| !own(zone)) else {
            continue;
        };
        if crossing.is_cross_region() {
            return Fact::Known(Some(no_copy(
                copy,
                format!("snapshots in a Local Zone (`{zone}`) are copied to no other Region"),
                "copy it into its own Region first",
            )));
        }
        if crossing.cross_account {
            let what = "whether a snapshot in a Local Zone is copied to another account";
            return Fact::unknown(Gap::not_told(what, point.as_str()).where_is(point));
        }
    }
    Fact::Known(None)
}
