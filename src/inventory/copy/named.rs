//! What names a copy, before anything is looked up.

use std::sync::Arc;

use crate::inventory::field::Field;
use crate::inventory::frame::CopyEntry;
use crate::inventory::json::Json;
use crate::inventory::objects::Lifecycle;
use crate::inventory::word::Start;
use crate::known::{AccountId, Arn, Fact, Gap, Region};

/// What names a copy, before anything is looked up.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its id.
    pub id: Arc<str>,
    /// The resource, if it is named.
    pub resource: Option<Arn>,
    /// The recovery point, if it is named.
    pub recovery_point: Option<Arn>,
    /// The source vault, if it is named.
    pub source_vault: Option<Arn>,
    /// The destination vault.
    pub destination_vault: Arn,
    /// The role.
    pub role: Fact<Arn>,
    /// How long the copy is kept.
    pub lifecycle: Fact<Option<Lifecycle>>,
    /// Who starts it.
    pub start: Start,
    /// The plan that makes it.
    pub plan: Option<PlanReference>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// The copy that makes the backup, where that is to be copied on.
    pub copy_of: Option<Box<Named>>,
    /// That it is made at all; unknown of one that a plan made before a change which leaves open whether it still does.
    pub made: Fact<()>,
}

impl Named {
    /// What names the copy that an entry of the inventory asks about.
    #[must_use]
    pub fn of_entry(entry: &CopyEntry) -> Self {
        let recovery_point = entry.recovery_point.value().cloned();
        let not_named = |what: &str| Gap::not_named(what, entry.id.to_string());
        let start = match &entry.start {
            Field::Is(start) => *start,
            Field::Null | Field::Absent if recovery_point.is_some() => Start::OnDemand,
            Field::Null | Field::Absent => Start::Scheduled,
        };
        Self {
            id: entry.id.clone(),
            resource: entry.resource.value().cloned(),
            recovery_point,
            source_vault: entry.source_vault.value().cloned(),
            destination_vault: entry.destination_vault.clone(),
            role: match &entry.role {
                Field::Is(role) => Fact::Known(role.clone()),
                Field::Null | Field::Absent => Fact::unknown(not_named("role")),
            },
            lifecycle: match &entry.lifecycle {
                Field::Is(lifecycle) => Fact::Known(Some(lifecycle.clone())),
                Field::Null => Fact::Known(None),
                Field::Absent => Fact::unknown(not_named("lifecycle")),
            },
            start,
            plan: entry.plan.value().map(|plan| PlanReference::of_json(plan)),
            assumptions: entry
                .assumptions
                .value()
                .into_iter()
                .flatten()
                .map(ToString::to_string)
                .collect(),
            copy_of: None,
            made: Fact::Known(()),
        }
    }
}

impl Named {
    /// The copy that brought a backup of a resource into a vault of another account or Region: only copies of it lie there, and the keys
    /// there are those of that vault. `None` where the vault is of the resource's own place, or may be. `made` says whether there is such
    /// a copy.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html>.
    #[must_use]
    pub fn into_other_place(
        id: &str,
        resource: &Arn,
        vault: &Arn,
        made: Fact<()>,
    ) -> Option<Box<Self>> {
        let not_told = |what: &str| Gap::not_named(what, id.to_owned());
        is_elsewhere(resource, vault).then(|| {
            Box::new(Self {
                id: id.into(),
                resource: Some(resource.clone()),
                recovery_point: None,
                source_vault: None,
                destination_vault: vault.clone(),
                role: Fact::unknown(not_told("recovery_point")),
                lifecycle: Fact::unknown(not_told("recovery_point")),
                start: Start::Scheduled,
                plan: None,
                assumptions: Vec::new(),
                copy_of: None,
                made,
            })
        })
    }
}

/// Whether two things are of different accounts or Regions, as far as their ARNs tell.
pub(super) fn is_elsewhere(one: &Arn, other: &Arn) -> bool {
    let accounts = one.account().zip(other.account());
    let regions = one.region().zip(other.region());
    accounts.is_some_and(|(one, other)| one != other)
        || regions.is_some_and(|(one, other)| one != other)
}

/// The id of the copy that a command line names.
pub const OF_COMMAND_LINE: &str = "cli";

/// The plan, rule and selection that make a copy.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct PlanReference {
    /// The plan's id.
    pub id: String,
    /// The rule's name.
    pub rule: String,
    /// The selection's name.
    pub selection: String,
    /// Where the rule stands: several plans may have one id, and several rules one name.
    #[serde(skip)]
    pub made_by: Option<MadeBy>,
    /// Whether the selection looks at tags, as far as it was read.
    #[serde(skip)]
    pub by_tags: bool,
    /// The plan's name, where it was read.
    #[serde(skip)]
    pub name: Option<String>,
}

/// Where the rule stands that makes a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeBy {
    /// The account of its plan.
    pub account: AccountId,
    /// The Region of its plan.
    pub region: Region,
    /// Its place among the plan's rules; `None`: its name or id tells.
    pub rule: Option<usize>,
}

impl PlanReference {
    /// A rule of a plan, by the plan's id and its own.
    #[must_use]
    pub fn to_rule(plan: &str, rule: &str) -> Self {
        Self {
            id: plan.to_owned(),
            rule: rule.to_owned(),
            selection: String::new(),
            made_by: None,
            by_tags: false,
            name: None,
        }
    }

    /// What people call the plan.
    #[must_use]
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// The reference that a copy of an inventory has. What it does not name is empty, and leads to no rule, so that what
    /// depends on the rule stays unknown.
    fn of_json(Json(value): &Json) -> Self {
        let text = |name| {
            let text = value.get(name).and_then(|text| text.as_str());
            text.map_or_else(String::new, str::to_owned)
        };
        Self {
            id: text("id"),
            rule: text("rule"),
            selection: text("selection"),
            made_by: None,
            by_tags: false,
            name: None,
        }
    }
}
