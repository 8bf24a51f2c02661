//! What a selection asks of a resource's tags.

use serde_json::Value;

use crate::inventory::Tags;
use crate::known::Fact;

use super::pattern::{matches, matches_without_spaces};

/// The prefix of a tag's key in conditions; `ListOfTags` is written with and without it.
const OF_TAG: &str = "aws:ResourceTag/";

/// The operator that `ListOfTags` knows.
pub(super) const OF_LIST: &str = "STRINGEQUALS";

/// How a tag's value is compared. Case matters.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_Conditions.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The same text.
    StringEquals,
    /// Another text.
    StringNotEquals,
    /// A text of the pattern.
    StringLike,
    /// A text that is not of the pattern.
    StringNotLike,
}

impl Operator {
    /// Every operator, by its name in the API.
    pub const ALL: [(&'static str, Self); 4] = [
        ("StringEquals", Self::StringEquals),
        ("StringNotEquals", Self::StringNotEquals),
        ("StringLike", Self::StringLike),
        ("StringNotLike", Self::StringNotLike),
    ];
}

/// One comparison of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// How.
    pub operator: Operator,
    /// The tag's key.
    pub key: String,
    /// The value, or the pattern, that it is compared with.
    pub value: String,
}

/// Whether a resource is one that a selection asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It may be, and is taken to be: why, in words.
    Assumed(String),
    /// Nobody knows, as AWS's pages do not say it: what, in words.
    Open(String),
}

impl Holds {
    /// Both must hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (open @ Self::Open(_), _) | (_, open @ Self::Open(_)) => open,
            (assumed @ Self::Assumed(_), _) | (_, assumed @ Self::Assumed(_)) => assumed,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    /// One of them will do.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (assumed @ Self::Assumed(_), _) | (_, assumed @ Self::Assumed(_)) => assumed,
            (open @ Self::Open(_), _) | (_, open @ Self::Open(_)) => open,
            (Self::No, Self::No) => Self::No,
        }
    }

    const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// Whether a key is not the name of a tag but another condition key, such as `ec2:ResourceTag/backup`: what it asks is not known.
fn is_of_another_key(key: &str) -> bool {
    let Some((space, _)) = key.split_once('/') else {
        return false;
    };
    let Some((_, word)) = space.split_once(':') else {
        return false;
    };
    space.starts_with("aws:") || word.to_ascii_lowercase().ends_with("tag")
}

impl Condition {
    /// The condition key of an entry that is not that of a tag.
    pub(super) fn strange_key(value: &Value) -> Option<&str> {
        let key = value.get("ConditionKey")?.as_str()?;
        let key = key.strip_prefix(OF_TAG).unwrap_or(key);
        is_of_another_key(key).then_some(key)
    }

    /// Reads an entry of `ListOfTags`, which knows one operator.
    pub(super) fn of_tag(value: &Value) -> Option<Self> {
        let mut members = value.as_object()?.clone();
        match members.remove("ConditionType") {
            Some(Value::String(operator)) if operator != OF_LIST => None,
            None | Some(Value::String(_)) => {
                Self::of_json(Operator::StringEquals, &Value::Object(members))
            }
            Some(_) => None,
        }
    }

    /// Reads `{"ConditionKey": …, "ConditionValue": …}`.
    pub(super) fn of_json(operator: Operator, value: &Value) -> Option<Self> {
        let known = ["ConditionKey", "ConditionValue"];
        let mut members = value.as_object()?.keys();
        if !members.all(|member| known.contains(&member.as_str())) {
            return None;
        }
        let key = value.get("ConditionKey")?.as_str()?;
        let key = key.strip_prefix(OF_TAG).unwrap_or(key);
        if key.is_empty() || is_of_another_key(key) {
            return None;
        }
        Some(Self {
            operator,
            key: key.to_owned(),
            value: value.get("ConditionValue")?.as_str()?.to_owned(),
        })
    }

    /// Whether tags meet it. AWS's pages leave open whether a resource without the tag is one whose tag has another
    /// value: it is taken to be, so that no copy is missed.
    #[must_use]
    pub fn holds(&self, tags: &Fact<Option<&Tags>>) -> Holds {
        let tag = match tags {
            Fact::Unknown(_) => {
                return Holds::Assumed(
                    "its tags were not read, and are assumed to match".to_owned(),
                );
            }
            Fact::Known(tags) => tags.and_then(|tags| tags.get(&self.key)),
        };
        let without = || {
            Holds::Assumed(format!(
                "it has no tag `{}`, and is assumed to be one whose tag differs",
                self.key
            ))
        };
        match (self.operator, tag) {
            (Operator::StringEquals, Some(tag)) => Holds::of(*tag == self.value),
            (Operator::StringNotEquals, Some(tag)) => Holds::of(*tag != self.value),
            (Operator::StringLike | Operator::StringNotLike, Some(tag))
                if matches(&self.value, tag) != matches_without_spaces(&self.value, tag) =>
            {
                Holds::Open(format!(
                    "whether `*` in the value of its tag `{}` stands for spaces too",
                    self.key
                ))
            }
            (Operator::StringLike, Some(tag)) => Holds::of(matches(&self.value, tag)),
            (Operator::StringNotLike, Some(tag)) => Holds::of(!matches(&self.value, tag)),
            (Operator::StringEquals | Operator::StringLike, None) => Holds::No,
            (Operator::StringNotEquals | Operator::StringNotLike, None) => without(),
        }
    }
}
