#![doc = include_str!("copy_route_unsupported.md")]

use smol_str::{SmolStr, format_smolstr};

use super::described::{Described, described, engine};
use super::not_copied::{Way as Route, not_copied};
use super::words::{foretold, not_read, region_meant, status_message, unlisted};
use super::{Check, MayFail, Run, When, detour, engine_versions, known};
use crate::catalog::messages::{MessageId, predict, route_unsupported};
use crate::catalog::services::{self, Mark, supported};
use crate::catalog::{Capability, Kind, RouteAnswer, capabilities, cite, regions, route};
use crate::inventory::{Copy, Facts, KindOf, Start, VaultType};
use crate::known::{Fact, Gap, Region};
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
        cite::RDS_CUSTOM_COPY,
        cite::FSX_LUSTRE_COPY,
        cite::FSX_OPENZFS_COPY,
        cite::FSX_ONTAP_COPY,
        cite::FSX_COPY_BACKUP,
        cite::SAP_HANA,
        cite::LAGV,
        cite::FIELD_ENGINE_VERSION,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let (kinds, gap): (&[Kind], Option<&Gap>) = match &copy.route().kind {
        KindOf::Unknown(gap) => return not_read((**gap).clone()),
        KindOf::Unlisted(name) => return unlisted(name),
        KindOf::Known(kind) => (std::slice::from_ref(kind), None),
        KindOf::OneOf(kinds, gap) => (kinds, Some(gap)),
    };
    if copy.endpoints().source_vault == Fact::Known(copy.endpoints().destination_vault.clone()) {
        return into_its_own_vault(copy);
    }
    let subject = copy.subject();
    if let Some(kind) = kinds.first()
        && kinds.iter().all(|kind| !capabilities(*kind).is_copyable())
    {
        let fail = Outcome::fail(format!(
            "a backup of {} cannot be copied, by any route",
            kind.with_article()
        ))
        .foretells(status_message(MessageId::E29))
        .saw([Evidence::of(subject, format!("is {}", kind.with_article()))]);
        return never_copied(copy, *kind, fail);
    }
    let from = known!(copy.endpoints().source_region());
    let to = known!(copy.endpoints().destination_region());
    let cross_account = known!(copy.endpoints().is_cross_account());
    let told = |kind: &Kind| {
        let way = Way {
            kind: *kind,
            from: from.clone(),
            to: to.clone(),
            cross_account,
        };
        (*kind, way.told())
    };
    let answers: Vec<(Kind, Told)> = kinds.iter().map(told).collect();
    let none = answers.iter().all(|(_, told)| !told.answer.is_supported());
    let Some((kind, told)) = answers.first() else {
        return Outcome::undecided("no kind of resource to ask of", []);
    };
    if none {
        return unsupported(copy, *kind, told, &from, &to);
    }
    // What else stops it stops it whatever was not read.
    let way = Route {
        from: &from,
        to: &to,
        cross_account,
    };
    let mut unread: Option<Gap> = gap.filter(|_| differ(&answers)).cloned();
    for (kind, _) in &answers {
        for found in [
            out_of_air_gapped(copy, *kind),
            not_backed_up(copy, facts, *kind),
            kind_not_copied(copy, facts, *kind, &way),
            engine_lacking(copy, facts, *kind, &way),
        ] {
            match found {
                Fact::Known(None) => {}
                // It is of one of several kinds, and this holds of one.
                Fact::Known(Some(_)) if answers.len() > 1 => {
                    unread = unread.or_else(|| gap.cloned());
                }
                Fact::Known(Some(outcome)) => return outcome,
                Fact::Unknown(gap) => unread = unread.or(Some(*gap)),
            }
        }
    }
    if let Some(gap) = unread {
        return not_read(gap);
    }
    let open = not_named(copy, *kind, &way).or_else(|| {
        let mut kinds = answers.iter().map(|(kind, _)| *kind);
        kinds.find_map(|kind| not_marked(copy, facts, kind, &way))
    });
    if let Some(open) = open {
        return open;
    }
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
        RouteAnswer::Unsupported { .. } => unsupported(copy, *kind, told, &from, &to),
    }
}

fn into_its_own_vault(copy: &Copy) -> Outcome {
    Outcome::fail("the source and the destination are one vault")
        .nothing_helps("name another vault")
        .on(Basis::Inferred)
        .saw([Evidence::of(
            &copy.endpoints().destination_vault,
            "is the source and the destination",
        )])
}

