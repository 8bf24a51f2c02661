//! Signing in to an account.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_sdk_backup::config::SharedCredentialsProvider;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::identity::SharedIdentityCache;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_types::os_shim_internal::Env;

use crate::catalog::calls::api_call;
use crate::catalog::regions;
use crate::known::{AccountId, ApiCall, Arn, Region};

use super::answer::{TooManyRequests, Whole};
use super::endpoints::Endpoints;
use super::files;
use super::profile;
use super::proxies;
use super::reply::{self, CallError};
use super::retries;
use super::session::Session;
use super::signed::{self, CachedCredentials};
use super::unsigned;
use super::wire::Wire;

/// How one account is signed in to. All `None`: as the standard AWS variables and files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// A profile of the AWS configuration files. It is taken whatever the environment says.
    pub profile: Option<String>,
    /// A role to assume with those credentials.
    pub role_arn: Option<String>,
    /// The external id that the role asks for.
    pub external_id: Option<String>,
}

/// How each of the accounts that matter is signed in to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// The account that copies come from.
    pub source: Credentials,
    /// The account that they go to, where it is another.
    pub destination: Option<Credentials>,
    /// The management account of the organization: it can read the control policies of every other.
    pub management: Option<Credentials>,
}

/// Why an account cannot be signed in to.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There are no credentials, or they could not be got.
    #[error("{why}")]
    NoCredentials {
        /// What went wrong, in the SDK's words.
        why: String,
        /// What AWS answered where a role was to be assumed.
        role: Option<CallError>,
    },
    /// A setting is not one.
    #[error("{0}")]
    Wrong(String),
    /// AWS does not accept them, or does not answer.
    #[error("{}", told(.why, .at))]
    Refused {
        /// What came of the call.
        why: CallError,
        /// Where it went.
        at: Address,
    },
}

/// Where a call went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    url: String,
    /// Whether the AWS variables or files say so.
    is_configured: bool,
}

/// What came of signing in, and what to do about it where no option of ours helps.
fn told(why: &CallError, at: &Address) -> String {
    let said = why.told();
    if why.is_expired() {
        return format!(
            "sts:GetCallerIdentity {said}: the credentials have expired; renew them, as by `aws sso login`"
        );
    }
    if !why.is_without_answer() {
        let means = unsigned::meaning(&why.code);
        return format!("sts:GetCallerIdentity {said}{means}");
    }
    let longer = match &*why.code {
        "Timeout" => " --timeout gives it longer.",
        _ => "",
    };
    let look = match at.is_configured {
        true => "AWS_ENDPOINT_URL, or `endpoint_url` of the profile, gives that address",
        false => "check that the network reaches it; HTTPS_PROXY names a proxy",
    };
    format!("sts:GetCallerIdentity at {} {said};{longer} {look}", at.url)
}

impl SignInError {
    /// The call that failed, and what it was answered.
    pub fn call(&self) -> (ApiCall, CallError) {
        match self {
            Self::NoCredentials {
                role: Some(error), ..
            } => (api_call!("sts:AssumeRole"), error.clone()),
            Self::NoCredentials { role: None, .. } | Self::Wrong(_) => (
                api_call!("sts:GetCallerIdentity"),
                CallError::failed("NoCredentials"),
            ),
            Self::Refused { why, .. } => (api_call!("sts:GetCallerIdentity"), why.clone()),
        }
    }

    /// The same in the words of the profile that gave no credentials, where that is what is wrong.
    fn of_profile(self, profiles: &ProfileSet) -> Self {
        match self {
            Self::NoCredentials { why, role: None } => Self::NoCredentials {
                why: unsigned::told(&why, profiles, &Env::real()),
                role: None,
            },
            Self::NoCredentials { .. } | Self::Wrong(_) | Self::Refused { .. } => self,
        }
    }

    /// What to do about it, where an option names other credentials.
    pub(super) fn see(&self, side: &dyn fmt::Display) -> String {
        match self {
            Self::Refused { why, .. } if why.is_without_answer() || why.is_expired() => {
                String::new()
            }
            Self::NoCredentials { why, role: None } if why == NONE => {
                format!("; give --{side}-profile NAME, or set AWS_PROFILE")
            }
            Self::NoCredentials { .. } | Self::Wrong(_) | Self::Refused { .. } => {
                format!("; see --{side}-profile and --{side}-role-arn")
            }
        }
    }
}

