//! Phrases that several checks share.

use jiff::Timestamp;

use smol_str::{SmolStr, format_smolstr};

use crate::authorization::denied_by;
use crate::catalog::{capabilities, cite, messages, regions};
use crate::inventory::{Facts, Route};
use crate::known::{Arn, Fact, Gap, Region, near};
use crate::verdict::{Evidence, Outcome, Predicted};

/// Undecided, for want of one fact.
pub fn not_read(gap: Gap) -> Outcome {
    Outcome::undecided(gap.to_string(), [gap])
}

/// The question does not arise within one account.
pub fn same_account() -> Outcome {
    Outcome::not_applicable("the copy stays in its account")
}

/// The question does not arise where backups of the kind are not copied at all: another check says so, and what helps.
pub fn never_copied(copy: &Route) -> Option<Outcome> {
    let copied = copy.kind.agreed(|kind| capabilities(kind).is_copyable());
    (copied == Fact::Known(Some(false)))
        .then(|| Outcome::not_applicable("backups of this kind are not copied at all"))
}

/// The question does not arise without a vault to ask it of.
pub fn no_destination_vault() -> Outcome {
    Outcome::not_applicable("the destination vault does not exist")
}

/// What holds of all kinds that the copy may be of.
pub fn agreed<T>(of_kinds: Fact<Option<T>>) -> Option<T> {
    of_kinds.known().flatten()
}

/// The account of a role, for people.
pub fn account_of(role: &Arn) -> String {
    role.account()
        .map_or_else(|| "?".to_owned(), |id| id.to_string())
}

/// What the catalog foretells, in the words of a verdict.
pub fn foretold(predicted: Option<messages::Predicted>) -> Option<Predicted> {
    predicted.map(|predicted| Predicted {
        category: predicted.category.map(messages::Category::as_str),
        message: Some(predicted.text),
    })
}

/// The vault of the same account and Region that was meant in place of one that is not there, to end a sentence with.
pub fn vault_meant(vault: &Arn, facts: &Facts<'_>) -> String {
    let there = vault
        .account()
        .zip(vault.region())
        .map(|(account, region)| facts.vaults_found_in(account, &region));
    let names = there.iter().flatten().map(|arn| arn.name());
    hint(near::meant(vault.name(), names))
}

/// The Region that was meant in place of one that nobody knows.
pub fn region_meant(region: &Region) -> String {
    let known: Vec<Region> = regions::known().collect();
    if known.contains(region) {
        return String::new();
    }
    let names = known.iter().map(Region::as_str);
    hint(near::meant(region.as_str(), names))
}

/// The role of the account that was meant in place of one that is not there: of the same name by another path, or one
/// that is spelled nearly so.
pub fn role_meant(role: &Arn, facts: &Facts<'_>) -> String {
    let there = role.account().map(|account| facts.roles_found(account));
    let there = there.unwrap_or_default();
    let named = there.iter().find(|other| other.name() == role.name());
    let spelled = near::meant(role.name(), there.iter().map(|other| other.name()));
    let by_name = |name: &str| there.iter().find(|other| other.name() == name);
    let meant = named.or_else(|| spelled.and_then(by_name));
    hint(meant.map(|arn| arn.as_str()))
}

fn hint(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"))
}

/// A Deny of a key's policy that excepts the caller, for the databases of which RDS says that copies may fail all the same.
pub fn may_be_denied_all_the_same(name: &str, who: &str, seen: Vec<Evidence>) -> Outcome {
    Outcome::warn(format!(
        "the policy of the backup's key {name} has a Deny that only an exception keeps off {who}: RDS says that a copy may fail all the same, unless a condition lets the account in that owns the key{}",
        denied_by(&seen)
    ))
    .saw(seen)
}

/// What is left where an exception from a Deny may not do: see [`may_be_denied_all_the_same`].
pub const NO_EXCEPTION_DOES: &str = "take the Deny away, or let the account that owns the key pass it by a condition on aws:PrincipalAccount: RDS says that a copy may fail where only the caller is excepted";

/// A KMS key for people: its alias where one is known, and its ARN.
pub fn key_name(key: &Arn, facts: &Facts<'_>) -> SmolStr {
    let aliases = facts.key_aliases(key).known().flatten();
    match aliases.and_then(|aliases| aliases.first()) {
        Some(alias) => format_smolstr!("`{}` ({key})", alias.trim_start_matches("alias/")),
        None => format_smolstr!("`{key}`"),
    }
}

/// Undecided, as AWS's feature table does not have the resource type.
pub fn unlisted(name: &str) -> Outcome {
    let gap = Gap::not_told("whether backups of this type are copied", name);
    Outcome::undecided(
        format!(
            "the resource type `{name}` is not in AWS Backup's feature table as of {}",
            cite::AS_OF
        ),
        [gap],
    )
}

/// The value of a fact, or out of the check with what is missing.
macro_rules! known {
    ($fact:expr) => {
        match $fact {
            $crate::known::Fact::Known(value) => value,
            $crate::known::Fact::Unknown(gap) => return $crate::checks::words::not_read(*gap),
        }
    };
}
pub(super) use known;

/// A moment, in milliseconds since 1970, as RFC 3339 text.
pub fn date(moment: i128) -> String {
    let moment = i64::try_from(moment).ok();
    let moment = moment.and_then(|moment| Timestamp::from_millisecond(moment).ok());
    moment.map_or_else(|| "an unknown time".to_owned(), |at| at.to_string())
}

/// A vault in a state that AWS's pages do not have.
pub fn in_another_state(vault: &Arn, state: &str) -> Outcome {
    let gap = Gap::not_told(
        format!("what a vault that is {state} takes"),
        vault.as_str(),
    );
    Outcome::undecided(
        format!(
            "the vault `{}` is {state}, and no page says what that is",
            vault.name()
        ),
        [gap.where_is(vault)],
    )
}
