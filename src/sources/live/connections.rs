//! The connections to AWS: through the proxies and with the certificates that the `aws` command takes, and every answer
//! read to its end here, within a limit.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use super::answer::NotRead;

/// No answer of AWS is larger.
const LARGEST: usize = 64 << 20;

/// The connections of a run.
pub fn connections(
    trusted: TlsContext,
    idle_per_host: usize,
    longest_answer: Duration,
) -> SharedHttpClient {
    SharedHttpClient::new(Connections {
        trusted,
        idle_per_host,
        longest_answer,
        made: Mutex::default(),
    })
}

/// The time limits of a connection: to connect, and to read.
type Limits = (Option<Duration>, Option<Duration>);

struct Connections {
    trusted: TlsContext,
    idle_per_host: usize,
    longest_answer: Duration,
    made: Mutex<HashMap<Limits, SharedHttpConnector>>,
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connections")
    }
}

impl HttpClient for Connections {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let limits = (settings.connect_timeout(), settings.read_timeout());
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let made = made.entry(limits).or_insert_with(|| {
            let connector = Connector::builder()
                .tls_provider(tls::Provider::Rustls(
                    tls::rustls_provider::CryptoMode::AwsLc,
                ))
                .tls_context(self.trusted.clone())
                .proxy_config(ProxyConfig::from_env())
                .connector_settings(settings.clone())
                .pool_idle_timeout(Duration::from_secs(30))
                .pool_max_idle_per_host(self.idle_per_host)
                .build();
            SharedHttpConnector::new(ToTheEnd {
                inner: SharedHttpConnector::new(connector),
                longest: self.longest_answer,
            })
        });
        made.clone()
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("hyper", Some("1.x".into())))
    }
}

/// Reads each answer to its end before it is handed on.
#[derive(Debug)]
struct ToTheEnd {
    inner: SharedHttpConnector,
    longest: Duration,
}

impl HttpConnector for ToTheEnd {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (answer, longest) = (self.inner.call(request), self.longest);
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
            let read = tokio::time::timeout(longest, read(body)).await;
            let body = read.map_err(|late| ConnectorError::timeout(late.into()))??;
            *answer.body_mut() = SdkBody::from(body);
            Ok::<HttpResponse, ConnectorError>(answer)
        })
    }
}

async fn read(body: SdkBody) -> Result<Vec<u8>, ConnectorError> {
    let too_large = || ConnectorError::other(NotRead::TooLarge(LARGEST).into(), None);
    let told = body.content_length();
    if told.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > LARGEST)) {
        return Err(too_large());
    }
    let mut parts = ByteStream::new(body);
    let mut whole = Vec::new();
    while let Some(part) = parts.next().await {
        // An answer that ends before it is as long as it says is asked for again.
        let part = part.map_err(|error| ConnectorError::io(error.into()))?;
        if whole.len().saturating_add(part.len()) > LARGEST {
            return Err(too_large());
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole)
}
