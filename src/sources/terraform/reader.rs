//! The facts of a plan at one moment.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::catalog::regions::partition;
use crate::inventory::as_data;
use crate::known::AccountId;
use crate::sources::planned::{Home, Places, Unlisted, World, aws_managed_by};

use super::identity::Identities;
use super::link::Link;
use super::object::{Attribute, Moment, Object, unknown};
use super::provider::{ignored_tags, provider_of};

/// A policy of a role: the role, its list and the policy's name or ARN.
type PolicyPlace = (String, &'static str, String);

/// A plan at one moment, being read.
pub struct PlanReader<'a, 'p> {
    /// What its objects are called.
    pub ids: Identities<'a, 'p>,
    /// When.
    pub moment: Moment,
    /// What was read.
    pub world: World,
    /// What could not be placed or is not read, in words, each once.
    pub notes: Vec<String>,
    /// What leaves open which copies there are: each in words.
    pub open: Vec<String>,
    /// What may come of it beside the resources that it tells.
    pub unlisted: Vec<Unlisted>,
    /// Which addresses say what of which thing.
    pub places: Places,
    /// The vaults and roles that are destroyed and made anew under their ARNs.
    pub replaced: BTreeSet<String>,
    /// The vaults whose policy a resource sets.
    pub policies: BTreeSet<String>,
    /// What an object says of what there is one of, by the thing and the field.
    sole: BTreeMap<(String, &'static str), (&'p str, Value)>,
    /// The policies that objects give to roles.
    given: BTreeSet<PolicyPlace>,
    /// Those that objects take from roles.
    taken: BTreeMap<PolicyPlace, Vec<&'a Object<'p>>>,
}

impl<'a, 'p> PlanReader<'a, 'p> {
    /// One that has read nothing.
    #[must_use]
    pub fn new(ids: Identities<'a, 'p>, moment: Moment) -> Self {
        Self {
            ids,
            moment,
            world: World::default(),
            notes: Vec::new(),
            open: Vec::new(),
            unlisted: Vec::new(),
            places: Places::new(),
            replaced: BTreeSet::new(),
            policies: BTreeSet::new(),
            sole: BTreeMap::new(),
            given: BTreeSet::new(),
            taken: BTreeMap::new(),
        }
    }

    /// The account and Region of an object; noted where they are not known.
    pub fn home(&mut self, object: &Object<'p>) -> Option<Home> {
        let home = self.ids.home(object, self.moment);
        if home.is_none() {
            self.unplaced(self.ids.without_home(object, self.moment));
        }
        home
    }

    /// The account, Region and ARN of an object that goes; noted where they are not known: what it was cannot be told.
    pub fn leaves(&mut self, object: &Object<'p>) -> Option<(Home, String)> {
        let home = self.ids.home(object, Moment::Now);
        let arn = self.ids.arn(object, Moment::Now);
        if home.is_none() || arn.is_none() {
            self.unplaced(self.ids.without_home(object, Moment::Now));
        }
        Some((home?, arn?))
    }

    /// What becomes of the state of a thing that goes: null, or unknown where another takes its place whose name is not known.
    #[must_use]
    pub fn no_more(&self, object: &Object<'p>) -> Value {
        let name = object
            .is_replaced(Moment::Then)
            .then(|| self.ids.open_name(object, Moment::Then));
        name.flatten().map_or(Value::Null, unknown)
    }

    /// Whether an object stays as it is while the thing that it is a part of is destroyed and made anew: AWS takes it away
    /// with the thing, or refuses to, and the plan does not make it again.
    pub fn is_lost(&self, thing: &str, object: &Object<'p>) -> Option<Value> {
        let stays = !object.is_made() && !object.does("update");
        (self.replaced.contains(thing) && stays).then(|| {
            unknown(format!(
                "{address}, which the plan leaves as it is while it replaces {thing}: plan again with -replace={address}",
                address = object.address
            ))
        })
    }

    /// Whether an object that is a policy is saved, even where it comes to what it was.
    pub fn saves(&self, object: &Object<'p>) -> bool {
        self.moment == Moment::Then && (object.is_made() || object.does("update"))
    }

    /// A policy or grantee that an object saves: not known where it names a role that is replaced under its name and nothing
    /// says that it is saved after it. AWS keeps the id of the role that is there then.
    pub fn saved_after_roles(&self, object: &Object<'p>, field: &str, value: Value) -> Value {
        let all = self.ids.objects;
        let roles = ["aws_iam_role", "aws_iam_service_linked_role"];
        let mut roles = roles
            .into_iter()
            .flat_map(|kind| all.of_kind(kind, Moment::Then));
        let early = roles.find_map(|role| {
            let arn = self.replaced_role(role)?;
            (names(&value, &arn) && !all.is_after(object, role)).then_some(arn)
        });
        match early {
            Some(arn) => unknown(format!(
                "{}.{field}, which may be saved before {arn} is replaced, whose id AWS keeps in it: refer to the role in it, or \
                 add depends_on",
                object.address
            )),
            None => value,
        }
    }

    /// The ARN of a role that is replaced under it.
    fn replaced_role(&self, role: &Object<'p>) -> Option<String> {
        if !role.is_replaced(Moment::Then) {
            return None;
        }
        let was = self.ids.arn(role, Moment::Now)?;
        let is = self.ids.arn(role, Moment::Then);
        is.is_none_or(|is| is == was).then_some(was)
    }

    /// What an object says of what there is one of, such as a vault's policy: not known where another object says something
    /// else, because whichever is applied last wins.
    pub fn sole(
        &mut self,
        (thing, field): (&str, &'static str),
        object: &Object<'p>,
        value: Value,
    ) -> Value {
        let place = (thing.to_owned(), field);
        let said = self.sole.entry(place);
        let (address, first) = said.or_insert_with(|| (object.address, value.clone()));
        if *address == object.address || *first == value {
            return value;
        }
        unknown(format!(
            "{address} and {}, which say different things of {field} of {thing}",
            object.address
        ))
    }

    /// What becomes of what there is one of, where an object goes that said it: not known where the plan sets it anew, and it may go
    /// after that.
    pub fn left(
        &mut self,
        (thing, field): (&str, &'static str),
        object: &Object<'p>,
        value: Value,
    ) -> Value {
        match self.sole.get(&(thing.to_owned(), field)) {
            Some((by, _)) => unknown(format!(
                "{}, which is destroyed while {by} sets {field} of {thing}",
                object.address
            )),
            None => self.sole((thing, field), object, value),
        }
    }

    /// A policy that an object gives a role: not known where another object takes one of that name away, as whichever is applied last
    /// wins.
    pub fn given(
        &mut self,
        role: (&str, &'static str),
        object: &Object<'p>,
        policy: Value,
    ) -> Value {
        let Some(place) = policy_place(role, &policy) else {
            return policy;
        };
        let objects = self.ids.objects;
        let by_another = self.taken.get(&place).is_some_and(|takers| {
            let mut others = takers
                .iter()
                .filter(|taker| taker.address != object.address);
            // What refers to a role is made after it is changed.
            others.any(|other| other.kind != "aws_iam_role" || !objects.is_after(object, other))
        });
        self.given.insert(place);
        if by_another {
            unknown(format!(
                "{}, whose policy another resource takes from the role",
                object.address
            ))
        } else {
            policy
        }
    }

    /// Notes that an object takes a policy from a role. Whether the plan gives it the role again.
    pub fn takes(
        &mut self,
        role: (&str, &'static str),
        object: &'a Object<'p>,
        name: &str,
    ) -> bool {
        let place = (role.0.to_owned(), role.1, name.to_owned());
        let is_given = self.given.contains(&place);
        self.taken.entry(place).or_default().push(object);
        is_given
    }

    /// The account of an object that has no Region.
    pub fn account(&mut self, object: &Object<'p>) -> Option<AccountId> {
        let account = self.ids.account(object, self.moment);
        if account.is_none() {
            self.unplaced(self.ids.without_home(object, self.moment));
        }
        account
    }

    /// Says what could not be laid over the facts, which leaves the answer open: what stands there may be what it changes.
    pub fn unplaced(&mut self, text: String) {
        if !self.open.contains(&text) {
            self.open.push(text.clone());
        }
        self.note(text);
    }

    /// Says something once.
    pub fn note(&mut self, text: String) {
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    /// Notes which object says something of a thing.
    pub fn placed(&mut self, thing: &str, object: &Object<'p>) {
        let addresses = self.places.entry(thing.to_owned()).or_default();
        if !addresses.iter().any(|one| one == object.address) {
            addresses.push(object.address.to_owned());
        }
    }

    /// A text that is known.
    #[must_use]
    pub fn text(&self, object: &Object<'p>, name: &str) -> Option<&'p str> {
        object.text(self.moment, name)
    }

    /// A thing with its ARN, to be filled; noted where it has no place.
    pub fn thing(&mut self, object: &Object<'p>, list: &'static str) -> Option<(Home, String)> {
        let home = self.home(object)?;
        let arn = self.ids.arn(object, self.moment)?;
        self.placed(&arn, object);
        self.world.thing(&home, list, &arn);
        Some((home, arn))
    }

    /// Sets fields of a thing.
    pub fn set<const N: usize>(
        &mut self,
        home: &Home,
        list: &'static str,
        name: &str,
        fields: [(&str, Value); N],
    ) {
        let thing = self.world.thing(home, list, name);
        for (field, value) in fields {
            thing.insert(field.to_owned(), value);
        }
    }

    /// The ARN of a key that an attribute names; that of AWS's own key where AWS chooses.
    pub fn key(
        &mut self,
        object: &Object<'p>,
        name: &str,
        home: &Home,
        service: &'static str,
    ) -> Value {
        match self.ids.link(object, name, self.moment) {
            Link::Value(key) => self.key_named(&key, home),
            Link::NotSet | Link::AwsChooses => json!(self.aws_managed(home, service)),
            Link::Unknown(why) => unknown(why),
        }
    }

    /// A key by its ARN, or by its id.
    #[must_use]
    pub fn key_named(&mut self, key: &str, home: &Home) -> Value {
        if let Some(service) = aws_managed_by(key) {
            json!(self.aws_managed(home, service))
        } else if key.starts_with("arn:") && key.contains(":key/") {
            json!(key)
        } else if key.contains("alias/") {
            unknown(format!("the key of {key}"))
        } else {
            json!(format!(
                "arn:{}:kms:{}:{}:key/{key}",
                partition(&home.region),
                home.region,
                home.account
            ))
        }
    }

    /// A key that an attribute of a block may name.
    pub fn key_linked(&mut self, link: &Link, home: &Home) -> Value {
        match link {
            Link::Value(key) => self.key_named(key, home),
            Link::NotSet | Link::AwsChooses | Link::Unknown(_) => link.to_value(),
        }
    }

    /// The key that AWS manages for a service.
    pub fn aws_managed(&mut self, home: &Home, service: &str) -> String {
        self.world.aws_managed_key(home, service)
    }

    /// The tags of an object, as far as they are known.
    pub fn tags(&self, object: &Object<'p>) -> Value {
        for name in ["tags_all", "tags"] {
            let marked = object.marked(self.moment, name);
            let is_told = matches!(
                object.attribute(self.moment, name),
                Attribute::Value(Value::Object(_))
            );
            match &marked {
                Value::Object(tags) if is_told => {
                    let is_known = tags.values().all(Value::is_string);
                    return if is_known {
                        self.seen(object, tags)
                    } else {
                        unknown(format!("{}.{name}", object.address))
                    };
                }
                // `tags_all` has the provider's default tags, too: where it waits for apply, `tags` may lack some. Of what is made
                // without tags it always waits.
                Value::Object(_)
                    if name == "tags"
                        || !object.is_new(self.moment)
                        || self.has_default_tags(object) =>
                {
                    return marked;
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => {}
            }
        }
        self.seen(object, &Map::new())
    }

    /// Tags of an object. A provider may ignore some, which stand in no state and no plan then.
    ///
    /// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/resource-tagging>.
    pub fn seen(&self, object: &Object<'p>, tags: &Map<String, Value>) -> Value {
        let tags = as_data(tags.clone());
        match ignored_tags(object, self.ids.objects.plan.configuration.as_ref()) {
            Some(ignored) => json!({"seen": tags, "ignored": ignored}),
            // Tags may be ignored by the environment, which no plan tells.
            None if !object.is_new(self.moment) => {
                let now = ["tags_all", "tags"].map(|name| object.marked(Moment::Now, name));
                let now = now.iter().filter_map(Value::as_object).flat_map(Map::keys);
                let now: BTreeSet<&String> = now.collect();
                json!({"seen": tags, "ignored": {"unless_told": now}})
            }
            None => tags,
        }
    }

    /// Whether a plan says anything of the tags of an object, now or then; of one that is made it always does.
    pub fn says_tags(&self, object: &Object<'p>) -> bool {
        let moments = [Moment::Now, Moment::Then].into_iter();
        let mut all = moments.flat_map(|moment| ["tags_all", "tags"].map(|name| (moment, name)));
        object.is_new(self.moment)
            || all.any(|(moment, name)| !object.marked(moment, name).is_null())
    }

    /// Whether the provider of an object may give tags to what it makes: by its configuration, or, as the object has more than its own,
    /// by the environment (`TF_AWS_DEFAULT_TAGS_…`).
    pub fn has_default_tags(&self, object: &Object<'p>) -> bool {
        let [all, own] = ["tags_all", "tags"].map(|name| object.marked(self.moment, name));
        if let Some(all) = all.as_object().filter(|all| !all.contains_key("unknown"))
            && all.keys().any(|key| own.get(key).is_none())
        {
            return true;
        }
        let key = provider_of(object);
        let configuration = self.ids.objects.plan.configuration.as_ref();
        match (key, configuration) {
            (Some(key), Some(all)) => all
                .provider_config
                .get(key)
                .is_none_or(|config| config.expressions.get("default_tags").is_some()),
            (None, _) | (_, None) => true,
        }
    }
}

/// Where a policy of a role stands, where its name is known.
fn policy_place((role, list): (&str, &'static str), policy: &Value) -> Option<PolicyPlace> {
    let mut names = ["PolicyArn", "PolicyName"].into_iter();
    let name = names.find_map(|name| policy.get(name)?.as_str())?;
    Some((role.to_owned(), list, name.to_owned()))
}

/// Whether a policy names a principal, or a text is its ARN.
fn names(value: &Value, principal: &str) -> bool {
    let is_it = |one: &Value| one.as_str() == Some(principal);
    let statements = match value.get("Statement") {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => return is_it(value),
    };
    let named = statements
        .iter()
        .flat_map(|statement| ["Principal", "NotPrincipal"].map(|element| statement.get(element)));
    named.flatten().any(|kinds| match kinds.get("AWS") {
        Some(Value::Array(all)) => all.iter().any(is_it),
        Some(one) => is_it(one),
        None => false,
    })
}

/// Fields, of those that are set.
#[must_use]
pub fn fields<'n>(all: impl IntoIterator<Item = (&'n str, Value)>) -> Value {
    let set = all.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(
        set.map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}
