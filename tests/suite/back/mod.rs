//! The way back of a copy, for a restore.

use backup_preflight::checks::{Decided, decide};
use backup_preflight::inventory::{Copy, EncryptedWith, Facts, Inventory, Start, items, read};
use backup_preflight::known::Fact;
use backup_preflight::remedy::{self, RemedyKind};
use backup_preflight::sources::examples;
use backup_preflight::verdict::{Status, Verdict};
use serde_json::{Value, json};

const HOME_KEY: &str =
    "arn:aws:kms:us-east-1:111222333444:key/00000002-1111-2222-3333-111222333444";
const AWAY_KEY: &str =
    "arn:aws:kms:us-east-1:666777888999:key/00000003-1111-2222-3333-666777888999";
const HOME_ROLE: &str =
    "arn:aws:iam::111222333444:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup";

fn example(name: &str) -> Value {
    serde_json::from_str(examples::find(name).unwrap().text).unwrap()
}

fn inventory(value: &Value) -> Inventory {
    read("test", value.to_string().as_bytes()).unwrap()
}

/// The copies of an inventory, and the way back of each.
fn both(facts: &Facts<'_>, inventory: &Inventory) -> Vec<(Copy, Copy)> {
    items(&inventory.copies)
        .iter()
        .map(|entry| {
            let there = Copy::of_entry(entry, facts);
            let back = Copy::new(there.back().unwrap(), facts);
            (there, back)
        })
        .collect()
}

fn status(decided: &Decided, id: &str) -> Status {
    decided
        .outcomes
        .iter()
        .find(|(check, _)| check.id == id)
        .map(|(_, outcome)| outcome.status)
        .unwrap()
}

/// The field notes' estate with its home vault on a customer managed key, the backup account's key shared, and the
/// default role there too.
fn fixed() -> Value {
    let mut estate = example("field-notes-rds");
    // The backup account has its own default role, with the same policies as that of the home account.
    let text = estate["accounts"][0]["roles"][0]
        .to_string()
        .replace("111222333444", "666777888999");
    let role: Value = serde_json::from_str(&text).unwrap();
    assert!(
        role["Arn"]
            .as_str()
            .unwrap()
            .ends_with("/AWSBackupDefaultServiceRole")
    );
    estate["accounts"][1]["roles"]
        .as_array_mut()
        .unwrap()
        .push(role);
    for key in keys(&mut estate) {
        if key["Arn"] == HOME_KEY {
            key["KeyManager"] = json!("CUSTOMER");
            key["Aliases"] = json!(["alias/home"]);
            key["Policy"] = root_policy("111222333444", None);
        }
        if key["Arn"] == AWAY_KEY {
            key["Policy"] = root_policy("666777888999", Some(HOME_ROLE));
        }
    }
    estate
}

