//! Whether one statement applies to a request, and where it does not, why.

use super::condition::Condition;
use super::context::{Context, Entry};
use super::document::{Effect, Element, Statement};
use super::principal::{How, Named, PrincipalKind};
use super::request::{Request, Resource};
use super::{PolicyType, Truth};

/// How a statement applies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Applies {
    /// It names the principal itself, or everybody.
    pub direct: Truth,
    /// It names the principal's account.
    pub account: Truth,
    /// The closest way in which it names the principal.
    pub how: How,
}

/// The one thing that keeps a statement from applying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// It does not name the principal.
    Principal,
    /// It does not name the action.
    Action,
    /// It does not name the resource.
    Resource,
    /// It lacks this element, without which it has no effect.
    Element(&'static str),
    /// These conditions do not hold.
    Conditions(Vec<Unmet>),
}

/// A condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The operator as it is written.
    pub operator: String,
    /// The key as it is written.
    pub key: String,
    /// The values as they are written.
    pub wanted: Vec<String>,
    /// What the request has under the key.
    pub found: Entry,
}

impl Applies {
    const NOT: Self = Self {
        direct: Truth::False,
        account: Truth::False,
        how: How::Account,
    };

    pub(super) fn truth(self) -> Truth {
        self.direct.or(self.account)
    }

    /// The same where something about the statement cannot be relied on.
    pub(super) fn doubted(self) -> Self {
        self.and(Truth::Unknown)
    }

    fn and(self, truth: Truth) -> Self {
        Self {
            direct: self.direct.and(truth),
            account: self.account.and(truth),
            how: self.how,
        }
    }
}

impl Statement {
    pub(super) fn applies(&self, request: &Request, kind: PolicyType) -> Applies {
        if self.lacks(request, kind).is_some() {
            return Applies::NOT;
        }
        let mut rest = self.names(request.action());
        if rest == Truth::False {
            return Applies::NOT;
        }
        let named = self.named(request, kind);
        if named.truth() == Truth::False {
            return Applies::NOT;
        }
        rest = rest.and(self.resource(request));
        for condition in &self.conditions {
            if rest == Truth::False {
                return Applies::NOT;
            }
            rest = rest.and(condition.truth(&request.context));
        }
        named.and(rest)
    }

