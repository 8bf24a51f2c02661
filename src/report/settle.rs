//! What to do about a gap, in a line, and which gaps have one cause.

mod command;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use crate::known::{Arn, Gap, NoAnswer, part};

use super::reading::{Reading, account_of};
use super::reason::{NO_CREDENTIALS, Reason, is_without_credentials};

/// What stands before what no call tells.
const NOT_TOLD: &str = "no AWS API returns";

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
        Reason::NotNamed => format!("{operation} `{subject}`"),
        Reason::NotTold => {
            let what = gap.untold().unwrap_or(operation);
            format!("{NOT_TOLD} {what} ({subject}): try it with one copy, or ask AWS")
        }
        Reason::LookUp => format!("{operation} ({subject})"),
        Reason::NotUnderstood => {
            let what = not_understood(operation);
            format!("{what} ({subject}): correct it, or take it out")
        }
        Reason::Planned => {
            let step = |begins: &str| {
                let (what, rest) = subject.split_once(&format!(": {begins}"))?;
                Some(format!("{begins}{rest} ({what})"))
            };
            // What is wrong now is so after it, too.
            let step = step("give --").or_else(|| step("plan again with "));
            let step = step.or_else(|| mend(subject));
            step.unwrap_or_else(|| format!("{subject}: it is known after {operation}"))
        }
        Reason::NoCredentials
        | Reason::AccountNotRead
        | Reason::Contradiction
        | Reason::NotAsked => {
            format!("{operation} on {subject} was not asked: give credentials that may call it")
        }
    }
}

/// What is to be mended of what a file says, where it says so itself: `file:3: what is wrong: mend it`.
fn mend(subject: &str) -> Option<String> {
    let (wrong, step) = subject.split_once(": fix ")?;
    Some(format!("fix {step} ({wrong})"))
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
            "with credentials of {account}{besides}, then --inventory more.json beside the other facts"
        ),
        format!("{COLLECT} --output more.json{regions}{profile}"),
    )
}

/// What is wrong with an answer, in a clause.
fn bad_answer(error: &str) -> Cow<'_, str> {
    match error {
        "UnreadableAnswer" => "the answer cannot be read".into(),
        "EndlessList" | "RepeatedPage" => "the list does not end".into(),
        said if said.starts_with("the answer") => said.into(),
        other => format!("the answer {other}").into(),
    }
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

/// What gaps of one cause have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SameCause {
    reason: Reason,
    account: Option<String>,
    /// Of credentials all calls of the account wait; else those of one operation.
    operation: Option<String>,
    error: Option<String>,
}

impl SameCause {
    /// That of a gap.
    #[must_use]
    pub fn of(gap: &Gap, reading: &Reading) -> Self {
        let reason = Reason::of(gap, reading);
        let of_all = reason.is_settled_at_once();
        let why = reading
            .shut(gap)
            .filter(|_| reason == Reason::NoCredentials);
        let error = why.map_or(&gap.error, |why| &why.error);
        Self {
            reason,
            account: gap.account.clone().filter(|_| reason != Reason::Stopped),
            operation: (!of_all).then(|| gap.operation().to_owned()),
            error: error.clone(),
        }
    }

