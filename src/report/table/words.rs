//! Short names for people.

use crate::inventory::Field;
use crate::known::{AccountId, Arn, Region};
use crate::report::{CopyReport, KeyManagedBy, Names};
use crate::verdict::Verdict;

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
        Verdict::Feasible => ("feasible", Paint::Good),
        Verdict::Blocked => ("blocked", Paint::Bad),
        Verdict::Undecided => ("undecided", Paint::Unsure),
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
pub fn source(copy: &CopyReport) -> String {
    let source = &copy.source;
    match source.vault.value() {
        None => "unknown vault".to_owned(),
        Some(vault) => place(source.account.value(), source.region.value(), vault),
    }
}

/// The account that it comes from.
pub fn source_account(copy: &CopyReport) -> String {
    let account = copy.source.account.value();
    account.map_or_else(|| "unknown account".to_owned(), ToString::to_string)
}

/// Where it goes: account, Region, vault.
pub fn destination(copy: &CopyReport) -> String {
    let to = &copy.destination;
    place(to.account.as_ref(), to.region.as_ref(), &to.vault)
}

fn place(account: Option<&AccountId>, region: Option<&Region>, vault: &Arn) -> String {
    let account = account.map(ToString::to_string);
    let region = region.map(ToString::to_string);
    let parts = account.into_iter().chain(region);
    let parts: Vec<String> = parts.chain([vault.name().to_owned()]).collect();
    parts.join("/")
}

/// How long a copy is kept: `35 days`.
pub fn kept(copy: &CopyReport) -> String {
    let days = |number: i64| match number {
        1 => "1 day".to_owned(),
        _ => format!("{number} days"),
    };
    match &copy.lifecycle {
        Field::Absent => "kept for an unknown time".to_owned(),
        Field::Null => "kept without end".to_owned(),
        Field::Is(kept) => {
            let end = kept.delete_after_days;
            let end = end.map_or_else(|| "without end".to_owned(), days);
            let cold = kept.move_to_cold_storage_after_days;
            let cold = cold.map_or_else(String::new, |cold| format!(", cold after {}", days(cold)));
            format!("{end}{cold}")
        }
    }
}

/// A thing by what it is, its name, and where it is: `key shop-data (111122223333 us-east-1)`.
pub fn thing(subject: &str, names: &Names) -> String {
    let Ok(arn) = Arn::parse(subject) else {
        return subject.to_owned();
    };
    let place: Vec<String> = arn
        .account()
        .map(|id| id.to_string())
        .into_iter()
        .chain(arn.region().map(|region| region.to_string()))
        .collect();
    let place = if place.is_empty() {
        String::new()
    } else {
        format!(" ({})", place.join(" "))
    };
    format!("{} {}{place}", what(&arn), names.name(&arn))
}

/// What an ARN is of, in a word.
pub fn what(arn: &Arn) -> &'static str {
    match (
        arn.service(),
        arn.resource().split([':', '/']).next().unwrap_or_default(),
    ) {
        ("kms", _) => "key",
        ("backup", "backup-vault") => "vault",
        ("backup", "recovery-point") => "point",
        ("iam", "role") => "role",
        ("iam", _) => "policy",
        ("organizations", _) => "policy",
        _ => "on",
    }
}

/// A role or a user by its name and account; another principal as it stands.
pub fn principal(text: &str) -> String {
    let Ok(arn) = Arn::parse(text) else {
        return text.to_owned();
    };
    match (arn.account(), arn.resource()) {
        (Some(account), "root") => format!("account {account}"),
        (Some(account), _) => format!("{} of {account}", arn.name()),
        (None, _) => text.to_owned(),
    }
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

/// A few of many, and how many more there are.
pub fn few(all: &[String], shown: usize) -> String {
    match all.get(shown..) {
        Some(rest) if !rest.is_empty() => {
            let first = all.get(..shown).unwrap_or_default().join(", ");
            format!("{first} and {} more", rest.len())
        }
        Some(_) | None => all.join(", "),
    }
}
