//! What the owning service says of a resource or of the snapshot behind a recovery point: its own describe shape.

use crate::catalog::describe_call;
use crate::inventory::tree::Tree;
use crate::known::{Arn, Fact, Gap};

use super::contradiction::of_itself;
use super::{Facts, fact};

impl<'a> Facts<'a> {
    /// What the service says of the snapshot, image or backup behind a recovery point, with the call that tells.
    #[must_use]
    pub fn point_description(&self, arn: &Arn) -> Fact<Option<&'a Tree>> {
        let point = self.seen(|layer| layer.recovery_points(arn));
        of_itself(
            arn,
            fact(point.field(|p| &p.detail), || self.describe_gap(arn)),
        )
    }

    /// What the service says of a resource, with the call that tells.
    #[must_use]
    pub fn resource_description(&self, arn: &Arn) -> Fact<Option<&'a Tree>> {
        let resource = self.seen(|layer| layer.resources(arn));
        fact(resource.field(|r| &r.detail), || self.describe_gap(arn))
    }

    /// The gap that the service's own describe call would close.
    #[must_use]
    pub fn describe_gap(&self, arn: &Arn) -> Gap {
        match describe_call(arn) {
            Some(call) => self.gap(call, arn.as_str(), arn.account(), arn.region().as_ref()),
            None => Gap::not_asked(
                "what it is and what it is encrypted with: this program does not read resources of its type",
                arn.as_str(),
            )
            .where_is(arn),
        }
    }
}
