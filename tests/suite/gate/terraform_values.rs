//! What a plan and the text of its configuration say of a value, in the words that AWS gets.

use std::collections::BTreeMap;
use std::path::Path;

use backup_preflight::known::AccountId;
use backup_preflight::sources::planned::Planned;
use backup_preflight::sources::terraform::{self, Source};
use serde_json::{Value, json};

use super::terraform_types::{ACCOUNT, Change, KEY, ROLE, VAULT, field, is_unknown, planned};
use crate::cli::Files;

/// A plan of these objects, each with what the configuration says of it.
pub(super) fn plan(objects: &[(Value, Value)]) -> Value {
    let changes: Vec<&Value> = objects.iter().map(|(change, _)| change).collect();
    let blocks = objects.iter().map(|(change, configured)| {
        let mut block = json!({"mode": change["mode"], "type": change["type"], "name": change["name"],
            "provider_config_key": "aws"});
        for (name, value) in configured.as_object().unwrap() {
            block[name] = value.clone();
        }
        block
    });
    json!({"format_version": "1.2", "resource_changes": changes, "configuration": {
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
        "root_module": {"resources": blocks.collect::<Vec<_>>()}}})
}

pub(super) fn made(address: &str, after: Value, unknown: Value) -> Value {
    let (kind, name) = address.split_once('.').unwrap();
    json!({"address": address, "mode": "managed", "type": kind, "name": name,
        "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}})
}

pub(super) fn read(plan: &Value, source: Option<&Path>) -> Planned {
    let account = AccountId::parse(ACCOUNT).unwrap();
    let accounts = BTreeMap::from([("aws".to_owned(), account)]);
    let source = source.map(|folder| Source::read(folder, 1 << 20).unwrap());
    let bytes = plan.to_string();
    terraform::read("plan.json", bytes.as_bytes(), &accounts, source.as_ref()).unwrap()
}

/// Of blocks that a dynamic block makes of what waits for apply a plan tells nothing.
#[test]
fn the_statements_that_a_dynamic_block_makes_are_those_of_the_configuration() {
    let key = made(
        "aws_kms_key.k",
        json!({}),
        json!({"arn": true, "id": true, "key_id": true}),
    );
    let document = |unknown: Value| {
        json!({"address": "data.aws_iam_policy_document.d", "mode": "data", "type": "aws_iam_policy_document",
            "name": "d", "change": {"actions": ["read"], "before": null, "after": {}, "after_unknown": unknown}})
    };
    let policy = made(
        "aws_backup_vault_policy.p",
        json!({"backup_vault_name": "main"}),
        json!({"policy": true}),
    );
    let name = "data.aws_iam_policy_document.d";
    let refers = json!({"expressions": {"backup_vault_name": {"constant_value": "main"},
        "policy": {"references": [format!("{name}.json"), name]}}});
    let of = |for_each: &str, unknown: Value| {
        let plan = plan(&[
            (key.clone(), json!({})),
            (policy.clone(), refers.clone()),
            (document(unknown), json!({"expressions": {}})),
        ]);
        let files = Files::new();
        let text = format!(
            r#"
resource "aws_kms_key" "k" {{}}
resource "aws_backup_vault_policy" "p" {{
  backup_vault_name = "main"
  policy            = data.aws_iam_policy_document.d.json
}}
data "aws_iam_policy_document" "d" {{
  statement {{
    effect    = "Deny"
    actions   = ["backup:DeleteRecoveryPoint"]
    resources = ["*"]
    principals {{
      type        = "AWS"
      identifiers = ["*"]
    }}
  }}
  dynamic "statement" {{
    for_each = {for_each}
    content {{
      actions   = ["backup:CopyIntoBackupVault"]
      resources = ["*"]
      principals {{
        type        = "AWS"
        identifiers = ["arn:aws:iam::${{444455556666}}:root"]
      }}
    }}
  }}
}}
"#
        );
        files.write("main.tf", &text);
        let found = read(&plan, Some(&files.path("")));
        field(&found.after, "vaults", VAULT, "AccessPolicy")
    };
    let waits = || json!({"json": true, "id": true, "statement": true});
    let found = of("aws_kms_key.k.arn != \"\" ? [1] : []", waits());
    assert_eq!(
        found["Statement"],
        json!([
            {"Effect": "Deny", "Action": ["backup:DeleteRecoveryPoint"], "Resource": ["*"], "Principal": {"AWS": ["*"]}},
            {"Effect": "Allow", "Action": ["backup:CopyIntoBackupVault"], "Resource": ["*"], "Principal": {"AWS": ["arn:aws:iam::444455556666:root"]}},
        ])
    );
    // What is not told does not decide, and a version that is not known is not the newest.
    assert!(is_unknown(&of(
        "aws_kms_key.k.rotation_period_in_days > 90 ? [1] : []",
        waits()
    )));
    let open = json!({"json": true, "version": true, "statement": true});
    assert!(is_unknown(&of("[1]", open)));
}

/// The provider's documentation has policy variables written so, as Terraform takes the other way for its own.
/// A statement takes the place of one with its `Sid`, and other documents come before and after the own one.
#[test]
fn a_document_takes_those_that_it_names() {
    let policy = made(
        "aws_backup_vault_policy.p",
        json!({"backup_vault_name": "main"}),
        json!({"policy": true}),
    );
    let name = "data.aws_iam_policy_document.d";
    let refers = json!({"expressions": {"backup_vault_name": {"constant_value": "main"},
        "policy": {"references": [format!("{name}.json"), name]}}});
    let text =
        |statements: Value| json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let says = |sid: &str, effect: &str| json!({"Sid": sid, "Effect": effect, "Principal": "*", "Action": "backup:*", "Resource": "*"});
    let of = |first: Value, last: Value| {
        let own = json!([{"sid": "b", "effect": "Allow", "actions": ["backup:StartCopyJob"], "resources": ["*"],
            "principals": [{"type": "*", "identifiers": ["*"]}]}]);
        let after = json!({"statement": own, "source_policy_documents": first, "override_policy_documents": last});
        let document = json!({"address": name, "mode": "data", "type": "aws_iam_policy_document", "name": "d",
            "change": {"actions": ["read"], "before": null, "after": after, "after_unknown": {"json": true, "id": true}}});
        let plan = plan(&[
            (policy.clone(), refers.clone()),
            (document, json!({"expressions": {}})),
        ]);
        field(&read(&plan, None).after, "vaults", VAULT, "AccessPolicy")
    };
    let sids = |document: &Value| -> Vec<String> {
        let all = document["Statement"].as_array().unwrap().iter();
        all.map(|one| {
            format!(
                "{} {}",
                one["Sid"].as_str().unwrap(),
                one["Effect"].as_str().unwrap()
            )
        })
        .collect()
    };
    for none in [Value::Null, json!([])] {
        assert_eq!(sids(&of(none.clone(), none)), ["b Allow"]);
    }
    let first = json!([
        text(json!([says("a", "Deny"), says("b", "Deny")])),
        text(says("c", "Deny"))
    ]);
    let found = of(first.clone(), json!([]));
    assert_eq!(sids(&found), ["a Deny", "b Allow", "c Deny"]);
    assert_eq!(
        found["Statement"][1]["Action"],
        json!(["backup:StartCopyJob"])
    );
    let found = of(
        first,
        json!([text(json!([says("b", "Deny"), says("d", "Deny")]))]),
    );
    assert_eq!(sids(&found), ["a Deny", "b Deny", "c Deny", "d Deny"]);
    let older = json!([json!({"Version": "2008-10-17", "Statement": []}).to_string()]);
    for open in [json!(["nothing"]), older] {
        let found = of(open.clone(), Value::Null);
        assert!(is_unknown(&found), "{open}: {found}");
    }
}

#[test]
fn a_variable_of_a_policy_is_written_as_aws_takes_it() {
    let statement = json!([{"effect": "Deny", "actions": ["*"], "resources": ["arn:aws:s3:::&{aws:username}"],
        "principals": [{"type": "AWS", "identifiers": ["&{aws:PrincipalArn}"]}],
        "condition": [{"test": "StringEquals", "variable": "aws:PrincipalOrgID", "values": ["&{aws:ResourceOrgID}"]}]}]);
    let document = json!({"address": "data.aws_iam_policy_document.d", "mode": "data", "type": "aws_iam_policy_document",
        "name": "d", "change": {"actions": ["read"], "before": null, "after": {"statement": statement},
            "after_unknown": {"json": true}}});
    let policy = made(
        "aws_backup_vault_policy.p",
        json!({"backup_vault_name": "main"}),
        json!({"policy": true}),
    );
    let name = "data.aws_iam_policy_document.d";
    let refers = json!({"expressions": {"policy": {"references": [format!("{name}.json"), name]}}});
    let plan = plan(&[(policy, refers), (document, json!({}))]);
    let policy = field(&read(&plan, None).after, "vaults", VAULT, "AccessPolicy");
    assert_eq!(
        policy["Statement"][0],
        json!({"Effect": "Deny", "Action": ["*"], "Resource": ["arn:aws:s3:::${aws:username}"],
            "Principal": {"AWS": ["${aws:PrincipalArn}"]},
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["${aws:ResourceOrgID}"]}}})
    );
}

