//! The decision over all policies that apply to a request.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>.

use super::Truth;
use super::context::Entry;
use super::document::{Document, Effect, Statement};
use super::matches::Matches;
use super::policy_type::{PolicyType, StatementRef};
use super::principal::{How, PrincipalKind};
use super::request::Request;

/// The policies that apply to a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// The policy of the resource, where it has one.
    pub resource: Option<&'a Document>,
    /// The policies of the principal.
    pub identity: &'a [&'a Document],
    /// The permissions boundary of the principal, where it has one.
    pub boundary: Option<&'a Document>,
    /// The service control policies of the principal's account, one list a level, root first.
    pub scps: &'a [Vec<&'a Document>],
    /// The resource control policies of the resource's account, one list a level, root first.
    pub rcps: &'a [Vec<&'a Document>],
}

/// What the policies come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// The request is allowed, whatever the unknown facts are.
    Allowed,
    /// The request is denied, whatever they are.
    Denied,
    /// It depends on them.
    Unknown,
}

/// A decision, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What the policies come to.
    pub decision: Decision,
    /// Whether a Deny decided it.
    pub explicit: bool,
    /// The Denies that decided it, or the Allows it rests on, or the statements that leave it open.
    pub statements: Vec<StatementRef>,
    /// The context keys, or words, that leave it open.
    pub unknown: Vec<String>,
}

