//! The template of a request: all that it depends on besides the facts, its role and its action. What was ruled on a template
//! holds wherever it comes again.

use std::slice;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::backups::{ASSOCIATE_ACCESS_POLICY, associated_access_policy};
use crate::catalog::condition_keys::{VOLUME_ENCRYPTED, tag_keys};
use crate::catalog::given_ids::id_to_come;
use crate::catalog::requests::SOURCE_RESOURCE;
use crate::inventory::Facts;
use crate::known::{AccountId, Arn, Fact, Region, part};
use crate::policy::{Context, Entry, Principal, Request, Resource, Rest, Shape};

use super::context::{
    Variants, about, any_value, encrypted, of_role, organization_paths, type_of, with_action,
    with_source_resource_tag, with_tags,
};
use super::key::{Through, key_requests};
use super::ruling::Ruling;

/// What a request is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RequestTemplate {
    /// Into a vault.
    Into {
        /// The vault.
        vault: Arn,
    },
    /// Out of a vault.
    From {
        /// The vault.
        vault: Arn,
        /// The vault that the copy goes to.
        target: Arn,
        /// The recovery point, where there is one.
        point: Option<Arn>,
        /// Else the shapes that its ARN will have.
        shapes: Vec<SmolStr>,
    },
    /// On a key.
    Key {
        /// The key.
        key: Arn,
        /// Through which service, and where.
        through: Through,
    },
    /// On the snapshot, image or backup of the owning service.
    Snapshot {
        /// The vault that it is in.
        vault: Arn,
        /// Whether it lies in an account of AWS's.
        foreign: bool,
        /// The recovery point, where there is one.
        point: Option<Arn>,
        /// Its ARN, or the shapes that that will have.
        shapes: Vec<SmolStr>,
        /// The Region that it is copied to, where that is another and the call may be made there.
        to: Option<Region>,
        /// Whether the call must be allowed in both Regions.
        in_both: bool,
        /// The Region in which another principal may make the call in its place.
        elsewhere: Option<Region>,
        /// What the copy makes: the role must be let make it, too.
        made: Option<Made>,
    },
    /// On something else in the account and Region of the source vault.
    Plain {
        /// The vault.
        vault: Arn,
        /// Its ARN, or the shape that that has.
        shape: SmolStr,
        /// What it is made of, by the same call.
        of: Option<Arn>,
    },
}

/// The snapshot, image or backup that a copy makes: its name is not known beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Made {
    /// The Region that it is made in.
    pub region: Region,
    /// The shapes that its ARN will have.
    pub shapes: Vec<SmolStr>,
}

/// What the answers to several variants of one request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Several {
    /// The request comes in one of the variants, and nobody knows in which.
    OneCounts,
    /// It comes in each of them.
    AllCount,
    /// It comes in the last of them, and in one of the others.
    LastCounts,
    /// It comes in the first of them, or by somebody else in the others: what stands against the first alone may not count.
    FirstMayCount,
}

impl Several {
    /// The rulings on the variants of a request about a subject, together. `None` without any.
    pub fn together(self, rulings: impl Iterator<Item = Ruling>, subject: &Arn) -> Option<Ruling> {
        match self {
            Self::AllCount => rulings.reduce(Ruling::and),
            Self::OneCounts => rulings.reduce(|one, other| one.either(other, subject)),
            Self::LastCounts => {
                let mut rulings: Vec<Ruling> = rulings.collect();
                let last = rulings.pop()?;
                let others = Self::OneCounts.together(rulings.into_iter(), subject);
                Some(others.map_or_else(|| last.clone(), |others| others.and(last.clone())))
            }
            Self::FirstMayCount => {
                let mut rulings = rulings;
                let first = rulings.next()?;
                let is_allowed = matches!(first, Ruling::Allowed { .. });
                let others = rulings.filter(|_| !is_allowed);
                Some(others.fold(first, |one, other| one.either(other, subject)))
            }
        }
    }
}

