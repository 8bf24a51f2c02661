//! A resource on an AWS managed key, moved to a customer managed one: by the owning service's own commands.

use std::collections::HashSet;

use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use super::RemedyKind;
use super::command::{option, region, rotate, statements_from_here, unless_there};
use super::draft::Draft;
use super::onwards::{Anew, Onwards};
use crate::inventory::{Copy, Facts, KindOf};
use crate::known::{Arn, Fact, HashMap};

/// The new keys, each for all resources of its place: by the place, and whom they are shared with.
#[derive(Default)]
pub struct Keys {
    keys: HashMap<(String, Vec<Arn>), Key>,
    /// The aliases that are given, by the place.
    aliases: HashSet<(String, String)>,
}

/// A key that resources are encrypted with anew.
struct Key {
    /// Its alias; `None` where the place is none that an ARN could name.
    alias: Option<Arn>,
    /// Finds it by its alias, and keeps its ARN in `$KEY`.
    found: SmolStr,
    /// Creates it; `None` where it is there.
    draft: Option<Draft>,
}

impl Keys {
    /// The key that takes the place of another, shared with principals.
    fn of(&mut self, key: &Arn, with: &[&Arn], facts: &Facts<'_>) -> &Key {
        let place = key.as_str().strip_suffix(key.resource());
        let place = place.unwrap_or_default().to_owned();
        let of = (place.clone(), with.iter().map(|it| (*it).clone()).collect());
        let aliases_given = &mut self.aliases;
        self.keys.entry(of).or_insert_with(|| {
            let policy = own_key_policy(key, with.iter().copied());
            let had = aliases(with).find_map(|alias| {
                let is_given = aliases_given.contains(&(place.clone(), alias.clone()));
                let had = Had::of(key, &alias, &policy, facts);
                (!is_given && had != Had::Taken).then_some((alias, had))
            });
            let (alias, had) = had.unwrap_or((String::new(), Had::Taken));
            aliases_given.insert((place.clone(), alias.clone()));
            let arn = Arn::parse(&format!("{place}{alias}")).ok();
            let draft = arn.as_ref().filter(|_| had == Had::Free);
            Key {
                draft: draft.map(|arn| create(key, arn, &alias, &policy)),
                found: found(key, &alias),
                alias: arn,
            }
        })
    }

    /// The remedies that create those that are not there.
    pub fn into_drafts(self) -> impl Iterator<Item = Draft> {
        self.keys.into_values().filter_map(|key| key.draft)
    }
}

/// The names for a key that is shared with the accounts of some principals: the first, and those after it.
fn aliases(with: &[&Arn]) -> impl Iterator<Item = String> {
    /// An alias has 256 characters at most.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html>.
    const NAMED: usize = 15;
    let mut accounts: Vec<String> = with
        .iter()
        .filter_map(|principal| principal.account())
        .map(|account| format!("-{account}"))
        .collect();
    accounts.dedup();
    accounts.truncate(NAMED);
    let name = format!("alias/re-encrypted-backups{}", accounts.concat());
    (1_usize..).map(move |number| match number {
        1 => name.clone(),
        _ => format!("{name}-{number}"),
    })
}

/// Whether a new key can have an alias.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Had {
    /// No key that was read has it.
    Free,
    /// A key has it that is as the new one would be: an earlier run has made it.
    There,
    /// Another key has it.
    Taken,
}

impl Had {
    fn of(like: &Arn, alias: &str, policy: &Value, facts: &Facts<'_>) -> Self {
        let (Some(account), Some(region)) = (like.account(), like.region()) else {
            return Self::Free;
        };
        let there = facts.keys_with_alias(account, &region, alias);
        let is_as_new = |key: &Arn| {
            let its = facts.key_policy(key).known().flatten();
            its.is_some_and(|its| its.to_value() == *policy)
                && facts.key_state(key) == Fact::Known(Some("Enabled"))
        };
        if there.is_empty() {
            Self::Free
        } else if there.into_iter().all(is_as_new) {
            Self::There
        } else {
            Self::Taken
        }
    }
}

/// Keeps the ARN of the key with an alias in `$KEY`.
fn found(like: &Arn, alias: &str) -> SmolStr {
    format_smolstr!(
        "KEY=$(aws kms describe-key{} {} --query KeyMetadata.Arn --output text)",
        region(like.region().as_ref()),
        option("--key-id", alias)
    )
}

