//! What CloudFormation does with a resource that a template changes: it changes it where it stands, may replace it, or refuses.

use std::collections::BTreeMap;

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, InstanceRead, Settings};
use backup_preflight::sources::planned::Planned;
use serde_json::{Value, json};

use super::descriptions::estate;
use super::judged::{Change, judged};
use crate::support::Estate;
use crate::support::estate::{CENTRAL_KEY, FROM, KEY, RESOURCE, SOURCE};
use crate::support::verdicts::read;

const INSTANCE: &str = "arn:aws:ec2:us-east-2:111122223333:instance/i-1";
const VOLUME: &str = "arn:aws:ec2:us-east-2:111122223333:volume/i-1";
const SYSTEM: &str = "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/i-1";

/// A change of a template whose resource `It` made what is called `i-1`.
fn changed(kind: &str, [now, then]: [&Value; 2], (root, ssm): (&str, &[(&str, &str)])) -> Planned {
    let mut settings = Settings {
        account: AccountId::parse(FROM).ok(),
        region: Some(Region::new("us-east-2")),
        ssm: ssm
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Settings::default()
    };
    let identity = &mut settings.identity;
    identity.names.insert("It".to_owned(), "i-1".to_owned());
    let machine = InstanceRead {
        image: Some("ami-1".to_owned()),
        of: Some("m5.large".to_owned()),
        root: Some(root.to_owned()).filter(|root| !root.is_empty()),
    };
    identity.instances = BTreeMap::from([("It".to_owned(), machine)]);
    let [now, then] = [now, then].map(|properties| {
        let parameters = json!({"Ami": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": "/ami"}});
        json!({"Parameters": parameters, "Resources": {"It": {"Type": kind, "Properties": properties}}}).to_string()
    });
    cloudformation::read_change(
        ("t.json", now.as_bytes()),
        ("t.json", then.as_bytes()),
        &settings,
    )
    .unwrap()
}

/// The key of the first resource after a change.
fn key(estate: &Estate, change: &Planned) -> Value {
    let laid = change.before.over(&read(&estate.0)).unwrap();
    let laid = serde_json::to_value(change.after.over(&laid).unwrap()).unwrap();
    let key = laid.pointer(&format!("{RESOURCE}/EncryptionKeyArn"));
    key.cloned().unwrap_or(json!("not known"))
}

fn with(base: &Value, name: &str, value: Value) -> Value {
    let mut all = base.clone();
    all[name] = value;
    all
}

#[test]
fn an_instance_keeps_its_volumes_where_the_change_only_restarts_it() {
    let base = estate("EC2", INSTANCE, &json!({}));
    let of = |size: &str, data: &str| json!({"ImageId": "ami-1", "InstanceType": size, "UserData": data});
    for (root, now, then, stands) in [
        ("ebs", of("m5.large", "a"), of("m6i.large", "a"), true),
        ("", of("m5.large", "a"), of("m6i.large", "a"), true),
        ("ebs", of("m5.large", "a"), of("m6g.large", "a"), false),
        ("ebs", of("t2.micro", "a"), of("t2.large", "a"), true),
        ("ebs", of("t2.micro", "a"), of("t3.micro", "a"), false),
        ("ebs", of("m3.large", "a"), of("m3.large", "b"), true),
        (
            "instance-store",
            of("m3.large", "a"),
            of("m3.large", "b"),
            false,
        ),
        ("", of("m3.large", "a"), of("m3.large", "b"), false),
        (
            "instance-store",
            of("m3.large", "a"),
            of("m3.large", "a"),
            true,
        ),
        // As it was read, where the template of now does not say.
        (
            "ebs",
            with(
                &of("", "a"),
                "InstanceType",
                json!({"Fn::ImportValue": "t"}),
            ),
            of("m6i.large", "a"),
            true,
        ),
    ] {
        let change = changed("AWS::EC2::Instance", [&now, &then], (root, &[]));
        let expected = if stands {
            json!(KEY)
        } else {
            json!("not known")
        };
        assert_eq!(key(&base, &change), expected, "{root} {now} {then}");
        assert_eq!(change.unlisted.is_empty(), stands, "{root} {now} {then}");
    }
}

#[test]
fn a_table_keeps_its_key_where_the_change_adds_an_attribute() {
    let table = "arn:aws:dynamodb:us-east-2:111122223333:table/i-1";
    let base = estate("DynamoDB", table, &json!({}));
    let of = |own: &str, all: Value| {
        json!({"TableName": "i-1", "SSESpecification": {"Fn::ImportValue": "sse"}, "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": own}], "Tags": [{"Key": "all", "Value": all}]})
    };
    let mut more = of("S", json!("a"));
    more["AttributeDefinitions"]
        .as_array_mut()
        .unwrap()
        .push(json!({"AttributeName": "at", "AttributeType": "N"}));
    for (then, expected) in [
        (more, json!(KEY)),
        (of("N", json!("a")), json!("not known")),
    ] {
        let change = changed(
            "AWS::DynamoDB::Table",
            [&of("S", json!("a")), &then],
            ("", &[]),
        );
        assert_eq!(key(&base, &change), expected, "{then}");
    }
}

