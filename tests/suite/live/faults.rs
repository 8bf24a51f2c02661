//! What is refused or throttled to the end becomes a gap that names the call and the permission, and the rest is read.

use super::super::aws::{Fault, calls};
use super::*;

/// Every call of a database's copy that may fail, with the gap that it then leaves.
fn readers() -> Vec<(&'static str, &'static str, String, &'static str)> {
    let own = |text: &str| text.to_owned();
    let inline = "iam:GetRolePolicy";
    vec![
        ("kms:DescribeKey", "00000001", own(DATA_KEY), "KeyState"),
        ("kms:GetKeyPolicy", "00000001", own(DATA_KEY), "Policy"),
        (
            "kms:ListKeyPolicies",
            "00000001",
            own(DATA_KEY),
            "RamPolicy",
        ),
        ("kms:ListGrants", "00000001", own(DATA_KEY), "Grants"),
        ("kms:ListAliases", "00000001", own(DATA_KEY), "Aliases"),
        ("kms:ListResourceTags", "00000001", own(DATA_KEY), "Tags"),
        (
            "backup:GetBackupVaultAccessPolicy",
            "central",
            own(CENTRAL),
            "AccessPolicy",
        ),
        ("backup:ListTags", "central", own(CENTRAL), "Tags"),
        (
            "iam:ListAttachedRolePolicies",
            "Default",
            own(ROLE),
            "AttachedPolicies",
        ),
        (
            "iam:ListRolePolicies",
            "Default",
            own(ROLE),
            "InlinePolicies",
        ),
        ("iam:ListRoleTags", "Default", own(ROLE), "Tags"),
        (inline, "inline one", own(ROLE), ""),
        (
            "iam:GetPolicyVersion",
            "team/extra",
            own("arn:aws:iam::111122223333:policy/team/extra"),
            "",
        ),
        ("iam:GetRole", "Default", own(ROLE), ""),
        ("rds:DescribeDBInstances", "orders", own(DATABASE), ""),
        (
            "rds:DescribeOptionGroups",
            "audit",
            own("arn:aws:rds:us-east-2:111122223333:og:audit"),
            "",
        ),
        (
            "backup:ListRecoveryPointsByResource",
            "orders",
            own(DATABASE),
            "",
        ),
    ]
}

#[test]
fn one_refused_call_leaves_its_gap_and_nothing_else() {
    for (operation, subject, about, field) in readers() {
        let server = served(&rds());
        server.fault(Fault::denied().operation(operation).subject(subject));
        // Which recovery points there are is asked where the vault is to be found by them.
        let named = operation != "backup:ListRecoveryPointsByResource";
        let copy = copy_of(DATABASE);
        let copy = NamedCopy {
            source_vault: copy.source_vault.clone().filter(|_| named),
            ..copy
        };
        let found = Home::new(&server).both(&copy);
        server.finish();
        let mut gaps = gaps(&found);
        // Without the database's engine nobody can ask whether the other Region has it.
        let engines = "rds:DescribeDBEngineVersions";
        let asked = gaps.len();
        gaps.retain(|(_, named, _, error)| !(named == engines && error.is_none()));
        assert_eq!(
            asked - gaps.len(),
            usize::from(operation == "rds:DescribeDBInstances")
        );
        let [(_, named, of, Some(error))] = gaps.as_slice() else {
            panic!("{operation}: {gaps:?}");
        };
        assert_eq!((named.as_str(), of.as_str()), (operation, about.as_str()));
        assert!(error.starts_with("AccessDenied"), "{operation}: {error}");
        assert_eq!(found["gaps"][0]["permission"], operation);
        if !field.is_empty() {
            let object = object(&found, &about).unwrap();
            assert_eq!(object.get(field), None, "{operation}");
        }
    }
}

#[test]
fn a_table_that_is_refused_leaves_its_gap_and_the_rest_is_read() {
    let server = served(&dynamodb());
    server.fault(Fault::denied().service("dynamodb"));
    let found = Home::new(&server).both(&copy_of(TABLE));
    server.finish();
    let denied = Some("AccessDeniedException");
    assert_eq!(
        gaps(&found),
        [gap(SOURCE, "dynamodb:DescribeTable", TABLE, denied)]
    );
    assert!(object(&found, PROD).is_some());
}

#[test]
fn settings_that_are_refused_are_gaps_of_the_account_and_of_its_region() {
    let server = served(&dynamodb());
    let (global, regional) = (
        "backup:DescribeGlobalSettings",
        "backup:DescribeRegionSettings",
    );
    server.fault(Fault::denied().operation(global).account(DESTINATION));
    server.fault(Fault::denied().operation(regional).account(SOURCE));
    let found = Home::new(&server).both(&copy_of(TABLE));
    server.finish();
    let denied = Some("AccessDeniedException");
    assert_eq!(
        gaps(&found),
        [
            gap(SOURCE, regional, "111122223333/us-east-2", denied),
            gap(DESTINATION, global, DESTINATION, denied),
        ]
    );
}

