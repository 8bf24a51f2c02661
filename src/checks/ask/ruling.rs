//! What a policy says to one action, as evidence that names the statement.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::known::Gap;
use crate::policy::{Context, Document, Effect, Entry, Miss, NearMiss, StatementRef};
use crate::verdict::{Evidence, Trap};

/// What the policies asked say to one action.
#[derive(Clone, Debug)]
pub enum Ruling {
    /// They allow it.
    Allowed {
        /// By what.
        by: Vec<Evidence>,
    },
    /// A Deny of the subject's own policy forbids it.
    Denied {
        /// By what.
        by: Vec<Evidence>,
        /// The denying statements of the subject's own policy.
        statements: Vec<usize>,
        /// Whether nothing allows it besides, so that it takes more than to lift the Deny.
        silent: bool,
        /// What does not tell whether the Deny strikes, where it does so in one Region alone and nothing allows it in the
        /// other: the call fails in either, but not where silence is enough.
        unless: Option<Box<Gap>>,
    },
    /// Nothing allows it.
    Missing {
        /// What comes near, and why it does not apply.
        near: Vec<Evidence>,
        /// Who would have to allow it.
        fault: Fault,
        /// What a Deny depends on that may strike besides: it matters where silence is enough.
        denies: Option<OpenDeny>,
    },
    /// It depends on what was not read.
    Open {
        /// What.
        gaps: Vec<Gap>,
        /// Whether a Deny may be what decides.
        may_deny: bool,
        /// The statements that are open.
        seen: Vec<Evidence>,
    },
}

/// A Deny of which it is not known whether it strikes.
#[derive(Clone, Debug)]
pub struct OpenDeny {
    /// What it depends on.
    pub gaps: Vec<Gap>,
    /// The statements that are open.
    pub seen: Vec<Evidence>,
}

/// Whose silence it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The policy of the key or the vault.
    Subject,
    /// The principal's own policies.
    Principal,
}

impl Ruling {
    /// Whether a Deny strikes, or may.
    pub fn may_deny(&self) -> bool {
        match self {
            Self::Denied { .. }
            | Self::Open { may_deny: true, .. }
            | Self::Missing {
                denies: Some(_), ..
            } => true,
            Self::Allowed { .. }
            | Self::Open {
                may_deny: false, ..
            }
            | Self::Missing { denies: None, .. } => false,
        }
    }

    /// The same Deny where nothing allows it besides, and where it may not strike.
    pub fn or_silence(mut self, gap: Gap) -> Self {
        if let Self::Denied { silent, unless, .. } = &mut self {
            *silent = true;
            *unless = Some(Box::new(gap));
        }
        self
    }

    /// The ruling where no Allow is needed: silence is open where a Deny may strike, and so is a Deny that may not.
    pub fn where_silence_is_enough(self) -> Self {
        match self {
            Self::Missing {
                denies: Some(denies),
                ..
            } => Self::Open {
                gaps: denies.gaps,
                may_deny: true,
                seen: denies.seen,
            },
            Self::Denied {
                by,
                unless: Some(gap),
                ..
            } => Self::Open {
                gaps: vec![*gap],
                may_deny: true,
                seen: by,
            },
            Self::Missing { denies: None, .. }
            | Self::Allowed { .. }
            | Self::Denied { unless: None, .. }
            | Self::Open { .. } => self,
        }
    }

    /// The ruling on an action that something else allows: what is left is what denies.
    fn that_denies(self) -> Self {
        match self.where_silence_is_enough() {
            Self::Denied {
                by,
                statements,
                unless,
                ..
            } => Self::Denied {
                by,
                statements,
                silent: false,
                unless,
            },
            other @ (Self::Allowed { .. } | Self::Missing { .. } | Self::Open { .. }) => other,
        }
    }

    /// The ruling where a Deny may strike besides: what would be allowed is open then.
    pub fn unless(self, denies: OpenDeny) -> Self {
        match self {
            Self::Allowed { by: seen } => Self::Open {
                gaps: denies.gaps,
                may_deny: true,
                seen: [seen, denies.seen].concat(),
            },
            Self::Open { gaps, seen, .. } => Self::Open {
                gaps: [gaps, denies.gaps].concat(),
                may_deny: true,
                seen: [seen, denies.seen].concat(),
            },
            Self::Missing { near, fault, .. } => Self::Missing {
                near,
                fault,
                denies: Some(denies),
            },
            denied @ Self::Denied { .. } => denied,
        }
    }
}

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

/// A policy that is asked: whose it is, and where it stands in that object.
#[derive(Clone)]
pub struct Asked<'a> {
    /// Whose policy: an ARN, or an account.
    pub subject: SmolStr,
    /// Where: a JSON pointer.
    pub pointer: &'a str,
    /// The document.
    pub document: &'a Document,
}

