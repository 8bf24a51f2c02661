//! The one place that reads the SDK's errors: what AWS answered, in the few words that the readers need.

use std::fmt;

use aws_sdk_backup::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it means for the caller.
    pub kind: Kind,
    /// AWS's error code; a word of ours where AWS did not answer.
    pub code: String,
}

/// What a failed call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// AWS says that the thing is not there. Some services say so of a thing that the caller may not see.
    NotThere,
    /// The caller may not. AWS Backup says so of vaults that do not exist, too.
    Refused,
    /// Asked too often, to the end of the SDK's patience.
    Throttled,
    /// Anything else: no answer in time, no connection, an error inside AWS, an answer that cannot be read.
    Failed,
}

/// The answer of a call, or why there is none.
pub type Reply<T> = Result<T, Trouble>;

impl Trouble {
    /// A failure of a kind that AWS has no code for.
    pub fn failed(code: impl Into<String>) -> Self {
        Self {
            kind: Kind::Failed,
            code: code.into(),
        }
    }

    /// An answer that is not what AWS documents.
    pub fn unreadable() -> Self {
        Self::failed("UnreadableAnswer")
    }

    /// A list that does not end.
    pub fn endless() -> Self {
        Self::failed("EndlessList")
    }

    /// What an error of the SDK means.
    pub fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::TimeoutError(_) => return Self::failed("Timeout"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                return Self::failed("Timeout");
            }
            SdkError::DispatchFailure(failure) if failure.is_io() => {
                return Self::failed("NoConnection");
            }
            SdkError::DispatchFailure(_) => return Self::failed("NoCredentialsOrConnection"),
            SdkError::ConstructionFailure(_) => return Self::failed("RequestNotBuilt"),
            // The two that carry an answer; the enum may grow.
            SdkError::ResponseError(_) | SdkError::ServiceError(_) | _ => {}
        }
        let status = error
            .raw_response()
            .map_or(0, |response| response.status().as_u16());
        match error.code() {
            Some(code) => {
                let code = code.rsplit('#').next().unwrap_or(code);
                Self {
                    kind: kind(code, status),
                    code: code.to_owned(),
                }
            }
            // Without a code nothing is known of what AWS meant: a 404 may be a proxy's.
            None if status >= 400 => Self::failed(format!("HTTP {status}")),
            None => Self::unreadable(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)
    }
}

/// Whether a code says that the service was asked too often.
pub fn is_throttling(code: &str) -> bool {
    const THROTTLED: &[&str] = &[
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "ProvisionedThroughputExceededException",
        "SlowDown",
        "RequestThrottled",
        "RequestThrottledException",
        "PriorRequestNotComplete",
    ];
    code.starts_with("Throttl") || THROTTLED.contains(&code)
}

fn kind(code: &str, status: u16) -> Kind {
    if is_throttling(code) || status == 429 {
        Kind::Throttled
    } else if code.contains("NotFound") || code.starts_with("NoSuchEntity") {
        Kind::NotThere
    } else if code.starts_with("AccessDenied")
        || code.starts_with("AuthorizationError")
        || matches!(
            code,
            "UnauthorizedOperation" | "NotAuthorized" | "UnauthorizedException"
        )
    {
        Kind::Refused
    } else {
        Kind::Failed
    }
}

/// No list that the program reads has more pages than this.
pub const MOST_PAGES: usize = 1000;

/// All pages of a list, one call at a time: the items that `$items` takes from each `$page`.
macro_rules! pages {
    ($session:expr, $stream:expr, $page:ident => $items:expr) => {{
        let mut stream = $stream;
        let mut all = Vec::new();
        let mut pages = 0_usize;
        loop {
            let next = {
                let _turn = $session.turn().await;
                stream.next().await
            };
            match next {
                None => break Ok(all),
                Some(Err(error)) => break Err($crate::sources::live::reply::Trouble::of(&error)),
                Some(Ok($page)) => {
                    all.extend($items);
                    pages += 1;
                    if pages == $crate::sources::live::reply::MOST_PAGES {
                        break Err($crate::sources::live::reply::Trouble::endless());
                    }
                }
            }
        }
    }};
}
pub(super) use pages;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_what_aws_meant() {
        for (code, status, meant) in [
            ("AccessDeniedException", 403, Kind::Refused),
            ("AccessDenied", 403, Kind::Refused),
            ("ThrottlingException", 400, Kind::Throttled),
            ("Throttling", 400, Kind::Throttled),
            ("TooManyRequestsException", 400, Kind::Throttled),
            ("ResourceNotFoundException", 400, Kind::NotThere),
            ("DBInstanceNotFound", 404, Kind::NotThere),
            ("NoSuchEntity", 404, Kind::NotThere),
            ("InternalFailure", 500, Kind::Failed),
            ("ExpiredTokenException", 403, Kind::Failed),
            ("UnrecognizedClientException", 400, Kind::Failed),
        ] {
            assert_eq!(kind(code, status), meant, "{code}");
        }
    }
}
