//! The profile that is used: whether it is there, and what in it and in the variables would end the SDK.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use aws_config::profile::{ProfileSet, load};
use aws_types::os_shim_internal::{Env, Fs};

use crate::sources::recorded::is_pipe;

use super::files;
use super::settings::CallSettings;

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongProfile {
    /// The files cannot be read.
    #[error("the AWS configuration files cannot be read: {0}")]
    Files(String),
    /// One of them is no regular file of a size that such files have; the SDK would read it without an end.
    #[error("`{0}` is a device or larger than 64 MB: expected an AWS configuration file")]
    NoEnd(String),
    /// It is in none of them.
    #[error("there is no profile `{0}` in the AWS configuration files")]
    Missing(String),
    /// A key that no header can hold.
    #[error("{0} has a character that none has, such as a line end")]
    Key(String),
}

/// The files as seen with a profile: the one that is named, else that of `AWS_PROFILE`, where that is not empty.
pub async fn read(
    settings: &CallSettings,
    named: Option<&str>,
) -> Result<ProfileSet, WrongProfile> {
    let env = Env::real();
    let of_env = env.get("AWS_PROFILE").ok().filter(|name| !name.is_empty());
    let asked = named.map(str::to_owned).or(of_env);
    for (path, variable) in [
        (&settings.config_file, "AWS_CONFIG_FILE"),
        (&settings.credentials_file, "AWS_SHARED_CREDENTIALS_FILE"),
    ] {
        let named = path
            .clone()
            .or_else(|| env.get(variable).ok().map(PathBuf::from));
        if let Some(path) = named.filter(|path| has_no_end(path)) {
            return Err(WrongProfile::NoEnd(path.display().to_string()));
        }
    }
    let selected = asked.clone().unwrap_or_else(|| "default".to_owned());
    let files = files::of(settings);
    let profiles = load(&Fs::real(), &env, &files, Some(Cow::Owned(selected)))
        .await
        .map_err(|error| WrongProfile::Files(with_causes(&error)))?;
    match asked {
        Some(name) if profiles.get_profile(&name).is_none() => Err(WrongProfile::Missing(name)),
        Some(_) | None => {
            keys(&profiles, &env)?;
            Ok(profiles)
        }
    }
}

/// Whether a path is of a device that never ends, or of a file that is too large to be what it is taken for.
fn has_no_end(path: &Path) -> bool {
    const LARGEST: u64 = 64 << 20;
    // What cannot be looked at is for the SDK to name; /dev/null is a usual way to name no file.
    std::fs::metadata(path).is_ok_and(|about| {
        let is_plain = about.is_file() || about.is_dir() || is_pipe(path);
        about.len() > LARGEST || !is_plain && path != Path::new("/dev/null")
    })
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text
}

/// Whether the keys of the profile, of those that it takes its own from, and of the environment can be sent.
fn keys(profiles: &ProfileSet, env: &Env) -> Result<(), WrongProfile> {
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        if env.get(name).is_ok_and(|key| !is_key(&key)) {
            return Err(WrongProfile::Key(format!("`{name}`")));
        }
    }
    let mut next = Some(profiles.selected_profile());
    // A circle is for the SDK to name.
    for _ in 0..16 {
        let Some((name, profile)) = next.and_then(|name| Some((name, profiles.get_profile(name)?)))
        else {
            break;
        };
        for field in [
            "aws_access_key_id",
            "aws_secret_access_key",
            "aws_session_token",
        ] {
            if profile.get(field).is_some_and(|key| !is_key(key)) {
                return Err(WrongProfile::Key(format!(
                    "`{field}` of the profile `{name}`"
                )));
            }
        }
        next = profile
            .get("source_profile")
            .filter(|source| *source != name);
    }
    Ok(())
}

/// Whether a text can be a key or a token.
pub fn is_key(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}
