//! What the expressions of a plan's configuration come to that the plan does not tell. Nothing is executed or fetched; what
//! cannot be evaluated stays unknown.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use hcl::eval::{Context, Evaluate};
use hcl::{Block, Body, Expression};
use serde_json::{Map, Value, json};

use super::address::{parent, steps};
use super::bare::is_as_it_is;
use super::body::{body_value, to_hcl, to_json};
use super::file::{Module, PlanFile};
use super::functions::declare;
use super::identity::{Expressions, Identities};
use super::object::Object;
use super::partial::{self, holds_partial};
use super::same_source::is_of;
use super::sets::{holds_set, in_a_row};
use super::source::{Source, SourceModule, attribute, label};
use super::told::resources;
use super::variables::of_variable;

/// Expressions of a plan's configuration, evaluated with what is known of the plan.
pub struct Evaluator<'s> {
    source: &'s Source,
    /// The modules whose files are not those that the plan was made of: nothing of them is evaluated.
    others: HashSet<Vec<String>>,
    scopes: RefCell<BTreeMap<String, Option<Context<'static>>>>,
    /// The module instances of whose arguments some could not be evaluated: what another module gives may settle them.
    open: RefCell<BTreeSet<String>>,
}

impl Expressions for Evaluator<'_> {
    fn attribute(
        &self,
        ids: &Identities<'_, '_>,
        object: &Object<'_>,
        name: &str,
    ) -> Option<Value> {
        let block = self.block(object)?;
        let expression = &attribute(&block.body, name)?.expr;
        let context = self.of_object(ids, object, block)?;
        let value = in_a_row(expression.evaluate(&context).ok()?);
        to_json(&value).filter(|_| !holds_set(&value) && !holds_partial(&value))
    }

    fn is_just(
        &self,
        ids: &Identities<'_, '_>,
        object: &Object<'_>,
        name: &str,
        (other, attribute): (&Object<'_>, &str),
    ) -> bool {
        /// What no attribute is.
        const MARK: &str = "\u{1}";
        if object.module != other.module {
            return false;
        }
        let found = self.block(object).and_then(|block| {
            let expression = &super::source::attribute(&block.body, name)?.expr;
            let mut context = self.of_object(ids, object, block)?;
            let marked = Some((other.address, attribute, MARK));
            resources(ids, object.module, marked, &mut context);
            expression.evaluate(&context).ok()
        });
        found == Some(hcl::Value::from(MARK))
    }

    fn blocks(&self, ids: &Identities<'_, '_>, object: &Object<'_>, name: &str) -> Option<Value> {
        let block = self.block(object)?;
        let context = self.of_object(ids, object, block)?;
        let at = format!("{}.{name}", object.address);
        body_value(&block.body, &context, &at).get(name).cloned()
    }

    fn reads_blocks(&self, ids: &Identities<'_, '_>, object: &Object<'_>) -> bool {
        let block = self.block(object);
        block.is_some_and(|block| self.of_object(ids, object, block).is_some())
    }

    fn takes_as_it_is(&self, object: &Object<'_>, target: &Object<'_>) -> Option<bool> {
        let data = if target.is_data { "data." } else { "" };
        let name = format!("{data}{}.{}", target.kind, target.name);
        let of = if object.is_data { "data" } else { "resource" };
        // What it comes to is known of the files of the plan alone.
        self.module(object.module)?;
        let module = self.source.as_written(object.module)?;
        let block = module
            .block(of, object.kind, object.name)
            .filter(|_| object.module == target.module)?;
        is_as_it_is(&block.body, &name)
    }
}

impl<'s> Evaluator<'s> {
    /// One of a configuration.
    #[must_use]
    pub fn new(source: &'s Source, plan: &PlanFile) -> Self {
        let mut others = HashSet::new();
        if let Some(configuration) = &plan.configuration
            && !source.is_for_lines
        {
            others_of(
                source,
                &configuration.root_module,
                String::new(),
                &mut others,
            );
        }
        Self {
            source,
            others,
            scopes: RefCell::default(),
            open: RefCell::default(),
        }
    }

