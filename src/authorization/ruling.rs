//! What policies say to one action.

use crate::known::Gap;
use crate::verdict::Evidence;

/// What the policies asked say to one action.
#[derive(Clone, Debug)]
pub enum Ruling {
    /// They allow it.
    Allowed {
        /// By what.
        by: Vec<Evidence>,
    },
    /// A Deny of the subject's own policy forbids it.
    Denied {
        /// By what.
        by: Vec<Evidence>,
        /// The denying statements of the subject's own policy.
        statements: Vec<usize>,
        /// Whether nothing allows it besides, so that it takes more than to lift the Deny.
        silent: bool,
        /// What does not tell whether the Deny strikes, where it does so in one Region alone and nothing allows it in the
        /// other: the call fails in either, but not where silence is enough.
        unless: Option<Box<Gap>>,
    },
    /// Nothing allows it.
    Missing {
        /// What comes near, and why it does not apply.
        near: Vec<Evidence>,
        /// Who would have to allow it.
        fault: Fault,
        /// What a Deny depends on that may strike besides: it matters where silence is enough.
        denies: Option<OpenDeny>,
    },
    /// It depends on what was not read.
    Open {
        /// What.
        gaps: Vec<Gap>,
        /// Whether a Deny may be what decides.
        may_deny: bool,
        /// The statements that are open.
        seen: Vec<Evidence>,
    },
}

/// A Deny of which it is not known whether it strikes.
#[derive(Clone, Debug)]
pub struct OpenDeny {
    /// What it depends on.
    pub gaps: Vec<Gap>,
    /// The statements that are open.
    pub seen: Vec<Evidence>,
}

/// Whose silence it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The policy of the key or the vault.
    Subject,
    /// The principal's own policies.
    Principal,
}

impl Ruling {
    /// Whether a Deny strikes, or may.
    pub fn may_deny(&self) -> bool {
        match self {
            Self::Denied { .. }
            | Self::Open { may_deny: true, .. }
            | Self::Missing {
                denies: Some(_), ..
            } => true,
            Self::Allowed { .. }
            | Self::Open {
                may_deny: false, ..
            }
            | Self::Missing { denies: None, .. } => false,
        }
    }

    /// The same Deny where nothing allows it besides, and where it may not strike.
    pub fn or_silence(mut self, gap: Gap) -> Self {
        if let Self::Denied { silent, unless, .. } = &mut self {
            *silent = true;
            *unless = Some(Box::new(gap));
        }
        self
    }

    /// The ruling where no Allow is needed: silence is open where a Deny may strike, and so is a Deny that may not.
    pub fn where_silence_is_enough(self) -> Self {
        match self {
            Self::Missing {
                denies: Some(denies),
                ..
            } => Self::Open {
                gaps: denies.gaps,
                may_deny: true,
                seen: denies.seen,
            },
            Self::Denied {
                by,
                unless: Some(gap),
                ..
            } => Self::Open {
                gaps: vec![*gap],
                may_deny: true,
                seen: by,
            },
            Self::Missing { denies: None, .. }
            | Self::Allowed { .. }
            | Self::Denied { unless: None, .. }
            | Self::Open { .. } => self,
        }
    }

    /// The ruling on an action that something else allows: what is left is what denies.
    pub fn that_denies(self) -> Self {
        match self.where_silence_is_enough() {
            Self::Denied {
                by,
                statements,
                unless,
                ..
            } => Self::Denied {
                by,
                statements,
                silent: false,
                unless,
            },
            other @ (Self::Allowed { .. } | Self::Missing { .. } | Self::Open { .. }) => other,
        }
    }

    /// The ruling where a Deny may strike besides: what would be allowed is open then.
    pub fn unless(self, denies: OpenDeny) -> Self {
        match self {
            Self::Allowed { by: seen } => Self::Open {
                gaps: denies.gaps,
                may_deny: true,
                seen: [seen, denies.seen].concat(),
            },
            Self::Open { gaps, seen, .. } => Self::Open {
                gaps: [gaps, denies.gaps].concat(),
                may_deny: true,
                seen: [seen, denies.seen].concat(),
            },
            Self::Missing { near, fault, .. } => Self::Missing {
                near,
                fault,
                denies: Some(denies),
            },
            denied @ Self::Denied { .. } => denied,
        }
    }
}
