//! The copy role, the service-linked role of AWS Backup where the copy goes, and what AWS's simulator says of the former.

use crate::catalog::calls::api_call;
use crate::inventory::{Field, Json, items, service_linked_role};
use crate::known::Arn;
use crate::sources::live::book::add;
use crate::sources::live::found::Place;
use crate::sources::live::session::Session;
use crate::sources::live::{backup, iam};

use super::Run;
use super::backups::Backups;

impl Run<'_> {
    pub(super) async fn copy_role(&self, role: &Arn) {
        if role.account() == Some(self.source.account()) {
            self.role(&self.source, role).await;
        } else {
            let account = role.account().unwrap_or_else(|| self.source.account());
            self.book
                .gaps([Place::global(account).unasked(api_call!("iam:GetRole"), role.as_str())]);
        }
    }

    /// The service-linked role of AWS Backup in the destination account.
    pub(super) async fn destination_role(&self) {
        let account = self.destination_place.account;
        let role = service_linked_role(&self.copy.destination_vault, account);
        match &self.destination {
            Some(session) => self.role(session, &role).await,
            None => self
                .book
                .gaps([Place::global(account).unasked(api_call!("iam:GetRole"), role.as_str())]),
        }
    }

    /// The service-linked role of RDS, which a snapshot needs that goes to another Region. An account that has a database has it.
    pub(super) async fn database_role(&self, backups: &Backups) {
        let account = self.source.account();
        let has_database = backups.resource.as_ref().is_some_and(|database| {
            database.arn.account() == Some(account)
                && matches!(database.resource_type, Field::Is(_))
        });
        let leaves = self.source_region != self.destination_region;
        if leaves && backups.point.is_some() && !has_database && self.copy.is_of_a_database() {
            let partition = self.copy.destination_vault.partition();
            let path = "aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS";
            let role = Arn::iam_role(partition, account, path);
            self.role(&self.source, &role).await;
        }
    }

    async fn role(&self, session: &Session, arn: &Arn) {
        if let Some(role) = self.book.take(iam::role(session, arn).await) {
            self.book
                .account(session.account(), |account| add(&mut account.roles, role));
        }
    }

    /// Where the service control policies could not be read, AWS's simulator knows whether they let the copy role
    /// copy. It comes last: it needs the role and, for one of the two actions, a recovery point.
    pub(super) async fn simulate(&self, role: &Arn) {
        let account = self.source.account();
        let Some(points) = self.book.worth_simulating(account, role) else {
            return;
        };
        let mut requests = vec![(
            "backup:CopyIntoBackupVault",
            self.copy.destination_vault.clone(),
        )];
        let point = self.copy.recovery_point.clone();
        let point = point.or_else(|| backup::newest(&points).map(|point| point.arn.clone()));
        requests.extend(point.map(|point| ("backup:CopyFromBackupVault", point)));
        let found = iam::simulated(&self.source, role, requests).await;
        if let Some(results) = self.book.take(found) {
            self.book.account(account, |account| {
                let mut roles = items(&account.roles).to_vec();
                for known in roles.iter_mut().filter(|known| known.arn == *role) {
                    known.simulated = Field::Is(Json(results.clone()));
                }
                account.roles = Field::Is(roles.into());
            });
        }
    }
}
