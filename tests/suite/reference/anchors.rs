//! Requests decided by hand from AWS's pages. Both evaluators must decide them so, lest they agree on a mistake.

use serde_json::{Value, json};

use super::{decide, program};

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

fn deny(fields: Value) -> Value {
    let mut policy = policy(fields);
    policy["Statement"][0]["Effect"] = json!("Deny");
    policy
}

/// Holds an evaluator to what a page of AWS's documentation, by its name, says of a request.
type Judge<'a> = &'a dyn Fn(&str, Value, &str);

/// A key policy that names the role needs no other; one that names the account only hands the decision on.
fn keys(judge: Judge) {
    let page = "key-policy-default";
    let everything = policy(json!({}));
    let (own, other) = (of_account("111111111111"), of_account("222222222222"));
    let role = policy(json!({"Principal": {"AWS": ROLE}}));
    let with_own_policies =
        |key: &Value| own_key(json!({"resource_policy": key, "identity_policies": [everything]}));
    judge(page, own_key(json!({"resource_policy": role})), "allowed");
    judge(page, own_key(json!({"resource_policy": own})), "denied");
    judge(page, with_own_policies(&own), "allowed");
    judge(page, with_own_policies(&other), "denied");
    judge(page, with_own_policies(&Value::Null), "denied");
}

/// Between accounts both sides must allow; a boundary grants nothing and must allow.
fn sides(judge: Judge) {
    let page = "reference_policies_evaluation-logic-cross-account";
    let vault = |policy: Value| foreign_vault(json!({"resource_policy": policy}));
    judge(page, vault(everybody()), "allowed");
    judge(page, vault(of_account("111111111111")), "allowed");
    judge(page, vault(Value::Null), "denied");
    let mut one_sided = vault(everybody());
    one_sided["identity_policies"] = json!([]);
    judge(page, one_sided, "denied");

    let page = "access_policies_boundaries";
    let mut bounded = vault(everybody());
    bounded["permissions_boundary"] = policy(json!({"Action": "s3:*"}));
    judge(page, bounded, "denied");
    let mut granted_by_boundary = own_key(json!({"resource_policy": of_account("111111111111")}));
    granted_by_boundary["permissions_boundary"] = policy(json!({}));
    judge(page, granted_by_boundary, "denied");
    let mut key = everybody();
    let spared = json!({"AWS": [ROLE, "arn:aws:iam::111111111111:root"]});
    let others = deny(json!({"NotPrincipal": spared}));
    key["Statement"] = json!([key["Statement"][0], others["Statement"][0]]);
    let mut never_spared = own_key(json!({"resource_policy": key}));
    judge(
        "reference_policies_elements_notprincipal",
        never_spared.clone(),
        "allowed",
    );
    never_spared["permissions_boundary"] = policy(json!({}));
    judge(page, never_spared, "denied by a Deny");
}

/// To deny an account is to deny its roles; a principal's ARN takes no wildcards; an id stands for a
/// role that is gone.
fn principals(judge: Judge) {
    let page = "reference_policies_elements_principal";
    let mut key = everybody();
    let account = deny(json!({"Principal": {"AWS": "111111111111"}}));
    key["Statement"] = json!([key["Statement"][0], account["Statement"][0]]);
    judge(
        page,
        own_key(json!({"resource_policy": key})),
        "denied by a Deny",
    );
    let wild = policy(json!({"Principal": {"AWS": "arn:aws:iam::111111111111:role/*"}}));
    judge(page, own_key(json!({"resource_policy": wild})), "unknown");
    let gone = policy(json!({"Principal": {"AWS": "AROAEXAMPLEEXAMPLE123"}}));
    judge(page, own_key(json!({"resource_policy": gone})), "denied");
}

/// Service control policies: every level, any policy within it, but not for service-linked roles. Resource control
/// policies only deny.
fn organizations(judge: Judge) {
    let (everything, of_keys) = (policy(json!({})), policy(json!({"Action": "kms:*"})));
    let under = |field: &str, levels: Value| {
        foreign_vault(json!({"resource_policy": everybody(), field: levels}))
    };
    let page = "orgs_manage_policies_scps_evaluation";
    let field = "service_control_policies";
    judge(
        page,
        under(field, json!([[everything], [of_keys, everything]])),
        "allowed",
    );
    judge(
        page,
        under(field, json!([[everything], [of_keys]])),
        "denied",
    );
    judge(page, under(field, json!([[everything], []])), "denied");
    let refused = json!([[deny(json!({}))]]);
    judge(page, under(field, refused.clone()), "denied by a Deny");
    let mut service_linked = under(field, refused);
    service_linked["principal"] = json!(SERVICE_LINKED);
    judge("orgs_manage_policies_scps", service_linked, "allowed");

    let page = "orgs_manage_policies_rcps";
    let field = "resource_control_policies";
    let of_storage = deny(json!({"Principal": "*", "Action": "s3:*"}));
    judge(page, under(field, json!([[of_storage]])), "allowed");
    judge(
        page,
        under(field, json!([[deny(json!({"Principal": "*"}))]])),
        "denied by a Deny",
    );
}

