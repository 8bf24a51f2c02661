//! Whether a Region takes the snapshots of a database engine: those of an engine or a version that it lacks it does not.

use super::described::{described, engine};
use crate::catalog::{Crossing, Kind};
use crate::inventory::{Copy, Facts};
use crate::known::{AccountId, Fact, Region};
use crate::verdict::{Basis, Evidence, Outcome};

/// The engines that every Region has which has RDS, in every version that can still be made: nothing has to be read of them.
const EVERYWHERE: &[&str] = &["mysql", "postgres"];

/// Whether the destination's Region lacks the engine of the database, or its version.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html>.
pub fn engine_lacking(
    copy: &Copy,
    facts: &Facts<'_>,
    kind: Kind,
    crossing: &Crossing,
) -> Fact<Option<Outcome>> {
    if !crossing.is_cross_region() {
        return Fact::Known(None);
    }
    let to = &crossing.to;
    let lacks = |reason: String| {
        let fail = Outcome::fail(reason.clone())
            .by_hand("upgrade the database to a version that the Region has, and copy a backup made after that")
            .on(Basis::Observed)
            .saw([Evidence::of(copy.subject(), reason)]);
        Fact::Known(Some(fail))
    };
    let engine = match cluster_engine(kind) {
        Some(engine) => engine,
        None if matches!(kind, Kind::Aurora | Kind::Rds) => match engine(copy, facts) {
            Fact::Known(Some(engine)) => engine,
            Fact::Known(None) => return Fact::Known(None),
            Fact::Unknown(gap) => return Fact::Unknown(gap),
        },
        None => return Fact::Known(None),
    };
    let versions = match versions(copy, facts, to, engine) {
        Fact::Unknown(gap) if !facts.is_wanted(&gap) && EVERYWHERE.contains(&engine) => {
            return Fact::Known(None);
        }
        Fact::Unknown(gap) => return Fact::Unknown(gap),
        Fact::Known(versions) => versions,
    };
    if versions.is_empty() {
        return lacks(format!("{to} does not have the engine {engine}"));
    }
    described(copy, facts).and_then(|described| match described.text("EngineVersion") {
        None => Fact::unknown(facts.describe_gap(&described.of)),
        Some(version) if versions.contains(&version) => Fact::Known(None),
        // A plan or a template may name a major version, of which RDS makes a minor one.
        Some(version) if versions.iter().any(|one| is_of(one, version)) => {
            Fact::unknown(facts.describe_gap(&described.of))
        }
        Some(version) => lacks(format!(
            "{to} does not have {engine} {version}: no snapshot of it can be copied there"
        )),
    })
}

/// Whether a version is one of a major one: 8.0.39 of 8.0.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance>.
fn is_of(version: &str, major: &str) -> bool {
    version
        .strip_prefix(major)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// The versions of an engine that a Region has, whichever of the two accounts asked.
fn versions<'a>(
    copy: &Copy,
    facts: &Facts<'a>,
    region: &Region,
    engine: &str,
) -> Fact<Vec<&'a str>> {
    let accounts: Vec<AccountId> = [
        copy.endpoints().destination_account(),
        copy.endpoints().source_account(),
    ]
    .into_iter()
    .filter_map(Fact::known)
    .collect();
    facts.engine_versions(&accounts, region, engine)
}

/// Whether a Region is known to have the engine of a kind of cluster.
pub fn has_engine(copy: &Copy, facts: &Facts<'_>, kind: Kind, region: &Region) -> bool {
    cluster_engine(kind).is_some_and(|engine| {
        matches!(versions(copy, facts, region, engine), Fact::Known(versions) if !versions.is_empty())
    })
}

/// The engine of a kind that has one alone.
fn cluster_engine(kind: Kind) -> Option<&'static str> {
    [(Kind::DocumentDb, "docdb"), (Kind::Neptune, "neptune")]
        .into_iter()
        .find(|(of, _)| *of == kind)
        .map(|(_, engine)| engine)
}
