//! Signing in: credentials of an account, and the clients of its services in each Region.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_sdk_backup::config::retry::{ClientRateLimiter, RetryPartition, TokenBucket};
use aws_sdk_backup::config::{SharedCredentialsProvider, SharedHttpClient};
use aws_sdk_backup::error::ProvideErrorMetadata;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::catalog::regions;
use crate::known::{AccountId, Region};

use super::found::Place;
use super::reply::{Reply, Trouble};
use super::signed::Purse;
use super::{backup, ec2, files, iam, kms, organizations};

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

/// How AWS is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many calls at the same time.
    pub concurrency: usize,
    /// How long one operation may take, the SDK's retries included.
    pub timeout: Duration,
    /// How often the SDK makes a call before it gives up.
    pub attempts: u32,
    /// An AWS configuration file in place of the usual one.
    pub config_file: Option<PathBuf>,
    /// An AWS credentials file in place of the usual one.
    pub credentials_file: Option<PathBuf>,
    /// An endpoint for all services. `AWS_ENDPOINT_URL` is honoured without it.
    pub endpoint_url: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            concurrency: 16,
            timeout: Duration::from_secs(60),
            attempts: 4,
            config_file: None,
            credentials_file: None,
            endpoint_url: None,
        }
    }
}

/// Why an account cannot be signed in to.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There are no credentials, or they could not be got.
    #[error("{0}")]
    NoCredentials(String),
    /// AWS does not accept them, or does not answer.
    #[error("sts:GetCallerIdentity answered {0}")]
    Refused(Trouble),
}

/// What all accounts of a run share: the connections, and how many calls go at the same time.
#[derive(Clone)]
pub struct Wire {
    http: SharedHttpClient,
    turns: Arc<Semaphore>,
    settings: Settings,
}

impl Wire {
    /// The connections of a run.
    pub fn new(settings: &Settings) -> Self {
        let http = Builder::new()
            .tls_provider(tls::Provider::Rustls(
                tls::rustls_provider::CryptoMode::AwsLc,
            ))
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(settings.concurrency.max(1))
            .build_https();
        Self {
            http,
            turns: Arc::new(Semaphore::new(settings.concurrency.max(1))),
            settings: settings.clone(),
        }
    }

    /// Signs in. `near`: a Region that is going to be asked; the security token service is called there where every
    /// account has it, else in the partition's first.
    pub async fn sign_in(
        &self,
        credentials: &Credentials,
        near: &Region,
    ) -> Result<Session, SignInError> {
        let home = home(near);
        let config = Box::pin(self.config(credentials, &home)).await;
        let sts = aws_sdk_sts::Client::new(&config);
        let answer = {
            let _turn = self.turns.acquire().await;
            Box::pin(sts.get_caller_identity().send()).await
        };
        let identity = answer.map_err(|error| {
            // A call that did not leave failed on the way to credentials: the chain of causes says where.
            if let SdkError::DispatchFailure(failure) = &error
                && !failure.is_io()
                && !failure.is_timeout()
            {
                SignInError::NoCredentials(causes(&error))
            } else {
                SignInError::Refused(Trouble::of(&error))
            }
        })?;
        let account = identity
            .account()
            .and_then(|id| AccountId::parse(id).ok())
            .ok_or_else(|| SignInError::Refused(Trouble::unreadable()))?;
        Ok(Session(Arc::new(Inner {
            account,
            config,
            home,
            wire: self.clone(),
            clients: Clients::default(),
            memory: Memory::default(),
            purse: Purse::default(),
        })))
    }

    async fn config(&self, credentials: &Credentials, home: &Region) -> SdkConfig {
        let timeout = self.settings.timeout;
        let identities = || {
            IdentityCache::lazy()
                .load_timeout(Duration::from_secs(60))
                .build()
        };
        let region = aws_config::Region::new(home.as_str().to_owned());
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(self.http.clone())
            .region(region.clone())
            .profile_files(files::of(&self.settings))
            .identity_cache(identities())
            .retry_config(
                RetryConfig::adaptive()
                    .with_max_attempts(self.settings.attempts)
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
        if let Some(url) = &self.settings.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(profile) = &credentials.profile {
            // The default chain would take keys from the environment first, and ask the wrong account.
            let from = ProviderConfig::without_region()
                .with_region(Some(region))
                .with_http_client(self.http.clone());
            let provider = ProfileFileCredentialsProvider::builder()
                .profile_name(profile)
                .profile_files(files::of(&self.settings))
                .configure(&from)
                .build();
            loader = loader
                .profile_name(profile)
                .credentials_provider(SharedCredentialsProvider::new(provider));
        }
        let base = Box::pin(loader.load()).await;
        let Some(role) = &credentials.role_arn else {
            return base;
        };
        let mut assumed = AssumeRoleProvider::builder(role)
            .configure(&base)
            .session_name("backup-preflight")
            .session_length(Duration::from_secs(3600));
        if let Some(id) = &credentials.external_id {
            assumed = assumed.external_id(id);
        }
        base.to_builder()
            .credentials_provider(SharedCredentialsProvider::new(assumed.build().await))
            .identity_cache(identities())
            .build()
    }
}

/// An error and what caused it, each said once.
fn causes(error: &dyn Error) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        // The SDK's own frame says nothing to the user.
        let frame = matches!(text.as_str(), "dispatch failure" | "other");
        if !frame && !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        next = error.source();
    }
    said.join(": ")
}