    /// The files of a module instance, as far as they are those that the plan was made of.
    pub(super) fn module(&self, address: &str) -> Option<&'s SourceModule> {
        let names: Vec<String> = steps(address).into_iter().map(str::to_owned).collect();
        let source = self.source.module(address)?;
        (!self.others.contains(&names)).then_some(source)
    }

    /// What is not evaluated, in words.
    pub(super) fn not_its_files(&self) -> Vec<String> {
        let mut others: Vec<&Vec<String>> = self.others.iter().collect();
        others.sort();
        let others = others.into_iter().map(|names| {
            let of = match names.as_slice() {
                [] => "the configuration".to_owned(),
                names => format!("the module {}", names.join(".")),
            };
            format!("the files of {of} in --terraform-source are not those that the plan was made of: nothing of them is evaluated")
        });
        others.collect()
    }

    /// Takes the files of these modules, by the names of the calls that lead there, for those of another configuration.
    pub(super) fn leave_out(&mut self, modules: impl IntoIterator<Item = Vec<String>>) {
        self.others.extend(modules);
        self.scopes.take();
    }

    pub(super) fn block(&self, object: &Object<'_>) -> Option<&'s Block> {
        let of = if object.is_data { "data" } else { "resource" };
        self.module(object.module)?
            .block(of, object.kind, object.name)
    }

    /// What can be named in the block of an object.
    pub(super) fn of_object(
        &self,
        ids: &Identities<'_, '_>,
        object: &Object<'_>,
        block: &Block,
    ) -> Option<Context<'static>> {
        let context = self.scope(ids, object.module, 0)?;
        Some(with_index(context, object.index, &block.body))
    }

    /// What can be named in a module instance.
    pub(super) fn scope(
        &self,
        ids: &Identities<'_, '_>,
        address: &str,
        depth: usize,
    ) -> Option<Context<'static>> {
        if let Some(known) = self.scopes.borrow().get(address) {
            return known.clone();
        }
        if depth > 16 {
            return None;
        }
        // A module is worked out within the one that calls it, which knows what it gives to it.
        let above = parent(address).map(|(above, _)| above);
        if let Some(above) = above {
            self.scope(ids, above, depth.saturating_add(1));
            if let Some(known) = self.scopes.borrow().get(address) {
                return known.clone();
            }
        }
        // A module that is asked for while it is being worked out has none yet.
        let is_early =
            above.is_some_and(|above| matches!(self.scopes.borrow().get(above), Some(None)));
        if is_early {
            return None;
        }
        self.scopes.borrow_mut().insert(address.to_owned(), None);
        let scope = self.build(ids, address, depth.saturating_add(1));
        self.scopes
            .borrow_mut()
            .insert(address.to_owned(), scope.clone());
        scope
    }

    fn build(
        &self,
        ids: &Identities<'_, '_>,
        address: &str,
        depth: usize,
    ) -> Option<Context<'static>> {
        let module = self.module(address)?;
        let mut context = Context::new();
        declare(&mut context);
        // What is given; `None`: it is, and is not known, so that no default stands in for it.
        let mut given: BTreeMap<String, Option<hcl::Value>> = BTreeMap::new();
        match parent(address) {
            None => {
                for (name, variable) in &ids.objects.plan.variables {
                    given.insert(name.clone(), Some(to_hcl(&variable.value)));
                }
                // A plan keeps no value of an ephemeral variable, and prints its default.
                let ephemeral = module
                    .blocks("variable")
                    .filter(|block| is_ephemeral(block));
                for name in ephemeral.filter_map(|block| label(block, 0)) {
                    given.insert(name.to_owned(), None);
                }
            }
            Some((above, call)) => {
                let outer = self.scope(ids, above, depth)?;
                let name = steps(call).first().copied().unwrap_or_default();
                let block = self
                    .module(above)?
                    .blocks("module")
                    .find(|block| label(block, 0) == Some(name))?;
                let index = call
                    .split_once('[')
                    .and_then(|(_, index)| serde_json::from_str(index.strip_suffix(']')?).ok());
                let outer = with_index(outer, index.as_ref(), &block.body);
                for argument in block.body.attributes() {
                    let value = argument.expr.evaluate(&outer).ok();
                    // Which providers it has stands there, too.
                    if value.is_none() && argument.key.as_str() != "providers" {
                        self.open.borrow_mut().insert(address.to_owned());
                    }
                    given.insert(argument.key.to_string(), value);
                }
            }
        }
        let mut variables = Map::new();
        for block in module.blocks("variable") {
            let Some(name) = label(block, 0) else {
                continue;
            };
            let value = match given.remove(name) {
                Some(None) => None,
                given => of_variable(block, given.flatten(), &context),
            };
            if let Some(value) = value.as_ref().and_then(to_json) {
                variables.insert(name.to_owned(), value);
            }
        }
        context.declare_var("var", to_hcl(&Value::Object(variables)));
        resources(ids, address, None, &mut context);
        self.locals(module, &mut context);
        // What one module gives another takes: again and again, as far as more is known each time.
        let mut outputs = Map::new();
        for _ in 0..=module.blocks("module").count() {
            self.scopes
                .borrow_mut()
                .insert(address.to_owned(), Some(context.clone()));
            let known = self.outputs(ids, module, address, depth);
            if known == outputs {
                break;
            }
            outputs = known;
            context.declare_var("module", to_hcl(&Value::Object(outputs.clone())));
            self.locals(module, &mut context);
            if !self.reopen(address) {
                break;
            }
        }
        Some(context)
    }

    /// Leaves out what is known of the modules below one of whose arguments some could not be evaluated. Whether there are any.
    fn reopen(&self, address: &str) -> bool {
        let is_within = |above: &str, name: &str| {
            above.is_empty()
                || name
                    .strip_prefix(above)
                    .is_some_and(|rest| rest.starts_with('.'))
        };
        let mut all = self.open.borrow_mut();
        let open: Vec<String> = all
            .iter()
            .filter(|name| is_within(address, name))
            .cloned()
            .collect();
        all.retain(|name| !open.contains(name));
        self.scopes.borrow_mut().retain(|name, _| {
            let mut open = open.iter();
            !open.any(|one| one == name || is_within(one, name))
        });
        !open.is_empty()
    }

    /// The locals that can be evaluated: again and again, as one may name another.
    fn locals(&self, module: &SourceModule, context: &mut Context<'static>) {
        let mut known = Map::new();
        loop {
            let before = known.len();
            for attribute in module
                .blocks("locals")
                .flat_map(|block| block.body.attributes())
            {
                let name = attribute.key.as_str();
                if !known.contains_key(name)
                    && let Some(value) = attribute
                        .expr
                        .evaluate(context)
                        .ok()
                        .as_ref()
                        .and_then(to_json)
                {
                    known.insert(name.to_owned(), value);
                }
            }
            if known.len() == before {
                return;
            }
            context.declare_var("local", to_hcl(&Value::Object(known.clone())));
        }
    }

    /// The outputs of the modules that a module calls, as far as they can be evaluated.
    fn outputs(
        &self,
        ids: &Identities<'_, '_>,
        module: &SourceModule,
        address: &str,
        depth: usize,
    ) -> Map<String, Value> {
        let mut all = Map::new();
        let above = if address.is_empty() {
            String::new()
        } else {
            format!("{address}.")
        };
        for call in module.blocks("module") {
            let Some(name) = label(call, 0) else { continue };
            let start = format!("{above}module.{name}");
            let mut one = None;
            let mut keyed = Map::new();
            let mut seen: HashSet<&str> = HashSet::new();
            for object in &ids.objects.all {
                if !seen.insert(object.module) {
                    continue;
                }
                let Some(rest) = object.module.strip_prefix(&start) else {
                    continue;
                };
                let instance = match rest.split_once(']') {
                    _ if rest.is_empty() || rest.starts_with('.') => start.clone(),
                    Some((index, _)) if rest.starts_with('[') => format!("{start}{index}]"),
                    _ => continue,
                };
                let outputs = self.outputs_of(ids, &instance, depth);
                match instance.strip_prefix(&start).unwrap_or_default() {
                    "" => one = Some(outputs),
                    index => {
                        let key = index.trim_matches(['[', ']', '"']).to_owned();
                        keyed.insert(key, outputs);
                    }
                }
            }
            if let Some(outputs) = one {
                all.insert(name.to_owned(), outputs);
            } else if !keyed.is_empty() {
                all.insert(name.to_owned(), Value::Object(keyed));
            }
        }
        all
    }

    fn outputs_of(&self, ids: &Identities<'_, '_>, address: &str, depth: usize) -> Value {
        let mut all = Map::new();
        if let (Some(context), Some(module)) =
            (self.scope(ids, address, depth), self.module(address))
        {
            for block in module.blocks("output") {
                let (Some(name), Some(value)) = (label(block, 0), attribute(&block.body, "value"))
                else {
                    continue;
                };
                let value = value.expr.evaluate(&context).ok();
                match value.as_ref().and_then(to_json) {
                    Some(value) => drop(all.insert(name.to_owned(), value)),
                    None => partial::mark(&mut all),
                }
            }
        }
        Value::Object(all)
    }
}

