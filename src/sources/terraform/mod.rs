//! Terraform plans: from what `terraform show -json` prints to what is there now and what will be, each as an overlay.
//!
//! See <https://developer.hashicorp.com/terraform/internals/json-format>.

mod address;
mod arguments;
mod bare;
mod block;
mod body;
mod collections;
mod compared;
mod documents;
mod equal;
mod evaluate;
mod file;
mod filled;
mod functions;
mod identity;
mod kept;
mod left_out;
mod link;
mod loops;
mod numbers;
mod object;
mod objects;
mod one_type;
mod order;
mod partial;
mod patterns;
mod provider;
mod provisioners;
mod reader;
mod references;
mod refused;
mod rewritten;
mod same_source;
mod sets;
mod shape;
mod source;
mod texts;
mod told;
mod tried;
mod typed;
mod types;
mod unplaced;
mod unread_makers;
mod variables;
mod whole;
mod written;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use crate::inventory::{Timestamp, Waiting};
use crate::known::AccountId;
use crate::sources::planned::{Makes, Planned, PlannedResource, World};
use crate::sources::standing::Standing;

pub use file::PlanError;
pub use source::{ConfigurationError, Source};

use evaluate::Evaluator;
use file::PlanFile;
use identity::{Expressions, Identities};
use object::{Moment, Object};
use objects::Objects;
use provider::Providers;
use written::providers as providers_written;

/// Reads a plan. `accounts`: the accounts of providers, by `aws`, `aws.bunker`, as the command line gives them.
///
/// # Errors
/// Where the file is no plan: what it is, and which command makes one.
pub fn read(
    file: &str,
    bytes: &[u8],
    accounts: &BTreeMap<String, AccountId>,
    source: Option<&Source>,
) -> Result<Planned, PlanError> {
    let beside = Beside {
        prefix: &mut |_| String::new(),
        facts: &Standing::default(),
    };
    read_beside(file, beside, bytes, accounts, source)
}

/// The addresses of a plan as they may stand for names: of all that it has, as one that stays may bring what has none.
///
/// # Errors
/// Where it is no plan.
pub fn addresses(file: &str, bytes: &[u8]) -> Result<Vec<String>, PlanError> {
    let plan = PlanFile::read(file, bytes)?;
    let objects = Objects::of(&plan);
    let all = objects.all.iter().filter(|object| !object.is_data);
    Ok(all.map(|object| object.address.to_owned()).collect())
}

/// What a plan is read beside.
pub struct Beside<'b> {
    /// What stands before all names of the plan that are given: what has no name of its own is called by its address after it, so that
    /// those of two plans are two things.
    pub prefix: &'b mut dyn FnMut(&[String]) -> String,
    /// What stands by the facts.
    pub facts: &'b Standing,
}

