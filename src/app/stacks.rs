//! The stacks that the templates of a run make, those in them too, and what each gives to the others: outputs to the stack that it
//! is in, exports to all of its account and Region.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::known::{AccountId, Region};
use crate::sources::cloudformation::cross_region::Written;
use crate::sources::cloudformation::nested::{self, Nested, TemplateAt};
use crate::sources::cloudformation::{Identity, Settings, cross_region, identity, outputs};
use crate::sources::recorded;

/// How deep stacks in stacks are read.
const DEEPEST: usize = 8;

/// How many are.
const MOST: usize = 500;

/// How many stacks may stand in a row, each with what the one before it exports.
const LONGEST: usize = 16;

/// What there is before a stack is.
const NOTHING: (&str, &[u8]) = ("nothing", b"Resources: {}");

/// A template with what it is deployed with.
#[derive(Clone)]
pub(super) struct Stack {
    pub path: PathBuf,
    /// The file, as it is told.
    pub name: String,
    pub bytes: Vec<u8>,
    /// The template that is deployed now, with its file.
    pub before: Option<(String, Vec<u8>)>,
    pub settings: Settings,
}

/// What stacks give to others.
#[derive(Default, PartialEq)]
struct Given {
    /// By account, Region and the name of the export.
    exports: BTreeMap<(AccountId, Region), BTreeMap<String, Value>>,
    /// By account, Region and the name in the Parameter Store.
    written: BTreeMap<(AccountId, Region), BTreeMap<String, Value>>,
    /// By what stands before the logical ids of the stack.
    outputs: BTreeMap<String, BTreeMap<String, Value>>,
}

/// The stacks of the command line, each with those in it, with what the others give them.
pub(super) fn all(roots: &[Stack], base: &Value, limit: u64) -> anyhow::Result<Vec<Vec<Stack>>> {
    let mut given = Given::default();
    let mut stacks = with_nested(roots, &given, base, limit)?;
    for _ in 0..LONGEST {
        if !stacks.iter().flatten().any(takes_from_others) {
            break;
        }
        let now = Given::by(&stacks)?;
        if now == given {
            break;
        }
        given = now;
        stacks = with_nested(roots, &given, base, limit)?;
    }
    Ok(stacks)
}

/// The templates of the stacks that one makes for certain, but for itself.
pub(super) fn within(
    (path, name, bytes): (&Path, &str, &[u8]),
    settings: &Settings,
    limit: u64,
) -> anyhow::Result<BTreeSet<PathBuf>> {
    let assets = assets(path, limit);
    let folder = path.parent().unwrap_or(Path::new(""));
    let own = fs::canonicalize(path).ok();
    let stacks = nested::of(name, bytes, settings)?.into_iter();
    let files = stacks.filter_map(|one| {
        let file = file_of(&one.template, folder, &assets)?;
        fs::canonicalize(file).ok()
    });
    Ok(files.filter(|file| Some(file) != own.as_ref()).collect())
}

/// The file of the template of a stack within.
fn file_of(at: &TemplateAt, folder: &Path, assets: &BTreeMap<String, String>) -> Option<PathBuf> {
    match at {
        TemplateAt::File(path) => Some(folder.join(path)),
        TemplateAt::Asset(hash) => assets.get(hash).map(|path| folder.join(path)),
    }
}

/// Whether what other stacks give may matter to one.
fn takes_from_others(stack: &Stack) -> bool {
    let text = String::from_utf8_lossy(&stack.bytes);
    ["ImportValue", "Outputs.", cross_region::EXPORTS]
        .iter()
        .any(|word| text.contains(word))
}

fn with_nested(
    roots: &[Stack],
    given: &Given,
    base: &Value,
    limit: u64,
) -> anyhow::Result<Vec<Vec<Stack>>> {
    let each = roots.iter().map(|root| {
        let walk = Walk {
            assets: assets(&root.path, limit),
            given,
            base,
            limit,
        };
        let mut all = Vec::new();
        walk.with_nested(root.clone(), &mut all)?;
        Ok(all)
    });
    let mut all: Vec<Vec<Stack>> = each.collect::<anyhow::Result<_>>()?;
    // A template that is that of a stack in another is deployed with it.
    let files: Vec<BTreeSet<PathBuf>> = all
        .iter()
        .map(|stacks| {
            let within = stacks.iter().filter(|stack| stack.settings.is_nested);
            within
                .filter_map(|stack| fs::canonicalize(&stack.path).ok())
                .collect()
        })
        .collect();
    let own: Vec<Option<PathBuf>> = roots
        .iter()
        .map(|root| fs::canonicalize(&root.path).ok())
        .collect();
    let has = |one: usize, other: usize| {
        let (files, own) = (files.get(one), own.get(other));
        files
            .zip(own.and_then(Option::as_ref))
            .is_some_and(|(files, own)| files.contains(own))
    };
    for (at, stacks) in all.iter_mut().enumerate() {
        if (0..roots.len()).any(|other| has(other, at) && !has(at, other)) {
            stacks.clear();
        }
    }
    Ok(all)
}

