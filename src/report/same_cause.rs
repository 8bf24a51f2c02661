//! Which gaps have one cause, and what is missing, in a clause.

use std::borrow::Cow;

use crate::known::{Gap, NoAnswer, part};

use super::planned;
use super::reading::Reading;
use super::reason::{NO_CREDENTIALS, Reason};

/// What stands before what no call tells.
pub(super) const NOT_TOLD: &str = "no AWS API returns";

/// What stands before two facts that contradict each other.
const WHICH_IS_RIGHT: &str = "say which is right: ";

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
        let operation = self.operation.as_deref().map(|operation| {
            let facts = operation.strip_prefix(WHICH_IS_RIGHT);
            let facts = facts.filter(|_| self.reason == Reason::Contradiction);
            // What stands behind the two facts is of one account.
            match facts.and_then(|facts| facts.split_once(": ")) {
                Some((facts, _)) => format!("{WHICH_IS_RIGHT}{facts}"),
                None => operation.to_owned(),
            }
        });
        Self {
            account: None,
            operation,
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
            Reason::LookUp => operation.to_owned(),
            Reason::Contradiction => match operation.strip_prefix(WHICH_IS_RIGHT) {
                Some(facts) => {
                    let of = subject.map(|subject| format!(" of {}", name(Some(subject))));
                    let of = of.unwrap_or_else(|| within.to_owned());
                    format!("say which is right{of}: {facts}")
                }
                None => operation.to_owned(),
            },
            Reason::NotUnderstood => not_understood(operation),
            Reason::Planned => "a planned value is not known yet".to_owned(),
            Reason::ChangeFails => subject.map_or_else(
                || "the change cannot be made as it is".to_owned(),
                |subject| planned::open(subject).to_owned(),
            ),
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
            Reason::ChangeFails => format!("{operation} fails"),
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
            Reason::ChangeFails => "change fails",
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
pub(super) fn not_understood(operation: &str) -> String {
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

/// What is wrong with an answer, in a clause.
pub(super) fn bad_answer(error: &str) -> Cow<'_, str> {
    match error {
        "UnreadableAnswer" => "the answer cannot be read".into(),
        "EndlessList" | "RepeatedPage" => "the list does not end".into(),
        said if said.starts_with("the answer") => said.into(),
        other => format!("the answer {other}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::ByHand;

    #[test]
    fn a_change_that_cannot_be_made_is_not_a_value_that_is_not_known_yet() {
        let cause = |subject: &str| {
            let gap = Gap::by_hand(ByHand::Planned, "terraform apply", subject);
            let cause = SameCause::of(&gap, &Reading::default());
            (cause.word(), cause.says(Some(subject)))
        };
        assert_eq!(
            cause("plan.json: r is there already: fix it: import it"),
            ("change fails", "plan.json: r is there already".to_owned())
        );
        assert_eq!(
            cause("aws_kms_key.a.policy"),
            ("planned", "a planned value is not known yet".to_owned())
        );
    }
}
