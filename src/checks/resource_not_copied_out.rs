#![doc = include_str!("resource_not_copied_out.md")]

use std::collections::BTreeSet;

use super::leaving::{Leaving, Reason, Resource};
use super::settable::may_set_tag;
use super::{Check, MayFail, Run, When};
use crate::catalog::cite;
use crate::inventory::Facts;
use crate::plans::{Condition, Miss, Nearest, Operator, Plan, letters};
use crate::verdict::{Cover, CoverBy, Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "resource-not-copied-out",
    title: "no copy takes the resource out of its account",
    doc: include_str!("resource_not_copied_out.md"),
    cites: &[cite::ASSIGN, cite::ASSIGN_JSON, cite::CROSS_ACCOUNT],
    may_fail: MayFail::OnlyWarns,
    when: When::Always,
    run: Run::Resource(run),
};

fn run(resource: &Resource<'_>, facts: &Facts<'_>) -> Outcome {
    match &resource.leaving {
        Leaving::NotOfItsType => {
            Outcome::not_applicable("backups of its type cannot be copied to another account")
        }
        Leaving::Out => Outcome::pass("a copy that will succeed takes it out of its account"),
        Leaving::Open(Some(copy), gaps) => Outcome::undecided(
            format!("whether it leaves its account depends on copy `{copy}`, which is not decided"),
            gaps.iter().cloned(),
        ),
        Leaving::Open(None, gaps) if resource.is_blocked() => Outcome::undecided(
            "what is known to copy it out of its account is blocked, and whether a plan makes another copy is not known",
            gaps.iter().cloned(),
        ),
        Leaving::Open(None, gaps) => Outcome::undecided(
            "whether a plan copies it out of its account is not known",
            gaps.iter().cloned(),
        ),
        Leaving::Missed(reason) => missed(resource, reason, facts),
    }
}

fn missed(resource: &Resource<'_>, reason: &Reason<'_>, facts: &Facts<'_>) -> Outcome {
    let found = said(resource, reason);
    match (cover(resource, reason, facts), reason) {
        (Some(cover), _) => found.needs([Need::Cover(cover)]),
        (None, Reason::NoPlan(_)) => found.by_hand(&format!(
            "make a backup plan in account {}, {}, that takes it and copies it to another account",
            resource.account, resource.region
        )),
        (None, Reason::NeverStarts(..)) => {
            found.by_hand("give the rule a schedule that starts again")
        }
        (
            None,
            Reason::CopiesNothing(_)
            | Reason::WithinAccount(..)
            | Reason::Blocked(..)
            | Reason::BlockedWithin(..),
        ) => found,
    }
}

/// What makes a plan copy the resource out: the smallest change of what comes nearest.
fn cover(resource: &Resource<'_>, reason: &Reason<'_>, facts: &Facts<'_>) -> Option<Cover> {
    let (plan, by) = match reason {
        Reason::NoPlan(Some(nearest)) if nearest.plan.region == resource.region => {
            let plan = nearest.plan;
            let role = nearest.selection.role.clone();
            let select = role.map(|role| CoverBy::Select { role });
            // By its ARN no other plan takes it.
            let named = select.clone().filter(|_| !nearest.others.is_empty());
            let by = match nearest.misses.as_slice() {
                [
                    Miss::Tag {
                        wanted:
                            Condition {
                                operator: Operator::StringEquals,
                                key,
                                value,
                            },
                        ..
                    },
                ] if may_set_tag(resource, key, value, facts) => {
                    named.unwrap_or_else(|| CoverBy::Tag {
                        key: key.clone(),
                        value: value.clone(),
                    })
                }
                [Miss::SwitchedOff(of)] if of.must_be_switched_on() => {
                    CoverBy::SwitchOn(of.clone())
                }
                [Miss::SwitchedOff(of)] => named.unwrap_or_else(|| CoverBy::SwitchOn(of.clone())),
                _ => select?,
            };
            (plan, by)
        }
        Reason::CopiesNothing(plans) => (*plans.first()?, CoverBy::CopyAction { place: 0 }),
        Reason::WithinAccount(_, Some(plan)) | Reason::BlockedWithin(_, _, Some(plan)) => {
            (*plan, CoverBy::CopyAction { place: 0 })
        }
        Reason::NoPlan(_)
        | Reason::WithinAccount(_, None)
        | Reason::Blocked(..)
        | Reason::BlockedWithin(_, _, None)
        | Reason::NeverStarts(..) => return None,
    };
    Some(Cover {
        resource: resource.arn.clone(),
        account: resource.account,
        region: resource.region.clone(),
        plan: plan.id.clone(),
        by,
    })
}

