//! One policy document, read once and asked many times.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Truth;
use super::arn_pattern::ArnPattern;
use super::condition::Condition;
use super::pattern::{Pattern, Syntax, has_variable};
use super::principal::Named;
use super::reach::Reach;

/// A policy document: a key policy, a vault's access policy, a role's policy, an SCP, a trust policy.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    version: Option<Box<str>>,
    /// Those of different documents are often the same, and then held once.
    statements: Box<[Arc<Statement>]>,
    /// Which actions each statement may name. Side by side: most statements are passed over by them.
    reach: Box<[Reach]>,
}

/// What a statement does when it applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It allows, unless something denies.
    Allow,
    /// It denies, whatever allows.
    #[default]
    Deny,
}

/// One statement of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    pub(super) sid: Option<Box<str>>,
    pub(super) effect: Effect,
    pub(super) principals: Element<Named>,
    pub(super) actions: Element<Action>,
    pub(super) resources: Element<ResourcePattern>,
    pub(super) conditions: Vec<Condition>,
}

/// One part of a statement, which may be written the other way round: `NotAction` for `Action`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Element<T> {
    #[default]
    Absent,
    Listed {
        not: bool,
        items: Vec<T>,
    },
    /// Both ways at once, which AWS refuses.
    Both,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Action {
    text: Box<str>,
    names: Names,
    /// Not a service, a colon and a name, so that AWS refuses it.
    odd: bool,
}

/// Which actions a text names. Most need no more than the text itself.
#[derive(Clone, Debug, PartialEq)]
enum Names {
    All,
    One,
    /// Those that begin with this many bytes of the text.
    Prefix(usize),
    /// In lower case.
    Pattern(Pattern),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ResourcePattern {
    text: Box<str>,
    pub pattern: ArnPattern,
}

/// Why a text is not a policy document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1; 0 where the text ends too early.
    pub column: usize,
    /// What was expected there.
    pub message: String,
}

impl Document {
    /// The version as it is written; without one it is 2008-10-17.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Its statements, in order.
    #[must_use]
    pub fn statements(&self) -> &[Arc<Statement>] {
        &self.statements
    }

    /// The statements that may name such actions, with their places.
    pub(super) fn statements_on(
        &self,
        actions: Reach,
    ) -> impl Iterator<Item = (usize, &Statement)> {
        let each = self.reach.iter().zip(&self.statements).enumerate();
        each.filter(move |(_, (reach, _))| reach.meets(actions))
            .map(|(index, (_, statement))| (index, &**statement))
    }

    /// Whether any statement of it denies.
    #[must_use]
    pub fn has_deny(&self) -> bool {
        let mut statements = self.statements.iter();
        statements.any(|statement| statement.effect() == Effect::Deny)
    }

    /// Whether a statement of it may allow an action of a service.
    #[must_use]
    pub fn may_allow(&self, service: &str) -> bool {
        let mut statements = self.statements_on(Reach::of_service(service));
        statements.any(|(_, statement)| statement.effect() == Effect::Allow)
    }

    /// Whether a statement of it may allow somebody an action, given in lower case.
    #[must_use]
    pub fn may_allow_action(&self, action: &str) -> bool {
        let mut statements = self.statements.iter();
        statements.any(|one| one.effect() == Effect::Allow && one.names(action) != Truth::False)
    }

    /// Whether a statement of it denies everybody an action, given in lower case, on all that it is a policy of.
    #[must_use]
    pub fn denies_everybody(&self, action: &str) -> bool {
        let mut statements = self.statements.iter();
        statements.any(|one| {
            let is_of_all = one.principals().iter().any(|named| named.text() == "*");
            let mut resources = one.resources();
            one.effect() == Effect::Deny
                && one.names(action) == Truth::True
                && one.conditions().is_empty()
                && (is_of_all && !one.is_not_principal())
                && (resources.any(|resource| resource == "*") && !one.is_not_resource())
        })
    }

    /// Whether a statement of it may deny an action of a service.
    #[must_use]
    pub fn may_deny(&self, service: &str) -> bool {
        let mut statements = self.statements_on(Reach::of_service(service));
        statements.any(|(_, statement)| statement.effect() == Effect::Deny)
    }

    /// Whether a statement of it, of an identity's or an organization's policy, allows everybody everything.
    #[must_use]
    pub fn allows_everything(&self) -> bool {
        let mut statements = self.statements.iter();
        self.has_known_version() && statements.any(|statement| statement.allows_everything())
    }

