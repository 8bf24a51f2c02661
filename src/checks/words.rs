//! Phrases that several checks share.

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::{capabilities, cite, messages};
use crate::inventory::{Facts, Route};
use crate::known::{Arn, Fact, Gap};
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

/// What the catalog foretells, in the words of a verdict.
pub fn foretold(predicted: Option<messages::Predicted>) -> Option<Predicted> {
    predicted.map(|predicted| Predicted {
        category: predicted.category.map(messages::Category::as_str),
        message: Some(predicted.text),
    })
}

/// What is left where the service-linked role's own policy stands in the way.
pub const AWS_OWN: &str = "AWS sets that policy, and nobody else can change it";

/// Why what comes near does not allow it, to end a sentence with: the trap that somebody has stepped into, where one is
/// known.
pub fn because(near: &[Evidence]) -> String {
    let trap = near
        .iter()
        .find(|seen| seen.says.contains("its condition never holds"))
        .or_else(|| near.first());
    trap.map_or_else(String::new, |seen| format!(": {}", seen.says))
}

/// Which Deny it is, to end a sentence with: the statement, its conditions and what the call has of them.
pub fn denied_by(seen: &[Evidence]) -> String {
    let first = seen.first();
    first.map_or_else(String::new, |seen| format!(": {}", seen.says))
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
    facts.once(&NameOf(key.clone()), |NameOf(key), facts| {
        let aliases = facts.key_aliases(key).known().flatten();
        match aliases.and_then(|aliases| aliases.first()) {
            Some(alias) => format_smolstr!("`{}` ({key})", alias.trim_start_matches("alias/")),
            None => format_smolstr!("`{key}`"),
        }
    })
}

/// A key whose name many messages have.
#[derive(Clone, PartialEq, Eq, Hash)]
struct NameOf(Arn);

/// Undecided, as AWS's feature table does not have the resource type.
pub fn unlisted(name: &str) -> Outcome {
    let gap = Gap {
        operation: "backup:GetSupportedResourceTypes".to_owned(),
        subject: name.to_owned(),
        permission: "backup:GetSupportedResourceTypes".to_owned(),
        ..Gap::default()
    };
    Outcome::undecided(
        format!(
            "the resource type `{name}` is not in AWS Backup's feature table as of {}",
            cite::AS_OF
        ),
        [gap],
    )
}

/// Undecided, as the vault is of a type that the program does not know.
pub fn vault_of_unknown_type(vault: &Arn) -> Outcome {
    let gap = Gap {
        account: vault.account().map(|id| id.to_string()),
        region: vault.region().map(|region| region.to_string()),
        operation: "backup:DescribeBackupVault".to_owned(),
        subject: vault.to_string(),
        error: None,
        permission: "backup:DescribeBackupVault".to_owned(),
    };
    Outcome::undecided(
        "the vault is of a type that this program does not know",
        [gap],
    )
}
