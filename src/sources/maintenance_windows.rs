//! What of a change to a database waits for its maintenance window.

/// Whether what a property was, beside what it will be, may keep a copy from being made.
type MattersUntilThen = fn(&str, &str) -> bool;

/// What waits for the window where it is changed and not applied immediately, each with whether what it was may keep a copy from being made
/// that what it will be does not. Of clusters the version waits, as of instances.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html>,
/// <https://docs.aws.amazon.com/documentdb/latest/developerguide/API_ModifyDBCluster.html> and
/// <https://docs.aws.amazon.com/neptune/latest/apiref/API_ModifyDBCluster.html>.
const WAITING: &[(&str, MattersUntilThen)] = &[
    ("OptionGroupName", |was, _| !was.starts_with("default:")),
    ("StorageType", |was, _| was == "io2"),
    // A Region may lack the one major version and have the other.
    ("EngineVersion", |was, is| major(was) != major(is)),
    // Without automated backups some replicas are not backed up.
    ("BackupRetentionPeriod", |was, is| {
        (was == "0") != (is == "0")
    }),
];

/// Whether what a property was matters until it is changed.
#[must_use]
pub fn matters_until_then(property: &str, was: &str, is: &str) -> bool {
    let mut rows = WAITING.iter().filter(|(name, _)| *name == property);
    rows.any(|(_, matters)| matters(was, is))
}

/// Whether a property may wait for the window.
#[must_use]
pub fn may_wait(property: &str) -> bool {
    WAITING.iter().any(|(name, _)| *name == property)
}

/// The major version of an engine: `16` of 16.4, `8.0` of 8.0.39, `10.11` of 10.11.6.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html>.
fn major(version: &str) -> &str {
    /// As low a first number alone tells no major version.
    const LOW: u32 = 11;
    let mut dots = version.match_indices('.').map(|(at, _)| at);
    let (first, second) = (dots.next(), dots.next());
    let own = first.and_then(|at| version.get(..at)).unwrap_or(version);
    let is_low = own.parse::<u32>().is_ok_and(|number| number <= LOW);
    let end = if is_low { second } else { first };
    end.and_then(|at| version.get(..at)).unwrap_or(version)
}
