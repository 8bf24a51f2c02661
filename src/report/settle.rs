//! What to do about a gap, in a line.

mod command;

use std::collections::BTreeSet;
use std::fmt;

use crate::inventory::OF_COMMAND_LINE;
use crate::known::{Arn, Gap, NoAnswer};

use super::planned;
use super::reading::{Reading, account_of};
use super::reason::{NO_CREDENTIALS, Reason, is_without_credentials};
use super::same_cause::{NOT_TOLD, bad_answer, not_understood};

/// The permission that would settle a gap; `None` where a permission is not what is missing.
#[must_use]
pub fn permission<'g>(gap: &'g Gap, reading: &Reading) -> Option<&'g str> {
    let wanted = Reason::of(gap, reading).is_of_permission();
    gap.permission().filter(|_| wanted)
}

/// What to do about a gap: words, and a command that stands on a line of its own where there are lines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// What to do.
    pub words: String,
    /// The command that it is done with, as it is pasted.
    pub command: Option<String>,
}

impl Step {
    fn of(words: String) -> Self {
        let command = None;
        Self { words, command }
    }

    fn with(words: String, command: String) -> Self {
        let command = Some(command);
        Self { words, command }
    }

    /// Whether it reads all of an account, and with it whatever waits for the same.
    #[must_use]
    pub fn reads_all(&self) -> bool {
        let command = self.command.as_deref();
        command.is_some_and(|command| command.starts_with(COLLECT))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.command {
            Some(command) => write!(f, "{}: {command}", self.words),
            None => f.write_str(&self.words),
        }
    }
}

/// What to do about a gap, in a line.
#[must_use]
pub fn settle(gap: &Gap, reading: &Reading) -> String {
    step(gap, &[], reading).to_string()
}

/// What to do about a gap, and others like it in these Regions.
#[must_use]
pub fn step(gap: &Gap, regions: &[&str], reading: &Reading) -> Step {
    let mut places: BTreeSet<&str> = regions.iter().copied().collect();
    places.extend(gap.region.as_deref());
    let account = gap.account.as_deref().unwrap_or("the account");
    let collect = |of_all: bool| collect(account, of_all, &places);
    match Reason::of(gap, reading) {
        Reason::NoCredentials => credentials(gap, regions, reading),
        Reason::AccountNotRead => collect(false),
        Reason::Contradiction => contradiction(&gap.subject, reading),
        Reason::NotAsked if !reading.live => match command::reading(gap, reading) {
            Some((command, words)) => Step::with(words, command),
            None => {
                let operation = gap.operation();
                let mut step = collect(is_of_the_organization(operation));
                if operation == CONTROL_POLICIES {
                    step.words += TAKEN_FOR_GRANTED;
                }
                step
            }
        },
        reason @ (Reason::Denied
        | Reason::BadCredentials
        | Reason::Stopped
        | Reason::NoAnswer
        | Reason::NoOperation
        | Reason::BadAnswer
        | Reason::OtherAnswer
        | Reason::NoRecoveryPoint
        | Reason::PointsNotRead
        | Reason::NotNamed
        | Reason::NotTold
        | Reason::LookUp
        | Reason::NotUnderstood
        | Reason::Planned
        | Reason::ChangeFails
        | Reason::NotAsked) => Step::of(in_words(reason, gap, reading)),
    }
}

/// What to do where no command does it.
fn in_words(reason: Reason, gap: &Gap, reading: &Reading) -> String {
    let account = gap.account.as_deref().unwrap_or("the account");
    let (operation, subject) = (gap.operation(), &gap.subject);
    let error = gap.error.as_deref().unwrap_or_default();
    match reason {
        Reason::Denied if operation == "sts:AssumeRole" => format!(
            "let your caller assume {subject}: its trust policy must name the caller, and the role must be there; or name another, by --role-name or --destination-role-arn"
        ),
        Reason::Denied => {
            let permission = gap.permission().unwrap_or(operation);
            if is_of_the_organization(permission) {
                return format!(
                    "let the management account, or a delegated administrator for AWS Organizations, do {permission} on {subject}, with --management-profile or --management-role-arn; no other account may"
                );
            }
            format!("give the role that reads {account} {permission} on {subject}")
        }
        Reason::BadCredentials if error == NO_CREDENTIALS => {
            format!("get credentials for {account}: {subject} gives none")
        }
        Reason::BadCredentials => {
            format!("renew the credentials for {account}: AWS answered {error}")
        }
        Reason::Stopped => {
            format!("run it again: it was stopped before {operation} on {subject} was asked")
        }
        Reason::NoAnswer => no_answer(operation, error),
        Reason::NoOperation => {
            format!(
                "{operation} answered {error}: this endpoint or Region does not have it; give the fact with --inventory FILE"
            )
        }
        Reason::BadAnswer => {
            format!(
                "{operation} on {subject}: {}; give the fact with --inventory FILE",
                bad_answer(error)
            )
        }
        Reason::OtherAnswer => format!(
            "{operation} on {subject} answered {error}; run it again, or give the fact with --inventory FILE"
        ),
        Reason::NoRecoveryPoint | Reason::PointsNotRead => source_vault(gap, reading),
        Reason::NotNamed => match option(operation) {
            Some(option) if subject == OF_COMMAND_LINE => format!("give {option}"),
            Some(_) | None => format!("{operation} `{subject}`"),
        },
        Reason::NotTold => {
            let what = gap.untold().unwrap_or(operation);
            format!("{NOT_TOLD} {what} ({subject}): try it with one copy, or ask AWS")
        }
        Reason::LookUp => format!("{operation} ({subject})"),
        Reason::NotUnderstood => {
            let what = not_understood(operation);
            format!("{what} ({subject}): correct it, or take it out")
        }
        Reason::Planned | Reason::ChangeFails => planned::step(subject, operation),
        Reason::NoCredentials
        | Reason::AccountNotRead
        | Reason::Contradiction
        | Reason::NotAsked => {
            format!("{operation} on {subject} was not asked: give credentials that may call it")
        }
    }
}

