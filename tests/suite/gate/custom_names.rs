//! What a template makes under a name that something has, or replaces under its own: CloudFormation refuses the change.

use std::collections::{BTreeMap, BTreeSet};

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Identity, Settings};
use serde_json::{Value, json};

use crate::support::estate::{CENTRAL_KEY, FROM, TO};
use crate::support::{Estate, run};

fn settings(taken: &[&str]) -> Settings {
    Settings {
        account: AccountId::parse(FROM).ok(),
        region: Some(Region::new("us-east-2")),
        parameters: BTreeMap::new(),
        identity: Identity {
            taken: taken
                .iter()
                .map(|id| (*id).to_owned())
                .collect::<BTreeSet<_>>(),
            ..Identity::default()
        },
        ..Settings::default()
    }
}

fn resource((id, kind, properties): (&str, &str, &str)) -> String {
    format!("  {id}: {{Type: '{kind}', Properties: {{{properties}}}}}\n")
}

/// What a change leaves open, where something stands under the names of these.
fn changed(now: &str, then: &str, taken: &[&str]) -> Vec<String> {
    let [now, then] = [now, then].map(|all| match all.is_empty() {
        true => "Resources: {}\n".to_owned(),
        false => format!("Resources:\n{all}"),
    });
    let planned = cloudformation::read_change(
        ("now.yaml", now.as_bytes()),
        ("t.yaml", then.as_bytes()),
        &settings(taken),
    );
    planned.unwrap().open
}

#[test]
fn what_is_new_takes_no_name_that_the_stack_gave() {
    for (kind, name) in [
        ("AWS::Backup::BackupVault", "BackupVaultName"),
        ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
        ("AWS::DynamoDB::Table", "TableName"),
        ("AWS::SNS::Topic", "TopicName"),
    ] {
        let more = match kind {
            "AWS::IAM::ManagedPolicy" => ", PolicyDocument: {Version: '2012-10-17', Statement: []}",
            "AWS::DynamoDB::Table" => ", KeySchema: [{AttributeName: a, KeyType: HASH}]",
            _ => "",
        };
        let name = format!("{name}: same{more}");
        let now = resource(("A", kind, &name));
        let says = "t.yaml:2: B would be made under a name that A has, as CloudFormation makes what is new before it deletes what goes: fix it: give it another \
                    name, or import what is there";
        assert_eq!(
            changed(&now, &resource(("B", kind, &name)), &[]),
            [says],
            "{kind}"
        );
        let both = format!("{now}{}", resource(("B", kind, &name)));
        let twice = "t.yaml:3: B has the name that A has, and AWS makes no two of one: fix it: give it another name";
        let open = changed(&now, &both, &[]);
        assert!(open.contains(&twice.to_owned()), "{open:?}");
        assert_eq!(changed("", &both, &[]), [twice], "{kind}");
        assert_eq!(changed(&both, &both, &[]), [""; 0], "{kind}");
        assert_eq!(changed(&now, &now, &["A"]), [""; 0], "{kind}");
        let other = resource(("B", kind, &name.replace("same", "other")));
        assert_eq!(changed(&now, &other, &[]), [""; 0], "{kind}");
    }
    // Both kinds of vaults are told apart by one name.
    let now = resource(("A", "AWS::Backup::BackupVault", "BackupVaultName: same"));
    let then = resource((
        "B",
        "AWS::Backup::LogicallyAirGappedBackupVault",
        "BackupVaultName: same, MinRetentionDays: 7, MaxRetentionDays: 70",
    ));
    assert_eq!(changed(&now, &then, &[]).len(), 1);
}

#[test]
fn what_is_new_takes_no_name_of_what_stands() {
    let vault = resource(("A", "AWS::Backup::BackupVault", "BackupVaultName: same"));
    let says = "t.yaml:2: A would be made under a name that something has already: fix it: give it another name, or import what is there";
    assert_eq!(changed("", &vault, &["A"]), [says]);
    assert_eq!(changed("", &vault, &[]), [""; 0]);
    // AWS names it.
    let key = resource(("A", "AWS::RDS::DBInstance", "Engine: postgres"));
    assert_eq!(changed("", &key, &["A"]), [""; 0]);
}