fn unsupported(copy: &Copy, kind: Kind, told: &Told, from: &Region, to: &Region) -> Outcome {
    let RouteAnswer::Unsupported {
        capability, reason, ..
    } = &told.answer
    else {
        return Outcome::undecided("no kind of resource to ask of", []);
    };
    let predicted = match capability {
        Capability::AnyCopy => predict(MessageId::E29),
        Capability::CrossRegion
        | Capability::CrossAccount
        | Capability::BothAtOnce
        | Capability::AirGappedVault => route_unsupported(kind, from, to),
    };
    let fail = Outcome::fail(reason.clone())
        .foretells(foretold(predicted))
        .saw([Evidence::of(copy.subject(), reason.clone())]);
    match detour::need(copy, kind) {
        Some(need) => fail.needs([need]),
        None => fail.nothing_helps(
            "no two jobs take this route either: restore it, and move the data by the service's own means",
        ),
    }
}

/// What no logically air-gapped vault takes does not come out of one.
fn out_of_air_gapped(copy: &Copy, kind: Kind) -> Fact<Option<Outcome>> {
    if capabilities(kind).lagv.is_supported() {
        return Fact::Known(None);
    }
    copy.endpoints().source_type.clone().map(|of| match of {
        Some(VaultType::AirGapped | VaultType::RestoreAccess) => {
            let vault = copy.endpoints().source_vault.as_ref().known();
            let subject = vault.map_or_else(|| copy.subject(), Into::into);
            Some(
                Outcome::fail(format!(
                    "no logically air-gapped vault takes a backup of {}, so that none can be copied out of one",
                    kind.with_article()
                ))
                .nothing_helps("name the vault that the backup lies in")
                .saw([Evidence::at(subject, "/VaultType", "is a logically air-gapped vault")]),
            )
        }
        Some(VaultType::Standard) | None => None,
    })
}

fn kind_not_copied(
    copy: &Copy,
    facts: &Facts<'_>,
    kind: Kind,
    way: &Route<'_>,
) -> Fact<Option<Outcome>> {
    not_copied(copy, facts, kind, way).map(|found| {
        found.map(|found| {
            Outcome::fail(found.reason.clone())
                .nothing_helps(found.instead)
                .saw([Evidence::of(copy.subject(), found.reason)])
        })
    })
}

/// Undecided where no page that was read names one of the Regions: it may not exist, or not have AWS Backup.
fn not_named(copy: &Copy, kind: Kind, way: &Route<'_>) -> Option<Outcome> {
    let region = [way.from, way.to]
        .into_iter()
        .find(|region| !regions::is_named(region))?;
    let kind = kind.resource_type();
    let gap = Gap::not_told(
        format_args!(
            "whether AWS Backup copies {kind} in {region}, a Region that no AWS page known to this version names"
        ),
        services::PAGE,
    )
    .within(copy.endpoints().destination_account().known(), Some(region));
    let why = format!(
        "no AWS page that this version knows names the Region {region}{}",
        region_meant(region)
    );
    Some(Outcome::undecided(why, [gap]))
}

/// Undecided where AWS's table does not mark the destination's Region for the service, or the mark was not read.
fn not_marked(copy: &Copy, facts: &Facts<'_>, kind: Kind, way: &Route<'_>) -> Option<Outcome> {
    if way.from == way.to {
        return None;
    }
    let to = way.to;
    let why = match supported(kind).mark(to) {
        Mark::Yes => return None,
        // The Region has the service's own engine, and nothing says that AWS Backup leaves it out.
        Mark::NotRead if engine_versions::has_engine(copy, facts, kind, to) => return None,
        Mark::NotRead => format!(
            "whether AWS Backup supports {} in {to} was not read in AWS's table of {}",
            kind.resource_type(),
            services::AS_OF
        ),
        Mark::No => format!(
            "AWS's table of {} does not mark {to} for {}, and no page says what becomes of a copy there",
            services::AS_OF,
            kind.resource_type()
        ),
    };
    let gap = Gap::not_told(
        format_args!("whether AWS Backup copies {} to {to}", kind.resource_type()),
        copy.endpoints().destination_vault.as_str(),
    )
    .within(copy.endpoints().destination_account().known(), Some(to));
    Some(
        Outcome::undecided(why.clone(), [gap])
            .saw([Evidence::of(&copy.endpoints().destination_vault, why)]),
    )
}