/// A key is created, unless one has its alias by then.
fn create(like: &Arn, arn: &Arn, alias: &str, policy: &Value) -> Draft {
    let name = alias.trim_start_matches("alias/");
    let title =
        format!("create a customer managed key for re-encrypted backups, with the alias `{name}`");
    let mut draft = Draft::new(RemedyKind::CreateKey, arn, title);
    let flag = region(like.region().as_ref());
    draft.remedy.account = like.account();
    draft.remedy.commands = vec![format_smolstr!(
        "{}",
        unless_there(
            &format!(
                "aws kms list-aliases{flag} {} --output text",
                option(
                    "--query",
                    &format!("Aliases[?AliasName=='{alias}'].TargetKeyId")
                )
            ),
            &format!(
                "{}\naws kms create-alias{flag} {} --target-key-id \"${{KEY:?}}\"",
                made(like, policy, "re-encrypted backups"),
                option("--alias-name", alias)
            )
        )
    )];
    draft
}

/// Whom the new key of a resource is shared with, by the resource: all of its backups will be on it, wherever they are copied to.
#[derive(Default)]
pub struct Shared<'a>(HashMap<&'a Arn, Vec<&'a Arn>>);

impl<'a> Shared<'a> {
    /// What copies want of the keys of their backups.
    pub fn of(wanted: impl Iterator<Item = (&'a Copy, &'a Arn)>) -> Self {
        let mut all: HashMap<&Arn, Vec<&Arn>> = HashMap::default();
        for (copy, principal) in wanted {
            if let Fact::Known(Some(resource)) = &copy.resource {
                all.entry(resource).or_default().push(principal);
            }
        }
        for principals in all.values_mut() {
            principals.sort_unstable();
            principals.dedup();
        }
        Self(all)
    }

    fn with(&self, resource: &Arn) -> &[&'a Arn] {
        self.0.get(resource).map_or(&[], Vec::as_slice)
    }
}

/// The resource is encrypted anew. `None` where it is not known what it is.
pub fn draft(
    copy: &Copy,
    key: &Arn,
    shared: &Shared<'_>,
    keys: &mut Keys,
    facts: &Facts<'_>,
) -> Option<Draft> {
    if copy.copy_of.is_some() {
        // The backup has the key of the vault that it lies in, whatever the resource is encrypted with.
        return None;
    }
    let resource = copy.resource.as_ref().known()?.as_ref()?;
    let KindOf::Known(kind) = copy.route().kind else {
        return None;
    };
    let way = Anew::of(kind)?;
    let title = format!(
        "encrypt `{}` with a customer managed key: new snapshot, restored under a new name",
        resource.name()
    );
    let mut draft = Draft::new(RemedyKind::ReEncrypt, resource, title);
    draft.remedy.account = resource.account().or(key.account());
    let key = keys.of(key, shared.with(resource), facts);
    draft.remedy.commands = vec![key.found.clone()];
    draft.takes = key.draft.as_ref().and(key.alias.clone());
    draft.remedy.onwards = Onwards::ReEncrypt {
        way,
        resource: resource.clone(),
    };
    Some(draft)
}

/// Makes a key in the account and Region of another, shared with principals and rotated, and keeps its ARN in `$KEY`.
pub fn create_key<'a>(
    like: &Arn,
    share_with: impl IntoIterator<Item = &'a Arn>,
    what: &str,
) -> SmolStr {
    made(like, &own_key_policy(like, share_with), what)
}

fn made(like: &Arn, policy: &Value, what: &str) -> SmolStr {
    let flag = region(like.region().as_ref());
    format_smolstr!(
        "KEY=$(aws kms create-key{flag} {} --query KeyMetadata.Arn --output text --policy {}\n)\n{}",
        option("--description", what),
        statements_from_here(policy),
        rotate(&flag)
    )
}

/// The policy of a key of the account that an ARN names: the account itself may do everything, and these principals what
/// a copy out of it takes.
#[must_use]
pub fn own_key_policy<'a>(like: &Arn, share_with: impl IntoIterator<Item = &'a Arn>) -> Value {
    let root = like
        .account()
        .map(|id| format!("arn:{}:iam::{id}:root", like.partition()));
    let policy = super::patch::add_statements(
        None,
        &root
            .map(|root| {
                serde_json::json!({
                    "Sid": "Enable IAM User Permissions",
                    "Effect": "Allow",
                    "Principal": {"AWS": root},
                    "Action": "kms:*",
                    "Resource": "*",
                })
            })
            .into_iter()
            .collect::<Vec<_>>(),
    );
    let shares: Vec<_> = share_with
        .into_iter()
        .map(|principal| {
            let actions = vec![
                "kms:CreateGrant",
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
            ];
            (principal.clone(), actions)
        })
        .collect();
    let statements = super::statement::of_key(Some(&policy), &shares);
    super::patch::add_statements(Some(&policy), &statements)
}
