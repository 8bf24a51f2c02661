//! May a principal use a key? The key policy, then grants, then, for a service-linked role, AWS's policy of that role.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::calls::api_call;
use crate::catalog::encryption::{ViaService, via_services};
use crate::catalog::managed_policies::SERVICE_LINKED_ROLE_POLICY;
use crate::inventory::{Facts, Policy, Route, built_in};
use crate::known::{AccountId, Arn, Fact, Gap, Region};
use crate::policy::{
    Context, Effect, Entry, How, Principal, Request, Resource, Rest, Shape, Side, Truth, applies,
    excepting_denies, identity_side, resource_side,
};
use crate::verdict::Evidence;

use super::context::{
    Forms, about, gap_of_key, of_role, organization_id, organization_paths, with_tags,
};
use super::ruling::{Asked, Fault, OpenDeny, Ruling, Rulings, unique};

/// A question to a key.
pub struct KeyQuestion<'a> {
    /// The key.
    pub key: &'a Arn,
    /// Who wants to use it.
    pub principal: &'a Arn,
    /// For what.
    pub actions: &'static [&'static str],
    /// Through which service.
    pub via: Via,
    /// Whether the principal's own policies are asked too, where it is a service-linked role.
    pub both_sides: bool,
}

/// Through which service a key is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The service that owns the resource, in the Region of either vault.
    OfType,
    /// AWS Backup itself: the keys of logically air-gapped vaults.
    Backup,
}

/// Through which service a copy uses a key, and where: all that such a request takes of the copy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Through {
    service: Option<ViaService>,
    /// Whether what is encrypted is a volume.
    on_ebs: bool,
    regions: [Option<Region>; 2],
    in_china: bool,
}

/// A question to a key, with all that its answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Asking {
    key: Arn,
    principal: Arn,
    actions: &'static [&'static str],
    through: Through,
    both_sides: bool,
}

/// Asks a key, action by action.
pub fn ask_key(copy: &Route, facts: &Facts<'_>, question: &KeyQuestion<'_>) -> Rulings {
    let policy = facts.key_policy(question.key).known().flatten();
    let second = facts.key_ram_policy(question.key).known().flatten();
    let looks = [policy, second]
        .into_iter()
        .flatten()
        .any(|policy| policy.document().may_look_at("kms:viaservice"));
    let through = Through::of(copy, question.via);
    let asking = Asking {
        key: question.key.clone(),
        principal: question.principal.clone(),
        actions: question.actions,
        through: if looks || question.both_sides {
            through
        } else {
            through.unseen()
        },
        both_sides: question.both_sides,
    };
    facts.once(&asking, |asking, facts| {
        let policy = match facts.key_policy(&asking.key) {
            Fact::Known(Some(policy)) => policy,
            Fact::Known(None) => return asking.all(&missing()),
            Fact::Unknown(gap) => {
                return asking.all(&Ruling::Open {
                    gaps: vec![*gap],
                    may_deny: true,
                    seen: Vec::new(),
                });
            }
        };
        let requests = asking.requests(facts, asking.actions).into_iter();
        let rulings = requests.map(|(action, requests)| {
            let rulings = requests.iter();
            let rulings = rulings.map(|request| {
                let ruling = ask(facts, asking, policy, action, request);
                with_second_policy(facts, asking, action, request, ruling)
            });
            let ruling = rulings.reduce(|one, other| either(one, other, &asking.key));
            (action, ruling.unwrap_or_else(missing))
        });
        Rulings::new(rulings)
    })
}

