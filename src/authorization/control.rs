//! Does the organization let the copy role do something? Its service control policies, and for keys the resource control
//! policies of the key's account.

use std::sync::LazyLock;

use serde_json::Value;
use smol_str::format_smolstr;

use crate::catalog::calls::api_call;
use crate::inventory::{Assumption, ControlPolicy, Facts, Field, Policy};
use crate::known::{AccountId, Arn, Fact, Gap};
use crate::policy::{Document, Effect, Kind, NearMiss, Request, Side, StatementRef, control_side};
use crate::verdict::Evidence;

use super::asked::Asked;
use super::context::{Forms, gap_of_key};
use super::form::Several;
use super::key::via_service;
use super::request::{Action, RoleRequest};
use super::rulings::unique;
use super::trust::{ASSUME, assume_request};

/// What the organization says to one request.
#[derive(Clone, Debug)]
pub enum ControlRuling {
    /// Its policies allow it, or none binds.
    Allowed,
    /// It was not read, and is taken for granted.
    Assumed,
    /// Only the policy simulator was asked, and it allows.
    Simulated,
    /// A Deny forbids it.
    Denied {
        /// By what.
        seen: Vec<Evidence>,
    },
    /// A level allows nothing of the kind.
    Missing {
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

/// What the organization says to the actions of a request.
pub fn rule(
    facts: &Facts<'_>,
    role: &Arn,
    request: &RoleRequest,
    forms: &[Forms],
) -> Vec<ControlRuling> {
    let resource_account = request.subject.account();
    let is_of_keys = request
        .actions
        .iter()
        .all(|action| action.starts_with("kms:"));
    let controls = Controls {
        doubts: doubts(facts, [role.account(), resource_account]),
        scps: of_principal(facts, role),
        rcps: if is_of_keys {
            of_resource(facts, resource_account)
        } else {
            Levels::None
        },
        account: role.account(),
        resource_account,
    };
    let rule = |(action, forms): &Forms| {
        let asked = request.about(action);
        let rulings = forms.iter();
        let rulings = rulings.map(|form| controls.rule(facts, role, &asked, form));
        let ruling = rulings.reduce(|one, other| match request.form.several() {
            Several::OneCounts => either(one, other, &request.subject),
            Several::AllCount => both(one, other),
        });
        ruling.unwrap_or(ControlRuling::Open {
            gaps: Vec::new(),
            seen: Vec::new(),
        })
    };
    forms.iter().map(rule).collect()
}

/// Whether the resource control policies on a role's account let AWS Backup assume it, acting for an account.
///
/// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>.
pub fn may_be_assumed(facts: &Facts<'_>, role: &Arn, source: AccountId) -> ControlRuling {
    let Some(form) = assume_request(facts, role, source) else {
        return ControlRuling::Allowed;
    };
    let controls = Controls {
        doubts: doubts(facts, [role.account(), None]),
        scps: Levels::None,
        rcps: of_resource(facts, role.account()),
        account: role.account(),
        resource_account: role.account(),
    };
    let asked = Action {
        action: ASSUME,
        subject: role,
        resource: role.as_str(),
    };
    let unread = |levels: &Levels<'_>| matches!(levels, Levels::Unread(_));
    // Where neither kind of policy was read, the simulator's word for the role's own requests stands for both.
    if unread(&controls.rcps)
        && unread(&of_principal(facts, role))
        && facts.simulated(role).is_some()
    {
        return ControlRuling::Allowed;
    }
    controls.rule(facts, role, &asked, &form)
}

/// What the service control policies on an account say to whoever it is that asks there.
pub enum Anybody {
    /// They deny it to nobody, or none binds.
    Free,
    /// They deny it to some, or may: it depends on who asks.
    ForSome,
    /// They deny it to everybody.
    Denied(Vec<Evidence>),
    /// It depends on what was not read.
    Open(Vec<Gap>, Vec<Evidence>),
}

/// Asks the service control policies on an account of a request by somebody there. `role`: whose simulation stands for
/// policies that were not read.
pub fn of_anybody(
    facts: &Facts<'_>,
    account: AccountId,
    role: Option<&Arn>,
    asked: &Action<'_>,
    form: &Request,
) -> Anybody {
    let controls = Controls {
        doubts: doubts(facts, [Some(account), None]),
        scps: of_account(facts, account, facts.service_control_policies(account)),
        rcps: Levels::None,
        account: Some(account),
        resource_account: None,
    };
    if let Levels::Unread(gap) = &controls.scps {
        let taken = facts.assumes(Assumption::OrganizationPoliciesAllow)
            || role.is_some_and(|role| facts.simulated(role).is_some());
        return if taken {
            Anybody::Free
        } else {
            Anybody::Open(vec![(**gap).clone()], Vec::new())
        };
    }
    match controls.by_policies(facts, asked.subject, asked, form) {
        ControlRuling::Denied { seen } | ControlRuling::Missing { seen } => {
            if controls.doubts.is_empty() {
                Anybody::Denied(seen)
            } else {
                Anybody::Open(controls.doubts, seen)
            }
        }
        ControlRuling::Open { gaps, .. } if gaps.iter().all(is_of_who_asks) => Anybody::ForSome,
        ControlRuling::Open { gaps, seen } => Anybody::Open(gaps, seen),
        ControlRuling::Allowed | ControlRuling::Assumed | ControlRuling::Simulated => Anybody::Free,
    }
}

/// Whether a gap is about whoever asks, or from where, which no facts tell.
pub fn is_of_who_asks(gap: &Gap) -> bool {
    match gap.untold() {
        Some(key) => key == "Principal" || key.contains(':'),
        None => gap.api_call() == Some(api_call!("iam:ListRoleTags")),
    }
}

/// The gaps that are left where an account may be the management account, which nothing binds.
fn doubts(facts: &Facts<'_>, accounts: [Option<AccountId>; 2]) -> Vec<Gap> {
    let doubt = |account| match facts.is_management_account(account) {
        Fact::Unknown(gap) => Some(*gap),
        Fact::Known(_) => None,
    };
    accounts.into_iter().flatten().filter_map(doubt).collect()
}

/// The policies of one kind that are in force on an account.
enum Levels<'a> {
    /// None binds.
    None,
    /// These, one list a level.
    Read {
        /// The policies.
        policies: &'a [Vec<ControlPolicy>],
        /// Their texts.
        documents: Vec<Vec<&'a Document>>,
    },
    /// Not read.
    Unread(Box<Gap>),
}

impl<'a> Levels<'a> {
    fn documents(&self) -> &[Vec<&'a Document>] {
        match self {
            Self::None | Self::Unread(_) => &[],
            Self::Read { documents, .. } => documents,
        }
    }
}

/// Service control policies bind every role but those of the management account.
fn of_principal<'a>(facts: &Facts<'a>, role: &Arn) -> Levels<'a> {
    let Some(account) = role.account() else {
        return Levels::None;
    };
    of_account(facts, account, facts.service_control_policies(account))
}

