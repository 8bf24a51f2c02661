//! Values of parameters: those that are given for a change, those that a stack has now, and those that it keeps.

use serde_json::{Value, json};

use super::judged::{Change, Judged, judged};
use super::template_before::{nothing, resource_of, shared};
use crate::support::Estate;
use crate::support::estate::{
    CENTRAL_KEY, FROM, KEY, PROD_KEY, ROLE, SOURCE, TO, allow_copy_into, trust,
};

/// A template with a parameter `P` that has a default, and with a condition `Keep`: that it is `yes`.
fn stack(default: &str, resources: Value) -> Value {
    let mut all = resources;
    all["Topic"] = json!({"Type": "AWS::SNS::Topic"});
    json!({"Parameters": {"P": {"Type": "String", "Default": default}},
        "Conditions": {"Keep": {"Fn::Equals": [{"Ref": "P"}, "yes"]}}, "Resources": all})
}

fn vault(name: Value) -> Value {
    let policy = allow_copy_into(&format!("arn:aws:iam::{FROM}:root"));
    let all =
        json!({"BackupVaultName": name, "EncryptionKeyArn": CENTRAL_KEY, "AccessPolicy": policy});
    resource_of("AWS::Backup::BackupVault", &all)
}

fn under_condition(mut resource: Value) -> Value {
    resource["Condition"] = json!("Keep");
    resource
}

/// An estate that says of all vaults that there are.
fn listed() -> Estate {
    Estate::rds()
        .set("/accounts/1/regions/0/vaults_complete", json!(true))
        .set(
            "/accounts/1/regions/0/vaults/0/NumberOfRecoveryPoints",
            json!(0),
        )
}

/// The one copy, and how the run ends, of a stack that stays as it is but for what is given.
fn of(estate: &Estate, stack: &Value, account: &str, given: &[&str]) -> (String, i32) {
    told(&judged(
        estate,
        &Change::Templates(stack, stack, account),
        given,
    ))
}

fn told(found: &Judged) -> (String, i32) {
    (found.copies.join(", "), found.code)
}

fn orders(now: &str, code: i32) -> (String, i32) {
    let change = match now {
        "feasible" => "same",
        _ => "worse",
    };
    (
        format!("orders into central: feasible -> {now} ({change})"),
        code,
    )
}

#[test]
fn a_vault_whose_condition_a_value_turns_may_go() {
    let stack = stack(
        "yes",
        json!({"V": under_condition(vault(json!("central")))}),
    );
    let of = |given: &[&str]| of(&listed(), &stack, TO, given);
    assert_eq!(of(&["--parameter", "P=no"]), orders("feasible", 3));
    let was = |value: &'static str| ["--parameter", "P=no", "--parameter-before", value];
    assert_eq!(of(&was("P=yes")), orders("blocked", 1));
    assert_eq!(of(&was("P=no")), orders("feasible", 0));
    // It is there, and it stays.
    assert_eq!(of(&["--parameter", "P=yes"]), orders("feasible", 0));
    // It is another stack's.
    let tags =
        json!({"aws:cloudformation:stack-name": "app", "aws:cloudformation:logical-id": "V"});
    let tagged = listed().set("/accounts/1/regions/0/vaults/0/Tags", tags);
    let given = ["--parameter", "P=no", "--cloudformation-stack", "other"];
    assert_eq!(self::of(&tagged, &stack, TO, &given), orders("feasible", 0));
}

