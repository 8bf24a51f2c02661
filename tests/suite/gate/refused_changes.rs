//! What AWS, or the provider, refuses of a change: what it is of may stay as it is, and what comes after it may not be made.

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::plan_facts::{change, plan, planned};
use super::template_before::{nothing, one};
use crate::support::Estate;
use crate::support::estate::{
    AWS_KEY, CENTRAL, CENTRAL_KEY, COPY_ROLE, DATABASE, DESTINATION_VAULT, FROM, KEY, PROD,
    PROD_KEY, RESOURCE, RESOURCE_KEY, ROLE, SLR, SOURCE, SOURCE_VAULT_KEY, TO, USE,
    allow_copy_into, key, key_policy, share, trust,
};

/// What becomes of the one copy: `blocked -> feasible`.
pub(super) fn becomes(estate: &Estate, of: &Change<'_>) -> String {
    let found = judged(estate, of, &[]);
    assert_eq!(found.copies.len(), 1, "{:?}", found.copies);
    let (_, after) = found.copies[0].split_once(": ").unwrap();
    let (verdicts, _) = after.split_once(" (").unwrap();
    verdicts.to_owned()
}

/// A change that replaces an object: it comes to the same but for these attributes.
fn replaced(address: &str, actions: [&str; 2], before: &Value, differs: &Value) -> Value {
    let mut after = before.clone();
    let fields = after.as_object_mut().unwrap();
    fields.shift_remove("arn");
    fields.extend(differs.as_object().unwrap().clone());
    let mut change = change(address, before.clone(), after, json!({"arn": true}));
    change["change"]["actions"] = json!(actions);
    change
}

const DELETED_FIRST: [&str; 2] = ["delete", "create"];
const MADE_FIRST: [&str; 2] = ["create", "delete"];

/// The central vault made anew, and the policy that it lacks.
fn new_vault(actions: [&str; 2], more: &Value) -> Value {
    let mut vault = json!({"name": "central", "arn": CENTRAL, "kms_key_arn": CENTRAL_KEY});
    vault
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let allow = allow_copy_into(&format!("arn:aws:iam::{FROM}:root")).to_string();
    let policy = json!({"backup_vault_name": "central", "policy": allow});
    plan(
        TO,
        &[
            replaced("aws_backup_vault.v", actions, &vault, &json!({})),
            change("aws_backup_vault_policy.p", Value::Null, policy, json!({})),
        ],
    )
}

#[test]
fn a_vault_goes_where_it_is_known_to_be_empty_or_emptied() {
    let closed = || Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null);
    let facts =
        |field: &str, value: Value| closed().set(&format!("{DESTINATION_VAULT}/{field}"), value);
    let points = "NumberOfRecoveryPoints";
    for (estate, told, is) in [
        (
            closed(),
            json!({"force_destroy": true, "recovery_points": 3}),
            "feasible",
        ),
        (closed(), json!({"recovery_points": 0}), "feasible"),
        (facts(points, json!(0)), json!({}), "feasible"),
        (closed(), json!({}), "undecided"),
        (closed(), json!({"recovery_points": 3}), "undecided"),
        (
            facts(points, json!(2)),
            json!({"recovery_points": 0}),
            "undecided",
        ),
        (
            facts("Locked", Value::Null),
            json!({"force_destroy": true, "recovery_points": 3}),
            "undecided",
        ),
        (
            facts("Locked", json!(true)),
            json!({"force_destroy": true, "recovery_points": 3}),
            "undecided",
        ),
    ] {
        let plan = new_vault(DELETED_FIRST, &told);
        let found = becomes(&estate, &Change::WholePlan(&plan));
        assert_eq!(found, format!("blocked -> {is}"), "{told}");
    }
}

#[test]
fn what_is_made_first_takes_another_name() {
    let closed = Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null);
    let plan = new_vault(MADE_FIRST, &json!({"force_destroy": true}));
    let of = Change::WholePlan(&plan);
    assert_eq!(becomes(&closed, &of), "blocked -> undecided");
    let told = judged(&closed, &of, &[]).report["gaps"].to_string();
    assert!(told.contains("create_before_destroy"), "{told}");
}

