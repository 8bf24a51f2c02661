//! The facts of what was asked: from files, from examples, from AWS; and the copies that are to be decided.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;

use crate::cli::{Assume, Aws, Check, Credentials, Estate, Given, Output, Start};
use crate::inventory::{
    self, Assumption, CopyEntry, Facts, Field, Inventory, Lifecycle, List, Timestamp,
};
use crate::known::{AccountId, Arn};
use crate::plans;
use crate::report::Reading;
use crate::sources::config::Config;
use crate::sources::recorded;

use super::gathered::{Gathered, Survey};
use super::print::warn;
use super::settings::credentials;

/// The inventory of what was asked: files, examples, AWS.
pub(super) fn facts_for(
    asked: &Check,
    config: &Config,
    output: &Output,
) -> anyhow::Result<Gathered> {
    let credentials = credentials(asked, config);
    let from_files = asked.facts.from_files();
    let named = asked.to.is_some();
    if named && asked.resource.is_none() && asked.recovery_point.is_none() {
        bail!(
            "--to names where the copy goes; name what is copied too: --resource ARN or --recovery-point ARN"
        );
    }
    if !named && !asked.plan.is_empty() {
        return facts_of_estate(
            &asked.facts,
            (&Estate::default(), &asked.aws),
            Survey::Plans,
            (output, config),
        );
    }
    if !from_files && !named {
        bail!(
            "nothing to decide from: name a copy (--resource ARN --to VAULT_ARN), an inventory (--inventory FILE) or an \
             example (--example {})",
            crate::sources::examples::EXAMPLES
                .first()
                .map_or("NAME", |example| example.name)
        );
    }
    let (mut inventory, unknown_fields) = recorded::load(
        &asked.facts.inventory,
        &asked.facts.example,
        output.max_input,
    )?;
    for unknown_field in unknown_fields {
        warn(output, &unknown_field.to_string());
    }
    let mut stopped = false;
    if asked.facts.live || !from_files {
        let read = read_aws(asked, &credentials, output)?;
        inventory = inventory::merge([
            ("the files".to_owned(), inventory),
            ("AWS".to_owned(), read.inventory),
        ])?;
        stopped = read.stopped;
    }
    Ok(Gathered {
        inventory,
        stopped,
        reading: Reading {
            live: asked.facts.live || !from_files,
            without_credentials: without_credentials(asked, &credentials),
            ..Reading::default()
        },
    })
}

/// The account that the copy goes to, where AWS is asked and nothing says how to sign in to it.
fn without_credentials(asked: &Check, credentials: &Credentials) -> BTreeSet<AccountId> {
    let given =
        credentials.destination_profile.is_some() || credentials.destination_role_arn.is_some();
    let from = asked.source_vault.as_ref().or(asked.resource.as_ref());
    let from = from
        .or(asked.recovery_point.as_ref())
        .and_then(Arn::account);
    let to = asked.to.as_ref().and_then(Arn::account);
    let to = to.filter(|to| !given && from != Some(*to));
    to.into_iter().collect()
}

/// The facts of whole accounts and Regions: files, examples, AWS.
pub(super) fn facts_of_estate(
    given: &Given,
    (estate, aws): (&Estate, &Aws),
    what: Survey,
    (output, config): (&Output, &Config),
) -> anyhow::Result<Gathered> {
    let (mut inventory, unknown_fields) =
        recorded::load(&given.inventory, &given.example, output.max_input)?;
    for unknown_field in unknown_fields {
        warn(output, &unknown_field.to_string());
    }
    let mut stopped = false;
    if given.from_files() && !given.live && estate.is_chosen() {
        warn(
            output,
            "which accounts and Regions are looked at is asked of AWS alone: the files are decided whole",
        );
    }
    if given.live || !given.from_files() {
        let read = survey((estate, aws), what, (output, config))?;
        inventory = inventory::merge([
            ("the files".to_owned(), inventory),
            ("AWS".to_owned(), read.inventory),
        ])?;
        stopped = read.stopped;
    }
    Ok(Gathered {
        inventory,
        stopped,
        reading: Reading {
            live: given.live || !given.from_files(),
            ..Reading::default()
        },
    })
}

