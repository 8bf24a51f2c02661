//! May the copy role do something by its own policies, boundary included?

use std::sync::Arc;

use crate::inventory::{Facts, PolicyInForce, RolePolicies};
use crate::known::{Arn, Fact, Gap};
use crate::policy::{
    Context, Document, Effect, Kind, NearMiss, Request, Side, StatementRef, identity_side,
};
use crate::verdict::Evidence;

use super::asked::Asked;
use super::context::{Forms, gap_of_key};
use super::form::Several;
use super::key::{Named, named_by_key, via_service};
use super::request::{Action, RoleRequest};
use super::rulings::unique;

/// What a role's own policies say to one request.
#[derive(Clone, Debug)]
pub enum RoleRuling {
    /// They allow it.
    Allowed,
    /// A Deny forbids it.
    Denied {
        /// By what.
        seen: Vec<Evidence>,
    },
    /// Nothing allows it.
    Missing {
        /// Whether it is the permissions boundary that is silent.
        by_boundary: bool,
        /// What comes near.
        seen: Vec<Evidence>,
    },
    /// It depends on what was not read.
    Open {
        /// What.
        gaps: Vec<Gap>,
        /// The statements that are open.
        seen: Vec<Evidence>,
    },
}

/// Whether a key that names the role itself does in place of the role's own policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByKey {
    /// It does.
    Counts,
    /// Only the role's own policies are asked.
    Ignored,
}

/// What the role's own policies say to the actions of a request.
pub fn rule(
    facts: &Facts<'_>,
    role: &Arn,
    request: &RoleRequest,
    forms: &[Forms],
    by_key: ByKey,
) -> Fact<Option<Vec<RoleRuling>>> {
    policies(facts, role).map(|policies| {
        let policies = policies?;
        let read = Read::of(&policies);
        let rule = |(action, forms): &Forms| {
            let asked = request.about(action);
            let rulings = forms.iter();
            let rulings = rulings.map(|form| read.rule(facts, role, &asked, form, by_key));
            let ruling = rulings.reduce(|one, other| match request.form.several() {
                Several::OneCounts => either(one, other, &request.subject),
                Several::AllCount => both(one, other),
            });
            // An ARN that is none makes no request that anything could allow.
            ruling.unwrap_or(RoleRuling::Missing {
                by_boundary: false,
                seen: Vec::new(),
            })
        };
        Some(forms.iter().map(rule).collect())
    })
}

/// A role, whose policies are asked many things.
#[derive(Clone, PartialEq, Eq, Hash)]
struct OfRole(Arn);

/// The policies in force on the role. `None`: no such role.
pub fn policies(facts: &Facts<'_>, role: &Arn) -> Fact<Option<Arc<RolePolicies>>> {
    facts.once(&OfRole(role.clone()), |OfRole(role), facts| {
        let policies = facts.role_policies(role);
        policies.map(|policies| policies.map(Arc::new))
    })
}

/// The request comes in both forms: what stops it in one of them stops it.
fn both(one: RoleRuling, other: RoleRuling) -> RoleRuling {
    use RoleRuling::{Allowed, Denied, Missing, Open};
    match (one, other) {
        (one @ Denied { .. }, _) | (_, one @ Denied { .. }) => one,
        (one @ Missing { .. }, _) | (_, one @ Missing { .. }) => one,
        (one @ Open { .. }, _) | (_, one @ Open { .. }) => one,
        (Allowed, Allowed) => Allowed,
    }
}

/// Nobody knows in which of two forms the request comes: where the answers differ, neither stands.
fn either(one: RoleRuling, other: RoleRuling, subject: &Arn) -> RoleRuling {
    use RoleRuling::{Allowed, Denied, Missing, Open};
    match (one, other) {
        (Allowed, Allowed) => Allowed,
        (one @ Denied { .. }, Denied { .. } | Missing { .. })
        | (Missing { .. }, one @ Denied { .. })
        | (one @ Missing { .. }, Missing { .. }) => one,
        (one, other) => {
            let (mut all, mut evidence) = (Vec::new(), Vec::new());
            for ruling in [one, other] {
                match ruling {
                    Allowed => {}
                    Denied { seen } | Missing { seen, .. } => evidence.extend(seen),
                    Open { gaps, seen } => {
                        all.extend(gaps);
                        evidence.extend(seen);
                    }
                }
            }
            if all.is_empty() {
                all.push(via_service(subject));
            }
            Open {
                gaps: all,
                seen: unique(evidence),
            }
        }
    }
}

/// The policies of a role that were read, and the gaps that the others leave.
struct Read<'a> {
    identity: Vec<&'a PolicyInForce>,
    /// Their texts.
    documents: Vec<&'a Document>,
    boundary: Option<(&'a PolicyInForce, &'a Document)>,
    gaps: Vec<Gap>,
}