impl Asked<'_> {
    fn at(&self, index: usize) -> String {
        format!("{}/Statement/{index}", self.pointer)
    }

    fn name(&self, index: usize) -> String {
        match self
            .document
            .statements()
            .get(index)
            .and_then(|statement| statement.sid())
        {
            Some(sid) => format!("statement `{sid}`"),
            None => format!("statement {index}"),
        }
    }

    /// Statements that allow an action, or deny it: those with their conditions, and what the request has of each key.
    pub fn statements(
        &self,
        refs: &[StatementRef],
        action: &str,
        context: &Context,
    ) -> Vec<Evidence> {
        refs.iter()
            .map(|at| {
                let name = self.name(at.index);
                let says = match at.effect {
                    Effect::Allow => format!("{name} allows {action}"),
                    Effect::Deny => {
                        format!(
                            "{name} denies {action}{}",
                            self.conditions(at.index, context)
                        )
                    }
                };
                Evidence::at(self.subject.clone(), self.at(at.index), says)
            })
            .collect()
    }

    /// The conditions under which a Deny strikes.
    fn conditions(&self, index: usize, context: &Context) -> String {
        let statement = self.document.statements().get(index);
        let conditions = statement.map_or(&[][..], |statement| statement.conditions());
        let each = conditions.iter().map(|condition| {
            let values: Vec<&str> = condition.values().collect();
            compared(
                condition.operator(),
                condition.key(),
                &values,
                condition.found(context),
            )
        });
        let each: Vec<String> = each.collect();
        if each.is_empty() {
            String::new()
        } else {
            format!(" by its condition: {}", each.join("; "))
        }
    }

    /// Statements whose conditions are open.
    pub fn open(&self, refs: &[StatementRef], keys: &[String]) -> Vec<Evidence> {
        refs.iter()
            .map(|at| {
                let says = format!("{} depends on {}", self.name(at.index), keys.join(", "));
                Evidence::at(self.subject.clone(), self.at(at.index), says)
            })
            .collect()
    }

    /// Denies that only an exception keeps off, with what the exception is.
    pub fn excepting(&self, denies: &[NearMiss], action: &str) -> Vec<Evidence> {
        let each = denies.iter().map(|deny| {
            let name = self.name(deny.statement.index);
            let but = match &deny.why {
                Miss::Conditions(unmet) => {
                    let each = unmet.iter().map(|unmet| {
                        compared(&unmet.operator, &unmet.key, &unmet.wanted, &unmet.found)
                    });
                    each.collect::<Vec<_>>().join("; ")
                }
                Miss::Principal | Miss::Action | Miss::Resource => {
                    "its NotPrincipal leaves the caller out".to_owned()
                }
            };
            let says = format!("{name} would deny {action}, but for {but}");
            Evidence::at(self.subject.clone(), self.at(deny.statement.index), says)
        });
        each.collect()
    }

    /// Statements that would allow but for one thing, where that is worth saying.
    pub fn near(&self, near: &[NearMiss], action: &str) -> Vec<Evidence> {
        near.iter()
            .filter_map(|miss| {
                let name = self.name(miss.statement.index);
                let (trap, says) = match &miss.why {
                    Miss::Principal => return None,
                    Miss::Action => (
                        None,
                        format!("{name} names the principal, and not {action}"),
                    ),
                    Miss::Resource => (
                        None,
                        format!("{name} would allow {action}, but names another resource"),
                    ),
                    Miss::Conditions(unmet) => {
                        let each: Vec<_> = unmet
                            .iter()
                            .map(|unmet| {
                                let compared = compared(
                                    &unmet.operator,
                                    &unmet.key,
                                    &unmet.wanted,
                                    &unmet.found,
                                );
                                format!("{compared}{}", expected(&unmet.key, &unmet.wanted))
                            })
                            .collect();
                        let each = each.join("; ");
                        (
                            Some(Trap::ConditionNeverHolds),
                            format!(
                                "{name} would allow {action}, but its condition never holds: {each}"
                            ),
                        )
                    }
                };
                let at = self.at(miss.statement.index);
                let seen = Evidence::at(self.subject.clone(), at, says);
                Some(trap.into_iter().fold(seen, Evidence::showing))
            })
            .collect()
    }
}

/// A condition, and what the request has.
fn compared(operator: &str, key: &str, wanted: &[impl AsRef<str>], found: &Entry) -> String {
    let wanted: Vec<&str> = wanted.iter().map(AsRef::as_ref).collect();
    format!(
        "{operator} {key} wants {}, and the call has {}",
        wanted.join(" or "),
        entry(found)
    )
}

/// What people expect of a condition, and is not so.
fn expected(key: &str, wanted: &[String]) -> &'static str {
    let via_backup = wanted.iter().any(|value| value.starts_with("backup."));
    if key.eq_ignore_ascii_case("kms:ViaService") && via_backup {
        " (the service that owns the resource uses the key, not AWS Backup)"
    } else {
        ""
    }
}

fn entry(found: &Entry) -> String {
    match found {
        Entry::Absent => "no such key".to_owned(),
        Entry::Unknown => "a value that is not known".to_owned(),
        Entry::One(value) => value.to_string(),
        Entry::Many(values) | Entry::Including(values) => values.join(", "),
        Entry::Shaped(shape) => shape.text().to_owned(),
    }
}
