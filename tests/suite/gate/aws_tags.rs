//! Tags of AWS's own: no template and no plan names them, they stand, and a backup policy of a file system has AWS give one or take it.

use backup_preflight::sources::planned::Planned;
use serde_json::{Value, json};

use super::descriptions::{by_template, estate};
use super::judged::{Change, judged};
use super::plan_facts::{change, plan, planned};
use crate::support::Estate;
use crate::support::estate::{CENTRAL, DATABASE, FROM, KEY, RESOURCE};
use crate::support::verdicts::read;

const SYSTEM: &str = "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-1";
const AUTOMATIC: &str = "aws:elasticfilesystem:default-backup";
const STACK: &str = "aws:cloudformation:stack-name";

fn system(tags: Value) -> Estate {
    estate("EFS", SYSTEM, &json!({})).set(&format!("{RESOURCE}/Tags"), tags)
}

/// A template of a file system.
fn of(tier: &str, status: Option<Value>, more: Value) -> Value {
    let mut all = json!({"Encrypted": true, "KmsKeyId": KEY, "FileSystemTags": [{"Key": "tier", "Value": tier}]});
    if let Some(status) = status {
        all["BackupPolicy"] = json!({ "Status": status });
    }
    all.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({"Resources": {"It": {"Type": "AWS::EFS::FileSystem", "Properties": all}}})
}

/// The tags of the first resource before and after a change.
fn tags(estate: &Estate, change: &Planned) -> [Value; 2] {
    let laid = change.before.over(&read(&estate.0)).unwrap();
    let then = change.after.over(&laid).unwrap();
    [laid, then].map(|laid| {
        let laid = serde_json::to_value(laid).unwrap();
        let tags = laid.pointer(&format!("{RESOURCE}/Tags"));
        tags.cloned().unwrap_or(json!("not known"))
    })
}

fn on() -> Option<Value> {
    Some(json!("ENABLED"))
}

fn off() -> Option<Value> {
    Some(json!("DISABLED"))
}

#[test]
fn a_backup_policy_of_a_template_has_aws_give_a_tag_or_take_it() {
    let given = json!({"tier": "a", STACK: "s", AUTOMATIC: "enabled"});
    let bare = json!({"tier": "a", STACK: "s"});
    let open = json!("not known");
    let kept = json!({});
    let zone = json!({"AvailabilityZoneName": "us-east-2a"});
    for (name, was, more, [now, then], is) in [
        ("off", &given, &kept, [on(), off()], &bare),
        ("on", &bare, &kept, [off(), on()], &given),
        ("on, as it was not said", &bare, &kept, [None, on()], &given),
        (
            "off, as it was not said",
            &given,
            &kept,
            [None, off()],
            &bare,
        ),
        // Neither changes what somebody else has done.
        ("both on", &bare, &kept, [on(), on()], &bare),
        ("both off", &given, &kept, [off(), off()], &given),
        ("neither said", &given, &kept, [None, None], &given),
        ("of one zone", &bare, &zone, [None, None], &bare),
        // What CloudFormation does then no page says.
        ("no more on", &given, &kept, [on(), None], &open),
        ("no more off", &bare, &kept, [off(), None], &bare),
        (
            "of another stack",
            &given,
            &kept,
            [on(), Some(json!({"Fn::ImportValue": "p"}))],
            &open,
        ),
    ] {
        let [now, then] = [now, then].map(|status| of("a", status, more.clone()));
        let change = by_template(&now, &then, "fs-1");
        let [before, after] = tags(&system(was.clone()), &change);
        assert_eq!((&before, &after), (was, is), "{name}");
    }
    // With other tags too.
    let change = by_template(
        &of("a", on(), json!({})),
        &of("b", off(), json!({})),
        "fs-1",
    );
    let [_, after] = tags(&system(given.clone()), &change);
    assert_eq!(after, json!({"tier": "b", STACK: "s"}));
    // Nothing of its tags was read.
    let unread = system(given).without(&format!("{RESOURCE}/Tags"));
    assert_eq!(tags(&unread, &change)[1], json!({"tier": "b"}));
}

#[test]
fn a_file_system_that_is_made_has_the_tag_of_its_backup_policy() {
    let none = json!({"Resources": {}});
    for (status, more, is) in [
        (on(), json!({}), json!({"tier": "a", AUTOMATIC: "enabled"})),
        (off(), json!({}), json!({"tier": "a"})),
        (None, json!({}), json!({"tier": "a"})),
        (
            None,
            json!({"AvailabilityZoneName": "us-east-2a"}),
            json!("not known"),
        ),
        (
            off(),
            json!({"AvailabilityZoneName": "us-east-2a"}),
            json!({"tier": "a"}),
        ),
    ] {
        let bare = system(json!({})).set("/accounts/0/regions/0/resources", json!([]));
        let change = by_template(&none, &of("a", status, more), "fs-1");
        assert_eq!(tags(&bare, &change)[1], is);
    }
}

/// The copies of what a plan takes by a tag.
fn copies(base: Estate, tag: &str, value: &str, change: &Change<'_>) -> (Vec<String>, i32) {
    let selection = "/accounts/0/regions/0/plans/0/Selections/0/Conditions";
    let asked = json!({"StringEquals": [{"ConditionKey": format!("aws:ResourceTag/{tag}"), "ConditionValue": value}]});
    let flags = ["--cloudformation-stack", "s"];
    let flags = match change {
        Change::Templates(..) | Change::Template(_) => &flags[..],
        _ => &[],
    };
    let found = judged(
        &base.set(selection, asked),
        change,
        &[flags, &["--all"]].concat(),
    );
    (found.copies, found.code)
}

