//! What AWS would refuse is no remedy: the rules that a change must keep before the checks are asked about it.

use std::collections::BTreeSet;

use serde_json::Value;
use smol_str::format_smolstr;

use super::change::CopyChange;
use super::command::comment;
use super::draft::Draft;
use super::lockout;
use super::names::LONGEST_VAULT_NAME;
use super::patch::is_unique_id;
use super::{Parts, RemedyKind, saved};
use crate::catalog::lifecycles::{COLD_DAYS, MOST_DAYS};
use crate::catalog::regions;
use crate::inventory::{Facts, Field, Json, KeyManager, RegionFacts, items};
use crate::known::{Arn, Fact, Region};
use crate::quote::json::policy as sent;

/// A rule of AWS's, and the page that has it.
struct Rule {
    /// The page.
    page: &'static str,
    /// Why a change breaks it, if it does.
    broken: fn(&Proposal<'_>) -> Option<String>,
}

/// A change, and what its rules go by.
struct Proposal<'a> {
    draft: &'a Draft,
    /// Its subject, where that is an ARN.
    subject: Option<Arn>,
    facts: &'a Facts<'a>,
    /// The roles that other remedies create.
    created: &'a BTreeSet<String>,
}

macro_rules! aws {
    ($page:literal) => {
        concat!("https://docs.aws.amazon.com/", $page)
    };
}

#[rustfmt::skip]
const RULES: &[Rule] = &[
    Rule { broken: too_long,             page: aws!("IAM/latest/UserGuide/reference_iam-quotas.html") },
    Rule { broken: malformed,            page: aws!("IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html") },
    Rule { broken: principal_gone,       page: aws!("IAM/latest/UserGuide/reference_policies_elements_principal.html") },
    Rule { broken: pattern_in_action,    page: aws!("aws-backup/latest/devguide/create-a-vault-access-policy.html") },
    Rule { broken: foreign_action,       page: aws!("aws-backup/latest/devguide/create-a-vault-access-policy.html") },
    Rule { broken: role_of_aws,          page: aws!("IAM/latest/UserGuide/id_roles_create-service-linked-role.html") },
    Rule { broken: key_of_aws,           page: aws!("kms/latest/developerguide/concepts.html") },
    Rule { broken: key_locked,           page: aws!("kms/latest/APIReference/API_PutKeyPolicy.html") },
    Rule { broken: vault_locked,         page: aws!("aws-backup/latest/devguide/create-a-vault-access-policy.html") },
    Rule { broken: too_many_attached,    page: aws!("IAM/latest/UserGuide/reference_iam-quotas.html") },
    Rule { broken: no_such_region,       page: aws!("general/latest/gr/rande.html") },
    Rule { broken: name_not_valid,       page: aws!("aws-backup/latest/APIReference/API_CreateBackupVault.html") },
    Rule { broken: name_taken,           page: aws!("aws-backup/latest/APIReference/API_CreateBackupVault.html") },
    Rule { broken: alias_taken,          page: aws!("kms/latest/APIReference/API_CreateAlias.html") },
    Rule { broken: lifecycle_not_valid,  page: aws!("aws-backup/latest/APIReference/API_Lifecycle.html") },
    Rule { broken: managed_elsewhere,    page: aws!("AWSEC2/latest/APIReference/API_GetAllowedImagesSettings.html") },
    Rule { broken: too_many_criteria,    page: aws!("AWSEC2/latest/APIReference/API_ReplaceImageCriteriaInAllowedImagesSettings.html") },
];

/// How many managed policies a role has by default; the quota can be raised.
const MOST_ATTACHED: usize = 10;
/// How many criteria the Allowed AMIs setting has.
const MOST_CRITERIA: usize = 10;

/// Takes the change out of every draft that AWS would refuse, and says why; and says of which it is not known.
pub fn settle(drafts: &mut [Draft], facts: &Facts<'_>) {
    let created = drafts.iter().map(|draft| &draft.remedy);
    let created: BTreeSet<String> = created
        .filter(|remedy| remedy.kind == RemedyKind::CreateServiceLinkedRole)
        .map(|remedy| remedy.subject.clone())
        .collect();
    for draft in drafts {
        let as_whom = as_whom(draft);
        if let Some((why, page)) = refused(draft, facts, &created) {
            let remedy = &mut draft.remedy;
            remedy.title = format!("{} (AWS would reject it now: {why})", remedy.title);
            remedy.set_commands(vec![format_smolstr!(
                "# {}\n# {page}",
                comment(&format!("AWS would reject this now: {why}"))
            )]);
            remedy.before = None;
            remedy.after = None;
            remedy.added = Vec::new();
            remedy.parts = Parts::None;
            draft.change = None;
            continue;
        }
        draft.remedy.title += as_whom.as_deref().unwrap_or_default();
        if let Some(why) = open(draft, facts).or_else(|| principal_unread(draft, facts, &created)) {
            draft.remedy.title += &format!(" ({why})");
            draft.open = Some(why);
        }
    }
}

