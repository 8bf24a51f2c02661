//! The `.tf` files behind a plan: where each resource stands, and what expressions come to that the plan does not tell. Nothing
//! is executed or fetched; what cannot be evaluated stays unknown.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use hcl::edit::Span as _;
use hcl::eval::{Context, Evaluate};
use hcl::{Attribute, Block, Body, Expression, Structure};
use serde_json::{Map, Value, json};

use super::super::recorded::{self, SourceError};
use super::functions::declare;
use super::identity::Identities;
use super::object::{Moment, Object, parent, steps, unknown};

/// Why a folder's configuration cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The folder cannot be read, or has no `.tf` files.
    #[error("{0}: no Terraform configuration: expected a folder with .tf files")]
    NoFiles(String),
    /// A file cannot be read, or is larger than it may be.
    #[error(transparent)]
    Read(#[from] SourceError),
    /// A file is not text.
    #[error("`{0}` is not text: expected UTF-8")]
    NoText(String),
    /// A file is not HCL.
    #[error("{file}:{line}:{column}: not a Terraform configuration: {message}")]
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
}

/// Deeper nesting than people write would take more of the stack than there is.
const DEEPEST: usize = 200;

/// The configuration behind a plan.
#[derive(Debug)]
pub struct Source {
    /// The modules by the names of their calls: `[]`, `["bunker"]`.
    modules: BTreeMap<Vec<String>, Module>,
}

#[derive(Debug, Default)]
struct Module {
    body: Vec<Structure>,
    /// Where the block of a resource begins: file and line.
    lines: BTreeMap<(String, String), (String, usize)>,
}

impl Source {
    /// Reads a folder and the modules that it calls from the disk, no file larger than `limit` bytes.
    ///
    /// # Errors
    /// Where a file cannot be read or is not HCL: the line says where.
    pub fn read(folder: &Path, limit: u64) -> Result<Self, ConfigurationError> {
        let installed = installed(folder, limit)?;
        let mut modules = BTreeMap::new();
        let mut left = vec![(Vec::<String>::new(), folder.to_path_buf())];
        let mut seen: HashSet<Vec<String>> = HashSet::new();
        while let Some((names, place)) = left.pop() {
            if names.len() > 16 || !seen.insert(names.clone()) {
                continue;
            }
            let module = Module::read(folder, &place, limit)?;
            for call in module.blocks("module") {
                let Some(name) = label(call, 0) else { continue };
                let mut below = names.clone();
                below.push(name.to_owned());
                let local = text(&call.body, "source").filter(|from| from.starts_with('.'));
                let place = local
                    .map(|from| place.join(from))
                    .or_else(|| installed.get(&below.join(".")).cloned());
                if let Some(place) = place.filter(|place| place.is_dir()) {
                    left.push((below, place));
                }
            }
            modules.insert(names, module);
        }
        Ok(Self { modules })
    }

    /// The file and line of a resource.
    #[must_use]
    pub fn place(&self, object: &Object<'_>) -> Option<(String, usize)> {
        let names: Vec<String> = steps(object.module)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let key = (object.kind.to_owned(), object.name.to_owned());
        self.modules.get(&names)?.lines.get(&key).cloned()
    }

    fn module(&self, address: &str) -> Option<&Module> {
        let names: Vec<String> = steps(address).into_iter().map(str::to_owned).collect();
        self.modules.get(&names)
    }
}

/// Where `terraform init` put the modules that are not local.
fn installed(folder: &Path, limit: u64) -> Result<BTreeMap<String, PathBuf>, ConfigurationError> {
    let path = folder.join(".terraform/modules/modules.json");
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let (_, text) = recorded::bytes(&path, limit)?;
    // What is no list of modules names none: what they hold stays unknown.
    let list: Value = serde_json::from_slice(&text).unwrap_or(Value::Null);
    let modules = list.get("Modules").and_then(Value::as_array);
    let each = modules.into_iter().flatten().filter_map(|module| {
        let text = |name: &str| module.get(name).and_then(Value::as_str);
        Some((text("Key")?.to_owned(), folder.join(text("Dir")?)))
    });
    Ok(each.collect())
}

