//! What is at fault, most copies first: one key policy may block the copies of many plans.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::known::Gap;
use crate::verdict::{Status, Verdict};

use super::copy::{CheckReport, CopyReport};

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

#[derive(Default)]
struct Group<'a> {
    checks: BTreeSet<&'static str>,
    copies: BTreeSet<&'a str>,
    plans: BTreeSet<&'a str>,
    remedies: BTreeSet<(usize, &'a str)>,
    message: Option<&'a str>,
}

/// A failing check's group: the thing, or the check where it is the copy's own.
type Key<'a> = (Status, Option<String>, &'a str);

/// The causes of what is blocked or undecided, most copies first.
pub fn causes(copies: &[CopyReport]) -> Vec<Cause> {
    let mut groups: BTreeMap<Key<'_>, Group<'_>> = BTreeMap::new();
    for copy in copies {
        let wanted = match copy.verdict {
            Verdict::Feasible => continue,
            Verdict::Blocked => Status::Fail,
            Verdict::Undecided => Status::Undecided,
        };
        for check in copy.checks.iter().filter(|check| check.outcome == wanted) {
            for key in keys(copy, check) {
                let group = groups.entry(key).or_default();
                group.checks.insert(check.id);
                group.copies.insert(&copy.id);
                group.plans.extend(copy.plan.as_ref().map(|plan| &*plan.id));
                let remedies = check.remedies.iter().map(|id| (id.len(), &**id));
                group.remedies.extend(remedies);
                group.message.get_or_insert(&check.message);
            }
        }
    }
    let mut causes: Vec<Cause> = groups
        .into_iter()
        .map(|((outcome, subject, _), group)| Cause {
            outcome,
            subject,
            checks: group.checks.into_iter().collect(),
            message: group.message.unwrap_or_default().to_owned(),
            copies: group.copies.len(),
            plans: group.plans.len(),
            remedies: group
                .remedies
                .into_iter()
                .map(|(_, id)| id.to_owned())
                .collect(),
        })
        .collect();
    causes.sort_by(|one, other| place(one).cmp(&place(other)));
    causes
}

fn place(cause: &Cause) -> impl Ord + '_ {
    let copies = std::cmp::Reverse(cause.copies);
    (cause.outcome, copies, &cause.subject, &cause.checks)
}

/// The groups that a check of a copy belongs to: that of the first thing it saw, or those of the calls that would settle
/// it.
fn keys<'a>(copy: &CopyReport, check: &'a CheckReport) -> Vec<Key<'a>> {
    if check.outcome == Status::Undecided {
        let calls: BTreeSet<String> = check.gaps.iter().map(call).collect();
        return calls
            .into_iter()
            .map(|call| (Status::Undecided, Some(call), ""))
            .collect();
    }
    let thing = check.evidence.first().map(|seen| &*seen.subject);
    let source = &copy.source;
    let own = [
        Some(&*copy.id),
        source.resource.value().map(|arn| arn.as_str()),
        source.recovery_point.as_ref().map(|arn| arn.as_str()),
    ];
    match thing {
        Some(thing) if !own.contains(&Some(thing)) => {
            vec![(Status::Fail, Some(thing.to_owned()), "")]
        }
        Some(_) | None => vec![(Status::Fail, None, check.id)],
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
