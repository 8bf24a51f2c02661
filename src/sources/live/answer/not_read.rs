//! What is wrong with an answer.

/// Why an answer was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// Nothing came.
    #[error("the answer is empty")]
    Empty,
    /// It ends too early, or is not of the service's protocol.
    #[error("the answer is not whole")]
    NotWhole,
    /// An error that cannot be read, by its status.
    #[error("HTTP {0}")]
    Status(u16),
    /// It is about something else.
    #[error("the answer is not of this operation")]
    OtherOperation,
    /// A member that the operation always returns is not there.
    #[error("the answer lacks {0}")]
    Lacks(String),
    /// It is longer than any answer of AWS.
    #[error("the answer is larger than {} MB", .0 >> 20)]
    TooLarge(usize),
}
