//! The vaults that the copy comes from and goes to.

use crate::catalog::calls::api_call;
use crate::known::Arn;
use crate::sources::live::backup;
use crate::sources::live::book::add;
use crate::sources::live::found::Place;

use super::Run;

impl Run<'_> {
    /// A vault of either account.
    pub(super) async fn vault(&self, arn: &Arn) {
        let (Some(account), Some(region)) = (arn.account(), arn.region()) else {
            return;
        };
        let place = Place::new(account, &region);
        let vault = match self.session_of(account) {
            Some(session) => self.book.take(backup::vault(session, &region, arn).await),
            None => {
                let shared = backup::shared_vault(&self.source, &region, arn).await;
                if shared.is_none() {
                    self.book.gaps([
                        place.unasked(api_call!("backup:DescribeBackupVault"), arn.as_str())
                    ]);
                }
                self.book.gaps([
                    place.unasked(api_call!("backup:GetBackupVaultAccessPolicy"), arn.as_str())
                ]);
                shared
            }
        };
        if let Some(vault) = vault {
            self.book
                .region(&place, |facts| add(&mut facts.vaults, vault));
        }
    }
}
