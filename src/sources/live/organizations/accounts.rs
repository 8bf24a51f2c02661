//! The accounts of an organization.
//!
//! See <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html>.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_organizations::types::{Account, AccountState, AccountStatus};

use crate::catalog::calls::api_call;
use crate::known::{AccountId, ApiCall};
use crate::sources::live::once::each;
use crate::sources::live::paging::pages;
use crate::sources::live::reply::{CallError, Reply};
use crate::sources::live::session::Session;

/// Which accounts of the organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Those in these organizational units, or below them; all where it is empty.
    pub units: Vec<String>,
    /// Not these accounts, nor those in these organizational units or below them.
    pub not: Vec<String>,
}

/// Why the accounts are not known: the operation, what it was about, and what AWS answered.
pub type Refusal = (ApiCall, String, CallError);

/// Accounts, with their names.
pub type Named = BTreeMap<AccountId, Option<String>>;

/// Those chosen.
pub struct Chosen {
    /// Those that are looked at.
    pub accounts: Named,
    /// Those that nobody can enter, as they are suspended, closed or not activated yet.
    pub not_in_use: BTreeSet<AccountId>,
}

/// Accounts as the organization lists them: by each its name, and whether it is in use.
type WithUse = BTreeMap<AccountId, (Option<String>, bool)>;

/// The accounts of the organization, of those chosen.
pub async fn accounts(session: &Session, choice: &Choice) -> Result<Chosen, Refusal> {
    let mut chosen = if choice.units.is_empty() {
        everywhere(session).await.map_err(|error| {
            (
                api_call!("organizations:ListAccounts"),
                String::new(),
                error,
            )
        })?
    } else {
        below(session, choice.units.clone()).await?
    };
    let (accounts, units): (Vec<_>, Vec<_>) = choice
        .not
        .iter()
        .partition(|id| AccountId::parse(id).is_ok());
    let left_out = below(session, units.into_iter().cloned().collect()).await?;
    chosen.retain(|id, _| {
        !left_out.contains_key(id) && !accounts.iter().any(|not| **not == id.to_string())
    });
    let (there, not): (WithUse, WithUse) = chosen.into_iter().partition(|(_, (_, used))| *used);
    Ok(Chosen {
        accounts: there
            .into_iter()
            .map(|(id, (name, _))| (id, name))
            .collect(),
        not_in_use: not.into_keys().collect(),
    })
}

async fn everywhere(session: &Session) -> Reply<WithUse> {
    let call = session.organizations().list_accounts();
    let all: Vec<Account> =
        pages!(session, call.into_paginator(), page => page.accounts().to_vec())?;
    all.iter().map(listed).collect()
}

/// The accounts of the units, and of the units below them.
async fn below(session: &Session, units: Vec<String>) -> Result<WithUse, Refusal> {
    let mut found = WithUse::new();
    let mut level: BTreeSet<String> = units.into_iter().collect();
    let mut seen = BTreeSet::new();
    while !level.is_empty() {
        let tasks = level.iter().cloned().map(|unit| {
            let session = session.clone();
            async move {
                tokio::join!(
                    in_unit(&session, unit.clone()),
                    units_of(&session, unit.clone())
                )
            }
        });
        let read = each(tasks).await;
        seen.append(&mut level);
        for (accounts, units) in read {
            found.extend(accounts?);
            level.extend(units?.into_iter().filter(|unit| !seen.contains(unit)));
        }
    }
    Ok(found)
}

async fn in_unit(session: &Session, unit: String) -> Result<WithUse, Refusal> {
    let call = session
        .organizations()
        .list_accounts_for_parent()
        .parent_id(&unit);
    let read: Reply<Vec<Account>> =
        pages!(session, call.into_paginator(), page => page.accounts().to_vec());
    let read = read.and_then(|all| all.iter().map(listed).collect());
    read.map_err(|error| {
        (
            api_call!("organizations:ListAccountsForParent"),
            unit,
            error,
        )
    })
}

async fn units_of(session: &Session, unit: String) -> Result<Vec<String>, Refusal> {
    let call = session
        .organizations()
        .list_organizational_units_for_parent()
        .parent_id(&unit);
    let read: Reply<Vec<String>> = pages!(session, call.into_paginator(), page => {
        page.organizational_units().iter().filter_map(|unit| unit.id().map(str::to_owned)).collect::<Vec<_>>()
    });
    read.map_err(|error| {
        (
            api_call!("organizations:ListOrganizationalUnitsForParent"),
            unit,
            error,
        )
    })
}

/// Whether an account is in use: one that is suspended, closed or not activated yet cannot be entered. One of which that is not said is,
/// and one in a state that has no such name is looked at: whether it can be entered is seen then.
///
/// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html>.
fn is_in_use(account: &Account) -> bool {
    // AWS gives `Status` up in favour of `State`, and not every endpoint has the new name.
    match (account.state(), account.status()) {
        (Some(state), _) => !matches!(
            state,
            AccountState::Suspended | AccountState::Closed | AccountState::PendingActivation
        ),
        (None, Some(status)) => *status != AccountStatus::Suspended,
        (None, None) => true,
    }
}

fn listed(account: &Account) -> Reply<(AccountId, (Option<String>, bool))> {
    let id = account.id().and_then(|id| AccountId::parse(id).ok());
    let id = id.ok_or_else(CallError::unreadable)?;
    Ok((id, (account.name().map(str::to_owned), is_in_use(account))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_in_a_state_that_is_new_is_looked_at() {
        for (state, used) in [
            ("ACTIVE", true),
            ("PENDING_CLOSURE", true),
            ("SOMETHING_NEW", true),
            ("SUSPENDED", false),
            ("CLOSED", false),
            ("PENDING_ACTIVATION", false),
        ] {
            let account = Account::builder().state(AccountState::from(state)).build();
            assert_eq!(is_in_use(&account), used, "{state}");
        }
    }
}
