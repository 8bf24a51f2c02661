//! What the elements of a statement may hold: AWS refuses a policy with any other principal, action or resource, so such a
//! text is a slip, and a statement with it would be about nobody or nothing.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.

use serde_json::Value;

use crate::known::AccountId;

/// Checks the value of one element.
///
/// # Errors
/// Where AWS would refuse it; the message says what was found and what was expected.
pub fn check(name: &str, value: &Value) -> Result<(), String> {
    match name {
        "Principal" | "NotPrincipal" => principals(name, value),
        "Action" | "NotAction" => each(name, value, is_action, "`*` or `service:Name`"),
        "Resource" | "NotResource" => each(name, value, is_resource, "`*` or an ARN"),
        _ => Ok(()),
    }
}

/// Texts alone, or in a list. What is neither is told by who reads its meaning.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().into_iter().flatten();
    let one = (!value.is_array()).then_some(value);
    one.into_iter().chain(list).filter_map(Value::as_str)
}

fn each(name: &str, value: &Value, is: fn(&str) -> bool, expected: &str) -> Result<(), String> {
    match texts(value).find(|text| !is(text)) {
        Some(odd) => Err(format!(
            "`{name}` is `{}`: expected {expected}",
            beginning(odd)
        )),
        None => Ok(()),
    }
}

fn principals(name: &str, value: &Value) -> Result<(), String> {
    match value {
        Value::Object(kinds) => kinds.iter().try_for_each(|(kind, value)| {
            let (is, expected): (fn(&str) -> bool, _) = match kind.as_str() {
                "AWS" => (
                    is_of_aws,
                    "`*`, an account, or the ARN of an account, role, user or session",
                ),
                "Service" => (is_service, "a service such as `backup.amazonaws.com`"),
                "Federated" => (is_federated, "an identity provider"),
                "CanonicalUser" => (is_federated, "a canonical user id"),
                other => {
                    return Err(format!(
                        "found `{other}` in `{name}`: expected `AWS`, `Service`, `Federated` or `CanonicalUser`"
                    ));
                }
            };
            each(&format!("{name}/{kind}"), value, is, expected)
        }),
        Value::String(text) if text == "*" => Ok(()),
        Value::String(text) => Err(format!(
            "`{name}` is `{}`: expected `*`, or principals by kind, such as {{\"AWS\": …}}",
            beginning(text)
        )),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Ok(()),
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A pattern, or a variable: that AWS refuses most of them is left to those who ask what it matches.
fn is_pattern(text: &str) -> bool {
    let begins = |first: char| first.is_ascii_alphanumeric() || "*?$".contains(first);
    text.contains(['*', '?', '$']) && text.starts_with(begins)
}

fn is_action(text: &str) -> bool {
    if !text.is_empty() && text.bytes().all(|byte| byte == b'*') {
        return true;
    }
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"*?-_.".contains(&byte);
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(is_letter);
    text.split_once(':')
        .is_some_and(|(service, name)| is_word(service) && is_word(name))
}

fn is_resource(text: &str) -> bool {
    text.starts_with("arn:") || text.starts_with('*') || is_pattern(text)
}

fn is_of_aws(text: &str) -> bool {
    // What is left of a role or a user that was deleted: `AROA…`, `AIDA…`.
    let is_unique_id = || {
        text.len() >= 16
            && text.starts_with('A')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let is_principal = || {
        let mut parts = text.splitn(6, ':');
        parts.next() == Some("arn")
            && parts
                .next()
                .is_some_and(|partition| partition.starts_with("aws"))
            && matches!(parts.next(), Some("iam" | "sts"))
            && parts.next() == Some("")
            && parts.next().is_some_and(|account| !account.is_empty())
            && parts.next().is_some_and(|resource| !resource.is_empty())
    };
    is_pattern(text) || AccountId::parse(text).is_ok() || is_principal() || is_unique_id()
}

fn is_service(text: &str) -> bool {
    text == "*"
        || text.contains('.')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        || text.contains('$')
}

/// An identity provider's ARN or domain, or a long id: never a bare word.
fn is_federated(text: &str) -> bool {
    text.contains(['.', ':', ' ']) || text.len() >= 16 || is_pattern(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_aws_takes_is_taken() {
        for (name, value) in [
            ("Principal", json!("*")),
            ("NotPrincipal", json!({"AWS": "111122223333"})),
            (
                "Principal",
                json!({"AWS": ["*", "arn:aws:iam::111122223333:root"]}),
            ),
            (
                "Principal",
                json!({"AWS": "arn:aws-cn:sts::111122223333:assumed-role/Copy/job"}),
            ),
            (
                "Principal",
                json!({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}),
            ),
            (
                "Principal",
                json!({"AWS": ["AROAEXAMPLEEXAMPLE123", "arn:aws:iam::111122223333:role/*"]}),
            ),
            (
                "Principal",
                json!({"Service": ["backup.amazonaws.com", "logs.us-east-1.amazonaws.com", "ec2.amazonaws.com.cn"]}),
            ),
            (
                "Principal",
                json!({"Federated": "cognito-identity.amazonaws.com"}),
            ),
            (
                "Principal",
                json!({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}),
            ),
            (
                "Action",
                json!([
                    "*",
                    "kms:*",
                    "KMS:Create?rant",
                    "elasticfilesystem:Backup",
                    "a4b:*",
                    "*:*"
                ]),
            ),
            (
                "NotResource",
                json!(["*", "arn:aws:kms:*:*:key/*", "arn:*", "*/x"]),
            ),
            ("Sid", json!("x")),
        ] {
            assert_eq!(check(name, &value), Ok(()), "{name}: {value}");
        }
    }

    #[test]
    fn what_aws_refuses_is_refused() {
        for (name, value, says) in [
            ("Principal", json!("x"), "expected `*`"),
            (
                "NotPrincipal",
                json!("arn:aws:iam::111122223333:root"),
                "expected `*`",
            ),
            ("Principal", json!({"AWS": "x"}), "`Principal/AWS` is `x`"),
            (
                "Principal",
                json!({"AWS": ["*", "1111222233"]}),
                "`1111222233`",
            ),
            (
                "Principal",
                json!({"AWS": "arn:aws:kms:us-east-1:111122223333:key/x"}),
                "expected `*`",
            ),
            ("Principal", json!({"Aws": "*"}), "found `Aws`"),
            (
                "Principal",
                json!({"Policy": {"AWS": "*"}}),
                "found `Policy`",
            ),
            ("Principal", json!({"Service": "backup"}), "`backup`"),
            ("Principal", json!({"Federated": "x"}), "`x`"),
            ("Action", json!("x"), "`*` or `service:Name`"),
            (
                "NotAction",
                json!(["kms:*", "CreateGrant"]),
                "`CreateGrant`",
            ),
            ("Action", json!("kms:"), "`kms:`"),
            ("Action", json!("kms: CreateGrant"), "`kms: CreateGrant`"),
            ("Resource", json!("x"), "an ARN"),
            ("NotResource", json!(["*", "key/x"]), "`key/x`"),
        ] {
            let error = check(name, &value).unwrap_err();
            assert!(error.contains(says), "{name} {value}: {error}");
        }
    }
}
