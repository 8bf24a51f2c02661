//! Remedies: each is applied to the inventory as a person would, and the checks are asked again.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use backup_preflight::inventory::{Facts, Policy};
use backup_preflight::policy::{
    Context, Entry, Principal, Request, Resource, Rest, Side, resource_side,
};
use backup_preflight::remedy::{Remedy, RemedyKind, propose, remedies};
use backup_preflight::sources::examples::EXAMPLES;
use backup_preflight::verdict::{Status, Verdict};
use serde_json::{Value, json};

use crate::scenarios::scenarios;
use crate::support::estate::*;
use crate::support::verdicts::read;
use crate::support::{Estate, Verdicts, decide, decided};

pub fn remedies_of(inventory: &Value) -> Vec<Remedy> {
    let inventory = read(inventory);
    let facts = Facts::new(&inventory);
    remedies(&decided(&facts, &inventory), &facts)
}

/// Every inventory with a remedy.
fn inventories() -> Vec<(String, Value, Vec<Remedy>)> {
    let examples = EXAMPLES
        .iter()
        .map(|example| (example.name.to_owned(), example.text.as_bytes().to_vec()));
    let scenarios = scenarios()
        .into_iter()
        .map(|scenario| (scenario.name(), scenario.inventory()));
    examples
        .chain(scenarios)
        .map(|(name, text)| {
            let inventory = serde_json::from_slice(&text).unwrap();
            let remedies = remedies_of(&inventory);
            (name, inventory, remedies)
        })
        .filter(|(_, _, remedies)| !remedies.is_empty())
        .collect()
}

