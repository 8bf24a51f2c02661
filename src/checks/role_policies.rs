//! What a role's own policies come to in the words of a verdict, for the checks that ask them.

use std::collections::BTreeSet;

use super::words::{copy_without, not_read};
use crate::authorization::{DoubtfulRequest, Party, Rulings, denied_by, list};
use crate::inventory::Facts;
use crate::known::{Arn, ByHand, Gap};
use crate::verdict::{Evidence, Need, Outcome};

/// What the role's own policies come to: a Deny or a boundary before silence, silence before what is unknown.
pub fn of_own_policies(
    facts: &Facts<'_>,
    role: &Arn,
    to_do: &str,
    rulings: &Rulings,
    more_gaps: Vec<Gap>,
    needs: impl FnOnce() -> Vec<Need>,
) -> Outcome {
    let name = role.name();
    let sorted = |mut actions: Vec<&'static str>| {
        actions.sort_unstable();
        list(&actions)
    };
    let denied = rulings.denied();
    let bounded = rulings.lacking(Party::Boundary);
    let missing = rulings.lacking(Party::Principal);
    let boundary = || {
        let policies = facts.role_policies(role).known().flatten();
        let boundary = policies.and_then(|policies| policies.boundary);
        boundary.map_or_else(|| "the permissions boundary".to_owned(), |of| of.name)
    };
    // One statement more is no remedy where a Deny or a boundary stands against it.
    let deny = denied.as_ref().map(|(.., seen)| match places(seen) {
        0 | 1 => "change that Deny",
        _ => "change those Denies",
    });
    let step = match (deny, &bounded) {
        (None, None) => None,
        (Some(deny), None) => Some(deny.to_owned()),
        (None, Some(_)) => Some("let the boundary allow them".to_owned()),
        (Some(deny), Some(_)) => Some(format!(
            "{deny}, and let the boundary allow what it leaves out"
        )),
    };
    let nothing_allows = match (&denied, &bounded) {
        (None, Some(_)) => {
            let says = format!("no statement of {} allows it", boundary());
            Evidence::at(role, "/PermissionsBoundary", says)
        }
        (Some(_), _) | (None, None) => Evidence::of(role, "no statement of its policies allows it"),
    };
    let denied = denied.map(|(actions, _, seen)| {
        format!("its policies deny {}{}", sorted(actions), denied_by(&seen))
    });
    let bounded =
        bounded.map(|(actions, _)| format!("{} leaves out {}", boundary(), sorted(actions)));
    let is_enough = missing.is_none();
    let missing = missing.map(|(actions, _)| format!("nothing allows {}", sorted(actions)));
    let parts: Vec<String> = [denied, bounded, missing].into_iter().flatten().collect();
    if !parts.is_empty() {
        let mut seen = rulings.stopped_by();
        if seen.is_empty() {
            seen.push(nothing_allows);
        }
        let fail = Outcome::fail(format!(
            "the role `{name}` is not allowed to {to_do}: {}",
            parts.join("; ")
        ));
        return match step {
            _ if role.is_role_of_aws() => fail.by_hand(ANOTHER_ROLE),
            None => fail.needs(needs()),
            Some(step) if is_enough => fail.by_hand(&format!(
                "{step}: adding Allow statements to the role does not help"
            )),
            Some(step) => fail.needs(needs()).by_hand(&step),
        }
        .saw(seen);
    }
    let open = rulings.open();
    if open.is_some() || !more_gaps.is_empty() {
        let (gaps, _, seen) = open.unwrap_or_default();
        let message = format!("whether the role `{name}` may {to_do} is not known");
        return Outcome::undecided(message, [more_gaps, gaps].concat()).saw(seen);
    }
    let actions: Vec<_> = rulings.each().map(|(action, _)| action).collect();
    let actions = list(&actions);
    Outcome::pass(format!("the policies of the role `{name}` allow {actions}"))
        .saw([Evidence::of(role, format!("may do {actions}"))])
}

/// How many statements are seen.
fn places(seen: &[Evidence]) -> usize {
    let places: BTreeSet<_> = seen
        .iter()
        .map(|seen| (&seen.subject, &seen.pointer))
        .collect();
    places.len()
}

/// Undecided where these policies keep the role from what no page says that a copy fails without, or may keep it.
pub fn doubted(
    role: &Arn,
    whose: &str,
    asked: &[DoubtfulRequest],
    rule: impl Fn(&DoubtfulRequest) -> Rulings,
) -> Option<Outcome> {
    let (mut stopped, mut maybe, mut gaps, mut seen) = (vec![], vec![], vec![], vec![]);
    for doubtful in asked {
        let rulings = rule(doubtful);
        let key = &doubtful.asked.subject;
        if rulings.is_stopped() {
            let actions = rulings.stopped();
            gaps.push(copy_without(&list(&actions), role, key));
            stopped.extend(actions);
            seen.extend(rulings.stopped_by());
        } else if let Some((open, _, also)) = rulings.open() {
            maybe.extend(rulings.not_allowed());
            gaps.extend(open);
            seen.extend(also);
        }
    }
    let name = role.name();
    let sorted = |mut actions: Vec<&'static str>| {
        actions.sort_unstable();
        actions.dedup();
        list(&actions)
    };
    let message = if !stopped.is_empty() {
        let actions = sorted(stopped);
        format!(
            "{whose} policies keep the role `{name}` from {actions}: whether the copy succeeds without it is not known"
        )
    } else if !maybe.is_empty() {
        let actions = sorted(maybe);
        format!("whether {whose} policies keep the role `{name}` from {actions} is not known")
    } else {
        return None;
    };
    seen.dedup();
    Some(Outcome::undecided(message, gaps).saw(seen))
}

/// What is left where a role is not anybody's to change.
pub const ANOTHER_ROLE: &str = "choose another role, as AWSBackupDefaultServiceRole: only AWS changes the policies of this one";

/// Undecided where the policy simulator denies an action, at this place of its answers, that these policies allow.
pub fn contradicted(role: &Arn, whose: &str, denied: (&str, String)) -> Outcome {
    let (action, place) = denied;
    let says = format!(
        "say which is right: {whose} policies, which allow {action}, or the policy simulator, which denies it"
    );
    let gap = Gap::by_hand(ByHand::Contradiction, says, role.as_str()).where_is(role);
    let denial = format!("the policy simulator denies {action}");
    not_read(gap).saw([Evidence::at(role, place, denial)])
}
