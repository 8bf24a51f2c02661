//! What a template of now says is laid beneath what the facts say, and the change is what the two templates do not say alike.

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings, identity};
use backup_preflight::verdict::Verdict::{self, Blocked, Feasible, Undecided};
use serde_json::{Value, json};

use crate::support::Estate;
use crate::support::estate::{
    CENTRAL, CENTRAL_KEY, DATABASE, DESTINATION_VAULT, FROM, KEY, PROD_KEY, ROLE, SLR, TO,
    allow_copy_into, key_policy, resource, share, trust,
};
use crate::support::verdicts::read;

/// The verdict on the one copy before a change and after it; `None`: it is no longer made. The templates of now and then.
pub(super) fn verdicts(
    estate: &Estate,
    (now, then): (Option<&Value>, &Value),
    settings: Settings,
) -> (Option<Verdict>, Option<Verdict>) {
    let base = read(&estate.0);
    let facts = serde_json::to_value(&base).unwrap();
    let first = now.unwrap_or(then).to_string();
    let then = then.to_string();
    let of = identity::of(
        "now.json",
        first.as_bytes(),
        &settings,
        &facts,
        now.is_some(),
    );
    let settings = Settings {
        identity: of.unwrap(),
        ..settings
    };
    let planned = match now {
        Some(_) => cloudformation::read_change(
            ("now.json", first.as_bytes()),
            ("then.json", then.as_bytes()),
            &settings,
        ),
        None => cloudformation::read("then.json", then.as_bytes(), &settings),
    };
    let planned = planned.unwrap_or_else(|error| panic!("{error}"));
    let before = planned.before.over(&base).unwrap();
    let after = planned.after.over(&before).unwrap();
    let of = |inventory| {
        let all = super::standings(inventory);
        assert!(all.len() <= 1, "{} copies", all.len());
        all.values().next().map(|one| one.verdict)
    };
    let then = match of(&after) {
        Some(Feasible) if !planned.open.is_empty() => Some(Undecided),
        verdict => verdict,
    };
    (of(&before), then)
}

pub(super) fn settings(account: &str, parameters: &[(&str, &str)]) -> Settings {
    let given = parameters.iter();
    let given = given.map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())));
    Settings {
        account: AccountId::parse(account).ok(),
        region: Some(Region::new("us-east-2")),
        parameters: given.collect(),
        ..Settings::default()
    }
}

pub(super) fn template(resources: Value) -> Value {
    json!({"Parameters": {"P": {"Type": "String"}}, "Resources": resources})
}

pub(super) fn nothing() -> Value {
    template(json!({"Topic": {"Type": "AWS::SNS::Topic"}}))
}

pub(super) fn resource_of(kind: &str, properties: &Value) -> Value {
    json!({"Type": kind, "Properties": properties})
}

/// One resource, `K`.
pub(super) fn one(kind: &str, properties: Value) -> Value {
    template(json!({"K": resource_of(kind, &properties)}))
}

/// A change of one stack over an estate in which the copy is feasible, and what it is then; the same template twice is no change.
pub(super) fn changed(
    estate: &Estate,
    account: &str,
    now: &Value,
    then: &Value,
) -> Option<Verdict> {
    let same = verdicts(estate, (Some(now), now), settings(account, &[]));
    assert_eq!(same, (Some(Feasible), Some(Feasible)), "{now}");
    let (was, is) = verdicts(estate, (Some(now), then), settings(account, &[]));
    assert_eq!(was, Some(Feasible), "{then}");
    is
}

pub(super) fn shared() -> Value {
    key_policy(FROM, json!([share(SLR, USE)]))
}

pub(super) const USE: &[&str] = &[
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:DescribeKey",
    "kms:CreateGrant",
];

/// The database, whose description names its key.
pub(super) fn described() -> Estate {
    let detail = json!({"Engine": "postgres", "KmsKeyId": KEY, "StorageEncrypted": true});
    Estate::rds().set("/accounts/0/regions/0/resources/0/Detail", detail)
}

pub(super) fn database(more: &[(&str, Value)]) -> Value {
    let mut all = json!({"DBInstanceIdentifier": "orders", "Engine": "postgres"});
    for (name, value) in more {
        all[*name] = value.clone();
    }
    all
}