/// The objects of an inventory that have this ARN.
fn objects<'a>(value: &'a mut Value, arn: &str, found: &mut Vec<&'a mut Value>) {
    let names = ["Arn", "BackupVaultArn"];
    let is = names
        .iter()
        .any(|name| value.get(name).and_then(Value::as_str) == Some(arn));
    // A recovery point names its vault, and is none.
    if is && value.get("RecoveryPointArn").is_none() {
        found.push(value);
        return;
    }
    match value {
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|value| objects(value, arn, found)),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|value| objects(value, arn, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Makes the change of a remedy; gives whether that can be written down in an inventory by what the remedy shows.
pub fn apply(inventory: &mut Value, remedy: &Remedy) -> bool {
    let field = match remedy.kind {
        RemedyKind::KeyPolicy => "Policy",
        RemedyKind::VaultPolicy => "AccessPolicy",
        RemedyKind::RolePolicy => "InlinePolicies",
        RemedyKind::TrustPolicy => "AssumeRolePolicyDocument",
        RemedyKind::CreateServiceLinkedRole => {
            let accounts = inventory["accounts"].as_array_mut().unwrap();
            let id = remedy.account.unwrap().to_string();
            let account = accounts
                .iter_mut()
                .find(|account| account["account"] == *id)
                .unwrap();
            let roles = account["roles"].as_array_mut().unwrap();
            // It may stand there as one that does not exist.
            roles.retain(|role| role["Arn"] != *remedy.subject);
            roles.push(json!({
                "Arn": remedy.subject, "AssumeRolePolicyDocument": trust(),
            }));
            return true;
        }
        RemedyKind::EnableCrossAccountBackup => {
            for account in inventory["accounts"].as_array_mut().unwrap() {
                account["cross_account_backup"] = json!(true);
            }
            return true;
        }
        RemedyKind::EnableRegion
        | RemedyKind::CreateVault
        | RemedyKind::ChangeRetention
        | RemedyKind::ReEncrypt
        | RemedyKind::EnableKey
        | RemedyKind::EnableAdvancedFeatures
        | RemedyKind::AllowImages
        | RemedyKind::SplitRoute
        | RemedyKind::TwoStepCopy => return false,
    };
    let after = remedy.after.clone().unwrap();
    let mut found = Vec::new();
    objects(inventory, &remedy.subject, &mut found);
    assert!(!found.is_empty(), "{} is not there", remedy.subject);
    for object in found {
        if field == "InlinePolicies" {
            let policy = json!({"PolicyName": "added", "Document": after});
            object[field].as_array_mut().unwrap().push(policy);
        } else {
            object[field] = after.clone();
        }
    }
    true
}

pub fn rank(status: Status) -> u8 {
    match status {
        Status::Pass | Status::NotApplicable => 0,
        Status::Warn => 1,
        Status::Undecided => 2,
        Status::Fail => 3,
    }
}

#[test]
fn every_proven_remedy_mends_its_checks_and_makes_none_worse() {
    let mut applied = 0;
    for (name, inventory, remedies) in inventories() {
        let mut changed = inventory.clone();
        let made: Vec<_> = remedies
            .iter()
            .filter(|remedy| remedy.proven == Some(true) && apply(&mut changed, remedy))
            .collect();
        let by_id = |all: Vec<Verdicts>| -> BTreeMap<String, Verdicts> {
            all.into_iter()
                .map(|found| (found.id.clone(), found))
                .collect()
        };
        let (before, after) = (by_id(decide(&inventory)), by_id(decide(&changed)));
        for (id, before) in &before {
            for ((check, was), (_, is)) in before.checks.iter().zip(&after[id].checks) {
                assert!(
                    rank(*is) <= rank(*was),
                    "{name}: {check} of {id} goes from {was:?} to {is:?}"
                );
            }
        }
        for remedy in made {
            for (id, check) in &remedy.checks {
                assert_eq!(
                    rank(after[id].of(check)),
                    0,
                    "{name}: {} does not mend {check}",
                    remedy.title
                );
                applied += 1;
            }
        }
    }
    assert!(applied > 20, "only {applied} were applied");
}

pub fn allows(policy: Option<&Value>, principal: &str, action: &str, subject: &str) -> bool {
    let Some(policy) = policy else { return false };
    let policy = Policy::from_value(policy).unwrap();
    let account = principal.split(':').nth(4).unwrap();
    let context = Context::new(Rest::Absent)
        .with("aws:PrincipalArn", Entry::One(principal.into()))
        .with("aws:PrincipalAccount", Entry::One(account.into()))
        .with("aws:PrincipalOrgID", Entry::One(ORGANIZATION.into()))
        .with("kms:GrantIsForAWSResource", Entry::One("true".into()));
    let request = Request::new(
        Principal::parse(principal).unwrap(),
        action,
        Resource::exact(subject),
        context,
    );
    matches!(
        resource_side(&request, Some(policy.document())),
        Side::Allowed { .. }
    )
}

#[test]
fn no_remedy_opens_a_policy_to_neighbours() {
    let neighbours = [
        "arn:aws:iam::111122223333:role/neighbour",
        "arn:aws:iam::444455556666:role/neighbour",
        "arn:aws:iam::777788889999:role/service-role/AWSBackupDefaultServiceRole",
        "arn:aws:iam::777788889999:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
    ];
    let needed = [
        "kms:DescribeKey",
        "kms:CreateGrant",
        "kms:Decrypt",
        "backup:CopyIntoBackupVault",
        "backup:CopyFromBackupVault",
    ];
    let beyond = [
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:Sign",
        "backup:DeleteBackupVault",
        "backup:DeleteRecoveryPoint",
    ];
    let mut asked = 0;
    for (name, _, remedies) in inventories() {
        for remedy in &remedies {
            let Some(after) = &remedy.after else { continue };
            if [RemedyKind::RolePolicy, RemedyKind::TrustPolicy].contains(&remedy.kind) {
                continue;
            }
            let before = remedy.before.as_ref();
            let granted = [ROLE, SLR].map(|principal| beyond.map(|action| (principal, action)));
            let others = neighbours.map(|principal| needed.map(|action| (principal, action)));
            for (principal, action) in granted
                .into_iter()
                .flatten()
                .chain(others.into_iter().flatten())
            {
                asked += 1;
                let was = allows(before, principal, action, &remedy.subject);
                let is = allows(Some(after), principal, action, &remedy.subject);
                assert!(
                    was || !is,
                    "{name}: {} lets {principal} do {action}",
                    remedy.title
                );
            }
        }
    }
    assert!(asked > 500, "only {asked} were asked");
}

#[test]
fn what_a_policy_had_stays_in_its_place() {
    let mut policy = key_policy(FROM, json!([]));
    policy["Id"] = json!("key-policy");
    policy["Statement"][0]["x-odd"] = json!({"kept": [1, null]});
    let estate = Estate::rds().set(&format!("{RESOURCE_KEY}/Policy"), policy.clone());
    let remedies = remedies_of(&estate.0);
    let [remedy] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!(remedy.before.as_ref(), Some(&policy));
    let after = remedy.after.as_ref().unwrap();
    let names = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(after), names(&policy));
    let added = after["Statement"].as_array().unwrap();
    assert_eq!(added[0].to_string(), policy["Statement"][0].to_string());
    assert_eq!(added[1..], remedy.added[..]);
}

