//! The law of the border: wrap, empty, misspell or retype any one object or list of an inventory, and no copy becomes feasible
//! that was not, and none vanishes, without an error or a gap.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use backup_preflight::inventory::{self, Copy, Facts};
use backup_preflight::sources::examples::EXAMPLES;
use backup_preflight::verdict::Verdict;
use backup_preflight::{checks, plans};
use serde_json::Value;

use super::mutate::{Spoilt, places, spoilt};
use crate::generate::always;
use crate::scenarios::{Scenario, scenarios};
use crate::support::Estate;
use crate::support::estate::*;

/// The verdict on each copy that is named or that a plan makes; and whether something is said to be open.
struct Decided {
    copies: BTreeMap<String, Verdict>,
    gaps: usize,
}

/// `None`: the inventory is refused.
fn decided(inventory: &Value) -> Option<Decided> {
    let mut inventory = inventory::read("f.json", inventory.to_string().as_bytes()).ok()?;
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    let planned = plans::copies(&plans::plans(&facts), &facts);
    let gaps = planned.gaps.len()
        + plans::policies_unread(&facts).len()
        + inventory::items(&inventory.gaps).len();
    let named = inventory::items(&inventory.copies).iter();
    let named = named.map(|entry| Copy::of_entry(entry, &facts));
    let planned = planned
        .copies
        .into_iter()
        .map(|copy| Copy::new(copy, &facts));
    let copies = named.chain(planned).map(|copy| {
        let decided = checks::decide(copy, &facts);
        (decided.copy.id.to_string(), decided.verdict)
    });
    Some(Decided {
        copies: copies.collect(),
        gaps,
    })
}

/// Why a place may be spoilt so: what is left is a fact that AWS states in these very words.
fn excused(spoilt: &Spoilt) -> Option<&'static str> {
    let emptied = ["emptied", "as {}", "as []"].contains(&spoilt.way.as_str());
    let fields: Vec<&str> = spoilt.pointer.split('/').skip(1).collect();
    let field = *fields.last()?;
    let is_in = |name: &str| fields.contains(&name);
    match field {
        "service_control_policies" | "resource_control_policies" if emptied => {
            Some("an empty list: none is in force")
        }
        "copies" if emptied => Some("a file without copies asks for none"),
        "accounts" | "regions" | "plans" | "Selections" | "Rules" | "CopyActions" if emptied => {
            Some("a list without entries makes no copies")
        }
        "gaps" if emptied => Some("a file without gaps has none"),
        "Statement" | "Condition" if emptied => Some("IAM takes it: it says nothing"),
        "InlinePolicies" if emptied && spoilt.way != "as {}" => {
            Some("ListRolePolicies of a role that has none")
        }
        "Tags" if emptied => Some("ListTags of what has none"),
        "resources" if emptied => Some("a list without entries, which is said to be whole"),
        "ConditionValue" | "tag_value" if spoilt.way == "as an empty text" => {
            Some("the value of a tag may be empty")
        }
        _ if is_in("Tags")
            && (spoilt.way.starts_with("named") || spoilt.way == "as an empty text") =>
        {
            Some("the names and values of tags are the user's own")
        }
        _ if is_in("backup_policy") && spoilt.way.starts_with("named") && of_own_name(&fields) => {
            Some("the names of plans, rules and selections are the user's own")
        }
        "Aliases" if emptied => Some("ListAliases of a key that has none"),
        "ProductCodes" if emptied => Some("DescribeImages of an image that has none"),
        "Options" if emptied => Some("DescribeOptionGroups of a group that has none"),
        _ if emptied && fields.len() == 4 && is_in("resource_control_policies") => {
            Some("a level at which nothing denies")
        }
        _ if is_in("Condition") => {
            Some("which keys and values a condition may have is the policy's own")
        }
        "Lifecycle" | "lifecycle" if emptied => Some("without days it never expires"),
        _ => None,
    }
}

/// Why a description may be left without its fields: the state that it does not tell is taken for granted, and said.
fn untold(spoilt: &Spoilt, inventory: &Value) -> Option<&'static str> {
    let of = spoilt.pointer.strip_suffix("/Detail")?;
    let arn = inventory.pointer(&format!("{of}/ResourceArn"))?.as_str()?;
    let service = arn.split(':').nth(2)?;
    let is_taken = ["dsql", "ec2", "ssm-sap", "storagegateway"].contains(&service);
    (spoilt.way == "emptied" && is_taken).then_some("a description without a state")
}

/// Whether it is a plan of a policy, a rule or a selection, each of which stands under a name of the user's.
fn of_own_name(fields: &[&str]) -> bool {
    let lists = ["plans", "rules", "tags", "resources", "copy_actions"];
    let list = fields.len().checked_sub(2).and_then(|at| fields.get(at));
    list.is_some_and(|list| lists.contains(list))
}

