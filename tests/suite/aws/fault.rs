//! Faults on demand: what goes wrong, in which calls, and how often.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::journal::Entry;

/// Something that goes wrong in the calls that it fits.
///
/// A fault without a condition fits every call. The first that fits and has turns left is taken.
#[derive(Clone, Debug)]
pub struct Fault {
    pub(super) kind: Kind,
    service: Option<String>,
    operation: Option<String>,
    account: Option<String>,
    region: Option<String>,
    subject: Option<String>,
    not: Vec<String>,
    turns: Option<u32>,
    share: Share,
}

/// Which of the calls that fit.
#[derive(Clone, Debug)]
enum Share {
    All,
    /// So many of a thousand, and the same ones however often they are made.
    OfKinds(u64),
    /// So many of a thousand, whichever they are.
    OfCalls(u64, u64),
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Denied,
    Throttled,
    Error { status: u16, code: String },
    Slow(Duration),
    CutOff,
    Reset,
    Garbage,
    Broken,
    Endless,
    Repeated,
    EmptyFirst,
    Spoiled(Spoiled),
}

/// What is sent in place of the answer, or becomes of it on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoiled {
    /// So many of a thousand bytes of the body, with their number as its length.
    Cut(usize),
    /// All but the last byte of the body, with their number as its length.
    WithoutItsEnd,
    /// Status 200 and no body.
    Empty,
    /// Status 200 and `{}`.
    Braces,
    /// Status 200 and the body of an error.
    ErrorWith200,
    /// Status 204.
    NoContent,
    /// Status 200 and a page of a proxy.
    Html,
    /// The answer as it is, said to be a web page.
    OtherType,
    /// A body that says to be longer than any answer is.
    Large,
    /// A body that does not end.
    NoEnd,
    /// A byte now and then.
    Drip,
    /// Status 429 and no body.
    TooMany,
}

impl Kind {
    /// Its name, for the journal.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Error { .. } => "error",
            Self::Slow(_) => "slow",
            Self::CutOff => "cut off",
            Self::Reset => "reset",
            Self::Garbage => "garbage",
            Self::Broken => "broken",
            Self::Endless => "endless",
            Self::Repeated => "repeated",
            Self::Spoiled(_) => "spoiled",
            Self::EmptyFirst => "empty first",
        }
    }
}

impl Fault {
    /// The caller may not.
    pub fn denied() -> Self {
        Self::of(Kind::Denied)
    }

    /// The caller asks too often.
    pub fn throttled() -> Self {
        Self::of(Kind::Throttled)
    }

    /// Any other error.
    pub fn error(status: u16, code: &str) -> Self {
        let code = code.to_owned();
        Self::of(Kind::Error { status, code })
    }

    /// The answer takes this long, and is then what it would have been.
    pub fn slow(time: Duration) -> Self {
        Self::of(Kind::Slow(time))
    }

    /// The connection ends in the middle of the answer's body.
    pub fn cut_off() -> Self {
        Self::of(Kind::CutOff)
    }

    /// The connection ends without an answer.
    pub fn reset() -> Self {
        Self::of(Kind::Reset)
    }

    /// Status 200, with a body that is not of the protocol.
    pub fn garbage() -> Self {
        Self::of(Kind::Garbage)
    }

    /// Status 500.
    pub fn broken() -> Self {
        Self::of(Kind::Broken)
    }

    /// The first page is right, and after it come empty ones without end.
    pub fn endless_pages() -> Self {
        Self::of(Kind::Endless)
    }

    /// The first page is right, and all others are the same empty one.
    pub fn repeated_page() -> Self {
        Self::of(Kind::Repeated)
    }

    /// An answer that is spoiled.
    pub fn spoiled(how: Spoiled) -> Self {
        Self::of(Kind::Spoiled(how))
    }

    /// The first page is empty and has another after it.
    pub fn empty_first_page() -> Self {
        Self::of(Kind::EmptyFirst)
    }

    /// Only calls of this service, by its name in IAM actions.
    pub fn service(mut self, name: &str) -> Self {
        self.service = Some(name.to_owned());
        self
    }

    /// Only calls of this operation: `DescribeKey`, or with the service, `kms:DescribeKey`.
    pub fn operation(mut self, name: &str) -> Self {
        match name.split_once(':') {
            Some((service, operation)) => {
                self.service = Some(service.to_owned());
                self.operation = Some(operation.to_owned());
            }
            None => self.operation = Some(name.to_owned()),
        }
        self
    }

    /// Only calls with keys of this account.
    pub fn account(mut self, id: &str) -> Self {
        self.account = Some(id.to_owned());
        self
    }

    /// Only calls that were signed for this Region.
    pub fn region(mut self, name: &str) -> Self {
        self.region = Some(name.to_owned());
        self
    }

    /// Only calls about something with this in its ARN or name.
    pub fn subject(mut self, part: &str) -> Self {
        self.subject = Some(part.to_owned());
        self
    }

    /// No calls of these operations, with their services.
    pub fn but_not<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.not.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// Only so many times; without it, for ever.
    pub fn times(mut self, times: u32) -> Self {
        self.turns = Some(times);
        self
    }

    /// Only so many of a thousand different calls, and these always.
    pub fn of_a_thousand_calls(mut self, so_many: u64) -> Self {
        self.share = Share::OfKinds(so_many);
        self
    }

    /// Only so many times of a thousand, whatever is called.
    pub fn times_of_a_thousand(mut self, so_many: u64) -> Self {
        self.share = Share::OfCalls(so_many, 0);
        self
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            service: None,
            operation: None,
            account: None,
            region: None,
            subject: None,
            not: Vec::new(),
            turns: None,
            share: Share::All,
        }
    }

    /// Whether it is this call's lot, of those that fit.
    fn strikes(&mut self, call: &Entry) -> bool {
        match &mut self.share {
            Share::All => true,
            Share::OfKinds(so_many) => {
                let mut hasher = DefaultHasher::new();
                (&call.account, &call.region, call.name(), &call.args).hash(&mut hasher);
                hasher.finish() % 1000 < *so_many
            }
            Share::OfCalls(so_many, made) => {
                let mut hasher = DefaultHasher::new();
                *made += 1;
                made.hash(&mut hasher);
                hasher.finish() % 1000 < *so_many
            }
        }
    }

    fn fits(&self, call: &Entry, names: &[String]) -> bool {
        let is = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        is(&self.service, &call.service)
            && is(&self.operation, &call.operation)
            && is(&self.account, &call.account)
            && is(&self.region, &call.region)
            && self
                .subject
                .as_deref()
                .is_none_or(|part| names.iter().any(|name| name.contains(part)))
            && !self.not.contains(&call.name())
            && self.turns != Some(0)
    }
}

/// The fault that a call meets; it has a turn less afterwards.
pub(super) fn take(faults: &mut [Fault], call: &Entry, names: &[String]) -> Option<Kind> {
    let at = faults
        .iter_mut()
        .position(|fault| fault.fits(call, names) && fault.strikes(call))?;
    let fault = &mut faults[at];
    if let Some(turns) = &mut fault.turns {
        *turns -= 1;
    }
    Some(fault.kind.clone())
}
