//! CloudFormation templates of the command line, with what each is deployed with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::slice;

use anyhow::bail;

use crate::cli::{ChangeArgs, OfName, Output, OverKind};
use crate::known::{Region, near};
use crate::sources::cloudformation::{self, Settings, parameters};
use crate::sources::planned::Planned;
use crate::sources::recorded;

use super::print::warn;

/// What the templates of a run are deployed with.
pub(super) struct Templates<'a> {
    asked: &'a ChangeArgs,
    parameters: BTreeMap<String, Option<String>>,
    /// The parameters that the templates have.
    there: BTreeSet<String>,
    before: slice::Iter<'a, std::path::PathBuf>,
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
        let named = asked.parameter.iter().cloned();
        given.extend(named.map(|(key, value)| (key, Some(value))));
        Ok(Self {
            asked,
            parameters: given,
            there: BTreeSet::new(),
            before: asked.cloudformation_before.iter(),
        })
    }

    /// Reads a template, and the one that is deployed now.
    pub(super) fn read(
        &mut self,
        path: &Path,
        name: &str,
        bytes: &[u8],
        output: &Output,
    ) -> anyhow::Result<Planned> {
        let settings = self.settings(path, output);
        self.there
            .extend(cloudformation::parameters_of(name, bytes)?);
        let Some(before) = self.before.next() else {
            return Ok(cloudformation::read(name, bytes, &settings)?);
        };
        let (before_name, before) = recorded::bytes(before, output.max_input)?;
        self.there
            .extend(cloudformation::parameters_of(&before_name, &before)?);
        Ok(cloudformation::read_change(
            (&before_name, &before),
            (name, bytes),
            &settings,
        )?)
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
