//! AWS Organizations: the account's organization, its place in it, and the control policies in force.
//!
//! See <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html>.

use std::sync::Arc;

use aws_sdk_organizations::types::{PolicyType, PolicyTypeStatus};
use serde_json::Value;

use crate::inventory::{ControlPolicy, Field, Organization, Policy};
use crate::known::Gap;

use super::found::{Found, settled_by};
use super::once::{Once, each};
use super::reply::{Reply, Trouble, pages};
use super::session::Session;
use super::shape::Shape;

/// What was read of AWS Organizations with an account's credentials.
#[derive(Default)]
pub struct Memory {
    organization: Once<(), Reply<Option<Shape>>>,
    parents: Once<String, Reply<Option<String>>>,
    enabled: Once<(), Reply<Arc<Vec<PolicyType>>>>,
    attached: Once<(String, PolicyType), Reply<Vec<Attached>>>,
    policies: Once<String, Reply<String>>,
}

/// A control policy's id and name.
type Attached = (String, String);

type Levels = Vec<Vec<ControlPolicy>>;

/// What AWS Organizations says of an account.
#[derive(Debug)]
pub struct Membership {
    /// The organization. Null: the account is in none.
    pub organization: Field<Organization>,
    /// The service control policies in force, root first.
    pub service: Field<Levels>,
    /// The resource control policies in force, root first.
    pub resource: Field<Levels>,
}

/// Whether the account is in no organization; false where that was not read.
pub async fn in_none(session: &Session) -> bool {
    matches!(organization(session).await, Ok(None))
}

/// The account's organization, its place in it, and the control policies in force on it.
pub async fn membership(session: &Session) -> Found<Membership> {
    let account = session.account().to_string();
    let place = session.global();
    let unread = || place.unasked("organizations:ListPoliciesForTarget", &account);
    let nothing = |organization, gaps| Found {
        value: Membership {
            organization,
            service: Field::Absent,
            resource: Field::Absent,
        },
        gaps,
    };
    let shape = match organization(session).await {
        Ok(Some(shape)) => shape,
        Ok(None) => {
            return Found::all(Membership {
                organization: Field::Null,
                service: Field::Is(Vec::new()),
                resource: Field::Is(Vec::new()),
            });
        }
        Err(trouble) => {
            let gap = place.gap("organizations:DescribeOrganization", &account, &trouble);
            return nothing(Field::Absent, vec![gap, unread()]);
        }
    };
    let manages = shape.text("MasterAccountId") == Some(&account);
    let way = way(session).await;
    let mut gaps = Vec::new();
    let path = match (&way, shape.text("Id")) {
        (Ok(way), Some(id)) => {
            let above = way.iter().take(way.len().saturating_sub(1));
            Some(above.fold(format!("{id}/"), |path, step| format!("{path}{step}/")))
        }
        (Ok(_), None) => None,
        (Err(trouble), _) => {
            gaps.push(place.gap("organizations:ListParents", &account, trouble));
            None
        }
    };
    let organization = match shape.with("Path", path).read() {
        Ok(organization) => Field::Is(organization),
        Err(trouble) => {
            let gap = place.gap("organizations:DescribeOrganization", &account, &trouble);
            return nothing(Field::Absent, vec![gap, unread()]);
        }
    };
    let (service, resource) = match way {
        // No control policy restrains the management account.
        _ if manages => (Field::Is(Vec::new()), Field::Is(Vec::new())),
        Ok(way) => {
            let (service, resource) = tokio::join!(
                levels(session, &way, PolicyType::ServiceControlPolicy),
                levels(session, &way, PolicyType::ResourceControlPolicy),
            );
            (
                service.into_value(&mut gaps),
                resource.into_value(&mut gaps),
            )
        }
        Err(_) => {
            gaps.push(unread());
            (Field::Absent, Field::Absent)
        }
    };
    Found {
        value: Membership {
            organization,
            service,
            resource,
        },
        gaps,
    }
}

async fn organization(session: &Session) -> Reply<Option<Shape>> {
    let read = async {
        let call = session.organizations().describe_organization().send();
        match session.ask(call).await {
            Ok(answer) => {
                let org = answer.organization().ok_or_else(Trouble::unreadable)?;
                let shape = Shape::new()
                    .with("Id", org.id())
                    .with("MasterAccountId", org.master_account_id());
                Ok(Some(shape))
            }
            Err(trouble) if trouble.code == "AWSOrganizationsNotInUseException" => Ok(None),
            Err(trouble) => Err(trouble),
        }
    };
    session
        .memory()
        .organizations
        .organization
        .get((), read)
        .await
}