impl RequestTemplate {
    /// What a policy must name, given what it names of the backup: what the copy makes, too.
    pub fn resources(&self, of_backup: &SmolStr) -> Vec<SmolStr> {
        let Self::Snapshot {
            vault,
            shapes,
            to,
            made,
            ..
        } = self
        else {
            return vec![of_backup.clone()];
        };
        let others = match (made, to) {
            (Some(made), _) => made.shapes.clone(),
            // In both of them, or in either.
            (None, Some(to)) => moved(shapes, vault.region().as_ref(), to),
            (None, None) => Vec::new(),
        };
        match others.as_slice() {
            // The shape of what is made in the same Region is that of the backup as well.
            [one]
                if made
                    .as_ref()
                    .is_some_and(|made| vault.region().as_ref() == Some(&made.region)) =>
            {
                vec![one.clone()]
            }
            [one] => vec![of_backup.clone(), one.clone()],
            _ => vec![of_backup.clone()],
        }
    }

    /// All that its requests are done to, in each variant. `None` for a key, which is used by way of a service.
    pub fn done_to(&self, facts: &Facts<'_>) -> Option<Vec<Resource>> {
        let all = match self {
            Self::Key { .. } => return None,
            Self::Into { vault } => vec![of_thing(facts, vault)],
            Self::From { point, shapes, .. } => vec![of_point_or_shapes(point.as_ref(), shapes)],
            Self::Plain { shape, .. } => vec![of_shapes(facts, slice::from_ref(shape))],
            Self::Snapshot {
                vault,
                shapes,
                to,
                made,
                ..
            } => {
                let there = match (made, to) {
                    (Some(made), _) => Some(of_shapes(facts, &made.shapes)),
                    (None, Some(to)) => {
                        let there = moved(shapes, vault.region().as_ref(), to);
                        Some(of_shapes(facts, &there))
                    }
                    (None, None) => None,
                };
                [Some(of_shapes(facts, shapes)), there]
                    .into_iter()
                    .flatten()
                    .collect()
            }
        };
        Some(all)
    }

    /// What the answers to its requests come to.
    pub fn several(&self) -> Several {
        match self {
            Self::Snapshot { in_both: true, .. } => Several::AllCount,
            Self::Snapshot { made: Some(_), .. } => Several::LastCounts,
            Self::Snapshot {
                elsewhere: Some(_), ..
            } => Several::FirstMayCount,
            Self::Snapshot {
                in_both: false,
                made: None,
                elsewhere: None,
                ..
            }
            | Self::Into { .. }
            | Self::From { .. }
            | Self::Key { .. }
            | Self::Plain { .. } => Several::OneCounts,
        }
    }

