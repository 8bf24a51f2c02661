//! Whether Amazon FSx makes backups of a file system or volume: of some it makes none.
//!
//! See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateBackup.html> and
//! <https://docs.aws.amazon.com/fsx/latest/ONTAPGuide/using-backups.html>.

use super::words::not_read;
use crate::inventory::{Facts, Tree};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Evidence, Outcome};

/// What a word of the description says of backups.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// They are made.
    Made,
    /// None are made.
    NotMade,
}

use Says::{Made, NotMade};

/// The object and the field that tell, and what its words say.
struct BackupField {
    object: &'static str,
    field: &'static str,
    /// Whether FSx always returns it.
    always: bool,
    words: &'static [(&'static str, Says)],
    /// What such a resource is called, where there are no backups of it.
    called: &'static str,
}

#[rustfmt::skip]
const OF_LUSTRE: &[BackupField] = &[
    BackupField { object: "LustreConfiguration", field: "DeploymentType",        always: true,  called: "scratch file systems of FSx for Lustre",
           words: &[("PERSISTENT_1", Made), ("PERSISTENT_2", Made), ("SCRATCH_1", NotMade), ("SCRATCH_2", NotMade)] },
];

#[rustfmt::skip]
const OF_ONTAP: &[BackupField] = &[
    BackupField { object: "OntapConfiguration",  field: "OntapVolumeType",       always: true,  called: "data protection and load sharing volumes of FSx for NetApp ONTAP",
           words: &[("RW", Made), ("DP", NotMade), ("LS", NotMade)] },
    BackupField { object: "OntapConfiguration",  field: "FlexCacheEndpointType", always: false, called: "destination FlexCache volumes of FSx for NetApp ONTAP",
           words: &[("NONE", Made), ("ORIGIN", Made), ("CACHE", NotMade)] },
];

/// Why FSx makes no backup of a resource, or may make none; `None`: it makes them, or it is not FSx's.
pub fn not_made_by_fsx(resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    if resource.service() != "fsx" {
        return None;
    }
    let Fact::Known(Some(detail)) = facts.resource_description(resource) else {
        return None;
    };
    let is_volume = resource.resource().starts_with("volume/");
    let rows = match detail.get("FileSystemType").and_then(Tree::as_str) {
        _ if is_volume => OF_ONTAP,
        Some("LUSTRE") => OF_LUSTRE,
        Some(_) | None => return None,
    };
    let of_rows = rows
        .iter()
        .filter_map(|row| row.asked(resource, detail, facts));
    let links = || [linked(resource, detail), associated(resource, facts)];
    let of_links = (!is_volume).then(links).into_iter().flatten().flatten();
    // One that says no counts, whatever another leaves open.
    of_rows.chain(of_links).reduce(Outcome::and)
}

impl BackupField {
    fn asked(&self, resource: &Arn, detail: &Tree, facts: &Facts<'_>) -> Option<Outcome> {
        let told = detail.get(self.object).and_then(|of| of.get(self.field));
        let word = match told {
            Some(Tree::Null) | None if self.always => {
                return Some(not_read(facts.describe_gap(resource)));
            }
            Some(Tree::Null) | None => return None,
            Some(told) => told.as_str().unwrap_or_default(),
        };
        match self.words.iter().find(|(known, _)| *known == word) {
            Some((_, Made)) => None,
            Some((_, NotMade)) => {
                let at = format!("/Detail/{}/{}", self.object, self.field);
                Some(no_backups(resource, self.called, &at, word))
            }
            None => {
                let gap = Gap::strange_word(self.field, word, resource.as_str());
                Some(not_read(gap.where_is(resource)))
            }
        }
    }
}

/// A file system of Lustre that is linked to a bucket by its own configuration.
fn linked(resource: &Arn, detail: &Tree) -> Option<Outcome> {
    let lustre = detail.get("LustreConfiguration")?;
    match lustre.get("DataRepositoryConfiguration") {
        None | Some(Tree::Null) => None,
        Some(_) => Some(no_backups(
            resource,
            "file systems of FSx for Lustre that are linked to a data repository",
            "/Detail/LustreConfiguration/DataRepositoryConfiguration",
            "there",
        )),
    }
}

/// A file system of Lustre that data repository associations link to buckets.
///
/// See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_DataRepositoryAssociation.html>.
fn associated(resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let associations = match facts.data_repository_associations(resource) {
        Fact::Known(associations) => associations,
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    let state = |of: &Tree| {
        of.get("Lifecycle")
            .and_then(Tree::as_str)
            .unwrap_or("null")
            .to_owned()
    };
    let states: Vec<String> = associations.into_iter().map(state).collect();
    let is_link = |state: &&String| {
        ["AVAILABLE", "CREATING", "MISCONFIGURED", "UPDATING"].contains(&state.as_str())
    };
    if let Some(state) = states.iter().find(is_link) {
        return Some(no_backups(
            resource,
            "file systems of FSx for Lustre that are linked to a data repository",
            "/Detail/DataRepositoryAssociations",
            state,
        ));
    }
    let state = states.first()?;
    let what =
        format!("whether a file system is backed up whose data repository association is {state}");
    let gap = Gap::not_told(what, resource.as_str()).where_is(resource);
    let message = format!(
        "a data repository association of the file system is {state}, and whether it links the file system still is not known"
    );
    Some(Outcome::undecided(message, [gap]))
}

fn no_backups(resource: &Arn, called: &str, at: &str, is: &str) -> Outcome {
    Outcome::fail(format!(
        "Amazon FSx makes no backups of {called}, so that there is none to copy: {resource}"
    ))
    .nothing_helps("copy its data by other means, such as DataSync or SnapMirror")
    .saw([Evidence::at(resource, at.to_owned(), format!("is {is}"))])
}
