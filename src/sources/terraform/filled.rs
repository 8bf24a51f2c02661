//! Blocks of a plan of which a part waits for apply, filled from the configuration: what the plan says stands, and what it leaves open
//! is what the configuration comes to, as the provider's type of it.

use serde_json::{Map, Number, Value};

use super::object::unknown;

/// The attributes of blocks that are numbers.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/backup_plan>.
const NUMBERS: &[&str] = &[
    "cold_storage_after",
    "completion_window",
    "delete_after",
    "start_window",
];

/// Those that are true or false.
const SWITCHES: &[&str] = &[
    "enable_continuous_backup",
    "enabled",
    "opt_in_to_archive_for_supported_resources",
];

/// What a plan says of an attribute, with what the configuration comes to in place of what is not known. `None`: the two say
/// different things, or it is not told which block of one is which of the other.
#[must_use]
pub fn filled(planned: &Value, configured: &Value) -> Option<Value> {
    of_attribute("", planned, configured)
}

fn of_attribute(name: &str, planned: &Value, configured: &Value) -> Option<Value> {
    if is_unknown(planned) {
        return Some(typed(name, configured));
    }
    match (planned, configured) {
        (_, configured) if is_unknown(configured) || is_empty(configured) => Some(planned.clone()),
        (Value::Object(planned), Value::Object(configured)) => {
            let mut all = Map::new();
            for (name, planned) in planned {
                let value = match configured.get(name) {
                    Some(configured) => of_attribute(name, planned, configured)?,
                    None => planned.clone(),
                };
                all.insert(name.clone(), value);
            }
            Some(Value::Object(all))
        }
        (Value::Array(planned), Value::Array(configured)) => {
            let pairs = paired(planned, configured)?;
            Some(Value::Array(pairs))
        }
        (planned, configured) => (*planned == typed(name, configured)).then(|| planned.clone()),
    }
}

/// The blocks of a plan, each with the one of the configuration that it is. `None`: one may be several that differ, and which it is
/// follows from none of the others.
fn paired(planned: &[Value], configured: &[Value]) -> Option<Vec<Value>> {
    if planned.len() != configured.len() {
        return None;
    }
    let of = |block: &Value| -> Vec<Option<Value>> {
        let all = configured.iter();
        all.map(|written| of_attribute("", block, written))
            .collect()
    };
    let filled: Vec<Vec<Option<Value>>> = planned.iter().map(of).collect();
    let fits = |one: usize, other: usize| filled.get(one)?.get(other)?.as_ref();
    let mut left: Vec<usize> = (0..planned.len()).collect();
    let mut free: Vec<usize> = (0..configured.len()).collect();
    let mut all = Vec::with_capacity(planned.len());
    while !left.is_empty() {
        let of_block = left.iter().find_map(|one| {
            let may_be = free.iter().filter(|other| fits(*one, **other).is_some());
            Some((*one, only(configured, may_be)?))
        });
        let of_written = || {
            free.iter().find_map(|other| {
                let may_be = left.iter().filter(|one| fits(**one, *other).is_some());
                Some((only(planned, may_be)?, *other))
            })
        };
        let (one, other) = of_block.or_else(of_written)?;
        all.push((one, fits(one, other)?.clone()));
        left.retain(|at| *at != one);
        free.retain(|at| *at != other);
    }
    all.sort_by_key(|(place, _)| *place);
    Some(all.into_iter().map(|(_, value)| value).collect())
}

/// The one that it may be: the first of several that are alike.
fn only<'a>(of: &[Value], mut may_be: impl Iterator<Item = &'a usize>) -> Option<usize> {
    let first = *may_be.next()?;
    may_be
        .all(|other| of.get(*other) == of.get(first))
        .then_some(first)
}

fn is_unknown(value: &Value) -> bool {
    value.get("unknown").is_some()
}