/// The same beside other plans and facts.
///
/// # Errors
/// As those of [`read`].
pub fn read_beside(
    file: &str,
    beside: Beside<'_>,
    bytes: &[u8],
    accounts: &BTreeMap<String, AccountId>,
    source: Option<&Source>,
) -> Result<Planned, PlanError> {
    let plan = PlanFile::read(file, bytes)?;
    let objects = Objects::of(&plan);
    let prefix = &*(beside.prefix)(&identity::stand_ins(&objects));
    let written = |source| {
        let providers = Providers::of(file, &objects, accounts, &BTreeMap::new())?;
        let ids = Identities {
            objects: &objects,
            providers: &providers,
            source: None,
            prefix,
            taken: RefCell::default(),
        };
        Ok(providers_written(&evaluator(source, &plan, &ids), &ids))
    };
    let written = source.map(written).transpose()?.unwrap_or_default();
    let providers = Providers::of(file, &objects, accounts, &written)?;
    let evaluator = source.map(|source| {
        let ids = Identities {
            objects: &objects,
            providers: &providers,
            source: None,
            prefix,
            taken: RefCell::default(),
        };
        evaluator(source, &plan, &ids)
    });
    let at = |moment| {
        types::read(
            Identities {
                objects: &objects,
                providers: &providers,
                source: evaluator
                    .as_ref()
                    .map(|evaluator| evaluator as &dyn Expressions),
                prefix,
                taken: RefCell::default(),
            },
            moment,
        )
    };
    let (now, mut then) = (at(Moment::Now), at(Moment::Then));
    refused::leave_open(&mut then, beside.facts);
    let places = std::mem::take(&mut then.places);
    let by_address = then.ids.taken.take();
    let taken = places.iter().filter_map(|(thing, addresses)| {
        let each = addresses
            .iter()
            .filter_map(|address| by_address.get(address));
        let all: Vec<String> = each.flatten().cloned().collect();
        (!all.is_empty()).then(|| (thing.clone(), all))
    });
    let taken = taken.collect();
    let all: HashMap<&str, &Object<'_>> =
        objects.all.iter().map(|one| (one.address, one)).collect();
    let is_left_behind = |address: &str| {
        let mut deposed = objects.deposed.iter();
        deposed.any(|object| object.address == address && object.does("delete"))
    };
    let stays = |thing: &str, _: &str| {
        places.get(thing).is_some_and(|addresses| {
            let mut objects = addresses.iter().map(|address| all.get(address.as_str()));
            objects
                .all(|object| object.is_some_and(|one| one.stays() && !is_left_behind(one.address)))
        })
    };
    let after = then.world.as_it_stands(stays).encrypts(&now.world);
    let mut warnings = unplaced::united(then.notes);
    if !plan.is_known_format() {
        // A version is told; whatever else may stand there is not.
        let version = Some(plan.format_version.as_str());
        let version =
            version.filter(|text| text.bytes().all(|one| one.is_ascii_digit() || one == b'.'));
        warnings.push(format!(
            "the plan has format {}; 0.1 to 1.2 are known",
            version.unwrap_or("?")
        ));
    }
    warnings.extend(evaluator.iter().flat_map(Evaluator::not_its_files));
    let mut odd: Vec<&str> = Vec::new();
    for object in objects
        .all
        .iter()
        .filter(|object| !object.is_data && types::is_not_read(object))
    {
        if !odd.contains(&object.kind) {
            odd.push(object.kind);
        }
    }
    warnings.extend(
        odd.iter()
            .map(|kind| format!("resources of type {kind} are not read")),
    );
    let mut open = unplaced::united(then.open);
    if !plan.is_of_known_major() {
        let says = "its format is of a version that is not known here, and may mean something else: plan again with a version of Terraform or OpenTofu that writes format 1";
        open.push(says.to_owned());
    }
    let runs = provisioners::runs(&then.ids, evaluator.as_ref());
    open.extend(runs.open);
    warnings.extend(runs.notes);
    if plan.errored {
        let says = "planning ended with an error: fix what terraform plan reported, and plan again";
        open.push(says.to_owned());
    }
    if whole::is_partial(&plan) {
        open.push("some changes wait for another plan: this one is not whole".to_owned());
    }
    let makes = after.makes(&now.world, Makes::Certainly);
    let made = objects.all.iter().filter(|object| object.is_made());
    let named_at_apply = made.filter_map(|object| {
        let arn = then.ids.arn(object, Moment::Then)?;
        Some((arn, then.ids.arn_begins(object, Moment::Then)?))
    });
    let after = after.named_at_apply(&named_at_apply.collect());
    let overlay = |world: World| world.overlay(file, Waiting::TerraformApply);
    let lines = objects
        .all
        .iter()
        .filter_map(|object| Some((object.address.to_owned(), source?.place(object)?)));
    let resources = objects.all.iter().filter(|object| !object.is_data);
    let resources = resources.map(|object| {
        let kind = object.kind.to_owned();
        let is_changed = object.is_changed();
        let written = source.and_then(|source| source.plan(object)).cloned();
        let of = PlannedResource {
            kind,
            is_changed,
            written,
        };
        (object.address.to_owned(), of)
    });
    Ok(Planned {
        resources: resources.collect(),
        lines: lines.collect(),
        before: overlay(now.world.of_now()),
        after: overlay(after),
        places,
        warnings,
        open,
        unlisted: then.unlisted,
        unread_makers: unread_makers::all(&then.ids),
        providers: Providers::names(&plan),
        told_accounts: providers.told(),
        taken,
        makes,
        made_at: plan.timestamp.as_deref().and_then(Timestamp::parse),
    })
}

/// What evaluates the text of a configuration, as far as it is that of the plan.
fn evaluator<'s>(source: &'s Source, plan: &PlanFile, ids: &Identities<'_, '_>) -> Evaluator<'s> {
    let mut evaluator = Evaluator::new(source, plan);
    let others = compared::otherwise(&evaluator, ids);
    evaluator.leave_out(others);
    evaluator
}