/// The call comes in one Region or the other, and AWS does not say in which: where the answers differ, neither stands.
fn either(one: Ruling, other: Ruling, key: &Arn) -> Ruling {
    use Ruling::{Allowed, Denied, Missing, Open};
    let may_deny = one.may_deny() || other.may_deny();
    match (&one, &other) {
        (Allowed { .. }, Allowed { .. }) => return one,
        // Denied in one and not allowed in the other: the call fails in both, where it must be allowed.
        (Denied { .. }, Missing { .. }) => return one.or_silence(via_service(key)),
        (Missing { .. }, Denied { .. }) => return other.or_silence(via_service(key)),
        (
            Denied {
                by,
                statements,
                silent,
                ..
            },
            Denied {
                statements: more,
                silent: also,
                ..
            },
        ) => {
            let mut statements = [statements.as_slice(), more].concat();
            statements.sort_unstable();
            statements.dedup();
            return Denied {
                by: by.clone(),
                statements,
                silent: *silent || *also,
                unless: None,
            };
        }
        (Missing { denies: None, .. }, Missing { .. }) => return other,
        (Missing { .. }, Missing { .. }) => return one,
        (Allowed { .. } | Open { .. }, _) | (_, Allowed { .. } | Open { .. }) => {}
    }
    let mut gaps = Vec::new();
    let mut seen = Vec::new();
    for ruling in [one, other] {
        match ruling {
            Open {
                gaps: more,
                seen: also,
                ..
            } => {
                gaps.extend(more);
                seen.extend(also);
            }
            Allowed { by } | Denied { by, .. } => seen.extend(by),
            Missing { near, denies, .. } => {
                seen.extend(near);
                if let Some(denies) = denies {
                    gaps.extend(denies.gaps);
                    seen.extend(denies.seen);
                }
            }
        }
    }
    if gaps.is_empty() {
        gaps.push(via_service(key));
    }
    Ruling::Open {
        gaps,
        may_deny,
        seen,
    }
}

/// The gap that is left where it matters in which Region a service uses a key.
pub fn via_service(key: &Arn) -> Gap {
    Gap::not_told("kms:ViaService", key.as_str()).where_is(key)
}

impl Through {
    /// How a copy uses a key.
    pub fn of(copy: &Route, via: Via) -> Self {
        let of_type = copy.kind.agreed(via_services).known().flatten().flatten();
        Self {
            service: match via {
                Via::Backup => Some(ViaService::Backup),
                Via::OfType => of_type,
            },
            on_ebs: of_type == Some(ViaService::Ec2),
            regions: [
                copy.source_region().known(),
                copy.destination_region().known(),
            ],
            in_china: copy.destination_vault.partition().as_str() == "aws-cn",
        }
    }

    /// The same for policies that do not look at the service: one answer for all services and Regions.
    fn unseen(self) -> Self {
        Self {
            service: None,
            regions: [None, None],
            in_china: false,
            ..self
        }
    }

    /// What `kms:ViaService` may be.
    fn entries(&self) -> Vec<Entry> {
        let Some(service) = self.service else {
            return vec![Entry::Unknown];
        };
        let suffix = if self.in_china {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        };
        let entry = |region: &Option<Region>| match region {
            Some(region) => Entry::One(format_smolstr!("{}.{region}.{suffix}", service.as_str())),
            None => Entry::Shaped(Shape::parse(format_smolstr!(
                "{}.*.{suffix}",
                service.as_str()
            ))),
        };
        let mut vias: Vec<Entry> = self.regions.iter().map(entry).collect();
        vias.dedup();
        vias
    }
}

/// Nothing allows it: there is no such key, or the principal's ARN is none.
fn missing() -> Ruling {
    Ruling::Missing {
        near: Vec::new(),
        fault: Fault::Subject,
        denies: None,
    }
}

impl Asking {
    /// The same ruling on every action.
    fn all(&self, ruling: &Ruling) -> Rulings {
        let of = |action: &&'static str| (*action, ruling.clone());
        Rulings::new(self.actions.iter().map(of))
    }

    /// Each action with the requests as KMS sees them, one for each Region in which the service in between may make it.
    /// Without one where the principal's ARN is none.
    fn requests(&self, facts: &Facts<'_>, actions: &[&'static str]) -> Vec<Forms> {
        let through = &self.through;
        let of_key = of_key(facts, &self.key, &self.principal);
        let vias = through.entries();
        let of = |action: &&'static str| {
            let request = |via: &Entry| {
                let mut request = about(of_key.clone()?, action);
                request.context.set("kms:ViaService", via.clone());
                of_action(&mut request.context, action, through.on_ebs);
                Some(request)
            };
            (*action, vias.iter().filter_map(request).collect())
        };
        actions.iter().map(of).collect()
    }
}

