//! Calls of a service whose SDK would weigh more than all the others together: put together and signed here, and sent
//! on the connections that all calls share, with the SDK's own time limits and retries.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_types::service_config::ServiceConfigKey;

use crate::catalog::regions;
use crate::known::Region;

use super::answer::{TooManyRequests, Whole};
use super::endpoints::service_id;
use super::profile::is_key;
use super::reply::{self, Reply};
use super::session::Session;

/// What is posted to a service.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// A form, as the Query protocols have it.
    Form(&'a str),
    /// JSON, as AWS's JSON protocols have it.
    Json {
        /// The protocol's content type.
        kind: &'static str,
        /// The operation, as the protocol's header names it.
        target: &'static str,
        /// The parameters.
        text: &'a str,
    },
    /// JSON to a path of the operation's own.
    Rest {
        /// The path.
        path: &'static str,
        /// The parameters.
        text: &'a str,
    },
}

/// The content type of AWS's JSON protocol 1.0.
pub const JSON_1_0: &str = "application/x-amz-json-1.0";
/// The content type of AWS's JSON protocol 1.1.
pub const JSON_1_1: &str = "application/x-amz-json-1.1";

/// One call.
pub struct Call<'a> {
    /// The service, as its endpoint and its signatures name it.
    pub service: &'static str,
    /// The operation, for the SDK's own records.
    pub operation: &'static str,
    /// The parameters.
    pub body: Body<'a>,
    /// What the service calls the error of an answer that is not one.
    pub error: fn(&str) -> Option<String>,
}

/// Makes a call when its turn comes, and gives the body of the answer.
pub async fn send(session: &Session, region: &Region, call: Call<'_>) -> Reply<String> {
    let url = endpoint(session, region, call.service);
    let credentials = session.credentials().await?;
    let body = call.body.text().to_owned();
    let path = call.body.path();
    let error = call.error;
    let config = session.config();
    // Signed when its turn comes: a signature is good for some minutes only.
    let sent = async {
        let headers = signature(&url, region, &call, credentials);
        let headers = headers.map_err(SdkError::construction_failure)?;
        let mut operation = Operation::builder()
            // Retrying is counted by this name: for each account, service and Region apart.
            .service_name(format!("{}-{region}-{}", call.service, session.account()))
            .operation_name(call.operation)
            .http_client(session.http())
            .endpoint_url(&url)
            .no_auth()
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
            .retry_classifier(ByCode)
            .retry_classifier(TooManyRequests)
            .interceptor(Whole::of(call.service))
            .serializer(move |(): ()| request(path, &body, &headers))
            .deserializer(move |response: &HttpResponse| read(response, error));
        if let Some(retries) = config.retry_config() {
            operation = operation.standard_retry(retries);
        }
        if let Some(limits) = config.timeout_config() {
            operation = operation.timeout_config(limits.clone());
        }
        operation.build().invoke(()).await
    };
    session.ask(sent).await
}

/// Where a service is: as the AWS variables and files say, else where AWS has it.
fn endpoint(session: &Session, region: &Region, service: &'static str) -> String {
    let config = session.config();
    let own = configured(config, service);
    own.unwrap_or_else(|| at_aws(config, service, region))
}

/// Where the AWS variables and files say that a service is.
pub fn configured(config: &SdkConfig, service: &'static str) -> Option<String> {
    let own = ServiceConfigKey::builder()
        .service_id(service_id(service))
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()
        .filter(|_| !config.get_origin("endpoint_url").is_client_config())
        .and_then(|key| config.service_config()?.load_config(key));
    own.or_else(|| config.endpoint_url().map(str::to_owned))
}

/// Where AWS has a service, in the kind of endpoint that the variables and files say.
pub fn at_aws(config: &SdkConfig, service: &str, region: &Region) -> String {
    let fips = config.use_fips() == Some(true);
    let dual = config.use_dual_stack() == Some(true);
    host(service, region, fips, dual)
}