#[test]
fn a_key_that_several_checks_and_copies_want_changed_is_one_remedy() {
    let denies = json!({"Effect": "Deny", "Principal": {"AWS": [SLR, ROLE]}, "Action": "kms:CreateGrant", "Resource": "*"});
    let policy = key_policy(FROM, json!([share(SLR, USE), denies]));
    let mut estate = Estate::rds().set(&format!("{RESOURCE_KEY}/Policy"), policy);
    let mut second = estate.at(COPY).clone();
    second["id"] = json!("orders-again");
    estate = estate.push("/copies", second);
    let remedies = remedies_of(&estate.0);
    let [remedy] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!(
        (remedy.kind, remedy.proven),
        (RemedyKind::KeyPolicy, Some(true))
    );
    assert_eq!(remedy.copies, ["orders-again", "orders-to-central"]);
    let mut checks: Vec<_> = remedy.checks.iter().map(|(_, check)| *check).collect();
    checks.sort_unstable();
    checks.dedup();
    assert_eq!(
        checks,
        ["source-key-not-shared", "source-key-refuses-copy-role"]
    );
}

#[test]
fn a_policy_that_names_a_role_waits_for_the_role() {
    let estate = Estate::rds().set("/accounts/1/roles", json!([])).set(
        &format!("{RESOURCE_KEY}/Policy"),
        key_policy(FROM, json!([])),
    );
    let remedies = remedies_of(&estate.0);
    let [role, key] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!(role.kind, RemedyKind::CreateServiceLinkedRole);
    assert_eq!(role.account.map(|id| id.to_string()).as_deref(), Some(TO));
    assert_eq!(
        (key.kind, &key.requires),
        (RemedyKind::KeyPolicy, &vec![role.id.clone()])
    );
    assert_eq!((role.proven, key.proven), (Some(true), Some(true)));
}

#[test]
fn a_deny_beside_which_nothing_allows_is_lifted_and_the_action_allowed() {
    let deny = |action: &str| json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"});
    let key = key_policy(FROM, json!([deny("kms:CreateGrant")]));
    let vault = json!({"Version": "2012-10-17", "Statement": [deny("backup:CopyIntoBackupVault")]});
    for (place, policy, action, principal) in [
        (
            format!("{RESOURCE_KEY}/Policy"),
            key,
            "kms:CreateGrant",
            SLR,
        ),
        (
            format!("{DESTINATION_VAULT}/AccessPolicy"),
            vault,
            "backup:CopyIntoBackupVault",
            ROLE,
        ),
    ] {
        let remedies = remedies_of(&Estate::rds().set(&place, policy).0);
        let [remedy] = remedies.as_slice() else {
            panic!("{remedies:?}")
        };
        assert_eq!(remedy.proven, Some(true), "{}", remedy.title);
        let (before, after) = (remedy.before.as_ref(), remedy.after.as_ref());
        assert!(!allows(before, principal, action, &remedy.subject));
        assert!(allows(after, principal, action, &remedy.subject));
    }
}