impl Wire {
    /// Signs in. `near`: a Region that is going to be asked; the security token service is called there where every
    /// account has it, else in the partition's first.
    pub async fn sign_in(
        &self,
        credentials: &Credentials,
        near: &Region,
    ) -> Result<Session, SignInError> {
        if !is_region(near) {
            return Err(SignInError::Wrong(format!("{near:?} is not a Region")));
        }
        let home = home(near);
        let (mut config, profiles) = Box::pin(self.base(credentials, &home)).await?;
        if let Some(role) = &credentials.role_arn {
            let id = credentials.external_id.as_deref();
            config = Box::pin(assumed(&config, role, id)).await;
        }
        let session = self.identify(config, home).await;
        session.map_err(|error| error.of_profile(&profiles))
    }

    /// Signs in to an account by a role that the user of another session assumes.
    pub async fn enter(
        &self,
        from: &Session,
        role: &Arn,
        external_id: Option<&str>,
    ) -> Result<Session, SignInError> {
        let config = Box::pin(assumed(from.config(), role.as_str(), external_id)).await;
        self.identify(config, from.home().clone()).await
    }

    async fn identify(&self, config: SdkConfig, home: Region) -> Result<Session, SignInError> {
        let configured = signed::configured(&config, "sts");
        let at = Address {
            is_configured: configured.is_some(),
            url: configured.unwrap_or_else(|| signed::at_aws(&config, "sts", &home)),
        };
        let refused = |why| SignInError::Refused {
            why,
            at: at.clone(),
        };
        let sts = aws_sdk_sts::config::Builder::from(&config)
            .interceptor(Whole::of("sts"))
            .retry_classifier(TooManyRequests)
            .build();
        let sts = aws_sdk_sts::Client::from_conf(sts);
        let call = Box::pin(sts.get_caller_identity().send());
        let turn = async {
            let _turn = self.turn().await;
            call.await
        };
        let answer = self.in_time(turn).await.map_err(refused)?;
        let identity = answer.map_err(|error| {
            // A call that did not leave failed on the way to credentials: the chain of causes says where.
            if let SdkError::DispatchFailure(failure) = &error
                && !failure.is_io()
                && !failure.is_timeout()
            {
                SignInError::NoCredentials {
                    why: causes(&error),
                    role: of_role(&error),
                }
            } else {
                refused(CallError::of(&error))
            }
        })?;
        let account = identity
            .account()
            .and_then(|id| AccountId::parse(id).ok())
            .ok_or_else(|| refused(CallError::unreadable()))?;
        Ok(Session::new(account, config, home, self.clone()))
    }

    /// The configuration of the profile, or of the environment.
    async fn base(
        &self,
        credentials: &Credentials,
        home: &Region,
    ) -> Result<(SdkConfig, ProfileSet), SignInError> {
        let named = credentials.profile.as_deref();
        let profiles = profile::read(self.settings(), named)
            .await
            .map_err(|why| SignInError::Wrong(why.to_string()))?;
        proxies::check(&Env::real()).map_err(|why| SignInError::Wrong(why.to_string()))?;
        let usual = self.settings().attempts;
        let (retries, attempts) = retries::of(&Env::real(), &profiles, usual)
            .map_err(|why| SignInError::Wrong(why.to_string()))?;
        let timeout = self.settings().timeout;
        let region = aws_config::Region::new(home.as_str().to_owned());
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(self.http())
            .region(region.clone())
            .profile_files(files::of(self.settings()))
            .identity_cache(identities())
            .retry_config(
                // Not `adaptive`, unless that is asked for: after one throttled call it lets a service of an account in a Region have a call
                // every two seconds, which is right for one busy client and not for many that have a dozen calls each.
                retries
                    .with_max_attempts(attempts)
                    .with_initial_backoff(Duration::from_millis(200))
                    .with_max_backoff(Duration::from_secs(5)),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(timeout.min(Duration::from_secs(5)))
                    .read_timeout(timeout.min(Duration::from_secs(15)))
                    .operation_attempt_timeout(timeout.min(Duration::from_secs(15)))
                    .operation_timeout(timeout)
                    .build(),
            );
        if let Ok(name) = AppName::new("backup-preflight") {
            loader = loader.app_name(name);
        }
        if let Some(url) = &self.settings().endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(profile) = &credentials.profile {
            // The default chain would take keys from the environment first, and ask the wrong account.
            let from = ProviderConfig::without_region()
                .with_region(Some(region))
                .with_http_client(self.http());
            let provider = ProfileFileCredentialsProvider::builder()
                .profile_name(profile)
                .profile_files(files::of(self.settings()))
                .configure(&from)
                .build();
            loader = loader
                .profile_name(profile)
                .credentials_provider(SharedCredentialsProvider::new(provider));
        }
        if Env::real()
            .get("AWS_PROFILE")
            .is_ok_and(|name| name.is_empty())
        {
            // An empty name counts as not given.
            loader = loader.profile_name(profiles.selected_profile());
        }
        let config = Box::pin(loader.load()).await;
        let mut checked = config.to_builder();
        if self.settings().endpoint_url.is_none() {
            let endpoints = Endpoints::new(Env::real(), &profiles, config.clone());
            endpoints
                .check()
                .map_err(|why| SignInError::Wrong(why.to_string()))?;
            checked.set_endpoint_url(endpoints.of_all());
            checked.set_service_config(Some(endpoints));
        }
        if let Some(provider) = config.credentials_provider() {
            checked.set_credentials_provider(Some(CachedCredentials::of(provider)));
        }
        Ok((checked.build(), profiles))
    }
}

