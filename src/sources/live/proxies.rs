//! The proxies that the variables name, as for the `aws` command. One that is no address is an error here: the SDK would pass it
//! over, and the calls would go out without it.
//!
//! See <https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html>.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_types::os_shim_internal::Env;

const VARIABLES: &[&str] = &[
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// A variable that names no proxy. What it says may hold a password, and is not told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the address of a proxy: expected http://HOST:PORT; without it the calls would go out directly"
)]
pub struct NoProxy(&'static str);

/// Whether each variable that is set has an address that a connection can be made to.
///
/// # Errors
/// Where one has not.
pub fn check(env: &Env) -> Result<(), NoProxy> {
    let is_wrong = |name: &&&'static str| {
        let value = env.get(name).unwrap_or_default();
        !value.trim().is_empty() && !is_proxy(value.trim())
    };
    match VARIABLES.iter().find(is_wrong) {
        Some(name) => Err(NoProxy(name)),
        None => Ok(()),
    }
}

/// Whether a text is a proxy's address; one without a scheme is taken for HTTP's.
fn is_proxy(text: &str) -> bool {
    const SCHEMES: &[&str] = &["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if SCHEMES.iter().any(|of| of.eq_ignore_ascii_case(scheme)) => rest,
        Some(_) => return false,
        None => text,
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let has_host = match host.rsplit_once(':') {
        // The address of the sixth version, without a port.
        Some(_) if host.ends_with(']') => true,
        Some((name, port)) => !name.is_empty() && port.parse::<u16>().is_ok(),
        None => !host.is_empty(),
    };
    let mut request = HttpRequest::new(SdkBody::empty());
    has_host && request.set_uri(format!("http://{authority}/")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_host_and_what_is_none_is_told_by_its_variable_alone() {
        for text in [
            "http://proxy:3128",
            "https://me:secret@proxy.example.com/",
            "proxy:3128",
            "proxy",
            "socks5://localhost:1080",
            "http://[::1]:3128",
            "http://[::1]",
        ] {
            assert!(is_proxy(text), "{text}");
        }
        for text in [
            "htp:/proxy:3128",
            "ftp://proxy",
            "http://",
            "http:///x",
            ":3128",
            "proxy:port",
            "a b",
        ] {
            assert!(!is_proxy(text), "{text}");
        }
        let env = Env::from_slice(&[("HTTPS_PROXY", "htp:/me:secret@x"), ("HTTP_PROXY", "")]);
        let said = check(&env).unwrap_err().to_string();
        assert!(said.starts_with("`HTTPS_PROXY` is not"), "{said}");
        assert!(!said.contains("secret"), "{said}");
        assert_eq!(check(&Env::from_slice(&[])), Ok(()));
    }
}