/// The modules, by the names of the calls that lead there, whose files are not those that a plan was made of.
fn others_of(source: &Source, module: &Module, address: String, others: &mut HashSet<Vec<String>>) {
    if let Some(files) = source.as_written(&address)
        && !is_of(module, files)
    {
        let names = steps(&address).into_iter();
        others.insert(names.map(str::to_owned).collect());
    }
    for (name, call) in &module.module_calls {
        let below = match address.as_str() {
            "" => format!("module.{name}"),
            above => format!("{above}.module.{name}"),
        };
        others_of(source, &call.module, below, others);
    }
}

/// Whether the value of a variable is not kept, or may not be.
///
/// See <https://developer.hashicorp.com/terraform/language/manage-sensitive-data/ephemeral>.
fn is_ephemeral(variable: &Block) -> bool {
    attribute(&variable.body, "ephemeral").is_some_and(|is| is.expr != Expression::Bool(false))
}

/// A scope with `each` or `count` of an instance.
fn with_index(
    mut context: Context<'static>,
    index: Option<&Value>,
    body: &Body,
) -> Context<'static> {
    match index {
        Some(Value::String(key)) => {
            let over = attribute(body, "for_each")
                .and_then(|over| to_json(&over.expr.evaluate(&context).ok()?));
            let value = match &over {
                Some(Value::Object(all)) => all.get(key).cloned(),
                // Of a set each value is its own key.
                Some(Value::Array(_)) => Some(json!(key)),
                Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {
                    None
                }
            };
            let mut each = Map::new();
            each.insert("key".to_owned(), json!(key));
            if let Some(value) = value {
                each.insert("value".to_owned(), value);
            }
            context.declare_var("each", to_hcl(&Value::Object(each)));
        }
        Some(Value::Number(number)) => {
            context.declare_var("count", to_hcl(&json!({"index": number})))
        }
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {}
    }
    context
}
