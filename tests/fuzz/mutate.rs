//! Inventories changed at random, most of them such that they are still inventories. Of the bench `mutations` and of the fuzz
//! targets, which both include this file.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Where choices come from.
pub trait Dice {
    /// A number below `end`, or 0.
    fn below(&mut self, end: usize) -> usize;
}

/// What stands under each name in the bases.
#[derive(Default)]
pub struct Pool(BTreeMap<String, Vec<Value>>);

impl Pool {
    /// That of these.
    pub fn of(bases: &[Value]) -> Self {
        let mut pool = Self::default();
        bases.iter().for_each(|base| pool.gather(base));
        pool
    }

    fn gather(&mut self, value: &Value) {
        if let Some(map) = value.as_object() {
            for (name, part) in map {
                let all = self.0.entry(name.clone()).or_default();
                if all.len() < 200 && !all.contains(part) {
                    all.push(part.clone());
                }
                self.gather(part);
            }
        }
        for item in value.as_array().into_iter().flatten() {
            self.gather(item);
        }
    }
}

/// One of the bases, changed once to four times.
pub fn mutated(bases: &[Value], pool: &Pool, dice: &mut impl Dice) -> Value {
    let mut inventory = bases[dice.below(bases.len())].clone();
    for _ in 0..=dice.below(4) {
        // What is refused at once tries little.
        if dice.below(10) > 0 {
            swap(&mut inventory, pool, dice);
        } else {
            let other = &bases[dice.below(bases.len())];
            change(&mut inventory, other, dice);
        }
    }
    inventory
}

/// Puts what another inventory says under the same name, takes a field away, doubles or drops an item of a list, or moves a
/// number.
fn swap(value: &mut Value, pool: &Pool, dice: &mut impl Dice) {
    let place = place(value, dice);
    let Some((folder, name)) = place.rsplit_once('/') else {
        return;
    };
    let Some(holder) = value.pointer_mut(folder) else {
        return;
    };
    match holder {
        Value::Object(map) => {
            let name = name.replace("~1", "/").replace("~0", "~");
            match (dice.below(6), pool.0.get(&name)) {
                (0, _) => drop(map.remove(&name)),
                (1, _) => drop(map.insert(name, Value::Null)),
                (2, _) => {
                    if let Some(number) = map.get(&name).and_then(Value::as_i64) {
                        let other = number.wrapping_add(dice.below(400) as i64 - 200);
                        map.insert(name, json!(other));
                    }
                }
                (_, Some(all)) => drop(map.insert(name, all[dice.below(all.len())].clone())),
                (_, None) => {}
            }
        }
        Value::Array(items) => {
            if let Ok(at) = name.parse::<usize>() {
                match dice.below(2) {
                    0 => drop(items.remove(at)),
                    _ => items.push(items[at].clone()),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Takes a place at random, and takes it away, or puts something else there.
fn change(value: &mut Value, other: &Value, dice: &mut impl Dice) {
    let place = place(value, dice);
    let part = match value.pointer_mut(&place) {
        Some(part) => part,
        None => return,
    };
    *part = match dice.below(9) {
        0 => Value::Null,
        1 => other
            .pointer(&self::place(other, dice))
            .cloned()
            .unwrap_or_default(),
        2 => json!(words()[dice.below(words().len())]),
        3 => numbers()[dice.below(numbers().len())].clone(),
        4 => json!([part.clone(), part.clone()]),
        5 => json!([]),
        6 => json!({}),
        7 => {
            let mut deep = part.clone();
            for _ in 0..dice.below(200) {
                deep = if dice.below(2) == 0 {
                    json!([deep])
                } else {
                    json!({"a": deep})
                };
            }
            deep
        }
        _ => match part.as_str() {
            Some(text) => {
                let word = words()[dice.below(words().len())];
                let at = (0..=text.len())
                    .filter(|at| text.is_char_boundary(*at))
                    .nth(dice.below(text.len() + 1));
                let at = at.unwrap_or_default();
                json!(format!("{}{word}{}", &text[..at], &text[at..]))
            }
            None => json!(true),
        },
    };
}

fn place(value: &Value, dice: &mut impl Dice) -> String {
    let mut place = String::new();
    let mut here = value;
    loop {
        let next = match here {
            Value::Array(items) if !items.is_empty() => {
                let index = dice.below(items.len());
                place.push_str(&format!("/{index}"));
                &items[index]
            }
            Value::Object(map) if !map.is_empty() => {
                let (key, next) = map.iter().nth(dice.below(map.len())).expect("a field");
                place.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1")));
                next
            }
            Value::Array(_)
            | Value::Object(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_) => {
                return place;
            }
        };
        here = next;
        if dice.below(16) == 0 {
            return place;
        }
    }
}

fn words() -> [&'static str; 16] {
    [
        "",
        "é",
        "\u{0}",
        "\u{1b}[31m",
        "*",
        "?",
        "${",
        "${aws:PrincipalArn}",
        "%{",
        "$(id)",
        "'",
        "\n",
        "arn:aws:iam::111122223333:root",
        "9999-12-31T23:59:59Z",
        "-9999999999",
        "@@append",
    ]
}

fn numbers() -> [Value; 10] {
    [
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e308),
        json!(-1e308),
        json!(0.5),
        json!(253_402_300_800_i64),
        json!(99_999_999_999_999_i64),
    ]
}
