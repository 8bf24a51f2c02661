//! What a copy asks of its role, put once to the policies that bind the role: its own, and the organization's.

use std::sync::Arc;

use crate::inventory::{Facts, Route};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::Evidence;

use super::control::{self, ControlRuling};
use super::key::Via;
use super::request::RoleRequest;
use super::role::{self, ByKey, RoleRuling};

/// A question to the policies that bind a role, with all that its answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Asking {
    role: Arn,
    request: Arc<RoleRequest>,
}

/// What they say to each action of the request, in order.
struct Answer {
    /// The role's own policies, where a key that names the role does in their place. `None`: there is no such role.
    own: Fact<Option<Vec<RoleRuling>>>,
    /// The organization's policies.
    organization: Vec<ControlRuling>,
}

/// The answer to a request.
fn answer(facts: &Facts<'_>, role: &Arn, request: &Arc<RoleRequest>) -> Arc<Answer> {
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

/// An action of a request, and what the policies say to it.
pub type Ruled<'a, T> = (&'static str, &'a RoleRequest, T);

/// What the role's own policies say to each action of each request, in order. `None`: there is no such role.
pub fn role_rulings<'a>(
    facts: &Facts<'_>,
    role: &Arn,
    requests: &'a [Arc<RoleRequest>],
    by_key: ByKey,
) -> Fact<Option<Vec<Ruled<'a, RoleRuling>>>> {
    let mut all = Vec::new();
    for request in requests {
        let rulings = match by_key {
            ByKey::Counts => answer(facts, role, request).own.clone(),
            ByKey::Ignored => {
                let asking = Asking {
                    role: role.clone(),
                    request: Arc::clone(request),
                };
                facts.once(&asking, |Asking { role, request }, facts| {
                    let forms = request.forms(facts, role);
                    role::rule(facts, role, request, &forms, ByKey::Ignored)
                })
            }
        };
        match rulings {
            Fact::Known(Some(rulings)) => {
                let actions = request.actions.iter().zip(rulings);
                all.extend(actions.map(|(action, ruling)| (*action, &**request, ruling)));
            }
            Fact::Known(None) => return Fact::Known(None),
            Fact::Unknown(gap) => return Fact::Unknown(gap),
        }
    }
    if all.is_empty() {
        // Nothing was asked; whether there is such a role still counts.
        return role::policies(facts, role).map(|policies| policies.map(|_| all));
    }
    Fact::Known(Some(all))
}

/// What the organization says to each action of each request, in order.
pub fn control_rulings(
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
) -> Vec<(&'static str, ControlRuling)> {
    let mut all = Vec::new();
    for request in requests {
        let rulings = answer(facts, role, request).organization.clone();
        all.extend(request.actions.iter().copied().zip(rulings));
    }
    all
}

/// What a role's own policies say to several actions.
pub enum RoleAnswer {
    /// They allow all of them.
    Allowed,
    /// A Deny forbids some.
    Denied {
        /// Which.
        actions: Vec<&'static str>,
        /// By what.
        seen: Vec<Evidence>,
    },
    /// Nothing allows some.
    Missing {
        /// Which.
        actions: Vec<&'static str>,
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
    /// There is no such role.
    NoRole,
}

/// Whether the role's own policies let it do all this with a key.
pub fn role_may_use_key(
    facts: &Facts<'_>,
    role: &Arn,
    key: &Arn,
    actions: &[&'static str],
    via: Via,
    copy: &Route,
) -> RoleAnswer {
    role_may(
        facts,
        role,
        &[Arc::new(RoleRequest::on_key(key, actions, via, copy))],
    )
}

/// Whether the role's own policies allow these requests, all together.
fn role_may(facts: &Facts<'_>, role: &Arn, requests: &[Arc<RoleRequest>]) -> RoleAnswer {
    let rulings = match role_rulings(facts, role, requests, ByKey::Ignored) {
        Fact::Known(Some(rulings)) => rulings,
        Fact::Known(None) => return RoleAnswer::NoRole,
        Fact::Unknown(gap) => {
            return RoleAnswer::Open {
                gaps: vec![*gap],
                seen: Vec::new(),
            };
        }
    };
    let (mut denied, mut missing) = (Vec::new(), Vec::new());
    let (mut seen, mut gaps) = (Vec::new(), Vec::new());
    for (action, _, ruling) in rulings {
        match ruling {
            RoleRuling::Allowed => {}
            RoleRuling::Denied { seen: by } => {
                denied.push(action);
                seen.extend(by);
            }
            RoleRuling::Missing { seen: near, .. } => {
                missing.push(action);
                seen.extend(near);
            }
            RoleRuling::Open {
                gaps: more,
                seen: open,
            } => {
                gaps.extend(more);
                seen.extend(open);
            }
        }
    }
    if !denied.is_empty() {
        RoleAnswer::Denied {
            actions: denied,
            seen,
        }
    } else if !missing.is_empty() {
        RoleAnswer::Missing {
            actions: missing,
            seen,
        }
    } else if !gaps.is_empty() {
        RoleAnswer::Open { gaps, seen }
    } else {
        RoleAnswer::Allowed
    }
}