    /// Whether what it says may depend on this condition key, given in lower case.
    #[must_use]
    pub fn may_look_at(&self, key: &str) -> bool {
        let mut statements = self.statements.iter();
        statements.any(|statement| statement.may_look_at(key))
    }

    /// The moments with which its conditions compare when a request is made, in milliseconds since 1970; `None`: something else.
    pub fn moments(&self) -> impl Iterator<Item = Option<i128>> + '_ {
        let conditions = self.statements.iter().flat_map(|one| &one.conditions);
        conditions.flat_map(super::condition::Condition::moments)
    }

    /// Whether AWS knows the version.
    pub(super) fn has_known_version(&self) -> bool {
        matches!(self.version(), None | Some("2008-10-17" | "2012-10-17"))
    }

    /// The statements were read as if the version has variables, since it may come after them.
    pub(super) fn new(version: Option<Box<str>>, mut statements: Vec<Statement>) -> Self {
        let reach = statements.iter();
        let reach = reach.map(|statement| statement.reach()).collect();
        if version.as_deref() != Some("2012-10-17") {
            for statement in &mut statements {
                statement.forget_variables();
            }
        }
        Self {
            version,
            statements: statements.into_iter().map(shared).collect(),
            reach,
        }
    }

    /// The document written out: what was understood of it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut document = Map::new();
        if let Some(version) = &self.version {
            document.insert("Version".to_owned(), json!(version));
        }
        let statements = self.statements.iter().map(|statement| statement.to_value());
        let statements: Vec<Value> = statements.collect();
        document.insert("Statement".to_owned(), Value::Array(statements));
        Value::Object(document)
    }
}

/// A statement, or the same one where it was read lately: the policies of the accounts of an organization have much the same.
fn shared(statement: Statement) -> Arc<Statement> {
    const KEPT: usize = 16;
    thread_local! {
        static LATELY: RefCell<VecDeque<Arc<Statement>>> = const { RefCell::new(VecDeque::new()) };
    }
    LATELY.with_borrow_mut(|lately| {
        if let Some(known) = lately.iter().find(|known| ***known == statement) {
            return Arc::clone(known);
        }
        if lately.len() >= KEPT {
            lately.pop_back();
        }
        let new = Arc::new(statement);
        lately.push_front(Arc::clone(&new));
        new
    })
}

impl Statement {
    fn allows_everything(&self) -> bool {
        let is_all = |text: &str| text == "*";
        self.effect == Effect::Allow
            && self.principals == Element::Absent
            && self.conditions.is_empty()
            && !self.is_not_action()
            && self.actions().any(is_all)
            && !self.is_not_resource()
            && self.resources().any(is_all)
    }

    /// A variable may stand for any key.
    fn may_look_at(&self, key: &str) -> bool {
        let varies = match &self.resources {
            Element::Absent | Element::Both => false,
            Element::Listed { items, .. } => items.iter().any(|item| has_variable(&item.text)),
        };
        varies
            || self
                .conditions
                .iter()
                .any(|condition| condition.may_look_at(key))
    }

    /// The actions that it may name.
    fn reach(&self) -> Reach {
        match &self.actions {
            Element::Listed { not: false, items } if !items.is_empty() => {
                Reach::of_all(items.iter().map(|action| &*action.text))
            }
            Element::Listed { .. } | Element::Absent | Element::Both => Reach::default(),
        }
    }

    /// Its `Sid`.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// What it does when it applies.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// The principals of `Principal` or `NotPrincipal`, as they are written.
    #[must_use]
    pub fn principals(&self) -> &[Named] {
        self.principals.items()
    }

    /// Whether it has `NotPrincipal`.
    #[must_use]
    pub fn is_not_principal(&self) -> bool {
        self.principals.is_not()
    }

    /// The actions of `Action` or `NotAction`, as they are written.
    pub fn actions(&self) -> impl ExactSizeIterator<Item = &str> {
        self.actions.items().iter().map(|action| &*action.text)
    }

    /// Whether it has `NotAction`.
    #[must_use]
    pub fn is_not_action(&self) -> bool {
        self.actions.is_not()
    }

