//! The facts of several changes at once. Remedies are one a subject, so that most speak of different things. Some things the inventory
//! has as a whole, though, and several subjects stand in them: the policies on an account's levels, the rules of a plan. Of such a thing
//! each change has the rest as it was read, so that what each of them changes is taken from each.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::change::Change;
use crate::inventory::{
    Account, Conflicts, ControlPolicies, ControlPolicy, Facts, Field, Inventory, Json, List, Merge,
    Plan, RegionFacts, items,
};
use crate::known::{AccountId, HashMap, Region};

/// The policies on the levels of an account.
type Levels = Vec<Vec<ControlPolicy>>;

/// The facts of several changes, which lie on top of those that were read.
pub fn merged(changes: &[&Change], facts: &Facts<'_>) -> Inventory {
    // Copies through one new vault share what is so once it is there.
    let mut seen: HashSet<*const Inventory> = HashSet::new();
    let distinct = changes.iter();
    let distinct = distinct.filter(|change| seen.insert(Arc::as_ptr(&change.facts)));
    let accounts = distinct.flat_map(|change| items(&change.facts.accounts));
    let mut accounts: Vec<Account> = accounts.cloned().collect();
    unite_levels(
        &mut accounts,
        |account| &mut account.service_control_policies,
        |id| facts.service_control_policies(id).known().flatten(),
    );
    unite_levels(
        &mut accounts,
        |account| &mut account.resource_control_policies,
        |id| facts.resource_control_policies(id).known().flatten(),
    );
    unite_plans(&mut accounts, facts);
    let mut all = Inventory::empty();
    all.accounts = Field::Is(joined(accounts));
    all
}

/// The accounts, each once. They are joined half by half: one by one, each would be looked for among all before it.
fn joined(mut accounts: Vec<Account>) -> List<Account> {
    if accounts.len() < 2 {
        return List(accounts);
    }
    let rest = accounts.split_off(accounts.len() / 2);
    let mut all = joined(accounts);
    all.merge(joined(rest), &mut Conflicts::default());
    all
}

/// Gives the first of the changes of an account's levels what the others change of them.
fn unite_levels<'f>(
    accounts: &mut [Account],
    levels: impl Fn(&mut Account) -> &mut Field<Levels>,
    read: impl Fn(AccountId) -> Option<ControlPolicies<'f>>,
) {
    let mut first: HashMap<AccountId, usize> = HashMap::default();
    for place in 0..accounts.len() {
        let Some(account) = accounts.get_mut(place) else {
            continue;
        };
        let (id, more) = (account.account, levels(account));
        if !matches!(more, Field::Is(_)) {
            continue;
        }
        let Some(earlier) = first.get(&id).copied() else {
            first.insert(id, place);
            continue;
        };
        let Field::Is(more) = std::mem::replace(more, Field::Absent) else {
            continue;
        };
        if let Some(Field::Is(all)) = accounts.get_mut(earlier).map(&levels)
            && let Some(read) = read(id)
        {
            let read = read.iter().flatten();
            let each = all.iter_mut().flatten().zip(more.into_iter().flatten());
            for ((all, more), read) in each.zip(read) {
                if more != *read {
                    *all = more;
                }
            }
        }
    }
}

/// Gives every change of a plan what the others change of it.
fn unite_plans(accounts: &mut [Account], facts: &Facts<'_>) {
    let mut made: BTreeMap<(AccountId, Region, Box<str>), Vec<Value>> = BTreeMap::new();
    for_each_plan(accounts, |account, region, plan| {
        if let Field::Is(Json(body)) = &plan.plan {
            let bodies = made.entry((account, region.clone(), plan.id.clone()));
            bodies.or_default().push(body.clone());
        }
    });
    made.retain(|_, bodies| bodies.len() > 1);
    if made.is_empty() {
        return;
    }
    let united = made.into_iter().filter_map(|(place, bodies)| {
        let (account, region, id) = &place;
        let Json(read) = facts.plan_of_id(id, *account, region)?.plan.value()?;
        let all = bodies.into_iter().reduce(|all, more| {
            let both = both(Some(read), Some(&all), Some(&more));
            both.unwrap_or(all)
        });
        Some((place, all?))
    });
    let united: BTreeMap<_, Value> = united.collect();
    for_each_plan(accounts, |account, region, plan| {
        if let Some(body) = united.get(&(account, region.clone(), plan.id.clone())) {
            plan.plan = Field::Is(Json(body.clone()));
        }
    });
}

fn for_each_plan(accounts: &mut [Account], mut of: impl FnMut(AccountId, &Region, &mut Plan)) {
    for account in accounts {
        let Field::Is(List(regions)) = &mut account.regions else {
            continue;
        };
        for RegionFacts { region, plans, .. } in regions {
            if let Field::Is(List(plans)) = plans {
                for plan in plans {
                    of(account.account, region, plan);
                }
            }
        }
    }
}

/// A value with what each of two others has otherwise than it; where both have the same part otherwise, it is as the first says.
fn both(read: Option<&Value>, one: Option<&Value>, other: Option<&Value>) -> Option<Value> {
    if one == read {
        return other.cloned();
    }
    if other == read || other == one {
        return one.cloned();
    }
    match (read, one, other) {
        (Some(Value::Object(read)), Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut names: Vec<&String> = one.keys().collect();
            names.extend(other.keys().filter(|name| !one.contains_key(*name)));
            let fields = names.into_iter().filter_map(|name| {
                let field = both(read.get(name), one.get(name), other.get(name))?;
                Some((name.clone(), field))
            });
            Some(Value::Object(fields.collect::<Map<_, _>>()))
        }
        (Some(Value::Array(read)), Some(Value::Array(one)), Some(Value::Array(other)))
            if read.len() == one.len() && read.len() == other.len() =>
        {
            let items = read.iter().zip(one).zip(other);
            let items =
                items.filter_map(|((read, one), other)| both(Some(read), Some(one), Some(other)));
            Some(Value::Array(items.collect()))
        }
        _ => one.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_each_of_two_changes_is_taken_from_each() {
        let united = |read: Value, one: Value, other: Value| {
            both(Some(&read), Some(&one), Some(&other)).unwrap()
        };
        let rules = |one: i64, other: i64| json!({"Rules": [{"Name": "a", "Kept": {"Days": one}}, {"Name": "b", "Kept": {"Days": other}}]});
        assert_eq!(
            united(rules(7, 7), rules(30, 7), rules(7, 90)),
            rules(30, 90)
        );
        // Of two that change the same, the first.
        assert_eq!(
            united(rules(7, 7), rules(30, 7), rules(60, 90)),
            rules(30, 90)
        );
        // One may take a field out, and the other put one in.
        assert_eq!(
            united(
                json!({"a": 1, "b": 2}),
                json!({"b": 2}),
                json!({"a": 1, "b": 2, "c": 3})
            ),
            json!({"b": 2, "c": 3})
        );
        // A list of another length is another list.
        assert_eq!(united(json!([1]), json!([1, 2]), json!([3])), json!([1, 2]));
    }
}