fn ask(
    facts: &Facts<'_>,
    question: &Asking,
    policy: &Policy,
    action: &'static str,
    request: &Request,
) -> Ruling {
    let asked = Asked {
        subject: (&question.key).into(),
        pointer: "/Policy",
        document: policy.document(),
    };
    match resource_side(request, Some(policy.document())) {
        Side::Denied { by, allow } => Ruling::Denied {
            unless: None,
            silent: allow == Truth::False
                && matches!(
                    granted(facts, question, action, Vec::new()),
                    Ruling::Missing { .. }
                ),
            statements: by.iter().map(|at| at.index).collect(),
            by: asked.statements(&by, action, &request.context),
        },
        Side::Allowed {
            by,
            how,
            open,
            keys,
        } => {
            let seen = asked.statements(&by, action, &request.context);
            let same_account = question.principal.account() == question.key.account();
            if !question.both_sides || (same_account && how != How::Account) {
                return Ruling::Allowed { by: seen };
            }
            let own = role_may(facts, question, request, action, seen);
            if same_account && !open.is_empty() && matches!(own, Ruling::Missing { .. }) {
                // A statement that may name the role itself would not need the role's own policy.
                return Ruling::Open {
                    gaps: open_gaps(&keys, facts, question),
                    may_deny: false,
                    seen: asked.open(&open, &keys),
                };
            }
            own
        }
        Side::NotAllowed {
            near, denies, keys, ..
        } => {
            let seen = [
                asked.near(&near, action),
                asked.misspelt(&near, &question.principal),
            ];
            let ruling = granted(facts, question, action, seen.concat());
            if denies.is_empty() {
                return ruling;
            }
            let denies = OpenDeny {
                gaps: open_gaps(&keys, facts, question),
                seen: asked.open(&denies, &keys),
            };
            ruling.unless(denies)
        }
        Side::Unknown { statements, keys } => {
            let may_deny = statements.iter().any(|at| at.effect == Effect::Deny);
            if !may_deny
                && let allowed @ Ruling::Allowed { .. } =
                    granted(facts, question, action, Vec::new())
            {
                return allowed;
            }
            Ruling::Open {
                gaps: open_gaps(&keys, facts, question),
                may_deny,
                seen: asked.open(&statements, &keys),
            }
        }
    }
}

/// The Denies of a key's policy that only an exception keeps off the question, as evidence: those that leave out everybody of
/// the key's own account are not among them.
pub fn excepting(copy: &Route, facts: &Facts<'_>, question: &KeyQuestion<'_>) -> Vec<Evidence> {
    let (Some(policy), Some(owner)) = (
        facts.key_policy(question.key).known().flatten(),
        question.key.account(),
    ) else {
        return Vec::new();
    };
    let asking = Asking {
        key: question.key.clone(),
        principal: question.principal.clone(),
        actions: question.actions,
        through: Through::of(copy, question.via),
        both_sides: false,
    };
    let asked = Asked {
        subject: question.key.into(),
        pointer: "/Policy",
        document: policy.document(),
    };
    let mut seen = Vec::new();
    for (action, requests) in asking.requests(facts, question.actions) {
        for request in &requests {
            let owner = by_anybody(facts, request, question.key, owner);
            let denies = excepting_denies(request, &owner, policy.document());
            seen.extend(asked.excepting(&denies, action));
        }
    }
    unique(seen)
}

/// Whether Denies of a key's policy strike everybody of the key's own account too: an exception for the principal alone leaves
/// them there.
pub fn strike_the_owner(
    copy: &Route,
    facts: &Facts<'_>,
    question: &KeyQuestion<'_>,
    statements: &[usize],
) -> bool {
    let (Some(policy), Some(owner)) = (
        facts.key_policy(question.key).known().flatten(),
        question.key.account(),
    ) else {
        return false;
    };
    let asking = Asking {
        key: question.key.clone(),
        principal: question.principal.clone(),
        actions: question.actions,
        through: Through::of(copy, question.via),
        both_sides: false,
    };
    let requests = asking.requests(facts, question.actions).into_iter();
    let mut requests = requests.flat_map(|(_, requests)| requests);
    requests.any(|request| {
        let owner = by_anybody(facts, &request, question.key, owner);
        let mut statements = statements.iter();
        statements.any(|index| applies(&owner, policy.document(), *index))
    })
}

/// The same request by somebody of an account.
fn by_anybody(facts: &Facts<'_>, request: &Request, key: &Arn, account: AccountId) -> Request {
    let mut request = request.clone();
    request.principal = Principal::anybody(key.partition().as_str(), account);
    let id = || Entry::One(format_smolstr!("{account}"));
    let context = &mut request.context;
    context.set("aws:PrincipalArn", Entry::Unknown);
    context.set("aws:PrincipalType", Entry::Unknown);
    context.set("aws:PrincipalAccount", id());
    context.set("kms:CallerAccount", id());
    context.set("aws:PrincipalOrgID", organization_id(facts, Some(account)));
    context.set(
        "aws:PrincipalOrgPaths",
        organization_paths(facts, Some(account)),
    );
    request
}

