//! How often a call is made, and how: as the standard AWS variables say, else the profile.
//!
//! See <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>.

use aws_config::profile::ProfileSet;
use aws_config::retry::RetryConfig;
use aws_types::os_shim_internal::Env;

/// A setting that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at} is {found:?}: expected {expected}")]
pub struct WrongRetries {
    at: String,
    found: String,
    expected: &'static str,
}

/// How calls are repeated, and how often each is made at most: so often as is usual where nothing says it.
pub fn of(
    env: &Env,
    profiles: &ProfileSet,
    usual: u32,
) -> Result<(RetryConfig, u32), WrongRetries> {
    let told = |variable: &str, field: &str| {
        let of_env = env
            .get(variable)
            .ok()
            .map(|text| (variable.to_owned(), text));
        let of_profile = || {
            let at = format!("`{field}` of the profile `{}`", profiles.selected_profile());
            Some((at, profiles.get(field)?.to_owned()))
        };
        // An empty one counts as not given.
        let told = of_env.filter(|(_, text)| !text.trim().is_empty());
        told.or_else(of_profile)
            .filter(|(_, text)| !text.trim().is_empty())
    };
    let wrong = |(at, found): (String, String), expected| WrongRetries {
        at,
        found,
        expected,
    };
    let attempts = match told("AWS_MAX_ATTEMPTS", "max_attempts") {
        None => usual,
        Some((at, text)) => match text.trim().parse() {
            Ok(0) | Err(_) => return Err(wrong((at, text), "a number from 1")),
            Ok(attempts) => attempts,
        },
    };
    let retries = match told("AWS_RETRY_MODE", "retry_mode") {
        None => RetryConfig::standard(),
        Some((at, text)) => match text.trim().to_ascii_lowercase().as_str() {
            // The way of old is not the SDK's.
            "standard" | "legacy" => RetryConfig::standard(),
            "adaptive" => RetryConfig::adaptive(),
            _ => return Err(wrong((at, text), "legacy, standard or adaptive")),
        },
    };
    Ok((retries, attempts))
}
