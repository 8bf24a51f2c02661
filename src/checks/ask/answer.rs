//! What a copy asks of its role, put once to the policies that bind the role: its own, and the organization's.

use std::sync::Arc;

use crate::inventory::Facts;
use crate::known::{Arn, Fact};

use super::control::{self, ControlRuling};
use super::request::RoleRequest;
use super::role::{self, ByKey, RoleRuling};

/// A question to the policies that bind a role, with all that its answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Asking {
    role: Arn,
    request: Arc<RoleRequest>,
}

/// What they say to each action of the request, in order.
pub struct Answer {
    /// The role's own policies, where a key that names the role does in their place. `None`: there is no such role.
    pub own: Fact<Option<Vec<RoleRuling>>>,
    /// The organization's policies.
    pub organization: Vec<ControlRuling>,
}

/// The answer to a request.
pub fn answer(facts: &Facts<'_>, role: &Arn, request: &Arc<RoleRequest>) -> Arc<Answer> {
    let asking = Asking {
        role: role.clone(),
        request: Arc::clone(request),
    };
    facts.once(&asking, |Asking { role, request }, facts| {
        let forms = request.forms(facts, role);
        Arc::new(Answer {
            own: role::rule(facts, role, request, &forms, ByKey::Counts),
            organization: control::rule(facts, role, request, &forms),
        })
    })
}