    /// The resources of `Resource` or `NotResource`, as they are written.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = &str> {
        self.resources.items().iter().map(|item| &*item.text)
    }

    /// Whether it has `NotResource`.
    #[must_use]
    pub fn is_not_resource(&self) -> bool {
        self.resources.is_not()
    }

    /// Its conditions, all of which must hold.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    fn forget_variables(&mut self) {
        if let Element::Listed { items, .. } = &mut self.resources {
            for item in items.iter_mut().filter(|item| has_variable(&item.text)) {
                *item = ResourcePattern::new(&item.text, false);
            }
        }
        for condition in &mut self.conditions {
            condition.forget_variables();
        }
    }

    fn to_value(&self) -> Value {
        let mut statement = Map::new();
        if let Some(sid) = &self.sid {
            statement.insert("Sid".to_owned(), json!(sid));
        }
        statement.insert("Effect".to_owned(), json!(self.effect.to_string()));
        self.principals.write(&mut statement, "Principal", |items| {
            let mut kinds = Map::new();
            for item in items {
                if item.kind().is_empty() {
                    return json!(item.text());
                }
                if let Value::Array(texts) = kinds
                    .entry(item.kind())
                    .or_insert_with(|| Value::Array(Vec::new()))
                {
                    texts.push(json!(item.text()));
                }
            }
            Value::Object(kinds)
        });
        self.actions.write(&mut statement, "Action", |items| {
            items.iter().map(|item| json!(item.text)).collect()
        });
        self.resources.write(&mut statement, "Resource", |items| {
            items.iter().map(|item| json!(item.text)).collect()
        });
        if !self.conditions.is_empty() {
            let mut block = Map::new();
            for condition in &self.conditions {
                let keys = block
                    .entry(condition.operator())
                    .or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(keys) = keys {
                    keys.insert(condition.key().to_owned(), condition.values().collect());
                }
            }
            statement.insert("Condition".to_owned(), Value::Object(block));
        }
        Value::Object(statement)
    }
}

impl<T> Element<T> {
    /// One of the two ways was read.
    pub(super) fn add(&mut self, not: bool, items: Vec<T>) {
        *self = match self {
            Self::Absent => Self::Listed { not, items },
            Self::Listed { .. } | Self::Both => Self::Both,
        };
    }

    fn items(&self) -> &[T] {
        match self {
            Self::Listed { items, .. } => items,
            Self::Absent | Self::Both => &[],
        }
    }

    fn is_not(&self) -> bool {
        match self {
            Self::Listed { not, .. } => *not,
            Self::Absent | Self::Both => false,
        }
    }

    fn write(&self, statement: &mut Map<String, Value>, name: &str, print: impl Fn(&[T]) -> Value) {
        match self {
            Self::Absent => {}
            Self::Listed { not, items } => {
                let name = if *not {
                    format!("Not{name}")
                } else {
                    name.to_owned()
                };
                statement.insert(name, print(items));
            }
            Self::Both => {
                statement.insert(name.to_owned(), print(&[]));
                statement.insert(format!("Not{name}"), print(&[]));
            }
        }
    }
}

impl ResourcePattern {
    pub(super) fn new(text: &str, variables: bool) -> Self {
        let syntax = Syntax {
            wildcards: true,
            variables,
        };
        Self {
            text: text.into(),
            pattern: ArnPattern::parse(text, syntax),
        }
    }
}

impl Action {
    pub(super) fn new(text: &str) -> Self {
        let syntax = Syntax {
            wildcards: true,
            variables: false,
        };
        let place = |wanted: &[u8]| text.bytes().position(|byte| wanted.contains(&byte));
        let first = place(b"*?");
        let sound = match place(b":") {
            Some(colon) => {
                let service = first.is_none_or(|first| first > colon) || text.starts_with("*:");
                service && colon.saturating_add(1) < text.len()
            }
            None => text == "*",
        };
        let names = match first {
            None => Names::One,
            Some(0) if text == "*" => Names::All,
            Some(at) if text.ends_with('*') && at.saturating_add(1) == text.len() => {
                Names::Prefix(at)
            }
            Some(_) => Names::Pattern(Pattern::parse(&text.to_ascii_lowercase(), syntax)),
        };
        Self {
            text: text.into(),
            names,
            odd: !sound,
        }
    }

    /// Whether it names an action, given in lower case.
    pub(super) fn matches(&self, action: &str) -> Truth {
        let named = match &self.names {
            Names::All => true,
            Names::One => self.text.eq_ignore_ascii_case(action),
            Names::Prefix(length) => match (action.get(..*length), self.text.get(..*length)) {
                (Some(action), Some(prefix)) => prefix.eq_ignore_ascii_case(action),
                (None, _) | (_, None) => false,
            },
            Names::Pattern(pattern) => pattern.matches_plain(action),
        };
        match (named, self.odd) {
            (false, _) => Truth::False,
            (true, false) => Truth::True,
            (true, true) => Truth::Unknown,
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        })
    }
}

impl From<serde_json::Error> for ParseError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        Self {
            line: error.line(),
            column: error.column(),
            message: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
        }
    }
}
