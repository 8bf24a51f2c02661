//! The one place that reads the SDK's errors: what AWS answered, in the few words that the readers need.

use std::error::Error;
use std::fmt;

use aws_sdk_backup::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use crate::known::NoAnswer;

use super::answer::NotRead;

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// What it means for the caller.
    pub kind: CallErrorKind,
    /// AWS's error code; a word of ours where AWS did not answer.
    pub code: String,
}

/// What a failed call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallErrorKind {
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
pub type Reply<T> = Result<T, CallError>;

impl CallError {
    /// A failure of a kind that AWS has no code for.
    pub fn failed(code: impl Into<String>) -> Self {
        Self {
            kind: CallErrorKind::Failed,
            code: code.into(),
        }
    }

    /// An answer that is not what AWS documents.
    pub fn unreadable() -> Self {
        Self::failed("UnreadableAnswer")
    }

    /// An answer without what the operation always returns.
    pub fn lacks(field: &str) -> Self {
        Self::failed(NotRead::Lacks(field.to_owned()).to_string())
    }

    /// The time of the run is over.
    pub fn deadline() -> Self {
        Self::failed("Deadline")
    }

    /// What an error of the SDK means.
    pub fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(why) = source::<NotRead>(error) {
            return Self::failed(why.to_string());
        }
        if let Some(why) = no_answer(error) {
            return why;
        }
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

/// What a failure of TLS may come of.
pub const ABOUT_TLS: &str = "where a proxy or a stand-in for AWS has certificates of its own, AWS_CA_BUNDLE names the file that \
     their authority is in";

impl CallError {
    /// What came of a call, in words.
    pub fn told(&self) -> String {
        match self.code.as_str() {
            "TlsFailed" => format!(
                "got no answer: the TLS connection failed, as the certificate is not trusted or the other side does not speak TLS; {ABOUT_TLS}"
            ),
            "ConnectionRefused" => "got no answer: the connection was refused".to_owned(),
            "NameNotResolved" => "got no answer: the host's name was not found (DNS)".to_owned(),
            "ProxyFailed" => "got no answer: the proxy did not let it through".to_owned(),
            "NoConnection" => "got no answer: there was no connection, or it ended".to_owned(),
            "Timeout" => "got no answer in time".to_owned(),
            "Deadline" => "was not made: the time limit of --deadline was reached".to_owned(),
            code if code.starts_with("the answer") => {
                format!("got an answer that is not AWS's ({code})")
            }
            "UnreadableAnswer" => "got an answer that is not AWS's".to_owned(),
            code => format!("answered {code}"),
        }
    }

    /// Whether no answer of AWS came.
    pub fn is_without_answer(&self) -> bool {
        const CODES: &[&str] = &[
            "TlsFailed",
            "ConnectionRefused",
            "NameNotResolved",
            "ProxyFailed",
            "NoConnection",
            "Timeout",
            "UnreadableAnswer",
        ];
        CODES.contains(&&*self.code) || self.code.starts_with("the answer")
    }

    /// Whether the credentials have expired.
    pub fn is_expired(&self) -> bool {
        matches!(
            &*self.code,
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired"
        )
    }
}

/// Why there was no connection, where that can be told.
fn no_answer(error: &(dyn Error + 'static)) -> Option<CallError> {
    let code = if is_of_tls(error) {
        "TlsFailed"
    } else if all_causes(error).any(|cause| cause.to_string().starts_with("tunnel error")) {
        "ProxyFailed"
    } else if all_causes(error).any(|cause| cause.to_string() == "dns error") {
        "NameNotResolved"
    } else if all_causes(error)
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::ConnectionRefused)
    {
        "ConnectionRefused"
    } else {
        return None;
    };
    Some(CallError::failed(code))
}

/// Whether a connection failed for its encryption.
pub fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    all_causes(error).any(|cause| {
        let said = cause.to_string();
        cause.is::<rustls::Error>() || said == "TLS handshake failed" || said == "tls handshake eof"
    })
}

/// An error and its causes, those within errors of the system too.
fn all_causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| cause(error))
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// Whether an answer is about what was asked.
pub fn about(answered: Option<&str>, asked: &str) -> Reply<()> {
    match answered {
        Some(name) if name.eq_ignore_ascii_case(asked) => Ok(()),
        Some(_) | None => Err(CallError::failed("the answer is about something else")),
    }
}

/// The cause of a type among the causes of an error.
pub fn source<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)
    }
}

/// Whether a code says that the service was asked too often.
pub fn is_throttling(code: &str) -> bool {
    NoAnswer::of(code) == Some(NoAnswer::Throttled)
}

/// What each service says of the thing that it is asked about where that is not there. An error that says so of something
/// else, such as a resource type, an option group or an organization's policy, is not among them.
#[rustfmt::skip]
const NOT_THERE: &[&str] = &[
    "ResourceNotFoundException",        // AWS Backup, DynamoDB, Cloud Control
    "NotFoundException",                // AWS KMS
    "NoSuchEntity",                     // IAM
    "NoSuchEntityException",
    "DBInstanceNotFound",               // RDS
    "DBInstanceNotFoundFault",
    "DBClusterNotFoundFault",
    "InvalidVolume.NotFound",           // EC2
    "InvalidInstanceID.NotFound",
    "FileSystemNotFound",               // FSx
];

fn kind(code: &str, status: u16) -> CallErrorKind {
    if is_throttling(code) || status == 429 {
        CallErrorKind::Throttled
    } else if NOT_THERE.contains(&code) {
        CallErrorKind::NotThere
    } else if code.starts_with("AccessDenied")
        || code.starts_with("AuthorizationError")
        || matches!(
            code,
            "UnauthorizedOperation" | "NotAuthorized" | "UnauthorizedException"
        )
    {
        CallErrorKind::Refused
    } else {
        CallErrorKind::Failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_what_aws_meant() {
        for (code, status, meant) in [
            ("AccessDeniedException", 403, CallErrorKind::Refused),
            ("AccessDenied", 403, CallErrorKind::Refused),
            ("ThrottlingException", 400, CallErrorKind::Throttled),
            ("Throttling", 400, CallErrorKind::Throttled),
            ("TooManyRequestsException", 400, CallErrorKind::Throttled),
            ("ResourceNotFoundException", 400, CallErrorKind::NotThere),
            ("DBInstanceNotFound", 404, CallErrorKind::NotThere),
            ("NoSuchEntity", 404, CallErrorKind::NotThere),
            ("OptionGroupNotFoundFault", 404, CallErrorKind::Failed),
            ("TypeNotFoundException", 400, CallErrorKind::Failed),
            ("PolicyNotFoundException", 400, CallErrorKind::Failed),
            ("InternalFailure", 500, CallErrorKind::Failed),
            ("ExpiredTokenException", 403, CallErrorKind::Failed),
            ("UnrecognizedClientException", 400, CallErrorKind::Failed),
        ] {
            assert_eq!(kind(code, status), meant, "{code}");
        }
    }
}
