//! What the statements of some documents say to a request, added up.

use super::Truth;
use super::document::{Document, Effect};
use super::policy_type::{PolicyType, StatementRef};
use super::principal::How;
use super::request::Request;
use super::statement::Applies;

/// A statement that applies, or may apply.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub at: StatementRef,
    pub applies: Applies,
}

/// The statements that apply, or may apply, of the documents of one kind and level.
#[derive(Debug)]
pub(super) struct Matches {
    pub deny: Truth,
    /// Allowed by a statement that names the principal itself, or everybody.
    pub direct: Truth,
    /// Allowed in one way or the other.
    pub allow: Truth,
    pub hits: Vec<Hit>,
}

impl Matches {
    pub(super) const EMPTY: Self = Self {
        deny: Truth::False,
        direct: Truth::False,
        allow: Truth::False,
        hits: Vec::new(),
    };

    pub(super) fn of<'a>(
        request: &Request,
        kind: PolicyType,
        level: usize,
        documents: impl IntoIterator<Item = &'a Document>,
    ) -> Self {
        let mut tally = Self::EMPTY;
        for (document, policy) in documents.into_iter().enumerate() {
            for (index, statement) in policy.statements_on(request.reach()) {
                let mut applies = statement.applies(request, kind);
                if applies.truth() == Truth::False {
                    continue;
                }
                if !policy.has_known_version() {
                    applies = applies.doubted();
                }
                let effect = statement.effect();
                tally.hits.push(Hit {
                    at: StatementRef {
                        policy: kind,
                        level,
                        document,
                        index,
                        effect,
                    },
                    applies,
                });
                match effect {
                    Effect::Deny => tally.deny = tally.deny.or(applies.truth()),
                    Effect::Allow => {
                        tally.direct = tally.direct.or(applies.direct);
                        tally.allow = tally.allow.or(applies.truth());
                    }
                }
            }
        }
        tally
    }

    /// The statements of this effect that apply to this degree.
    pub(super) fn refs(&self, effect: Effect, truth: Truth) -> impl Iterator<Item = StatementRef> {
        self.hits
            .iter()
            .filter(move |hit| hit.at.effect == effect && hit.applies.truth() == truth)
            .map(|hit| hit.at)
    }

    /// The Allows that name the principal itself, or everybody, and apply to this degree.
    pub(super) fn direct_refs(&self, truth: Truth) -> impl Iterator<Item = StatementRef> {
        self.hits
            .iter()
            .filter(move |hit| hit.at.effect == Effect::Allow && hit.applies.direct == truth)
            .map(|hit| hit.at)
    }

    /// The closest way in which a statement that allows names the principal.
    pub(super) fn how(&self) -> How {
        let allows = self
            .hits
            .iter()
            .filter(|hit| hit.at.effect == Effect::Allow && hit.applies.truth() == Truth::True);
        let how = |hit: &Hit| match hit.applies.direct {
            Truth::True => hit.applies.how,
            Truth::False | Truth::Unknown => How::Account,
        };
        allows.map(how).max().unwrap_or(How::Account)
    }
}
