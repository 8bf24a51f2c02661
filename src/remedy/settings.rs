//! Changes of settings: the service-linked role, cross-account backup, a Region, the copy's retention.

use serde_json::{Value, json};
use smol_str::{SmolStr, format_smolstr};

use super::change::{Change, CopyChange, bare_key, bare_role};
use super::command::{is_of_organization, option, region};
use super::control_policy::changed_in;
use super::draft::Draft;
use super::{Parts, RemedyKind};
use crate::inventory::{
    Copy, Extra, Facts, Field, Fields, Json, Lifecycle, Organization, Policy, RegionSettings, Tree,
};
use crate::known::{AccountId, Arn, Fact, Region, ResourceType};

/// What is in cold storage stays there for so many days.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_Lifecycle.html>.
const COLD_DAYS: i64 = 90;

/// AWS Backup's service-linked role is created in an account.
pub fn service_linked_role(account: AccountId, role: &Arn) -> Draft {
    let title = format!("create AWSServiceRoleForBackup in account {account}");
    let mut draft = Draft::new(RemedyKind::CreateServiceLinkedRole, role, title);
    draft.remedy.account = Some(account);
    draft.remedy.commands =
        vec!["aws iam create-service-linked-role --aws-service-name backup.amazonaws.com".into()];
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "backup.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }]});
    draft.change = Policy::from_value(&trust).ok().map(|trust| {
        let mut created = bare_role(role);
        created.assume_role_policy_document = Field::Is(trust);
        Change::none().role(created)
    });
    draft
}

/// Cross-account backup is switched on, by the management account, for all.
pub fn cross_account_backup(
    management: Option<&str>,
    organization: Option<&str>,
    ours: &[AccountId],
    home: Region,
) -> Draft {
    let subject = organization.unwrap_or("organization");
    let mut draft = Draft::new(
        RemedyKind::EnableCrossAccountBackup,
        subject,
        format!(
            "switch cross-account backup on in the organization {subject}, from its management account"
        ),
    );
    draft.remedy.account = management.and_then(|id| AccountId::parse(id).ok());
    draft.remedy.commands = vec![format_smolstr!(
        "aws backup update-global-settings{} --global-settings isCrossAccountBackupEnabled=true",
        region(Some(&home))
    )];
    draft.remedy.parts = Parts::From(home);
    let mut change = Change::none();
    for account in ours.iter().copied().chain(draft.remedy.account) {
        change = change.account(account, |account| {
            account.cross_account_backup = Field::Is(true)
        });
    }
    if let (Some(management), Some(id)) = (draft.remedy.account, organization) {
        let organization = Organization {
            id: Field::Is(id.into()),
            master_account_id: Field::Is(management.to_string().into()),
            path: Field::Absent,
            extra: Extra::new(),
        };
        if !ours.contains(&management) {
            change = change.account(management, |account| {
                account.organization = Field::Is(organization)
            });
        }
    }
    draft.change = Some(change);
    draft
}

/// A Region is switched on in an account.
pub fn enable_region(account: AccountId, name: &Region) -> Draft {
    let mut draft = Draft::new(
        RemedyKind::EnableRegion,
        format!("{account}/{name}"),
        format!("switch the Region {name} on in account {account}"),
    );
    draft.remedy.account = Some(account);
    draft.remedy.commands = vec![format_smolstr!(
        "aws account enable-region {}",
        option("--region-name", name.as_str())
    )];
    draft.change = Some(Change::none().region(account, name.clone(), |region| {
        region.opt_in_status = Field::Is("opted-in".into())
    }));
    draft
}

