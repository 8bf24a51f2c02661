//! Whether AWS Backup protects resources of the type in the Region: the settings that switch its types on.

use super::words::not_read;
use crate::inventory::{Copy, Facts};
use crate::known::{Arn, Fact, Gap, ResourceType};
use crate::verdict::{Evidence, Outcome};

/// Why no backup is made of the resource, or maybe none, where its type is switched off for AWS Backup in the Region; `None`: it is on,
/// or the selection of a plan was asked already. Clusters of Aurora, DocumentDB and Neptune are not backed up then even where they
/// are named. Of other types a plan backs up what it names all the same, while the settings are said to count on demand, too; and of
/// FSx, whose types share a form of ARN, one page says the one and another the other.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html>,
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRegionSettings.html>.
pub fn not_switched_on(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let of = copy.route().resource_type.as_ref().known()?;
    let vault = copy.endpoints().source_vault.as_ref().known()?;
    let (account, region) = (vault.account()?, vault.region()?);
    let of_plan = copy
        .plan
        .as_ref()
        .is_some_and(|plan| plan.made_by.is_some());
    let is_fsx = *of == ResourceType::Fsx;
    if of_plan && !is_fsx {
        return None;
    }
    let must_be_on = of.must_be_switched_on();
    match facts.opted_in(account, &region, of) {
        Fact::Known(Some(false)) => {}
        Fact::Known(Some(true) | None) => return None,
        Fact::Unknown(gap) => return (must_be_on || is_fsx).then(|| not_read(*gap)),
    }
    let seen = Evidence::at(
        format!("{account}/{region}"),
        "/region_settings/ResourceTypeOptInPreference",
        format!("has {of} switched off"),
    );
    let off = format!("{of} is switched off for AWS Backup in the Region");
    if must_be_on {
        let fail = Outcome::fail(format!(
            "{off}, and what is of that type is not backed up then, even where it is named"
        ));
        let fix = "switch it on (`aws backup update-region-settings`)";
        return Some(fail.by_hand(fix).saw([seen]));
    }
    let what = if is_fsx {
        "whether a file system is backed up where FSx is switched off for AWS Backup".to_owned()
    } else {
        format!("whether what is named is backed up where {of} is switched off for AWS Backup")
    };
    let gap = Gap::not_told(what, resource.as_str()).where_is(resource);
    let thing = if is_fsx {
        "a file system"
    } else {
        "a resource"
    };
    let message = format!("{off}, and whether {thing} that is named is backed up is not known");
    Some(Outcome::undecided(message, [gap]).saw([seen]))
}
