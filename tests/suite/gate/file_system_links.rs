//! A data repository association is a resource of its own, and of the file system that it links FSx makes no backups.

use backup_preflight::inventory::{self, Facts, Inventory};
use backup_preflight::known::{AccountId, Arn, Fact, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use backup_preflight::sources::planned::Planned;
use serde_json::{Value, json};

use super::terraform_types::{ACCOUNT, Change, planned};

const SYSTEM: &str = "arn:aws:fsx:eu-west-1:111122223333:file-system/fs-1";

/// Facts with a file system, of which its description is read, or not.
fn base(detail: &Value) -> Inventory {
    let mut system = json!({"ResourceArn": SYSTEM, "ResourceType": "FSx", "Encrypted": true, "EncryptionKeyArn": null, "Tags": {}});
    if !detail.is_null() {
        system["Detail"] = detail.clone();
    }
    let document = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": ACCOUNT,
        "regions": [{"region": "eu-west-1", "resources": [system]}]}]});
    inventory::read("base.json", document.to_string().as_bytes()).unwrap()
}

fn lustre(associations: &Value) -> Value {
    json!({"FileSystemType": "LUSTRE", "StorageType": "SSD", "LustreConfiguration": {"DeploymentType": "PERSISTENT_2"},
           "DataRepositoryAssociations": associations})
}

fn read_link(id: &str) -> Value {
    json!({"AssociationId": id, "Lifecycle": "AVAILABLE", "FileSystemPath": "/x"})
}

/// The associations of a file system after a change: the states of each, or `None` where they are not known.
fn links(planned: &Planned, base: &Inventory, system: &str) -> Option<Vec<String>> {
    let laid = planned.before.over(base).unwrap();
    let laid = planned.after.over(&laid).unwrap();
    let facts = Facts::new(&laid);
    let system = Arn::parse(system).unwrap();
    let Fact::Known(all) = facts.data_repository_associations(&system) else {
        return None;
    };
    let state = |of: &inventory::Tree| of.get("Lifecycle").unwrap().as_str().unwrap().to_owned();
    Some(all.into_iter().map(state).collect())
}

fn link(id: Option<&str>, system: &str) -> Value {
    json!({"association_id": id, "id": id, "file_system_id": system, "file_system_path": "/x", "data_repository_path": "s3://b"})
}

const LINK: &str = "aws_fsx_data_repository_association.a";

fn made(system: &str) -> Change {
    Change(
        LINK,
        &["create"],
        Value::Null,
        link(None, system),
        json!({"arn": true, "id": true, "association_id": true}),
    )
}

fn deleted() -> Change {
    Change(
        LINK,
        &["delete"],
        link(Some("dra-1"), "fs-1"),
        Value::Null,
        json!({}),
    )
}

#[test]
fn what_a_plan_links_is_linked_however_the_associations_were_read() {
    for (read, expected) in [
        (json!([]), vec!["CREATING"]),
        (json!({"Associations": []}), vec!["CREATING"]),
        (json!([read_link("dra-2")]), vec!["AVAILABLE", "CREATING"]),
    ] {
        let plan = planned(&[made("fs-1")]);
        let links = links(&plan, &base(&lustre(&read)), SYSTEM).unwrap();
        assert_eq!(links, expected, "{read}");
        assert_eq!(plan.open, Vec::<String>::new());
        assert_eq!(plan.warnings, Vec::<String>::new());
        assert_eq!(plan.places[SYSTEM], [LINK]);
    }
}

#[test]
fn what_a_plan_unlinks_is_the_one_association_and_no_other() {
    let both = json!([read_link("dra-1"), read_link("dra-2")]);
    for (read, expected) in [
        (json!([read_link("dra-1")]), vec![]),
        (json!({"Associations": [read_link("dra-1")]}), vec![]),
        (both, vec!["AVAILABLE"]),
        (json!([]), vec![]),
    ] {
        let plan = planned(&[deleted()]);
        let links = links(&plan, &base(&lustre(&read)), SYSTEM).unwrap();
        assert_eq!(links, expected, "{read}");
    }
    for actions in [&["update"][..], &["no-op"]] {
        let stays = link(Some("dra-1"), "fs-1");
        let plan = planned(&[Change(LINK, actions, stays.clone(), stays, json!({}))]);
        for read in [json!([]), json!([read_link("dra-1")])] {
            let links = links(&plan, &base(&lustre(&read)), SYSTEM).unwrap();
            assert_eq!(links, ["AVAILABLE"], "{actions:?} {read}");
        }
    }
}