/// With what the key's second policy says, by which it is shared through AWS RAM. Where that was not read, silence of the
/// first is no denial to another account.
fn with_second_policy(
    facts: &Facts<'_>,
    question: &Asking,
    action: &'static str,
    request: &Request,
    ruling: Ruling,
) -> Ruling {
    let is_silent = matches!(
        &ruling,
        Ruling::Missing {
            fault: Fault::Subject,
            ..
        }
    );
    let policy = match facts.key_ram_policy(&question.key) {
        Fact::Known(None) => return ruling,
        Fact::Known(Some(policy)) => policy,
        Fact::Unknown(gap) => {
            let abroad = question.principal.account() != question.key.account();
            return match ruling {
                Ruling::Missing { near, denies, .. } if is_silent && abroad => {
                    let open = Ruling::Open {
                        gaps: vec![*gap],
                        may_deny: false,
                        seen: near,
                    };
                    match denies {
                        Some(denies) => open.unless(denies),
                        None => open,
                    }
                }
                other @ (Ruling::Allowed { .. }
                | Ruling::Denied { .. }
                | Ruling::Missing { .. }
                | Ruling::Open { .. }) => other,
            };
        }
    };
    let asked = Asked {
        subject: (&question.key).into(),
        pointer: "/RamPolicy",
        document: policy.document(),
    };
    let allows_or_may = |ruling: Ruling, allowed: Ruling| match ruling {
        Ruling::Missing {
            denies: Some(denies),
            ..
        } => allowed.unless(denies),
        Ruling::Missing { denies: None, .. } => allowed,
        // What is open is a Deny, or an Allow that this one makes up for.
        Ruling::Open {
            may_deny: false, ..
        } => allowed,
        other @ (Ruling::Allowed { .. } | Ruling::Denied { .. } | Ruling::Open { .. }) => other,
    };
    match resource_side(request, Some(policy.document())) {
        Side::Denied { by, .. } => match ruling {
            denied @ Ruling::Denied { .. } => denied,
            Ruling::Allowed { .. } | Ruling::Missing { .. } | Ruling::Open { .. } => {
                Ruling::Denied {
                    by: asked.statements(&by, action, &request.context),
                    statements: Vec::new(),
                    silent: is_silent,
                    unless: None,
                }
            }
        },
        Side::Allowed { by, .. } => {
            let seen = asked.statements(&by, action, &request.context);
            let allowed = if question.both_sides {
                role_may(facts, question, request, action, seen)
            } else {
                Ruling::Allowed { by: seen }
            };
            allows_or_may(ruling, allowed)
        }
        Side::NotAllowed { .. } => ruling,
        Side::Unknown { statements, keys } if is_silent => {
            let may_deny = statements.iter().any(|at| at.effect == Effect::Deny);
            let open = Ruling::Open {
                gaps: open_gaps(&keys, facts, question),
                may_deny,
                seen: asked.open(&statements, &keys),
            };
            allows_or_may(ruling, open)
        }
        Side::Unknown { statements, keys } => {
            let each = statements.into_iter();
            let denies: Vec<_> = each.filter(|at| at.effect == Effect::Deny).collect();
            if denies.is_empty() {
                return ruling;
            }
            ruling.unless(OpenDeny {
                gaps: open_gaps(&keys, facts, question),
                seen: asked.open(&denies, &keys),
            })
        }
    }
}

fn open_gaps(keys: &[String], facts: &Facts<'_>, question: &Asking) -> Vec<Gap> {
    let gap = |key: &String| gap_of_key(key, facts, &question.principal, &question.key);
    keys.iter().map(gap).collect()
}

