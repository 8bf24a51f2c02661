//! From the command line's words for AWS to those of the layer that asks it.

use crate::cli;
use crate::cli::Output;
use crate::sources::live::{CallSettings, Credentials, Sides};

/// How AWS is called.
pub(super) fn settings(aws: &cli::Aws, output: &Output) -> CallSettings {
    CallSettings {
        concurrency: usize::from(aws.concurrency),
        timeout: aws.timeout(),
        deadline: aws.deadline.map(std::time::Duration::from_secs),
        progress: !output.quiet,
        ..CallSettings::default()
    }
}

/// How each account is signed in to.
pub(super) fn sides(given: &cli::Credentials) -> Sides {
    let of = |profile: &Option<String>, role_arn: &Option<String>| Credentials {
        profile: profile.clone(),
        role_arn: role_arn.clone(),
        external_id: role_arn.as_ref().and(given.external_id.clone()),
    };
    let optional = |profile: &Option<String>, role_arn: &Option<String>| {
        (profile.is_some() || role_arn.is_some()).then(|| of(profile, role_arn))
    };
    Sides {
        source: of(&given.source_profile, &given.source_role_arn),
        destination: optional(&given.destination_profile, &given.destination_role_arn),
        management: optional(&given.management_profile, &given.management_role_arn),
    }
}
