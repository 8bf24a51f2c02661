#![doc = include_str!("copy_route_unsupported.md")]

use super::described::{described, engine};
use super::words::{foretold, not_read, unlisted};
use super::{Check, MayFail, Run, known};
use crate::catalog::messages::{MessageId, predict, route_unsupported};
use crate::catalog::{Capability, Kind, RouteAnswer, capabilities, cite, route};
use crate::inventory::{Copy, Facts, KindOf, Start};
use crate::known::{Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "copy-route-unsupported",
    title: "backups of this resource type cannot take this route",
    doc: include_str!("copy_route_unsupported.md"),
    cites: &[cite::FEATURES, cite::HISTORY, cite::RDS],
    may_fail: MayFail::Yes,
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let (kinds, gap): (&[Kind], Option<&Gap>) = match &copy.kind {
        KindOf::Unknown(gap) => return not_read((**gap).clone()),
        KindOf::Unlisted(name) => return unlisted(name),
        KindOf::Known(kind) => (std::slice::from_ref(kind), None),
        KindOf::OneOf(kinds, gap) => (kinds, Some(gap)),
    };
    let subject = copy.subject();
    if let Some(kind) = kinds.first()
        && kinds.iter().all(|kind| !capabilities(*kind).is_copyable())
    {
        return Outcome::fail(format!(
            "a backup of {} cannot be copied, by any route",
            kind.with_article()
        ))
        .foretells(foretold(predict(MessageId::E29)))
        .saw([Evidence::of(subject, format!("is {}", kind.with_article()))]);
    }
    if let Some(reason) = known!(not_backed_up(copy, facts)) {
        return Outcome::fail(&reason)
            .foretells(foretold(predict(MessageId::E29)))
            .saw([Evidence::of(subject, reason)]);
    }
    let from = known!(copy.source_region());
    let to = known!(copy.destination_region());
    let cross_account = known!(copy.is_cross_account());
    let answers: Vec<_> = kinds
        .iter()
        .map(|kind| (*kind, route(*kind, &from, &to, cross_account, false)))
        .collect();
    if let (true, Some(gap)) = (differ(&answers), gap) {
        return not_read(gap.clone());
    }
    match answers.into_iter().next() {
        None => Outcome::undecided("no kind of resource to ask of", []),
        Some((kind, RouteAnswer::Supported { inferred, note, .. })) => {
            let what = format!(
                "a backup of {} can be copied {}",
                kind.with_article(),
                way(&from, &to, cross_account)
            );
            let pass = Outcome::pass(&what).saw([Evidence::of(subject, note.unwrap_or(what))]);
            if inferred {
                pass.on(Basis::Inferred)
            } else {
                pass
            }
        }
        Some((
            kind,
            RouteAnswer::Unsupported {
                capability, reason, ..
            },
        )) => {
            let predicted = match capability {
                Capability::AnyCopy => predict(MessageId::E29),
                Capability::CrossRegion
                | Capability::CrossAccount
                | Capability::BothAtOnce
                | Capability::AirGappedVault => route_unsupported(kind, &from, &to),
            };
            Outcome::fail(&reason)
                .foretells(foretold(predicted))
                .saw([Evidence::of(subject, reason)])
        }
    }
}

/// Why AWS Backup makes no backups of this RDS instance to copy; `None`: it does.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/rds-backup.html>.
fn not_backed_up(copy: &Copy, facts: &Facts<'_>) -> Fact<Option<String>> {
    if copy.recovery_point.is_some() || !matches!(copy.kind, KindOf::Known(Kind::Rds)) {
        return Fact::Known(None);
    }
    engine(copy, facts).and_then(|engine| {
        described(copy, facts).map(|described| {
            let engine = engine.unwrap_or_default();
            if engine.starts_with("custom-oracle") {
                Some(format!(
                    "AWS Backup does not back up RDS Custom for Oracle (`{engine}`)"
                ))
            } else if engine.starts_with("custom-sqlserver") && copy.start == Start::Scheduled {
                Some(format!(
                    "AWS Backup backs up RDS Custom for SQL Server (`{engine}`) on demand only"
                ))
            } else if described.text("BackupTarget") == Some("outposts") {
                Some("AWS Backup does not back up RDS on Outposts".to_owned())
            } else {
                None
            }
        })
    })
}

/// Whether it matters which of the kinds it is.
fn differ(answers: &[(Kind, RouteAnswer)]) -> bool {
    let supported = answers
        .iter()
        .filter(|(_, answer)| answer.is_supported())
        .count();
    supported != 0 && supported != answers.len()
}

fn way(from: &crate::known::Region, to: &crate::known::Region, cross_account: bool) -> String {
    match (from == to, cross_account) {
        (true, false) => "to another vault".to_owned(),
        (true, true) => "to another account".to_owned(),
        (false, false) => format!("from {from} to {to}"),
        (false, true) => format!("to another account and from {from} to {to} at once"),
    }
}