/// An estate whose database is on the key that AWS manages.
fn on_aws_key() -> Estate {
    let mut aws = key(AWS_KEY, "alias/aws/rds", key_policy(FROM, json!([])));
    aws["KeyManager"] = json!("AWS");
    Estate::rds()
        .push(&format!("{SOURCE}/keys"), aws)
        .set(&format!("{RESOURCE}/EncryptionKeyArn"), json!(AWS_KEY))
}

#[test]
fn a_database_goes_where_nothing_keeps_it() {
    let database = json!({"identifier": "orders", "arn": DATABASE, "engine": "postgres", "engine_version": "16.3", "storage_type": "gp3",
        "storage_encrypted": true, "kms_key_id": AWS_KEY, "option_group_name": "default:postgres-16"});
    let detail = format!("{RESOURCE}/Detail/DeletionProtection");
    for (estate, told, is) in [
        (
            on_aws_key(),
            json!({"skip_final_snapshot": true, "deletion_protection": false}),
            "feasible",
        ),
        (
            on_aws_key().set(&detail, json!(false)),
            json!({"skip_final_snapshot": true}),
            "feasible",
        ),
        // Neither the state nor the facts tell.
        (
            on_aws_key(),
            json!({"skip_final_snapshot": true}),
            "undecided",
        ),
        (
            on_aws_key(),
            json!({"skip_final_snapshot": false, "final_snapshot_identifier": "last", "deletion_protection": false}),
            "feasible",
        ),
        (
            on_aws_key(),
            json!({"skip_final_snapshot": false}),
            "undecided",
        ),
        (
            on_aws_key(),
            json!({"skip_final_snapshot": true, "deletion_protection": true}),
            "undecided",
        ),
        (
            on_aws_key().set(&detail, json!(true)),
            json!({"skip_final_snapshot": true}),
            "undecided",
        ),
    ] {
        let mut before = database.clone();
        before
            .as_object_mut()
            .unwrap()
            .extend(told.as_object().unwrap().clone());
        let change = replaced(
            "aws_db_instance.d",
            DELETED_FIRST,
            &before,
            &json!({"kms_key_id": KEY}),
        );
        let found = becomes(&estate, &Change::Plan(&[change]));
        assert_eq!(found, format!("blocked -> {is}"), "{told}");
    }
}

#[test]
fn what_keeps_each_type_is_looked_at() {
    let arn = |rest: &str| format!("arn:aws:{rest}");
    let home = format!("us-east-2:{FROM}");
    for (kind, values, kept) in [
        (
            "aws_dynamodb_table",
            json!({"name": "t", "deletion_protection_enabled": true}),
            true,
        ),
        (
            "aws_dynamodb_table",
            json!({"name": "t", "deletion_protection_enabled": false}),
            false,
        ),
        (
            "aws_instance",
            json!({"arn": arn(&format!("ec2:{home}:instance/i-1")), "disable_api_termination": true}),
            true,
        ),
        (
            "aws_instance",
            json!({"arn": arn(&format!("ec2:{home}:instance/i-1")), "disable_api_termination": true, "force_destroy": true}),
            false,
        ),
        (
            "aws_s3_bucket",
            json!({"bucket": "b", "force_destroy": false}),
            true,
        ),
        (
            "aws_s3_bucket",
            json!({"bucket": "b", "force_destroy": true}),
            false,
        ),
        (
            "aws_backup_logically_air_gapped_vault",
            json!({"name": "a"}),
            true,
        ),
        (
            "aws_docdb_cluster",
            json!({"cluster_identifier": "c", "skip_final_snapshot": false}),
            true,
        ),
        (
            "aws_redshift_cluster",
            json!({"cluster_identifier": "c", "skip_final_snapshot": true}),
            false,
        ),
        (
            "aws_ebs_volume",
            json!({"arn": arn(&format!("ec2:{home}:volume/vol-1"))}),
            false,
        ),
    ] {
        let goes = change(&format!("{kind}.x"), values.clone(), Value::Null, json!({}));
        let document = planned(&plan(FROM, &[goes])).after.document.to_string();
        assert_eq!(
            document.contains("cannot be deleted"),
            kept,
            "{kind} {values} {document}"
        );
    }
}

