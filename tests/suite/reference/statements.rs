//! Policy documents at random: statements, and the lines of their conditions.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::pools::{
    ACTIONS, Family, KEYS, PRINCIPAL_ELEMENTS, RESOURCES, SPARED, negated, operators,
};

/// A policy document of some Version.
pub fn document(statements: impl Strategy<Value = Vec<Value>>) -> impl Strategy<Value = Value> {
    let version =
        prop_oneof![7 => Just(Some("2012-10-17")), 1 => Just(Some("2008-10-17")), 1 => Just(None)];
    (version, statements, any::<bool>()).prop_map(|(version, statements, bare)| {
        let mut document = json!({});
        if let Some(version) = version {
            document["Version"] = json!(version);
        }
        document["Statement"] = match statements.as_slice() {
            [only] if bare => only.clone(),
            _ => json!(statements),
        };
        document
    })
}

/// A statement that allows with this probability, and else denies.
pub fn statement(allow: f64, names_principals: bool) -> impl Strategy<Value = Value> {
    // Most parts of a statement fit, so that a decision often hangs on the one that may not.
    let (meant, everything) = (Just(json!("@action")), Just(json!("*")));
    let actions = prop_oneof![meant, everything.clone(), one_or_more(ACTIONS)];
    let actions = (prop::bool::weighted(0.08), actions);
    let resources = prop_oneof![2 => everything, 1 => one_or_more(RESOURCES)];
    let resources = (prop::bool::weighted(0.06), resources);
    let principals = prop_oneof![select(&PRINCIPAL_ELEMENTS[..9]), select(PRINCIPAL_ELEMENTS)];
    let principal = (prop::bool::weighted(0.25), principals, select(SPARED));
    let parts = (
        prop::bool::weighted(allow),
        actions,
        resources,
        principal,
        condition(),
    );
    parts.prop_map(
        move |(
            allow,
            (not_action, action),
            (not_resource, resource),
            (spares, principal, spared),
            condition,
        )| {
            let mut statement = json!({"Effect": if allow { "Allow" } else { "Deny" }});
            if names_principals {
                if spares && !allow {
                    statement["NotPrincipal"] = serde_json::from_str(spared).unwrap();
                } else {
                    statement["Principal"] = serde_json::from_str(principal).unwrap();
                }
            }
            statement[if not_action { "NotAction" } else { "Action" }] = action;
            statement[if not_resource {
                "NotResource"
            } else {
                "Resource"
            }] = resource;
            if condition.as_object().is_some_and(|lines| !lines.is_empty()) {
                statement["Condition"] = condition;
            }
            statement
        },
    )
}

fn condition() -> impl Strategy<Value = Value> {
    vec(line(), 0..=2).prop_map(|lines| {
        let mut condition = json!({});
        for (operator, key, values) in lines {
            condition[operator][key] = values;
        }
        condition
    })
}

/// One line of a condition: an operator, a key, and what it is compared with.
fn line() -> impl Strategy<Value = (String, String, Value)> {
    select(KEYS).prop_flat_map(|(name, family, _, wanted)| {
        let spelt = prop_oneof![
            6 => Just(name.to_owned()),
            1 => Just(name.to_lowercase()),
            1 => Just(name.to_uppercase()),
        ];
        let values = match family {
            Family::Bool => yes_or_no().boxed(),
            _ => one_or_more(wanted).boxed(),
        };
        let null = (Just("Null".to_owned()), spelt.clone(), yes_or_no());
        prop_oneof![1 => null, 9 => (operator(family), spelt, values)]
    })
}

fn yes_or_no() -> impl Strategy<Value = Value> {
    let spellings = [
        r#""true""#,
        r#""false""#,
        "true",
        "false",
        r#"["true"]"#,
        "[false]",
    ];
    select(spellings.to_vec()).prop_map(|value| serde_json::from_str(value).unwrap())
}

/// An operator that is used on such keys: set operators mostly on multivalued ones.
fn operator(family: Family) -> impl Strategy<Value = String> {
    let sets = if family.is_multivalued() {
        [9, 9, 2]
    } else {
        [1, 1, 18]
    };
    let set = prop_oneof![
        sets[0] => Just("ForAllValues:"),
        sets[1] => Just("ForAnyValue:"),
        sets[2] => Just(""),
    ];
    let opposite = prop::bool::weighted(0.35);
    let forgiving = prop::bool::weighted(0.25);
    (select(operators(family)), opposite, set, forgiving).prop_map(
        |(operator, opposite, set, forgiving)| {
            let opposite = if opposite { negated(operator) } else { None };
            let operator = opposite.unwrap_or_else(|| operator.to_owned());
            // What ForAnyValue with IfExists does without the key, AWS's pages disagree on.
            let forgiving = forgiving && set != "ForAnyValue:";
            format!("{set}{operator}{}", if forgiving { "IfExists" } else { "" })
        },
    )
}

/// One text, or a list of one, two or three.
fn one_or_more(pool: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        select(pool).prop_map(|one| json!(one)),
        vec(select(pool), 1..=3).prop_map(|many| json!(many)),
    ]
}
