//! Whether the Region that a database's copy goes to has its engine, and in which versions.

use crate::catalog::calls::api_call;
use crate::inventory::Field;
use crate::sources::live::book::add;
use crate::sources::live::rds;

use super::Run;
use super::backups::Backups;

impl Run<'_> {
    /// The versions of the database's engine that another Region has. They are AWS's, and the same for every account; where
    /// the engine was not read, that nobody asked is said.
    pub(super) async fn engine_versions(&self, backups: &Backups) {
        if self.source_region == self.destination_region || !self.copy.is_of_a_database() {
            return;
        }
        let place = &self.destination_place;
        let point = backups.point.as_ref().map(|point| &point.detail);
        let resource = backups.resource.as_ref().map(|resource| &resource.detail);
        let details = point.into_iter().chain(resource).filter_map(Field::value);
        let engine = details
            .filter_map(|detail| detail.get("Engine")?.as_str())
            .next();
        let Some(engine) = engine else {
            if !backups.is_gone() {
                let subject = format!("{}/{}", place.account, self.destination_region);
                self.book
                    .gaps([place.unasked(api_call!("rds:DescribeDBEngineVersions"), &subject)]);
            }
            return;
        };
        let session = self.destination.as_ref().unwrap_or(&self.source);
        let found = rds::engine_versions(session, place, engine).await;
        for version in self.book.take(found).into_iter().flatten() {
            self.book
                .region(place, |facts| add(&mut facts.db_engine_versions, version));
        }
    }
}
