#![doc = include_str!("option_group_not_portable.md")]

use serde_json::Value;

use super::described::{described, engine, option_groups};
use super::words::{foretold, not_read};
use super::{Check, MayFail, Run, known};
use crate::catalog::messages::option_group_required;
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts};
use crate::known::Fact;
use crate::verdict::{Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "option-group-not-portable",
    title: "the option group has options that do not go to another Region",
    doc: include_str!("option_group_not_portable.md"),
    cites: &[cite::CROSS_REGION, cite::RDS_COPY],
    may_fail: MayFail::Yes,
    run: Run::OfKinds {
        kinds: &[Kind::Rds],
        others: "the backup is not of an RDS DB instance",
        run,
    },
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    if copy.copy_of.is_some() {
        return Outcome::not_applicable("it is asked of the copy that comes first");
    }
    if !known!(copy.is_cross_region()) {
        return Outcome::not_applicable("the copy stays in its Region");
    }
    let described = known!(described(copy, facts));
    let (account, region) = (known!(copy.source_account()), known!(copy.source_region()));
    let mut sticky: Vec<&str> = Vec::new();
    let mut seen = Vec::new();
    let mut gaps = Vec::new();
    let groups = match option_groups(&described) {
        Some(groups) => groups,
        // PostgreSQL has no options.
        None if known!(engine(copy, facts)).is_some_and(|engine| engine == "postgres") => {
            Vec::new()
        }
        None => return not_read(facts.describe_gap(&described.of)),
    };
    for group in groups {
        let options = match facts.option_group(account, &region, group) {
            Fact::Known(options) => options,
            Fact::Unknown(gap) => {
                gaps.push(*gap);
                continue;
            }
        };
        for option in options {
            let flags = ["Persistent", "Permanent"];
            let flags = flags.map(|word| option.get(word).and_then(Value::as_bool));
            if !flags.contains(&Some(true)) {
                if flags.contains(&None) {
                    let call = "rds:DescribeOptionGroups";
                    gaps.push(facts.gap(call, group, Some(account), Some(&region)));
                }
                continue;
            }
            let name = option
                .get("OptionName")
                .and_then(Value::as_str)
                .unwrap_or("unnamed");
            sticky.push(name);
            seen.push(Evidence::at(
                group,
                "/Options",
                format!("has {name}, which stays with what was made with it"),
            ));
        }
    }
    if !sticky.is_empty() {
        let names = sticky.join(", ");
        return Outcome::fail(format!(
            "the option group of `{}` has {names}: persistent and permanent options do not go to another Region with AWS Backup",
            described.of.name()
        ))
        .nothing_helps("copy the snapshot with RDS itself, which takes an option group of the other Region")
        .foretells(foretold(option_group_required(&names)))
        .saw(seen);
    }
    if !gaps.is_empty() {
        return Outcome::undecided(
            "whether the option group has persistent or permanent options is not known",
            gaps,
        );
    }
    Outcome::pass("no option group with persistent or permanent options")
        .saw([Evidence::of(&described.of, "is in none")])
}
