//! All objects of a plan, with the blocks of the configuration that they come from.

use std::collections::{HashMap, HashSet};

use super::address::steps;
use super::file::{ConfigResource, Module, PlanFile, ResourceChange, StateModule};
use super::object::{Moment, Object};

/// All objects of a plan, by address.
#[derive(Debug)]
pub struct Objects<'p> {
    /// The plan.
    pub plan: &'p PlanFile,
    /// In the order of the plan; data sources that were read follow.
    pub all: Vec<Object<'p>>,
    /// What former replacements left, and is destroyed now.
    pub deposed: Vec<Object<'p>>,
    by_name: HashMap<(&'p str, &'p str, &'p str, bool), Vec<usize>>,
    /// Those that are no data sources, by their types.
    by_kind: HashMap<&'p str, Vec<usize>>,
    roles: HashMap<&'p str, Vec<usize>>,
}

impl<'p> Objects<'p> {
    /// Those of a plan.
    #[must_use]
    pub fn of(plan: &'p PlanFile) -> Self {
        let mut blocks = Blocks::new();
        if let Some(configuration) = &plan.configuration {
            blocks_of(&configuration.root_module, "", &mut blocks);
        }
        let changes = plan.resource_changes.iter();
        let (deposed, current): (Vec<_>, Vec<_>) = changes.partition(|one| one.deposed.is_some());
        let objects = |changes: Vec<&'p ResourceChange>| -> Vec<Object<'p>> {
            let changes = changes.into_iter();
            changes.map(|one| of_change(one, &blocks)).collect()
        };
        let (deposed, mut all) = (objects(deposed), objects(current));
        let root = plan
            .prior_state
            .as_ref()
            .and_then(|state| state.values.as_ref());
        if let Some(root) = root.and_then(|values| values.root_module.as_ref()) {
            let known: HashSet<&str> = all.iter().map(|object| object.address).collect();
            let mut read = Vec::new();
            of_state(root, &blocks, &known, &mut read);
            all.extend(read);
        }
        let mut by_name: HashMap<_, Vec<usize>> = HashMap::new();
        let mut by_kind: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, object) in all.iter().enumerate() {
            let name = (object.module, object.kind, object.name, object.is_data);
            by_name.entry(name).or_default().push(index);
            if !object.is_data {
                by_kind.entry(object.kind).or_default().push(index);
            }
        }
        let mut roles: HashMap<_, Vec<usize>> = HashMap::new();
        let is_role = |object: &Object<'_>| object.kind == "aws_iam_role" && !object.is_data;
        for (index, role) in all.iter().enumerate().filter(|(_, one)| is_role(one)) {
            let names = [Moment::Then, Moment::Now].map(|moment| role.text(moment, "name"));
            for name in names.into_iter().flatten().collect::<HashSet<_>>() {
                roles.entry(name).or_default().push(index);
            }
        }
        Self {
            plan,
            all,
            deposed,
            by_name,
            by_kind,
            roles,
        }
    }

    /// The instances of a resource in a module instance.
    #[must_use]
    pub fn instances(
        &self,
        module: &str,
        kind: &str,
        name: &str,
        is_data: bool,
    ) -> Vec<&Object<'p>> {
        let found = self.by_name.get(&(module, kind, name, is_data));
        let found = found.into_iter().flatten();
        found.filter_map(|index| self.all.get(*index)).collect()
    }

    /// The roles of a name, now or after the plan.
    pub fn roles(&self, name: &str) -> impl Iterator<Item = &Object<'p>> {
        let found = self.roles.get(name).into_iter().flatten();
        found.filter_map(|index| self.all.get(*index))
    }

    /// Those of a type that are there at a moment.
    pub fn of_kind<'a>(
        &'a self,
        kind: &'a str,
        moment: Moment,
    ) -> impl Iterator<Item = &'a Object<'p>> {
        let found = self.by_kind.get(kind).into_iter().flatten();
        let found = found.filter_map(|index| self.all.get(*index));
        found.filter(move |object| object.is_there(moment))
    }
}

fn of_change<'p>(change: &'p ResourceChange, blocks: &Blocks<'p>) -> Object<'p> {
    let is_data = change.mode == "data";
    Object {
        address: &change.address,
        module: &change.module_address,
        kind: &change.kind,
        name: &change.name,
        is_data,
        index: change.index.as_ref(),
        change: Some(&change.change),
        said: None,
        block: block(
            blocks,
            &change.module_address,
            &change.kind,
            &change.name,
            is_data,
        ),
    }
}

fn of_state<'p>(
    module: &'p StateModule,
    blocks: &Blocks<'p>,
    known: &HashSet<&str>,
    all: &mut Vec<Object<'p>>,
) {
    for resource in module.resources.iter().filter(|one| one.mode == "data") {
        if known.contains(resource.address.as_str()) {
            continue;
        }
        all.push(Object {
            address: &resource.address,
            module: &module.address,
            kind: &resource.kind,
            name: &resource.name,
            is_data: true,
            index: resource.index.as_ref(),
            change: None,
            said: Some((&resource.values, &resource.sensitive_values)),
            block: block(
                blocks,
                &module.address,
                &resource.kind,
                &resource.name,
                true,
            ),
        });
    }
    for child in &module.child_modules {
        of_state(child, blocks, known, all);
    }
}

/// The blocks of a configuration, by the names of the calls that lead to their module, and their own.
type Blocks<'p> = HashMap<(String, &'p str, &'p str, bool), &'p ConfigResource>;

fn blocks_of<'p>(module: &'p Module, path: &str, all: &mut Blocks<'p>) {
    for block in &module.resources {
        let is_data = block.mode == "data";
        let key = (
            path.to_owned(),
            block.kind.as_str(),
            block.name.as_str(),
            is_data,
        );
        all.entry(key).or_insert(block);
    }
    for (name, call) in &module.module_calls {
        blocks_of(&call.module, &format!("{path}.{name}"), all);
    }
}

fn block<'p>(
    blocks: &Blocks<'p>,
    address: &str,
    kind: &'p str,
    name: &'p str,
    is_data: bool,
) -> Option<&'p ConfigResource> {
    let path: String = steps(address)
        .into_iter()
        .map(|step| format!(".{step}"))
        .collect();
    blocks.get(&(path, kind, name, is_data)).copied()
}

/// The module of a module instance's address.
#[must_use]
pub fn module_at<'p>(root: &'p Module, address: &str) -> Option<&'p Module> {
    let mut module = root;
    for name in steps(address) {
        module = &module.module_calls.get(name)?.module;
    }
    Some(module)
}
