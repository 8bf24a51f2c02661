//! CloudFormation templates, those of CDK and SAM too: from a template and what it is deployed with to what will be there.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-reference.html>.

mod error;
mod loops;
mod names;
pub mod parameters;
mod properties;
mod resolve;
mod resources;
mod template;
mod text;

use crate::inventory::Waiting;
use crate::sources::planned::{Home, Places, Planned, World};

pub use error::TemplateError;
pub use template::Settings;

use resources::Reader;
use template::Template;
use text::Node;

/// The transforms that leave the resources that are read as they are written.
const HARMLESS: &[&str] = &[
    "AWS::LanguageExtensions",
    "AWS::Serverless-2016-10-31",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

/// The names of a template's parameters.
///
/// # Errors
/// Where the file is no template.
pub fn parameters_of(file: &str, bytes: &[u8]) -> Result<Vec<String>, TemplateError> {
    let root = root(file, bytes)?;
    let fields = root.get("Parameters").map_or(&[][..], Node::fields);
    Ok(fields.iter().map(|(name, _)| name.clone()).collect())
}

/// Reads a template.
///
/// # Errors
/// Where the file is no template, or one that a macro rewrites.
pub fn read(file: &str, bytes: &[u8], settings: &Settings) -> Result<Planned, TemplateError> {
    let root = loops::written_out(file, &root(file, bytes)?, settings);
    let reader = resources_of(file, &root, settings, None);
    Ok(planned(reader, file, World::default()))
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
    let now_root = loops::written_out(before_file, &root(before_file, before)?, settings);
    let then_root = loops::written_out(file, &root(file, bytes)?, settings);
    let now = resources_of(before_file, &now_root, settings, Some(&then_root));
    let mut then = resources_of(file, &then_root, settings, Some(&now_root));
    let why = format!("{file}, which says no more of it than {before_file} did");
    then.world.makes_keys(&now.world);
    then.world.lacks(
        &now.world,
        |thing| stays(&now_root, &now.places, thing),
        &why,
    );
    for (thing, ids) in &now.places {
        then.places
            .entry(thing.clone())
            .or_insert_with(|| ids.clone());
    }
    then.notes.extend(now.notes);
    then.open.extend(now.open);
    Ok(planned(then, file, now.world.standing()))
}

/// Whether a thing stays where its resource leaves the template: what its `DeletionPolicy` says.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>.
fn stays(root: &Node, places: &Places, thing: &str) -> Option<bool> {
    let places = places.get(thing)?;
    let mut all = None;
    for place in places {
        let id = place.rsplit(' ').next()?;
        let policy = root.get("Resources")?.get(id)?.get("DeletionPolicy");
        let stays = match policy.map(Node::text) {
            None => false,
            Some(Some("Retain" | "RetainExceptOnCreate")) => true,
            Some(Some("Delete" | "Snapshot")) => false,
            Some(_) => return None,
        };
        if all.is_some_and(|all| all != stays) {
            return None;
        }
        all = Some(stays);
    }
    all
}

fn planned(reader: Reader<'_>, file: &str, before: World) -> Planned {
    let overlay = |world: World| world.overlay(file, Waiting::StackDeployment);
    Planned {
        before: overlay(before),
        after: overlay(reader.world),
        places: reader.places,
        lines: std::collections::BTreeMap::new(),
        warnings: reader.notes,
        open: reader.open,
        providers: Vec::new(),
    }
}

fn root(file: &str, bytes: &[u8]) -> Result<Node, TemplateError> {
    let text = std::str::from_utf8(bytes).map_err(|error| TemplateError::Format {
        file: file.to_owned(),
        line: 1,
        column: 1,
        message: error.to_string(),
    })?;
    let root = text::parse(file, text)?;
    if root
        .get("Resources")
        .is_none_or(|resources| resources.fields().is_empty())
    {
        return Err(TemplateError::NoResources(file.to_owned()));
    }
    if let Some(include) = root.get("Fn::Transform") {
        let name = include.get("Name").and_then(Node::text).unwrap_or("?");
        return Err(TemplateError::Transform {
            file: file.to_owned(),
            line: include.line,
            name: name.to_owned(),
        });
    }
    if let Some(transform) = root.get("Transform") {
        let all = if transform.items().is_empty() {
            std::slice::from_ref(transform)
        } else {
            transform.items()
        };
        for one in all {
            let name = one
                .text()
                .or_else(|| one.get("Name").and_then(Node::text))
                .unwrap_or("?");
            if !HARMLESS.contains(&name) {
                return Err(TemplateError::Transform {
                    file: file.to_owned(),
                    line: one.line,
                    name: name.to_owned(),
                });
            }
        }
    }
    Ok(root)
}

fn resources_of<'t>(
    file: &'t str,
    root: &'t Node,
    settings: &'t Settings,
    other: Option<&'t Node>,
) -> Reader<'t> {
    let home = settings.account.zip(settings.region.clone());
    let mut reader = Reader {
        template: Template::new(file, root, settings),
        other,
        home: home.map(|(account, region)| Home { account, region }),
        world: World::default(),
        notes: Vec::new(),
        open: Vec::new(),
        places: Places::new(),
    };
    resources::read(&mut reader);
    reader
}