#[test]
fn what_a_template_leaves_to_defaults_is_as_the_facts_say() {
    let kind = "AWS::RDS::DBInstance";
    let plain = one(kind, database(&[]));
    // What the default is does not count where the property is set in neither.
    let tagged = one(kind, database(&[("Tags", json!([]))]));
    assert_eq!(changed(&described(), FROM, &plain, &tagged), Some(Feasible));
    assert_eq!(
        changed(&described(), FROM, &plain, &nothing()),
        Some(Blocked)
    );
    let bucket = "arn:aws:s3:::orders";
    let versioned = json!({"VersioningConfiguration": {"Status": "Enabled"}});
    let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let estate = Estate::rds()
        .set(
            "/accounts/0/roles/0/InlinePolicies",
            json!([{"PolicyName": "all", "Document": all}]),
        )
        .set("/copies/0/resource", json!(bucket))
        .set(
            "/accounts/0/regions/0/resources/0",
            resource("S3", bucket, Value::Null, versioned),
        )
        .set(
            "/accounts/0/regions/0/region_settings/ResourceTypeOptInPreference/S3",
            json!(true),
        );
    let plain = one("AWS::S3::Bucket", json!({"BucketName": "orders"}));
    let of = |now: &Value, then: &Value| verdicts(&estate, (Some(now), then), settings(FROM, &[]));
    let (was, same) = of(&plain, &plain);
    assert_eq!(was, same);
    assert_ne!(was, Some(Blocked));
    let suspended = one(
        "AWS::S3::Bucket",
        json!({"BucketName": "orders", "VersioningConfiguration": {"Status": "Suspended"}}),
    );
    for then in [&nothing(), &suspended] {
        assert_eq!(of(&plain, then), (was, Some(Blocked)));
    }
}

#[test]
fn a_value_that_is_given_for_the_change_is_none_of_now() {
    let vault = one(
        "AWS::Backup::BackupVault",
        json!({"BackupVaultName": "central", "EncryptionKeyArn": CENTRAL_KEY,
            "AccessPolicy": allow_copy_into(&format!("arn:aws:iam::{FROM}:root")), "LockConfiguration": {"MinRetentionDays": {"Ref": "P"}}}),
    );
    let estate = Estate::rds()
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(7));
    for (value, expected) in [("90", Blocked), ("7", Feasible)] {
        let of = verdicts(
            &estate,
            (Some(&vault), &vault),
            settings(TO, &[("P", value)]),
        );
        assert_eq!(of, (Some(Feasible), Some(expected)), "{value}");
    }
    // A name that is given is the name of now as well.
    let mut named = vault.clone();
    named["Resources"]["K"]["Properties"]["BackupVaultName"] = json!({"Ref": "P"});
    named["Resources"]["K"]["Properties"]["LockConfiguration"] = json!({"MinRetentionDays": 7});
    for (then, expected) in [(&named, Feasible), (&nothing(), Blocked)] {
        let of = verdicts(
            &estate,
            (Some(&named), then),
            settings(TO, &[("P", "central")]),
        );
        assert_eq!(of, (Some(Feasible), Some(expected)));
    }
}