/// The value under a key may be another's key.
#[test]
fn of_several_only_the_own_key_tells_which_is_meant() {
    let of = |address: &str, index: &str, after: Value, unknown: Value| {
        let mut one = made(address, after, unknown);
        one["address"] = json!(format!("{address}[\"{index}\"]"));
        one["index"] = json!(index);
        one
    };
    let unknown = json!({"arn": true, "key_id": true});
    let key = |index| of("aws_kms_key.k", index, json!({}), unknown.clone());
    let database = of(
        "aws_db_instance.d",
        "a",
        json!({"identifier": "a", "engine": "postgres", "storage_encrypted": true}),
        json!({"arn": true, "kms_key_id": true}),
    );
    let arn = "arn:aws:rds:eu-west-1:111122223333:db:a";
    let over = |for_each: &[&str], references: &[&str]| {
        let for_each = json!({"references": for_each});
        let configured = json!({"for_each_expression": for_each, "expressions": {"kms_key_id": {"references": references}}});
        let plan = plan(&[
            (key("a"), json!({})),
            (key("b"), json!({})),
            (database.clone(), configured),
        ]);
        field(
            &read(&plan, None).after,
            "resources",
            arn,
            "EncryptionKeyArn",
        )
    };
    let own = "arn:aws:kms:eu-west-1:111122223333:key/aws_kms_key.k.a";
    let with = |more: &[&str]| over(&["var.sites"], &[&["aws_kms_key.k"][..], more].concat());
    assert_eq!(with(&["each.key"]), own);
    // A key may be made of what stands beside it: `aws_kms_key.k[var.keys[each.key]]`.
    for other in [
        &["each.value.dr", "each.value"][..],
        &["each.value"],
        &["var.keys", "each.key"],
        &["aws_kms_key.other", "each.key"],
    ] {
        let found = with(other);
        assert!(is_unknown(&found), "{other:?}: {found}");
    }
    // The values of resources as a whole have their keys, and those of a map of some of them need not.
    let value = |for_each: &[&str]| over(for_each, &["each.value.arn", "each.value"]);
    assert_eq!(value(&["aws_kms_key.k"]), own);
    let named = |key: &str| format!("aws_kms_key.k[\"{key}\"]");
    let (a, b) = (named("a"), named("b"));
    let found = value(&[&a, &b, "aws_kms_key.k"]);
    assert!(is_unknown(&found), "{found}");
}

