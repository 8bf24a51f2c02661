//! What is known of the keys of a request's context: each one absent, unknown, or known to some degree.

use std::borrow::Cow;
use std::sync::Arc;

use smol_str::{SmolStr, StrExt as _, format_smolstr};

use super::Shape;

/// What is known of one context key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The request does not carry the key.
    Absent,
    /// Whether it carries the key, and with what value, is not known.
    Unknown,
    /// A single-valued key and its value.
    One(SmolStr),
    /// A multivalued key and all its values.
    Many(Vec<SmolStr>),
    /// A single-valued key; of its value only the shape is known.
    Shaped(Shape),
    /// A multivalued key that has these values, and may have others.
    Including(Vec<SmolStr>),
}

/// Keys that AWS documents as multivalued.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>.
const MULTIVALUED: &[&str] = &[
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
    "backup:copytargetorgpaths",
    "backup:copytargets",
    "kms:encryptioncontextkeys",
    "kms:grantoperations",
    "kms:resourcealiases",
];

/// Whether a key, in lower case, can have several values.
pub(super) fn is_multivalued(name: &str) -> bool {
    MULTIVALUED.contains(&name)
}

/// What holds for the keys that nobody spoke of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// The request does not carry them.
    Absent,
    /// Nothing is known of them.
    Unknown,
}

/// The context of a request: what is known of each condition key. Key names ignore case. Cheap to clone: what is said of
/// a clone lies on top of what both share.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
#[derive(Clone, Debug)]
pub struct Context(Arc<Layer>);

/// Whether no request of a service carries a key, which is in lower case.
pub type Foreign = fn(key: &str, service: &str) -> bool;

/// What was said, on top of what was said before.
#[derive(Debug)]
struct Layer {
    under: Option<Context>,
    rest: Rest,
    /// Where other than for the rest holds: prefixes of keys, in lower case. What is said first stands.
    families: Vec<(SmolStr, Rest)>,
    /// Which keys, in lower case, no request of a service carries, and the service.
    foreign: Option<(Foreign, SmolStr)>,
    /// Each once. They hide those of the layers under them.
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    name: SmolStr,
    entry: Entry,
}

impl Context {
    /// A context in which no key is set.
    #[must_use]
    pub fn new(rest: Rest) -> Self {
        Self(Arc::new(Layer {
            under: None,
            rest,
            families: Vec::new(),
            foreign: None,
            keys: Vec::new(),
        }))
    }

    /// The layer to write on: the topmost, unless others share it.
    fn top(&mut self) -> Option<&mut Layer> {
        if Arc::get_mut(&mut self.0).is_none() {
            self.0 = Arc::new(Layer {
                rest: self.0.rest,
                under: Some(self.clone()),
                families: Vec::new(),
                foreign: None,
                keys: Vec::new(),
            });
        }
        Arc::get_mut(&mut self.0)
    }

    /// Says what is known of a key, in place of what was said before.
    pub fn set(&mut self, key: impl Into<Cow<'static, str>>, entry: Entry) {
        let key = Key {
            name: text(key.into()),
            entry,
        };
        let Some(Layer { keys, .. }) = self.top() else {
            return;
        };
        match keys.iter_mut().find(|said| said.is(&key.name)) {
            Some(said) => *said = key,
            None => keys.push(key),
        }
    }

    /// Says what is known of the keys of a family, each once, of which nothing was said before.
    #[must_use]
    pub fn with_each(
        mut self,
        prefix: &str,
        of: impl IntoIterator<Item = (SmolStr, Entry)>,
    ) -> Self {
        if let Some(Layer { keys, .. }) = self.top() {
            keys.extend(of.into_iter().map(|(name, entry)| Key {
                name: format_smolstr!("{prefix}{name}"),
                entry,
            }));
        }
        self
    }

    /// The same context, with this held of the keys that begin so and that nobody spoke of: the tags of a resource
    /// whose tags were read (`aws:ResourceTag/`), the keys of a service that the action does not carry (`kms:`).
    #[must_use]
    pub fn with_family(mut self, prefix: &str, rest: Rest) -> Self {
        self.set_family(prefix, rest);
        self
    }

    /// Says what holds of the keys that begin so and that nobody spoke of.
    pub fn set_family(&mut self, prefix: &str, rest: Rest) {
        if let Some(Layer { families, .. }) = self.top() {
            families.push((prefix.to_ascii_lowercase_smolstr(), rest));
        }
    }

    /// Says that the request is one of this service, and which keys those do not carry.
    pub fn set_service(&mut self, service: &str, foreign: Foreign) {
        if let Some(layer) = self.top() {
            layer.foreign = Some((foreign, service.to_ascii_lowercase_smolstr()));
        }
    }

