//! A policy's statement on one line.

use serde_json::{Map, Value};

use super::words;

/// The actions of a statement that are named; of more the first are, and the others counted.
const ACTIONS: usize = 6;

/// `Allow kms:Decrypt, kms:DescribeKey to AWSServiceRoleForBackup of 666777888999`.
pub fn line(statement: &Value) -> String {
    let effect = statement
        .get("Effect")
        .and_then(Value::as_str)
        .unwrap_or("?");
    let mut text = effect.to_owned();
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(actions), _) => text += &format!(" {}", words::few(&texts(actions), ACTIONS)),
        (None, Some(actions)) => {
            text += &format!(" all but {}", words::few(&texts(actions), ACTIONS));
        }
        (None, None) => {}
    }
    match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(who), _) => text += &format!("  to {}", principals(who)),
        (None, Some(who)) => text += &format!("  to all but {}", principals(who)),
        (None, None) => {}
    }
    match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(on), _) if texts(on) != ["*"] => {
            text += &format!("  on {}", words::few(&texts(on), 2));
        }
        (None, Some(on)) => text += &format!("  on all but {}", words::few(&texts(on), 2)),
        (Some(_), _) | (None, None) => {}
    }
    let conditions = statement.get("Condition").map(conditions);
    for condition in conditions.unwrap_or_default() {
        text += &format!(", {condition}");
    }
    text
}

/// A statement that takes the place of others: what it has as one of them has it is not said again.
pub fn instead(statement: &Value, of: &[Value]) -> String {
    let mut each = of.iter();
    each.find_map(|old| same_but_for(statement, old))
        .or_else(|| of.iter().find_map(|old| under_the_same(statement, old)))
        .unwrap_or_else(|| line(statement))
}

/// `the same Deny, but not for AWSBackupDefaultServiceRole of 111122223333`.
fn same_but_for(statement: &Value, old: &Value) -> Option<String> {
    let (mut now, mut before) = (statement.clone(), old.clone());
    let exempt = exempted(&mut now);
    let were = exempted(&mut before);
    let new: Vec<String> = exempt.into_iter().filter(|it| !were.contains(it)).collect();
    for one in [&mut now, &mut before] {
        one.as_object_mut()?.remove("Sid");
    }
    let effect = statement.get("Effect")?.as_str()?;
    let who = principals(&new.clone().into());
    (now == before && !new.is_empty()).then(|| format!("the same {effect}, but not for {who}"))
}

/// Takes out of a statement whom it leaves out by their ARNs.
fn exempted(statement: &mut Value) -> Vec<String> {
    let Some(conditions) = statement
        .get_mut("Condition")
        .and_then(Value::as_object_mut)
    else {
        return Vec::new();
    };
    let mut taken = Vec::new();
    if let Some(keys) = conditions
        .get_mut("ArnNotEquals")
        .and_then(Value::as_object_mut)
    {
        let is_of_principal = |key: &&String| key.eq_ignore_ascii_case("aws:PrincipalArn");
        let name = keys.keys().find(is_of_principal).cloned();
        taken.extend(
            name.and_then(|name| keys.remove(&name))
                .iter()
                .flat_map(texts),
        );
    }
    conditions.retain(|_, keys| keys.as_object().is_none_or(|keys| !keys.is_empty()));
    if conditions.is_empty()
        && let Some(statement) = statement.as_object_mut()
    {
        statement.remove("Condition");
    }
    taken
}

/// A statement without the conditions that it has as another has them.
fn under_the_same(statement: &Value, old: &Value) -> Option<String> {
    let were = old.get("Condition")?.as_object()?;
    let mut statement = statement.clone();
    let conditions = statement.get_mut("Condition")?.as_object_mut()?;
    let of = |all: &Map<String, Value>, operator: &str| -> Map<String, Value> {
        let keys = all.get(operator).and_then(Value::as_object);
        keys.cloned().unwrap_or_default()
    };
    for (operator, keys) in were {
        let mut now = of(conditions, operator);
        for (key, value) in keys.as_object()? {
            if now.remove(key).as_ref() != Some(value) {
                return None;
            }
        }
        conditions.insert(operator.clone(), Value::Object(now));
    }
    Some(format!(
        "{}, and under the same conditions",
        line(&statement)
    ))
}