#[test]
fn a_deny_is_lifted_for_this_principal_alone() {
    let deny = json!({"Sid": "KeepOut", "Effect": "Deny", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "777788889999"}}});
    let mut policy = allow_copy_into("arn:aws:iam::111122223333:root");
    policy["Statement"].as_array_mut().unwrap().push(deny);
    let estate = Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), policy.clone());
    let remedies = remedies_of(&estate.0);
    let [remedy] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!(remedy.proven, Some(true));
    let after = remedy.after.as_ref();
    assert!(allows(after, ROLE, "backup:CopyIntoBackupVault", CENTRAL));
    assert!(!allows(
        after,
        "arn:aws:iam::111122223333:role/other",
        "backup:CopyIntoBackupVault",
        CENTRAL
    ));
    let left = &after.unwrap()["Statement"][1];
    assert_eq!(
        left["Condition"]["StringNotEquals"],
        policy["Statement"][1]["Condition"]["StringNotEquals"]
    );
}

#[test]
fn a_wide_deny_still_denies_all_that_the_copy_does_not_need() {
    let root = json!({"Effect": "Allow", "Principal": {"AWS": [ROLE, SLR]}, "Action": "kms:*", "Resource": "*"});
    let deny = |who: Value, what: Value| {
        let mut deny = json!({"Sid": "No", "Effect": "Deny", "Principal": who, "Resource": "*"});
        for (name, value) in what.as_object().unwrap() {
            deny[name] = value.clone();
        }
        key_policy(FROM, json!([root, deny]))
    };
    let mut asked = 0;
    for who in [json!("*"), json!({"AWS": SLR}), json!({"AWS": [SLR, ROLE]})] {
        for what in [
            json!({"Action": "kms:*"}),
            json!({"Action": ["kms:CreateGrant", "kms:ScheduleKeyDeletion", "kms:Sign"]}),
            json!({"NotAction": ["kms:PutKeyPolicy"]}),
        ] {
            let policy = deny(who.clone(), what);
            let estate = Estate::rds().set(&format!("{RESOURCE_KEY}/Policy"), policy);
            let remedies = remedies_of(&estate.0);
            let [remedy] = remedies.as_slice() else {
                panic!("{remedies:?}")
            };
            assert_eq!(remedy.proven, Some(true), "{who} {:?}", remedy.after);
            let (before, after) = (remedy.before.as_ref(), remedy.after.as_ref());
            assert!(allows(after, SLR, "kms:CreateGrant", KEY));
            for action in ["kms:ScheduleKeyDeletion", "kms:Sign", "kms:PutKeyPolicy"] {
                for principal in [SLR, ROLE] {
                    let was = allows(before, principal, action, KEY);
                    let is = allows(after, principal, action, KEY);
                    assert_eq!(was, is, "{principal} {action} {after:?}");
                    asked += 1;
                }
            }
        }
    }
    assert_eq!(asked, 54);
}

#[test]
fn an_aws_managed_key_has_two_ways_out_of_which_the_second_can_be_shown() {
    let remedies = remedies_of(&Estate::rds().on_aws_managed_key("alias/aws/rds").0);
    let [one, other] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!(
        (one.kind, other.kind),
        (RemedyKind::ReEncrypt, RemedyKind::TwoStepCopy)
    );
    assert_eq!((one.proven, other.proven), (None, Some(true)));
    assert_eq!(one.alternative_to, [other.id.as_str()]);
    assert_eq!(other.alternative_to, [one.id.as_str()]);
}

#[test]
fn the_second_step_of_two_keeps_the_copy_for_as_long_as_the_copy_says() {
    let second = |lifecycle: Value| {
        let estate = Estate::rds()
            .on_aws_managed_key("alias/aws/rds")
            .set(&format!("{COPY}/lifecycle"), lifecycle);
        let remedies = remedies_of(&estate.0);
        let (last, others) = remedies[1].commands.split_last().unwrap();
        assert!(!others.concat().contains("--lifecycle"));
        last.clone()
    };
    let kept = second(json!({"DeleteAfterDays": 400, "MoveToColdStorageAfterDays": 30}));
    let words = " --lifecycle MoveToColdStorageAfterDays=30,DeleteAfterDays=400";
    assert!(kept.ends_with(words), "{kept}");
    assert!(!second(Value::Null).contains("--lifecycle"));
}

#[test]
fn a_feasible_copy_has_no_remedies() {
    for (name, estate) in crate::estate::feasible() {
        assert_eq!(estate.verdict().verdict, Verdict::Feasible);
        assert_eq!(remedies_of(&estate.0), [], "{name}");
    }
}

