//! A Deny that no longer strikes one principal for what it needs, and strikes everything else as before.

mod actions;
mod exception;
mod json;
mod resources;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::known::Arn;
use actions::{covers, is_whole, less};
use json::{block_of, in_place, key_of, one_or_list, unless_equal, words};
use resources::but_for;

pub use exception::{Exception, Grammar, Limit};

/// The statements that take the place of a Deny, in order: for everybody else as it was; for the principal, all that it
/// denied but these actions; and these actions beyond their limits. `None` where no statement can say that.
pub fn narrowed(statement: &Value, exception: &Exception<'_>) -> Option<Vec<Value>> {
    let mut statements = Vec::new();
    if !names_only(statement, exception) {
        statements.push(exempt(statement, exception.principal)?);
    }
    statements.extend(rest(statement, exception)?);
    let mut limits: BTreeMap<&Limit<'_>, Vec<String>> = BTreeMap::new();
    for (action, limit) in &exception.actions {
        limits.entry(limit).or_default().push((*action).to_owned());
    }
    for (limit, actions) in limits {
        let mut beyond = of_principal(statement, exception)?;
        beyond = in_place(beyond, "NotAction", "Action", Value::Null);
        beyond.insert("Action".to_owned(), one_or_list(actions));
        let beyond = match limit {
            Limit::None => None,
            Limit::Targets(targets) => {
                // The form of AWS's own examples: a call that names no target is denied too.
                let targets = targets.iter().map(ToString::to_string);
                unless_equal(
                    &mut beyond,
                    "ForAllValues:ArnNotEquals",
                    "backup:CopyTargets",
                    targets,
                )?;
                Some(beyond)
            }
            Limit::Resources(resources) => but_for(beyond, resources)?,
        };
        statements.extend(beyond.map(Value::Object));
    }
    if exception.actions.contains_key(CREATE_GRANT) {
        statements.extend(other_grants(statement, exception)?);
    }
    Some(statements)
}

const CREATE_GRANT: &str = "kms:CreateGrant";
const FOR_SERVICES: &str = "kms:GrantIsForAWSResource";

/// What is left of a Deny of grants: those that are not for a service of AWS, which no copy makes. The inner `None` where the
/// Deny tells them apart itself.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource>.
fn other_grants(statement: &Value, exception: &Exception<'_>) -> Option<Option<Value>> {
    let conditions = statement.get("Condition").and_then(Value::as_object);
    let mut blocks = conditions.into_iter().flatten();
    let tells_apart = blocks.any(|(_, block)| {
        let keys = block.as_object().into_iter().flatten();
        keys.into_iter()
            .any(|(key, _)| key.eq_ignore_ascii_case(FOR_SERVICES))
    });
    let strikes = |element: &str| {
        let patterns = statement.get(element).map(words)?;
        Some(patterns.iter().any(|pattern| covers(pattern, CREATE_GRANT)))
    };
    let strikes = strikes("Action").or_else(|| strikes("NotAction").map(|strikes| !strikes));
    if tells_apart || strikes != Some(true) {
        return Some(None);
    }
    let mut others = of_principal(statement, exception)?;
    others = in_place(others, "NotAction", "Action", Value::Null);
    others.insert("Action".to_owned(), CREATE_GRANT.into());
    // A call that does not say so is not one of a service.
    block_of(&mut others, "BoolIfExists")?.insert(FOR_SERVICES.to_owned(), "false".into());
    Some(Some(Value::Object(others)))
}

/// The Deny for everybody but this principal.
fn exempt(statement: &Value, principal: &Arn) -> Option<Value> {
    let mut others = statement.as_object()?.clone();
    let arns = [principal.to_string()].into_iter();
    unless_equal(&mut others, "ArnNotEquals", PRINCIPAL_ARN, arns)?;
    Some(Value::Object(others))
}

const PRINCIPAL_ARN: &str = "aws:PrincipalArn";

