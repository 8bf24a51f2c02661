//! What a plan runs beside what it makes: it leaves the answer open where its text calls what copies depend on, or is not told.

use std::collections::BTreeMap;
use std::fs;

use backup_preflight::known::AccountId;
use backup_preflight::sources::planned::Planned;
use backup_preflight::sources::terraform::{self, Source};
use serde_json::{Value, json};

use super::terraform_types::ACCOUNT;

const DISABLES: &str = "aws kms disable-key --key-id k";

/// What a plan of one resource leaves open that runs this, and what it notes.
fn runs(kind: &str, actions: &[&str], provisioner: &Value, source: Option<&str>) -> Planned {
    let values = |is: bool| is.then(|| json!({"id": "1", "region": "eu-west-1"}));
    let is_there = actions != ["create"];
    let stays = actions != ["delete"];
    let plan = json!({"format_version": "1.2",
        "resource_changes": [{"address": format!("{kind}.x"), "mode": "managed", "type": kind, "name": "x",
            "change": {"actions": actions, "before": values(is_there), "after": values(stays), "after_unknown": {}}}],
        "configuration": {"root_module": {"resources": [
            {"mode": "managed", "type": kind, "name": "x", "expressions": {}, "provisioners": [provisioner]}]}}});
    read(&plan, source)
}

fn read(plan: &Value, source: Option<&str>) -> Planned {
    let folder = tempfile::tempdir().unwrap();
    let source = source.map(|text| {
        fs::write(folder.path().join("main.tf"), text).unwrap();
        Source::read(folder.path(), 1 << 20).unwrap()
    });
    let account = AccountId::parse(ACCOUNT).unwrap();
    let accounts = BTreeMap::from([("aws".to_owned(), account)]);
    let plan = plan.to_string();
    terraform::read("plan.json", plan.as_bytes(), &accounts, source.as_ref()).unwrap()
}

fn constant(command: &str) -> Value {
    json!({"type": "local-exec", "expressions": {"command": {"constant_value": command}}})
}

#[test]
fn a_provisioner_of_what_is_made_or_destroyed_leaves_open_what_it_calls() {
    let made = &["create"][..];
    for (kind, actions) in [
        ("null_resource", made),
        ("terraform_data", &["delete", "create"]),
        ("terraform_data", &["create", "delete"]),
        ("aws_instance", made),
        ("null_resource", &["delete"]),
    ] {
        let open = runs(kind, actions, &constant(DISABLES), None).open;
        let is = format!(
            "a provisioner of {kind}.x calls disable-key of kms, and what comes of it is not known"
        );
        assert!(open.contains(&is), "{actions:?}: {open:?}");
    }
    for actions in [&["no-op"][..], &["update"], &["forget"]] {
        let left = runs("null_resource", actions, &constant(DISABLES), None);
        assert_eq!(left.open, [""; 0], "{actions:?}");
    }
    let list = json!({"type": "remote-exec", "expressions": {"inline": {"constant_value": ["set -e", DISABLES]}}});
    assert_eq!(runs("null_resource", made, &list, None).open.len(), 1);
    for (command, warnings) in [
        ("aws kms describe-key --key-id k", &[][..]),
        ("aws eks update-kubeconfig --name prod", &[]),
        ("sleep 30", &[]),
        (
            "./deploy.sh",
            &["a provisioner of null_resource.x runs deploy.sh, which is not read"],
        ),
    ] {
        let read = runs("null_resource", made, &constant(command), None);
        assert_eq!(
            (read.open.as_slice(), read.warnings.as_slice()),
            (
                &[][..],
                warnings
                    .iter()
                    .map(|one| (*one).to_owned())
                    .collect::<Vec<_>>()
                    .as_slice()
            ),
            "{command}"
        );
    }
    let file =
        json!({"type": "file", "expressions": {"source": {"constant_value": "backup.conf"}}});
    assert_eq!(runs("null_resource", made, &file, None).open, [""; 0]);
}