#[test]
fn a_key_is_known_by_its_alias_and_by_what_is_on_it() {
    let stack = |key: Value, database: Value, alias: Option<&str>| {
        let mut all = json!({"K": resource_of("AWS::KMS::Key", &key)});
        if !database.is_null() {
            all["D"] = resource_of("AWS::RDS::DBInstance", &database);
        }
        if let Some(alias) = alias {
            let named = json!({"AliasName": alias, "TargetKeyId": {"Ref": "K"}});
            all["A"] = resource_of("AWS::KMS::Alias", &named);
        }
        template(all)
    };
    let on = |key: Value| database(&[("StorageEncrypted", json!(true)), ("KmsKeyId", key)]);
    let places = [
        (on(json!({"Fn::GetAtt": ["K", "Arn"]})), None),
        (on(json!({"Ref": "K"})), None),
        (on(json!({"Fn::Sub": "${K.Arn}"})), None),
        (on(json!("alias/orders")), Some("alias/orders")),
        (Value::Null, Some("alias/orders")),
    ];
    let unshared = key_policy(FROM, json!([]));
    let disabled = json!({"KeyPolicy": shared(), "Enabled": false});
    for (database, alias) in places {
        let now = stack(json!({"KeyPolicy": shared()}), database.clone(), alias);
        for key in [json!({"KeyPolicy": unshared}), disabled.clone()] {
            let then = stack(key, database.clone(), alias);
            assert_eq!(
                changed(&described(), FROM, &now, &then),
                Some(Blocked),
                "{then}"
            );
        }
        assert_eq!(changed(&described(), FROM, &now, &nothing()), Some(Blocked));
    }
    // Of a key that nothing tells it is not known which one changes; where it stays as it is, nothing does.
    let now = stack(json!({"KeyPolicy": shared()}), Value::Null, None);
    let then = stack(json!({"KeyPolicy": unshared}), Value::Null, None);
    assert_eq!(changed(&described(), FROM, &now, &then), Some(Undecided));
    assert_eq!(
        changed(&described(), FROM, &now, &nothing()),
        Some(Undecided)
    );
    // What was done to the key by hand is not undone.
    let now = stack(
        json!({"KeyPolicy": shared()}),
        on(json!({"Ref": "K"})),
        None,
    );
    for (state, alone) in [("Disabled", Undecided), ("PendingDeletion", Blocked)] {
        let estate = described().set("/accounts/0/regions/0/keys/0/KeyState", json!(state));
        let of = |before| verdicts(&estate, (before, &now), settings(FROM, &[]));
        assert_eq!(of(Some(&now)), (Some(Blocked), Some(Blocked)));
        assert_eq!(of(None), (Some(Blocked), Some(alone)));
    }
    // A vault of the stack.
    let vault = |key: Value| {
        let vault =
            json!({"BackupVaultName": "prod", "EncryptionKeyArn": {"Fn::GetAtt": ["K", "Arn"]}});
        template(
            json!({"K": resource_of("AWS::KMS::Key", &key), "V": resource_of("AWS::Backup::BackupVault", &vault)}),
        )
    };
    let efs = Estate::efs();
    let key = efs.at("/accounts/0/regions/0/keys/1").clone();
    assert_eq!(key["Arn"], json!(PROD_KEY));
    let now = vault(json!({"KeyPolicy": key["Policy"]}));
    let then = vault(json!({"KeyPolicy": key["Policy"], "Enabled": false}));
    assert_eq!(changed(&efs, FROM, &now, &then), Some(Blocked));
}

#[test]
fn what_is_put_on_another_key_is_on_that_key() {
    let kind = "AWS::RDS::DBInstance";
    let encrypted = ("StorageEncrypted", json!(true));
    let now = one(
        kind,
        database(&[encrypted.clone(), ("KmsKeyId", json!(KEY))]),
    );
    for (then, expected) in [
        (vec![encrypted.clone()], Blocked),
        (
            // It keeps the one that it has: the update is refused under its name.
            vec![encrypted.clone(), ("KmsKeyId", json!(PROD_KEY))],
            Undecided,
        ),
        (vec![("StorageEncrypted", json!(false))], Undecided),
    ] {
        let then = one(kind, database(&then));
        assert_eq!(
            changed(&described(), FROM, &now, &then),
            Some(expected),
            "{then}"
        );
    }
}

#[test]
fn names_are_joined_as_aws_keeps_them() {
    let upper = |kind: &str, field: &str| one(kind, json!({field: "Orders", "Engine": "postgres"}));
    let now = upper("AWS::RDS::DBInstance", "DBInstanceIdentifier");
    assert_eq!(changed(&described(), FROM, &now, &nothing()), Some(Blocked));
    let table = "arn:aws:timestream:us-east-2:111122223333:database/d/table/t";
    let estate = Estate::rds()
        .set("/copies/0/resource", json!(table))
        .set(
            "/accounts/0/regions/0/resources/0",
            resource("Timestream", table, Value::Null, json!({})),
        )
        .set(
            "/accounts/0/regions/0/region_settings/ResourceTypeOptInPreference/Timestream",
            json!(true),
        );
    let now = one(
        "AWS::Timestream::Table",
        json!({"DatabaseName": "d", "TableName": "t"}),
    );
    let (was, is) = verdicts(&estate, (Some(&now), &nothing()), settings(FROM, &[]));
    assert_ne!(was, Some(Blocked));
    assert_eq!(is, Some(Blocked));
}

