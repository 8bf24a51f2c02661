//! A Deny that no longer strikes one principal for what it needs, and strikes everything else as before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::catalog::actions::of_service;
use crate::known::Arn;

/// What a Deny must let through: one principal, for these actions, each as far as its limit goes.
pub struct Exception<'a> {
    /// Who.
    pub principal: &'a Arn,
    /// What, as `service:Action`.
    pub actions: BTreeMap<&'a str, Limit<'a>>,
}

/// How far an exception goes for one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit<'a> {
    /// Whatever it is done to: the policy is that thing's own.
    None,
    /// Only for copies to these vaults.
    Targets(BTreeSet<&'a Arn>),
}

/// The statements that take the place of a Deny, in order: for everybody else as it was; for the principal, all that it
/// denied but these actions; and these actions beyond their limits. `None` where no statement can say that.
pub fn narrowed(statement: &Value, exception: &Exception<'_>) -> Option<Vec<Value>> {
    let principal = exception.principal;
    let mut statements = Vec::new();
    if !names_only(statement, principal) {
        statements.push(exempt(statement, principal)?);
    }
    statements.extend(rest(statement, exception)?);
    for (action, limit) in &exception.actions {
        let Limit::Targets(targets) = limit else {
            continue;
        };
        let mut beyond = of_principal(statement, principal)?;
        beyond = in_place(beyond, "NotAction", "Action", Value::Null);
        beyond.insert("Action".to_owned(), json!(action));
        // The form of AWS's own examples: a call that names no target is denied too.
        let targets = targets.iter().map(ToString::to_string);
        unless_equal(
            &mut beyond,
            "ForAllValues:ArnNotEquals",
            "backup:CopyTargets",
            targets,
        )?;
        statements.push(Value::Object(beyond));
    }
    Some(statements)
}

/// The Deny for everybody but this principal.
fn exempt(statement: &Value, principal: &Arn) -> Option<Value> {
    let mut others = statement.as_object()?.clone();
    let arns = [principal.to_string()].into_iter();
    unless_equal(&mut others, "ArnNotEquals", "aws:PrincipalArn", arns)?;
    Some(Value::Object(others))
}

/// The Deny for this principal alone.
fn of_principal(statement: &Value, principal: &Arn) -> Option<Map<String, Value>> {
    let mut ours = statement.as_object()?.clone();
    let who = json!({"AWS": principal});
    if ours.contains_key("NotPrincipal") {
        ours = in_place(ours, "NotPrincipal", "Principal", who);
    } else {
        ours.insert("Principal".to_owned(), who);
    }
    Some(ours)
}

/// Whether a statement names this principal, and nobody else.
fn names_only(statement: &Value, principal: &Arn) -> bool {
    let is = |value: &Value| value.as_str() == Some(principal.as_str());
    let Some(Value::Object(principals)) = statement.get("Principal") else {
        return false;
    };
    principals.len() == 1
        && principals.get("AWS").is_some_and(|aws| {
            is(aws) || matches!(aws.as_array().map(Vec::as_slice), Some([one]) if is(one))
        })
}

/// Adds values to a negated condition of a statement, which then strikes only what has none of them.
fn unless_equal(
    statement: &mut Map<String, Value>,
    operator: &str,
    key: &str,
    values: impl Iterator<Item = String>,
) -> Option<()> {
    let conditions = statement
        .entry("Condition")
        .or_insert_with(|| Value::Object(Map::new()));
    let block = conditions
        .as_object_mut()?
        .entry(operator)
        .or_insert_with(|| Value::Object(Map::new()));
    let block = block.as_object_mut()?;
    let name = block.keys().find(|name| name.eq_ignore_ascii_case(key));
    let name = name.cloned().unwrap_or_else(|| key.to_owned());
    let mut all = block.get(&name).map(words).unwrap_or_default();
    all.extend(values);
    block.insert(name, one_or_list(all));
    Some(())
}

