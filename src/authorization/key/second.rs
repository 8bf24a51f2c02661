//! The second policy of a key, by which it is shared through AWS RAM.

use crate::inventory::Facts;
use crate::known::Fact;
use crate::policy::{Effect, PolicyDecision, Request, decide_resource};

use super::super::located::LocatedPolicy;
use super::super::ruling::{OpenDeny, Party, Ruling};
use super::question::{KeyUseQuestion, open_gaps};
use super::service_linked::role_may;

/// With what the key's second policy says, by which it is shared through AWS RAM. Where that was not read, silence of the
/// first is no denial to another account.
pub fn with_second_policy(
    facts: &Facts<'_>,
    question: &KeyUseQuestion,
    action: &'static str,
    request: &Request,
    ruling: Ruling,
) -> Ruling {
    let is_silent = matches!(ruling, Ruling::Missing { .. }) && ruling.is_silent(Party::Resource);
    let cross_account = question.principal.account() != question.key.account();
    // One that was not read only matters where the other one is silent.
    if !(is_silent && cross_account) && facts.key_ram_policy_read(&question.key).is_none() {
        return ruling;
    }
    let policy = match facts.key_ram_policy(&question.key) {
        Fact::Known(None) => return ruling,
        Fact::Known(Some(policy)) => policy,
        Fact::Unknown(gap) => {
            return match ruling {
                Ruling::Missing { near, denies, .. } => {
                    let open = Ruling::not_known_to_allow(vec![*gap], near);
                    match denies {
                        Some(denies) => open.unless(denies),
                        None => open,
                    }
                }
                other @ (Ruling::Allowed { .. } | Ruling::Denied { .. } | Ruling::Open { .. }) => {
                    other
                }
            };
        }
    };
    let asked = LocatedPolicy::new(&question.key, "/RamPolicy", policy.document());
    let allows_or_may = |ruling: Ruling, allowed: Ruling| match ruling {
        Ruling::Missing {
            denies: Some(denies),
            ..
        } => allowed.unless(denies),
        Ruling::Missing { denies: None, .. } => allowed,
        // What is open is a Deny, or an Allow that this one makes up for.
        Ruling::Open {
            may_deny: false, ..
        } => allowed,
        other @ (Ruling::Allowed { .. } | Ruling::Denied { .. } | Ruling::Open { .. }) => other,
    };
    match decide_resource(request, Some(policy.document())) {
        PolicyDecision::Denied { by, .. } => ruling.and(Ruling::Denied {
            by: asked.statements(&by, action, &request.context),
            statements: Vec::new(),
            silent: Vec::new(),
            unless: None,
        }),
        PolicyDecision::Allowed { by, .. } => {
            let seen = asked.statements(&by, action, &request.context);
            let allowed = if question.both_sides {
                role_may(facts, question, request, action, seen)
            } else {
                Ruling::allowed(seen)
            };
            allows_or_may(ruling, allowed)
        }
        PolicyDecision::NotAllowed { .. } => ruling,
        PolicyDecision::Unknown { statements, keys } if is_silent => {
            let open = asked.is_open(&statements, &keys, open_gaps(&keys, facts, question));
            allows_or_may(ruling, open)
        }
        PolicyDecision::Unknown { statements, keys } => {
            let each = statements.into_iter();
            let denies: Vec<_> = each.filter(|at| at.effect == Effect::Deny).collect();
            if denies.is_empty() {
                return ruling;
            }
            ruling.unless(OpenDeny {
                gaps: open_gaps(&keys, facts, question),
                seen: asked.open(&denies, &keys),
            })
        }
    }
}