/// A way that backups of a kind are to take.
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
        .endpoints()
        .source_account()
        .known()
        .zip(copy.endpoints().source_region().known());
    match place {
        Some((account, region)) if copy.transfer.recovery_point.is_none() => {
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
fn not_backed_up(copy: &Copy, facts: &Facts<'_>, kind: Kind) -> Fact<Option<Outcome>> {
    if copy.transfer.recovery_point.is_some() || kind != Kind::Rds {
        return Fact::Known(None);
    }
    let reason = engine(copy, facts).and_then(|engine| {
        described(copy, facts).map(|described| {
            let engine = engine.unwrap_or_default();
            let of_rds = |reason: String| Some((reason, "use the snapshots of RDS itself"));
            let of_cluster = |cluster: String| {
                let reason = format!(
                    "AWS Backup does not back up the instances of a cluster, but {cluster} as a whole"
                );
                Some((reason, "copy a backup of the cluster"))
            };
            if engine.starts_with("custom-oracle") {
                of_rds(format!(
                    "AWS Backup does not back up RDS Custom for Oracle (`{engine}`)"
                ))
            } else if engine.starts_with("custom-sqlserver") && copy.endpoints().start == Start::Scheduled {
                of_rds(format!(
                    "AWS Backup backs up RDS Custom for SQL Server (`{engine}`) on demand only"
                ))
            } else if let Some(cluster) = described.text("DBClusterIdentifier") {
                of_cluster(format!("the cluster `{cluster}`"))
            } else if matches!(
                Kind::of_cluster_engine(engine),
                Some(Kind::Aurora | Kind::DocumentDb | Kind::Neptune)
            ) {
                of_cluster(format!("the cluster of this one (`{engine}`)"))
            } else if described.text("BackupTarget") == Some("outposts") || on_outpost(&described) {
                of_rds("AWS Backup does not back up RDS on Outposts".to_owned())
            } else {
                local_zone(&described).and_then(|zone| {
                    of_rds(format!("AWS Backup does not back up RDS in Local Zones (`{zone}`)"))
                })
            }
        })
    });
    reason.map(|found| {
        found.map(|(reason, instead)| {
            Outcome::fail(reason.clone())
                .nothing_helps(instead)
                .foretells(status_message(MessageId::E29))
                .saw([Evidence::of(copy.subject(), reason)])
        })
    })
}

/// Whether a subnet of the instance's group is on an Outpost, and the instance with it.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Subnet.html>.
fn on_outpost(described: &Described<'_>) -> bool {
    let group = described
        .detail
        .and_then(|detail| detail.get("DBSubnetGroup"));
    let subnets = group.and_then(|group| group.get("Subnets")?.as_array());
    subnets.into_iter().flatten().any(|subnet| {
        let outpost = subnet.get("SubnetOutpost");
        outpost
            .and_then(|outpost| outpost.get("Arn")?.as_str())
            .is_some()
    })
}

/// The zone of an instance, where it is not one of its Region's own, which have its name and a letter.
fn local_zone<'a>(described: &Described<'a>) -> Option<&'a str> {
    let zone = described.text("AvailabilityZone")?;
    let region = described.of.region()?;
    let rest = zone.strip_prefix(region.as_str())?;
    (rest.len() > 1).then_some(zone)
}

fn engine_lacking(
    copy: &Copy,
    facts: &Facts<'_>,
    kind: Kind,
    way: &Route<'_>,
) -> Fact<Option<Outcome>> {
    engine_versions::lacking(copy, facts, kind, way.from, way.to).map(|reason| {
        reason.map(|reason| {
            Outcome::fail(reason.clone())
                .by_hand("upgrade the database to a version that the Region has, and copy a backup made after that")
                .on(Basis::Observed)
                .saw([Evidence::of(copy.subject(), reason)])
        })
    })
}

/// Whether it matters which of the kinds it is.
fn differ(answers: &[(Kind, Told)]) -> bool {
    let supported = answers
        .iter()
        .filter(|(_, told)| told.answer.is_supported())
        .count();
    supported != 0 && supported != answers.len()
}
