//! The copies of generated plans against a second resolver, written to be obvious: for each plan, rule, target, selection and
//! resource, one copy, whatever it looks like. It shares nothing with the first.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

use super::made;
use crate::support::Estate;
use crate::support::estate::*;

const REGIONS: [&str; 2] = ["us-east-2", "eu-west-1"];

/// What there is: the ARN, its type, and the Region that it is listed in; `None`: nobody listed it.
const RESOURCES: &[(&str, &str, Option<&str>)] = &[
    (
        "arn:aws:ec2:us-east-2:111122223333:volume/vol-1",
        "EBS",
        Some("us-east-2"),
    ),
    (
        "arn:aws:ec2:eu-west-1:111122223333:volume/vol-2",
        "EBS",
        Some("eu-west-1"),
    ),
    (
        "arn:aws:rds:us-east-2:111122223333:db:orders",
        "RDS",
        Some("us-east-2"),
    ),
    ("arn:aws:rds:us-east-2:111122223333:db:unseen", "RDS", None),
    (
        "arn:aws:dynamodb:eu-west-1:111122223333:table/carts",
        "DynamoDB",
        Some("eu-west-1"),
    ),
    (
        "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-1",
        "EFS",
        Some("us-east-2"),
    ),
    (
        "arn:aws:fsx:us-east-2:111122223333:file-system/fs-2",
        "FSx",
        Some("us-east-2"),
    ),
    ("arn:aws:s3:::photos", "S3", Some("us-east-2")),
    (
        "arn:aws:dynamodb:us-east-2:444455556666:table/of-another",
        "DynamoDB",
        None,
    ),
];

/// Patterns of ARNs, the beginnings of what they match, and whether they name a type.
const PATTERNS: &[(&str, &[&str], bool)] = &[
    ("*", &["arn:"], false),
    ("arn:aws:ec2:*", &["arn:aws:ec2:"], false),
    ("arn:aws:fsx:*", &["arn:aws:fsx:"], false),
    (
        "arn:aws:ec2:*:*:volume/*",
        &[
            "arn:aws:ec2:us-east-2:111122223333:volume/",
            "arn:aws:ec2:eu-west-1:111122223333:volume/",
        ],
        true,
    ),
    (
        "arn:aws:rds:*:*:db:*",
        &["arn:aws:rds:us-east-2:111122223333:db:"],
        true,
    ),
    (
        "arn:aws:fsx:*:*:file-system/*",
        &["arn:aws:fsx:us-east-2:111122223333:file-system/"],
        true,
    ),
    ("arn:aws:s3:::*", &["arn:aws:s3:::"], true),
    (
        "arn:aws:dynamodb:*:*:table/*",
        &[
            "arn:aws:dynamodb:eu-west-1:111122223333:table/",
            "arn:aws:dynamodb:us-east-2:444455556666:table/",
        ],
        true,
    ),
];

const VAULTS: [&str; 3] = [
    CENTRAL,
    "arn:aws:backup:us-west-2:444455556666:backup-vault:far",
    "arn:aws:backup:us-east-2:111122223333:backup-vault:near",
];
const MANAGEMENT: &str = "999988887777";
const LOCKED: &str = "arn:aws:backup:us-east-2:111122223333:backup-vault:locked";
const OPERATORS: [&str; 4] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
];

#[derive(Clone, Debug)]
struct Selection {
    resources: Option<Vec<&'static str>>,
    not_resources: Vec<&'static str>,
    tags: Option<Vec<(&'static str, &'static str)>>,
    conditions: Vec<(&'static str, &'static str, &'static str)>,
}

#[derive(Clone, Debug)]
struct Rule {
    name: &'static str,
    air_gapped: bool,
    actions: Vec<&'static str>,
}

#[derive(Clone, Debug)]
struct Plan {
    id: &'static str,
    regions: Vec<&'static str>,
    rules: Vec<Rule>,
    selections: Vec<Selection>,
}

#[derive(Clone, Debug)]
struct World {
    tags: Vec<BTreeMap<&'static str, &'static str>>,
    opted_in: BTreeMap<&'static str, bool>,
    plans: Vec<Plan>,
    of_policy: Vec<Plan>,
    assign: bool,
}

fn names() -> impl Strategy<Value = &'static str> {
    let literal = RESOURCES.iter().map(|(arn, _, _)| *arn);
    let all: Vec<&str> = literal
        .chain(PATTERNS.iter().map(|(pattern, _, _)| *pattern))
        .collect();
    prop::sample::select(all)
}

fn tag() -> impl Strategy<Value = (&'static str, &'static str)> {
    (
        prop::sample::select(&["env", "team"][..]),
        prop::sample::select(&["a", "b"][..]),
    )
}

