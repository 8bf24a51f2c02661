//! Replicas of KMS keys.

use crate::known::Arn;
use crate::sources::planned::Home;

/// Why KMS makes no replica of a key in a place, by the ARN of what is to be its primary key: that is a multi-Region key of the account, of
/// another Region.
///
/// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html>.
#[must_use]
pub fn why_none(primary: &str, home: &Home) -> Option<String> {
    let arn = Arn::parse(primary).ok()?;
    let region = arn.region()?;
    let why = if !arn.resource().starts_with("key/mrk-") {
        "is no multi-Region key"
    } else if region == home.region {
        "is of the Region of the replica"
    } else if arn.account() != Some(home.account) {
        "is of another account"
    } else {
        return None;
    };
    Some(format!(
        "KMS makes no replica of {primary}, which {why}: fix it"
    ))
}
