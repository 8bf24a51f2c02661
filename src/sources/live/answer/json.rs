//! JSON answers: whole, and with the members that an operation always returns.

use serde_json::{Map, Value};

use super::not_read::NotRead;

/// Whether a body is a JSON object that has the members.
pub fn has(body: &[u8], needs: &[&str]) -> Result<(), NotRead> {
    let answer: Map<String, Value> = serde_json::from_slice(body).map_err(|_| NotRead::NotWhole)?;
    let next = answer.get("NextMarker").and_then(Value::as_str);
    if answer.get("Truncated") == Some(&Value::Bool(true)) && next.is_none_or(str::is_empty) {
        return Err(NotRead::Lacks("NextMarker".to_owned()));
    }
    let answer = Value::Object(answer);
    needs.iter().try_for_each(|path| {
        let mut walked = Vec::new();
        follow(&answer, &mut path.split('/'), &mut walked)
            .map_err(|()| NotRead::Lacks(walked.join("/")))
    })
}

/// Goes down a path. Where it ends early, `walked` is the way to what is not there.
fn follow<'a>(
    value: &Value,
    path: &mut (impl Iterator<Item = &'a str> + Clone),
    walked: &mut Vec<&'a str>,
) -> Result<(), ()> {
    let Some(step) = path.next() else {
        return Ok(());
    };
    let (step, may_lack) = match step.strip_suffix('?') {
        Some(step) => (step, true),
        None => (step, false),
    };
    walked.push(step);
    if step == "*" {
        let items = value.as_array().ok_or(())?;
        let depth = walked.len();
        for item in items {
            walked.truncate(depth);
            follow(item, &mut path.clone(), walked)?;
        }
        return Ok(());
    }
    match value.get(step) {
        None | Some(Value::Null) if may_lack => Ok(()),
        None | Some(Value::Null) => Err(()),
        Some(value) => follow(value, path, walked),
    }
}
