//! May the copy role do something by its own policies, boundary included?

use std::sync::Arc;

use smol_str::StrExt as _;

use crate::inventory::{Facts, PolicyInForce, Question, RolePolicies};
use crate::known::{Arn, Fact, Gap};
use crate::policy::{
    Context, Document, Effect, NearMiss, PolicyDecision, PolicyType, Request, StatementRef, Truth,
    always_allow, decide_identity,
};
use crate::verdict::Evidence;

use super::context::{Variants, gap_of_key};
use super::kept_by_aws::not_of_its_service;
use super::key::{NamedByKey, named_by_key};
use super::located::LocatedPolicy;
use super::request::{Action, RoleRequest};
use super::ruling::{OpenDeny, Party, Ruling};
use super::rulings::Ruled;
use super::unread::stops_nothing;

/// Whether a key that names the role itself does in place of the role's own policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByKey {
    /// It does.
    Counts,
    /// Only the role's own policies are asked.
    Ignored,
}

/// Whether a key that names the role can do in place of the role's own policies.
pub fn may_go_by_key(request: &RoleRequest) -> bool {
    request.actions.iter().any(|action| is_of_key(action))
}

fn is_of_key(action: &str) -> bool {
    action.starts_with("kms:")
}

/// Whether the role's own policies were read and allow the actions of a request whatever else it carries, so that none need be made.
pub fn always_allowed(facts: &Facts<'_>, role: &Arn, request: &RoleRequest) -> bool {
    let Fact::Known(Some(policies)) = policies(facts, role) else {
        return false;
    };
    fn text(policy: &PolicyInForce) -> Option<&Document> {
        let policy = policy.policy.as_ref().known();
        policy.map(|policy| policy.document())
    }
    let identity: Option<Vec<_>> = policies.identity.iter().map(text).collect();
    let (Some(identity), boundary) = (identity, policies.boundary.as_ref().map(text)) else {
        return false;
    };
    let allow = |documents: &[&Document], action: &str| {
        // Nothing is said of a key, which is used by way of a service: its requests are of many kinds.
        always_allow(documents, action, || {
            request.template.done_to(facts).unwrap_or_default()
        })
    };
    let allows = |action: &&str| {
        let action = action.to_ascii_lowercase_smolstr();
        let within = |boundary: Option<&Document>| {
            boundary.is_some_and(|boundary| allow(&[boundary], &action))
        };
        allow(&identity, &action) && boundary.is_none_or(within)
    };
    request.actions.iter().all(allows)
}

/// Whether the role's own policies were read and hold no Deny of a service, so that none can forbid what only a Deny does.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DeniesNothing {
    pub role: Arn,
    pub service: &'static str,
}

impl Question for DeniesNothing {
    type Answer = bool;

    fn answer(&self, facts: &Facts<'_>) -> bool {
        let Fact::Known(Some(policies)) = policies(facts, &self.role) else {
            return false;
        };
        let mut each = policies.identity.iter().chain(&policies.boundary);
        each.all(|policy| {
            let policy = policy.policy.as_ref().known();
            policy.is_some_and(|policy| !policy.document().may_deny(self.service))
        })
    }
}

/// Whether a policy of the role that is not AWS's allows anything of AWS Backup. `None`: there is no such role.
pub fn has_own_allowance(facts: &Facts<'_>, role: &Arn) -> Fact<Option<bool>> {
    policies(facts, role).map(|policies| {
        let allows = |policy: &PolicyInForce| {
            let text = policy.policy.as_ref().known();
            !policy.is_of_aws && text.is_some_and(|text| text.document().may_allow("backup"))
        };
        Some(policies?.identity.iter().any(allows))
    })
}

/// What the role's own policies say to the actions of a request.
pub fn rule(
    facts: &Facts<'_>,
    role: &Arn,
    request: &RoleRequest,
    variants: &[Variants],
    by_key: ByKey,
) -> Fact<Option<Ruled>> {
    policies(facts, role).map(|policies| {
        let policies = policies?;
        let read = Read::of(&policies);
        let rule = |(action, variants): &Variants| {
            let asked = request.about(action);
            let rulings = variants.iter();
            let rulings = rulings.map(|variant| read.rule(facts, role, &asked, variant, by_key));
            let several = request.template.several();
            let ruling = several.together(rulings, &request.subject);
            // A text that is not an ARN makes no request that anything could allow.
            let ruling = ruling.unwrap_or_else(|| Ruling::missing(Party::Principal, Vec::new()));
            (*action, ruling)
        };
        Some(variants.iter().map(rule).collect())
    })
}