/// What to do about a call that nobody said no to.
fn no_answer(operation: &str, error: &str) -> String {
    match NoAnswer::of(error) {
        Some(NoAnswer::Throttled) => format!(
            "wait a minute, and run it again with fewer calls at a time (--concurrency 2): AWS throttled {operation} ({error})"
        ),
        Some(NoAnswer::Connection) => format!(
            "run it again: {operation} got no connection ({error}); AWS_ENDPOINT_URL and HTTPS_PROXY say where it goes"
        ),
        Some(NoAnswer::Deadline) => {
            format!(
                "run it again, with a longer --deadline: the time limit was reached before {operation} was done"
            )
        }
        Some(NoAnswer::WithinAws) => {
            format!("wait, and run it again: {operation} failed within AWS ({error})")
        }
        Some(NoAnswer::Late) | None => {
            format!("run it again, with a longer --timeout: {operation} gave no answer in time")
        }
    }
}

/// Whether no account but the management account and delegated administrators may call it, whatever its own policies let it do.
///
/// See <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html> and its like.
fn is_of_the_organization(call: &str) -> bool {
    const OF_ALL: &[&str] = &[
        "organizations:DescribePolicy",
        "organizations:ListAccounts",
        "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent",
        "organizations:ListParents",
        "organizations:ListPoliciesForTarget",
        "organizations:ListRoots",
    ];
    OF_ALL.contains(&call)
}

/// How to get into the account of a gap.
fn credentials(gap: &Gap, regions: &[&str], reading: &Reading) -> Step {
    let account = gap.account.as_deref().unwrap_or("the account");
    let why = reading.shut(gap);
    if let Some(why) = why.filter(|why| !is_without_credentials(why)) {
        return step(why, regions, reading);
    }
    let is_destination = account_of(gap).is_some_and(|id| reading.destinations.contains(&id));
    if is_destination {
        let words = format!("give --destination-profile or --destination-role-arn for {account}");
        return Step::of(words);
    }
    let places = regions.iter().copied().chain(gap.region.as_deref());
    collect(account, false, &places.collect())
}

/// How to find out which of two facts is right.
fn contradiction(subject: &str, reading: &Reading) -> Step {
    match command::describing(subject, reading) {
        Some(command) if !reading.live => {
            let words =
                format!("fix {subject} in the inventory; this command shows the current value");
            Step::with(words, command)
        }
        Some(command) => Step::with(
            "run it again; this command shows the current value".to_owned(),
            command,
        ),
        None => Step::of(format!(
            "look at {subject}, and correct what the inventory says of it"
        )),
    }
}

const COLLECT: &str = "backup-preflight collect";

/// Of more Regions all are read.
const REGIONS: usize = 5;

/// What tells which control policies are in force.
const CONTROL_POLICIES: &str = "organizations:ListPoliciesForTarget";

const TAKEN_FOR_GRANTED: &str =
    "; or --assume organization-policies-allow, where nobody may read them";

/// How to read an account, or what takes several calls or more than a paste. `of_all`: the management account tells it.
fn collect(account: &str, of_all: bool, regions: &BTreeSet<&str>) -> Step {
    let (besides, profile) = match of_all {
        true => (
            " and a profile of the management account",
            " --management-profile NAME",
        ),
        false => ("", ""),
    };
    let regions: String = match regions.len() {
        0..=REGIONS => {
            let each = regions.iter();
            each.map(|region| format!(" --region {region}")).collect()
        }
        _ => " --region all".to_owned(),
    };
    Step::with(
        format!(
            "with credentials of {account}{besides} run this, then give --inventory more.json beside the other facts"
        ),
        format!("{COLLECT} --output more.json{regions}{profile}"),
    )
}

/// Which vault to name: of those of the account and Region the first that is not AWS's own.
fn source_vault(gap: &Gap, reading: &Reading) -> String {
    let is_there = |vault: &&Arn| {
        vault.account().map(|id| id.to_string()) == gap.account
            && gap
                .region
                .as_deref()
                .is_none_or(|region| vault.region().is_some_and(|of| of.as_str() == region))
    };
    let there: Vec<&Arn> = reading.vaults.iter().filter(is_there).collect();
    let own = there
        .iter()
        .find(|vault| !matches!(vault.name(), "Default" | "aws/efs/automatic-backup-vault"));
    match own.or(there.first()) {
        Some(vault) => {
            let names: Vec<&str> = there.iter().map(|vault| vault.name()).collect();
            format!(
                "give --source-vault {vault} (the vaults there: {})",
                names.join(", ")
            )
        }
        None => "give --source-vault VAULT_ARN, or `source_vault` in the copy".to_owned(),
    }
}

/// The option that names a field of the copy on the command line.
fn option(operation: &str) -> Option<&'static str> {
    const OPTIONS: &[(&str, &str)] = &[
        ("lifecycle", "--delete-after DAYS"),
        ("recovery_point", "--recovery-point ARN"),
        ("resource", "--resource ARN"),
        ("role", "--role ARN"),
        ("source_vault", "--source-vault VAULT_ARN"),
    ];
    let mut options = OPTIONS.iter();
    let named = options.find(|(field, _)| operation.contains(&format!("`{field}`")));
    named.map(|(_, option)| *option)
}
