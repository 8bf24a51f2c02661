//! CloudFormation templates, those of CDK and SAM too: from a template and what it is deployed with to what will be there.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-reference.html>.

mod names;
mod resolve;
mod resources;
mod text;

use crate::inventory::{Overlay, Waiting};
use crate::sources::planned::{Home, Places, Planned, World};

pub use resolve::Settings;

use resolve::Template;
use resources::Reader;
use text::Node;

/// Why a file is no template that can be read.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is not YAML, or not UTF-8.
    #[error("{file}:{line}:{column}: not a CloudFormation template: {message}")]
    Format {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// It has no resources.
    #[error("{0}: not a CloudFormation template: it has no `Resources`")]
    NoResources(String),
    /// It is rewritten by a macro before it is deployed.
    #[error(
        "{file}:{line}: the transform `{name}` rewrites the template; expected the processed one: `aws cloudformation get-template --template-stage Processed --stack-name NAME`"
    )]
    Transform {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The transform.
        name: String,
    },
}

/// The transforms that leave the resources that are read as they are written.
const HARMLESS: &[&str] = &[
    "AWS::LanguageExtensions",
    "AWS::Serverless-2016-10-31",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

/// Reads a template.
///
/// # Errors
/// Where the file is no template, or one that a macro rewrites.
pub fn read(file: &str, bytes: &[u8], settings: &Settings) -> Result<Planned, TemplateError> {
    let after = document(file, bytes, settings)?;
    Ok(Planned {
        before: empty(file),
        ..after
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
    let now = document(before_file, before, settings)?;
    let then = document(file, bytes, settings)?;
    Ok(Planned {
        before: now.after,
        ..then
    })
}

fn empty(file: &str) -> Overlay {
    Overlay {
        name: file.to_owned(),
        document: World::default().document(),
        waits_for: Waiting::StackDeployment,
    }
}

fn document(file: &str, bytes: &[u8], settings: &Settings) -> Result<Planned, TemplateError> {
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
    let home = settings.account.zip(settings.region.clone());
    let mut reader = Reader {
        template: Template::new(file, &root, settings),
        home: home.map(|(account, region)| Home { account, region }),
        world: World::default(),
        notes: Vec::new(),
        open: Vec::new(),
        places: Places::new(),
    };
    resources::read(&mut reader);
    Ok(Planned {
        before: empty(file),
        after: Overlay {
            name: file.to_owned(),
            document: reader.world.document(),
            waits_for: Waiting::StackDeployment,
        },
        places: reader.places,
        lines: std::collections::BTreeMap::new(),
        warnings: reader.notes,
        open: reader.open,
    })
}
