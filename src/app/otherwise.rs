//! What a plan leaves as it is and the facts read otherwise. A plan that is younger than the facts counts, as an assumption: it may have
//! been made with `-refresh=false`. Else nobody knows which of both stands.

use serde_json::{Map, Value, json};

use crate::cli::Output;
use crate::inventory::{
    Inventory, Overlay, ReadOtherwise, Taken, TakenFor, Timestamp, Waiting, said_otherwise,
};

use super::print::warn;

/// How many fields are named of which a plan says something else than was read.
const NAMED: usize = 5;

/// Settles what a plan says of now and the facts read otherwise: as an assumption on the things that it is of, or left open before the
/// change and after it.
pub(super) fn settle(
    base: &Inventory,
    (now, then): (&mut Overlay, &mut Overlay),
    made_at: Option<&Timestamp>,
    taken: &mut Taken,
    output: &Output,
) {
    if now.waits_for != Waiting::TerraformApply {
        return;
    }
    let all = said_otherwise(base, &now.document);
    if all.is_empty() {
        return;
    }
    let read_at = base.collected_at.value();
    let ages = made_at.zip(read_at);
    let is_younger = ages.is_some_and(|(made, read)| made.milliseconds() > read.milliseconds());
    let told: Vec<String> = all.iter().map(ToString::to_string).collect();
    let named = told.get(..NAMED).unwrap_or(&told).join(", ");
    let more = match told.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let counts = match is_younger {
        true => {
            "The plan is newer than the facts, so its values are used; if it was made with -refresh=false, plan again"
        }
        false => "Which of the two holds now is not known: collect the facts, then plan again",
    };
    let name = now.name.clone();
    warn(
        output,
        &format!("{name}: its prior state and the facts disagree: {named}{more}. {counts}"),
    );
    for one in &all {
        if is_younger {
            let of = taken.entry(one.name.clone()).or_default();
            of.push(TakenFor::State(format!("{} of {name}", one.field)));
            continue;
        }
        let read = read_at.map_or_else(String::new, |at| format!(" of {}", at.as_str()));
        let why =
            format!("{one}, of which {name} and the facts{read} say different things: plan again");
        let was = place(&mut now.document, one).and_then(|thing| thing.get(&one.field).cloned());
        if let Some(thing) = place(&mut then.document, one)
            && (thing.get(&one.field) == was.as_ref())
        {
            thing.insert(one.field.clone(), json!({ "unknown": why }));
        }
        if let Some(thing) = place(&mut now.document, one) {
            thing.insert(one.field.clone(), json!({ "unknown": why }));
        }
    }
}

/// The thing of a document that a field is of, or its description.
fn place<'d>(document: &'d mut Value, of: &ReadOtherwise) -> Option<&'d mut Map<String, Value>> {
    let list = |value: &'d mut Value, name: &str| {
        let all = value.get_mut(name).and_then(Value::as_array_mut);
        all.into_iter().flatten()
    };
    let accounts = list(document, "accounts");
    let things: Vec<&mut Value> = match of.list {
        "roles" => accounts
            .flat_map(|account| list(account, "roles"))
            .collect(),
        name => {
            let regions = accounts.flat_map(|account| list(account, "regions"));
            regions.flat_map(|region| list(region, name)).collect()
        }
    };
    let is_it = |thing: &&mut Value| thing.get(of.key).and_then(Value::as_str) == Some(&*of.name);
    let thing = things.into_iter().find(is_it)?.as_object_mut()?;
    match of.is_described {
        true => thing.get_mut("Detail")?.as_object_mut(),
        false => Some(thing),
    }
}