/// Where AWS has a service.
///
/// See <https://docs.aws.amazon.com/general/latest/gr/rande.html>.
fn host(service: &str, region: &Region, fips: bool, dual_stack: bool) -> String {
    let fips = if fips { "-fips" } else { "" };
    let domain = match (regions::partition(region), dual_stack) {
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
            Self::Form(text) | Self::Json { text, .. } | Self::Rest { text, .. } => text,
        }
    }

    fn headers(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Form(_) => vec![(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            )],
            Self::Json { kind, target, .. } => {
                vec![("content-type", kind), ("x-amz-target", target)]
            }
            Self::Rest { .. } => vec![("content-type", "application/json")],
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Form(_) | Self::Json { .. } => "/",
            Self::Rest { path, .. } => path,
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
    let url = format!("{}{}", url.trim_end_matches('/'), call.body.path());
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

fn request(path: &str, body: &str, headers: &Headers) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST")?;
    request.set_uri(path)?;
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
    // REST services name the error in a header, some with an address behind it.
    let header = response.headers().get("x-amzn-errortype");
    let header = header.and_then(|kind| kind.split(':').next());
    if let Some(code) = header.map(str::to_owned).or_else(|| error(&text)) {
        told = told.code(code);
    }
    Err(OrchestratorError::operation(told.build()))
}

/// The code of an error of the JSON protocols.
pub fn json_error(text: &str) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_str(text).ok()?;
    let code = answer.get("__type").or_else(|| answer.get("code"))?;
    let code = code.as_str()?;
    Some(code.rsplit('#').next().unwrap_or(code).to_owned())
}

/// What to do about throttling that comes with a status of its own: the JSON protocols say 400.
#[derive(Debug)]
struct ByCode;

impl ClassifyRetry for ByCode {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(|output| output.err());
        let code = error
            .and_then(OrchestratorError::as_operation_error)
            .and_then(|error| error.downcast_ref::<ErrorMetadata>())
            .and_then(ErrorMetadata::code);
        match code {
            Some(code) if reply::is_throttling(code) => RetryAction::throttling_error(),
            Some(_) | None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "throttling by its code"
    }
}

/// The credentials of an account, got once for the SDK's clients and for what is signed here.
pub struct CachedCredentials {
    from: SharedCredentialsProvider,
    kept: tokio::sync::Mutex<Option<Credentials>>,
}

impl CachedCredentials {
    /// What a provider gives, until it is about to end.
    pub fn of(from: SharedCredentialsProvider) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(Self {
            from,
            kept: tokio::sync::Mutex::default(),
        })
    }

    async fn credentials(&self) -> provider::Result {
        const A_WHILE: Duration = Duration::from_secs(5 * 60);
        let mut kept = self.kept.lock().await;
        let good = |credentials: &Credentials| {
            credentials.expiry().is_none_or(|end| {
                end.checked_sub(A_WHILE)
                    .is_some_and(|end| end > SystemTime::now())
            })
        };
        if let Some(credentials) = kept.as_ref().filter(|kept| good(kept)) {
            return Ok(credentials.clone());
        }
        let fresh = Box::pin(self.from.provide_credentials()).await?;
        let keys = [fresh.access_key_id(), fresh.secret_access_key()];
        if !keys.into_iter().chain(fresh.session_token()).all(is_key) {
            return Err(CredentialsError::invalid_configuration(
                "a key has a character that none has, such as a line end",
            ));
        }
        *kept = Some(fresh.clone());
        Ok(fresh)
    }
}

impl ProvideCredentials for CachedCredentials {
    fn provide_credentials<'a>(&'a self) -> provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        provider::future::ProvideCredentials::new(self.credentials())
    }
}

impl fmt::Debug for CachedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CachedCredentials")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_where_its_partition_and_the_settings_say() {
        for (region, fips, dual_stack, url) in [
            (
                "us-east-2",
                false,
                false,
                "https://ec2.us-east-2.amazonaws.com",
            ),
            (
                "us-east-2",
                true,
                false,
                "https://ec2-fips.us-east-2.amazonaws.com",
            ),
            ("us-east-2", false, true, "https://ec2.us-east-2.api.aws"),
            (
                "cn-north-1",
                false,
                false,
                "https://ec2.cn-north-1.amazonaws.com.cn",
            ),
            (
                "us-gov-west-1",
                true,
                false,
                "https://ec2-fips.us-gov-west-1.amazonaws.com",
            ),
        ] {
            assert_eq!(host("ec2", &Region::new(region), fips, dual_stack), url);
        }
    }

    #[test]
    fn the_code_of_an_error_is_read_with_or_without_its_namespace() {
        let code = |text: &str| json_error(text);
        assert_eq!(
            code(r#"{"__type": "com.amazonaws.x#AccessDeniedException"}"#).as_deref(),
            Some("AccessDeniedException")
        );
        assert_eq!(
            code(r#"{"__type": "FileSystemNotFound", "Message": ""}"#).as_deref(),
            Some("FileSystemNotFound")
        );
        assert_eq!(code("<html></html>"), None);
        assert_eq!(code("{}"), None);
    }
}
