//! A template without the template of now: what was read otherwise than it says is changed by the deployment, or was changed by
//! somebody else and stays. Where the two lead to different verdicts, nobody knows which.

use backup_preflight::sources::cloudformation;
use backup_preflight::sources::planned::Planned;
use backup_preflight::verdict::Verdict::{Blocked, Feasible, Undecided};
use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::template_before::{
    USE, database, described, nothing, one, resource_of, settings, shared, template, verdicts,
};
use crate::cli::Files;
use crate::support::estate::{
    AWS_KEY, CENTRAL_KEY, DESTINATION_VAULT, FROM, KEY, PROD_KEY, ROLE, SLR, SOURCE, TO,
    allow_copy_into, key, key_policy, trust,
};
use crate::support::{Estate, run};

const SOURCE_KEY: &str = "/accounts/0/regions/0/keys/0";
const ROLE_AT: &str = "/accounts/0/roles/0";

/// A policy in another order, with other ways to write the same, and what is denied by hand.
fn written_otherwise(account: &str) -> Value {
    let mut actions: Vec<String> = USE.iter().map(|action| action.to_lowercase()).collect();
    actions.reverse();
    json!({"Version": "2012-10-17", "Id": "key-consolepolicy-3", "Statement": [
        {"Sid": "Allow use", "Effect": "Allow", "Principal": {"AWS": [SLR]}, "Action": actions, "Resource": ["*"]},
        {"Effect": "Allow", "Principal": {"AWS": account}, "Action": ["kms:*"], "Resource": "*"}]})
}

fn with_deny(policy: &Value) -> Value {
    let mut policy = policy.clone();
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"});
    policy["Statement"].as_array_mut().unwrap().push(deny);
    policy
}

fn stack_of_key(policy: &Value) -> Value {
    let on = database(&[
        ("StorageEncrypted", json!(true)),
        ("KmsKeyId", json!({"Ref": "K"})),
    ]);
    template(json!({
        "K": resource_of("AWS::KMS::Key", &json!({"KeyPolicy": policy})),
        "D": resource_of("AWS::RDS::DBInstance", &on),
    }))
}

#[test]
fn a_policy_that_was_changed_by_hand_may_stand() {
    let policy_at = format!("{SOURCE_KEY}/Policy");
    let unshared = key_policy(FROM, json!([]));
    for (read, told, was, is) in [
        (shared(), shared(), Feasible, Feasible),
        (written_otherwise(FROM), shared(), Feasible, Feasible),
        (with_deny(&shared()), shared(), Blocked, Undecided),
        (unshared.clone(), shared(), Blocked, Undecided),
        (shared(), unshared.clone(), Feasible, Undecided),
        (unshared.clone(), unshared, Blocked, Blocked),
    ] {
        let estate = described().set(&policy_at, read.clone());
        let of = verdicts(&estate, (None, &stack_of_key(&told)), settings(FROM, &[]));
        assert_eq!(of, (Some(was), Some(is)), "{read} {told}");
    }
    // What was not read is as the template says.
    let unread = described().without(&policy_at);
    let of = verdicts(
        &unread,
        (None, &stack_of_key(&shared())),
        settings(FROM, &[]),
    );
    assert_eq!(of, (Some(Undecided), Some(Feasible)));
}

