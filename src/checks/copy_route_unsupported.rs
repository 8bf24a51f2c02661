#![doc = include_str!("copy_route_unsupported.md")]

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::described::{described, engine, is_any_of};
use super::words::{foretold, not_read, unlisted};
use super::{Check, MayFail, Run, detour, known};
use crate::catalog::messages::{MessageId, predict, route_unsupported};
use crate::catalog::{Capability, Kind, RouteAnswer, capabilities, cite, route};
use crate::inventory::{Copy, Facts, KindOf, Start};
use crate::known::{AccountId, Fact, Gap, Region};
use crate::verdict::{Basis, Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "copy-route-unsupported",
    title: "backups of this resource type cannot take this route",
    doc: include_str!("copy_route_unsupported.md"),
    cites: &[
        cite::FEATURES,
        cite::HISTORY,
        cite::RDS,
        cite::RDS_COPY,
        cite::FIELD_ENGINE_VERSION,
    ],
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
    // A rule names its own vault; where nobody named one, that of the newest backup is no reason to fail.
    if copy.plan.is_some() && copy.source_vault == Fact::Known(copy.destination_vault.clone()) {
        return Outcome::fail(
            "the rule copies into the vault that it backs up to: nothing helps but another vault",
        )
        .on(Basis::Inferred)
        .saw([Evidence::of(
            &copy.destination_vault,
            "is the source and the destination",
        )]);
    }
    if let Some(kind) = kinds.first()
        && kinds.iter().all(|kind| !capabilities(*kind).is_copyable())
    {
        let fail = Outcome::fail(format!(
            "a backup of {} cannot be copied, by any route",
            kind.with_article()
        ))
        .foretells(foretold(predict(MessageId::E29)))
        .saw([Evidence::of(subject, format!("is {}", kind.with_article()))]);
        return never_copied(copy, *kind, fail);
    }
    if let Some(reason) = known!(not_backed_up(copy, facts)) {
        return Outcome::fail(reason.clone())
            .nothing_helps("use the snapshots of RDS itself")
            .foretells(foretold(predict(MessageId::E29)))
            .saw([Evidence::of(subject, reason)]);
    }
    let from = known!(copy.source_region());
    let to = known!(copy.destination_region());
    if let Some(reason) = known!(engine_lacking(copy, facts, &from, &to)) {
        return Outcome::fail(reason.clone())
            .by_hand("upgrade the database to a version that the Region has, and copy a backup made after that")
            .on(Basis::Observed)
            .saw([Evidence::of(subject, reason)]);
    }
    let cross_account = known!(copy.is_cross_account());
    let told = |kind: &Kind| {
        let way = Way {
            kind: *kind,
            from: from.clone(),
            to: to.clone(),
            cross_account,
        };
        (*kind, facts.once(&way, |way, _| Arc::new(way.told())))
    };
    let answers: Vec<(Kind, Arc<Told>)> = kinds.iter().map(told).collect();
    if let (true, Some(gap)) = (differ(&answers), gap) {
        return not_read(gap.clone());
    }
    let Some((kind, told)) = answers.into_iter().next() else {
        return Outcome::undecided("no kind of resource to ask of", []);
    };
    match &told.answer {
        RouteAnswer::Supported { inferred, note, .. } => {
            let seen = note.as_ref().unwrap_or(&told.goes).clone();
            let pass = Outcome::pass(told.goes.clone()).saw([Evidence::of(subject, seen)]);
            if *inferred {
                pass.on(Basis::Inferred)
            } else {
                pass
            }
        }
        RouteAnswer::Unsupported {
            capability, reason, ..
        } => {
            let predicted = match capability {
                Capability::AnyCopy => predict(MessageId::E29),
                Capability::CrossRegion
                | Capability::CrossAccount
                | Capability::BothAtOnce
                | Capability::AirGappedVault => route_unsupported(kind, &from, &to),
            };
            let fail = Outcome::fail(reason.clone())
                .foretells(foretold(predicted))
                .saw([Evidence::of(subject, reason.clone())]);
            match detour::need(copy, kind) {
                Some(need) => fail.needs([need]),
                None => fail.nothing_helps(
                    "no two jobs take this route either: restore it, and move the data by the service's own means",
                ),
            }
        }
    }
}

