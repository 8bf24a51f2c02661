//! What to do about a gap, in a line, and which gaps have one cause.

use std::collections::BTreeSet;

use crate::catalog::calls::api_call;
use crate::catalog::regions;
use crate::inventory::Facts;
use crate::known::{AccountId, Arn, ByHand, Gap};

/// How the facts came, as far as it says what to do about those that did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Whether AWS was asked, and not files alone.
    pub live: bool,
    /// The account of the destination, where nobody gave credentials for it.
    pub without_credentials: BTreeSet<AccountId>,
    /// The vaults that were found, for who must name one.
    pub vaults: BTreeSet<Arn>,
}

impl Reading {
    /// The same without what tells a run from its recording: both give one report.
    #[must_use]
    pub fn recorded(&self) -> Self {
        Self {
            vaults: self.vaults.clone(),
            ..Self::default()
        }
    }

    /// The same, with the vaults that were found.
    #[must_use]
    pub fn with_vaults(mut self, facts: &Facts<'_>) -> Self {
        self.vaults
            .extend(facts.vaults_found().into_iter().cloned());
        self
    }
}

/// What kind of thing left a fact unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The caller may not.
    Denied,
    /// The credentials are expired, or AWS does not know them.
    BadCredentials,
    /// There were none for the account.
    NoCredentials,
    /// No answer in time, or AWS was asked too often.
    NoAnswer,
    /// The endpoint or the Region does not have the operation.
    NoOperation,
    /// The answer lacks what the operation always returns, or cannot be read.
    BadAnswer,
    /// AWS answered something else.
    OtherAnswer,
    /// The resource has no recovery point yet, so its vault is not known.
    NoRecoveryPoint,
    /// The copy does not say it.
    NotNamed,
    /// No call of AWS tells it.
    NotTold,
    /// A call tells it that this program does not make.
    LookUp,
    /// The facts contradict each other.
    Contradiction,
    /// A document says what is not known.
    NotUnderstood,
    /// A change is planned and not made yet.
    Planned,
    /// Nobody asked.
    NotAsked,
}

impl Reason {
    /// That of a gap.
    #[must_use]
    pub fn of(gap: &Gap, reading: &Reading) -> Self {
        if let Some(error) = &gap.error {
            return Self::of_error(error);
        }
        if let Some(hand) = gap.hand() {
            return match hand {
                ByHand::Name => Self::NotNamed,
                ByHand::NotTold => Self::NotTold,
                ByHand::NotAsked => Self::LookUp,
                ByHand::Contradiction => Self::Contradiction,
                ByHand::NotUnderstood => Self::NotUnderstood,
                ByHand::Planned => Self::Planned,
            };
        }
        if gap.api_call() == Some(api_call!("backup:ListRecoveryPointsByResource")) {
            return Self::NoRecoveryPoint;
        }
        let account = gap
            .account
            .as_deref()
            .and_then(|id| AccountId::parse(id).ok());
        if account.is_some_and(|id| reading.without_credentials.contains(&id)) {
            return Self::NoCredentials;
        }
        Self::NotAsked
    }

    fn of_error(error: &str) -> Self {
        const CREDENTIALS: &[&str] = &[
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "InvalidAccessKeyId",
            "AuthFailure",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "RequestExpired",
            "NoCredentials",
            "InvalidToken",
        ];
        const NO_ANSWER: &[&str] = &[
            "Timeout",
            "NoConnection",
            "NoCredentialsOrConnection",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "SlowDown",
            "InternalFailure",
            "InternalServerError",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "InternalError",
            "RequestTimeout",
            "Deadline",
        ];
        const NO_OPERATION: &[&str] = &[
            "UnknownOperationException",
            "InvalidAction",
            "NotImplemented",
            "UnsupportedOperation",
            "UnsupportedOperationException",
            "HTTP 404",
            "HTTP 501",
            "NotImplementedException",
            "UnknownOperation",
        ];
        let starts = |words: &[&str]| words.iter().any(|word| error.starts_with(word));
        let is_in = |words: &[&str]| words.contains(&error);
        if starts(&[
            "AccessDenied",
            "AuthorizationError",
            "UnauthorizedOperation",
            "NotAuthorized",
            "UnauthorizedException",
        ]) {
            Self::Denied
        } else if starts(&["ExpiredToken"]) || is_in(CREDENTIALS) {
            Self::BadCredentials
        } else if starts(&["Throttl", "HTTP 5"]) && error != "HTTP 501" || is_in(NO_ANSWER) {
            Self::NoAnswer
        } else if is_in(NO_OPERATION) {
            Self::NoOperation
        } else if starts(&[
            "UnreadableAnswer",
            "EndlessList",
            "the answer",
            "lacks",
            "Lacks",
        ]) || error.contains(" lacks ")
        {
            Self::BadAnswer
        } else {
            Self::OtherAnswer
        }
    }

