//! What any evaluator owes, whatever it answers. Each law says why a request breaks it, if it does.

use serde_json::{Value, json};

use super::candidates::candidates;
use super::places::{document_mut, documents, statement_at};
use super::value::{items, texts};

/// An evaluator as the laws see it.
pub type Evaluator = fn(&Value) -> Value;

/// One more Allow in a document never refuses, and one more Deny never allows.
pub fn more_of_the_same(request: &Value, evaluator: Evaluator) -> Option<String> {
    let before = evaluator(request);
    let effect = match before["decision"].as_str() {
        Some("allowed") => "Allow",
        Some("denied") => "Deny",
        _ => return None,
    };
    // A statement that stands in one document is as good as any for another, but for naming principals.
    let all = documents(request);
    let statements: Vec<Value> = all
        .iter()
        .flat_map(|document| document.statements())
        .collect();
    for (place, mut statement) in all.iter().zip(statements.iter().rev().cloned()) {
        statement["Effect"] = json!(effect);
        fit(&mut statement, place.policy);
        let mut after = request.clone();
        let document = document_mut(&mut after, place.policy, place.level, place.document);
        let mut statements = items(&document["Statement"]);
        statements.push(statement.clone());
        document["Statement"] = json!(statements);
        let answer = evaluator(&after);
        if answer["decision"] != before["decision"] {
            return Some(format!(
                "{before}, and with {statement} in {}: {answer}",
                place.policy
            ));
        }
    }
    None
}

/// Policies of resources name principals, the others do not.
fn fit(statement: &mut Value, policy: &str) {
    let fields = statement.as_object_mut().unwrap();
    let names = fields.contains_key("Principal") || fields.contains_key("NotPrincipal");
    if ["identity", "boundary", "scp"].contains(&policy) {
        fields.shift_remove("Principal");
        fields.shift_remove("NotPrincipal");
    } else if !names {
        fields.insert("Principal".to_owned(), json!("*"));
    }
}

/// A settled decision stays, whatever an unknown turns out to be.
pub fn settled_is_settled(request: &Value, evaluator: Evaluator) -> Option<String> {
    let before = evaluator(request);
    if before["decision"] == "unknown" {
        return None;
    }
    for key in texts(&request["unknown_context"]) {
        for value in candidates(request, &key.to_lowercase()) {
            let mut after = request.clone();
            after["unknown_context"]
                .as_array_mut()
                .unwrap()
                .retain(|name| *name != json!(key));
            if let Some(value) = &value {
                after["context"][&key] = value.clone();
            }
            let answer = evaluator(&after);
            let explicit = before["explicit"] == true && answer["explicit"] != true;
            if answer["decision"] != before["decision"] || explicit {
                return Some(format!("{before}, and with {key} {value:?}: {answer}"));
            }
        }
    }
    None
}

/// The statements that are said to decide are there, have the effect that is said, and without them the decision is
/// another or made otherwise.
pub fn deciding_statements_decide(request: &Value, evaluator: Evaluator) -> Option<String> {
    let answer = evaluator(request);
    let effect = match (answer["decision"].as_str(), answer["explicit"].as_bool()) {
        (Some("allowed"), _) => "Allow",
        (Some("denied"), Some(true)) => "Deny",
        _ => return None,
    };
    let named = items(&answer["statements"]);
    if named.is_empty() {
        return Some(format!("no statement is named: {answer}"));
    }
    let mut without = request.clone();
    for place in &named {
        let Some(statement) = statement_at(request, place) else {
            return Some(format!("there is no statement at {place}"));
        };
        if place["effect"] != effect || statement["Effect"] != effect {
            return Some(format!("{place} decides that {answer}, and is {statement}"));
        }
        silence(&mut without, place);
    }
    let after = evaluator(&without);
    let same = after["decision"] == answer["decision"] && after["explicit"] == answer["explicit"];
    same.then(|| format!("without the statements of {answer} it is still {after}"))
}

/// Leaves the statement where it is and lets it speak of nothing.
fn silence(request: &mut Value, place: &Value) {
    let number = |field: &str| place[field].as_u64().unwrap() as usize;
    let policy = place["policy"].as_str().unwrap();
    let document = document_mut(request, policy, number("level"), number("document"));
    let mut statements = items(&document["Statement"]);
    let fields = statements[number("index")].as_object_mut().unwrap();
    fields.shift_remove("NotAction");
    fields.insert("Action".to_owned(), json!("none:Such"));
    document["Statement"] = json!(statements);
}
