//! What a copy asks of its role, put once to the policies that bind the role: its own, and the organization's.

use std::sync::Arc;

use crate::inventory::{Facts, Question};
use crate::known::{Arn, Fact};

use super::control;
use super::request::RoleRequest;
use super::role::{self, ByKey, may_go_by_key};
use super::rulings::{Ruled, Rulings};

/// A question to the policies that bind a role, with all that its answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct RoleQuestion {
    role: Arn,
    request: Arc<RoleRequest>,
}

/// What they say to each action of the request, in order.
struct Answer {
    /// The role's own policies, where a key that names the role does in their place. `None`: there is no such role.
    own: Fact<Option<Ruled>>,
    /// The organization's policies.
    organization: Ruled,
}

impl Question for RoleQuestion {
    type Answer = Arc<Answer>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        let Self { role, request } = self;
        let variants = request.variants(facts, role);
        Arc::new(Answer {
            own: role::rule(facts, role, request, &variants, ByKey::Counts),
            organization: control::rule(facts, role, request, &variants),
        })
    }
}

/// The same question to the role's own policies alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct OwnPoliciesQuestion(RoleQuestion);

impl Question for OwnPoliciesQuestion {
    type Answer = Fact<Option<Ruled>>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        let Self(RoleQuestion { role, request }) = self;
        let variants = request.variants(facts, role);
        role::rule(facts, role, request, &variants, ByKey::Ignored)
    }
}

/// Each action of each request, in the order of the rulings on them.
pub fn actions(
    requests: &[Arc<RoleRequest>],
) -> impl Iterator<Item = (&'static str, &Arc<RoleRequest>)> {
    requests.iter().flat_map(|request| {
        let actions = request.actions.iter();
        actions.map(move |action| (*action, request))
    })
}

/// What the role's own policies say to each action of each request, in order. `None`: there is no such role.
pub fn role_rulings(
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
    by_key: ByKey,
) -> Fact<Option<Rulings>> {
    let mut all = Vec::new();
    for request in requests {
        let asking = RoleQuestion {
            role: role.clone(),
            request: Arc::clone(request),
        };
        let rulings = match by_key {
            ByKey::Ignored if may_go_by_key(request) => facts.answer(&OwnPoliciesQuestion(asking)),
            ByKey::Ignored | ByKey::Counts => facts.answer(&asking).own.clone(),
        };
        match rulings {
            Fact::Known(Some(rulings)) => all.push(rulings),
            Fact::Known(None) => return Fact::Known(None),
            Fact::Unknown(gap) => return Fact::Unknown(gap),
        }
    }
    if all.is_empty() {
        // Nothing was asked; whether there is such a role still counts.
        return role::policies(facts, role).map(|policies| policies.map(|_| Rulings::new([])));
    }
    Fact::Known(Some(Rulings::of_all(all)))
}

/// What the organization says to each action of each request, in order.
pub fn control_rulings(facts: &Facts<'_>, role: &Arn, requests: &[Arc<RoleRequest>]) -> Rulings {
    let each = requests.iter().map(|request| {
        let asking = RoleQuestion {
            role: role.clone(),
            request: Arc::clone(request),
        };
        Arc::clone(&facts.answer(&asking).organization)
    });
    Rulings::of_all(each)
}
