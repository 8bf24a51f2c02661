//! The rulings on several actions, and what they come to.

use std::sync::Arc;

use crate::known::Gap;
use crate::verdict::Evidence;

use super::ruling::{Grounds, OpenDeny, Party, Ruling, unique};

/// The actions of one request, each with what is ruled on it.
pub type Ruled = Arc<[(&'static str, Ruling)]>;

/// The rulings on several actions. Cheap to clone: many copies ask the same.
#[derive(Clone, Debug)]
pub struct Rulings {
    /// Of the first request; most are of one.
    first: Ruled,
    /// Of the others.
    more: Vec<Ruled>,
    deny_only: bool,
}

impl Rulings {
    /// The rulings on these actions, which must be allowed.
    pub fn new(each: impl IntoIterator<Item = (&'static str, Ruling)>) -> Self {
        Self::of_one(each.into_iter().collect())
    }

    /// Those on the actions of one request.
    pub fn of_one(first: Ruled) -> Self {
        Self {
            first,
            more: Vec::new(),
            deny_only: false,
        }
    }

    /// Those on the actions of several requests, in order.
    pub fn of_all(requests: impl IntoIterator<Item = Ruled>) -> Self {
        let mut requests = requests.into_iter();
        Self {
            first: requests.next().unwrap_or_default(),
            more: requests.collect(),
            deny_only: false,
        }
    }

    fn all(&self) -> impl Iterator<Item = &(&'static str, Ruling)> {
        let more = self.more.iter().flat_map(|more| more.iter());
        self.first.iter().chain(more)
    }

    /// The rulings where something else allows the actions, if it does: [`Self::deny_only`].
    #[must_use]
    pub fn deny_only_where(self, something_else_allows: bool) -> Self {
        if something_else_allows {
            self.deny_only()
        } else {
            self
        }
    }

    /// The rulings where something else allows the actions and only a Deny matters: one that may not strike is open. Silence
    /// stays what it is.
    #[must_use]
    pub fn deny_only(mut self) -> Self {
        self.deny_only = true;
        let may_not_strike = |ruling: &Ruling| {
            matches!(
                ruling,
                Ruling::Denied {
                    unless: Some(_),
                    ..
                }
            )
        };
        if self.all().any(|(_, ruling)| may_not_strike(ruling)) {
            let each = self.all().map(|(action, ruling)| {
                let ruling = ruling.clone();
                if may_not_strike(&ruling) {
                    (*action, ruling.where_silence_is_enough())
                } else {
                    (*action, ruling)
                }
            });
            self.first = each.collect();
            self.more.clear();
        }
        self
    }

    /// Whether silence is enough.
    pub const fn is_deny_only(&self) -> bool {
        self.deny_only
    }

    /// Each action, and what is ruled on it.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &Ruling)> {
        self.all().map(|(action, ruling)| (*action, ruling))
    }

    /// These, and one more.
    #[must_use]
    pub fn and(mut self, other: Option<(&'static str, Ruling)>) -> Self {
        self.more.extend(other.map(|other| Ruled::from([other])));
        self
    }

    /// These, and after them those on the actions of other requests, one for one, of which only what denies counts, or may.
    #[must_use]
    pub fn and_denied_of(mut self, others: &Self) -> Self {
        let denied = others.each().map(|(action, ruling)| {
            let denies = ruling.may_deny().then(|| ruling.clone().that_denies());
            (
                action,
                denies.unwrap_or_else(|| Ruling::allowed(Vec::new())),
            )
        });
        self.more.push(denied.collect());
        self
    }

    /// Whether nothing stands against any of the actions, or may.
    pub fn is_all_allowed(&self) -> bool {
        let mut each = self.all();
        each.all(|(_, ruling)| matches!(ruling, Ruling::Allowed { .. }))
    }

    /// Whether anything stands against any of the actions.
    pub fn is_stopped(&self) -> bool {
        self.all().any(|(_, ruling)| ruling.stops())
    }

    /// Whether a Deny strikes any of the actions, or may.
    pub fn may_be_denied(&self) -> bool {
        self.all().any(|(_, ruling)| ruling.may_deny())
    }

    /// Whether anything stands against this action.
    pub fn stop(&self, action: &str) -> bool {
        let mut each = self.all();
        each.any(|(of, ruling)| *of == action && ruling.stops())
    }

    /// The actions that something stands against.
    pub fn stopped(&self) -> Vec<&'static str> {
        let mut actions = Vec::new();
        for (action, _) in self.all().filter(|(_, ruling)| ruling.stops()) {
            push_new(&mut actions, action);
        }
        actions
    }

    /// The actions that are allowed on these grounds.
    pub fn allowed_on(&self, wanted: Grounds) -> Vec<&'static str> {
        let of = |ruling: &Ruling| matches!(ruling, Ruling::Allowed { grounds, .. } if *grounds == wanted);
        let each = self.all().filter(|(_, ruling)| of(ruling));
        each.map(|(action, _)| *action).collect()
    }

    /// These, and of others only what denies or may: actions that something else allows, and only a Deny can forbid.
    #[must_use]
    pub fn and_denies_of(mut self, others: &Self) -> Self {
        let denies = others.all().filter(|(_, ruling)| ruling.may_deny());
        let denies = denies.map(|(action, ruling)| (*action, ruling.clone().that_denies()));
        let denies: Vec<_> = denies.collect();
        if !denies.is_empty() {
            self.more.push(denies.into());
        }
        self
    }

    /// Only what denies, or may.
    #[must_use]
    pub fn denies(&self) -> Self {
        Self::new([]).and_denies_of(self)
    }

    /// The actions that a Deny forbids, with the statements, sorted.
    pub fn denied(&self) -> Option<(Vec<&'static str>, Vec<usize>, Vec<Evidence>)> {
        let mut actions = Vec::new();
        let mut all = Vec::new();
        let mut seen = Vec::new();
        for (action, ruling) in self.all() {
            if let Ruling::Denied { by, statements, .. } = ruling {
                push_new(&mut actions, action);
                all.extend(statements.iter().map(|deny| deny.index));
                seen.extend(by.clone());
            }
        }
        all.sort_unstable();
        all.dedup();
        (!actions.is_empty()).then_some((actions, all, unique(seen)))
    }

    /// The actions that nothing of a party allows and no Deny forbids, with what comes near.
    pub fn missing(&self, whose: Party) -> Option<(Vec<&'static str>, Vec<Evidence>)> {
        self.lacking_where(|ruling| {
            matches!(ruling, Ruling::Missing { .. }) && ruling.is_silent(whose)
        })
    }

    /// The actions that nothing of a party allows, denied or not, with what comes near: what it must allow once no Deny is left.
    pub fn lacking(&self, whose: Party) -> Option<(Vec<&'static str>, Vec<Evidence>)> {
        self.lacking_where(|ruling| ruling.is_silent(whose))
    }

    fn lacking_where(
        &self,
        is_wanted: impl Fn(&Ruling) -> bool,
    ) -> Option<(Vec<&'static str>, Vec<Evidence>)> {
        let mut actions = Vec::new();
        let mut seen = Vec::new();
        for (action, ruling) in self.all().filter(|(_, ruling)| is_wanted(ruling)) {
            push_new(&mut actions, action);
            if let Ruling::Missing { near, .. } = ruling {
                seen.extend(near.clone());
            }
        }
        (!actions.is_empty()).then_some((actions, unique(seen)))
    }

    /// The actions that nothing allows, whoever would have to.
    pub fn missing_anywhere(&self) -> Option<(Vec<&'static str>, Vec<Evidence>)> {
        self.lacking_where(|ruling| matches!(ruling, Ruling::Missing { .. }))
    }

    /// What stands against any of the actions, in their order.
    pub fn stopped_by(&self) -> Vec<Evidence> {
        let mut seen = Vec::new();
        for (_, ruling) in self.all() {
            if let Ruling::Denied { by: more, .. } | Ruling::Missing { near: more, .. } = ruling {
                seen.extend(more.clone());
            }
        }
        unique(seen)
    }

    /// The actions that a Deny forbids, in one place at least, and the statements: what must no longer be denied.
    pub fn to_lift(&self) -> (Vec<&'static str>, Vec<usize>) {
        let (mut actions, mut all) = (Vec::new(), Vec::new());
        for (action, ruling) in self.all() {
            if let Ruling::Denied { statements, .. } = ruling.at_worst() {
                push_new(&mut actions, action);
                all.extend(statements.iter().map(|deny| deny.index));
            }
        }
        (actions, all)
    }

    /// The actions that the resource must allow besides what is lifted; `None` where there are none.
    pub fn to_share(&self) -> Option<Vec<&'static str>> {
        let is_silent = |ruling: &Ruling| ruling.at_worst().is_silent(Party::Resource);
        let wanted = self.all().filter(|(_, ruling)| is_silent(ruling));
        let actions: Vec<_> = wanted.map(|(action, _)| *action).collect();
        (!actions.is_empty()).then_some(actions)
    }

    /// What is open, if anything is: a Deny that may strike, too, where nothing allows.
    pub fn open(&self) -> Option<(Vec<Gap>, bool, Vec<Evidence>)> {
        let mut found = false;
        let mut any_deny = false;
        let mut all = Vec::new();
        let mut evidence = Vec::new();
        for (_, ruling) in self.all() {
            let (gaps, may_deny, seen) = match ruling {
                Ruling::Open {
                    gaps,
                    may_deny,
                    seen,
                    ..
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
        let each = self.all();
        let each = each.filter(|(_, ruling)| !matches!(ruling, Ruling::Allowed { .. }));
        each.map(|(action, _)| *action).collect()
    }

    /// What allowed everything.
    pub fn allowed_by(&self) -> Vec<Evidence> {
        let mut seen = Vec::new();
        for (_, ruling) in self.all() {
            if let Ruling::Allowed { by, .. } = ruling {
                seen.extend(by.clone());
            }
        }
        unique(seen)
    }
}

fn push_new(actions: &mut Vec<&'static str>, action: &'static str) {
    if !actions.contains(&action) {
        actions.push(action);
    }
}

/// Actions in a sentence: `kms:DescribeKey and kms:CreateGrant`.
pub fn list(actions: &[&str]) -> String {
    match actions {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
