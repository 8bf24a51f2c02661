//! Does the organization let the copy role do something? Its service control policies, and where they reach the action the resource
//! control policies of the resource's account.

mod levels;
mod simulated;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::calls::api_call;
use crate::catalog::requests::is_reached_by_rcps;
use crate::inventory::{Assumption, ControlList, ControlPolicies, ControlPolicy, Facts, Question};
use crate::known::{AccountId, Arn, ByHand, Fact, Gap};
use crate::policy::{
    Document, Effect, NearMiss, PolicyDecision, PolicyType, Request, StatementRef, Truth,
    decide_control,
};
use crate::verdict::{ControlKind, Evidence, PolicyOf};

use super::context::{Variants, WHO, gap_of_key};
use super::located::LocatedPolicy;
use super::request::{Action, RoleRequest};
use super::ruling::{DenyStatement, Grounds, Party, Ruling, unique};
use super::rulings::Ruled;
use super::trust::{ASSUME, assume_request};
use levels::{Levels, lets_through, of_account, of_principal, of_resource};
use simulated::simulated;
pub use simulated::{denied_by_its_own, denied_by_the_organization};

/// Whether the organization's policies were read and let the actions of a request through whatever else it carries, so that none need
/// be made.
pub fn always_let_through(facts: &Facts<'_>, role: &Arn, request: &RoleRequest) -> bool {
    let reached = request.subject.account().filter(|_| is_reached(request));
    let mut actions = request.actions.iter();
    actions.all(|action| lets_through(facts, role.account(), reached, action))
}

/// Whether resource control policies reach what a request asks for.
fn is_reached(request: &RoleRequest) -> bool {
    let mut actions = request.actions.iter();
    actions.all(|action| is_reached_by_rcps(action))
}

/// What the organization says to the actions of a request.
pub fn rule(facts: &Facts<'_>, role: &Arn, request: &RoleRequest, variants: &[Variants]) -> Ruled {
    let resource_account = request.subject.account();
    let controls = Controls {
        doubts: doubts(facts, [role.account(), resource_account]),
        scps: of_principal(facts, role),
        rcps: if is_reached(request) {
            of_resource(facts, resource_account)
        } else {
            Levels::None
        },
        account: role.account(),
        resource_account,
    };
    let rule = |(action, variants): &Variants| {
        let asked = request.about(action);
        let rulings = variants.iter();
        let rulings = rulings.map(|variant| controls.rule(facts, role, &asked, variant));
        let several = request.template.several();
        let ruling = several.together(rulings, &request.subject);
        let ruling = ruling.unwrap_or_else(|| Ruling::open(Vec::new(), Vec::new()));
        (*action, ruling)
    };
    variants.iter().map(rule).collect()
}

/// A question to the resource control policies on a role's account, with all that its answer depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct AssumedQuestion {
    role: Arn,
    source: AccountId,
}

/// Whether the resource control policies on a role's account let AWS Backup assume it, acting for an account.
///
/// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>.
pub fn may_be_assumed(facts: &Facts<'_>, role: &Arn, source: AccountId) -> Ruling {
    let asking = AssumedQuestion {
        role: role.clone(),
        source,
    };
    facts.answer(&asking)
}

impl Question for AssumedQuestion {
    type Answer = Ruling;