/// The service-linked role's own policy, which is AWS's.
fn role_may(
    facts: &Facts<'_>,
    question: &Asking,
    request: &Request,
    action: &'static str,
    seen: Vec<Evidence>,
) -> Ruling {
    let policies = service_linked_role_policies(facts, &question.principal);
    let documents: Vec<_> = policies.iter().map(Policy::document).collect();
    let Some(first) = documents.first() else {
        let role = &question.principal;
        let gap = facts.gap(
            api_call!("iam:ListAttachedRolePolicies"),
            role.as_str(),
            role.account(),
            None,
        );
        return Ruling::Open {
            gaps: vec![gap],
            may_deny: false,
            seen,
        };
    };
    let asked = Asked {
        subject: (&question.principal).into(),
        pointer: "/AttachedPolicies/0/Document",
        document: first,
    };
    match identity_side(request, &documents, None) {
        Side::Allowed { .. } => Ruling::Allowed { by: seen },
        Side::Denied { by, .. } => Ruling::Missing {
            near: asked.statements(&by, action, &request.context),
            fault: Fault::Principal,
            denies: None,
        },
        Side::NotAllowed { near, .. } => Ruling::Missing {
            near: asked.near(&near, action),
            fault: Fault::Principal,
            denies: None,
        },
        Side::Unknown { statements, keys } => Ruling::Open {
            gaps: keys
                .iter()
                .map(|key| gap_of_key(key, facts, &question.principal, &question.key))
                .collect(),
            may_deny: false,
            seen: asked.open(&statements, &keys),
        },
    }
}

/// AWS Backup's service-linked role in an account, whose policies are asked many things.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ServiceLinked(Arn);

/// The policies of AWS Backup's service-linked role: those that were read, else the one that is built in.
fn service_linked_role_policies(facts: &Facts<'_>, role: &Arn) -> Arc<[Policy]> {
    facts.once(&ServiceLinked(role.clone()), policies_of)
}

