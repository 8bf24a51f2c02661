//! Asking AWS for whole accounts and Regions.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};

use crate::cli::{Aws, Estate, Output, WantedRegion};
use crate::known::AccountId;
use crate::report::Reading;
use crate::sources::config::Config;
use crate::sources::live::{
    self, Accounts, Asks, Choice, Credentials, Entry, Journal, LiveError, Scope,
};
use crate::sources::recorded;

use super::aws;
use super::gathered::{Gathered, Survey};

/// Reads the accounts and Regions; what is whole is kept in the journal, and what is there already is not read again.
pub(super) fn survey(
    (estate, aws): (&Estate, &Aws),
    (what, asks): (Survey<'_>, &Asks),
    aggregator: Option<&str>,
    journal: Option<Journal>,
    (output, config): (&Output, &Config),
) -> anyhow::Result<Gathered> {
    let scope = Scope {
        aggregator: aggregator.map(str::to_owned),
        entries: entries(config),
        ..scope(estate, aws, what, output.max_input)?
    };
    let settings = aws::settings(aws, output);
    let sides = aws::sides(&aws.credentials);
    let began = journal
        .as_ref()
        .map(|journal| journal.collected_at().clone());
    let collected_at = began.unwrap_or_else(recorded::now);
    match live::survey(scope, &sides, &settings, journal, collected_at, asks) {
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
        Err(error) => Err(error.into()),
    }
}

fn scope(estate: &Estate, aws: &Aws, what: Survey<'_>, limit: u64) -> anyhow::Result<Scope> {
    let named = estate.region.iter().map(|wanted| match wanted {
        WantedRegion::All => None,
        WantedRegion::One(region) => Some(region.clone()),
    });
    Ok(Scope {
        accounts: accounts(estate, aws, limit)?,
        regions: named.collect(),
        shard: estate.shard,
        aggregator: None,
        plans: true,
        copy_jobs: what.has_copy_jobs() || what.has_coverage(),
        // One by one: `collect`, which keeps what the lists say, would take the month's copies for it.
        points_of_jobs: what.has_copy_jobs() && !what.has_coverage(),
        coverage: what.has_coverage(),
        entries: BTreeMap::new(),
    })
}

/// How to get into the accounts that the configuration says it of.
fn entries(config: &Config) -> BTreeMap<AccountId, Credentials> {
    let accounts = config.accounts.iter();
    let ways =
        accounts.filter(|(_, account)| account.profile.is_some() || account.role_arn.is_some());
    let each = ways.map(|(id, account)| {
        let credentials = Credentials {
            profile: account.profile.clone(),
            role_arn: account.role_arn.clone(),
            external_id: account.external_id.clone(),
        };
        (*id, credentials)
    });
    each.collect()
}

fn accounts(estate: &Estate, aws: &Aws, limit: u64) -> anyhow::Result<Accounts> {
    if let Some(role_name) = &estate.role_name {
        return Ok(Accounts::Organization(Entry {
            choice: Choice {
                units: estate.ou.clone(),
                not: estate.exclude.clone(),
            },
            role_name: role_name.clone(),
            external_id: aws.credentials.external_id.clone(),
        }));
    }
    let Some(file) = &estate.profiles else {
        return Ok(Accounts::Own);
    };
    let (name, bytes) = recorded::bytes(file, limit)?;
    let text = String::from_utf8(bytes).with_context(|| format!("`{name}` is not UTF-8"))?;
    let profiles: Vec<Credentials> = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
        .map(|profile| Credentials {
            profile: Some(profile.to_owned()),
            ..Credentials::default()
        })
        .collect();
    ensure!(
        !profiles.is_empty(),
        "`{name}` names no profile: expected one per line"
    );
    Ok(Accounts::Profiles(profiles))
}
