//! What was named and lies elsewhere: vaults that copies go to in Regions and accounts that are not looked at, and the
//! keys of other accounts.

use std::collections::BTreeSet;

use crate::catalog::calls::api_call;
use crate::catalog::regions;
use crate::inventory::{Facts, Field, Inventory, service_linked_role};
use crate::known::{AccountId, Arn, Fact, Region, ResourceType};
use crate::sources::live::book::{Book, add};
use crate::sources::live::found::Place;
use crate::sources::live::once::each;
use crate::sources::live::session::Session;
use crate::sources::live::{backup, ec2, kms, organizations, rds};

use super::account;
use super::cell::{note_key, settings};
use super::names::{self, Named};
use super::run::Run;

/// Reads what was named, as far as there are credentials, and leaves a gap for the rest.
pub async fn read(run: &Run, book: &Book) {
    let known = run.book.part();
    let vaults = names::destinations(&known);
    let unread: Vec<(Arn, AccountId)> = {
        let facts = Facts::new(&known);
        vaults
            .iter()
            .filter(|(vault, _)| matches!(facts.vault_exists(vault), Fact::Unknown(_)))
            .filter_map(|(vault, by)| Some((vault.clone(), *by.first()?)))
            .collect()
    };
    for (arn, by) in &unread {
        Box::pin(vault(run, arn, *by, book)).await;
    }
    tokio::join!(
        Box::pin(places(run, &known, &vaults, book)),
        Box::pin(engines(run, &known, book)),
    );
    run.book.absorb(book.part());
    Box::pin(keys(run, book)).await;
}

/// A vault that no Region that was looked at has; `by`: an account that copies into it.
async fn vault(run: &Run, arn: &Arn, by: AccountId, book: &Book) {
    let (Some(owner), Some(region)) = (arn.account(), arn.region()) else {
        return;
    };
    let place = Place::new(owner, &region);
    let gap = |operation| place.unasked(operation, arn.as_str());
    // Another part of the work looks at the Region, and the parts are put together.
    if run.estate.is_of_another_part(owner) && run.scope.has(&region) {
        book.gaps([
            gap(api_call!("backup:DescribeBackupVault")),
            gap(api_call!("backup:GetBackupVaultAccessPolicy")),
        ]);
        return;
    }
    let session = run.estate.session_of(owner).await;
    if run.scope.coverage {
        stored(session.as_ref(), &place, &region, arn, book).await;
    }
    let found = match session {
        Some(session) => book.take(backup::vault(&session, &region, arn).await),
        None => {
            let shared = match run.estate.session_of(by).await {
                Some(session) => backup::shared_vault(&session, &region, arn).await,
                None => None,
            };
            if shared.is_none() {
                book.gaps([gap(api_call!("backup:DescribeBackupVault"))]);
            }
            book.gaps([gap(api_call!("backup:GetBackupVaultAccessPolicy"))]);
            shared
        }
    };
    if let Some(vault) = found {
        book.region(&place, |facts| add(&mut facts.vaults, vault));
    }
}

/// What is in a vault that copies go to.
async fn stored(
    session: Option<&Session>,
    place: &Place,
    region: &Region,
    vault: &Arn,
    book: &Book,
) {
    let Some(session) = session else {
        let call = api_call!("backup:ListRecoveryPointsByBackupVault");
        book.gaps([place.unasked(call, vault.as_str())]);
        return;
    };
    let points = book.take(backup::points_in(session, region, vault).await);
    book.region(place, |facts| {
        for point in points.into_iter().flatten() {
            add(&mut facts.recovery_points, point);
        }
    });
}

/// The accounts and Regions that copies go to and that were not looked at.
async fn places(run: &Run, known: &Inventory, vaults: &Named, book: &Book) {
    let facts = Facts::new(known);
    let mut accounts: BTreeSet<AccountId> = BTreeSet::new();
    let mut settled: BTreeSet<(AccountId, Region)> = BTreeSet::new();
    let mut opted: BTreeSet<(AccountId, Region)> = BTreeSet::new();
    for (vault, by) in vaults {
        let (Some(owner), Some(region)) = (vault.account(), vault.region()) else {
            continue;
        };
        if !run.estate.is_of_another_part(owner) {
            accounts.insert(owner);
            settled.insert((owner, region.clone()));
        }
        opted.extend(by.iter().map(|account| (*account, region.clone())));
        opted.insert((owner, region));
    }
    for account in accounts {
        if !run.estate.members.contains_key(&account) {
            Box::pin(outside_account(run, account, vaults, book)).await;
        }
    }
    let images = names::has_any(known, &[ResourceType::Ec2]);
    let volumes = names::has_any(known, &[ResourceType::Ebs]);
    // A copy in two steps passes through the Region that it comes from.
    let own = names::with_any(known, &[ResourceType::Ec2, ResourceType::Ebs]);
    for (account, region) in own.difference(&settled) {
        default_key(run, *account, region, book).await;
    }
    for (account, region) in settled {
        if images {
            allowed_images(run, account, &region, book).await;
        }
        if images || volumes {
            default_key(run, account, &region, book).await;
        }
        if matches!(facts.dynamodb_advanced(account, &region), Fact::Unknown(_))
            && !run.was_looked_at(account, &region)
            && let Some(session) = run.estate.session_of(account).await
        {
            settings(&session, &region, book).await;
        }
    }
    for (account, region) in opted {
        if regions::is_opt_in(&region)
            && matches!(facts.region_opt_in(account, &region), Fact::Unknown(_))
        {
            opt_in(run, account, &region, book).await;
        }
    }
}

