//! Changes to a policy that leave everything else as it was: order, unknown fields, the way a list is written.

use serde_json::{Map, Value, json};

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

/// A policy in which some Denies no longer strike one principal, and strike everybody else as before. Gives the changed
/// statements too; a statement that named nobody else goes.
pub fn lift(policy: &Value, places: &[usize], principal: &Arn) -> (Value, Vec<Value>) {
    let mut after = policy.clone();
    let mut changed = Vec::new();
    let Some(statement) = after.get_mut("Statement") else {
        return (after, changed);
    };
    if let Some(list) = statement.as_array_mut() {
        let mut gone = Vec::new();
        for place in places {
            let Some(statement) = list.get_mut(*place) else {
                continue;
            };
            if names_only(statement, principal) {
                gone.push(*place);
            } else {
                exempt(statement, principal);
                changed.push(statement.clone());
            }
        }
        gone.sort_unstable();
        for place in gone.into_iter().rev() {
            list.remove(place);
        }
    } else {
        exempt(statement, principal);
        changed.push(statement.clone());
    }
    (after, changed)
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
    fn a_deny_that_names_nobody_else_goes() {
        let before = json!({"Statement": [
            {"Effect": "Allow"},
            {"Effect": "Deny", "Principal": {"AWS": [role().as_str()]}, "Action": "*"},
        ]});
        assert_eq!(
            lift(&before, &[1], &role()).0,
            json!({"Statement": [{"Effect": "Allow"}]})
        );
    }

    #[test]
    fn any_other_deny_passes_this_principal_by() {
        let before = json!({"Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"Bool": {"x": "true"}}},
            {"Effect": "Deny", "Principal": "*", "Condition": {"ArnNotEquals": {"AWS:PrincipalArn": "a"}}},
        ]});
        let (after, changed) = lift(&before, &[0, 1], &role());
        assert_eq!(changed.len(), 2);
        assert_eq!(
            after["Statement"][0]["Condition"],
            json!({"Bool": {"x": "true"}, "ArnNotEquals": {"aws:PrincipalArn": role().as_str()}})
        );
        assert_eq!(
            after["Statement"][1]["Condition"],
            json!({"ArnNotEquals": {"AWS:PrincipalArn": ["a", role().as_str()]}})
        );
    }

    #[test]
    fn a_sid_is_never_given_twice() {
        let policy = json!({"Statement": [{"Sid": "A"}, {"Sid": "A2"}]});
        assert_eq!(free_sid(Some(&policy), &[], "A"), "A3");
        assert_eq!(free_sid(None, &["A".to_owned()], "A"), "A2");
    }
}