/// Whether the configuration leaves it to the provider.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A value of the configuration, turned into the type of its attribute as Terraform does it.
///
/// See <https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion>.
fn typed(name: &str, value: &Value) -> Value {
    let open = || unknown(format!("`{name}`, which is {value} in the configuration"));
    match value {
        Value::Object(_) if is_unknown(value) => value.clone(),
        Value::Object(fields) => {
            let each = fields.iter();
            let each = each.map(|(name, value)| (name.clone(), typed(name, value)));
            Value::Object(each.collect())
        }
        Value::Array(all) => all.iter().map(|one| typed(name, one)).collect(),
        Value::String(text) if NUMBERS.contains(&name) => {
            // Terraform knows an unset one from an empty text, and refuses that.
            let number = text.parse::<i64>().map(Number::from);
            number.map_or_else(|_| open(), Value::Number)
        }
        Value::String(text) if SWITCHES.contains(&name) => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => open(),
        },
        Value::Number(number) if !NUMBERS.contains(&name) => match number.as_i64() {
            Some(number) if !SWITCHES.contains(&name) => Value::String(number.to_string()),
            Some(_) | None => open(),
        },
        Value::Bool(is) if !SWITCHES.contains(&name) && !NUMBERS.contains(&name) => {
            Value::String(is.to_string())
        }
        Value::Bool(_) if NUMBERS.contains(&name) => open(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A rule as a plan has it, with a destination that waits for apply.
    fn rule(name: &str, days: i64) -> Value {
        json!({"rule_name": name, "start_window": 60, "completion_window": 180, "schedule": "cron(0 5 ? * * *)",
            "enable_continuous_backup": null, "lifecycle": [{"delete_after": days, "cold_storage_after": null}],
            "copy_action": [{"destination_vault_arn": unknown("p.rule"), "lifecycle": [{"delete_after": days}]}]})
    }

    /// The same in the configuration.
    fn block(name: &str, days: Value, vault: &str) -> Value {
        json!({"rule_name": name, "schedule": "cron(0 5 ? * * *)", "lifecycle": [{"delete_after": days}],
            "copy_action": [{"destination_vault_arn": vault, "lifecycle": [{"delete_after": days}]}]})
    }

    #[test]
    fn what_the_plan_says_stands_and_the_rest_is_filled() {
        let planned = json!([rule("a", 35), rule("b", 29)]);
        let configured = json!([
            block("b", json!("29"), "arn:of:b"),
            block("a", json!(35), "arn:of:a")
        ]);
        let filled = filled(&planned, &configured).unwrap();
        let vault = "copy_action/0/destination_vault_arn";
        for (at, name, days) in [(0, "a", 35), (1, "b", 29)] {
            let of = |pointer: &str| filled.pointer(&format!("/{at}/{pointer}")).unwrap();
            assert_eq!(of("rule_name"), name);
            assert_eq!(of(vault), &format!("arn:of:{name}"));
            assert_eq!(of("copy_action/0/lifecycle/0/delete_after"), days);
            assert_eq!(of("start_window"), 60);
        }
    }

    #[test]
    fn a_block_of_which_all_is_known_is_itself() {
        let of = |vault: Value| json!({"destination_vault_arn": vault, "lifecycle": [{"delete_after": 35}]});
        let planned = json!([of(unknown("p.rule")), of(json!("arn:of:a"))]);
        let configured = json!([of(json!("arn:of:a")), of(json!("arn:of:b"))]);
        let expected = json!([of(json!("arn:of:b")), of(json!("arn:of:a"))]);
        assert_eq!(filled(&planned, &configured), Some(expected));
    }

    /// The days of the first are not known anywhere, and those of the second only to the configuration: neither plan nor configuration
    /// tells which of the planned ones is which.
    #[test]
    fn a_block_that_may_be_several_is_none_of_them() {
        let of = |vault: Value, days: Value| json!({"destination_vault_arn": vault, "lifecycle": [{"delete_after": days}]});
        let open = || unknown("p.rule");
        let configured = json!([
            of(json!("arn:of:central"), unknown("var.days")),
            of(json!("arn:of:second"), json!(35))
        ]);
        for planned in [
            json!([of(open(), open()), of(open(), json!(35))]),
            json!([of(open(), json!(35)), of(open(), open())]),
        ] {
            assert_eq!(filled(&planned, &configured), None, "{planned}");
        }
        // One that is told settles the other.
        let planned = json!([of(open(), open()), of(json!("arn:of:second"), json!(35))]);
        let filled = filled(&planned, &configured).unwrap();
        let days = filled.pointer("/0/lifecycle/0/delete_after").unwrap();
        assert!(is_unknown(days), "{filled}");
        // Those that are alike may be either.
        let planned = json!([of(open(), json!(35)), of(open(), json!(35))]);
        let configured = json!([
            of(json!("arn:of:a"), json!(35)),
            of(json!("arn:of:b"), json!(35))
        ]);
        assert_eq!(super::filled(&planned, &configured), Some(configured));
    }

    #[test]
    fn a_configuration_that_says_otherwise_fills_nothing() {
        let planned = json!([rule("a", 35)]);
        for configured in [
            json!([block("a", json!(30), "arn:of:a")]),
            json!([block("c", json!(35), "arn:of:a")]),
            json!([
                block("a", json!(35), "arn:of:a"),
                block("b", json!(35), "arn:of:b")
            ]),
        ] {
            assert_eq!(filled(&planned, &configured), None, "{configured}");
        }
    }

    #[test]
    fn what_the_plan_does_not_tell_has_the_type_of_its_attribute() {
        let planned = unknown("p.rule");
        for (name, written, is) in [
            ("delete_after", json!("35"), json!(35)),
            ("start_window", json!(60), json!(60)),
            ("enable_continuous_backup", json!("true"), json!(true)),
            ("rule_name", json!(5), json!("5")),
            (
                "recovery_point_tags",
                json!({"critical": true}),
                json!({"critical": "true"}),
            ),
        ] {
            let filled = filled(&planned, &json!([{name: written}])).unwrap();
            assert_eq!(filled, json!([{name: is}]));
        }
        for (name, written) in [
            ("delete_after", json!("a month")),
            ("delete_after", json!(true)),
            ("enable_continuous_backup", json!("on")),
            ("rule_name", json!(1.5)),
        ] {
            let filled = filled(&planned, &json!([{name: written}])).unwrap();
            let value = filled.pointer(&format!("/0/{name}")).unwrap();
            assert!(is_unknown(value), "{name} {written}: {value}");
        }
    }
}
