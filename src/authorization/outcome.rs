//! What rulings come to in the words of a verdict: the same order, evidence and needs for every check that asks policies.

use crate::known::Arn;
use crate::verdict::{Basis, Evidence, Lift, Need, Outcome, PolicyOf, Predicted, Share, Trap};

use super::ruling::Party;
use super::rulings::{Rulings, list};

/// What is asked for, and how a check says what came of it. The list of actions is put into a phrase, and what shows why
/// follows it.
pub struct Phrases<'a> {
    /// The policy that was asked.
    pub policy: PolicyOf,
    /// Who is to be let in.
    pub principal: &'a Arn,
    /// The vault that the copy goes to, where the actions are about that.
    pub target: Option<&'a Arn>,
    /// What goes along with a change, once there is one.
    pub recommended: Option<&'a Rulings>,
    /// How strong AWS's word is that it must be allowed.
    pub basis: Basis,
    /// What AWS will say.
    pub predicted: &'a dyn Fn() -> Option<Predicted>,
    /// A Deny strikes.
    pub denied: &'a dyn Fn(&str) -> String,
    /// Nothing in the policy allows it.
    pub missing: &'a dyn Fn(&str) -> String,
    /// AWS's own policy of the principal does not allow it.
    pub own_policy: Option<&'a dyn Fn(&str) -> String>,
    /// It depends on what was not read.
    pub unknown: &'a dyn Fn() -> String,
    /// Nothing stands against it.
    pub allowed: &'a dyn Fn() -> String,
}

impl Rulings {
    /// What they come to: a Deny before silence, silence before what is unknown.
    #[must_use]
    pub fn outcome(&self, phrases: &Phrases<'_>) -> Outcome {
        let must_allow = !self.is_deny_only();
        if let Some((actions, statements, seen)) = self.denied() {
            let message = (phrases.denied)(&list(&actions)) + &denied_by(&seen);
            let denied = Outcome::fail(message)
                .foretells((phrases.predicted)())
                .saw(seen);
            if statements.is_empty() && matches!(phrases.policy, PolicyOf::Key(_)) {
                return denied.by_hand(
                    "the Deny is in the policy by which AWS RAM shares the key: change the resource share, or leave it",
                );
            }
            return denied
                .needs(self.lift(phrases))
                .needs(self.share(phrases).filter(|_| must_allow));
        }
        if let (true, Some((actions, near))) = (must_allow, self.missing(Party::Resource)) {
            let message = (phrases.missing)(&list(&actions)) + &because(&near);
            return Outcome::fail(message)
                .on(phrases.basis)
                .foretells((phrases.predicted)())
                .saw(near)
                .needs(self.share(phrases));
        }
        if let (true, Some(own_policy), Some((actions, near))) = (
            must_allow,
            phrases.own_policy,
            self.missing(Party::Principal),
        ) {
            return Outcome::fail(own_policy(&list(&actions)))
                .nothing_helps("AWS sets that policy, and nobody else can change it")
                .on(phrases.basis)
                .foretells((phrases.predicted)())
                .saw(near);
        }
        match self.open() {
            Some((gaps, may_deny, seen)) if must_allow || may_deny => {
                Outcome::undecided((phrases.unknown)(), gaps).saw(seen)
            }
            Some(_) | None => Outcome::pass((phrases.allowed)()).saw(self.allowed_by()),
        }
    }

    /// What must no longer be denied.
    fn lift(&self, phrases: &Phrases<'_>) -> Option<Need> {
        let (mut actions, mut statements, _) = self.denied()?;
        if let Some((more, also, _)) = phrases.recommended.and_then(Self::denied) {
            actions.extend(more);
            statements.extend(also);
        }
        actions.sort_unstable();
        actions.dedup();
        statements.sort_unstable();
        statements.dedup();
        Some(Need::Lift(Lift {
            policy: phrases.policy.clone(),
            principal: phrases.principal.clone(),
            actions,
            statements,
            target: phrases.target.cloned(),
            resource: None,
        }))
    }

    /// What must be allowed.
    fn share(&self, phrases: &Phrases<'_>) -> Option<Need> {
        let all = [Some(self), phrases.recommended].into_iter().flatten();
        let mut actions: Vec<_> = all.filter_map(Self::to_share).flatten().collect();
        actions.sort_unstable();
        actions.dedup();
        (!actions.is_empty()).then(|| {
            Need::Share(Share {
                policy: phrases.policy.clone(),
                principal: phrases.principal.clone(),
                actions,
                resource: None,
                target: phrases.target.cloned(),
            })
        })
    }
}

/// Which Deny it is, to end a sentence with: the statement, its conditions and what the call has of them.
pub fn denied_by(seen: &[Evidence]) -> String {
    let first = seen.first();
    first.map_or_else(String::new, |seen| format!(": {}", seen.says))
}

/// Why what comes near does not allow it, to end a sentence with: the trap that somebody has stepped into, where one is
/// known.
pub fn because(near: &[Evidence]) -> String {
    let trap = near
        .iter()
        .find(|seen| seen.trap == Some(Trap::ConditionNeverHolds))
        .or_else(|| near.first());
    trap.map_or_else(String::new, |seen| format!(": {}", seen.says))
}
