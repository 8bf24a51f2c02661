//! Phrases that several checks share.

use jiff::Timestamp;

use smol_str::{SmolStr, format_smolstr};

use crate::authorization::{BackupRequest, denied_by};
use crate::catalog::messages::{self, MessageId};
use crate::catalog::{Crossing, Kind, RouteAnswer, capabilities, cite, regions, route};
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager, KindOf, Route, only_said};
use crate::known::{Arn, Fact, Gap, Region, near};
use crate::verdict::{Evidence, Need, Outcome, Predicted, Status};

/// Undecided, for want of one fact.
pub fn not_read(gap: Gap) -> Outcome {
    Outcome::undecided(gap.to_string(), [gap])
}

/// What no page says of actions that AWS's policies for backups have, and a role may not do.
pub fn backup_without(actions: &str, role: &Arn) -> Gap {
    let what = format!("whether a backup is made by a role that may not do {actions}");
    Gap::not_told(what, role.as_str()).where_is(role)
}

/// What no page says of a key that a role may not use.
pub fn copy_without(actions: &str, role: &Arn, key: &Arn) -> Gap {
    let name = role.name();
    let what = format!("whether a copy by the role `{name}` is made without {actions}");
    Gap::not_told(what, key.as_str()).where_is(role)
}

/// What fails by silence alone, as undecided: no page says of AWS Backup what the owning service's pages say of their callers.
pub fn open_where_silent(found: Outcome, what: &str, key: &Arn) -> Outcome {
    let is_deny = |need: &Need| matches!(need, Need::Lift(_));
    if found.status != Status::Fail
        || found.needed().is_empty()
        || found.needed().iter().any(is_deny)
    {
        return found;
    }
    let gap = Gap::not_told(what, key.as_str()).where_is(key);
    let message = format!(
        "{}, and within an account that role makes the copy",
        found.message
    );
    Outcome::undecided(message, [gap]).saw(found.evidence)
}

/// Why these are asked of a backup, of which no page says that it is not made without.
pub fn taken_by_backups(asked: &[BackupRequest]) -> &'static str {
    let of_tags = asked.iter().filter(|asked| asked.is_of_own_tag()).count();
    if of_tags == asked.len() {
        "which sets the tag that AWS Backup puts on what it makes, `aws:backup:source-resource`"
    } else if of_tags == 0 && asked.iter().all(|asked| asked.denies_alone) {
        "by which AWS's page on encryption has the resource read with its key"
    } else {
        "which AWS's policies for backups have"
    }
}

/// What no page says of a backup that is copied on demand, and that a role may not make.
pub fn backed_up_by_another(actions: &str, role: &Arn) -> Gap {
    let name = role.name();
    let what =
        format!("whether another role than `{name}`, which is denied {actions}, makes the backup");
    Gap::not_told(what, role.as_str()).where_is(role)
}

/// The question does not arise within one account.
pub fn same_account() -> Outcome {
    Outcome::not_applicable("the copy stays in its account")
}

/// The question does not arise where backups of the kind are not copied at all: another check says so, and what helps.
pub fn copied(copy: &Route) -> Result<(), Outcome> {
    match copy.kind.agreed(|kind| capabilities(kind).is_copyable()) {
        Fact::Known(Some(false)) => Err(Outcome::not_applicable(
            "backups of this kind are not copied at all",
        )),
        Fact::Known(Some(true) | None) | Fact::Unknown(_) => Ok(()),
    }
}

/// The customer managed key that something is on; without one, its policy is not asked.
pub fn customer_key<'a>(
    whose: &str,
    encrypted: &'a EncryptedWith,
    facts: &Facts<'_>,
) -> Result<&'a Arn, Outcome> {
    let not = |what| Err(Outcome::not_applicable(format!("{whose}{what}")));
    match encrypted {
        EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey => not(" has no customer managed key"),
        EncryptedWith::Key(key) => match facts.key_manager(key) {
            Fact::Known(Some(KeyManager::Customer)) => Ok(key),
            Fact::Known(Some(KeyManager::Aws)) => not(" has no customer managed key"),
            Fact::Known(None) => not("'s key does not exist"),
            Fact::Unknown(gap) => Err(not_read(*gap)),
        },
    }
}

/// The question does not arise without a vault to ask it of.
pub fn no_destination_vault() -> Outcome {
    Outcome::not_applicable("the destination vault does not exist")
}

