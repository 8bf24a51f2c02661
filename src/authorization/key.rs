//! May a principal use a key? The key policy, then grants, then, for a service-linked role, AWS's policy of that role.

mod exceptions;
mod grants;
mod named;
mod question;
mod second;
mod service_linked;

use crate::inventory::{Facts, Policy, Question};
use crate::known::Fact;
use crate::policy::{Effect, How, PolicyDecision, Request, Truth, decide_resource};

use super::located::LocatedPolicy;
use super::ruling::{OpenDeny, Ruling};
use super::rulings::Rulings;
use grants::granted;
use question::{KeyUseQuestion, missing, open_gaps};
use second::with_second_policy;
use service_linked::role_may;

pub use named::{NamedByKey, named_by_key};
pub use question::{KeyAccess, Through, Via, key_requests};

impl KeyAccess<'_> {
    /// What the key says, action by action.
    pub fn ask(&self, actions: &'static [&'static str]) -> Rulings {
        let policy = self.facts.key_policy_read(self.key);
        let second = self.facts.key_ram_policy_read(self.key);
        let looks = [policy, second]
            .into_iter()
            .flatten()
            .any(|policy| policy.document().may_look_at("kms:viaservice"));
        let mut question = self.question(actions);
        if !looks {
            question.through = question.through.unseen();
        }
        self.facts.answer(&question)
    }

    /// The same, and what AWS's own policy says where the principal is a service-linked role.
    pub fn ask_both_sides(&self, actions: &'static [&'static str]) -> Rulings {
        let mut question = self.question(actions);
        question.both_sides = true;
        self.facts.answer(&question)
    }
}

impl Question for KeyUseQuestion {
    type Answer = Rulings;

    fn answer(&self, facts: &Facts<'_>) -> Rulings {
        let asking = self;
        let policy = match facts.key_policy(&asking.key) {
            Fact::Known(Some(policy)) => policy,
            Fact::Known(None) => return asking.all(&missing()),
            Fact::Unknown(gap) => return asking.all(&Ruling::unread(*gap)),
        };
        let requests = asking.requests(facts, asking.actions).into_iter();
        let rulings = requests.map(|(action, requests)| {
            let rulings = requests.iter();
            let rulings = rulings.map(|request| {
                let ruling = ask(facts, asking, policy, action, request);
                with_second_policy(facts, asking, action, request, ruling)
            });
            let ruling = rulings.reduce(|one, other| one.either(other, &asking.key));
            (action, ruling.unwrap_or_else(missing))
        });
        Rulings::new(rulings)
    }
}

fn ask(
    facts: &Facts<'_>,
    question: &KeyUseQuestion,
    policy: &Policy,
    action: &'static str,
    request: &Request,
) -> Ruling {
    let asked = LocatedPolicy::new(&question.key, "/Policy", policy.document());
    match decide_resource(request, Some(policy.document())) {
        PolicyDecision::Denied { by, allow } => {
            let silent = allow == Truth::False
                && matches!(
                    granted(facts, question, action, Vec::new()),
                    Ruling::Missing { .. }
                );
            asked.denies(&by, action, request, silent)
        }
        PolicyDecision::Allowed {
            by,
            how,
            open,
            keys,
        } => {
            let seen = asked.statements(&by, action, &request.context);
            let same_account = question.principal.account() == question.key.account();
            if !question.both_sides || (same_account && how != How::Account) {
                return Ruling::allowed(seen);
            }
            let own = role_may(facts, question, request, action, seen);
            if same_account && !open.is_empty() && matches!(own, Ruling::Missing { .. }) {
                // A statement that may name the role itself would not need the role's own policy.
                return Ruling::not_known_to_allow(
                    open_gaps(&keys, facts, question),
                    asked.open(&open, &keys),
                );
            }
            own
        }
        PolicyDecision::NotAllowed {
            near, denies, keys, ..
        } => {
            let seen = [
                asked.near(&near, action),
                asked.misspelt(&near, &question.principal),
            ];
            let ruling = granted(facts, question, action, seen.concat());
            if denies.is_empty() {
                return ruling;
            }
            let denies = OpenDeny {
                gaps: open_gaps(&keys, facts, question),
                seen: asked.open(&denies, &keys),
            };
            ruling.unless(denies)
        }
        PolicyDecision::Unknown { statements, keys } => {
            let may_deny = statements.iter().any(|at| at.effect == Effect::Deny);
            if !may_deny
                && let allowed @ Ruling::Allowed { .. } =
                    granted(facts, question, action, Vec::new())
            {
                return allowed;
            }
            asked.is_open(&statements, &keys, open_gaps(&keys, facts, question))
        }
    }
}
