//! A role that is replaced under its name is another role: policies and grants that name it mean the one that is gone, until they
//! are saved again.

use serde_json::{Value, json};

use super::replaced::REPLACED;
use super::what_stands::{Plan, change, plan_of, plan_with, verdicts};
use crate::support::Estate;
use crate::support::estate::{DESTINATION_VAULT, KEY, ROLE, SLR, allow_copy_into, trust};
use backup_preflight::verdict::Verdict::{Blocked, Feasible, Undecided};

const SOURCE_KEY: &str = "/accounts/0/regions/0/keys/0";

fn role(actions: &[&str]) -> Value {
    let managed = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
    let values = json!({"name": "AWSBackupDefaultServiceRole", "arn": ROLE, "path": "/service-role/",
        "assume_role_policy": trust().to_string(), "managed_policy_arns": [managed]});
    change("aws_iam_role", actions, values.clone(), values, json!({}))
}

fn linked(actions: &[&str]) -> Value {
    let values = json!({"aws_service_name": "backup.amazonaws.com", "arn": SLR});
    let kind = "aws_iam_service_linked_role";
    change(kind, actions, values.clone(), values, json!({}))
}

/// An estate whose vault lets the role in by its ARN.
fn named() -> Estate {
    let policy = allow_copy_into(ROLE);
    Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), policy)
}

fn vault_policy(actions: &[&str]) -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Sid": "AllowCopy", "Effect": "Allow", "Principal": {"AWS": ROLE},
        "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]});
    let values = json!({"backup_vault_name": "central", "policy": policy.to_string()});
    let before = if actions == ["create"] {
        Value::Null
    } else {
        values.clone()
    };
    let kind = "aws_backup_vault_policy";
    change(kind, actions, before, values, json!({}))
}

/// A plan of the replaced role and a policy, with what the configuration says of the policy.
fn with(policy: &Value, configured: &Value) -> Plan {
    let changes = [("aws", role(REPLACED[0])), ("aws.to", policy.clone())];
    plan_with(&changes, |plan| {
        let blocks = plan["configuration"]["root_module"]["resources"].as_array_mut();
        let block = blocks.unwrap().get_mut(1).unwrap();
        for (field, value) in configured.as_object().unwrap() {
            block[field] = value.clone();
        }
    })
}

fn refers_to(reference: &str) -> Value {
    json!({"expressions": {"policy": {"references": [format!("{reference}.arn"), reference]}}})
}

#[test]
fn a_policy_that_stands_does_not_name_the_role_that_takes_the_place_of_the_one_that_it_names() {
    for actions in REPLACED {
        let replaced = plan_of(&[("aws", role(actions))]);
        assert_eq!(verdicts(&Estate::rds(), &replaced), (Feasible, Feasible));
        assert_eq!(verdicts(&named(), &replaced), (Feasible, Blocked));
        let linked = plan_of(&[("aws.to", linked(actions))]);
        assert_eq!(verdicts(&Estate::rds(), &linked), (Feasible, Blocked));
    }
    let stays = with(&vault_policy(&["no-op"]), &refers_to("aws_iam_role.x"));
    assert_eq!(verdicts(&named(), &stays), (Feasible, Blocked));
}

/// KMS keeps the id of the grantee as well.
#[test]
fn a_grant_that_stands_is_not_to_the_role_that_takes_the_place_of_its_grantee() {
    let root = |account: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*",
            "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}}]})
    };
    let operations = [
        "CreateGrant",
        "Decrypt",
        "DescribeKey",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
    ];
    let grant =
        json!({"GrantId": "1", "KeyId": KEY, "GranteePrincipal": SLR, "Operations": operations});
    let granted = Estate::rds()
        .set(&format!("{SOURCE_KEY}/Policy"), root("111122223333"))
        .set(&format!("{SOURCE_KEY}/Grants"), json!([grant]));
    let values = json!({"key_id": KEY, "grantee_principal": SLR, "operations": operations});
    let made = change(
        "aws_kms_grant",
        &["create"],
        Value::Null,
        values,
        json!({"grant_id": true}),
    );
    let plan = |references: &[&str], changes: &[(&str, Value)]| {
        plan_with(changes, |plan| {
            let blocks = plan["configuration"]["root_module"]["resources"].as_array_mut();
            if let Some(block) = blocks.unwrap().get_mut(1) {
                block["expressions"] = json!({"grantee_principal": {"references": references}});
            }
        })
    };
    for actions in REPLACED {
        let replaced = ("aws.to", linked(actions));
        let alone = plan(&[], std::slice::from_ref(&replaced));
        assert_eq!(
            verdicts(&granted, &alone),
            (Feasible, Blocked),
            "{actions:?}"
        );
        // One that the plan makes is to the role that there is then.
        let both = [replaced, ("aws", made.clone())];
        for (references, after) in [
            (
                &[
                    "aws_iam_service_linked_role.x.arn",
                    "aws_iam_service_linked_role.x",
                ][..],
                Feasible,
            ),
            (&[], Undecided),
        ] {
            let both = plan(references, &both);
            assert_eq!(
                verdicts(&granted, &both),
                (Feasible, after),
                "{references:?}"
            );
        }
    }
}

