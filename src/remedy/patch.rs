//! Changes to a policy that leave everything else as it was: order, unknown fields, the way a list is written.

use serde_json::{Map, Value, json};

use super::narrow::rest;
use crate::known::Arn;

/// A policy with statements added at its end; one that is not there begins anew.
pub fn add_statements(policy: Option<&Value>, statements: &[Value]) -> Value {
    let mut after = match policy {
        Some(policy @ Value::Object(_)) => policy.clone(),
        Some(_) | None => json!({"Version": "2012-10-17"}),
    };
    if let Some(object) = after.as_object_mut() {
        let list = object
            .entry("Statement")
            .or_insert_with(|| Value::Array(Vec::new()));
        if !list.is_array() {
            *list = Value::Array(vec![list.take()]);
        }
        if let Some(list) = list.as_array_mut() {
            list.extend(statements.iter().cloned());
        }
    }
    after
}

/// A policy in which one Deny no longer strikes these actions of one principal, and strikes everything else as before.
/// Gives the changed statements too; a statement of which nothing is left goes.
pub fn lift(
    policy: &Value,
    place: usize,
    principal: &Arn,
    actions: &[&str],
) -> (Value, Vec<Value>) {
    let mut after = policy.clone();
    let mut changed = Vec::new();
    let Some(statements) = after.get_mut("Statement") else {
        return (after, changed);
    };
    let alone = !statements.is_array();
    if alone {
        *statements = Value::Array(vec![statements.take()]);
    }
    let Some(list) = statements.as_array_mut() else {
        return (after, changed);
    };
    let Some(statement) = list.get_mut(place) else {
        return (after, changed);
    };
    let rest = rest(statement, principal, actions);
    if !names_only(statement, principal) {
        exempt(statement, principal);
        changed.push(statement.clone());
        if let Some(mut rest) = rest {
            name(&mut rest, policy);
            changed.push(rest.clone());
            list.insert(place.saturating_add(1), rest);
        }
    } else if let Some(rest) = rest {
        *statement = rest.clone();
        changed.push(rest);
    } else {
        list.remove(place);
    }
    if alone && let [only] = list.as_mut_slice() {
        *statements = only.take();
    }
    (after, changed)
}

/// Gives a statement that stands beside the one that it was made of a `Sid` of its own.
fn name(statement: &mut Value, policy: &Value) {
    if let Some(Value::String(sid)) = statement.get_mut("Sid") {
        *sid = free_sid(Some(policy), &[], sid);
    }
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

const OPERATOR: &str = "ArnNotEquals";
const KEY: &str = "aws:PrincipalArn";

/// Adds the condition under which the statement passes this principal by.
fn exempt(statement: &mut Value, principal: &Arn) {
    let Some(object) = statement.as_object_mut() else {
        return;
    };
    let conditions = object
        .entry("Condition")
        .or_insert_with(|| Value::Object(Map::new()));
    let Some(conditions) = conditions.as_object_mut() else {
        return;
    };
    let block = conditions
        .entry(OPERATOR)
        .or_insert_with(|| Value::Object(Map::new()));
    let Some(block) = block.as_object_mut() else {
        return;
    };
    let key = block
        .keys()
        .find(|key| key.eq_ignore_ascii_case(KEY))
        .cloned()
        .unwrap_or_else(|| KEY.to_owned());
    let arn = Value::String(principal.to_string());
    match block.get_mut(&key) {
        None => {
            block.insert(key, arn);
        }
        Some(Value::Array(list)) => list.push(arn),
        Some(one) => *one = Value::Array(vec![one.take(), arn]),
    }
}

/// A `Sid` that no statement of the policy has: the wanted one, with a number after it where it is taken.
pub fn free_sid(policy: Option<&Value>, taken: &[String], wanted: &str) -> String {
    let statements = policy.and_then(|policy| policy.get("Statement"));
    let list: Vec<&Value> = match statements {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let is_taken = |sid: &str| {
        taken.iter().any(|taken| taken == sid)
            || list
                .iter()
                .any(|statement| statement.get("Sid").and_then(Value::as_str) == Some(sid))
    };
    let mut sid = wanted.to_owned();
    let mut number = 2;
    while is_taken(&sid) {
        sid = format!("{wanted}{number}");
        number += 1;
    }
    sid
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role() -> Arn {
        Arn::parse("arn:aws:iam::111122223333:role/copier").unwrap()
    }

    #[test]
    fn what_was_there_stays_in_its_order() {
        let before =
            json!({"Id": "x", "Statement": {"Sid": "one"}, "Version": "2008-10-17", "odd": [1]});
        let after = add_statements(Some(&before), &[json!({"Sid": "two"})]);
        assert_eq!(
            after.to_string(),
            r#"{"Id":"x","Statement":[{"Sid":"one"},{"Sid":"two"}],"Version":"2008-10-17","odd":[1]}"#
        );
    }

    #[test]
    fn a_deny_that_names_nobody_else_goes_or_keeps_its_rest() {
        let before = |action: &str| {
            json!({"Statement": [
                {"Effect": "Allow"},
                {"Effect": "Deny", "Principal": {"AWS": [role().as_str()]}, "Action": ["a:Sign", action]},
            ]})
        };
        let after = |action| lift(&before(action), 1, &role(), &["a:One", "a:Sign"]).0;
        assert_eq!(after("a:One"), json!({"Statement": [{"Effect": "Allow"}]}));
        assert_eq!(
            after("a:Two")["Statement"][1],
            json!({"Effect": "Deny", "Principal": {"AWS": role().as_str()}, "Action": "a:Two"})
        );
    }

    #[test]
    fn any_other_deny_passes_these_actions_of_this_principal_by() {
        let before = json!({"Statement": [
            {"Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"Bool": {"x": "true"}}},
            {"Effect": "Deny", "Principal": "*", "Action": "a:One", "Condition": {"ArnNotEquals": {"AWS:PrincipalArn": "a"}}},
        ]});
        let (after, changed) = lift(&before, 0, &role(), &["a:One"]);
        assert_eq!(after["Statement"].as_array().unwrap()[..2], changed);
        assert_eq!(
            after["Statement"][0]["Condition"],
            json!({"Bool": {"x": "true"}, "ArnNotEquals": {"aws:PrincipalArn": role().as_str()}})
        );
        assert_eq!(
            after["Statement"][1],
            json!({"Sid": "A2", "Effect": "Deny", "Principal": {"AWS": role().as_str()}, "NotAction": "a:One",
                "Condition": {"Bool": {"x": "true"}}})
        );
        let (after, changed) = lift(&before, 1, &role(), &["a:One"]);
        assert_eq!(changed.len(), 1);
        assert_eq!(
            after["Statement"][1]["Condition"],
            json!({"ArnNotEquals": {"AWS:PrincipalArn": ["a", role().as_str()]}})
        );
    }

    #[test]
    fn a_policy_of_one_statement_stays_so_where_one_is_left() {
        let deny = |action: &str| json!({"Statement": {"Effect": "Deny", "Principal": "*", "Action": action}});
        let lifted = |action: &str| lift(&deny(action), 0, &role(), &["a:One"]).0;
        assert!(lifted("a:One")["Statement"].is_object());
        assert_eq!(lifted("a:*")["Statement"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_sid_is_never_given_twice() {
        let policy = json!({"Statement": [{"Sid": "A"}, {"Sid": "A2"}]});
        assert_eq!(free_sid(Some(&policy), &[], "A"), "A3");
        assert_eq!(free_sid(None, &["A".to_owned()], "A"), "A2");
    }
}
