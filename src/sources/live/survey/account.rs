//! What holds for an account in all its Regions.

use crate::catalog::regions;
use crate::inventory::Field;
use crate::known::{AccountId, Arn, Partition, Region};
use crate::sources::live::book::{Book, add};
use crate::sources::live::session::Session;
use crate::sources::live::{backup, ec2, iam, organizations};

use super::run::Run;

/// The account's organization, its policies, the switch for cross-account backup, the roles that AWS Backup brings,
/// and its Regions where they matter.
pub async fn read(run: &Run, session: &Session, book: &Book) {
    let account = session.account();
    let partition = Partition::new(regions::partition(&run.estate.near));
    let roles = [
        "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
        "service-role/AWSBackupDefaultServiceRole",
    ];
    tokio::join!(
        Box::pin(organization(run, session, book)),
        Box::pin(switch(run, session, book)),
        async {
            for role in roles {
                Box::pin(role_of(
                    run,
                    session,
                    &Arn::iam_role(partition, account, role),
                    book,
                ))
                .await;
            }
        },
        Box::pin(regions_of(run, session, book)),
    );
}

async fn organization(run: &Run, session: &Session, book: &Book) {
    let account = session.account();
    let reader = run.estate.reader(session).await;
    let whose = if run.estate.is_organization() {
        reader
    } else {
        session
    };
    let membership = book.take(organizations::membership(whose, reader, account).await);
    let (backup_policy, tag_policy) = tokio::join!(
        organizations::backup_policy(reader, account),
        organizations::tag_policy(reader, account),
    );
    let (backup_policy, tag_policy) = (book.take(backup_policy), book.take(tag_policy));
    book.account(account, |facts| {
        facts.organization = membership.organization;
        facts.service_control_policies = membership.service;
        facts.resource_control_policies = membership.resource;
        facts.backup_policy = backup_policy;
        facts.tag_policy = tag_policy;
    });
}

/// Whether cross-account backup is switched on. In an organization the management account's word counts, so nobody
/// else is asked.
async fn switch(run: &Run, session: &Session, book: &Book) {
    if run.estate.is_organization() && !is_management(run, session.account()) {
        return;
    }
    let in_none = organizations::in_none(session);
    let found = backup::cross_account_backup(session, &run.estate.near, in_none).await;
    if let Some(on) = book.take(found) {
        book.account(session.account(), |facts| {
            facts.cross_account_backup = on.into();
        });
    }
}

/// Whether this is the organization's management account.
pub fn is_management(run: &Run, account: AccountId) -> bool {
    run.estate
        .management
        .as_ref()
        .is_some_and(|management| management.account() == account)
}

/// The management account, as far as it speaks for all others.
pub async fn read_management(run: &Run, session: &Session, book: &Book) {
    tokio::join!(
        Box::pin(organization(run, session, book)),
        Box::pin(switch(run, session, book)),
    );
}

/// A role, if nobody has read it.
pub async fn role_of(run: &Run, session: &Session, arn: &Arn, book: &Book) {
    if run.claims.take(arn)
        && let Some(role) = book.take(iam::role(session, arn).await)
    {
        book.account(session.account(), |facts| add(&mut facts.roles, role));
    }
}

/// Which Regions the account has, where that is asked or not the same for every account.
async fn regions_of(run: &Run, session: &Session, book: &Book) {
    let wanted = run.scope.regions.as_ref();
    let asked = |region: &Region| wanted.is_none_or(|wanted| wanted.contains(region));
    if wanted.is_some_and(|wanted| wanted.iter().all(regions::enabled_by_default)) {
        return;
    }
    let found = ec2::opt_in_statuses(session).await;
    for (region, status) in book.take(found).into_iter().flatten() {
        // A Region that the account does not have is of interest where it was named.
        if asked(&region) && (wanted.is_some() || status != "not-opted-in") {
            book.region(&session.place(&region), |facts| {
                facts.opt_in_status = Field::Is(status.into());
            });
        }
    }
}
