//! The requests that a copy makes of its role: the two of every copy, those of the resource type, those to the key.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::Kind;
use crate::catalog::condition_keys::may_set_tags;
use crate::catalog::recovery_points::pattern;
use crate::catalog::requests::{ActionResource, LAGV_KEY_ACTIONS, TAG_RESOURCE, tag_actions};
use crate::catalog::restores::Begins;
use crate::inventory::{EncryptedWith, Facts, KeyManager, Route, Transfer, VaultType};
use crate::known::{Arn, Fact, Gap};

use super::context::Variants;
use super::key::{Through, Via};
use super::template::RequestTemplate;

/// What the copy role must be able to do to one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRequest {
    /// The IAM actions.
    pub actions: Vec<&'static str>,
    /// What they are done to, or comes nearest to it: what a gap is about.
    pub subject: Arn,
    /// The same as a policy would name it, with `*` for what is not known yet.
    pub resource: SmolStr,
    /// What the requests are made of.
    pub template: RequestTemplate,
}

/// By what tells most requests apart: many are looked up, and those that are left are told by looking at them.
impl Hash for RoleRequest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.subject.hash(state);
        self.resource.len().hash(state);
        self.actions.first().hash(state);
    }
}

/// An action, and what it is done to.
pub struct Action<'a> {
    /// The IAM action.
    pub action: &'static str,
    /// What it is done to, or comes nearest to it: what a gap is about.
    pub subject: &'a Arn,
    /// The same as a policy would name it.
    pub resource: &'a str,
}