/// Resource control policies bind what is in any account but the management account.
fn of_resource<'a>(facts: &Facts<'a>, account: Option<AccountId>) -> Levels<'a> {
    match account {
        None => Levels::None,
        Some(account) => of_account(facts, account, facts.resource_control_policies(account)),
    }
}

fn of_account<'a>(
    facts: &Facts<'a>,
    account: AccountId,
    policies: Fact<Option<&'a [Vec<ControlPolicy>]>>,
) -> Levels<'a> {
    let outside = matches!(facts.organization(account), Fact::Known(None));
    if outside || matches!(facts.is_management_account(account), Fact::Known(true)) {
        return Levels::None;
    }
    match policies {
        Fact::Unknown(gap) => Levels::Unread(gap),
        Fact::Known(None) => Levels::None,
        Fact::Known(Some([])) => Levels::None,
        Fact::Known(Some(levels)) => {
            let text = |policy| document(policy).ok_or(policy);
            let of_level = |level: &'a Vec<_>| level.iter().map(text).collect();
            match levels.iter().map(of_level).collect() {
                Ok(documents) => Levels::Read {
                    policies: levels,
                    documents,
                },
                Err(policy) => Levels::Unread(Box::new(no_text(facts, account, policy))),
            }
        }
    }
}

/// The text of a control policy: what was read, or AWS's own that allows everything.
fn document(policy: &ControlPolicy) -> Option<&Document> {
    static EVERYTHING: LazyLock<Option<Policy>> = LazyLock::new(|| {
        Policy::parse(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
        )
        .ok()
    });
    match &policy.document {
        Field::Is(policy) => Some(policy.document()),
        Field::Null | Field::Absent => match policy.id.value() {
            Some(id) if &**id == "p-FullAWSAccess" || &**id == "p-RCPFullAWSAccess" => {
                EVERYTHING.as_ref().map(Policy::document)
            }
            Some(_) | None => None,
        },
    }
}

fn no_text(facts: &Facts<'_>, account: AccountId, policy: &ControlPolicy) -> Gap {
    let name = policy.id.value().map_or("", |id| id);
    facts.gap(
        api_call!("organizations:DescribePolicy"),
        name,
        Some(account),
        None,
    )
}