#[test]
fn associations_and_descriptions_that_were_not_read_stay_so() {
    let mut without = lustre(&json!([]));
    without
        .as_object_mut()
        .unwrap()
        .shift_remove("DataRepositoryAssociations");
    for change in [made, |_: &str| deleted()] {
        for detail in [&without, &Value::Null] {
            let plan = planned(&[change("fs-1")]);
            assert_eq!(links(&plan, &base(detail), SYSTEM), None, "{detail}");
        }
        // A description of which nothing was read is no empty one.
        let plan = planned(&[change("fs-1")]);
        let laid = plan.after.over(&base(&Value::Null)).unwrap();
        let system = Arn::parse(SYSTEM).unwrap();
        let facts = Facts::new(&laid);
        assert!(matches!(
            facts.resource_description(&system),
            Fact::Unknown(_)
        ));
    }
    // One that does not stand is not made by what links it.
    let plan = planned(&[made("fs-9")]);
    let laid = plan.after.over(&base(&Value::Null)).unwrap();
    let text = serde_json::to_string(&laid).unwrap();
    assert!(!text.contains("fs-9"), "{text}");
}

#[test]
fn a_file_system_that_a_plan_makes_has_the_associations_that_the_plan_makes() {
    let system = || {
        Change(
            "aws_fsx_lustre_file_system.n",
            &["create"],
            Value::Null,
            json!({"storage_type": "SSD", "deployment_type": "PERSISTENT_2"}),
            json!({"arn": true, "id": true}),
        )
    };
    let made_anew = "arn:aws:fsx:eu-west-1:111122223333:file-system/aws_fsx_lustre_file_system.n";
    let alone = planned(&[system()]);
    let none = links(&alone, &base(&Value::Null), made_anew);
    assert_eq!(none, Some(vec![]));
    // Which file system it is waits for apply, and the configuration does not tell.
    let waits = Change(
        LINK,
        &["create"],
        Value::Null,
        json!({"file_system_path": "/x"}),
        json!({"id": true, "file_system_id": true}),
    );
    let open = planned(&[system(), waits]).open;
    assert!(open.iter().any(|why| why.contains(LINK)), "{open:?}");

    let plan = json!({"format_version": "1.2", "resource_changes": [
        {"address": "aws_fsx_lustre_file_system.n", "mode": "managed", "type": "aws_fsx_lustre_file_system", "name": "n", "change": {
            "actions": ["create"], "before": null, "after": {"storage_type": "SSD", "deployment_type": "PERSISTENT_2"},
            "after_unknown": {"arn": true, "id": true}}},
        {"address": LINK, "mode": "managed", "type": "aws_fsx_data_repository_association", "name": "a", "change": {
            "actions": ["create"], "before": null, "after": {"file_system_path": "/x"}, "after_unknown": {"id": true, "file_system_id": true}}},
    ], "configuration": {
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
        "root_module": {"resources": [
            {"mode": "managed", "type": "aws_fsx_lustre_file_system", "name": "n", "provider_config_key": "aws", "expressions": {}},
            {"mode": "managed", "type": "aws_fsx_data_repository_association", "name": "a", "provider_config_key": "aws", "expressions": {
                "file_system_id": {"references": ["aws_fsx_lustre_file_system.n.id", "aws_fsx_lustre_file_system.n"]}}},
        ]}}});
    let account = AccountId::parse(ACCOUNT).unwrap();
    let accounts = [("aws".to_owned(), account)].into();
    let text = plan.to_string();
    let both = backup_preflight::sources::terraform::read("p", text.as_bytes(), &accounts, None);
    let both = both.unwrap();
    assert_eq!(both.open, Vec::<String>::new());
    let linked = links(&both, &base(&Value::Null), made_anew);
    assert_eq!(linked, Some(vec!["CREATING".to_owned()]));
}

