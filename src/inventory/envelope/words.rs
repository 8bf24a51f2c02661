//! The words that AWS has for what checks ask of a description. Another word may mean anything.

use crate::inventory::tree::Tree;

/// Fields, and their words; `*` at the end is any rest.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html>,
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html>,
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html>,
/// <https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_EncryptionDetails.html>,
/// <https://docs.aws.amazon.com/fsx/latest/APIReference/API_FileSystem.html>,
/// <https://docs.aws.amazon.com/fsx/latest/APIReference/API_OntapVolumeConfiguration.html>.
#[rustfmt::skip]
const WORDS: &[(&str, &[&str])] = &[
    ("AuthenticationMode",    &["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"]),
    ("BackupTarget",          &["local", "outposts", "region"]),
    ("ClusterScalabilityType", &["limitless", "standard"]),
    ("DeploymentType",        &["MULTI_AZ_1", "MULTI_AZ_2", "PERSISTENT_1", "PERSISTENT_2", "SCRATCH_1", "SCRATCH_2", "SINGLE_AZ_1", "SINGLE_AZ_2"]),
    ("EncryptionStatus",      &["ENABLED", "ENABLING", "KMS_KEY_INACCESSIBLE", "UPDATING"]),
    ("Engine",                &["aurora*", "custom-*", "db2-*", "docdb", "mariadb", "mysql", "neptune", "oracle-*", "postgres", "sqlserver-*"]),
    ("FileSystemType",        &["LUSTRE", "ONTAP", "OPENZFS", "WINDOWS"]),
    ("FlexCacheEndpointType", &["CACHE", "NONE", "ORIGIN"]),
    ("OntapVolumeType",       &["DP", "LS", "RW"]),
    ("RootDeviceType",        &["ebs", "instance-store"]),
    ("SnapshotTarget",        &["local", "outposts", "region"]),
    ("StorageEncryptionType", &["none", "sse-kms", "sse-rds"]),
    ("StorageTier",           &["archive", "standard"]),
    ("StorageType",           &["HDD", "INTELLIGENT_TIERING", "SSD", "aurora*", "gp2", "gp3", "io1", "io2", "standard"]),
    ("VolumeStyle",           &["FLEXGROUP", "FLEXVOL"]),
    ("authenticationMode",    &["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"]),
    ("encryptionStatus",      &["ENABLED", "ENABLING", "KMS_KEY_INACCESSIBLE", "UPDATING"]),
];

/// The word of a field that a text is in another case: AWS writes each in one way.
pub(super) fn in_another_case(field: &str, text: &str) -> Option<&'static str> {
    let (_, words) = WORDS.iter().find(|(name, _)| *name == field)?;
    let is_meant = |word: &&&str| word.eq_ignore_ascii_case(text) && **word != text;
    words.iter().find(is_meant).copied()
}

/// The first field of a description whose word is not one of AWS's that are known, and that word.
#[must_use]
pub fn unknown_word(detail: &Tree) -> Option<(&'static str, &str)> {
    const INSIDE: &[&str] = &[
        "FileSystem",
        "OntapConfiguration",
        "EncryptionDetails",
        "encryptionDetails",
    ];
    let inside = INSIDE.iter().map(|name| detail.get(name));
    let places = [Some(detail)].into_iter().chain(inside);
    // RDS goes on adding types of storage, of which only io2 is told apart.
    let is_database = detail.get("Engine").is_some();
    places.flatten().find_map(|of| {
        let asked = WORDS
            .iter()
            .filter(|(field, _)| !is_database || *field != "StorageType");
        asked.into_iter().find_map(|(field, words)| {
            let text = of.get(field)?.as_str()?;
            let is = |word: &&str| match word.strip_suffix('*') {
                Some(start) => text.starts_with(start),
                None => *word == text,
            };
            (!words.iter().any(is)).then_some((*field, text))
        })
    })
}
