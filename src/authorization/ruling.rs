//! What policies say to one action, whoever's they are: a key's, a vault's, a role's, an organization's.

use crate::known::{Arn, Gap};
use crate::verdict::{Evidence, PolicyOf};

/// What the policies asked say to one action.
#[derive(Clone, Debug)]
pub enum Ruling {
    /// They allow it.
    Allowed {
        /// By what.
        by: Vec<Evidence>,
        /// How it is known.
        grounds: Grounds,
    },
    /// A Deny forbids it.
    Denied {
        /// By what.
        by: Vec<Evidence>,
        /// The denying statements, of policies that can be changed.
        statements: Vec<DenyStatement>,
        /// Who does not allow it besides, so that it takes more than to lift the Deny.
        silent: Vec<Party>,
        /// What does not tell whether the Deny strikes, where it does so in one Region alone and nothing allows it in the
        /// other: the call fails in either, but not where silence is enough.
        unless: Option<Box<Gap>>,
    },
    /// Nothing allows it.
    Missing {
        /// What comes near, and why it does not apply.
        near: Vec<Evidence>,
        /// Who would have to allow it: each of them.
        parties: Vec<Party>,
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
        /// What stands against it in one of the two places where it may be asked for, and not in the other.
        in_one_place: Option<Box<Ruling>>,
    },
}

/// A statement that denies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DenyStatement {
    /// The policy, where several were asked. `None`: the one that was asked, or one of which no id was read.
    pub policy: Option<PolicyOf>,
    /// Its place in `Statement`.
    pub index: usize,
}

/// A Deny of which it is not known whether it strikes.
#[derive(Clone, Debug)]
pub struct OpenDeny {
    /// What it depends on.
    pub gaps: Vec<Gap>,
    /// The statements that are open.
    pub seen: Vec<Evidence>,
}

/// Whose policies they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// The key, the vault or the role that something is done to.
    Resource,
    /// The principal itself.
    Principal,
    /// The principal's permissions boundary.
    Boundary,
    /// The organization: its service and resource control policies.
    Organization,
}

/// How it is known that policies allow something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// They were read.
    Policies,
    /// Only IAM's policy simulator was asked.
    Simulator,
    /// They were not read, and somebody said to assume it.
    Assumption,
}

impl Ruling {
    /// Allowed by policies that were read.
    pub fn allowed(by: Vec<Evidence>) -> Self {
        Self::Allowed {
            by,
            grounds: Grounds::Policies,
        }
    }

    /// Nothing of this party allows it.
    pub fn missing(party: Party, near: Vec<Evidence>) -> Self {
        Self::missing_of(vec![party], near)
    }

    /// Nothing of any of these parties allows it, and each would have to.
    pub fn missing_of(parties: Vec<Party>, near: Vec<Evidence>) -> Self {
        Self::Missing {
            near,
            parties,
            denies: None,
        }
    }

    /// Whether this party does not allow it, whatever denies it besides.
    pub fn is_silent(&self, whose: Party) -> bool {
        match self {
            Self::Denied { silent, .. } => silent.contains(&whose),
            Self::Missing { parties, .. } => parties.contains(&whose),
            Self::Allowed { .. } | Self::Open { .. } => false,
        }
    }

    /// The policy itself was not read: it may allow, and it may deny.
    pub fn unread(gap: Gap) -> Self {
        Self::open(vec![gap], Vec::new())
    }

    /// It depends on what was not read, which may be a Deny.
    pub fn open(gaps: Vec<Gap>, seen: Vec<Evidence>) -> Self {
        Self::Open {
            gaps,
            may_deny: true,
            seen,
            in_one_place: None,
        }
    }

    /// Nothing is known to allow it, and nothing may deny it.
    pub fn not_known_to_allow(gaps: Vec<Gap>, seen: Vec<Evidence>) -> Self {
        Self::Open {
            gaps,
            may_deny: false,
            seen,
            in_one_place: None,
        }
    }

    /// What stands against it in one of the two places where it may be asked for, else it itself.
    pub fn at_worst(&self) -> &Self {
        match self {
            Self::Open {
                in_one_place: Some(stops),
                ..
            } => stops,
            Self::Open {
                in_one_place: None, ..
            }
            | Self::Allowed { .. }
            | Self::Denied { .. }
            | Self::Missing { .. } => self,
        }
    }

    /// The request is made in both variants: what stops it in one of them stops it.
    pub fn and(self, other: Self) -> Self {
        use Ruling::{Allowed, Denied, Missing, Open};
        match (self, other) {
            (
                Denied {
                    by,
                    statements,
                    silent,
                    unless,
                },
                Denied {
                    by: more,
                    statements: also,
                    silent: too,
                    unless: or,
                },
            ) => Denied {
                by: unique([by, more].concat()),
                statements: each_once([statements, also].concat()),
                silent: each_once([silent, too].concat()),
                // One that strikes for certain is enough.
                unless: unless.and_then(|gap| or.map(|_| gap)),
            },
            (
                Denied {
                    by,
                    statements,
                    silent,
                    unless,
                },
                Missing { parties, .. },
            )
            | (
                Missing { parties, .. },
                Denied {
                    by,
                    statements,
                    silent,
                    unless,
                },
            ) => Denied {
                by,
                statements,
                silent: each_once([silent, parties].concat()),
                unless,
            },
            (
                Missing {
                    near,
                    parties,
                    denies,
                },
                Missing {
                    near: more,
                    parties: also,
                    denies: or,
                },
            ) => Missing {
                near: unique([near, more].concat()),
                parties: each_once([parties, also].concat()),
                denies: denies.or(or),
            },
            (one @ Denied { .. }, _) | (_, one @ Denied { .. }) => one,
            (one @ Missing { .. }, _) | (_, one @ Missing { .. }) => one,
            (one @ Open { .. }, _) | (_, one @ Open { .. }) => one,
            (
                Allowed {
                    grounds: Grounds::Policies,
                    ..
                },
                other @ Allowed { .. },
            ) => other,
            (one @ Allowed { .. }, Allowed { .. }) => one,
        }
    }

