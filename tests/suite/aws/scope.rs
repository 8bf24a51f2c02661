//! Who calls what, by the `Authorization` header of a signed request.
//!
//! The signature is not checked (that would take a hash function); its presence and its parts are. See
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use super::http::Request;

/// The caller's account, and the Region and service that a request was signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub account: String,
    pub region: String,
    pub service: String,
    /// The session token, where the keys are those of a role.
    pub token: Option<String>,
}

/// Why a request cannot be attributed.
#[derive(Debug, PartialEq, Eq)]
pub enum Unsigned {
    /// It carries no signature, or not one of version 4.
    NoSignature,
    /// Its keys are not ones that this server gave.
    UnknownKeys { service: String },
}

impl Scope {
    pub fn read(request: &Request) -> Result<Self, Unsigned> {
        let header = request
            .header("authorization")
            .ok_or(Unsigned::NoSignature)?;
        let parts = header
            .strip_prefix("AWS4-HMAC-SHA256 ")
            .ok_or(Unsigned::NoSignature)?;
        let field = |name: &str| {
            parts
                .split(',')
                .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
                .filter(|value| !value.is_empty())
                .ok_or(Unsigned::NoSignature)
        };
        field("SignedHeaders")?;
        field("Signature")?;
        let credential: Vec<&str> = field("Credential")?.split('/').collect();
        let &[id, _date, region, service, "aws4_request"] = credential.as_slice() else {
            return Err(Unsigned::NoSignature);
        };
        let unknown = || Unsigned::UnknownKeys {
            service: service.to_owned(),
        };
        let token = request.header("x-amz-security-token").map(str::to_owned);
        let account = account_of(id).ok_or_else(unknown)?;
        if id.starts_with("ASIA") && token.is_none() {
            return Err(unknown());
        }
        Ok(Self {
            account: account.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            token,
        })
    }

    /// The partition that the Region lies in.
    pub fn partition(&self) -> &'static str {
        match self.region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }
}

/// The long-term keys of an account's user: the access key says the account.
pub fn user_keys(account: &str) -> (String, String) {
    (format!("AKIA{account}USER"), format!("secret-of-{account}"))
}

/// The keys of a role's session in an account.
pub fn role_keys(account: &str) -> (String, String) {
    (
        format!("ASIA{account}ROLE"),
        format!("session-secret-of-{account}"),
    )
}

fn account_of(id: &str) -> Option<&str> {
    let rest = id
        .strip_prefix("AKIA")
        .or_else(|| id.strip_prefix("ASIA"))?;
    let account = rest.get(..12)?;
    account
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(account)
}