struct Controls<'a> {
    /// Whether an account is the management account, which nothing binds, where that was not read.
    doubts: Vec<Gap>,
    scps: Levels<'a>,
    rcps: Levels<'a>,
    account: Option<AccountId>,
    resource_account: Option<AccountId>,
}

impl Controls<'_> {
    fn rule(
        &self,
        facts: &Facts<'_>,
        role: &Arn,
        asked: &Action<'_>,
        form: &Request,
    ) -> ControlRuling {
        let by_policies = self.by_policies(facts, role, asked, form);
        let unread: Vec<Gap> = [&self.scps, &self.rcps]
            .into_iter()
            .filter_map(|levels| match levels {
                Levels::Unread(gap) => Some((**gap).clone()),
                Levels::None | Levels::Read { .. } => None,
            })
            .collect();
        match by_policies {
            ControlRuling::Denied { seen } | ControlRuling::Missing { seen }
                if !self.doubts.is_empty() =>
            {
                return ControlRuling::Open {
                    gaps: self.doubts.clone(),
                    seen,
                };
            }
            ControlRuling::Allowed if !unread.is_empty() => {}
            settled @ (ControlRuling::Allowed
            | ControlRuling::Assumed
            | ControlRuling::Simulated
            | ControlRuling::Denied { .. }
            | ControlRuling::Missing { .. }
            | ControlRuling::Open { .. }) => return settled,
        }
        if facts.assumes(Assumption::OrganizationPoliciesAllow) {
            return ControlRuling::Assumed;
        }
        if let Levels::Unread(_) = self.scps
            && let Some(ruling) = simulated(facts, role, asked)
        {
            return ruling;
        }
        ControlRuling::Open {
            gaps: unread,
            seen: Vec::new(),
        }
    }

    /// What the policies that were read say.
    fn by_policies(
        &self,
        facts: &Facts<'_>,
        role: &Arn,
        asked: &Action<'_>,
        form: &Request,
    ) -> ControlRuling {
        match control_side(form, self.scps.documents(), self.rcps.documents()) {
            Side::Allowed { .. } => ControlRuling::Allowed,
            Side::Denied { by, .. } => ControlRuling::Denied {
                seen: self.each(&by, |place, at| {
                    place.statements(&[*at], asked.action, &form.context)
                }),
            },
            Side::NotAllowed {
                policy,
                level,
                near,
                ..
            } => {
                let mut seen = self.near(&near, asked.action);
                seen.push(Evidence::at(
                    self.owner(policy),
                    format!("/{}/{level}", list_name(policy)),
                    format!("no policy of this level allows {}", asked.action),
                ));
                ControlRuling::Missing { seen }
            }
            Side::Unknown { statements, keys } => ControlRuling::Open {
                gaps: keys
                    .iter()
                    .map(|key| gap_of_key(key, facts, role, asked.subject))
                    .collect(),
                seen: self.each(&statements, |place, at| place.open(&[*at], &keys)),
            },
        }
    }

    fn owner(&self, policy: Kind) -> String {
        let account = match policy {
            Kind::Rcp => self.resource_account,
            Kind::Scp | Kind::Identity | Kind::Boundary | Kind::Resource => self.account,
        };
        account.map_or_else(|| "?".to_owned(), |id| id.to_string())
    }

    fn policy(&self, at: &StatementRef) -> Option<(&Document, &ControlPolicy)> {
        let levels = match at.policy {
            Kind::Scp => &self.scps,
            Kind::Rcp => &self.rcps,
            Kind::Identity | Kind::Boundary | Kind::Resource => return None,
        };
        match levels {
            Levels::Read {
                policies,
                documents,
            } => {
                let document = documents.get(at.level)?.get(at.document)?;
                Some((document, policies.get(at.level)?.get(at.document)?))
            }
            Levels::None | Levels::Unread(_) => None,
        }
    }

    fn each(
        &self,
        refs: &[StatementRef],
        say: impl Fn(&Asked<'_>, &StatementRef) -> Vec<Evidence>,
    ) -> Vec<Evidence> {
        let seen = refs.iter().filter_map(|at| {
            let (document, of) = self.policy(at)?;
            let owner = self.owner(at.policy);
            let pointer = format!(
                "/{}/{}/{}/Document",
                list_name(at.policy),
                at.level,
                at.document
            );
            let place = Asked {
                subject: owner.as_str().into(),
                pointer: &pointer,
                document,
            };
            Some(named(say(&place, at), of))
        });
        unique(seen.flatten().collect())
    }

    fn near(&self, near: &[NearMiss], action: &str) -> Vec<Evidence> {
        near.iter()
            .filter(|miss| miss.statement.effect == Effect::Allow)
            .flat_map(|miss| {
                self.each(std::slice::from_ref(&miss.statement), |place, _| {
                    place.near(std::slice::from_ref(miss), action)
                })
            })
            .collect()
    }
}