#[test]
fn a_policy_that_is_saved_names_the_new_role_where_terraform_saves_it_after_the_role() {
    let all: [(&[&str], Value); 3] = [
        (&["update"], vault_policy(&["update"])),
        (&["delete", "create"], vault_policy(&["delete", "create"])),
        (&["create"], vault_policy(&["create"])),
    ];
    for (actions, policy) in &all {
        for (configured, after) in [
            (refers_to("aws_iam_role.x"), Feasible),
            (json!({"depends_on": ["aws_iam_role.x"]}), Feasible),
            (
                json!({"for_each_expression": {"references": ["aws_iam_role.x.name", "aws_iam_role.x"]}}),
                Feasible,
            ),
            (
                json!({"expressions": {"policy": {"constant_value": "{}"}}}),
                Undecided,
            ),
            (refers_to("aws_iam_role.other"), Undecided),
            (refers_to("data.aws_iam_role.x"), Undecided),
            (refers_to("local.role"), Undecided),
            (json!({"depends_on": ["module.roles"]}), Undecided),
        ] {
            let plan = with(policy, &configured);
            assert_eq!(
                verdicts(&named(), &plan),
                (Feasible, after),
                "{actions:?} {configured}"
            );
        }
    }
    // What does not name the role is not of it.
    let policy = |policy: &Value| {
        let values = json!({"backup_vault_name": "central", "policy": policy.to_string()});
        let kind = "aws_backup_vault_policy";
        change(kind, &["update"], values.clone(), values, json!({}))
    };
    let root = policy(&allow_copy_into("arn:aws:iam::111122223333:root"));
    assert_eq!(
        verdicts(&named(), &with(&root, &json!({}))),
        (Feasible, Feasible)
    );
}

