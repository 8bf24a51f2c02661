//! The AWS configuration files.
#![expect(
    deprecated,
    reason = "the new names of these types are in a crate that is the SDK's own inside"
)]

use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};

use super::settings::Settings;

/// The files that profiles are read from: those that the settings name, else the usual ones.
pub fn of(settings: &Settings) -> ProfileFiles {
    let files = ProfileFiles::builder();
    let files = match &settings.config_file {
        Some(path) => files.with_file(ProfileFileKind::Config, path),
        None => files.include_default_config_file(true),
    };
    let files = match &settings.credentials_file {
        Some(path) => files.with_file(ProfileFileKind::Credentials, path),
        None => files.include_default_credentials_file(true),
    };
    files.build()
}