/// The way through the stacks in one of the command line.
struct Walk<'a> {
    assets: BTreeMap<String, String>,
    given: &'a Given,
    base: &'a Value,
    limit: u64,
}

impl Walk<'_> {
    /// A stack, and those in it whose templates lie beside its own. What is not there stays open.
    fn with_nested(&self, mut stack: Stack, all: &mut Vec<Stack>) -> anyhow::Result<()> {
        self.given.to(&mut stack.settings);
        let now = stack.before.as_ref();
        let (file, bytes) = now.map_or((&stack.name, &stack.bytes), |(file, bytes)| (file, bytes));
        let is_there = now.is_some();
        stack.settings.identity = identity::of(file, bytes, &stack.settings, self.base, is_there)?;
        if is_there {
            let (name, bytes) = (&stack.name, &stack.bytes);
            stack.settings.identity.taken =
                identity::taken(name, bytes, &stack.settings, self.base)?;
        }
        let settings = &stack.settings;
        // What becomes of a stack that is there already is not read.
        let there = now
            .map(|(file, bytes)| nested::ids(file, bytes))
            .transpose()?;
        let is_new = |id: &str| there.as_ref().is_none_or(|there| !there.contains(id));
        let folder = stack.path.parent().unwrap_or(Path::new(""));
        let mut within = Vec::new();
        for one in nested::of(&stack.name, &stack.bytes, settings)? {
            let path = file_of(&one.template, folder, &self.assets);
            // One in itself is read no further.
            let is_deep = settings.prefix.split('-').count() > DEEPEST;
            let is_much = all.len().saturating_add(within.len()) >= MOST;
            if let Some(path) = path.filter(|path| path.is_file())
                && !is_deep
                && !is_much
                && is_new(&one.id)
            {
                within.push((path, one));
            }
        }
        let ids = within.iter().map(|(_, one)| one.id.clone()).collect();
        stack.settings.nested = ids;
        for (_, one) in &within {
            let prefix = prefix(&stack.settings, &one.id);
            let outputs = self.given.outputs.get(&prefix).into_iter().flatten();
            let outputs =
                outputs.map(|(name, value)| (format!("{}.{name}", one.id), value.clone()));
            stack.settings.outputs.extend(outputs);
        }
        let of = stack.clone();
        all.push(stack);
        for (path, one) in within {
            self.with_nested(self.nested(&of, path, one)?, all)?;
        }
        Ok(())
    }

    fn nested(&self, of: &Stack, path: PathBuf, one: Nested) -> anyhow::Result<Stack> {
        let (name, bytes) = recorded::bytes(&path, self.limit)?;
        let settings = &of.settings;
        // The letters between the names of two are not known here.
        let stack = settings.stack.as_ref().filter(|_| !settings.is_nested);
        let nothing = |_: &_| (NOTHING.0.to_owned(), NOTHING.1.to_owned());
        Ok(Stack {
            path,
            name,
            bytes,
            before: of.before.as_ref().map(nothing),
            settings: Settings {
                stack: stack.map(|of| format!("{of}-{}", one.id)),
                is_nested: true,
                prefix: prefix(settings, &one.id),
                nested: BTreeSet::new(),
                outputs: BTreeMap::new(),
                is_given_all: one.parameters.is_some(),
                parameters: one.parameters.unwrap_or_default(),
                tags: one.tags,
                parameters_before: BTreeMap::new(),
                identity: Identity {
                    aliases: settings.identity.aliases.clone(),
                    ..Identity::default()
                },
                ..settings.clone()
            },
        })
    }
}

/// What stands before the logical ids of a stack in another.
fn prefix(of: &Settings, id: &str) -> String {
    format!("{}{id}-", of.prefix)
}

/// By whom each thing is given, by account, Region and name.
type GivenBy<'s> = BTreeMap<(AccountId, Region, String), &'s str>;

