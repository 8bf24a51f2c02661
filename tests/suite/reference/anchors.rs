//! Requests decided by hand from AWS's pages. Both evaluators must decide them so, lest they agree on a mistake.

use serde_json::{Value, json};

use super::decide;

const ROLE: &str = "arn:aws:iam::111111111111:role/service-role/AWSBackupDefaultServiceRole";
const SERVICE_LINKED: &str =
    "arn:aws:iam::222222222222:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup";
const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/1111aaaa-22bb";
const VAULT: &str = "arn:aws:backup:eu-west-1:222222222222:backup-vault:central";

/// The role asks to decrypt with a key of its own account.
fn own_key(fields: Value) -> Value {
    with(
        json!({"principal": ROLE, "action": "kms:Decrypt", "resource": KEY, "resource_account": "111111111111"}),
        fields,
    )
}

/// The role asks to copy into a vault of another account, and its own policies let it.
fn foreign_vault(fields: Value) -> Value {
    let action = "backup:CopyIntoBackupVault";
    let request = json!({
        "principal": ROLE, "action": action, "resource": VAULT, "resource_account": "222222222222",
        "identity_policies": [policy(json!({"Action": "backup:*"}))],
    });
    with(request, fields)
}

fn with(mut request: Value, fields: Value) -> Value {
    request["context"] = json!({});
    request["unknown_context"] = json!([]);
    for (name, value) in fields.as_object().unwrap() {
        request[name] = value.clone();
    }
    request
}

