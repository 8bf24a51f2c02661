//! The data repository associations of file systems of FSx for Lustre: resources of their own, and of a linked file system FSx makes
//! no backups.

use serde_json::{Map, Value, json};

use crate::catalog::regions::partition;
use crate::inventory::WHERE_IT_STANDS;
use crate::sources::planned::{Home, join};
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Moment, Object};
use crate::sources::terraform::reader::PlanReader;

/// An association that is there.
pub fn association<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let id = id(object, reader.moment);
    let told = if object.is_new(reader.moment) {
        json!({"AssociationId": id, "Lifecycle": "CREATING"})
    } else {
        json!({"AssociationId": id, "Lifecycle": "AVAILABLE"})
    };
    let moment = reader.moment;
    of_its_file_system(reader, object, moment, (Some(told), None));
}

/// An association that is deleted.
pub fn association_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let id = json!(id(object, Moment::Now));
    of_its_file_system(reader, object, Moment::Now, (None, Some(id)));
}

/// The id of an association; its address where AWS gives it at apply.
fn id<'p>(object: &Object<'p>, moment: Moment) -> &'p str {
    let mut names = ["association_id", "id"].into_iter();
    let id = names.find_map(|name| object.text(moment, name));
    id.unwrap_or(object.address)
}

/// Adds to the associations of the file system, or takes from them: of one that stands, where the plan does not make it.
fn of_its_file_system<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
    (added, removed): (Option<Value>, Option<Value>),
) {
    let Some(home) = reader.ids.home(object, moment) else {
        return reader.unplaced(reader.ids.without_home(object, moment));
    };
    let Some(arn) = file_system(reader, object, moment, &home) else {
        return reader.unplaced(format!(
            "{} links a file system that is not known yet",
            object.address
        ));
    };
    reader.placed(&arn, object);
    let system = reader.world.thing(&home, "resources", &arn);
    if !system.contains_key("ResourceType") {
        system.insert(WHERE_IT_STANDS.to_owned(), json!(true));
    }
    let detail = system.entry("Detail").or_insert_with(|| json!({}));
    if let Some(detail) = detail.as_object_mut().filter(|all| !is_unknown(all)) {
        join(detail, "DataRepositoryAssociations", added, removed);
    }
}

fn is_unknown(detail: &Map<String, Value>) -> bool {
    detail.contains_key("unknown")
}

/// The ARN of the file system that an association is of: by its id, or the one that the plan makes.
fn file_system<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
    home: &Home,
) -> Option<String> {
    match reader.ids.link(object, "file_system_id", moment) {
        Link::Value(id) => Some(format!(
            "arn:{}:fsx:{}:{}:file-system/{id}",
            partition(&home.region),
            home.region,
            home.account
        )),
        Link::NotSet | Link::AwsChooses => None,
        Link::Unknown(_) => {
            const KINDS: &[&str] = &["aws_fsx_lustre_file_system"];
            let named = reader.ids.named(object, "file_system_id", KINDS, moment);
            reader.ids.arn(named?, moment)
        }
    }
}
