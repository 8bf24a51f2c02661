//! What a Deny must let through.

use std::collections::{BTreeMap, BTreeSet};

use crate::known::Arn;

/// What a Deny must let through: one principal, for these actions, each as far as its limit goes.
pub struct Exception<'a> {
    /// What sort of policy the Deny stands in.
    pub grammar: Grammar,
    /// Who.
    pub principal: &'a Arn,
    /// What, as `service:Action`.
    pub actions: BTreeMap<&'a str, Limit<'a>>,
}

/// How the statements of a policy say whom they are about, and what they may say besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// A policy on one thing: statements name principals, and only what is done to that thing is ever asked.
    OfResource,
    /// A service control policy: it names principals by a condition.
    ///
    /// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html>.
    ServiceControl,
    /// A resource control policy: the same, without `NotAction`.
    ///
    /// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html>.
    ResourceControl,
}

/// How far an exception goes for one action.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit<'a> {
    /// Whatever it is done to: the policy is that thing's own.
    None,
    /// Only for copies to these vaults.
    Targets(BTreeSet<&'a Arn>),
    /// Only where it is done to these.
    Resources(BTreeSet<&'a str>),
}
