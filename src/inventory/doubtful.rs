//! Policy documents with a word that AWS may take and may refuse: one of the policy language in another case, or with white space
//! in it. IAM's pages say that `Effect` is case-sensitive, and roles with `"Effect": "allow"` are deployed. What such a document
//! says is not known, and everything else in its file is.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html>.

use serde_json::{Map, Value, json};

use super::element;
use super::envelope::{bare, policy_document};
use super::json::Json;
use super::policy::Policy;
use super::span::escape;
use crate::policy::ELEMENTS;

/// A word that is not one of the policy language as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubtful {
    /// Where: a JSON pointer within the document.
    pub pointer: String,
    /// What stands there, in words.
    pub says: String,
    /// The word that was expected.
    pub expected: String,
    /// Whether the document stands there as it is: not as text, nor in an answer of AWS.
    pub is_bare: bool,
}

/// The first such word of what stands as a policy, where nothing else is wrong with it.
pub fn doubtful(raw: &str) -> Option<Doubtful> {
    let text = if raw.starts_with('"') {
        serde_json::from_str::<String>(raw).ok()?
    } else {
        raw.to_owned()
    };
    let opened = policy_document(&text).ok()?;
    let Json(mut document) = serde_json::from_str(bare(&opened.text)).ok()?;
    let mut found = Found {
        first: None,
        is_bare: opened.text == raw,
    };
    found.document(&mut document);
    let doubtful = found.first?;
    Policy::from_value(&document).is_ok().then_some(doubtful)
}

struct Found {
    first: Option<Doubtful>,
    is_bare: bool,
}

impl Found {
    fn note(&mut self, pointer: String, found: &str, expected: &str) {
        let found: String = found.escape_debug().take(60).collect();
        let is_bare = self.is_bare;
        self.first.get_or_insert_with(|| Doubtful {
            pointer,
            says: format!("`{found}` in a policy document"),
            expected: expected.to_owned(),
            is_bare,
        });
    }

    /// Writes a document as it may have been meant.
    fn document(&mut self, document: &mut Value) {
        let Value::Object(fields) = document else {
            return;
        };
        self.names(fields, "", &["Version", "Statement"]);
        match fields.get_mut("Statement") {
            Some(Value::Array(all)) => {
                for (place, one) in all.iter_mut().enumerate() {
                    self.statement(one, &format!("/Statement/{place}"));
                }
            }
            Some(one) => self.statement(one, "/Statement"),
            None => {}
        }
    }

    fn statement(&mut self, statement: &mut Value, at: &str) {
        let Value::Object(fields) = statement else {
            return;
        };
        self.names(fields, at, ELEMENTS);
        for (name, value) in fields.iter_mut() {
            let at = format!("{at}/{}", escape(name));
            match name.as_str() {
                "Effect" => self.texts(value, &at, &|text| match text {
                    "Allow" | "Deny" => Some(text.to_owned()),
                    _ => ["Allow", "Deny"]
                        .into_iter()
                        .find(|word| plain(text) == plain(word))
                        .map(str::to_owned),
                }),
                "Principal" | "NotPrincipal" => self.principals(name, value, &at),
                "Action" | "NotAction" | "Resource" | "NotResource" => {
                    self.texts(value, &at, &|text| meant(name, text, None));
                }
                _ => {}
            }
        }
    }

    fn principals(&mut self, name: &str, value: &mut Value, at: &str) {
        let Value::Object(kinds) = value else {
            self.texts(value, at, &|text| meant(name, text, None));
            return;
        };
        self.names(kinds, at, &["AWS", "Service", "Federated", "CanonicalUser"]);
        for (kind, value) in kinds.iter_mut() {
            let at = format!("{at}/{}", escape(kind));
            self.texts(value, &at, &|text| meant(name, text, Some(kind)));
        }
    }

    /// Names in another case, or with white space.
    fn names(&mut self, fields: &mut Map<String, Value>, at: &str, known: &[&str]) {
        let odd: Vec<(String, &str)> = fields
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
            .filter_map(|name| {
                let meant = known.iter().find(|known| plain(name) == plain(known))?;
                (!fields.contains_key(*meant)).then(|| (name.clone(), *meant))
            })
            .collect();
        for (name, meant) in odd {
            self.note(format!("{at}/{}", escape(&name)), &name, meant);
            if let Some(value) = fields.shift_remove(&name) {
                fields.insert(meant.to_owned(), value);
            }
        }
    }

