//! What one check found about one copy.

use std::cmp::Ordering;
use std::iter;

use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr, format_smolstr};

use super::need::Need;
use crate::known::Gap;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// What it asks holds.
    Pass,
    /// What it asks does not hold: the copy will fail.
    Fail,
    /// The copy will succeed, but not as expected; or AWS's own sources disagree.
    Warn,
    /// A fact that it needs was not read.
    Undecided,
    /// Its question does not arise.
    NotApplicable,
}

impl Status {
    /// How much is at stake: the order in which one finding outweighs another.
    const fn gravity(self) -> u8 {
        match self {
            Self::NotApplicable => 0,
            Self::Pass => 1,
            Self::Warn => 2,
            Self::Undecided => 3,
            Self::Fail => 4,
        }
    }

    /// Its word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Undecided => "undecided",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// How strong AWS's word is for the rule that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// A page of AWS's documentation says so.
    Documented,
    /// Copies that people ran ended so.
    Observed,
    /// It follows from what AWS documents, and no page says it.
    Inferred,
}

/// What was seen, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    /// What it was seen on: an ARN, or an id.
    #[schemars(with = "String")]
    pub subject: SmolStr,
    /// Where in that object: a JSON pointer; null for the whole of it.
    #[schemars(with = "Option<String>")]
    pub pointer: Option<SmolStr>,
    /// What it says.
    #[schemars(with = "String")]
    pub says: SmolStr,
    /// The mistake that it shows, where it is one that people are known to make.
    #[serde(skip)]
    pub trap: Option<Trap>,
}

/// A mistake that people are known to make, which a message names before all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trap {
    /// A statement that would allow, under a condition that never holds.
    ConditionNeverHolds,
}

impl Evidence {
    /// Something seen at a place of an object.
    pub fn at(
        subject: impl Into<SmolStr>,
        pointer: impl Into<Text>,
        says: impl Into<Text>,
    ) -> Self {
        Self {
            subject: subject.into(),
            pointer: Some(pointer.into().0),
            says: says.into().0,
            trap: None,
        }
    }

    /// Something seen on an object as a whole.
    pub fn of(subject: impl Into<SmolStr>, says: impl Into<Text>) -> Self {
        Self {
            subject: subject.into(),
            pointer: None,
            says: says.into().0,
            trap: None,
        }
    }

    /// As what shows a mistake that is known.
    #[must_use]
    pub fn showing(mut self, trap: Trap) -> Self {
        self.trap = Some(trap);
        self
    }
}

/// A text that is cheap to share: one of the program's own, or one that was put together.
pub struct Text(SmolStr);

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self(SmolStr::new_static(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<SmolStr> for Text {
    fn from(text: SmolStr) -> Self {
        Self(text)
    }
}

/// What AWS will say of a copy that this makes fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicted {
    /// The StatusMessage, where it is a known literal.
    pub message: Option<String>,
    /// Its MessageCategory, where it is known.
    pub category: Option<&'static str>,
}

/// What makes a failing check pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Fix {
    /// These, of which the remedies make changes. None of them: nobody has looked for one, or there is nothing to fix.
    Needs(Vec<Need>),
    /// A step that only people can take; the message names it.
    ByHand,
    /// Nothing: the message names what to do in place of this copy.
    Impossible,
}

impl Fix {
    /// What fixes two failures of one check: nothing does where one of them has nothing, and so on.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Impossible, _) | (_, Self::Impossible) => Self::Impossible,
            (Self::ByHand, _) | (_, Self::ByHand) => Self::ByHand,
            (Self::Needs(needs), Self::Needs(more)) if needs.is_empty() => Self::Needs(more),
            (Self::Needs(mut needs), Self::Needs(more)) => {
                let new = more.into_iter().filter(|need| !needs.contains(need));
                let new: Vec<Need> = new.collect();
                needs.extend(new);
                Self::Needs(needs)
            }
        }
    }
}

/// What stands before a step that only people can take.
const BY_HAND: &str = "; by hand: ";
/// What stands before what to do in place of a copy that no change helps.
const NOTHING_HELPS: &str = "; nothing helps this copy: ";

/// Several steps, all of which it takes; each once.
fn joined(steps: impl IntoIterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for step in steps {
        if !all.contains(&step) {
            all.push(step);
        }
    }
    all.join(", and ")
}

/// What one check found about one copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How it came out.
    pub status: Status,
    /// That in words: what is so, and for which thing.
    pub message: SmolStr,
    /// How strong AWS's word for the rule is.
    pub basis: Basis,
    /// What was seen.
    pub evidence: Vec<Evidence>,
    /// What AWS will say, where that is known.
    pub predicted: Option<Box<Predicted>>,
    /// What was not known.
    pub gaps: Vec<Gap>,
    /// What would make it pass.
    pub fix: Fix,
}

impl Outcome {
    fn new(status: Status, message: impl Into<Text>) -> Self {
        Self {
            status,
            message: message.into().0,
            basis: Basis::Documented,
            evidence: Vec::new(),
            predicted: None,
            gaps: Vec::new(),
            fix: Fix::Needs(Vec::new()),
        }
    }

    /// What is asked holds.
    pub fn pass(message: impl Into<Text>) -> Self {
        Self::new(Status::Pass, message)
    }

    /// What is asked does not hold.
    pub fn fail(message: impl Into<Text>) -> Self {
        Self::new(Status::Fail, message)
    }