impl Module {
    fn read(root: &Path, folder: &Path, limit: u64) -> Result<Self, ConfigurationError> {
        let none = || ConfigurationError::NoFiles(folder.display().to_string());
        let entries = fs::read_dir(folder).map_err(|_| none())?;
        let mut files: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "tf"))
            .collect();
        files.sort();
        if files.is_empty() {
            return Err(none());
        }
        let mut module = Self::default();
        for path in files {
            let (read, bytes) = recorded::bytes(&path, limit)?;
            let text = String::from_utf8(bytes).map_err(|_| ConfigurationError::NoText(read))?;
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .display()
                .to_string();
            module.add(&name, &text)?;
        }
        Ok(module)
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), ConfigurationError> {
        let wrong = |line: usize, column: usize, message: String| ConfigurationError::Format {
            file: file.to_owned(),
            line,
            column,
            message,
        };
        if let Some(line) = too_deep(text) {
            return Err(wrong(line, 1, format!("nested deeper than {DEEPEST}")));
        }
        let spans = hcl::edit::parser::parse_body(text).map_err(|error| {
            let at = error.location();
            wrong(at.line(), at.column(), error.message().to_owned())
        })?;
        for block in spans.blocks() {
            let labels: Vec<&str> = block
                .labels
                .iter()
                .map(hcl::edit::structure::BlockLabel::as_str)
                .collect();
            if let ("resource" | "data", [kind, name]) = (block.ident.as_str(), labels.as_slice())
                && let Some(span) = block.span()
            {
                let before = text.get(..span.start).unwrap_or_default();
                let line = before.matches('\n').count().saturating_add(1);
                self.lines.insert(
                    ((*kind).to_owned(), (*name).to_owned()),
                    (file.to_owned(), line),
                );
            }
        }
        let body: Body = hcl::from_str(text).map_err(|error| wrong(1, 1, error.to_string()))?;
        self.body.extend(body);
        Ok(())
    }

    fn blocks<'a>(&'a self, of: &'a str) -> impl Iterator<Item = &'a Block> {
        self.body
            .iter()
            .filter_map(move |structure| match structure {
                Structure::Block(block) if block.identifier.as_str() == of => Some(block),
                Structure::Block(_) | Structure::Attribute(_) => None,
            })
    }

    fn block(&self, of: &'static str, kind: &str, name: &str) -> Option<&Block> {
        self.blocks(of)
            .find(|block| label(block, 0) == Some(kind) && label(block, 1) == Some(name))
    }
}

/// The line in which brackets nest too deeply, if one does.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut line) = (0_usize, 1_usize);
    for byte in text.bytes() {
        match byte {
            b'\n' => line = line.saturating_add(1),
            b'{' | b'[' | b'(' => depth = depth.saturating_add(1),
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(line);
        }
    }
    None
}

fn label(block: &Block, index: usize) -> Option<&str> {
    block.labels.get(index).map(hcl::BlockLabel::as_str)
}

fn attribute<'b>(body: &'b Body, name: &str) -> Option<&'b Attribute> {
    body.attributes()
        .find(|attribute| attribute.key.as_str() == name)
}

fn text<'b>(body: &'b Body, name: &str) -> Option<&'b str> {
    if let Expression::String(text) = &attribute(body, name)?.expr {
        return Some(text);
    }
    None
}

/// Expressions of a plan's configuration, evaluated with what is known of the plan.
pub struct Evaluator<'s> {
    source: &'s Source,
    scopes: RefCell<BTreeMap<String, Option<Context<'static>>>>,
}

impl<'s> Evaluator<'s> {
    /// One of a configuration.
    #[must_use]
    pub fn new(source: &'s Source) -> Self {
        Self {
            source,
            scopes: RefCell::default(),
        }
    }

    /// What an attribute of an object comes to; `None` where it cannot be evaluated.
    pub fn attribute(
        &self,
        ids: &Identities<'_, '_>,
        object: &Object<'_>,
        name: &str,
    ) -> Option<Value> {
        let block = self.block(object)?;
        let expression = &attribute(&block.body, name)?.expr;
        let context = self.of_object(ids, object, block)?;
        to_json(&expression.evaluate(&context).ok()?)
    }

