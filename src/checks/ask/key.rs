//! May a principal use a key? The key policy, then grants, then, for a service-linked role, AWS's policy of that role.

use crate::catalog::encryption::{ViaService, via_services};
use crate::catalog::managed_policies::SERVICE_LINKED_ROLE_POLICY;
use crate::inventory::{Facts, Policy, Route, built_in};
use crate::known::{Arn, Fact, Gap, Region};
use crate::policy::{
    Context, Effect, Entry, How, Principal, Request, Resource, Rest, Shape, Side, Truth,
    identity_side, resource_side,
};
use crate::verdict::Evidence;

use super::context::{gap_of_key, of_role, with_tags};
use super::ruling::{Asked, Fault, OpenDeny, Ruling, Rulings};

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
    let asking = Asking {
        key: question.key.clone(),
        principal: question.principal.clone(),
        actions: question.actions,
        through: Through::of(copy, question.via),
        both_sides: question.both_sides,
    };
    facts.once(&asking, |asking, facts| {
        let vias = asking.through.entries();
        let rulings = asking.actions.iter().map(|action| {
            let mut rulings = vias.iter().map(|via| ask(facts, asking, action, via));
            let first = rulings.next().unwrap_or(Ruling::Open {
                gaps: Vec::new(),
                may_deny: true,
                seen: Vec::new(),
            });
            (
                *action,
                rulings.fold(first, |one, other| either(one, other, &asking.key)),
            )
        });
        Rulings(rulings.collect())
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
    Gap {
        account: key.account().map(|id| id.to_string()),
        region: key.region().map(|region| region.to_string()),
        operation: "no call tells kms:ViaService".to_owned(),
        subject: key.to_string(),
        error: None,
        permission: "none".to_owned(),
    }
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
            Some(region) => Entry::One(format!("{}.{region}.{suffix}", service.as_str())),
            None => Entry::Shaped(Shape::parse(&format!("{}.*.{suffix}", service.as_str()))),
        };
        let mut vias: Vec<Entry> = self.regions.iter().map(entry).collect();
        vias.dedup();
        vias
    }
}

fn ask(facts: &Facts<'_>, question: &Asking, action: &'static str, via: &Entry) -> Ruling {
    let policy = match facts.key_policy(&question.key) {
        Fact::Known(Some(policy)) => policy,
        Fact::Known(None) => {
            return Ruling::Missing {
                near: Vec::new(),
                fault: Fault::Subject,
                denies: None,
            };
        }
        Fact::Unknown(gap) => {
            return Ruling::Open {
                gaps: vec![*gap],
                may_deny: true,
                seen: Vec::new(),
            };
        }
    };
    let Some(request) = request(facts, question, action, via) else {
        return Ruling::Missing {
            near: Vec::new(),
            fault: Fault::Subject,
            denies: None,
        };
    };
    let asked = Asked {
        subject: &question.key,
        pointer: "/Policy",
        document: policy.document(),
    };
    match resource_side(&request, Some(policy.document())) {
        Side::Denied { by, allow } => Ruling::Denied {
            unless: None,
            silent: allow == Truth::False
                && matches!(
                    granted(facts, question, action, Vec::new()),
                    Ruling::Missing { .. }
                ),
            statements: by.iter().map(|at| at.index).collect(),
            by: asked.statements(&by, action),
        },
        Side::Allowed {
            by,
            how,
            open,
            keys,
        } => {
            let seen = asked.statements(&by, action);
            let same_account = question.principal.account() == question.key.account();
            if !question.both_sides || (same_account && how != How::Account) {
                return Ruling::Allowed { by: seen };
            }
            let own = role_may(facts, question, &request, action, seen);
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
            let ruling = granted(facts, question, action, asked.near(&near, action));
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
            "iam:ListAttachedRolePolicies",
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
        subject: &question.principal,
        pointer: "/AttachedPolicies/0/Document",
        document: first,
    };
    match identity_side(request, &documents, None) {
        Side::Allowed { .. } => Ruling::Allowed { by: seen },
        Side::Denied { by, .. } => Ruling::Missing {
            near: asked.statements(&by, action),
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

/// The policies of AWS Backup's service-linked role: those that were read, else the one that is built in.
fn service_linked_role_policies(facts: &Facts<'_>, role: &Arn) -> Vec<Policy> {
    let read = facts.role_policies(role).known().flatten();
    let read: Vec<Policy> = read
        .into_iter()
        .flat_map(|policies| policies.identity)
        .filter_map(|policy| policy.policy.known())
        .collect();
    if !read.is_empty() {
        return read;
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
        let to_us = grant
            .grantee_principal
            .value()
            .is_some_and(|who| **who == *principal.as_str());
        let for_this = grant
            .operations
            .value()
            .is_some_and(|operations| operations.iter().any(|name| **name == *operation));
        if !to_us || !for_this {
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
        if free {
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

/// The requests to a key by a role, one for each Region in which the service in between may make it. Empty where an ARN
/// is none.
pub fn key_requests(
    facts: &Facts<'_>,
    role: &Arn,
    key: &Arn,
    action: &'static str,
    through: &Through,
) -> Vec<Request> {
    let question = Asking {
        key: key.clone(),
        principal: role.clone(),
        actions: &[],
        through: through.clone(),
        both_sides: false,
    };
    let vias = through.entries();
    vias.iter()
        .filter_map(|via| request(facts, &question, action, via))
        .collect()
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

/// The request as KMS sees it. `None` where the principal's ARN is none.
fn request(facts: &Facts<'_>, question: &Asking, action: &str, via: &Entry) -> Option<Request> {
    let key = &question.key;
    let principal = Principal::parse(question.principal.as_str()).ok()?;
    let caller = question
        .principal
        .account()
        .map_or(Entry::Unknown, |id| Entry::One(id.to_string()));
    let mut context = of_role(
        facts,
        &question.principal,
        key.account(),
        key.region().as_ref(),
    )
    .with("kms:CallerAccount", caller)
    .with("kms:ViaService", via.clone())
    .with_family("backup:", Rest::Absent);
    context = with_tags(context, "aws:ResourceTag/", facts.key_tags(key));
    if let Fact::Known(aliases) = facts.key_aliases(key) {
        let aliases = aliases
            .unwrap_or(&[])
            .iter()
            .map(ToString::to_string)
            .collect();
        context = context.with("kms:ResourceAliases", Entry::Many(aliases));
    }
    context = of_action(context, action, question.through.on_ebs);
    let mut request = Request::new(principal, action, Resource::exact(key.as_str()), context);
    request.bounded = facts.has_boundary(&question.principal);
    Some(request)
}

/// The keys that only some actions carry.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>.
fn of_action(context: Context, action: &str, on_ebs: bool) -> Context {
    let grants = action == "kms:CreateGrant";
    let context = if grants {
        context.with("kms:GrantIsForAWSResource", Entry::One("true".to_owned()))
    } else {
        context
            .with("kms:GrantIsForAWSResource", Entry::Absent)
            .with("kms:GrantOperations", Entry::Absent)
            .with("kms:GrantConstraintType", Entry::Absent)
            .with("kms:GranteePrincipal", Entry::Absent)
            .with("kms:RetiringPrincipal", Entry::Absent)
    };
    if action == "kms:DescribeKey" {
        context.with_family("kms:EncryptionContext", Rest::Absent)
    } else if on_ebs {
        context.with(
            "kms:EncryptionContextKeys",
            Entry::Including(vec!["aws:ebs:id".to_owned()]),
        )
    } else {
        context
    }
}