/// The same configuration with the credentials of a role.
async fn assumed(base: &SdkConfig, role: &str, external_id: Option<&str>) -> SdkConfig {
    let mut provider = AssumeRoleProvider::builder(role)
        .configure(base)
        .session_name("backup-preflight")
        .session_length(Duration::from_secs(3600));
    if let Some(id) = external_id {
        provider = provider.external_id(id);
    }
    base.to_builder()
        .credentials_provider(CachedCredentials::of(SharedCredentialsProvider::new(
            provider.build().await,
        )))
        .identity_cache(identities())
        .build()
}

/// An account's own memory of its credentials.
fn identities() -> SharedIdentityCache {
    IdentityCache::lazy()
        .load_timeout(Duration::from_secs(60))
        .build()
}

/// What is said where nothing says who asks; the SDK tells everything that it tried.
const NONE: &str = "there are no credentials: no variable, profile or role of a machine gives any";

/// An error and what caused it, each said once.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = without_output(&error.to_string()).to_owned();
        let text = said_by_aws(&text).unwrap_or(text);
        // The SDK's own frame says nothing to the user.
        let frame = matches!(
            text.as_str(),
            "dispatch failure" | "other" | "service error" | "unhandled error"
        ) || text.starts_with(RECORD);
        if !frame && !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        next = error.source();
    }
    let said = said.join(": ");
    if said.contains("no credentials found in chain") {
        return NONE.to_owned();
    }
    if reply::is_of_tls(error) {
        return format!("{said}; {}", reply::ABOUT_TLS);
    }
    said
}

/// How the SDK sets what AWS answered with: as Rust does a record.
const RECORD: &str = "Error { ";

/// AWS's own words, of an error as the SDK sets it: the message of `Error { code: "AccessDenied", message: "…" }`, the code of
/// `unhandled error (AccessDenied)`.
fn said_by_aws(text: &str) -> Option<String> {
    let code = text.strip_prefix("unhandled error (");
    if let Some(code) = code.and_then(|code| code.strip_suffix(')')) {
        return Some(code.to_owned());
    }
    let fields = text.strip_prefix(RECORD)?;
    let (_, message) = fields.split_once("message: \"")?;
    let mut said = String::new();
    let mut letters = message.chars();
    loop {
        match letters.next()? {
            '"' => return Some(said),
            '\\' => said.extend(letters.next()),
            letter => said.push(letter),
        }
    }
}

/// What the SDK says of a `credential_process` without what that printed, which may be a key.
fn without_output(text: &str) -> &str {
    const ENDS: [&str; 3] = [
        ". Stderr:",
        ", could not parse response:",
        ": could not decode",
    ];
    if !text.contains("external process") {
        return text;
    }
    let ends = ENDS.iter().filter_map(|end| text.find(end));
    ends.min().and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Whether a name can be a Region's: it stands in the names of hosts and in signatures.
fn is_region(region: &Region) -> bool {
    let name = region.as_str();
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(letter)
}

/// What AWS answered to the call that was to assume a role, if that is what went wrong.
fn of_role(error: &(dyn Error + 'static)) -> Option<CallError> {
    type Assuming = SdkError<AssumeRoleError, HttpResponse>;
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<Assuming>() {
            return Some(CallError::of(found));
        }
        next = error.source();
    }
    None
}

/// The Region whose global services are asked.
fn home(near: &Region) -> Region {
    match regions::partition(near) {
        "aws" if !regions::enabled_by_default(near) => Region::new("us-east-1"),
        _ => near.clone(),
    }
}