#[test]
fn another_organizations_name_in_a_policy_lets_nobody_but_the_role_in() {
    let policy = |id: &str, action: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": action,
        "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": id}}}]})
    };
    let added = |policy: Value| {
        let estate = Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), policy);
        remedies_of(&estate.0)[0].added[0]["Principal"].clone()
    };
    assert_eq!(
        added(policy("o-z9y8x7w6v5", "backup:CopyIntoBackupVault")),
        json!({"AWS": ROLE})
    );
    assert_eq!(
        added(policy(ORGANIZATION, "backup:DescribeBackupVault")),
        json!("*")
    );
}

#[cfg(unix)]
#[test]
fn every_command_is_one_that_a_shell_can_read() {
    let mut read = 0;
    for (name, _, remedies) in inventories() {
        for remedy in remedies {
            assert!(!remedy.commands.is_empty(), "{name}: {}", remedy.title);
            for command in &remedy.commands {
                let shell = Command::new("sh")
                    .args(["-n", "-c", command])
                    .stderr(Stdio::piped())
                    .output();
                let shell = shell.unwrap();
                let says = String::from_utf8_lossy(&shell.stderr).into_owned();
                // An open here-document is only warned of.
                assert!(
                    shell.status.success() && says.is_empty(),
                    "{name}: {says}\n{command}"
                );
                read += 1;
            }
        }
    }
    assert!(read > 40, "only {read} were read");
}

#[test]
fn a_change_of_retention_leaves_cold_storage_as_it_was() {
    let estate = Estate::dynamodb()
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), json!(365))
        .set(
            &format!("{COPY}/lifecycle"),
            json!({"DeleteAfterDays": 400, "MoveToColdStorageAfterDays": 30}),
        );
    let remedies = remedies_of(&estate.0);
    let [remedy] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    let wanted = "--lifecycle MoveToColdStorageAfterDays=30,DeleteAfterDays=365";
    assert!(
        remedy.commands[0].ends_with(wanted),
        "{:?}",
        remedy.commands
    );
}

#[test]
fn a_change_of_retention_leaves_what_moves_to_cold_storage_there_for_90_days() {
    let wanted = |min: Value, max: Value, now: Value| {
        let estate = Estate::dynamodb()
            .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
            .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), min)
            .set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), max)
            .set(&format!("{COPY}/lifecycle"), now);
        let remedies = remedies_of(&estate.0);
        let [remedy] = remedies.as_slice() else {
            panic!("{remedies:?}")
        };
        assert_eq!(remedy.proven, Some(true), "{remedy:?}");
        let (_, words) = remedy.commands[0].split_once("--lifecycle ").unwrap();
        words.to_owned()
    };
    let late = json!({"DeleteAfterDays": 400, "MoveToColdStorageAfterDays": 300});
    assert_eq!(
        wanted(json!(7), json!(365), late.clone()),
        "DeleteAfterDays=365"
    );
    assert_eq!(
        wanted(json!(7), json!(390), late),
        "MoveToColdStorageAfterDays=300,DeleteAfterDays=390"
    );
    let never = json!({"DeleteAfterDays": -1, "MoveToColdStorageAfterDays": 300});
    assert_eq!(wanted(json!(7), json!(365), never), "DeleteAfterDays=365");
}

/// The verdict on each copy of an inventory once all its remedies are made.
fn together(inventory: &Value) -> BTreeMap<String, Verdict> {
    let inventory = read(inventory);
    let facts = Facts::new(&inventory);
    propose(&decided(&facts, &inventory), &facts).together
}

