//! CloudFormation templates of the command line, with what each is deployed with.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::vec;

use anyhow::bail;
use serde_json::Value;

use crate::cli::{ChangeArgs, Output, OverKind};
use crate::known::near;
use crate::sources::cloudformation::{self, Settings, StackTags, parameters, stand_ins};
use crate::sources::planned::Planned;
use crate::sources::recorded;
use crate::sources::standing::Standing;

use super::called::{Called, CalledIn};
use super::named;
use super::prefixes::{Names, Prefixes};
use super::print::warn;
use super::stacks::{self, Stack};

/// A template of the command line: its path, its name and what is in it.
type TemplateFile<'f> = (&'f Path, String, Vec<u8>);

/// What the templates of a run are deployed with.
pub(super) struct Templates<'a> {
    asked: &'a ChangeArgs,
    parameters: BTreeMap<String, Option<String>>,
    /// The tags of the stacks; `None`: they are not told.
    tags: Option<BTreeMap<String, String>>,
    /// The parameters that the templates have.
    there: BTreeSet<String>,
    /// What the things of each are called that have no name of their own.
    pub(super) called: Called,
    /// The stacks of each, in their order.
    stacks: vec::IntoIter<Vec<Stack>>,
}

impl<'a> Templates<'a> {
    pub(super) fn new(
        asked: &'a ChangeArgs,
        (base, names, standing): (&Value, &Names, &Arc<Standing>),
        output: &Output,
    ) -> anyhow::Result<Self> {
        let over = asked.over.0.iter();
        let files = over
            .filter(|(kind, _)| *kind == OverKind::CloudFormation)
            .map(|(_, path)| {
                let (name, bytes) = recorded::bytes(path, output.max_input)?;
                Ok((path.as_path(), name, bytes))
            });
        let files: Vec<TemplateFile<'_>> = files.collect::<anyhow::Result<_>>()?;
        let mut given: BTreeMap<String, Option<String>> = BTreeMap::new();
        let mut tags: Option<BTreeMap<String, String>> = None;
        for path in &asked.parameters {
            let (name, bytes) = recorded::bytes(path, output.max_input)?;
            let of_file = parameters::read(&name, &bytes)?;
            for (key, value) in of_file.tags.iter().flatten() {
                let all = tags.get_or_insert_default();
                let there = all.insert(key.clone(), value.clone());
                if there.is_some_and(|there| there != *value) {
                    bail!("{name}: --parameters gives the tag `{key}` two values");
                }
            }
            if of_file.tags.is_some() {
                tags.get_or_insert_default();
            }
            for (key, value) in of_file.parameters {
                let there = given.insert(key.clone(), value.clone());
                if there.is_some_and(|there| there != value) {
                    bail!("{name}: --parameters gives `{key}` two values");
                }
            }
        }
        let pairs =
            |all: &'a [(String, String)]| all.iter().map(|(name, value)| (&**name, value.clone()));
        once("--parameter", pairs(&asked.parameter))?;
        once("--parameter-before", pairs(&asked.parameter_before))?;
        once("--import", pairs(&asked.import))?;
        once("--ssm", pairs(&asked.ssm))?;
        named::check("--template-region", &asked.template_region, &asked.over)?;
        let named = asked.parameter.iter().cloned();
        given.extend(named.map(|(key, value)| (key, Some(value))));
        let mut templates = Self {
            asked,
            parameters: given,
            tags,
            there: BTreeSet::new(),
            called: Called::default(),
            stacks: Vec::new().into_iter(),
        };
        let within = templates.without_before(&files, output.max_input)?;
        // What tells the things of each from those of the others.
        let own = files
            .iter()
            .map(|(_, name, bytes)| stand_ins::of(name, bytes));
        let own: Vec<Vec<String>> = own.collect::<Result<_, _>>()?;
        let mut prefixes = Prefixes::of(own.clone(), names);
        let mut before = asked.cloudformation_before.iter().peekable();
        let mut roots = Vec::new();
        for ((path, name, bytes), own) in files.into_iter().zip(own) {
            let before = before.next_if(|_| !within.contains(path));
            let before = before.map(|path| recorded::bytes(path, output.max_input));
            let prefix = prefixes.next(path, &own);
            templates.called.0.push(CalledIn {
                file: path.display().to_string(),
                prefix: prefix.clone(),
                names: own.into_iter().collect(),
            });
            let settings = Settings {
                prefix,
                standing: Some(Arc::clone(standing)),
                ..templates.settings(path)?
            };
            let root = Stack {
                path: path.to_owned(),
                name,
                bytes,
                before: before.transpose()?,
                settings,
            };
            let both = [
                Some((&root.name, &root.bytes)),
                root.before.as_ref().map(|(name, bytes)| (name, bytes)),
            ];
            for (name, bytes) in both.into_iter().flatten() {
                templates
                    .there
                    .extend(cloudformation::parameters_of(name, bytes)?);
            }
            roots.push(root);
        }
        let all = stacks::all(&roots, base, output.max_input)?;
        for (root, stacks) in roots.iter().zip(&all) {
            // It is told of no template of now, as the one that makes it would make it anew.
            if !stacks.is_empty() && within.contains(root.path.as_path()) {
                bail!(
                    "{}: is the template of a stack that another of the run has now already: give what it is now by --cloudformation-before, too, for each \
                     --cloudformation one, in their order",
                    root.name
                );
            }
            // The CDK calls one so that is deployed with another alone.
            if stacks.is_empty() && !root.name.ends_with(".nested.template.json") {
                warn(
                    output,
                    &format!(
                        "{}: is the template of a stack in another of the run, and is read as that alone",
                        root.name
                    ),
                );
            }
        }
        templates.stacks = all.into_iter();
        Ok(templates)
    }

