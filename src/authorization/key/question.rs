//! A question to a key, and the requests of it as KMS sees them.

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::encryption::{ViaService, key_reading, via_services};
use crate::inventory::{Facts, Question, Route};
use crate::known::{Arn, Fact, Gap, Region};
use crate::policy::{Context, Entry, Principal, Request, Resource, Rest, Shape};

use super::super::context::{
    Variants, about, gap_of_key, of_role, with_tags, without_request_tags,
};
use super::super::ruling::{Party, Ruling};
use super::super::rulings::Rulings;

/// A principal's access to a key, as a copy on a route needs it.
#[derive(Clone, Copy)]
pub struct KeyAccess<'a> {
    /// The route.
    pub copy: &'a Route,
    /// What was read.
    pub facts: &'a Facts<'a>,
    /// The key.
    pub key: &'a Arn,
    /// Who wants to use it.
    pub principal: &'a Arn,
    /// Through which service.
    pub via: Via,
}

impl KeyAccess<'_> {
    /// A question to the key alone, for these actions.
    pub(super) fn question(&self, actions: &'static [&'static str]) -> KeyUseQuestion {
        KeyUseQuestion {
            key: self.key.clone(),
            principal: self.principal.clone(),
            actions,
            through: Through::of(self.copy, self.via),
            both_sides: false,
        }
    }
}

/// Through which service a key is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The service that owns the resource, in the Region of either vault.
    OfType,
    /// The same where the backup is made.
    OfTypeHere,
    /// The same where the copy is made.
    OfTypeThere,
    /// AWS Backup itself: the keys of logically air-gapped vaults.
    Backup,
    /// The service that owns the resource, where the backup is made: a key that the backup itself is not on.
    OfResource,
}

/// Through which service a copy uses a key, and where: all that such a request takes of the copy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Through {
    /// The word before the Region.
    service: Option<&'static str>,
    /// A key that the encryption context has.
    context_key: Option<&'static str>,
    regions: [Option<Region>; 2],
    in_china: bool,
}

impl Through {
    /// How a copy uses a key.
    pub fn of(copy: &Route, via: Via) -> Self {
        let of_type = copy.kind.agreed(via_services).known().flatten().flatten();
        let on_ebs = (of_type == Some(ViaService::Ec2)).then_some("aws:ebs:id");
        let here = copy.endpoints.source_region().known();
        let there = copy.endpoints.destination_region().known();
        let reading = || copy.kind.agreed(key_reading).known().flatten().flatten();
        let (service, context_key, regions) = match via {
            Via::Backup => (Some(ViaService::Backup.as_str()), on_ebs, [here, there]),
            Via::OfType => (of_type.map(ViaService::as_str), on_ebs, [here, there]),
            Via::OfTypeHere => (
                of_type.map(ViaService::as_str),
                on_ebs,
                [here.clone(), here],
            ),
            Via::OfTypeThere => (
                of_type.map(ViaService::as_str),
                on_ebs,
                [there.clone(), there],
            ),
            Via::OfResource => {
                let reading = reading();
                let service = reading.map(|reading| reading.via);
                let context_key = reading.and_then(|reading| reading.context_key);
                (service, context_key, [here.clone(), here])
            }
        };
        Self {
            service,
            context_key,
            regions,
            in_china: copy.endpoints.destination_vault.partition().as_str() == "aws-cn",
        }
    }

    /// The same for policies that do not look at the service: one answer for all services and Regions.
    pub fn unseen(self) -> Self {
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
            Some(region) => Entry::One(format_smolstr!("{service}.{region}.{suffix}")),
            None => Entry::Shaped(Shape::parse(format_smolstr!("{service}.*.{suffix}"))),
        };
        let mut vias: Vec<Entry> = self.regions.iter().map(entry).collect();
        vias.dedup();
        vias
    }
}

/// A question to a key, with all that its answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyUseQuestion {
    pub key: Arn,
    pub principal: Arn,
    pub actions: &'static [&'static str],
    pub through: Through,
    pub both_sides: bool,
}

impl KeyUseQuestion {
    /// The same ruling on every action.
    pub fn all(&self, ruling: &Ruling) -> Rulings {
        let of = |action: &&'static str| (*action, ruling.clone());
        Rulings::new(self.actions.iter().map(of))
    }

