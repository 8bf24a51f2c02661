//! The control policies that bind an account, root first.

use crate::catalog::calls::api_call;
use crate::inventory::{ControlList, ControlPolicy, Facts, Field, Question};
use crate::known::{AccountId, Arn, Fact, Gap, part};
use crate::policy::Document;
use crate::verdict::ControlKind;

use super::super::unread::stops_nothing;

/// The policies of one kind that are in force on an account.
pub enum Levels<'a> {
    /// None binds.
    None,
    /// These, one list a level.
    Read {
        /// The policies.
        policies: &'a [Vec<ControlPolicy>],
        /// Their texts; in place of one that was not read the one that stops nothing.
        documents: Vec<Vec<&'a Document>>,
        /// The first that was not read; or that they are not as many as the account's place in the organization has.
        unread: Option<Box<Gap>>,
    },
    /// Not read.
    Unread(Box<Gap>),
}

impl<'a> Levels<'a> {
    /// Their texts, one list a level.
    pub fn documents(&self) -> &[Vec<&'a Document>] {
        match self {
            Self::None | Self::Unread(_) => &[],
            Self::Read { documents, .. } => documents,
        }
    }
}

impl Levels<'_> {
    /// What was not read of them.
    pub fn unread(&self) -> Option<&Gap> {
        match self {
            Self::None => None,
            Self::Read { unread, .. } => unread.as_deref(),
            Self::Unread(gap) => Some(gap),
        }
    }
}

/// Whether the control policies of two accounts let every request for an action of a service through, as the principal's and as the
/// resource's.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ThroughQuestion {
    principal: Option<AccountId>,
    resource: Option<AccountId>,
    service: &'static str,
}

/// Whether the service control policies on the principal's account, and the resource control policies on the resource's, let an action
/// through, whoever asks and for what: all of them were read, each level allows everything, and no Deny is about its service.
/// `None` is an account of which none are asked.
pub fn lets_through(
    facts: &Facts<'_>,
    principal: Option<AccountId>,
    resource: Option<AccountId>,
    action: &'static str,
) -> bool {
    facts.answer(&ThroughQuestion {
        principal,
        resource,
        service: part(action, 0).unwrap_or_default(),
    })
}

impl Question for ThroughQuestion {
    type Answer = bool;

    fn answer(&self, facts: &Facts<'_>) -> bool {
        let stops = |levels: &Levels<'_>, must_allow: bool| {
            let mut each = levels.documents().iter();
            levels.unread().is_some()
                || each.any(|level| {
                    let may_deny = |document: &&Document| document.may_deny(self.service);
                    let allows = level.iter().any(|document| document.allows_everything());
                    level.iter().any(may_deny) || must_allow && !allows
                })
        };
        let of = |account: Option<AccountId>, must_allow: bool| {
            account.is_some_and(|account| {
                let kind = if must_allow {
                    ControlKind::Service
                } else {
                    ControlKind::Resource
                };
                stops(&of_account(facts, account, kind), must_allow)
            })
        };
        !of(self.principal, true) && !of(self.resource, false)
    }
}

/// Service control policies bind every role but those of the management account.
pub fn of_principal<'a>(facts: &Facts<'a>, role: &Arn) -> Levels<'a> {
    let Some(account) = role.account() else {
        return Levels::None;
    };
    of_account(facts, account, ControlKind::Service)
}

/// Resource control policies bind what is in any account but the management account.
pub fn of_resource<'a>(facts: &Facts<'a>, account: Option<AccountId>) -> Levels<'a> {
    match account {
        None => Levels::None,
        Some(account) => of_account(facts, account, ControlKind::Resource),
    }
}

pub fn of_account<'a>(facts: &Facts<'a>, account: AccountId, kind: ControlKind) -> Levels<'a> {
    let list = match kind {
        ControlKind::Service => ControlList::Service,
        ControlKind::Resource => ControlList::Resource,
    };
    let policies = match kind {
        ControlKind::Service => facts.service_control_policies(account),
        ControlKind::Resource => facts.resource_control_policies(account),
    };
    let outside = matches!(facts.organization(account), Fact::Known(None));
    if outside || matches!(facts.is_management_account(account), Fact::Known(true)) {
        return Levels::None;
    }
    let unread = facts.control_policies_unread(account, list);
    match policies {
        Fact::Unknown(gap) => Levels::Unread(gap),
        Fact::Known(None) => Levels::None,
        Fact::Known(Some([])) => unread.map_or(Levels::None, Levels::Unread),
        Fact::Known(Some(levels)) => {
            let Some(stops_nothing) = stops_nothing() else {
                let call = api_call!("organizations:ListPoliciesForTarget");
                let gap = facts.gap(call, &account.to_string(), Some(account), None);
                return Levels::Unread(Box::new(gap));
            };
            let text = |policy| document(policy).unwrap_or(stops_nothing);
            let of_level = |level: &'a Vec<_>| level.iter().map(text).collect();
            Levels::Read {
                policies: levels,
                documents: levels.iter().map(of_level).collect(),
                unread,
            }
        }
    }
}

/// The text of a control policy: what was read, or AWS's own that allows everything.
fn document(policy: &ControlPolicy) -> Option<&Document> {
    match &policy.document {
        Field::Is(policy) => Some(policy.document()),
        Field::Null | Field::Absent if policy.allows_everything() => stops_nothing(),
        Field::Null | Field::Absent => None,
    }
}