#[test]
fn two_things_of_one_name_are_not_made() {
    let vault = |address: &str| {
        let values = json!({"name": "new", "kms_key_arn": KEY});
        change(address, Value::Null, values, json!({"arn": true}))
    };
    let document = |all: &[Value]| planned(&plan(FROM, all)).after.document.to_string();
    let [one, other] = ["aws_backup_vault.a", "aws_backup_vault.b"].map(vault);
    assert!(!document(std::slice::from_ref(&one)).contains("a name that already exists"));
    assert!(document(&[one.clone(), other]).contains("a name that already exists"));
    // What goes may go later.
    let mut gone = change(
        "aws_backup_vault.c",
        json!({"name": "new", "recovery_points": 0}),
        Value::Null,
        json!({}),
    );
    assert!(document(&[one.clone(), gone.clone()]).contains("that it goes first is not told"));
    gone["change"]["before"]["name"] = json!("old");
    assert!(!document(&[one, gone]).contains("a name that already exists"));
    // Names of IAM are not told apart by their case.
    let role = |address: &str, name: &str| {
        let values = json!({"name": name, "assume_role_policy": trust().to_string()});
        change(address, Value::Null, values, json!({"arn": true}))
    };
    for (other, is) in [("copier", true), ("copies", false)] {
        let both = [
            role("aws_iam_role.a", "Copier"),
            role("aws_iam_role.b", other),
        ];
        let taken = document(&both).contains("a name that already exists");
        assert_eq!(taken, is, "{other}");
    }
}

