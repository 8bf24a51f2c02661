//! Whether a Region takes the snapshots of a database engine: those of an engine or a version that it lacks it does not.

use super::described::{described, engine};
use crate::catalog::regions::{is_recent, named};
use crate::catalog::{Crossing, Kind};
use crate::inventory::{Copy, Facts};
use crate::known::{AccountId, Fact, Region};
use crate::verdict::{Basis, Evidence, Outcome};

/// An engine that every Region has which has RDS.
struct Engine {
    name: &'static str,
    /// The major versions that can still be made, which every Region has but those newer than most pages.
    made: &'static [&'static str],
    /// Those that are in standard support, which every Region has.
    standard: &'static [&'static str],
}

/// The engines of which nothing has to be read: MySQL's major versions have two parts, PostgreSQL's one.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html> and
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html> (2026-11-30).
const EVERYWHERE: &[Engine] = &[
    Engine {
        name: "mysql",
        made: &["5.7"],
        standard: &["8.0", "8.4"],
    },
    Engine {
        name: "postgres",
        made: &["11", "12", "13"],
        standard: &["14", "15", "16", "17", "18"],
    },
];

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
        Fact::Unknown(gap) if !facts.is_wanted(&gap) && is_everywhere(copy, facts, engine, to) => {
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

/// Whether a Region has the engine for certain in the version of the database, where that was read.
fn is_everywhere(copy: &Copy, facts: &Facts<'_>, engine: &str, to: &Region) -> bool {
    let described = described(copy, facts).known();
    let version = described.and_then(|described| described.text("EngineVersion"));
    // One that no page names is asked about by itself.
    let is_recent = is_recent(to) && named().any(|known| known == *to);
    has_for_certain(engine, version, is_recent)
}

fn has_for_certain(engine: &str, version: Option<&str>, is_recent: bool) -> bool {
    let Some(of) = EVERYWHERE.iter().find(|of| of.name == engine) else {
        return false;
    };
    // RDS always tells it: where it was not read, only the newest Regions may lack it.
    let Some(version) = version else {
        return !is_recent;
    };
    let older = of.made.iter().filter(|_| !is_recent);
    let mut majors = older.chain(of.standard);
    majors.any(|major| version == *major || is_of(version, major))
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
pub fn cluster_engine(kind: Kind) -> Option<&'static str> {
    [(Kind::DocumentDb, "docdb"), (Kind::Neptune, "neptune")]
        .into_iter()
        .find(|(of, _)| *of == kind)
        .map(|(_, engine)| engine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_for_certain_what_rds_makes_everywhere() {
        let rows = [
            ("postgres", Some("16.4"), true, true),
            ("postgres", Some("11.22"), false, true),
            ("postgres", Some("11.22-rds.20240418"), true, false),
            ("postgres", Some("9.6.24"), false, false),
            ("mysql", Some("8.4"), true, true),
            ("mysql", Some("5.7.44"), false, true),
            ("mysql", Some("5.7.44"), true, false),
            ("mysql", Some("5.6.51"), false, false),
            ("postgres", Some("99.1"), false, false),
            ("mysql", Some("8.3.0"), false, false),
            ("mysql", Some("8"), false, false),
            ("mysql", Some("9.6.0"), false, false),
            ("postgres", None, false, true),
            ("postgres", None, true, false),
            ("mariadb", Some("11.4.2"), false, false),
        ];
        for (engine, version, is_recent, has) in rows {
            let found = has_for_certain(engine, version, is_recent);
            assert_eq!(found, has, "{engine} {version:?} {is_recent}");
        }
    }
}