/// A way that backups of a kind are to take. Many copies take the same.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Way {
    kind: Kind,
    from: Region,
    to: Region,
    cross_account: bool,
}

/// What AWS's table says of a way, and the words for it where it can be taken.
struct Told {
    answer: RouteAnswer,
    goes: SmolStr,
}

impl Way {
    fn told(&self) -> Told {
        let Self {
            kind,
            from,
            to,
            cross_account,
        } = self;
        let way = match (from == to, cross_account) {
            (true, false) => "to another vault".to_owned(),
            (true, true) => "to another account".to_owned(),
            (false, false) => format!("from {from} to {to}"),
            (false, true) => format!("to another account and from {from} to {to} at once"),
        };
        Told {
            answer: route(*kind, from, to, *cross_account, false),
            goes: format_smolstr!("a backup of {} can be copied {way}", kind.with_article()),
        }
    }
}

/// What of no kind is copied: DynamoDB's backups are, once they have AWS Backup's advanced features.
fn never_copied(copy: &Copy, kind: Kind, fail: Outcome) -> Outcome {
    if kind != Kind::DynamoDbBasic {
        return fail.nothing_helps("restore it, and move the data by the service's own means");
    }
    let place = copy
        .source_account()
        .known()
        .zip(copy.source_region().known());
    match place {
        Some((account, region)) if copy.recovery_point.is_none() => {
            fail.needs([Need::AdvancedFeatures { account, region }])
        }
        Some(_) | None => fail.by_hand(
            "switch AWS Backup's advanced features for DynamoDB on, and copy a backup made after that",
        ),
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
            } else if let Some(cluster) = described.text("DBClusterIdentifier") {
                Some(format!(
                    "AWS Backup does not back up the instances of a cluster, but the cluster `{cluster}` as a whole"
                ))
            } else if described.text("BackupTarget") == Some("outposts") {
                Some("AWS Backup does not back up RDS on Outposts".to_owned())
            } else {
                None
            }
        })
    })
}

/// Why the destination's Region does not take a snapshot of the database's engine; `None`: it does, or nobody asked.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html>.
fn engine_lacking(
    copy: &Copy,
    facts: &Facts<'_>,
    from: &Region,
    to: &Region,
) -> Fact<Option<String>> {
    const DATABASES: &[Kind] = &[Kind::Rds, Kind::Aurora, Kind::DocumentDb, Kind::Neptune];
    if from == to || is_any_of(copy, DATABASES) != Fact::Known(true) {
        return Fact::Known(None);
    }
    let accounts: Vec<AccountId> = [copy.destination_account(), copy.source_account()]
        .into_iter()
        .filter_map(Fact::known)
        .collect();
    let engine = match engine(copy, facts) {
        Fact::Known(Some(engine)) => engine,
        Fact::Unknown(gap) if facts.engine_versions(&accounts, to, "") != Fact::Known(None) => {
            return Fact::Unknown(gap);
        }
        Fact::Known(None) | Fact::Unknown(_) => return Fact::Known(None),
    };
    facts
        .engine_versions(&accounts, to, engine)
        .and_then(|versions| match versions {
            None => Fact::Known(None),
            Some(versions) if versions.is_empty() => {
                Fact::Known(Some(format!("{to} does not have the engine {engine}")))
            }
            Some(versions) => described(copy, facts).and_then(|described| {
                match described.text("EngineVersion") {
                    None => Fact::unknown(facts.describe_gap(&described.of)),
                    Some(version) if versions.contains(&version) => Fact::Known(None),
                    Some(version) => Fact::Known(Some(format!(
                        "{to} does not have {engine} {version}: no snapshot of it can be copied there"
                    ))),
                }
            }),
        })
}

/// Whether it matters which of the kinds it is.
fn differ(answers: &[(Kind, Arc<Told>)]) -> bool {
    let supported = answers
        .iter()
        .filter(|(_, told)| told.answer.is_supported())
        .count();
    supported != 0 && supported != answers.len()
}
