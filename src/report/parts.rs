//! The things of a copy that a check looks at: one that is undecided need not have seen anything of them.

use crate::inventory::{Copy, EncryptedWith};
use crate::known::{Arn, Fact};

/// What a copy goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    SourceVault,
    BackupKey,
    Role,
    Vault,
    CopyKey,
}

use Part::{BackupKey, CopyKey, Role, SourceVault, Vault};

/// What checks look at, beside what makes the copy.
#[rustfmt::skip]
const LOOKED_AT: &[(&str, &[Part])] = &[
    ("air-gapped-vault-unsupported",    &[Vault]),
    ("air-gapped-primary-not-stored",   &[Vault]),
    ("air-gapped-source-not-copyable",  &[SourceVault]),
    ("source-vault-missing",            &[SourceVault]),
    ("destination-vault-missing",       &[Vault]),
    ("destination-vault-not-ready",     &[Vault]),
    ("storage-gateway-default-vault",   &[SourceVault, Vault]),
    ("retention-outside-vault-lock",    &[Vault]),
    ("source-key-aws-managed",          &[BackupKey]),
    ("destination-key-aws-managed",     &[CopyKey, Vault]),
    ("unencrypted-source-refused",      &[Vault]),
    ("key-unusable",                    &[BackupKey, CopyKey]),
    ("source-key-not-shared",           &[BackupKey]),
    ("destination-key-refuses-backup",  &[CopyKey]),
    ("source-key-refuses-copy-role",    &[BackupKey, Role]),
    ("air-gapped-key-not-shared",       &[BackupKey, CopyKey, Role]),
    ("vault-refuses-copy",              &[Vault, Role]),
    ("source-vault-denies-copy",        &[SourceVault, Role]),
    ("copy-role-not-assumable",         &[Role]),
    ("copy-role-lacks-permission",      &[Role]),
    ("organization-policy-denies-copy", &[Role]),
];

/// The ARNs of what a copy goes by, as far as they are known.
#[derive(Debug, Default)]
pub struct Parts(Vec<(Part, String)>);

impl Parts {
    /// Those of a copy.
    pub fn of(copy: &Copy) -> Self {
        let ends = copy.endpoints();
        let route = copy.route();
        let key = |with: &Fact<EncryptedWith>| {
            let key = with.as_ref().known().and_then(EncryptedWith::key);
            key.map(Arn::to_string)
        };
        let further = route.further_keys.iter().map(|with| (BackupKey, key(with)));
        let all = [
            (
                SourceVault,
                ends.source_vault.as_ref().known().map(Arn::to_string),
            ),
            (BackupKey, key(&route.backup_key)),
            (Role, ends.role.as_ref().known().map(Arn::to_string)),
            (Vault, Some(ends.destination_vault.to_string())),
            (CopyKey, key(&route.copy_key)),
        ];
        let all = all.into_iter().chain(further);
        Self(all.filter_map(|(part, arn)| Some((part, arn?))).collect())
    }

    /// Those that a check looks at.
    pub fn looked_at_by(&self, check: &str) -> impl Iterator<Item = &str> {
        let row = LOOKED_AT.iter().find(|(id, _)| *id == check);
        let parts = row.map_or(&[][..], |(_, parts)| *parts);
        let all = self.0.iter().filter(|(part, _)| parts.contains(part));
        all.map(|(_, arn)| arn.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks;

    #[test]
    fn every_check_that_is_named_is_one() {
        for (id, _) in LOOKED_AT {
            assert!(checks::find(id).is_some(), "{id}");
        }
    }
}
