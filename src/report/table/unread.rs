//! What was not read, and what would read it.

use std::collections::{BTreeMap, BTreeSet};

use crate::known::Gap;
use crate::report::Report;

use super::sheet::{Paint, Sheet};

/// The permission of a gap that no IAM action closes.
const NO_PERMISSION: &str = "none";

/// The call that settles a gap, and what it takes.
pub fn call(gap: &Gap) -> String {
    let Gap {
        operation,
        subject,
        error,
        permission,
        ..
    } = gap;
    let mut text = format!("{operation} on {subject}{}", place(gap));
    if let Some(error) = error {
        text.push_str(&format!("; AWS answered {error}"));
    }
    if permission != NO_PERMISSION {
        text.push_str(&format!("; it takes the permission {permission}"));
    }
    text
}

fn place(gap: &Gap) -> String {
    match (&gap.account, &gap.region) {
        (Some(account), Some(region)) => format!(" in {account} {region}"),
        (Some(place), None) | (None, Some(place)) => format!(" in {place}"),
        (None, None) => String::new(),
    }
}

/// The permissions to give where AWS refused, and what else was not read.
pub fn write(sheet: &mut Sheet, report: &Report, verbose: bool) {
    let needed: BTreeSet<&Gap> = report.checks().flat_map(|check| &check.gaps).collect();
    let mut refused: BTreeMap<Option<&str>, BTreeSet<&str>> = BTreeMap::new();
    for gap in needed
        .iter()
        .filter(|gap| gap.error.is_some() && gap.permission != NO_PERMISSION)
    {
        refused
            .entry(gap.account.as_deref())
            .or_default()
            .insert(&gap.permission);
    }
    if !refused.is_empty() {
        sheet.title("Permissions to read with");
        for (account, permissions) in refused {
            let lead = format!("in {}:", account.unwrap_or("an unknown account"));
            let permissions: Vec<_> = permissions.into_iter().collect();
            sheet.item(2, (&lead, Paint::Unsure), &permissions.join(", "));
        }
    }
    let others: Vec<_> = report
        .gaps
        .iter()
        .filter(|gap| !needed.contains(gap))
        .collect();
    if others.is_empty() {
        return;
    }
    let what = match others.len() {
        1 => "1 fact was not read, and no check asked for it".to_owned(),
        many => format!("{many} facts were not read, and no check asked for them"),
    };
    if !verbose {
        sheet.gap();
        sheet.text(0, &format!("{what} (-v lists them)"));
        return;
    }
    sheet.title("Not read, and asked for by no check");
    for gap in others {
        sheet.item(2, ("-", Paint::Quiet), &call(gap));
    }
}
