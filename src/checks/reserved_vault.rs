#![doc = include_str!("reserved_vault.md")]

use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{Endpoints, Facts};
use crate::known::Arn;
use crate::verdict::{Evidence, Outcome};

/// The vault of the automatic backups of Amazon EFS, in every account and Region that has some.
const RESERVED: &str = "backup-vault:aws/efs/automatic-backup-vault";

pub(super) const CHECK: Check = Check {
    id: "reserved-vault",
    title: "the vault of EFS's automatic backups can be neither the source nor the destination of a copy",
    doc: include_str!("reserved_vault.md"),
    cites: &[cite::KC_EFS_VAULT, cite::SERVICES],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, _: &Facts<'_>) -> Outcome {
    let destination = &copy.destination_vault;
    if is_reserved(destination) {
        return Outcome::fail(
            "AWS keeps `aws/efs/automatic-backup-vault` for EFS's automatic backups, and it does not accept copies",
        )
        .nothing_helps("name a vault of your own")
        .saw([Evidence::of(destination, "is the destination")]);
    }
    let source = known!(copy.source_vault.as_ref());
    if is_reserved(source) {
        return Outcome::fail(
            "the access policy of `aws/efs/automatic-backup-vault`, which AWS sets, denies backup:StartCopyJob to everybody",
        )
        .nothing_helps("back the file system up into a vault of your own, and copy that backup")
        .saw([Evidence::of(source, "is the source")]);
    }
    Outcome::pass("neither vault is that of EFS's automatic backups")
}

/// Whether a vault is one that AWS keeps for itself.
pub(super) fn is_reserved(vault: &Arn) -> bool {
    vault.resource() == RESERVED
}