#[test]
fn a_vault_that_was_changed_by_hand_may_stay_so() {
    let allow = allow_copy_into(&format!("arn:aws:iam::{FROM}:root"));
    let vault = |policy: &Value, lock: Value| {
        let mut all = json!({"BackupVaultName": "central", "EncryptionKeyArn": CENTRAL_KEY, "AccessPolicy": policy});
        if !lock.is_null() {
            all["LockConfiguration"] = lock;
        }
        one("AWS::Backup::BackupVault", all)
    };
    let locked = |days: i64| vec![("Locked", json!(true)), ("MinRetentionDays", json!(days))];
    let min = |days: i64| json!({"MinRetentionDays": days});
    for (read, policy, lock, is) in [
        (vec![], allow.clone(), Value::Null, Feasible),
        (vec![], allow_copy_into(FROM), Value::Null, Feasible),
        (vec![], with_deny(&allow), Value::Null, Undecided),
        (
            vec![("AccessPolicy", with_deny(&allow))],
            allow.clone(),
            Value::Null,
            Undecided,
        ),
        (
            vec![("AccessPolicy", Value::Null)],
            allow.clone(),
            Value::Null,
            Undecided,
        ),
        (locked(7), allow.clone(), min(7), Feasible),
        (
            locked(7),
            allow.clone(),
            json!({"MinRetentionDays": "7"}),
            Feasible,
        ),
        (locked(90), allow.clone(), min(90), Blocked),
        (locked(90), allow.clone(), min(7), Undecided),
        (locked(90), allow.clone(), Value::Null, Undecided),
        (vec![], allow.clone(), min(90), Undecided),
        // It was looked for, and is not there.
        (
            vec![("VaultState", Value::Null)],
            allow.clone(),
            Value::Null,
            Undecided,
        ),
    ] {
        let estate = read.iter().fold(Estate::rds(), |estate, (field, value)| {
            estate.set(&format!("{DESTINATION_VAULT}/{field}"), value.clone())
        });
        let of = verdicts(&estate, (None, &vault(&policy, lock)), settings(TO, &[]));
        assert_eq!(of.1, Some(is), "{read:?} {policy}");
    }
}

#[test]
fn a_role_that_was_changed_by_hand_may_stay_so() {
    let backup = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
    let role = |more: &[(&str, Value)]| {
        let mut all = json!({"RoleName": "AWSBackupDefaultServiceRole", "Path": "/service-role/",
            "AssumeRolePolicyDocument": trust(), "ManagedPolicyArns": [backup]});
        for (name, value) in more {
            all[*name] = value.clone();
        }
        one("AWS::IAM::Role", all)
    };
    let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let none = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    let inline = |document: &Value| json!([{"PolicyName": "mine", "Document": document}]);
    let policies = |document: &Value| json!([{"PolicyName": "mine", "PolicyDocument": document}]);
    for (read, told, is) in [
        (vec![], vec![], Feasible),
        (
            vec![("AssumeRolePolicyDocument", with_deny(&trust()))],
            vec![],
            Undecided,
        ),
        (vec![("AttachedPolicies", json!([]))], vec![], Undecided),
        (
            vec![("InlinePolicies", inline(&all))],
            vec![("Policies", policies(&all))],
            Feasible,
        ),
        (
            vec![("InlinePolicies", inline(&none))],
            vec![("Policies", policies(&all))],
            Undecided,
        ),
        (
            vec![("InlinePolicies", inline(&none))],
            vec![("Policies", policies(&none))],
            Blocked,
        ),
        (vec![], vec![("Policies", policies(&none))], Undecided),
    ] {
        let estate = read.iter().fold(Estate::rds(), |estate, (field, value)| {
            estate.set(&format!("{ROLE_AT}/{field}"), value.clone())
        });
        let of = verdicts(&estate, (None, &role(&told)), settings(FROM, &[]));
        assert_eq!(of.1, Some(is), "{read:?} {told:?}");
    }
    // A policy of its own: that the role has it is as little known as its text.
    let policy = one(
        "AWS::IAM::Policy",
        json!({"PolicyName": "mine", "PolicyDocument": none, "Roles": ["AWSBackupDefaultServiceRole"]}),
    );
    let with = Estate::rds().set(&format!("{ROLE_AT}/InlinePolicies"), inline(&none));
    for (estate, is) in [(Estate::rds(), Undecided), (with, Blocked)] {
        let of = verdicts(&estate, (None, &policy), settings(FROM, &[]));
        assert_eq!(of.1, Some(is));
    }
    let mine = "arn:aws:iam::111122223333:policy/mine";
    let managed = one(
        "AWS::IAM::ManagedPolicy",
        json!({"ManagedPolicyName": "mine", "PolicyDocument": all}),
    );
    for (document, is) in [(&all, Feasible), (&none, Undecided)] {
        let attached = json!([{"PolicyArn": mine, "Document": document}, {"PolicyArn": backup}]);
        let estate = Estate::rds().set(&format!("{ROLE_AT}/AttachedPolicies"), attached);
        let of = verdicts(&estate, (None, &managed), settings(FROM, &[]));
        assert_eq!(of.1, Some(is), "{document}");
    }
    // The list of roles is whole and lacks it: it is new, or somebody deleted it.
    let gone = Estate::rds().set("/accounts/0/roles", json!([]));
    for (now, is) in [(None, Undecided), (Some(nothing()), Feasible)] {
        let of = verdicts(&gone, (now.as_ref(), &role(&[])), settings(FROM, &[]));
        assert_eq!(of, (Some(Blocked), Some(is)), "{ROLE}");
    }
}