    /// Whether a permission is what is missing, or may be.
    const fn is_of_permission(self) -> bool {
        matches!(self, Self::Denied | Self::NotAsked | Self::NoCredentials)
    }
}

/// The permission that would settle a gap; `None` where a permission is not what is missing.
#[must_use]
pub fn permission<'g>(gap: &'g Gap, reading: &Reading) -> Option<&'g str> {
    let wanted = Reason::of(gap, reading).is_of_permission();
    gap.permission().filter(|_| wanted)
}

/// What to do about a gap.
#[must_use]
pub fn settle(gap: &Gap, reading: &Reading) -> String {
    let account = gap.account.as_deref().unwrap_or("the account");
    let (operation, subject) = (gap.operation(), &gap.subject);
    let error = gap.error.as_deref().unwrap_or_default();
    match Reason::of(gap, reading) {
        Reason::Denied => {
            let permission = gap.permission().unwrap_or(operation);
            format!("give the role that reads {account} {permission} on {subject}")
        }
        Reason::BadCredentials => {
            format!("renew the credentials for {account}: AWS answered {error}")
        }
        Reason::NoCredentials => {
            format!("give --destination-profile or --destination-role-arn for {account}")
        }
        Reason::NoAnswer => {
            format!("run it again, with a longer --timeout: {operation} answered {error}")
        }
        Reason::NoOperation => {
            format!(
                "{operation} answered {error}: this endpoint or Region does not have it; give the fact with --inventory FILE"
            )
        }
        Reason::BadAnswer => {
            format!(
                "{operation} on {subject} answered, but not whole ({error}); give the fact with --inventory FILE"
            )
        }
        Reason::OtherAnswer => format!(
            "{operation} on {subject} answered {error}; run it again, or give the fact with --inventory FILE"
        ),
        Reason::NoRecoveryPoint => source_vault(gap, reading),
        Reason::NotNamed => format!("{operation} `{subject}`"),
        Reason::NotTold => {
            let what = gap.untold().unwrap_or(operation);
            format!("no call of AWS tells {what}: look at {subject} yourself")
        }
        Reason::LookUp | Reason::Contradiction => format!("{operation} ({subject})"),
        Reason::NotUnderstood => {
            let what = not_understood(operation);
            format!("{what} ({subject}): correct it, or take it out")
        }
        Reason::Planned => match subject.split_once(": give --") {
            Some((what, flag)) => format!("give --{flag} ({what})"),
            None => format!("{operation} settles it: {subject}"),
        },
        Reason::NotAsked if reading.live => {
            format!("{operation} on {subject} was not asked: give credentials that may call it")
        }
        Reason::NotAsked => match command(gap, reading) {
            Some(command) => format!("put into the inventory what this prints: {command}"),
            None => format!("read {operation} on {subject}, with --live or into the inventory"),
        },
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
        .find(|vault| !matches!(vault.name(), "Default" | "automatic-backup-vault"));
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

/// The `aws` command that reads a fact.
fn command(gap: &Gap, reading: &Reading) -> Option<String> {
    let subject = &gap.subject;
    let arn = Arn::parse(subject).ok();
    let name = arn.as_ref().map_or(&**subject, Arn::name);
    let of = match gap.operation() {
        "kms:DescribeKey" => format!("kms describe-key --key-id {subject}"),
        "kms:GetKeyPolicy" => {
            format!("kms get-key-policy --policy-name default --key-id {subject}")
        }
        "kms:ListGrants" => format!("kms list-grants --key-id {subject}"),
        "backup:DescribeBackupVault" => {
            format!("backup describe-backup-vault --backup-vault-name {name}")
        }
        "backup:GetBackupVaultAccessPolicy" => {
            format!("backup get-backup-vault-access-policy --backup-vault-name {name}")
        }
        "backup:DescribeRegionSettings" => "backup describe-region-settings".to_owned(),
        "backup:DescribeGlobalSettings" => "backup describe-global-settings".to_owned(),
        "iam:GetRole" => format!("iam get-role --role-name {name}"),
        "organizations:DescribeOrganization" => "organizations describe-organization".to_owned(),
        "rds:DescribeDBInstances" => {
            format!("rds describe-db-instances --db-instance-identifier {subject}")
        }
        "rds:DescribeDBClusters" => {
            format!("rds describe-db-clusters --db-cluster-identifier {subject}")
        }
        "fsx:DescribeDataRepositoryAssociations" => {
            format!(
                "fsx describe-data-repository-associations --filters Name=file-system-id,Values={name}"
            )
        }
        "dynamodb:DescribeTable" => format!("dynamodb describe-table --table-name {name}"),
        "ec2:DescribeVolumes" => format!("ec2 describe-volumes --volume-ids {name}"),
        "ec2:DescribeInstances" => format!("ec2 describe-instances --instance-ids {name}"),
        _ => return None,
    };
    // What is pasted is made of names that need no quotes.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/+=,@ ".contains(c);
    if !of.chars().all(plain) {
        return None;
    }
    // The settings of an organization are asked for in a Region, as whatever AWS Backup is asked: any will do.
    let anywhere = of.starts_with("backup ").then(|| {
        let partition = reading.vaults.iter().next().map(Arn::partition);
        regions::home(partition.map_or("aws", |partition| partition.as_str())).to_string()
    });
    let region = gap.region.clone().or(anywhere);
    let region = region.map_or_else(String::new, |region| format!(" --region {region}"));
    Some(format!("aws {of}{region}"))
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
        let of_account = matches!(reason, Reason::NoCredentials | Reason::BadCredentials);
        Self {
            reason,
            account: gap.account.clone(),
            operation: (!of_account).then(|| gap.operation().to_owned()),
            error: gap.error.clone(),
        }
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
        let within = account.map_or_else(String::new, |id| format!(" in {id}"));
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
            Reason::NoCredentials => {
                format!("no credentials for {}", account.unwrap_or("an account"))
            }
            Reason::NoAnswer => format!("{operation} has no answer{within} ({error})"),
            Reason::NoOperation => format!("{operation} is not there{within} ({error})"),
            Reason::BadAnswer => {
                format!("the answer of {operation}{within} is not whole ({error})")
            }
            Reason::OtherAnswer => format!("{operation} answered {error}{within}"),
            Reason::NoRecoveryPoint => {
                let name = subject.map_or("a resource", |subject| {
                    subject.rsplit(['/', ':']).next().unwrap_or(subject)
                });
                format!("`{name}` has no recovery point yet, so its source vault is not known")
            }
            Reason::NotNamed => operation.trim_start_matches("name ").to_owned() + " is not named",
            Reason::NotTold => match operation.strip_prefix("no call tells ") {
                Some(what) => format!("AWS tells nobody {what}"),
                None => operation.to_owned(),
            },
            Reason::LookUp | Reason::Contradiction => operation.to_owned(),
            Reason::NotUnderstood => not_understood(operation),
            Reason::Planned => format!("it waits for: {operation}"),
            Reason::NotAsked => format!("{operation} was not read{within}"),
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
            Reason::NotNamed => "not named",
            Reason::NotTold => "not told by AWS",
            Reason::LookUp => "to be looked up",
            Reason::Contradiction => "facts disagree",
            Reason::NotUnderstood => "not understood",
            Reason::Planned => "planned",
            Reason::NotAsked => "not read",
        }
    }
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