    /// The element that it lacks, where it has no effect for that. Only KMS says so: it takes such statements of a key's policy, and
    /// passes them over. It says the same of `Action`; without that, no document is read.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>.
    fn lacks(&self, request: &Request, kind: PolicyType) -> Option<&'static str> {
        if kind != PolicyType::Resource || !request.is_on_key() {
            return None;
        }
        match &self.resources {
            Element::Absent => Some("Resource"),
            Element::Listed { .. } | Element::Both => None,
        }
    }

    /// Whether it applies to every request of the principal whose policy it is for what it names.
    pub(super) fn asks_for_nothing_else(&self) -> bool {
        self.conditions.is_empty() && self.principals == Element::Absent
    }

    /// Whether it names every resource.
    pub(super) fn is_on_everything(&self) -> bool {
        match &self.resources {
            Element::Listed { not: false, items } => items.iter().any(|item| item.pattern.is_any()),
            Element::Listed { not: true, .. } | Element::Absent | Element::Both => false,
        }
    }

    /// Whether it names an action, given in lower case.
    pub(super) fn names(&self, action: &str) -> Truth {
        match &self.actions {
            Element::Absent | Element::Both => Truth::Unknown,
            Element::Listed { not, items } => {
                let met = Truth::any(items.iter().map(|item| item.matches(action)));
                turned(met, *not, items.is_empty())
            }
        }
    }

    fn resource(&self, request: &Request) -> Truth {
        self.is_on(request.action(), &request.resource, &request.context)
    }

    /// Whether it names the resource of an action.
    pub(super) fn is_on(&self, action: &str, resource: &Resource, context: &Context) -> Truth {
        match &self.resources {
            // The trust policy of a role has none: it is about the role.
            Element::Absent if action.starts_with("sts:") => Truth::True,
            Element::Absent | Element::Both => Truth::Unknown,
            Element::Listed { not, items } => {
                let each = items.iter();
                let each = each.map(|item| item.pattern.matches_resource(resource, context));
                let met = turned(Truth::any(each), *not, items.is_empty());
                let may_be_invalid = || {
                    let mut patterns = items.iter().map(|item| &item.pattern);
                    patterns.any(|pattern| pattern.may_lack_value(context))
                };
                if met == Truth::True && may_be_invalid() {
                    Truth::Unknown
                } else {
                    met
                }
            }
        }
    }

    fn named(&self, request: &Request, kind: PolicyType) -> Applies {
        let all = Applies {
            direct: Truth::True,
            account: Truth::False,
            how: How::Everyone,
        };
        let odd = all.and(Truth::Unknown);
        match (&self.principals, kind) {
            (Element::Absent, PolicyType::Identity | PolicyType::Boundary | PolicyType::Scp) => all,
            // These policies belong to their principal, and AWS does not take the element in them; without it, it takes
            // no policy of a resource.
            (
                Element::Listed { .. },
                PolicyType::Identity | PolicyType::Boundary | PolicyType::Scp,
            )
            | (Element::Absent, PolicyType::Resource | PolicyType::Rcp)
            | (Element::Both, _) => odd,
            (Element::Listed { not: false, items }, PolicyType::Resource | PolicyType::Rcp) => {
                list(items, request)
            }
            (Element::Listed { not: true, items }, PolicyType::Resource | PolicyType::Rcp) => {
                let truth = match self.effect() {
                    Effect::Deny => excepted(items, request),
                    // AWS does not support it.
                    Effect::Allow => excepted(items, request).and(Truth::Unknown),
                };
                all.and(truth)
            }
        }
    }

    /// Whether it is a Deny on everybody of an account, of whom `owner` comes, that only an exception keeps off a request: a
    /// condition, or a principal that it leaves out.
    pub(super) fn excepts(
        &self,
        request: &Request,
        owner: &Request,
        kind: PolicyType,
    ) -> Option<Miss> {
        if self.effect() != Effect::Deny || !self.is_on_everybody(owner, kind) {
            return None;
        }
        let leaves_out = matches!(&self.principals, Element::Listed { not: true, .. });
        match self.miss(request, kind)? {
            Miss::Principal if !leaves_out => None,
            Miss::Action | Miss::Resource | Miss::Element(_) => None,
            miss @ (Miss::Principal | Miss::Conditions(_)) => Some(miss),
        }
    }

    /// Whether it may strike somebody of an account, of whom `owner` comes, and names everybody of it.
    pub(super) fn may_strike(&self, owner: &Request, kind: PolicyType) -> bool {
        self.is_on_everybody(owner, kind) && self.applies(owner, kind).truth() != Truth::False
    }

    /// Whether it is on everybody of an account, of whom `owner` comes, but for principals that it leaves out.
    fn is_on_everybody(&self, owner: &Request, kind: PolicyType) -> bool {
        let leaves_out = matches!(&self.principals, Element::Listed { not: true, .. });
        leaves_out || self.named(owner, kind).truth() == Truth::True
    }

    /// The keys, or words, that leave open whether it applies.
    pub(super) fn open(&self, request: &Request, kind: PolicyType, out: &mut Vec<String>) {
        let before = out.len();
        let context = &request.context;
        for condition in &self.conditions {
            if condition.truth(context) == Truth::Unknown {
                condition.open(context, out);
            }
        }
        if self.names(request.action()) == Truth::Unknown {
            out.push("Action".to_owned());
        }
        if self.resource(request) == Truth::Unknown {
            let at = out.len();
            if let Element::Listed { items, .. } = &self.resources {
                for item in items {
                    item.pattern.open_variables(context, out);
                }
            }
            if out.len() == at {
                out.push("Resource".to_owned());
            }
        }
        if self.named(request, kind).truth() == Truth::Unknown {
            out.push("Principal".to_owned());
        }
        if out.len() == before {
            out.push("Version".to_owned());
        }
    }

    /// Why it does not apply, where that is one thing only.
    pub(super) fn miss(&self, request: &Request, kind: PolicyType) -> Option<Miss> {
        let mut only = self.lacks(request, kind).map(Miss::Element);
        if self.names(request.action()) == Truth::False && only.replace(Miss::Action).is_some() {
            return None;
        }
        if self.named(request, kind).truth() == Truth::False
            && only.replace(Miss::Principal).is_some()
        {
            return None;
        }
        // A resource takes longest to compare.
        if self.resource(request) == Truth::False && only.replace(Miss::Resource).is_some() {
            return None;
        }
        let conditions = self.conditions.iter();
        let unmet: Vec<Unmet> = conditions
            .filter(|condition| condition.truth(&request.context) == Truth::False)
            .map(|condition| Unmet::new(condition, request))
            .collect();
        if !unmet.is_empty() && only.replace(Miss::Conditions(unmet)).is_some() {
            return None;
        }
        only
    }
}

impl Unmet {
    fn new(condition: &Condition, request: &Request) -> Self {
        Self {
            operator: condition.operator().to_owned(),
            key: condition.key().to_owned(),
            wanted: condition.values().map(str::to_owned).collect(),
            found: condition.found(&request.context).clone(),
        }
    }
}

/// A list the other way round. AWS does not say what everything but nothing is.
fn turned(met: Truth, not: bool, empty: bool) -> Truth {
    match (not, empty) {
        (false, _) => met,
        (true, false) => !met,
        (true, true) => Truth::Unknown,
    }
}

fn list(items: &[Named], request: &Request) -> Applies {
    let mut found = Applies::NOT;
    for item in items {
        let (truth, how) = item.names(&request.principal, &request.context);
        if truth == Truth::False {
            continue;
        }
        if how == How::Account {
            found.account = found.account.or(truth);
        } else {
            found.direct = found.direct.or(truth);
        }
        found.how = found.how.max(how);
    }
    found
}

/// Whether `NotPrincipal` strikes. AWS checks the account, then the role or user, so both have to be excepted; where only
/// one is, it says that access may be denied. The session of a role it checks after that.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>.
fn excepted(items: &[Named], request: &Request) -> Truth {
    let found = list(items, request);
    match request.principal.kind() {
        PrincipalKind::Root | PrincipalKind::Service => !found.direct,
        PrincipalKind::Role | PrincipalKind::Session | PrincipalKind::User if request.bounded => {
            Truth::True
        }
        PrincipalKind::Role
        | PrincipalKind::Session
        | PrincipalKind::User
        | PrincipalKind::Anybody
        | PrincipalKind::Other => {
            let everyone = found.direct == Truth::True && found.how == How::Everyone;
            let strikes = (!found.direct).either(!found.account);
            if everyone {
                Truth::False
            } else if request.in_session && strikes == Truth::False {
                Truth::Unknown
            } else {
                strikes
            }
        }
    }
}
