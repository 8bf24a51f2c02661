//! The state of a resource, as its service says it: whether there will be a backup of it to copy.

use super::words::not_read;
use crate::catalog::resource_states::{Backup, StateTold, states};
use crate::inventory::{Facts, volumes};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome};

/// Why the resource is not backed up any more, or may not be; `None`: its state, and that of an instance's volumes, does not stand in
/// the way.
pub fn not_backed_up(resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let volumes = volumes(resource, facts);
    let of_volumes = volumes
        .iter()
        .filter_map(|volume| of_volume(volume, resource, facts));
    let own = of_state(resource, facts);
    own.into_iter().chain(of_volumes).reduce(Outcome::and)
}

/// What leaves open whether an instance is backed up: a volume of it that is in no state in which volumes are used.
fn of_volume(volume: &Arn, instance: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let row = states(volume.service())?;
    let (name, state) = match facts.resource_state(volume) {
        Fact::Known(told) => told?,
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    if row.backup(state) == Backup::Made {
        return None;
    }
    let message = format!(
        "a volume of the instance is {state}, and whether the instance is backed up then is not known"
    );
    let what = format!("whether an instance is backed up whose volume {volume} is {state}");
    let gap = Gap::not_told(what, instance.as_str()).where_is(instance);
    let seen = Evidence::at(volume, format!("/Detail/{name}"), format!("is {state}"));
    Some(Outcome::undecided(message, [gap]).saw([seen]))
}

/// The same of the resource alone.
fn of_state(resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let row = states(resource.service())?;
    if let (Fact::Unknown(gap), StateTold::Always) =
        (facts.resource_description(resource), row.told)
    {
        return Some(not_read(*gap));
    }
    let (name, state) = match facts.resource_state(resource) {
        Fact::Known(told) => told?,
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    let seen = [Evidence::at(
        resource,
        format!("/Detail/{name}"),
        format!("is {state}"),
    )];
    let refused = format!("the resource is {state}, and AWS Backup makes no backup of it then");
    let gap = |what: String| Gap::not_told(what, resource.as_str()).where_is(resource);
    let outcome = match row.backup(state) {
        Backup::Made => return None,
        Backup::Gone => Outcome::fail(format!(
            "the resource is {state}: there will be no backup of it to copy: {resource}"
        ))
        .nothing_helps("copy an existing recovery point")
        .on(Basis::Inferred),
        Backup::Waits(step) => Outcome::fail(format!("{refused}: {resource}")).by_hand(step),
        Backup::MayWait(step) => {
            let what = format!("whether it still is when the backup starts ({step})");
            Outcome::undecided(refused, [gap(what)])
        }
        Backup::NotTold => {
            let message =
                format!("the resource is {state}, and whether it is backed up then is not known");
            let what = format!("whether a resource that is {state} is backed up");
            Outcome::undecided(message, [gap(what)])
        }
    };
    Some(outcome.saw(seen))
}