#[test]
fn a_plan_is_known_by_its_name() {
    let plan = |copies: Value| {
        let rule = json!({"RuleName": "nightly", "TargetBackupVault": "prod", "ScheduleExpression": "cron(0 5 ? * * *)",
            "StartWindowMinutes": 60, "CompletionWindowMinutes": 180, "Lifecycle": {"DeleteAfterDays": 14}, "CopyActions": copies});
        let plan = json!({"BackupPlan": {"BackupPlanName": "daily", "BackupPlanRule": [rule]}});
        let selection = json!({"BackupPlanId": {"Ref": "P0"}, "BackupSelection": {"SelectionName": "tagged", "IamRoleArn": ROLE,
            "Resources": ["*"], "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}]}}});
        template(
            json!({"P0": resource_of("AWS::Backup::BackupPlan", &plan), "S": resource_of("AWS::Backup::BackupSelection", &selection)}),
        )
    };
    let action = |days: u32| json!([{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": days}}]);
    let now = plan(action(35));
    let estate = Estate::rds().planned();
    assert_eq!(changed(&estate, FROM, &now, &plan(json!([]))), None);
    assert_eq!(changed(&estate, FROM, &now, &nothing()), None);
    let locked = estate
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(7));
    assert_eq!(
        changed(&locked, FROM, &now, &plan(action(3))),
        Some(Blocked)
    );
}

#[test]
fn what_cloudformation_names_is_known_by_the_stack() {
    let backup = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
    let role = |policies: Value| {
        one(
            "AWS::IAM::Role",
            json!({"AssumeRolePolicyDocument": trust(), "ManagedPolicyArns": policies}),
        )
    };
    let (now, then) = (role(json!([backup])), role(json!([])));
    let of = |estate: &Estate, stack: Option<&str>, then: &Value| {
        let settings = Settings {
            stack: stack.map(str::to_owned),
            ..settings(FROM, &[])
        };
        let same = verdicts(estate, (Some(&now), &now), settings.clone());
        assert_eq!(same, (Some(Feasible), Some(Feasible)));
        verdicts(estate, (Some(&now), then), settings).1
    };
    let named = |name: &str, tags: Value| {
        let arn = format!("arn:aws:iam::{FROM}:role/{name}");
        Estate::rds()
            .set("/accounts/0/roles/0/Arn", json!(arn))
            .set("/accounts/0/roles/0/Tags", tags)
            .set("/copies/0/role", json!(arn))
    };
    let own = named("prod-K-1ABCDEFGHIJK", json!({}));
    let tags = |stack: &str| json!({"aws:cloudformation:stack-name": stack, "aws:cloudformation:logical-id": "K"});
    for then in [&then, &nothing()] {
        for (estate, stack, expected) in [
            (&own, Some("prod"), Blocked),
            (&own, None, Undecided),
            // It is of another stack.
            (&own, Some("testing-all"), Feasible),
            (&named("copier", tags("prod")), Some("prod"), Blocked),
            (&named("copier", tags("other")), Some("prod"), Feasible),
        ] {
            assert_eq!(of(estate, stack, then), Some(expected), "{stack:?} {then}");
        }
    }
    // A database whose identifier is made of the stack's name in lower case.
    let arn = DATABASE.replace("orders", "prod-k-0abcdefghijk");
    let estate = described()
        .set("/accounts/0/regions/0/resources/0/ResourceArn", json!(arn))
        .set("/copies/0/resource", json!(arn));
    let now = one("AWS::RDS::DBInstance", json!({"Engine": "postgres"}));
    let stack = Settings {
        stack: Some("prod".to_owned()),
        ..settings(FROM, &[])
    };
    let of = verdicts(&estate, (Some(&now), &nothing()), stack);
    assert_eq!(of, (Some(Feasible), Some(Blocked)));
}

/// A key policy that asks for an alias, and the alias goes elsewhere.
#[test]
fn an_alias_names_one_key() {
    let asks = json!({"Sid": "Share", "Effect": "Allow", "Principal": {"AWS": SLR}, "Action": USE, "Resource": "*",
        "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/orders"}}});
    let estate = described().set(
        "/accounts/0/regions/0/keys/0/Policy",
        key_policy(FROM, json!([asks])),
    );
    let alias = |name: &str, key: &str| {
        one(
            "AWS::KMS::Alias",
            json!({"AliasName": name, "TargetKeyId": key}),
        )
    };
    let now = alias("alias/orders", KEY);
    for then in [
        alias("alias/other", KEY),
        alias("alias/orders", PROD_KEY),
        nothing(),
    ] {
        assert_eq!(changed(&estate, FROM, &now, &then), Some(Blocked), "{then}");
    }
    // Without the template of now: it may stand on the other key there, and stay where it is.
    for (key, expected) in [(KEY, Feasible), (PROD_KEY, Undecided)] {
        let of = verdicts(
            &estate,
            (None, &alias("alias/orders", key)),
            settings(FROM, &[]),
        );
        assert_eq!(of, (Some(Feasible), Some(expected)));
    }
}