/// Why AWS would refuse a change, and the page that says so.
fn refused(
    draft: &Draft,
    facts: &Facts<'_>,
    created: &BTreeSet<String>,
) -> Option<(String, &'static str)> {
    let proposal = Proposal {
        draft,
        subject: Arn::parse(&draft.remedy.subject).ok(),
        facts,
        created,
    };
    let broken = |rule: &Rule| Some(((rule.broken)(&proposal)?, rule.page));
    RULES.iter().find_map(broken)
}

fn too_long(proposal: &Proposal<'_>) -> Option<String> {
    let remedy = &proposal.draft.remedy;
    let (most, name) = saved::longest(remedy.kind)?;
    let others: usize = match (remedy.kind, &proposal.subject) {
        (RemedyKind::RolePolicy, Some(role)) => {
            let inline = proposal.facts.role_inline_policies(role);
            let documents = inline.iter().filter_map(|policy| policy.document.value());
            documents
                .map(|policy| policy.to_value().to_string().len())
                .sum()
        }
        _ => 0,
    };
    let after = &remedy.policy_after()?;
    // IAM leaves white space out; the others count what they are sent.
    let of_iam = [RemedyKind::RolePolicy, RemedyKind::TrustPolicy].contains(&remedy.kind);
    let long = if of_iam {
        after.to_string().len()
    } else {
        sent(after).len()
    };
    let long = long.saturating_add(others);
    (long > most).then(|| {
        format!(
            "it would have {long} characters, and {name} may have {most}: take out or join statements first"
        )
    })
}

fn malformed(proposal: &Proposal<'_>) -> Option<String> {
    saved::malformed(&proposal.draft.remedy)
}

/// Everybody whom the statements of a policy name.
fn principals(policy: &Value) -> Vec<String> {
    let named = statements(policy).into_iter().flat_map(|statement| {
        ["Principal", "NotPrincipal"]
            .into_iter()
            .filter_map(|element| statement.get(element)?.get("AWS"))
    });
    named.flat_map(texts).map(str::to_owned).collect()
}

fn statements(policy: &Value) -> Vec<&Value> {
    match policy.get("Statement") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value.as_array() {
        Some(list) => list.iter().filter_map(Value::as_str).collect(),
        None => value.as_str().into_iter().collect(),
    }
}

/// Whom the policies name that a draft sets, and the ones before them do not. A role's own policies name nobody.
fn newly_named(draft: &Draft) -> impl Iterator<Item = String> {
    let remedy = &draft.remedy;
    let mut named: Vec<String> = Vec::new();
    if remedy.kind != RemedyKind::RolePolicy {
        named.extend(remedy.policy_after().iter().flat_map(principals));
    }
    if let Parts::Vault(new) = &remedy.parts {
        named.extend(principals(&new.key_policy));
        named.extend(new.access_policy.iter().flat_map(principals));
    }
    let there = remedy.policy_before();
    let there = there.as_ref().map(principals).unwrap_or_default();
    // Whom AWS shows by an ARN exists.
    let mut named = named.into_iter();
    std::iter::from_fn(move || named.find(|name| is_unique_id(name) || !there.contains(name)))
}

/// The role that an ARN names.
fn role(name: &str) -> Option<Arn> {
    let role = Arn::parse(name).ok()?;
    let is_role = role.service() == "iam" && role.resource().starts_with("role/");
    is_role.then_some(role)
}

/// A policy that names somebody who does not exist cannot be saved.
fn principal_gone(proposal: &Proposal<'_>) -> Option<String> {
    newly_named(proposal.draft).find_map(|name| {
        if is_unique_id(&name) {
            return Some(format!(
                "{name}, whom it names, was deleted: take it out first"
            ));
        }
        let is_missing = proposal.facts.role_exists(&role(&name)?) == Fact::Known(false);
        (is_missing && !proposal.created.contains(&name))
            .then(|| format!("{name}, whom it names, does not exist: create it first"))
    })
}

/// Somebody whom a policy names, and of whom it was not read whether he exists.
fn principal_unread(
    draft: &Draft,
    facts: &Facts<'_>,
    created: &BTreeSet<String>,
) -> Option<String> {
    newly_named(draft).find_map(|name| {
        let exists = facts.role_exists(&role(&name)?);
        (matches!(exists, Fact::Unknown(_)) && !created.contains(&name)).then(|| {
            format!("whether {name}, whom it names, exists was not read: see aws iam get-role")
        })
    })
}