#[test]
fn what_is_stored_may_be_on_the_key_that_was_read() {
    let on = |key: Value| {
        one(
            "AWS::RDS::DBInstance",
            database(&[("StorageEncrypted", json!(true)), ("KmsKeyId", key)]),
        )
    };
    for (key, is) in [(KEY, Feasible), (PROD_KEY, Undecided)] {
        let of = verdicts(&described(), (None, &on(json!(key))), settings(FROM, &[]));
        assert_eq!(of, (Some(Feasible), Some(is)), "{key}");
    }
    // The key of AWS is known by its alias.
    let aws = key(AWS_KEY, "alias/aws/rds", key_policy(FROM, json!([])));
    let estate = Estate::rds()
        .set("/accounts/0/regions/0/keys/0", aws)
        .set("/accounts/0/regions/0/keys/0/KeyManager", json!("AWS"))
        .set(
            "/accounts/0/regions/0/resources/0/EncryptionKeyArn",
            json!(AWS_KEY),
        );
    let plain = one(
        "AWS::RDS::DBInstance",
        database(&[("StorageEncrypted", json!(true))]),
    );
    let of = verdicts(&estate, (None, &plain), settings(FROM, &[]));
    assert_eq!(of, (Some(Blocked), Some(Blocked)));
}

/// A key whose alias is in the template is the one that has it now, or the alias goes from that one to it.
#[test]
fn an_alias_may_stand_on_another_key() {
    let asks = json!({"Sid": "Share", "Effect": "Allow", "Principal": {"AWS": SLR}, "Action": USE, "Resource": "*",
        "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/orders"}}});
    let policy = key_policy(FROM, json!([asks]));
    let stack = |more: Value| {
        let mut all = json!({
            "K": resource_of("AWS::KMS::Key", &json!({"KeyPolicy": policy})),
            "A": resource_of("AWS::KMS::Alias", &json!({"AliasName": "alias/orders", "TargetKeyId": {"Ref": "K"}})),
        });
        if !more.is_null() {
            all["D"] = more;
        }
        template(all)
    };
    let estate = described().set(&format!("{SOURCE_KEY}/Policy"), policy.clone());
    let on = database(&[
        ("StorageEncrypted", json!(true)),
        ("KmsKeyId", json!({"Ref": "K"})),
    ]);
    let placed = resource_of("AWS::RDS::DBInstance", &on);
    for (more, is) in [(Value::Null, Undecided), (placed, Feasible)] {
        let of = verdicts(&estate, (None, &stack(more.clone())), settings(FROM, &[]));
        assert_eq!(of, (Some(Feasible), Some(is)), "{more}");
    }
}