/// What breaks the law in one inventory, and how much was tried.
fn broken(
    name: &str,
    inventory: &Value,
    mut take: impl FnMut(&Spoilt) -> bool,
) -> (usize, Vec<String>) {
    let before = decided(inventory).unwrap_or_else(|| panic!("{name} is refused"));
    let (mut tried, mut broken) = (0, Vec::new());
    for pointer in places(inventory) {
        for spoilt in spoilt(inventory, &pointer) {
            let excuse = excused(&spoilt).or_else(|| untold(&spoilt, inventory));
            if excuse.is_some() || !take(&spoilt) {
                continue;
            }
            tried += 1;
            let Some(after) = decided(&spoilt.of(inventory)) else {
                continue;
            };
            let mut fault = |what: String| {
                broken.push(format!("{name}: {} {}: {what}", spoilt.pointer, spoilt.way));
            };
            for (id, was) in &before.copies {
                match after.copies.get(id) {
                    None if after.gaps > before.gaps => {}
                    None => fault(format!("{id} vanishes")),
                    Some(Verdict::Feasible) if *was != Verdict::Feasible => {
                        fault(format!("{id} becomes feasible"));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    (tried, broken)
}

/// The work on each of some inventories, on all processors.
fn of_all(
    inventories: &[(String, Value)],
    work: impl Fn(usize, &str, &Value) -> (usize, Vec<String>) + Sync,
) -> (usize, Vec<String>) {
    let next = AtomicUsize::new(0);
    let go = || {
        let (mut tried, mut broken) = (0, Vec::new());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, inventory)) = inventories.get(at) else {
                return (tried, broken);
            };
            let (more, found) = work(at, name, inventory);
            tried += more;
            broken.extend(found);
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(go)).collect();
        let found = workers.into_iter().map(|worker| worker.join().unwrap());
        found.fold((0, Vec::new()), |(sum, mut all), (tried, broken)| {
            all.extend(broken);
            (sum + tried, all)
        })
    })
}

/// How much is tried of a large number: one in so many, or in what `PLACES` says.
fn one_in(many: usize) -> usize {
    let asked = std::env::var("PLACES").ok();
    asked.and_then(|number| number.parse().ok()).unwrap_or(many)
}

fn share(at: usize, many: usize) -> impl FnMut(&Spoilt) -> bool {
    let mut count = at;
    move |_| {
        count += 1;
        count.is_multiple_of(many)
    }
}

fn held((tried, broken): (usize, Vec<String>), least: usize) {
    let shown: Vec<_> = broken.iter().take(60).collect();
    assert!(broken.is_empty(), "{} of {tried}: {shown:#?}", broken.len());
    assert!(tried >= least, "only {tried} were tried");
}

#[test]
fn no_spoilt_place_of_a_blocked_copy_makes_it_feasible() {
    let allow = |resource: &str| {
        serde_json::json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Action": "backup:CopyFromBackupVault", "Resource": resource}]})
    };
    let deny = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "keep", "Effect": "Deny", "Principal": "*", "Action": "backup:CopyFromBackupVault", "Resource": "*"}]});
    let blocked = [
        ("denied by the source vault", Estate::rds_point().set(&format!("{SOURCE_VAULT}/AccessPolicy"), deny)),
        ("denied by a boundary", Estate::rds_point().set(
            &format!("{COPY_ROLE}/PermissionsBoundary"),
            serde_json::json!({"PolicyArn": "arn:aws:iam::111122223333:policy/b", "Document": allow("*")}),
        )),
        ("denied by an inline policy", Estate::rds_point().set(
            &format!("{COPY_ROLE}/InlinePolicies"),
            serde_json::json!([{"PolicyName": "x", "Document": allow("*")}]),
        )),
        ("in cold storage", Estate::rds_point().set(&format!("{POINT}/StorageClass"), "COLD".into())),
        ("on a key that is disabled", Estate::rds_point().set(&format!("{RESOURCE_KEY}/KeyState"), "Disabled".into())),
    ];
    let blocked: Vec<_> = blocked
        .map(|(name, estate)| (name.to_owned(), estate.0))
        .into();
    let all = of_all(&blocked, |at, name, inventory| {
        let (tried, faults) = broken(name, inventory, share(at, one_in(25)));
        (tried, faults)
    });
    held(all, 400);
}

#[test]
fn no_spoilt_place_of_a_scenario_makes_its_copy_feasible() {
    let of_copies = scenarios().into_iter().filter(Scenario::is_of_a_copy);
    let all: Vec<_> = of_copies
        .map(|scenario| {
            (
                scenario.name(),
                serde_json::from_slice(&scenario.inventory()).unwrap(),
            )
        })
        .collect();
    let found = of_all(&all, |at, name, inventory| {
        broken(name, inventory, share(at * 7, one_in(1500)))
    });
    held(found, 300);
}

#[test]
fn no_spoilt_place_of_an_example_makes_a_copy_feasible() {
    let all: Vec<_> = EXAMPLES
        .iter()
        .map(|example| {
            let inventory = serde_json::from_str(example.text).unwrap();
            (example.name.to_owned(), inventory)
        })
        .collect();
    let found = of_all(&all, |at, name, inventory| {
        broken(name, inventory, share(at * 7, one_in(500)))
    });
    held(found, 50);
}

#[test]
fn no_spoilt_place_of_a_generated_world_makes_a_copy_feasible() {
    let tried = AtomicUsize::new(0);
    always(25, |world| {
        let at = tried.load(Ordering::Relaxed);
        let (more, faults) = broken("world", &world.read(), share(at, one_in(1500)));
        tried.fetch_add(more, Ordering::Relaxed);
        faults.into_iter().next()
    });
    assert!(tried.into_inner() >= 150);
}