/// Whether an account has a Region that copies go to.
async fn opt_in(run: &Run, account: AccountId, region: &Region, book: &Book) {
    let place = Place::new(account, region);
    let Some(session) = run.estate.session_of(account).await else {
        book.gaps([place.unasked(api_call!("ec2:DescribeRegions"), region.as_str())]);
        return;
    };
    let found = ec2::opt_in_status(&session, region).await;
    if let Some(status) = book.take(found) {
        book.region(&place, |facts| {
            facts.opt_in_status = status.map(Into::into).into();
        });
    }
}

/// Which images a Region lets in that images may be copied to.
async fn allowed_images(run: &Run, account: AccountId, region: &Region, book: &Book) {
    let place = Place::new(account, region);
    let Some(session) = run.estate.session_of(account).await else {
        let subject = format!("{account}/{region}");
        book.gaps([place.unasked(api_call!("ec2:GetAllowedImagesSettings"), &subject)]);
        return;
    };
    let found = ec2::allowed_images(&session, region).await;
    if let Some(setting) = book.take(found) {
        book.region(&place, |facts| facts.allowed_images = Field::Is(setting));
    }
}

/// The key that EBS takes where none is named, in a Region that images and volumes may be copied to.
async fn default_key(run: &Run, account: AccountId, region: &Region, book: &Book) {
    let place = Place::new(account, region);
    let Some(session) = run.estate.session_of(account).await else {
        let subject = format!("{account}/{region}");
        book.gaps([place.unasked(api_call!("ec2:GetEbsDefaultKmsKeyId"), &subject)]);
        return;
    };
    let found = ec2::ebs_default_key(&session, region).await;
    if let Some(key) = book.take(found) {
        book.region(&place, |facts| {
            facts.ebs_default_kms_key_id = Field::Is(key.into());
        });
    }
}

/// The versions of the databases' engines that the Regions have which their copies go to.
async fn engines(run: &Run, known: &Inventory, book: &Book) {
    let mut tasks = Vec::new();
    for ((owner, region, engine), by) in names::engines(known) {
        let place = Place::new(owner, &region);
        let owners = run.estate.session_of(owner).await;
        let session = match owners {
            Some(session) => Some(session),
            None => run.estate.session_of(by).await,
        };
        match session {
            Some(session) => tasks.push(async move {
                let found = rds::engine_versions(&session, &place, &engine).await;
                (place, found)
            }),
            None => book.gaps([place.unasked(
                api_call!("rds:DescribeDBEngineVersions"),
                &format!("{owner}/{region}"),
            )]),
        }
    }
    for (place, found) in each(tasks).await {
        for version in book.take(found).into_iter().flatten() {
            book.region(&place, |facts| add(&mut facts.db_engine_versions, version));
        }
    }
}

/// An account that copies go to and that is not looked at.
async fn outside_account(run: &Run, id: AccountId, vaults: &Named, book: &Book) {
    if let Some(session) = run.estate.session_of(id).await {
        account::read(run, &session, book).await;
        return;
    }
    let place = Place::global(id);
    let subject = id.to_string();
    match &run.estate.management {
        None => {
            book.gaps([place.unasked(api_call!("organizations:DescribeOrganization"), &subject)])
        }
        Some(management) => {
            let found = organizations::membership(management, management, id).await;
            let membership = book.take(found);
            if membership.organization.is_present() {
                book.account(id, |facts| {
                    facts.organization = membership.organization;
                    facts.service_control_policies = membership.service;
                    facts.resource_control_policies = membership.resource;
                });
            }
        }
    }
    let like = vaults.keys().find(|vault| vault.account() == Some(id));
    book.gaps(like.map(|like| {
        place.unasked(
            api_call!("iam:GetRole"),
            service_linked_role(like, id).as_str(),
        )
    }));
}

/// The keys that nobody has read: those of other accounts, and those of vaults elsewhere.
async fn keys(run: &Run, book: &Book) {
    let named = names::all_keys(&run.book.part());
    let mut unread: Vec<(Arn, Session)> = Vec::new();
    for (arn, by) in named {
        if !run.claims.take(&arn) {
            continue;
        }
        let owner = match arn.account() {
            Some(owner) => run.estate.session_of(owner).await,
            None => None,
        };
        let session = match (owner, by.first()) {
            (Some(owner), _) => Some(owner),
            (None, Some(by)) => run.estate.session_of(*by).await,
            (None, None) => None,
        };
        match session {
            Some(session) => unread.push((arn, session)),
            None => {
                let owner = arn.account().or(by.first().copied());
                book.gaps(owner.into_iter().flat_map(|account| {
                    let region = arn.region();
                    let place = Place { account, region };
                    [api_call!("kms:DescribeKey"), api_call!("kms:GetKeyPolicy")]
                        .map(|operation| place.unasked(operation, arn.as_str()))
                }));
            }
        }
    }
    let tasks = unread.into_iter().map(|(arn, session)| async move {
        let found = kms::key(&session, &arn).await;
        (arn, found)
    });
    for (arn, found) in each(tasks).await {
        note_key(&arn, book.take(found), book);
    }
}
