//! A policy's statement on one line.

use serde_json::Value;

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