fn policies_of(ServiceLinked(role): &ServiceLinked, facts: &Facts<'_>) -> Arc<[Policy]> {
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

/// Silence of the key policy is not denial where a grant speaks.
fn granted(facts: &Facts<'_>, question: &Asking, action: &str, near: Vec<Evidence>) -> Ruling {
    let (key, principal) = (&question.key, &question.principal);
    granted_to(facts, key, principal, action, near)
}

fn granted_to(
    facts: &Facts<'_>,
    key: &Arn,
    principal: &Arn,
    action: &str,
    near: Vec<Evidence>,
) -> Ruling {
    let grants = match facts.key_grants(key) {
        Fact::Unknown(gap) => {
            return Ruling::Open {
                gaps: vec![*gap],
                may_deny: false,
                seen: near,
            };
        }
        Fact::Known(grants) => grants.unwrap_or(&[]),
    };
    let operation = action.trim_start_matches("kms:");
    let mut constrained = None;
    for (index, grant) in grants.iter().enumerate() {
        let to = grant.grantee_principal.value().map(|who| &**who);
        let to_us = to == Some(principal.as_str());
        let may_be_us = to.is_some_and(|who| may_stand_for(who, principal));
        let for_this = grant
            .operations
            .value()
            .is_some_and(|operations| operations.iter().any(|name| **name == *operation));
        if !(to_us || may_be_us) || !for_this {
            continue;
        }
        let seen = Evidence::at(
            key,
            format!("/Grants/{index}"),
            format!("the grant allows {action}"),
        );
        let free = grant
            .constraints
            .value()
            .is_none_or(|json| json.0.as_object().is_some_and(serde_json::Map::is_empty));
        if free && to_us {
            return Ruling::Allowed { by: vec![seen] };
        }
        constrained = Some(seen);
    }
    match constrained {
        None => Ruling::Missing {
            near,
            fault: Fault::Subject,
            denies: None,
        },
        Some(seen) => {
            let gap = gap_of_key("kms:EncryptionContext", facts, principal, key);
            Ruling::Open {
                gaps: vec![gap],
                may_deny: false,
                seen: vec![seen],
            }
        }
    }
}

/// Whether a grant to somebody may be one to the principal: to its account, of which no page says what it gives, or to one of
/// its sessions.
fn may_stand_for(grantee: &str, principal: &Arn) -> bool {
    let account = |id: &str| principal.account().is_some_and(|own| own.to_string() == id);
    if account(grantee) {
        return true;
    }
    let Ok(grantee) = Arn::parse(grantee) else {
        return false;
    };
    let session = || {
        grantee
            .resource()
            .strip_prefix("assumed-role/")?
            .split('/')
            .next()
    };
    grantee.account() == principal.account()
        && (grantee.resource() == "root" || session() == Some(principal.name()))
}

/// The requests to a key by a role.
pub fn key_requests(
    facts: &Facts<'_>,
    role: &Arn,
    key: &Arn,
    actions: &[&'static str],
    through: &Through,
) -> Vec<Forms> {
    let question = Asking {
        key: key.clone(),
        principal: role.clone(),
        actions: &[],
        through: through.clone(),
        both_sides: false,
    };
    question.requests(facts, actions)
}

/// Whether a key's policy, or a grant, names the role itself, so that the role's own policies need not speak. Asked of
/// keys of the role's own account alone.
pub enum Named {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It depends on what was not read.
    Open(Vec<Gap>),
}

/// Whether the key itself lets the role do this.
pub fn named_by_key(
    facts: &Facts<'_>,
    role: &Arn,
    key: &Arn,
    action: &'static str,
    request: &Request,
) -> Named {
    if role.account() != key.account() {
        return Named::No;
    }
    let policy = match facts.key_policy(key) {
        Fact::Known(Some(policy)) => policy,
        Fact::Known(None) => return Named::No,
        Fact::Unknown(gap) => return Named::Open(vec![*gap]),
    };
    let gaps = |keys: &[String]| {
        keys.iter()
            .map(|name| gap_of_key(name, facts, role, key))
            .collect()
    };
    match resource_side(request, Some(policy.document())) {
        Side::Allowed { how, .. } if how != How::Account => Named::Yes,
        Side::Allowed { open, keys, .. } if !open.is_empty() => Named::Open(gaps(&keys)),
        Side::Unknown { keys, .. } => Named::Open(gaps(&keys)),
        Side::Denied { .. } => Named::No,
        side @ (Side::Allowed { .. } | Side::NotAllowed { .. }) => {
            // A Deny of the key's policy strikes grants too.
            if let Side::NotAllowed { denies, keys, .. } = &side
                && !denies.is_empty()
            {
                return Named::Open(gaps(keys));
            }
            match granted_to(facts, key, role, action, Vec::new()) {
                Ruling::Allowed { .. } => Named::Yes,
                Ruling::Open { gaps, .. } => Named::Open(gaps),
                Ruling::Denied { .. } | Ruling::Missing { .. } => Named::No,
            }
        }
    }
}

/// A principal that uses a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct OfKey {
    key: Arn,
    principal: Arn,
}

/// What every request of a principal to a key has. `None` where the principal's ARN is none.
fn of_key(facts: &Facts<'_>, key: &Arn, principal: &Arn) -> Option<Request> {
    let asking = OfKey {
        key: key.clone(),
        principal: principal.clone(),
    };
    facts.once(&asking, |OfKey { key, principal }, facts| {
        let caller = principal.account();
        let caller = caller.map_or(Entry::Unknown, |id| Entry::One(format_smolstr!("{id}")));
        let mut context = of_role(facts, principal, key.account(), key.region().as_ref())
            .with("kms:CallerAccount", caller)
            .with_family("backup:", Rest::Absent);
        context = with_tags(context, "aws:ResourceTag/", facts.key_tags(key));
        if let Fact::Known(aliases) = facts.key_aliases(key) {
            let aliases = aliases.unwrap_or(&[]).iter();
            let aliases = aliases.map(|alias| SmolStr::new(&**alias)).collect();
            context.set("kms:ResourceAliases", Entry::Many(aliases));
        }
        let resource = Resource::exact(key);
        let who = Principal::parse(principal.as_str()).ok()?;
        let mut request = Request::new(who, "", resource, context);
        request.bounded = facts.has_boundary(principal);
        Some(request)
    })
}

/// The keys that only some actions carry.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>.
fn of_action(context: &mut Context, action: &str, on_ebs: bool) {
    if action == "kms:CreateGrant" {
        context.set("kms:GrantIsForAWSResource", Entry::One("true".into()));
    } else {
        // GrantConstraintType, GranteePrincipal, GrantIsForAWSResource and GrantOperations.
        context.set_family("kms:Grant", Rest::Absent);
        context.set_family("kms:RetiringPrincipal", Rest::Absent);
    }
    if action == "kms:DescribeKey" {
        context.set_family("kms:EncryptionContext", Rest::Absent);
    } else if on_ebs {
        let id = vec![SmolStr::new_static("aws:ebs:id")];
        context.set("kms:EncryptionContextKeys", Entry::Including(id));
    }
}