impl RoleRequest {
    /// A use of a key, by way of a service.
    pub fn on_key(key: &Arn, actions: &[&'static str], via: Via, copy: &Route) -> Self {
        Self {
            actions: actions.to_vec(),
            subject: key.clone(),
            resource: key.into(),
            template: RequestTemplate::Key {
                key: key.clone(),
                through: Through::of(copy, via),
            },
        }
    }

    /// Something else in the account and Region of a vault, by its ARN or its shape.
    pub fn plain(
        vault: &Arn,
        actions: Vec<&'static str>,
        subject: &Arn,
        resource: SmolStr,
    ) -> Arc<Self> {
        Arc::new(Self {
            actions,
            subject: subject.clone(),
            template: RequestTemplate::Plain {
                vault: vault.clone(),
                shape: resource.clone(),
                of: None,
            },
            resource,
        })
    }

    /// What an action makes of something in the account and Region of a vault, by its shape.
    pub fn made(vault: &Arn, action: &'static str, of: &Arn, resource: SmolStr) -> Arc<Self> {
        Arc::new(Self {
            actions: vec![action],
            subject: of.clone(),
            template: RequestTemplate::Plain {
                vault: vault.clone(),
                shape: resource.clone(),
                of: Some(of.clone()),
            },
            resource,
        })
    }

    /// One of its actions.
    pub fn about(&self, action: &'static str) -> Action<'_> {
        Action {
            action,
            subject: &self.subject,
            resource: &self.resource,
        }
    }

    /// Each action with the requests in which it may come; where the answers differ nobody knows which counts.
    pub fn variants(&self, facts: &Facts<'_>, role: &Arn) -> Vec<Variants> {
        self.template.requests(facts, role, &self.actions)
    }
}

/// A request of which it is not known that a copy fails without.
pub struct DoubtfulRequest {
    /// What is asked of the role.
    pub asked: Arc<RoleRequest>,
    /// Whether only a Deny counts.
    pub denies_alone: bool,
}

/// What a copy asks of its role, and the gaps where not even that is known.
#[derive(Default)]
pub struct RoleRequests {
    /// What is known to be asked, and must be allowed.
    pub requests: Vec<Arc<RoleRequest>>,
    /// What must not be denied: that nothing allows it does not stop the copy.
    pub denies: Vec<Arc<RoleRequest>>,
    /// What no page says that a copy fails without.
    pub doubtful: Vec<DoubtfulRequest>,
    /// What leaves open what else is asked.
    pub gaps: Vec<Gap>,
}

/// The requests that a restore from a vault begins with: one for each thing that the action is done to.
pub fn restore_requests(vault: &Arn, (action, on): Begins) -> Vec<Arc<RoleRequest>> {
    let partition = vault.partition();
    let (Some(account), Some(region)) = (vault.account(), vault.region()) else {
        return Vec::new();
    };
    let request = |shape: &&str| {
        let resource: SmolStr = shape
            .replace("{partition}", partition.as_str())
            .replace("{region}", region.as_str())
            .replace("{account}", &account.to_string())
            .into();
        RoleRequest::plain(vault, vec![action], vault, resource)
    };
    on.iter().map(request).collect()
}

/// The request to tag what a copy of a vault's recovery points makes: asked of the role since 2025-06-30.
pub fn tag_request(vault: &Arn) -> Option<Arc<RoleRequest>> {
    let (account, region) = (vault.account()?, vault.region()?);
    let partition = vault.partition();
    let resource = format_smolstr!("arn:{partition}:backup:{region}:{account}:recovery-point:*");
    Some(RoleRequest::plain(
        vault,
        vec![TAG_RESOURCE],
        vault,
        resource,
    ))
}

/// The requests to read the tags of a backup in a vault and to set them on another, in the service whose backups they are.
pub fn service_tag_requests(vault: &Arn, kind: Kind) -> Vec<Arc<RoleRequest>> {
    // What is asked of one thing is one request.
    let of_one_thing = tag_actions(kind).chunk_by(|(_, one), (_, other)| one == other);
    let requests = of_one_thing.filter_map(|asked| {
        let shape = tagged(vault, kind, asked.first()?.1.as_ref())?;
        let actions = asked.iter().map(|(action, _)| *action);
        Some(RoleRequest::plain(vault, actions.collect(), vault, shape))
    });
    requests.collect()
}

/// Those of them that set tags, on what is made of something.
pub fn set_tag_requests(vault: &Arn, kind: Kind, of: &Arn) -> Vec<Arc<RoleRequest>> {
    let set = tag_actions(kind).iter();
    let set = set.filter(|(action, _)| may_set_tags(action));
    let request = |(action, on): &(&'static str, Option<ActionResource>)| {
        let shape = tagged(vault, kind, on.as_ref())?;
        Some(RoleRequest::made(vault, action, of, shape))
    };
    set.filter_map(request).collect()
}

/// What is tagged, or has its tags read, in the account and Region of a vault: its shape.
fn tagged(vault: &Arn, kind: Kind, on: Option<&ActionResource>) -> Option<SmolStr> {
    let (account, region) = (vault.account()?, vault.region()?);
    let partition = vault.partition();
    Some(match on {
        Some(ActionResource::RecoveryPoint) => pattern(kind, partition.as_str(), &region, account),
        Some(ActionResource::Snapshots) => {
            format_smolstr!("arn:{partition}:ec2:{region}::snapshot/*")
        }
        Some(
            ActionResource::DestinationVault | ActionResource::Bucket | ActionResource::Objects,
        )
        | None => SmolStr::new_static("*"),
    })
}

/// What the copy role does with the keys of logically air-gapped vaults, where those are a customer's: of the one that the copy
/// comes out of, and of the one that it goes into. None of a vault or a key of which that is not known.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html#lag-encryption-key-types>.
pub fn air_gapped_key_requests(copy: &Transfer, facts: &Facts<'_>) -> Vec<Arc<RoleRequest>> {
    let endpoints = copy.endpoints();
    let source = endpoints.source_vault.as_ref().known();
    let source = source.map(|vault| (vault, &endpoints.source_type));
    let destination = (&endpoints.destination_vault, &endpoints.destination_type);
    let request = |(vault, of): (&Arn, &Fact<Option<VaultType>>)| {
        if *of != Fact::Known(Some(VaultType::AirGapped)) {
            return None;
        }
        let vault_key = facts.vault_key(vault).known().flatten();
        let key = vault_key.as_ref().and_then(EncryptedWith::key)?;
        let is_customers = facts.key_manager(key) == Fact::Known(Some(KeyManager::Customer));
        is_customers.then(|| {
            let request = RoleRequest::on_key(key, LAGV_KEY_ACTIONS, Via::Backup, &copy.route);
            Arc::new(request)
        })
    };
    source
        .into_iter()
        .chain([destination])
        .filter_map(request)
        .collect()
}
