//! What leaves a template, or is replaced, and AWS does not delete: the update is done, its clean-up fails, and the thing stays as it was.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html>.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::kind;
use super::reader::TemplateReader;
use super::template::plain;
use super::text::Node;
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
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html>,
/// <https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html> and
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html>.
const PROTECTED: &[(&str, &str)] = &[
    ("AWS::RDS::DBInstance", "DeletionProtection"),
    ("AWS::RDS::DBCluster", "DeletionProtection"),
    ("AWS::DocDB::DBCluster", "DeletionProtection"),
    ("AWS::Neptune::DBCluster", "DeletionProtection"),
    ("AWS::DynamoDB::Table", "DeletionProtectionEnabled"),
    ("AWS::DynamoDB::GlobalTable", "DeletionProtectionEnabled"),
    ("AWS::Serverless::SimpleTable", "DeletionProtectionEnabled"),
    ("AWS::EKS::Cluster", "DeletionProtection"),
    ("AWS::EC2::Instance", "DisableApiTermination"),
];

/// What tells that.
const GIVE: &str = ": give --inventory FILE with facts of it";

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
        "AWS::Backup::BackupPlan" => match in_use(now, thing, facts, goes)? {
            why @ PlanInUse::By(_) => keeps(true, &why.to_string()),
            why @ PlanInUse::NotRead => keeps(false, &why.to_string()),
        },
        _ if settings.identity.absent.contains(id) => None,
        "AWS::Backup::BackupVault" | "AWS::Backup::LogicallyAirGappedBackupVault" => {
            match facts.vault(thing).points {
                Some(0) => None,
                Some(_) => keeps(true, "as it holds recovery points"),
                None => keeps(
                    false,
                    &format!("as it is not known whether it holds recovery points{GIVE}"),
                ),
            }
        }
        // "You can only delete empty buckets": https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html.
        "AWS::S3::Bucket" => keeps(
            false,
            "as it is not known whether it holds objects: fix it: empty it, or keep it with DeletionPolicy: Retain",
        ),
        // An instance of a cluster is deleted whatever is said of it.
        "AWS::RDS::DBInstance" if now.of(node, "DBClusterIdentifier").is_some() => None,
        of => {
            let (_, switch) = PROTECTED.iter().find(|(kind, _)| *kind == of)?;
            match is_on(now, (thing, node), switch, facts) {
                Some(true) => keeps(true, &format!("as {switch} is on")),
                Some(false) => None,
                None => keeps(
                    false,
                    &format!("as it is not known whether {switch} is on{GIVE}"),
                ),
            }
        }
    }
}

/// Whether a switch that protects a thing is on, by the facts and by the template; `None`: that is not known. A template that leaves it out
/// does not turn it off.
fn is_on(
    now: &TemplateReader<'_>,
    (thing, node): (&str, &Node),
    switch: &str,
    facts: &Standing,
) -> Option<bool> {
    let told = match now.of(node, switch) {
        None => replica(now, thing, node).and_then(|replica| replica.get(switch).cloned()),
        told => told,
    };
    let told = told.and_then(|told| plain(&told)?.parse::<bool>().ok());
    match (facts.protects(thing), told) {
        (Some(false), Some(true)) => None,
        (Some(read), _) => Some(read),
        (None, told) => told,
    }
}

/// What a global table says of the one in a Region.
fn replica(now: &TemplateReader<'_>, thing: &str, node: &Node) -> Option<Value> {
    let region = thing.split(':').nth(3)?;
    let replicas = now.of(node, "Replicas")?;
    let mut all = replicas.as_array()?.iter();
    let own = all.find(|one| one.get("Region").and_then(Value::as_str) == Some(region));
    own.cloned()
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
