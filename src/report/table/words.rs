//! Short names for people.

use crate::known::{AccountId, Arn, Region};
use crate::report::{CopyReport, KeyManagedBy};
use crate::verdict::{Status, Verdict};

use super::sheet::Paint;

/// `1 warning`, `2 warnings`.
pub fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// `1 copy`, `2 copies`.
pub fn copies(number: usize) -> String {
    match number {
        1 => "1 copy".to_owned(),
        _ => format!("{number} copies"),
    }
}

/// A verdict, to be seen.
pub const fn verdict(verdict: Verdict) -> (&'static str, Paint) {
    match verdict {
        Verdict::Feasible => ("FEASIBLE", Paint::Good),
        Verdict::Blocked => ("BLOCKED", Paint::Bad),
        Verdict::Undecided => ("UNDECIDED", Paint::Unsure),
    }
}

/// The mark of a check's outcome.
pub const fn mark(status: Status) -> (&'static str, Paint) {
    match status {
        Status::Fail => ("✗", Paint::Bad),
        Status::Undecided => ("?", Paint::Unsure),
        Status::Warn => ("!", Paint::Unsure),
        Status::Pass => ("✓", Paint::Good),
        Status::NotApplicable => ("-", Paint::Quiet),
    }
}

/// What a copy is called: its id, or its rule where a plan makes it, whose ids are long.
pub fn name(copy: &CopyReport) -> String {
    match &copy.plan {
        Some(plan) => format!("rule {} of plan {}", plan.rule, plan.id),
        None => copy.id.clone(),
    }
}

/// What is copied: `RDS orders`.
pub fn resource(copy: &CopyReport) -> String {
    let source = &copy.source;
    let of = source
        .resource_type
        .value()
        .map_or("unknown type:", |of| of.as_str());
    let arn = source.resource.value().or(source.recovery_point.as_ref());
    format!("{of} {}", arn.map_or("unknown resource", Arn::name))
}

/// Where it comes from: account, Region, vault.
pub fn source(copy: &CopyReport, before_vault: char) -> String {
    let source = &copy.source;
    match source.vault.value() {
        None => "unknown vault".to_owned(),
        Some(vault) => {
            let vault = (before_vault, vault);
            place(source.account.value(), source.region.value(), vault)
        }
    }
}

/// Where it goes: account, Region, vault.
pub fn destination(copy: &CopyReport, before_vault: char) -> String {
    let to = &copy.destination;
    place(
        to.account.as_ref(),
        to.region.as_ref(),
        (before_vault, &to.vault),
    )
}

fn place(
    account: Option<&AccountId>,
    region: Option<&Region>,
    (before_vault, vault): (char, &Arn),
) -> String {
    let mut place: Vec<String> = Vec::new();
    place.extend(account.map(ToString::to_string));
    place.extend(region.map(ToString::to_string));
    let mut text = place.join(" ");
    if !text.is_empty() {
        text.push(before_vault);
    }
    text.push_str(vault.name());
    text
}

/// A key for people: its ARN, and who manages it.
pub fn key(arn: Option<&Arn>, manager: Option<KeyManagedBy>) -> String {
    let manager = match manager {
        Some(KeyManagedBy::Customer) => "customer managed",
        Some(KeyManagedBy::Aws) => "AWS managed",
        Some(KeyManagedBy::AwsOwned) => "a key that AWS owns",
        Some(KeyManagedBy::None) => "no key: not encrypted",
        None => "unknown",
    };
    arn.map_or_else(|| manager.to_owned(), |arn| format!("{arn} ({manager})"))
}