#[cfg(feature = "live")]
fn survey(of: (&Estate, &Aws), what: Survey, by: (&Output, &Config)) -> anyhow::Result<Gathered> {
    super::survey::survey(of, what, None, None, by)
}

#[cfg(not(feature = "live"))]
fn survey(_: (&Estate, &Aws), _: Survey, _: (&Output, &Config)) -> anyhow::Result<Gathered> {
    bail!(
        "this build cannot ask AWS (it was built without the feature `live`); give --inventory FILE or --example NAME"
    )
}

#[cfg(feature = "live")]
fn read_aws(asked: &Check, credentials: &Credentials, output: &Output) -> anyhow::Result<Gathered> {
    use super::aws;
    use crate::sources::live::{self, LiveError, NamedCopy, Sides};
    let Some(to) = &asked.to else {
        bail!(
            "to ask AWS, name the copy: --resource ARN or --recovery-point ARN, and --to VAULT_ARN"
        );
    };
    let copy = NamedCopy {
        resource: asked.resource.clone(),
        recovery_point: asked.recovery_point.clone(),
        source_vault: asked.source_vault.clone(),
        destination_vault: to.clone(),
        role: asked.role.clone(),
    };
    let settings = aws::settings(&asked.aws, output);
    let sides = aws::sides(credentials);
    let read = |copy: &NamedCopy, sides: &Sides| match live::collect(
        copy,
        sides,
        &settings,
        recorded::now(),
    ) {
        Ok(inventory) => Ok(Gathered {
            inventory,
            stopped: false,
            reading: Reading::default(),
        }),
        Err(LiveError::Stopped(inventory)) => Ok(Gathered {
            inventory: *inventory,
            stopped: true,
            reading: Reading::default(),
        }),
        Err(error) => Err(error),
    };
    let there = read(&copy, &sides)?;
    let home = asked
        .source_vault
        .clone()
        .or_else(|| newest_vault(asked, &there.inventory));
    let Some(home) = home.filter(|_| asked.and_back && !there.stopped) else {
        return Ok(there);
    };
    // The two sides change places. What is copied was read already, with the credentials of its own account.
    let back = NamedCopy {
        resource: None,
        recovery_point: None,
        source_vault: Some(to.clone()),
        destination_vault: home,
        role: None,
    };
    let turned = Sides {
        source: sides
            .destination
            .clone()
            .unwrap_or_else(|| sides.source.clone()),
        destination: sides.destination.is_some().then(|| sides.source.clone()),
        management: sides.management.clone(),
    };
    let back = read(&back, &turned)?;
    Ok(Gathered {
        inventory: inventory::merge([
            ("AWS".to_owned(), there.inventory),
            ("AWS, for the way back".to_owned(), back.inventory),
        ])?,
        stopped: back.stopped,
        reading: Reading::default(),
    })
}

#[cfg(not(feature = "live"))]
fn read_aws(_: &Check, _: &Credentials, _: &Output) -> anyhow::Result<Gathered> {
    bail!(
        "this build cannot ask AWS (it was built without the feature `live`); give --inventory FILE or --example NAME"
    )
}

/// Leaves only the copies that the command line names, or names by their ids.
pub(super) fn narrow(inventory: &mut Inventory, asked: &Check) {
    if let Some(to) = &asked.to {
        let entry = entry(asked, to, inventory);
        inventory.copies = Field::Is(List(vec![entry]));
        return;
    }
    let Field::Is(List(copies)) = &mut inventory.copies else {
        return;
    };
    // Where one of them is not there, that is said when those of the plans are known, too.
    if !asked.copy.is_empty()
        && asked
            .copy
            .iter()
            .all(|id| copies.iter().any(|copy| *copy.id == **id))
    {
        copies.retain(|copy| asked.copy.iter().any(|id| *copy.id == **id));
    }
}