/// A key is enabled; one that is to be deleted is kept first.
pub fn enable_key(key: &Arn, to_be_deleted: bool) -> Draft {
    let name = key.name();
    let title = if to_be_deleted {
        format!("keep the key `{name}`, which is to be deleted, and enable it")
    } else {
        format!("enable the key `{name}`")
    };
    let mut draft = Draft::new(RemedyKind::EnableKey, key, title);
    let flag = region(key.region().as_ref());
    let of = option("--key-id", key.as_str());
    draft.remedy.account = key.account();
    if to_be_deleted {
        let command = format_smolstr!("aws kms cancel-key-deletion{flag} {of}");
        draft.remedy.commands.push(command);
    }
    let command = format_smolstr!("aws kms enable-key{flag} {of}");
    draft.remedy.commands.push(command);
    let mut enabled = bare_key(key);
    enabled.key_state = Field::Is("Enabled".into());
    enabled.extra = [
        ("Enabled".into(), Json(true.into())),
        ("DeletionDate".into(), Json(Value::Null)),
    ]
    .into();
    draft.change = Some(Change::none().key(enabled));
    draft
}

/// The Allowed AMIs setting gets one more criterion, by the provider alone. `None` where the setting was not read.
pub fn allow_images(
    account: AccountId,
    name: &Region,
    provider: &str,
    facts: &Facts<'_>,
) -> Option<Draft> {
    let mut setting = facts
        .allowed_images(account, name)
        .known()
        .flatten()?
        .clone();
    let mut criteria = setting.get("ImageCriteria")?.as_array()?.clone();
    criteria.push(json!({"ImageProviders": [provider]}));
    let mut draft = Draft::new(
        RemedyKind::AllowImages,
        format!("{account}/{name}"),
        format!(
            "let images of {provider} in, by the Allowed AMIs setting of account {account} in {name}"
        ),
    );
    draft.remedy.account = Some(account);
    let text = serde_json::Value::Array(criteria.clone()).to_string();
    draft.remedy.commands = vec![format_smolstr!(
        "aws ec2 replace-image-criteria-in-allowed-images-settings{} {}",
        region(Some(name)),
        option("--image-criteria", &text)
    )];
    *setting.get_mut("ImageCriteria")? = serde_json::Value::Array(criteria);
    draft.change = Some(Change::none().region(account, name.clone(), |region| {
        region.allowed_images = Field::Is(Json(setting));
    }));
    Some(draft)
}

/// AWS Backup's advanced features for DynamoDB are switched on: for the backups that are made from then on.
pub fn advanced_features(account: AccountId, name: &Region, facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::new(
        RemedyKind::EnableAdvancedFeatures,
        format!("{account}/{name}"),
        format!(
            "switch AWS Backup's advanced features for DynamoDB on in account {account}, {name}, and back up anew"
        ),
    );
    draft.remedy.account = Some(account);
    draft.remedy.commands = vec![format_smolstr!(
        "aws backup update-region-settings{} --resource-type-opt-in-preference DynamoDB=true \
         --resource-type-management-preference DynamoDB=true",
        region(Some(name))
    )];
    let now = facts.region_settings(account, name);
    let settings = RegionSettings {
        opt_in: switched_on(now.map(|now| &now.opt_in), &ResourceType::DynamoDb),
        management: switched_on(now.map(|now| &now.management), &ResourceType::DynamoDb),
        extra: Extra::new(),
    };
    draft.change = Some(Change::none().region(account, name.clone(), |region| {
        region.region_settings = Field::Is(settings);
    }));
    draft
}

/// What a Region's settings say of each type, with one switched on.
pub fn switched_on(now: Option<&Field<Tree>>, of: &ResourceType) -> Field<Tree> {
    let others = now.and_then(|now| now.value()?.as_object());
    let others = others.into_iter().flat_map(Fields::iter);
    let others = others.filter(|(name, _)| ResourceType::parse(name) != *of);
    let others = others.map(|(name, on)| (name.clone(), on.clone()));
    let on = (of.as_str().into(), Tree::Bool(true));
    Field::Is(Tree::Object(Box::new(others.chain([on]).collect())))
}

