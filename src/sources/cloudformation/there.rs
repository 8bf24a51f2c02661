//! Which things of the template of now stand in the facts under the names that they have with the values that are given for the
//! change.

use std::collections::BTreeSet;

use serde_json::Value;

use super::mentions::parameters;
use super::names::{arn, called, kind, property};
use super::template::{Settings, Template};
use super::text::Node;
use crate::sources::standing::name_of_arn;

/// The tags that CloudFormation gives to what it makes.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html>.
pub const STACK_TAG: &str = "aws:cloudformation:stack-name";
pub const ID_TAG: &str = "aws:cloudformation:logical-id";

/// What the facts say of the things of resources, by logical ids.
#[derive(Default)]
pub struct InFacts {
    /// They stand there.
    pub there: BTreeSet<String>,
    /// They do not, nor anything else that the resource may have made.
    pub absent: BTreeSet<String>,
    /// They do not, and something else does that it may have made under another name.
    pub others: BTreeSet<String>,
    /// Those whose things do, and are of another stack.
    pub foreign: BTreeSet<String>,
    /// Those of the first whose tags say that these resources of this stack made them.
    pub own: BTreeSet<String>,
}

/// What the facts say.
#[derive(Clone, Copy, PartialEq)]
enum Stands {
    Yes,
    /// It is there, and its tags say that this resource of this stack made it.
    Own,
    No,
    /// Another does, which may be it.
    Another,
    /// It is there, and of another stack.
    Foreign,
    Perhaps,
}

/// What the facts say of the things of a template's resources.
pub fn of(template: &Template<'_>, base: &Value) -> InFacts {
    let mut found = InFacts::default();
    let Some(facts) = PlaceFacts::of(base, template.settings) else {
        return found;
    };
    let resources = template.root.get("Resources").map_or(&[][..], Node::fields);
    let arns = resources.iter();
    let arns = arns.filter_map(|(id, node)| arn(template, id, node).as_str().map(str::to_owned));
    let own: BTreeSet<String> = arns.collect();
    for (id, node) in resources {
        let mut stands = facts.stands(template, (id, node), &own);
        if stands == Stands::No && template.settings.identity.unknown.contains(id) {
            stands = Stands::Another;
        }
        match stands {
            Stands::Yes => drop(found.there.insert(id.clone())),
            Stands::Own => {
                found.there.insert(id.clone());
                found.own.insert(id.clone());
            }
            Stands::No => drop(found.absent.insert(id.clone())),
            Stands::Another => drop(found.others.insert(id.clone())),
            Stands::Foreign => drop(found.foreign.insert(id.clone())),
            Stands::Perhaps => {}
        }
    }
    found
}

/// The resources of a template under whose names a role of the facts stands by another path, or in other letters.
pub fn otherwise(template: &Template<'_>, base: &Value) -> BTreeSet<String> {
    let facts = PlaceFacts::of(base, template.settings);
    let roles = facts.map_or(&[][..], |facts| items(facts.account, "roles"));
    let there = roles.iter().filter(|role| {
        let state = role.get("AssumeRolePolicyDocument");
        state != Some(&Value::Null)
    });
    let there: Vec<&str> = there.filter_map(|role| text(role, "Arn")).collect();
    let resources = template.root.get("Resources").map_or(&[][..], Node::fields);
    let own = resources.iter().filter(|(id, node)| {
        let arn = arn(template, id, node);
        let Some(arn) = arn.as_str().filter(|_| kind(node) == "AWS::IAM::Role") else {
            return false;
        };
        let name = name_of_arn(arn);
        let is_other = |other: &&str| *other != arn && name_of_arn(other) == name;
        there.iter().any(is_other) && !there.contains(&arn)
    });
    own.map(|(id, _)| id.clone()).collect()
}

/// The facts of the account and Region of a template.
struct PlaceFacts<'b> {
    account: &'b Value,
    region: Option<&'b Value>,
}

fn items<'b>(of: &'b Value, list: &str) -> &'b [Value] {
    let list = of.get(list).and_then(Value::as_array);
    list.map_or(&[][..], Vec::as_slice)
}

fn text<'b>(of: &'b Value, field: &str) -> Option<&'b str> {
    of.get(field).and_then(Value::as_str)
}

impl<'b> PlaceFacts<'b> {
    fn of(base: &'b Value, settings: &Settings) -> Option<Self> {
        let id = settings.account?.to_string();
        let mut accounts = items(base, "accounts").iter();
        let account = accounts.find(|one| text(one, "account") == Some(&*id))?;
        let name = settings.region.as_ref()?.to_string();
        let mut regions = items(account, "regions").iter();
        let region = regions.find(|one| text(one, "region") == Some(&*name));
        Some(Self { account, region })
    }

