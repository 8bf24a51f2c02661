//! CloudFormation templates, those of CDK and SAM too: from a template and what it is deployed with to what will be there.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-reference.html>.

mod allowed_pattern;
mod anatomy;
mod block;
mod circles;
mod conditions;
pub mod cross_region;
mod custom_names;
mod error;
mod given;
pub mod identity;
mod in_place;
mod intrinsics;
mod kept;
mod limits;
mod links;
mod loops;
mod mentions;
mod names;
pub mod nested;
mod no_such_name;
mod node;
mod not_deleted;
mod not_taken;
mod not_told;
pub mod outputs;
pub mod parameters;
mod properties;
mod property_types;
mod reader;
mod refused;
mod refused_values;
mod resolve;
mod resources;
mod rules;
mod same;
mod scalar;
mod schemas;
mod stack_tags;
pub mod stand_ins;
mod stored_values;
mod template;
mod text;
mod there;
mod transforms;
mod unsettled;
mod updates;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::Waiting;
use crate::sources::planned::{Home, Makes, Places, Planned, PlannedResource, World};

pub use error::TemplateError;
pub use stack_tags::StackTags;
pub use template::{Identity, InstanceRead, Settings};

use kept::Kept;
use reader::TemplateReader;
use resources::{fsx, iam, kms, organizations, plan, volumes};
use template::Template;
use text::{Kind, Node};

/// How many resources of a template are read: ten times what CloudFormation takes.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
const MOST: usize = 5_000;

