//! The capability table as rows to print.

use schemars::JsonSchema;
use serde::Serialize;

use super::cite::AS_OF;
use super::notes::notes;
use super::services::{InRegions, in_regions};
use super::{Encryption, Kind, Support, capabilities};
use crate::known::ResourceType;

/// What one resource type, or one variant of it, supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CapabilityRow {
    /// The resource type, as AWS Backup's API names it.
    #[serde(rename = "type")]
    pub resource_type: ResourceType,
    /// The variant of it that the row is about, where there are several.
    pub variant: Option<&'static str>,
    /// Which key encrypts its backups.
    pub encryption: Encryption,
    /// Copies to another Region.
    pub cross_region: Support,
    /// Copies to another account.
    pub cross_account: Support,
    /// Copies to another account and Region in one copy job.
    pub cross_region_and_account: Support,
    /// Copies into a logically air-gapped vault.
    pub air_gapped_vault: Support,
    /// Backups made straight into a logically air-gapped vault.
    pub air_gapped_primary: Support,
    /// Moving a backup to cold storage.
    pub cold_storage: Support,
    /// Continuous backups.
    pub continuous: Support,
    /// The Regions in which AWS Backup supports it.
    pub regions: InRegions,
    /// What else there is to know.
    pub notes: Vec<&'static str>,
    /// The pages that say so.
    pub sources: Vec<&'static str>,
    /// The state of those pages that was read.
    pub as_of: &'static str,
}

/// The rows of one resource type, or of all. None for a type that AWS Backup's table does not have.
pub fn rows(of: Option<&ResourceType>) -> impl Iterator<Item = CapabilityRow> {
    let kinds = match of {
        Some(of) => Kind::candidates(of),
        None => Kind::ALL,
    };
    kinds.iter().map(|kind| row(*kind))
}

fn row(kind: Kind) -> CapabilityRow {
    let found = capabilities(kind);
    CapabilityRow {
        resource_type: kind.resource_type(),
        variant: kind.variant(),
        encryption: found.encryption,
        cross_region: found.cross_region,
        cross_account: found.cross_account,
        cross_region_and_account: found.both_at_once,
        air_gapped_vault: found.lagv,
        air_gapped_primary: found.lagv_primary,
        cold_storage: found.cold_storage,
        continuous: found.pitr,
        regions: in_regions(kind),
        notes: notes(kind).to_vec(),
        sources: found.cites.iter().map(|cite| cite.url).collect(),
        as_of: AS_OF,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rows_are_there_and_a_type_has_those_of_its_variants() {
        assert_eq!(rows(None).count(), Kind::ALL.len());
        assert_eq!(rows(Some(&ResourceType::Fsx)).count(), 4);
        assert_eq!(rows(Some(&ResourceType::Other("QLDB".into()))).count(), 0);
        for row in rows(None) {
            assert!(!row.sources.is_empty());
        }
    }

    #[test]
    fn a_row_prints_in_words() {
        let row = rows(Some(&ResourceType::Rds)).next().unwrap();
        let json = serde_json::to_value(&row).unwrap();
        assert_eq!(json["type"], "RDS");
        assert_eq!(json["encryption"], "of-resource");
        assert_eq!(json["cross_region_and_account"], "yes");
        assert_eq!(json["air_gapped_vault"], "no");
        assert_eq!(json["as_of"], "2026-09-24");
    }
}
