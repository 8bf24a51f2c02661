//! Why a call has no answer that a later one might not have: nobody said no.

/// Why a call has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// AWS was asked too often.
    Throttled,
    /// None came in the time that a call has.
    Late,
    /// The time of the whole run was over.
    Deadline,
    /// The call did not get to AWS, or its answer not back.
    Connection,
    /// Something went wrong within AWS.
    WithinAws,
}

/// The errors, AWS's codes and the words that stand in their place, by what they mean.
#[rustfmt::skip]
const ERRORS: &[(NoAnswer, &[&str])] = &[
    (NoAnswer::Throttled, &[
        "TooManyRequestsException", "RequestLimitExceeded", "ProvisionedThroughputExceededException",
        "SlowDown", "RequestThrottled", "RequestThrottledException", "PriorRequestNotComplete", "HTTP 429",
    ]),
    (NoAnswer::Late, &["Timeout", "RequestTimeout", "RequestTimeoutException"]),
    (NoAnswer::Deadline, &["Deadline"]),
    (NoAnswer::Connection, &[
        "NoConnection", "ConnectionRefused", "NameNotResolved", "ProxyFailed", "TlsFailed", "NoCredentialsOrConnection",
    ]),
    (NoAnswer::WithinAws, &[
        "InternalFailure", "InternalServerError", "InternalServerException", "InternalError", "InternalServiceError",
        "KMSInternalException", "DependencyTimeoutException", "ServiceFailureException", "ServiceException",
        "ServiceUnavailable", "ServiceUnavailableException", "Unavailable",
    ]),
];

impl NoAnswer {
    /// What an error of a call means, where it is one of these.
    #[must_use]
    pub fn of(error: &str) -> Option<Self> {
        if error.starts_with("Throttl") {
            return Some(Self::Throttled);
        }
        // The endpoint does not have the operation: that is an answer.
        if error.starts_with("HTTP 5") && error != "HTTP 501" {
            return Some(Self::WithinAws);
        }
        let found = ERRORS.iter().find(|(_, errors)| errors.contains(&error));
        found.map(|(meant, _)| *meant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_is_an_answer() {
        for (error, meant) in [
            ("ThrottlingException", Some(NoAnswer::Throttled)),
            ("HTTP 429", Some(NoAnswer::Throttled)),
            ("HTTP 503", Some(NoAnswer::WithinAws)),
            ("NoConnection", Some(NoAnswer::Connection)),
            ("HTTP 501", None),
            ("AccessDeniedException", None),
            ("ResourceNotFoundException", None),
            ("ExpiredToken", None),
        ] {
            assert_eq!(NoAnswer::of(error), meant, "{error}");
        }
    }
}