    fn answer(&self, facts: &Facts<'_>) -> Ruling {
        let Self { role, source } = self;
        if lets_through(facts, None, role.account(), ASSUME) {
            return Ruling::allowed(Vec::new());
        }
        let Some(variant) = assume_request(facts, role, *source) else {
            return Ruling::allowed(Vec::new());
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
        controls.rule(facts, role, &asked, &variant)
    }
}

/// What the service control policies on an account say to a request by whoever it is there. `role`: whose simulation stands
/// for policies that were not read.
pub fn of_anybody(
    facts: &Facts<'_>,
    account: AccountId,
    role: Option<&Arn>,
    asked: &Action<'_>,
    variant: &Request,
) -> Ruling {
    let controls = Controls {
        doubts: doubts(facts, [Some(account), None]),
        scps: of_account(facts, account, ControlKind::Service),
        rcps: Levels::None,
        account: Some(account),
        resource_account: None,
    };
    let ruling = controls.by_policies(facts, asked.subject, asked, variant);
    match (controls.unless_in_doubt(ruling), controls.scps.unread()) {
        (Ruling::Allowed { .. }, Some(gap)) => {
            let taken = facts.assumes(Assumption::OrganizationPoliciesAllow)
                || role.is_some_and(|role| facts.simulated(role).is_some());
            if taken && !is_of_a_change(gap) {
                assumed()
            } else {
                Ruling::open(vec![gap.clone()], Vec::new())
            }
        }
        (ruling, _) => ruling,
    }
}

/// Whether no policy of an organization can strike the role, or any key of its account, whatever is asked.
pub fn nothing_binds(facts: &Facts<'_>, role: &Arn) -> bool {
    let Some(account) = role.account() else {
        return false;
    };
    let none = |policies: Fact<Option<ControlPolicies<'_>>>| matches!(policies, Fact::Known(levels) if levels.is_none_or(<[_]>::is_empty));
    matches!(facts.organization(account), Fact::Known(None))
        || matches!(facts.is_management_account(account), Fact::Known(true))
        || (none(facts.service_control_policies(account))
            && none(facts.resource_control_policies(account))
            && none_disputed(facts, account))
}

/// Whether no other account of the organization says that there are control policies.
fn none_disputed(facts: &Facts<'_>, account: AccountId) -> bool {
    let mut lists = [ControlList::Service, ControlList::Resource].into_iter();
    lists.all(|list| facts.control_policies_disputed(account, list).is_none())
}

/// Whether a gap is what a change leaves open, which nobody takes for allowed.
fn is_of_a_change(gap: &Gap) -> bool {
    gap.hand() == Some(ByHand::Planned)
}

/// Taken to be allowed: somebody said so.
fn assumed() -> Ruling {
    Ruling::Allowed {
        by: Vec::new(),
        grounds: Grounds::Assumption,
    }
}

/// Whether a gap is about whoever asks, or from where, which no facts tell.
pub fn is_of_who_asks(gap: &Gap) -> bool {
    match gap.untold() {
        Some(key) => key == WHO || key.contains(':'),
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

struct Controls<'a> {
    /// Whether an account is the management account, which nothing binds, where that was not read.
    doubts: Vec<Gap>,
    scps: Levels<'a>,
    rcps: Levels<'a>,
    account: Option<AccountId>,
    resource_account: Option<AccountId>,
}

impl Controls<'_> {
    fn rule(&self, facts: &Facts<'_>, role: &Arn, asked: &Action<'_>, variant: &Request) -> Ruling {
        let unread: Vec<Gap> = [&self.scps, &self.rcps]
            .into_iter()
            .filter_map(|levels| levels.unread().cloned())
            .collect();
        match self.unless_in_doubt(self.by_policies(facts, role, asked, variant)) {
            Ruling::Allowed { .. } if !unread.is_empty() => {}
            settled @ (Ruling::Allowed { .. }
            | Ruling::Denied { .. }
            | Ruling::Missing { .. }
            | Ruling::Open { .. }) => return settled,
        }
        let simulated = self
            .scps
            .unread()
            .and_then(|_| simulated(facts, role, asked));
        match simulated {
            // What was denied was read.
            Some(denied @ Ruling::Denied { .. }) => denied,
            _ if unread.iter().any(is_of_a_change) => Ruling::open(unread, Vec::new()),
            _ if facts.assumes(Assumption::OrganizationPoliciesAllow) => assumed(),
            // The simulator asks the service control policies alone.
            Some(ruling) => match self.rcps.unread() {
                None => ruling,
                Some(gap) => Ruling::open(vec![gap.clone()], Vec::new()),
            },
            None => Ruling::open(unread, Vec::new()),
        }
    }

    /// What stops it is open where the account may be the management account.
    fn unless_in_doubt(&self, ruling: Ruling) -> Ruling {
        match ruling {
            Ruling::Denied { by: seen, .. } | Ruling::Missing { near: seen, .. }
                if !self.doubts.is_empty() =>
            {
                Ruling::open(self.doubts.clone(), seen)
            }
            settled @ (Ruling::Allowed { .. }
            | Ruling::Denied { .. }
            | Ruling::Missing { .. }
            | Ruling::Open { .. }) => settled,
        }
    }

    /// What the policies that were read say.
    fn by_policies(
        &self,
        facts: &Facts<'_>,
        role: &Arn,
        asked: &Action<'_>,
        variant: &Request,
    ) -> Ruling {
        match decide_control(variant, self.scps.documents(), self.rcps.documents()) {
            PolicyDecision::Allowed { .. } => Ruling::allowed(Vec::new()),
            PolicyDecision::Denied { by, allow } => {
                let mut seen = self.each(&by, |place, at| {
                    place.statements(&[*at], asked.action, &variant.context)
                });
                let is_silent = allow == Truth::False;
                if is_silent {
                    seen.extend(self.silent_levels(facts, asked.action, variant));
                }
                Ruling::Denied {
                    by: seen,
                    statements: by.iter().map(|at| self.deny_statement(at)).collect(),
                    silent: is_silent
                        .then_some(Party::Organization)
                        .into_iter()
                        .collect(),
                    unless: None,
                }
            }
            PolicyDecision::NotAllowed { .. } => Ruling::missing(
                Party::Organization,
                self.silent_levels(facts, asked.action, variant),
            ),
            PolicyDecision::Unknown { statements, keys } => {
                let gaps = keys.iter();
                let gaps = gaps.map(|key| gap_of_key(key, facts, role, asked.subject));
                let seen = self.each(&statements, |place, at| place.open(&[*at], &keys));
                if statements.iter().any(|at| at.effect == Effect::Deny) {
                    Ruling::open(gaps.collect(), seen)
                } else {
                    Ruling::not_known_to_allow(gaps.collect(), seen)
                }
            }
        }
    }

    /// The levels of service control policies that do not allow an action, each with the statements that come near. Resource control
    /// policies only deny.
    fn silent_levels(&self, facts: &Facts<'_>, action: &str, variant: &Request) -> Vec<Evidence> {
        let levels = self.scps.documents().iter().enumerate();
        let silent = levels.filter_map(|(level, documents)| {
            let alone = std::slice::from_ref(documents);
            let PolicyDecision::NotAllowed { near, .. } = decide_control(variant, alone, &[])
            else {
                return None;
            };
            let near = near.into_iter().map(|mut miss| {
                miss.statement.level = level;
                miss
            });
            let near: Vec<NearMiss> = near.collect();
            let near = self.near(&near, action);
            // One is enough to show what is allowed in its place.
            let trap = near.iter().find(|seen| seen.trap.is_some());
            let nearest = trap.or_else(|| near.first()).cloned();
            let mut seen: Vec<Evidence> = nearest.into_iter().collect();
            seen.push(Evidence::at(
                self.owner(PolicyType::Scp),
                format!("/{}/{level}", list_name(PolicyType::Scp)),
                format!(
                    "no SCP of level {level} allows {action} ({})",
                    self.called_level(facts, level)
                ),
            ));
            Some(seen)
        });
        silent.flatten().collect()
    }

    /// A level for people: the root, the unit or the account that it is of, where its path has as many.
    fn called_level(&self, facts: &Facts<'_>, level: usize) -> String {
        let path = self.account.map(|account| facts.organization_path(account));
        let path = path.and_then(|path| path.known().flatten());
        let path = path.unwrap_or_default();
        let units: Vec<&str> = path
            .split('/')
            .skip(1)
            .filter(|id| !id.is_empty())
            .collect();
        if units.len().saturating_add(1) == self.scps.documents().len() {
            let unit = units.get(level).copied();
            unit.unwrap_or("the account itself").to_owned()
        } else {
            "0 is the root".to_owned()
        }
    }

    fn owner(&self, policy: PolicyType) -> String {
        let account = match policy {
            PolicyType::Rcp => self.resource_account,
            PolicyType::Scp
            | PolicyType::Identity
            | PolicyType::Boundary
            | PolicyType::Resource => self.account,
        };
        account.map_or_else(|| "?".to_owned(), |id| id.to_string())
    }

    fn policy(&self, at: &StatementRef) -> Option<(&Document, &ControlPolicy)> {
        let levels = match at.policy {
            PolicyType::Scp => &self.scps,
            PolicyType::Rcp => &self.rcps,
            PolicyType::Identity | PolicyType::Boundary | PolicyType::Resource => return None,
        };
        match levels {
            Levels::Read {
                policies,
                documents,
                ..
            } => {
                let document = documents.get(at.level)?.get(at.document)?;
                Some((document, policies.get(at.level)?.get(at.document)?))
            }
            Levels::None | Levels::Unread(_) => None,
        }
    }

    fn deny_statement(&self, at: &StatementRef) -> DenyStatement {
        let kind = match at.policy {
            PolicyType::Rcp => ControlKind::Resource,
            PolicyType::Scp
            | PolicyType::Identity
            | PolicyType::Boundary
            | PolicyType::Resource => ControlKind::Service,
        };
        let id = self.policy(at).and_then(|(_, policy)| policy.id.value());
        DenyStatement {
            policy: id.map(|id| PolicyOf::Control {
                kind,
                id: id.to_string(),
            }),
            index: at.index,
        }
    }

    fn each(
        &self,
        refs: &[StatementRef],
        say: impl Fn(&LocatedPolicy<'_>, &StatementRef) -> Vec<Evidence>,
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
            let place = LocatedPolicy {
                subject: owner.as_str().into(),
                pointer: &pointer,
                document,
                of: called(at.policy, of),
            };
            Some(say(&place, at))
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

/// A policy for people, by its name or else its id: `the SCP `guardrail``.
fn called(kind: PolicyType, policy: &ControlPolicy) -> SmolStr {
    match policy.name.value().or(policy.id.value()) {
        Some(name) => format_smolstr!("the {} `{name}`", short(kind)),
        None => format_smolstr!("an {} without a name", short(kind)),
    }
}

fn short(kind: PolicyType) -> &'static str {
    match kind {
        PolicyType::Rcp => "RCP",
        PolicyType::Scp | PolicyType::Identity | PolicyType::Boundary | PolicyType::Resource => {
            "SCP"
        }
    }
}

fn list_name(policy: PolicyType) -> &'static str {
    match policy {
        PolicyType::Rcp => "resource_control_policies",
        PolicyType::Scp | PolicyType::Identity | PolicyType::Boundary | PolicyType::Resource => {
            "service_control_policies"
        }
    }
}