/// The vault that a new stack makes stands in the facts; not so where its tags say that the stack made it.
#[test]
fn the_facts_tell_which_names_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let now = write("now.yaml", "Resources: {}\n");
    let name = format!("BackupVaultName: central, EncryptionKeyArn: {CENTRAL_KEY}");
    let vault = resource(("V", "AWS::Backup::BackupVault", &name));
    let then = write("then.yaml", &format!("Resources:\n{vault}"));
    let says = |tags: &Value| {
        let tags_at = "/accounts/1/regions/0/vaults/0/Tags";
        let estate = Estate::rds().set(tags_at, tags.clone());
        let inventory = write("inventory.json", &estate.0.to_string());
        let ran = run(&[
            "check",
            "--no-config",
            "--inventory",
            &inventory,
            "--account",
            TO,
            "--template-region",
            "us-east-2",
            "--cloudformation",
            &then,
            "--cloudformation-before",
            &now,
            "--cloudformation-stack",
            "app",
        ]);
        ran.err
            .contains("V would be made under a name that something has already")
    };
    let tags = |stack: &str, id: &str| json!({"aws:cloudformation:stack-name": stack, "aws:cloudformation:logical-id": id});
    assert!(says(&json!({})));
    assert!(says(&tags("other", "V")));
    assert!(says(&tags("app", "W")));
    assert!(!says(&tags("app", "V")));
}

#[test]
fn what_is_replaced_needs_another_name() {
    for (kind, name, property, values, replaces) in [
        (
            "AWS::RDS::DBInstance",
            "DBInstanceIdentifier",
            "Engine",
            ["mysql", "postgres"],
            "may replace",
        ),
        (
            "AWS::RDS::DBInstance",
            "DBInstanceIdentifier",
            "MasterUsername",
            ["a", "b"],
            "replaces",
        ),
        (
            "AWS::RDS::DBCluster",
            "DBClusterIdentifier",
            "AvailabilityZones",
            ["[a, b]", "[a, c]"],
            "replaces",
        ),
        (
            "AWS::DocDB::DBCluster",
            "DBClusterIdentifier",
            "DBSubnetGroupName",
            ["a", "b"],
            "replaces",
        ),
        (
            "AWS::Redshift::Cluster",
            "ClusterIdentifier",
            "DBName",
            ["a", "b"],
            "replaces",
        ),
        (
            "AWS::DynamoDB::Table",
            "TableName",
            "KeySchema",
            [
                "[{AttributeName: a, KeyType: HASH}]",
                "[{AttributeName: b, KeyType: HASH}]",
            ],
            "may replace",
        ),
        (
            "AWS::DynamoDB::Table",
            "TableName",
            "AttributeDefinitions",
            [
                "[{AttributeName: a, AttributeType: S}]",
                "[{AttributeName: a, AttributeType: N}]",
            ],
            "may replace",
        ),
        (
            "AWS::EKS::Cluster",
            "Name",
            "RoleArn",
            ["a", "b"],
            "replaces",
        ),
        (
            "AWS::EKS::Cluster",
            "Name",
            "KubernetesNetworkConfig",
            ["{IpFamily: ipv4}", "{IpFamily: ipv6}"],
            "replaces",
        ),
    ] {
        let [now, then] = values
            .map(|value| resource(("A", kind, &format!("{name}: same, {property}: {value}"))));
        let open = changed(&now, &then, &[]);
        let says = |text: &String| {
            text.starts_with(&format!("t.yaml:2: A changes {property}"))
                && text.contains(&format!(
                    "for which CloudFormation {replaces} it, and refuses to"
                ))
        };
        assert!(open.iter().any(says), "{kind} {property} {open:?}");
        let without = |text: &str| text.replace(&format!("{name}: same, "), "");
        let open = changed(&without(&now), &without(&then), &[]);
        assert!(!open.iter().any(says), "{kind} {property} {open:?}");
    }
    // The order of a list of zones says nothing, and the value that is meant without one changes nothing.
    for [now, then] in [
        ["AvailabilityZones: [a, b]", "AvailabilityZones: [b, a]"],
        ["EngineMode: provisioned", "Port: 1"],
    ] {
        let of = |properties: &str| {
            let all = format!("DBClusterIdentifier: same, Engine: aurora-mysql, {properties}");
            resource(("A", "AWS::RDS::DBCluster", &all))
        };
        let open = changed(&of(now), &of(then), &[]);
        assert!(
            !open.iter().any(|text| text.contains("refuses")),
            "{open:?}"
        );
    }
}

