//! What AWS files status messages under.

use schemars::JsonSchema;
use serde::Serialize;

/// What AWS files a status message under, in the `MessageCategory` field of a job.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-dashboards.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Category {
    /// `ACCESS_DENIED`: AWS files wrong organizations and wrong key types here too.
    AccessDenied,
    /// `ACCESS_KEY_ERROR`
    AccessKeyError,
    /// `CONCURRENT_JOB`
    ConcurrentJob,
    /// `FATAL_ERROR`
    FatalError,
    /// `FEATURE_NOT_ENABLED`
    FeatureNotEnabled,
    /// `HYPERVISOR_OFFLINE`
    HypervisorOffline,
    /// `INVALID_LIFECYCLE`
    InvalidLifecycle,
    /// `INVALID_STATE`
    InvalidState,
    /// `JOB_EXPIRED`
    JobExpired,
    /// `KMS_KEY_ERROR`
    KmsKeyError,
    /// `LIMIT_EXCEEDED`
    LimitExceeded,
    /// `LOGICALLY_AIR_GAPPED_BACKUP_VAULT_NOT_SUPPORTED`: of backup jobs that complete.
    LogicallyAirGappedBackupVaultNotSupported,
    /// `MISCELLANEOUS`: whatever matches nothing else.
    Miscellaneous,
    /// `RESOURCE_NOT_FOUND`
    ResourceNotFound,
    /// `RESOURCE_NOT_SUPPORTED`
    ResourceNotSupported,
    /// `TAG_COPY_ERROR`
    TagCopyError,
    /// `TOKEN_EXPIRED`
    TokenExpired,
    /// `UNSUPPORTED_OPERATION`
    UnsupportedOperation,
    /// `VSS_ERROR`
    VssError,
}

impl Category {
    /// Its name in AWS Backup's API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "ACCESS_DENIED",
            Self::AccessKeyError => "ACCESS_KEY_ERROR",
            Self::ConcurrentJob => "CONCURRENT_JOB",
            Self::FatalError => "FATAL_ERROR",
            Self::FeatureNotEnabled => "FEATURE_NOT_ENABLED",
            Self::HypervisorOffline => "HYPERVISOR_OFFLINE",
            Self::InvalidLifecycle => "INVALID_LIFECYCLE",
            Self::InvalidState => "INVALID_STATE",
            Self::JobExpired => "JOB_EXPIRED",
            Self::KmsKeyError => "KMS_KEY_ERROR",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::LogicallyAirGappedBackupVaultNotSupported => {
                "LOGICALLY_AIR_GAPPED_BACKUP_VAULT_NOT_SUPPORTED"
            }
            Self::Miscellaneous => "MISCELLANEOUS",
            Self::ResourceNotFound => "RESOURCE_NOT_FOUND",
            Self::ResourceNotSupported => "RESOURCE_NOT_SUPPORTED",
            Self::TagCopyError => "TAG_COPY_ERROR",
            Self::TokenExpired => "TOKEN_EXPIRED",
            Self::UnsupportedOperation => "UNSUPPORTED_OPERATION",
            Self::VssError => "VSS_ERROR",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::messages::ALL;

    #[test]
    fn categories_are_spelled_as_in_the_api() {
        for row in ALL {
            if let Some(category) = row.category {
                assert_eq!(
                    serde_json::to_value(category).unwrap(),
                    category.as_str(),
                    "{category:?}"
                );
            }
        }
    }
}
