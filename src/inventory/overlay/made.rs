//! What a template or a plan says of a thing as a whole, without knowing whether the thing is there already.

use serde_json::{Map, Value, json};

/// What is laid over a thing, with what depends on whether it is there settled. `{"made": value}`: that is all that there is of
/// it where the thing is made; where it stands with more than that, nobody knows what stays, unless `"stands": true` says that it
/// does. `{"joined": […], "removed": […],
/// "alone": true}`: a list that is joined to the one that is there, and is whole where the thing is made.
pub(super) fn settled(
    over: &Map<String, Value>,
    there: Option<&Map<String, Value>>,
    file: &str,
) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, value) in over {
        let value = match (made(value), alone(value)) {
            (Some((_, true)), _) if there.is_some() => continue,
            (Some((whole, _)), _) => {
                let stands = there.map(|there| there.get(name));
                match stands {
                    None => whole.clone(),
                    // It was not read, and is as unknown as it was.
                    Some(None) => continue,
                    Some(Some(stands)) if is_within(stands, whole) => whole.clone(),
                    Some(Some(_)) => json!({"unknown": format!(
                        "{name} is set, and {file} does not set it so: whether it stays is told by the template of now, \
                         --cloudformation-before FILE"
                    )}),
                }
            }
            (None, Some(joined)) if there.is_none() => joined.clone(),
            (None, Some(_)) => {
                let mut joined = value.as_object().cloned().unwrap_or_default();
                joined.shift_remove("alone");
                Value::Object(joined)
            }
            (None, None) => value.clone(),
        };
        all.insert(name.clone(), value);
    }
    all
}

/// The value of `{"made": value}`, and whether what is there stands.
fn made(value: &Value) -> Option<(&Value, bool)> {
    let object = value.as_object()?;
    let stands = object.get("stands").is_some();
    let value = object.get("made")?;
    (object.len() == if stands { 2 } else { 1 }).then_some((value, stands))
}

/// The list of `{"joined": […], "removed": […], "alone": true}`.
fn alone(value: &Value) -> Option<&Value> {
    let object = value.as_object().filter(|object| object.len() == 3)?;
    object
        .get("alone")
        .and(object.get("removed"))
        .and(object.get("joined"))
}

/// Whether nothing stands that is not told: of a list, each item that stands is one of those that are told, by its name.
fn is_within(stands: &Value, told: &Value) -> bool {
    match (stands, told) {
        (Value::Array(stands), Value::Array(told)) => {
            let mut stands = stands.iter();
            stands.all(|one| told.iter().any(|other| name_of(other) == name_of(one)))
        }
        _ => stands == told,
    }
}

/// What tells an item of a list of a thing from another: its name, or all of it.
pub(super) fn name_of(item: &Value) -> &Value {
    let names = ["PolicyArn", "PolicyName", "SelectionName"];
    names.iter().find_map(|name| item.get(name)).unwrap_or(item)
}
