//! Replicas of KMS keys.

use crate::known::Arn;
use crate::sources::planned::Home;

/// A key that is to be the primary key of a replica.
pub struct PrimaryKey<'k> {
    /// What it is called.
    pub name: &'k str,
    /// Where it is.
    pub home: Home,
    /// Whether it is a multi-Region key that is no replica itself; `None`: not known.
    pub is_primary: Option<bool>,
}

impl<'k> PrimaryKey<'k> {
    /// One of which the ARN is all that is known. An id that is none of AWS stands in for the one that it will have.
    #[must_use]
    pub fn of_arn(name: &'k str) -> Option<Self> {
        let arn = Arn::parse(name).ok()?;
        let home = Home {
            account: arn.account()?,
            region: arn.region()?,
        };
        let id = arn.resource().strip_prefix("key/")?;
        let is_primary = id.starts_with("mrk-").then_some(true);
        let is_given = is_primary.is_some() || is_uuid(id);
        Some(Self {
            name,
            home,
            is_primary: is_given.then(|| is_primary.is_some()),
        })
    }

    /// Why KMS makes no replica of it in a place, or may not: that takes a multi-Region primary key of the account, of another Region.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html>.
    #[must_use]
    pub fn why_none(&self, home: &Home) -> Option<String> {
        let why = if self.home.region == home.region {
            "is of the Region of the replica"
        } else if self.home.account != home.account {
            "is of another account"
        } else {
            match self.is_primary {
                Some(true) => return None,
                Some(false) => "is no multi-Region primary key",
                None => "may be no multi-Region primary key",
            }
        };
        let name = self.name;
        Some(format!(
            "KMS makes no replica of {name}, which {why}: fix it"
        ))
    }
}

/// Whether an id is one that KMS gives to a key of a single Region.
fn is_uuid(id: &str) -> bool {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let is_part = |(at, one): (usize, char)| match HYPHENS.contains(&at) {
        true => one == '-',
        false => one.is_ascii_hexdigit(),
    };
    id.len() == 36 && id.chars().enumerate().all(is_part)
}