#[test]
fn a_key_that_may_be_one_of_those_that_are_there_leaves_the_answer_open() {
    let unshared = key_policy(FROM, json!([]));
    for (policy, is) in [(shared(), Undecided), (with_deny(&unshared), Undecided)] {
        let key = one("AWS::KMS::Key", json!({"KeyPolicy": policy}));
        let of = verdicts(&described(), (None, &key), settings(FROM, &[]));
        assert_eq!(of, (Some(Feasible), Some(is)), "{policy}");
        // The stack is new, and so is the key.
        let of = verdicts(&described(), (Some(&nothing()), &key), settings(FROM, &[]));
        assert_eq!(of, (Some(Feasible), Some(Feasible)), "{policy}");
    }
}

/// The exit code and the report of a check with a template over an estate.
fn check(estate: &Estate, template: &Value) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, value: &Value| {
        let file = folder.path().join(name);
        std::fs::write(&file, value.to_string()).unwrap();
        file.display().to_string()
    };
    let ran = run(&[
        "check",
        "--no-config",
        "--inventory",
        &file("i.json", &estate.0),
        "--cloudformation",
        &file("t.json", template),
        "--account",
        FROM,
        "--template-region",
        "us-east-2",
        "--parameter",
        "P=x",
        "--format",
        "json",
    ]);
    let report = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    (ran.code, report)
}

/// The copies of a plan that differs are those of the template, and there may be those that were read.
#[test]
fn a_plan_that_was_changed_by_hand_may_stay_so() {
    let estate = Estate::rds().planned();
    let body = estate
        .at("/accounts/0/regions/0/plans/0/BackupPlan")
        .clone();
    let selection = estate
        .at("/accounts/0/regions/0/plans/0/Selections/0")
        .clone();
    let stack = |schedule: &str| {
        let mut rule = body["Rules"][0].clone();
        let rule = rule.as_object_mut().unwrap();
        let vault = rule.remove("TargetBackupVaultName").unwrap();
        rule.insert("TargetBackupVault".to_owned(), vault);
        rule.insert("ScheduleExpression".to_owned(), json!(schedule));
        let plan = json!({"BackupPlan": {"BackupPlanName": "daily", "BackupPlanRule": [rule]}});
        let select = json!({"BackupPlanId": {"Ref": "Plan"}, "BackupSelection": selection});
        template(json!({
            "Plan": resource_of("AWS::Backup::BackupPlan", &plan),
            "Select": resource_of("AWS::Backup::BackupSelection", &select),
        }))
    };
    for (schedule, code) in [("cron(0 5 ? * * *)", 0), ("cron(0 6 ? * * *)", 3)] {
        let (exit, report) = check(&estate, &stack(schedule));
        assert_eq!(exit, code, "{report}");
        let copies = report["copies"].as_array().unwrap();
        assert_eq!(copies.len(), 1, "{report}");
        assert_eq!(copies[0]["change"], "same");
        let says = report["gaps"]
            .to_string()
            .contains("--cloudformation-before");
        assert_eq!(says, code == 3, "{}", report["gaps"]);
    }
}

#[test]
fn what_settles_it_is_said() {
    let estate = described().set(&format!("{SOURCE_KEY}/Policy"), with_deny(&shared()));
    let (exit, report) = check(&estate, &stack_of_key(&shared()));
    // It was blocked, and nobody knows whether it is: not worse.
    assert_eq!(exit, 0, "{report}");
    assert_eq!(report["copies"][0]["verdict"], "undecided");
    let gap = &report["gaps"][0];
    let text = gap.to_string();
    assert!(
        text.contains("Policy differs from what") && text.contains("--cloudformation-before FILE"),
        "{gap}"
    );
}