#[test]
fn an_organization_that_is_refused_leaves_its_policies_open() {
    let server = served(&rds());
    server.fault(
        Fault::denied()
            .service("organizations")
            .account(DESTINATION),
    );
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    assert_eq!(
        gaps(&found),
        [
            gap(
                DESTINATION,
                "organizations:DescribeEffectivePolicy",
                DESTINATION,
                Some("AccessDeniedException")
            ),
            gap(
                DESTINATION,
                "organizations:DescribeOrganization",
                DESTINATION,
                Some("AccessDeniedException")
            ),
            gap(
                DESTINATION,
                "organizations:ListPoliciesForTarget",
                DESTINATION,
                None
            ),
        ]
    );
    assert_eq!(found["accounts"][1].get("organization"), None);
    assert_eq!(found["accounts"][1].get("service_control_policies"), None);
}

#[test]
fn a_control_policy_that_is_refused_leaves_all_of_its_kind_open() {
    let server = served(&rds());
    server.fault(
        Fault::denied()
            .operation("organizations:DescribePolicy")
            .subject("p-guard0001"),
    );
    let mut world = rds();
    world["accounts"][0]["roles"][0]["Simulated"] = serde_json::json!([]);
    server.fault(Fault::denied().operation("iam:SimulatePrincipalPolicy"));
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    let gaps = gaps(&found);
    assert_eq!(
        gaps,
        [
            gap(
                SOURCE,
                "iam:SimulatePrincipalPolicy",
                ROLE,
                Some("AccessDenied")
            ),
            gap(
                SOURCE,
                "organizations:ListPoliciesForTarget",
                SOURCE,
                Some("AccessDeniedException")
            ),
        ]
    );
    assert_eq!(
        found["gaps"][1]["permission"],
        "organizations:DescribePolicy"
    );
    assert_eq!(found["accounts"][0].get("service_control_policies"), None);
}

#[test]
fn a_call_that_is_throttled_for_a_while_is_answered_in_the_end() {
    let world = rds();
    let server = served(&world);
    server.fault(Fault::throttled().operation("kms:GetKeyPolicy").times(1));
    server.fault(
        Fault::broken()
            .operation("rds:DescribeDBInstances")
            .times(1),
    );
    server.fault(Fault::reset().operation("iam:ListRolePolicies").times(1));
    assert_eq!(
        Home::new(&server).both(&copy_of(DATABASE)),
        as_collected(&world)
    );
    server.finish();
}

#[test]
fn a_call_that_is_throttled_for_ever_is_a_gap_and_the_sdk_gave_up_not_we() {
    let server = served(&rds());
    server.fault(
        Fault::throttled()
            .operation("kms:GetKeyPolicy")
            .account(DESTINATION),
    );
    let home = Home::new(&server).attempts(2);
    let found = home.both(&copy_of(DATABASE));
    let journal = server.finish();
    let gaps = gaps(&found);
    let [(account, operation, _, Some(error))] = gaps.as_slice() else {
        panic!("{gaps:?}");
    };
    assert_eq!(
        (account.as_str(), operation.as_str()),
        (DESTINATION, "kms:GetKeyPolicy")
    );
    assert_eq!(error, "ThrottlingException");
    let asked = journal
        .iter()
        .filter(|call| call.account == DESTINATION)
        .filter(|call| call.name() == "kms:GetKeyPolicy");
    assert_eq!(asked.count(), 2);
}

#[test]
fn an_answer_that_does_not_come_is_a_gap_when_its_time_is_over() {
    let server = served(&rds());
    server.fault(
        Fault::slow(Duration::from_secs(4))
            .operation("kms:ListGrants")
            .account(DESTINATION),
    );
    let home = Home::new(&server).timeout(Duration::from_millis(1500));
    let found = home.both(&copy_of(DATABASE));
    server.finish();
    let gaps = gaps(&found);
    let [(_, operation, _, Some(error))] = gaps.as_slice() else {
        panic!("{gaps:?}");
    };
    assert_eq!(
        (operation.as_str(), error.as_str()),
        ("kms:ListGrants", "Timeout")
    );
}

#[test]
fn an_answer_that_cannot_be_read_is_a_gap() {
    for fault in [Fault::garbage(), Fault::cut_off()] {
        let server = served(&dynamodb());
        server.fault(
            fault
                .operation("backup:DescribeRegionSettings")
                .account(SOURCE),
        );
        let found = Home::new(&server)
            .timeout(Duration::from_secs(3))
            .both(&copy_of(TABLE));
        server.finish();
        let gaps = gaps(&found);
        let [(_, operation, _, Some(_))] = gaps.as_slice() else {
            panic!("{gaps:?}");
        };
        assert_eq!(operation, "backup:DescribeRegionSettings");
        assert_eq!(
            found["accounts"][0]["regions"][0].get("region_settings"),
            None
        );
    }
}

#[test]
fn a_list_without_end_is_a_gap() {
    let server = served(&rds());
    server.fault(
        Fault::endless_pages()
            .operation("kms:ListAliases")
            .account(DESTINATION),
    );
    let found = Home::new(&server).both(&copy_of(DATABASE));
    let journal = server.finish();
    let gaps = gaps(&found);
    let [(_, operation, _, Some(error))] = gaps.as_slice() else {
        panic!("{gaps:?}");
    };
    assert_eq!(
        (operation.as_str(), error.as_str()),
        ("kms:ListAliases", "EndlessList")
    );
    assert!(calls(&journal, "kms:ListAliases") <= 1005);
}