/// Vault policies take no `*` in an action; what AWS holds already stays as it is.
fn pattern_in_action(proposal: &Proposal<'_>) -> Option<String> {
    let remedy = &proposal.draft.remedy;
    if remedy.kind != RemedyKind::VaultPolicy {
        return None;
    }
    let actions = |policy: &Value| -> BTreeSet<String> {
        let all = statements(policy)
            .into_iter()
            .filter_map(|statement| statement.get("Action"));
        all.flat_map(texts).map(str::to_owned).collect()
    };
    let before = remedy.policy_before();
    let before = before.as_ref().map(actions).unwrap_or_default();
    let added = actions(&remedy.policy_after()?);
    let pattern = added
        .iter()
        .find(|action| action.contains(['*', '?']) && !before.contains(*action))?;
    Some(format!(
        "it has the action `{pattern}`, and vault policies take no wildcards"
    ))
}

/// Another account does nothing to a vault but copy into it, whatever the policy says.
fn foreign_action(proposal: &Proposal<'_>) -> Option<String> {
    let remedy = &proposal.draft.remedy;
    if remedy.kind != RemedyKind::VaultPolicy {
        return None;
    }
    let owner = proposal.subject.as_ref()?.account();
    remedy.added.iter().find_map(|statement| {
        let is_allow = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
        let named = statement.get("Principal")?.get("AWS").map(texts)?;
        let foreign = named
            .into_iter()
            .any(|name| Arn::parse(name).is_ok_and(|principal| principal.account() != owner));
        let actions = texts(statement.get("Action")?);
        let other = actions
            .into_iter()
            .find(|action| !action.eq_ignore_ascii_case("backup:CopyIntoBackupVault"))?;
        (is_allow && foreign)
            .then(|| format!("another account may only copy into a vault, and not do {other}"))
    })
}

fn role_of_aws(proposal: &Proposal<'_>) -> Option<String> {
    let role = proposal.subject.as_ref()?;
    let kinds = [
        RemedyKind::RolePolicy,
        RemedyKind::AttachRolePolicy,
        RemedyKind::TrustPolicy,
    ];
    (kinds.contains(&proposal.draft.remedy.kind) && role.is_role_of_aws())
        .then(|| format!("only AWS changes the role `{}`", role.name()))
}

fn key_of_aws(proposal: &Proposal<'_>) -> Option<String> {
    let kinds = [RemedyKind::KeyPolicy, RemedyKind::EnableKey];
    let key = proposal.subject.as_ref()?;
    let is_of_aws = || proposal.facts.key_manager(key) == Fact::Known(Some(KeyManager::Aws));
    (kinds.contains(&proposal.draft.remedy.kind) && is_of_aws()).then(|| {
        format!(
            "the key `{}` is AWS managed, and only AWS changes it",
            key.name()
        )
    })
}

/// A key's policy that nobody may set, or that would let nobody set the next.
fn key_locked(proposal: &Proposal<'_>) -> Option<String> {
    lockout::of_key(&proposal.draft.remedy, proposal.subject.as_ref()?)
}

/// A vault's policy that denies everybody another one.
fn vault_locked(proposal: &Proposal<'_>) -> Option<String> {
    lockout::of_vault(&proposal.draft.remedy, proposal.subject.as_ref()?)
}

/// As whom a change is made, where few may.
fn as_whom(draft: &Draft) -> Option<String> {
    let key = Arn::parse(&draft.remedy.subject).ok()?;
    let names = lockout::only(&draft.remedy, &key)?;
    Some(format!(
        " (as {}: its policy lets nobody else of the account set it)",
        names.join(" or ")
    ))
}

fn too_many_attached(proposal: &Proposal<'_>) -> Option<String> {
    let Parts::AttachedPolicies { policies } = &proposal.draft.remedy.parts else {
        return None;
    };
    let role = proposal.subject.as_ref()?;
    let there = proposal.facts.role_attached_policies(role).len();
    (there.saturating_add(policies.len()) > MOST_ATTACHED).then(|| {
        format!("it has {there} managed policies, and a role may have {MOST_ATTACHED} unless the quota was raised")
    })
}

/// The Region of what is created or switched on, where its partition's Regions are known by name.
fn no_such_region(proposal: &Proposal<'_>) -> Option<String> {
    let remedy = &proposal.draft.remedy;
    let region = match (remedy.kind, &proposal.subject) {
        (RemedyKind::EnableRegion, _) => Region::new(remedy.subject.rsplit('/').next()?),
        (RemedyKind::CreateVault, Some(vault)) => vault.region()?,
        _ => return None,
    };
    let is_known =
        regions::partition(&region) != "aws" || regions::known().any(|known| known == region);
    (!is_known).then(|| format!("no Region `{region}` is known"))
}

