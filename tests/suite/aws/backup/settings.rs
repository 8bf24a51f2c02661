//! The settings of an account and of a Region, and tags.

use serde_json::{Value, json};

use super::super::call::{Answer, Call, No, arn, reveals, text, without};
use super::super::world::World;

pub fn global(world: &World, call: &Call) -> Result<Answer, No> {
    // A management account that the inventory does not have answers as the members of its organization do.
    let caller = &call.scope.account;
    let manages = |account: &&Value| {
        account
            .get("organization")
            .and_then(|org| text(org, "MasterAccountId"))
            == Some(caller)
    };
    let account = match world.known_account(caller) {
        Some(account) => Some(account),
        None => world.accounts().iter().find(manages),
    };
    match account.and_then(|account| account.get("cross_account_backup")) {
        None => Err(No::Incomplete(format!(
            "`cross_account_backup` of account {caller} is absent"
        ))),
        Some(Value::Bool(on)) => Ok(Answer::Whole(json!({
            "GlobalSettings": {
                "isCrossAccountBackupEnabled": on.to_string(),
                "isMpaEnabled": "false",
            },
            "LastUpdateTime": "2025-01-01T00:00:00.250Z",
        }))),
        Some(_) => Err(No::failure(
            400,
            "InvalidRequestException",
            "The account is not a member of an AWS Organizations organization.",
        )),
    }
}

pub fn region(world: &World, call: &Call) -> Result<Answer, No> {
    Ok(Answer::Whole(settings(world, call)?.clone()))
}

/// AWS opts in by resource type, so the types with a preference are those that the Region supports.
pub fn supported(world: &World, call: &Call) -> Result<Answer, No> {
    let types: Vec<String> = without(&settings(world, call)?["ResourceTypeOptInPreference"], &[])
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    Ok(Answer::Whole(json!({"ResourceTypes": types})))
}

fn settings<'a>(world: &'a World, call: &Call) -> Result<&'a Value, No> {
    let place = world.place(call)?;
    let what = format!("{} in account {}", call.scope.region, call.scope.account);
    reveals(place, &["region_settings"], &what)?;
    Ok(&place["region_settings"])
}

pub fn tags(world: &World, call: &Call) -> Result<Answer, No> {
    let wanted = call.need("tagged")?;
    // For a recovery point that AWS Backup does not manage itself, the tags are the other service's to list.
    if arn(wanted).is_none_or(|arn| arn.service != "backup") {
        return Err(No::failure(
            400,
            "InvalidParameterValueException",
            format!("Invalid ARN. {wanted} is not a resource of AWS Backup."),
        ));
    }
    let lists = [
        ("vaults", "BackupVaultArn"),
        ("recovery_points", "RecoveryPointArn"),
        ("plans", "BackupPlanArn"),
    ];
    let tagged = lists
        .iter()
        .flat_map(|(list, arn)| {
            world
                .known_list(call, list)
                .iter()
                .map(move |thing| (thing, arn))
        })
        .find(|(thing, arn)| text(thing, arn) == Some(wanted));
    match tagged {
        None => Err(No::Incomplete(format!("{wanted} is absent"))),
        Some((thing, _)) => {
            reveals(thing, &["Tags"], wanted)?;
            Ok(Answer::Map {
                field: "Tags",
                entries: without(&thing["Tags"], &[]),
            })
        }
    }
}
