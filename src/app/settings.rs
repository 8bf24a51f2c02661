//! What a run is told besides its command line: variables, and `backup-preflight.toml`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::checks::{self, CHECKS, MayFail};
use crate::cli::{self, Check, Credentials, Given, OfName, Output, PREFIX, Setting};
use crate::known::{AccountId, Arn, near};
use crate::report::{Fate, Report, WaiverReport};
use crate::sources::config::{self, Config, Level, Vocabulary};
use crate::sources::{matching, recorded};
use crate::waivers::{By, Waiver};

use super::print::{say, warn};

/// The settings of the environment and of the configuration, those of the environment first, and the configuration.
pub(super) fn read(words: &[OsString]) -> anyhow::Result<(Vec<Setting>, Config)> {
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        let name = name
            .into_string()
            .ok()
            .filter(|name| name.starts_with(PREFIX))?;
        Some((name, value.into_string().ok()?))
    });
    let (mut settings, unknown) = cli::of_variables(variables);
    for name in unknown {
        let option = name
            .trim_start_matches(PREFIX)
            .to_ascii_lowercase()
            .replace('_', "-");
        let options = cli::options();
        let near = near::meant(&option, options.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |near| {
            let near = near.to_ascii_uppercase().replace('-', "_");
            format!("; did you mean {PREFIX}{near}?")
        });
        say(&format!(
            "warning: the variable {name} matches no option{near}"
        ));
    }
    let (file, none) = cli::configuration(words, &settings);
    let Some(file) = file.or_else(|| if none { None } else { found() }) else {
        return Ok((settings, Config::default()));
    };
    let options = cli::options();
    let checks: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
    let known = Vocabulary {
        options: &options,
        checks: &checks,
    };
    let config = config::load(&file, known)?;
    settings.extend(config.defaults.iter().map(|one| Setting {
        option: one.option.clone(),
        values: one.values.clone(),
        at: one.at.clone(),
    }));
    Ok((settings, config))
}

fn found() -> Option<PathBuf> {
    config::find(&std::env::current_dir().ok()?)
}

/// The waivers, each with whether its day has gone by.
pub(super) fn waivers(config: &Config, given: &Given) -> anyhow::Result<Vec<Waiver>> {
    let today = given.assume_at.map_or_else(recorded::today, day);
    let each = config.waivers.iter().map(|entry| {
        let by = By::parse(entry.by).context("a selector that no waiver has")?;
        let mut accounts = config.accounts.iter();
        let named = accounts.find(|(_, of)| of.name.as_ref() == Some(&entry.pattern));
        // The name stands wherever the account is told.
        let pattern = match named.filter(|_| by == By::Account) {
            Some((account, _)) => account.to_string(),
            None => entry.pattern.clone(),
        };
        let waiver = Waiver::new(entry.check.clone(), by, pattern, entry.reason.clone());
        Ok(waiver
            .until(entry.expires.to_string(), entry.expires < today)
            .at(entry.at.clone()))
    });
    each.collect()
}

/// The day of a moment, in UTC.
fn day(at: jiff::Timestamp) -> time::Date {
    let at = time::OffsetDateTime::from_unix_timestamp(at.as_second());
    at.map_or(time::Date::MAX, time::OffsetDateTime::date)
}

/// What became of the waivers.
pub(super) fn fates(waivers: &[Waiver]) -> Vec<WaiverReport> {
    let each = waivers.iter().map(|waiver| WaiverReport {
        check: waiver.check.clone(),
        selector: waiver.by.as_str(),
        pattern: waiver.pattern.clone(),
        reason: waiver.reason.clone(),
        expires: waiver.expires.clone(),
        fate: match (waiver.is_expired, waiver.met()) {
            (true, _) => Fate::Expired,
            (false, 0) => Fate::Unused,
            (false, _) => Fate::Used,
        },
        findings: waiver.met(),
        at: waiver.at.clone(),
        instead: waiver
            .instead()
            .map(|of| {
                let by = waiver.by.as_str();
                format!("`{by}` is the one that a copy comes from, here {of}; `vault` selects by the vault that it goes to")
            })
            .or_else(|| Some(format!("did you mean `{}`?", waiver.nearly()?))),
    });
    each.collect()
}