/// The Deny for this principal alone.
fn of_principal(statement: &Value, exception: &Exception<'_>) -> Option<Map<String, Value>> {
    let mut ours = statement.as_object()?.clone();
    let principal = exception.principal;
    match exception.grammar {
        Grammar::OfResource => {
            let who = json!({"AWS": principal});
            if ours.contains_key("NotPrincipal") {
                ours = in_place(ours, "NotPrincipal", "Principal", who);
            } else {
                ours.insert("Principal".to_owned(), who);
            }
        }
        Grammar::ServiceControl | Grammar::ResourceControl => {
            let block = block_of(&mut ours, "ArnEquals")?;
            // Where the statement lists principals, this is one of them.
            let name = key_of(block, PRINCIPAL_ARN);
            block.insert(name, json!(principal));
        }
    }
    Some(ours)
}

/// Whether a statement names this principal, and nobody else.
fn names_only(statement: &Value, exception: &Exception<'_>) -> bool {
    let is = |value: &Value| value.as_str() == Some(exception.principal.as_str());
    let is_alone = |named: &Value| {
        is(named) || matches!(named.as_array().map(Vec::as_slice), Some([one]) if is(one))
    };
    match exception.grammar {
        Grammar::OfResource => {
            let Some(Value::Object(principals)) = statement.get("Principal") else {
                return false;
            };
            principals.len() == 1 && principals.get("AWS").is_some_and(is_alone)
        }
        Grammar::ServiceControl | Grammar::ResourceControl => {
            let conditions = statement.get("Condition").and_then(Value::as_object);
            let mut blocks = conditions.into_iter().flatten();
            blocks.any(|(operator, block)| {
                ["ArnEquals", "ArnLike", "StringEquals"].contains(&operator.as_str())
                    && block.as_object().is_some_and(|block| {
                        block
                            .get(&key_of(block, PRINCIPAL_ARN))
                            .is_some_and(is_alone)
                    })
            })
        }
    }
}