impl Given {
    fn by(stacks: &[Vec<Stack>]) -> anyhow::Result<Self> {
        let mut given = Self::default();
        let (mut exported_by, mut written_by) = (GivenBy::new(), GivenBy::new());
        for stack in stacks.iter().flatten() {
            let settings = &stack.settings;
            // The values that are given are those of the change.
            let hidden = Settings {
                of_change: true,
                ..settings.of_now()
            };
            let (was_given, was_written) = match &stack.before {
                Some((file, bytes)) => (
                    outputs::of(file, bytes, &hidden)?,
                    cross_region::written(file, bytes, &hidden)?,
                ),
                None => (Vec::new(), Vec::new()),
            };
            let home = settings.account.zip(settings.region.clone());
            for output in outputs::of(&stack.name, &stack.bytes, settings)? {
                if let (Some(home), Some(name)) = (&home, &output.export) {
                    let was = was_given
                        .iter()
                        .find(|was| was.export.as_ref() == Some(name));
                    let was = was.map(|was| &was.value);
                    let key = (home.0, home.1.clone(), name.clone());
                    let value = match exported_by.insert(key, &stack.name) {
                        Some(other) => json!({"unknown": format!(
                            "{other} and {} both export {name}, which CloudFormation refuses in one Region", stack.name
                        )}),
                        None => stays(
                            was,
                            output.value.clone(),
                            (&stack.name, name),
                            ("exports as", "CloudFormation"),
                        ),
                    };
                    let exports = given.exports.entry(home.clone()).or_default();
                    exports.insert(name.clone(), value);
                }
                let outputs = given.outputs.entry(settings.prefix.clone()).or_default();
                outputs.insert(output.id, output.value);
            }
            let Some(account) = settings.account else {
                continue;
            };
            for Written {
                region,
                name,
                value,
            } in cross_region::written(&stack.name, &stack.bytes, settings)?
            {
                let is_it = |was: &&Written| was.name == name && was.region == region;
                let was = was_written.iter().find(is_it).map(|was| &was.value);
                let key = (account, region.clone(), name.clone());
                let value = match written_by.insert(key, &stack.name) {
                    Some(other) => json!({"unknown": format!(
                        "{other} and {} both write {name} of the Parameter Store of {region}", stack.name
                    )}),
                    None => stays(
                        was,
                        value,
                        (&stack.name, &name),
                        ("writes under", "the CDK's writer"),
                    ),
                };
                let written = given.written.entry((account, region)).or_default();
                written.insert(name, value);
            }
        }
        Ok(given)
    }

    fn to(&self, settings: &mut Settings) {
        let Some(home) = settings.account.zip(settings.region.clone()) else {
            return;
        };
        settings.exports = self.exports.get(&home).cloned().unwrap_or_default();
        settings.written = self.written.get(&home).cloned().unwrap_or_default();
    }
}

/// A value that a stack gives to others under a name, where that is what it was: what others take is not changed.
fn stays(
    was: Option<&Value>,
    value: Value,
    (stack, name): (&str, &str),
    (gives, refuses): (&str, &str),
) -> Value {
    let refused =
        format!("{gives} {name}, which {refuses} refuses as long as another stack takes it");
    match was {
        Some(was) if let Some(why) = was.get("unknown") => json!({"unknown": format!(
            "whether {stack} changes what it {refused} ({}): --parameter-before settles what a parameter was",
            why.as_str().unwrap_or_default()
        )}),
        Some(was) if *was != value => {
            json!({"unknown": format!("{stack} changes what it {refused}")})
        }
        Some(_) | None => value,
    }
}

/// The files of the CDK's assets, by the hashes of what is in them: `NAME.assets.json` beside `NAME.template.json`.
///
/// See <https://docs.aws.amazon.com/cdk/v2/guide/assets.html>.
fn assets(template: &Path, limit: u64) -> BTreeMap<String, String> {
    let read = || {
        let name = template
            .file_name()?
            .to_str()?
            .strip_suffix(".template.json")?;
        let file = template.with_file_name(format!("{name}.assets.json"));
        let (_, bytes) = file
            .is_file()
            .then(|| recorded::bytes(&file, limit).ok())??;
        let manifest: Value = serde_json::from_slice(&bytes).ok()?;
        let files = manifest.get("files")?.as_object()?.iter();
        let each = files.filter_map(|(hash, file)| {
            let path = file.pointer("/source/path")?.as_str()?;
            Some((hash.clone(), path.to_owned()))
        });
        Some(each.collect())
    };
    read().unwrap_or_default()
}
