//! The facts of what was asked: from files, from examples, from AWS; and the copies that are to be decided.

use anyhow::bail;

use crate::cli::{Assume, Aws, Check, Credentials, Estate, Given, Output};
use crate::inventory::{self, Assumption, Facts, Inventory, Timestamp};
use crate::report::Reading;
use crate::sources::config::Config;
use crate::sources::recorded;

use super::gathered::{Gathered, Survey};
use super::print::warn;
use super::regions::warn_of_misspelt;
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
            Survey::Plans(asked),
            (output, config),
        );
    }
    if !from_files && !named && (asked.resource.is_some() || asked.recovery_point.is_some()) {
        bail!(
            "nothing says where the copy goes: name the vault, with --to VAULT_ARN; or give --inventory FILE, and the plans in it do"
        );
    }
    if !from_files && !named {
        // Who names a copy has AWS asked.
        let copy = match cfg!(feature = "live") {
            true => "a copy (--resource ARN --to VAULT_ARN), ",
            false => "",
        };
        bail!(
            "nothing to decide from: name {copy}an inventory (--inventory FILE) or an example (--example {})",
            crate::sources::examples::EXAMPLES
                .first()
                .map_or("NAME", |example| example.name)
        );
    }
    warn_of_idle_credentials(&asked.facts, &asked.aws.credentials, output);
    let (mut inventory, unknown_fields) = recorded::load(
        &asked.facts.inventory,
        &asked.facts.example,
        output.max_input,
    )?;
    for unknown_field in unknown_fields {
        warn(output, &unknown_field.to_string());
    }
    warn_of_misspelt(&inventory, output);
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
            of_files: asked.facts.has_facts(),
            ..Reading::default()
        },
    })
}

/// Says where credentials are of no use.
fn warn_of_idle_credentials(given: &Given, credentials: &Credentials, output: &Output) {
    if given.from_files() && !given.live && credentials.are_given() {
        warn(
            output,
            "no credentials are used: AWS is not asked where files are given, unless --live is",
        );
    }
}

/// The facts of whole accounts and Regions: files, examples, AWS.
pub(super) fn facts_of_estate(
    given: &Given,
    (estate, aws): (&Estate, &Aws),
    what: Survey<'_>,
    (output, config): (&Output, &Config),
) -> anyhow::Result<Gathered> {
    let (mut inventory, unknown_fields) =
        recorded::load(&given.inventory, &given.example, output.max_input)?;
    for unknown_field in unknown_fields {
        warn(output, &unknown_field.to_string());
    }
    warn_of_misspelt(&inventory, output);
    let mut stopped = false;
    warn_of_idle_credentials(given, &aws.credentials, output);
    if given.from_files() && !given.live && estate.is_chosen() {
        warn(
            output,
            "they choose accounts and Regions to read from AWS; everything in the files is decided",
        );
    }
    if given.live || !given.from_files() {
        let read = survey(given, (estate, aws), what, (output, config))?;
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
            of_files: given.has_facts(),
            ..Reading::default()
        },
    })
}

#[cfg(feature = "live")]
fn survey(
    given: &Given,
    of: (&Estate, &Aws),
    what: Survey<'_>,
    by: (&Output, &Config),
) -> anyhow::Result<Gathered> {
    let asks = super::asks::of_survey(what, given);
    super::survey::survey(of, (what, &asks), None, None, by)
}

#[cfg(not(feature = "live"))]
fn survey(
    _: &Given,
    _: (&Estate, &Aws),
    _: Survey<'_>,
    _: (&Output, &Config),
) -> anyhow::Result<Gathered> {
    bail!(
        "this build cannot ask AWS (it was built without the feature `live`); give --inventory FILE or --example NAME"
    )
}

#[cfg(feature = "live")]
fn read_aws(asked: &Check, credentials: &Credentials, output: &Output) -> anyhow::Result<Gathered> {
    use super::aws;
    use crate::sources::live::{self, LiveError, NamedCopy};
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
    let asks = super::asks::of_check(asked);
    let read = live::collect(&copy, &sides, &settings, recorded::now(), &asks);
    let (inventory, stopped) = match read {
        Ok(inventory) => (inventory, false),
        Err(LiveError::Stopped(inventory)) => (*inventory, true),
        Err(error) => return Err(error.into()),
    };
    Ok(Gathered {
        inventory,
        stopped,
        reading: Reading::default(),
    })
}

#[cfg(not(feature = "live"))]
fn read_aws(_: &Check, _: &Credentials, _: &Output) -> anyhow::Result<Gathered> {
    bail!(
        "this build cannot ask AWS (it was built without the feature `live`); give --inventory FILE or --example NAME"
    )
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
