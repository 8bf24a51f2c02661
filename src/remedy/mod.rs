//! From what the checks need to the smallest change that gives it, ready to paste, and proven by running the checks
//! again.

mod accepted;
mod air_gapped;
mod along;
mod attach;
mod audit;
mod beside;
mod between;
mod change;
mod command;
mod control_policy;
mod cover;
mod draft;
mod key_policy;
mod linked;
mod lockout;
mod moved;
mod names;
mod narrow;
mod onwards;
mod parts;
mod patch;
mod plan;
mod prove;
mod re_encrypt;
mod redirected;
mod retention;
mod rule_name;
mod saved;
mod settings;
mod split;
mod statement;
mod taken;
mod together;
mod trust;
mod two_step;
mod united;
mod vault;
mod wanted;

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use crate::inventory::Policy;
use crate::known::{AccountId, Arn};

use onwards::Onwards;

pub use audit::{plan_key, with_audited};
pub use parts::{Kept, NewVault, Parts, SourcePlace, TwoStep};
pub use plan::{Proposed, propose, propose_of, remedies};
pub use re_encrypt::own_key_policy;

/// What sort of change a remedy is, in the order in which changes work.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RemedyKind {
    /// The service-linked role of AWS Backup is created; a policy that names it can be saved only then.
    CreateServiceLinkedRole,
    /// Cross-account backup is switched on in the organization.
    EnableCrossAccountBackup,
    /// A Region is switched on in an account.
    EnableRegion,
    /// A key is enabled, and is not deleted.
    EnableKey,
    /// AWS Backup manages the backups of a type in full.
    EnableAdvancedFeatures,
    /// The Allowed AMIs setting lets images of one more provider in.
    AllowImages,
    /// A service control policy of the organization is changed.
    ServiceControlPolicy,
    /// A resource control policy of the organization is changed.
    ResourceControlPolicy,
    /// A key's policy is changed.
    KeyPolicy,
    /// A vault is created.
    CreateVault,
    /// The copy goes into another vault, which is there.
    ChangeDestination,
    /// A vault's access policy is changed.
    VaultPolicy,
    /// A role's own policies are changed.
    RolePolicy,
    /// A role gets managed policies of AWS's.
    AttachRolePolicy,
    /// A role's trust policy is changed.
    TrustPolicy,
    /// The copy's retention is changed.
    ChangeRetention,
    /// A customer managed key is created, for what is encrypted anew.
    CreateKey,
    /// The resource is encrypted with another key.
    ReEncrypt,
    /// The copy goes through a vault within the account.
    TwoStepCopy,
    /// The copy goes in two jobs, as no one job takes the whole route.
    SplitRoute,
    /// A resource gets a tag that a plan asks for.
    TagResource,
    /// AWS Backup is switched on for a type in a Region.
    EnableResourceType,
    /// A plan gets a selection more.
    AddSelection,
    /// A rule of a plan gets a copy action more.
    AddCopyAction,
}

/// One change, with everything that it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// Its id within the report: `r1`, `r2`, …
    pub id: String,
    /// The change in a line.
    pub title: String,
    /// What it sets, in a few words, where its kind does not say it.
    pub brief: SmolStr,
    /// What is changed: an ARN, or an id.
    pub subject: String,
    /// The account that makes the change, where it is known.
    pub account: Option<AccountId>,
    /// What sort of change it is.
    pub kind: RemedyKind,
    /// The whole policy before, for a change of a policy; `None` where there was none, too.
    pub before: Option<Policy>,
    /// The whole policy after, for a change of a policy.
    pub after: Option<Policy>,
    /// The statements that were added or changed.
    pub added: Vec<Value>,
    /// The commands that make the change, but for those of `onwards`.
    commands: Vec<SmolStr>,
    /// The commands that follow.
    onwards: Onwards,
    /// The ids of the remedies that must come before it.
    pub requires: Vec<String>,
    /// The ids of the remedies that it is proven together with, in whatever order: the same checks need them too.
    pub together_with: Vec<String>,
    /// The ids of the remedies that would do in its place.
    pub alternative_to: Vec<String>,
    /// Whether running the checks again with it, and with what it requires, shows that it works; `None` where the
    /// inventory cannot show the effect.
    pub proven: Option<bool>,
    /// The copies that it fixes, by id.
    pub copies: Vec<Arc<str>>,
    /// The checks that it fixes, each with its copy's id.
    pub checks: Vec<(Arc<str>, &'static str)>,
    /// What it is made of, beyond its policies.
    pub parts: Parts,
    /// The resources of a plan or a template that say what the subject is: the change is one of their source, of the first.
    pub places: Vec<SourcePlace>,
}

impl Remedy {
    /// A change of a kind, of which nothing more is said yet.
    #[must_use]
    pub const fn new(kind: RemedyKind, subject: String, title: String) -> Self {
        Self {
            id: String::new(),
            title,
            brief: SmolStr::new_static(""),
            subject,
            account: None,
            kind,
            before: None,
            after: None,
            added: Vec::new(),
            commands: Vec::new(),
            onwards: Onwards::Nothing,
            requires: Vec::new(),
            together_with: Vec::new(),
            alternative_to: Vec::new(),
            proven: None,
            copies: Vec::new(),
            checks: Vec::new(),
            parts: Parts::None,
            places: Vec::new(),
        }
    }

    /// The vault in between of the stack that makes it; changes that have the same one are made at once.
    #[must_use]
    pub fn stack(&self) -> Option<&Arn> {
        match &self.parts {
            Parts::TwoStep(step) => Some(&step.between),
            Parts::Between(new) => Some(&new.vault),
            Parts::None
            | Parts::From(_)
            | Parts::RolePolicy { .. }
            | Parts::AttachedPolicies { .. }
            | Parts::Kept(_)
            | Parts::Vault(_) => None,
        }
    }

    /// The whole policy before, as JSON.
    #[must_use]
    pub fn policy_before(&self) -> Option<Value> {
        self.before.as_ref().map(Policy::to_value)
    }

    /// The whole policy after, as JSON.
    #[must_use]
    pub fn policy_after(&self) -> Option<Value> {
        self.after.as_ref().map(Policy::to_value)
    }

    /// The statements of the policy before that it has no longer: those that others take the place of, and those that go.
    #[must_use]
    pub fn removed(&self) -> Vec<Value> {
        let (Some(before), Some(after)) = (self.policy_before(), self.policy_after()) else {
            return Vec::new();
        };
        let mut kept = statements(after);
        let mut before = statements(before);
        before.retain(
            |statement| match kept.iter().position(|one| one == statement) {
                Some(at) => {
                    kept.swap_remove(at);
                    false
                }
                None => true,
            },
        );
        before
    }

    /// The commands that make the change, in order, ready to paste.
    #[must_use]
    pub fn commands(&self) -> Cow<'_, [SmolStr]> {
        match self.onwards.commands() {
            None => Cow::Borrowed(&self.commands),
            Some(onwards) => Cow::Owned(self.commands.iter().cloned().chain(onwards).collect()),
        }
    }

    /// Puts other commands in their place.
    pub fn set_commands(&mut self, commands: Vec<SmolStr>) {
        self.commands = commands;
        self.onwards = Onwards::Nothing;
    }
}

/// The statements of a policy: one may stand without a list.
fn statements(mut policy: Value) -> Vec<Value> {
    match policy.get_mut("Statement").map(Value::take) {
        Some(Value::Array(all)) => all,
        Some(one) => vec![one],
        None => Vec::new(),
    }
}