/// A key that is not there, and a key of many values.
fn presence(judge: Judge) {
    let page = "reference_policies_elements_condition_operators";
    let absent = |operator: &str, value: Value| {
        on_condition(json!({operator: {"aws:SourceAccount": value}}), json!({}))
    };
    judge(page, absent("StringEquals", json!("1")), "denied");
    judge(page, absent("StringNotEquals", json!("1")), "allowed");
    judge(page, absent("StringEqualsIfExists", json!("1")), "allowed");
    judge(page, absent("Null", json!(true)), "allowed");
    judge(page, absent("Null", json!("false")), "denied");

    let page = "reference_policies_condition-single-vs-multi-valued-context-keys";
    let many = |operator: &str, context: Value| {
        on_condition(json!({operator: {"backup:CopyTargets": "x"}}), context)
    };
    let targets = json!({"backup:CopyTargets": [VAULT]});
    judge(
        page,
        many("ForAllValues:StringEquals", json!({})),
        "allowed",
    );
    judge(
        page,
        many("ForAnyValue:StringNotEquals", json!({})),
        "denied",
    );
    judge(
        page,
        many("ForAnyValue:StringNotEquals", targets.clone()),
        "allowed",
    );
    // Without a set operator: not said, unless both readings of the list agree.
    judge(page, many("StringNotEquals", targets), "allowed");
    let two = json!({"backup:CopyTargets": [VAULT, "x"]});
    judge(page, many("StringNotEquals", two), "unknown");
}

/// ARNs are compared part by part under either name. Variables are filled in under the newer Version only, and what
/// they bring has neither wildcards nor colons that divide.
fn texts(judge: Judge) {
    let page = "reference_policies_elements_condition_operators";
    let arn = |operator: &str, pattern: &str| {
        let context = json!({"AWS:SOURCEARN": VAULT, "aws:PrincipalTag/a": "222222222222", "aws:PrincipalTag/b": "eu-west-1:222222222222"});
        on_condition(json!({operator: {"aws:SourceArn": pattern}}), context)
    };
    judge(
        page,
        arn("ArnEquals", "arn:aws:backup:*:222222222222:backup-vault:*"),
        "allowed",
    );
    judge(
        page,
        arn("ArnLike", "arn:aws:backup:*:backup-vault:*"),
        "denied",
    );

    let page = "reference_policies_variables";
    judge(
        page,
        arn(
            "ArnLike",
            "arn:aws:backup:*:${aws:PrincipalTag/a}:backup-vault:*",
        ),
        "allowed",
    );
    judge(
        page,
        arn(
            "ArnNotLike",
            "arn:aws:backup:${aws:PrincipalTag/b}:backup-vault:*",
        ),
        "allowed",
    );
    judge(
        page,
        arn("StringEquals", "${aws:PrincipalTag/c}"),
        "unknown",
    );
    judge(
        page,
        arn("StringNotEquals", "${aws:PrincipalTag/c, '*'}"),
        "allowed",
    );
    judge(
        page,
        arn("StringLike", "${aws:PrincipalTag/c, '*'}"),
        "denied",
    );
    let mut older = arn("StringEquals", "${aws:SourceArn}");
    judge(page, older.clone(), "allowed");
    older["resource_policy"]["Version"] = json!("2008-10-17");
    judge("reference_policies_elements_version", older, "denied");
}

fn decides_as_documented(evaluator: fn(&Value) -> Value) {
    let judge = |page: &str, request: Value, documented: &str| {
        let answer = evaluator(&request);
        let by_a_deny = if answer["explicit"] == true {
            " by a Deny"
        } else {
            ""
        };
        let decided = format!("{}{by_a_deny}", answer["decision"].as_str().unwrap());
        assert_eq!(decided, documented, "{page}: {request}");
    };
    for anchors in [keys, sides, principals, organizations, presence, texts] {
        anchors(&judge);
    }
}

#[test]
fn the_second_evaluator_decides_as_documented() {
    decides_as_documented(decide::answer);
}

#[test]
fn the_program_decides_as_documented() {
    decides_as_documented(program::answer);
}
