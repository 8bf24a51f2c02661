//! A place in a backup policy, and what is said there: values, operators, names.

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::known::{AccountId, ByHand, Gap};

/// Says which operators the policies below may use, and nothing of this one's values.
const OF_CHILDREN: &str = "@@operators_allowed_for_child_policies";

/// Their result depends on what the policies above say.
const OF_PARENTS: &[&str] = &["@@append", "@@remove"];

/// A place in a backup policy.
#[derive(Clone, Debug)]
pub struct Node<'p> {
    value: &'p Value,
    pointer: String,
}

/// What was not understood of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Where.
    pub pointer: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// An operator whose result depends on other policies, or that is not known.
    Operator(String),
    /// A key that is not known.
    Key(String),
    /// Another value than is expected, or none.
    Value,
    /// What AWS refuses, in words.
    Refused(String),
}

impl Open {
    /// The gap that it is. The effective policy has no operators.
    pub fn gap(&self, account: AccountId) -> Gap {
        let subject = format!("{account}/backup_policy{}", self.pointer);
        let gap = match &self.what {
            What::Operator(name) if OF_PARENTS.contains(&name.as_str()) => Gap::by_hand(
                ByHand::NotAsked,
                format!(
                    "put the account's effective policy there (aws organizations describe-effective-policy --policy-type BACKUP_POLICY --target-id {account}): what `{name}` comes to depends on the policies above"
                ),
                subject,
            ),
            What::Operator(name) => Gap::by_hand(
                ByHand::NotUnderstood,
                format!("the operator `{name}`"),
                subject,
            ),
            What::Key(name) => {
                Gap::by_hand(ByHand::NotUnderstood, format!("the key `{name}`"), subject)
            }
            What::Refused(what) => Gap::by_hand(ByHand::Refused, what.clone(), subject),
            What::Value => Gap::call(api_call!("organizations:DescribeEffectivePolicy"), subject),
        };
        gap.within(Some(account), None)
    }

    /// Whether the plan's rules are what it is about: more may be copied than was read.
    pub fn is_of_selections(&self) -> bool {
        let mut steps = self.pointer.split('/').skip(3);
        steps.next() == Some("selections")
    }
}

impl<'p> Node<'p> {
    /// The policy as a whole.
    pub const fn root(value: &'p Value) -> Self {
        Self {
            value,
            pointer: String::new(),
        }
    }

    fn inside(&self, name: &str, value: &'p Value) -> Self {
        let step = name.replace('~', "~0").replace('/', "~1");
        Self {
            value,
            pointer: format!("{}/{step}", self.pointer),
        }
    }

    fn open(&self, what: What) -> Open {
        Open {
            pointer: self.pointer.clone(),
            what,
        }
    }

    /// What a member is that should be here.
    pub fn lacks(&self, name: &str) -> Open {
        self.inside(name, self.value).open(What::Value)
    }

    /// What it is where its value is not one that is expected here.
    pub fn unexpected(&self) -> Open {
        self.open(What::Value)
    }

    /// What it is where AWS refuses what stands here: no plan is made of it.
    pub fn refused(&self, what: String) -> Open {
        self.open(What::Refused(what))
    }

    /// A member.
    pub fn get(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?;
        Some(self.inside(name, value))
    }

    /// Notes which of its members are not known.
    pub fn members(&self, known: &[&str], open: &mut Vec<Open>) {
        for (name, member) in self.named(open) {
            if !known.contains(&name.as_str()) {
                open.push(member.open(What::Key(name)));
            }
        }
    }

    /// Its members, which have names that the policy gives them.
    pub fn named(&self, open: &mut Vec<Open>) -> Vec<(String, Self)> {
        let Value::Object(members) = self.value else {
            open.push(self.unexpected());
            return Vec::new();
        };
        let mut named = Vec::new();
        for (name, value) in members {
            let member = self.inside(name, value);
            if !name.starts_with("@@") {
                named.push((name.clone(), member));
            } else if name != OF_CHILDREN {
                open.push(member.open(What::Operator(name.clone())));
            }
        }
        named
    }

    /// The one value that stands here, by itself or assigned.
    pub fn one(&self, open: &mut Vec<Open>) -> Option<&'p Value> {
        let before = open.len();
        let value = match self.value.as_object() {
            Some(members) => {
                for (name, member) in members {
                    if name != OF_CHILDREN && name != "@@assign" {
                        open.push(self.inside(name, member).odd(name));
                    }
                }
                members.get("@@assign")
            }
            None => Some(self.value),
        };
        let value =
            value.filter(|value| value.is_string() || value.is_number() || value.is_boolean());
        // Where nothing is assigned another policy may do so.
        if value.is_none() && open.len() == before {
            open.push(self.unexpected());
        }
        value
    }

    /// The one text that stands here.
    pub fn text(&self, open: &mut Vec<Open>) -> Option<&'p str> {
        let value = self.one(open)?;
        if !value.is_string() {
            open.push(self.unexpected());
        }
        value.as_str()
    }

    /// The texts that stand here: those assigned, with those appended and without those removed. What is appended or removed
    /// without an assignment is so to what the policies above say, if they allow it: that is not known.
    pub fn list(&self, open: &mut Vec<Open>) -> Option<Vec<&'p str>> {
        let before = open.len();
        let list = self.said(open);
        (open.len() == before).then_some(list)
    }

    fn said(&self, open: &mut Vec<Open>) -> Vec<&'p str> {
        let before = open.len();
        let Value::Object(members) = self.value else {
            return texts(self, open);
        };
        let mut of = |operator: &str| {
            let member = members.get(operator);
            member.map(|member| texts(&self.inside(operator, member), open))
        };
        let (assigned, appended, removed) = (of("@@assign"), of("@@append"), of("@@remove"));
        for (name, member) in members {
            let is_value = matches!(name.as_str(), "@@assign" | "@@append" | "@@remove");
            let depends = is_value && assigned.is_none();
            if depends || !(is_value || name == OF_CHILDREN) {
                open.push(self.inside(name, member).odd(name));
            }
        }
        // Another policy may assign it.
        if assigned.is_none() && open.len() == before {
            open.push(self.unexpected());
        }
        let removed = removed.unwrap_or_default();
        let said = assigned.into_iter().chain(appended).flatten();
        said.filter(|text| !removed.contains(text)).collect()
    }

    fn odd(&self, name: &str) -> Open {
        let name = name.to_owned();
        self.open(if name.starts_with("@@") {
            What::Operator(name)
        } else {
            What::Key(name)
        })
    }
}

/// A list of texts, or one.
fn texts<'p>(node: &Node<'p>, open: &mut Vec<Open>) -> Vec<&'p str> {
    let one = std::slice::from_ref(node.value);
    let items = node.value.as_array().map_or(one, Vec::as_slice);
    // A list as JSON text is not one.
    let texts = items.iter().filter_map(Value::as_str);
    let read: Vec<&str> = texts
        .filter(|text| !text.trim_start().starts_with(['[', '{']))
        .collect();
    if read.len() != items.len() {
        open.push(node.unexpected());
    }
    read
}
