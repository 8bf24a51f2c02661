//! Where services are, as the AWS variables and files say. An empty value counts as not set, as for the `aws` command. One that
//! is no URL is an error here: the SDK would end the program over it, or print it with what is in it.
//!
//! See <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.

use aws_config::SdkConfig;
use aws_config::profile::ProfileSet;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_types::os_shim_internal::Env;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

const VARIABLE: &str = "AWS_ENDPOINT_URL";
const FIELD: &str = "endpoint_url";

/// The services that are called, by their ids in variables and files, and in their endpoints' names where that differs.
#[rustfmt::skip]
const SERVICES: &[(&str, &str)] = &[
    ("Backup",          "backup"),
    ("Backup Gateway",  "backup-gateway"),
    ("CloudControl",    "cloudcontrolapi"),
    ("Config Service",  "config"),
    ("DynamoDB",        "dynamodb"),
    ("EC2",             "ec2"),
    ("FSx",             "fsx"),
    ("IAM",             "iam"),
    ("KMS",             "kms"),
    ("Organizations",   "organizations"),
    ("RDS",             "rds"),
    ("Ssm Sap",         "ssm-sap"),
    ("SSO",             "portal.sso"),
    ("SSO OIDC",        "oidc"),
    ("Storage Gateway", "storagegateway"),
    ("STS",             "sts"),
];

/// The id of a service that is named as its endpoint is.
pub fn service_id(service: &'static str) -> &'static str {
    let found = SERVICES.iter().find(|(_, name)| *name == service);
    found.map_or(service, |(id, _)| id)
}

/// A place that is no URL, by the name of what says so. What it says may hold a password, and is not told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is not the address of a service: expected http://HOST:PORT or https://HOST:PORT, without user and password"
)]
pub struct NoAddress(String);

/// What the variables and the profile say.
#[derive(Clone, Debug)]
pub struct Endpoints {
    env: Env,
    profile: Option<String>,
    ignored: bool,
    /// What the SDK made of them: it reads the sections of services.
    read: SdkConfig,
}

impl Endpoints {
    /// What the variables and the profile say; `read`: what the SDK made of them.
    pub fn new(env: Env, profiles: &ProfileSet, read: SdkConfig) -> Self {
        let says = |text: Option<&str>| text.is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let variable = env.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").ok();
        let field = profiles.get("ignore_configured_endpoint_urls");
        Self {
            ignored: says(variable.as_deref().or(field)),
            profile: profiles.get(FIELD).map(str::to_owned),
            env,
            read,
        }
    }

    /// The service's address, and what says so: the surest first.
    fn of(&self, id: &str) -> Option<(String, String)> {
        if self.ignored {
            return None;
        }
        let own = format!("{VARIABLE}_{}", id.to_uppercase().replace(' ', "_"));
        let variable = |name: &str| {
            let value = self
                .env
                .get(name)
                .ok()
                .filter(|value| !value.trim().is_empty())?;
            Some((value, format!("`{name}`")))
        };
        variable(&own)
            .or_else(|| variable(VARIABLE))
            .or_else(|| self.of_files(id))
    }

    fn of_files(&self, id: &str) -> Option<(String, String)> {
        let key = ServiceConfigKey::builder()
            .service_id(id)
            .env(VARIABLE)
            .profile(FIELD)
            .build()
            .ok()?;
        let section = self.read.service_config()?.load_config(key);
        let url = section.filter(|url| !url.trim().is_empty());
        let url = url.or_else(|| self.profile.clone().filter(|url| !url.trim().is_empty()))?;
        Some((url, format!("the profile's `{FIELD}` for {id}")))
    }

    /// The address for all services.
    pub fn of_all(&self) -> Option<String> {
        // No service has this id.
        self.of("-").map(|(url, _)| url)
    }

    /// Whether every service that is called has an address that is one.
    ///
    /// # Errors
    /// Where one is not.
    pub fn check(&self) -> Result<(), NoAddress> {
        let said = SERVICES.iter().filter_map(|(id, _)| self.of(id));
        match said.into_iter().find(|(url, _)| !is_address(url)) {
            Some((_, name)) => Err(NoAddress(name)),
            None => Ok(()),
        }
    }
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        if key.profile() == FIELD {
            return self.of(key.service_id()).map(|(url, _)| url);
        }
        self.read.service_config()?.load_config(key)
    }
}

/// Whether a text is an address that a request can be sent to.
fn is_address(url: &str) -> bool {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let Some(rest) = rest.filter(|rest| rest.bytes().all(|byte| byte.is_ascii_graphic())) else {
        return false;
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match authority.strip_prefix('[') {
        Some(address) => match address.split_once(']') {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let of_host = |letter: char| letter.is_ascii_alphanumeric() || ".-_:%".contains(letter);
    !host.is_empty()
        && host.chars().all(of_host)
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
        && !path.contains(['?', '#'])
        && HttpRequest::new(SdkBody::empty()).set_uri(url).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(variables: &[(&str, &str)]) -> Endpoints {
        Endpoints {
            env: Env::from_slice(variables),
            profile: None,
            ignored: false,
            read: SdkConfig::builder().build(),
        }
    }

    #[test]
    fn an_address_is_a_scheme_a_host_and_perhaps_a_port_and_a_path() {
        for url in [
            "http://127.0.0.1:5000",
            "https://vpce-1.kms.us-east-2.vpce.amazonaws.com",
            "http://localhost/aws/",
            "http://[::1]:4566",
        ] {
            assert!(is_address(url), "{url}");
        }
        for url in [
            "",
            " ",
            "localhost:4566",
            "http://",
            "http:///x",
            "ftp://a",
            "http://a:b",
            "http://a:99999",
            "http://a b",
            "http://user:secret@a",
            "http://a\n",
            "http://é",
            "http://[::1",
            "http://a/?x",
            "http://a\u{0}",
            "https://:443",
        ] {
            assert!(!is_address(url), "{url}");
        }
    }

    #[test]
    fn an_empty_variable_is_none() {
        let said = endpoints(&[
            ("AWS_ENDPOINT_URL", "http://all"),
            ("AWS_ENDPOINT_URL_KMS", ""),
            ("AWS_ENDPOINT_URL_STORAGE_GATEWAY", "http://gateway"),
        ]);
        let of = |id: &str| said.of(id).map(|(url, _)| url);
        assert_eq!(of("KMS").as_deref(), Some("http://all"));
        assert_eq!(of("Storage Gateway").as_deref(), Some("http://gateway"));
        assert_eq!(said.of_all().as_deref(), Some("http://all"));
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL", "")]).of_all(), None);
    }

    #[test]
    fn what_is_no_address_is_told_by_its_name_alone() {
        let said = endpoints(&[("AWS_ENDPOINT_URL_STS", "http://me:secret@host")]);
        let text = said.check().unwrap_err().to_string();
        assert!(text.starts_with("`AWS_ENDPOINT_URL_STS` is not"), "{text}");
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL_S3", "x")]).check(), Ok(()));
    }
}