    /// The blocks of a name in an object, those that dynamic blocks make among them; what cannot be evaluated in them is
    /// marked.
    pub fn blocks(
        &self,
        ids: &Identities<'_, '_>,
        object: &Object<'_>,
        name: &str,
    ) -> Option<Value> {
        let block = self.block(object)?;
        let context = self.of_object(ids, object, block)?;
        let at = format!("{}.{name}", object.address);
        body_value(&block.body, &context, &at).get(name).cloned()
    }

    fn block(&self, object: &Object<'_>) -> Option<&'s Block> {
        let of = if object.is_data { "data" } else { "resource" };
        self.source
            .module(object.module)?
            .block(of, object.kind, object.name)
    }

    fn of_object(
        &self,
        ids: &Identities<'_, '_>,
        object: &Object<'_>,
        block: &Block,
    ) -> Option<Context<'static>> {
        let context = self.scope(ids, object.module, 0)?;
        Some(with_index(context, object.index, &block.body))
    }

    /// What can be named in a module instance.
    fn scope(
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
        // A module that is asked for while it is being worked out has none yet.
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
        let module = self.source.module(address)?;
        let mut context = Context::new();
        declare(&mut context);
        let mut variables = Map::new();
        for block in module.blocks("variable") {
            if let (Some(name), Some(default)) =
                (label(block, 0), attribute(&block.body, "default"))
                && let Some(value) = default
                    .expr
                    .evaluate(&context)
                    .ok()
                    .as_ref()
                    .and_then(to_json)
            {
                variables.insert(name.to_owned(), value);
            }
        }
        match parent(address) {
            None => {
                for (name, variable) in &ids.objects.plan.variables {
                    variables.insert(name.clone(), variable.value.clone());
                }
            }
            Some((above, call)) => {
                let outer = self.scope(ids, above, depth)?;
                let name = steps(call).first().copied().unwrap_or_default();
                let block = self
                    .source
                    .module(above)?
                    .blocks("module")
                    .find(|block| label(block, 0) == Some(name))?;
                let index = call
                    .split_once('[')
                    .and_then(|(_, index)| serde_json::from_str(index.strip_suffix(']')?).ok());
                let outer = with_index(outer, index.as_ref(), &block.body);
                for argument in block.body.attributes() {
                    // A default does not stand in for an argument that is given and not known.
                    variables.remove(argument.key.as_str());
                    if let Some(value) = argument
                        .expr
                        .evaluate(&outer)
                        .ok()
                        .as_ref()
                        .and_then(to_json)
                    {
                        variables.insert(argument.key.to_string(), value);
                    }
                }
            }
        }
        context.declare_var("var", to_hcl(&Value::Object(variables)));
        context.declare_var(
            "path",
            to_hcl(&json!({"module": ".", "root": ".", "cwd": "."})),
        );
        resources(ids, address, &mut context);
        self.locals(module, &mut context);
        self.scopes
            .borrow_mut()
            .insert(address.to_owned(), Some(context.clone()));
        let outputs = self.outputs(ids, module, address, depth);
        if !outputs.is_empty() {
            context.declare_var("module", to_hcl(&Value::Object(outputs)));
            self.locals(module, &mut context);
        }
        Some(context)
    }

    /// The locals that can be evaluated: again and again, as one may name another.
    fn locals(&self, module: &Module, context: &mut Context<'static>) {
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
        module: &Module,
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
            (self.scope(ids, address, depth), self.source.module(address))
        {
            for block in module.blocks("output") {
                if let (Some(name), Some(value)) =
                    (label(block, 0), attribute(&block.body, "value"))
                    && let Some(value) = value
                        .expr
                        .evaluate(&context)
                        .ok()
                        .as_ref()
                        .and_then(to_json)
                {
                    all.insert(name.to_owned(), value);
                }
            }
        }
        Value::Object(all)
    }
}

