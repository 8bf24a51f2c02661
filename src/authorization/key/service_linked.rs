//! What AWS's own policy of the service-linked role allows it.

use std::sync::Arc;

use crate::catalog::calls::api_call;
use crate::catalog::managed_policies::SERVICE_LINKED_ROLE_POLICY;
use crate::inventory::{Facts, Policy, Question, built_in};
use crate::known::{Arn, Gap};
use crate::policy::{PolicyDecision, Request, decide_identity};
use crate::verdict::Evidence;

use super::super::context::gap_of_key;
use super::super::kept_by_aws::not_of_its_service;
use super::super::located::LocatedPolicy;
use super::super::ruling::{Party, Ruling};
use super::question::KeyUseQuestion;

/// The service-linked role's own policy, which is AWS's.
pub fn role_may(
    facts: &Facts<'_>,
    question: &KeyUseQuestion,
    request: &Request,
    action: &'static str,
    seen: Vec<Evidence>,
) -> Ruling {
    let Own {
        policies,
        contradicted,
    } = service_linked_role_policies(facts, &question.principal);
    let documents: Vec<_> = policies.iter().map(Policy::document).collect();
    let Some(first) = documents.first() else {
        let role = &question.principal;
        let gap = facts.gap(
            api_call!("iam:ListAttachedRolePolicies"),
            role.as_str(),
            role.account(),
            None,
        );
        return Ruling::not_known_to_allow(vec![gap], seen);
    };
    let asked = LocatedPolicy::new(&question.principal, "/AttachedPolicies/0/Document", first);
    match decide_identity(request, &documents, None) {
        PolicyDecision::Allowed { .. } => match contradicted {
            Some(gap) => Ruling::not_known_to_allow(vec![gap], seen),
            None => Ruling::allowed(seen),
        },
        PolicyDecision::Denied { by, .. } => Ruling::missing(
            Party::Principal,
            asked.statements(&by, action, &request.context),
        ),
        PolicyDecision::NotAllowed { near, .. } => {
            Ruling::missing(Party::Principal, asked.near(&near, action))
        }
        PolicyDecision::Unknown { statements, keys } => {
            let gap = |key: &String| gap_of_key(key, facts, &question.principal, &question.key);
            let gaps = keys.iter().map(gap).collect();
            Ruling::not_known_to_allow(gaps, asked.open(&statements, &keys))
        }
    }
}

/// AWS Backup's service-linked role in an account, whose policies are asked many things.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ServiceLinkedPoliciesQuestion(Arn);

/// The policies of AWS Backup's service-linked role, and what is told of it that it cannot be.
#[derive(Clone)]
struct Own {
    policies: Arc<[Policy]>,
    contradicted: Option<Gap>,
}

/// The policies of AWS Backup's service-linked role: those that were read, else the one that is built in.
fn service_linked_role_policies(facts: &Facts<'_>, role: &Arn) -> Own {
    facts.answer(&ServiceLinkedPoliciesQuestion(role.clone()))
}

impl Question for ServiceLinkedPoliciesQuestion {
    type Answer = Own;

    fn answer(&self, facts: &Facts<'_>) -> Own {
        Own {
            policies: policies_of(&self.0, facts),
            contradicted: not_of_its_service(facts, &self.0),
        }
    }
}

fn policies_of(role: &Arn, facts: &Facts<'_>) -> Arc<[Policy]> {
    let read = facts.role_policies(role).known().flatten();
    let read: Vec<Policy> = read
        .into_iter()
        .flat_map(|policies| policies.identity)
        .filter_map(|policy| policy.policy.known())
        .collect();
    if !read.is_empty() {
        return read.into();
    }
    Arn::parse(SERVICE_LINKED_ROLE_POLICY)
        .ok()
        .filter(|policy| policy.partition() == role.partition())
        .as_ref()
        .and_then(built_in)
        .into_iter()
        .collect()
}
