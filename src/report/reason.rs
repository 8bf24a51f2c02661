//! What kind of thing left a fact unread.

use crate::catalog::calls::api_call;
use crate::known::{AccountId, ByHand, Gap, NoAnswer};

use super::planned::is_refused;
use super::reading::Reading;

/// What stands for AWS's error where it lists no recovery point of a resource.
const NO_POINTS: &str = "NoRecoveryPoints";

/// What stands for AWS's error where nobody gave credentials.
pub(super) const NO_CREDENTIALS: &str = "NoCredentials";

/// What kind of thing left a fact unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The caller may not.
    Denied,
    /// The credentials are expired, or AWS does not know them.
    BadCredentials,
    /// Nobody got into the account.
    NoCredentials,
    /// A signal ended the asking before this was asked.
    Stopped,
    /// No answer in time, or AWS was asked too often.
    NoAnswer,
    /// The endpoint or the Region does not have the operation.
    NoOperation,
    /// The answer lacks what the operation always returns, or cannot be read.
    BadAnswer,
    /// AWS answered something else.
    OtherAnswer,
    /// The resource has no recovery point yet, so its vault is not known.
    NoRecoveryPoint,
    /// Whether it has one was not read.
    PointsNotRead,
    /// The copy does not say it.
    NotNamed,
    /// No call of AWS tells it.
    NotTold,
    /// A call tells it that this program does not make.
    LookUp,
    /// The facts contradict each other.
    Contradiction,
    /// A document says what is not known.
    NotUnderstood,
    /// A change is planned and not made yet.
    Planned,
    /// A change that is planned cannot be made as it is.
    ChangeFails,
    /// Nothing was read of the account.
    AccountNotRead,
    /// Nobody asked.
    NotAsked,
}

impl Reason {
    /// That of a gap.
    #[must_use]
    pub fn of(gap: &Gap, reading: &Reading) -> Self {
        if is_without_credentials(gap) {
            return Self::NoCredentials;
        }
        if let Some(error) = &gap.error {
            return Self::of_error(error);
        }
        if let Some(hand) = gap.hand() {
            return match hand {
                ByHand::Name => Self::NotNamed,
                ByHand::NotTold => Self::NotTold,
                ByHand::NotAsked => Self::LookUp,
                ByHand::Contradiction => Self::Contradiction,
                ByHand::NotUnderstood | ByHand::Refused => Self::NotUnderstood,
                ByHand::Planned if is_refused(&gap.subject) => Self::ChangeFails,
                ByHand::Planned => Self::Planned,
            };
        }
        let is_of_points = gap.api_call() == Some(api_call!("backup:ListRecoveryPointsByResource"));
        if is_of_points && reading.has_points(gap) {
            Self::NoRecoveryPoint
        } else if reading.shut(gap).is_some() {
            Self::NoCredentials
        } else if reading.stopped {
            Self::Stopped
        } else if reading.lacks_account(gap) {
            Self::AccountNotRead
        } else if is_of_points {
            Self::PointsNotRead
        } else {
            Self::NotAsked
        }
    }

    fn of_error(error: &str) -> Self {
        const CREDENTIALS: &[&str] = &[
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "InvalidAccessKeyId",
            "AuthFailure",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "RequestExpired",
            "NoCredentials",
            "InvalidToken",
        ];
        const NO_OPERATION: &[&str] = &[
            "UnknownOperationException",
            "InvalidAction",
            "NotImplemented",
            "UnsupportedOperation",
            "UnsupportedOperationException",
            "HTTP 404",
            "HTTP 501",
            "NotImplementedException",
            "UnknownOperation",
        ];
        let starts = |words: &[&str]| words.iter().any(|word| error.starts_with(word));
        let is_in = |words: &[&str]| words.contains(&error);
        if starts(&[
            "AccessDenied",
            "AuthorizationError",
            "UnauthorizedOperation",
            "NotAuthorized",
            "UnauthorizedException",
        ]) {
            Self::Denied
        } else if starts(&["ExpiredToken"]) || is_in(CREDENTIALS) {
            Self::BadCredentials
        } else if NoAnswer::of(error).is_some() {
            Self::NoAnswer
        } else if is_in(NO_OPERATION) {
            Self::NoOperation
        } else if error == NO_POINTS {
            Self::NoRecoveryPoint
        } else if starts(&[
            "UnreadableAnswer",
            "EndlessList",
            "RepeatedPage",
            "the answer",
            "lacks",
            "Lacks",
        ]) || error.contains(" lacks ")
        {
            Self::BadAnswer
        } else {
            Self::OtherAnswer
        }
    }

    /// Whether a permission is what is missing, or may be.
    pub(super) const fn is_of_permission(self) -> bool {
        matches!(self, Self::Denied | Self::NotAsked | Self::PointsNotRead)
    }

    /// Whether one step settles all that waits for it.
    #[must_use]
    pub const fn is_settled_at_once(self) -> bool {
        matches!(
            self,
            Self::BadCredentials | Self::NoCredentials | Self::AccountNotRead | Self::Stopped
        )
    }
}

/// Whether a gap says that nobody gave credentials for an account.
pub(super) fn is_without_credentials(gap: &Gap) -> bool {
    gap.api_call() == Some(api_call!("sts:GetCallerIdentity"))
        && gap.error.as_deref() == Some(NO_CREDENTIALS)
        && AccountId::parse(&gap.subject).is_ok()
}