fn selection() -> impl Strategy<Value = Selection> {
    let list = |most| prop::collection::vec(names(), 0..most);
    let seldom = |list: Vec<&'static str>| {
        prop::option::weighted(0.3, Just(list)).prop_map(Option::unwrap_or_default)
    };
    let condition = (prop::sample::select(&OPERATORS[..]), tag())
        .prop_map(|(op, (key, value))| (op, key, value));
    (
        prop::option::weighted(0.8, list(5)),
        list(2).prop_flat_map(seldom),
        prop::option::weighted(0.3, prop::collection::vec(tag(), 0..3)),
        prop::option::weighted(0.3, condition).prop_map(Vec::from_iter),
    )
        .prop_map(|(resources, not_resources, tags, conditions)| Selection {
            resources,
            not_resources,
            tags,
            conditions,
        })
}

fn plan() -> impl Strategy<Value = Plan> {
    let rule = (
        prop::sample::select(&["daily", "weekly"][..]),
        prop::bool::weighted(0.3),
        prop::collection::vec(prop::sample::select(&VAULTS[..]), 0..4),
    )
        .prop_map(|(name, air_gapped, actions)| Rule {
            name,
            air_gapped,
            actions,
        });
    (
        prop::sample::select(&["p-1", "p-2", "p-3"][..]),
        prop::sample::subsequence(&REGIONS[..], 1..=2),
        prop::collection::vec(rule, 0..4),
        prop::collection::vec(selection(), 0..4),
    )
        .prop_map(|(id, regions, rules, selections)| Plan {
            id,
            regions,
            rules,
            selections,
        })
}

fn world() -> impl Strategy<Value = World> {
    let tags = prop::collection::vec(
        prop::collection::btree_map(
            prop::sample::select(&["env", "team"][..]),
            prop::sample::select(&["a", "b"][..]),
            0..3,
        ),
        RESOURCES.len(),
    );
    let types = ["EBS", "RDS", "DynamoDB", "EFS", "FSx", "S3"];
    let opted_in = prop::collection::vec(prop::bool::weighted(0.7), types.len());
    (
        tags,
        opted_in,
        prop::collection::vec(plan(), 0..3),
        prop::collection::vec(plan(), 0..2),
        any::<bool>(),
    )
        .prop_map(move |(tags, opted_in, plans, of_policy, assign)| World {
            tags,
            opted_in: types.into_iter().zip(opted_in).collect(),
            plans: one_of_an_id(plans),
            of_policy: one_of_an_id(of_policy),
            assign,
        })
}

/// A Region has one plan of an id.
fn one_of_an_id(plans: Vec<Plan>) -> Vec<Plan> {
    let mut ids = BTreeSet::new();
    plans
        .into_iter()
        .filter(|plan| ids.insert(plan.id))
        .collect()
}