/// A stack takes the latest value wherever it is updated.
#[test]
fn an_image_of_the_parameter_store_may_replace_an_instance() {
    let base = estate("EC2", INSTANCE, &json!({}));
    for (image, stored) in [
        (json!({"Ref": "Ami"}), "/ami"),
        (json!("{{resolve:ssm:/golden}}"), "/golden"),
    ] {
        let now = json!({"ImageId": image, "InstanceType": "t3.micro"});
        let then = with(&now, "InstanceType", json!("t3.large"));
        for then in [&now, &then] {
            let change = changed("AWS::EC2::Instance", [&now, then], ("ebs", &[]));
            assert_eq!(key(&base, &change), "not known", "{image}");
            let says = &change.unlisted[0].why;
            assert!(
                says.contains(&format!("give --ssm {stored}=VALUE")),
                "{says}"
            );
            // As it was read.
            let same = changed(
                "AWS::EC2::Instance",
                [&now, then],
                ("ebs", &[(stored, "ami-1")]),
            );
            assert_eq!(key(&base, &same), json!(KEY), "{image}");
            assert!(same.unlisted.is_empty());
            let other = changed(
                "AWS::EC2::Instance",
                [&now, then],
                ("ebs", &[(stored, "ami-2")]),
            );
            assert_eq!(key(&base, &other), "not known", "{image}");
        }
    }
    // One that names a version stays, and what restarts an instance or places it replaces none.
    for (name, value) in [
        ("ImageId", "{{resolve:ssm:/golden:3}}"),
        ("UserData", "{{resolve:ssm:/script}}"),
        ("SubnetId", "{{resolve:ssm:/network/subnet}}"),
    ] {
        let now = with(
            &json!({"ImageId": "ami-1", "InstanceType": "t3.micro"}),
            name,
            json!(value),
        );
        let change = changed("AWS::EC2::Instance", [&now, &now], ("ebs", &[]));
        assert_eq!(key(&base, &change), json!(KEY), "{name}");
        assert!(change.unlisted.is_empty(), "{name}");
        let says = change
            .warnings
            .iter()
            .any(|text| text.contains("it is assumed to be the one"));
        assert_eq!(says, name == "SubnetId", "{:?}", change.warnings);
    }
}

#[test]
fn a_key_of_the_parameter_store_may_be_another() {
    let base = estate("EFS", SYSTEM, &json!({}));
    let now = json!({"Encrypted": true, "KmsKeyId": "{{resolve:ssm:/key}}", "FileSystemTags": [{"Key": "tier", "Value": "a"}]});
    let then = with(
        &now,
        "FileSystemTags",
        json!([{"Key": "tier", "Value": "b"}]),
    );
    for then in [&now, &then] {
        for (given, is) in [
            (None, json!("not known")),
            (Some(KEY), json!(KEY)),
            (Some(CENTRAL_KEY), json!(CENTRAL_KEY)),
        ] {
            let ssm: Vec<(&str, &str)> = given.map(|key| ("/key", key)).into_iter().collect();
            let change = changed("AWS::EFS::FileSystem", [&now, then], ("", &ssm));
            assert_eq!(key(&base, &change), is, "{given:?}");
        }
    }
}