fn keys(estate: &mut Value) -> impl Iterator<Item = &mut Value> {
    estate["accounts"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .flat_map(|account| account["regions"].as_array_mut().unwrap())
        .flat_map(|region| region["keys"].as_array_mut().unwrap())
}

fn root_policy(account: &str, user: Option<&str>) -> Value {
    let allow = |principal: String, action: Value| json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*"});
    let mut statements = vec![allow(
        format!("arn:aws:iam::{account}:root"),
        json!("kms:*"),
    )];
    statements.extend(user.map(|user| {
        allow(
            user.to_owned(),
            json!(["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"]),
        )
    }));
    json!({"Version": "2012-10-17", "Statement": statements})
}

#[test]
fn the_two_ends_change_places() {
    let inventory = inventory(&example("field-notes-rds"));
    let facts = Facts::new(&inventory);
    let (there, back) = both(&facts, &inventory).remove(0);
    assert_eq!(&*back.id, "rds-to-backup-account/back");
    assert_eq!(
        back.endpoints().source_vault,
        Fact::Known(there.endpoints().destination_vault.clone())
    );
    assert_eq!(
        Fact::Known(back.endpoints().destination_vault.clone()),
        there.endpoints().source_vault
    );
    assert_eq!(
        back.endpoints().source_account(),
        there.endpoints().destination_account()
    );
    assert_eq!(
        back.endpoints().role.as_ref().known().unwrap().as_str(),
        "arn:aws:iam::666777888999:role/service-role/AWSBackupDefaultServiceRole"
    );
    assert_eq!(back.lifecycle(), &Fact::Known(None));
    assert_eq!(back.endpoints().start, Start::OnDemand);
    assert_eq!(back.transfer.recovery_point, None);
    assert_eq!(back.route().resource_type, there.route().resource_type);
    assert_eq!(back.route().kind, there.route().kind);
    let Fact::Known(EncryptedWith::Key(key)) = &back.route().backup_key else {
        panic!("{:?}", back.route().backup_key)
    };
    assert_eq!(key.as_str(), AWAY_KEY);
    assert!(
        back.assumptions
            .iter()
            .any(|text| text.starts_with("role: AWSBackupDefaultServiceRole"))
    );
}

#[test]
fn the_copy_s_key_must_be_shared_with_home_and_the_home_vault_must_take_it() {
    let inventory = inventory(&example("field-notes-rds-before"));
    let facts = Facts::new(&inventory);
    let (_, back) = both(&facts, &inventory).remove(0);
    let decided = decide(back, &facts);
    assert_eq!(decided.verdict, Verdict::Blocked);
    for id in [
        "source-key-not-shared",
        "destination-key-aws-managed",
        "vault-refuses-copy",
    ] {
        assert_eq!(status(&decided, id), Status::Fail, "{id}");
    }
}

#[test]
fn a_shared_key_and_an_open_vault_on_a_key_of_its_own_let_it_back() {
    let inventory = inventory(&fixed());
    let facts = Facts::new(&inventory);
    let (there, back) = both(&facts, &inventory).remove(0);
    let there = decide(there, &facts);
    assert_eq!(there.verdict, Verdict::Feasible);
    let decided = decide(back, &facts);
    for id in [
        "source-key-not-shared",
        "source-key-aws-managed",
        "destination-key-aws-managed",
        "vault-refuses-copy",
    ] {
        assert_eq!(status(&decided, id), Status::Pass, "{id}");
    }
    assert_eq!(decided.verdict, Verdict::Feasible);
}

#[test]
fn what_was_not_read_of_the_way_back_leaves_it_undecided() {
    for (pointer, id) in [
        (
            "/accounts/0/regions/0/vaults/0/AccessPolicy",
            "vault-refuses-copy",
        ),
        (
            "/accounts/0/regions/0/vaults/0/EncryptionKeyArn",
            "destination-key-aws-managed",
        ),
        (
            "/accounts/1/regions/0/keys/0/Policy",
            "source-key-not-shared",
        ),
        (
            "/accounts/1/regions/0/vaults/0/EncryptionKeyArn",
            "source-key-aws-managed",
        ),
    ] {
        let mut estate = fixed();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        let parent = estate.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        assert!(parent.remove(field).is_some(), "{pointer}");
        let inventory = inventory(&estate);
        let facts = Facts::new(&inventory);
        let (_, back) = both(&facts, &inventory).remove(0);
        let decided = decide(back, &facts);
        assert_eq!(status(&decided, id), Status::Undecided, "{pointer}");
        assert_eq!(decided.verdict, Verdict::Undecided, "{pointer}");
    }
}

#[test]
fn without_a_source_vault_there_is_no_way_back_to_decide() {
    let mut estate = example("field-notes-rds");
    estate["copies"][0]
        .as_object_mut()
        .unwrap()
        .remove("source_vault");
    estate["copies"][0]
        .as_object_mut()
        .unwrap()
        .remove("recovery_point");
    estate["copies"][0]["resource"] = json!("arn:aws:rds:us-east-1:111222333444:db:stranger");
    let inventory = inventory(&estate);
    let facts = Facts::new(&inventory);
    let there = Copy::of_entry(&items(&inventory.copies)[0], &facts);
    assert!(matches!(there.endpoints().source_vault, Fact::Unknown(_)));
    assert!(there.back().is_none());
}

#[test]
fn its_remedies_are_proven_and_never_touch_the_resource() {
    for example_name in [
        "field-notes-rds-before",
        "aws-storage-blog",
        "opstree-two-step",
    ] {
        let inventory = inventory(&example(example_name));
        let facts = Facts::new(&inventory);
        let decided: Vec<Decided> = both(&facts, &inventory)
            .into_iter()
            .map(|(_, back)| decide(back, &facts))
            .collect();
        let remedies = remedy::remedies(&decided, &facts);
        assert!(!remedies.is_empty(), "{example_name}");
        for remedy in &remedies {
            assert_ne!(remedy.kind, RemedyKind::ReEncrypt, "{}", remedy.title);
            if matches!(remedy.kind, RemedyKind::KeyPolicy | RemedyKind::VaultPolicy) {
                // No policy can name a role that is not there yet.
                let waits = remedy.title.contains("does not exist: create it first");
                let proven = (!waits).then_some(true);
                assert_eq!(remedy.proven, proven, "{example_name}: {}", remedy.title);
            }
        }
    }
}

#[test]
fn a_resource_that_is_gone_does_not_keep_its_copy_from_coming_back() {
    let mut estate = fixed();
    let resource = "arn:aws:rds:us-east-1:111222333444:db:orders";
    let points = estate["accounts"][0]["regions"][0]["recovery_points"]
        .as_array_mut()
        .unwrap();
    for point in points {
        point["ResourceArn"] = json!(resource);
    }
    estate["accounts"][0]["regions"][0]["resources"] =
        json!([{"ResourceArn": resource, "ResourceType": null}]);
    let inventory = inventory(&estate);
    let facts = Facts::new(&inventory);
    let (there, back) = both(&facts, &inventory).remove(0);
    assert_eq!(back.first_point(), there.transfer.recovery_point.as_ref());
    let decided = decide(back, &facts);
    assert_eq!(
        status(&decided, "recovery-point-missing"),
        Status::NotApplicable
    );
    assert_ne!(decided.verdict, Verdict::Blocked);
}

#[test]
fn a_copy_that_will_be_cold_is_taken_to_be_warm_and_says_so() {
    for (days, said) in [(json!(7), true), (Value::Null, false)] {
        let mut estate = fixed();
        estate["copies"][0]["lifecycle"] =
            json!({"DeleteAfterDays": 365, "MoveToColdStorageAfterDays": days});
        let inventory = inventory(&estate);
        let facts = Facts::new(&inventory);
        let (_, back) = both(&facts, &inventory).remove(0);
        let about = |text: &String| text.starts_with("storage: the copy is warm");
        assert_eq!(back.assumptions.iter().any(about), said, "{days}");
    }
}