/// The resources and data sources of a module instance, by type and name: what is known of them, and what they will be called.
fn resources(ids: &Identities<'_, '_>, address: &str, context: &mut Context<'static>) {
    let mut managed: Map<String, Value> = Map::new();
    let mut data: Map<String, Value> = Map::new();
    for object in ids
        .objects
        .all
        .iter()
        .filter(|object| object.module == address)
    {
        let all = if object.is_data {
            &mut data
        } else {
            &mut managed
        };
        let of_kind = all.entry(object.kind).or_insert_with(|| json!({}));
        let Some(of_kind) = of_kind.as_object_mut() else {
            continue;
        };
        let value = known(ids, object);
        match object.index {
            None => drop(of_kind.insert(object.name.to_owned(), value)),
            Some(Value::String(key)) => {
                let keyed = of_kind.entry(object.name).or_insert_with(|| json!({}));
                if let Some(keyed) = keyed.as_object_mut() {
                    keyed.insert(key.clone(), value);
                }
            }
            Some(_) => {
                let list = of_kind.entry(object.name).or_insert_with(|| json!([]));
                if let Some(list) = list.as_array_mut() {
                    list.push(value);
                }
            }
        }
    }
    for (kind, named) in managed {
        context.declare_var(kind.as_str(), to_hcl(&named));
    }
    context.declare_var("data", to_hcl(&Value::Object(data)));
}

/// What is known of an object: its values but for those that are not known or sensitive, and what it will be called.
fn known(ids: &Identities<'_, '_>, object: &Object<'_>) -> Value {
    let mut all = Map::new();
    for name in object.values(Moment::Then).into_iter().flat_map(Map::keys) {
        let value = object.marked(Moment::Then, name);
        if !value.to_string().contains("{\"unknown\":") {
            all.insert(name.clone(), value);
        }
    }
    for name in ["arn", "id", "name", "key_id"] {
        if let Some(value) = ids.value(object, name, Moment::Then) {
            all.insert(name.to_owned(), json!(value));
        }
    }
    if object.kind == "aws_iam_policy_document" && !all.contains_key("json") {
        let document = ids.document(object);
        if !document.to_string().contains("{\"unknown\":") {
            all.insert("json".to_owned(), json!(document.to_string()));
        }
    }
    Value::Object(all)
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

/// A body as a plan has it: attributes, and a list for each kind of block.
fn body_value(body: &Body, context: &Context<'static>, at: &str) -> Value {
    let mut all = Map::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let name = attribute.key.as_str();
                let value = attribute
                    .expr
                    .evaluate(context)
                    .ok()
                    .as_ref()
                    .and_then(to_json);
                all.insert(
                    name.to_owned(),
                    value.unwrap_or_else(|| unknown(format!("{at}.{name}"))),
                );
            }
            Structure::Block(block) if block.identifier.as_str() == "dynamic" => {
                let Some(name) = label(block, 0) else {
                    continue;
                };
                match dynamic(block, name, context, at) {
                    Some(made) => add(&mut all, name, made),
                    None => drop(all.insert(name.to_owned(), unknown(format!("{at}.{name}")))),
                }
            }
            Structure::Block(block) => {
                let value = body_value(&block.body, context, at);
                add(&mut all, block.identifier.as_str(), vec![value]);
            }
        }
    }
    Value::Object(all)
}

fn add(all: &mut Map<String, Value>, name: &str, more: Vec<Value>) {
    let list = all.entry(name).or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.extend(more);
    }
}

/// The blocks that a dynamic block makes.
fn dynamic(block: &Block, name: &str, context: &Context<'static>, at: &str) -> Option<Vec<Value>> {
    let over = to_json(
        &attribute(&block.body, "for_each")?
            .expr
            .evaluate(context)
            .ok()?,
    )?;
    let iterator = attribute(&block.body, "iterator").map(|iterator| iterator.expr.to_string());
    let iterator = iterator.unwrap_or_else(|| name.to_owned());
    let content = block
        .body
        .blocks()
        .find(|block| block.identifier.as_str() == "content")?;
    let each: Vec<(Value, Value)> = match over {
        Value::Object(all) => all
            .into_iter()
            .map(|(key, value)| (json!(key), value))
            .collect(),
        Value::Array(all) => all
            .into_iter()
            .enumerate()
            .map(|(index, value)| (json!(index), value))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let made = each.into_iter().map(|(key, value)| {
        let mut context = context.clone();
        context.declare_var(
            iterator.as_str(),
            to_hcl(&json!({"key": key, "value": value})),
        );
        body_value(&content.body, &context, at)
    });
    Some(made.collect())
}

fn to_json(value: &hcl::Value) -> Option<Value> {
    serde_json::to_value(value).ok()
}

fn to_hcl(value: &Value) -> hcl::Value {
    hcl::to_value(value).unwrap_or(hcl::Value::Null)
}