/// Through data sources, other resources, modules, their variables and outputs.
#[test]
fn what_comes_after_a_role_is_followed_through_the_configuration() {
    let data = |from: &str| {
        json!({"address": "data.aws_iam_policy_document.x", "mode": "data", "type": "aws_iam_policy_document", "name": "x",
            "expressions": {"statement": [{"principals": [{"identifiers": {"references": [format!("{from}.arn"), from]}}]}]}})
    };
    let document = refers_to("data.aws_iam_policy_document.x");
    let plan = |configured: &Value, differs: &dyn Fn(&mut Value)| {
        let changes = [
            ("aws", role(REPLACED[0])),
            ("aws.to", vault_policy(&["update"])),
        ];
        plan_with(&changes, |plan| {
            let root = &mut plan["configuration"]["root_module"];
            for (field, value) in configured.as_object().unwrap() {
                root["resources"][1][field] = value.clone();
            }
            differs(plan);
        })
    };
    let add = |plan: &mut Value, block: Value| {
        let blocks = &mut plan["configuration"]["root_module"]["resources"];
        blocks.as_array_mut().unwrap().push(block);
    };
    let after = |plan: &Plan| verdicts(&named(), plan).1;
    assert_eq!(
        after(&plan(&document, &|plan| add(plan, data("aws_iam_role.x")))),
        Feasible
    );
    assert_eq!(
        after(&plan(&document, &|plan| add(plan, data("aws_iam_role.y")))),
        Undecided
    );
    // The role is in a module.
    let in_module = |outputs: &Value| {
        let outputs = outputs.clone();
        move |plan: &mut Value| {
            plan["resource_changes"][0]["address"] = json!("module.roles.aws_iam_role.x");
            plan["resource_changes"][0]["module_address"] = json!("module.roles");
            let root = &mut plan["configuration"]["root_module"];
            let block = root["resources"].as_array_mut().unwrap().remove(0);
            root["module_calls"] =
                json!({"roles": {"module": {"resources": [block], "outputs": outputs}}});
        }
    };
    let outputs = json!({"arn": {"expression": {"references": ["aws_iam_role.x.arn", "aws_iam_role.x"]}},
        "name": {"expression": {"constant_value": "x"}},
        "later": {"expression": {"constant_value": "x"}, "depends_on": ["aws_iam_role.x"]}});
    for (configured, is) in [
        (
            json!({"expressions": {"policy": {"references": ["module.roles.arn", "module.roles"]}}}),
            Feasible,
        ),
        (
            json!({"expressions": {"policy": {"references": ["module.roles.later", "module.roles"]}}}),
            Feasible,
        ),
        (
            json!({"expressions": {"policy": {"references": ["module.roles.name", "module.roles"]}}}),
            Undecided,
        ),
        (json!({"depends_on": ["module.roles"]}), Feasible),
        (json!({"depends_on": ["module.other"]}), Undecided),
        // One of the same name beside the module is another.
        (refers_to("aws_iam_role.x"), Undecided),
    ] {
        assert_eq!(
            after(&plan(&configured, &in_module(&outputs))),
            is,
            "{configured}"
        );
    }
    // The policy is in a module.
    let called = |call: &Value| {
        let call = call.clone();
        move |plan: &mut Value| {
            plan["resource_changes"][1]["address"] =
                json!("module.vault[0].aws_backup_vault_policy.x");
            plan["resource_changes"][1]["module_address"] = json!("module.vault[0]");
            let root = &mut plan["configuration"]["root_module"];
            let block = root["resources"].as_array_mut().unwrap().remove(1);
            let mut call = call.clone();
            call["module"] = json!({"resources": [block]});
            root["module_calls"] = json!({"vault": call});
        }
    };
    let given =
        json!({"expressions": {"role": {"references": ["aws_iam_role.x.arn", "aws_iam_role.x"]}}});
    let of_variable = |name: &str| json!({"expressions": {"policy": {"references": [name]}}});
    for (configured, call, is) in [
        (of_variable("var.role"), given.clone(), Feasible),
        (of_variable("var.other"), given.clone(), Undecided),
        (json!({}), given, Undecided),
        (
            json!({}),
            json!({"depends_on": ["aws_iam_role.x"]}),
            Feasible,
        ),
        (
            json!({}),
            json!({"count_expression": {"references": ["aws_iam_role.x"]}}),
            Feasible,
        ),
        (refers_to("aws_iam_role.x"), json!({}), Undecided),
    ] {
        assert_eq!(
            after(&plan(&configured, &called(&call))),
            is,
            "{configured} {call}"
        );
    }
}

/// A key's policy is saved where the plan makes or changes it, and not where it changes something else of the key.
#[test]
fn a_key_policy_that_a_plan_changes_is_saved_and_one_that_it_leaves_is_not() {
    let policy = |more: &[&str]| {
        let mut all = vec!["arn:aws:iam::111122223333:root", SLR];
        all.extend(more);
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": all}, "Action": "kms:*", "Resource": "*"}]})
    };
    let estate = Estate::rds().set(&format!("{SOURCE_KEY}/Policy"), policy(&[]));
    let values = |policy: &Value, name: &str| json!({"arn": KEY, "key_id": KEY.rsplit('/').next(), "is_enabled": true, "description": name, "policy": policy.to_string()});
    let of_key = |after: Value| {
        change(
            "aws_kms_key",
            &["update"],
            values(&policy(&[]), "a"),
            after,
            json!({}),
        )
    };
    let apart = |is: &Value| {
        let values = |policy: &Value| json!({"key_id": KEY, "policy": policy.to_string()});
        change(
            "aws_kms_key_policy",
            &["update"],
            values(&policy(&[])),
            values(is),
            json!({}),
        )
    };
    let other = policy(&["arn:aws:iam::444455556666:root"]);
    let direct = policy(&["arn:aws:iam::222233334444:root"]);
    let references = json!([
        "aws_iam_service_linked_role.x.arn",
        "aws_iam_service_linked_role.x"
    ]);
    for (change, references, is) in [
        (of_key(values(&policy(&[]), "b")), &references, Blocked),
        (of_key(values(&direct, "b")), &references, Feasible),
        (of_key(values(&direct, "b")), &json!([]), Undecided),
        (apart(&policy(&[])), &references, Blocked),
        (apart(&direct), &references, Feasible),
        (apart(&other), &json!([]), Undecided),
    ] {
        let changes = [("aws.to", linked(REPLACED[0])), ("aws", change)];
        let plan = plan_with(&changes, |plan| {
            plan["configuration"]["root_module"]["resources"][1]["expressions"] =
                json!({"policy": {"references": references}});
        });
        assert_eq!(verdicts(&estate, &plan), (Feasible, is), "{changes:?}");
    }
}
