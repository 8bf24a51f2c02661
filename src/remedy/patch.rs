//! Changes to a policy that leave everything else as it was: order, unknown fields, the way a list is written.

use serde_json::{Value, json};

use super::narrow::{Exception, narrowed};

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

/// Keeps those of some statements that a policy has: what one change adds another may change once more.
pub fn keep_those_of(policy: &Value, added: &mut Vec<Value>) {
    if let Some(all) = policy.get("Statement").and_then(Value::as_array) {
        added.retain(|statement| all.contains(statement));
    }
}

/// A policy in which one Deny lets an exception through. Gives the changed statements too; a statement of which nothing is
/// left goes. `None` where no statement can say that.
pub fn lift(
    policy: &Value,
    place: usize,
    exception: &Exception<'_>,
) -> Option<(Value, Vec<Value>)> {
    let mut after = policy.clone();
    let statements = after.get_mut("Statement")?;
    let alone = !statements.is_array();
    if alone {
        *statements = Value::Array(vec![statements.take()]);
    }
    let list = statements.as_array_mut()?;
    let mut changed = narrowed(list.get(place)?, exception)?;
    // What stands beside the first gets a `Sid` of its own.
    let mut taken = Vec::new();
    for statement in changed.iter_mut().skip(1) {
        if let Some(Value::String(sid)) = statement.get_mut("Sid") {
            *sid = free_sid(Some(policy), &taken, sid);
            taken.push(sid.clone());
        }
    }
    list.splice(place..=place, changed.iter().cloned());
    if alone && let [only] = list.as_mut_slice() {
        *statements = only.take();
    }
    Some((after, changed))
}

/// A policy without the principals that were deleted, which AWS shows by their unique ids and takes back from nobody; the
/// ids, and the statements that are left of those that named them. A statement that named nobody else goes.
///
/// See <https://repost.aws/knowledge-center/kms-policy-error-invalid-principals>.
pub fn without_deleted(policy: &Value) -> (Value, Vec<String>, Vec<Value>) {
    let (mut after, mut gone, mut changed) = (policy.clone(), Vec::new(), Vec::new());
    match after.get_mut("Statement") {
        Some(Value::Array(list)) => list.retain_mut(|statement| {
            let found = gone.len();
            let keeps = without_deleted_in(statement, &mut gone);
            if keeps && gone.len() > found {
                changed.push(statement.clone());
            }
            keeps
        }),
        // The only statement is kept as it is where it names nobody else: a policy must have one.
        Some(statement @ Value::Object(_)) => {
            let mut left = statement.clone();
            if without_deleted_in(&mut left, &mut gone) && !gone.is_empty() {
                changed.push(left.clone());
                *statement = left;
            }
        }
        Some(_) | None => {}
    }
    (after, gone, changed)
}

/// Takes them out of a statement; `false` where that names nobody any more.
fn without_deleted_in(statement: &mut Value, gone: &mut Vec<String>) -> bool {
    let found = gone.len();
    for (element, is_all) in [("Principal", false), ("NotPrincipal", true)] {
        let Some(Value::Object(principals)) = statement.get_mut(element) else {
            continue;
        };
        let Some(named) = principals.get_mut("AWS") else {
            continue;
        };
        let mut take = |value: &Value| match value.as_str() {
            Some(id) if is_unique_id(id) => {
                gone.push(id.to_owned());
                true
            }
            Some(_) | None => false,
        };
        let is_empty = match named {
            Value::Array(list) => {
                list.retain(|value| !take(value));
                list.is_empty()
            }
            one @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_)) => take(one),
        };
        if is_empty {
            principals.shift_remove("AWS");
        }
        if !principals.is_empty() || gone.len() == found {
            continue;
        }
        if !is_all {
            return false;
        }
        // Whom it left out is no more, so that it is about everybody.
        if let Some(statement) = statement.as_object_mut() {
            statement.shift_remove(element);
            statement.insert("Principal".to_owned(), "*".into());
        }
    }
    true
}

/// Whether a principal is the unique id of a role or a user: a policy shows it so once that is deleted.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>.
pub fn is_unique_id(principal: &str) -> bool {
    let rest = ["AROA", "AIDA"]
        .iter()
        .find_map(|kind| principal.strip_prefix(kind));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
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
    let mut number = 2_usize;
    while is_taken(&sid) {
        sid = format!("{wanted}{number}");
        number = number.saturating_add(1);
    }
    sid
}

#[cfg(test)]
mod tests {
    use super::super::narrow::{Grammar, Limit};
    use super::*;
    use crate::known::Arn;

    fn lifted(policy: &Value, place: usize, action: &'static str) -> (Value, Vec<Value>) {
        let role = role();
        let exception = Exception {
            grammar: Grammar::OfResource,
            principal: &role,
            actions: [(action, Limit::None)].into(),
        };
        lift(policy, place, &exception).unwrap()
    }

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
    fn any_other_deny_passes_these_actions_of_this_principal_by() {
        let before = json!({"Statement": [
            {"Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"Bool": {"x": "true"}}},
            {"Effect": "Deny", "Principal": "*", "Action": "a:One", "Condition": {"ArnNotEquals": {"AWS:PrincipalArn": "a"}}},
        ]});
        let (after, changed) = lifted(&before, 0, "a:One");
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
        let (after, changed) = lifted(&before, 1, "a:One");
        assert_eq!(changed.len(), 1);
        assert_eq!(
            after["Statement"][1]["Condition"],
            json!({"ArnNotEquals": {"AWS:PrincipalArn": ["a", role().as_str()]}})
        );
    }

    #[test]
    fn a_policy_of_one_statement_stays_so_where_one_is_left() {
        let deny = |action: &str| json!({"Statement": {"Effect": "Deny", "Principal": "*", "Action": action}});
        let after = |action: &str| lifted(&deny(action), 0, "a:One").0;
        assert!(after("a:One")["Statement"].is_object());
        assert_eq!(after("a:*")["Statement"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn principals_that_were_deleted_go_and_nobody_else_does() {
        let (role, user) = ("AROAEXAMPLEID12345678", "AIDAEXAMPLEID12345678");
        let before = json!({"Statement": [
            {"Sid": "1", "Effect": "Allow", "Principal": {"AWS": role}},
            {"Sid": "2", "Effect": "Allow", "Principal": {"AWS": [role, "a", user]}},
            {"Sid": "3", "Effect": "Deny", "Principal": {"AWS": user, "Service": "s"}},
            {"Sid": "4", "Effect": "Deny", "NotPrincipal": {"AWS": [user]}},
            {"Sid": "5", "Effect": "Allow", "Principal": {"AWS": "AROA:x"}},
        ]});
        let (after, gone, changed) = without_deleted(&before);
        assert_eq!(
            after["Statement"],
            json!([
                {"Sid": "2", "Effect": "Allow", "Principal": {"AWS": ["a"]}},
                {"Sid": "3", "Effect": "Deny", "Principal": {"Service": "s"}},
                {"Sid": "4", "Effect": "Deny", "Principal": "*"},
                {"Sid": "5", "Effect": "Allow", "Principal": {"AWS": "AROA:x"}},
            ])
        );
        assert_eq!(gone, [role, role, user, user, user]);
        assert_eq!(changed.len(), 3);
    }

    #[test]
    fn a_sid_is_never_given_twice() {
        let policy = json!({"Statement": [{"Sid": "A"}, {"Sid": "A2"}]});
        assert_eq!(free_sid(Some(&policy), &[], "A"), "A3");
        assert_eq!(free_sid(None, &["A".to_owned()], "A"), "A2");
    }
}
