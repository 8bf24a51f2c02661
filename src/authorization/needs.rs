//! What must be allowed to a role, or no longer be denied, by the thing that a policy would name, and for copies to which vault alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::catalog::requests::COPY_FROM;
use crate::known::Arn;
use crate::verdict::{Lift, Need, PolicyOf, Share};

use super::answer::actions;
use super::request::RoleRequest;
use super::ruling::{Party, Ruling};
use super::rulings::Rulings;

/// What the role's own policies must allow, of what they do not, denied or not. The rulings are those on the requests.
pub fn to_allow(
    role: &Arn,
    requests: &[Arc<RoleRequest>],
    rulings: &Rulings,
    destination: &Arn,
) -> Vec<Need> {
    let mut wanted: BTreeMap<(SmolStr, Option<Arn>), Vec<&'static str>> = BTreeMap::new();
    for ((action, request), (_, ruling)) in actions(requests).zip(rulings.each()) {
        if ruling.at_worst().is_silent(Party::Principal) {
            for resource in request.template.resources(&request.resource) {
                let target = target(action, destination);
                wanted.entry((resource, target)).or_default().push(action);
            }
        }
    }
    let share = |((resource, target), mut actions): ((SmolStr, _), Vec<_>)| {
        actions.sort_unstable();
        Need::Share(Share {
            policy: PolicyOf::Role(role.clone()),
            principal: role.clone(),
            actions,
            resource: Some(resource.into()),
            target,
        })
    };
    wanted.into_iter().map(share).collect()
}

/// What must no longer be denied: by each statement that denies it, to this role and for this copy alone. `None` where one has
/// no policy that can be named, as one of the simulator's.
pub fn to_lift(
    role: &Arn,
    requests: &[Arc<RoleRequest>],
    rulings: &Rulings,
    destination: &Arn,
) -> Option<Vec<Need>> {
    let mut lifts: BTreeMap<(PolicyOf, Option<Arn>, Option<String>), Lift> = BTreeMap::new();
    for ((action, request), (_, ruling)) in actions(requests).zip(rulings.each()) {
        let Ruling::Denied { statements, .. } = ruling.at_worst() else {
            continue;
        };
        if statements.is_empty() {
            return None;
        }
        let target = target(action, destination);
        let resources: Vec<Option<String>> = match target {
            Some(_) => vec![None],
            None => {
                let resources = request.template.resources(&request.resource).into_iter();
                resources.map(|resource| Some(resource.into())).collect()
            }
        };
        for statement in statements {
            let policy = statement.policy.as_ref()?;
            for resource in &resources {
                let lift = lifts
                    .entry((policy.clone(), target.clone(), resource.clone()))
                    .or_insert_with(|| Lift {
                        policy: policy.clone(),
                        principal: role.clone(),
                        actions: Vec::new(),
                        statements: Vec::new(),
                        target: target.clone(),
                        resource: resource.clone(),
                    });
                lift.actions.push(action);
                lift.statements.push(statement.index);
            }
        }
    }
    let sorted = lifts.into_values().map(|mut lift| {
        lift.actions.sort_unstable();
        lift.actions.dedup();
        lift.statements.sort_unstable();
        lift.statements.dedup();
        Need::Lift(lift)
    });
    Some(sorted.collect())
}

/// The vault that copies must be let go to.
fn target(action: &str, destination: &Arn) -> Option<Arn> {
    (action == COPY_FROM).then(|| destination.clone())
}