/// A role that AWS names: its tags say that the stack has it, and else any that is there may be it.
#[test]
fn what_has_no_name_of_its_own_may_go_too() {
    let arn = format!("arn:aws:iam::{FROM}:role/app-R-1ABCDEFGHIJK");
    let tags = |stack: &str| json!({"aws:cloudformation:stack-name": stack, "aws:cloudformation:logical-id": "R"});
    let estate = |tags: Value| {
        Estate::rds()
            .set("/accounts/0/roles_complete", json!(true))
            .set("/accounts/0/roles/0/Arn", json!(arn))
            .set("/accounts/0/roles/0/Tags", tags)
            .set("/copies/0/role", json!(arn))
    };
    let role = resource_of(
        "AWS::IAM::Role",
        &json!({"AssumeRolePolicyDocument": trust()}),
    );
    let made = stack("no", json!({"R": under_condition(role)}));
    let stays = ["--parameter-before", "P=no"];
    let named = ["--parameter", "P=no", "--cloudformation-stack", "app"];
    for (tags, given, code) in [
        (tags("app"), &named[..], 3),
        (tags("app"), &named[..2], 3),
        (json!({}), &named[..2], 3),
        (tags("app"), &[&named[..], &stays].concat()[..], 0),
        // It is another stack's, and the stack has none.
        (tags("other"), &named[..], 0),
    ] {
        let found = of(&estate(tags.clone()), &made, FROM, given);
        assert_eq!(found, orders("feasible", code), "{tags} {given:?}");
    }
    // The default makes none, and the stack may have been made with another value: the change takes it out.
    let none = stack("no", json!({}));
    for (tags, code) in [(tags("app"), 3), (tags("other"), 0)] {
        let change = Change::Templates(&made, &none, FROM);
        let found = judged(&estate(tags), &change, &named[2..]);
        assert_eq!(told(&found), orders("feasible", code));
    }
    // A key, which a list of keys may lack.
    let key = resource_of("AWS::KMS::Key", &json!({"KeyPolicy": shared()}));
    let made = stack("no", json!({"K": under_condition(key)}));
    let found = of(&Estate::rds(), &made, FROM, &["--parameter", "P=no"]);
    assert_eq!(found, orders("feasible", 3));
}

#[test]
fn a_vault_that_takes_its_name_from_a_value_may_have_had_another() {
    let stack = stack("central", json!({"V": vault(json!({"Ref": "P"}))}));
    let of = |given: &[&str]| of(&listed(), &stack, TO, given);
    assert_eq!(of(&["--parameter", "P=central2"]), orders("feasible", 3));
    let was = [
        "--parameter",
        "P=central2",
        "--parameter-before",
        "P=central",
    ];
    assert_eq!(of(&was), orders("blocked", 1));
    for given in [&[][..], &["--parameter", "P=central"]] {
        assert_eq!(of(given), orders("feasible", 0), "{given:?}");
    }
}

#[test]
fn a_policy_of_a_role_whose_condition_a_value_turns_may_go_or_come() {
    let of_policy = |effect: &str| {
        let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": "*", "Resource": "*"}]});
        let policy = json!({"PolicyName": "all", "Roles": ["AWSBackupDefaultServiceRole"], "PolicyDocument": document});
        let stack = stack(
            "yes",
            json!({"K": under_condition(resource_of("AWS::IAM::Policy", &policy))}),
        );
        (stack, json!([{"PolicyName": "all", "Document": document}]))
    };
    let role = "/accounts/0/roles/0";
    let (stack, inline) = of_policy("Allow");
    let estate = Estate::rds()
        .set(&format!("{role}/AttachedPolicies"), json!([]))
        .set(&format!("{role}/InlinePolicies"), inline);
    let of_it = |given: &[&str]| of(&estate, &stack, FROM, given);
    assert_eq!(of_it(&["--parameter", "P=no"]), orders("feasible", 3));
    let was = ["--parameter", "P=no", "--parameter-before", "P=yes"];
    assert_eq!(of_it(&was), orders("blocked", 1));
    assert_eq!(of_it(&["--parameter", "P=yes"]), orders("feasible", 0));
    // One that the role does not have comes.
    let (stack, _) = of_policy("Deny");
    let estate = Estate::rds().set(&format!("{role}/InlinePolicies"), json!([]));
    let given = ["--parameter", "P=yes"];
    assert_eq!(of(&estate, &stack, FROM, &given), orders("blocked", 1));
}

