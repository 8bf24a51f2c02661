//! From a copy to the requests of its role: one for each thing that actions are done to.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::recovery_points::pattern;
use crate::catalog::requests::{
    ActionResource, COPY_FROM, COPY_INTO, EVERY_COPY, NeededFor, RoleAction,
    copied_in_both_regions, role_actions,
};
use crate::inventory::{Facts, KindOf, Transfer, VaultType};
use crate::known::{AccountId, Arn, Fact, Region};

use super::request::{DoubtfulRequest, RoleRequest, RoleRequests, set_tag_requests};
use super::role_key_requests::add_key_requests;
use super::template::{Made, RequestTemplate};
use super::vault::{copy_from_template, copy_into_template};

/// Everything that the copy asks of its role.
pub fn role_requests(copy: &Transfer, facts: &Facts<'_>) -> RoleRequests {
    let mut all = RoleRequests::default();
    let vault = match &copy.endpoints().source_vault {
        Fact::Known(vault) => vault,
        Fact::Unknown(gap) => {
            all.gaps.push((**gap).clone());
            return all;
        }
    };
    let asking = RequestBuilder { copy, vault };
    // The backup itself is not copied out of a vault.
    let is_asked = |asked: &&RoleAction| asked.action != COPY_FROM || !copy.is_backup_itself;
    asking.ask(EVERY_COPY.iter().filter(is_asked), &mut all);
    asking.of_type(&mut all);
    add_key_requests(copy, facts, &mut all);
    asking.of_own_tag(&mut all);
    all
}

struct RequestBuilder<'a> {
    copy: &'a Transfer,
    vault: &'a Arn,
}

