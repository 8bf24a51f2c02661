#![doc = include_str!("copy_route_unsupported.md")]

use super::engine_versions::{cluster_engine, engine_lacking, has_engine};
use super::not_copied::{
    fsx_in_opt_in_region, of_an_unknown_word, of_deployment, of_image, of_log_backups,
    of_snapshot_elsewhere, of_storage_class, of_volume_style,
};
use super::rds_backups::{instance_not_backed_up, of_instance, of_limitless};
use super::words::{foretold, kinds_of, not_read, region_meant, status_message, table_answer};
use super::{Check, MayFail, Run, When, detour, known};
use crate::catalog::messages::{MessageId, route_unsupported};
use crate::catalog::services::{self, Mark, supported};
use crate::catalog::{Capability, Crossing, Kind, RouteAnswer, capabilities, cite, regions};
use crate::inventory::{Copy, Facts, KindOf, VaultType};
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
        cite::LIMITLESS,
        cite::FSX_LUSTRE_COPY,
        cite::FSX_OPENZFS_COPY,
        cite::FSX_ONTAP_COPY,
        cite::FSX_WINDOWS_COPY,
        cite::FSX_COPY_BACKUP,
        cite::SAP_HANA,
        cite::LAGV,
        cite::FIELD_ENGINE_VERSION,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Copy(run),
};