/// A resource that says the same in both templates says another thing with another value.
#[test]
fn what_refers_to_a_value_that_is_given_is_not_the_same() {
    let nested = json!({"TemplateURL": "https://templates.s3.amazonaws.com/t.yaml", "Parameters": {"P": {"Ref": "P"}}});
    let nested = stack(
        "a",
        json!({"S": resource_of("AWS::CloudFormation::Stack", &nested)}),
    );
    let given = ["--parameter", "P=b"];
    assert_eq!(
        of(&Estate::rds(), &nested, FROM, &[]),
        orders("feasible", 0)
    );
    assert_eq!(
        of(&Estate::rds(), &nested, FROM, &given),
        orders("feasible", 3)
    );
    let stays = ["--parameter", "P=b", "--parameter-before", "P=b"];
    assert_eq!(
        of(&Estate::rds(), &nested, FROM, &stays),
        orders("feasible", 0)
    );
    // Beside what is not known, and the same in both.
    let statement = |action: Value, resource: Value| json!({"Effect": "Deny", "Action": action, "Resource": [resource, "*"]});
    let role = |statement: Value| {
        let document = json!({"Version": "2012-10-17", "Statement": [statement]});
        let role = json!({"RoleName": "AWSBackupDefaultServiceRole", "Path": "/service-role/", "AssumeRolePolicyDocument": trust(),
            "Policies": [{"PolicyName": "p", "PolicyDocument": document}]});
        stack(
            "s3:GetObject",
            json!({"R": resource_of("AWS::IAM::Role", &role)}),
        )
    };
    let denies = role(statement(
        json!({"Ref": "P"}),
        json!({"Fn::ImportValue": "x"}),
    ));
    let given = ["--parameter", "P=backup:CopyIntoBackupVault"];
    assert_eq!(
        of(&Estate::rds(), &denies, FROM, &[]),
        orders("feasible", 0)
    );
    assert_eq!(
        of(&Estate::rds(), &denies, FROM, &given),
        orders("undecided", 3)
    );
    let mut policy = allow_copy_into(&format!("arn:aws:iam::{FROM}:root"));
    policy["Statement"][0]["Principal"] = json!({"AWS": {"Fn::Sub": "arn:aws:iam::${P}:root"}});
    let reads = json!({"Effect": "Allow", "Principal": {"AWS": "{{resolve:ssm:/reader}}"}, "Action": "backup:DescribeBackupVault", "Resource": "*"});
    policy["Statement"].as_array_mut().unwrap().push(reads);
    let mut lets = vault(json!("central"));
    lets["Properties"]["AccessPolicy"] = policy;
    let lets = stack(FROM, json!({"V": lets}));
    // Which value the Parameter Store has by then nobody says.
    assert_eq!(of(&Estate::rds(), &lets, TO, &[]), orders("undecided", 3));
    let reader = format!("/reader=arn:aws:iam::{FROM}:root");
    let stored = ["--ssm", &reader];
    assert_eq!(
        of(&Estate::rds(), &lets, TO, &stored),
        orders("feasible", 0)
    );
    let given = ["--parameter", "P=222222222222"];
    assert_eq!(
        of(&Estate::rds(), &lets, TO, &given),
        orders("undecided", 3)
    );
}

fn database(more: Value) -> Value {
    let mut all = json!({"DBInstanceIdentifier": "ledger", "Engine": "postgres", "StorageEncrypted": true, "KmsKeyId": KEY});
    for (name, value) in more.as_object().unwrap() {
        all[name] = value.clone();
    }
    resource_of("AWS::RDS::DBInstance", &all)
}

