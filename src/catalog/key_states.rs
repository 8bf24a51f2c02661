//! What a KMS key can be used for in each of its states.

/// What a state lets AWS Backup do with the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Cryptographic operations succeed.
    Usable,
    /// They fail until the key is enabled.
    Disabled,
    /// They fail until its deletion is cancelled and the key is enabled.
    ToBeDeleted,
    /// They fail until people take this step.
    Waits(&'static str),
}

/// What a key state lets AWS Backup do. `None`: a state that AWS's table does not have.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>.
#[must_use]
#[rustfmt::skip]
pub fn key_use(state: &str) -> Option<KeyUse> {
    Some(match state {
        "Enabled"                => KeyUse::Usable,
        // A multi-Region key whose primary Region changes: transient, and no cryptographic operation fails.
        "Updating"               => KeyUse::Usable,
        "Disabled"               => KeyUse::Disabled,
        "PendingDeletion"        => KeyUse::ToBeDeleted,
        // A primary key that is deleted once its last replica is.
        "PendingReplicaDeletion" => KeyUse::ToBeDeleted,
        "PendingImport"          => KeyUse::Waits("import the key's material (`aws kms import-key-material`)"),
        "Unavailable"            => KeyUse::Waits("connect the custom or external key store that the key is in (`aws kms connect-custom-key-store`)"),
        "Creating"               => KeyUse::Waits("wait until KMS has made the replica key"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_awss_table_does_not_have_settles_nothing() {
        assert_eq!(key_use("Updating"), Some(KeyUse::Usable));
        assert_eq!(key_use("PendingReplicaDeletion"), Some(KeyUse::ToBeDeleted));
        assert_eq!(key_use("enabled"), None);
    }
}