/// What a volume or a database is restored from, and what the account encrypts by default, say how it is encrypted.
#[test]
fn what_is_made_of_a_backup_or_by_default_is_encrypted_as_nobody_knows() {
    let new = Some(nothing());
    for (kind, properties) in [
        (
            "AWS::EC2::Volume",
            json!({"Encrypted": false, "AvailabilityZone": "us-east-2a", "Size": 1}),
        ),
        (
            "AWS::EC2::Volume",
            json!({"Encrypted": true, "AvailabilityZone": "us-east-2a", "Size": 1}),
        ),
        (
            "AWS::RDS::DBInstance",
            database(&[("SourceDbiResourceId", json!("db-ABC"))]),
        ),
        (
            "AWS::RDS::DBInstance",
            database(&[(
                "SourceDBInstanceAutomatedBackupsArn",
                json!("arn:aws:rds:us-east-2:111122223333:auto-backup:ab-1"),
            )]),
        ),
        (
            "AWS::RDS::DBInstance",
            database(&[("DBClusterSnapshotIdentifier", json!("s"))]),
        ),
    ] {
        let read = planned(new.as_ref(), &one(kind, properties.clone()), FROM);
        let document = read.after.document.to_string();
        assert!(
            document.contains(r#""Encrypted":{"unknown":"#),
            "{properties} {document}"
        );
    }
    let plain = one("AWS::RDS::DBInstance", database(&[]));
    let read = planned(new.as_ref(), &plain, FROM);
    assert!(
        read.after
            .document
            .to_string()
            .contains(r#""Encrypted":false"#)
    );
}

/// A key that a change makes has one policy, and shares it with nobody else.
#[test]
fn a_key_that_is_made_has_no_second_policy() {
    let unshared = key_policy(FROM, json!([]));
    let gone = Estate::rds().set("/accounts/0/regions/0/resources", json!([]));
    let of = verdicts(
        &gone,
        (Some(&nothing()), &stack_of_key(&unshared)),
        settings(FROM, &[]),
    );
    assert_eq!(of.1, Some(Blocked));
}

/// A template that lies in a file beside the one that names it may have changed.
#[test]
fn a_stack_within_that_lies_in_a_file_is_not_taken_for_the_same() {
    for (url, open) in [
        ("vaults.yaml", true),
        ("https://s3.amazonaws.com/b/0123abcd.json", false),
    ] {
        let stack = one("AWS::CloudFormation::Stack", json!({"TemplateURL": url}));
        assert_eq!(
            !planned(Some(&stack), &stack, TO).open.is_empty(),
            open,
            "{url}"
        );
    }
}

fn planned(now: Option<&Value>, then: &Value, account: &str) -> Planned {
    let (now, then) = (now.map(Value::to_string), then.to_string());
    let settings = settings(account, &[]);
    let then = ("then.json", then.as_bytes());
    let planned = match &now {
        Some(now) => cloudformation::read_change(("now.json", now.as_bytes()), then, &settings),
        None => cloudformation::read(then.0, then.1, &settings),
    };
    planned.unwrap_or_else(|error| panic!("{error}"))
}

/// What one template leaves open of a list says nothing of what else the list lacks.
#[test]
fn what_the_facts_do_not_have_another_template_does_not_make() {
    let vault = |name: &str| one("AWS::Backup::BackupVault", json!({"BackupVaultName": name}));
    let estate = Estate::rds()
        .set(&format!("{SOURCE}/vaults"), json!([]))
        .set(&format!("{SOURCE}/vaults_complete"), json!(true));
    let files = Files::new();
    let of = |first: &str, then: Option<&str>| {
        let more = then.map(|name| {
            let file = files.write(&format!("{name}.json"), &vault(name).to_string());
            ["--cloudformation".to_owned(), file]
        });
        let more: Vec<&str> = more.iter().flatten().map(String::as_str).collect();
        judged(&estate, &Change::Template(&vault(first)), &more).copies
    };
    let same = "orders into central: blocked -> blocked (same)";
    assert_eq!(of("other", None), [same]);
    let open = "orders into central: blocked -> undecided (better)";
    for (first, then) in [("other", "prod"), ("prod", "other")] {
        assert_eq!(of(first, Some(then)), [open], "{first}");
    }
}
