#![doc = include_str!("copy_overdue.md")]

use super::leaving::{Due, Resource, Since};
use super::words::date;
use super::{Check, MayFail, Run, When};
use crate::catalog::cite;
use crate::inventory::{Facts, NewestCopy};
use crate::known::{Fact, Gap};
use crate::verdict::{Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "copy-overdue",
    title: "the newest completed copy out of the account is older than the plan's schedule allows, or there is none",
    doc: include_str!("copy_overdue.md"),
    cites: &[cite::BACKUP_RULE, cite::CRON, cite::COPY_JOBS],
    may_fail: MayFail::OnlyWarns,
    when: When::Always,
    run: Run::Resource(run),
};

/// The days of copy jobs that AWS lists.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_ListCopyJobs.html>.
const JOBS: i128 = 30 * 24 * 60 * 60 * 1000;

fn run(resource: &Resource<'_>, facts: &Facts<'_>) -> Outcome {
    if resource.due.is_empty() {
        return Outcome::not_applicable("no plan that was read copies it out of its account");
    }
    let newest = facts.newest_copies(&resource.arn, resource.account);
    let mut late = Vec::new();
    let mut seen = Vec::new();
    let mut open = Vec::new();
    let mut in_time = false;
    for due in &resource.due {
        let made = newest.get(due.vault);
        let since = match due.since {
            Since::Start(since) if made.is_none_or(|copy| copy.made < since) => since,
            Since::Start(_) => {
                in_time = true;
                continue;
            }
            Since::Never => continue,
            Since::Unknown => {
                open.push(not_understood(due, facts));
                continue;
            }
        };
        if made_since(resource, due, since, facts) {
            continue;
        }
        let mut unread = unread(resource, due, since, facts);
        unread.extend(facts.copies_in_doubt(&resource.arn, due.vault));
        if !unread.is_empty() || due.doubt.is_some() {
            open.extend(unread.into_iter().chain(due.doubt.clone()));
            continue;
        }
        late.push(words(due, made, since));
        seen.extend(evidence(due, made));
    }
    if !late.is_empty() {
        late.dedup();
        let running = match facts.running_copy_job(&resource.arn) {
            Some(job) => format!("; copy job `{job}` had not ended"),
            None => String::new(),
        };
        return Outcome::warn(format!("{}{running}", late.join("; "))).saw(seen);
    }
    if !open.is_empty() {
        return Outcome::undecided("whether its copies were made in time is not known", open);
    }
    if !in_time {
        return Outcome::not_applicable(
            "none of its copies out of the account is due: no rule started since it, the plan or the vault was made, or long enough ago",
        );
    }
    Outcome::pass("its copies out of the account were made in time")
}

/// Whether the resource, or what makes and takes its copies, was made after a start: there is no backup of it yet, or none that goes there.
fn made_since(resource: &Resource<'_>, due: &Due<'_>, since: i128, facts: &Facts<'_>) -> bool {
    let made = [
        facts.resource_made(&resource.arn),
        facts.plan_made(&due.plan.id, due.plan.account, &due.plan.region),
        facts.selection_made(
            (&due.plan.id, due.selection),
            due.plan.account,
            &due.plan.region,
        ),
        facts.vault_made(due.vault),
    ];
    made.into_iter().flatten().any(|made| made > since)
}

/// What would tell whether a newer copy is there. What was listed of one of the two will do; of copy jobs there are those of 30
/// days.
fn unread(resource: &Resource<'_>, due: &Due<'_>, since: i128, facts: &Facts<'_>) -> Vec<Gap> {
    let Fact::Unknown(points) = facts.points_listed(due.vault) else {
        return Vec::new();
    };
    let reach = facts.known_until().map(|now| now.saturating_sub(JOBS));
    match facts.copy_jobs_listed(resource.account, &resource.region) {
        Fact::Known(()) if reach.is_some_and(|reach| since >= reach) => Vec::new(),
        Fact::Known(()) => vec![*points],
        Fact::Unknown(jobs) => vec![*points, *jobs],
    }
}

fn not_understood(due: &Due<'_>, facts: &Facts<'_>) -> Gap {
    let what = if facts.known_until().is_none() {
        "when the facts were read: `collected_at` is not there".to_owned()
    } else {
        format!(
            "when rule `{}` starts: its schedule `{}` is not one that AWS documents",
            due.rule.name, due.rule.starts.text
        )
    };
    Gap::not_told(what, &due.plan.id).within(Some(due.plan.account), Some(&due.plan.region))
}

fn words(due: &Due<'_>, made: Option<&NewestCopy<'_>>, since: i128) -> String {
    let vault = due.vault.name();
    let there = match made {
        Some(copy) => format!(
            "the newest completed copy in `{vault}` is of {}",
            date(copy.made)
        ),
        None => format!("no completed copy is in `{vault}`"),
    };
    format!(
        "{there}: rule `{}` of plan `{}` ({}) should have made one since {}",
        due.rule.name,
        due.plan.called(),
        due.rule.starts.text,
        date(since)
    )
}

fn evidence(due: &Due<'_>, made: Option<&NewestCopy<'_>>) -> Vec<Evidence> {
    let rule = Evidence::at(
        &due.plan.id,
        format!("/BackupPlan/Rules/{}/ScheduleExpression", due.rule.place),
        format!(
            "is {}, and the backup may take {} minutes",
            due.rule.starts.text, due.rule.starts.minutes
        ),
    );
    let copy = match made {
        None => Evidence::of(due.vault, "has no completed copy of the resource"),
        Some(NewestCopy {
            point: Some(point), ..
        }) => Evidence::at(
            &point.arn,
            "/CreationDate",
            "is the newest completed copy there",
        ),
        Some(NewestCopy { point: None, .. }) => Evidence::of(
            due.vault,
            "got its newest copy by the last job that completed",
        ),
    };
    vec![rule, copy]
}
