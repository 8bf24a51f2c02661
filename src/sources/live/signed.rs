//! Calls of a service whose SDK would weigh more than all the others together: put together and signed here, and sent
//! on the connections that all calls share, with the SDK's own time limits and retries.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_types::service_config::ServiceConfigKey;

use crate::catalog::regions;
use crate::known::Region;

use super::reply::{Reply, Trouble};
use super::session::Session;

/// What is posted to a service.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// A form, as the Query protocols have it.
    Form(&'a str),
    /// JSON, as AWS's JSON protocol 1.1 has it.
    Json {
        /// The operation, as the protocol's header names it.
        target: &'static str,
        /// The parameters.
        text: &'a str,
    },
}

/// One call.
pub struct Call<'a> {
    /// The service, as its endpoint and its signatures name it.
    pub service: &'static str,
    /// The operation, for the SDK's own records.
    pub operation: &'static str,
    /// The parameters.
    pub body: Body<'a>,
    /// What the service calls the error of an answer that is none.
    pub error: fn(&str) -> Option<String>,
}

/// Makes a call when its turn comes, and gives the body of the answer.
pub async fn send(session: &Session, region: &Region, call: Call<'_>) -> Reply<String> {
    let url = endpoint(session, region, call.service);
    let credentials = session.credentials().await?;
    let headers = signature(&url, region, &call, credentials)
        .map_err(|_| Trouble::failed("RequestNotBuilt"))?;
    let body = call.body.text().to_owned();
    let error = call.error;
    let config = session.config();
    let mut operation = Operation::builder()
        // Retrying is counted by this name: for each account, service and Region apart.
        .service_name(format!("{}-{region}-{}", call.service, session.account()))
        .operation_name(call.operation)
        .http_client(session.http())
        .endpoint_url(&url)
        .no_auth()
        .retry_classifier(HttpStatusCodeClassifier::default())
        .retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .serializer(move |(): ()| request(&body, &headers))
        .deserializer(move |response: &HttpResponse| read(response, error));
    if let Some(retries) = config.retry_config() {
        operation = operation.standard_retry(retries);
    }
    if let Some(limits) = config.timeout_config() {
        operation = operation.timeout_config(limits.clone());
    }
    let operation = operation.build();
    session.ask(operation.invoke(())).await
}

/// Where a service is: as the AWS variables and files say, else where AWS has it.
fn endpoint(session: &Session, region: &Region, service: &str) -> String {
    let config = session.config();
    let own = ServiceConfigKey::builder()
        .service_id(service)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()
        .filter(|_| !config.get_origin("endpoint_url").is_client_config())
        .and_then(|key| config.service_config()?.load_config(key));
    if let Some(url) = own.or_else(|| config.endpoint_url().map(str::to_owned)) {
        return url;
    }
    let fips = if config.use_fips() == Some(true) {
        "-fips"
    } else {
        ""
    };
    let dual = config.use_dual_stack() == Some(true);
    let domain = match (regions::partition(region), dual) {
        ("aws-cn", false) => "amazonaws.com.cn",
        ("aws-cn", true) => "api.amazonwebservices.com.cn",
        ("aws-eusc", _) => "amazonaws.eu",
        ("aws-iso", _) => "c2s.ic.gov",
        ("aws-iso-b", _) => "sc2s.sgov.gov",
        ("aws-iso-e", _) => "cloud.adc-e.uk",
        ("aws-iso-f", _) => "csp.hci.ic.gov",
        (_, false) => "amazonaws.com",
        (_, true) => "api.aws",
    };
    format!("https://{service}{fips}.{region}.{domain}")
}

type Headers = Vec<(Cow<'static, str>, String)>;

impl<'a> Body<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Form(text) | Self::Json { text, .. } => text,
        }
    }

    fn headers(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Form(_) => vec![(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            )],
            Self::Json { target, .. } => vec![
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", target),
            ],
        }
    }
}

fn signature(
    url: &str,
    region: &Region,
    call: &Call<'_>,
    credentials: Credentials,
) -> Result<Headers, BoxError> {
    let identity: Identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region.as_str())
        .name(call.service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let url = format!("{}/", url.trim_end_matches('/'));
    let plain = call.body.headers();
    let body = SignableBody::Bytes(call.body.text().as_bytes());
    let signable = SignableRequest::new("POST", url, plain.iter().copied(), body)?;
    let (signature, _) = sign(signable, &params)?.into_parts();
    let signed = signature
        .headers()
        .map(|(name, value)| (Cow::Owned(name.to_owned()), value.to_owned()));
    let plain = plain
        .iter()
        .map(|(name, value)| (Cow::Borrowed(*name), (*value).to_owned()));
    Ok(plain.chain(signed).collect())
}

fn request(body: &str, headers: &Headers) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST")?;
    request.set_uri("/")?;
    for (name, value) in headers {
        request
            .headers_mut()
            .try_insert(name.clone(), value.clone())?;
    }
    Ok(request)
}

fn read(
    response: &HttpResponse,
    error: fn(&str) -> Option<String>,
) -> Result<String, OrchestratorError<ErrorMetadata>> {
    let bytes = response.body().bytes().unwrap_or_default();
    let text = String::from_utf8_lossy(bytes);
    if response.status().is_success() {
        return Ok(text.into_owned());
    }
    let mut told = ErrorMetadata::builder();
    if let Some(code) = error(&text) {
        told = told.code(code);
    }
    Err(OrchestratorError::operation(told.build()))
}

/// The credentials of an account, which the SDK's clients keep for themselves.
#[derive(Default)]
pub struct Purse(tokio::sync::Mutex<Option<Credentials>>);

impl Purse {
    /// Credentials that are good for a while yet.
    pub async fn credentials(&self, provider: &impl ProvideCredentials) -> Reply<Credentials> {
        const A_WHILE: Duration = Duration::from_secs(5 * 60);
        let mut kept = self.0.lock().await;
        let good = |credentials: &Credentials| {
            credentials
                .expiry()
                .is_none_or(|end| end > SystemTime::now() + A_WHILE)
        };
        if let Some(credentials) = kept.as_ref().filter(|kept| good(kept)) {
            return Ok(credentials.clone());
        }
        let fresh = Box::pin(async { provider.provide_credentials().await }).await;
        let fresh = fresh.map_err(|_| Trouble::failed("NoCredentialsOrConnection"))?;
        *kept = Some(fresh.clone());
        Ok(fresh)
    }
}