fn said(resource: &Resource<'_>, reason: &Reason<'_>) -> Outcome {
    match reason {
        Reason::NoPlan(None) => Outcome::warn(format!(
            "no plan selects it: {} has no backup plan with a selection in {}",
            resource.account, resource.region
        )),
        Reason::NoPlan(Some(nearest)) => no_plan(resource, nearest),
        Reason::CopiesNothing(plans) => {
            let copies = if plans.len() == 1 { "copies" } else { "copy" };
            Outcome::warn(format!(
                "{} backs it up and {copies} nothing: no rule has a copy action",
                all(plans)
            ))
            .saw(plans.iter().take(3).map(|plan| {
                Evidence::at(&plan.id, "/BackupPlan/Rules", "no rule has `CopyActions`")
            }))
        }
        Reason::WithinAccount(vaults, _) => {
            let named: Vec<String> = vaults
                .iter()
                .take(3)
                .map(|vault| format!("`{}`", vault.name()))
                .collect();
            Outcome::warn(format!(
                "it is copied within its account only, to {}",
                named.join(", ")
            ))
            .saw(
                vaults
                    .iter()
                    .take(3)
                    .map(|vault| Evidence::of(*vault, "is a vault of the resource's own account")),
            )
        }
        Reason::NeverStarts(plan, rule) => Outcome::warn(format!(
            "{} copies it out of its account by rule `{}`, which never starts again ({})",
            called(plan),
            rule.name,
            rule.starts.text
        ))
        .saw([Evidence::at(
            &plan.id,
            format!("/BackupPlan/Rules/{}/ScheduleExpression", rule.place),
            format!("is {}", rule.starts.text),
        )]),
        Reason::Blocked(count, checks) => {
            Outcome::warn(blocked(*count, "out of its account", checks))
        }
        Reason::BlockedWithin(count, checks, _) => {
            let blocked = blocked(*count, "within its account", checks);
            Outcome::warn(format!("it is copied nowhere: {blocked}"))
        }
    }
}

/// That copies are blocked, by these checks.
fn blocked(count: usize, to: &str, checks: &BTreeSet<&'static str>) -> String {
    let checks: Vec<String> = checks.iter().map(|id| format!("`{id}`")).collect();
    let all = match count {
        1 => format!("the one copy {to} is"),
        many => format!("all {many} copies {to} are"),
    };
    format!("{all} blocked, by {}", checks.join(", "))
}

fn called(plan: &Plan) -> String {
    format!("plan `{}`", plan.called())
}

/// The first of some plans, and how many more there are.
fn all(plans: &[&Plan]) -> String {
    let named: Vec<String> = plans.iter().take(3).map(|plan| called(plan)).collect();
    let more = match plans.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", named.join(", "))
}

/// No plan takes it: what comes nearest, and everything that excludes it there.
fn no_plan(resource: &Resource<'_>, nearest: &Nearest<'_>) -> Outcome {
    let Nearest {
        plan, selection, ..
    } = nearest;
    let why: Vec<String> = nearest
        .misses
        .iter()
        .map(|miss| excludes(miss, resource, plan))
        .collect();
    let what = if why.is_empty() {
        "which may take it by `Resources` or `ListOfTags` alone".to_owned()
    } else {
        format!("but {}", why.join(", and "))
    };
    let others = match nearest.others.as_slice() {
        [] => String::new(),
        others => format!("; were that otherwise, {} would select it too", all(others)),
    };
    let evidence = Evidence::at(
        &plan.id,
        "/Selections",
        format!("`{}` does not select it", selection.name),
    );
    Outcome::warn(format!(
        "no plan selects it. {}, selection `{}`, comes nearest, {what}{others}",
        capital(&called(plan)),
        selection.name
    ))
    .saw([evidence])
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// What excludes a resource, in a clause.
fn excludes(miss: &Miss, resource: &Resource<'_>, plan: &Plan) -> String {
    match miss {
        Miss::NotNamed { near: Some(near) } => {
            format!("it names `{near}`, which is nearly its ARN")
        }
        Miss::NotNamed { near: None } => "none of its `Resources` matches it".to_owned(),
        Miss::LeftOut { by } => format!("`NotResources` leaves it out by `{by}`"),
        Miss::SwitchedOff(of) => format!(
            "{of} is switched off in AWS Backup's settings of {}",
            resource.region
        ),
        Miss::Tag { wanted, has: None } => {
            format!("it has no tag `{}`: expected {}", wanted.key, asked(wanted))
        }
        Miss::Tag {
            wanted,
            has: Some((key, value)),
        } => {
            let off = letters(&wanted.key, key).saturating_add(match wanted.operator {
                Operator::StringEquals => letters(&wanted.value, value),
                Operator::StringNotEquals | Operator::StringLike | Operator::StringNotLike => 0,
            });
            let near = match off {
                1 => ", one letter off",
                2 => ", two letters off",
                _ => "",
            };
            format!(
                "its tag is `{key}` = `{value}`{near}: expected `{}`{}",
                wanted.key,
                match wanted.operator {
                    Operator::StringEquals => format!(" = `{}`", wanted.value),
                    Operator::StringNotEquals | Operator::StringLike | Operator::StringNotLike => {
                        format!(", {}", asked(wanted))
                    }
                }
            )
        }
        Miss::Excluded { by, has } => format!(
            "its tag `{}` = `{has}` excludes it: {} `{}`",
            by.key,
            operator(by),
            by.value
        ),
        Miss::OtherRegion => format!(
            "the plan is of {}, and selects nothing in {}",
            plan.region, resource.region
        ),
    }
}

fn asked(wanted: &Condition) -> String {
    match wanted.operator {
        Operator::StringEquals => format!("`{}`", wanted.value),
        Operator::StringNotEquals | Operator::StringLike | Operator::StringNotLike => {
            format!("{} `{}`", operator(wanted), wanted.value)
        }
    }
}

fn operator(of: &Condition) -> &'static str {
    Operator::ALL
        .into_iter()
        .find(|(_, operator)| *operator == of.operator)
        .map_or("", |(name, _)| name)
}
