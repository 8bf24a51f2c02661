//! Requests at random, made of few names, so that every decision comes up often.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use super::decide;
use super::places::{read_keys, statement_at};
use super::pools::{
    ACTIONS, BACKUP_ACTIONS, Family, KEYS, KMS_ACTIONS, Key, PRINCIPAL_ELEMENTS, PRINCIPALS,
    RESOURCES, SPARED, negated, operators,
};
use super::value::items;

/// Requests that know everything. They are the same in every run; `PROPTEST_CASES` asks for more of them.
pub static KNOWN: LazyLock<Vec<Value>> = LazyLock::new(|| sample(known(), cases()));

/// Requests that do not know one to four of the keys their policies read.
pub static UNKNOWN: LazyLock<Vec<Value>> = LazyLock::new(|| sample(unknown(), cases() / 3));

fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    asked.unwrap_or(0).max(1500)
}

fn sample(strategy: BoxedStrategy<Value>, cases: u32) -> Vec<Value> {
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    (0..cases)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

fn known() -> BoxedStrategy<Value> {
    let policies = (
        resource_policy(),
        identity_policies(),
        boundary(),
        control_policies(false),
        control_policies(true),
    );
    (select(PRINCIPALS), any::<Index>(), any::<bool>(), prop::bool::weighted(0.6), context(), policies)
        .prop_map(|(principal, action, first_owner, on_keys, context, policies)| {
            let action = if on_keys { *action.get(KMS_ACTIONS) } else { *action.get(BACKUP_ACTIONS) };
            let owner = if first_owner { "111111111111" } else { "222222222222" };
            let resource = match action {
                "backup:CopyIntoBackupVault" => format!("arn:aws:backup:eu-west-1:{owner}:backup-vault:central"),
                "backup:CopyFromBackupVault" => format!("arn:aws:backup:eu-west-1:{owner}:recovery-point:1EB3B5E7-9EB0"),
                _ => format!("arn:aws:kms:eu-west-1:{owner}:key/1111aaaa-22bb"),
            };
            let (resource_policy, identity, boundary, scps, rcps) = policies;
            let mut request = json!({
                "id": "1", "principal": principal, "action": action, "resource": resource, "resource_account": owner,
                "context": context, "resource_policy": resource_policy, "identity_policies": identity,
                "service_control_policies": scps, "resource_control_policies": rcps, "unknown_context": [],
            });
            // What a boundary does to a grant that names a user is a question of its own.
            if principal.contains(":role/") {
                request["permissions_boundary"] = boundary;
            }
            fill_in(&request.clone(), &mut request);
            request
        })
        .boxed()
}

fn unknown() -> BoxedStrategy<Value> {
    (known(), vec(any::<Index>(), 1..=4))
        .prop_map(|(request, picks)| forget(&request, &picks))
        .boxed()
}

/// The request without the values of some of the keys that its policies read, first one that the decision hangs on.
fn forget(request: &Value, picks: &[Index]) -> Value {
    let mut request = request.clone();
    let mut all = distinct(read_keys(&request));
    let mut deciding = distinct(read_keys(&only_deciding(&request)));
    for pick in picks {
        let keys = if deciding.is_empty() {
            &mut all
        } else {
            &mut deciding
        };
        if !keys.is_empty() {
            let key = keys.swap_remove(pick.index(keys.len()));
            all.retain(|other| *other != key);
            deciding.clear();
            let name = KEYS
                .iter()
                .map(|key| key.0)
                .find(|name| name.eq_ignore_ascii_case(&key));
            request["context"]
                .as_object_mut()
                .unwrap()
                .retain(|name, _| !name.eq_ignore_ascii_case(&key));
            request["unknown_context"]
                .as_array_mut()
                .unwrap()
                .push(json!(name.unwrap_or(&key)));
        }
    }
    request
}

fn distinct(mut keys: Vec<String>) -> Vec<String> {
    keys.sort();
    keys.dedup();
    keys
}

/// The request with no other policy than the statements that decide it.
fn only_deciding(request: &Value) -> Value {
    let deciding = decide::answer(request)["statements"].clone();
    let statements: Vec<Value> = items(&deciding)
        .iter()
        .filter_map(|place| statement_at(request, place))
        .collect();
    json!({"resource_policy": {"Version": "2012-10-17", "Statement": statements}})
}

fn context() -> impl Strategy<Value = Map<String, Value>> {
    let key = |key: &'static Key| {
        let (name, family, values, _) = *key;
        let value = if family.is_multivalued() {
            prop::sample::subsequence(values, 1..=values.len())
                .prop_map(|many| json!(many))
                .boxed()
        } else {
            select(values).prop_map(|one| json!(one)).boxed()
        };
        prop::option::weighted(0.75, value)
            .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    KEYS.iter()
        .map(key)
        .collect::<Vec<_>>()
        .prop_map(|all| all.into_iter().flatten().collect())
}

fn resource_policy() -> impl Strategy<Value = Value> {
    let statement = statement(0.72, true);
    prop_oneof![9 => document(vec(statement, 1..=4)), 1 => Just(Value::Null)]
}

fn identity_policies() -> impl Strategy<Value = Value> {
    let everything =
        Just(json!({"Effect": "Allow", "Action": ["kms:*", "backup:*"], "Resource": "*"}));
    let statement = prop_oneof![1 => everything, 1 => statement(0.85, false)];
    vec(document(vec(statement, 1..=3)), 1..=2).prop_map(Value::from)
}

fn boundary() -> impl Strategy<Value = Value> {
    let everything = Just(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    let statement = prop_oneof![everything, statement(0.8, false)];
    prop_oneof![4 => Just(Value::Null), 1 => document(vec(statement, 1..=3))]
}

/// Levels of control policies, which mostly leave things as they are.
fn control_policies(of_resources: bool) -> impl Strategy<Value = Value> {
    let mut everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let statement =
        statement(if of_resources { 0.0 } else { 0.4 }, false).prop_map(move |mut statement| {
            if of_resources {
                statement["Principal"] = json!("*");
            }
            statement
        });
    if of_resources {
        everything["Principal"] = json!("*");
    }
    let everything = json!({"Version": "2012-10-17", "Statement": [everything]});
    let level = (
        prop::bool::weighted(0.94),
        vec(document(vec(statement, 1..=2)), 0..=1),
    );
    let level = level.prop_map(move |(full, mut documents)| {
        if full {
            documents.insert(0, everything.clone());
        }
        documents
    });
    prop_oneof![
        3 => Just(json!([])),
        1 => Just(Value::Null),
        2 => vec(level, 1..=3).prop_map(|levels| json!(levels)),
    ]
}

fn document(statements: impl Strategy<Value = Vec<Value>>) -> impl Strategy<Value = Value> {
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

fn statement(allow: f64, names_principals: bool) -> impl Strategy<Value = Value> {
    // Most parts of a statement fit, so that a decision often hangs on the one that may not.
    let (meant, everything) = (Just(json!("@action")), Just(json!("*")));
    let actions = prop_oneof![meant, everything.clone(), one_or_more(ACTIONS)];
    let actions = (prop::bool::weighted(0.08), actions);
    let resources = prop_oneof![2 => everything, 1 => one_or_more(RESOURCES)];
    let resources = (prop::bool::weighted(0.06), resources);
    let principals = prop_oneof![select(&PRINCIPAL_ELEMENTS[..9]), select(PRINCIPAL_ELEMENTS)];
    let principal = (prop::bool::weighted(0.25), principals, select(SPARED));
    (
        prop::bool::weighted(allow),
        actions,
        resources,
        principal,
        condition(),
    )
        .prop_map(
            move |(allow, actions, resources, (spares, principal, spared), condition)| {
                let mut statement = json!({"Effect": if allow { "Allow" } else { "Deny" }});
                if names_principals {
                    if spares && !allow {
                        statement["NotPrincipal"] = serde_json::from_str(spared).unwrap();
                    } else {
                        statement["Principal"] = serde_json::from_str(principal).unwrap();
                    }
                }
                statement[if actions.0 { "NotAction" } else { "Action" }] = actions.1;
                statement[if resources.0 {
                    "NotResource"
                } else {
                    "Resource"
                }] = resources.1;
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
        let spelt = prop_oneof![6 => Just(name.to_owned()), 1 => Just(name.to_lowercase()), 1 => Just(name.to_uppercase())];
        let yes_or_no = prop_oneof![Just(json!("true")), Just(json!(false)), Just(json!(["true"])), Just(json!("false"))];
        let null = (spelt.clone(), yes_or_no).prop_map(|(key, value)| ("Null".to_owned(), key, value));
        let values = if family == Family::Bool {
            select(&[r#""true""#, r#""false""#, "true", "false", r#"["true"]"#, r#"[false]"#][..])
                .prop_map(|value| serde_json::from_str(value).unwrap())
                .boxed()
        } else {
            one_or_more(wanted).boxed()
        };
        let compared = (select(operators(family)), prop::bool::weighted(0.35), 0..20, prop::bool::weighted(0.25), spelt, values)
            .prop_map(move |(operator, opposite, set, forgiving, key, values)| {
                let opposite = if opposite { negated(operator) } else { None };
                let mut operator = opposite.unwrap_or_else(|| operator.to_owned());
                let (all, any) = if family.is_multivalued() { (9, 18) } else { (1, 2) };
                let any_value = (all..any).contains(&set);
                // What ForAnyValue with IfExists does without the key, AWS's pages disagree on.
                if forgiving && !any_value {
                    operator.push_str("IfExists");
                }
                if set < all {
                    operator.insert_str(0, "ForAllValues:");
                } else if any_value {
                    operator.insert_str(0, "ForAnyValue:");
                }
                (operator, key, values)
            });
        prop_oneof![1 => null, 9 => compared]
    })
}

/// One text, or a list of one, two or three.
fn one_or_more(pool: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        select(pool).prop_map(|one| json!(one)),
        vec(select(pool), 1..=3).prop_map(|many| json!(many)),
    ]
}

/// Puts the request's own names in the place of the `@…` of the pools.
fn fill_in(request: &Value, value: &mut Value) {
    match value {
        Value::String(text) => *text = filled(request, text),
        Value::Array(items) => items.iter_mut().for_each(|item| fill_in(request, item)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| fill_in(request, field)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn filled(request: &Value, text: &str) -> String {
    let said = |field: &str| request[field].as_str().unwrap().to_owned();
    let (action, principal, resource) = (said("action"), said("principal"), said("resource"));
    let service = action.split(':').next().unwrap();
    let middle = action.len() - 5;
    let names = [
        ("@action", action.clone()),
        ("@upper", action.to_uppercase()),
        ("@lower", action.to_lowercase()),
        ("@head", action[..service.len() + 4].to_owned()),
        (
            "@hole",
            format!("{}?{}", &action[..middle], &action[middle + 1..]),
        ),
        ("@tail", format!("{service}:*{}", &action[middle..])),
        ("@service", service.to_owned()),
        ("@kind", service.to_owned()),
        ("@principal", principal.clone()),
        ("@account", principal.split(':').nth(4).unwrap().to_owned()),
        ("@resource", resource.clone()),
        ("@RESOURCE", resource.to_uppercase()),
        ("@owner", said("resource_account")),
    ];
    names
        .iter()
        .fold(text.to_owned(), |text, (name, put)| text.replace(name, put))
}