#[test]
fn nothing_is_of_another_type_under_its_logical_id() {
    let vault = resource(("A", "AWS::Backup::BackupVault", "BackupVaultName: same"));
    let topic = resource(("A", "AWS::SNS::Topic", "TopicName: same"));
    let says = "t.yaml:2: A changes its type, which CloudFormation does not update: fix it: make another resource under another logical id";
    let open = changed(&vault, &topic, &[]);
    assert!(open.contains(&says.to_owned()), "{open:?}");
}

/// IAM has one role of a name, whatever its path and its letters: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
#[test]
fn a_role_takes_no_name_that_another_has_in_other_letters() {
    let trust = "AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}";
    let role = |id: &str, name: &str| {
        resource((id, "AWS::IAM::Role", &format!("RoleName: {name}, {trust}")))
    };
    let twice = changed(
        "",
        &format!("{}{}", role("A", "copier"), role("B", "Copier")),
        &[],
    );
    assert!(twice[0].contains("B has the name that A has"), "{twice:?}");
    let moved = changed(&role("A", "copier"), &role("B", "Copier"), &[]);
    assert!(
        moved[0].contains("B would be made under a name that A has"),
        "{moved:?}"
    );
    let recased = changed(&role("A", "copier"), &role("A", "Copier"), &[]);
    assert!(
        recased[0].contains("A has its name in other letters"),
        "{recased:?}"
    );
    assert_eq!(
        changed(&role("A", "copier"), &role("A", "copier"), &[]),
        [""; 0]
    );
    // AWS tells the names of vaults apart by their letters.
    let vault = |name: &str| {
        resource((
            "A",
            "AWS::Backup::BackupVault",
            &format!("BackupVaultName: {name}"),
        ))
    };
    assert_eq!(changed(&vault("copier"), &vault("Copier"), &[]), [""; 0]);
}

#[test]
fn the_facts_tell_which_names_of_roles_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let inventory = write("inventory.json", &Estate::rds().0.to_string());
    let now = write("now.yaml", "Resources: {}\n");
    let says = |name: &str| {
        let role = format!(
            "RoleName: {name}, AssumeRolePolicyDocument: {{Version: '2012-10-17', Statement: []}}"
        );
        let then = format!("Resources:\n{}", resource(("R", "AWS::IAM::Role", &role)));
        let then = write("then.yaml", &then);
        let check = ["check", "--no-config", "--inventory", &inventory];
        let over = ["--cloudformation", &then, "--cloudformation-before", &now];
        let place = ["--account", FROM, "--template-region", "us-east-2"];
        let ran = run(&[&check[..], &over, &place].concat());
        let says = "R would be made under a name that something has already";
        assert!(
            ran.err.matches("then.yaml:2: R").count() == ran.err.matches("then.yaml").count(),
            "{}",
            ran.err
        );
        ran.err.contains(says)
    };
    assert!(says("AWSBackupDefaultServiceRole"));
    assert!(says("awsbackupdefaultservicerole"));
    assert!(!says("other"));
}

/// What is not known may be another value, where both templates do not write the same.
#[test]
fn a_replacement_that_may_be_is_open() {
    let of = |group: &str| {
        resource((
            "D",
            "AWS::RDS::DBInstance",
            &format!("DBInstanceIdentifier: orders, Engine: postgres, DBSubnetGroupName: {group}"),
        ))
    };
    let says = "D may change DBSubnetGroupName, for which CloudFormation replaces it, and refuses to under the name that it has: ";
    let found = |now: &str, then: &str| {
        let open = changed(now, then, &[]);
        open.iter().any(|text| text.contains(says))
    };
    assert!(found(&of("a"), &of("!ImportValue g")));
    assert!(found(&of("!ImportValue g"), &of("!ImportValue h")));
    assert!(!found(&of("!ImportValue g"), &of("!ImportValue g")));
    assert!(!found(&of("a"), &of("a")));
    let volume = |key: &str| {
        resource((
            "V",
            "AWS::EC2::Volume",
            &format!("AvailabilityZone: us-east-2a, Encrypted: true, KmsKeyId: {key}"),
        ))
    };
    let open = changed(&volume("a"), &volume("!ImportValue k"), &[]);
    let says = "V may change KmsKeyId, which CloudFormation does not update: ";
    assert!(open.iter().any(|text| text.contains(says)), "{open:?}");
}
