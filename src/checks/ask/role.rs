//! May the copy role do something by its own policies, boundary included?

use crate::catalog::requests::PLAIN_KEY_ACTIONS;
use crate::inventory::{Copy, Facts, PolicyInForce, RolePolicies};
use crate::known::{Arn, Fact, Gap};
use crate::policy::{Document, Effect, Kind, NearMiss, Request, Side, StatementRef, identity_side};
use crate::verdict::Evidence;

use super::context::gap_of_key;
use super::key::{Via, key_request};
use super::ruling::Asked;

/// What a role's own policies say to several actions.
pub enum RoleAnswer {
    /// They allow all of them.
    Allowed,
    /// A Deny forbids some.
    Denied {
        /// Which.
        actions: Vec<&'static str>,
        /// By what.
        seen: Vec<Evidence>,
    },
    /// Nothing allows some.
    Missing {
        /// Which.
        actions: Vec<&'static str>,
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
    /// There is no such role.
    NoRole,
}

/// Whether the role's own policies let it describe a key and make grants on it.
pub fn role_may_use_key(
    facts: &Facts<'_>,
    role: &Arn,
    key: &Arn,
    via: Via,
    copy: &Copy,
) -> RoleAnswer {
    let requests = PLAIN_KEY_ACTIONS
        .iter()
        .filter_map(|action| Some((*action, key_request(copy, facts, role, key, action, via)?)))
        .collect::<Vec<_>>();
    role_may(facts, role, key, &requests)
}

/// Whether the role's own policies allow these requests.
pub fn role_may(
    facts: &Facts<'_>,
    role: &Arn,
    subject: &Arn,
    requests: &[(&'static str, Request)],
) -> RoleAnswer {
    let policies = match facts.role_policies(role) {
        Fact::Known(Some(policies)) => policies,
        Fact::Known(None) => return RoleAnswer::NoRole,
        Fact::Unknown(gap) => {
            return RoleAnswer::Open {
                gaps: vec![*gap],
                seen: Vec::new(),
            };
        }
    };
    let read = Read::of(&policies);
    let (mut denied, mut missing) = (Vec::new(), Vec::new());
    let (mut seen, mut gaps) = (Vec::new(), read.gaps.clone());
    for (action, request) in requests {
        match read.ask(request) {
            Side::Denied { by } => {
                denied.push(*action);
                seen.extend(read.statements(role, &by, action));
            }
            // A policy that was not read may allow it, unless it is one that only limits.
            Side::NotAllowed {
                policy: Kind::Identity,
                ..
            } if !read.gaps.is_empty() => {}
            Side::NotAllowed { near, .. } => {
                missing.push(*action);
                seen.extend(read.near(role, &near, action));
            }
            Side::Allowed { .. } => {}
            Side::Unknown { statements, keys } => {
                gaps.extend(keys.iter().map(|key| gap_of_key(key, facts, role, subject)));
                seen.extend(read.open(role, &statements, &keys));
            }
        }
    }
    if !denied.is_empty() {
        RoleAnswer::Denied {
            actions: denied,
            seen,
        }
    } else if !missing.is_empty() {
        RoleAnswer::Missing {
            actions: missing,
            seen,
        }
    } else if !gaps.is_empty() {
        RoleAnswer::Open { gaps, seen }
    } else {
        RoleAnswer::Allowed
    }
}

/// The policies of a role that were read, and the gaps that the others leave.
struct Read<'a> {
    identity: Vec<(&'a PolicyInForce, &'a Document)>,
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
        let identity = policies.identity.iter().filter_map(&mut read).collect();
        let boundary = policies.boundary.as_ref().and_then(&mut read);
        Self {
            identity,
            boundary,
            gaps,
        }
    }

    fn ask(&self, request: &Request) -> Side {
        let documents: Vec<&Document> = self
            .identity
            .iter()
            .map(|(_, document)| *document)
            .collect();
        identity_side(
            request,
            &documents,
            self.boundary.map(|(_, document)| document),
        )
    }

    fn find(&self, at: &StatementRef) -> Option<(&'a PolicyInForce, &'a Document)> {
        match at.policy {
            Kind::Identity => self.identity.get(at.document).copied(),
            Kind::Boundary => self.boundary,
            Kind::Resource | Kind::Scp | Kind::Rcp => None,
        }
    }

    fn asked<'b>(&self, role: &'b Arn, at: &StatementRef) -> Option<Asked<'b>>
    where
        'a: 'b,
    {
        let (policy, document) = self.find(at)?;
        Some(Asked {
            subject: role,
            pointer: &policy.pointer,
            document,
        })
    }

    fn statements(&self, role: &Arn, refs: &[StatementRef], action: &str) -> Vec<Evidence> {
        refs.iter()
            .filter(|at| at.effect == Effect::Deny)
            .filter_map(|at| Some(self.asked(role, at)?.statements(&[*at], action)))
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