    /// The same context, with this known of a key.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, entry: Entry) -> Self {
        self.set(key, entry);
        self
    }

    /// What is known of a key, in any mixture of upper and lower case.
    #[must_use]
    pub fn get(&self, key: &str) -> &Entry {
        self.entry(&key.to_ascii_lowercase())
    }

    /// What is known of a key that is in lower case already.
    pub(super) fn entry(&self, key: &str) -> &Entry {
        match self.find(key) {
            Some(key) => &key.entry,
            None => match self.rest_of(key) {
                Rest::Absent => &Entry::Absent,
                Rest::Unknown => &Entry::Unknown,
            },
        }
    }

    /// What holds for a key that nobody spoke of.
    fn rest_of(&self, key: &str) -> Rest {
        let family = || self.family_of(key).unwrap_or(self.0.rest);
        if self.is_foreign(key) {
            Rest::Absent
        } else {
            family()
        }
    }

    fn is_foreign(&self, key: &str) -> bool {
        match (&self.0.foreign, &self.0.under) {
            (Some((foreign, service)), _) => foreign(key, service),
            (None, Some(under)) => under.is_foreign(key),
            (None, None) => false,
        }
    }

    fn family_of(&self, key: &str) -> Option<Rest> {
        let before = self.0.under.as_ref().and_then(|under| under.family_of(key));
        before.or_else(|| {
            let mut families = self.0.families.iter();
            let family = families.find(|(prefix, _)| key.starts_with(&**prefix));
            family.map(|(_, rest)| *rest)
        })
    }

    /// The key as the request spells it, or else as the policy does.
    pub(super) fn spelling<'a>(&'a self, key: &str, text: &'a str) -> &'a str {
        self.find(key).map_or(text, |key| &key.name)
    }

    fn find(&self, name: &str) -> Option<&Key> {
        let said = self.0.keys.iter().find(|key| key.is(name));
        said.or_else(|| self.0.under.as_ref()?.find(name))
    }
}

impl Key {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

fn text(text: Cow<'static, str>) -> SmolStr {
    match text {
        Cow::Borrowed(text) => SmolStr::new_static(text),
        Cow::Owned(text) => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_in_any_case_and_the_last_word_stands() {
        let context = Context::new(Rest::Unknown)
            .with("aws:SourceAccount", Entry::Absent)
            .with("AWS:sourceaccount", Entry::One("1".into()));
        assert_eq!(context.get("aws:SourceAccount"), &Entry::One("1".into()));
        assert_eq!(context.get("aws:SourceArn"), &Entry::Unknown);
    }

    #[test]
    fn a_family_of_keys_may_be_absent_while_the_rest_is_unknown() {
        let context = Context::new(Rest::Unknown)
            .with_family("aws:ResourceTag/", Rest::Absent)
            .with("aws:ResourceTag/team", Entry::One("orders".into()));
        assert_eq!(
            context.get("aws:resourcetag/Team"),
            &Entry::One("orders".into())
        );
        assert_eq!(context.get("aws:ResourceTag/other"), &Entry::Absent);
        assert_eq!(context.get("aws:SourceVpce"), &Entry::Unknown);
    }

    #[test]
    fn what_no_request_of_the_service_carries_is_absent_unless_it_was_said() {
        let mut context = Context::new(Rest::Unknown).with("ec2:Region", Entry::One("x".into()));
        context.set_service("kms", |key, service| !key.starts_with(service));
        let over = context.clone().with("kms:ViaService", Entry::Unknown);
        assert_eq!(over.get("ec2:Owner"), &Entry::Absent);
        assert_eq!(over.get("ec2:Region"), &Entry::One("x".into()));
        assert_eq!(over.get("kms:CallerAccount"), &Entry::Unknown);
    }

    #[test]
    fn what_is_said_of_a_clone_is_said_of_it_alone() {
        let one = |text: &str| Entry::One(text.into());
        let both = Context::new(Rest::Unknown)
            .with("aws:PrincipalAccount", one("1"))
            .with_family("kms:", Rest::Absent);
        let first = both
            .clone()
            .with("AWS:PrincipalAccount", one("2"))
            .with("kms:ViaService", one("rds"))
            .with_family("kms:", Rest::Unknown)
            .with_family("s3:", Rest::Absent);
        for context in [&both, &both.clone()] {
            assert_eq!(context.get("aws:principalaccount"), &one("1"));
            assert_eq!(context.get("kms:ViaService"), &Entry::Absent);
            assert_eq!(context.get("s3:prefix"), &Entry::Unknown);
        }
        assert_eq!(first.get("aws:principalaccount"), &one("2"));
        assert_eq!(first.get("kms:ViaService"), &one("rds"));
        assert_eq!(first.get("kms:CallerAccount"), &Entry::Absent);
        assert_eq!(first.get("s3:prefix"), &Entry::Absent);
    }
}
