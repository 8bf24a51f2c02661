//! Where things stand in a request: its policy documents, their statements, and what their conditions name.

use std::ops::ControlFlow;

use serde_json::Value;

use super::value::{items, texts};
use super::variable::names;

/// One policy document and where it stands, in the words of `simulate`.
pub struct Document<'a> {
    pub policy: &'static str,
    pub level: usize,
    pub document: usize,
    pub text: &'a Value,
}

impl Document<'_> {
    pub fn version(&self) -> &str {
        self.text["Version"].as_str().unwrap_or("2008-10-17")
    }

    pub fn statements(&self) -> Vec<Value> {
        items(&self.text["Statement"])
    }
}

/// The policy documents of a request.
pub fn documents(request: &Value) -> Vec<Document<'_>> {
    let mut all = Vec::new();
    let mut add = |policy, level, document, text| {
        all.push(Document {
            policy,
            level,
            document,
            text,
        })
    };
    let list = |value: &'_ Value| value.as_array().map_or(0, Vec::len);
    for (policy, field) in [
        ("resource", "resource_policy"),
        ("boundary", "permissions_boundary"),
    ] {
        if request[field].is_object() {
            add(policy, 0, 0, &request[field]);
        }
    }
    for document in 0..list(&request["identity_policies"]) {
        add(
            "identity",
            0,
            document,
            &request["identity_policies"][document],
        );
    }
    for (policy, field) in [
        ("scp", "service_control_policies"),
        ("rcp", "resource_control_policies"),
    ] {
        for level in 0..list(&request[field]) {
            for document in 0..list(&request[field][level]) {
                add(policy, level, document, &request[field][level][document]);
            }
        }
    }
    all
}

/// The document at a place, to be changed.
pub fn document_mut<'a>(
    request: &'a mut Value,
    policy: &str,
    level: usize,
    document: usize,
) -> &'a mut Value {
    match policy {
        "resource" => &mut request["resource_policy"],
        "boundary" => &mut request["permissions_boundary"],
        "identity" => &mut request["identity_policies"][document],
        "scp" => &mut request["service_control_policies"][level][document],
        "rcp" => &mut request["resource_control_policies"][level][document],
        other => panic!("no such policy: {other}"),
    }
}

/// The statement at a place of an answer, if there is one.
pub fn statement_at(request: &Value, place: &Value) -> Option<Value> {
    let number = |field: &str| place[field].as_u64().map(|number| number as usize);
    let (level, document, index) = (number("level")?, number("document")?, number("index")?);
    let all = documents(request);
    let is_there = |one: &&Document| {
        place["policy"] == one.policy && one.level == level && one.document == document
    };
    all.iter().find(is_there)?.statements().get(index).cloned()
}

/// A copy of the request, each of its documents changed.
pub fn edit_documents(request: &Value, mut edit: impl FnMut(&str, &mut Value)) -> Value {
    let mut edited = request.clone();
    for place in documents(request) {
        edit(
            place.policy,
            document_mut(&mut edited, place.policy, place.level, place.document),
        );
    }
    edited
}

/// A copy of the request, each statement of each document changed.
pub fn edit_statements(request: &Value, mut edit: impl FnMut(&str, &mut Value)) -> Value {
    edit_documents(request, |policy, text| match &mut text["Statement"] {
        Value::Array(statements) => statements
            .iter_mut()
            .for_each(|statement| edit(policy, statement)),
        statement => edit(policy, statement),
    })
}

/// One line of a Condition.
pub struct Line {
    pub operator: String,
    pub key: String,
    pub values: Vec<String>,
}

/// Every condition of the request, key names in lower case.
pub fn lines(request: &Value) -> Vec<Line> {
    let mut all = Vec::new();
    for document in documents(request) {
        for statement in document.statements() {
            let condition = statement["Condition"]
                .as_object()
                .cloned()
                .unwrap_or_default();
            for (operator, keys) in &condition {
                for (key, values) in keys.as_object().unwrap() {
                    all.push(Line {
                        operator: operator.clone(),
                        key: key.to_lowercase(),
                        values: texts(values),
                    });
                }
            }
        }
    }
    all
}

/// The Resource patterns of the request.
pub fn resources(request: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for document in documents(request) {
        for statement in document.statements() {
            all.extend(texts(&statement["Resource"]));
            all.extend(texts(&statement["NotResource"]));
        }
    }
    all
}

/// The context keys that the policies read, once for each time they read them.
pub fn read_keys(request: &Value) -> Vec<String> {
    let mut keys: Vec<String> = resources(request)
        .iter()
        .flat_map(|text| names(text))
        .collect();
    for line in lines(request) {
        let variables = line.values.iter().flat_map(|text| names(text));
        // Under a set operator a variable is compared with each of the request's values.
        let times = if line.operator.starts_with("For") {
            2
        } else {
            1
        };
        keys.extend(variables.flat_map(|name| std::iter::repeat_n(name, times)));
        keys.push(line.key);
    }
    keys
}

/// The request with one piece after another taken out, for as long as it still does what `wrong` says.
pub fn smallest(request: &Value, wrong: impl Fn(&Value) -> bool) -> Value {
    let mut smallest = request.clone();
    loop {
        let smaller = without_one_piece(&smallest, &mut |candidate| {
            if wrong(candidate) {
                ControlFlow::Break(candidate.clone())
            } else {
                ControlFlow::Continue(())
            }
        });
        match smaller {
            ControlFlow::Break(smaller) => smallest = smaller,
            ControlFlow::Continue(()) => return smallest,
        }
    }
}

/// Hands over every copy of the request that lacks one list element or one optional field somewhere below the top.
fn without_one_piece(
    request: &Value,
    visit: &mut dyn FnMut(&Value) -> ControlFlow<Value>,
) -> ControlFlow<Value> {
    let mut paths = Vec::new();
    for field in request.as_object().unwrap().keys() {
        below(&request[field], &format!("/{field}"), &mut paths);
    }
    for path in paths {
        let (parent, last) = path.rsplit_once('/').unwrap();
        let last = last.replace("~1", "/").replace("~0", "~");
        let mut smaller = request.clone();
        match smaller.pointer_mut(parent).unwrap() {
            // A list within a statement keeps its last element: an empty one is no policy that anybody writes.
            Value::Array(items) if items.len() == 1 && parent.contains("/Statement/") => continue,
            Value::Array(items) => drop(items.remove(last.parse().unwrap())),
            Value::Object(fields) => drop(fields.shift_remove(&last)),
            _ => continue,
        }
        visit(&smaller)?;
    }
    ControlFlow::Continue(())
}

fn below(value: &Value, path: &str, paths: &mut Vec<String>) {
    let needed = [
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Statement",
    ];
    let mut add = |name: &str, value: &Value, removable: bool| {
        let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        if removable {
            paths.push(path.clone());
        }
        below(value, &path, paths);
    };
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, item)| add(&at.to_string(), item, true)),
        Value::Object(fields) => {
            fields
                .iter()
                .for_each(|(name, value)| add(name, value, !needed.contains(&name.as_str())));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_smallest_request_keeps_only_what_is_wrong_with_it() {
    let request = serde_json::json!({
        "id": "1", "identity_policies": [{"Statement": [{"Effect": "Allow"}, {"Effect": "Deny", "Sid": "x"}]}],
        "context": {"aws:PrincipalTag/team": "a"},
    });
    let smallest = smallest(&request, |request| request.to_string().contains("Deny"));
    assert_eq!(
        smallest.to_string(),
        r#"{"id":"1","identity_policies":[{"Statement":[{"Effect":"Deny"}]}],"context":{}}"#
    );
}
