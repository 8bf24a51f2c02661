//! What the command line gives by a name: the account of a provider of a plan (`aws.backup=ID`), of a file (`FILE=ID`), of a provider
//! of one plan (`FILE:aws.backup=ID`), or of all (`ID`). What it gives twice, or says of several, is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::bail;

use crate::cli::{OfName, Over, OverKind};
use crate::known::AccountId;

/// The provider that has no alias.
const DEFAULT: &str = "aws";

/// How near a name is: to all, to a provider of all plans, to one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    All,
    Provider,
    File,
}

/// The files that a name is one of: that of this path, else those that are called so.
fn files<'o>(name: &str, over: &'o Over) -> Vec<&'o Path> {
    let of = |is_it: &dyn Fn(&Path) -> bool| {
        let all = over.0.iter();
        let all = all.filter(|(kind, _)| *kind != OverKind::Overlay);
        let mut all: Vec<&Path> = all.map(|(_, path)| path.as_path()).collect();
        all.retain(|path| is_it(path));
        all.sort();
        all.dedup();
        all
    };
    let exact = of(&|path| path.display().to_string() == name);
    if !exact.is_empty() {
        return exact;
    }
    of(&|path| path.file_name().is_some_and(|last| last == name))
}

/// The file and the provider of a name, where it is one of a file.
fn file_of<'n, 'o>(name: &'n str, over: &'o Over) -> Option<(&'o Path, &'n str)> {
    if let Some(path) = files(name, over).first() {
        return Some((path, DEFAULT));
    }
    let (name, provider) = name.rsplit_once(':')?;
    Some((files(name, over).first()?, provider))
}

/// Whether a name is one of a file.
pub(super) fn is_of_file(name: &str, over: &Over) -> bool {
    file_of(name, over).is_some()
}

/// A name is one of one file.
pub(super) fn check<T>(option: &str, given: &[OfName<T>], over: &Over) -> anyhow::Result<()> {
    for name in given.iter().filter_map(|one| one.name.as_deref()) {
        let file = match name.rsplit_once(':') {
            Some((file, _)) if files(name, over).is_empty() => file,
            Some(_) | None => name,
        };
        let all = files(file, over);
        if all.len() > 1 {
            let all: Vec<String> = all.iter().map(|path| path.display().to_string()).collect();
            bail!(
                "{option} {name}: `{file}` may be {}: expected the path, as it is given",
                all.join(" or ")
            );
        }
    }
    Ok(())
}

/// The nearest of what fits: one value.
fn nearest<'a, T: 'a + Clone + PartialEq + ToString>(
    option: &str,
    of: &str,
    fits: impl Iterator<Item = (Nearness, &'a T)>,
) -> anyhow::Result<Option<(Nearness, T)>> {
    let mut found: Option<(Nearness, T)> = None;
    for (nearness, value) in fits {
        match &found {
            Some((there, one)) if *there == nearness && one != value => bail!(
                "{option} gives {of} two values, {} and {}: leave one out",
                one.to_string(),
                value.to_string()
            ),
            Some((there, _)) if *there >= nearness => {}
            Some(_) | None => found = Some((nearness, value.clone())),
        }
    }
    Ok(found)
}

/// What is given for a template, or for all.
pub(super) fn of_template<T: Clone + PartialEq + ToString>(
    option: &str,
    given: &[OfName<T>],
    over: &Over,
    path: &Path,
) -> anyhow::Result<Option<T>> {
    let found = of_file(option, given, over, path)?;
    Ok(found.map(|(value, _)| value))
}

/// What is given for a file, or for all, and whether it is for this one by its name.
pub(super) fn of_file<T: Clone + PartialEq + ToString>(
    option: &str,
    given: &[OfName<T>],
    over: &Over,
    path: &Path,
) -> anyhow::Result<Option<(T, bool)>> {
    let fits = given.iter().filter_map(|one| match &one.name {
        None => Some((Nearness::All, &one.value)),
        Some(name) => {
            let is_it = files(name, over).contains(&path);
            is_it.then_some((Nearness::File, &one.value))
        }
    });
    let found = nearest(option, &format!("`{}`", path.display()), fits)?;
    Ok(found.map(|(nearness, value)| (value, nearness == Nearness::File)))
}

/// The accounts of the providers of plans.
pub(super) struct OfPlans<'a> {
    given: &'a [OfName<AccountId>],
    over: &'a Over,
    /// The plans that have the account of a provider from what names no file.
    taken: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> OfPlans<'a> {
    pub(super) fn new(given: &'a [OfName<AccountId>], over: &'a Over) -> Self {
        Self {
            given,
            over,
            taken: BTreeMap::new(),
        }
    }

    /// Those of a plan.
    pub(super) fn of(&self, path: &Path) -> anyhow::Result<BTreeMap<String, AccountId>> {
        let found = self.found(path)?.into_iter();
        Ok(found
            .map(|(provider, (_, account))| (provider.to_owned(), account))
            .collect())
    }

    fn found(&self, path: &Path) -> anyhow::Result<BTreeMap<&'a str, (Nearness, AccountId)>> {
        let has_templates = self.over.0.iter();
        let mut has_templates = has_templates.map(|(kind, _)| *kind == OverKind::CloudFormation);
        // Without a template that it could be of, one without a name is one of the provider.
        let of_all = match has_templates.any(|is_one| is_one) {
            true => Nearness::All,
            false => Nearness::Provider,
        };
        let mut fitting: BTreeMap<&str, Vec<(Nearness, &AccountId)>> = BTreeMap::new();
        for one in self.given {
            let (provider, nearness) = match one.name.as_deref() {
                None => (DEFAULT, of_all),
                Some(name) => match file_of(name, self.over) {
                    Some((file, provider)) if file == path => (provider, Nearness::File),
                    Some(_) => continue,
                    None => (name, Nearness::Provider),
                },
            };
            let of = fitting.entry(provider).or_default();
            of.push((nearness, &one.value));
        }
        let mut all = BTreeMap::new();
        for (provider, fits) in fitting {
            let of = format!("the provider `{provider}` of {}", path.display());
            let found = nearest("--account", &of, fits.into_iter())?;
            all.extend(found.map(|found| (provider, found)));
        }
        Ok(all)
    }

    /// Notes which providers of a plan have their account from the command line alone.
    pub(super) fn note(&mut self, path: &Path, providers: &[String]) -> anyhow::Result<()> {
        let found = self.found(path)?;
        for provider in providers {
            let found = found.get(provider.as_str());
            if found.is_some_and(|(nearness, _)| *nearness != Nearness::File) {
                let plans = self.taken.entry(provider.clone()).or_default();
                plans.insert(path.display().to_string());
            }
        }
        Ok(())
    }

    /// What is to be said of providers of one name in several plans, which may be of several accounts.
    pub(super) fn of_several_plans(&self) -> impl Iterator<Item = String> {
        let several = self.taken.iter().filter(|(_, plans)| plans.len() > 1);
        several.map(|(provider, plans)| {
            let each = plans.iter().map(|plan| match provider.as_str() {
                DEFAULT => format!("--account {plan}=ACCOUNT_ID"),
                _ => format!("--account {plan}:{provider}=ACCOUNT_ID"),
            });
            format!(
                "--account gives one account to the provider `{provider}` of {} plans that do not tell theirs: where they are of several, give {}",
                plans.len(),
                each.collect::<Vec<_>>().join(" ")
            )
        })
    }
}
