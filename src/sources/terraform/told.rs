//! What is known of the objects of a module instance, as its expressions name them.

use hcl::eval::Context;
use serde_json::{Map, Value, json};

use super::body::to_hcl;
use super::identity::Identities;
use super::object::{Moment, Object};
use super::partial;

/// The resources and data sources of a module instance, by type and name: what is known of them, and what they will be called. `marked`:
/// what an attribute of one is instead.
pub fn resources(
    ids: &Identities<'_, '_>,
    address: &str,
    marked: Option<(&str, &str, &str)>,
    context: &mut Context<'static>,
) {
    let mut managed: Map<String, Value> = Map::new();
    let mut data: Map<String, Value> = Map::new();
    // Of those of which one is not in the plan, none can be told by its number.
    let mut open: Vec<(bool, &str, &str)> = Vec::new();
    for object in ids
        .objects
        .all
        .iter()
        .filter(|object| object.module == address && object.is_there(Moment::Then))
    {
        let all = if object.is_data {
            &mut data
        } else {
            &mut managed
        };
        let of_kind = all.entry(object.kind).or_insert_with(|| json!({}));
        let Some(of_kind) = of_kind.as_object_mut() else {
            continue;
        };
        let mut value = known(ids, object);
        if let (Some((address, attribute, mark)), Some(fields)) = (marked, value.as_object_mut())
            && address == object.address
        {
            fields.insert(attribute.to_owned(), json!(mark));
        }
        match object.index {
            None => drop(of_kind.insert(object.name.to_owned(), value)),
            Some(Value::String(key)) => {
                let keyed = of_kind.entry(object.name).or_insert_with(|| json!({}));
                if let Some(keyed) = keyed.as_object_mut() {
                    keyed.insert(key.clone(), value);
                }
            }
            Some(index) => {
                let list = of_kind.entry(object.name).or_insert_with(|| json!([]));
                match list.as_array_mut() {
                    Some(all) if index.as_u64() == u64::try_from(all.len()).ok() => {
                        all.push(value);
                    }
                    Some(_) | None => open.push((object.is_data, object.kind, object.name)),
                }
            }
        }
    }
    for (is_data, kind, name) in open {
        let all = if is_data { &mut data } else { &mut managed };
        let of_kind = all.get_mut(kind).and_then(Value::as_object_mut);
        of_kind.and_then(|of_kind| of_kind.shift_remove(name));
    }
    for (kind, named) in managed {
        context.declare_var(kind.as_str(), to_hcl(&named));
    }
    context.declare_var("data", to_hcl(&Value::Object(data)));
}

/// What is known of an object: its values but for those that are not known or sensitive, and what it will be called.
fn known(ids: &Identities<'_, '_>, object: &Object<'_>) -> Value {
    let mut all = Map::new();
    for name in object.values(Moment::Then).into_iter().flat_map(Map::keys) {
        let value = object.marked(Moment::Then, name);
        if value.to_string().contains("{\"unknown\":") {
            partial::mark(&mut all);
        } else {
            all.insert(name.clone(), value);
        }
    }
    // What waits for apply as a whole is not among the values.
    if object.waits_for_others() {
        partial::mark(&mut all);
    }
    for name in ["arn", "id", "name", "key_id"] {
        if let Some(value) = ids.value(object, name, Moment::Then) {
            all.insert(name.to_owned(), json!(value));
        }
    }
    if object.kind == "aws_iam_policy_document" && !all.contains_key("json") {
        let document = ids.document(object);
        if !document.to_string().contains("{\"unknown\":") {
            all.insert("json".to_owned(), json!(document.to_string()));
        }
    }
    Value::Object(all)
}