#[test]
fn an_empty_text_within_a_block_is_not_set() {
    let rule = json!({"rule_name": "r", "target_vault_name": "main", "schedule": "", "schedule_expression_timezone": "",
        "target_logically_air_gapped_backup_vault_arn": "", "copy_action": [], "lifecycle": []});
    let plan = planned(&[Change(
        "aws_backup_plan.p",
        &["no-op"],
        json!({"id": "p-1", "name": "daily", "rule": [rule]}),
        json!({"id": "p-1", "name": "daily", "rule": [rule]}),
        json!({}),
    )]);
    let body = field(&plan.before, "plans", "p-1", "BackupPlan");
    assert_eq!(
        body["Rules"],
        json!([{"RuleName": "r", "TargetBackupVaultName": "main", "CopyActions": []}])
    );
}

#[test]
fn the_constraints_of_a_grant_are_a_block() {
    let with = |constraints: Value, unknown: Value| {
        let values = json!({"key_id": KEY, "grantee_principal": ROLE, "operations": ["Decrypt"], "constraints": constraints});
        let plan = planned(&[Change(
            "aws_kms_grant.g",
            &["create"],
            Value::Null,
            values,
            unknown,
        )]);
        field(&plan.after, "keys", KEY, "Grants")["joined"][0]["Constraints"].clone()
    };
    let pairs = json!({"a": "b"});
    let equals = json!([{"encryption_context_equals": pairs, "encryption_context_subset": null}]);
    let none = json!({});
    assert_eq!(
        with(equals, none.clone()),
        json!({"EncryptionContextEquals": pairs})
    );
    let subset = json!([{"encryption_context_equals": {}, "encryption_context_subset": pairs}]);
    assert_eq!(
        with(subset, none.clone()),
        json!({"EncryptionContextSubset": pairs})
    );
    for nothing in [json!([]), Value::Null] {
        assert_eq!(with(nothing, none.clone()), Value::Null);
    }
    let open = with(
        json!([{}]),
        json!({"constraints": [{"encryption_context_equals": true}]}),
    );
    assert!(is_unknown(&open), "{open}");
}

