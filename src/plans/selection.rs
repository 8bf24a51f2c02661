//! Selections: which resources a plan takes, and as which role.

use std::borrow::Cow;

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::catalog::given_ids::id_to_come;
use crate::inventory::{Tags, unknown_within};
use crate::known::{ApiCall, Arn, Fact, Gap};

use super::condition::{Condition, Holds, OF_LIST, Operator};
use super::pattern::{has_wildcard, matches, matches_begun, names_a_type};
use super::reading::Reading;
use super::refused::Refused;
use super::too_many;

/// What AWS prints of a selection, and around it.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupSelection.html>.
const OF_SELECTION: &[&str] = &[
    "SelectionName",
    "IamRoleArn",
    "Resources",
    "NotResources",
    "ListOfTags",
    "Conditions",
    "SelectionId",
    "BackupPlanId",
    "CreationDate",
    "CreatorRequestId",
];

/// What says what a selection is.
const CALL: ApiCall = api_call!("backup:GetBackupSelection");

/// One selection of a plan: backup:GetBackupSelection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Its name.
    pub name: String,
    /// The role that its jobs run as.
    pub role: Option<Arn>,
    /// Why a change leaves the role unknown.
    pub role_unknown: Option<Gap>,
    /// Why it may take more than it says.
    pub more: Option<Gap>,
    /// What of it AWS refuses.
    pub refused: Option<Gap>,
    /// The resources it takes, by ARN or pattern. Empty: all that there are.
    pub resources: Vec<String>,
    /// The resources it leaves out, by ARN or pattern.
    pub not_resources: Vec<String>,
    /// Tags, one of which a resource must have. Empty: no such tag is asked for.
    pub list_of_tags: Vec<Condition>,
    /// What all must hold of a resource's tags.
    pub conditions: Vec<Condition>,
    /// Whether it is of a plan that a policy of the organization makes: the management account's settings count for it.
    pub is_of_policy: bool,
}

/// How a selection speaks of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// By its own ARN.
    Literally,
    /// By its type.
    ByType,
    /// As one of all, or one of a service.
    AmongOthers,
}

impl Selection {
    /// Whether tags decide what it takes.
    #[must_use]
    pub fn looks_at_tags(&self) -> bool {
        !self.list_of_tags.is_empty() || !self.conditions.is_empty()
    }

