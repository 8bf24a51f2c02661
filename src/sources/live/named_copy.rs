//! One copy that is named on the command line, read as far as what decides it asks.

use std::sync::Arc;

use crate::inventory::{Inventory, Timestamp};
use crate::known::Arn;

use super::error::LiveError;
use super::estate::Estate;
use super::progress::Progress;
use super::settings::CallSettings;
use super::settle::{Asks, Lists, Settler};
use super::sign_in::Sides;
use super::so_far::InventorySoFar;
use super::wire::Wire;

/// A copy, as it is named: what is copied, from where, to where, by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCopy {
    /// The resource whose next backup is copied.
    pub resource: Option<Arn>,
    /// The recovery point that is copied.
    pub recovery_point: Option<Arn>,
    /// The vault that it is in. `None`: that of the recovery point, else of the resource's newest.
    pub source_vault: Option<Arn>,
    /// The vault that it goes to.
    pub destination_vault: Arn,
    /// The role that the copy job runs as. `None`: AWS Backup's default role of the source account.
    pub role: Option<Arn>,
}

impl NamedCopy {
    /// What says where the copy comes from, the surest first.
    pub(super) fn origin(&self) -> Option<&Arn> {
        self.source_vault
            .as_ref()
            .or(self.recovery_point.as_ref())
            .or(self.resource.as_ref())
    }
}

/// Reads what decides the copy.
pub async fn read(
    copy: &NamedCopy,
    sides: &Sides,
    settings: &CallSettings,
    collected_at: Timestamp,
    asks: &Asks,
) -> Result<Inventory, LiveError> {
    let others = sides.destination.iter().chain(&sides.management);
    let profiles = std::iter::once(&sides.source).chain(others);
    let wire = Wire::open(settings, profiles.map(|of| of.profile.as_deref())).await?;
    let so_far = Arc::new(InventorySoFar::default());
    let work = async {
        let estate = Estate::of_copy(&wire, copy.origin(), &copy.destination_vault, sides).await?;
        so_far.names(&estate.names);
        let settler = Arc::new(Settler::new(estate, Lists::Nothing));
        let known = || so_far.inventory(collected_at.clone());
        settler.until_settled(&so_far, None, known, asks).await;
        Ok::<(), LiveError>(())
    };
    let progress = Progress::start(&wire, &so_far, settings.progress);
    let work = async {
        tokio::select! {
            done = Box::pin(work) => done,
            () = progress.show() => Ok(()),
        }
    };
    let stopped = tokio::select! {
        done = Box::pin(work) => { done?; false }
        () = crate::sources::stop::until_asked() => true,
    };
    let inventory = so_far.inventory(collected_at);
    if stopped {
        Err(LiveError::Stopped(Box::new(inventory)))
    } else {
        Ok(inventory)
    }
}