    /// The templates that have none of now among those that are given: stacks in others of the run, which make them. Else there is
    /// one for each, or none at all.
    fn without_before<'f>(
        &self,
        files: &[TemplateFile<'f>],
        limit: u64,
    ) -> anyhow::Result<BTreeSet<&'f Path>> {
        let before = self.asked.cloudformation_before.len();
        if before == 0 || before == files.len() {
            return Ok(BTreeSet::new());
        }
        let mut within = BTreeSet::new();
        for (path, name, bytes) in files {
            let settings = self.settings(path)?;
            within.extend(stacks::within((path, name, bytes), &settings, limit)?);
        }
        let paths = files.iter().map(|(path, ..)| *path);
        let is_within =
            |path: &&Path| fs::canonicalize(path).is_ok_and(|own| within.contains(&own));
        let within: BTreeSet<&Path> = paths.filter(is_within).collect();
        if before.saturating_add(within.len()) != files.len() {
            bail!(
                "{before} --cloudformation-before for {} --cloudformation: expected one for each, in their order",
                files.len()
            );
        }
        Ok(within)
    }

    /// Reads the next template, and those of the stacks in it.
    pub(super) fn next(&mut self) -> anyhow::Result<Vec<Planned>> {
        let stacks = self.stacks.next().into_iter().flatten();
        let each = stacks.map(|stack| {
            let then = (stack.name.as_str(), stack.bytes.as_slice());
            Ok(match &stack.before {
                None => cloudformation::read(then.0, then.1, &stack.settings)?,
                Some((name, bytes)) => {
                    cloudformation::read_change((name, bytes), then, &stack.settings)?
                }
            })
        });
        each.collect()
    }

    /// Whether the tags of the stacks are told.
    pub(super) const fn tells_tags(&self) -> bool {
        self.tags.is_some()
    }

    /// AWS refuses a parameter that the template does not have.
    pub(super) fn all_parameters_are_taken(&self) -> anyhow::Result<()> {
        let before = self.asked.parameter_before.iter().map(|(key, _)| key);
        let mut strange = self
            .parameters
            .keys()
            .chain(before)
            .filter(|key| !self.there.contains(*key));
        let Some(key) = strange.next() else {
            return Ok(());
        };
        let names = self.there.iter().map(String::as_str);
        let hint = near::meant(key, names)
            .map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        bail!("no template has the parameter `{key}`{hint}")
    }

    fn settings(&self, path: &Path) -> anyhow::Result<Settings> {
        let asked = self.asked;
        let (accounts, regions) = (&asked.account, &asked.template_region);
        let parameters_before: BTreeMap<String, String> =
            asked.parameter_before.iter().cloned().collect();
        // What is not given the stack keeps.
        let mut parameters = self.parameters.clone();
        for (key, value) in &parameters_before {
            let given = parameters.entry(key.clone()).or_default();
            given.get_or_insert_with(|| value.clone());
        }
        let settings = Settings {
            account: named::of_template("--account", accounts, &asked.over, path)?,
            region: named::of_template("--template-region", regions, &asked.over, path)?,
            parameters,
            parameters_before,
            imports: asked.import.iter().cloned().collect(),
            ssm: asked.ssm.iter().cloned().collect(),
            stack: asked.cloudformation_stack.clone(),
            tags: self.tags.as_ref().map(StackTags::given).unwrap_or_default(),
            ..Settings::default()
        };
        Ok(settings)
    }
}

/// A name has one value.
fn once<'a>(option: &str, given: impl Iterator<Item = (&'a str, String)>) -> anyhow::Result<()> {
    let mut all: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in given {
        let there = all.insert(name, value.clone());
        if there.is_some_and(|there| there != value) {
            bail!("{option} gives `{name}` two values");
        }
    }
    Ok(())
}
