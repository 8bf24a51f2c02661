//! A copy by way of a vault in between, as no one job takes the whole route.

use super::command::{list_vault, option, put_vault_policy, region, unless_there};
use super::draft::Draft;
use super::names::{self, VaultPlace};
use super::onwards::TwoJobs;
use super::two_step::go_on;
use super::vault::{default_key_policy, facts_of_new};
use super::{
    RemedyKind,
    change::{Change, CopyChange},
};
use crate::inventory::{Copy, Facts, service_linked_role};
use crate::known::Arn;
use crate::remedy::re_encrypt::{create_key, own_key_policy};
use serde_json::json;
use smol_str::format_smolstr;

/// The copy goes by way of this vault, in two jobs: the vault is created, unless one is there that the copy can go by.
/// `None` where the source vault is not known.
pub fn draft(copy: &Copy, wanted: &Arn, facts: &Facts<'_>) -> Option<Draft> {
    let source = copy.endpoints().source_vault.as_ref().known()?;
    let (account, place) = (wanted.account()?, wanted.region()?);
    // What is on the key of the vault in between goes on to the destination, if that is another account's.
    let shared = copy
        .endpoints()
        .destination_vault
        .account()
        .filter(|to| *to != account)
        .map(|to| service_linked_role(&copy.endpoints().destination_vault, to));
    let key_policy = match &shared {
        Some(role) => own_key_policy(wanted, [role]),
        None => default_key_policy(wanted, account),
    };
    let entry = super::vault::access_policy(wanted, &[copy]);
    let found = match names::between_there(copy, (account, &place), facts) {
        Some(there) => VaultPlace::There(there),
        None => {
            let wanted = names::between_for(wanted, &json!([key_policy, entry]).to_string())?;
            names::place(&wanted, facts, |_| false)?
        }
    };
    let through = found.vault();
    let title = format!(
        "copy in two jobs: into the vault `{}` of account {account} in {place}, then on to `{}`",
        through.name(),
        copy.endpoints().destination_vault.name()
    );
    let mut draft = Draft::new(RemedyKind::SplitRoute, &copy.id, title);
    draft.remedy.account = source.account();
    let jobs = TwoJobs::of(copy, source, through).naming_account();
    if matches!(found, VaultPlace::There(_)) {
        draft.change = Some(Change {
            copy: CopyChange::Through(through.clone()),
            ..Change::none()
        });
        go_on(&mut draft, jobs, copy, facts);
        return Some(draft);
    }
    // A vault that is there by then keeps the policy that it has.
    let let_in = entry
        .as_ref()
        .map(|entry| format!("\n{}", put_vault_policy(through, entry)))
        .unwrap_or_default();
    let makes = format!(
        "{}\naws backup create-backup-vault{} {} --encryption-key-arn \"${{KEY:?}}\"{let_in}",
        create_key(through, &shared, "backups on their way"),
        region(Some(&place)),
        option("--backup-vault-name", through.name())
    );
    draft.remedy.commands = vec![format_smolstr!(
        "# in account {account}\n{}",
        unless_there(&list_vault(through), &makes)
    )];
    go_on(&mut draft, jobs, copy, facts);
    draft.creates = Some(through.clone());
    draft.change = facts_of_new(through, &key_policy, entry.as_ref()).map(|mut change| {
        change.copy = CopyChange::Through(through.clone());
        change
    });
    Some(draft)
}
