//! What the organization says to one request, and to one that comes in two forms.

use crate::known::{Arn, Gap};
use crate::verdict::Evidence;

use super::super::key::via_service;

/// What the organization says to one request.
#[derive(Clone, Debug)]
pub enum ControlRuling {
    /// Its policies allow it, or none binds.
    Allowed,
    /// It was not read, and is taken for granted.
    Assumed,
    /// Only the policy simulator was asked, and it allows.
    Simulated,
    /// A Deny forbids it.
    Denied {
        /// By what.
        seen: Vec<Evidence>,
    },
    /// A level allows nothing of the kind.
    Missing {
        /// What comes near.
        seen: Vec<Evidence>,
    },
    /// It depends on what was not read.
    Open {
        /// What.
        gaps: Vec<Gap>,
        /// The statements that are open.
        seen: Vec<Evidence>,
    },
}

/// The request comes in both forms: what stops it in one of them stops it.
pub fn both(one: ControlRuling, other: ControlRuling) -> ControlRuling {
    use ControlRuling::{Allowed, Assumed, Denied, Missing, Open, Simulated};
    match (one, other) {
        (one @ Denied { .. }, _) | (_, one @ Denied { .. }) => one,
        (one @ Missing { .. }, _) | (_, one @ Missing { .. }) => one,
        (one @ Open { .. }, _) | (_, one @ Open { .. }) => one,
        (one @ (Assumed | Simulated), _) | (_, one @ (Assumed | Simulated)) => one,
        (Allowed, Allowed) => Allowed,
    }
}

/// Nobody knows in which of two forms the request comes.
pub fn either(one: ControlRuling, other: ControlRuling, subject: &Arn) -> ControlRuling {
    use ControlRuling::{Allowed, Assumed, Denied, Missing, Open, Simulated};
    match (one, other) {
        (one @ (Denied { .. } | Missing { .. }), Denied { .. } | Missing { .. }) => one,
        (one @ Open { .. }, _) | (_, one @ Open { .. }) => one,
        (Denied { seen } | Missing { seen }, _) | (_, Denied { seen } | Missing { seen }) => Open {
            gaps: vec![via_service(subject)],
            seen,
        },
        (one @ (Assumed | Simulated), _) | (_, one @ (Assumed | Simulated)) => one,
        (Allowed, Allowed) => Allowed,
    }
}
