//! What is asked: may this principal do this action on this resource, given what is known of the request's context.

use std::sync::Arc;

use smol_str::{SmolStr, StrExt as _};

use crate::known::{AccountId, part};

use super::Shape;
use super::context::Context;
use super::principal::Principal;
use super::reach::Reach;

/// One question to a set of policies.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who asks.
    pub principal: Principal,
    pub(super) action: SmolStr,
    reach: Reach,
    /// What the action is done to.
    pub resource: Resource,
    kind: ResourceKind,
    /// The account that owns the resource, where it is known.
    pub resource_account: Option<AccountId>,
    /// Whether the principal has a permissions boundary: a Deny with `NotPrincipal` then always strikes it.
    pub bounded: bool,
    /// Whether a role asks, in a session whose name is not known: that `NotPrincipal` excepts the role does not say that it excepts it.
    pub in_session: bool,
    /// What else the policies can see of the request.
    pub context: Context,
}

impl Request {
    /// A request about a resource, whose account is taken from its ARN where that names one.
    #[must_use]
    pub fn new(principal: Principal, action: &str, resource: Resource, context: Context) -> Self {
        Self {
            principal,
            action: action.to_ascii_lowercase_smolstr(),
            reach: Reach::of_action(action),
            resource_account: resource.account(),
            kind: resource.kind(),
            resource,
            bounded: false,
            in_session: false,
            context,
        }
    }

    /// The same request about another action.
    #[must_use]
    pub fn with_action(mut self, action: &str) -> Self {
        self.action = action.to_ascii_lowercase_smolstr();
        self.reach = Reach::of_action(action);
        self
    }

    pub(super) fn reach(&self) -> Reach {
        self.reach
    }

    /// The action in lower case, such as `kms:creategrant`.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Whether only the resource's own policy can open the door: KMS keys, and roles that are to be assumed. Everywhere
    /// else an identity policy of the same account is enough.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>.
    #[must_use]
    pub(super) fn needs_resource_policy(&self) -> bool {
        self.is_on_key() || (self.action.starts_with("sts:") && self.kind == ResourceKind::Role)
    }

    /// Whether it is about the use of a KMS key.
    pub(super) fn is_on_key(&self) -> bool {
        self.kind == ResourceKind::Key && self.action.starts_with("kms:")
    }
}

/// The kinds of resource that have rules of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ResourceKind {
    /// A KMS key.
    Key,
    /// A role.
    Role,
    /// Any other.
    Other,
}

/// What an action is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The resource of this ARN.
    Exact(SmolStr),
    /// A resource that is not there yet: its ARN will have one of these shapes.
    OneOf(Arc<[Shape]>),
}

impl Resource {
    /// The resource of this ARN.
    #[must_use]
    pub fn exact(arn: impl Into<SmolStr>) -> Self {
        Self::Exact(arn.into())
    }

    /// A resource that is not there yet; wildcards in the shapes stand for what is not known.
    #[must_use]
    pub fn one_of<T: Into<SmolStr>>(shapes: impl IntoIterator<Item = T>) -> Self {
        Self::OneOf(shapes.into_iter().map(Shape::parse).collect())
    }

    /// Its ARN, or the shapes that that may have.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let (exact, shapes) = match self {
            Self::Exact(arn) => (Some(&**arn), &[][..]),
            Self::OneOf(shapes) => (None, &**shapes),
        };
        exact.into_iter().chain(shapes.iter().map(Shape::text))
    }

    fn account(&self) -> Option<AccountId> {
        let account = |text: &str| AccountId::parse(part(text, 4)?).ok();
        let mut accounts = self.texts().map(account);
        let first = accounts.next().flatten()?;
        accounts
            .all(|account| account == Some(first))
            .then_some(first)
    }

    fn kind(&self) -> ResourceKind {
        let of = |text: &str| match (part(text, 2), part(text, 5)) {
            (Some("kms"), Some(id)) if id.starts_with("key/") => ResourceKind::Key,
            (Some("iam"), Some(name)) if name.starts_with("role/") => ResourceKind::Role,
            (Some(_) | None, Some(_) | None) => ResourceKind::Other,
        };
        let mut kinds = self.texts().map(of);
        let special = kinds.find(|kind| *kind != ResourceKind::Other);
        special.unwrap_or(ResourceKind::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_of_a_resource_that_is_not_there_yet_is_that_of_its_shapes() {
        let shapes = [
            "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:*",
            "arn:aws:rds:us-east-2:111122223333:snapshot:rds:*",
        ];
        let account = Resource::one_of(shapes).account().unwrap();
        assert_eq!(account.to_string(), "111122223333");
        assert_eq!(
            Resource::one_of(["arn:aws:ec2:us-east-2::snapshot/*"]).account(),
            None
        );
    }
}
