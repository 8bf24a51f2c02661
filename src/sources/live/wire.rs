//! The way to AWS: one set of connections, and so many calls at the same time.

use std::sync::Arc;
use std::time::Duration;

use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::ProfileFileRegionProvider;
use aws_sdk_backup::config::SharedHttpClient;
use aws_smithy_http_client::tls::TlsContext;
use aws_types::os_shim_internal::Env;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::known::Region;

use super::connections::connections;
use super::counts::Counts;
use super::files;
use super::profile;
use super::reply::{CallError, Reply};
use super::settings::CallSettings;
use super::trusted::{self, NoCertificates};

/// What all accounts of a run share: the connections, and how many calls go at the same time.
#[derive(Clone)]
pub struct Wire {
    http: SharedHttpClient,
    turns: Arc<Semaphore>,
    settings: CallSettings,
    counts: Arc<Counts>,
    /// When the run ends, whatever is read then.
    end: Option<Instant>,
}

impl Wire {
    /// The connections of a run; `profiles`: those that may name the certificates to trust.
    ///
    /// # Errors
    /// Where such a file has none.
    pub async fn open<'a>(
        settings: &CallSettings,
        profiles: impl IntoIterator<Item = Option<&'a str>>,
    ) -> Result<Self, NoCertificates> {
        let trusted = trusted(settings, profiles).await?;
        let http = connections(trusted, settings.concurrency.max(1), settings.timeout);
        Ok(Self {
            http,
            turns: Arc::new(Semaphore::new(settings.concurrency.max(1))),
            settings: settings.clone(),
            counts: Arc::default(),
            end: settings
                .deadline
                .and_then(|time| Instant::now().checked_add(time)),
        })
    }

    /// What comes of work before the run ends.
    pub async fn in_time<T>(&self, work: impl Future<Output = T>) -> Reply<T> {
        match self.end {
            None => Ok(work.await),
            Some(_) if self.is_over() => Err(CallError::deadline()),
            Some(end) => tokio::time::timeout_at(end, work)
                .await
                .map_err(|_| CallError::deadline()),
        }
    }

    /// Whether the time of the run is over.
    pub fn is_over(&self) -> bool {
        self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// How long a list may take, all its pages together.
    pub const fn longest_list(&self) -> Duration {
        self.settings.timeout.saturating_mul(10)
    }

    /// How AWS is called.
    pub const fn settings(&self) -> &CallSettings {
        &self.settings
    }

    /// How far the run has come.
    pub fn counts(&self) -> &Arc<Counts> {
        &self.counts
    }

    /// The connections that all calls share.
    pub fn http(&self) -> SharedHttpClient {
        self.http.clone()
    }

    /// How many calls go at the same time.
    pub const fn concurrency(&self) -> usize {
        self.settings.concurrency
    }

    /// Waits for a turn: so many calls go at the same time, and no more. One number bounds all accounts, services and
    /// Regions together. With the usual eight and AWS's usual times it stays below what each service takes from one
    /// account in one Region: AWS KMS's request quotas for DescribeKey, GetKeyPolicy and the lists are the tightest of
    /// those that are published.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html> and, for AWS Backup's,
    /// <https://docs.aws.amazon.com/general/latest/gr/bk.html>.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Nobody closes the semaphore.
        let turn = self.turns.acquire().await.ok();
        self.counts.call();
        turn
    }

    /// The Region that `aws` would take with a profile: of the environment, else of the profile.
    pub async fn usual_region(&self, named: Option<&str>) -> Option<Region> {
        let of_env = ["AWS_REGION", "AWS_DEFAULT_REGION"]
            .into_iter()
            .find_map(|name| {
                // An empty one counts as not set.
                Env::real()
                    .get(name)
                    .ok()
                    .filter(|region| !region.is_empty())
            });
        if let Some(region) = of_env {
            return Some(Region::new(&region));
        }
        let mut profile =
            ProfileFileRegionProvider::builder().profile_files(files::of(&self.settings));
        if let Some(name) = named {
            profile = profile.profile_name(name);
        }
        let region = Box::pin(profile.build().region()).await?;
        Some(Region::new(region.as_ref())).filter(|region| !region.as_str().is_empty())
    }
}

/// The certificates to trust.
async fn trusted<'a>(
    settings: &CallSettings,
    profiles: impl IntoIterator<Item = Option<&'a str>>,
) -> Result<TlsContext, NoCertificates> {
    const VARIABLE: &str = "AWS_CA_BUNDLE";
    let named = Env::real()
        .get(VARIABLE)
        .ok()
        .filter(|path| !path.is_empty());
    if let Some(path) = named {
        return trusted::of_file(&path, VARIABLE);
    }
    for profile in profiles {
        // What else is wrong with a profile is told where it is signed in with.
        if let Ok(profiles) = profile::read(settings, profile).await
            && let Some(path) = profiles.get("ca_bundle").filter(|path| !path.is_empty())
        {
            return trusted::of_file(path, "the profile's `ca_bundle`");
        }
    }
    Ok(TlsContext::default())
}
