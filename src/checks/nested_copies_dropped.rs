#![doc = include_str!("nested_copies_dropped.md")]

use super::words::not_read;
use super::{Check, Found, MayFail, Others, Run, When, known};
use crate::catalog::calls::api_call;
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts, KindOf, Named, RecoveryPoint};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "nested-copies-dropped",
    title: "parts of a composite recovery point stay behind",
    doc: include_str!("nested_copies_dropped.md"),
    cites: &[cite::CLOUDFORMATION, cite::EKS],
    may_fail: MayFail::Yes,
    when: When::Kinds {
        kinds: &[Kind::CloudFormation, Kind::Eks],
        others: "the backup is not a composite one",
    },
    run: Run::Composite(run),
};

/// What becomes of a nested recovery point.
enum Part {
    /// It goes along.
    Goes,
    /// It stays behind, for this reason.
    Stays(String),
    /// It may stay behind: these facts tell.
    Open(Vec<Gap>),
}

fn run(copy: &Copy, facts: &Facts<'_>, ask: Option<&Others<'_>>) -> Option<Outcome> {
    Some(of_parts(copy, facts, ask?))
}

fn of_parts(copy: &Copy, facts: &Facts<'_>, ask: &Others<'_>) -> Outcome {
    known!(copy.endpoints().source_vault.as_ref());
    let Some(point) = &copy.transfer.recovery_point else {
        return may_stay("what the composite will hold was not read", []);
    };
    if copy.route().kind == KindOf::Known(Kind::Eks)
        && let Some(alone) = alone(point, facts)
    {
        return alone;
    }
    let nested = facts.nested_points(point);
    if nested.is_empty() {
        // A stack's template is nested in its backup, too.
        if let (None | Some(false), Some(_)) = facts.point_nesting(point) {
            return Outcome::not_applicable("the recovery point is nested in a composite one");
        }
        return may_stay(
            "what the composite recovery point holds was not read",
            unlisted(copy, facts),
        );
    }
    let of_whole = ask(copy);
    let parts: Vec<(&RecoveryPoint, Part)> = nested
        .iter()
        .map(|part| (*part, becomes(&ask(&of(copy, &part.arn, facts)), &of_whole)))
        .collect();
    add_up(copy, &parts, facts)
}

/// The call that lists what the composite holds.
fn unlisted(copy: &Copy, facts: &Facts<'_>) -> Option<Gap> {
    let vault = copy.endpoints().source_vault.as_ref().known()?;
    let point = copy.transfer.recovery_point.as_ref()?;
    Some(facts.gap(
        api_call!("backup:ListRecoveryPointsByBackupVault"),
        point.as_str(),
        vault.account(),
        vault.region().as_ref(),
    ))
}

/// What is found of the state of an EKS cluster, which is nested in the cluster's backup and not copied by itself. `None`: it
/// is the whole.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/eks-backups.html>.
fn alone(point: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let is_composite = point.resource().starts_with("recovery-point:composite:");
    let parent = match facts.point_nesting(point) {
        (Some(true), _) => return None,
        (None, None) if is_composite => return None,
        (Some(false) | None, Some(parent)) => parent,
        (Some(false) | None, None) => {
            return Some(not_read(facts.gap(
                api_call!("backup:DescribeRecoveryPoint"),
                point.as_str(),
                point.account(),
                point.region().as_ref(),
            )));
        }
    };
    Some(
        Outcome::fail("the state of an EKS cluster is not copied by itself")
            .by_hand("copy the backup of the cluster, which has it")
            .saw([Evidence::at(
                point,
                "/ParentRecoveryPointArn",
                format!("is {parent}"),
            )]),
    )
}

/// A copy of a nested recovery point.
fn of(copy: &Copy, part: &Arn, facts: &Facts<'_>) -> Copy {
    let named = Named {
        resource: None,
        recovery_point: Some(part.clone()),
        copy_of: None,
        ..copy.named()
    };
    Copy::new(named, facts)
}

