//! Mistakes that an evaluator could make. Each is made by handing over the request as the mistaken evaluator would
//! read it.

use serde_json::{Value, json};

use super::places::{edit_documents, edit_statements};
use super::value::texts;

/// What is misread, in words, and how.
pub type Mistake = (&'static str, fn(&Value) -> Value);

pub const MISREADINGS: &[Mistake] = &[
    ("StringEquals ignores case", |request| {
        rename(request, "StringEquals", "StringEqualsIgnoreCase")
    }),
    ("StringEquals takes wildcards", |request| {
        rename(request, "StringEquals", "StringLike")
    }),
    ("StringLike takes no wildcards", |request| {
        rename(request, "StringLike", "StringEquals")
    }),
    ("a wildcard runs over the colons of an ARN", |request| {
        rename(
            &rename(request, "ArnLike", "StringLike"),
            "ArnEquals",
            "StringLike",
        )
    }),
    ("ArnEquals takes no wildcards", |request| {
        rename(request, "ArnEquals", "StringEquals")
    }),
    ("less than is less than or equal", |request| {
        rename(request, "NumericLessThan", "NumericLessThanEquals")
    }),
    ("later than is not before", |request| {
        rename(request, "DateGreaterThan", "DateGreaterThanEquals")
    }),
    ("...IfExists is overlooked", |request| {
        operators(request, |name| name.replace("IfExists", ""))
    }),
    ("ForAllValues is false without the key", |request| {
        needs_the_key(request, |name| name.starts_with("ForAll"))
    }),
    ("a negated operator is false without the key", |request| {
        needs_the_key(request, |name| {
            name.contains("Not") && !name.contains("For") && !name.ends_with("IfExists")
        })
    }),
    ("ForAnyValue is read as ForAllValues", |request| {
        operators(request, |name| name.replace("ForAnyValue", "ForAllValues"))
    }),
    ("ForAllValues is read as ForAnyValue", |request| {
        operators(request, |name| name.replace("ForAllValues", "ForAnyValue"))
    }),
    ("a multivalued key needs no set operator", |request| {
        let mut read = request.clone();
        read["context"]
            .as_object_mut()
            .unwrap()
            .values_mut()
            .for_each(|value| *value = json!(texts(value)[0]));
        read
    }),
    ("Null asks for the opposite", |request| {
        edit_lines(request, |operator, values| {
            if operator == "Null" {
                *values = json!(
                    texts(values)
                        .iter()
                        .map(|value| (value != "true").to_string())
                        .collect::<Vec<_>>()
                );
            }
        })
    }),
    ("JSON booleans match nothing", |request| {
        edit_lines(request, |_, values| {
            if values.is_boolean() {
                *values = json!([]);
            }
        })
    }),
    ("an absent Version allows variables", |request| {
        edit_documents(request, |_, document| {
            if document.get("Version").is_none() {
                document["Version"] = json!("2012-10-17");
            }
        })
    }),
    ("NotAction is read as Action", |request| {
        rename_field(request, "NotAction", "Action")
    }),
    ("NotResource is read as Resource", |request| {
        rename_field(request, "NotResource", "Resource")
    }),
    ("NotPrincipal is read as Principal", |request| {
        rename_field(request, "NotPrincipal", "Principal")
    }),
    ("a Deny on an account's root covers nobody", |request| {
        edit_statements(request, |_, statement| {
            if statement["Effect"] == "Deny" {
                principals(statement, |name| !name.ends_with(":root"));
            }
        })
    }),
    ("an account's id is no principal", |request| {
        edit_statements(request, |_, statement| {
            principals(statement, |name| name.contains(':') || name == "*")
        })
    }),
    ("to name the account is to name the role", |request| {
        let asked = request["principal"].clone();
        edit_statements(request, |_, statement| {
            if texts(&statement["Principal"]["AWS"])
                .iter()
                .any(|name| name.ends_with(":root"))
            {
                statement["Principal"] = json!({"AWS": [asked, statement["Principal"]["AWS"]]});
            }
        })
    }),
    ("the two accounts are always the same", |request| {
        let mut read = request.clone();
        read["resource_account"] = json!(request["principal"].as_str().unwrap().split(':').nth(4));
        read
    }),
    ("service control policies bind nobody", |request| {
        without(request, "service_control_policies")
    }),
    ("service-linked roles are bound like others", |request| {
        let text = request.to_string();
        serde_json::from_str(&text.replace("role/aws-service-role/", "role/some-service-role/"))
            .unwrap()
    }),
    ("one level of the organization is enough", |request| {
        let mut read = request.clone();
        if let Some(levels) = read["service_control_policies"].as_array_mut() {
            let all = levels
                .drain(..)
                .flat_map(|level| level.as_array().unwrap().clone())
                .collect();
            *levels = vec![Value::Array(all)];
        }
        read
    }),
    ("resource control policies bind nobody", |request| {
        without(request, "resource_control_policies")
    }),
    ("a boundary bounds nothing", |request| {
        without(request, "permissions_boundary")
    }),
    ("what is unknown is absent", |request| {
        without(request, "unknown_context")
    }),
];

fn operators(request: &Value, rename: impl Fn(&str) -> String) -> Value {
    edit_statements(request, |_, statement| {
        if let Some(condition) = statement["Condition"].as_object().cloned() {
            let mut renamed = json!({});
            for (operator, keys) in &condition {
                for (key, values) in keys.as_object().unwrap() {
                    renamed[rename(operator)][key] = values.clone();
                }
            }
            statement["Condition"] = renamed;
        }
    })
}

fn rename(request: &Value, from: &str, to: &str) -> Value {
    let (not_from, not_to) = (opposite(from), opposite(to));
    operators(request, |name| {
        let bare = name
            .trim_start_matches("ForAllValues:")
            .trim_start_matches("ForAnyValue:");
        let bare = bare.trim_end_matches("IfExists");
        if bare == from {
            name.replace(from, to)
        } else if bare == not_from {
            name.replace(&not_from, &not_to)
        } else {
            name.to_owned()
        }
    })
}

fn opposite(operator: &str) -> String {
    super::pools::negated(operator).unwrap_or_else(|| operator.to_owned())
}

fn edit_lines(request: &Value, edit: impl Fn(&str, &mut Value)) -> Value {
    edit_statements(request, |_, statement| {
        if let Some(condition) = statement
            .get_mut("Condition")
            .and_then(Value::as_object_mut)
        {
            for (operator, keys) in condition {
                keys.as_object_mut()
                    .unwrap()
                    .values_mut()
                    .for_each(|values| edit(operator, values));
            }
        }
    })
}

/// Adds to each line with such an operator that its key must be there.
fn needs_the_key(request: &Value, such: impl Fn(&str) -> bool) -> Value {
    edit_statements(request, |_, statement| {
        let condition = statement["Condition"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        for (_, keys) in condition.iter().filter(|(operator, _)| such(operator)) {
            for key in keys.as_object().unwrap().keys() {
                statement["Condition"]["Null"][key] = json!("false");
            }
        }
    })
}

fn rename_field(request: &Value, from: &str, to: &str) -> Value {
    edit_statements(request, |_, statement| {
        if let Some(value) = statement.as_object_mut().unwrap().remove(from) {
            statement[to] = value;
        }
    })
}

fn principals(statement: &mut Value, keep: impl Fn(&str) -> bool) {
    if let Some(names) = statement.pointer_mut("/Principal/AWS") {
        *names = json!(
            texts(names)
                .into_iter()
                .filter(|name| keep(name))
                .collect::<Vec<_>>()
        );
    }
}

fn without(request: &Value, field: &str) -> Value {
    let mut read = request.clone();
    read[field] = Value::Null;
    read
}
