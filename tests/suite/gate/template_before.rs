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
fn changed(estate: &Estate, account: &str, now: &Value, then: &Value) -> Option<Verdict> {
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

/// CloudFormation replaces a vault that takes another key, or refuses to: what lies in it is there or not.
#[test]
fn nobody_knows_what_lies_in_a_vault_that_takes_another_key() {
    let vault = |key: Value| {
        one(
            "AWS::Backup::BackupVault",
            json!({"BackupVaultName": "prod", "EncryptionKeyArn": key}),
        )
    };
    let now = vault(json!(PROD_KEY));
    let estate = Estate::rds_point();
    assert_eq!(changed(&estate, FROM, &now, &now), Some(Feasible));
    for key in [json!(KEY), json!({"Ref": "P"})] {
        let then = vault(key);
        assert_eq!(
            changed(&estate, FROM, &now, &then),
            Some(Undecided),
            "{then}"
        );
    }
    let renamed = one(
        "AWS::Backup::BackupVault",
        json!({"BackupVaultName": "other", "EncryptionKeyArn": PROD_KEY}),
    );
    assert_eq!(changed(&estate, FROM, &now, &renamed), Some(Blocked));
}

/// CloudFormation makes another thing before it deletes the one that was, and both cannot have one name.
#[test]
fn a_replacement_under_the_name_that_is_taken_is_refused() {
    let vault = |name: &str, most: u32| {
        one(
            "AWS::Backup::LogicallyAirGappedBackupVault",
            json!({"BackupVaultName": name, "MinRetentionDays": 7, "MaxRetentionDays": most}),
        )
    };
    let estate = Estate::into_air_gapped();
    let most = estate.at(&format!("{DESTINATION_VAULT}/MaxRetentionDays"));
    let most = u32::try_from(most.as_u64().unwrap()).unwrap();
    let of = |then: &Value| {
        let given = settings(TO, &[]);
        verdicts(&estate, (Some(&vault("central", most)), then), given)
    };
    assert_eq!(
        of(&vault("central", most)),
        (Some(Feasible), Some(Feasible))
    );
    assert_eq!(
        of(&vault("central", most + 1)),
        (Some(Feasible), Some(Undecided))
    );
    assert_eq!(
        of(&vault("other", most + 1)),
        (Some(Feasible), Some(Blocked))
    );
    let role = |path: &str, description: &str| {
        one(
            "AWS::IAM::Role",
            json!({"RoleName": "other", "Path": path, "Description": description, "AssumeRolePolicyDocument": trust()}),
        )
    };
    let of = |then: &Value| {
        let now = role("/", "one");
        verdicts(&Estate::rds(), (Some(&now), then), settings(FROM, &[]))
    };
    assert_eq!(of(&role("/", "two")), (Some(Feasible), Some(Feasible)));
    assert_eq!(of(&role("/a/", "one")), (Some(Feasible), Some(Undecided)));
}

/// What may set any property of a vault leaves it open; the same in both templates changes nothing.
#[test]
fn an_included_snippet_may_set_any_property() {
    let vault = |more: &[(&str, Value)]| {
        let mut all = json!({"BackupVaultName": "central", "EncryptionKeyArn": CENTRAL_KEY,
            "AccessPolicy": allow_copy_into(&format!("arn:aws:iam::{FROM}:root"))});
        for (name, value) in more {
            all[*name] = value.clone();
        }
        one("AWS::Backup::BackupVault", all)
    };
    let include =
        json!({"Name": "AWS::Include", "Parameters": {"Location": "s3://snippets/vault.yaml"}});
    let with = vault(&[("Fn::Transform", include)]);
    let of =
        |now: &Value, then: &Value| verdicts(&Estate::rds(), (Some(now), then), settings(TO, &[]));
    let undecided = (Some(Feasible), Some(Undecided));
    assert_eq!(of(&vault(&[]), &with), undecided);
    assert_eq!(of(&with, &vault(&[])), undecided);
    assert_eq!(of(&with, &with), (Some(Feasible), Some(Feasible)));
    // A name that nobody knows may be the one that it has.
    let named = vault(&[("BackupVaultName", json!({"Ref": "P"}))]);
    assert_eq!(of(&vault(&[]), &named), undecided);
    // A condition that nobody knows.
    let mut perhaps = vault(&[]);
    perhaps["Conditions"] = json!({"U": {"Fn::Equals": [{"Ref": "P"}, "a"]}});
    perhaps["Resources"]["K"]["Condition"] = json!("U");
    assert_eq!(of(&vault(&[]), &perhaps), undecided);
}

/// What is retained stays, whatever its type, and whether its logical id goes or is another's then.
#[test]
fn what_is_retained_stays() {
    let kind = "AWS::IAM::ServiceLinkedRole";
    let role = |attributes: &[(&str, &str)]| {
        let mut role = resource_of(kind, &json!({"AWSServiceName": "backup.amazonaws.com"}));
        for (name, value) in attributes {
            role[*name] = json!(value);
        }
        template(json!({"K": role}))
    };
    let another = one("AWS::SNS::Topic", json!({}));
    for then in [nothing(), another] {
        let retained = role(&[("DeletionPolicy", "Retain")]);
        assert_eq!(
            changed(&Estate::rds(), TO, &retained, &then),
            Some(Feasible)
        );
        assert_eq!(
            changed(&Estate::rds(), TO, &role(&[]), &then),
            Some(Blocked)
        );
    }
}

#[test]
fn a_replaced_vault_stays_where_its_update_replace_policy_says_so() {
    let vault = |name: &str, attributes: &[(&str, &str)]| {
        let mut vault = resource_of(
            "AWS::Backup::BackupVault",
            &json!({"BackupVaultName": name, "EncryptionKeyArn": CENTRAL_KEY, "AccessPolicy": allow_copy_into(&format!("arn:aws:iam::{FROM}:root"))}),
        );
        for (name, value) in attributes {
            vault[*name] = json!(value);
        }
        template(json!({"V": vault}))
    };
    for (attributes, renamed, removed) in [
        (&[][..], Blocked, Blocked),
        (&[("DeletionPolicy", "Retain")][..], Blocked, Feasible),
        (&[("UpdateReplacePolicy", "Retain")][..], Feasible, Blocked),
    ] {
        let now = vault("central", attributes);
        let then = vault("other", attributes);
        assert_eq!(
            changed(&Estate::rds(), TO, &now, &then),
            Some(renamed),
            "{attributes:?}"
        );
        assert_eq!(
            changed(&Estate::rds(), TO, &now, &nothing()),
            Some(removed),
            "{attributes:?}"
        );
    }
    // Where the two templates say different things, nobody knows.
    let (now, then) = (
        vault("central", &[("UpdateReplacePolicy", "Retain")]),
        vault("other", &[]),
    );
    assert_eq!(changed(&Estate::rds(), TO, &now, &then), Some(Undecided));
}

#[test]
fn permissions_that_a_template_takes_away_are_gone() {
    let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let name = "AWSBackupDefaultServiceRole";
    let policy_arn = "arn:aws:iam::111122223333:policy/mine";
    let role = "/accounts/0/roles/0";
    let inline = Estate::rds()
        .set(&format!("{role}/AttachedPolicies"), json!([]))
        .set(
            &format!("{role}/InlinePolicies"),
            json!([{"PolicyName": "mine", "Document": all}]),
        );
    let attached = Estate::rds().set(
        &format!("{role}/AttachedPolicies"),
        json!([{"PolicyArn": policy_arn, "Document": all}]),
    );
    let policy = |roles: Value, name: &str| json!({"PolicyName": name, "PolicyDocument": all, "Roles": roles});
    let managed =
        |roles: Value| json!({"ManagedPolicyName": "mine", "PolicyDocument": all, "Roles": roles});
    let of_role = json!({"PolicyName": "mine", "PolicyDocument": all, "RoleName": name});
    let (iam, rp, mp) = (
        "AWS::IAM::Policy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::ManagedPolicy",
    );
    let mut unmade = one(iam, policy(json!([name]), "mine"));
    unmade["Conditions"] = json!({"No": {"Fn::Equals": ["a", "b"]}});
    unmade["Resources"]["K"]["Condition"] = json!("No");
    let now = one(iam, policy(json!([name]), "mine"));
    for then in [
        nothing(),
        unmade,
        one(iam, policy(json!(["other"]), "mine")),
        one(iam, policy(json!([name]), "other")),
    ] {
        let expected = if then["Resources"]["K"]["Properties"]["PolicyName"] == "other" {
            Feasible
        } else {
            Blocked
        };
        assert_eq!(
            changed(&inline, FROM, &now, &then),
            Some(expected),
            "{then}"
        );
    }
    let now = one(rp, of_role);
    assert_eq!(changed(&inline, FROM, &now, &nothing()), Some(Blocked));
    let mut kept = now.clone();
    kept["Resources"]["K"]["DeletionPolicy"] = json!("Retain");
    assert_eq!(changed(&inline, FROM, &kept, &nothing()), Some(Feasible));
    let now = one(mp, managed(json!([name])));
    for then in [nothing(), one(mp, managed(json!([])))] {
        assert_eq!(
            changed(&attached, FROM, &now, &then),
            Some(Blocked),
            "{then}"
        );
    }
    let now = one(
        "AWS::IAM::ServiceLinkedRole",
        json!({"AWSServiceName": "backup.amazonaws.com"}),
    );
    assert_eq!(changed(&Estate::rds(), TO, &now, &nothing()), Some(Blocked));
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

/// Policies decide by the tags of vaults and roles. Those that others gave, or the whole stack, stay.
#[test]
fn a_tag_that_a_template_takes_away_is_gone() {
    let asks = |tag: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ROLE},
            "Action": "backup:CopyIntoBackupVault", "Resource": "*", "Condition": {"StringEquals": {tag: "copy"}}}]})
    };
    let there = json!({"class": "copy", "aws:cloudformation:stack-name": "prod"});
    let vault_policy = format!("{DESTINATION_VAULT}/AccessPolicy");
    let of_vault = Estate::rds()
        .set(&format!("{DESTINATION_VAULT}/Tags"), there.clone())
        .set(&vault_policy, asks("aws:ResourceTag/class"));
    let of_role = Estate::rds()
        .set("/accounts/0/roles/0/Tags", there)
        .set(&vault_policy, asks("aws:PrincipalTag/class"));
    let vault = |tags: Value| {
        let mut vault = json!({"BackupVaultName": "central", "EncryptionKeyArn": CENTRAL_KEY, "AccessPolicy": asks("aws:ResourceTag/class")});
        if !tags.is_null() {
            vault["BackupVaultTags"] = tags;
        }
        one("AWS::Backup::BackupVault", vault)
    };
    let role = |tags: Value| {
        let pairs = tags.as_object().into_iter().flatten();
        let pairs: Vec<Value> = pairs
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect();
        let mut role = json!({"RoleName": "AWSBackupDefaultServiceRole", "Path": "/service-role/", "AssumeRolePolicyDocument": trust(),
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"]});
        if !tags.is_null() {
            role["Tags"] = json!(pairs);
        }
        one("AWS::IAM::Role", role)
    };
    let own = json!({"class": "copy"});
    type Make<'a> = &'a dyn Fn(Value) -> Value;
    let stacks: [(&Estate, &str, Make<'_>); 2] = [(&of_vault, TO, &vault), (&of_role, FROM, &role)];
    for (estate, account, template) in stacks {
        let now = template(own.clone());
        for (tags, expected) in [
            (Value::Null, Blocked),
            (json!({}), Blocked),
            (json!({"class": "other"}), Blocked),
            (json!({"class": "copy", "more": "1"}), Feasible),
            (json!({"class": {"Ref": "P"}}), Undecided),
        ] {
            let then = template(tags);
            assert_eq!(
                changed(estate, account, &now, &then),
                Some(expected),
                "{then}"
            );
        }
        // A tag that stands in neither template is the stack's own.
        let (now, then) = (template(json!({"more": "1"})), template(Value::Null));
        assert_eq!(changed(estate, account, &now, &then), Some(Feasible));
        // Without the template of now.
        for (tags, expected) in [(own.clone(), Feasible), (Value::Null, Undecided)] {
            let of = verdicts(estate, (None, &template(tags)), settings(account, &[]));
            assert_eq!(of, (Some(Feasible), Some(expected)));
        }
    }
}

/// CloudFormation does not make anew what somebody deleted by hand, where the template is as it was.
#[test]
fn what_was_looked_for_and_is_not_there_is_not_made_by_a_template_that_changes_nothing() {
    let role = one(
        "AWS::IAM::Role",
        json!({"RoleName": "AWSBackupDefaultServiceRole", "Path": "/service-role/", "AssumeRolePolicyDocument": trust(),
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"]}),
    );
    let linked = one(
        "AWS::IAM::ServiceLinkedRole",
        json!({"AWSServiceName": "backup.amazonaws.com"}),
    );
    for (account, place, template) in [(FROM, 0, role), (TO, 1, linked)] {
        let estate = Estate::rds().set(&format!("/accounts/{place}/roles"), json!([]));
        let same = (Some(&template), &template);
        assert_eq!(
            verdicts(&estate, same, settings(account, &[])),
            (Some(Blocked), Some(Blocked))
        );
        // A new stack makes it.
        let first = (Some(&nothing()), &template);
        assert_eq!(
            verdicts(&estate, first, settings(account, &[])),
            (Some(Blocked), Some(Feasible))
        );
    }
}
