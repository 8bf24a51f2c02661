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
use super::pools::{BACKUP_ACTIONS, KEYS, KMS_ACTIONS, Key, PRINCIPALS};
use super::statements::{document, statement};
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