    fn regional(&self, list: &str) -> &'b [Value] {
        self.region.map_or(&[], |region| items(region, list))
    }

    fn stands(
        &self,
        template: &Template<'_>,
        (id, node): (&str, &Node),
        own: &BTreeSet<String>,
    ) -> Stands {
        let of = |name: &str| property(template, node, name);
        let roles = items(self.account, "roles");
        match kind(node) {
            "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" => {
                let name = of("PolicyName");
                let names = match (of("Roles"), of("RoleName")) {
                    (Some(Value::Array(names)), _) => names,
                    (Some(one), _) | (None, Some(one)) => vec![one],
                    (None, None) => return Stands::Yes,
                };
                let each = names.iter().map(|role| {
                    let is_it = |one: &&Value| {
                        let last = text(one, "Arn").and_then(|arn| arn.rsplit('/').next());
                        last.is_some() && last == role.as_str()
                    };
                    match roles.iter().find(is_it) {
                        Some(role) => has(role, "InlinePolicies", "PolicyName", name.as_ref()),
                        None => self.lacks(self.account, "roles"),
                    }
                });
                let has_others = |role: &Value| !items(role, "InlinePolicies").is_empty();
                unless_renamed(agreed(each), template, node, || {
                    roles.iter().any(has_others)
                })
            }
            "AWS::KMS::Alias" => {
                let name = of("AliasName");
                let mut keys = self.regional("keys").iter();
                let is_of = |key: &Value| {
                    items(key, "Aliases")
                        .iter()
                        .any(|one| Some(one) == name.as_ref())
                };
                // Where it is not, it is added.
                let is_there = yes(keys.any(is_of));
                let has_others = |key: &Value| !items(key, "Aliases").is_empty();
                let mut keys = self.regional("keys").iter();
                unless_renamed(is_there, template, node, || keys.any(has_others))
            }
            "AWS::Backup::BackupSelection" => {
                let body = of("BackupSelection");
                let name = body.as_ref().and_then(|body| body.get("SelectionName"));
                let each = self.regional("plans").iter();
                let each = each.map(|plan| has(plan, "Selections", "SelectionName", name));
                match each.reduce(|one, other| if one == Stands::Yes { one } else { other }) {
                    Some(stands) => {
                        let has_others = |plan: &Value| !items(plan, "Selections").is_empty();
                        let mut plans = self.regional("plans").iter();
                        unless_renamed(stands, template, node, || plans.any(has_others))
                    }
                    None => self.lacks(self.region.unwrap_or(&Value::Null), "plans"),
                }
            }
            "AWS::Backup::BackupPlan" => match template.settings.identity.names.contains_key(id) {
                true => Stands::Yes,
                false if template.settings.identity.unknown.contains(id) => Stands::Another,
                false => self.lacks(self.region.unwrap_or(&Value::Null), "plans"),
            },
            "AWS::IAM::ServiceLinkedRole" if of("CustomSuffix").is_none() => {
                let name = "/AWSServiceRoleForBackup";
                let is_it = |role: &Value| text(role, "Arn").is_some_and(|arn| arn.ends_with(name));
                match roles.iter().any(is_it) {
                    true => Stands::Yes,
                    false => self.lacks(self.account, "roles"),
                }
            }
            "AWS::IAM::ServiceLinkedRole" => Stands::Perhaps,
            // What they do is told by what the facts say of it, whether it was done before or not.
            "AWS::Organizations::Policy" | "AWS::FSx::DataRepositoryAssociation" => Stands::Yes,
            _ => self.of_arn(template, (id, node), own),
        }
    }

    /// Whether a list lacks what is not in it.
    fn lacks(&self, of: &Value, list: &str) -> Stands {
        match of.get(format!("{list}_complete")) == Some(&Value::Bool(true)) {
            true => Stands::No,
            false if list == "plans" && of.get(list).is_some() => Stands::No,
            false => Stands::Perhaps,
        }
    }

    fn of_arn(
        &self,
        template: &Template<'_>,
        (id, node): (&str, &Node),
        own: &BTreeSet<String>,
    ) -> Stands {
        let arn = arn(template, id, node);
        let Some(arn) = arn.as_str() else {
            return Stands::Perhaps;
        };
        if arn.contains(":policy/") {
            let mut roles = items(self.account, "roles").iter();
            let is_attached = |role: &Value| {
                let mut policies = items(role, "AttachedPolicies").iter();
                policies.any(|policy| text(policy, "PolicyArn") == Some(arn))
            };
            let is_there = yes(roles.any(is_attached));
            let begins = before_name(arn);
            let is_other = |policy: &Value| {
                text(policy, "PolicyArn").is_some_and(|other| other.starts_with(begins))
            };
            let mut roles = items(self.account, "roles").iter();
            return unless_renamed(is_there, template, node, || {
                roles.any(|role| items(role, "AttachedPolicies").iter().any(is_other))
            });
        }
        let (of, list, key, state) = if arn.contains(":role/") {
            (
                Some(self.account),
                "roles",
                "Arn",
                "AssumeRolePolicyDocument",
            )
        } else if arn.contains(":backup-vault:") {
            (self.region, "vaults", "BackupVaultArn", "VaultState")
        } else if arn.contains(":key/") {
            (self.region, "keys", "Arn", "KeyState")
        } else {
            (self.region, "resources", "ResourceArn", "ResourceType")
        };
        let Some(of) = of else {
            return Stands::Perhaps;
        };
        let is_there = |thing: &&Value| thing.get(state) != Some(&Value::Null);
        let mut things = items(of, list).iter().filter(is_there);
        if let Some(thing) = things.clone().find(|thing| text(thing, key) == Some(arn)) {
            return match is_ours(thing, template.settings, id) {
                true if is_told_ours(thing, template.settings, id) => Stands::Own,
                true => Stands::Yes,
                false => Stands::Foreign,
            };
        }
        let is_other = |thing: &Value| {
            let other = text(thing, key).unwrap_or_default();
            other.starts_with(before_name(arn))
                && !own.contains(other)
                && !other.contains(":role/aws-service-role/")
                && is_ours(thing, template.settings, id)
        };
        let may_be_another = template.settings.identity.unknown.contains(id)
            || (is_called_anew(template, node) && things.any(is_other));
        match may_be_another {
            true => Stands::Another,
            false => self.lacks(of, list),
        }
    }
}