    /// The keys of the tags that decide what it takes.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let all = self.list_of_tags.iter().chain(&self.conditions);
        all.map(|condition| condition.key.as_str())
    }

    /// Reads the selection at a place of a plan; `None` where it is not one, says something that is not understood, or says
    /// neither which resources nor which tags, as the items of backup:ListBackupSelections do. That is noted.
    pub(super) fn read(place: usize, value: &Value, plan: &mut Reading<'_>) -> Option<Self> {
        // What backup:GetBackupSelection answers has it inside.
        let value = value.get("BackupSelection").unwrap_or(value);
        let read = Self::of_json(value);
        let pointer = format!("/Selections/{place}");
        let before = plan.unread.len();
        match strange_key(value) {
            Some(key) => plan.not_understood(format!("the condition key `{key}`"), &pointer),
            None if read.is_none() => {
                match strange_operator(value).or_else(|| strange_pattern(value)) {
                    Some((what, at)) => plan.not_understood(what, &format!("{pointer}/{at}")),
                    None => drop(plan.misses_in(CALL, Some(value))),
                }
            }
            None => {}
        }
        let is_understood = plan.strange(value, &pointer, OF_SELECTION).is_empty();
        let Some(read) = read.filter(|_| is_understood) else {
            let gap = plan.unread.get(before).cloned();
            plan.lost.selections.extend(gap);
            return None;
        };
        let refused = too_many::selection(value);
        let refused = refused
            .map(|Refused { field, what }| plan.refused(what, &format!("{pointer}/{field}")));
        // One of several ways to be taken that is not known takes nothing from the others.
        let open = ["Resources", "ListOfTags"].map(|field| value.get(field));
        let mut open = open.into_iter().flatten();
        let open = open.find(|all| unknown_within(all).is_some());
        let more = open.map(|open| plan.misses_in(CALL, Some(open)));
        let role = value.get("IamRoleArn");
        let role = role.filter(|role| unknown_within(role).is_some());
        let role_unknown = role.map(|role| plan.gap_in(CALL, Some(role)));
        Some(Self {
            more,
            role_unknown,
            refused,
            ..read
        })
    }

    fn of_json(value: &Value) -> Option<Self> {
        let is_known = |item: &&Value| unknown_within(item).is_none();
        let list_of_tags: Vec<Condition> = list(value, "ListOfTags")?
            .iter()
            .filter(is_known)
            .map(Condition::of_tag)
            .collect::<Option<_>>()?;
        let mut conditions = Vec::new();
        if let Some(all) = value.get("Conditions").filter(|all| !all.is_null()) {
            for name in all.as_object()?.keys() {
                let (_, operator) = Operator::ALL.into_iter().find(|(known, _)| known == name)?;
                for one in list(all, name)? {
                    conditions.push(Condition::of_json(operator, one)?);
                }
            }
        }
        let role = match value.get("IamRoleArn") {
            None | Some(Value::Null) => None,
            Some(role) if unknown_within(role).is_some() => None,
            Some(role) => Some(Arn::parse(role.as_str()?).ok()?),
        };
        let resources = list(value, "Resources")?.iter().filter(is_known);
        let resources: Vec<String> = resources
            .map(|text| text.as_str().map(str::to_owned))
            .collect::<Option<_>>()?;
        // One that asks for none of some that are unknown would ask for all.
        let is_whole = |field: &str, known: usize| {
            list(value, field).is_some_and(|all| all.is_empty() || known > 0)
        };
        if !is_whole("Resources", resources.len()) || !is_whole("ListOfTags", list_of_tags.len()) {
            return None;
        }
        if resources.is_empty() && list_of_tags.is_empty() {
            return None;
        }
        if !resources.iter().all(|text| may_be_arns(text)) {
            return None;
        }
        Some(Self {
            name: value.get("SelectionName")?.as_str()?.to_owned(),
            role,
            role_unknown: None,
            more: None,
            refused: None,
            resources,
            not_resources: texts(value, "NotResources")?,
            list_of_tags,
            conditions,
            is_of_policy: false,
        })
    }

    /// The resources that it names by their own ARNs.
    pub fn literal(&self) -> impl Iterator<Item = Arn> {
        self.resources
            .iter()
            .filter(|text| !has_wildcard(text))
            .filter_map(|text| Arn::parse(text).ok())
    }

    /// Whether it names nothing but single resources, so that no others need to be known.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !self.resources.is_empty() && self.resources.iter().all(|text| !has_wildcard(text))
    }

    /// How it speaks of a resource; `None` where it does not, or leaves the resource out.
    #[must_use]
    pub fn names(&self, resource: &Arn) -> Option<Named> {
        let arn = resource.as_str();
        let named_by_aws = as_aws_names(resource);
        let matches = |pattern: &String| {
            matches(pattern, arn) || (has_wildcard(pattern) && matches(pattern, &named_by_aws))
        };
        let left_out = self.not_resources.iter().any(matches);
        if left_out {
            return None;
        }
        if self.resources.is_empty() {
            return Some(Named::AmongOthers);
        }
        way(self.resources.iter().filter(|text| matches(text)))
    }

    /// The same of a resource of whose ARN only the beginning is known, as AWS gives the name at apply; and whether the name is taken
    /// for one that it asks for. That it names such a resource by its whole ARN is not to be thought.
    #[must_use]
    pub fn names_begun(&self, begins: &str) -> Option<(Named, bool)> {
        let of = |pattern: &String| match has_wildcard(pattern) {
            true => matches_begun(pattern, begins),
            false => Some(false),
        };
        let left_out: Vec<Option<bool>> = self.not_resources.iter().map(of).collect();
        if left_out.contains(&Some(true)) {
            return None;
        }
        let may_be_left_out = left_out.contains(&None);
        if self.resources.is_empty() {
            return Some((Named::AmongOthers, may_be_left_out));
        }
        let all = || self.resources.iter();
        match way(all().filter(|text| of(text) == Some(true))) {
            Some(way) => Some((way, may_be_left_out)),
            None => Some((way(all().filter(|text| of(text).is_none()))?, true)),
        }
    }

    /// Whether a resource with these tags is one that it asks for: one of `ListOfTags` will do, all of `Conditions` must
    /// hold.
    #[must_use]
    pub fn asks_for(&self, tags: &Fact<Option<&Tags>>) -> Holds {
        let listed = self
            .list_of_tags
            .iter()
            .map(|tag| tag.holds(tags))
            .reduce(Holds::or)
            .unwrap_or(Holds::Yes);
        let conditions = self.conditions.iter().map(|one| one.holds(tags));
        conditions.fold(listed, Holds::and)
    }
}