/// The Region whose global services are asked.
fn home(near: &Region) -> Region {
    match regions::partition(near) {
        "aws" if !regions::enabled_by_default(near) => Region::new("us-east-1"),
        _ => near.clone(),
    }
}

/// An account that was signed in to. Cheap to clone.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    account: AccountId,
    config: SdkConfig,
    home: Region,
    wire: Wire,
    clients: Clients,
    memory: Memory,
    purse: Purse,
}

/// What was read in an account, so that it is read once.
#[derive(Default)]
pub struct Memory {
    pub backup: backup::Memory,
    pub ec2: ec2::Memory,
    pub iam: iam::Memory,
    pub kms: kms::Memory,
    pub organizations: organizations::Memory,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({})", self.account())
    }
}

impl Session {
    /// The account.
    pub fn account(&self) -> AccountId {
        self.0.account
    }

    /// A Region of the account.
    pub fn place(&self, region: &Region) -> Place {
        Place::new(self.account(), region)
    }

    /// The account, for its global services.
    pub fn global(&self) -> Place {
        Place::global(self.account())
    }

    /// The Region whose global services are asked.
    pub fn home(&self) -> &Region {
        &self.0.home
    }

    /// How AWS is called: endpoints, retries, time limits.
    pub fn config(&self) -> &SdkConfig {
        &self.0.config
    }

    /// The connections that all calls share.
    pub fn http(&self) -> SharedHttpClient {
        self.0.wire.http.clone()
    }

    /// The account's credentials, for calls that are signed by hand.
    pub async fn credentials(&self) -> Reply<aws_credential_types::Credentials> {
        let provider = self.0.config.credentials_provider();
        let provider = provider.ok_or_else(|| Trouble::failed("NoCredentialsOrConnection"))?;
        self.0.purse.credentials(&provider).await
    }

    /// What was read before.
    pub fn memory(&self) -> &Memory {
        &self.0.memory
    }

    /// Waits for a turn: so many calls go at the same time, and no more.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Nobody closes the semaphore.
        self.0.wire.turns.acquire().await.ok()
    }

    /// Makes a call when its turn comes.
    pub async fn ask<T, E: ProvideErrorMetadata>(
        &self,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Reply<T> {
        let _turn = self.turn().await;
        // The SDK's futures are many kilobytes each; held by value, a few dozen side by side fill the stack.
        Box::pin(call).await.map_err(|error| Trouble::of(&error))
    }

    /// Retrying is counted for each account, service and Region apart: the SDK by itself would let one throttled
    /// account slow all others down.
    fn retries(&self, service: &str, region: &Region) -> RetryPartition {
        RetryPartition::custom(format!("{service}-{region}-{}", self.account()))
            .token_bucket(TokenBucket::builder().capacity(500).build())
            .client_rate_limiter(ClientRateLimiter::builder().token_refill_rate(20.0).build())
            .build()
    }

    fn in_region(&self, region: &Region) -> SdkConfig {
        self.0
            .config
            .to_builder()
            .region(aws_config::Region::new(region.as_str().to_owned()))
            .build()
    }
}

type ByRegion<C> = Mutex<HashMap<Region, C>>;

/// The client of each service in each Region, made when it is first asked for.
macro_rules! clients {
    ($($service:ident: $sdk:ident;)+) => {
        #[derive(Default)]
        struct Clients {
            $($service: ByRegion<$sdk::Client>,)+
        }

        impl Session {
            $(
                #[doc = concat!("The client of `", stringify!($service), "` in a Region.")]
                pub fn $service(&self, region: &Region) -> $sdk::Client {
                    let mut clients = self.0.clients.$service.lock().unwrap_or_else(PoisonError::into_inner);
                    clients.entry(region.clone()).or_insert_with(|| {
                        let config = $sdk::config::Builder::from(&self.in_region(region))
                            .retry_partition(self.retries(stringify!($service), region))
                            .build();
                        $sdk::Client::from_conf(config)
                    }).clone()
                }
            )+
        }
    };
}

clients! {
    backup: aws_sdk_backup;
    cloudcontrol: aws_sdk_cloudcontrol;
    dynamodb: aws_sdk_dynamodb;
    iam_in: aws_sdk_iam;
    kms: aws_sdk_kms;
    organizations_in: aws_sdk_organizations;
    rds: aws_sdk_rds;
}

impl Session {
    /// The client of IAM, which is the same in every Region.
    pub fn iam(&self) -> aws_sdk_iam::Client {
        self.iam_in(&self.0.home)
    }

    /// The client of AWS Organizations, which is the same in every Region.
    pub fn organizations(&self) -> aws_sdk_organizations::Client {
        self.organizations_in(&self.0.home)
    }
}