    /// Each action with the requests in which it may come; where the answers differ nobody knows which counts. Without
    /// one where an ARN is not one.
    pub fn requests(
        &self,
        facts: &Facts<'_>,
        role: &Arn,
        actions: &[&'static str],
    ) -> Vec<Variants> {
        let action = actions.first().copied().unwrap_or_default();
        let all: Vec<Option<Request>> = match self {
            Self::Key { key, through } => return key_requests(facts, role, key, actions, through),
            Self::Into { vault } => vec![into_request(facts, role, action, vault)],
            Self::From {
                vault,
                target,
                point,
                shapes,
            } => vec![from_request(
                facts,
                role,
                action,
                (vault, target),
                point.as_ref(),
                shapes,
            )],
            Self::Snapshot {
                vault,
                foreign,
                point,
                shapes,
                to,
                in_both,
                elsewhere,
                made,
            } => {
                let on = |region: Option<Region>, shapes: &[SmolStr]| {
                    let place = (vault.account().filter(|_| !foreign), region);
                    on_snapshot(facts, role, action, place, point.as_ref(), shapes)
                };
                let here = vault.region();
                let mut all = vec![on(here.clone(), shapes)];
                match (made, to) {
                    (Some(made), to) => {
                        // The call for the backup may come in either Region, where it does not come in both.
                        let there = to.clone().filter(|_| !in_both);
                        all.extend(there.map(|to| on(Some(to), shapes)));
                        let place = (role.account(), Some(&made.region));
                        // Whether it has tags by then no page says.
                        all.push(on_resource(facts, role, action, place, &made.shapes));
                    }
                    (None, Some(to)) => {
                        all.push(on(Some(to.clone()), &moved(shapes, here.as_ref(), to)));
                    }
                    (None, None) => {}
                }
                let there = elsewhere.clone();
                all.extend(there.map(|there| on(Some(there), shapes)));
                all
            }
            Self::Plain { vault, shape, of } => {
                let (account, region) = (vault.account(), vault.region());
                let place = (account, region.as_ref());
                let own = on_resource(facts, role, action, place, slice::from_ref(shape));
                match of {
                    Some(of) => made_of(own, facts, of),
                    None => vec![own],
                }
            }
        };
        let of_one_service = actions.chunk_by(|one, other| part(one, 0) == part(other, 0));
        let variants = of_one_service.flat_map(|actions| {
            let first = actions.first().copied().unwrap_or_default();
            let all: Vec<Request> = all
                .iter()
                .flatten()
                .map(|one| about(one.clone(), first))
                .collect();
            actions.iter().map(move |action| {
                let variants = all.iter().map(|one| with_action(one.clone(), action));
                (*action, variants.collect())
            })
        });
        variants.collect()
    }
}

fn into_request(facts: &Facts<'_>, role: &Arn, action: &str, vault: &Arn) -> Option<Request> {
    let context = of_role(facts, role, vault.account(), vault.region().as_ref())
        .with_family("backup:", Rest::Absent)
        .with_family("kms:", Rest::Absent);
    let context = with_tags(context, "aws:ResourceTag/", facts.vault_tags(vault));
    let principal = Principal::parse(role.as_str()).ok()?;
    let resource = of_thing(facts, vault);
    Some(Request::new(principal, action, resource, context))
}

fn from_request(
    facts: &Facts<'_>,
    role: &Arn,
    action: &str,
    (vault, target): (&Arn, &Arn),
    point: Option<&Arn>,
    shapes: &[SmolStr],
) -> Option<Request> {
    let targets = match to_come(facts, target.as_str()) {
        Some(shape) => Entry::Shaped(shape),
        None => Entry::Many(vec![target.into()]),
    };
    let context = of_role(facts, role, vault.account(), vault.region().as_ref())
        .with("backup:CopyTargets", targets)
        .with(
            "backup:CopyTargetOrgPaths",
            organization_paths(facts, target.account()),
        )
        .with_family("kms:", Rest::Absent);
    let mut request = Request::new(
        Principal::parse(role.as_str()).ok()?,
        action,
        of_point_or_shapes(point, shapes),
        with_source_resource_tag(of_point(context, facts, point)),
    );
    request.resource_account = vault.account();
    Some(request)
}

fn on_snapshot(
    facts: &Facts<'_>,
    role: &Arn,
    action: &str,
    (account, region): (Option<AccountId>, Option<Region>),
    point: Option<&Arn>,
    shapes: &[SmolStr],
) -> Option<Request> {
    let mut request = on_resource(facts, role, action, (account, region.as_ref()), shapes)?;
    request.context = with_source_resource_tag(of_point(request.context, facts, point));
    Some(request)
}

/// The request on something of an account and a Region, by its ARN or the shapes of it, to a service that is neither AWS Backup nor
/// KMS.
fn on_resource(
    facts: &Facts<'_>,
    role: &Arn,
    action: &str,
    (account, region): (Option<AccountId>, Option<&Region>),
    shapes: &[SmolStr],
) -> Option<Request> {
    let context = of_role(facts, role, account, region)
        .with_family("kms:", Rest::Absent)
        .with_family("backup:", Rest::Absent);
    let context = if action == ASSOCIATE_ACCESS_POLICY {
        let policy = associated_access_policy(role.partition().as_str());
        context.with("eks:policyArn", Entry::One(policy)).with(
            "eks:accessScope",
            Entry::One(SmolStr::new_static("cluster")),
        )
    } else {
        context
    };
    let principal = Principal::parse(role.as_str()).ok()?;
    let context = match shapes {
        [exact] => of_resource(context, facts, exact),
        _ => context,
    };
    let mut request = Request::new(principal, action, of_shapes(facts, shapes), context);
    request.resource_account = account;
    Some(request)
}

/// With what the facts tell of the thing of this ARN: its tags, and whether a volume is encrypted.
fn of_resource(context: Context, facts: &Facts<'_>, arn: &str) -> Context {
    let Some(arn) = exact(arn) else {
        return context;
    };
    let keys = tag_keys(arn.service(), type_of(&arn)).iter();
    let tags = facts.resource_tags(&arn);
    let context = keys.fold(context, |context, key| {
        with_tags(context, key, tags.clone())
    });
    match encrypted(facts, &arn) {
        Some(Fact::Known(is)) => {
            context.with(VOLUME_ENCRYPTED, Entry::One(format_smolstr!("{is}")))
        }
        Some(Fact::Unknown(_)) | None => context,
    }
}

/// The requests on what a call makes of something: with what the facts tell of that, and without. No page says which keys of it such
/// a request carries.
fn made_of(own: Option<Request>, facts: &Facts<'_>, of: &Arn) -> Vec<Option<Request>> {
    let keys = tag_keys(of.service(), type_of(of));
    let (Some(own), [_, ..]) = (own.as_ref(), keys) else {
        return vec![own];
    };
    let own = own.clone();
    let marked = |mut request: Request, context: Context| {
        let marks = keys.iter().map(|key| format!("{key}{SOURCE_RESOURCE}"));
        request.context = marks.fold(context, |context, mark| context.with(mark, Entry::Unknown));
        Some(request)
    };
    let with = of_resource(own.context.clone(), facts, of.as_str());
    let without = keys.iter().fold(own.context.clone(), |context, key| {
        context.with_family(key, Rest::Absent)
    });
    let without = without.with(VOLUME_ENCRYPTED, Entry::Absent);
    vec![marked(own.clone(), with), marked(own, without)]
}

/// The ARN of one thing.
fn exact(arn: &str) -> Option<Arn> {
    let arn = (!arn.contains('*')).then(|| Arn::parse(arn).ok());
    arn.flatten()
}

fn of_point_or_shapes(point: Option<&Arn>, shapes: &[SmolStr]) -> Resource {
    match point {
        Some(point) => Resource::exact(point),
        None => Resource::one_of(shapes.iter().cloned()),
    }
}

/// A thing, whose name may be given when a change is applied.
fn of_thing(facts: &Facts<'_>, arn: &Arn) -> Resource {
    match to_come(facts, arn.as_str()) {
        Some(shape) => Resource::OneOf(Arc::new([shape])),
        None => Resource::exact(arn),
    }
}

fn of_shapes(facts: &Facts<'_>, shapes: &[SmolStr]) -> Resource {
    match shapes {
        [one] if let Some(shape) = to_come(facts, one) => Resource::OneOf(Arc::new([shape])),
        [exact] if !exact.contains('*') => Resource::exact(exact.clone()),
        _ => Resource::one_of(shapes.iter().cloned()),
    }
}

/// The shape of an ARN in which something stands in for the name that a thing will have, or of what is in the thing; `None`: its name is
/// known.
fn to_come(facts: &Facts<'_>, text: &str) -> Option<Shape> {
    const WITHIN: &str = "/*";
    let (own, rest) = match text.strip_suffix(WITHIN) {
        Some(own) => (own, WITHIN),
        None => (text, ""),
    };
    if own.contains('*') {
        return None;
    }
    let arn = Arn::parse(own).ok()?;
    let of_id = || {
        let (name, begins) = id_to_come(arn.service(), arn.resource())?;
        let before = own.strip_suffix(name)?;
        Some(format!("{before}{begins}*"))
    };
    let shape = facts.arn_begins(&arn).map(|begins| format!("{begins}*"));
    Some(Shape::begun(text, &shape.or_else(of_id)?, rest))
}

/// The shapes in another Region: those of what the copy makes there.
fn moved(shapes: &[SmolStr], from: Option<&Region>, to: &Region) -> Vec<SmolStr> {
    let Some(from) = from else {
        return shapes.to_vec();
    };
    let (from, to) = (format!(":{from}:"), format!(":{to}:"));
    let shapes = shapes.iter();
    shapes
        .map(|shape| shape.replacen(&from, &to, 1).into())
        .collect()
}

/// With the tags of the recovery point, where there is one.
pub fn of_point(context: Context, facts: &Facts<'_>, point: Option<&Arn>) -> Context {
    let Some(point) = point else {
        return context;
    };
    let tags = facts.point_tags(point);
    let context = with_tags(context, "aws:ResourceTag/", tags.clone());
    let mut own = tag_keys(point.service(), type_of(point)).iter();
    match own.find(|key| !key.starts_with("aws:")) {
        Some(key) => {
            let mark = format_smolstr!("{key}{SOURCE_RESOURCE}");
            with_tags(context, key, tags).with(mark.to_string(), any_value())
        }
        None => context,
    }
}