/// A plan of a vault, and a plan of AWS Backup that comes after it.
fn with_backup_plan(vault: &str) -> Value {
    let rule = json!([{"rule_name": "daily", "target_vault_name": vault, "schedule": "cron(0 5 ? * * *)",
        "copy_action": [{"destination_vault_arn": CENTRAL, "lifecycle": [{"delete_after": 35}]}],
        "lifecycle": [{"delete_after": 35}]}]);
    let selection =
        json!({"name": "all", "iam_role_arn": ROLE, "plan_id": "p-new", "resources": [DATABASE]});
    let mut made = change(
        "aws_backup_plan.p",
        Value::Null,
        json!({"name": "new", "rule": rule}),
        json!({"arn": true}),
    );
    made["change"]["after"]["id"] = json!("p-new");
    let of_vault = json!({"name": vault, "kms_key_arn": PROD_KEY});
    let mut all = plan(
        FROM,
        &[
            change(
                "aws_backup_vault.v",
                Value::Null,
                of_vault,
                json!({"arn": true}),
            ),
            made,
            change(
                "aws_backup_selection.s",
                Value::Null,
                selection,
                json!({"id": true}),
            ),
        ],
    );
    let blocks = all["configuration"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap();
    blocks[1]["expressions"] = json!({"rule": [{"target_vault_name": {"references": ["aws_backup_vault.v.name", "aws_backup_vault.v"]}}]});
    blocks[2]["expressions"] =
        json!({"plan_id": {"references": ["aws_backup_plan.p.id", "aws_backup_plan.p"]}});
    all
}

#[test]
fn what_is_there_by_the_facts_is_not_made_nor_what_comes_after_it() {
    let none = Estate::rds().set("/copies", json!([]));
    for (vault, is) in [("other", "feasible"), ("prod", "undecided")] {
        let found = judged(&none, &Change::WholePlan(&with_backup_plan(vault)), &[]);
        let expected = [format!("orders into central: - -> {is} (new)")];
        assert_eq!(found.copies, expected, "{vault} {}", found.report["gaps"]);
    }
    // It comes to what is there: nothing changes of what the plan does not make.
    let vault = json!({"name": "central", "kms_key_arn": CENTRAL_KEY});
    let made = change(
        "aws_backup_vault.v",
        Value::Null,
        vault,
        json!({"arn": true}),
    );
    let of = plan(TO, &[made]);
    let found = judged(&Estate::rds(), &Change::WholePlan(&of), &[]).copies;
    assert!(
        found[0].starts_with("orders into central: feasible -> "),
        "{found:?}"
    );
}

#[test]
fn of_two_inline_policies_of_one_name_one_is_in_force() {
    let role = json!({"name": "new", "assume_role_policy": trust().to_string()});
    let inline = |address: &str, action: &str| {
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
        let values = json!({"role": "new", "name": "p", "policy": policy.to_string()});
        change(address, Value::Null, values, json!({}))
    };
    let says = |actions: [&str; 2]| {
        let all = [
            change(
                "aws_iam_role.r",
                Value::Null,
                role.clone(),
                json!({"arn": true}),
            ),
            inline("aws_iam_role_policy.a", actions[0]),
            inline("aws_iam_role_policy.b", actions[1]),
        ];
        let document = planned(&plan(FROM, &all)).after.document.to_string();
        document.contains("which of two inline policies")
    };
    assert!(says(["*", "s3:ListBucket"]));
    assert!(!says(["*", "*"]));
}

/// An overlay of fields of the first key, vault or role of the source account.
fn overlay(list: &str, thing: Value) -> Value {
    let account = match list {
        "roles" => json!({"account": FROM, "roles": [thing]}),
        _ => json!({"account": FROM, "regions": [{"region": "us-east-2", list: [thing]}]}),
    };
    json!({"accounts": [account]})
}

#[test]
fn a_policy_that_is_refused_is_not_in_force() {
    let typo = format!("arn:aws:iam::{FROM}:role/typo");
    let of_key = |policy: Value| overlay("keys", json!({"Arn": KEY, "Policy": policy}));
    let shared = share(SLR, USE);
    let mut named = share(&typo, USE);
    named["Sid"] = json!("Named");
    let alone = json!({"Version": "2012-10-17", "Statement": [shared]});
    let of_trust = |more: Value| {
        let mut trust = trust();
        trust["Statement"][0]
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        overlay(
            "roles",
            json!({"Arn": ROLE, "AssumeRolePolicyDocument": trust}),
        )
    };
    let estate = Estate::rds().set(
        &format!("{RESOURCE_KEY}/Policy"),
        key_policy(FROM, json!([])),
    );
    for (laid, is) in [
        (
            of_key(key_policy(FROM, json!([shared]))),
            "blocked -> feasible",
        ),
        (of_key(alone), "blocked -> undecided"),
        (
            of_key(key_policy(FROM, json!([shared, named]))),
            "blocked -> undecided",
        ),
        (of_trust(json!({"Resource": "*"})), "blocked -> blocked"),
    ] {
        assert_eq!(becomes(&estate, &Change::Overlay(&laid)), is, "{laid}");
    }
    let untrusted = Estate::rds().set(
        &format!("{COPY_ROLE}/AssumeRolePolicyDocument/Statement"),
        json!([]),
    );
    for (more, is) in [
        (json!({}), "feasible"),
        (json!({"Resource": "*"}), "undecided"),
    ] {
        let laid = of_trust(more);
        let found = becomes(&untrusted, &Change::Overlay(&laid));
        assert_eq!(found, format!("blocked -> {is}"), "{laid}");
    }
    // Of an account of which not all roles were read nobody knows whom it lacks.
    let unread = estate.without("/accounts/0/roles_complete");
    let laid = of_key(key_policy(FROM, json!([shared, named])));
    assert_eq!(
        becomes(&unread, &Change::Overlay(&laid)),
        "blocked -> feasible"
    );
}

#[test]
fn a_key_policy_that_may_lock_out_is_saved_where_that_is_said() {
    let mut own = share(&format!("arn:aws:iam::{FROM}:root"), USE);
    own["Sid"] = json!("Own");
    let alone = json!({"Version": "2012-10-17", "Statement": [own, share(SLR, USE)]}).to_string();
    let estate = Estate::rds().set(
        &format!("{RESOURCE_KEY}/Policy"),
        key_policy(FROM, json!([])),
    );
    for (bypass, is) in [(false, "undecided"), (true, "feasible")] {
        let values =
            json!({"key_id": KEY, "policy": alone, "bypass_policy_lockout_safety_check": bypass});
        let made = change("aws_kms_key_policy.p", Value::Null, values, json!({}));
        let found = becomes(&estate, &Change::Plan(&[made]));
        assert_eq!(found, format!("blocked -> {is}"));
    }
}

#[test]
fn no_vault_is_made_on_a_key_that_cannot_be_used() {
    let laid = |key: &str| {
        overlay(
            "vaults",
            json!({"BackupVaultArn": PROD, "EncryptionKeyArn": key}),
        )
    };
    let elsewhere = KEY.replace("us-east-2", "us-west-2");
    for (field, value, key, is) in [
        ("KeyState", "Enabled", KEY, "feasible"),
        ("KeyState", "Enabled", &*elsewhere, "undecided"),
        ("KeyState", "Disabled", PROD_KEY, "feasible"),
    ] {
        let estate = Estate::rds().set(&format!("{SOURCE_VAULT_KEY}/{field}"), json!(value));
        let found = becomes(&estate, &Change::Overlay(&laid(key)));
        assert_eq!(found, format!("feasible -> {is}"), "{key}");
    }
    for (field, value) in [
        ("KeyState", "Disabled"),
        ("KeySpec", "RSA_2048"),
        ("KeyUsage", "GENERATE_VERIFY_MAC"),
    ] {
        let other = "arn:aws:kms:us-east-2:111122223333:key/99999999-aaaa-4bbb-8ccc-000000000009";
        let mut of = key(other, "alias/other", key_policy(FROM, json!([])));
        of[field] = json!(value);
        let estate = Estate::rds().push(&format!("{SOURCE}/keys"), of);
        let found = becomes(&estate, &Change::Overlay(&laid(other)));
        assert_eq!(found, "feasible -> undecided", "{field} {value}");
    }
}

/// A vault that is made is not there before, and whether it is made depends on a key.
#[test]
fn no_vault_is_made_on_a_key_that_nobody_looked_at_or_that_denies_it() {
    let laid = overlay(
        "vaults",
        json!({"BackupVaultArn": PROD, "EncryptionKeyArn": KEY}),
    );
    let deny = |more: Value| {
        let mut deny =
            json!({"Effect": "Deny", "Principal": "*", "Action": "kms:Create*", "Resource": "*"});
        let fields = deny.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        key_policy(FROM, json!([share(SLR, USE), deny]))
    };
    let of_caller = json!({"Condition": {"StringNotLike": {"aws:PrincipalArn": "*:role/*"}}});
    let with =
        |field: &str, value: Value| Estate::rds().set(&format!("{RESOURCE_KEY}/{field}"), value);
    for (estate, is) in [
        (Estate::rds(), "feasible"),
        (with("Policy", deny(of_caller)), "feasible"),
        (with("Policy", deny(json!({}))), "undecided"),
        (
            Estate::rds().without(&format!("{RESOURCE_KEY}/KeyState")),
            "undecided",
        ),
        (Estate::rds().without(RESOURCE_KEY), "undecided"),
    ] {
        let found = judged(&estate, &Change::Overlay(&laid), &[]);
        let told = found.report["gaps"].to_string();
        let is_of_vault =
            told.contains("no vault is made on") || told.contains("a vault can be made on");
        assert_eq!(is_of_vault, is == "undecided", "{told}");
    }
}

/// CloudFormation hands on what the template says, and AWS Backup takes no id and no alias of a key.
#[test]
fn a_template_names_the_key_of_a_vault_by_its_arn() {
    let none = Estate::rds().set(&format!("{SOURCE}/vaults"), json!([]));
    let id = KEY.rsplit('/').next().unwrap();
    for (key, is) in [
        (KEY, "feasible"),
        (id, "undecided"),
        ("alias/orders", "undecided"),
    ] {
        let vault = json!({"BackupVaultName": "prod", "EncryptionKeyArn": key});
        let then = one("AWS::Backup::BackupVault", vault);
        let found = becomes(&none, &Change::Templates(&nothing(), &then, FROM));
        assert_eq!(found, format!("blocked -> {is}"), "{key}");
    }
}

#[test]
fn a_database_leaves_its_option_group_when_that_is_applied_and_never_one_with_permanent_options() {
    let group = |permanent: bool| json!({"OptionGroupName": "og-tde", "Options": [{"OptionName": "TDE", "Persistent": true, "Permanent": permanent}]});
    let estate = |permanent: bool| {
        let detail = json!({"Engine": "oracle-ee", "DBInstanceStatus": "available",
            "OptionGroupMemberships": [{"OptionGroupName": "og-tde"}]});
        Estate::rds()
            .set(&format!("{RESOURCE}/Detail"), detail)
            .set(
                &format!("{SOURCE}/option_groups"),
                json!([group(permanent), {"OptionGroupName": "og-plain", "Options": []}]),
            )
    };
    for (permanent, now, is) in [
        (false, true, "feasible"),
        (false, false, "undecided"),
        (true, true, "undecided"),
    ] {
        let of = |group: &str| {
            json!({"identifier": "orders", "arn": DATABASE, "engine": "oracle-ee", "engine_version": "19", "storage_type": "gp3",
                "storage_encrypted": true, "kms_key_id": KEY, "option_group_name": group, "apply_immediately": now})
        };
        let moved = change("aws_db_instance.d", of("og-tde"), of("og-plain"), json!({}));
        let moved = [moved];
        let plan = Change::Plan(&moved);
        let found = becomes(&estate(permanent), &plan);
        assert_eq!(found, format!("blocked -> {is}"), "{permanent} {now}");
        let of = |group: &str| {
            one(
                "AWS::RDS::DBInstance",
                json!({"DBInstanceIdentifier": "orders", "Engine": "oracle-ee", "StorageEncrypted": true, "KmsKeyId": KEY,
                "OptionGroupName": group, "ApplyImmediately": now}),
            )
        };
        let (was, then) = (of("og-tde"), of("og-plain"));
        let found = judged(
            &estate(permanent),
            &Change::Templates(&was, &then, FROM),
            &[],
        );
        let is_open = found.code == 3 || found.copies[0].contains("undecided");
        assert_eq!(is_open, is == "undecided", "{:?}", found.copies);
        // Which options a group has that nobody read is not known.
        let unread = estate(permanent).set(
            &format!("{SOURCE}/option_groups"),
            json!([{"OptionGroupName": "og-plain", "Options": []}]),
        );
        for change in [plan, Change::Templates(&was, &then, FROM)] {
            let found = judged(&unread, &change, &[]);
            let open = "orders into central: undecided -> undecided (same)";
            let is_open = found.code == 3 || found.copies == [open];
            assert!(is_open, "{:?}", found.copies);
        }
    }
}

/// A template that does not say otherwise applies changes at once.
#[test]
fn what_a_template_changes_may_wait_for_the_maintenance_window() {
    let of = |version: &str, more: Value| {
        let mut all = json!({"DBInstanceIdentifier": "orders", "Engine": "postgres", "EngineVersion": version});
        let fields = all.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        one("AWS::RDS::DBInstance", all)
    };
    let said = |was: &Value, is: &Value| {
        let (was, is) = (was.to_string(), is.to_string());
        let settings = Settings {
            account: AccountId::parse(FROM).ok(),
            region: Some(Region::new("us-east-2")),
            ..Settings::default()
        };
        let files = (("was.json", was.as_bytes()), ("is.json", is.as_bytes()));
        let laid = cloudformation::read_change(files.0, files.1, &settings).unwrap();
        laid.after.document["accounts"][0]["regions"][0]["resources"][0]["Detail"]["EngineVersion"]
            .to_string()
    };
    let waits = "is what it was until the maintenance window";
    let later = || json!({"ApplyImmediately": false});
    let now = || json!({"ApplyImmediately": true});
    for (was, is, waiting) in [
        (of("13.4", json!({})), of("16.4", later()), true),
        (of("13.4", later()), of("16.4", now()), false),
        (of("13.4", json!({})), of("16.4", json!({})), false),
        (of("16.3", json!({})), of("16.4", later()), false),
        (of("16.4", json!({})), of("16.4", later()), false),
    ] {
        let found = said(&was, &is);
        assert_eq!(found.contains(waits), waiting, "{is}: {found}");
    }
    // Which version there was is not told.
    let mut was = of("16.4", json!({}));
    was["Resources"]["K"]["Properties"]
        .as_object_mut()
        .unwrap()
        .remove("EngineVersion");
    assert!(said(&was, &of("16.4", later())).contains(waits));
}

/// Whether the version of now counts, or the one to come, depends on when the copy is made.
#[test]
fn a_major_version_waits_for_the_maintenance_window() {
    let of = |version: &str, days: u32| {
        json!({"identifier": "orders", "arn": DATABASE, "engine": "postgres", "engine_version": version,
            "storage_encrypted": true, "kms_key_id": KEY, "backup_retention_period": days})
    };
    let of_kind = |kind: &'static str, was: Value, mut is: Value, now: bool| {
        is["apply_immediately"] = json!(now);
        let moved = change(kind, was, is, json!({}));
        let laid = planned(&plan(FROM, &[moved])).after.document;
        let detail = &laid["accounts"][0]["regions"][0]["resources"][0]["Detail"];
        ["EngineVersion", "BackupRetentionPeriod"].map(|field| detail[field].clone())
    };
    let said = |was: Value, is: Value, now: bool| of_kind("aws_db_instance.d", was, is, now);
    for (kind, engine, was, is) in [
        ("aws_rds_cluster.c", "aurora-postgresql", "13.4", "16.4"),
        ("aws_docdb_cluster.c", "docdb", "4.0.0", "5.0.0"),
        ("aws_neptune_cluster.c", "neptune", "1.2.0.0", "1.3.0.0"),
    ] {
        let of = |version: &str| {
            json!({"cluster_identifier": "orders", "arn": "arn:aws:rds:us-east-2:111122223333:cluster:orders", "engine": engine,
                "engine_version": version})
        };
        let [version, _] = of_kind(kind, of(was), of(is), false);
        let says = format!("which is {was} until the maintenance window");
        assert!(version.to_string().contains(&says), "{version}");
        assert_eq!(of_kind(kind, of(was), of(is), true)[0], json!(is));
    }
    let [version, _] = said(of("13.4", 7), of("16.4", 7), false);
    assert!(
        version
            .to_string()
            .contains("which is 13.4 until the maintenance window"),
        "{version}"
    );
    assert_eq!(said(of("13.4", 7), of("16.4", 7), true)[0], json!("16.4"));
    assert_eq!(said(of("16.3", 7), of("16.4", 7), false)[0], json!("16.4"));
    let [_, days] = said(of("16.4", 0), of("16.4", 7), false);
    assert!(
        days.to_string()
            .contains("which is 0 until the maintenance window"),
        "{days}"
    );
    assert_eq!(said(of("16.4", 1), of("16.4", 7), false)[1], json!(7));
}