/// The Deny for this principal, less the actions. The inner `None` where nothing is left of it; the outer where no
/// statement can say that.
fn rest(statement: &Value, exception: &Exception<'_>) -> Option<Option<Value>> {
    let mut rest = of_principal(statement, exception)?;
    let allowed: Vec<&str> = exception.actions.keys().copied().collect();
    if let Some(but) = rest.get("NotAction") {
        let mut but = words(but);
        but.extend(allowed.iter().map(ToString::to_string));
        rest.insert("NotAction".to_owned(), one_or_list(but));
        return Some(Some(Value::Object(rest)));
    }
    let denied = words(rest.get("Action")?);
    let strikes = |pattern: &str| allowed.iter().any(|action| covers(pattern, action));
    let is_all_else = |pattern: &String| match exception.grammar {
        // A key or a vault is only ever asked for what is its own.
        Grammar::OfResource => is_whole(pattern) && strikes(pattern),
        Grammar::ServiceControl => pattern == "*",
        Grammar::ResourceControl => false,
    };
    if denied.iter().any(is_all_else) {
        let but = allowed.iter().map(ToString::to_string).collect();
        rest = in_place(rest, "Action", "NotAction", one_or_list(but));
        return Some(Some(Value::Object(rest)));
    }
    let mut left = Vec::new();
    for pattern in denied {
        if strikes(&pattern) {
            left.extend(less(&pattern, &allowed, exception.grammar)?);
        } else {
            left.push(pattern);
        }
    }
    left.dedup();
    if left.is_empty() {
        return Some(None);
    }
    rest.insert("Action".to_owned(), one_or_list(left));
    Some(Some(Value::Object(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::actions::of_service;

    const WHO: &str = "arn:aws:iam::111122223333:role/copier";

    /// What takes the place of a Deny, where the role needs these actions.
    fn without(deny: Value, actions: &[&'static str]) -> Vec<Value> {
        let role = Arn::parse(WHO).unwrap();
        let actions = actions.iter().map(|action| (*action, Limit::None));
        let exception = Exception {
            grammar: Grammar::OfResource,
            principal: &role,
            actions: actions.collect(),
        };
        narrowed(&deny, &exception).unwrap()
    }

    #[test]
    fn a_pattern_covers_what_its_stars_and_marks_stand_for() {
        for pattern in [
            "*",
            "kms:*",
            "KMS:create*",
            "k*:C*t?Gra*t",
            "*Grant*",
            "kms:CreateGrant",
        ] {
            assert!(covers(pattern, "kms:CreateGrant"), "{pattern}");
        }
        for pattern in [
            "",
            "kms:",
            "kms:Create",
            "*Grants",
            "?kms:*",
            "kms:CreateGrant?",
        ] {
            assert!(!covers(pattern, "kms:CreateGrant"), "{pattern}");
        }
    }

    #[test]
    fn what_is_left_is_what_was_denied_but_the_actions() {
        let who = json!({"AWS": WHO});
        let of = |what: Value| {
            let mut deny = what;
            deny["Effect"] = json!("Deny");
            deny["Principal"] = json!("*");
            let mut left = without(deny, &["kms:CreateGrant", "kms:DescribeKey"]);
            // A grant that is for no service of AWS is denied as before.
            let grants = left.pop().unwrap();
            assert_eq!(
                (&grants["Action"], &grants["Condition"]["BoolIfExists"]),
                (&json!(CREATE_GRANT), &json!({FOR_SERVICES: "false"}))
            );
            assert_eq!(
                left.remove(0)["Condition"],
                json!({"ArnNotEquals": {"aws:PrincipalArn": WHO}})
            );
            left.pop().map(|mut rest| {
                assert_eq!(rest["Principal"], who);
                let fields = rest.as_object_mut().unwrap();
                fields.remove("Principal");
                fields.remove("Effect");
                rest
            })
        };
        let but = json!({"NotAction": ["kms:CreateGrant", "kms:DescribeKey"]});
        assert_eq!(of(json!({"Action": "kms:*"})), Some(but.clone()));
        assert_eq!(of(json!({"Action": ["kms:Sign", "*"]})), Some(but));
        assert_eq!(
            of(json!({"NotAction": "kms:Sign"})),
            Some(json!({"NotAction": ["kms:Sign", "kms:CreateGrant", "kms:DescribeKey"]}))
        );
        assert_eq!(
            of(json!({"Action": ["KMS:createGrant", "kms:Sign", "kms:Desc??be*"]})),
            Some(json!({"Action": ["kms:Sign", "kms:DescribeCustomKeyStores"]}))
        );
        assert_eq!(
            of(json!({"Action": ["kms:CreateGrant", "kms:DescribeKey"]})),
            None
        );
    }

    #[test]
    fn a_deny_that_strikes_no_grant_or_tells_them_apart_gets_nothing_about_grants() {
        for deny in [
            json!({"Action": "kms:DescribeKey"}),
            json!({"NotAction": ["kms:create*", "kms:Sign"]}),
            json!({"Action": "kms:*", "Condition": {"Bool": {"kms:grantIsForAwsResource": "true"}}}),
        ] {
            let mut deny = deny;
            deny["Effect"] = json!("Deny");
            deny["Principal"] = json!("*");
            let left = without(deny, &["kms:CreateGrant", "kms:DescribeKey"]);
            let says = |one: &Value| one["Condition"].get("BoolIfExists").is_some();
            assert!(!left.iter().any(says), "{left:#?}");
        }
    }

    #[test]
    fn a_deny_that_names_nobody_else_keeps_its_rest_alone() {
        let deny = |action: &str| {
            json!({"Effect": "Deny", "Principal": {"AWS": [WHO]},
                "Action": ["kms:Sign", action]})
        };
        let left = |action| without(deny(action), &["kms:Decrypt", "kms:Sign"]);
        assert_eq!(left("kms:Decrypt"), [] as [Value; 0]);
        assert_eq!(
            left("kms:Verify"),
            [json!({"Effect": "Deny", "Principal": {"AWS": WHO}, "Action": "kms:Verify"})]
        );
    }

    #[test]
    fn a_deny_of_copies_lets_one_principal_copy_to_one_vault() {
        let role = Arn::parse(WHO).unwrap();
        let vault = Arn::parse("arn:aws:backup:us-east-2:444455556666:backup-vault:v").unwrap();
        let deny = |more: Value| {
            let mut deny = json!({"Effect": "Deny", "Principal": "*",
                "Action": "backup:CopyFromBackupVault", "Resource": "*"});
            deny["Condition"] = more;
            let limit = Limit::Targets([&vault].into());
            let exception = Exception {
                grammar: Grammar::OfResource,
                principal: &role,
                actions: [("backup:CopyFromBackupVault", limit)].into(),
            };
            narrowed(&deny, &exception).unwrap()
        };
        let listed = json!({"ForAllValues:ArnNotEquals": {"backup:copytargets": "a"}});
        let [others, beyond] = deny(listed).try_into().unwrap();
        assert_eq!(
            others["Condition"]["ArnNotEquals"],
            json!({"aws:PrincipalArn": WHO})
        );
        assert_eq!(beyond["Principal"], json!({"AWS": WHO}));
        assert_eq!(beyond["Action"], "backup:CopyFromBackupVault");
        assert_eq!(
            beyond["Condition"],
            json!({"ForAllValues:ArnNotEquals": {"backup:copytargets": ["a", vault.as_str()]}})
        );
        let other = json!({"StringEquals": {"a": "b"}});
        assert_eq!(
            deny(other)[1]["Condition"],
            json!({"StringEquals": {"a": "b"}, "ForAllValues:ArnNotEquals": {"backup:CopyTargets": vault.as_str()}})
        );
    }

    /// What takes the place of a Deny of a service control policy, where the role needs this action on this.
    fn without_control(deny: Value, action: &str, resource: &str) -> Option<Vec<Value>> {
        let role = Arn::parse(WHO).unwrap();
        let limit = Limit::Resources([resource].into());
        let exception = Exception {
            grammar: Grammar::ServiceControl,
            principal: &role,
            actions: [(action, limit)].into(),
        };
        narrowed(&deny, &exception)
    }

    #[test]
    fn a_control_policy_names_the_role_by_a_condition_and_the_vault_by_its_arn() {
        let vault = "arn:aws:backup:us-east-2:444455556666:backup-vault:v";
        let deny = |resource: Value| json!({"Effect": "Deny", "Action": "backup:Copy*", "Resource": resource});
        let into = "backup:CopyIntoBackupVault";
        let [others, rest, beyond] = without_control(deny(json!("*")), into, vault)
            .unwrap()
            .try_into()
            .unwrap();
        assert_eq!(
            others["Condition"],
            json!({"ArnNotEquals": {"aws:PrincipalArn": WHO}})
        );
        let ours = json!({"ArnEquals": {"aws:PrincipalArn": WHO}});
        assert_eq!((&rest["Condition"], &beyond["Condition"]), (&ours, &ours));
        assert_eq!(rest["Action"], "backup:CopyFromBackupVault");
        assert_eq!(
            (&beyond["Action"], &beyond["NotResource"]),
            (&json!(into), &json!(vault))
        );
        assert_eq!(beyond.get("Resource"), None);
        // All vaults are all that it can be done to.
        let vaults = deny(json!("arn:aws:backup:*:*:backup-vault:*"));
        assert_eq!(
            without_control(vaults, into, vault).unwrap()[2]["NotResource"],
            json!(vault)
        );
        // Of some, one cannot be left out but by name.
        let some = deny(json!("arn:aws:backup:*:444455556666:*"));
        assert_eq!(without_control(some, into, vault), None);
        let named = deny(json!([
            vault,
            "arn:aws:backup:us-east-2:444455556666:backup-vault:w"
        ]));
        assert_eq!(
            without_control(named, into, vault).unwrap()[2]["Resource"],
            "arn:aws:backup:us-east-2:444455556666:backup-vault:w"
        );
    }

    #[test]
    fn a_whole_service_less_an_action_is_written_in_beginnings() {
        let deny = json!({"Effect": "Deny", "Action": "backup:*", "Resource": "*"});
        let key = "arn:aws:backup:us-east-2:444455556666:backup-vault:v";
        let left = without_control(deny, "backup:CopyIntoBackupVault", key).unwrap();
        let patterns = words(&left[1]["Action"]);
        let all = of_service("backup").unwrap();
        for action in all {
            let is_left = patterns.iter().any(|pattern| covers(pattern, action));
            assert_eq!(is_left, *action != "backup:CopyIntoBackupVault", "{action}");
        }
        assert!(patterns.len() < 20, "{patterns:?}");
        // Nobody here knows all that EC2 does.
        let ec2 = json!({"Effect": "Deny", "Action": "ec2:Copy*", "Resource": "*"});
        assert_eq!(without_control(ec2, "ec2:CopySnapshot", "*"), None);
        let every = json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
        assert_eq!(
            without_control(every, "ec2:CopySnapshot", "*").unwrap()[1]["NotAction"],
            "ec2:CopySnapshot"
        );
    }
}