fn settings() -> Settings {
    Settings {
        account: AccountId::parse(ACCOUNT).ok(),
        region: Some(Region::new("eu-west-1")),
        ..Settings::default()
    }
}

fn changed(before: &Value, after: &Value) -> Planned {
    let text = |resources: &Value| json!({"Resources": resources}).to_string();
    let (before, after) = (text(before), text(after));
    cloudformation::read_change(
        ("b.json", before.as_bytes()),
        ("a.json", after.as_bytes()),
        &settings(),
    )
    .unwrap()
}

fn template(after: &Value) -> Planned {
    let text = json!({"Resources": after}).to_string();
    cloudformation::read("a.json", text.as_bytes(), &settings()).unwrap()
}

/// A template's resources: a topic, and what links a file system.
fn linking(system: &Value, policy: &str) -> Value {
    json!({"T": {"Type": "AWS::SNS::Topic"}, "A": {"Type": "AWS::FSx::DataRepositoryAssociation", "DeletionPolicy": policy,
        "Properties": {"FileSystemId": system, "FileSystemPath": "/x", "DataRepositoryPath": "s3://b"}}})
}

#[test]
fn what_a_template_links_is_linked_and_what_it_leaves_stands() {
    let none = json!({"T": {"Type": "AWS::SNS::Topic"}});
    let with = linking(&json!("fs-1"), "Delete");
    let made = changed(&none, &with);
    assert_eq!(made.open, Vec::<String>::new());
    for read in [json!([]), json!({"Associations": []})] {
        let links = links(&made, &base(&lustre(&read)), SYSTEM).unwrap();
        assert_eq!(links, ["CREATING"], "{read}");
    }
    assert_eq!(links(&made, &base(&Value::Null), SYSTEM), None);
    let same = changed(&with, &with);
    for (read, expected) in [
        (json!([]), vec![]),
        (json!([read_link("dra-1")]), vec!["AVAILABLE"]),
    ] {
        let links = links(&same, &base(&lustre(&read)), SYSTEM).unwrap();
        assert_eq!(links, expected, "{read}");
    }
    // The file system is not the template's, and stays where what links it goes; which association goes is not told.
    let linked = base(&lustre(&json!([read_link("dra-1")])));
    for policy in ["Delete", "Retain"] {
        let gone = changed(&linking(&json!("fs-1"), policy), &none);
        let links = links(&gone, &linked, SYSTEM).unwrap();
        assert_eq!(links, ["AVAILABLE"], "{policy}");
        let laid = serde_json::to_value(gone.after.over(&linked).unwrap()).unwrap();
        let system = &laid["accounts"][0]["regions"][0]["resources"][0];
        assert_eq!(system["ResourceType"], "FSx", "{policy}");
    }
    // Without the template of now nobody knows whether it is there.
    let alone = template(&with);
    assert_eq!(links(&alone, &base(&lustre(&json!([]))), SYSTEM), None);
}

#[test]
fn a_template_that_links_what_is_not_known_leaves_the_answer_open() {
    let none = json!({"T": {"Type": "AWS::SNS::Topic"}});
    let imported = linking(&json!({"Fn::ImportValue": "system"}), "Delete");
    assert!(!changed(&none, &imported).open.is_empty());
    assert!(!template(&imported).open.is_empty());
    assert_eq!(changed(&imported, &imported).open, Vec::<String>::new());
}

#[test]
fn a_file_system_that_a_template_makes_has_the_associations_that_the_template_makes() {
    let system = json!({"Type": "AWS::FSx::FileSystem", "Properties": {"FileSystemType": "LUSTRE", "SubnetIds": ["s"],
        "LustreConfiguration": {"DeploymentType": "PERSISTENT_2"}}});
    let made = "arn:aws:fsx:eu-west-1:111122223333:file-system/F";
    let none = json!({"T": {"Type": "AWS::SNS::Topic"}});
    let alone = changed(&none, &json!({"F": system}));
    assert_eq!(links(&alone, &base(&Value::Null), made), Some(vec![]));
    let mut both = linking(&json!({"Ref": "F"}), "Delete");
    both["F"] = system;
    let linked = links(&changed(&none, &both), &base(&Value::Null), made);
    assert_eq!(linked, Some(vec!["CREATING".to_owned()]));
}
