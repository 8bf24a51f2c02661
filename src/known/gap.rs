//! A fact that matters and is not known, with what would settle it.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::{AccountId, Arn, Region};

/// A call of AWS's by its name in IAM, `service:Operation`. `catalog::calls` has a row for each there is, and nobody else
/// makes one, so that a gap cannot name a call that the program never makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiCall(&'static str);

impl ApiCall {
    /// The call of a row.
    #[must_use]
    pub const fn of_row(name: &'static str) -> Self {
        Self(name)
    }

    /// `service:Operation`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for ApiCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What settles a fact that no call settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ByHand {
    /// What asks about a copy names a field of it.
    Name,
    /// No call of AWS's tells it.
    NotTold,
    /// AWS tells it, and this program does not ask.
    NotAsked,
    /// The facts contradict each other.
    Contradiction,
    /// A document has a key, an operator or a value that is not known.
    NotUnderstood,
    /// A document has what AWS refuses.
    Refused,
    /// A change is planned and not made yet.
    Planned,
}

/// What settles a fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Settles {
    /// A call, and the permission that is missing, where one is.
    Call(ApiCall, Option<ApiCall>),
    /// A person, with what to do.
    ByHand(ByHand, String),
    /// What a file says: another version of the program may make other calls.
    Recorded(String, Option<String>),
}

/// A fact that matters and is not known, with the call and the permission that would settle it.
#[derive(Clone, Debug)]
pub struct Gap {
    /// The account that the call would be made in: twelve digits. `None` where it is not known.
    pub account: Option<String>,
    /// The Region that the call would be made in. `None` for a global service or where it is not known.
    pub region: Option<String>,
    /// What the fact is about: an ARN, or an id.
    pub subject: String,
    /// The error code that AWS answered with. `None` when nobody asked.
    pub error: Option<String>,
    settles: Settles,
}

impl Gap {
    /// A call that was not made, about a subject.
    pub fn call(call: ApiCall, subject: impl Into<String>) -> Self {
        Self::new(Settles::Call(call, Some(call)), subject.into())
    }

    /// What a person settles, in words: `name `role` in the copy`, `no call tells …`.
    pub fn by_hand(kind: ByHand, says: impl Into<String>, subject: impl Into<String>) -> Self {
        Self::new(Settles::ByHand(kind, says.into()), subject.into())
    }

    /// What no call tells, in a clause to follow `no call tells`.
    pub fn not_told(what: impl fmt::Display, subject: impl Into<String>) -> Self {
        Self::by_hand(ByHand::NotTold, format!("{NOT_TOLD}{what}"), subject)
    }

    /// What this program does not read, and a person may look at.
    pub fn not_asked(what: impl fmt::Display, subject: impl Into<String>) -> Self {
        Self::by_hand(ByHand::NotAsked, format!("look up {what}"), subject)
    }

    /// A word of a field that this version does not know.
    pub fn strange_word(field: &str, word: impl fmt::Display, subject: impl Into<String>) -> Self {
        let says = format!("say what `{field}` {word} is");
        Self::by_hand(ByHand::NotUnderstood, says, subject)
    }

    /// A field that what asks about a copy is to name.
    pub fn not_named(what: impl fmt::Display, subject: impl Into<String>) -> Self {
        Self::by_hand(ByHand::Name, format!("name `{what}` in the copy"), subject)
    }

    /// What a file says of a call that this version does not know.
    pub fn recorded(
        operation: impl Into<String>,
        permission: Option<String>,
        subject: impl Into<String>,
    ) -> Self {
        let settles = Settles::Recorded(operation.into(), permission);
        Self::new(settles, subject.into())
    }

    const fn new(settles: Settles, subject: String) -> Self {
        Self {
            account: None,
            region: None,
            subject,
            error: None,
            settles,
        }
    }

    /// In an account, and a Region of it.
    #[must_use]
    pub fn within(mut self, account: Option<AccountId>, region: Option<&Region>) -> Self {
        self.account = account.map(|id| id.to_string());
        self.region = region.map(ToString::to_string);
        self
    }

    /// Where an ARN lies.
    #[must_use]
    pub fn where_is(self, arn: &Arn) -> Self {
        self.within(arn.account(), arn.region().as_ref())
    }

    /// With AWS's answer.
    #[must_use]
    pub fn answered(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// The same gap where another permission than the call's own would settle it; `None`: none would.
    #[must_use]
    pub fn permitted_by(mut self, permission: Option<ApiCall>) -> Self {
        if let Settles::Call(_, by) = &mut self.settles {
            *by = permission;
        }
        self
    }

    /// The same gap where a person settles it.
    #[must_use]
    pub fn settled_by_hand(self, kind: ByHand, says: impl Into<String>) -> Self {
        let settles = Settles::ByHand(kind, says.into());
        Self { settles, ..self }
    }

    /// The call that reads the fact, as `service:Operation`; a sentence where no call tells it.
    #[must_use]
    pub fn operation(&self) -> &str {
        match &self.settles {
            Settles::Call(call, _) => call.as_str(),
            Settles::ByHand(_, says) | Settles::Recorded(says, _) => says,
        }
    }

    /// The IAM action that permits the call; `None` where a permission is not what is missing.
    #[must_use]
    pub fn permission(&self) -> Option<&str> {
        match &self.settles {
            Settles::Call(_, by) => by.map(ApiCall::as_str),
            Settles::ByHand(..) => None,
            Settles::Recorded(_, by) => by.as_deref(),
        }
    }

    /// The call that reads the fact.
    #[must_use]
    pub const fn api_call(&self) -> Option<ApiCall> {
        match &self.settles {
            Settles::Call(call, _) => Some(*call),
            Settles::ByHand(..) | Settles::Recorded(..) => None,
        }
    }

    /// Whether a person settles it, and how.
    #[must_use]
    pub const fn hand(&self) -> Option<ByHand> {
        match &self.settles {
            Settles::ByHand(kind, _) => Some(*kind),
            Settles::Call(..) | Settles::Recorded(..) => None,
        }
    }

    /// What no call tells, as a clause.
    #[must_use]
    pub fn untold(&self) -> Option<&str> {
        match &self.settles {
            Settles::ByHand(ByHand::NotTold, says) => {
                Some(says.strip_prefix(NOT_TOLD).unwrap_or(says))
            }
            Settles::ByHand(..) | Settles::Call(..) | Settles::Recorded(..) => None,
        }
    }

    /// What tells gaps apart, and puts them in order: what a report says of them.
    #[expect(clippy::type_complexity, reason = "the fields in their order")]
    fn told(
        &self,
    ) -> (
        &Option<String>,
        &Option<String>,
        &str,
        &str,
        &Option<String>,
        Option<&str>,
    ) {
        let Self {
            account,
            region,
            subject,
            error,
            settles: _,
        } = self;
        let (operation, permission) = (self.operation(), self.permission());
        (account, region, operation, subject, error, permission)
    }
}

const NOT_TOLD: &str = "no call tells ";

impl PartialEq for Gap {
    fn eq(&self, other: &Self) -> bool {
        self.told() == other.told()
    }
}

impl Eq for Gap {}

impl PartialOrd for Gap {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Gap {
    fn cmp(&self, other: &Self) -> Ordering {
        self.told().cmp(&other.told())
    }
}

impl Hash for Gap {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.told().hash(state);
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.operation();
        match (&self.error, self.hand()) {
            (Some(error), _) => write!(f, "{operation} on {} answered {error}", self.subject),
            (None, Some(_)) => write!(f, "{operation} ({})", self.subject),
            (None, None) => write!(f, "not read: {operation} on {}", self.subject),
        }
    }
}