#[test]
fn the_remedies_of_a_report_are_proven_together() {
    let nothing_shared = Estate::rds()
        .set(
            &format!("{RESOURCE_KEY}/Policy/Statement/1"),
            json!({"Effect": "Deny", "Principal": {"AWS": SLR},
            "Action": "kms:CreateGrant", "Resource": "*"}),
        )
        .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null)
        .set("/accounts/0/cross_account_backup", json!(false))
        .set("/accounts/1/cross_account_backup", json!(false));
    assert!(nothing_shared.verdict().failing().len() >= 3);
    let after = together(&nothing_shared.0);
    assert_eq!(after.get("orders-to-central"), Some(&Verdict::Feasible));
    // One failure that nothing helps leaves the copy blocked.
    let also = nothing_shared.set("/accounts/1/organization/Id", json!("o-z9y8x7w6v5"));
    assert_eq!(
        together(&also.0).get("orders-to-central"),
        Some(&Verdict::Blocked)
    );
    assert_eq!(together(&Estate::rds().0), BTreeMap::new());
}

#[test]
fn a_copy_all_of_whose_failures_have_remedies_is_unblocked_by_them_together() {
    let mut shown = 0;
    for (name, inventory, remedies) in inventories() {
        let after = together(&inventory);
        for before in decide(&inventory) {
            let all_mended = before.failing().iter().all(|check| {
                remedies.iter().any(|remedy| {
                    remedy.proven == Some(true)
                        && remedy.checks.contains(&(before.id.clone(), *check))
                })
            });
            if let (Verdict::Blocked, true) = (before.verdict, all_mended)
                && let Some(after) = after.get(&before.id)
            {
                assert_ne!(*after, Verdict::Blocked, "{name}: {}", before.id);
                shown += 1;
            }
        }
    }
    assert!(shown > 50, "only {shown} were shown");
}

#[test]
fn a_key_policy_that_would_be_too_long_is_no_remedy_and_says_so() {
    let long = "x".repeat(33_000);
    let estate = Estate::rds().set(
        &format!("{RESOURCE_KEY}/Policy"),
        json!({"Version": "2012-10-17", "Statement": [{"Sid": long, "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{FROM}:root")}, "Action": "kms:*", "Resource": "*"}]}),
    );
    let remedies = remedies_of(&estate.0);
    let [remedy] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!((remedy.proven, &remedy.after), (None, &None));
    assert!(remedy.title.contains("may have 32768"), "{}", remedy.title);
}

#[test]
fn no_remedy_locks_the_owner_of_a_key_out() {
    let mut asked = 0;
    for (name, _, remedies) in inventories() {
        for remedy in remedies {
            let (RemedyKind::KeyPolicy, Some(after)) = (remedy.kind, &remedy.after) else {
                continue;
            };
            let root = format!("arn:aws:iam::{}:root", remedy.account.unwrap());
            for action in ["kms:PutKeyPolicy", "kms:DescribeKey"] {
                let was = allows(remedy.before.as_ref(), &root, action, &remedy.subject);
                let is = allows(Some(after), &root, action, &remedy.subject);
                assert_eq!(is, was, "{name}: {}", remedy.title);
                asked += usize::from(was);
            }
        }
    }
    assert!(asked > 20, "only {asked} were asked");
}

#[test]
fn a_route_that_no_one_job_takes_is_split_through_a_vault_in_between() {
    for (check, case, place) in [
        (
            "copy-route-unsupported",
            "graph-out-of-an-opt-in-region",
            "us-east-1:111111111111",
        ),
        (
            "air-gapped-vault-unsupported",
            "region-that-takes-no-copies-from-outside",
            "ap-southeast-5:444455556666",
        ),
    ] {
        let scenarios = scenarios();
        let scenario = scenarios
            .iter()
            .find(|scenario| scenario.name() == format!("{check}/{case}"))
            .unwrap();
        let inventory: Value = serde_json::from_slice(&scenario.inventory()).unwrap();
        let remedies = remedies_of(&inventory);
        let split = remedies
            .iter()
            .find(|remedy| remedy.kind == RemedyKind::SplitRoute)
            .unwrap();
        assert_eq!(split.proven, Some(true), "{case}");
        let through = format!("arn:aws:backup:{place}:backup-vault:copy-in-between");
        let text = split.commands.concat();
        assert!(
            text.contains(&format!("--destination-backup-vault-arn {through}")),
            "{text}"
        );
        assert!(
            text.contains("--source-backup-vault-name copy-in-between"),
            "{text}"
        );
        assert!(
            together(&inventory)
                .values()
                .all(|after| *after == Verdict::Feasible)
        );
    }
}