    /// Texts, alone or in a list, each as it may have been meant.
    fn texts(&mut self, value: &mut Value, at: &str, meant: &dyn Fn(&str) -> Option<String>) {
        match value {
            Value::String(text) => {
                if let Some(word) = meant(text).filter(|word| word != text) {
                    self.note(at.to_owned(), text, &word);
                    *text = word;
                }
            }
            Value::Array(items) => {
                for (place, item) in items.iter_mut().enumerate() {
                    if item.is_string() {
                        self.texts(item, &format!("{at}/{place}"), meant);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
        }
    }
}

/// A text of an element, or of a kind of principals in it, as it is, or without white space, where AWS takes that.
fn meant(element: &str, text: &str, kind: Option<&str>) -> Option<String> {
    let is_taken = |text: &str| {
        let value = kind.map_or_else(|| json!(text), |kind| json!({ kind: text }));
        element::check(element, &value).is_ok()
    };
    if is_taken(text) {
        return Some(text.to_owned());
    }
    let close: String = text.split_whitespace().collect();
    is_taken(&close).then_some(close)
}

fn plain(word: &str) -> String {
    let letters = word.chars().filter(|letter| !letter.is_whitespace());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(element: &str, value: &Value) -> Value {
        let mut statement =
            json!({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"});
        statement[element] = value.clone();
        json!({"Version": "2012-10-17", "Statement": [statement]})
    }

    #[test]
    fn a_word_in_another_case_or_with_white_space_is_doubtful() {
        for (element, value, pointer, found, expected) in [
            ("Effect", json!("allow"), "/Effect", "`allow`", "Allow"),
            ("Effect", json!(" DENY\n"), "/Effect", "` DENY\\n`", "Deny"),
            (
                "Action",
                json!("kms: CreateGrant"),
                "/Action",
                "`kms: CreateGrant`",
                "kms:CreateGrant",
            ),
            (
                "Action",
                json!(["kms:*", "kms:Decrypt "]),
                "/Action/1",
                "`kms:Decrypt `",
                "kms:Decrypt",
            ),
            ("Resource", json!(" *"), "/Resource", "` *`", "*"),
            (
                "Principal",
                json!({"aws": "*"}),
                "/Principal/aws",
                "`aws`",
                "AWS",
            ),
            (
                "Principal",
                json!({"Service": "backup.amazonaws.com "}),
                "/Principal/Service",
                "`backup.amazonaws.com `",
                "backup.amazonaws.com",
            ),
        ] {
            let document = with(element, &value);
            let doubt = doubtful(&document.to_string()).unwrap();
            assert_eq!(
                doubt.pointer,
                format!("/Statement/0{pointer}"),
                "{document}"
            );
            assert_eq!(doubt.says, format!("{found} in a policy document"));
            assert_eq!(doubt.expected, expected);
            assert!(doubt.is_bare);
            let text = json!(document.to_string()).to_string();
            assert!(!doubtful(&text).unwrap().is_bare);
        }
        let lower = json!({"statement": {"effect": "Deny", "action": "*", "resource": "*"}});
        assert_eq!(
            doubtful(&lower.to_string()),
            None,
            "that is no policy document"
        );
        let lower = json!({"Statement": {"effect": "Deny", "action": "*", "resource": "*"}});
        assert_eq!(
            doubtful(&lower.to_string()).unwrap().pointer,
            "/Statement/effect"
        );
    }

    #[test]
    fn what_is_right_and_what_is_no_policy_is_not() {
        for document in [
            with("Effect", &json!("Allow")),
            with("Effect", &json!("permit")),
            with("Action", &json!("CreateGrant")),
            with("Action", &json!("[\"kms:*\"]")),
            with("Principal", &json!({"Policy": "*"})),
            with("effect", &json!("deny")),
            json!({"Version": "2012-10-17"}),
            json!({"Statement": [{"Effect": "allow"}]}),
            json!([]),
        ] {
            assert_eq!(doubtful(&document.to_string()), None, "{document}");
        }
    }
}
