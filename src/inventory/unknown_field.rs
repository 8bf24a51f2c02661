//! Fields that the program does not know, and that are probably slips of the pen.

use super::field::Field;
use super::frame::{Account, CopyEntry, GapEntry, Inventory, RegionFacts};
use super::json::Extra;
use super::list::items;
use super::misspelling::is_aws_own;
use super::objects::{
    CopyJob, EngineVersion, Grant, Key, OptionGroup, Organization, Plan, RecoveryPoint,
    RegionSettings, Resource, Role, Vault,
};
use super::span::escape;
use crate::known::HashMap;
use crate::known::near::nearest;

/// A field that the program does not know: probably a slip of the pen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// The file's name.
    pub file: String,
    /// Where: a JSON pointer.
    pub pointer: String,
    /// The name that comes nearest, if any is near.
    pub nearest: Option<&'static str>,
}

impl std::fmt::Display for UnknownField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: unknown field at {}", self.file, self.pointer)?;
        self.nearest
            .map_or(Ok(()), |name| write!(f, "; did you mean `{name}`?"))
    }
}

/// The fields of the frame that the program does not know, each with the name that it may have been meant to be; and those
/// of AWS's own objects that are a letter or two from one that is missing there. What else AWS's objects have is theirs.
#[must_use]
pub fn unknown_fields(file: &str, inventory: &Inventory) -> Vec<UnknownField> {
    let mut look = Look {
        file,
        found: Vec::new(),
        near: HashMap::default(),
    };
    look.frame(&inventory.extra, Inventory::FIELDS, "");
    for (index, account) in items(&inventory.accounts).iter().enumerate() {
        let at = format!("/accounts/{index}");
        look.frame(&account.extra, Account::FIELDS, &at);
        if let Field::Is(organization) = &account.organization {
            let at = format!("{at}/organization");
            look.object(&organization.extra, Organization::FIELDS, &at);
        }
        for (index, role) in items(&account.roles).iter().enumerate() {
            look.object(&role.extra, Role::FIELDS, &format!("{at}/roles/{index}"));
        }
        for (index, region) in items(&account.regions).iter().enumerate() {
            let at = format!("{at}/regions/{index}");
            look.frame(&region.extra, RegionFacts::FIELDS, &at);
            look.region(region, &at);
        }
    }
    for (index, copy) in items(&inventory.copies).iter().enumerate() {
        look.frame(&copy.extra, CopyEntry::FIELDS, &format!("/copies/{index}"));
    }
    for (index, gap) in items(&inventory.gaps).iter().enumerate() {
        look.frame(&gap.extra, GapEntry::FIELDS, &format!("/gaps/{index}"));
    }
    look.found
}

struct Look<'a> {
    file: &'a str,
    found: Vec<UnknownField>,
    /// Of each record what a name comes nearest to: a name that an object has, most of its list have.
    near: HashMap<(usize, &'a str), Option<(usize, &'static str)>>,
}

impl<'a> Look<'a> {
    /// The leaves of a Region.
    fn region(&mut self, region: &'a RegionFacts, at: &str) {
        macro_rules! each {
            ($($list:ident: $Object:ty),+ $(,)?) => {$(
                for (index, object) in items(&region.$list).iter().enumerate() {
                    if !object.extra.is_empty() {
                        let at = format!(concat!("{}/", stringify!($list), "/{}"), at, index);
                        self.object(&object.extra, <$Object>::FIELDS, &at);
                    }
                }
            )+};
        }
        if let Field::Is(settings) = &region.region_settings {
            let at = format!("{at}/region_settings");
            self.object(&settings.extra, RegionSettings::FIELDS, &at);
        }
        each! {
            vaults: Vault, keys: Key, resources: Resource, recovery_points: RecoveryPoint,
            option_groups: OptionGroup, db_engine_versions: EngineVersion, plans: Plan, copy_jobs: CopyJob,
        }
        for (index, key) in items(&region.keys).iter().enumerate() {
            for (place, grant) in key.grants.value().into_iter().flatten().enumerate() {
                let at = format!("{at}/keys/{index}/Grants/{place}");
                self.object(&grant.extra, Grant::FIELDS, &at);
            }
        }
    }

    /// Every unknown field of an object of ours.
    fn frame(&mut self, extra: &'a Extra, known: &[&'static str], at: &str) {
        for (name, _) in extra {
            let near = self.nearest(name, known);
            let near =
                near.filter(|(far, field)| far.saturating_mul(2) <= field.len().max(name.len()));
            self.found(at, name, near.map(|(_, field)| field));
        }
    }

    /// Those of an object of AWS's that are nearly one of these: a letter in four at most, and two in all.
    fn object(&mut self, extra: &'a Extra, known: &[&'static str], at: &str) {
        for (name, _) in extra {
            let near = self.nearest(name, known).filter(|(far, field)| {
                *far <= 2 && far.saturating_mul(4) <= field.len() && !is_aws_own(name)
            });
            if let Some((_, field)) = near {
                self.found(at, name, Some(field));
            }
        }
    }

    fn nearest(&mut self, name: &'a str, known: &[&'static str]) -> Option<(usize, &'static str)> {
        let near = || nearest(name, known.iter().copied());
        let asked = (known.as_ptr().addr(), name);
        *self.near.entry(asked).or_insert_with(near)
    }

    fn found(&mut self, at: &str, name: &str, nearest: Option<&'static str>) {
        self.found.push(UnknownField {
            file: self.file.to_owned(),
            pointer: format!("{at}/{}", escape(name)),
            nearest,
        });
    }
}