/// The copy that the command line names.
fn entry(asked: &Check, to: &Arn, inventory: &Inventory) -> CopyEntry {
    let mut assumptions: Vec<Box<str>> = Vec::new();
    let mut source_vault = asked.source_vault.clone();
    if source_vault.is_none()
        && newest_vault(asked, inventory).is_none()
        && let Some((vault, rule)) = vault_of_plan(asked, inventory)
    {
        assumptions.push(
            format!(
                "source vault: `{}`, of {rule}, which takes the resource",
                vault.name()
            )
            .into(),
        );
        source_vault = Some(vault);
    }
    let role = asked.role.clone().or_else(|| {
        let vault = source_vault
            .clone()
            .or_else(|| newest_vault(asked, inventory));
        let place = vault
            .or_else(|| asked.resource.clone())
            .or_else(|| asked.recovery_point.clone())?;
        let account = place.account()?;
        assumptions.push("role: AWSBackupDefaultServiceRole, none was named".into());
        Some(Arn::iam_role(
            to.partition(),
            account,
            "service-role/AWSBackupDefaultServiceRole",
        ))
    });
    let lifecycle = match (asked.delete_after, asked.cold_after) {
        (None, None) => Field::Null,
        (delete, cold) => Field::Is(Lifecycle {
            delete_after_days: delete.into(),
            move_to_cold_storage_after_days: cold.into(),
            extra: Vec::new(),
        }),
    };
    let given = |arn: &Option<Arn>| arn.clone().map_or(Field::Absent, Field::Is);
    CopyEntry {
        id: "cli".into(),
        resource: given(&asked.resource),
        recovery_point: given(&asked.recovery_point),
        source_vault: given(&source_vault),
        destination_vault: to.clone(),
        role: given(&role),
        lifecycle,
        start: Field::Is(match asked.start {
            Start::OnDemand => inventory::Start::OnDemand,
            Start::Scheduled => inventory::Start::Scheduled,
        }),
        plan: Field::Absent,
        assumptions: if assumptions.is_empty() {
            Field::Absent
        } else {
            Field::Is(assumptions)
        },
        extra: Vec::new(),
    }
}

/// The vault that the plans which take the resource back it up to, where it is one, and the rule that says so.
fn vault_of_plan(asked: &Check, inventory: &Inventory) -> Option<(Arn, String)> {
    let resource = asked.resource.as_ref()?;
    let facts = Facts::new(inventory);
    let mut vaults: BTreeMap<Arn, String> = BTreeMap::new();
    for plan in plans::plans(&facts) {
        let takes = plan.selections.iter().any(|selection| {
            let reach = selection.reach(plan.account, &plan.region, &facts);
            let mut taken = reach.taken.iter();
            taken.any(|taken| taken.resource == *resource && taken.assumptions.is_empty())
        });
        for rule in plan.rules.iter().filter(|_| takes) {
            let name = plan.name.as_deref().unwrap_or(&plan.id);
            let says = format!("rule {} of plan {name}", rule.name);
            vaults.entry(rule.vault.clone()).or_insert(says);
        }
    }
    let only = vaults.len() == 1;
    vaults.into_iter().next().filter(|_| only)
}

fn newest_vault(asked: &Check, inventory: &Inventory) -> Option<Arn> {
    let facts = Facts::new(inventory);
    match (&asked.recovery_point, &asked.resource) {
        (Some(point), _) => facts.point_vault(point).known().flatten().cloned(),
        (None, Some(resource)) => facts.newest_vault(resource).known(),
        (None, None) => None,
    }
}

/// The facts of an inventory, with what is taken for granted, as of the moment that is named.
pub(super) fn facts<'a>(inventory: &'a Inventory, given: &Given) -> Facts<'a> {
    let assumed = given.assume.iter().map(|fact| match fact {
        Assume::OrganizationPoliciesAllow => Assumption::OrganizationPoliciesAllow,
    });
    let at = given.assume_at.map(|at| at.to_string());
    Facts::new(inventory)
        .assuming(assumed)
        .as_of(at.and_then(|at| Timestamp::parse(&at)))
}