fn principals(who: &Value) -> String {
    let all: Vec<String> = match who {
        Value::Object(kinds) => kinds.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            texts(who)
        }
    };
    let all: Vec<String> = all
        .iter()
        .map(|one| {
            if one == "*" {
                "everybody".to_owned()
            } else {
                words::principal(one)
            }
        })
        .collect();
    words::few(&all, 3)
}

fn conditions(of: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for (operator, keys) in of.as_object().into_iter().flatten() {
        for (key, value) in keys.as_object().into_iter().flatten() {
            let values = texts(value);
            if key == "kms:GrantIsForAWSResource" && values == ["true"] {
                all.push("for AWS services".to_owned());
            } else {
                all.push(format!("if {key} {operator} {}", words::few(&values, 3)));
            }
        }
    }
    all
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            vec![value.to_string()]
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_says_who_may_what() {
        let role = "arn:aws:iam::666777888999:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup";
        let share = json!({"Sid": "x", "Effect": "Allow", "Principal": {"AWS": role}, "Action": ["kms:Decrypt", "kms:DescribeKey"], "Resource": "*"});
        assert_eq!(
            line(&share),
            "Allow kms:Decrypt, kms:DescribeKey  to AWSServiceRoleForBackup of 666777888999"
        );
        let grant = json!({"Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:CreateGrant", "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}});
        assert_eq!(
            line(&grant),
            "Allow kms:CreateGrant  to AWSServiceRoleForBackup of 666777888999, for AWS services"
        );
    }

    #[test]
    fn what_takes_the_place_of_a_deny_says_what_is_other_than_in_that() {
        let role = "arn:aws:iam::111122223333:role/copier";
        let old = json!({"Sid": "D", "Effect": "Deny", "Principal": "*", "Action": "backup:*", "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}, "ArnNotEquals": {"aws:PrincipalArn": "a"}}});
        let mut but = old.clone();
        but["Condition"]["ArnNotEquals"]["aws:PrincipalArn"] = json!(["a", role]);
        let of = |statement: &Value| instead(statement, std::slice::from_ref(&old));
        assert_eq!(
            of(&but),
            "the same Deny, but not for copier of 111122223333"
        );
        let mut rest = old.clone();
        rest["Principal"] = json!({"AWS": role});
        rest["Action"] = json!("backup:CopyFromBackupVault");
        rest["Condition"]["ForAllValues:ArnNotEquals"] = json!({"backup:CopyTargets": "v"});
        assert_eq!(
            of(&rest),
            "Deny backup:CopyFromBackupVault  to copier of 111122223333, if backup:CopyTargets ForAllValues:ArnNotEquals v, and under the same conditions"
        );
        // Of one that strikes elsewhere, all is said.
        rest["Condition"]["StringNotEquals"]["aws:PrincipalOrgID"] = json!("o-2");
        assert_eq!(of(&rest), line(&rest));
    }

    #[test]
    fn a_deny_says_on_what_and_when() {
        let deny = json!({"Effect": "Deny", "Principal": "*", "NotAction": "s3:Get*", "Resource": ["arn:aws:s3:::a"],
            "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": ["o-1", "o-2"]}}});
        assert_eq!(
            line(&deny),
            "Deny all but s3:Get*  to everybody  on arn:aws:s3:::a, if aws:PrincipalOrgID StringNotEquals o-1, o-2"
        );
        let vault = "arn:aws:backup:us-east-1:111122223333:backup-vault:v";
        let but =
            json!({"Effect": "Deny", "Action": "backup:CopyIntoBackupVault", "NotResource": vault});
        assert_eq!(
            line(&but),
            format!("Deny backup:CopyIntoBackupVault  on all but {vault}")
        );
    }
}
