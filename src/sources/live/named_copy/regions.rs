//! The settings of both Regions, and whether the destination's is one that the copy can go to.

use std::collections::BTreeSet;

use crate::catalog::calls::api_call;
use crate::catalog::regions;
use crate::inventory::Field;
use crate::known::ApiCall;
use crate::sources::live::found::Place;
use crate::sources::live::once::each;
use crate::sources::live::{backup, ec2};

use super::Run;

impl Run<'_> {
    /// The settings of both Regions, and whether the accounts have the destination's.
    pub(super) async fn regions(&self) {
        let mut places = vec![(self.source.clone(), self.source_region.clone())];
        if let Some(session) = &self.destination {
            let other = (session.clone(), self.destination_region.clone());
            if self.source_region != other.1 || !self.same_account() {
                places.push(other);
            }
        }
        let tasks = places.iter().cloned().map(|(session, region)| async move {
            backup::region_settings(&session, &region).await
        });
        for ((session, region), found) in places.iter().zip(each(tasks).await) {
            if let Some(settings) = self.book.take(found) {
                self.book.region(&session.place(region), |facts| {
                    facts.region_settings = Field::Is(settings);
                });
            }
        }
        if !regions::enabled_by_default(&self.destination_region) {
            self.opt_in().await;
        }
        if self.copy.is_of_an_image()
            && let Some(session) = &self.destination
        {
            let found = ec2::allowed_images(session, &self.destination_region).await;
            if let Some(setting) = self.book.take(found) {
                self.book.region(&self.destination_place, |facts| {
                    facts.allowed_images = Field::Is(setting);
                });
            }
        }
        if self.copy.is_of_ec2() {
            self.default_keys().await;
        }
    }

    /// The key that EBS takes by default where the copy goes, and where it comes from: a copy in two steps passes through there.
    async fn default_keys(&self) {
        const CALL: ApiCall = api_call!("ec2:GetEbsDefaultKmsKeyId");
        let mut places = vec![(self.destination.clone(), self.destination_place.clone())];
        let from = self.source.place(&self.source_region);
        if from != self.destination_place {
            places.push((Some(self.source.clone()), from));
        }
        let regions = [&self.destination_region, &self.source_region];
        for ((session, place), region) in places.into_iter().zip(regions) {
            let Some(session) = session else {
                let subject = format!("{}/{region}", place.account);
                self.book.gaps([place.unasked(CALL, &subject)]);
                continue;
            };
            let found = ec2::ebs_default_key(&session, region).await;
            if let Some(key) = self.book.take(found) {
                self.book.region(&place, |facts| {
                    facts.ebs_default_kms_key_id = Field::Is(key.into());
                });
            }
        }
    }

    /// Whether both accounts have opted in to the destination's Region.
    async fn opt_in(&self) {
        let region = &self.destination_region;
        for account in BTreeSet::from([self.source.account(), self.destination_place.account]) {
            let place = Place::new(account, region);
            match self.session_of(account) {
                Some(session) => {
                    let found = ec2::opt_in_status(session, region).await;
                    if let Some(status) = self.book.take(found) {
                        self.book.region(&place, |facts| {
                            facts.opt_in_status = status.map(Into::into).into();
                        });
                    }
                }
                None => self
                    .book
                    .gaps([place.unasked(api_call!("ec2:DescribeRegions"), region.as_str())]),
            }
        }
    }
}
