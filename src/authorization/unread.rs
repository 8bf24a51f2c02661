//! A policy that was not read, as the one that stops nothing: what is stopped beside it is stopped whatever it says.

use std::sync::LazyLock;

use crate::inventory::Policy;
use crate::policy::Document;

/// The policy that stops nothing. AWS's own `FullAWSAccess` is one.
pub fn stops_nothing() -> Option<&'static Document> {
    static EVERYTHING: LazyLock<Option<Policy>> = LazyLock::new(|| {
        Policy::parse(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
        )
        .ok()
    });
    EVERYTHING.as_ref().map(Policy::document)
}
