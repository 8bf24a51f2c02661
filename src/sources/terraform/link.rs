//! The values of attributes: those that are known, and those that a reference tells before they are.

use serde_json::{Map, Value, json};

use crate::catalog::regions::partition;
use crate::inventory::Policy;
use crate::sources::planned::Home;

use super::filled::filled;
use super::identity::Identities;
use super::object::{Attribute, Moment, Object, unknown};

/// An attribute that names something: a key, a role, a vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// This.
    Value(String),
    /// Nothing: the attribute is not set.
    NotSet,
    /// Nothing that the configuration says: AWS chooses.
    AwsChooses,
    /// It is known after apply; the text names the attribute, and what it may come from.
    Unknown(String),
}

impl Link {
    /// Why it is not known.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Value(_) | Self::NotSet | Self::AwsChooses => "it is not set",
            Self::Unknown(why) => why,
        }
    }

    /// As a value of an overlay: null where it is not set.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Value(text) => json!(text),
            Self::NotSet | Self::AwsChooses => Value::Null,
            Self::Unknown(why) => unknown(why),
        }
    }
}

impl<'p> Identities<'_, 'p> {
    /// An attribute that names something.
    #[must_use]
    pub fn link(&self, object: &Object<'p>, name: &str, moment: Moment) -> Link {
        let at = format!("{}.{name}", object.address);
        match object.attribute(moment, name) {
            Attribute::Value(Value::String(text)) => Link::Value(text.clone()),
            Attribute::Value(_) => Link::Unknown(format!("{at}, which is not a text")),
            Attribute::NotSet => Link::NotSet,
            Attribute::Unread(why) => Link::Unknown(format!("{at}, {why}")),
            Attribute::AfterApply => match object.expression(name) {
                _ if self
                    .evaluated(object, name, moment)
                    .is_some_and(|value| value.is_string()) =>
                {
                    let value = self.evaluated(object, name, moment);
                    value
                        .and_then(|value| value.as_str().map(str::to_owned))
                        .map_or(Link::Unknown(at), Link::Value)
                }
                Some(expression) => {
                    let found = self.all_of(object, expression, whole(name), moment);
                    the_one(found, &at)
                }
                None if object.is_new(moment) && object.is_not_configured(name) => Link::AwsChooses,
                None => Link::Unknown(at),
            },
        }
    }

    /// What the configuration's own expression comes to, where it was given and can be evaluated.
    #[must_use]
    pub fn evaluated(&self, object: &Object<'p>, name: &str, moment: Moment) -> Option<Value> {
        let source = self.source.filter(|_| moment == Moment::Then)?;
        source.attribute(self, object, name)
    }

    /// What an expression comes to, where it can only be one thing.
    #[must_use]
    pub fn one_of(
        &self,
        object: &Object<'p>,
        expression: &Value,
        at: &str,
        moment: Moment,
    ) -> Link {
        the_one(self.all_of(object, expression, "arn", moment), at)
    }

    /// All that an expression may come to; an error where some of that is not told. `whole`: the attribute that is meant where it refers
    /// to a thing as a whole, as `aws_iam_role.r[*].name` does.
    pub fn all_of(
        &self,
        object: &Object<'p>,
        expression: &Value,
        whole: &str,
        moment: Moment,
    ) -> Result<Vec<String>, ()> {
        let targets = self.objects.targets(object, expression);
        if targets.is_open
            || targets
                .unknown
                .iter()
                .any(|one| !self.may_take(object, one.object))
        {
            return Err(());
        }
        let mut values = Vec::new();
        for target in &targets.unknown {
            let attribute = if target.attribute.is_empty() {
                whole
            } else {
                &target.attribute
            };
            let value = match (target.object.kind, attribute) {
                ("aws_kms_alias", "target_key_arn" | "target_key_id") => {
                    self.key_of_alias(target.object, attribute, moment)
                }
                _ => self.value(target.object, attribute, moment),
            };
            values.push(value.ok_or(())?);
            self.take(object, target.object, attribute);
        }
        values.sort();
        values.dedup();
        Ok(values)
    }

    /// The key that an alias names, by its ARN or its id.
    fn key_of_alias(&self, alias: &Object<'p>, attribute: &str, moment: Moment) -> Option<String> {
        let Link::Value(key) = self.link(alias, "target_key_id", moment) else {
            return None;
        };
        match (attribute, key.rsplit_once(":key/")) {
            ("target_key_arn", None) => {
                let Home { account, region } = self.home(alias, moment)?;
                let partition = partition(&region);
                Some(format!("arn:{partition}:kms:{region}:{account}:key/{key}"))
            }
            ("target_key_id", Some((_, id))) => Some(id.to_owned()),
            (_, _) => Some(key),
        }
    }

    /// The thing whose name an attribute is, where the name waits for apply and the thing is told.
    #[must_use]
    pub fn named<'s>(
        &'s self,
        object: &'s Object<'p>,
        name: &str,
        kinds: &[&str],
        moment: Moment,
    ) -> Option<&'s Object<'p>> {
        if object.attribute(moment, name) != Attribute::AfterApply {
            return None;
        }
        let targets = self.objects.targets(object, object.expression(name)?);
        let [one] = targets.unknown.as_slice() else {
            return None;
        };
        let attribute = match one.attribute.as_str() {
            "" => "name",
            attribute => attribute,
        };
        let is_name = kinds.contains(&one.object.kind)
            && !one.object.is_data
            && ["name", "id", "bucket"].contains(&attribute);
        if targets.is_open || !is_name || !self.may_take(object, one.object) {
            return None;
        }
        self.take(object, one.object, attribute);
        Some(one.object)
    }

    /// A list or set of names. A set has no order: where some of its members are unknown, as many candidates as there are of
    /// those settle them.
    #[must_use]
    pub fn links(&self, object: &Object<'p>, name: &str, moment: Moment) -> Value {
        let marked = match object.attribute(moment, name) {
            Attribute::NotSet => return Value::Null,
            Attribute::AfterApply if object.is_new(moment) && object.is_not_configured(name) => {
                return Value::Null;
            }
            Attribute::Value(_) | Attribute::AfterApply | Attribute::Unread(_) => {
                object.marked(moment, name)
            }
        };
        if marked.to_string().contains("{\"unknown\":")
            && let Some(value @ Value::Array(_)) = self.evaluated(object, name, moment)
        {
            return value;
        }
        match object.expression(name) {
            Some(expression) => self.settled(object, marked, expression, moment),
            None => marked,
        }
    }

    /// The blocks of a name, with what the configuration comes to in place of what is not known, where all of that is.
    #[must_use]
    pub fn blocks(&self, object: &Object<'p>, name: &str, moment: Moment) -> Value {
        let planned = object.marked(moment, name);
        let is_open = |value: &Value| value.to_string().contains("{\"unknown\":");
        let source = self.source.filter(|_| moment == Moment::Then);
        let configured = source
            .filter(|_| is_open(&planned))
            .and_then(|source| source.blocks(self, object, name));
        let filled = configured.and_then(|configured| filled(&planned, &configured));
        filled.filter(|filled| !is_open(filled)).unwrap_or(planned)
    }

    /// A list with its unknown members settled by the references of an expression, where these are as many.
    #[must_use]
    pub fn settled(
        &self,
        object: &Object<'p>,
        marked: Value,
        expression: &Value,
        moment: Moment,
    ) -> Value {
        let Value::Array(items) = &marked else {
            return marked;
        };
        let (open, known): (Vec<&Value>, Vec<&Value>) =
            items.iter().partition(|item| item.get("unknown").is_some());
        if open.is_empty() {
            return marked;
        }
        match self.all_of(object, expression, "arn", moment) {
            Ok(values) if values.len() == open.len() => {
                let known = known.into_iter().cloned();
                Value::Array(known.chain(values.into_iter().map(Value::String)).collect())
            }
            Ok(_) | Err(()) => marked,
        }
    }

    /// A policy document: null where none is set, `{"unknown": …}` where it is not known.
    #[must_use]
    pub fn policy(&self, object: &Object<'p>, name: &str, moment: Moment) -> Value {
        let at = format!("{}.{name}", object.address);
        match object.attribute(moment, name) {
            Attribute::NotSet => Value::Null,
            Attribute::Unread(why) => unknown(format!("{at}, {why}")),
            Attribute::Value(Value::String(text)) => policy_of(text, &at),
            Attribute::Value(_) => unknown(format!("{at}, which is not a text")),
            Attribute::AfterApply => {
                let evaluated = self.evaluated(object, name, moment);
                if let Some(Value::String(text)) = evaluated {
                    return policy_of(&text, &at);
                }
                self.referred_document(object, name)
                    .unwrap_or_else(|| unknown(at.as_str()))
            }
        }
    }

    /// The policy document that an attribute refers to, where all of that is known.
    fn referred_document(&self, object: &Object<'p>, name: &str) -> Option<Value> {
        let targets = self.objects.targets(object, object.expression(name)?);
        let [one] = targets.unknown.as_slice() else {
            return None;
        };
        let is_document = one.object.kind == "aws_iam_policy_document"
            && matches!(one.attribute.as_str(), "json" | "minified_json");
        let is_document = is_document && !targets.is_open && self.may_take(object, one.object);
        let document = is_document.then(|| self.document(one.object))?;
        if document.to_string().contains("{\"unknown\":") {
            return None;
        }
        self.take(object, one.object, &one.attribute);
        self.take_over(object, one.object);
        Some(document)
    }

    /// A policy document that Terraform reads during apply, put together from what is known of its statements.
    #[must_use]
    pub fn document(&self, data: &Object<'p>) -> Value {
        let others = [
            "source_policy_documents",
            "override_policy_documents",
            "source_json",
            "override_json",
        ];
        if let Some(other) = others
            .iter()
            .find(|name| data.attribute(Moment::Then, name) != Attribute::NotSet)
        {
            return unknown(format!("{}.{other}", data.address));
        }
        let Value::Array(statements) = self.blocks(data, "statement", Moment::Then) else {
            return unknown(format!("{}.json", data.address));
        };
        let version = match data.attribute(Moment::Then, "version") {
            Attribute::NotSet => json!("2012-10-17"),
            Attribute::Value(_) | Attribute::AfterApply | Attribute::Unread(_) => {
                data.marked(Moment::Then, "version")
            }
        };
        let blocks = data.expression("statement").and_then(Value::as_array);
        let each = statements.iter().enumerate().map(|(index, statement)| {
            // Statements are a list: they stand in the order of the configuration, unless a dynamic block made some.
            let block = blocks
                .filter(|blocks| blocks.len() == statements.len())
                .and_then(|blocks| blocks.get(index));
            self.statement(data, statement, block)
        });
        json!({"Version": version, "Statement": each.collect::<Vec<_>>()})
    }

    fn statement(&self, data: &Object<'p>, statement: &Value, block: Option<&Value>) -> Value {
        let mut made = Map::new();
        let of = |name: &str| statement.get(name).filter(|value| !value.is_null());
        let list = |name: &str| {
            let value = of(name)?.clone();
            let expression = block.and_then(|block| block.get(name));
            let value = match expression {
                Some(expression) => self.settled(data, value, expression, Moment::Then),
                None => value,
            };
            let value = if name.ends_with("resources") {
                with_variables(value)
            } else {
                value
            };
            (value.as_array().is_none_or(|items| !items.is_empty())).then_some(value)
        };
        if let Some(sid) = of("sid") {
            made.insert("Sid".to_owned(), sid.clone());
        }
        made.insert(
            "Effect".to_owned(),
            of("effect").cloned().unwrap_or_else(|| json!("Allow")),
        );
        for (name, element) in [
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ] {
            if let Some(value) = list(name) {
                made.insert(element.to_owned(), value);
            }
        }
        for (name, element) in [
            ("principals", "Principal"),
            ("not_principals", "NotPrincipal"),
        ] {
            let expressions = block.and_then(|block| block.get(name));
            if let Some(value) = of(name).and_then(|all| self.principals(data, all, expressions)) {
                made.insert(element.to_owned(), value);
            }
        }
        let mut conditions = Map::new();
        for condition in of("condition")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let text = |name: &str| condition.get(name).and_then(Value::as_str);
            let (Some(test), Some(variable)) = (text("test"), text("variable")) else {
                return unknown(format!("{}.statement.condition", data.address));
            };
            let values = condition.get("values").cloned().unwrap_or(Value::Null);
            let values = with_variables(values);
            let of_test = conditions.entry(test).or_insert_with(|| json!({}));
            if let Some(of_test) = of_test.as_object_mut() {
                // What the provider makes of two conditions of one key is not for this to guess.
                let values = match of_test.get(variable) {
                    Some(_) => unknown(format!("{}.statement.condition", data.address)),
                    None => values,
                };
                of_test.insert(variable.to_owned(), values);
            }
        }
        if !conditions.is_empty() {
            made.insert("Condition".to_owned(), Value::Object(conditions));
        }
        Value::Object(made)
    }

    /// Principals are a set of blocks: the references of all of them settle what is unknown in all of them.
    fn principals(
        &self,
        data: &Object<'p>,
        all: &Value,
        expressions: Option<&Value>,
    ) -> Option<Value> {
        let blocks = all.as_array().filter(|blocks| !blocks.is_empty())?;
        let mut made: Map<String, Value> = Map::new();
        let is_open = |value: &Value| value.to_string().contains("{\"unknown\":");
        for block in blocks {
            let Some(kind) = block.get("type").and_then(Value::as_str) else {
                return Some(unknown(format!("{}.statement.principals", data.address)));
            };
            let mut ids = block.get("identifiers").cloned().unwrap_or(Value::Null);
            let alone = blocks.iter().filter(|other| is_open(other)).count() == 1;
            if let (true, true, Some(expressions)) = (is_open(&ids), alone, expressions) {
                ids = self.settled(data, ids, &within(expressions, "identifiers"), Moment::Then);
            }
            if kind == "*" {
                return Some(json!("*"));
            }
            let ids = with_variables(ids);
            match (made.get_mut(kind).and_then(Value::as_array_mut), ids) {
                (Some(there), Value::Array(more)) => there.extend(more),
                (_, ids) => drop(made.insert(kind.to_owned(), ids)),
            }
        }
        Some(Value::Object(made))
    }
}

