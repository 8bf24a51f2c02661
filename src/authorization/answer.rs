//! What a copy asks of its role, put once to the policies that bind the role: its own, and the organization's.

use std::sync::Arc;

use crate::inventory::{Facts, Question};
use crate::known::{Arn, Fact, part};

use super::context::Variants;
use super::control;
use super::request::RoleRequest;
use super::role::{self, ByKey, DeniesNothing, may_go_by_key};
use super::ruling::Ruling;
use super::rulings::{Ruled, Rulings};

/// A question to a role's own policies, where a key that names the role does in their place, with all that its answer depends on.
/// `None`: there is no such role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct RoleQuestion(Asked);

/// The same question to the role's own policies alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct OwnPoliciesQuestion(Asked);

/// The same question to the organization's policies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct OrganizationQuestion(Asked);

/// A request of a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Asked {
    role: Arn,
    request: Arc<RoleRequest>,
}

impl Asked {
    fn of(role: &Arn, request: &Arc<RoleRequest>) -> Self {
        Self {
            role: role.clone(),
            request: Arc::clone(request),
        }
    }

    /// Whether the role is one that asks for anything.
    fn is_asked(&self) -> bool {
        self.role.account().is_some()
    }
}

impl Question for RoleQuestion {
    type Answer = Fact<Option<Ruled>>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        let Self(asked @ Asked { role, request }) = self;
        if role::always_allowed(facts, role, request) && asked.is_asked() {
            return Fact::Known(Some(all_allowed(request)));
        }
        let variants = facts.answer(asked);
        role::rule(facts, role, request, &variants, ByKey::Counts)
    }
}

impl Question for OwnPoliciesQuestion {
    type Answer = Fact<Option<Ruled>>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        let Self(asked @ Asked { role, request }) = self;
        let variants = facts.answer(asked);
        role::rule(facts, role, request, &variants, ByKey::Ignored)
    }
}

impl Question for OrganizationQuestion {
    type Answer = Ruled;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        let Self(asked @ Asked { role, request }) = self;
        if control::always_let_through(facts, role, request) && asked.is_asked() {
            return all_allowed(request);
        }
        let variants = facts.answer(asked);
        control::rule(facts, role, request, &variants)
    }
}

/// The requests in which each of its actions may come.
impl Question for Asked {
    type Answer = Arc<[Variants]>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        self.request.variants(facts, &self.role).into()
    }
}

/// Every action of a request allowed, by policies that were read.
fn all_allowed(request: &RoleRequest) -> Ruled {
    let actions = request.actions.iter();
    let each = actions.map(|action| (*action, Ruling::allowed(Vec::new())));
    each.collect()
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
        let asked = Asked::of(role, request);
        let rulings = match by_key {
            ByKey::Ignored if may_go_by_key(request) => facts.answer(&OwnPoliciesQuestion(asked)),
            ByKey::Ignored | ByKey::Counts => facts.answer(&RoleQuestion(asked)),
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

/// What of these the role's own policies deny, or may.
pub fn role_denies(facts: &Facts<'_>, role: &Arn, requests: &[Arc<RoleRequest>]) -> Rulings {
    let denies_nothing = |request: &Arc<RoleRequest>| {
        let mut actions = request.actions.iter();
        actions.all(|action| {
            facts.answer(&DeniesNothing {
                role: role.clone(),
                service: part(action, 0).unwrap_or_default(),
            })
        })
    };
    let each = requests.iter().filter(|request| !denies_nothing(request));
    let each: Vec<_> = each.cloned().collect();
    if each.is_empty() {
        return Rulings::new([]);
    }
    let rulings = role_rulings(facts, role, &each, ByKey::Counts);
    // What is not known of a role is said of what it must be allowed.
    let rulings = rulings.known().flatten();
    rulings.map_or_else(|| Rulings::new([]), |rulings| rulings.denies())
}

/// What the organization says to each action of each request, in order.
pub fn control_rulings(facts: &Facts<'_>, role: &Arn, requests: &[Arc<RoleRequest>]) -> Rulings {
    let each = requests.iter();
    let each = each.map(|request| facts.answer(&OrganizationQuestion(Asked::of(role, request))));
    Rulings::of_all(each)
}
