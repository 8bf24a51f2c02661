//! How AWS is called, in all accounts.

use std::path::PathBuf;
use std::time::Duration;

/// How AWS is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSettings {
    /// How many calls at the same time.
    pub concurrency: usize,
    /// How long one operation may take, the SDK's retries included.
    pub timeout: Duration,
    /// How long all of it may take.
    pub deadline: Option<Duration>,
    /// How often the SDK makes a call before it gives up, where neither `AWS_MAX_ATTEMPTS` nor the profile says it.
    pub attempts: u32,
    /// An AWS configuration file in place of the usual one.
    pub config_file: Option<PathBuf>,
    /// An AWS credentials file in place of the usual one.
    pub credentials_file: Option<PathBuf>,
    /// An endpoint for all services. `AWS_ENDPOINT_URL` is honoured without it.
    pub endpoint_url: Option<String>,
    /// Whether to show on standard error how far it has come, where that is a terminal.
    pub progress: bool,
}

impl Default for CallSettings {
    fn default() -> Self {
        Self {
            concurrency: 16,
            timeout: Duration::from_secs(60),
            deadline: None,
            attempts: 6,
            config_file: None,
            credentials_file: None,
            endpoint_url: None,
            progress: false,
        }
    }
}