/// A role, whose policies are asked many things.
#[derive(Clone, PartialEq, Eq, Hash)]
struct RolePoliciesQuestion(Arn);

/// The policies in force on the role. `None`: no such role.
pub fn policies(facts: &Facts<'_>, role: &Arn) -> Fact<Option<Arc<RolePolicies>>> {
    facts.answer(&RolePoliciesQuestion(role.clone()))
}

impl Question for RolePoliciesQuestion {
    type Answer = Fact<Option<Arc<RolePolicies>>>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        let role = &self.0;
        let policies = facts.role_policies(role);
        policies.map(|policies| {
            let mut policies = policies?;
            // One that contradicts itself lets nothing through on what it says.
            let contradicted = not_of_its_service(facts, role);
            policies
                .identity
                .extend(contradicted.map(|gap| PolicyInForce {
                    name: "its own policy".to_owned(),
                    pointer: String::new(),
                    policy: Fact::unknown(gap),
                    is_of_aws: true,
                }));
            Some(Arc::new(policies))
        })
    }
}

/// The policies of a role that were read, and the gaps that the others leave.
struct Read<'a> {
    identity: Vec<&'a PolicyInForce>,
    /// Their texts; in place of one that was not read the one that stops nothing.
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
                Some((policy, stops_nothing()?))
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
        variant: &Request,
        by_key: ByKey,
    ) -> Ruling {
        let subject = asked.subject;
        let of_key = || match by_key {
            ByKey::Counts if is_of_key(asked.action) => {
                named_by_key(facts, role, subject, asked.action, variant)
            }
            ByKey::Counts | ByKey::Ignored => NamedByKey::No,
        };
        let depends = |statements: &[StatementRef], keys: &[String]| {
            let keyed = keys.iter();
            let keyed = keyed.map(|key| gap_of_key(key, facts, role, subject));
            let gaps: Vec<Gap> = keyed.chain(self.gaps.iter().cloned()).collect();
            (gaps, self.open(role, statements, keys))
        };
        let open = |statements: &[StatementRef], keys: &[String]| {
            let (gaps, seen) = depends(statements, keys);
            Ruling::open(gaps, seen)
        };
        let mut may_be_denied = None;
        let ruling = match self.ask(variant) {
            PolicyDecision::Denied { by, .. } => {
                return Ruling::Denied {
                    by: self.statements(role, &by, asked.action, &variant.context),
                    statements: Vec::new(),
                    silent: self.silent(variant, &of_key()),
                    unless: None,
                };
            }
            // A policy that was not read may hold a Deny.
            PolicyDecision::Allowed { .. } if self.gaps.is_empty() => {
                return Ruling::allowed(Vec::new());
            }
            PolicyDecision::Allowed { .. } => return open(&[], &[]),
            PolicyDecision::Unknown { statements, keys }
                if statements.iter().any(|at| at.effect == Effect::Deny) =>
            {
                return open(&statements, &keys);
            }
            PolicyDecision::Unknown { statements, keys } if self.gaps.is_empty() => {
                let (gaps, seen) = depends(&statements, &keys);
                Ruling::not_known_to_allow(gaps, seen)
            }
            PolicyDecision::Unknown { statements, keys } => open(&statements, &keys),
            PolicyDecision::NotAllowed {
                policy,
                near,
                denies,
                keys,
                ..
            } => {
                // Where the key allows it, a Deny that may strike is what decides.
                may_be_denied = (!denies.is_empty()).then(|| {
                    let (gaps, seen) = depends(&denies, &keys);
                    OpenDeny { gaps, seen }
                });
                let mut seen = self.near(role, &near, asked.action);
                if policy == PolicyType::Boundary {
                    Ruling::missing(Party::Boundary, seen)
                } else if self.is_left_out(variant) {
                    let says = format!(
                        "no statement of its policies allows {} either",
                        asked.action
                    );
                    seen.push(Evidence::of(role, says));
                    Ruling::missing_of(vec![Party::Principal, Party::Boundary], seen)
                } else {
                    Ruling::missing(Party::Principal, seen)
                }
            }
        };
        match (of_key(), may_be_denied) {
            (NamedByKey::No, None) => ruling,
            (NamedByKey::No, Some(denies)) => ruling.unless(denies),
            (NamedByKey::Yes | NamedByKey::Open(_), Some(denies)) => {
                Ruling::open(denies.gaps, denies.seen)
            }
            (NamedByKey::Open(gaps), None) => {
                let gaps = gaps.into_iter().chain(self.gaps.iter().cloned());
                Ruling::open(gaps.collect(), Vec::new())
            }
            (NamedByKey::Yes, None) => self.within_boundary(facts, role, asked, variant),
        }
    }

    /// The key names the role itself: only the boundary may still be silent, and an unread policy deny.
    fn within_boundary(
        &self,
        facts: &Facts<'_>,
        role: &Arn,
        asked: &Action<'_>,
        variant: &Request,
    ) -> Ruling {
        if !self.gaps.is_empty() {
            return Ruling::open(self.gaps.clone(), Vec::new());
        }
        let Some((_, boundary)) = self.boundary else {
            return Ruling::allowed(Vec::new());
        };
        match decide_identity(variant, &[boundary], None) {
            PolicyDecision::Allowed { .. } => Ruling::allowed(Vec::new()),
            PolicyDecision::Denied { .. } | PolicyDecision::NotAllowed { .. } => {
                Ruling::missing(Party::Boundary, Vec::new())
            }
            PolicyDecision::Unknown { keys, .. } => {
                let keyed = keys.iter();
                let gaps = keyed.map(|key| gap_of_key(key, facts, role, asked.subject));
                Ruling::open(gaps.collect(), Vec::new())
            }
        }
    }

    /// Who does not allow an action that is denied: the policies, unless the key names the role itself, and the boundary.
    fn silent(&self, variant: &Request, of_key: &NamedByKey) -> Vec<Party> {
        let by_policies = matches!(of_key, NamedByKey::No) && leaves_out(variant, &self.documents);
        let policies = by_policies.then_some(Party::Principal);
        let boundary = self.is_left_out(variant).then_some(Party::Boundary);
        policies.into_iter().chain(boundary).collect()
    }

    /// Whether the boundary leaves an action out: a policy that allows it would not be enough.
    fn is_left_out(&self, variant: &Request) -> bool {
        let boundary = self.boundary.as_ref();
        boundary.is_some_and(|(_, boundary)| leaves_out(variant, &[boundary]))
    }

    fn ask(&self, request: &Request) -> PolicyDecision {
        decide_identity(
            request,
            &self.documents,
            self.boundary.map(|(_, document)| document),
        )
    }

    fn find(&self, at: &StatementRef) -> Option<(&'a PolicyInForce, &'a Document)> {
        match at.policy {
            PolicyType::Identity => {
                let policy = self.identity.get(at.document)?;
                Some((policy, self.documents.get(at.document)?))
            }
            PolicyType::Boundary => self.boundary,
            PolicyType::Resource | PolicyType::Scp | PolicyType::Rcp => None,
        }
    }

    fn asked(&self, role: &Arn, at: &StatementRef) -> Option<LocatedPolicy<'a>> {
        let (policy, document) = self.find(at)?;
        Some(LocatedPolicy {
            subject: role.into(),
            pointer: &policy.pointer,
            document,
            of: policy.name.as_str().into(),
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

/// Whether no statement of these allows an action, denied or not.
fn leaves_out(variant: &Request, documents: &[&Document]) -> bool {
    match decide_identity(variant, documents, None) {
        PolicyDecision::NotAllowed { .. } => true,
        PolicyDecision::Denied { allow, .. } => allow == Truth::False,
        PolicyDecision::Allowed { .. } | PolicyDecision::Unknown { .. } => false,
    }
}
