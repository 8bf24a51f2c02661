#![doc = include_str!("encrypted_by_tde.md")]

use serde_json::Value;

use super::described::{described, engine, option_groups};
use super::words::{not_read, same_account};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::calls::api_call;
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts};
use crate::known::{Fact, Gap};
use crate::verdict::{Evidence, Outcome};

/// The options by which RDS encrypts inside the database.
const TDE: &[&str] = &["TDE", "TDE_HSM", "TRANSPARENT_DATA_ENCRYPTION"];

pub(super) const CHECK: Check = Check {
    id: "encrypted-by-tde",
    title: "the database is encrypted by TDE, whose snapshots cannot be shared",
    doc: include_str!("encrypted_by_tde.md"),
    cites: &[cite::RDS_SHARE, cite::TROUBLESHOOTING, cite::RDS_API_COPY],
    may_fail: MayFail::Yes,
    when: When::Kinds {
        kinds: &[Kind::Rds],
        others: "the backup is not of an RDS DB instance",
    },
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    if copy.copy_of.is_some() {
        return Outcome::not_applicable("it is asked of the copy that comes first");
    }
    if !known!(copy.endpoints().is_cross_account()) {
        return into_another_region(copy, facts).unwrap_or_else(same_account);
    }
    match known!(engine(copy, facts)) {
        Some(engine) if !has_tde(engine) => {
            return Outcome::not_applicable(format!("the engine {engine} knows no TDE"));
        }
        Some(_) => {}
        None => {
            let described = known!(described(copy, facts));
            return not_read(facts.describe_gap(&described.of));
        }
    }
    let described = known!(described(copy, facts));
    if let Some(credential) = described
        .text("TdeCredentialArn")
        .filter(|text| !text.is_empty())
    {
        return fail(Evidence::at(
            &described.of,
            "/TdeCredentialArn",
            format!("is {credential}"),
        ));
    }
    let (account, region) = (
        known!(copy.endpoints().source_account()),
        known!(copy.endpoints().source_region()),
    );
    let mut gaps: Vec<Gap> = Vec::new();
    let Some(groups) = option_groups(&described) else {
        return not_read(facts.describe_gap(&described.of));
    };
    for group in groups {
        match facts.option_group(account, &region, group) {
            Fact::Unknown(gap) => gaps.push(*gap),
            Fact::Known(options) => {
                let is_named =
                    |option: &Value| option.get("OptionName").is_some_and(Value::is_string);
                if !options.iter().all(is_named) {
                    let call = api_call!("rds:DescribeOptionGroups");
                    gaps.push(facts.gap(call, group, Some(account), Some(&region)));
                }
                let mut names = options
                    .iter()
                    .filter_map(|option| option.get("OptionName")?.as_str());
                if let Some(name) = names.find(|name| TDE.contains(name)) {
                    return fail(Evidence::at(group, "/Options", format!("has {name}")));
                }
            }
        }
    }
    if !gaps.is_empty() {
        return Outcome::undecided(
            "whether the database is encrypted by TDE is not known",
            gaps,
        );
    }
    Outcome::pass("the database is not encrypted by TDE").saw([Evidence::of(
        &described.of,
        "has neither TdeCredentialArn nor an option group with TDE",
    )])
}

/// Within the account RDS wants a target option group for such a copy to another Region, and AWS Backup gives none. `None`: there is no
/// other Region, or the description does not say so; what the option group says is another check's.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBSnapshot.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>.
fn into_another_region(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    if copy.endpoints().is_cross_region() != Fact::Known(true) {
        return None;
    }
    let engine = engine(copy, facts).known().flatten()?;
    let described = described(copy, facts).known().filter(|_| has_tde(engine))?;
    let credential = described.text("TdeCredentialArn");
    let credential = credential.filter(|text| !text.is_empty())?;
    let what = "whether the copy goes where an option group of the same name is in the destination Region: RDS wants to be told of one for a database that is encrypted by TDE, and AWS Backup does not tell it";
    let gap = Gap::not_told(what, described.of.as_str()).where_is(&described.of);
    let message = "the database is encrypted by TDE: RDS copies it to another Region into an option group that must be named, and AWS Backup names none";
    let says = format!("is {credential}");
    let seen = Evidence::at(&described.of, "/TdeCredentialArn", says);
    Some(Outcome::undecided(message, [gap]).saw([seen]))
}

/// Oracle and SQL Server have transparent data encryption.
fn has_tde(engine: &str) -> bool {
    engine.contains("oracle") || engine.contains("sqlserver")
}

fn fail(seen: Evidence) -> Outcome {
    Outcome::fail("the database is encrypted by TDE, and such snapshots cannot be shared with another account")
        .nothing_helps("move the data by the database's own means, or keep the copy in the account")
        .saw([seen])
}