/// A plan whose role has a policy about a key that the plan makes.
fn of_a_key() -> Value {
    let key = made(
        "aws_kms_key.k",
        json!({}),
        json!({"arn": true, "key_id": true, "id": true}),
    );
    let policy = made(
        "aws_iam_role_policy.p",
        json!({"role": "copier", "name": "p"}),
        json!({"policy": true}),
    );
    let references = json!({"expressions": {"policy": {"references": ["aws_kms_key.k.key_id", "aws_kms_key.k"]}}});
    plan(&[(key, json!({})), (policy, references)])
}

/// The policy that a role gets of a plan with this configuration.
fn with_text(plan: &Value, text: &str) -> (Value, Vec<String>) {
    let files = Files::new();
    files.write("main.tf", text);
    let planned = read(plan, Some(&files.path("")));
    let policies = field(&planned.after, "roles", ROLE, "InlinePolicies");
    (policies["joined"][0]["Document"].clone(), planned.warnings)
}

fn written(resource: &str) -> String {
    format!(
        "resource \"aws_kms_key\" \"k\" {{}}\nresource \"aws_iam_role_policy\" \"p\" {{\n  policy = jsonencode({{Version = \
         \"2012-10-17\", Statement = [{{Effect = \"Deny\", Action = \"kms:*\", Resource = \"{resource}\"}}]}})\n}}\n"
    )
}