/// A backup of a kind on its way: whether it is not copied, as far as is known. `None`: it is.
type RouteRule = fn(&Copy, &Facts<'_>, Kind, &Crossing) -> Fact<Option<Outcome>>;

/// What stops a copy on a route that its type can take.
const RULES: &[RouteRule] = &[
    out_of_air_gapped,
    instance_not_backed_up,
    not_copied,
    fsx_in_opt_in_region,
    engine_lacking,
];

/// Whether a rule applies to a way.
type AppliesTo = fn(&Crossing) -> bool;

/// The kinds of which some are not copied, on which ways, and why.
#[rustfmt::skip]
const BY_KIND: &[(&[Kind], AppliesTo, RouteRule)] = &[
    (&[Kind::FsxLustre, Kind::FsxOpenZfs],   |_| true,                  of_storage_class),
    (&[Kind::FsxOntap],                      |_| true,                  of_volume_style),
    (&[Kind::FsxWindows],                    Crossing::is_cross_region, of_deployment),
    (&[Kind::Rds],                           |_| true,                  of_instance),
    (&[Kind::Aurora],                        |_| true,                  of_limitless),
    (&[Kind::Ebs],                           |_| true,                  of_snapshot_elsewhere),
    (&[Kind::Ec2, Kind::Ec2Vss],             |_| true,                  of_image),
    (&[Kind::SapHana],                       Crossing::leaves,          of_log_backups),
];

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let kinds = known!(kinds_of(copy.route()));
    if copy.endpoints().source_vault == Fact::Known(copy.endpoints().destination_vault.clone()) {
        return into_its_own_vault(copy);
    }
    if let Some(kind) = kinds.first()
        && kinds.iter().all(|kind| !capabilities(*kind).is_copyable())
    {
        return never_copied(copy, *kind, facts);
    }
    let crossing = known!(copy.endpoints().crossing());
    let (kind, answer) = known!(table_answer(copy.route(), &crossing, false));
    let (inferred, note) = match answer {
        RouteAnswer::Supported { inferred, note, .. } => (inferred, note),
        RouteAnswer::Unsupported {
            capability, reason, ..
        } => return unsupported(copy, kind, &crossing, capability, &reason),
    };
    // What else stops it stops it whatever was not read.
    let mut unread: Option<Gap> = None;
    for of in kinds {
        for rule in RULES {
            match (rule(copy, facts, *of, &crossing), &copy.route().kind) {
                (Fact::Known(None), _) => {}
                // It holds of one of the kinds.
                (Fact::Known(Some(_)), KindOf::OneOf(_, gap)) => {
                    unread = unread.or_else(|| Some((**gap).clone()));
                }
                (Fact::Known(Some(outcome)), _) => return outcome,
                (Fact::Unknown(gap), _) => unread = unread.or(Some(*gap)),
            }
        }
    }
    if let Some(gap) = unread {
        return not_read(gap);
    }
    let mut kinds = kinds.iter();
    let open = not_named(copy, kind, &crossing)
        .or_else(|| kinds.find_map(|kind| not_marked(copy, facts, *kind, &crossing)));
    if let Some(open) = open {
        return open;
    }
    let goes = format!(
        "a backup of {} can be copied {}",
        kind.with_article(),
        crossing.in_words()
    );
    let seen = note.unwrap_or_else(|| goes.as_str().into());
    let pass = Outcome::pass(goes).saw([Evidence::of(copy.subject(), seen)]);
    if inferred {
        pass.on(Basis::Inferred)
    } else {
        pass
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

fn unsupported(
    copy: &Copy,
    kind: Kind,
    crossing: &Crossing,
    capability: Capability,
    reason: &str,
) -> Outcome {
    let predicted = match capability {
        Capability::AnyCopy => status_message(MessageId::E29),
        Capability::CrossRegion
        | Capability::CrossAccount
        | Capability::BothAtOnce
        | Capability::AirGappedVault => {
            foretold(route_unsupported(kind, &crossing.from, &crossing.to))
        }
    };
    let fail = Outcome::fail(reason.to_owned())
        .foretells(predicted)
        .saw([Evidence::of(copy.subject(), reason.to_owned())]);
    match detour::need(copy, kind) {
        Some(need) => fail.needs([need]),
        None => fail.nothing_helps(
            "no two jobs take this route either: restore it, and move the data by the service's own means",
        ),
    }
}

/// What no logically air-gapped vault takes does not come out of one.
fn out_of_air_gapped(
    copy: &Copy,
    _: &Facts<'_>,
    kind: Kind,
    _: &Crossing,
) -> Fact<Option<Outcome>> {
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

/// Whether the backup of this resource is not copied on this crossing.
fn not_copied(
    copy: &Copy,
    facts: &Facts<'_>,
    kind: Kind,
    crossing: &Crossing,
) -> Fact<Option<Outcome>> {
    // What is copied back was copied before.
    if copy.copy_of.is_some() {
        return Fact::Known(None);
    }
    if let Some(gap) = of_an_unknown_word(copy, facts) {
        return Fact::unknown(gap);
    }
    let row = BY_KIND.iter().find(|(kinds, ..)| kinds.contains(&kind));
    match row {
        Some((_, arises, rule)) if arises(crossing) => rule(copy, facts, kind, crossing),
        Some(_) | None => Fact::Known(None),
    }
}

/// Undecided where no page that was read names one of the Regions: it may not exist, or not have AWS Backup.
fn not_named(copy: &Copy, kind: Kind, crossing: &Crossing) -> Option<Outcome> {
    let region = [&crossing.from, &crossing.to]
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

/// Undecided where AWS's table does not mark the Region of an end for the service, or the mark was not read: that where the backup is
/// yet to be made, and that where the copy goes.
fn not_marked(copy: &Copy, facts: &Facts<'_>, kind: Kind, crossing: &Crossing) -> Option<Outcome> {
    let (of, vault) = (kind.resource_type(), &copy.endpoints().destination_vault);
    let why = |region: &Region, what: &str| match supported(kind).mark(region) {
        Mark::Yes => None,
        // The Region has the service's own engine, as where a cluster of it is, and nothing says that AWS Backup leaves it out.
        Mark::NotRead if cluster_engine(kind).is_some() && *region == crossing.from => None,
        Mark::NotRead if has_engine(copy, facts, kind, region) => None,
        Mark::NotRead => Some(format!(
            "whether AWS Backup supports {of} in {region} was not read in AWS's table of {}",
            services::AS_OF
        )),
        Mark::No => Some(format!(
            "AWS's table of {} does not mark {region} for {of}, and no page says what becomes of a {what} there",
            services::AS_OF
        )),
    };
    let (from, to) = (&crossing.from, &crossing.to);
    let backup = is_yet_to_be_made(copy, facts).then(|| why(from, "backup"));
    if let Some(why) = backup.flatten() {
        let what = format!("whether AWS Backup makes backups of {of} in {from}");
        let gap = Gap::not_told(what, copy.subject().as_str());
        let gap = gap.within(copy.endpoints().source_account().known(), Some(from));
        let seen = Evidence::of(copy.subject(), why.clone());
        return Some(Outcome::undecided(why, [gap]).saw([seen]));
    }
    let why = why(to, "copy").filter(|_| crossing.is_cross_region())?;
    let what = format!("whether AWS Backup copies {of} to {to}");
    let gap = Gap::not_told(what, vault.as_str());
    let gap = gap.within(copy.endpoints().destination_account().known(), Some(to));
    let seen = Evidence::of(vault, why.clone());
    Some(Outcome::undecided(why, [gap]).saw([seen]))
}

/// Whether no backup is named, and none of the resource was read that shows that its Region makes them.
fn is_yet_to_be_made(copy: &Copy, facts: &Facts<'_>) -> bool {
    let resource = copy.resource.as_ref().known().and_then(Option::as_ref);
    copy.transfer.recovery_point.is_none()
        && copy.copy_of.is_none()
        && resource.is_some_and(|resource| facts.newest_vault(resource).known().is_none())
}

/// What of no kind is copied: DynamoDB's backups are, once they have AWS Backup's advanced features.
fn never_copied(copy: &Copy, kind: Kind, facts: &Facts<'_>) -> Outcome {
    let kind_name = kind.with_article();
    let fail = Outcome::fail(format!(
        "a backup of {kind_name} cannot be copied, by any route"
    ))
    .foretells(status_message(MessageId::E29))
    .saw([Evidence::of(copy.subject(), format!("is {kind_name}"))]);
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
            let off = facts.dynamodb_off(account, &region);
            let seen = off.map(|setting| {
                let at = format!("/region_settings/{setting}/DynamoDB");
                Evidence::at(format!("{account}/{region}"), at, "is not true")
            });
            fail.saw(seen).needs([Need::AdvancedFeatures { account, region }])
        }
        Some(_) | None => fail.by_hand(
            "switch AWS Backup's advanced features for DynamoDB on, and copy a backup made after that",
        ),
    }
}