/// A plan of the facts takes every database, of which all are listed.
fn all_databases() -> Estate {
    let selection = json!([{"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["arn:aws:rds:*:*:db:*"]}]);
    Estate::rds()
        .planned()
        .set(&format!("{SOURCE}/plans/0/Selections"), selection)
        .set(&format!("{SOURCE}/resources_complete"), json!(true))
}

/// A database that a value makes is new, though both templates have it.
#[test]
fn what_a_value_makes_is_new() {
    let unshared = json!({"KmsKeyId": {"Ref": "AWS::NoValue"}});
    let stack = stack("no", json!({"D": under_condition(database(unshared))}));
    let (copies, code) = of(&all_databases(), &stack, FROM, &["--parameter", "P=yes"]);
    assert_eq!(code, 1, "{copies}");
    assert!(
        copies.contains("ledger into central: - -> blocked (new)"),
        "{copies}"
    );
    assert_eq!(of(&all_databases(), &stack, FROM, &[]).1, 0);
}

/// A stack keeps the values that are not given, whatever the defaults are.
#[test]
fn a_value_that_is_not_given_is_the_one_that_the_stack_has() {
    let none = stack("no", json!({}));
    let there = |then: &Value, given: &[&str]| {
        let found = judged(
            &all_databases(),
            &Change::Templates(&none, then, FROM),
            given,
        );
        let ledger = found.report["copies"]
            .as_array()
            .unwrap()
            .iter()
            .find(|copy| {
                copy["source"]["resource"]
                    .as_str()
                    .is_some_and(|arn| arn.ends_with("ledger"))
            });
        let assumed = ledger.map(|copy| {
            copy["assumptions"]
                .to_string()
                .contains("the parameter P is assumed to have its default")
        });
        (assumed, found.code)
    };
    // Whether a database is made, or what it is called.
    let perhaps = stack("no", json!({"D": under_condition(database(json!({})))}));
    assert_eq!(there(&perhaps, &[]), (None, 3));
    assert_eq!(there(&perhaps, &["--parameter", "P=no"]), (None, 0));
    assert_eq!(there(&perhaps, &["--parameter", "P=yes"]), (Some(false), 0));
    let named = stack(
        "no",
        json!({"D": database(json!({"DBInstanceIdentifier": {"Fn::Sub": "${P}-ledger"}}))}),
    );
    assert_eq!(there(&named, &[]), (Some(true), 3));
    assert_eq!(there(&named, &["--parameter", "P=no"]), (Some(false), 0));
    // What is said of it: an assumption, which is told.
    let key = json!({"Fn::If": ["Keep", PROD_KEY, KEY]});
    let with_key = stack("no", json!({"D": database(json!({"KmsKeyId": key}))}));
    assert_eq!(there(&with_key, &[]), (Some(true), 0));
    assert_eq!(there(&with_key, &["--parameter", "P=no"]), (Some(false), 0));
    // A new stack takes the default.
    let found = judged(
        &all_databases(),
        &Change::Templates(&nothing(), &nothing(), FROM),
        &[],
    );
    assert_eq!(found.code, 0);
    let first = json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}});
    let found = judged(
        &all_databases(),
        &Change::Templates(&first, &with_key, FROM),
        &[],
    );
    assert!(
        !found
            .report
            .to_string()
            .contains("assumed to have its default")
    );
    // Of a template alone nobody knows whether the stack is there.
    let found = judged(&all_databases(), &Change::Template(&with_key), &[]);
    assert!(
        found
            .report
            .to_string()
            .contains("assumed to have its default")
    );
}

/// What the change does to a thing whose name rests on a value that is not told is not known, where the facts have none of the name.
#[test]
fn what_changes_of_a_thing_of_another_name_is_not_known() {
    let stack = |policy: Value| {
        let mut vault = vault(json!({"Ref": "P"}));
        vault["Properties"]["AccessPolicy"] = policy;
        stack("dev", json!({"V": vault}))
    };
    let now = stack(allow_copy_into(&format!("arn:aws:iam::{FROM}:root")));
    let then = stack(allow_copy_into("arn:aws:iam::222222222222:root"));
    let of = |then: &Value, given: &[&str]| {
        told(&judged(
            &listed(),
            &Change::Templates(&now, then, TO),
            given,
        ))
    };
    assert_eq!(of(&now, &[]), orders("feasible", 0));
    assert_eq!(of(&then, &[]), orders("feasible", 3));
    assert_eq!(
        of(&then, &["--parameter", "P=central"]),
        orders("blocked", 1)
    );
}