impl Selection {
    fn json(&self, name: usize) -> Value {
        let mut json = json!({"SelectionName": format!("s-{name}"), "IamRoleArn": ROLE, "NotResources": self.not_resources});
        if let Some(resources) = &self.resources {
            json["Resources"] = json!(resources);
        }
        if let Some(tags) = &self.tags {
            let tags = tags.iter().map(|(key, value)| {
                json!({"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value})
            });
            json["ListOfTags"] = tags.collect();
        }
        let mut conditions = json!({});
        for (operator, key, value) in &self.conditions {
            let one =
                json!({"ConditionKey": format!("aws:ResourceTag/{key}"), "ConditionValue": value});
            match conditions[*operator].as_array_mut() {
                Some(all) => all.push(one),
                None => conditions[*operator] = json!([one]),
            }
        }
        json["Conditions"] = conditions;
        json
    }

    /// As a policy writes it: by tags, or by types. `None` where a policy has no such selection.
    fn of_policy(&self) -> Option<(&'static str, Value)> {
        let mut conditions = json!({});
        for (at, (operator, key, value)) in self.conditions.iter().enumerate() {
            let operator = match *operator {
                "StringEquals" => "string_equals",
                "StringNotEquals" => "string_not_equals",
                "StringLike" => "string_like",
                _ => "string_not_like",
            };
            conditions[operator][format!("c-{at}")] = json!({"condition_key": format!("aws:ResourceTag/{key}"), "condition_value": value});
        }
        let mut json = json!({"iam_role_arn": ROLE, "conditions": conditions});
        match (&self.resources, &self.tags) {
            (Some(resources), None) if !resources.is_empty() => {
                json["resource_types"] = json!(resources);
                json["not_resource_types"] = json!(self.not_resources);
                Some(("resources", json))
            }
            (None, Some(tags)) if self.not_resources.is_empty() && !tags.is_empty() => {
                let key = tags[0].0;
                if tags.iter().any(|(other, _)| *other != key) {
                    return None;
                }
                json["tag_key"] = json!(key);
                json["tag_value"] = tags.iter().map(|(_, value)| json!(value)).collect();
                Some(("tags", json))
            }
            _ => None,
        }
    }
}

impl Plan {
    fn json(&self) -> Value {
        let rules: Vec<Value> = (self.rules.iter())
            .map(|rule| {
                let actions: Vec<Value> =
                    (rule.actions.iter()).map(|vault| json!({"DestinationBackupVaultArn": vault})).collect();
                let mut json = json!({"RuleName": rule.name, "TargetBackupVaultName": "prod", "CopyActions": actions});
                if rule.air_gapped {
                    json["TargetLogicallyAirGappedBackupVaultArn"] = json!(LOCKED);
                }
                json
            })
            .collect();
        let selections: Vec<Value> = (self.selections.iter().enumerate())
            .map(|(at, one)| one.json(at))
            .collect();
        json!({"BackupPlanId": self.id, "BackupPlan": {"BackupPlanName": self.id, "Rules": rules}, "Selections": selections})
    }

    fn of_policy(&self) -> Value {
        let mut rules = json!({});
        for rule in &self.rules {
            let mut actions = json!({});
            for vault in &rule.actions {
                actions[*vault] = json!({"target_backup_vault_arn": vault});
            }
            rules[rule.name] = json!({"schedule_expression": "cron(0 5 ? * * *)", "target_backup_vault_name": "prod", "copy_actions": actions});
            if rule.air_gapped {
                rules[rule.name]["target_logically_air_gapped_backup_vault_arn"] = json!(LOCKED);
            }
        }
        let mut selections = json!({});
        for (at, one) in self.selections.iter().enumerate() {
            if let Some((kind, one)) = one.of_policy() {
                selections[kind][format!("s-{at}")] = one;
            }
        }
        json!({"regions": self.regions, "rules": rules, "selections": selections})
    }
}

/// The same policy with its values assigned, as attached ones have them.
fn assigned(policy: &Value) -> Value {
    match policy {
        Value::Object(members) => (members.iter())
            .map(|(name, value)| (name.clone(), assigned(value)))
            .collect(),
        value => json!({"@@assign": value}),
    }
}

impl World {
    fn estate(&self) -> Estate {
        let regions: Vec<Value> = (REGIONS.iter())
            .map(|region| {
                let resources: Vec<Value> = (RESOURCES.iter().zip(&self.tags))
                    .filter(|((_, _, listed), _)| *listed == Some(*region))
                    .map(|((arn, of, _), tags)| json!({"ResourceArn": arn, "ResourceType": of, "Tags": tags}))
                    .collect();
                let plans = self.plans.iter().filter(|plan| plan.regions.contains(region));
                json!({
                    "region": region, "resources": resources, "resources_complete": true,
                    "plans": plans.map(Plan::json).collect::<Value>(),
                    "region_settings": {"ResourceTypeOptInPreference": self.opted_in, "ResourceTypeManagementPreference": {}},
                })
            })
            .collect();
        let mut policy = json!({"plans": {}});
        for plan in &self.of_policy {
            policy["plans"][plan.id] = plan.of_policy();
        }
        if self.assign {
            policy = assigned(&policy);
        }
        Estate(json!({
            "schema": "backup-preflight/inventory/v1",
            "accounts": [
                {"account": FROM, "regions": regions, "backup_policy": policy, "organization": {"Id": ORGANIZATION, "MasterAccountId": MANAGEMENT}},
                {"account": MANAGEMENT, "regions": self.settings_of_management(), "backup_policy": null},
            ],
        }))
    }

    /// What is switched on in the management account is what is not in the other: its settings count for plans of policies.
    fn settings_of_management(&self) -> Value {
        let switched = self
            .opted_in
            .iter()
            .map(|(of, on)| ((*of).to_owned(), json!(!on)));
        let switched: serde_json::Map<String, Value> = switched.collect();
        let of = |region: &&str| json!({"region": region, "plans": [], "region_settings": {"ResourceTypeOptInPreference": switched}});
        REGIONS.iter().map(of).collect()
    }

    fn takes(&self, selection: &Selection, region: &str, at: usize, of_policy: bool) -> bool {
        let (arn, of, listed) = RESOURCES[at];
        let tags = listed.map(|_| &self.tags[at]);
        let is_none = |of: Option<usize>| of.is_none_or(|many| many == 0);
        if is_none(selection.resources.as_ref().map(Vec::len))
            && is_none(selection.tags.as_ref().map(Vec::len))
        {
            return false;
        }
        // Of this account and Region, where the ARN says so.
        let part = |at: usize| arn.split(':').nth(at).unwrap();
        if !["", region].contains(&part(3)) || !["", FROM].contains(&part(4)) {
            return false;
        }
        let matches = |name: &str| match PATTERNS.iter().find(|(pattern, _, _)| *pattern == name) {
            Some((_, begins, _)) => begins.iter().any(|beginning| arn.starts_with(beginning)),
            None => arn == name,
        };
        if selection.not_resources.iter().any(|name| matches(name)) {
            return false;
        }
        let names = selection.resources.as_deref().unwrap_or_default();
        let matching: Vec<&str> = names.iter().copied().filter(|name| matches(name)).collect();
        let literally = matching.contains(&arn);
        let by_type = matching.iter().any(|name| {
            PATTERNS
                .iter()
                .any(|(pattern, _, named)| pattern == name && *named)
        });
        if !names.is_empty() && matching.is_empty() {
            return false;
        }
        // Only what is listed there can be found by a pattern.
        if !literally && listed != Some(region) {
            return false;
        }
        let counts = !literally && (!by_type || of == "FSx");
        if counts && self.opted_in[of] == of_policy {
            return false;
        }
        // Of what nobody listed the tags are not known, and are taken to match.
        let Some(tags) = tags else {
            return true;
        };
        let listed_tags = selection.tags.as_deref().unwrap_or_default();
        let one = listed_tags.is_empty()
            || listed_tags
                .iter()
                .any(|(key, value)| tags.get(key) == Some(value));
        let all = selection.conditions.iter().all(|(operator, key, value)| {
            let equal = tags.get(key) == Some(value);
            equal == matches!(*operator, "StringEquals" | "StringLike")
        });
        one && all
    }

    /// The name of every copy, as often as it is made.
    fn copies(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut add = |id: &str, region: &str, rule: &str, target: &str, selection: &Selection| {
            for (at, (arn, _, _)) in RESOURCES.iter().enumerate() {
                if self.takes(selection, region, at, id.starts_with("orgs/")) {
                    all.push(format!("{id}/{rule}/{arn}/{target}"));
                }
            }
        };
        for plan in &self.plans {
            for region in &plan.regions {
                for rule in &plan.rules {
                    for target in rule
                        .actions
                        .iter()
                        .copied()
                        .chain(rule.air_gapped.then_some(LOCKED))
                    {
                        for selection in &plan.selections {
                            add(plan.id, region, rule.name, target, selection);
                        }
                    }
                }
            }
        }
        for plan in &self.of_policy {
            // A policy has one rule of a name and one action of a vault: the last that was said.
            let rules: BTreeMap<&str, &Rule> =
                plan.rules.iter().map(|rule| (rule.name, rule)).collect();
            for region in &plan.regions {
                let id = format!("orgs/{FROM}/{region}/{}", plan.id);
                for rule in rules.values() {
                    let actions: BTreeSet<&str> = rule.actions.iter().copied().collect();
                    for target in actions.into_iter().chain(rule.air_gapped.then_some(LOCKED)) {
                        for selection in plan
                            .selections
                            .iter()
                            .filter(|one| one.of_policy().is_some())
                        {
                            add(&id, region, rule.name, target, selection);
                        }
                    }
                }
            }
        }
        all.sort();
        all
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn plans_make_as_many_copies_as_an_obvious_resolver_finds_each_with_an_id_of_its_own(world in world()) {
        let found = made(&world.estate()).copies;
        let ids: BTreeSet<&str> = found.iter().map(|copy| &*copy.id).collect();
        prop_assert_eq!(ids.len(), found.len(), "ids are unique");
        let named = |id: &str| id.split_once('#').map_or(id, |(name, _)| name).to_owned();
        let mut names: Vec<String> = ids.iter().map(|id| named(id)).collect();
        names.sort();
        prop_assert_eq!(names, world.copies());
        for copy in &found {
            let plan = copy.plan.as_ref().unwrap();
            let parts = [&*plan.id, &*plan.rule, copy.resource.as_ref().unwrap().as_str(), copy.destination_vault.as_str()];
            prop_assert_eq!(named(&copy.id), parts.join("/"), "an id says what the copy is");
        }
    }
}

/// The law above is about something.
#[test]
fn the_generated_plans_make_many_copies_and_many_that_look_alike() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut copies, mut alike, mut of_policies) = (0, 0, 0);
    for _ in 0..200 {
        let made = world().new_tree(&mut runner).unwrap().current().copies();
        let names: BTreeSet<&String> = made.iter().collect();
        copies += made.len();
        alike += made.len() - names.len();
        of_policies += made.iter().filter(|id| id.starts_with("orgs/")).count();
    }
    assert!(copies > 1000, "{copies}");
    assert!(alike > 100, "{alike}");
    assert!(of_policies > 100, "{of_policies}");
}