/// The transforms that leave the resources that are read as they are written.
const HARMLESS: &[&str] = &[
    transforms::EXTENSIONS,
    transforms::SAM,
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

/// The names of a template's parameters.
///
/// # Errors
/// Where the file is no template.
pub fn parameters_of(file: &str, bytes: &[u8]) -> Result<Vec<String>, TemplateError> {
    let root = root_or_none(file, bytes)?;
    let fields = root.get("Parameters").map_or(&[][..], Node::fields);
    Ok(fields.iter().map(|(name, _)| name.clone()).collect())
}

/// The parameters of a template whose values it hides, each with whether its value stands in the Parameter Store.
///
/// # Errors
/// Where the file is no template.
pub fn hidden_of(file: &str, bytes: &[u8]) -> Result<Vec<(String, bool)>, TemplateError> {
    let root = root_or_none(file, bytes)?;
    let fields = root.get("Parameters").map_or(&[][..], Node::fields);
    let hides = |node: &Node| {
        let hides = node.get("NoEcho").map(|hides| hides.to_value().to_string());
        hides.is_some_and(|hides| !hides.contains("false"))
    };
    let of_store = |node: &Node| {
        let of = node.get("Type").and_then(Node::text);
        of.is_some_and(|of| of.starts_with("AWS::SSM::"))
    };
    let hidden = fields.iter().filter(|(_, node)| hides(node));
    Ok(hidden
        .map(|(name, node)| (name.clone(), of_store(node)))
        .collect())
}

/// Reads a template.
///
/// # Errors
/// Where the file is no template, or one that a macro rewrites.
pub fn read(file: &str, bytes: &[u8], settings: &Settings) -> Result<Planned, TemplateError> {
    let root = loops::written_out(file, &root(file, bytes)?, settings);
    given::taken(file, &root, settings)?;
    let keeping = settings.keeping(&root);
    let mut reader = resources_of(file, &root, &keeping, None);
    not_taken::refused(&mut reader, bytes.len());
    rules::told(&mut reader);
    given::left_open(&mut reader);
    custom_names::given_twice(&mut reader);
    refused_values::told(&mut reader);
    volumes::brought(&mut reader);
    not_told::is_known(&mut reader);
    fsx::linked(&mut reader);
    let taken = unsettled::taken(&reader, |_| false);
    Ok(Planned {
        taken,
        resources: said(&reader, &[&root], |_, _| true),
        ..planned(reader, file, World::default(), false)
    })
}

/// The same with the template that is deployed now.
///
/// # Errors
/// Where one of the files is no template.
pub fn read_change(
    (before_file, before): (&str, &[u8]),
    (file, bytes): (&str, &[u8]),
    settings: &Settings,
) -> Result<Planned, TemplateError> {
    let now_root = root_or_none(before_file, before)?;
    let settings = &settings.keeping(&now_root);
    let of_now = settings.of_now();
    let of_change = Settings {
        of_change: true,
        ..of_now.clone()
    };
    // What a loop makes of values that are given for the change is not what it made.
    let now_root = loops::written_out(before_file, &now_root, &of_change);
    let unsettled = unsettled::of(before_file, &now_root, &of_change);
    let now_root = unsettled::without_absent(&now_root, settings, &unsettled);
    let then_root = loops::written_out(file, &root(file, bytes)?, settings);
    given::taken(file, &then_root, settings)?;
    let mut now = resources_of(before_file, &now_root, &of_now, Some(&then_root));
    let known_now = resources_of(before_file, &now_root, &of_change, Some(&then_root));
    let mut then = resources_of(file, &then_root, settings, Some(&now_root));
    not_taken::refused(&mut then, bytes.len());
    rules::told(&mut then);
    given::left_open(&mut then);
    custom_names::given_twice(&mut then);
    refused_values::told(&mut then);
    volumes::brought(&mut then);
    let kept = Kept::of(&now_root, &then);
    unsettled::left_open(&now, &mut then, &unsettled);
    unsettled::kept_open(&now, &mut then);
    refused::changes(&now, &mut then);
    custom_names::taken(&now, &mut then);
    for (id, node) in then_root.get("Resources").map_or(&[][..], Node::fields) {
        let taken = stored_values::taken(&then.template, id, node);
        if let Some(text) = taken.filter(|_| then.was(id).is_some()) {
            then.note(text);
        }
    }
    for text in not_told::changes((&now, &known_now), &then, |id| kept.stays(id)) {
        then.open(text);
    }
    let no_more = format!("{file}, which says no more of it than {before_file} did");
    then.world.makes_keys(&now.world);
    organizations::left(&mut now, &mut then, |id| kept.stays(id));
    let unknown = &settings.identity.unknown;
    then.world.leaves(&known_now.world, |key| {
        !key.rsplit('/')
            .next()
            .is_some_and(|id| unknown.contains(id))
    });
    iam::detached(&now, &mut then, |id| kept.stays(id));
    let not_deleted = not_deleted::all(&now, &then, |id| kept.stays(id));
    for keeps in not_deleted.values().filter(|keeps| keeps.is_certain) {
        then.note(keeps.why.clone());
    }
    let is_kept = |plan: &str| not_deleted.get(plan).is_some_and(|keeps| keeps.is_certain);
    plan::unselected(&now, &mut then, |id| kept.stays(id), is_kept);
    let unread = std::mem::take(&mut then.unread);
    let why = |thing: &str| {
        if let Some(keeps) = not_deleted.get(thing) {
            return keeps.why.clone();
        }
        let places = now.places.get(thing).into_iter().flatten();
        let mut ids = places.filter_map(|place| place.rsplit(' ').next());
        let why = ids.find_map(|id| unread.get(id));
        why.unwrap_or(&no_more).clone()
    };
    let stays = |thing: &str| match not_deleted.get(thing) {
        Some(keeps) => keeps.is_certain.then_some(true),
        None => stays(&kept, &now.places, thing),
    };
    then.world.lacks((&now.world, &known_now.world), stays, why);
    fsx::linked_anew(&now, &mut then, |id| kept.stays(id));
    kms::unnamed(&now, &mut then, |id| kept.stays(id));
    for (thing, ids) in &now.places {
        then.places
            .entry(thing.clone())
            .or_insert_with(|| ids.clone());
    }
    then.notes.extend(now.notes);
    then.open.extend(now.open);
    let same = same::resources(&then, &then_root);
    let kept = same::kept(&then, &then_root);
    let places = then.places.clone();
    let world = std::mem::take(&mut then.world);
    let stays = |thing: &str, field: &str| {
        let places = places.get(thing);
        places.is_some_and(|places| {
            let mut ids = places.iter().map(|place| place.rsplit(' ').next());
            ids.all(|id| {
                id.is_some_and(|id| kept.contains(id) && !in_place::tells_anew(&then, id, field))
            })
        })
    };
    let unnamed = names::given(&now.template);
    let is_named = |name: &str| {
        let last = name.rsplit([':', '/']).next().unwrap_or_default();
        !unnamed.contains(last)
    };
    let world = world.as_it_stands(stays);
    then.world = world.not_made_now(is_named);
    let now = now.world.standing().of_now().where_unsaid();
    let now = now.not_made_now(is_named);
    // What the facts have of one that stays the same they tell themselves.
    let there = &settings.identity.there;
    let taken = unsettled::taken(&then, |id| same.contains(id) && there.contains(id));
    let is_changed = |id: &str, node: &Node| !then.is_same(id, node);
    let resources = said(&then, &[&then_root, &now_root], is_changed);
    Ok(Planned {
        taken,
        resources,
        ..planned(then, file, now, true)
    })
}

/// Whether a thing stays where its resource leaves the template, or makes another in its place.
fn stays(kept: &Kept<'_>, places: &Places, thing: &str) -> Option<bool> {
    let places = places.get(thing)?;
    let mut all = None;
    for place in places {
        let stays = kept.stays(place.rsplit(' ').next()?)?;
        if all.is_some_and(|all| all != stays) {
            return None;
        }
        all = Some(stays);
    }
    all
}

fn planned(
    mut reader: TemplateReader<'_>,
    file: &str,
    before: World,
    is_compared: bool,
) -> Planned {
    if reader.home.is_none() {
        without_place(&mut reader);
    }
    let begun = names::begun(&reader.template);
    let makes = if is_compared {
        Makes::Certainly
    } else {
        Makes::UnlessItIsThere
    };
    let makes = reader.world.makes(&before, makes);
    let overlay = |world: World| world.overlay(file, Waiting::StackDeployment { is_compared });
    Planned {
        before: overlay(before.named_at_apply(&begun)),
        after: overlay(reader.world.named_at_apply(&begun)),
        places: reader.places,
        lines: BTreeMap::new(),
        resources: BTreeMap::new(),
        warnings: reader.notes,
        open: reader.open,
        unlisted: reader.unlisted,
        unread_makers: reader.unread_makers,
        providers: Vec::new(),
        told_accounts: Vec::new(),
        taken: BTreeMap::new(),
        makes,
        made_at: None,
    }
}

/// The resources that say something, by their places.
fn said(
    reader: &TemplateReader<'_>,
    roots: &[&Node],
    is_changed: impl Fn(&str, &Node) -> bool,
) -> BTreeMap<String, PlannedResource> {
    let places: BTreeSet<&String> = reader.places.values().flatten().collect();
    let each = places.into_iter().filter_map(|place| {
        let id = place.rsplit(' ').next()?;
        let mut all = roots.iter().filter_map(|root| root.get("Resources"));
        let node = all.find_map(|all| all.get(id))?;
        let kind = names::kind(node).to_owned();
        let plan = node.get("Properties").and_then(|all| all.get("BackupPlan"));
        let plan = plan.filter(|_| kind == "AWS::Backup::BackupPlan");
        let of = PlannedResource {
            kind,
            is_changed: is_changed(id, node),
            written: plan.map(|plan| block::written("BackupPlan", plan)),
        };
        Some((place.clone(), of))
    });
    each.collect()
}

/// Says once what is missing where no resource has a place.
fn without_place(reader: &mut TemplateReader<'_>) {
    let settings = reader.template.settings;
    let missing = match (&settings.account, &settings.region) {
        (Some(_), _) => "--template-region REGION",
        (None, Some(_)) => "--account ACCOUNT_ID",
        (None, None) => "--account ACCOUNT_ID and --template-region REGION",
    };
    let says = format!("the account and Region of its stack are not known: give {missing}");
    let flags = ["give --account ACCOUNT_ID", "give --template-region REGION"];
    let is_of_place = |text: &String| flags.iter().any(|flag| text.contains(flag));
    let all = reader.open.len();
    reader.open.retain(|text| !is_of_place(text));
    if reader.open.len() < all {
        reader.open.insert(0, says.clone());
    }
    reader.notes.retain(|text| !is_of_place(text));
    reader.notes.insert(0, says);
}

/// A template that has something in it.
fn root(file: &str, bytes: &[u8]) -> Result<Node, TemplateError> {
    let root = root_or_none(file, bytes)?;
    let resources = root.get("Resources").map_or(&[][..], Node::fields);
    if resources.is_empty() {
        return Err(TemplateError::EmptyResources(file.to_owned()));
    }
    Ok(root)
}

/// The same, or `Resources: {}`: what is there before a stack is.
fn root_or_none(file: &str, bytes: &[u8]) -> Result<Node, TemplateError> {
    let text = std::str::from_utf8(bytes).map_err(|error| TemplateError::Format {
        file: file.to_owned(),
        line: 1,
        column: 1,
        message: error.to_string(),
    })?;
    let root = text::parse(file, text)?;
    // What `aws cloudformation get-template` prints: a template of JSON as it is, and one of YAML as a text.
    let root = match root.get("TemplateBody").map(|body| (body, body.text())) {
        Some((_, Some(text))) if root.get("Resources").is_none() => text::parse(file, text)?,
        Some((body, None)) if root.get("Resources").is_none() => body.clone(),
        Some(_) | None => root,
    };
    let count = root.get("Resources").map_or(0, |all| all.fields().len());
    if count > MOST {
        return Err(TemplateError::TooMany {
            file: file.to_owned(),
            count,
            most: MOST,
        });
    }
    if root
        .get("Resources")
        .is_none_or(|resources| !matches!(resources.kind, Kind::Map(_)))
    {
        let has = |name: &str| text.contains(&format!("\"{name}\""));
        return Err(match has("planned_values") || has("resource_changes") {
            true => TemplateError::IsPlan(file.to_owned()),
            false => TemplateError::NoResources(file.to_owned()),
        });
    }
    if let Some(include) = root.get("Fn::Transform") {
        let name = include.get("Name").and_then(Node::text).unwrap_or("?");
        return Err(TemplateError::Transform {
            file: file.to_owned(),
            line: include.line,
            name: name.to_owned(),
        });
    }
    let odd = transforms::of(&root)
        .find(|(_, name)| !HARMLESS.contains(name))
        .map(|(line, name)| (line, name.to_owned()));
    if let Some((line, name)) = odd {
        return Err(TemplateError::Transform {
            file: file.to_owned(),
            line,
            name,
        });
    }
    Ok(root)
}

fn resources_of<'t>(
    file: &'t str,
    root: &'t Node,
    settings: &'t Settings,
    other: Option<&'t Node>,
) -> TemplateReader<'t> {
    let home = settings.account.zip(settings.region.clone());
    let mut reader = TemplateReader {
        template: Template::new(file, root, settings),
        other,
        home: home.map(|(account, region)| Home { account, region }),
        world: World::default(),
        notes: Vec::new(),
        open: Vec::new(),
        unlisted: Vec::new(),
        unread_makers: Vec::new(),
        places: Places::new(),
        attached: Vec::new(),
        aliases: Vec::new(),
        selected: Vec::new(),
        associations: Vec::new(),
        unread: BTreeMap::new(),
    };
    resources::read(&mut reader);
    reader
}