fn everything(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
}

/// The copy role, which has this policy and no other.
fn with_policy(name: &str) -> Estate {
    let inline = json!([{"PolicyName": name, "Document": everything("*")}]);
    Estate::rds()
        .set("/accounts/0/roles/0/AttachedPolicies", json!([]))
        .set("/accounts/0/roles/0/InlinePolicies", inline)
}

/// The one copy where a policy that takes its name from a value lets less, and where another takes the name.
#[test]
fn a_policy_of_a_role_that_takes_its_name_from_a_value_may_have_had_another() {
    let role = |policies: Value| {
        let role = json!({"RoleName": "AWSBackupDefaultServiceRole", "Path": "/service-role/", "AssumeRolePolicyDocument": trust(),
            "Policies": policies});
        stack("old", json!({"R": resource_of("AWS::IAM::Role", &role)}))
    };
    let within = |action: &str| {
        role(json!([{"PolicyName": {"Ref": "P"}, "PolicyDocument": everything(action)}]))
    };
    let beside = |action: &str| {
        let policy = json!({"PolicyName": {"Ref": "P"}, "Roles": ["AWSBackupDefaultServiceRole"], "PolicyDocument": everything(action)});
        stack(
            "old",
            json!({"K": resource_of("AWS::IAM::Policy", &policy)}),
        )
    };
    let renamed = ["--parameter", "P=new", "--parameter-before", "P=old"];
    let estate = with_policy("old");
    for (now, then, open) in [
        (within("*"), within("s3:List*"), "undecided"),
        (beside("*"), beside("s3:List*"), "feasible"),
    ] {
        let of = |given: &[&str]| {
            told(&judged(
                &estate,
                &Change::Templates(&now, &then, FROM),
                given,
            ))
        };
        assert_eq!(of(&["--parameter", "P=new"]), orders(open, 3));
        assert_eq!(of(&renamed), orders("blocked", 1));
        // It has the name already.
        assert_eq!(of(&["--parameter", "P=old"]), orders("blocked", 1));
        let stays = Change::Templates(&now, &now, FROM);
        assert_eq!(
            told(&judged(&estate, &stays, &renamed)),
            orders("feasible", 0)
        );
        assert_eq!(
            told(&judged(&estate, &stays, &["--parameter", "P=old"])),
            orders("feasible", 0)
        );
    }
    // One that a condition leaves out.
    let policy = |name: &str, action: &str| json!({"PolicyName": name, "PolicyDocument": everything(action)});
    let all = json!({"Fn::If": ["Keep", [policy("old", "*")], [policy("less", "s3:List*")]]});
    let one = json!([policy("less", "s3:List*"), {"Fn::If": ["Keep", policy("old", "*"), {"Ref": "AWS::NoValue"}]}]);
    for policies in [all, one] {
        let stack = role(policies.clone());
        let of = |given: &[&str]| of(&estate, &stack, FROM, given);
        let was = ["--parameter", "P=no", "--parameter-before", "P=yes"];
        assert_eq!(
            of(&["--parameter", "P=no"]),
            orders("undecided", 3),
            "{policies}"
        );
        assert_eq!(of(&was), orders("blocked", 1), "{policies}");
    }
}

/// A stack within that a value leaves out takes what it made with it.
#[test]
fn a_stack_within_whose_condition_a_value_turns_may_go() {
    let nested = json!({"TemplateURL": "https://templates.s3.amazonaws.com/t.yaml"});
    let nested = under_condition(resource_of("AWS::CloudFormation::Stack", &nested));
    let stack = stack("yes", json!({"S": nested}));
    let of = |given: &[&str]| of(&Estate::rds(), &stack, FROM, given);
    assert_eq!(of(&[]), orders("feasible", 0));
    assert_eq!(of(&["--parameter", "P=no"]), orders("feasible", 3));
    let stays = ["--parameter", "P=no", "--parameter-before", "P=no"];
    assert_eq!(of(&stays), orders("feasible", 0));
}