#[test]
fn the_id_of_a_key_is_the_end_of_its_arn() {
    let text = written("arn:aws:kms:eu-west-1:111122223333:key/${aws_kms_key.k.key_id}");
    let (document, warnings) = with_text(&of_a_key(), &text);
    assert_eq!(
        document["Statement"][0]["Resource"],
        "arn:aws:kms:eu-west-1:111122223333:key/aws_kms_key.k"
    );
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn what_makes_resources_and_is_not_read_leaves_the_answer_open() {
    for kind in [
        "aws_serverlessapplicationrepository_cloudformation_stack",
        "aws_servicecatalog_provisioned_product",
        "aws_efs_replication_configuration",
        "aws_dynamodb_global_table",
        "awscc_eks_cluster",
        "awscc_timestream_table",
        "awscc_dsql_cluster",
        "awscc_redshiftserverless_namespace",
        "awscc_iam_service_linked_role",
    ] {
        let change = made(&format!("{kind}.x"), json!({}), json!({}));
        let planned = read(&plan(&[(change, json!({}))]), None);
        assert!(planned.open.iter().any(|why| why.contains(kind)), "{kind}");
    }
}

/// `try` of anything that waits for apply does, and the blocks that a dynamic block makes of that with it.
#[test]
fn blocks_of_a_statement_that_wait_for_apply_leave_the_document_open() {
    let name = "data.aws_iam_policy_document.d";
    let of = |statements: Value, unknown: Value, sources: Value| {
        let policy = made(
            "aws_backup_vault_policy.p",
            json!({"backup_vault_name": "main"}),
            json!({"policy": true}),
        );
        let refers =
            json!({"expressions": {"policy": {"references": [format!("{name}.json"), name]}}});
        let after = json!({"statement": statements, "source_policy_documents": sources});
        let document = json!({"address": name, "mode": "data", "type": "aws_iam_policy_document", "name": "d",
            "change": {"actions": ["read"], "before": null, "after": after,
                "after_unknown": {"json": true, "statement": unknown}}});
        let plan = plan(&[(policy, refers), (document, json!({}))]);
        field(&read(&plan, None).after, "vaults", VAULT, "AccessPolicy")
    };
    let statement = |sid: &str, principals: Value| json!({"sid": sid, "effect": "Allow", "actions": ["backup:*"], "resources": ["*"], "principals": principals});
    let aws = json!([{"type": "AWS", "identifiers": ["*"]}]);
    let own = || json!([statement("a", aws.clone())]);
    assert!(!is_unknown(&of(own(), json!([{}]), Value::Null)));
    for open in ["condition", "principals", "not_principals"] {
        let mut statements = own();
        statements[0].as_object_mut().unwrap().shift_remove(open);
        let found = of(statements, json!([{ open: true }]), Value::Null);
        assert!(is_unknown(&found), "{open}: {found}");
    }
    // The provider prints `*` alone only where nothing else is beside it.
    let everybody = json!([{"type": "*", "identifiers": ["*"]}]);
    let found = of(json!([statement("a", everybody)]), json!([{}]), Value::Null);
    assert_eq!(found["Statement"][0]["Principal"], "*");
    for odd in [
        json!([{"type": "*", "identifiers": [ROLE]}]),
        json!([{"type": "*", "identifiers": ["*"]}, {"type": "AWS", "identifiers": [ROLE]}]),
    ] {
        let found = of(json!([statement("a", odd)]), json!([{}]), Value::Null);
        assert!(is_unknown(&found), "{found}");
    }
    // It takes no two statements of one Sid of several sources, nor two of its own.
    let source = |sid: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Sid": sid, "Effect": "Allow", "Action": "backup:*",
            "Resource": "*", "Principal": "*"}]})
        .to_string()
    };
    let two = |other: &str| json!([source("s"), source(other)]);
    assert!(!is_unknown(&of(own(), json!([{}]), two("t"))));
    assert!(is_unknown(&of(own(), json!([{}]), two("s"))));
    let twice = json!([statement("a", aws.clone()), statement("a", aws.clone())]);
    assert!(is_unknown(&of(twice, json!([{}, {}]), two("t"))));
}
