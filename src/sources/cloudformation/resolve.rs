//! Intrinsic functions, three-valued: a value, nothing (`AWS::NoValue`), or unknown with the function and its line.

use std::cell::{Cell, RefCell};
use std::net::Ipv4Addr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::cross_region::{EXPORTS, read_by};
use super::names;
use super::template::{Settings, Template, is_open, of_store, partition, plain, unknown, why};
use super::text::{Kind, Node};

impl<'t> Template<'t> {
    /// A template.
    pub fn new(file: &'t str, root: &'t Node, settings: &'t Settings) -> Self {
        Self {
            file,
            root,
            settings,
            busy: RefCell::default(),
            naming: Cell::default(),
            on_text: Cell::default(),
        }
    }

    /// A resource by its logical id.
    pub fn resource(&self, id: &str) -> Option<&'t Node> {
        self.root.get("Resources")?.get(id)
    }

    /// What a value comes to; `None`: nothing.
    pub fn value(&self, node: &Node) -> Option<Value> {
        match &node.kind {
            Kind::Null => Some(Value::Null),
            Kind::Bool(truth) => Some(Value::Bool(*truth)),
            Kind::Number(number) => Some(Value::Number(number.clone())),
            Kind::Text(text) => Some(self.settled(Value::String(text.clone()), node)),
            Kind::Doubtful(text) => Some(self.unknown(
                &format!("`{text}` without quotes may be another value to CloudFormation: put it in quotes"),
                node,
            )),
            Kind::List(items) => Some(items.iter().filter_map(|item| self.value(item)).collect()),
            Kind::Map(fields) => match fields.as_slice() {
                [(name, argument)] if is_function(name) => self
                    .function(name, argument)
                    .map(|value| self.settled(value, node)),
                _ => {
                    let mut all = Map::new();
                    for (name, value) in fields {
                        // `Fn::ForEach::Loop` stands among other fields.
                        if name.starts_with("Fn::ForEach") || name == "Fn::Transform" {
                            return Some(self.unknown(name, node));
                        }
                        if let Some(value) = self.value(value) {
                            all.insert(name.clone(), value);
                        }
                    }
                    Some(Value::Object(all))
                }
            },
        }
    }

    /// A value with what its references to the Parameter Store come to, as far as that is given.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html>.
    fn settled(&self, value: Value, node: &Node) -> Value {
        let Value::String(text) = &value else {
            return value;
        };
        let Some((before, mut rest)) = text.split_once("{{resolve:") else {
            return value;
        };
        let mut made = before.to_owned();
        loop {
            let reference = rest.split_once("}}");
            let stored =
                reference.and_then(|(name, after)| Some((name.strip_prefix("ssm:")?, after)));
            let Some((name, after)) = stored.filter(|_| !self.on_text.get()) else {
                return self.unknown("a dynamic reference", node);
            };
            match self.stored(name) {
                Some(stored) => made.push_str(stored),
                None => match self.settings.written.get(name) {
                    Some(Value::String(written)) => made.push_str(written),
                    Some(open) => return open.clone(),
                    None => return self.not_stored(name, node.line),
                },
            }
            let Some((before, next)) = after.split_once("{{resolve:") else {
                made.push_str(after);
                return json!(made);
            };
            made.push_str(before);
            rest = next;
        }
    }

    /// What the Parameter Store has under a name, as it is given; a stack may have another value yet.
    fn stored(&self, name: &str) -> Option<&str> {
        let is_hidden = self.settings.of_change && !self.naming.get();
        let stored = self.settings.ssm.get(name).filter(|_| !is_hidden);
        stored.map(String::as_str)
    }

    fn not_stored(&self, name: &str, line: usize) -> Value {
        let or_template = match name.starts_with(EXPORTS) {
            true => "the template that exports it by --cloudformation, too, or ",
            false => "",
        };
        unknown(format!(
            "{}:{line}: {name} of the Parameter Store: give {or_template}--ssm {name}=VALUE",
            self.file
        ))
    }

    fn unknown(&self, function: &str, node: &Node) -> Value {
        unknown(format!("{}:{}: {function}", self.file, node.line))
    }

    fn function(&self, name: &str, argument: &Node) -> Option<Value> {
        match name {
            "Fn::Split" | "Fn::Base64" | "Fn::FindInMap" | "Fn::Cidr" | "Fn::ToJsonString" => {
                self.on_text(|| self.made_by(name, argument))
            }
            _ => self.made_by(name, argument),
        }
    }

    fn made_by(&self, name: &str, argument: &Node) -> Option<Value> {
        let open = || Some(self.unknown(name, argument));
        match name {
            "Ref" => match argument.text() {
                Some("AWS::NoValue") => None,
                Some(id) => Some(self.reference(id, argument)),
                // The name may be put together: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ref.html>.
                None => {
                    let name = self.value(argument)?;
                    match name.as_str() {
                        Some("AWS::NoValue") => None,
                        Some(id) => Some(self.reference(id, argument)),
                        None if is_open(&name) => Some(name),
                        None => open(),
                    }
                }
            },
            "Fn::GetAtt" => {
                let parts: Vec<Value> = match &argument.kind {
                    Kind::Text(text) => {
                        let (id, attribute) = text.split_once('.').unwrap_or((text, ""));
                        vec![json!(id), json!(attribute)]
                    }
                    Kind::List(items) => items.iter().filter_map(|item| self.value(item)).collect(),
                    Kind::Null
                    | Kind::Bool(_)
                    | Kind::Number(_)
                    | Kind::Doubtful(_)
                    | Kind::Map(_) => Vec::new(),
                };
                let texts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                match texts.as_slice() {
                    [id, attribute] if parts.len() == 2 => {
                        Some(self.attribute(id, attribute, argument))
                    }
                    _ => open(),
                }
            }
            "Fn::Sub" => Some(self.substitute(argument)),
            "Fn::Join" => match argument.items() {
                [separator, list] => {
                    let separator = self.value(separator).and_then(|text| plain(&text));
                    match self.value(list)? {
                        Value::Array(items) => {
                            let texts: Option<Vec<String>> = items.iter().map(plain).collect();
                            match texts.zip(separator) {
                                Some((texts, separator)) => Some(json!(texts.join(&separator))),
                                None => Some(
                                    first_open(&items)
                                        .unwrap_or_else(|| self.unknown(name, argument)),
                                ),
                            }
                        }
                        other @ (Value::Null
                        | Value::Bool(_)
                        | Value::Number(_)
                        | Value::String(_)
                        | Value::Object(_)) => Some(if is_open(&other) {
                            other
                        } else {
                            self.unknown(name, argument)
                        }),
                    }
                }
                _ => open(),
            },
            "Fn::Select" => match argument.items() {
                [index, list] => {
                    let index = self
                        .value(index)
                        .and_then(|index| plain(&index)?.parse::<usize>().ok());
                    let list = self.value(list);
                    match (index, list) {
                        (Some(index), Some(Value::Array(items))) => Some(
                            items
                                .get(index)
                                .cloned()
                                .unwrap_or_else(|| self.unknown(name, argument)),
                        ),
                        (Some(_), Some(list)) if is_open(&list) => Some(list),
                        _ => open(),
                    }
                }
                _ => open(),
            },
            "Fn::Split" => match argument.items() {
                [separator, text] => {
                    let text = self.value(text)?;
                    let separator = self.value(separator).and_then(|text| plain(&text));
                    match (separator.filter(|text| !text.is_empty()), plain(&text)) {
                        (Some(separator), Some(text)) => {
                            Some(json!(text.split(&separator).collect::<Vec<_>>()))
                        }
                        _ => open(),
                    }
                }
                _ => open(),
            },
            "Fn::FindInMap" => Some(
                self.find_in_map(argument)
                    .unwrap_or_else(|| self.unknown(name, argument)),
            ),
            "Fn::If" => match argument.items() {
                [condition, yes, no] => {
                    match condition.text().map(|name| self.condition_named(name)) {
                        Some(Some(true)) => self.value(yes),
                        Some(Some(false)) => self.value(no),
                        Some(None) | None => {
                            let (yes, no) = (self.value(yes), self.value(no));
                            if yes == no { yes } else { open() }
                        }
                    }
                }
                _ => open(),
            },
            "Fn::ImportValue" => {
                let key = self.value(argument).and_then(|name| plain(&name));
                let of = |key: String| {
                    let given = self.settings.imports.get(&key).map(|value| json!(value));
                    given.or_else(|| self.settings.exports.get(&key).cloned())
                };
                Some(
                    key.and_then(of)
                        .unwrap_or_else(|| self.unknown(name, argument)),
                )
            }
            "Fn::Base64" => match self.value(argument) {
                Some(Value::String(text)) => Some(json!(STANDARD.encode(text))),
                Some(value) if is_open(&value) => Some(value),
                Some(_) | None => open(),
            },
            "Fn::Cidr" => Some(
                self.cidr(argument)
                    .unwrap_or_else(|| self.unknown(name, argument)),
            ),
            "Fn::Length" => match self.value(argument) {
                Some(Value::Array(items)) if !is_open(&Value::Array(items.clone())) => {
                    Some(json!(items.len()))
                }
                _ => open(),
            },
            "Fn::ToJsonString" => match self.value(argument) {
                Some(value) if !is_open(&value) => Some(json!(value.to_string())),
                Some(value) => Some(value),
                None => open(),
            },
            _ => open(),
        }
    }

    /// What a name stands for: a parameter, a pseudo parameter, a resource.
    fn reference(&self, id: &str, node: &Node) -> Value {
        let region = self.settings.region.as_ref();
        let pseudo = match id {
            "AWS::AccountId" => self.settings.account.map(|account| account.to_string()),
            "AWS::Region" => region.map(ToString::to_string),
            "AWS::Partition" => region.map(|region| partition(region).to_owned()),
            "AWS::URLSuffix" => region.map(|region| {
                if region.as_str().starts_with("cn-") {
                    "amazonaws.com.cn"
                } else {
                    "amazonaws.com"
                }
                .to_owned()
            }),
            "AWS::StackName" => self.settings.stack.clone(),
            _ => {
                if let Some(parameter) = self.root.get("Parameters").and_then(|all| all.get(id)) {
                    return self.parameter(id, parameter);
                }
                return match self.resource(id) {
                    Some(resource) => {
                        self.guarded(id, node, || names::reference(self, id, resource))
                    }
                    None => self.unknown(&format!("Ref {id}"), node),
                };
            }
        };
        match (pseudo, id) {
            (Some(text), _) => json!(text),
            (None, "AWS::AccountId") => unknown(format!(
                "{}:{}: AWS::AccountId: give --account ACCOUNT_ID",
                self.file, node.line
            )),
            (None, "AWS::Region" | "AWS::Partition" | "AWS::URLSuffix") => unknown(format!(
                "{}:{}: {id}: give --template-region REGION",
                self.file, node.line
            )),
            (None, _) => self.unknown(id, node),
        }
    }

    /// Whether the default of a parameter is taken for the value that the stack keeps.
    pub fn takes_default(&self, id: &str) -> bool {
        let all = self.root.get("Parameters");
        let is_kept = self.settings.kept.contains(id) && !self.settings.parameters.contains_key(id);
        let parameter = all.and_then(|all| all.get(id)).filter(|_| is_kept);
        parameter.is_some_and(|node| !is_open(&self.parameter(id, node)))
    }

    /// The value of a parameter.
    pub fn parameter(&self, id: &str, parameter: &Node) -> Value {
        let of = parameter
            .get("Type")
            .and_then(Node::text)
            .unwrap_or("String");
        let is_hidden = self.settings.of_change && !self.naming.get();
        let default = parameter.get("Default").and_then(|node| self.value(node));
        let text = match self.settings.parameters.get(id) {
            Some(_) if is_hidden && self.settings.may_be_new(id) => None,
            Some(given) => given.clone(),
            None if self.settings.hides_kept && self.settings.kept.contains(id) => None,
            None => default.as_ref().and_then(plain),
        };
        let is_given = self.settings.parameters.contains_key(id);
        let hides = parameter.get("NoEcho").map(Node::to_value);
        match text {
            // What the template hides is not told.
            _ if hides.is_some_and(|hides| plain(&hides).as_deref() != Some("false")) => {
                unknown(format!(
                    "{}:{}: the parameter {id}, which has NoEcho",
                    self.file, parameter.line
                ))
            }
            // Its value stands in the Parameter Store, under this name.
            Some(name) if of_store(parameter).is_some() => match self.stored(&name) {
                Some(stored) if of.contains("List") => json!(listed(stored)),
                Some(stored) => json!(stored),
                None => self.not_stored(&name, parameter.line),
            },
            Some(text) if of.starts_with("List<") || of == "CommaDelimitedList" => {
                json!(listed(&text))
            }
            // Of a number, too: what `Ref` gives of a parameter is a text.
            Some(text) => json!(text),
            None if let Some(open) = default.filter(|value| !is_given && is_open(value)) => open,
            None => unknown(format!(
                "{}:{}: the parameter {id}: give --parameter {id}=VALUE",
                self.file, parameter.line
            )),
        }
    }

    fn attribute(&self, id: &str, attribute: &str, node: &Node) -> Value {
        let output = attribute.strip_prefix("Outputs.");
        let of_stack = output.and_then(|name| self.settings.outputs.get(&format!("{id}.{name}")));
        match self.resource(id) {
            Some(_) if let Some(value) = of_stack => value.clone(),
            // What it gives is what it has read already.
            Some(resource) if let Some(read) = read_by(resource, attribute) => {
                let on_text = self.on_text.replace(false);
                let value = self.value(read);
                self.on_text.set(on_text);
                value.unwrap_or_else(|| self.unknown(&format!("Fn::GetAtt {id}.{attribute}"), node))
            }
            Some(resource) => self.guarded(&format!("{id}.{attribute}"), node, || {
                names::attribute(self, id, resource, attribute)
            }),
            None => self.unknown(&format!("Fn::GetAtt {id}.{attribute}"), node),
        }
    }

    /// Resolves what may lead back to itself.
    fn guarded(&self, name: &str, node: &Node, resolve: impl FnOnce() -> Value) -> Value {
        if !self.busy.borrow_mut().insert(name.to_owned()) {
            return self.unknown(&format!("a circle through {name}"), node);
        }
        let value = resolve();
        self.busy.borrow_mut().remove(name);
        value
    }

    /// `Fn::Sub`: `${Name}`, `${Resource.Attribute}`, `${!literal}`.
    fn substitute(&self, argument: &Node) -> Value {
        let (text, own) = match argument.items() {
            [text, own] => (text.text(), Some(own)),
            _ => (argument.text(), None),
        };
        let Some(text) = text else {
            return self.unknown("Fn::Sub", argument);
        };
        let mut made = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            made.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                made.push_str("${");
                rest = after;
                continue;
            };
            rest = tail;
            if let Some(literal) = name.strip_prefix('!') {
                made.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let value = match (own.and_then(|own| own.get(name)), name.split_once('.')) {
                (Some(node), _) => self.value(node).unwrap_or(Value::Null),
                (None, Some((id, attribute))) => self.attribute(id, attribute, argument),
                (None, None) => self.reference(name, argument),
            };
            match plain(&value) {
                Some(text) => made.push_str(&text),
                None if is_open(&value) => return value,
                None => return self.unknown("Fn::Sub", argument),
            }
        }
        made.push_str(rest);
        json!(made)
    }

    fn find_in_map(&self, argument: &Node) -> Option<Value> {
        let [map, first, second, rest @ ..] = argument.items() else {
            return None;
        };
        let text = |node: &Node| plain(&self.value(node)?);
        let (map, first, second) = (text(map)?, text(first)?, text(second)?);
        let maps = self.root.get("Mappings");
        let found = maps.and_then(|maps| maps.get(&map)?.get(&first)?.get(&second));
        match found {
            Some(found) => self.value(found),
            None => self.value(rest.first()?.get("DefaultValue")?),
        }
    }

    /// `Fn::Cidr` of a block of IPv4: so many blocks of so many bits for hosts.
    fn cidr(&self, argument: &Node) -> Option<Value> {
        let [block, count, bits] = argument.items() else {
            return None;
        };
        let text = |node: &Node| plain(&self.value(node)?);
        let (block, count, bits) = (text(block)?, text(count)?, text(bits)?);
        let (address, length) = block.split_once('/')?;
        let first = u64::from(u32::from(address.parse::<Ipv4Addr>().ok()?));
        let length: u32 = length.parse().ok()?;
        let count: u64 = count
            .parse()
            .ok()
            .filter(|count| (1..=256).contains(count))?;
        let bits: u32 = bits.parse().ok()?;
        let prefix = 32_u32.checked_sub(bits)?;
        let size = 1_u64.checked_shl(bits)?;
        let room = 1_u64.checked_shl(32_u32.checked_sub(length)?)?;
        if size.checked_mul(count)? > room {
            return None;
        }
        let block = |at: u64| {
            let begin = u32::try_from(first.checked_add(at.checked_mul(size)?)?).ok()?;
            Some(json!(format!("{}/{prefix}", Ipv4Addr::from(begin))))
        };
        (0..count).map(block).collect()
    }
}

/// The items of a list in a text.
fn listed(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).collect()
}

fn is_function(name: &str) -> bool {
    name == "Ref" || (name.starts_with("Fn::") && !name.starts_with("Fn::ForEach"))
}

fn first_open(items: &[Value]) -> Option<Value> {
    items.iter().find_map(why).map(unknown)
}
