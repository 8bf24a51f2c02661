//! A template that is resolved, and how what is not known is marked in its values.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::stack_tags::StackTags;
use super::text::Node;
pub use super::values::{is_open, plain, unknown, why};
pub use crate::catalog::regions::partition;
use crate::known::{AccountId, Region};
use crate::sources::standing::Standing;

/// What is known of the things that a template made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The names that AWS gave, by logical ids.
    pub names: BTreeMap<String, String>,
    /// The resources of which nobody knows which of several things they made.
    pub unknown: BTreeSet<String>,
    /// Those of them of which they say something else than was read of one that they may have made.
    pub otherwise: BTreeSet<String>,
    /// The keys that are known by their alias alone, which a change may give to another.
    pub by_alias: BTreeSet<String>,
    /// The keys that aliases name, by the aliases.
    pub aliases: BTreeMap<String, String>,
    /// The resources whose things stand in the facts under the names that they have with the values that are given.
    pub there: BTreeSet<String>,
    /// Those whose things do not, nor anything else that they may have made.
    pub absent: BTreeSet<String>,
    /// Those whose things do not, while something else does that they may have made under another name.
    pub others: BTreeSet<String>,
    /// Those whose names things of another stack have.
    pub foreign: BTreeSet<String>,
    /// The resources of the template that is to be deployed under whose names something stands in the facts.
    pub taken: BTreeSet<String>,
    /// What was read of the instances that they made.
    pub instances: BTreeMap<String, InstanceRead>,
}

/// What was read of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceRead {
    /// Its image.
    pub image: Option<String>,
    /// Its type.
    pub of: Option<String>,
    /// What its root volume is on: `ebs` or `instance-store`.
    pub root: Option<String>,
}

/// What a template is resolved with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The account that it is deployed in.
    pub account: Option<AccountId>,
    /// The Region that it is deployed in.
    pub region: Option<Region>,
    /// Values of parameters; `None`: the stack keeps the one that it has.
    pub parameters: BTreeMap<String, Option<String>>,
    /// Values of parameters that the stack has now, where somebody tells them.
    pub parameters_before: BTreeMap<String, String>,
    /// The parameters that a stack may have, whose values it keeps where none are given: their defaults are taken for these.
    pub kept: BTreeSet<String>,
    /// Those values are not taken for known.
    pub hides_kept: bool,
    /// Values that other stacks export, as they are given.
    pub imports: BTreeMap<String, String>,
    /// Values of the Parameter Store, by their names there, as they are given.
    pub ssm: BTreeMap<String, String>,
    /// The parameters whose values are of these: a stack takes a new one wherever it is updated.
    pub stored: BTreeSet<String>,
    /// What other templates of the run export in this account and Region: values, or why they are unknown.
    pub exports: BTreeMap<String, Value>,
    /// What other templates of the run write into its Parameter Store, by its name there: values, or why they are unknown.
    pub written: BTreeMap<String, Value>,
    /// What the stacks in it give: by `LogicalId.OutputName`.
    pub outputs: BTreeMap<String, Value>,
    /// The name of the stack; of one in another, without the letters that CloudFormation adds.
    pub stack: Option<String>,
    /// Whether it is a stack in another.
    pub is_nested: bool,
    /// Whether the parameters that are given are all that the stack is given, as the one that it is in tells them.
    pub is_given_all: bool,
    /// What stands before the logical ids of a stack in another, where they stand for names that AWS gives.
    pub prefix: String,
    /// The values of parameters are those of a change: of what is there now they tell the names, and whether it is made.
    pub of_change: bool,
    /// Which of the things that are there its resources made.
    pub identity: Identity,
    /// The stacks in it whose templates are read as well, by their logical ids.
    pub nested: BTreeSet<String>,
    /// The tags of the stack.
    pub tags: StackTags,
    /// What stands by the facts; `None`: they are not given.
    pub standing: Option<Arc<Standing>>,
}

impl Settings {
    /// What the template of now is resolved with: the values that are told of now, and else those that are given.
    #[must_use]
    pub fn of_now(&self) -> Self {
        let mut all = self.clone();
        let told = self.parameters_before.iter();
        all.parameters
            .extend(told.map(|(name, value)| (name.clone(), Some(value.clone()))));
        all.tags = all.tags.perhaps("which may be new with this change");
        all
    }

    /// The same of a stack that may be there with these parameters.
    #[must_use]
    pub fn keeping(&self, root: &Node) -> Self {
        let all = root.get("Parameters").map_or(&[][..], Node::fields);
        let stored = all.iter().filter(|(name, node)| {
            let given = self.parameters.get(name).cloned().flatten();
            let default = || plain(&node.get("Default")?.to_value());
            let stored = given.or_else(default);
            of_store(node).is_some() && stored.is_some_and(|stored| self.ssm.contains_key(&stored))
        });
        Self {
            kept: all.iter().map(|(name, _)| name.clone()).collect(),
            stored: stored.map(|(name, _)| name.clone()).collect(),
            ..self.clone()
        }
    }

    /// Whether a parameter is given a value that may be another than the stack has, or has one of the Parameter Store that is given.
    #[must_use]
    pub fn may_be_new(&self, parameter: &str) -> bool {
        self.stored.contains(parameter) || self.is_given_anew(parameter)
    }

    /// Whether it is given one itself.
    #[must_use]
    pub fn is_given_anew(&self, parameter: &str) -> bool {
        match self.parameters.get(parameter) {
            Some(Some(given)) => self.parameters_before.get(parameter) != Some(given),
            // It keeps the one that it has.
            Some(None) | None => false,
        }
    }
}

/// A template with what it is resolved with.
pub struct Template<'t> {
    /// The file's name.
    pub file: &'t str,
    /// Its root.
    pub root: &'t Node,
    /// What it is resolved with.
    pub settings: &'t Settings,
    /// What is being resolved, so that a cycle ends.
    pub(super) busy: RefCell<BTreeSet<String>>,
    /// Whether a name is being resolved, or whether something is made.
    pub(super) naming: Cell<bool>,
    /// Whether something works on the text of a value, which a dynamic reference is until all functions are done.
    pub(super) on_text: Cell<bool>,
}

impl Template<'_> {
    /// Resolves a name, or whether something is made, with all values that are given.
    pub fn naming<T>(&self, resolve: impl FnOnce() -> T) -> T {
        let before = self.naming.replace(true);
        let value = resolve();
        self.naming.set(before);
        value
    }

    /// Resolves a value of whose text something is made.
    pub fn on_text<T>(&self, resolve: impl FnOnce() -> T) -> T {
        let before = self.on_text.replace(true);
        let value = resolve();
        self.on_text.set(before);
        value
    }
}

/// The type of the values of a parameter whose value is the name of one in the Parameter Store.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html>.
pub fn of_store(parameter: &Node) -> Option<&str> {
    let of = parameter.get("Type")?.text()?;
    of.strip_prefix("AWS::SSM::Parameter::Value<")?
        .strip_suffix('>')
}