    /// Whether a permission is what is missing.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.reason == Reason::Denied
    }

    /// The same of any account.
    #[must_use]
    pub fn anywhere(&self) -> Self {
        Self {
            account: None,
            ..self.clone()
        }
    }

    /// What is missing, in a clause; of one subject, or of several.
    #[must_use]
    pub fn says(&self, subject: Option<&str>) -> String {
        let account = self.account.as_deref();
        // What is said of an account of the organization, another may have been asked.
        let operation = self.operation.as_deref().unwrap_or_default();
        let word = match operation.starts_with("organizations:") {
            true => "for",
            false => "in",
        };
        let within = account.map_or_else(String::new, |id| format!(" {word} {id}"));
        self.says_within(subject, &within)
    }

    /// The same of several accounts.
    #[must_use]
    pub fn says_in(&self, accounts: usize) -> String {
        let within = match accounts {
            0 | 1 => String::new(),
            many => format!(" in {many} accounts"),
        };
        self.says_within(None, &within)
    }

    fn says_within(&self, subject: Option<&str>, within: &str) -> String {
        let account = self.account.as_deref();
        let operation = self.operation.as_deref().unwrap_or_default();
        let error = self.error.as_deref().unwrap_or_default();
        match self.reason {
            Reason::Denied => format!("{operation} was denied{within} ({error})"),
            Reason::BadCredentials => format!(
                "the credentials{} do not work ({error})",
                account.map_or_else(|| within.to_owned(), |id| format!(" for {id}"))
            ),
            Reason::NoCredentials if error == NO_CREDENTIALS => {
                format!("no credentials for {}", account.unwrap_or("an account"))
            }
            Reason::NoCredentials => format!(
                "could not sign in to {} ({error})",
                account.unwrap_or("an account")
            ),
            Reason::Stopped => "the run was stopped before all was asked".to_owned(),
            Reason::NoAnswer => match NoAnswer::of(error) {
                Some(NoAnswer::Throttled) => {
                    format!("{operation} was throttled{within} ({error})")
                }
                Some(NoAnswer::Deadline) => {
                    format!("the time limit was reached before {operation} was done{within}")
                }
                Some(NoAnswer::WithinAws) => {
                    format!("{operation} failed within AWS{within} ({error})")
                }
                Some(NoAnswer::Late | NoAnswer::Connection) | None => {
                    format!("{operation} has no answer{within} ({error})")
                }
            },
            Reason::NoOperation => format!("{operation} is not there{within} ({error})"),
            Reason::BadAnswer => format!("{operation}{within}: {}", bad_answer(error)),
            Reason::OtherAnswer => format!("{operation} answered {error}{within}"),
            Reason::NoRecoveryPoint => format!(
                "{} has no recovery point yet, so its source vault is not known",
                name(subject)
            ),
            Reason::PointsNotRead => format!(
                "whether {} has a recovery point was not read, so its source vault is not known",
                name(subject)
            ),
            Reason::NotNamed => operation.trim_start_matches("name ").to_owned() + " is not named",
            Reason::NotTold => match operation.strip_prefix("no call tells ") {
                Some(what) => format!("{NOT_TOLD} {what}"),
                None => operation.to_owned(),
            },
            Reason::LookUp | Reason::Contradiction => operation.to_owned(),
            Reason::NotUnderstood => not_understood(operation),
            Reason::Planned => "a planned value is not known yet".to_owned(),
            Reason::AccountNotRead => {
                format!(
                    "nothing was read of account {}",
                    account.unwrap_or_default()
                )
            }
            Reason::NotAsked => format!("{operation} was not read{within}"),
        }
    }

    /// What is missing, in a few words.
    #[must_use]
    pub fn brief(&self) -> String {
        let account = self.account.as_deref().unwrap_or("an account");
        let operation = self.operation.as_deref().unwrap_or_default();
        let call = part(operation, 1).unwrap_or(operation);
        match self.reason {
            Reason::Denied => format!("{call} denied"),
            Reason::AccountNotRead => format!("{account} not read"),
            Reason::NoCredentials => format!("no credentials for {account}"),
            Reason::BadCredentials => format!("credentials for {account}"),
            Reason::NotAsked => format!("{call} not read"),
            Reason::NoAnswer => format!("{call}: no answer"),
            Reason::NoOperation | Reason::BadAnswer | Reason::OtherAnswer => {
                format!("{call}: {}", self.word())
            }
            Reason::NoRecoveryPoint => "no recovery point yet".to_owned(),
            Reason::PointsNotRead => "recovery points not read".to_owned(),
            Reason::Planned => format!("planned: {operation}"),
            Reason::NotNamed => {
                let what = operation.trim_start_matches("name ");
                format!("{} not named", what.trim_end_matches(" in the copy"))
            }
            Reason::Stopped
            | Reason::NotTold
            | Reason::LookUp
            | Reason::Contradiction
            | Reason::NotUnderstood => self.word().to_owned(),
        }
    }

    /// A word for what is missing, as a check's id would be.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self.reason {
            Reason::Denied => "denied",
            Reason::BadCredentials => "credentials",
            Reason::NoCredentials => "no credentials",
            Reason::NoAnswer => "no answer",
            Reason::NoOperation => "no such operation",
            Reason::BadAnswer => "answer not whole",
            Reason::OtherAnswer => "AWS's answer",
            Reason::NoRecoveryPoint => "no recovery point",
            Reason::PointsNotRead => "not read",
            Reason::Stopped => "stopped",
            Reason::NotNamed => "not named",
            Reason::NotTold => "AWS has no API for it",
            Reason::LookUp => "not looked up",
            Reason::Contradiction => "facts disagree",
            Reason::NotUnderstood => "not understood",
            Reason::Planned => "planned",
            Reason::AccountNotRead | Reason::NotAsked => "not read",
        }
    }
}

/// The last part of a resource's ARN; of several none is named.
fn name(subject: Option<&str>) -> String {
    subject.map_or_else(
        || "a resource".to_owned(),
        |subject| {
            let name = subject.rsplit(['/', ':']).next().unwrap_or(subject);
            format!("`{name}`")
        },
    )
}

/// What was not understood, of a gap that bids somebody to say what it is, or names it.
fn not_understood(operation: &str) -> String {
    let Some(what) = operation.strip_prefix("say what ") else {
        return format!("{operation} is not known to this version");
    };
    match what.split_once(" is: ") {
        Some((what, why)) => format!("{what} is not understood: {why}"),
        None => format!(
            "{} is not known to this version",
            what.trim_end_matches(" is")
        ),
    }
}
