//! What leaves a template, or is replaced, and AWS does not delete: the update is done, its clean-up fails, and the thing stays as it was.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html>.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::kind;
use super::reader::TemplateReader;
use crate::sources::standing::{PlanInUse, SelectionOfNow, Standing};

/// What keeps a thing from being deleted.
pub struct Keeps {
    /// Whether it is certain to.
    pub is_certain: bool,
    /// Why, in words.
    pub why: String,
}

/// The switches that protect things of a type from being deleted.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html>,
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html> and
/// <https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html>.
const PROTECTED: &[(&str, &str)] = &[
    ("AWS::RDS::DBInstance", "DeletionProtection"),
    ("AWS::RDS::DBCluster", "DeletionProtection"),
    ("AWS::DocDB::DBCluster", "DeletionProtection"),
    ("AWS::Neptune::DBCluster", "DeletionProtection"),
    ("AWS::DynamoDB::Table", "DeletionProtectionEnabled"),
    ("AWS::EKS::Cluster", "DeletionProtection"),
];

/// What keeps things of the template of now that the change would delete, by their ARNs or ids. `stays`: what the attributes of a
/// resource say of what it made.
pub fn all(
    now: &TemplateReader<'_>,
    then: &TemplateReader<'_>,
    stays: impl Fn(&str) -> Option<bool>,
) -> BTreeMap<String, Keeps> {
    let is_left = |id: &str| {
        let is = then.template.resource(id);
        is.is_none_or(|is| then.is_made(is) == Some(false))
    };
    let goes = |id: &str| stays(id) == Some(false) && is_left(id);
    let things = now.places.iter();
    let gone = things.filter(|(thing, _)| then.world.says(thing).is_none());
    let each = gone.filter_map(|(thing, places)| {
        let mut ids = places.iter().filter_map(|place| place.rsplit(' ').next());
        let keeps = ids
            .find_map(|id| (stays(id) == Some(false)).then(|| keeps(now, (thing, id), goes))?)?;
        Some((thing.clone(), keeps))
    });
    each.collect()
}

/// What keeps a thing that a resource made; `None`: nothing does. `goes`: whether what another resource made goes, too.
fn keeps(
    now: &TemplateReader<'_>,
    (thing, id): (&str, &str),
    goes: impl Fn(&str) -> bool,
) -> Option<Keeps> {
    let settings = now.template.settings;
    let facts = settings.standing.as_deref()?;
    let node = now.template.resource(id)?;
    let file = now.template.file;
    let keeps = |is_certain: bool, why: &str| {
        let at = format!("{file}:{}: {id} leaves the template", node.line);
        let becomes = if is_certain { "is not" } else { "may not be" };
        let why = format!("{at}, and {becomes} deleted, {why}");
        Some(Keeps { is_certain, why })
    };
    match kind(node) {
        "AWS::Backup::BackupVault" | "AWS::Backup::LogicallyAirGappedBackupVault" => {
            if settings.identity.absent.contains(id) {
                return None;
            }
            match facts.vault(thing).points {
                Some(0) => None,
                Some(_) => keeps(true, "as it holds recovery points"),
                None => keeps(false, "as it is not known whether it holds recovery points"),
            }
        }
        "AWS::Backup::BackupPlan" => match in_use(now, thing, facts, goes)? {
            why @ PlanInUse::By(_) => keeps(true, &why.to_string()),
            why @ PlanInUse::NotRead => keeps(false, &why.to_string()),
        },
        of => {
            let (_, switch) = PROTECTED.iter().find(|(kind, _)| *kind == of)?;
            let told = now.of(node, switch);
            let is_on = told == Some(Value::Bool(true)) || facts.protects(thing);
            let why = format!("as {switch} is on");
            is_on.then(|| keeps(true, &why))?
        }
    }
}

/// What of a plan that goes hangs on it, beside what goes, too.
fn in_use(
    now: &TemplateReader<'_>,
    plan: &str,
    facts: &Standing,
    goes: impl Fn(&str) -> bool,
) -> Option<PlanInUse> {
    let own = now.selected.iter();
    let own = own.filter(|one| one.plan == plan && goes(&one.by));
    let own: Vec<SelectionOfNow> = own
        .map(|one| SelectionOfNow {
            id: None,
            name: one
                .selection
                .get("SelectionName")
                .and_then(Value::as_str)
                .map(str::to_owned),
        })
        .collect();
    facts.in_use(plan, &own)
}
