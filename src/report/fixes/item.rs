//! One remedy, as the files see it: in which way it is made, and what its files are called.

use crate::catalog::regions;
use crate::known::{AccountId, Arn, HashMap, Region};
use crate::quote::{cloudformation, terminal};
use crate::remedy::{Parts, Remedy, RemedyKind, TwoStep};

/// A remedy to write down.
pub struct Item<'a> {
    /// The remedy.
    pub remedy: &'a Remedy,
    /// What its files begin with.
    pub stem: String,
    /// What makes it.
    pub action: Action<'a>,
}

/// What makes a change.
pub enum Action<'a> {
    /// A key's policy is set.
    KeyPolicy(Arn),
    /// A vault's access policy is set.
    VaultPolicy(Arn),
    /// A role gets a policy of this name.
    RolePolicy(Arn, &'a str),
    /// A role gets managed policies.
    AttachedPolicies(Arn, &'a [Arn]),
    /// A role's trust policy is set.
    TrustPolicy(Arn),
    /// The text of a policy of the organization is set, by its id.
    ControlPolicy(&'a str),
    /// A key is enabled, which is in one of these states.
    EnableKey(Arn, &'static str),
    /// AWS Backup's service-linked role is created.
    ServiceLinkedRole,
    /// Cross-account backup is switched on.
    CrossAccountBackup(Region),
    /// A Region is switched on.
    Region(Region),
    /// A vault is created.
    Vault(&'a Arn),
    /// A function carries copies on.
    TwoStep(&'a TwoStep),
    /// Somebody does it: in the plan or the template that makes the thing, or in AWS.
    ByHand,
}

/// What the script makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs<'a> {
    /// Changes that nobody has to name.
    Unasked,
    /// Only such as are named, of which this is the first.
    Named(&'a str),
    /// None.
    Nothing,
}

impl<'a> Runs<'a> {
    /// What it makes of these.
    pub fn of(items: &[Item<'a>]) -> Self {
        let is_made = |item: &&Item<'_>| !matches!(item.action, Action::ByHand);
        let mut made = items.iter().filter(is_made).peekable();
        let first = made.peek().map(|item| item.remedy.id.as_str());
        match first {
            Some(_) if made.any(|item| !item.only_if_named()) => Self::Unasked,
            Some(id) => Self::Named(id),
            None => Self::Nothing,
        }
    }
}

impl Item<'_> {
    /// A file of this remedy.
    pub fn file(&self, end: &str) -> String {
        format!("{}.{end}", self.stem)
    }

    /// Its id and what it does, in a line.
    pub fn title(&self) -> String {
        format!("{}: {}", self.remedy.id, terminal::line(&self.remedy.title))
    }

    /// Whether it is made only when it is named: it is one of several ways, or the checks do not confirm it.
    pub fn only_if_named(&self) -> bool {
        !self.remedy.alternative_to.is_empty()
            || self.remedy.proven == Some(false)
            || matches!(self.action, Action::TwoStep(_))
    }

    /// The file of its commands, or of what is to be written in the source.
    pub fn steps(&self) -> String {
        self.file(if self.remedy.places.is_empty() {
            "steps.sh"
        } else {
            "source.txt"
        })
    }

    /// Whether its commands go into a file of their own.
    pub fn has_steps(&self) -> bool {
        matches!(self.action, Action::ByHand | Action::TwoStep(_))
    }

    /// The Region that the change is made in; `None` for what is of a whole account.
    pub fn region(&self) -> Option<Region> {
        match &self.action {
            Action::KeyPolicy(arn) | Action::VaultPolicy(arn) | Action::EnableKey(arn, _) => {
                arn.region()
            }
            Action::Vault(arn) => arn.region(),
            Action::TwoStep(step) => step.between.region(),
            Action::RolePolicy(..)
            | Action::AttachedPolicies(..)
            | Action::TrustPolicy(_)
            | Action::ControlPolicy(_)
            | Action::ServiceLinkedRole
            | Action::CrossAccountBackup(_)
            | Action::Region(_)
            | Action::ByHand => None,
        }
    }

    /// The partition that the change is made in.
    pub fn partition(&self) -> String {
        if let Ok(arn) = Arn::parse(&self.remedy.subject) {
            return arn.partition().to_string();
        }
        let of_action =
            if let Action::Region(region) | Action::CrossAccountBackup(region) = &self.action {
                Some(regions::partition(region).to_owned())
            } else if let Action::TwoStep(step) = &self.action {
                Some(step.between.partition().to_string())
            } else {
                None
            };
        of_action.unwrap_or_else(|| "aws".to_owned())
    }
}

/// The remedies in the order in which they are made: what another one requires comes first.
pub fn in_order(remedies: &[Remedy]) -> Vec<Item<'_>> {
    let mut left: Vec<&Remedy> = remedies.iter().collect();
    let mut done: Vec<&Remedy> = Vec::new();
    while !left.is_empty() {
        let waits = |remedy: &Remedy| {
            remedy.requires.iter().any(|id| {
                left.iter()
                    .any(|other| other.id == *id && other.id != remedy.id)
            })
        };
        // Where remedies wait for each other the first goes ahead.
        let next = left
            .iter()
            .position(|remedy| !waits(remedy))
            .unwrap_or_default();
        done.push(left.remove(next));
    }
    let stacks = stacks(remedies);
    let each = done.into_iter();
    each.map(|remedy| item(remedy, &stacks)).collect()
}

/// What carries copies on from a vault in between, by the vault.
type Stacks<'a> = HashMap<&'a Arn, &'a TwoStep>;

/// The stacks that are made: the vault in between is created with them.
fn stacks(remedies: &[Remedy]) -> Stacks<'_> {
    let mut stacks = Stacks::default();
    for remedy in remedies.iter().filter(|remedy| remedy.places.is_empty()) {
        if let Parts::TwoStep(step) = &remedy.parts
            && runs(step)
        {
            stacks.entry(&step.between).or_insert(step);
        }
    }
    stacks
}

fn item<'a>(remedy: &'a Remedy, stacks: &Stacks<'a>) -> Item<'a> {
    let subject = Arn::parse(&remedy.subject).ok();
    let name = subject
        .as_ref()
        .map_or(remedy.subject.as_str(), |arn| arn.name());
    Item {
        remedy,
        stem: slug(&format!("{}-{}-{name}", remedy.id, word(remedy.kind))),
        action: action(remedy, subject.clone(), stacks),
    }
}

fn action<'a>(remedy: &'a Remedy, subject: Option<Arn>, stacks: &Stacks<'a>) -> Action<'a> {
    if !remedy.places.is_empty() {
        return Action::ByHand;
    }
    match (&remedy.parts, remedy.kind) {
        (Parts::Vault(new), _) => return Action::Vault(&new.vault),
        (Parts::Between(new), _) => {
            let step = stacks.get(&new.vault).copied();
            return step.map_or(Action::Vault(&new.vault), Action::TwoStep);
        }
        (Parts::TwoStep(step), _) if runs(step) => return Action::TwoStep(step),
        (Parts::RolePolicy { name }, _) => {
            return subject.map_or(Action::ByHand, |role| Action::RolePolicy(role, name));
        }
        (Parts::AttachedPolicies { policies }, _) => {
            return subject.map_or(Action::ByHand, |role| {
                Action::AttachedPolicies(role, policies)
            });
        }
        (_, RemedyKind::CreateServiceLinkedRole) => return Action::ServiceLinkedRole,
        (Parts::From(region), RemedyKind::EnableCrossAccountBackup) => {
            return Action::CrossAccountBackup(region.clone());
        }
        (_, RemedyKind::ServiceControlPolicy | RemedyKind::ResourceControlPolicy)
            if remedy.after.is_some() =>
        {
            return Action::ControlPolicy(&remedy.subject);
        }
        (_, RemedyKind::EnableKey) => {
            return subject.map_or(Action::ByHand, |key| {
                Action::EnableKey(key, states_of(remedy))
            });
        }
        (_, RemedyKind::EnableRegion) => {
            let region = remedy.subject.rsplit('/').next().unwrap_or_default();
            return Action::Region(Region::new(region));
        }
        _ => {}
    }
    match subject {
        Some(arn) if remedy.after.is_some() => match arn.service() {
            "kms" => Action::KeyPolicy(arn),
            "backup" => Action::VaultPolicy(arn),
            "iam" => Action::TrustPolicy(arn),
            _ => Action::ByHand,
        },
        _ => Action::ByHand,
    }
}

/// The states of a key out of which a change takes it: whoever has it deleted since is asked first.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>.
fn states_of(remedy: &Remedy) -> &'static str {
    let mut commands = remedy.commands().into_owned().into_iter();
    if commands.any(|command| command.contains("cancel-key-deletion")) {
        "Disabled PendingDeletion PendingReplicaDeletion"
    } else {
        "Disabled"
    }
}

/// Whether everything that the function goes by is known, and can stand in its template.
fn runs(step: &TwoStep) -> bool {
    let arns = [Some(&step.between), Some(&step.destination)];
    let arns = arns.into_iter().chain([
        step.share_with.as_ref(),
        step.resource.as_ref(),
        step.recovery_point.as_ref(),
        step.role.as_ref(),
    ]);
    let is_plain = |arn: &Arn| cloudformation::text(arn.as_str());
    arns.flatten().all(is_plain)
        && step.role.is_some()
        && step.lifecycle.is_some()
        && !step.points.is_empty()
        && (step.resource.is_some() || step.recovery_point.is_some())
}

/// The changes, those that are one stack and say the same together.
pub fn grouped<'i, 'a>(items: &'i [Item<'a>]) -> Vec<Vec<&'i Item<'a>>> {
    let mut places: HashMap<(&Arn, &str), usize> = HashMap::default();
    let mut groups: Vec<Vec<&Item<'_>>> = Vec::new();
    for item in items {
        let stack = item.remedy.stack();
        let place = stack.map(|stack| {
            let next = groups.len();
            *places.entry((stack, &item.remedy.title)).or_insert(next)
        });
        match place.and_then(|place| groups.get_mut(place)) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// The kind's word, as it stands in reports.
pub fn word(kind: RemedyKind) -> String {
    serde_json::to_value(kind)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_else(|| "change".to_owned())
}

/// A name that every file system and shell takes.
pub fn slug(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
                c
            } else {
                '-'
            }
        })
        .take(100)
        .collect();
    plain.trim_end_matches('-').to_owned()
}

/// The Region in which what is of a whole account is done: one that something else of the account is done in, else the
/// partition's first.
pub fn home(items: &[Item<'_>], account: Option<AccountId>, partition: &str) -> Region {
    let ours = items
        .iter()
        .filter(|item| item.remedy.account == account)
        .find_map(Item::region);
    ours.unwrap_or_else(|| regions::home(partition))
}
