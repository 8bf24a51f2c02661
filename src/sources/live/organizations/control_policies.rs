//! The control policies in force on an account.

use std::sync::Arc;

use aws_sdk_organizations::types::{PolicyType, Root};
use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::{ControlPolicy, Field, Policy};
use crate::known::{AccountId, ApiCall, Gap};
use crate::sources::live::found::{Found, Place, settled_by};
use crate::sources::live::once::Once;
use crate::sources::live::once::each;
use crate::sources::live::paging::pages;
use crate::sources::live::reply::{CallError, CallErrorKind, Reply, about};
use crate::sources::live::session::Session;
use crate::sources::live::shape::Shape;

/// What was read of control policies with an account's credentials.
#[derive(Default)]
struct ControlPoliciesRead {
    enabled: Once<(), Reply<Arc<Vec<PolicyType>>>>,
    attached: Once<(String, PolicyType), Reply<Vec<PolicySummary>>>,
    policies: Once<String, Reply<String>>,
}

/// A control policy's id and name.
pub type PolicySummary = (String, String);

/// One list a level, root first.
pub type Levels = Vec<Vec<ControlPolicy>>;

/// The control policies of a kind at each level of the way. Where the organization has not enabled the kind, none is
/// in force, whatever is attached.
pub async fn levels(
    session: &Session,
    account: AccountId,
    way: &[String],
    kind: PolicyType,
) -> Found<Field<Levels>> {
    let gaps = |error: &CallError, call: ApiCall| -> Vec<Gap> {
        let (place, subject) = (Place::global(account), account.to_string());
        let wanted = api_call!("organizations:ListPoliciesForTarget");
        match error.kind {
            CallErrorKind::Refused | CallErrorKind::NotThere => {
                vec![settled_by(place.gap(wanted, &subject, error), call)]
            }
            _ if call == wanted => vec![place.gap(wanted, &subject, error)],
            // It was the other call that failed, and no permission that was missing.
            CallErrorKind::Throttled | CallErrorKind::Failed => {
                let other = place.gap(call, &subject, error);
                vec![other, place.unasked(wanted, &subject)]
            }
        }
    };
    match enabled(session).await {
        Ok(kinds) if !kinds.contains(&kind) => return Found::all(Field::Is(Vec::new())),
        Ok(_) => {}
        Err(error) => {
            return Found {
                value: Field::Absent,
                gaps: gaps(&error, api_call!("organizations:ListRoots")),
            };
        }
    }
    let tasks = way.iter().map(|target| {
        let (session, target, kind) = (session.clone(), target.clone(), kind.clone());
        async move { level(&session, target, kind).await }
    });
    let mut levels = Levels::new();
    for read in each(tasks).await {
        match read {
            Ok(level) => levels.push(level),
            Err((error, call)) => {
                return Found {
                    value: Field::Absent,
                    gaps: gaps(&error, call),
                };
            }
        }
    }
    Found::all(Field::Is(levels))
}

async fn enabled(session: &Session) -> Reply<Arc<Vec<PolicyType>>> {
    let read = async {
        let call = session.organizations().list_roots();
        let roots: Vec<Root> =
            pages!(session, call.into_paginator(), page => page.roots().to_vec())?;
        // Every organization has a root. A kind that is being switched on or off may be in force.
        let [_, ..] = roots.as_slice() else {
            return Err(CallError::unreadable());
        };
        let kinds = roots.iter().flat_map(Root::policy_types);
        Ok(Arc::new(
            kinds.filter_map(|kind| kind.r#type().cloned()).collect(),
        ))
    };
    session
        .memory::<ControlPoliciesRead>()
        .enabled
        .get((), read)
        .await
}

async fn level(
    session: &Session,
    target: String,
    kind: PolicyType,
) -> Result<Vec<ControlPolicy>, (CallError, ApiCall)> {
    let call = session
        .organizations()
        .list_policies_for_target()
        .target_id(&target)
        .filter(kind.clone());
    let read = async {
        let mut policies: Vec<PolicySummary> = pages!(session, call.into_paginator(), page => {
            page.policies().iter().filter_map(|policy| {
                Some((policy.id()?.to_owned(), policy.name()?.to_owned()))
            }).collect::<Vec<_>>()
        })?;
        policies.sort();
        Ok(policies)
    };
    let attached = session
        .memory::<ControlPoliciesRead>()
        .attached
        .get((target, kind), read)
        .await
        .map_err(|error| (error, api_call!("organizations:ListPoliciesForTarget")))?;
    let tasks = attached.into_iter().map(|(id, name)| {
        let session = session.clone();
        async move {
            let text = document(&session, &id).await?;
            Shape::new()
                .with("Id", Some(id))
                .with("Name", Some(name))
                .with("Document", Some(Value::from(text)))
                .read()
        }
    });
    each(tasks)
        .await
        .into_iter()
        .collect::<Reply<Vec<_>>>()
        .map_err(|error| (error, api_call!("organizations:DescribePolicy")))
}

async fn document(session: &Session, id: &str) -> Reply<String> {
    let call = session
        .organizations()
        .describe_policy()
        .policy_id(id)
        .send();
    let read = async {
        let answer = session.ask(call).await?;
        let policy = answer.policy().ok_or_else(CallError::unreadable)?;
        if let Some(summary) = policy.policy_summary() {
            about(summary.id(), id)?;
        }
        let text = policy.content();
        let text = text.ok_or_else(CallError::unreadable)?;
        Policy::parse(text).map_err(|_| CallError::unreadable())?;
        Ok(text.to_owned())
    };
    session
        .memory::<ControlPoliciesRead>()
        .policies
        .get(id.to_owned(), read)
        .await
}