/// The copy is kept for as long as the destination's lock allows. It moves to cold storage as before, where the lock
/// leaves it the time that it must stay there.
pub fn retention(
    copy: &Copy,
    vault: &Arn,
    (min, max): (Option<i64>, Option<i64>),
    facts: &Facts<'_>,
) -> Draft {
    let now = copy.lifecycle.as_ref().known().and_then(Option::as_ref);
    let days = now.and_then(Lifecycle::days_kept);
    let within = match (days, min, max) {
        (Some(days), Some(min), _) if days < min => min,
        (Some(days), _, Some(max)) if days <= max => days,
        (_, _, Some(max)) => max,
        (Some(days), _, None) => days,
        (None, min, None) => min.unwrap_or(0),
    };
    let cold = now.and_then(moves_after);
    let least = cold.map_or(within, |cold| cold.saturating_add(COLD_DAYS).max(within));
    let (wanted, stays_warm) = if max.is_none_or(|max| least <= max) {
        (least, false)
    } else {
        (within, true)
    };
    let warm = if stays_warm {
        " and never move it to cold storage"
    } else {
        ""
    };
    let title = format!(
        "keep {} for {wanted} days{warm}, within what the lock of the vault `{}` allows",
        kept(copy, facts),
        vault.name()
    );
    let cold = if stays_warm {
        Field::Null
    } else {
        now.map_or(Field::Null, |now| {
            now.move_to_cold_storage_after_days.clone()
        })
    };
    keep_for(copy, wanted, cold, title, facts)
}

/// The copy is kept for as long as its move to cold storage asks for; where the destination's lock does not allow so many days, it
/// does not move there.
pub fn lifecycle(copy: &Copy, days: i64, facts: &Facts<'_>) -> Draft {
    let vault = &copy.endpoints().destination_vault;
    let lock = facts.vault_lock(vault).known().flatten();
    let (min, max) = lock.map_or((None, None), |lock| (lock.min, lock.max));
    if max.is_some_and(|max| max < days) {
        return retention(copy, vault, (min, max), facts);
    }
    let title = format!(
        "keep {} for {days} days, 90 of them in cold storage",
        kept(copy, facts)
    );
    let now = copy.lifecycle.as_ref().known().and_then(Option::as_ref);
    let cold = now.map_or(Field::Null, |now| {
        now.move_to_cold_storage_after_days.clone()
    });
    keep_for(copy, days, cold, title, facts)
}

/// After how many days a copy moves to cold storage; `None`: never.
fn moves_after(lifecycle: &Lifecycle) -> Option<i64> {
    let cold = lifecycle.move_to_cold_storage_after_days.value().copied();
    cold.filter(|days| *days >= 0)
}

/// Which of several copy actions of its rule to one vault makes the copy, by what stands in it; nothing where there is one.
fn which_action(copy: &Copy, facts: &Facts<'_>) -> String {
    let vault = copy.endpoints().destination_vault.as_str();
    let rule = facts.rule_of(copy.plan.as_ref()).known().flatten();
    let actions = rule.and_then(|rule| rule.get("CopyActions")?.as_array());
    let into = |action: &&Value| action.get("DestinationBackupVaultArn") == Some(&vault.into());
    if actions.into_iter().flatten().filter(into).count() < 2 {
        return String::new();
    }
    let Fact::Known(lifecycle) = &copy.lifecycle else {
        return String::new();
    };
    match lifecycle.as_ref().and_then(Lifecycle::days_kept) {
        Some(days) => format!(" (by the copy action that has {days} days)"),
        None => " (by the copy action without DeleteAfterDays)".to_owned(),
    }
}

/// Where a vault is: `444455556666/eu-west-1`.
fn place(vault: &Arn) -> String {
    let (account, region) = (vault.account(), vault.region());
    let account = account.map(|it| it.to_string()).unwrap_or_default();
    let region = region.map(|it| it.to_string()).unwrap_or_default();
    format!("{account}/{region}")
}

/// A vault with its place: vaults of one name are many.
pub fn placed(vault: &Arn) -> String {
    format!("`{}` ({})", vault.name(), place(vault))
}

/// What is kept for longer or shorter: all that a rule copies to a vault is kept alike, so that one change fixes it all.
fn kept(copy: &Copy, facts: &Facts<'_>) -> String {
    match &copy.plan {
        Some(plan) => format!(
            "the copies of rule `{}` of the plan `{}` in {}{}",
            plan.rule,
            plan.id,
            placed(&copy.endpoints().destination_vault),
            which_action(copy, facts)
        ),
        None => format!("the copy `{}`", copy.id),
    }
}