#[test]
fn a_volume_keeps_its_key_as_cloudformation_changes_none() {
    let base = estate("EBS", VOLUME, &json!({}));
    let now = json!({"AvailabilityZone": "us-east-2a", "Encrypted": true, "KmsKeyId": KEY});
    for (name, value, refuses) in [
        ("KmsKeyId", json!(CENTRAL_KEY), true),
        ("Encrypted", json!(false), true),
        ("SnapshotId", json!("snap-1"), true),
        ("AvailabilityZone", json!("us-east-2b"), true),
        ("Size", json!(20), false),
    ] {
        let change = changed(
            "AWS::EC2::Volume",
            [&now, &with(&now, name, value)],
            ("", &[]),
        );
        assert_eq!(key(&base, &change), json!(KEY), "{name}");
        let says = format!("It changes {name}, which CloudFormation does not update");
        let is_open = change.open.iter().any(|text| text.contains(&says));
        assert_eq!(is_open, refuses, "{name}: {:?}", change.open);
    }
}

/// What it does not do leaves the answer open, and no verdict worse.
#[test]
fn a_change_that_is_refused_leaves_the_answer_open() {
    let base = Estate::ebs().planned();
    let arn = base
        .at(&format!("{RESOURCE}/ResourceArn"))
        .as_str()
        .unwrap()
        .to_owned();
    let id = arn.rsplit('/').next().unwrap().to_owned();
    let tags = json!({"aws:cloudformation:stack-name": "s", "aws:cloudformation:logical-id": "It"});
    let tags = base
        .at(&format!("{RESOURCE}/Tags"))
        .as_object()
        .cloned()
        .unwrap_or_default()
        .into_iter()
        .chain(tags.as_object().unwrap().clone())
        .collect::<serde_json::Map<_, _>>();
    let base = base.set(&format!("{RESOURCE}/Tags"), json!(tags));
    let of = |key: &str| json!({"Resources": {"It": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "us-east-2a", "Encrypted": true, "KmsKeyId": key}}}});
    let (now, then) = (of(KEY), of(CENTRAL_KEY));
    let change = Change::Templates(&now, &then, FROM);
    let found = judged(&base, &change, &["--all", "--cloudformation-stack", "s"]);
    let of_volume = found.copies.iter().find(|copy| copy.starts_with(&id));
    let of_volume = of_volume.map(|copy| copy.split(": ").nth(1).unwrap_or_default());
    assert!(
        of_volume.is_none_or(|copy| !copy.contains("blocked")),
        "{:?}",
        found.copies
    );
    assert_eq!(found.code, 3, "{:?}", found.gaps);
    let key = |spec: &str| json!({"Resources": {"K": {"Type": "AWS::KMS::Key", "Properties": {"KeySpec": spec, "KeyPolicy": {"Version": "2012-10-17", "Statement": []}}}}});
    let (now, then) = (key("SYMMETRIC_DEFAULT"), key("RSA_2048"));
    let found = judged(
        &Estate::rds().set(&format!("{SOURCE}/plans"), json!([])),
        &Change::Templates(&now, &then, FROM),
        &[],
    );
    assert_eq!(found.code, 3, "{:?}", found.gaps);
}

#[test]
fn the_reference_of_an_air_gapped_vault_is_open() {
    let vault = json!({"Type": "AWS::Backup::LogicallyAirGappedBackupVault", "Properties": {"BackupVaultName": "gap", "MinRetentionDays": 7, "MaxRetentionDays": 30}});
    let of = |target: Value| {
        let rule = json!({"RuleName": "r", "TargetBackupVault": "prod", "CopyActions": [{"DestinationBackupVaultArn": target}]});
        json!({"Resources": {"V": vault, "P": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {"BackupPlanName": "p", "BackupPlanRule": [rule]}}}}}).to_string()
    };
    let settings = Settings {
        account: AccountId::parse(FROM).ok(),
        region: Some(Region::new("us-east-2")),
        ..Settings::default()
    };
    for (target, is_known) in [
        (json!({"Ref": "V"}), false),
        (json!({"Fn::GetAtt": ["V", "BackupVaultArn"]}), true),
    ] {
        let planned = cloudformation::read("t.json", of(target).as_bytes(), &settings).unwrap();
        let told = planned.after.document.to_string();
        let arn = "\"DestinationBackupVaultArn\":\"arn:aws:backup:us-east-2:111122223333:backup-vault:gap\"";
        assert_eq!(told.contains(arn), is_known, "{told}");
        assert_eq!(
            told.contains("Ref V, which may be its ARN or its name"),
            !is_known,
            "{told}"
        );
    }
}
