//! The rulings on several actions, and what they come to.

use std::sync::Arc;

use crate::known::Gap;
use crate::verdict::Evidence;

use super::ruling::{Fault, OpenDeny, Ruling};

/// The rulings on several actions. Cheap to clone: many copies ask the same.
#[derive(Clone, Debug)]
pub struct Rulings(Arc<[(&'static str, Ruling)]>);

impl Rulings {
    /// The rulings on these actions.
    pub fn new(each: impl IntoIterator<Item = (&'static str, Ruling)>) -> Self {
        Self(each.into_iter().collect())
    }

    /// The rulings where only a Deny matters: one that may not strike is open. Silence stays what it is.
    pub fn where_only_a_deny_matters(self) -> Self {
        let may_not_strike = |ruling: &Ruling| {
            matches!(
                ruling,
                Ruling::Denied {
                    unless: Some(_),
                    ..
                }
            )
        };
        if !self.0.iter().any(|(_, ruling)| may_not_strike(ruling)) {
            return self;
        }
        let each = self.0.iter().map(|(action, ruling)| {
            let ruling = ruling.clone();
            if may_not_strike(&ruling) {
                (*action, ruling.where_silence_is_enough())
            } else {
                (*action, ruling)
            }
        });
        Self(each.collect())
    }

    /// These, and of others only what denies or may: actions that something else allows, and only a Deny can forbid.
    #[must_use]
    pub fn and_denies_of(self, others: &Self) -> Self {
        let denies = others.0.iter().filter(|(_, ruling)| ruling.may_deny());
        let mut denies = denies.map(|(action, ruling)| (*action, ruling.clone().that_denies()));
        match denies.next() {
            None => self,
            Some(first) => {
                let each = self.0.iter().cloned();
                Self(each.chain([first]).chain(denies).collect())
            }
        }
    }

    /// The actions that a Deny forbids, with the statements, sorted.
    pub fn denied(&self) -> Option<(Vec<&'static str>, Vec<usize>, Vec<Evidence>)> {
        let mut actions = Vec::new();
        let mut all = Vec::new();
        let mut seen = Vec::new();
        for (action, ruling) in &*self.0 {
            if let Ruling::Denied { by, statements, .. } = ruling {
                actions.push(*action);
                all.extend(statements);
                seen.extend(by.clone());
            }
        }
        all.sort_unstable();
        all.dedup();
        (!actions.is_empty()).then_some((actions, all, unique(seen)))
    }

    /// The actions that nothing allows, with what comes near.
    pub fn missing(&self, whose: Fault) -> Option<(Vec<&'static str>, Vec<Evidence>)> {
        let mut actions = Vec::new();
        let mut seen = Vec::new();
        for (action, ruling) in &*self.0 {
            if let Ruling::Missing { near, fault, .. } = ruling
                && *fault == whose
            {
                actions.push(*action);
                seen.extend(near.clone());
            }
        }
        (!actions.is_empty()).then_some((actions, unique(seen)))
    }

    /// The actions that the subject must allow besides what is lifted; `None` where there are none.
    pub fn to_share(&self) -> Option<Vec<&'static str>> {
        let wanted = self.0.iter().filter(|(_, ruling)| match ruling {
            Ruling::Denied { silent, .. } => *silent,
            Ruling::Missing { fault, .. } => *fault == Fault::Subject,
            Ruling::Allowed { .. } | Ruling::Open { .. } => false,
        });
        let actions: Vec<_> = wanted.map(|(action, _)| *action).collect();
        (!actions.is_empty()).then_some(actions)
    }

    /// What is open, if anything is: a Deny that may strike, too, where nothing allows.
    pub fn open(&self) -> Option<(Vec<Gap>, bool, Vec<Evidence>)> {
        let mut found = false;
        let mut any_deny = false;
        let mut all = Vec::new();
        let mut evidence = Vec::new();
        for (_, ruling) in &*self.0 {
            let (gaps, may_deny, seen) = match ruling {
                Ruling::Open {
                    gaps,
                    may_deny,
                    seen,
                } => (gaps, *may_deny, seen),
                Ruling::Missing {
                    denies: Some(OpenDeny { gaps, seen }),
                    ..
                } => (gaps, true, seen),
                Ruling::Missing { denies: None, .. }
                | Ruling::Allowed { .. }
                | Ruling::Denied { .. } => continue,
            };
            found = true;
            any_deny |= may_deny;
            all.extend(gaps.clone());
            evidence.extend(seen.clone());
        }
        all.sort();
        all.dedup();
        found.then_some((all, any_deny, unique(evidence)))
    }

    /// The actions that are not allowed for certain.
    pub fn not_allowed(&self) -> Vec<&'static str> {
        let each = self.0.iter();
        let each = each.filter(|(_, ruling)| !matches!(ruling, Ruling::Allowed { .. }));
        each.map(|(action, _)| *action).collect()
    }

    /// What allowed everything.
    pub fn allowed_by(&self) -> Vec<Evidence> {
        let mut seen = Vec::new();
        for (_, ruling) in &*self.0 {
            if let Ruling::Allowed { by } = ruling {
                seen.extend(by.clone());
            }
        }
        unique(seen)
    }
}

/// Each once, in their order.
pub fn unique(evidence: Vec<Evidence>) -> Vec<Evidence> {
    let mut kept: Vec<Evidence> = Vec::new();
    for item in evidence {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// Actions in a sentence: `kms:DescribeKey and kms:CreateGrant`.
pub fn list(actions: &[&str]) -> String {
    match actions {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