#[test]
fn a_command_that_a_plan_does_not_tell_is_read_from_the_source() {
    let told = json!({"type": "local-exec", "expressions": {"command": {"references": ["var.vault"]},
        "environment": {"references": ["var.vault"]}}});
    let open = |actions: &[&str], source: Option<&str>| {
        runs("terraform_data", actions, &told, source).open
    };
    assert_eq!(
        open(&["create"], None),
        [
            "a provisioner of terraform_data.x runs what the plan does not tell: give --terraform-source"
        ]
    );
    let written = |command: &str, more: &str| {
        format!(
            "variable \"vault\" {{}}\nresource \"terraform_data\" \"x\" {{\n  provisioner \"local-exec\" {{\n    {more}\n    command = {command}\n  }}\n}}\n"
        )
    };
    for (command, is_open) in [
        (
            "\"aws backup put-backup-vault-access-policy --backup-vault-name ${var.vault}\"",
            true,
        ),
        (
            "<<-EOT\n      set -e\n      aws kms disable-key --key-id ${self.id}\n    EOT",
            true,
        ),
        (
            "join(\" \", [\"aws\", \"organizations\", \"attach-policy\", var.vault])",
            true,
        ),
        ("var.vault", true),
        ("templatefile(\"x.tpl\", {})", true),
        ("\"aws kms describe-key --key-id ${var.vault}\"", false),
        ("\"echo ${var.vault} > name\"", false),
        ("\"${path.module}/deploy.sh ${var.vault}\"", false),
    ] {
        let source = written(command, "");
        assert_eq!(
            open(&["create"], Some(&source)).is_empty(),
            !is_open,
            "{command}"
        );
    }
    // The plan does not tell when it runs; the source does.
    let last = written(&format!("\"{DISABLES}\""), "when = destroy");
    for (actions, is_open) in [
        (&["create"][..], false),
        (&["delete"], true),
        (&["delete", "create"], true),
    ] {
        assert_eq!(
            open(actions, Some(&last)).is_empty(),
            !is_open,
            "{actions:?}"
        );
    }
    let first = written(&format!("\"{DISABLES}\""), "");
    assert_eq!(open(&["delete"], Some(&first)), [""; 0]);
}

#[test]
fn actions_invocations_and_associations_leave_open_what_they_are_given() {
    let action = |kind: &str, values: Value, unknown: Value| {
        let plan = json!({"format_version": "1.2", "resource_changes": [], "configuration": {},
            "planned_values": {"root_module": {}}, "action_invocations": [
                {"address": format!("action.{kind}.x"), "type": kind, "config_values": values, "config_unknown": unknown}]});
        read(&plan, None).open
    };
    let lambda = |name: &str| json!({"function_name": name, "payload": "{}"});
    let none = json!({});
    let kind = "aws_lambda_invoke";
    assert_eq!(
        action(kind, lambda("backup-policy"), none.clone()),
        ["action.aws_lambda_invoke.x names backup, and what comes of it is not known"]
    );
    assert_eq!(action(kind, lambda("seed"), none.clone()), [""; 0]);
    let command = json!({"command": "aws", "arguments": ["kms", "disable-key", "--key-id", "k"]});
    assert_eq!(action("local_command", command, none.clone()).len(), 1);
    let reads = json!({"command": "aws", "arguments": ["kms", "list-keys"]});
    assert_eq!(action("local_command", reads, none), [""; 0]);
    let open = json!({"arguments": [false, true]});
    assert_eq!(
        action("local_command", json!({"command": "aws"}), open).len(),
        1
    );

    let made = |kind: &str, values: Value| {
        let plan = json!({"format_version": "1.2", "configuration": {}, "resource_changes": [
            {"address": format!("{kind}.x"), "mode": "managed", "type": kind, "name": "x",
             "change": {"actions": ["create"], "before": null, "after": values, "after_unknown": {"id": true}}}]});
        read(&plan, None).open
    };
    let invoked = json!({"function_name": "setup", "input": "{\"service\": \"kms\"}"});
    assert_eq!(made("aws_lambda_invocation", invoked).len(), 1);
    let seeded = json!({"function_name": "seed", "input": "{}"});
    assert_eq!(made("aws_lambda_invocation", seeded), [""; 0]);
    let patches = json!({"name": "AWS-RunPatchBaseline", "parameters": {"Operation": "Scan"}});
    assert_eq!(made("aws_ssm_association", patches), [""; 0]);
    let shell = json!({"name": "AWS-RunShellScript", "parameters": {"commands": DISABLES}});
    assert_eq!(made("aws_ssm_association", shell).len(), 1);
}