#[test]
fn a_change_of_tags_takes_none_of_those_of_aws() {
    let own = json!({"tier": "a", STACK: "s", "aws:cloudformation:logical-id": "It"});
    let base = || {
        Estate::rds()
            .planned()
            .set(&format!("{RESOURCE}/Tags"), own.clone())
    };
    let of = |tier: &str| {
        let properties = json!({"DBInstanceIdentifier": "orders", "Engine": "postgres", "StorageEncrypted": true, "KmsKeyId": KEY,
            "Tags": [{"Key": "tier", "Value": tier}]});
        json!({"Resources": {"It": {"Type": "AWS::RDS::DBInstance", "Properties": properties}}})
    };
    let same = vec!["orders into central: feasible -> feasible (same)".to_owned()];
    let (now, then) = (of("a"), of("b"));
    let by_templates = Change::Templates(&now, &then, FROM);
    assert_eq!(copies(base(), STACK, "s", &by_templates), (same.clone(), 0));
    let database = |tags: Value| {
        json!({"arn": DATABASE, "identifier": "orders", "engine": "postgres", "storage_encrypted": true, "kms_key_id": KEY,
            "tags": tags, "tags_all": tags})
    };
    let updated = change(
        "aws_db_instance.d",
        database(json!({"tier": "a"})),
        database(json!({"tier": "b"})),
        json!({}),
    );
    let mut whole = plan(FROM, &[updated]);
    for ignored in [None, Some("cost")] {
        if let Some(key) = ignored {
            whole["configuration"]["provider_config"]["aws"]["expressions"]["ignore_tags"] =
                json!([{"keys": {"constant_value": [key]}}]);
        }
        let found = copies(base(), STACK, "s", &Change::WholePlan(&whole));
        assert_eq!(found, (same.clone(), 0), "{ignored:?}");
    }
    // A template without the one of now says nothing of them.
    let alone = copies(base(), STACK, "s", &Change::Template(&now));
    assert_eq!(alone, (same, 0));
}

/// A vault has tags, too, of which a plan says nothing.
#[test]
fn tags_of_aws_on_a_vault_stand_under_a_plan() {
    let account = CENTRAL.split(':').nth(4).unwrap();
    let vault = |tier: &str| json!({"arn": CENTRAL, "name": "central", "tags": {"tier": tier}, "tags_all": {"tier": tier}});
    let changed = change("aws_backup_vault.v", vault("a"), vault("b"), json!({}));
    let change = planned(&plan(account, &[changed]));
    let own = json!({"tier": "a", STACK: "s"});
    let base = Estate::rds().set("/accounts/1/regions/0/vaults/0/Tags", own);
    let laid = change.before.over(&read(&base.0)).unwrap();
    let laid = serde_json::to_value(change.after.over(&laid).unwrap()).unwrap();
    let tags = laid.pointer("/accounts/1/regions/0/vaults/0/Tags").unwrap();
    assert_eq!(*tags, json!({"tier": "b", STACK: "s"}));
}

#[test]
fn a_backup_policy_of_a_plan_has_aws_give_a_tag_or_take_it() {
    let given = json!({"tier": "a", AUTOMATIC: "enabled"});
    let bare = json!({"tier": "a"});
    let of = |status: &str| json!({"id": "fs-1", "file_system_id": "fs-1", "backup_policy": [{"status": status}]});
    let address = "aws_efs_backup_policy.p";
    for (name, was, change, is) in [
        (
            "off",
            &given,
            change(address, of("ENABLED"), of("DISABLED"), json!({})),
            &bare,
        ),
        (
            "on",
            &bare,
            change(address, of("DISABLED"), of("ENABLED"), json!({})),
            &given,
        ),
        (
            "made",
            &bare,
            change(address, Value::Null, of("ENABLED"), json!({})),
            &given,
        ),
        (
            "gone",
            &given,
            change(address, of("ENABLED"), Value::Null, json!({})),
            &bare,
        ),
        (
            "open",
            &given,
            change(
                address,
                of("ENABLED"),
                json!({"id": "fs-1", "file_system_id": "fs-1"}),
                json!({"backup_policy": true}),
            ),
            &json!("not known"),
        ),
    ] {
        let [before, after] = tags(&system(was.clone()), &planned(&plan(FROM, &[change])));
        assert_eq!((&before, &after), (was, is), "{name}");
    }
    // One of One Zone has them on, where nothing switches them off.
    let made = json!({"creation_token": "t", "availability_zone_name": "us-east-2a", "encrypted": true, "kms_key_id": KEY, "tags": {"tier": "a"}, "tags_all": {"tier": "a"}});
    let made = change(
        "aws_efs_file_system.f",
        Value::Null,
        made,
        json!({"arn": true, "id": true}),
    );
    let base = system(json!({})).set("/accounts/0/regions/0/resources", json!([]));
    let [_, after] = tags(&base, &planned(&plan(FROM, std::slice::from_ref(&made))));
    assert_eq!(after, given);
    let switched = change(
        address,
        Value::Null,
        json!({"backup_policy": [{"status": "DISABLED"}]}),
        json!({"id": true, "file_system_id": true}),
    );
    let mut whole = plan(FROM, &[made, switched]);
    whole["configuration"]["root_module"]["resources"][1]["expressions"]["file_system_id"] =
        json!({"references": ["aws_efs_file_system.f.id", "aws_efs_file_system.f"]});
    assert_eq!(tags(&base, &planned(&whole))[1], bare);
}
