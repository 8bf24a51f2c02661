//! What holds for an account in all its Regions.

use std::sync::Arc;

use crate::catalog::regions;
use crate::inventory::Field;
use crate::known::{AccountId, Arn, Partition, Region};
use crate::sources::live::ec2;
use crate::sources::live::session::Session;
use crate::sources::live::settle::Query;
use crate::sources::live::so_far::InventorySoFar;

use super::run::Run;

/// The account's organization, its policies, the switch for cross-account backup, the roles that AWS Backup brings,
/// and its Regions where they matter.
pub async fn read(run: &Run, session: &Session, so_far: &Arc<InventorySoFar>) {
    let account = session.account();
    let partition = Partition::new(regions::partition(&run.settler.estate.near));
    let roles = [
        "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
        "service-role/AWSBackupDefaultServiceRole",
    ];
    let roles = roles.map(|role| Query::Role(Arn::iam_role(partition, account, role)));
    let queries = organization(account).into_iter().chain(roles);
    tokio::join!(
        Box::pin(run.settler.settle(queries, account, so_far)),
        Box::pin(regions_of(run, session, so_far)),
    );
}

/// What its organization says of an account; the management account speaks for all others.
pub fn organization(account: AccountId) -> [Query; 4] {
    [
        Query::Membership(account),
        Query::BackupPolicy(account),
        Query::TagPolicy(account),
        Query::Switch(account),
    ]
}

/// Which Regions the account has, where that is asked or not the same for every account.
async fn regions_of(run: &Run, session: &Session, so_far: &InventorySoFar) {
    let wanted = run.scope.regions.as_ref();
    let asked = |region: &Region| wanted.is_none_or(|wanted| wanted.contains(region));
    if wanted.is_some_and(|wanted| wanted.iter().all(regions::enabled_by_default)) {
        return;
    }
    let found = ec2::opt_in_statuses(session).await;
    for (region, status) in so_far.take(found).into_iter().flatten() {
        // A Region that the account does not have is of interest where it was named.
        if asked(&region) && (wanted.is_some() || status != "not-opted-in") {
            so_far.region(&session.place(&region), |facts| {
                facts.opt_in_status = Field::Is(status.into());
            });
        }
    }
}