impl RequestBuilder<'_> {
    /// The type's own actions; those that share the snapshot only where it leaves the account.
    fn of_type(&self, all: &mut RoleRequests) {
        let actions = match self.copy.route.kind.agreed(role_actions) {
            Fact::Known(Some(actions)) => actions,
            // A type that the table does not have fails, or stays open, by a check of its own.
            Fact::Known(None) => return,
            Fact::Unknown(gap) => {
                all.gaps.push(*gap);
                return;
            }
        };
        let shared = self.copy.endpoints().is_shared();
        let may_be_asked = |asked: &&RoleAction| match (&shared, asked.when.applies(false)) {
            (_, true) | (Fact::Known(true), false) => true,
            (Fact::Known(false), false) => false,
            (Fact::Unknown(gap), false) => {
                all.gaps.push((**gap).clone());
                false
            }
        };
        let asked: Vec<&RoleAction> = actions.iter().filter(may_be_asked).collect();
        self.ask(asked, all);
    }

    /// What sets the tag that AWS Backup puts on the copy, where the role makes that: no page says that it is the role's.
    fn of_own_tag(&self, all: &mut RoleRequests) {
        let endpoints = self.copy.endpoints();
        let KindOf::Known(kind) = self.copy.route.kind else {
            return;
        };
        if self.copy.route.is_made_by_its_role() != Fact::Known(true) {
            return;
        }
        let of = self.copy.recovery_point.as_ref().unwrap_or(self.vault);
        let requests = set_tag_requests(&endpoints.destination_vault, kind, of);
        all.doubtful
            .extend(requests.into_iter().map(|asked| DoubtfulRequest {
                asked,
                denies_alone: true,
            }));
    }

    /// Actions on one thing, which are done by one principal, are one request.
    fn ask<'r>(&self, actions: impl IntoIterator<Item = &'r RoleAction>, all: &mut RoleRequests) {
        let actions: Vec<&RoleAction> = actions.into_iter().collect();
        let of_one_thing =
            actions.chunk_by(|one, other| one.on == other.on && one.when == other.when);
        all.requests
            .extend(of_one_thing.filter_map(|actions| self.request(actions).map(Arc::new)));
    }

    fn request(&self, actions: &[&RoleAction]) -> Option<RoleRequest> {
        let Self { copy, vault, .. } = self;
        let first = actions.first()?;
        let one = |subject: &Arn, resource: SmolStr, template: RequestTemplate| {
            Some(RoleRequest {
                actions: actions.iter().map(|asked| asked.action).collect(),
                subject: subject.clone(),
                resource,
                template,
            })
        };
        match (first.action, first.on) {
            (COPY_INTO, _) => one(
                &copy.endpoints().destination_vault,
                (&copy.endpoints().destination_vault).into(),
                copy_into_template(copy.endpoints()),
            ),
            (COPY_FROM, _) => one(
                copy.recovery_point.as_ref().unwrap_or(vault),
                copy.recovery_point
                    .as_ref()
                    .map_or_else(|| text(&self.snapshot()), SmolStr::from),
                copy_from_template(copy, vault),
            ),
            (_, ActionResource::RecoveryPoint) => {
                let shapes = self.snapshot();
                let on_snapshot = self.on_snapshot(first.when, shapes.clone(), self.made());
                one(vault, text(&shapes), on_snapshot)
            }
            (_, ActionResource::Snapshots) => {
                let snapshots = |region: Option<Region>| {
                    let region = region.map_or_else(|| "*".to_owned(), |region| region.to_string());
                    let partition = vault.partition();
                    vec![format_smolstr!("arn:{partition}:ec2:{region}::snapshot/*")]
                };
                let shapes = snapshots(vault.region());
                let made = copy.endpoints().destination_region().known();
                let made = made.map(|region| snapshots(Some(region)));
                let on_snapshot = self.on_snapshot(first.when, shapes.clone(), made);
                one(vault, text(&shapes), on_snapshot)
            }
            (_, ActionResource::Bucket) => {
                let bucket = self.bucket();
                one(vault, bucket.clone(), self.plain(bucket))
            }
            (_, ActionResource::Objects) => {
                let objects = format_smolstr!("{}/*", self.bucket());
                one(vault, objects.clone(), self.plain(objects))
            }
            (_, ActionResource::DestinationVault) => None,
        }
    }

    /// The snapshot, image or backup of the owning service, or the shapes that its ARN will have. Out of an air-gapped
    /// vault it lies in an account of AWS's.
    fn snapshot(&self) -> Vec<SmolStr> {
        let (Some(account), Some(region)) = (self.vault.account(), self.vault.region()) else {
            return vec![SmolStr::new_static("arn:*:*:*:*:*")];
        };
        let of_kinds = self.shapes(account, &region);
        if matches!(
            self.copy.endpoints().source_type,
            Fact::Known(Some(VaultType::AirGapped))
        ) {
            let ours = format!(":{account}:");
            return of_kinds
                .into_iter()
                .map(|shape| shape.replace(&ours, ":*:").into())
                .collect();
        }
        // A continuous recovery point has an ARN of AWS Backup's; what is copied is a snapshot all the same.
        match &self.copy.recovery_point {
            Some(point)
                if of_kinds
                    .iter()
                    .any(|shape| service(shape) == point.service()) =>
            {
                vec![point.into()]
            }
            Some(_) | None => of_kinds,
        }
    }

    fn on_snapshot(
        &self,
        when: NeededFor,
        shapes: Vec<SmolStr>,
        made: Option<Vec<SmolStr>>,
    ) -> RequestTemplate {
        let in_both = self.copy.route.kind.agreed(copied_in_both_regions);
        let in_both = in_both.known().flatten() == Some(true);
        let made = made.filter(|_| self.copy.route.is_made_by_its_role() == Fact::Known(true));
        let made = made
            .zip(self.copy.endpoints().destination_region().known())
            .map(|(shapes, region)| Made { region, shapes });
        RequestTemplate::Snapshot {
            vault: self.vault.clone(),
            foreign: matches!(
                self.copy.endpoints().source_type,
                Fact::Known(Some(VaultType::AirGapped))
            ),
            point: self.copy.recovery_point.clone(),
            shapes,
            to: match (
                self.copy.endpoints().is_cross_account(),
                self.copy.endpoints().is_cross_region(),
            ) {
                (Fact::Known(false), Fact::Known(true)) => {
                    self.copy.endpoints().destination_region().known()
                }
                // To another account the destination's side may call there, too.
                (Fact::Known(true), Fact::Known(true)) if in_both => {
                    self.copy.endpoints().destination_region().known()
                }
                (Fact::Known(_) | Fact::Unknown(_), Fact::Known(_) | Fact::Unknown(_)) => None,
            },
            in_both: in_both && self.copy.endpoints().is_cross_account() == Fact::Known(false),
            // EC2 is called in the Region that the copy goes to, and there by AWS Backup's service-linked role; the role itself
            // shares what is copied where that is.
            elsewhere: match (
                self.copy.endpoints().is_cross_account(),
                self.copy.endpoints().is_cross_region(),
            ) {
                (Fact::Known(true), Fact::Known(true)) if !in_both && when == NeededFor::Always => {
                    self.copy.endpoints().destination_region().known()
                }
                (Fact::Known(_) | Fact::Unknown(_), Fact::Known(_) | Fact::Unknown(_)) => None,
            },
            made,
        }
    }

    /// The shapes of the ARNs of what the copy makes; `None` where its Region is not known.
    fn made(&self) -> Option<Vec<SmolStr>> {
        let (account, region) = (
            self.vault.account()?,
            self.copy.endpoints().destination_region().known()?,
        );
        Some(self.shapes(account, &region))
    }

    /// The shapes of what backups of these kinds are, in an account and a Region.
    fn shapes(&self, account: AccountId, region: &Region) -> Vec<SmolStr> {
        let partition = self.vault.partition();
        let kinds = self.copy.route.kind.kinds().iter();
        kinds
            .map(|kind| pattern(*kind, partition.as_str(), region, account))
            .collect()
    }

    fn bucket(&self) -> SmolStr {
        self.copy.bucket.as_ref().map_or_else(
            || format_smolstr!("arn:{}:s3:::*", self.vault.partition()),
            SmolStr::from,
        )
    }

    fn plain(&self, shape: SmolStr) -> RequestTemplate {
        RequestTemplate::Plain {
            vault: self.vault.clone(),
            shape,
            of: None,
        }
    }
}

fn service(shape: &str) -> &str {
    shape.split(':').nth(2).unwrap_or_default()
}

fn text(shapes: &[SmolStr]) -> SmolStr {
    match shapes {
        [one] => one.clone(),
        _ => SmolStr::new_static("*"),
    }
}