    /// Each action with the requests as KMS sees them, one for each Region in which the service in between may make it.
    /// Without one where the principal's ARN is not one.
    pub fn requests(&self, facts: &Facts<'_>, actions: &[&'static str]) -> Vec<Variants> {
        let through = &self.through;
        let of_key = of_key(facts, &self.key, &self.principal);
        let vias = through.entries();
        let of = |action: &&'static str| {
            let request = |via: &Entry| {
                let mut request = of_key.clone()?.with_action(action);
                request.context.set("kms:ViaService", via.clone());
                of_action(&mut request.context, action, through.context_key);
                Some(request)
            };
            (*action, vias.iter().filter_map(request).collect())
        };
        actions.iter().map(of).collect()
    }
}

/// Nothing allows it: there is no such key, or the principal's ARN is not one.
pub fn missing() -> Ruling {
    Ruling::missing(Party::Resource, Vec::new())
}

pub fn open_gaps(keys: &[String], facts: &Facts<'_>, question: &KeyUseQuestion) -> Vec<Gap> {
    let gap = |key: &String| gap_of_key(key, facts, &question.principal, &question.key);
    keys.iter().map(gap).collect()
}

/// A principal that uses a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct KeyCallerQuestion {
    key: Arn,
    principal: Arn,
}

/// What every request of a principal to a key has. `None` where the principal's ARN is not one.
fn of_key(facts: &Facts<'_>, key: &Arn, principal: &Arn) -> Option<Request> {
    let asking = KeyCallerQuestion {
        key: key.clone(),
        principal: principal.clone(),
    };
    facts.answer(&asking)
}

impl Question for KeyCallerQuestion {
    type Answer = Option<Request>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        let Self { key, principal } = self;
        let caller = principal.account();
        let caller = caller.map_or(Entry::Unknown, |id| Entry::One(format_smolstr!("{id}")));
        let mut context = of_role(facts, principal, key.account(), key.region().as_ref())
            .with("kms:CallerAccount", caller)
            .with_family("backup:", Rest::Absent);
        // None of the actions that are asked of a key here sets tags.
        context = without_request_tags(context);
        context = with_tags(context, "aws:ResourceTag/", facts.key_tags(key));
        if let Fact::Known(aliases) = facts.key_aliases(key) {
            let aliases = aliases.unwrap_or(&[]).iter();
            let aliases = aliases.map(|alias| SmolStr::new(&**alias)).collect();
            context.set("kms:ResourceAliases", Entry::Many(aliases));
        }
        let resource = Resource::exact(key);
        let who = Principal::parse(principal.as_str()).ok()?;
        let mut request = about(Request::new(who, "", resource, context), "kms:");
        request.bounded = facts.has_boundary(principal);
        request.in_session = true;
        Some(request)
    }
}

/// The keys that only some actions carry.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>.
fn of_action(context: &mut Context, action: &str, context_key: Option<&'static str>) {
    if action == "kms:CreateGrant" {
        context.set("kms:GrantIsForAWSResource", Entry::One("true".into()));
        // Cryptographic operations, DescribeKey and GetPublicKey alone take an alias for a key.
        context.set("kms:RequestAlias", Entry::Absent);
    } else {
        // GrantConstraintType, GranteePrincipal, GrantIsForAWSResource and GrantOperations.
        context.set_family("kms:Grant", Rest::Absent);
        context.set_family("kms:RetiringPrincipal", Rest::Absent);
    }
    if action == "kms:DescribeKey" {
        context.set_family("kms:EncryptionContext", Rest::Absent);
    } else if let Some(key) = context_key {
        let all = vec![SmolStr::new_static(key)];
        context.set("kms:EncryptionContextKeys", Entry::Including(all));
    }
}

/// The requests to a key by a role.
pub fn key_requests(
    facts: &Facts<'_>,
    role: &Arn,
    key: &Arn,
    actions: &[&'static str],
    through: &Through,
) -> Vec<Variants> {
    let question = KeyUseQuestion {
        key: key.clone(),
        principal: role.clone(),
        actions: &[],
        through: through.clone(),
        both_sides: false,
    };
    question.requests(facts, actions)
}