#[test]
fn a_backup_plan_goes_with_its_last_selection() {
    let rule = json!([{"RuleName": "daily", "TargetBackupVaultName": "prod", "ScheduleExpression": "cron(0 5 ? * * *)",
        "Lifecycle": {"DeleteAfterDays": 35},
        "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}]}]);
    let selection = |id: &str| json!({"SelectionId": id, "SelectionName": id, "IamRoleArn": ROLE, "Resources": [DATABASE]});
    let estate = |selections: &[&str]| {
        let all: Vec<Value> = selections.iter().map(|id| selection(id)).collect();
        let plan = json!([{"BackupPlanId": "p-1", "BackupPlan": {"BackupPlanName": "daily", "Rules": rule}, "Selections": all}]);
        let none = Estate::rds().set("/copies", json!([]));
        none.set(&format!("{SOURCE}/plans"), plan)
    };
    let gone = |address: &str, before: Value| change(address, before, Value::Null, json!({}));
    let of = plan(
        FROM,
        &[
            gone("aws_backup_plan.p", json!({"id": "p-1", "name": "daily"})),
            gone(
                "aws_backup_selection.s",
                json!({"id": "s-1", "name": "s-1", "plan_id": "p-1"}),
            ),
        ],
    );
    let found = |selections: &[&str]| {
        let found = judged(&estate(selections), &Change::WholePlan(&of), &[]);
        (found.code, found.gaps.join("; "))
    };
    let (code, gaps) = found(&["s-1"]);
    assert!(code == 0 && !gaps.contains("cannot be deleted"), "{gaps}");
    // AWS deletes no plan of which there are selections: their copies go on.
    let (code, gaps) = found(&["s-1", "s-2"]);
    assert!(code == 3 && gaps.contains("cannot be deleted"), "{gaps}");
    let unread = estate(&["s-1"]).without(&format!("{SOURCE}/plans/0/Selections"));
    let found = judged(&unread, &Change::WholePlan(&of), &[]);
    let told = found.gaps.join("; ");
    assert!(
        found.code == 3 && told.contains("it is not known which selections it has"),
        "{told}"
    );
}