/// The most particular way in which some patterns name a resource.
fn way<'p>(patterns: impl Iterator<Item = &'p String>) -> Option<Named> {
    let ways = patterns.map(|text| match (has_wildcard(text), names_a_type(text)) {
        (false, _) => Named::Literally,
        (true, true) => Named::ByType,
        (true, false) => Named::AmongOthers,
    });
    let rank = |way: &Named| match way {
        Named::Literally => 0,
        Named::ByType => 1,
        Named::AmongOthers => 2,
    };
    ways.min_by_key(rank)
}

/// Whether a text is an ARN, or a pattern that some may be of. `?` stands for nothing that AWS's pages tell.
fn may_be_arns(text: &str) -> bool {
    const BEGINNING: &str = "arn:";
    match text.split_once('*') {
        None => Arn::parse(text).is_ok(),
        Some(_) if text.contains('?') => false,
        Some((start, _)) => BEGINNING.starts_with(start) || start.starts_with(BEGINNING),
    }
}

/// The first of `Resources` with a wildcard that AWS's pages do not have, in words, and where it stands.
fn strange_pattern(selection: &Value) -> Option<(String, String)> {
    let resources = list(selection, "Resources")?;
    let texts = resources
        .iter()
        .map(|text| text.as_str().unwrap_or_default());
    let (place, text) = texts.enumerate().find(|(_, text)| text.contains('?'))?;
    let what = format!("the wildcard `?` of `{text}`");
    Some((what, format!("Resources/{place}")))
}

/// The first condition key of a selection that is not that of a tag.
fn strange_key(selection: &Value) -> Option<&str> {
    let conditions = selection.get("Conditions").and_then(Value::as_object);
    let conditions = conditions.into_iter().flatten().map(|(_, all)| all);
    let mut all = conditions
        .chain(selection.get("ListOfTags"))
        .filter_map(Value::as_array)
        .flatten();
    all.find_map(Condition::strange_key)
}

/// The first way of comparing tags that is not known, in words, and where it stands.
fn strange_operator(selection: &Value) -> Option<(String, String)> {
    let is_known = |name: &str| Operator::ALL.iter().any(|(known, _)| *known == name);
    let conditions = selection.get("Conditions").and_then(Value::as_object);
    let mut operators = conditions.into_iter().flatten().map(|(name, _)| name);
    if let Some(name) = operators.find(|name| !is_known(name)) {
        return Some((format!("the key `{name}`"), format!("Conditions/{name}")));
    }
    let tags = selection.get("ListOfTags").and_then(Value::as_array);
    let mut types = tags.into_iter().flatten().enumerate();
    types.find_map(|(place, tag)| {
        let kind = tag.get("ConditionType")?.as_str()?;
        let at = format!("ListOfTags/{place}/ConditionType");
        (kind != OF_LIST).then(|| (format!("`ConditionType` {kind}"), at))
    })
}

/// A list that may be left out; `None` where something else stands there.
fn list<'a>(value: &'a Value, field: &str) -> Option<&'a [Value]> {
    match value.get(field) {
        None | Some(Value::Null) => Some(&[]),
        Some(list) => list.as_array().map(Vec::as_slice),
    }
}

fn texts(value: &Value, field: &str) -> Option<Vec<String>> {
    list(value, field)?
        .iter()
        .map(|text| text.as_str().map(str::to_owned))
        .collect()
}

/// The ARN as AWS will write it, so far as patterns can ask: a name that stands in for one that AWS gives at apply begins as those do.
fn as_aws_names(resource: &Arn) -> Cow<'_, str> {
    let Some((name, prefix)) = id_to_come(resource.service(), resource.resource()) else {
        return Cow::Borrowed(resource.as_str());
    };
    let before = resource.as_str().strip_suffix(name).unwrap_or_default();
    Cow::Owned([before, prefix, name].concat())
}