/// A policy of one statement: an Allow of everything, but for what is given.
fn policy(fields: Value) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    for (name, value) in fields.as_object().unwrap() {
        statement[name] = value.clone();
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// The vault's policy lets everybody in under this condition.
fn on_condition(condition: Value, context: Value) -> Value {
    foreign_vault(json!({
        "resource_policy": policy(json!({"Principal": "*", "Condition": condition})), "context": context,
    }))
}

fn everybody() -> Value {
    policy(json!({"Principal": "*"}))
}

fn of_account(account: &str) -> Value {
    policy(json!({"Principal": {"AWS": format!("arn:aws:iam::{account}:root")}}))
}

/// The page of AWS's documentation by its name, the request, the decision, and whether a Deny made it.
fn anchors() -> Vec<(&'static str, Value, &'static str, bool)> {
    let allow_all = || policy(json!({}));
    let deny = |fields: Value| {
        let mut policy = policy(fields);
        policy["Statement"][0]["Effect"] = json!("Deny");
        policy
    };
    let targets = json!({"backup:CopyTargets": [VAULT]});
    vec![
        // A key policy that names the role needs no other; one that names the account only hands the decision on.
        (
            "key-policy-default",
            own_key(json!({"resource_policy": policy(json!({"Principal": {"AWS": ROLE}}))})),
            "allowed",
            false,
        ),
        (
            "key-policy-default",
            own_key(json!({"resource_policy": of_account("111111111111")})),
            "denied",
            false,
        ),
        (
            "key-policy-default",
            own_key(
                json!({"resource_policy": of_account("111111111111"), "identity_policies": [allow_all()]}),
            ),
            "allowed",
            false,
        ),
        (
            "key-policy-default",
            own_key(
                json!({"resource_policy": of_account("222222222222"), "identity_policies": [allow_all()]}),
            ),
            "denied",
            false,
        ),
        (
            "key-policy-default",
            own_key(json!({"identity_policies": [allow_all()]})),
            "denied",
            false,
        ),
        // Two accounts: both must allow.
        (
            "reference_policies_evaluation-logic-cross-account",
            foreign_vault(json!({"resource_policy": everybody()})),
            "allowed",
            false,
        ),
        (
            "reference_policies_evaluation-logic-cross-account",
            foreign_vault(json!({"resource_policy": null})),
            "denied",
            false,
        ),
        (
            "reference_policies_evaluation-logic-cross-account",
            foreign_vault(json!({"resource_policy": everybody(), "identity_policies": []})),
            "denied",
            false,
        ),
        (
            "reference_policies_evaluation-logic-cross-account",
            foreign_vault(json!({"resource_policy": of_account("111111111111")})),
            "allowed",
            false,
        ),
        // A boundary grants nothing and must allow.
        (
            "access_policies_boundaries",
            foreign_vault(
                json!({"resource_policy": everybody(), "permissions_boundary": policy(json!({"Action": "s3:*"}))}),
            ),
            "denied",
            false,
        ),
        (
            "access_policies_boundaries",
            own_key(
                json!({"resource_policy": of_account("111111111111"), "permissions_boundary": allow_all()}),
            ),
            "denied",
            false,
        ),
        // A Deny of an account denies its roles.
        (
            "reference_policies_elements_principal",
            own_key(json!({"identity_policies": [allow_all()],
            "resource_policy": {"Statement": [everybody()["Statement"][0], {"Effect": "Deny", "Principal": {"AWS": "111111111111"}, "Action": "kms:*", "Resource": "*"}]}})),
            "denied",
            true,
        ),
        // No wildcards in a principal's ARN.
        (
            "reference_policies_elements_principal",
            own_key(
                json!({"resource_policy": policy(json!({"Principal": {"AWS": "arn:aws:iam::111111111111:role/*"}}))}),
            ),
            "denied",
            false,
        ),
        // Service control policies: every level, any policy within it; not for service-linked roles.
        (
            "orgs_manage_policies_scps_evaluation",
            foreign_vault(
                json!({"resource_policy": everybody(), "service_control_policies": [[allow_all()], [policy(json!({"Action": "kms:*"})), allow_all()]]}),
            ),
            "allowed",
            false,
        ),
        (
            "orgs_manage_policies_scps_evaluation",
            foreign_vault(
                json!({"resource_policy": everybody(), "service_control_policies": [[allow_all()], []]}),
            ),
            "denied",
            false,
        ),
        (
            "orgs_manage_policies_scps",
            own_key(
                json!({"principal": SERVICE_LINKED, "resource_policy": everybody(), "identity_policies": [allow_all()], "service_control_policies": [[deny(json!({}))]]}),
            ),
            "allowed",
            false,
        ),
        // Resource control policies only deny.
        (
            "orgs_manage_policies_rcps",
            foreign_vault(
                json!({"resource_policy": everybody(), "resource_control_policies": [[deny(json!({"Principal": "*", "Action": "s3:*"}))]]}),
            ),
            "allowed",
            false,
        ),
        (
            "orgs_manage_policies_rcps",
            foreign_vault(
                json!({"resource_policy": everybody(), "resource_control_policies": [[deny(json!({"Principal": "*"}))]]}),
            ),
            "denied",
            true,
        ),
        // A key that is not there.
        (
            "reference_policies_elements_condition_operators",
            on_condition(
                json!({"StringEquals": {"aws:SourceAccount": "1"}}),
                json!({}),
            ),
            "denied",
            false,
        ),
        (
            "reference_policies_elements_condition_operators",
            on_condition(
                json!({"StringNotEquals": {"aws:SourceAccount": "1"}}),
                json!({}),
            ),
            "allowed",
            false,
        ),
        (
            "reference_policies_elements_condition_operators",
            on_condition(
                json!({"StringEqualsIfExists": {"aws:SourceAccount": "1"}}),
                json!({}),
            ),
            "allowed",
            false,
        ),
        (
            "reference_policies_elements_condition_operators",
            on_condition(json!({"Null": {"aws:SourceAccount": true}}), json!({})),
            "allowed",
            false,
        ),
        (
            "reference_policies_condition-single-vs-multi-valued-context-keys",
            on_condition(
                json!({"ForAllValues:StringEquals": {"backup:CopyTargets": "x"}}),
                json!({}),
            ),
            "allowed",
            false,
        ),
        (
            "reference_policies_condition-single-vs-multi-valued-context-keys",
            on_condition(
                json!({"ForAnyValue:StringNotEquals": {"backup:CopyTargets": "x"}}),
                json!({}),
            ),
            "denied",
            false,
        ),
        (
            "reference_policies_condition-single-vs-multi-valued-context-keys",
            on_condition(
                json!({"StringNotEquals": {"backup:CopyTargets": "x"}}),
                targets.clone(),
            ),
            "unknown",
            false,
        ),
        (
            "reference_policies_condition-single-vs-multi-valued-context-keys",
            on_condition(
                json!({"ForAnyValue:StringNotEquals": {"backup:CopyTargets": "x"}}),
                targets,
            ),
            "allowed",
            false,
        ),
        // ARNs are compared part by part, under either name.
        (
            "reference_policies_elements_condition_operators",
            on_condition(
                json!({"ArnEquals": {"aws:SourceArn": "arn:aws:backup:*:222222222222:backup-vault:*"}}),
                json!({"AWS:SOURCEARN": VAULT}),
            ),
            "allowed",
            false,
        ),
        (
            "reference_policies_elements_condition_operators",
            on_condition(
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:backup:*:backup-vault:*"}}),
                json!({"aws:SourceArn": VAULT}),
            ),
            "denied",
            false,
        ),
        // Variables are filled in under the newer Version only, and a value's wildcards and colons are characters.
        (
            "reference_policies_variables",
            on_condition(
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:backup:*:${aws:PrincipalTag/a}:backup-vault:*"}}),
                json!({"aws:SourceArn": VAULT, "aws:PrincipalTag/a": "222222222222"}),
            ),
            "allowed",
            false,
        ),
        (
            "reference_policies_variables",
            on_condition(
                json!({"StringLike": {"aws:SourceAccount": "${aws:PrincipalTag/a, '1*'}"}}),
                json!({"aws:SourceAccount": "1*"}),
            ),
            "allowed",
            false,
        ),
        (
            "reference_policies_variables",
            on_condition(
                json!({"StringEquals": {"aws:SourceAccount": "${aws:PrincipalTag/a}"}}),
                json!({"aws:SourceAccount": "1"}),
            ),
            "unknown",
            false,
        ),
        (
            "reference_policies_elements_version",
            foreign_vault(json!({"context": {"aws:SourceAccount": "1"},
            "resource_policy": {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "${aws:SourceAccount}"}}}}})),
            "denied",
            false,
        ),
    ]
}

/// An evaluator must decide every anchor as AWS's page does.
fn decided_as_documented(evaluator: fn(&Value) -> Value) {
    for (page, request, decision, explicit) in anchors() {
        let answer = evaluator(&request);
        assert_eq!(
            (&answer["decision"], &answer["explicit"]),
            (&json!(decision), &json!(explicit)),
            "{page}: {request}"
        );
    }
}

#[test]
fn the_second_evaluator_decides_as_documented() {
    decided_as_documented(decide::answer);
}