impl<'a> Read<'a> {
    fn of(policies: &'a RolePolicies) -> Self {
        let mut gaps = Vec::new();
        let mut read = |policy: &'a PolicyInForce| match &policy.policy {
            Fact::Known(document) => Some((policy, document.document())),
            Fact::Unknown(gap) => {
                gaps.push((**gap).clone());
                None
            }
        };
        let (identity, documents) = policies.identity.iter().filter_map(&mut read).unzip();
        let boundary = policies.boundary.as_ref().and_then(&mut read);
        Self {
            identity,
            documents,
            boundary,
            gaps,
        }
    }

    fn rule(
        &self,
        facts: &Facts<'_>,
        role: &Arn,
        asked: &Action<'_>,
        form: &Request,
        by_key: ByKey,
    ) -> RoleRuling {
        let subject = asked.subject;
        let of_key = || match by_key {
            ByKey::Counts if asked.action.starts_with("kms:") => {
                named_by_key(facts, role, subject, asked.action, form)
            }
            ByKey::Counts | ByKey::Ignored => Named::No,
        };
        let open = |statements: &[StatementRef], keys: &[String]| RoleRuling::Open {
            gaps: keys
                .iter()
                .map(|key| gap_of_key(key, facts, role, subject))
                .chain(self.gaps.iter().cloned())
                .collect(),
            seen: self.open(role, statements, keys),
        };
        let mut may_be_denied = None;
        let ruling = match self.ask(form) {
            Side::Denied { by, .. } => {
                return RoleRuling::Denied {
                    seen: self.statements(role, &by, asked.action, &form.context),
                };
            }
            // A policy that was not read may hold a Deny.
            Side::Allowed { .. } if self.gaps.is_empty() => return RoleRuling::Allowed,
            Side::Allowed { .. } => return open(&[], &[]),
            Side::Unknown { statements, keys }
                if statements.iter().any(|at| at.effect == Effect::Deny) =>
            {
                return open(&statements, &keys);
            }
            Side::Unknown { statements, keys } => open(&statements, &keys),
            // A policy that was not read may allow it, unless it is one that only limits.
            Side::NotAllowed {
                policy: Kind::Identity,
                ..
            } if !self.gaps.is_empty() => open(&[], &[]),
            Side::NotAllowed {
                policy,
                near,
                denies,
                keys,
                ..
            } => {
                // Where the key allows it, a Deny that may strike is what decides.
                may_be_denied = (!denies.is_empty()).then(|| open(&denies, &keys));
                RoleRuling::Missing {
                    by_boundary: policy == Kind::Boundary,
                    seen: self.near(role, &near, asked.action),
                }
            }
        };
        match (of_key(), may_be_denied) {
            (Named::No, _) => ruling,
            (Named::Yes | Named::Open(_), Some(open)) => open,
            (Named::Open(gaps), None) => RoleRuling::Open {
                gaps: gaps.into_iter().chain(self.gaps.iter().cloned()).collect(),
                seen: Vec::new(),
            },
            (Named::Yes, None) => self.within_boundary(facts, role, asked, form),
        }
    }

    /// The key names the role itself: only the boundary may still be silent, and an unread policy deny.
    fn within_boundary(
        &self,
        facts: &Facts<'_>,
        role: &Arn,
        asked: &Action<'_>,
        form: &Request,
    ) -> RoleRuling {
        if !self.gaps.is_empty() {
            return RoleRuling::Open {
                gaps: self.gaps.clone(),
                seen: Vec::new(),
            };
        }
        let Some((_, boundary)) = self.boundary else {
            return RoleRuling::Allowed;
        };
        match identity_side(form, &[boundary], None) {
            Side::Allowed { .. } => RoleRuling::Allowed,
            Side::Denied { .. } | Side::NotAllowed { .. } => RoleRuling::Missing {
                by_boundary: true,
                seen: Vec::new(),
            },
            Side::Unknown { keys, .. } => RoleRuling::Open {
                gaps: keys
                    .iter()
                    .map(|key| gap_of_key(key, facts, role, asked.subject))
                    .collect(),
                seen: Vec::new(),
            },
        }
    }

    fn ask(&self, request: &Request) -> Side {
        identity_side(
            request,
            &self.documents,
            self.boundary.map(|(_, document)| document),
        )
    }

    fn find(&self, at: &StatementRef) -> Option<(&'a PolicyInForce, &'a Document)> {
        match at.policy {
            Kind::Identity => {
                let policy = self.identity.get(at.document)?;
                Some((policy, self.documents.get(at.document)?))
            }
            Kind::Boundary => self.boundary,
            Kind::Resource | Kind::Scp | Kind::Rcp => None,
        }
    }

    fn asked(&self, role: &Arn, at: &StatementRef) -> Option<Asked<'a>> {
        let (policy, document) = self.find(at)?;
        Some(Asked {
            subject: role.into(),
            pointer: &policy.pointer,
            document,
        })
    }

    fn statements(
        &self,
        role: &Arn,
        refs: &[StatementRef],
        action: &str,
        context: &Context,
    ) -> Vec<Evidence> {
        refs.iter()
            .filter(|at| at.effect == Effect::Deny)
            .filter_map(|at| Some(self.asked(role, at)?.statements(&[*at], action, context)))
            .flatten()
            .collect()
    }

    fn near(&self, role: &Arn, near: &[NearMiss], action: &str) -> Vec<Evidence> {
        near.iter()
            .filter_map(|miss| {
                Some(
                    self.asked(role, &miss.statement)?
                        .near(std::slice::from_ref(miss), action),
                )
            })
            .flatten()
            .collect()
    }

    fn open(&self, role: &Arn, refs: &[StatementRef], keys: &[String]) -> Vec<Evidence> {
        refs.iter()
            .filter_map(|at| Some(self.asked(role, at)?.open(&[*at], keys)))
            .flatten()
            .collect()
    }
}
