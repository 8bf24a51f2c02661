//! The AWS configuration files.
#![expect(
    deprecated,
    reason = "the new names of these types are in a crate that is the SDK's own inside"
)]

use std::path::PathBuf;

use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};
use aws_types::os_shim_internal::Env;

use super::settings::CallSettings;

/// The files that profiles are read from: those that the settings name, else the usual ones.
pub fn of(settings: &CallSettings) -> ProfileFiles {
    let files = ProfileFiles::builder();
    let files = match &settings.config_file {
        Some(path) => files.with_file(ProfileFileKind::Config, path),
        None => files.include_default_config_file(true),
    };
    let files = match &settings.credentials_file {
        Some(path) => files.with_file(ProfileFileKind::Credentials, path),
        // An empty variable names no file; the SDK would take it for one.
        None => match (Env::real().get("AWS_SHARED_CREDENTIALS_FILE"), usual()) {
            (Ok(empty), Some(usual)) if empty.is_empty() => {
                files.with_file(ProfileFileKind::Credentials, usual)
            }
            (Ok(empty), None) if empty.is_empty() => files,
            (Ok(_) | Err(_), _) => files.include_default_credentials_file(true),
        },
    };
    files.build()
}

/// The usual credentials file, where there is one.
fn usual() -> Option<PathBuf> {
    let home = Env::real().get("HOME").ok()?;
    let path = PathBuf::from(home).join(".aws/credentials");
    path.is_file().then_some(path)
}
