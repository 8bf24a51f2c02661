//! What rulings come to in the words of a verdict: the same order, sentences, evidence and needs for every check that asks policies.

use smol_str::SmolStr;

use crate::known::Arn;
use crate::verdict::{Basis, Evidence, Lift, Need, Outcome, PolicyOf, Predicted, Share, Trap};

use super::ruling::Party;
use super::rulings::{Rulings, list};

/// A policy that was asked, for whom, and what both are called.
pub struct AskedPolicy<'a> {
    /// Whose policy.
    pub policy: PolicyOf,
    /// What that is to the copy: `the backup's key`.
    pub what: &'static str,
    /// Its name for people, in backticks.
    pub name: SmolStr,
    /// Who is to be let in.
    pub principal: &'a Arn,
    /// The same for people.
    pub who: SmolStr,
    /// What the principal is to be let do: `use it`.
    pub may: &'static str,
    /// The vault that the copy goes to, where the actions are about that.
    pub target: Option<&'a Arn>,
    /// What goes along with a change, once there is one.
    pub recommended: Option<&'a Rulings>,
    /// How strong AWS's word is that it must be allowed.
    pub basis: Basis,
    /// What AWS will say.
    pub predicted: &'a dyn Fn() -> Option<Predicted>,
    /// What is said where nothing allows it, in place of the usual sentence.
    pub missing: Option<&'a dyn Fn() -> String>,
}

impl<'a> AskedPolicy<'a> {
    /// A key's, by what it is to the copy and by its name.
    pub fn of_key(
        key: &Arn,
        (what, name): (&'static str, SmolStr),
        principal: &'a Arn,
        who: impl Into<SmolStr>,
    ) -> Self {
        Self {
            policy: PolicyOf::Key(key.clone()),
            what,
            name,
            principal,
            who: who.into(),
            may: "use it",
            target: None,
            recommended: None,
            basis: Basis::Documented,
            predicted: &|| None,
            missing: None,
        }
    }

    /// A vault's, by what it is to the copy.
    pub fn of_vault(vault: &Arn, what: &'static str, principal: &'a Arn) -> Self {
        Self {
            policy: PolicyOf::Vault(vault.clone()),
            name: smol_str::format_smolstr!("`{}`", vault.name()),
            may: "copy into it",
            ..Self::of_key(
                vault,
                (what, SmolStr::default()),
                principal,
                principal.name(),
            )
        }
    }

    fn is_of_key(&self) -> bool {
        matches!(self.policy, PolicyOf::Key(_))
    }

    /// The policy for people.
    fn text(&self) -> String {
        let kind = if self.is_of_key() {
            "policy"
        } else {
            "access policy"
        };
        format!("the {kind} of {} {}", self.what, self.name)
    }

    fn denied(&self, actions: &[&str]) -> String {
        let (policy, actions, who) = (self.text(), list(actions), &self.who);
        let target = self.target.map_or("", |_| " for this destination");
        format!("{policy} denies {actions} to {who}{target}")
    }

    fn missing(&self, actions: &[&str]) -> String {
        let Self {
            what, name, who, ..
        } = self;
        match self.missing {
            Some(missing) => missing(),
            None => format!("{what} {name} does not let {who} do {}", list(actions)),
        }
    }

    /// What is seen of a policy of which no statement comes near.
    fn nothing_near(&self) -> Vec<Evidence> {
        let (of, pointer) = match &self.policy {
            PolicyOf::Key(key) => (key, "/Policy"),
            PolicyOf::Vault(vault) => (vault, "/AccessPolicy"),
            PolicyOf::Role(_) | PolicyOf::Control { .. } => return Vec::new(),
        };
        vec![Evidence::at(of, pointer, "no statement allows it")]
    }

    /// AWS's own policy of the principal does not allow it.
    fn missing_there(&self, actions: &[&str]) -> String {
        let (name, who) = (&self.name, &self.who);
        let actions = list(actions);
        format!("{who} may not do {actions} by its own policy, whatever the key {name} says")
    }

    fn unknown(&self, must_allow: bool) -> String {
        let Self {
            what,
            name,
            who,
            may,
            ..
        } = self;
        if must_allow {
            format!("whether {what} {name} lets {who} {may} is not known")
        } else {
            format!("whether {} denies it to {who} is not known", self.text())
        }
    }

    fn allowed(&self, is_silent: bool) -> String {
        let Self {
            what,
            name,
            who,
            may,
            ..
        } = self;
        if is_silent {
            format!("no statement of {} denies it to {who}", self.text())
        } else {
            format!("{what} {name} lets {who} {may}")
        }
    }
}

impl Rulings {
    /// What they come to: Denies and silence, all that stands against it together, before what is unknown.
    #[must_use]
    pub fn outcome(&self, asked: &AskedPolicy<'_>) -> Outcome {
        let must_allow = !self.is_deny_only();
        let of_silence = |part: fn(&Self, &AskedPolicy<'_>) -> Option<Outcome>| {
            must_allow.then(|| part(self, asked)).flatten()
        };
        let parts = [
            self.denies_it(asked),
            of_silence(Self::does_not_allow_it),
            of_silence(Self::is_not_allowed_there),
        ];
        let stopped = parts.into_iter().flatten().reduce(Outcome::and);
        if let Some(stopped) = stopped {
            return stopped.foretells((asked.predicted)());
        }
        match self.open() {
            Some((gaps, may_deny, seen)) if must_allow || may_deny => {
                Outcome::undecided(asked.unknown(must_allow), gaps).saw(seen)
            }
            Some(_) | None => {
                let is_silent = !self.not_allowed().is_empty();
                Outcome::pass(asked.allowed(is_silent)).saw(self.allowed_by())
            }
        }
    }

