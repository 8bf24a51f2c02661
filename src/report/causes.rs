//! What is at fault, most copies first: one key policy may block the copies of many plans.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::known::Gap;
use crate::verdict::{Status, Verdict};

use super::copy::{CheckReport, CopyReport};
use super::model::RemedyReport;

/// One thing at fault, with how much it stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cause {
    /// `fail`: it blocks the copies; `undecided`: a fact that was not read leaves them open.
    pub outcome: Status,
    /// The thing at fault, an ARN or an id, or the call that would settle it; null where it is each copy itself.
    pub subject: Option<String>,
    /// The checks that it fails, or leaves open.
    pub checks: Vec<&'static str>,
    /// What is wrong, in the words of the first copy.
    pub message: String,
    /// How many copies.
    pub copies: usize,
    /// Of how many plans.
    pub plans: usize,
    /// The ids of the remedies that mend it.
    pub remedies: Vec<String>,
}

/// The causes of what is blocked or undecided, added up copy by copy in the order of the report.
#[derive(Debug, Default)]
pub struct Causes(BTreeMap<Key, Group>);

#[derive(Debug, Default)]
struct Group {
    checks: BTreeSet<&'static str>,
    copies: usize,
    plans: BTreeSet<String>,
    remedies: BTreeSet<(usize, String)>,
    message: Option<String>,
}

/// A failing check's group: the thing, or the check where it is the copy's own.
type Key = (Status, Option<String>, &'static str);

/// What one copy is stopped by, or left open by.
#[derive(Debug)]
pub struct Blame {
    plan: Option<String>,
    checks: Vec<(BTreeSet<Key>, CheckReport)>,
}

/// What each remedy changes, by its id.
#[derive(Debug)]
pub struct Subjects<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Subjects<'a> {
    /// Those of these remedies.
    #[must_use]
    pub fn of(remedies: &'a [RemedyReport]) -> Self {
        let remedies = remedies.iter();
        Self(
            remedies
                .map(|remedy| (&*remedy.id, &*remedy.subject))
                .collect(),
        )
    }
}

impl Blame {
    /// That of a copy; `None` where it is feasible.
    #[must_use]
    pub fn of(copy: &CopyReport, subjects: &Subjects<'_>) -> Option<Self> {
        let wanted = match copy.verdict {
            Verdict::Feasible => return None,
            Verdict::Blocked => Status::Fail,
            Verdict::Undecided => Status::Undecided,
        };
        let checks = copy.checks.iter().filter(|check| check.outcome == wanted);
        Some(Self {
            plan: copy.plan.as_ref().map(|plan| {
                let place = plan.made_by.as_ref();
                let place = place.map(|place| format!("{}/{}/", place.account, place.region));
                format!("{}{}", place.unwrap_or_default(), plan.id)
            }),
            checks: checks
                .map(|check| (keys(copy, check, subjects), check.clone()))
                .collect(),
        })
    }
}

impl Causes {
    /// Adds the next copy's.
    pub fn add(&mut self, Blame { plan, checks }: Blame) {
        let mut told: BTreeSet<Key> = BTreeSet::new();
        for (keys, check) in checks {
            for key in keys {
                let group = self.0.entry(key.clone()).or_default();
                group.copies = group.copies.saturating_add(usize::from(told.insert(key)));
                group.checks.insert(check.id);
                group.plans.extend(plan.clone());
                let remedies = check.remedies.iter().map(|id| (id.len(), id.clone()));
                group.remedies.extend(remedies);
                group
                    .message
                    .get_or_insert_with(|| check.message.to_string());
            }
        }
    }

    /// All of them, most copies first.
    #[must_use]
    pub fn told(self) -> Vec<Cause> {
        let mut causes: Vec<Cause> = self
            .0
            .into_iter()
            .map(|((outcome, subject, _), group)| Cause {
                outcome,
                subject,
                checks: group.checks.into_iter().collect(),
                message: group.message.unwrap_or_default(),
                copies: group.copies,
                plans: group.plans.len(),
                remedies: group.remedies.into_iter().map(|(_, id)| id).collect(),
            })
            .collect();
        causes.sort_by(|one, other| place(one).cmp(&place(other)));
        causes
    }
}

/// The causes of what is blocked or undecided, most copies first.
pub fn causes(copies: &[CopyReport], remedies: &[RemedyReport]) -> Vec<Cause> {
    let mut causes = Causes::default();
    let subjects = Subjects::of(remedies);
    copies
        .iter()
        .filter_map(|copy| Blame::of(copy, &subjects))
        .for_each(|blame| causes.add(blame));
    causes.told()
}

fn place(cause: &Cause) -> impl Ord + '_ {
    let copies = std::cmp::Reverse(cause.copies);
    (cause.outcome, copies, &cause.subject, &cause.checks)
}

/// The groups that a check of a copy belongs to: that of the first thing it saw that is not the copy's own, else of what
/// is changed to mend it; or those of the calls that would settle it.
fn keys(copy: &CopyReport, check: &CheckReport, subjects: &Subjects<'_>) -> BTreeSet<Key> {
    if check.outcome == Status::Undecided {
        let calls: BTreeSet<String> = check.gaps.iter().map(call).collect();
        return calls
            .into_iter()
            .map(|call| (Status::Undecided, Some(call), ""))
            .collect();
    }
    let source = &copy.source;
    let own = [
        Some(&*copy.id),
        source.resource.value().map(|arn| arn.as_str()),
        source.recovery_point.as_ref().map(|arn| arn.as_str()),
    ];
    let seen = check.evidence.iter().map(|seen| &*seen.subject);
    let mended = check.remedies.iter().filter_map(|id| subjects.0.get(&**id));
    let thing = seen
        .chain(mended.copied())
        .find(|thing| !own.contains(&Some(*thing)));
    match thing {
        Some(thing) => BTreeSet::from([(Status::Fail, Some(thing.to_owned()), "")]),
        None => BTreeSet::from([(Status::Fail, None, check.id)]),
    }
}

fn call(gap: &Gap) -> String {
    let mut text = gap.operation.clone();
    if let Some(account) = &gap.account {
        text += &format!(" in {account}");
    }
    if let Some(error) = &gap.error {
        text += &format!(" (AWS answered {error})");
    }
    text
}