/// What holds of all kinds that the copy may be of; undecided where AWS's feature table does not have the type.
pub fn listed<T>(of_kinds: Fact<Option<T>>, copy: &Route) -> Result<T, Outcome> {
    match of_kinds {
        Fact::Known(Some(row)) => Ok(row),
        Fact::Known(None) => Err(unlisted(&copy.type_name())),
        Fact::Unknown(gap) => Err(not_read(*gap)),
    }
}

/// What is found of the destination vault's key, in view of what the copy is encrypted with. Copies of unencrypted Aurora, DocumentDB
/// and Neptune stay so, and no page says whether AWS Backup looks at the vault's key for them all the same.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html#copy-encryption>.
pub fn unless_unencrypted(found: Outcome, copy: &Route) -> Outcome {
    if found.status != Status::Fail || copy.copy_key != Fact::Known(EncryptedWith::Nothing) {
        return found;
    }
    let vault = &copy.endpoints.destination_vault;
    let what = "whether AWS Backup looks at the vault's key for a copy that stays unencrypted";
    let gap = Gap::not_told(what, vault.as_str()).where_is(vault);
    let message = format!(
        "{}; the copy stays unencrypted, and no page says whether that stops it",
        found.message
    );
    Outcome::undecided(message, [gap]).saw(found.evidence)
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

/// A backup that is not copied, and what to do instead.
pub fn no_copy(copy: &Copy, reason: String, instead: &str) -> Outcome {
    Outcome::fail(reason.clone())
        .nothing_helps(instead)
        .saw([Evidence::of(copy.subject(), reason)])
}

/// The kinds that the backup may be of, where that is known of it.
pub fn kinds_of(copy: &Route) -> Result<&[Kind], Outcome> {
    match &copy.kind {
        KindOf::Known(_) | KindOf::OneOf(..) => Ok(copy.kind.kinds()),
        KindOf::Unlisted(name) => Err(unlisted(name)),
        KindOf::Unknown(gap) => Err(not_read((**gap).clone())),
    }
}

/// What AWS's tables say of a route for the kind of the backup. Where it may be of several, it is said of one of them, if they
/// agree.
pub fn table_answer(
    copy: &Route,
    crossing: &Crossing,
    into_lagv: bool,
) -> Result<(Kind, RouteAnswer), Outcome> {
    let mut answers = kinds_of(copy)?
        .iter()
        .map(|kind| (*kind, route(*kind, crossing, into_lagv)));
    let first = answers.next();
    let (kind, first) = first.ok_or_else(|| unlisted(&copy.type_name()))?;
    match &copy.kind {
        KindOf::OneOf(_, gap)
            if answers.any(|(_, other)| other.is_supported() != first.is_supported()) =>
        {
            Err(not_read((**gap).clone()))
        }
        KindOf::OneOf(..) | KindOf::Known(_) | KindOf::Unlisted(_) | KindOf::Unknown(_) => {
            Ok((kind, first))
        }
    }
}

/// AWS's message of this id, where it is a literal.
pub fn status_message(id: MessageId) -> Option<Predicted> {
    foretold(messages::predict(id))
}

/// AWS's message for backups of the kind that is copied.
pub fn status_message_of(
    copy: &Route,
    of_kind: impl Fn(Kind) -> Option<messages::Predicted>,
) -> Option<Predicted> {
    // Messages of two kinds differ only with the kinds.
    foretold(copy.kind.agreed(of_kind).known().flatten().flatten())
}

/// The vault of the same account and Region that was meant in place of one that is not there, to end a sentence with.
pub fn vault_meant(vault: &Arn, facts: &Facts<'_>) -> String {
    let meant = only_said(|| facts.vault_meant(vault));
    hint(meant.as_ref().map(|meant| meant.name()))
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
    let spelled = near::name_meant(role.name(), there.iter().map(|other| other.name()));
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
pub const NO_EXCEPTION_DOES: &str = "take each Deny away, or let the account that owns the key pass it by a condition on aws:PrincipalAccount (RDS says that a copy may fail where only the caller is excepted)";

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

/// What a check goes on with, or ends with.
pub trait Settle {
    /// What it goes on with.
    type Value;
    /// That, or the outcome of the check.
    fn settle(self) -> Result<Self::Value, Outcome>;
}

impl<T> Settle for Fact<T> {
    type Value = T;
    fn settle(self) -> Result<T, Outcome> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unknown(gap) => Err(not_read(*gap)),
        }
    }
}

impl<T> Settle for Result<T, Outcome> {
    type Value = T;
    fn settle(self) -> Self {
        self
    }
}

/// The value of a fact, or out of the check with what is missing.
macro_rules! known {
    ($fact:expr) => {
        match $crate::checks::words::Settle::settle($fact) {
            Ok(value) => value,
            Err(outcome) => return outcome,
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