/// The checks of a level.
pub(super) fn of_level(config: &Config, level: Level) -> BTreeSet<&str> {
    let such = config.levels.iter().filter(|(_, of)| **of == level);
    such.map(|(check, _)| check.as_str()).collect()
}

/// The checks whose warnings are errors.
pub(super) fn raised(config: &Config) -> BTreeSet<&'static str> {
    let raised = of_level(config, Level::Error).into_iter();
    raised
        .filter_map(checks::find)
        .map(|check| check.id)
        .collect()
}

/// The checks whose warnings count as errors do where a change is judged: with `--strict` those of all.
pub(super) fn counting(raised: &BTreeSet<&'static str>, strict: bool) -> BTreeSet<&'static str> {
    if strict {
        CHECKS.iter().map(|check| check.id).collect()
    } else {
        raised.clone()
    }
}

/// Adds to a report what became of the waivers, and the names of accounts.
pub(super) fn tell(report: &mut Report, waivers: &[Waiver], config: &Config, output: &Output) {
    report.waivers = fates(waivers);
    for check in of_level(config, Level::Off) {
        if checks::find(check).is_some_and(|check| check.may_fail == MayFail::Yes) {
            warn(
                output,
                &format!(
                    "`checks.{check}.level` is off for what {check} warns of: what fails still counts, and can be waived"
                ),
            );
        }
    }
    let named = config.accounts.iter();
    let named = named.filter_map(|(id, account)| Some((*id, account.name.clone()?)));
    report.names.name_accounts(named);
}

/// The same, with the accounts that the configuration gives providers of plans, and the files that paths with wildcards stand for.
pub(super) fn given(given: &Given, config: &Config) -> anyhow::Result<Given> {
    let mut given = given.clone();
    let mut over = Vec::new();
    for (kind, path) in &given.change.over.0 {
        over.extend(matching::files(path)?.into_iter().map(|file| (*kind, file)));
    }
    given.change.over.0 = over;
    for files in [
        &mut given.change.cloudformation_before,
        &mut given.inventory,
    ] {
        let all = files.iter().map(|path| matching::files(path));
        *files = all.collect::<Result<Vec<_>, _>>()?.concat();
    }
    let asked = given.change.account.clone();
    for (id, account) in &config.accounts {
        for provider in &account.terraform {
            let is_said = asked.iter().any(|one| match &one.name {
                Some(name) => name == provider,
                None => provider == "aws",
            });
            if !is_said {
                given.change.account.push(OfName {
                    name: Some(provider.clone()),
                    value: *id,
                });
            }
        }
    }
    Ok(given)
}

/// The credentials for a copy, with those that the configuration has for its two accounts where none are given.
pub(super) fn credentials(asked: &Check, config: &Config) -> Credentials {
    let mut credentials = asked.aws.credentials.clone();
    let from = asked.source_vault.as_ref().or(asked.resource.as_ref());
    let from = from
        .or(asked.recovery_point.as_ref())
        .and_then(Arn::account);
    let to = asked.to.as_ref().and_then(Arn::account);
    let of = |id: Option<AccountId>| id.and_then(|id| config.accounts.get(&id));
    if credentials.source_profile.is_none()
        && credentials.source_role_arn.is_none()
        && let Some(account) = of(from)
    {
        credentials.source_profile.clone_from(&account.profile);
        credentials.source_role_arn.clone_from(&account.role_arn);
        if credentials.external_id.is_none() {
            credentials.external_id.clone_from(&account.external_id);
        }
    }
    if credentials.destination_profile.is_none()
        && credentials.destination_role_arn.is_none()
        && from != to
        && let Some(account) = of(to)
    {
        credentials.destination_profile.clone_from(&account.profile);
        credentials
            .destination_role_arn
            .clone_from(&account.role_arn);
        if credentials.external_id.is_none() {
            credentials.external_id.clone_from(&account.external_id);
        }
    }
    credentials
}