/// A nested recovery point goes by what holds for a copy of it; what stops the whole as well is said there.
fn becomes(of_part: &Found, of_whole: &Found) -> Part {
    let own = |status: Status| {
        let of_part = of_part.iter();
        of_part.filter(move |(check, part)| {
            let mut of_whole = of_whole.iter();
            part.status == status
                && of_whole.any(|(other, whole)| other.id == check.id && whole.status != status)
        })
    };
    if let Some((check, outcome)) = own(Status::Fail).next() {
        return Part::Stays(format!("stays behind ({}): {}", check.id, outcome.message));
    }
    let gaps: Vec<Gap> = own(Status::Undecided)
        .filter(|(check, _)| check.may_fail == MayFail::Yes)
        .flat_map(|(_, outcome)| outcome.gaps.clone())
        .collect();
    if gaps.is_empty() {
        Part::Goes
    } else {
        Part::Open(gaps)
    }
}

/// Without its template, or its cluster's state, a composite is not copied. Where that part was not read, it goes by what
/// holds for the whole: it lies in the same vault, under the same key.
fn add_up(copy: &Copy, parts: &[(&RecoveryPoint, Part)], facts: &Facts<'_>) -> Outcome {
    let (mut left, mut gaps, mut of_core) = (Vec::new(), Vec::new(), Vec::new());
    let mut core_stays = None;
    for (point, part) in parts {
        match part {
            Part::Goes => {}
            Part::Stays(reason) => {
                match is_core(copy, point, facts) {
                    Fact::Known(true) => core_stays = Some(format!("{} {reason}", point.arn)),
                    Fact::Known(false) => {}
                    Fact::Unknown(gap) => of_core.push(*gap),
                }
                left.push(Evidence::of(&point.arn, reason.clone()));
            }
            Part::Open(open) => match is_core(copy, point, facts) {
                Fact::Known(true) => of_core.extend(open.clone()),
                Fact::Known(false) => gaps.extend(open.clone()),
                Fact::Unknown(gap) => of_core.extend(open.iter().cloned().chain([*gap])),
            },
        }
    }
    let (stay, all) = (left.len(), parts.len());
    if let Some(reason) = core_stays {
        return Outcome::fail(format!(
            "the part of the composite without which nothing of it is copied cannot go: {reason}"
        ))
        .by_hand("back the resource up again, and copy that")
        .on(Basis::Inferred)
        .saw(left);
    }
    if !of_core.is_empty() {
        return Outcome::undecided(
            "whether the part of the composite without which nothing of it is copied can go is not known",
            of_core,
        )
        .saw(left);
    }
    if stay > 0 {
        return Outcome::warn(format!(
            "{stay} of the {all} nested recovery points that were read cannot go along: the copy ends PARTIAL, without them"
        ))
        .saw(left);
    }
    if !gaps.is_empty() {
        return may_stay(
            "whether every nested recovery point can go along is not known",
            gaps,
        );
    }
    let has_core =
        |(point, _): &(&RecoveryPoint, Part)| is_core(copy, point, facts) == Fact::Known(true);
    if !parts.iter().any(has_core) {
        return may_stay(
            "the part of the composite without which nothing of it is copied is not among those that were read",
            unlisted(copy, facts),
        );
    }
    Outcome::pass(format!(
        "all {all} nested recovery points that were read can go along"
    ))
    .on(Basis::Inferred)
}

/// Whether it is the nested recovery point of the composite's own type: the stack's template, the cluster's state. One whose type was
/// not read may be.
fn is_core(copy: &Copy, part: &RecoveryPoint, facts: &Facts<'_>) -> Fact<bool> {
    let own = copy.route().resource_type.as_ref().known();
    // A stack may hold stacks, which are composites themselves.
    let is_whole =
        part.is_parent.value() == Some(&true) && copy.route().kind != KindOf::Known(Kind::Eks);
    if is_whole || own.is_none() {
        return Fact::Known(false);
    }
    match part.resource_type.value() {
        Some(of) => Fact::Known(Some(of) == own),
        None => Fact::unknown(facts.gap(
            api_call!("backup:DescribeRecoveryPoint"),
            part.arn.as_str(),
            copy.endpoints().source_account().known(),
            copy.endpoints().source_region().known().as_ref(),
        )),
    }
}

/// The copy goes, but maybe without parts of it.
fn may_stay(what: &str, gaps: impl IntoIterator<Item = Gap>) -> Outcome {
    let mut outcome = Outcome::warn(format!(
        "{what}: parts of it may stay behind, and the copy end PARTIAL"
    ));
    outcome.gaps = gaps.into_iter().collect();
    outcome.gaps.sort();
    outcome.gaps.dedup();
    outcome
}