    /// The request is made in one of two variants, and AWS does not say in which: where the answers differ, neither stands.
    pub fn either(self, other: Self, subject: &Arn) -> Self {
        use Ruling::{Allowed, Denied, Missing, Open};
        let may_deny = self.may_deny() || other.may_deny();
        match (&self, &other) {
            (Allowed { .. }, Allowed { .. }) => return self.and(other),
            // Denied in one and not allowed in the other: the call fails in both, where it must be allowed.
            (Denied { .. }, Missing { parties, .. }) => {
                return self.clone().or_silence(parties, which_place(subject));
            }
            (Missing { parties, .. }, Denied { .. }) => {
                return other.clone().or_silence(parties, which_place(subject));
            }
            // It fails in both, and takes what each of them does.
            (Denied { .. }, Denied { .. }) => {
                let mut both = self.and(other);
                if let Denied { unless, .. } = &mut both {
                    *unless = None;
                }
                return both;
            }
            (Missing { .. }, Missing { .. }) => return self.and(other),
            (Allowed { .. } | Open { .. }, _) | (_, Allowed { .. } | Open { .. }) => {}
        }
        let is_allowed = |ruling: &Self| matches!(ruling, Allowed { .. });
        let stops = if is_allowed(&self) { &other } else { &self };
        let is_in_one = stops.stops() && (is_allowed(&self) || is_allowed(&other));
        let in_one_place = is_in_one.then(|| Box::new(stops.clone()));
        let mut gaps = Vec::new();
        let mut seen = Vec::new();
        for ruling in [self, other] {
            match ruling {
                Open {
                    gaps: more,
                    seen: also,
                    ..
                } => {
                    gaps.extend(more);
                    seen.extend(also);
                }
                Allowed { by, .. } | Denied { by, .. } => seen.extend(by),
                Missing { near, denies, .. } => {
                    seen.extend(near);
                    if let Some(denies) = denies {
                        gaps.extend(denies.gaps);
                        seen.extend(denies.seen);
                    }
                }
            }
        }
        if gaps.is_empty() {
            gaps.push(which_place(subject));
        }
        Open {
            gaps,
            may_deny,
            seen: unique(seen),
            in_one_place,
        }
    }

    /// Whether it is denied or nothing allows it.
    pub fn stops(&self) -> bool {
        match self {
            Self::Denied { .. } | Self::Missing { .. } => true,
            Self::Allowed { .. } | Self::Open { .. } => false,
        }
    }

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
    fn or_silence(mut self, of: &[Party], gap: Gap) -> Self {
        if let Self::Denied { silent, unless, .. } = &mut self {
            *silent = each_once([silent.as_slice(), of].concat());
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
            } => Self::open(denies.gaps, denies.seen),
            Self::Denied {
                by,
                unless: Some(gap),
                ..
            } => Self::open(vec![*gap], by),
            Self::Missing { denies: None, .. }
            | Self::Allowed { .. }
            | Self::Denied { unless: None, .. }
            | Self::Open { .. } => self,
        }
    }

    /// The ruling on an action that something else allows: what is left is what denies.
    pub fn that_denies(self) -> Self {
        match self.where_silence_is_enough() {
            Self::Denied {
                by,
                statements,
                unless,
                ..
            } => Self::Denied {
                by,
                statements,
                silent: Vec::new(),
                unless,
            },
            other @ (Self::Allowed { .. } | Self::Missing { .. } | Self::Open { .. }) => other,
        }
    }

    /// The ruling where a Deny may strike besides: what would be allowed is open then.
    pub fn unless(self, denies: OpenDeny) -> Self {
        match self {
            Self::Allowed { by: seen, .. } => Self::open(denies.gaps, [seen, denies.seen].concat()),
            Self::Open { gaps, seen, .. } => {
                Self::open([gaps, denies.gaps].concat(), [seen, denies.seen].concat())
            }
            Self::Missing { near, parties, .. } => Self::Missing {
                near,
                parties,
                denies: Some(denies),
            },
            denied @ Self::Denied { .. } => denied,
        }
    }
}

/// The gap that is left where it matters in which Region a service uses a key, or is called for a copy to another; or whether what is
/// made of a thing counts as having its tags.
fn which_place(subject: &Arn) -> Gap {
    let what = match subject.service() {
        "kms" => "kms:ViaService",
        "backup" => "in which of its two Regions the copy makes this call",
        _ => "whether such a condition counts for the backup that is made",
    };
    Gap::not_told(what, subject.as_str()).where_is(subject)
}

/// Each once, sorted.
fn each_once<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort_unstable();
    all.dedup();
    all
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