fn keep_for(copy: &Copy, wanted: i64, cold: Field<i64>, title: String, facts: &Facts<'_>) -> Draft {
    let lifecycle = Lifecycle {
        delete_after_days: Field::Is(wanted),
        move_to_cold_storage_after_days: cold,
        extra: Extra::new(),
    };
    let subject = match &copy.plan {
        Some(plan) => {
            let vault = &copy.endpoints().destination_vault;
            let (place, which) = (place(vault), which_action(copy, facts));
            format!("{}/{}/{place}/{}{which}", plan.id, plan.rule, vault.name())
        }
        None => copy.id.to_string(),
    };
    let mut draft = Draft::new(RemedyKind::ChangeRetention, subject, title);
    draft.remedy.brief = match &copy.plan {
        Some(plan) => format_smolstr!("rule {}: keep {wanted} days", plan.rule),
        None => format_smolstr!("keep {wanted} days"),
    };
    let account = copy.endpoints().source_account().known();
    draft.remedy.commands = vec![command(copy, wanted, &lifecycle, facts)];
    draft.remedy.account = match &copy.plan {
        Some(plan) => changed_in(&plan.id, account, facts),
        None => account,
    };
    draft.change = Some(Change {
        copy: CopyChange::Lifecycle(lifecycle),
        ..Change::none()
    });
    draft
}

/// How a backup policy may write the account of a vault, where that is the plan's own.
fn own_account(copy: &Copy) -> &'static str {
    let account = copy.endpoints().destination_vault.account();
    if account.is_some() && copy.endpoints().source_account().known() == account {
        " (the policy may have `$account` for the account)"
    } else {
        ""
    }
}

fn command(copy: &Copy, days: i64, lifecycle: &Lifecycle, facts: &Facts<'_>) -> SmolStr {
    if let Some(plan) = &copy.plan {
        let vault = &copy.endpoints().destination_vault;
        let which = which_action(copy, facts);
        let now = copy.lifecycle.as_ref().known().and_then(Option::as_ref);
        let moved = now.and_then(moves_after).is_some();
        let warm = if moved && moves_after(lifecycle).is_none() {
            ", and take \"MoveToColdStorageAfterDays\" out,"
        } else {
            ""
        };
        let what = if is_of_organization(&plan.id) {
            let warm = if warm.is_empty() {
                ""
            } else {
                ", and take \"move_to_cold_storage_after_days\" out,"
            };
            format!(
                "rule {}: set \"delete_after_days\": {{\"@@assign\": \"{days}\"}}{warm} in the \"lifecycle\" of the copy action to {vault}{which}{}",
                plan.rule,
                own_account(copy)
            )
        } else {
            format!(
                "rule {}: set \"DeleteAfterDays\": {days}{warm} in the Lifecycle of the copy action to {vault}{which}",
                plan.rule
            )
        };
        return super::command::change_plan(
            &plan.id,
            copy.endpoints().source_account().known(),
            copy.endpoints().source_region().known().as_ref(),
            &what,
        );
    }
    let given = |flag: &str, fact: Option<&str>, name: &str| match fact {
        Some(fact) => option(flag, fact),
        None => format!("{flag} \"${name}\""),
    };
    let vault = copy.endpoints().source_vault.as_ref().known();
    format_smolstr!(
        "aws backup start-copy-job{} {} {} {} {}{}",
        region(copy.endpoints().source_region().known().as_ref()),
        given(
            "--recovery-point-arn",
            copy.transfer.recovery_point.as_ref().map(Arn::as_str),
            "RECOVERY_POINT"
        ),
        given(
            "--source-backup-vault-name",
            vault.map(Arn::name),
            "SOURCE_VAULT"
        ),
        option(
            "--destination-backup-vault-arn",
            copy.endpoints().destination_vault.as_str()
        ),
        given(
            "--iam-role-arn",
            copy.endpoints().role.as_ref().known().map(Arn::as_str),
            "ROLE"
        ),
        super::command::lifecycle(lifecycle),
    )
}
