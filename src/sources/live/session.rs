//! An account that was signed in to, and the clients of its services in each Region.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_backup::config::SharedHttpClient;
use aws_sdk_backup::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_backup::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use tokio::sync::SemaphorePermit;

use crate::known::{AccountId, Region};

use super::answer::{TooManyRequests, Whole};
use super::found::Place;
use super::paging::Pages;
use super::reply::{CallError, Reply};
use super::wire::Wire;

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
}

/// What was read in an account, so that it is read once: each service keeps its own, of a type of its own.
#[derive(Default)]
struct Memory(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Memory {
    fn of<M: Any + Default + Send + Sync>(&self) -> Arc<M> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let one = kept
            .entry(TypeId::of::<M>())
            .or_insert_with(|| Arc::<M>::default());
        // What is kept under a type is of it.
        Arc::clone(one).downcast().unwrap_or_default()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({})", self.account())
    }
}

impl Session {
    pub(super) fn new(account: AccountId, config: SdkConfig, home: Region, wire: Wire) -> Self {
        Self(Arc::new(Inner {
            account,
            config,
            home,
            wire,
            clients: Clients::default(),
            memory: Memory::default(),
        }))
    }

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
        self.0.wire.http()
    }

    /// The account's credentials, for calls that are signed by hand.
    pub async fn credentials(&self) -> Reply<aws_credential_types::Credentials> {
        let provider = self.0.config.credentials_provider();
        let provider = provider.ok_or_else(|| CallError::failed("NoCredentialsOrConnection"))?;
        let got = Box::pin(provider.provide_credentials());
        self.0
            .wire
            .in_time(got)
            .await?
            .map_err(|_| CallError::failed("NoCredentialsOrConnection"))
    }

    /// What a service has read before.
    pub fn memory<M: Any + Default + Send + Sync>(&self) -> Arc<M> {
        self.0.memory.of()
    }

    /// Waits for a turn: so many calls go at the same time, and no more.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.0.wire.turn().await
    }

    /// The pages of a list that begins now.
    pub fn pages(&self) -> Pages {
        Pages::within(self.0.wire.longest_list())
    }

    /// The next page of a list of the SDK, when its turn comes.
    pub async fn next<T, E: ProvideErrorMetadata + Error + 'static>(
        &self,
        page: impl Future<Output = Option<Result<T, SdkError<E, HttpResponse>>>>,
    ) -> Reply<Option<T>> {
        let page = Box::pin(page);
        let turn = async {
            let _turn = self.turn().await;
            page.await
        };
        let page = self.0.wire.in_time(turn).await?;
        page.transpose().map_err(|error| CallError::of(&error))
    }

    /// Makes a call when its turn comes.
    pub async fn ask<T, E: ProvideErrorMetadata + Error + 'static>(
        &self,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Reply<T> {
        // The SDK's futures are many kilobytes each; held by value, a few dozen side by side fill the stack.
        let call = Box::pin(call);
        let turn = async {
            let _turn = self.turn().await;
            call.await
        };
        let answer = self.0.wire.in_time(turn).await?;
        answer.map_err(|error| CallError::of(&error))
    }

    /// Retrying is counted for each account, service and Region apart: the SDK by itself would let one throttled
    /// account slow all others down.
    fn retries(&self, service: &str, region: &Region) -> RetryPartition {
        RetryPartition::custom(format!("{service}-{region}-{}", self.account()))
            .token_bucket(TokenBucket::builder().capacity(500).build())
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

/// The client of each service in each Region, made when it is first asked for; the service's name in IAM actions.
macro_rules! clients {
    ($($service:ident: $sdk:ident, $name:literal;)+) => {
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
                            .retry_classifier(TooManyRequests)
                            .interceptor(Whole::of($name))
                            .build();
                        $sdk::Client::from_conf(config)
                    }).clone()
                }
            )+
        }
    };
}

clients! {
    aggregator: aws_sdk_config, "config";
    backup: aws_sdk_backup, "backup";
    cloudcontrol: aws_sdk_cloudcontrol, "cloudformation";
    dynamodb: aws_sdk_dynamodb, "dynamodb";
    iam_in: aws_sdk_iam, "iam";
    kms: aws_sdk_kms, "kms";
    organizations_in: aws_sdk_organizations, "organizations";
    rds: aws_sdk_rds, "rds";
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
