//! CloudFormation templates of the command line, with what each is deployed with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::slice;

use anyhow::bail;
use serde_json::Value;

use crate::cli::{ChangeArgs, OfName, Output, OverKind};
use crate::known::{Region, near};
use crate::sources::cloudformation::{self, Identity, Settings, identity, parameters};
use crate::sources::planned::Planned;
use crate::sources::recorded;

use super::prefixes::Prefixes;
use super::print::warn;

/// How deep stacks in stacks are read.
const DEEPEST: usize = 8;

/// How many are.
const MOST: usize = 500;

/// What the templates of a run are deployed with.
pub(super) struct Templates<'a> {
    asked: &'a ChangeArgs,
    parameters: BTreeMap<String, Option<String>>,
    /// The parameters that the templates have.
    there: BTreeSet<String>,
    before: slice::Iter<'a, std::path::PathBuf>,
    /// What tells the things of each from those of the others.
    prefixes: Prefixes,
}

impl<'a> Templates<'a> {
    pub(super) fn new(asked: &'a ChangeArgs, output: &Output) -> anyhow::Result<Self> {
        let over = asked.over.0.iter();
        let templates = over
            .filter(|(kind, _)| *kind == OverKind::CloudFormation)
            .count();
        let before = asked.cloudformation_before.len();
        if before > 0 && before != templates {
            bail!(
                "{before} --cloudformation-before for {templates} --cloudformation: expected one for each, in their order"
            );
        }
        let mut given = BTreeMap::new();
        for path in &asked.parameters {
            let (name, bytes) = recorded::bytes(path, output.max_input)?;
            given.extend(parameters::read(&name, &bytes)?);
        }
        let pairs =
            |all: &'a [(String, String)]| all.iter().map(|(name, value)| (&**name, value.clone()));
        once("--parameter", pairs(&asked.parameter))?;
        once("--import", pairs(&asked.import))?;
        once("--template-region", of_names(&asked.template_region))?;
        let named = asked.parameter.iter().cloned();
        given.extend(named.map(|(key, value)| (key, Some(value))));
        Ok(Self {
            asked,
            parameters: given,
            there: BTreeSet::new(),
            before: asked.cloudformation_before.iter(),
            prefixes: Prefixes::of(&asked.over, OverKind::CloudFormation),
        })
    }

    /// Reads a template, and the one that is deployed now, or those of the stacks in it.
    pub(super) fn read(
        &mut self,
        path: &Path,
        name: &str,
        bytes: &[u8],
        (base, output): (&Value, &Output),
    ) -> anyhow::Result<Vec<Planned>> {
        let mut settings = self.settings(path, output);
        settings.prefix = self.prefixes.next(path);
        self.there
            .extend(cloudformation::parameters_of(name, bytes)?);
        let Some(before) = self.before.next() else {
            let identity = identity::of(name, bytes, &settings, base, false)?;
            settings.identity = identity;
            let mut all = Vec::new();
            self.with_nested((path, name, bytes), settings, (base, output), &mut all)?;
            return Ok(all);
        };
        let (before_name, before) = recorded::bytes(before, output.max_input)?;
        self.there
            .extend(cloudformation::parameters_of(&before_name, &before)?);
        let now = (before_name.as_str(), before.as_slice());
        settings.identity = identity::of(now.0, now.1, &settings, base, true)?;
        Ok(vec![cloudformation::read_change(
            now,
            (name, bytes),
            &settings,
        )?])
    }

    /// Reads a template and those of the stacks in it that lie beside it. What is not there stays open.
    fn with_nested(
        &self,
        (path, name, bytes): (&Path, &str, &[u8]),
        mut settings: Settings,
        (base, output): (&Value, &Output),
        all: &mut Vec<Planned>,
    ) -> anyhow::Result<()> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut nested = Vec::new();
        for stack in cloudformation::nested::of(name, bytes, &settings)? {
            let file = folder.join(&stack.path);
            // One in itself is read no further.
            let is_deep = settings.prefix.split('-').count() > DEEPEST;
            let is_much = all.len().saturating_add(nested.len()) >= MOST;
            if !is_deep && !is_much && file.is_file() {
                settings.nested.insert(stack.id.clone());
                nested.push((file, stack));
            }
        }
        all.push(cloudformation::read(name, bytes, &settings)?);
        for (file, stack) in nested {
            let (name, bytes) = recorded::bytes(&file, output.max_input)?;
            let mut within = Settings {
                parameters: stack.parameters,
                // The letters between the names of two are not known here.
                stack: settings
                    .stack
                    .as_ref()
                    .filter(|_| !settings.is_nested)
                    .map(|of| format!("{of}-{}", stack.id)),
                is_nested: true,
                prefix: format!("{}{}-", settings.prefix, stack.id),
                nested: BTreeSet::new(),
                identity: Identity {
                    aliases: settings.identity.aliases.clone(),
                    ..Identity::default()
                },
                ..settings.clone()
            };
            within.identity = identity::of(&name, &bytes, &within, base, false)?;
            self.with_nested((&file, &name, &bytes), within, (base, output), all)?;
        }
        Ok(())
    }

    /// AWS refuses a parameter that the template does not have.
    pub(super) fn all_parameters_are_taken(&self) -> anyhow::Result<()> {
        let mut strange = self
            .parameters
            .keys()
            .filter(|key| !self.there.contains(*key));
        let Some(key) = strange.next() else {
            return Ok(());
        };
        let names = self.there.iter().map(String::as_str);
        let hint = near::meant(key, names)
            .map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        bail!("no template has the parameter `{key}`{hint}")
    }

    fn settings(&self, path: &Path, output: &Output) -> Settings {
        let asked = self.asked;
        let settings = Settings {
            account: of_file(&asked.account, path),
            region: of_file::<Region>(&asked.template_region, path),
            parameters: self.parameters.clone(),
            imports: asked.import.iter().cloned().collect(),
            stack: asked.cloudformation_stack.clone(),
            ..Settings::default()
        };
        if settings.account.is_none() || settings.region.is_none() {
            warn(
                output,
                &format!(
                    "{}: give --account ACCOUNT_ID and --template-region REGION, so that its resources have a place",
                    path.display()
                ),
            );
        }
        settings
    }
}

/// A name has one value.
fn once<'a>(option: &str, given: impl Iterator<Item = (&'a str, String)>) -> anyhow::Result<()> {
    let mut all: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in given {
        let there = all.insert(name, value.clone());
        if there.is_some_and(|there| there != value) {
            match name {
                "" => bail!("{option} gives two values"),
                _ => bail!("{option} gives `{name}` two values"),
            }
        }
    }
    Ok(())
}

/// What is given with its name, where it has one.
fn of_names<T: ToString>(given: &[OfName<T>]) -> impl Iterator<Item = (&str, String)> {
    let each = given.iter();
    each.map(|one| {
        let name = one.name.as_deref().unwrap_or_default();
        (name, one.value.to_string())
    })
}

/// What is given for a file, or for all.
fn of_file<T: Clone>(given: &[OfName<T>], path: &Path) -> Option<T> {
    let name = path.display().to_string();
    let last = path.file_name().map(|name| name.display().to_string());
    let of_it = given
        .iter()
        .find(|one| one.name.as_ref() == Some(&name) || (one.name.is_some() && one.name == last));
    of_it
        .or_else(|| given.iter().find(|one| one.name.is_none()))
        .map(|one| one.value.clone())
}
