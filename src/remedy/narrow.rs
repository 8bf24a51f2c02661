//! What a Deny still denies one principal once some actions are written out of it.

use serde_json::{Map, Value, json};

use crate::known::Arn;

/// The rest of a Deny for this principal alone: all that it denied but these actions. `None` where that is nothing.
///
/// A pattern for some actions of a service, as `kms:Create*`, cannot be written less one of them: it goes whole.
pub fn rest(statement: &Value, principal: &Arn, allowed: &[&str]) -> Option<Value> {
    let mut rest = statement.as_object()?.clone();
    if let Some(but) = rest.get("NotAction") {
        let mut but = words(but);
        but.extend(allowed.iter().map(ToString::to_string));
        rest.insert("NotAction".to_owned(), one_or_list(but));
    } else {
        let denied = words(rest.get("Action")?);
        if denied.iter().any(|pattern| is_whole(pattern)) {
            let but = allowed.iter().map(ToString::to_string).collect();
            rest = in_place(rest, "Action", "NotAction", one_or_list(but));
        } else {
            let is_free = |pattern: &String| allowed.iter().any(|action| covers(pattern, action));
            let left: Vec<String> = denied.into_iter().filter(|p| !is_free(p)).collect();
            if left.is_empty() {
                return None;
            }
            rest.insert("Action".to_owned(), one_or_list(left));
        }
    }
    let who = json!({"AWS": principal});
    if rest.contains_key("NotPrincipal") {
        rest = in_place(rest, "NotPrincipal", "Principal", who);
    } else {
        rest.insert("Principal".to_owned(), who);
    }
    Some(Value::Object(rest))
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
        let role = Arn::parse("arn:aws:iam::111122223333:role/copier").unwrap();
        let who = json!({"AWS": role.as_str()});
        let of = |what: Value| {
            let mut deny = what;
            deny["Effect"] = json!("Deny");
            deny["Principal"] = json!("*");
            rest(&deny, &role, &["kms:CreateGrant", "kms:DescribeKey"]).map(|mut rest| {
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
            Some(json!({"Action": "kms:Sign"}))
        );
        assert_eq!(
            of(json!({"Action": ["kms:CreateGrant", "kms:DescribeKey"]})),
            None
        );
    }
}
