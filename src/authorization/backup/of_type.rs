//! Whether policies allow all that backups of a type may ask of a role, whatever the resource: most roles may back up all of a kind, and
//! are asked once.

use std::slice;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::Kind;
use crate::catalog::backups::{FIND_BY_TAGS, OF_BUCKETS, begins};
use crate::inventory::{Facts, KindOf, Question};
use crate::known::{Arn, Fact};

use super::super::answer::{control_rulings, role_rulings};
use super::super::request::{RoleRequest, set_tag_requests};
use super::super::role::ByKey;
use super::shapes::{CREATE_IMAGE, CREATE_TAGS, all_of_type, besides, made, on_bucket, snapshots};

/// A question about all backups of a type that a role puts into a vault.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BackupsOfType {
    /// The role.
    pub role: Arn,
    /// The vault.
    pub vault: Arn,
    /// The type.
    pub kind: Kind,
    /// The shape of the ARNs of its resources.
    pub resources: SmolStr,
}

/// Who allows everything that such a backup may ask for, but for the use of a resource's key.
#[derive(Clone, Copy)]
pub struct AllowBackups {
    /// The role's own policies.
    pub own: bool,
    /// The organization's.
    pub organization: bool,
}

impl Question for BackupsOfType {
    type Answer = AllowBackups;

    fn answer(&self, facts: &Facts<'_>) -> AllowBackups {
        let requests = self.requests();
        let mut each = requests.iter().map(slice::from_ref);
        let own = each.clone().all(|asked| {
            let rulings = role_rulings(facts, &self.role, asked, ByKey::Counts);
            matches!(rulings, Fact::Known(Some(rulings)) if rulings.is_all_allowed())
        });
        AllowBackups {
            own,
            organization: each
                .all(|asked| control_rulings(facts, &self.role, asked).is_all_allowed()),
        }
    }
}

impl BackupsOfType {
    /// The question about the backup of a resource, and all of its type.
    pub fn of(role: &Arn, vault: &Arn, kind: Kind, resource: &Arn) -> Self {
        Self {
            role: role.clone(),
            vault: vault.clone(),
            kind,
            resources: all_of_type(resource),
        }
    }

    /// All that any of the backups may ask for.
    fn requests(&self) -> Vec<Arc<RoleRequest>> {
        let vault = &self.vault;
        let ask = |(action, shape)| RoleRequest::plain(vault, vec![action], vault, shape);
        let mut asked = vec![(FIND_BY_TAGS, SmolStr::new_static("*"))];
        if let Some(action) = begins(self.kind) {
            asked.push((action, self.resources.clone()));
            let made = made(&KindOf::Known(self.kind), vault, action);
            asked.extend(made.into_iter().map(|shape| (action, shape)));
            let tagged = vault.region().filter(|_| action == CREATE_IMAGE);
            asked.extend(tagged.map(|region| (CREATE_TAGS, snapshots(vault, &region))));
        }
        let buckets = format_smolstr!("arn:{}:s3:::*", vault.partition());
        let of_buckets = OF_BUCKETS.iter().filter(|_| self.kind == Kind::S3);
        let of_buckets = of_buckets.map(|asked| on_bucket(asked, vault, &buckets));
        let besides = besides(&KindOf::Known(self.kind), vault, &self.resources).into_iter();
        let besides = besides.map(|(asked, _)| asked);
        let asked = asked.into_iter().map(ask).chain(besides);
        // Whatever is tagged is made of some resource of the type.
        let tags = set_tag_requests(vault, self.kind, vault);
        asked.chain(of_buckets).chain(tags).collect()
    }
}