/// Whether what a resource makes takes its name from a value that may be another than the stack has.
fn is_called_anew(template: &Template<'_>, node: &Node) -> bool {
    called(node).iter().any(|part| {
        let on = parameters(template, part);
        on.iter()
            .any(|name| template.settings.may_be_new(name) || template.takes_default(name))
    })
}

/// What stands of a thing, where it is not known to: another may be it, under the name that it has now.
fn unless_renamed(
    stands: Stands,
    template: &Template<'_>,
    node: &Node,
    has_others: impl FnOnce() -> bool,
) -> Stands {
    if stands == Stands::No && is_called_anew(template, node) && has_others() {
        return Stands::Another;
    }
    stands
}

/// Whether the tags of a thing leave it open that a resource of the stack made it.
fn is_ours(thing: &Value, settings: &Settings, id: &str) -> bool {
    let tag = |name: &str| thing.get("Tags").and_then(|tags| text(tags, name));
    let stack = settings.stack.as_deref();
    let is_of_stack = tag(STACK_TAG)
        .zip(stack)
        .is_none_or(|(one, other)| one == other);
    is_of_stack && tag(ID_TAG).is_none_or(|one| one == id)
}

/// Whether they say that it did.
fn is_told_ours(thing: &Value, settings: &Settings, id: &str) -> bool {
    let tag = |name: &str| thing.get("Tags").and_then(|tags| text(tags, name));
    let stack = settings.stack.as_deref();
    stack.is_some() && tag(STACK_TAG) == stack && tag(ID_TAG) == Some(id)
}

/// An ARN without the name.
fn before_name(arn: &str) -> &str {
    let first = [":role/", ":database/"];
    let end = first
        .iter()
        .find_map(|part| Some(arn.find(part)?.saturating_add(part.len())))
        .or_else(|| Some(arn.rfind([':', '/'])?.saturating_add(1)));
    arn.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// Whether a list of a thing has an item of this name.
fn has(of: &Value, list: &str, field: &str, name: Option<&Value>) -> Stands {
    match of.get(list).and_then(Value::as_array) {
        Some(items) => yes(items
            .iter()
            .any(|one| one.get(field).is_some() && one.get(field) == name)),
        None => Stands::Perhaps,
    }
}

const fn yes(is: bool) -> Stands {
    match is {
        true => Stands::Yes,
        false => Stands::No,
    }
}

/// What is said of all.
fn agreed(mut each: impl Iterator<Item = Stands>) -> Stands {
    let Some(first) = each.next() else {
        return Stands::Perhaps;
    };
    match each.all(|one| one == first) {
        true => first,
        false => Stands::Perhaps,
    }
}
