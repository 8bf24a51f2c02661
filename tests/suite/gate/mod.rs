//! What a change does to the copies: overlays, Terraform plans, CloudFormation templates.

mod at_fault;
mod aws_tags;
mod backup_policies;
mod bad_input;
mod bucket_encryption;
mod chosen_references;
mod cloudformation;
mod configurations;
mod created;
mod custom_functions;
mod custom_names;
mod default_key;
mod descriptions;
mod file_system_links;
mod global_table;
mod instance_volumes;
pub mod judged;
mod left_open;
mod left_out;
mod named_in_both;
mod names_at_apply;
mod names_beside;
mod names_to_come;
mod nested_stacks;
mod not_deleted;
mod older_facts;
mod open_answer;
mod open_at_fault;
mod organization;
mod overlay;
mod overlay_file;
mod own_policies;
mod perhaps_made;
mod plan_attributes;
mod plan_facts;
mod providers;
mod provisioners;
mod pull_request;
mod read_back;
mod refused_changes;
mod refused_keys;
mod refused_plans;
mod refused_policies;
mod refused_templates;
mod refused_values;
mod replaced;
mod replaced_roles;
mod saved_change;
mod several_files;
mod several_roles;
mod several_selections;
mod stack_tags;
mod stood_before;
mod table_replicas;
mod tags;
mod taken_references;
mod template_aliases;
mod template_alone;
mod template_before;
mod template_cross_region;
mod template_exports;
mod template_facts;
mod template_keys;
mod template_parameters;
mod template_property_types;
mod template_references;
mod template_rules;
mod template_scalars;
mod template_taken_away;
mod template_types;
mod template_values;
mod terraform;
mod terraform_open;
mod terraform_parts;
mod terraform_roles;
mod terraform_types;
mod terraform_values;
mod unmet;
mod updates;
mod vault_of_nobody;
mod what_is_not_told;
mod what_stands;
mod what_was_not_read;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use backup_preflight::change::{Before, Standing};
use backup_preflight::checks::decide;
use backup_preflight::inventory::{self, Copy, Facts, Inventory, Overlay};
use backup_preflight::plans;

/// Two accounts of an organization that lets copies cross: what plans and templates do not say.
pub fn base() -> Inventory {
    inventory::read("base.json", include_bytes!("base.json")).unwrap()
}

/// Every copy of an inventory, by its id.
pub fn standings(inventory: &Inventory) -> BTreeMap<String, Standing> {
    let facts = Facts::new(inventory);
    let plans = plans::plans(&facts);
    let made = plans::copies(&plans, &facts).copies.into_iter();
    let made = made.map(|named| Copy::new(named, &facts));
    let entries = inventory::items(&inventory.copies).iter();
    let named = entries.map(|entry| Copy::of_entry(entry, &facts));
    let all = made.chain(named).map(|copy| {
        let decided = decide(copy, &facts);
        (
            decided.copy.id.to_string(),
            Standing::of(&decided, &BTreeSet::new()),
        )
    });
    all.collect()
}

/// What a change does to each copy, a line a copy with the checks that fail then.
pub fn told(base: &Inventory, before: &[&Overlay], after: &[&Overlay]) -> String {
    let lay = |base: Inventory, overlays: &[&Overlay]| {
        overlays.iter().fold(base, |base, overlay| {
            overlay
                .over(&base)
                .unwrap_or_else(|error| panic!("{error}"))
        })
    };
    let now = lay(base.clone(), before);
    let then = lay(now.clone(), after);
    let (now, then) = (standings(&now), standings(&then));
    let was = Before::of(now);
    let name = |id: &str| {
        let (rest, vault) = id.rsplit_once(':').unwrap();
        let resource = rest.split('/').find(|part| part.starts_with("arn:"));
        let resource = resource.map_or(id, |arn| arn.rsplit(':').next().unwrap());
        format!("{resource} into {vault}")
    };
    let mut text = String::new();
    let ids: Vec<&str> = then.keys().map(String::as_str).collect();
    let compared = was.compare(&ids, |place| then.get(ids[place]).cloned());
    for ((id, after), (change, before)) in then.iter().zip(compared.changes) {
        let before = before.map_or("-".to_owned(), |was| {
            format!("{:?}", was.verdict).to_lowercase()
        });
        let now = format!("{:?}", after.verdict).to_lowercase();
        let _ = writeln!(
            text,
            "{}: {before} -> {now} ({})",
            name(id),
            change.as_str()
        );
        for check in &after.failing {
            let _ = writeln!(text, "  {check}");
        }
    }
    for (id, verdict) in compared.removed {
        let _ = writeln!(
            text,
            "{}: {} -> - (removed)",
            name(&id),
            format!("{verdict:?}").to_lowercase()
        );
    }
    text
}