    /// A Deny strikes.
    fn denies_it(&self, asked: &AskedPolicy<'_>) -> Option<Outcome> {
        let (actions, statements, seen) = self.denied()?;
        let is_of_share = |seen: &Evidence| {
            let place = seen.pointer.as_deref().unwrap_or_default();
            place.starts_with("/RamPolicy")
        };
        let by_share = seen.iter().any(is_of_share);
        let fail = Outcome::fail(asked.denied(&actions) + &denied_by(&seen)).saw(seen);
        let share = self.share(asked).filter(|_| !self.is_deny_only());
        let lift = (!statements.is_empty()).then(|| self.lift(asked));
        let fail = fail.needs(lift).needs(share);
        Some(if by_share {
            fail.by_hand("the Deny is in the policy by which AWS RAM shares the key: change the resource share, or leave it")
        } else {
            fail
        })
    }

    /// Nothing of the policy allows it, denied or not.
    fn does_not_allow_it(&self, asked: &AskedPolicy<'_>) -> Option<Outcome> {
        let (actions, near) = self.lacking(Party::Resource)?;
        let missing = asked.missing(&actions) + &because(&near);
        let seen = if near.is_empty() {
            asked.nothing_near()
        } else {
            near
        };
        let fail = Outcome::fail(missing).on(asked.basis).saw(seen);
        Some(fail.needs(self.share(asked)))
    }

    /// The principal's own policy, which is AWS's, does not allow it.
    fn is_not_allowed_there(&self, asked: &AskedPolicy<'_>) -> Option<Outcome> {
        let (actions, near) = self.lacking(Party::Principal)?;
        let fail = Outcome::fail(asked.missing_there(&actions))
            .nothing_helps("AWS sets that policy, and nobody else can change it")
            .on(asked.basis);
        Some(fail.saw(near))
    }

    /// What must no longer be denied.
    fn lift(&self, asked: &AskedPolicy<'_>) -> Need {
        let (mut actions, mut statements) = self.to_lift();
        if let Some((more, also)) = asked.recommended.map(Self::to_lift) {
            actions.extend(more);
            statements.extend(also);
        }
        actions.sort_unstable();
        actions.dedup();
        statements.sort_unstable();
        statements.dedup();
        Need::Lift(Lift {
            policy: asked.policy.clone(),
            principal: asked.principal.clone(),
            actions,
            statements,
            target: asked.target.cloned(),
            resource: None,
        })
    }

    /// What must be allowed.
    fn share(&self, asked: &AskedPolicy<'_>) -> Option<Need> {
        let all = [Some(self), asked.recommended].into_iter().flatten();
        let mut actions: Vec<_> = all.filter_map(Self::to_share).flatten().collect();
        actions.sort_unstable();
        actions.dedup();
        (!actions.is_empty()).then(|| {
            Need::Share(Share {
                policy: asked.policy.clone(),
                principal: asked.principal.clone(),
                actions,
                resource: None,
                target: asked.target.cloned(),
            })
        })
    }
}

/// Which Denies they are, to end a sentence with: each statement once, its conditions and what the call has of them.
pub fn denied_by(seen: &[Evidence]) -> String {
    let mut told: Vec<&Evidence> = Vec::new();
    for one in seen {
        let mut others = told.iter();
        if !others.any(|other| other.subject == one.subject && other.pointer == one.pointer) {
            told.push(one);
        }
    }
    let told: Vec<&str> = told.iter().map(|one| &*one.says).collect();
    if told.is_empty() {
        String::new()
    } else {
        format!(": {}", told.join("; "))
    }
}

/// Why what comes near does not allow it, to end a sentence with: the trap that somebody has stepped into, where one is
/// known.
fn because(near: &[Evidence]) -> String {
    let trap = near
        .iter()
        .find(|seen| seen.trap == Some(Trap::ConditionNeverHolds))
        .or_else(|| near.first());
    trap.map_or_else(String::new, |seen| format!(": {}", seen.says))
}