/// From the root to the account, the account included.
async fn way(session: &Session) -> Reply<Vec<String>> {
    let mut way = vec![session.account().to_string()];
    // An organization is at most five units deep; a circle would be an answer that cannot be read.
    for _ in 0..16 {
        let child = way.last().cloned().unwrap_or_default();
        match parent(session, child).await? {
            Some(parent) if parent.starts_with("r-") => {
                way.push(parent);
                way.reverse();
                return Ok(way);
            }
            Some(parent) => way.push(parent),
            None => break,
        }
    }
    Err(Trouble::unreadable())
}

async fn parent(session: &Session, child: String) -> Reply<Option<String>> {
    let call = session.organizations().list_parents().child_id(&child);
    let read = async {
        let parents: Vec<String> = pages!(session, call.into_paginator().send(), page => {
            page.parents().iter().filter_map(|parent| parent.id().map(str::to_owned)).collect::<Vec<_>>()
        })?;
        Ok(parents.into_iter().next())
    };
    session
        .memory()
        .organizations
        .parents
        .get(child, read)
        .await
}

/// The control policies of a kind at each level of the way. Where the organization has not enabled the kind, none is
/// in force, whatever is attached.
async fn levels(session: &Session, way: &[String], kind: PolicyType) -> Found<Field<Levels>> {
    let account = session.account().to_string();
    let gap = |trouble: &Trouble, permission: &str| -> Gap {
        let gap = session
            .global()
            .gap("organizations:ListPoliciesForTarget", &account, trouble);
        settled_by(gap, permission)
    };
    match enabled(session).await {
        Ok(kinds) if !kinds.contains(&kind) => return Found::all(Field::Is(Vec::new())),
        Ok(_) => {}
        Err(trouble) => {
            return Found {
                value: Field::Absent,
                gaps: vec![gap(&trouble, "organizations:ListRoots")],
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
            Err((trouble, permission)) => {
                return Found {
                    value: Field::Absent,
                    gaps: vec![gap(&trouble, permission)],
                };
            }
        }
    }
    Found::all(Field::Is(levels))
}

async fn enabled(session: &Session) -> Reply<Arc<Vec<PolicyType>>> {
    let read = async {
        let call = session.organizations().list_roots();
        let kinds: Vec<PolicyType> = pages!(session, call.into_paginator().send(), page => {
            page.roots().iter().flat_map(|root| root.policy_types())
                .filter(|kind| kind.status() == Some(&PolicyTypeStatus::Enabled))
                .filter_map(|kind| kind.r#type().cloned())
                .collect::<Vec<_>>()
        })?;
        Ok(Arc::new(kinds))
    };
    session.memory().organizations.enabled.get((), read).await
}

async fn level(
    session: &Session,
    target: String,
    kind: PolicyType,
) -> Result<Vec<ControlPolicy>, (Trouble, &'static str)> {
    let call = session
        .organizations()
        .list_policies_for_target()
        .target_id(&target)
        .filter(kind.clone());
    let read = async {
        let mut policies: Vec<Attached> = pages!(session, call.into_paginator().send(), page => {
            page.policies().iter().filter_map(|policy| {
                Some((policy.id()?.to_owned(), policy.name()?.to_owned()))
            }).collect::<Vec<_>>()
        })?;
        policies.sort();
        Ok(policies)
    };
    let attached = session
        .memory()
        .organizations
        .attached
        .get((target, kind), read)
        .await
        .map_err(|trouble| (trouble, "organizations:ListPoliciesForTarget"))?;
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
        .map_err(|trouble| (trouble, "organizations:DescribePolicy"))
}

async fn document(session: &Session, id: &str) -> Reply<String> {
    let call = session
        .organizations()
        .describe_policy()
        .policy_id(id)
        .send();
    let read = async {
        let answer = session.ask(call).await?;
        let text = answer.policy().and_then(|policy| policy.content());
        let text = text.ok_or_else(Trouble::unreadable)?;
        Policy::parse(text).map_err(|_| Trouble::unreadable())?;
        Ok(text.to_owned())
    };
    session
        .memory()
        .organizations
        .policies
        .get(id.to_owned(), read)
        .await
}