    /// It will go, but not as expected.
    pub fn warn(message: impl Into<Text>) -> Self {
        Self::new(Status::Warn, message)
    }

    /// The question does not arise.
    pub fn not_applicable(message: impl Into<Text>) -> Self {
        Self::new(Status::NotApplicable, message)
    }

    /// Facts are missing.
    pub fn undecided(message: impl Into<Text>, gaps: impl IntoIterator<Item = Gap>) -> Self {
        let mut outcome = Self::new(Status::Undecided, message);
        outcome.gaps.extend(gaps);
        outcome.gaps.sort();
        outcome.gaps.dedup();
        outcome
    }

    /// With what to do instead, where no change makes this copy succeed.
    #[must_use]
    pub fn nothing_helps(mut self, instead: &str) -> Self {
        self.message = format_smolstr!("{}{NOTHING_HELPS}{instead}", self.message);
        self.fix = Fix::Impossible;
        self
    }

    /// With what to do, where that is a change that only people can make: what it needs besides, they do too.
    #[must_use]
    pub fn by_hand(mut self, what: &str) -> Self {
        let steps = iter::once(what.to_owned()).chain(self.needed().iter().map(Need::step));
        self.message = format_smolstr!("{}{BY_HAND}{}", self.message, joined(steps));
        self.fix = Fix::ByHand;
        self
    }

    /// The same, where people do it in place of having a Deny leave somebody out.
    #[must_use]
    pub fn by_hand_for_each_deny(mut self, what: &str) -> Self {
        if let Fix::Needs(needs) = &mut self.fix {
            needs.retain(|need| !matches!(need, Need::Lift(_)));
        }
        self.by_hand(what)
    }

    /// With how strong AWS's word is.
    #[must_use]
    pub fn on(mut self, basis: Basis) -> Self {
        self.basis = basis;
        self
    }

    /// With something that was seen.
    #[must_use]
    pub fn saw(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        // Outcomes are kept: one takes as much room as it needs.
        if self.evidence.is_empty() {
            self.evidence = evidence.into_iter().collect();
            self.evidence.shrink_to_fit();
        } else {
            let more: Vec<Evidence> = evidence.into_iter().collect();
            self.evidence.reserve_exact(more.len());
            self.evidence.extend(more);
        }
        self
    }

    /// With what AWS will say.
    #[must_use]
    pub fn foretells(mut self, predicted: Option<Predicted>) -> Self {
        self.predicted = predicted.map(Box::new);
        self
    }

    /// With what would make it pass.
    #[must_use]
    pub fn needs(mut self, needs: impl IntoIterator<Item = Need>) -> Self {
        self.fix = self.fix.and(Fix::Needs(needs.into_iter().collect()));
        self
    }

    /// The worse of two findings of one check; where neither is, both: then both have to be fixed, or settled.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let (mut worst, other) = match self.status.gravity().cmp(&other.status.gravity()) {
            Ordering::Less => return other,
            Ordering::Greater => return self,
            Ordering::Equal if self.status == Status::NotApplicable => return self,
            Ordering::Equal => (self, other),
        };
        if worst.message != other.message {
            worst.message = worst.said_with(&other);
        }
        worst.basis = worst.basis.max(other.basis);
        worst.fix = worst.fix.and(other.fix);
        for seen in other.evidence {
            if !worst.evidence.contains(&seen) {
                worst.evidence.push(seen);
            }
        }
        worst.gaps.extend(other.gaps);
        worst.gaps.sort();
        worst.gaps.dedup();
        worst
    }

    /// What is so by both, and then all that people do.
    fn said_with(&self, other: &Self) -> SmolStr {
        let both = [self, other];
        let mut is_so: Vec<&str> = Vec::new();
        for one in both {
            let says = one.step().map_or(&*one.message, |(is_so, _)| is_so);
            if !is_so.contains(&says) {
                is_so.push(says);
            }
        }
        let is_so = is_so.join("; ");
        let steps = |of: &Fix| {
            let each = both.iter().filter(|one| one.fix == *of);
            let each = each.filter_map(|one| Some(one.step()?.1.to_owned()));
            each.collect::<Vec<_>>()
        };
        let never = steps(&Fix::Impossible);
        if !never.is_empty() {
            return format_smolstr!("{is_so}{NOTHING_HELPS}{}", joined(never));
        }
        let by_hand = steps(&Fix::ByHand);
        if by_hand.is_empty() {
            return is_so.into();
        }
        let needed = both.iter().flat_map(|one| one.needed()).map(Need::step);
        format_smolstr!(
            "{is_so}{BY_HAND}{}",
            joined(by_hand.into_iter().chain(needed))
        )
    }

    /// What is so, and what to do that only people can, or in place of a copy that no change helps; `None` where it names no such
    /// step, or several.
    #[must_use]
    pub fn step(&self) -> Option<(&str, &str)> {
        let mark = match self.fix {
            Fix::Needs(_) => return None,
            Fix::ByHand => BY_HAND,
            Fix::Impossible => NOTHING_HELPS,
        };
        let (is_so, step) = self.message.split_once(mark)?;
        let has_more = [BY_HAND, NOTHING_HELPS]
            .iter()
            .any(|mark| step.contains(mark) || is_so.contains(mark));
        (!has_more).then_some((is_so, step))
    }

    /// What a change must bring about for it to pass.
    #[must_use]
    pub fn needed(&self) -> &[Need] {
        match &self.fix {
            Fix::Needs(needs) => needs,
            Fix::ByHand | Fix::Impossible => &[],
        }
    }
}
