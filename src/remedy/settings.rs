//! Changes of settings: the service-linked role, cross-account backup, a Region.

use serde_json::{Value, json};
use smol_str::format_smolstr;

use super::change::{Change, bare_key, bare_role};
use super::command::{comment, option, region};
use super::draft::Draft;
use super::{Parts, RemedyKind, taken};
use crate::inventory::{
    Extra, Facts, Field, Fields, Json, Organization, Policy, RegionSettings, Tree,
};
use crate::known::{AccountId, Arn, Region, ResourceType};

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

/// The Allowed AMIs setting gets one more criterion, by the providers alone: it is set as a whole. `None` where it was not read.
pub fn allow_images(
    account: AccountId,
    name: &Region,
    providers: &[&str],
    facts: &Facts<'_>,
) -> Option<Draft> {
    let mut setting = facts
        .allowed_images(account, name)
        .known()
        .flatten()?
        .clone();
    let mut criteria = setting.get("ImageCriteria")?.as_array()?.clone();
    criteria.push(json!({"ImageProviders": providers}));
    let mut draft = Draft::new(
        RemedyKind::AllowImages,
        format!("{account}/{name}"),
        format!(
            "let images of {} in, by the Allowed AMIs setting of account {account} in {name}",
            providers.join(" and ")
        ),
    );
    draft.remedy.account = Some(account);
    let text = serde_json::Value::Array(criteria.clone()).to_string();
    let now = setting.get("ImageCriteria").map(Value::to_string);
    let see = format!(
        "the criteria are set as a whole: see first that aws ec2 get-allowed-images-settings{} still prints {}",
        region(Some(name)),
        now.unwrap_or_default()
    );
    draft.remedy.commands = vec![
        format_smolstr!("# {}", comment(&see)),
        format_smolstr!(
            "aws ec2 replace-image-criteria-in-allowed-images-settings{} {}",
            region(Some(name)),
            option("--image-criteria", &text)
        ),
    ];
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
            "switch AWS Backup's advanced features for DynamoDB on in account {account}, {name}, and back up again"
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
    let change = Change::none().region(account, name.clone(), |region| {
        region.region_settings = Field::Is(settings);
    });
    // The service itself may have been switched off.
    let of = &ResourceType::DynamoDb;
    draft.remedy.title += &taken::by_others(&change, (account, name), of, None, facts);
    draft.change = Some(change);
    draft
}

/// What a Region's settings say of each type, with one switched on.
pub fn switched_on(now: Option<&Field<Tree>>, of: &ResourceType) -> Field<Tree> {
    let others = now.and_then(|now| now.value()?.as_object());
    let others = others.into_iter().flat_map(Fields::iter);
    let others = others.filter(|(name, _)| ResourceType::parse(name) != *of);
    let others = others.map(|(name, on)| (name.clone(), on.clone()));
    let on = (of.in_settings().into(), Tree::Bool(true));
    Field::Is(Tree::Object(Box::new(others.chain([on]).collect())))
}