/// One way in which a request can come to be allowed.
#[derive(Clone, Copy)]
struct Path {
    open: Truth,
    /// It rests on the resource's policy: on its direct statements, or on any of them.
    resource: Option<Resting>,
    /// It rests on the principal's policies.
    principal: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Resting {
    Direct,
    Any,
}

/// All that the policies say, part by part.
pub(super) struct Parts {
    resource: Matches,
    identity: Matches,
    boundary: Option<Matches>,
    scps: Vec<Matches>,
    rcps: Vec<Matches>,
}

impl Parts {
    fn ask(request: &Request, policies: &Policies<'_>) -> Self {
        let bound = is_bound_by_organization(request);
        let level = |kind| {
            move |(level, documents): (usize, &Vec<&Document>)| {
                Matches::of(request, kind, level, documents.iter().copied())
            }
        };
        let scps = if bound && request.principal.kind() != PrincipalKind::Service {
            policies.scps
        } else {
            &[]
        };
        let rcps = if bound { policies.rcps } else { &[] };
        let identity = policies.identity.iter().copied();
        Self {
            resource: Matches::of(request, PolicyType::Resource, 0, policies.resource),
            identity: Matches::of(request, PolicyType::Identity, 0, identity),
            boundary: policies
                .boundary
                .map(|document| Matches::of(request, PolicyType::Boundary, 0, [document])),
            scps: scps
                .iter()
                .enumerate()
                .map(level(PolicyType::Scp))
                .collect(),
            rcps: rcps
                .iter()
                .enumerate()
                .map(level(PolicyType::Rcp))
                .collect(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Matches> {
        [&self.resource, &self.identity]
            .into_iter()
            .chain(&self.boundary)
            .chain(&self.scps)
            .chain(&self.rcps)
    }

    /// Whether the principal's own policies allow. The root user of an account needs none.
    fn principal(&self, request: &Request) -> Truth {
        if request.principal.kind() == PrincipalKind::Root {
            return Truth::True;
        }
        self.identity.allow.and(self.within())
    }

    fn within(&self) -> Truth {
        self.boundary
            .as_ref()
            .map_or(Truth::True, |boundary| boundary.allow)
    }

    /// Whether the resource's policy alone opens the door to a principal of its own account.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>.
    fn direct(&self, request: &Request) -> Truth {
        let Some(boundary) = &self.boundary else {
            return self.resource.direct;
        };
        let role = match request.principal.kind() {
            PrincipalKind::Role | PrincipalKind::Session => true,
            PrincipalKind::Root
            | PrincipalKind::User
            | PrincipalKind::Service
            | PrincipalKind::Anybody
            | PrincipalKind::Other => false,
        };
        let allows = self.resource.hits.iter();
        Truth::any(
            allows
                .filter(|hit| hit.at.effect == Effect::Allow)
                .map(|hit| {
                    let within = match hit.applies.how {
                        How::Itself if role => boundary.allow,
                        How::Itself | How::Session => Truth::True,
                        // AWS does not say whether everybody is the role or its session.
                        How::Everyone => boundary.allow.or(Truth::Unknown),
                        How::Account => Truth::False,
                    };
                    hit.applies.direct.and(within)
                }),
        )
    }

    /// The ways to an Allow within the account of the resource.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html>.
    fn within_account(&self, request: &Request) -> [Path; 2] {
        let direct = Path {
            open: self.direct(request),
            resource: Some(Resting::Direct),
            principal: false,
        };
        let delegated = if request.needs_resource_policy() {
            self.across_accounts(request)
        } else {
            Path {
                open: self.principal(request),
                resource: None,
                principal: true,
            }
        };
        [direct, delegated]
    }

    /// The way to an Allow from another account: both sides must open.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>.
    fn across_accounts(&self, request: &Request) -> Path {
        Path {
            open: self.resource.allow.and(self.principal(request)),
            resource: Some(Resting::Any),
            principal: true,
        }
    }

    /// The ways that there are, and whether one of them is open.
    fn paths(&self, request: &Request) -> (Vec<Path>, Truth) {
        let open = |paths: &[Path]| Truth::any(paths.iter().map(|path| path.open));
        match (request.principal.account(), request.resource_account) {
            (Some(one), Some(two)) if one != two => {
                let path = self.across_accounts(request);
                (vec![path], path.open)
            }
            (Some(_), Some(_)) => {
                let paths = self.within_account(request);
                (paths.to_vec(), open(&paths))
            }
            // A service has no policies of its own.
            (None, _) => {
                let path = Path {
                    open: self.resource.direct,
                    resource: Some(Resting::Direct),
                    principal: false,
                };
                (vec![path], path.open)
            }
            (Some(_), None) => {
                let within = self.within_account(request);
                let across = self.across_accounts(request);
                let open = open(&within).either(across.open);
                ([&within[..], &[across]].concat(), open)
            }
        }
    }

    /// The Allows that the paths of this degree rest on, as far as they are of this degree themselves.
    fn allows(&self, paths: &[Path], truth: Truth) -> Vec<StatementRef> {
        let mut found = Vec::new();
        for path in paths.iter().filter(|path| path.open == truth) {
            match path.resource {
                Some(Resting::Direct) => found.extend(self.resource.direct_refs(truth)),
                Some(Resting::Any) => found.extend(self.resource.refs(Effect::Allow, truth)),
                None => {}
            }
            if path.principal {
                for tally in [&self.identity].into_iter().chain(&self.boundary) {
                    found.extend(tally.refs(Effect::Allow, truth));
                }
            }
        }
        for level in &self.scps {
            found.extend(level.refs(Effect::Allow, truth));
        }
        found
    }

    fn denies(&self, truth: Truth) -> impl Iterator<Item = StatementRef> {
        self.all()
            .flat_map(move |tally| tally.refs(Effect::Deny, truth))
    }
}

/// Puts a request to all policies that apply to it.
#[must_use]
pub fn evaluate(request: &Request, policies: &Policies<'_>) -> Answer {
    if policies.boundary.is_some() && !request.bounded {
        let mut bounded = request.clone();
        bounded.bounded = true;
        return evaluate(&bounded, policies);
    }
    let parts = Parts::ask(request, policies);
    let deny = Truth::any(parts.all().map(|tally| tally.deny));
    if deny == Truth::True {
        return Answer::settled(Decision::Denied, true, parts.denies(Truth::True).collect());
    }
    let (paths, open) = parts.paths(request);
    let allowed = Truth::all(parts.scps.iter().map(|level| level.allow)).and(open);
    match (allowed, deny) {
        (Truth::False, _) => Answer::settled(Decision::Denied, false, Vec::new()),
        (Truth::True, Truth::False) => {
            let allows = parts.allows(&paths, Truth::True);
            Answer::settled(Decision::Allowed, false, allows)
        }
        (Truth::True | Truth::Unknown, _) => {
            let mut statements: Vec<StatementRef> = parts.denies(Truth::Unknown).collect();
            if allowed == Truth::Unknown {
                statements.extend(parts.allows(&paths, Truth::Unknown));
            }
            statements.sort_unstable();
            statements.dedup();
            let mut unknown = open_words(request, &statements, |at| policies.statement(at));
            if allowed == Truth::Unknown {
                if request.resource_account.is_none() {
                    unknown.push("resource_account".to_owned());
                }
                if unknown.is_empty() {
                    unknown.push("permissions boundary".to_owned());
                }
            }
            Answer {
                decision: Decision::Unknown,
                explicit: false,
                statements,
                unknown: sorted(unknown),
            }
        }
    }
}

impl Answer {
    fn settled(decision: Decision, explicit: bool, mut statements: Vec<StatementRef>) -> Self {
        statements.sort_unstable();
        statements.dedup();
        Self {
            decision,
            explicit,
            statements,
            unknown: Vec::new(),
        }
    }
}

impl<'a> Policies<'a> {
    /// The statement that a reference stands for.
    #[must_use]
    pub fn statement(&self, at: &StatementRef) -> Option<&'a Statement> {
        let of_level =
            |levels: &'a [Vec<&'a Document>]| levels.get(at.level)?.get(at.document).copied();
        let document = match at.policy {
            PolicyType::Resource => self.resource,
            PolicyType::Identity => self.identity.get(at.document).copied(),
            PolicyType::Boundary => self.boundary,
            PolicyType::Scp => of_level(self.scps),
            PolicyType::Rcp => of_level(self.rcps),
        };
        let statements = document?.statements();
        statements.get(at.index).map(|statement| &**statement)
    }
}

/// The keys, or words, that leave these statements open.
pub(super) fn open_words<'a>(
    request: &Request,
    statements: &[StatementRef],
    find: impl Fn(&StatementRef) -> Option<&'a Statement>,
) -> Vec<String> {
    let mut words = Vec::new();
    for at in statements {
        if let Some(statement) = find(at) {
            statement.open(request, at.policy, &mut words);
        }
    }
    sorted(words)
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort_unstable();
    words.dedup_by(|next, kept| next.eq_ignore_ascii_case(kept));
    words
}

/// Service-linked roles stand outside SCPs and RCPs.
pub(super) fn is_bound_by_organization(request: &Request) -> bool {
    let by_path = match request.context.entry("aws:principalarn") {
        Entry::One(role) if request.principal.kind() == PrincipalKind::Session => {
            role.contains(":role/aws-service-role/")
        }
        Entry::One(_)
        | Entry::Absent
        | Entry::Unknown
        | Entry::Many(_)
        | Entry::Shaped(_)
        | Entry::Including(_) => request.principal.is_service_linked(),
    };
    !by_path
}
