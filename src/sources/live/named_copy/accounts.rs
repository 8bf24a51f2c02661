//! What holds for an account in all its Regions: its organization, what that forbids, and the switch for cross-account
//! backup.

use crate::catalog::calls::api_call;
use crate::sources::live::found::Place;
use crate::sources::live::once::each;
use crate::sources::live::session::Session;
use crate::sources::live::{backup, organizations};

use super::Run;

impl Run<'_> {
    /// Organizations and global settings, each account once.
    pub(super) async fn accounts(&self) {
        let theirs = self.destination.iter().filter(|_| !self.same_account());
        let sessions: Vec<&Session> = std::iter::once(&self.source).chain(theirs).collect();
        let tasks = sessions.iter().map(|session| {
            // An account may lack the other's Region.
            let near = if session.account() == self.source.account() {
                &self.source_region
            } else {
                &self.destination_region
            };
            let (session, near) = ((*session).clone(), near.clone());
            let management = self.management.clone();
            async move {
                let reader = organizations::reader(&session, management.as_ref()).await;
                tokio::join!(
                    organizations::membership(&session, reader, session.account()),
                    backup::cross_account_backup(&session, &near, organizations::in_none(&session)),
                    organizations::tag_policy(reader, session.account()),
                )
            }
        });
        for (session, (membership, switch, tag_policy)) in sessions.iter().zip(each(tasks).await) {
            let (membership, switch) = (self.book.take(membership), self.book.take(switch));
            let tag_policy = self.book.take(tag_policy);
            self.book.account(session.account(), |account| {
                account.organization = membership.organization;
                account.service_control_policies = membership.service;
                account.resource_control_policies = membership.resource;
                account.tag_policy = tag_policy;
                if let Some(on) = switch {
                    account.cross_account_backup = on.into();
                }
            });
        }
        if self.destination.is_none() {
            self.not_signed_in().await;
        }
    }

    /// What the management account can tell of a destination that nobody signed in to.
    async fn not_signed_in(&self) {
        let account = self.destination_place.account;
        let Some(management) = &self.management else {
            let place = Place::global(account);
            let subject = account.to_string();
            self.book
                .gaps([place.unasked(api_call!("organizations:DescribeOrganization"), &subject)]);
            return;
        };
        let found = organizations::membership(management, management, account).await;
        let membership = self.book.take(found);
        if membership.organization.is_present() {
            self.book.account(account, |facts| {
                facts.organization = membership.organization;
                facts.service_control_policies = membership.service;
                facts.resource_control_policies = membership.resource;
            });
        }
    }
}
