#![doc = include_str!("option_group_not_portable.md")]

use serde_json::Value;

use super::described::{described, engine, option_groups};
use super::words::{foretold, not_read};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::calls::api_call;
use crate::catalog::messages::option_group_required;
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts};
use crate::known::{AccountId, Fact, Gap, Region};
use crate::verdict::{Evidence, Outcome};

/// The persistent and permanent options whose snapshots can be shared, where the copy names an option group that has them too.
const SHARED_WITH_A_GROUP: &[&str] = &["Timezone", "OLS"];

pub(super) const CHECK: Check = Check {
    id: "option-group-not-portable",
    title: "the option group has options that do not go to another Region or account",
    doc: include_str!("option_group_not_portable.md"),
    cites: &[cite::CROSS_REGION, cite::RDS_COPY, cite::RDS_SHARE_OPTIONS],
    may_fail: MayFail::Yes,
    when: When::Kinds {
        kinds: &[Kind::Rds],
        others: "the backup is not of an RDS DB instance",
    },
    run: Run::Copy(run),
};

/// Whether a Region has option groups of these names which have all that must go along: with the same group there the copy does not
/// fail, as one of AWS's sentences has it.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html>.
fn has_same<'g>(
    account: AccountId,
    region: &Region,
    mut groups: impl Iterator<Item = &'g str>,
    wanted: &[&str],
    facts: &Facts<'_>,
) -> bool {
    let of = |name| facts.option_group(account, region, name).known();
    let has = |options: &[Value], wanted: &str| {
        let mut names = options.iter().filter_map(|option| option.get("OptionName"));
        names.any(|name| name.as_str() == Some(wanted))
    };
    groups.any(|name| {
        of(name).is_some_and(|options| wanted.iter().all(|wanted| has(options, wanted)))
    })
}

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    if copy.copy_of.is_some() {
        return Outcome::not_applicable("it is asked of the copy that comes first");
    }
    let (cross_region, cross_account) = (
        known!(copy.endpoints().is_cross_region()),
        known!(copy.endpoints().is_cross_account()),
    );
    if !cross_region && !cross_account {
        return Outcome::not_applicable("the copy stays in its Region and account");
    }
    let described = known!(described(copy, facts));
    let (account, region) = (
        known!(copy.endpoints().source_account()),
        known!(copy.endpoints().source_region()),
    );
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
    for group in &groups {
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
                    let call = api_call!("rds:DescribeOptionGroups");
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
                *group,
                "/Options",
                format!("has {name}, which stays with what was made with it"),
            ));
        }
    }
    let unshared: Vec<&str> = (sticky.iter().copied())
        .filter(|name| !SHARED_WITH_A_GROUP.contains(name))
        .collect();
    if cross_region && !sticky.is_empty() {
        let names = sticky.join(", ");
        let there = known!(copy.endpoints().destination_region());
        if !cross_account && has_same(account, &there, groups.iter().copied(), &sticky, facts) {
            let gap = Gap::not_told(
                "whether AWS Backup's copy goes by the option group of the same name that the destination Region has",
                described.of.as_str(),
            )
            .within(Some(account), Some(&there));
            return Outcome::undecided(
                format!(
                    "the option group of `{}` has {names}, and {there} has one of the same name with the same options: AWS Backup names none when it copies",
                    described.of.name()
                ),
                gaps.into_iter().chain([gap]),
            )
            .saw(seen);
        }
        let fail = Outcome::fail(format!(
            "the option group of `{}` has {names}: persistent and permanent options do not go to another Region with AWS Backup",
            described.of.name()
        ));
        let by_rds =
            "copy the snapshot with RDS itself, which takes an option group of the other Region";
        let fail = if cross_account {
            fail.nothing_helps(by_rds)
        } else {
            fail.by_hand(&format!(
                "create the same option group in {there} first, or {by_rds}"
            ))
        };
        return fail
            .foretells(foretold(option_group_required(&names)))
            .saw(seen);
    }
    if !unshared.is_empty() {
        return Outcome::fail(format!(
            "the option group of `{}` has {}: snapshots with such persistent or permanent options cannot be shared with another account",
            described.of.name(),
            unshared.join(", ")
        ))
        .nothing_helps("move the data by the database's own means, or keep the copy in the account")
        .saw(seen);
    }
    if !sticky.is_empty() {
        let gap = Gap::not_told(
            "whether AWS Backup names a target option group in the other account",
            described.of.as_str(),
        )
        .within(Some(account), Some(&region));
        return Outcome::undecided(
            format!(
                "the option group of `{}` has {}: a copy in another account must name a target option group with the same, and \
                 AWS Backup is not known to name one",
                described.of.name(),
                sticky.join(", ")
            ),
            gaps.into_iter().chain([gap]),
        )
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
