//! What the owning service says of that which is copied: of the snapshot or image, else of the resource.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalog::Kind;
use crate::inventory::{Copy, Facts, KindOf, Route, Tags, Tree, unknown_within};
use crate::known::{Arn, ByHand, Fact, Gap, ResourceType};

/// The description, and of what it is. `None`: it was looked up and there is none.
pub struct Described<'a> {
    /// The snapshot, the image or the resource.
    pub of: Arn,
    /// What the service says.
    pub detail: Option<&'a Tree>,
}

impl<'a> Described<'a> {
    /// A field that is a text.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.detail?.get(name)?.as_str()
    }

    /// A field that is a list; empty where it is not set.
    pub fn list(&self, name: &str) -> &'a [Tree] {
        self.detail
            .and_then(|detail| detail.get(name))
            .and_then(Tree::as_array)
            .unwrap_or_default()
    }
}

/// What the service says of that which is copied. A recovery point with an ARN of AWS Backup's own, such as a
/// continuous one, has no snapshot yet: there the resource speaks.
pub fn described<'a>(copy: &Copy, facts: &Facts<'a>) -> Fact<Described<'a>> {
    if let Some(point) = copy.first_point()
        && point.service() != "backup"
    {
        return facts.point_description(point).map(|detail| Described {
            of: point.clone(),
            detail,
        });
    }
    match &copy.resource {
        Fact::Unknown(gap) => Fact::Unknown(gap.clone()),
        Fact::Known(Some(resource)) => {
            facts
                .resource_description(resource)
                .map(|detail| Described {
                    of: resource.clone(),
                    detail,
                })
        }
        Fact::Known(None) => Fact::unknown(match &copy.transfer.recovery_point {
            Some(point) => facts.describe_gap(point),
            None => not_named(copy),
        }),
    }
}

fn not_named(copy: &Copy) -> Gap {
    Gap::not_named("resource", copy.id.to_string())
}

/// The engine of a database: its snapshot names it, and so does the database itself. AWS always names one. `None`: the database was
/// looked up and there is none.
pub fn engine<'a>(copy: &Copy, facts: &Facts<'a>) -> Fact<Option<&'a str>> {
    let named = |described: Described<'a>| match described.detail.map(|detail| detail.get("Engine"))
    {
        Some(Some(Tree::Text(engine))) => Fact::Known(Some(engine.as_str())),
        Some(Some(_)) => {
            let says = "say what `Engine` is: RDS names one for each database";
            let gap = Gap::by_hand(ByHand::NotUnderstood, says, described.of.as_str());
            Fact::unknown(gap.where_is(&described.of))
        }
        Some(None) => Fact::unknown(facts.describe_gap(&described.of)),
        None => Fact::Known(None),
    };
    let of_snapshot = described(copy, facts).and_then(named);
    if matches!(of_snapshot, Fact::Known(_)) {
        return of_snapshot;
    }
    match copy.resource.as_ref() {
        Fact::Known(Some(resource)) => match facts.resource_description(resource) {
            Fact::Known(Some(detail)) => match detail.get("Engine").and_then(Tree::as_str) {
                Some(engine) => Fact::Known(Some(engine)),
                None => of_snapshot,
            },
            Fact::Known(None) | Fact::Unknown(_) => of_snapshot,
        },
        Fact::Known(None) | Fact::Unknown(_) => of_snapshot,
    }
}

/// The names of the option groups that the snapshot or the instance is in. `None`: the description leaves them out, which
/// RDS never does.
pub fn option_groups<'a>(described: &Described<'a>) -> Option<Vec<&'a str>> {
    let of_snapshot = described.text("OptionGroupName");
    let memberships = described.detail?.get("OptionGroupMemberships");
    if of_snapshot.is_none() && memberships.is_none() {
        return None;
    }
    let memberships = memberships.and_then(Tree::as_array).into_iter().flatten();
    let of_instance = memberships.filter_map(|group| group.get("OptionGroupName")?.as_str());
    let mut names: Vec<&str> = of_snapshot.into_iter().chain(of_instance).collect();
    names.sort_unstable();
    names.dedup();
    // What is in no group at all was not told of.
    (!names.is_empty()).then_some(names)
}

/// The tags that will go along: those of the recovery point, or of the resource whose backup is copied.
pub fn tags<'a>(copy: &Copy, facts: &Facts<'a>) -> Fact<Option<&'a Tags>> {
    match (copy.first_point(), copy.resource.as_ref()) {
        (Some(point), _) => facts.point_tags(point),
        (None, Fact::Known(Some(resource))) => facts.resource_tags(resource),
        (None, Fact::Known(None)) => Fact::unknown(not_named(copy)),
        (None, Fact::Unknown(gap)) => Fact::Unknown(gap),
    }
}

/// The tags that the plan's rule adds (`RecoveryPointTags`), unless a change leaves open which.
pub fn tags_of_rule<'a>(copy: &Copy, facts: &Facts<'a>) -> Fact<BTreeMap<&'a str, &'a str>> {
    facts.rule_of(copy.plan.as_ref()).and_then(|rule| {
        let tags = rule.and_then(|rule| rule.get("RecoveryPointTags"));
        match (&copy.plan, tags.and_then(unknown_within)) {
            (Some(plan), Some(_)) => Fact::unknown(facts.plan_gap(plan)),
            (Some(_) | None, _) => {
                let tags = tags.and_then(Value::as_object).into_iter().flatten();
                let each = tags.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
                Fact::Known(each.collect())
            }
        }
    })
}

/// Whether what is copied is of one of these kinds.
pub fn is_any_of(copy: &Copy, kinds: &[Kind]) -> Fact<bool> {
    if let KindOf::Unlisted(_) = copy.route().kind {
        return Fact::Known(false);
    }
    let told = copy
        .route()
        .kind
        .agreed(|kind| kinds.contains(&kind))
        .map(|of| of == Some(true));
    match (told, copy.resource.as_ref()) {
        // Not even the type is known, but the ARN rules these out.
        (Fact::Unknown(_), Fact::Known(Some(resource)))
            if !kinds.iter().any(|kind| may_be(*kind, resource)) =>
        {
            Fact::Known(false)
        }
        (told, _) => told,
    }
}

/// Whether the route alone tells that what is copied is of none of these kinds.
pub fn is_none_of(route: &Route, kinds: &[Kind]) -> bool {
    let told = route.kind.agreed(|kind| kinds.contains(&kind));
    matches!(told, Fact::Known(Some(false) | None))
}

/// Whether a resource of this ARN may be of the kind, as far as the type's own ARNs tell.
fn may_be(kind: Kind, resource: &Arn) -> bool {
    // The clusters of `rds` are of other kinds than its instances.
    if kind == Kind::Rds {
        return resource.service() == "rds" && !resource.resource().starts_with("cluster:");
    }
    match ResourceType::of_resource(resource) {
        Some(of) => of == kind.resource_type(),
        None => resource.service() != "rds",
    }
}