/// The Deny for this principal, less the actions. The inner `None` where nothing is left of it.
fn rest(statement: &Value, exception: &Exception<'_>) -> Option<Option<Value>> {
    let mut rest = of_principal(statement, exception.principal)?;
    let allowed: Vec<&str> = exception.actions.keys().copied().collect();
    if let Some(but) = rest.get("NotAction") {
        let mut but = words(but);
        but.extend(allowed.iter().map(ToString::to_string));
        rest.insert("NotAction".to_owned(), one_or_list(but));
        return Some(Some(Value::Object(rest)));
    }
    let denied = words(rest.get("Action")?);
    let strikes = |pattern: &str| allowed.iter().any(|action| covers(pattern, action));
    // A key or a vault is only ever asked for what is its own.
    if denied.iter().any(|it| is_whole(it) && strikes(it)) {
        let but = allowed.iter().map(ToString::to_string).collect();
        rest = in_place(rest, "Action", "NotAction", one_or_list(but));
        return Some(Some(Value::Object(rest)));
    }
    let mut left = Vec::new();
    for pattern in denied {
        if strikes(&pattern) {
            left.extend(less(&pattern, &allowed)?);
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

/// The actions that a pattern stands for, less some. `None` where nobody knows all that it stands for.
fn less(pattern: &str, allowed: &[&str]) -> Option<Vec<String>> {
    if !pattern.contains(['*', '?']) {
        return Some(Vec::new());
    }
    let struck = allowed.iter().find(|action| covers(pattern, action))?;
    let (service, _) = struck.split_once(':')?;
    let all = of_service(service)?.iter();
    let left = all.filter(|action| covers(pattern, action) && !allowed.contains(action));
    Some(left.map(ToString::to_string).collect())
}

/// Everything, or everything of a service: a key or a vault is only ever asked for what is its own.
fn is_whole(pattern: &str) -> bool {
    let name = pattern.split_once(':').map_or(pattern, |(_, name)| name);
    !name.is_empty() && name.bytes().all(|byte| byte == b'*')
}

/// Whether a pattern with `*` and `?` stands for an action, in whatever case it is written.
fn covers(pattern: &str, action: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), action.as_bytes());
    // Where to go on after the last star, which then stands for one character more.
    let mut back: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => return true,
            (Some((b'*', more)), _) => {
                back = Some((more, text));
                pattern = more;
                continue;
            }
            (Some((one, more)), Some((other, rest)))
                if *one == b'?' || one.eq_ignore_ascii_case(other) =>
            {
                (pattern, text) = (more, rest);
                continue;
            }
            (None | Some(_), _) => {}
        }
        let Some((more, [_, rest @ ..])) = back else {
            return false;
        };
        back = Some((more, rest));
        (pattern, text) = (more, rest);
    }
}

/// An object with one field under another name, where that was.
fn in_place(object: Map<String, Value>, old: &str, new: &str, value: Value) -> Map<String, Value> {
    let renamed = object.into_iter().map(|(name, was)| {
        if name == old {
            (new.to_owned(), value.clone())
        } else {
            (name, was)
        }
    });
    renamed.collect()
}

fn words(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value.as_array() {
        Some(list) => list.iter().filter_map(text).collect(),
        None => text(value).into_iter().collect(),
    }
}

fn one_or_list(mut words: Vec<String>) -> Value {
    match (words.len(), words.pop()) {
        (1, Some(one)) => Value::String(one),
        (_, last) => words.into_iter().chain(last).map(Value::String).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: &str = "arn:aws:iam::111122223333:role/copier";

    /// What takes the place of a Deny, where the role needs these actions.
    fn without(deny: Value, actions: &[&'static str]) -> Vec<Value> {
        let role = Arn::parse(WHO).unwrap();
        let actions = actions.iter().map(|action| (*action, Limit::None));
        let exception = Exception {
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
}