fn name_not_valid(proposal: &Proposal<'_>) -> Option<String> {
    let vault = proposal.draft.creates.as_ref()?;
    let name = vault
        .resource()
        .split_once(':')
        .map_or("", |(_, name)| name);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = (2..=LONGEST_VAULT_NAME).contains(&name.len()) && name.chars().all(is_plain);
    (!fits).then(|| {
        format!("`{name}` is not a valid vault name: 2 to {LONGEST_VAULT_NAME} letters, digits, hyphens and underscores")
    })
}

fn name_taken(proposal: &Proposal<'_>) -> Option<String> {
    let vault = proposal.draft.creates.as_ref()?;
    (proposal.facts.vault_exists(vault) == Fact::Known(true))
        .then(|| format!("there is a vault `{}` already", vault.name()))
}

fn alias_taken(proposal: &Proposal<'_>) -> Option<String> {
    let Parts::Vault(new) = &proposal.draft.remedy.parts else {
        return None;
    };
    let vault = &new.vault;
    let alias = format!("alias/{}", vault.name());
    let (account, region) = (vault.account()?, vault.region()?);
    (proposal.facts.has_alias(account, &region, &alias) == Some(true))
        .then(|| format!("a key has the alias `{alias}` already: create the vault with another"))
}

/// What was not read of the names that a change makes, and what tells.
fn open(draft: &Draft, facts: &Facts<'_>) -> Option<String> {
    let vault = draft.creates.as_ref()?;
    let (account, region) = (vault.account()?, vault.region()?);
    let is_named = matches!(
        draft.remedy.parts,
        Parts::Vault(_) | Parts::Between(_) | Parts::TwoStep(_)
    );
    let alias = format!("alias/{}", vault.name());
    let vault_open = matches!(facts.vault_exists(vault), Fact::Unknown(_));
    let alias_open = is_named && facts.has_alias(account, &region, &alias).is_none();
    let (what, tells) = match (vault_open, alias_open) {
        (false, false) => return None,
        (true, false) => (
            format!("a vault `{}`", vault.name()),
            "aws backup list-backup-vaults",
        ),
        (false, true) => (
            format!("a key with the alias `{alias}`"),
            "aws kms list-aliases",
        ),
        (true, true) => (
            format!(
                "a vault `{}` or a key with the alias `{alias}`",
                vault.name()
            ),
            "aws backup list-backup-vaults and aws kms list-aliases",
        ),
    };
    Some(format!(
        "whether account {account} already has {what} in {region} was not read: see {tells}"
    ))
}

/// What a declarative policy of the organization sets, no account changes.
fn managed_elsewhere(proposal: &Proposal<'_>) -> Option<String> {
    let change = proposal.draft.change.as_ref()?;
    let mut regions = items(&change.facts.accounts)
        .iter()
        .flat_map(|account| items(&account.regions));
    let is_managed = |region: &RegionFacts| {
        let Field::Is(Json(setting)) = &region.allowed_images else {
            return false;
        };
        let by = setting.get("ManagedBy").and_then(Value::as_str);
        by.is_some_and(|by| by != "account")
    };
    regions.any(is_managed).then(|| {
        "a declarative policy of the organization has the setting: change it there".to_owned()
    })
}

fn lifecycle_not_valid(proposal: &Proposal<'_>) -> Option<String> {
    let CopyChange::Lifecycle(lifecycle) = &proposal.draft.change.as_ref()?.copy else {
        return None;
    };
    let kept = lifecycle.delete_after_days.value().copied()?;
    if !(1..=MOST_DAYS).contains(&kept) {
        return Some(format!(
            "a copy is kept for 1 to {MOST_DAYS} days, and not for {kept}"
        ));
    }
    let cold = lifecycle.move_to_cold_storage_after_days.value().copied();
    let cold = cold.filter(|days| *days >= 0)?;
    (kept < cold.saturating_add(COLD_DAYS)).then(|| {
        format!("what moves to cold storage after {cold} days stays there for {COLD_DAYS}")
    })
}

fn too_many_criteria(proposal: &Proposal<'_>) -> Option<String> {
    if proposal.draft.remedy.kind != RemedyKind::AllowImages {
        return None;
    }
    let (account, region) = proposal.draft.remedy.subject.split_once('/')?;
    let account = crate::known::AccountId::parse(account).ok()?;
    let now = proposal
        .facts
        .allowed_images(account, &Region::new(region))
        .known()
        .flatten()?;
    let there = now.get("ImageCriteria")?.as_array()?.len();
    (there >= MOST_CRITERIA)
        .then(|| format!("the setting has {there} criteria, and may have {MOST_CRITERIA}"))
}