/// The attribute that is meant where an argument is made of a thing as a whole.
fn whole(argument: &str) -> &'static str {
    match argument {
        "role" | "backup_vault_name" => "name",
        _ => "arn",
    }
}

/// What an expression comes to, where all that it may come to is one.
fn the_one(found: Result<Vec<String>, ()>, at: &str) -> Link {
    match found {
        Ok(mut values) if values.len() == 1 => values
            .pop()
            .map_or_else(|| Link::Unknown(at.to_owned()), Link::Value),
        Ok(values) if !values.is_empty() => {
            Link::Unknown(format!("{at}, one of {}", values.join(", ")))
        }
        Ok(_) | Err(()) => Link::Unknown(at.to_owned()),
    }
}

/// The policy document of a text; `{"unknown": …}` where it is not one.
#[must_use]
pub fn policy_of(text: &str, at: &str) -> Value {
    if let Err(error) = Policy::parse(text) {
        return unknown(format!("{at}, which is not a policy document: {error}"));
    }
    let document = serde_json::from_str::<Value>(text).ok();
    document
        .filter(Value::is_object)
        .unwrap_or_else(|| unknown(format!("{at}, which is not a policy document")))
}

/// Values as the provider puts them into a policy: it makes `${…}` of `&{…}`, which Terraform would take for its own.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document#context-variable-interpolation>.
fn with_variables(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("&{", "${")),
        Value::Array(all) => all.into_iter().map(with_variables).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => other,
    }
}

/// The expressions of one argument in a list of blocks.
fn within(blocks: &Value, name: &str) -> Value {
    let all = blocks.as_array().into_iter().flatten();
    Value::Array(all.filter_map(|block| block.get(name).cloned()).collect())
}
