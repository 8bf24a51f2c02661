//! The aliases of a key, alone or as kms:ListAliases gives them.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::envelope::{ListElement, read_list};
use super::merge::{Conflicts, Merge, short};

/// The names of a key's aliases, such as `alias/orders`.
#[derive(Clone, Debug, Default)]
pub struct Aliases {
    names: Vec<Box<str>>,
    /// The id of the key that they are of, where AWS's answer names it.
    pub(super) target: Option<Box<str>>,
}

impl From<Vec<Box<str>>> for Aliases {
    fn from(names: Vec<Box<str>>) -> Self {
        Self {
            names,
            target: None,
        }
    }
}

impl Deref for Aliases {
    type Target = [Box<str>];
    fn deref(&self) -> &[Box<str>] {
        &self.names
    }
}

impl PartialEq for Aliases {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
    }
}

impl Serialize for Aliases {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names.serialize(serializer)
    }
}

/// An alias: its name, or an entry of kms:ListAliases.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "an alias: its name, or an object with `AliasName`"
)]
enum Alias {
    Name(Box<str>),
    Entry {
        #[serde(rename = "AliasName")]
        name: Box<str>,
        #[serde(rename = "TargetKeyId")]
        target: Option<Box<str>>,
    },
}

impl ListElement for Alias {
    const NAMES: &'static [&'static str] = &["Aliases"];
}

impl<'de> Deserialize<'de> for Aliases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut aliases = Self::default();
        for alias in read_list::<Alias, D>(deserializer)? {
            let (name, target) = match alias {
                Alias::Name(name) => (name, None),
                Alias::Entry { name, target } => (name, target),
            };
            if !name.starts_with("alias/") {
                return Err(de::Error::custom(format_args!(
                    "found `{name}`: expected an alias, `alias/…`"
                )));
            }
            // AWS lists names that it keeps for keys of its own, of a key or of none yet: `None` of a bare name is not said.
            let is_first = aliases.names.is_empty();
            if !is_first && target != aliases.target {
                return Err(de::Error::custom(
                    "found aliases of several keys: expected those of this key, as `aws kms list-aliases --key-id` prints them",
                ));
            }
            aliases.target = target;
            aliases.names.push(name);
        }
        Ok(aliases)
    }
}

impl Merge for Aliases {
    fn merge(&mut self, other: Self, conflicts: &mut Conflicts) {
        if *self != other {
            conflicts.differ(format!("`{}` and `{}`", short(self), short(&other)));
        }
    }
}

impl JsonSchema for Aliases {
    fn schema_name() -> Cow<'static, str> {
        "Aliases".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<Box<str>>::json_schema(generator)
    }
    fn inline_schema() -> bool {
        true
    }
}
