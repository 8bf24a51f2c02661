//! How the records of the inventory file are written down: one table a record, from which reading, writing, merging and
//! the JSON Schema all come. Fields that a record does not know are kept.
//!
//! `in "KeyMetadata"` names what the `aws` command prints around such an object. A field may have other names (`| "KeyArn"`), and
//! a reader of its own (`as Aliases`), which is a newtype of what the field holds. `@sound` before the name: the whole record
//! is looked at once it is read ([`Sound`]).

/// One value of a record, by the field's own reader or by the reader that the table names.
macro_rules! value {
    ($map:ident, $Type:ty) => {
        $map.next_value::<$Type>()?
    };
    ($map:ident, $Type:ty, $Reader:ty) => {
        $map.next_value::<$crate::inventory::field::Field<$Reader>>()?
            .map(|read| read.0)
    };
}
pub(crate) use value;

/// What a record must be as a whole.
pub trait Sound {
    /// Looks at a record that was just read.
    ///
    /// # Errors
    /// What is wrong with it, and what was expected.
    fn sound(&self) -> Result<(), String>;
}

/// Looks at a record that was just read.
pub fn sound(record: &impl Sound) -> Result<(), String> {
    record.sound()
}

/// Defines a record: its fields, each with its name in the file.
macro_rules! record {
    ($(
        $(#[doc = $doc:literal])+
        $(@$sound:ident)? $Name:ident $(in $($envelope:literal)|+)? {
            $($(#[doc = $about:literal])+ $field:ident: $Type:ty = $key:literal $(| $alias:literal)* $(as $Reader:ty)?,)+
        }
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $Name {
            $($(#[doc = $about])+ pub $field: $Type,)+
            /// Fields that the program does not know, kept as they stood.
            pub extra: $crate::inventory::json::Extra,
        }

        impl $Name {
            /// The names of the fields in the file.
            pub const FIELDS: &'static [&'static str] = &[$($key),+];
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $Name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("an object (", stringify!($Name), ")"))
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$Name, A::Error> {
                        use serde::de::Error as _;
                        const ENVELOPES: &[&str] = &[$($($envelope),+)?];
                        $(let mut $field: Option<$Type> = None;)+
                        let mut extra = $crate::inventory::json::Extra::new();
                        let mut odd = std::collections::HashSet::new();
                        let mut inside: Option<Box<$Name>> = None;
                        while let Some($crate::inventory::field::Name(name)) = map.next_key()? {
                            match name.as_ref() {
                                $($key $(| $alias)* => {
                                    if $field.is_some() {
                                        return Err(A::Error::duplicate_field($key));
                                    }
                                    $field = Some($crate::inventory::record::value!(map, $Type $(, $Reader)?));
                                })+
                                other if ENVELOPES.contains(&other) => {
                                    if inside.is_some() {
                                        return Err(A::Error::custom(format_args!("duplicate field `{other}`")));
                                    }
                                    inside = Some(map.next_value()?);
                                }
                                other => {
                                    if !odd.insert(other.to_owned()) {
                                        return Err(A::Error::custom(format_args!("duplicate field `{other}`")));
                                    }
                                    extra.push((other.into(), map.next_value()?));
                                }
                            }
                        }
                        if let Some(inside) = inside {
                            $(
                                let said = inside.$field;
                                if $crate::inventory::field::Part::is_present(&said) {
                                    if $field.is_some() {
                                        return Err(A::Error::duplicate_field($key));
                                    }
                                    $field = Some(said);
                                }
                            )+
                            for (name, value) in inside.extra {
                                if !odd.insert(name.to_string()) {
                                    return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
                                }
                                extra.push((name, value));
                            }
                        }
                        $(let $field = match $field {
                            Some(value) => value,
                            None => <$Type as $crate::inventory::field::Part>::missing()
                                .ok_or_else(|| $crate::inventory::misspelling::missing(stringify!($Name), $key, &extra))?,
                        };)+
                        if !extra.is_empty() {
                            let is_absent = |key: &str| match key {
                                $($key => !$crate::inventory::field::Part::is_present(&$field),)+
                                _ => false,
                            };
                            $crate::inventory::misspelling::refuse($Name::FIELDS, &extra, is_absent)?;
                        }
                        extra.shrink_to_fit();
                        let record = $Name { $($field,)+ extra };
                        $($crate::inventory::record::$sound(&record).map_err(A::Error::custom)?;)?
                        Ok(record)
                    }
                }
                deserializer.deserialize_map(Fields)
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $(if $crate::inventory::field::Part::is_present(&self.$field) {
                    map.serialize_entry($key, &self.$field)?;
                })+
                for (name, value) in &self.extra {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }

        impl $crate::inventory::merge::Merge for $Name {
            fn merge(&mut self, other: Self, conflicts: &mut $crate::inventory::merge::Conflicts) {
                $(conflicts.at($key, |conflicts| self.$field.merge(other.$field, conflicts));)+
                for (name, value) in other.extra {
                    match self.extra.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, mine)) => conflicts.at(name.as_ref(), |conflicts| mine.merge(value, conflicts)),
                        None => self.extra.push((name, value)),
                    }
                }
            }
        }

        impl schemars::JsonSchema for $Name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Name).into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut properties = serde_json::Map::new();
                let mut required: Vec<&str> = Vec::new();
                $(
                    let mut field = generator.subschema_for::<$Type>();
                    field.insert("description".to_owned(), concat!($($about),+).trim().into());
                    properties.insert($key.to_owned(), field.to_value());
                    if <$Type as $crate::inventory::field::Part>::REQUIRED {
                        required.push($key);
                    }
                )+
                schemars::json_schema!({
                    "type": "object",
                    "description": concat!($($doc),+).trim(),
                    "properties": properties,
                    "required": required,
                })
            }
        }
    )+};
}

pub(crate) use record;
