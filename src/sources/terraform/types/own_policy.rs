//! The policies of what is backed up itself: each a resource of its own.
//!
//! See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_policy>,
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_file_system_policy> and
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_resource_policy>.

use serde_json::{Value, json};

use crate::catalog::regions::partition;
use crate::inventory::WHERE_IT_STANDS;
use crate::known::Arn;
use crate::sources::planned::{Home, what_may_deny};
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Attribute, Moment, Object};
use crate::sources::terraform::reader::PlanReader;

use super::s3::of_bucket;

/// What a policy is of: where that is, its ARN, and the field of its description that has the policy.
type OwnPolicyPlace = (Home, String, &'static str);

/// A policy that is set.
pub fn policy<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let moment = reader.moment;
    let document = what_may_deny(reader.ids.policy(object, "policy", moment));
    let may_deny = document.get("unknown").is_some() || document.to_string().contains("Deny");
    let named = match object.kind {
        "aws_s3_bucket_policy" => "bucket",
        "aws_efs_file_system_policy" => "file_system_id",
        _ => "resource_arn",
    };
    // What only allows need not be known: in one account the role's own policies do.
    if !may_deny && object.attribute(moment, named) == Attribute::AfterApply {
        return;
    }
    if let Some(place) = place(reader, object, moment) {
        let told = told(place.2, document);
        let told = reader.sole((&place.1, place.2), object, told);
        set(reader, object, place, told);
    }
}

/// A policy that is taken away: there is none then.
pub fn gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some(place) = place(reader, object, Moment::Now) {
        let told = reader.left((&place.1, place.2), object, Value::Null);
        set(reader, object, place, told);
    }
}

/// A policy as the description has it.
fn told(field: &str, document: Value) -> Value {
    match field {
        "ResourcePolicy" => json!({ "PolicyDocument": document }),
        _ => document,
    }
}

/// Says it of what stands, where the plan does not make it.
fn set<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    (home, arn, field): OwnPolicyPlace,
    told: Value,
) {
    reader.placed(&arn, object);
    let thing = reader.world.thing(&home, "resources", &arn);
    if !thing.contains_key("ResourceType") {
        thing.insert(WHERE_IT_STANDS.to_owned(), json!(true));
    }
    let detail = thing.entry("Detail").or_insert_with(|| json!({}));
    if let Some(detail) = detail
        .as_object_mut()
        .filter(|all| !all.contains_key("unknown"))
    {
        detail.insert(field.to_owned(), told);
    }
}

pub(super) fn place<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
) -> Option<OwnPolicyPlace> {
    if object.kind == "aws_s3_bucket_policy" {
        let (home, arn) = of_bucket(reader, object, moment)?;
        return Some((home, arn, "Policy"));
    }
    let Some(home) = reader.ids.home(object, moment) else {
        let note = reader.ids.without_home(object, moment);
        reader.unplaced(note);
        return None;
    };
    let (named, field) = match object.kind {
        "aws_efs_file_system_policy" => ("file_system_id", "FileSystemPolicy"),
        "aws_efs_backup_policy" => ("file_system_id", "Tags"),
        _ => ("resource_arn", "ResourcePolicy"),
    };
    let arn = match reader.ids.link(object, named, moment) {
        Link::Value(arn) if arn.starts_with("arn:") => Some(arn),
        Link::Value(id) => Some(format!(
            "arn:{}:elasticfilesystem:{}:{}:file-system/{id}",
            partition(&home.region),
            home.region,
            home.account
        )),
        Link::NotSet | Link::AwsChooses | Link::Unknown(_) => {
            let kinds = ["aws_efs_file_system"];
            let system = reader.ids.named(object, named, &kinds, moment);
            system.and_then(|system| reader.ids.arn(system, moment))
        }
    };
    let Some(arn) = arn else {
        reader.unplaced(format!(
            "{} is the policy of a resource that is not known yet",
            object.address
        ));
        return None;
    };
    // The stream of a table has a policy of its own.
    let of = Arn::parse(&arn).ok()?;
    let is_stream = of.service() == "dynamodb" && of.resource().matches('/').count() > 1;
    let home = Home {
        account: of.account()?,
        region: of.region()?,
    };
    (!is_stream).then_some((home, arn, field))
}
