//! AWS Organizations: the account's organization, its place in it, and the control policies in force.
//!
//! See <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html>.

mod accounts;
mod control_policies;
mod effective;

use aws_sdk_organizations::types::PolicyType;

use crate::catalog::calls::api_call;
use crate::inventory::{Field, Organization};
use crate::known::AccountId;

use super::found::{Found, Place};
use super::once::Once;
use super::paging::pages;
use super::reply::{CallError, Reply};
use super::session::Session;
use super::shape::Shape;
use control_policies::{Levels, levels};

pub use accounts::{Choice, Chosen, accounts};
pub use effective::{backup_policy, tag_policy};

/// What was read of AWS Organizations with an account's credentials.
#[derive(Default)]
struct OrganizationRead {
    organization: Once<(), Reply<Option<Shape>>>,
    parents: Once<String, Reply<Option<String>>>,
}

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

/// Who can read the organization that an account is in: the management account's credentials where it is theirs, else
/// the account's own.
pub async fn reader<'a>(session: &'a Session, management: Option<&'a Session>) -> &'a Session {
    let Some(management) = management else {
        return session;
    };
    let id = async |session| match organization(session).await {
        Ok(Some(shape)) => shape.text("Id").map(str::to_owned),
        Ok(None) | Err(_) => None,
    };
    let (ours, theirs) = tokio::join!(id(session), id(management));
    if ours.is_some() && ours == theirs {
        management
    } else {
        session
    }
}

/// The account's organization, its place in it, and the control policies in force on it. `session`: of the account, or
/// of another in its organization; `reader`: who asks for all but the organization itself.
pub async fn membership(
    session: &Session,
    reader: &Session,
    account: AccountId,
) -> Found<Membership> {
    let place = Place::global(account);
    let subject = account.to_string();
    let unread = || place.unasked(api_call!("organizations:ListPoliciesForTarget"), &subject);
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
        Err(error) => {
            let gap = place.gap(
                api_call!("organizations:DescribeOrganization"),
                &subject,
                &error,
            );
            return nothing(Field::Absent, vec![gap, unread()]);
        }
    };
    let manages = shape.text("MasterAccountId") == Some(&subject);
    let way = way(reader, account).await;
    let mut gaps = Vec::new();
    let path = match (&way, shape.text("Id")) {
        (Ok(way), Some(id)) => {
            let above = way.iter().take(way.len().saturating_sub(1));
            Some(above.fold(format!("{id}/"), |path, step| format!("{path}{step}/")))
        }
        (Ok(_), None) => None,
        (Err(error), _) => {
            gaps.push(place.gap(api_call!("organizations:ListParents"), &subject, error));
            None
        }
    };
    // That another account is in the organization is only known where its place in it was found.
    if way.is_err() && session.account() != account {
        gaps.extend([
            place.unasked(api_call!("organizations:DescribeOrganization"), &subject),
            unread(),
        ]);
        return nothing(Field::Absent, gaps);
    }
    let organization = match shape.with("Path", path).read() {
        Ok(organization) => Field::Is(organization),
        Err(error) => {
            let gap = place.gap(
                api_call!("organizations:DescribeOrganization"),
                &subject,
                &error,
            );
            return nothing(Field::Absent, vec![gap, unread()]);
        }
    };
    let (service, resource) = match way {
        // No control policy restrains the management account.
        _ if manages => (Field::Is(Vec::new()), Field::Is(Vec::new())),
        Ok(way) => {
            let (service, resource) = tokio::join!(
                levels(reader, account, &way, PolicyType::ServiceControlPolicy),
                levels(reader, account, &way, PolicyType::ResourceControlPolicy),
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
                let org = answer.organization().ok_or_else(CallError::unreadable)?;
                let shape = Shape::new()
                    .with("Id", org.id())
                    .with("MasterAccountId", org.master_account_id())
                    .with("FeatureSet", org.feature_set().map(|set| set.as_str()));
                Ok(Some(shape))
            }
            Err(error) if error.code == "AWSOrganizationsNotInUseException" => Ok(None),
            Err(error) => Err(error),
        }
    };
    session
        .memory::<OrganizationRead>()
        .organization
        .get((), read)
        .await
}

/// From the root to the account, the account included.
async fn way(session: &Session, account: AccountId) -> Reply<Vec<String>> {
    let mut way = vec![account.to_string()];
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
    Err(CallError::unreadable())
}

async fn parent(session: &Session, child: String) -> Reply<Option<String>> {
    let call = session.organizations().list_parents().child_id(&child);
    let read = async {
        let parents: Vec<String> = pages!(session, call.into_paginator(), page => {
            page.parents().iter().filter_map(|parent| parent.id().map(str::to_owned)).collect::<Vec<_>>()
        })?;
        Ok(parents.into_iter().next())
    };
    session
        .memory::<OrganizationRead>()
        .parents
        .get(child, read)
        .await
}