/// Evidence that says which policy it is of.
fn named(seen: Vec<Evidence>, policy: &ControlPolicy) -> Vec<Evidence> {
    let name = policy.name.value().or(policy.id.value());
    seen.into_iter()
        .map(|mut evidence| {
            if let Some(name) = name {
                evidence.says = format_smolstr!("{} (policy `{name}`)", evidence.says);
            }
            evidence
        })
        .collect()
}

fn list_name(policy: Kind) -> &'static str {
    match policy {
        Kind::Rcp => "resource_control_policies",
        Kind::Scp | Kind::Identity | Kind::Boundary | Kind::Resource => "service_control_policies",
    }
}

/// What the policy simulator said of the organization; `None` where it was not asked about this action.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html>.
fn simulated(facts: &Facts<'_>, role: &Arn, asked: &Action<'_>) -> Option<ControlRuling> {
    let results = facts.simulated(role)?;
    let mut ruling = None;
    for (index, result) in results.iter().enumerate() {
        if !is_about(result, asked) {
            continue;
        }
        let pointer = format!("/Simulated/{index}");
        match verdict(result) {
            Some(true) => ruling = ruling.or(Some(ControlRuling::Simulated)),
            Some(false) => {
                let says = format!("the policy simulator denies {}", asked.action);
                return Some(ControlRuling::Denied {
                    seen: vec![Evidence::at(role, pointer, says)],
                });
            }
            None => {}
        }
    }
    ruling
}

fn is_about(result: &Value, asked: &Action<'_>) -> bool {
    let text = |name| result.get(name).and_then(Value::as_str);
    let action = text("EvalActionName").is_some_and(|name| name.eq_ignore_ascii_case(asked.action));
    let resource = text("EvalResourceName").is_none_or(|name| {
        name == "*"
            || name == asked.resource
            || asked.resource == "*"
            || asked.resource.contains('*')
    });
    action && resource
}

/// Whether a result lets the action pass the organization. `None`: it does not tell.
fn verdict(result: &Value) -> Option<bool> {
    let organization = result
        .get("OrganizationsDecisionDetail")
        .and_then(|detail| detail.get("AllowedByOrganizations"))
        .and_then(Value::as_bool);
    if organization.is_some() {
        return organization;
    }
    match result.get("EvalDecision").and_then(Value::as_str)? {
        "allowed" => Some(true),
        "explicitDeny" => Some(false),
        // Without the organization's part, silence may be that of the role's own policies for want of context.
        "implicitDeny" => {
            let missing = result.get("MissingContextValues").and_then(Value::as_array);
            missing.is_none_or(Vec::is_empty).then_some(false)
        }
        _ => None,
    }
}

/// The request comes in both forms: what stops it in one of them stops it.
fn both(one: ControlRuling, other: ControlRuling) -> ControlRuling {
    use ControlRuling::{Allowed, Assumed, Denied, Missing, Open, Simulated};
    match (one, other) {
        (one @ Denied { .. }, _) | (_, one @ Denied { .. }) => one,
        (one @ Missing { .. }, _) | (_, one @ Missing { .. }) => one,
        (one @ Open { .. }, _) | (_, one @ Open { .. }) => one,
        (one @ (Assumed | Simulated), _) | (_, one @ (Assumed | Simulated)) => one,
        (Allowed, Allowed) => Allowed,
    }
}

/// Nobody knows in which of two forms the request comes.
fn either(one: ControlRuling, other: ControlRuling, subject: &Arn) -> ControlRuling {
    use ControlRuling::{Allowed, Assumed, Denied, Missing, Open, Simulated};
    match (one, other) {
        (one @ (Denied { .. } | Missing { .. }), Denied { .. } | Missing { .. }) => one,
        (one @ Open { .. }, _) | (_, one @ Open { .. }) => one,
        (Denied { seen } | Missing { seen }, _) | (_, Denied { seen } | Missing { seen }) => Open {
            gaps: vec![via_service(subject)],
            seen,
        },
        (one @ (Assumed | Simulated), _) | (_, one @ (Assumed | Simulated)) => one,
        (Allowed, Allowed) => Allowed,
    }
}
